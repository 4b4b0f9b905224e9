//! Writes the changes of a redline as the text of a mail: for readers who see neither styles nor colours, and never saw one before.
//!
//! 1. The walk of [`super::excerpt`], with the block before and the block behind each change, as [`super::fragment`] shows it.
//! 2. Every word that came stands in `{+…+}`, every one that went in `[-…-]`. No sign stands at the beginning of a line, where mail
//!    programs take `>` for a quote.
//! 3. What goes beyond a size is told as a count.

use super::Redline;
use super::excerpt;
use super::fragment::not_shown;
use super::terminal::{Options, Page, Voice};
use crate::words::Words;

/// The room for saying that more is not shown.
const NOTICE: usize = 100;

/// The changes of a redline in at most so many bytes and columns, each line with a line feed; empty where nothing changed.
pub fn letter(redline: &Redline, limit: usize, columns: usize, words: &Words) -> String {
    let parts = excerpt::excerpt_beside(redline, words);
    let mut out = String::new();
    let mut page = Page {
        options: Options {
            width: Some(columns),
            colours: false,
        },
        voice: Voice::Words(&words.redline),
        out: &mut out,
    };
    for (at, part) in parts.iter().enumerate() {
        let end = page.out.len();
        page.part(part);
        if page.out.len() + NOTICE > limit {
            page.out.truncate(end);
            page.gap();
            page.plain(&not_shown(&parts[at..], &words.redline));
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Options as Reading, parse};
    use crate::redline::{Memory, compare};

    fn limited(old: &str, new: &str, limit: usize) -> String {
        let document = |text: &str| parse(text, Reading::default()).document;
        let redline = compare(&document(old), &document(new), &mut Memory::new());
        letter(&redline, limit, 40, Words::english())
    }

    fn written(old: &str, new: &str) -> String {
        limited(old, new, usize::MAX)
    }

    #[test]
    fn whole_lines_are_marked_as_words_are() {
        let old = "# P\n\n## Sharing\n\nWe share:\n\n- a\n- b\n- c\n\n## End\n\nx\n";
        let new = old
            .replace("## Sharing", "## Whom we share with")
            .replace("- b\n", "")
            .replace("- c\n", "- c\n- d\n");
        assert_eq!(
            written(old, &new),
            "…\n\n## [-Sharing-]{+Whom we share with+}\n\n\
             We share:\n\n\
             - a\n- [-b-]\n- c\n- {+d+}\n\n…\n"
        );
    }

    #[test]
    fn rows_stay_beside_their_head() {
        let old = "| A | B |\n| - | - |\n| a | 1 |\n";
        assert_eq!(
            written(old, &format!("{old}| b | 2 |\n")),
            "A | B\na | 1\n{+b+} | {+2+}\n"
        );
    }

    #[test]
    fn no_line_looks_like_a_quote_because_it_moved() {
        let long = "This paragraph is long enough that it is seen to have moved as a whole.\n\n";
        let rest =
            "One that stays.\n\nAnother one that stays there.\n\nA third which stays as well.\n\n";
        let said = written(&format!("{long}{rest}"), &format!("{rest}{long}"));
        assert!(
            said.contains("Moved here (move 1):\nThis paragraph"),
            "{said}"
        );
        assert!(
            said.lines().all(|line| !line.starts_with(['>', '<'])),
            "{said}"
        );
    }

    #[test]
    fn what_is_too_long_is_counted() {
        let new: String = (0..1000)
            .map(|n| format!("Paragraph number {n}, which is new.\n\n"))
            .collect();
        for limit in [0, 200, 5000] {
            let said = limited("a\n", &format!("a\n\n{new}"), limit);
            assert!(said.len() <= limit.max(120), "{limit}: {said}");
            assert!(said.ends_with("not shown here\n"), "{said}");
            assert_eq!(said.matches("{+").count(), said.matches("+}").count());
        }
    }

    #[test]
    fn nothing_is_written_of_nothing() {
        assert_eq!(written("a\n", "a\n"), "");
    }
}
