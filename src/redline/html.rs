//! Writes a redline as HTML: the new document's, with what is gone in `<del>` where it stood and what is new in `<ins>`.
//!
//! 1. Entries become pieces: runs of blocks that are the same, and changes, which are numbered.
//! 2. A long run is collapsed but for its edges and for the heading of the section that the next change stands in.
//! 3. A change is written with its marks ([`changes`]); the first bears the id `pg-change-N`, and links to the changes before
//!    and after it follow.
//!
//! What is there for the page and not of the text bears the class `ui` or `sr-only`. Screen readers that announce nothing
//! for a mark find words in it.

mod changes;

use std::collections::BTreeMap;

use crate::document::Block;
use crate::document::html::{Resolve, Writer};

use super::seen::is_block_seen;
use super::tree::{Change, Entry, FootnotePart, Moved};
use super::{Kind, Redline, SectionChange};

/// A run of at most so many blocks is not collapsed.
const SHORT: usize = 3;

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// How many changes there are; they have the ids `<prefix>pg-change-1`, `<prefix>pg-change-2`, …
    pub changes: usize,
    /// For each of [`Redline::sections`], in order: the id of the element that shows its heading or its first change.
    pub targets: Vec<String>,
}

/// The content of `<article class="redline">`. Links of the old text and of the new one are resolved apart. The links to
/// footnotes (`#fn-1`) are given to `new` like those of the text. `prefix` goes before every id and in the links to them, so
/// that several redlines can stand on one page.
pub fn write(
    redline: &Redline,
    old: &dyn Resolve,
    new: &dyn Resolve,
    prefix: &str,
    out: &mut String,
) -> Written {
    let pieces = pieces(&redline.entries);
    let changes = pieces.iter().filter(|piece| piece.is_change()).count();
    let notes = redline
        .footnotes
        .parts
        .iter()
        .filter(|part| !matches!(part, FootnotePart::Same { .. }))
        .count();
    let mut page = Page {
        writer: Writer::new(&redline.footnotes.new, new, out).compared(prefix),
        redline,
        old,
        moves: moves(&pieces),
        id: None,
        last: changes + notes,
        prefix,
    };
    let mut number = 0;
    let mut numbers = Vec::with_capacity(redline.entries.len());
    for (at, piece) in pieces.iter().enumerate() {
        if piece.is_change() {
            number += 1;
            page.change(number, |page| page.piece(piece));
        } else if let Piece::Same(entries) = piece {
            page.same(entries, at > 0, at + 1 < pieces.len());
        }
        numbers.resize(numbers.len() + piece.len(), number);
    }
    page.footnotes(number);
    Written {
        changes: changes + notes,
        targets: targets(redline, prefix, &numbers),
    }
}

/// `numbers` are those of the changes that the entries are shown in.
fn targets(redline: &Redline, prefix: &str, numbers: &[usize]) -> Vec<String> {
    let sections = redline.sections_at().into_iter();
    let target = |(section, at): (SectionChange, usize)| match (section.kind, &*section.anchor) {
        (Kind::Removed, _) | (_, "") => format!("{prefix}pg-change-{}", numbers[at].max(1)),
        (_, anchor) => format!("{prefix}{anchor}"),
    };
    sections.map(target).collect()
}

/// A part of the page.
enum Piece<'a> {
    Same(&'a [Entry]),
    Changed(&'a Change),
    /// Blocks that were removed one after the other, or that moved together.
    Removed(&'a [Entry], Option<usize>),
    Added(&'a [Entry], Option<&'a Moved>),
}

impl Piece<'_> {
    fn is_change(&self) -> bool {
        !matches!(self, Piece::Same(_))
    }

    /// How many entries it shows.
    fn len(&self) -> usize {
        match self {
            Piece::Changed(_) => 1,
            Piece::Same(entries) | Piece::Removed(entries, _) | Piece::Added(entries, _) => {
                entries.len()
            }
        }
    }
}

fn pieces<'e>(entries: &'e [Entry]) -> Vec<Piece<'e>> {
    let groups = entries.chunk_by(|a, b| fate(a) != Fate::Alone && fate(a) == fate(b));
    let piece = |entries: &'e [Entry]| match entries {
        [Entry::Changed { change, .. } | Entry::Recast { change, .. }] => Piece::Changed(change),
        [Entry::Removed { moved, .. }, ..] if fate(&entries[0]) != Fate::Same => {
            Piece::Removed(entries, *moved)
        }
        [Entry::Added { moved, .. }, ..] if fate(&entries[0]) != Fate::Same => {
            Piece::Added(entries, moved.as_ref())
        }
        _ => Piece::Same(entries),
    };
    groups.map(piece).collect()
}

/// Neighbours that share it are shown as one.
#[derive(PartialEq, Eq)]
enum Fate {
    Same,
    Alone,
    Removed(Option<usize>),
    Added(Option<usize>),
}

/// What shows nothing is the same, wherever it came from.
fn fate(entry: &Entry) -> Fate {
    match entry {
        Entry::Same { .. } => Fate::Same,
        Entry::Changed { .. } | Entry::Recast { .. } => Fate::Alone,
        Entry::Removed { block, .. } | Entry::Added { block, .. }
            if !is_block_seen(&block.block) =>
        {
            Fate::Same
        }
        Entry::Removed { moved, .. } => Fate::Removed(*moved),
        Entry::Added { moved, .. } => Fate::Added(moved.as_ref().map(|moved| moved.number)),
    }
}

/// For each move the numbers of the changes at its old and its new end.
fn moves(pieces: &[Piece]) -> BTreeMap<usize, (usize, usize)> {
    let mut moves: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let changes = pieces.iter().filter(|piece| piece.is_change());
    for (piece, number) in changes.zip(1..) {
        match piece {
            Piece::Removed(_, Some(moved)) => moves.entry(*moved).or_default().0 = number,
            Piece::Added(_, Some(moved)) => moves.entry(moved.number).or_default().1 = number,
            _ => {}
        }
    }
    moves
}

struct Page<'a> {
    writer: Writer<'a>,
    redline: &'a Redline,
    old: &'a dyn Resolve,
    moves: BTreeMap<usize, (usize, usize)>,
    /// The number of the change whose first mark is still to come.
    id: Option<usize>,
    /// The number of the last change.
    last: usize,
    prefix: &'a str,
}

impl<'a> Page<'a> {
    fn push(&mut self, html: &str) {
        self.writer.out().push_str(html);
    }

    /// A change, and the way to those before and after it.
    fn change(&mut self, number: usize, write: impl FnOnce(&mut Self)) {
        self.id = Some(number);
        write(self);
        if let Some(number) = self.id.take() {
            // Nothing was marked: what changed cannot be seen.
            let prefix = self.prefix;
            self.push(&format!(
                "<p class=\"ui pg-note\" id=\"{prefix}pg-change-{number}\">(invisible change)</p>\n"
            ));
        }
        if self.last < 2 {
            return;
        }
        let prefix = self.prefix;
        let link =
            |to: usize, words: &str| format!("<a href=\"#{prefix}pg-change-{to}\">{words}</a>");
        let before = (number > 1).then(|| link(number - 1, "previous change"));
        let after = (number < self.last).then(|| link(number + 1, "next change"));
        let links: Vec<String> = before.into_iter().chain(after).collect();
        self.push(&format!(
            "<p class=\"ui pg-walk\">{}</p>\n",
            links.join(" · ")
        ));
    }

    fn piece(&mut self, piece: &Piece) {
        match piece {
            Piece::Same(_) => {}
            Piece::Changed(change) => self.changed(change),
            Piece::Removed(entries, moved) => {
                let to = moved
                    .and_then(|moved| self.moves.get(&moved))
                    .map(|ends| ends.1);
                let blocks = entries
                    .iter()
                    .flat_map(|entry| entry.old_blocks())
                    .map(|top| &top.block);
                self.removed(blocks, to);
            }
            Piece::Added(entries, None) => {
                let blocks = entries
                    .iter()
                    .flat_map(|entry| entry.new_blocks())
                    .map(|top| &top.block);
                self.added(blocks);
            }
            Piece::Added(entries, Some(moved)) => {
                let from = self.moves.get(&moved.number).map(|ends| ends.0);
                self.arrived(entries, from.unwrap_or_default());
            }
        }
    }

    /// The new end of a move.
    fn arrived(&mut self, entries: &[Entry], from: usize) {
        let inside = |page: &mut Self| {
            let prefix = page.prefix;
            page.push(&format!("<a class=\"ui pg-moved\" href=\"#{prefix}pg-change-{from}\">moved here from its old place</a>\n"));
            for entry in entries {
                match entry {
                    Entry::Added {
                        moved:
                            Some(Moved {
                                change: Some(change),
                                ..
                            }),
                        ..
                    } => page.changed(change),
                    _ => entry
                        .new_blocks()
                        .iter()
                        .for_each(|top| page.writer.block(&top.block)),
                }
            }
        };
        self.mark("ins", true, true, inside);
        self.push("\n");
    }

    /// A run of blocks in which nothing changed.
    fn same(&mut self, entries: &[Entry], after_change: bool, before_change: bool) {
        let tops = entries.iter().flat_map(|entry| entry.new_blocks());
        let blocks: Vec<&Block> = tops.map(|top| &top.block).collect();
        let (mut from, mut to) = (0, blocks.len());
        if after_change {
            from = (from + 1).min(to);
        }
        if before_change {
            to = to.saturating_sub(1).max(from);
        }
        self.blocks(&blocks[..from]);
        let is_heading = |block: &&Block| matches!(block, Block::Heading(_));
        let is_headed = blocks[to..].iter().any(is_heading);
        let heading = blocks[from..to]
            .iter()
            .rposition(is_heading)
            .filter(|_| before_change && !is_headed);
        match heading.map(|at| from + at) {
            Some(at) => {
                self.collapsed(&blocks[from..at]);
                self.blocks(&blocks[at..at + 1]);
                self.collapsed(&blocks[at + 1..to]);
            }
            None => self.collapsed(&blocks[from..to]),
        }
        self.blocks(&blocks[to..]);
    }

    fn blocks(&mut self, blocks: &[&Block]) {
        blocks.iter().for_each(|block| self.writer.block(block));
    }

    fn collapsed(&mut self, blocks: &[&Block]) {
        if blocks.len() <= SHORT {
            return self.blocks(blocks);
        }
        self.push(&format!("<details class=\"unchanged\"><summary class=\"ui\">{} paragraphs unchanged</summary>\n", blocks.len()));
        self.blocks(blocks);
        self.push("</details>\n");
    }

    fn footnotes(&mut self, mut number: usize) {
        let footnotes = &self.redline.footnotes;
        if footnotes.parts.is_empty() {
            return;
        }
        self.writer.footnotes_start();
        let mut after_removed = false;
        for part in &footnotes.parts {
            let value = match part {
                FootnotePart::Removed { old } => format!(" value=\"{}\"", old + 1),
                FootnotePart::Same { new }
                | FootnotePart::Changed { new, .. }
                | FootnotePart::Added { new }
                    if after_removed =>
                {
                    format!(" value=\"{}\"", new + 1)
                }
                _ => String::new(),
            };
            after_removed = matches!(part, FootnotePart::Removed { .. });
            if let FootnotePart::Same { new } = part {
                self.push(&format!("<li id=\"{}fn-{}\"{value}>", self.prefix, new + 1));
                self.writer.footnote(*new, &footnotes.new[*new].blocks);
            } else {
                number += 1;
                self.footnote(part, &value, number);
            }
            self.push("</li>\n");
        }
        self.push("</ol></section>\n");
    }

    fn footnote(&mut self, part: &FootnotePart, value: &str, number: usize) {
        let footnotes = &self.redline.footnotes;
        match part {
            FootnotePart::Removed { .. } => self.push(&format!("<li class=\"pg-removed\"{value}>")),
            FootnotePart::Same { new }
            | FootnotePart::Changed { new, .. }
            | FootnotePart::Added { new } => {
                self.push(&format!("<li id=\"{}fn-{}\"{value}>", self.prefix, new + 1));
            }
        }
        self.change(number, |page| match part {
            FootnotePart::Removed { old } => page.removed(footnotes.old[*old].blocks.iter(), None),
            FootnotePart::Added { new } => page.added(footnotes.new[*new].blocks.iter()),
            FootnotePart::Changed { blocks, .. } => page.parts(blocks),
            FootnotePart::Same { .. } => {}
        });
        if let FootnotePart::Changed { new, .. } | FootnotePart::Added { new } = part {
            let link = format!(
                "<a class=\"ui pg-back\" href=\"#{}fnref-{}\" aria-label=\"Back to the text\">↩</a>",
                self.prefix,
                new + 1
            );
            self.push(&link);
        }
    }
}
