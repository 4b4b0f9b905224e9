//! Writes the changes of a redline as HTML for readers that keep neither styles nor classes: feed readers, mail.
//!
//! 1. The walk of [`super::excerpt`], with the block before and the block behind each change.
//! 2. Its lines become elements; what holds a line (lists, quotes, tables) is opened and closed around them.
//! 3. What goes beyond a size is told as a count.
//!
//! Marks are `<ins>` and `<del>`, notes `<em>`. No attribute is written, hence no address that could lead astray elsewhere:
//! links are shown by their words.

use super::Redline;
use super::excerpt::{self, Part, Shown};
use super::shown::{Lead, Line, LineKind, Mark, Span};
use crate::document::html::escape;
use crate::words::{self, Words};

/// The changes of a redline in at most so many bytes; empty where nothing changed.
pub fn fragment(redline: &Redline, limit: usize, words: &Words) -> String {
    let parts = excerpt::excerpt_beside(redline, words);
    let mut writer = Writer::new(&words.redline);
    for (at, part) in parts.iter().enumerate() {
        let (end, open) = (writer.out.len(), writer.open.clone());
        writer.part(part);
        if writer.out.len() + writer.open.len() * CLOSING + NOTICE > limit {
            writer.out.truncate(end);
            writer.open = open;
            writer.close(0);
            writer.quiet(&not_shown(&parts[at..], writer.words));
            break;
        }
    }
    writer.close(0);
    writer.out
}

/// That these parts are not shown, with how many changes are among them.
pub(super) fn not_shown(parts: &[Part], words: &words::Redline) -> String {
    let begins = |part: &&Part| {
        matches!(
            part,
            Part::Line(Shown {
                begins: true,
                stayed: false,
                ..
            })
        )
    };
    let count = parts.iter().filter(begins).count().max(1);
    words.more.fill(count, &count.to_string(), &[])
}

/// The room for saying that more is not shown.
const NOTICE: usize = 80;

/// At most so many bytes close what holds a line.
const CLOSING: usize = "</blockquote>".len();

/// So many characters of what moved away are shown.
const MOVED: usize = 60;

/// What is open around a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Quote,
    /// A list and an item of it.
    Item,
    Table,
}

struct Writer<'a> {
    out: String,
    open: Vec<Open>,
    words: &'a words::Redline,
}

impl<'a> Writer<'a> {
    fn new(words: &'a words::Redline) -> Writer<'a> {
        Writer {
            out: String::new(),
            open: Vec::new(),
            words,
        }
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Unchanged(_) => self.quiet("…"),
            Part::LinesUnchanged { begins, .. } => self.lines_left_out(*begins),
            Part::Heading(line) => {
                self.close(0);
                self.line(line, None);
            }
            Part::MovedHere(number) => self.quiet(
                &self
                    .words
                    .moved_here
                    .fill(&[("number", &number.to_string())]),
            ),
            Part::MovedAway { number, words } => {
                let words = shortened(words, MOVED);
                let number = number.to_string();
                let values = [("number", number.as_str()), ("words", &words)];
                self.quiet(&self.words.moved_away.fill(&values));
            }
            Part::Line(shown) => {
                if shown.begins {
                    self.close(0);
                }
                self.line(&shown.line, shown.footnote);
            }
        }
    }

    /// A paragraph about the text.
    fn quiet(&mut self, text: &str) {
        self.close(0);
        self.out.push_str("<p><em>");
        escape(text, &mut self.out);
        self.out.push_str("</em></p>");
    }

    fn lines_left_out(&mut self, begins: bool) {
        match self.open.last() {
            Some(Open::Table) if !begins => self.out.push_str("<tr><td>…</td></tr>"),
            Some(Open::Item) if !begins => {
                self.close(1);
                match self.open.first() {
                    Some(Open::Item) => self.out.push_str("</li><li>…"),
                    _ => self.out.push_str("<p>…</p>"),
                }
            }
            _ => self.quiet("…"),
        }
    }

    /// Closes all but so many of what is open, the innermost first.
    fn close(&mut self, keep: usize) {
        while self.open.len() > keep {
            self.out.push_str(match self.open.pop() {
                Some(Open::Quote) => "</blockquote>",
                Some(Open::Item) => "</li></ul>",
                Some(Open::Table) => "</table>",
                None => "",
            });
        }
    }

    fn line(&mut self, line: &Line, footnote: Option<usize>) {
        let is_row = matches!(line.kind, LineKind::Head | LineKind::Row);
        let number = self.hold(&line.leads, is_row);
        // A renderer would count what is gone, and not what was left out.
        let before = match (footnote, number) {
            (Some(number), _) => format!("[{number}] "),
            (None, Some(number)) => number,
            (None, None) => String::new(),
        };
        if is_row {
            return self.row(line);
        }
        let (begin, end) = self.element(line);
        self.out.push_str(&begin);
        self.out.push_str(&before);
        for cell in &line.cells {
            spans(cell, line.kind == LineKind::Code, &mut self.out);
        }
        self.out.push_str(&end);
    }

    /// Opens what holds a line; gives what stands before the words of an item.
    fn hold(&mut self, leads: &[Lead], is_row: bool) -> Option<String> {
        let mut before = None;
        for (depth, lead) in leads.iter().enumerate() {
            let open = self.open.get(depth).copied();
            match (lead, open) {
                (Lead::Quote, Some(Open::Quote)) | (Lead::Inside(_), Some(Open::Item)) => {}
                (Lead::Quote, _) => self.begin(depth, Open::Quote, "<blockquote>"),
                (Lead::Item { .. } | Lead::Definition, Some(Open::Item)) => {
                    self.close(depth + 1);
                    self.out.push_str("</li><li>");
                }
                (_, _) => self.begin(depth, Open::Item, "<ul><li>"),
            }
            if let Lead::Item { number, task } = lead {
                before = Some(told(*number, *task));
            }
        }
        let depth = leads.len();
        match (is_row, self.open.get(depth)) {
            (true, Some(Open::Table)) => self.close(depth + 1),
            (true, _) => self.begin(depth, Open::Table, "<table>"),
            (false, _) => self.close(depth),
        }
        before
    }

    fn begin(&mut self, depth: usize, open: Open, tags: &str) {
        self.close(depth);
        self.open.push(open);
        self.out.push_str(tags);
    }

    /// The tags around a line that is no row. The first words of an item need none.
    fn element(&self, line: &Line) -> (String, String) {
        let tags = |name: &str| (format!("<{name}>"), format!("</{name}>"));
        let in_item = matches!(
            line.leads.last(),
            Some(Lead::Item { .. } | Lead::Definition)
        );
        match line.kind {
            LineKind::Code => tags("pre"),
            // Below the title of the entry.
            LineKind::Heading { level, .. } => tags(&format!("h{}", (level + 2).min(6))),
            LineKind::Term => ("<p><strong>".to_owned(), "</strong></p>".to_owned()),
            _ if in_item => Default::default(),
            _ => tags("p"),
        }
    }

    fn row(&mut self, line: &Line) {
        let name = if line.kind == LineKind::Head {
            "th"
        } else {
            "td"
        };
        self.out.push_str("<tr>");
        for cell in &line.cells {
            self.out.push_str(&format!("<{name}>"));
            spans(cell, false, &mut self.out);
            self.out.push_str(&format!("</{name}>"));
        }
        self.out.push_str("</tr>");
    }
}

/// What stands before the words of an item.
fn told(number: Option<u64>, task: Option<bool>) -> String {
    let number = number.map(|number| format!("{number}. "));
    let task = match task {
        None => "",
        Some(true) => "☑ ",
        Some(false) => "☐ ",
    };
    number.unwrap_or_default() + task
}

fn spans(spans: &[Span], is_code: bool, out: &mut String) {
    for (at, span) in spans.iter().enumerate() {
        let (before, after) = match span.mark {
            Mark::Same => ("", ""),
            Mark::Inserted => ("<ins>", "</ins>"),
            Mark::Deleted => ("<del>", "</del>"),
            Mark::Note if at == 0 => ("<em>(", ")</em>"),
            Mark::Note => (" <em>(", ")</em>"),
        };
        out.push_str(before);
        // Nobody would see line breaks that came or went.
        if span.mark != Mark::Same && span.text.contains('\n') && span.text.trim().is_empty() {
            out.push('↵');
        }
        words(&span.text, is_code, out);
        out.push_str(after);
    }
}

fn words(text: &str, is_code: bool, out: &mut String) {
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push_str(if is_code { "\n" } else { "<br>" });
        }
        escape(line, out);
    }
}

/// A text of at most so many characters.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Options, parse};
    use crate::redline::{Memory, compare};

    fn limited(old: &str, new: &str, limit: usize) -> String {
        let document = |text: &str| -> Document { parse(text, Options::default()).document };
        let redline = compare(&document(old), &document(new), &mut Memory::new());
        fragment(&redline, limit, Words::english())
    }

    fn written(old: &str, new: &str) -> String {
        limited(old, new, usize::MAX)
    }

    #[test]
    fn a_change_stands_between_its_neighbours_below_its_heading() {
        let text = |word: &str| {
            format!(
                "# Policy\n\n## One\n\na\n\n## Two\n\nb\n\nc\n\nWe keep it for {word} days.\n\nd\n\ne\n\n## Three\n\nf\n"
            )
        };
        assert_eq!(
            written(&text("ten"), &text("two")),
            "<p><em>…</em></p><h4>Two</h4><p><em>…</em></p><p>c</p>\
             <p>We keep it for <del>ten</del><ins>two</ins> days.</p><p>d</p><p><em>…</em></p>"
        );
    }

    #[test]
    fn items_and_quotes_are_opened_and_closed() {
        assert_eq!(
            written("- a\n", "- a\n- b\n  > c\n\n  d\n"),
            "<ul><li>a</li><li><ins>b</ins><blockquote><p><ins>c</ins></p></blockquote><p><ins>d</ins></p></li></ul>"
        );
        assert_eq!(
            written("1. a\n", "1. a\n2. b\n   - c\n"),
            "<ul><li>1. a</li><li>2. <ins>b</ins><ul><li><ins>c</ins></li></ul></li></ul>"
        );
    }

    #[test]
    fn rows_stand_in_a_table() {
        let head = "| Name | Days |\n| --- | --- |\n";
        assert_eq!(
            written(&format!("{head}| a | 1 |\n"), &format!("{head}| a | 2 |\n")),
            "<table><tr><th>Name</th><th>Days</th></tr><tr><td>a</td><td><del>1</del><ins>2</ins></td></tr></table>"
        );
    }

    #[test]
    fn content_stays_content_and_nothing_has_an_attribute() {
        let said = written(
            "a\n",
            "</p><script>alert(1)</script> & \u{1}]]> [link](javascript:x) ![i](y.png)\n",
        );
        let marks = [
            "<p>", "</p>", "<ins>", "</ins>", "<del>", "</del>", "<em>", "</em>",
        ];
        let rest = marks
            .iter()
            .fold(said.clone(), |rest, mark| rest.replace(mark, ""));
        assert!(!rest.contains(['<', '=', '\u{1}']), "{said}");
    }

    #[test]
    fn what_is_too_long_is_counted_and_what_was_open_is_closed() {
        let new: String = (0..1000)
            .map(|n| format!("> - Item number {n}, which is new.\n"))
            .collect();
        for limit in [0, 100, 500, 1000, 5000] {
            let said = limited("a\n", &format!("a\n\n{new}\n\nb\n"), limit);
            assert!(said.len() <= limit.max(120), "{limit}: {said}");
            assert!(said.ends_with("not shown here</em></p>"), "{said}");
            for name in ["ul", "li", "blockquote", "p"] {
                let count = |tag: String| said.matches(&tag).count();
                assert_eq!(
                    count(format!("<{name}>")),
                    count(format!("</{name}>")),
                    "{said}"
                );
            }
        }
    }

    #[test]
    fn nothing_is_written_of_nothing() {
        assert_eq!(written("a\n", "a\n"), "");
    }
}
