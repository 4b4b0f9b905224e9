//! The pieces of a redline where only those that changed are wanted, and what stands beside them: most of a text is passed over.

use super::{Around, Fate, Line, LineKind, Piece, body, footnote};
use crate::document::Block;
use crate::redline::Redline;
use crate::redline::tree::Entry;
use crate::words::Redline as Words;

/// The whole redline; of a block that stayed and stands beside no change, and is no heading, an empty line alone.
pub(in crate::redline) fn pieces_beside(redline: &Redline, words: &Words) -> Vec<Piece> {
    let footnotes = &redline.footnotes;
    let around = Around::of(redline, words);
    let entries = &redline.entries;
    let is_same = |entry: &Entry| matches!(entry, Entry::Same { .. });
    let shows = |at: usize| {
        let beside = &entries[at.saturating_sub(1)..entries.len().min(at + 2)];
        !beside.iter().all(is_same)
            || matches!(&entries[at], Entry::Same { new, .. } if matches!(new.block, Block::Heading(_)))
    };
    let piece = |(at, entry)| match shows(at) {
        true => body(entry, &around),
        false => Piece::left_out(),
    };
    let notes = footnotes.parts.iter();
    entries
        .iter()
        .enumerate()
        .map(piece)
        .chain(notes.map(|part| footnote(part, &footnotes.old, &footnotes.new, &around)))
        .collect()
}

impl Piece {
    fn left_out() -> Piece {
        Piece {
            fate: Fate::Same,
            footnote: None,
            lines: vec![Line {
                kind: LineKind::Paragraph,
                leads: Vec::new(),
                cells: Vec::new(),
                is_recast: false,
            }],
        }
    }
}
