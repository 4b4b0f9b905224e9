//! The words of a line, by what happened to them.

use crate::document::Inline;
use crate::redline::flat::Numbers;
use crate::redline::tree::{Note, Run};
use crate::redline::{Redline, numbers};
use crate::words::Redline as Words;

use super::{Mark, Span};

/// What stands around the blocks.
pub(super) struct Around<'a> {
    /// Those of footnotes, of the old text and of the new one.
    numbers: [Numbers<'a>; 2],
    words: &'a Words,
}

impl<'a> Around<'a> {
    pub(super) fn of(redline: &'a Redline, words: &'a Words) -> Around<'a> {
        let footnotes = &redline.footnotes;
        Around {
            numbers: [numbers(&footnotes.old), numbers(&footnotes.new)],
            words,
        }
    }
}

/// The spans of a line: neighbours of one mark are one, but for notes.
#[derive(Default)]
pub(super) struct Spans(pub(super) Vec<Span>);

impl Spans {
    pub(super) fn of(mark: Mark, text: &str) -> Spans {
        let mut spans = Spans::default();
        spans.push(mark, text);
        spans
    }

    pub(super) fn push(&mut self, mark: Mark, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.mark == mark && mark != Mark::Note => last.text.push_str(text),
            _ => self.0.push(Span {
                mark,
                text: text.to_owned(),
            }),
        }
    }

    pub(super) fn note(&mut self, note: &Note, around: &Around) {
        self.push(Mark::Note, &note.told(around.words));
    }

    pub(super) fn runs(&mut self, runs: &[Run], around: &Around) {
        for run in runs {
            match run {
                Run::Same(inline) => self.inlines(std::slice::from_ref(inline), Mark::Same, around),
                Run::Inserted(inlines) => self.inlines(inlines, Mark::Inserted, around),
                Run::Deleted(inlines) => self.inlines(inlines, Mark::Deleted, around),
                Run::Within(_, runs) => self.runs(runs, around),
                Run::Note(note) => self.note(note, around),
            }
        }
    }

    pub(super) fn inlines(&mut self, inlines: &[Inline], mark: Mark, around: &Around) {
        for inline in inlines {
            match inline {
                Inline::Text(text) | Inline::Code(text) => self.push(mark, text),
                Inline::Emphasis(content)
                | Inline::Strong(content)
                | Inline::Strike(content)
                | Inline::Element { content, .. } => self.inlines(content, mark, around),
                Inline::Link(link) => self.inlines(&link.content, mark, around),
                Inline::Image(image) if image.alt.is_empty() => {
                    self.push(mark, &around.words.image_bare)
                }
                Inline::Image(image) => {
                    self.push(mark, &around.words.image.fill(&[("alt", &image.alt)]));
                }
                Inline::LineBreak => self.push(mark, "\n"),
                Inline::FootnoteReference(label) => {
                    let numbers = &around.numbers[usize::from(mark != Mark::Deleted)];
                    if let Some(number) = numbers.get(label.as_str()) {
                        self.push(mark, &format!("[{number}]"));
                    }
                }
            }
        }
    }
}
