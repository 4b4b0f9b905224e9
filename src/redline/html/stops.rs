//! The stops of a reader who walks from change to change: one before the first mark of each changed block, item or row.
//!
//! A stop is a number with two links, to the change after it and to the one before it, which the style sheet puts into the
//! margin. It stands before the block, so that neither a heading nor a sentence has it in the middle when it is read aloud,
//! and before the mark itself only where that is far down in a long paragraph. The link that comes first is that to the next
//! change: whoever follows it lands before the link that leads on.

use std::ops::Range;

use super::Page;
use crate::document::html::escape;

/// The stops so far.
#[derive(Default)]
pub(super) struct Stops {
    count: usize,
    /// Whether the next mark begins a change.
    is_wanted: bool,
    /// Whether no part of what is written begins a change of its own.
    is_held: bool,
    /// Where the last link to a next change stands on the page.
    next: Range<usize>,
}

impl Stops {
    pub fn count(&self) -> usize {
        self.count
    }

    /// The number of stops; after the last one no change comes, so that its link is taken away.
    pub fn end(self, out: &mut String) -> usize {
        out.replace_range(self.next, "");
        self.count
    }
}

impl Page<'_> {
    /// A change outside of others. Where nothing of it can be seen, it says so.
    pub(super) fn change(&mut self, write: impl FnOnce(&mut Self)) {
        let before = self.stops.count;
        self.begin();
        write(self);
        if self.stops.count == before {
            self.stop();
            let lang = self.lang;
            self.push(&format!("<p class=\"ui pg-note\" lang=\"{lang}\">"));
            escape(&self.words.invisible, self.writer.out());
            self.push("</p>\n");
        }
        self.stops.is_wanted = false;
    }

    /// The next mark begins a change of its own.
    pub(super) fn begin(&mut self) {
        self.stops.is_wanted |= !self.stops.is_held;
    }

    /// All changes in what is written are one.
    pub(super) fn as_one(&mut self, write: impl FnOnce(&mut Self)) {
        let was_held = std::mem::replace(&mut self.stops.is_held, true);
        write(self);
        self.stops.is_held = was_held;
    }

    /// Writes a stop where one is wanted.
    pub(super) fn stop(&mut self) {
        if !std::mem::take(&mut self.stops.is_wanted) {
            return;
        }
        self.stops.count += 1;
        let (number, prefix) = (self.stops.count, self.prefix);
        let (words, lang) = (self.words, self.lang);
        let in_link = self.writer.is_in_link();
        let out = self.writer.out();
        out.push_str(&format!(
            "<span class=\"ui pg-stop\" id=\"{prefix}pg-change-{number}\" lang=\"{lang}\"><span aria-hidden=\"true\">{number}</span>"
        ));
        // No link may stand in another.
        if !in_link {
            let start = out.len();
            push_link(prefix, number + 1, &words.next, "↓", out);
            self.stops.next = start..out.len();
            if number > 1 {
                push_link(prefix, number - 1, &words.previous, "↑", out);
            }
        }
        out.push_str("</span>");
    }
}

fn push_link(prefix: &str, to: usize, words: &str, sign: &str, out: &mut String) {
    out.push_str(&format!(
        " <a href=\"#{prefix}pg-change-{to}\" aria-label=\""
    ));
    escape(words, out);
    out.push_str(&format!("\">{sign}</a>"));
}
