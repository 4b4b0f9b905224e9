//! The levels that headings have on a page.
//!
//! Markdown may leave levels out on the way down: texts go from `#` to `####` for its looks, or begin with `###`. A page may
//! not: HTML wants a heading at most one level below the heading before it, wherever it stands and whatever its role, since
//! a listener who goes from heading to heading would look for those that are missing. So the gaps are closed where a
//! text is written; what is level in the source stays level:
//!
//! ```text
//! #    Terms        <h1>
//! #### Scope        <h2>
//! #### Cookies      <h2>
//! ##   Contact      <h2>
//! ###  Post         <h3>
//! ```
//!
//! A text without gaps keeps its levels, and the tree always does. The level on the page follows from the headings before it
//! in the same text alone, so that it is the same on every page that shows the text, among struck headings too: it is these
//! that give way.

/// The headings of a page so far, below its title.
pub(super) struct Levels {
    /// The sections that are open: their level in the source, and on the page.
    open: Vec<(u8, u8)>,
    /// That of the last heading on the page.
    last: u8,
    /// The struck headings since the last one that stands.
    struck: Vec<Struck>,
}

/// Where a struck heading's level is written.
struct Struck {
    level: u8,
    start: usize,
    end: usize,
}

impl Default for Levels {
    fn default() -> Self {
        Levels {
            open: vec![(1, 1)],
            last: 1,
            struck: Vec::new(),
        }
    }
}

impl Levels {
    /// The level of a heading that stands in the text. Struck ones before it on the page are lowered where it would lie too
    /// far below them.
    pub fn standing(&mut self, level: u8, page: &mut String) -> u8 {
        while self.open.last().is_some_and(|(source, _)| *source >= level) {
            self.open.pop();
        }
        let above = self.open.last().map_or(0, |(_, on_page)| *on_page);
        let on_page = above + 1;
        self.open.push((level, on_page));
        self.settle(on_page, page);
        self.last = on_page;
        on_page
    }

    /// The level of a struck heading whose start tag is about to be written.
    pub fn struck(&mut self, level: u8, page: &str) -> u8 {
        let level = level.min(self.last + 1);
        let start = page.len() + "<h".len();
        self.struck.push(Struck {
            level,
            start,
            end: start,
        });
        self.last = level;
        level
    }

    /// The level for the end tag that is about to be written.
    pub fn end(&mut self, page: &str) -> u8 {
        if let Some(struck) = self.struck.last_mut() {
            struck.end = page.len() + "</h".len();
        }
        self.last
    }

    /// Lowers what is struck, so that a heading of the level `next` may follow.
    fn settle(&mut self, next: u8, page: &mut String) {
        let mut next = next;
        for struck in self.struck.drain(..).rev() {
            if struck.level + 1 < next {
                let level = next - 1;
                for at in [struck.start, struck.end] {
                    page.replace_range(at..=at, &level.to_string());
                }
                next = level;
            } else {
                next = struck.level;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::html::{self, ImageAs, LinkTo, Resolve, Writer};
    use super::super::{Options, parse};

    struct Nothing;

    impl Resolve for Nothing {
        fn link<'a>(&'a self, _: &'a str) -> LinkTo<'a> {
            LinkTo::Nowhere
        }

        fn image<'a>(&'a self, _: &'a str) -> ImageAs<'a> {
            ImageAs::Missing
        }
    }

    /// The levels of the start tags; those of the end tags must be the same.
    fn levels(page: &str) -> Vec<u8> {
        let tags = |open: &str| -> Vec<u8> {
            let tags = page
                .match_indices(open)
                .map(|(at, _)| page.as_bytes()[at + open.len()]);
            tags.filter(u8::is_ascii_digit)
                .map(|digit| digit - b'0')
                .collect()
        };
        assert_eq!(tags("<h"), tags("</h"));
        tags("<h")
    }

    fn levels_of(body: &str) -> Vec<u8> {
        let mut page = String::new();
        html::write(
            &parse(body, Options::default()).document,
            &Nothing,
            &mut page,
        );
        levels(&page)
    }

    /// A page on which headings are written one after the other; a negative level is struck.
    fn levels_of_redline(headings: &[i8]) -> Vec<u8> {
        let mut page = String::new();
        let mut writer = Writer::new(&[], &Nothing, &mut page);
        for level in headings {
            let hashes = "#".repeat(level.unsigned_abs().into());
            let heading = parse(&format!("{hashes} a"), Options::default()).document;
            let block = &heading.blocks[0].block;
            match level.is_negative() {
                true => writer.struck(&[], &Nothing, |writer| writer.block(block)),
                false => writer.block(block),
            }
        }
        levels(&page)
    }

    #[test]
    fn a_text_without_gaps_keeps_its_levels() {
        assert_eq!(
            levels_of("# a\n## b\n### c\n## d\n# e\n## f"),
            [1, 2, 3, 2, 1, 2]
        );
        assert_eq!(levels_of("## a\n### b\n\n# c"), [2, 3, 1]);
    }

    #[test]
    fn gaps_are_closed_and_siblings_stay_siblings() {
        assert_eq!(
            levels_of("# a\n#### b\n#### c\n## d\n### e"),
            [1, 2, 2, 2, 3]
        );
        assert_eq!(levels_of("# a\n##### b\n### c\n###### d"), [1, 2, 2, 3]);
    }

    #[test]
    fn a_text_without_a_title_stands_below_that_of_the_page() {
        assert_eq!(levels_of("### a\n#### b\n### c"), [2, 3, 2]);
    }

    #[test]
    fn headings_anywhere_count() {
        assert_eq!(levels_of("# a\n> ### b\n\n- #### c"), [1, 2, 3]);
        assert_eq!(levels_of("# a[^1]\n### b\n\n[^1]: #### c"), [1, 2, 2, 3]);
    }

    #[test]
    fn struck_headings_leave_those_that_stand_as_they_are() {
        assert_eq!(levels_of_redline(&[1, 2, -2, -3, 2]), [1, 2, 2, 3, 2]);
        assert_eq!(levels_of_redline(&[1, -4, -4, 2]), [1, 2, 3, 2]);
        assert_eq!(levels_of_redline(&[1, 2, -1, 3]), [1, 2, 2, 3]);
        assert_eq!(levels_of_redline(&[1, 2, 3, -1, -1, 4]), [1, 2, 3, 2, 3, 4]);
        assert_eq!(levels_of_redline(&[-3, 3, -6]), [2, 2, 3]);
    }
}
