//! Writes a redline as HTML: the new document's, with what is gone in `<del>` where it stood and what is new in `<ins>`.
//!
//! 1. Entries become pieces: runs of blocks that are the same, and changes.
//! 2. A long run is collapsed but for its edges and for the heading of the section that the next change stands in
//!    ([`unchanged`]).
//! 3. A change is written with its marks ([`changes`]); before the first of them stands a stop, with links to those before and
//!    after it ([`stops`]).
//!
//! What is there for the page and not of the text bears the class `ui` or `sr-only`. Screen readers that announce nothing
//! for a mark find words in it.

mod changes;
mod stops;
mod unchanged;

use std::collections::BTreeMap;

use crate::document::Known;
use crate::document::html::{Resolve, Writer, escape};
use crate::words::Redline as Words;

use super::seen::is_block_seen;
use super::tree::{Change, Entry, FootnotePart, Moved};
use super::{Kind, Redline, SectionChange};

use changes::Said;
use stops::Stops;

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
    write_knowing(redline, old, new, prefix, &mut Known::default(), out)
}

/// The same, faster where blocks of the new text are known from other pages.
pub fn write_knowing(
    redline: &Redline,
    old: &dyn Resolve,
    new: &dyn Resolve,
    prefix: &str,
    known: &mut Known,
    out: &mut String,
) -> Written {
    let pieces = pieces(&redline.entries);
    let mut page = Page {
        writer: Writer::new(&redline.footnotes.new, new, out).compared(prefix),
        words: &new.words().redline,
        lang: &new.words().language,
        redline,
        old,
        moves: moves(&pieces),
        stops: Stops::default(),
        prefix,
        known,
    };
    let mut numbers = Vec::with_capacity(redline.entries.len());
    for at in 0..pieces.len() {
        let number = page.piece(&pieces, at);
        numbers.resize(numbers.len() + pieces[at].len(), number);
    }
    page.footnotes();
    Written {
        changes: page.end(),
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

/// The pieces that show the first part of a move at its old and at its new place.
#[derive(Default, Clone, Copy)]
struct Ends {
    old: Option<usize>,
    new: Option<usize>,
}

fn moves(pieces: &[Piece]) -> BTreeMap<usize, Ends> {
    let mut moves: BTreeMap<usize, Ends> = BTreeMap::new();
    for (at, piece) in pieces.iter().enumerate() {
        let end = match piece {
            Piece::Removed(_, Some(moved)) => &mut moves.entry(*moved).or_default().old,
            Piece::Added(_, Some(moved)) => &mut moves.entry(moved.number).or_default().new,
            _ => continue,
        };
        end.get_or_insert(at);
    }
    moves
}

/// One end of a move, as it is shown.
struct MoveEnd {
    /// ` id="…"`, or nothing where another piece has it.
    id: String,
    /// The link to the other end.
    link: String,
}

struct Page<'a> {
    writer: Writer<'a>,
    words: &'a Words,
    /// The language of the words.
    lang: &'a str,
    redline: &'a Redline,
    old: &'a dyn Resolve,
    moves: BTreeMap<usize, Ends>,
    stops: Stops,
    prefix: &'a str,
    known: &'a mut Known,
}

impl<'a> Page<'a> {
    fn push(&mut self, html: &str) {
        self.writer.out().push_str(html);
    }

    /// Writes a piece, and gives the number of the change that it is or begins with.
    fn piece(&mut self, pieces: &[Piece], at: usize) -> usize {
        let follows = at > 0 && matches!(pieces[at - 1], Piece::Removed(_, None));
        let first = self.stops.count() + 1;
        match &pieces[at] {
            Piece::Same(entries) => self.same(entries, at > 0, at + 1 < pieces.len()),
            // What replaces something is one change with it.
            Piece::Added(entries, None) if follows => self.added_entries(entries),
            piece => self.change(|page| page.changed_piece(piece, pieces, at)),
        }
        first.min(self.stops.count())
    }

    fn changed_piece(&mut self, piece: &Piece, pieces: &[Piece], at: usize) {
        match piece {
            Piece::Same(_) => {}
            Piece::Changed(change) => self.changed(change),
            Piece::Removed(entries, moved) => {
                let tops = entries.iter().flat_map(|entry| entry.old_blocks());
                let blocks = tops.map(|top| &top.block);
                match moved {
                    Some(moved) => {
                        let end = self.old_end(*moved, at);
                        self.left(blocks.collect(), &end);
                    }
                    None => {
                        let next = pieces.get(at + 1);
                        let is_replaced = matches!(next, Some(Piece::Added(_, None)));
                        self.removed(blocks, Said::DELETED.ended(!is_replaced));
                    }
                }
            }
            Piece::Added(entries, None) => self.added_entries(entries),
            Piece::Added(entries, Some(moved)) => {
                let end = self.new_end(moved.number, at);
                self.arrived(entries, &end);
            }
        }
    }

    fn added_entries(&mut self, entries: &[Entry]) {
        let tops = entries.iter().flat_map(|entry| entry.new_blocks());
        self.added(tops.map(|top| &top.block), Said::INSERTED);
    }

    fn old_end(&self, number: usize, at: usize) -> MoveEnd {
        let ends = self.moves.get(&number).copied().unwrap_or_default();
        let words = match ends.new > Some(at) {
            true => &self.words.moved_down,
            false => &self.words.moved_up,
        };
        self.move_end(number, ["old", "new"], ends.old == Some(at), words)
    }

    fn new_end(&self, number: usize, at: usize) -> MoveEnd {
        let ends = self.moves.get(&number).copied().unwrap_or_default();
        let words = match ends.old > Some(at) {
            true => &self.words.moved_from_below,
            false => &self.words.moved_from_above,
        };
        self.move_end(number, ["new", "old"], ends.new == Some(at), words)
    }

    fn move_end(
        &self,
        number: usize,
        [end, other]: [&str; 2],
        has_id: bool,
        words: &str,
    ) -> MoveEnd {
        let id = |end: &str| format!("{}pg-move-{number}-{end}", self.prefix);
        let own = format!(" id=\"{}\"", id(end));
        let mut said = String::new();
        escape(words, &mut said);
        MoveEnd {
            id: if has_id { own } else { String::new() },
            link: format!(
                "<a class=\"ui pg-moved\" href=\"#{}\" lang=\"{}\">{said}</a>\n",
                id(other),
                self.lang
            ),
        }
    }

    /// The new end of a move.
    fn arrived(&mut self, entries: &[Entry], end: &MoveEnd) {
        let inside = |page: &mut Self| {
            page.push(&end.link);
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
        let attributes = format!("{} class=\"moved\"", end.id);
        self.mark("ins", &attributes, Said::ARRIVED, inside);
        self.push("\n");
    }

    fn footnotes(&mut self) {
        let footnotes = &self.redline.footnotes;
        if footnotes.parts.is_empty() {
            return;
        }
        self.writer.footnotes_start();
        let mut after_removed = false;
        for part in &footnotes.parts {
            self.footnote(part, after_removed);
            after_removed = matches!(part, FootnotePart::Removed { .. });
        }
        self.push("</ol></section>\n");
    }

    fn footnote(&mut self, part: &FootnotePart, after_removed: bool) {
        let footnotes = &self.redline.footnotes;
        let prefix = self.prefix;
        match part {
            FootnotePart::Removed { old } => {
                self.push(&format!("<li class=\"pg-removed\" value=\"{}\">", old + 1));
                self.change(|page| page.removed(footnotes.old[*old].blocks.iter(), Said::DELETED));
            }
            FootnotePart::Same { new }
            | FootnotePart::Changed { new, .. }
            | FootnotePart::Added { new } => {
                let number = new + 1;
                // What is gone must not shift the numbers of what follows.
                let value = match after_removed {
                    true => format!(" value=\"{number}\""),
                    false => String::new(),
                };
                self.push(&format!("<li id=\"{prefix}fn-{number}\"{value}>"));
                self.present_footnote(part, *new);
            }
        }
        self.push("</li>\n");
    }

    fn present_footnote(&mut self, part: &FootnotePart, new: usize) {
        let blocks = &self.redline.footnotes.new[new].blocks;
        match part {
            FootnotePart::Changed { blocks, .. } => self.change(|page| page.parts(blocks)),
            FootnotePart::Added { .. } => {
                self.change(|page| page.added(blocks.iter(), Said::INSERTED));
            }
            _ => return self.writer.footnote(new, blocks),
        }
        let back = self.writer.back(&format!("fnref-{}", new + 1));
        self.push(&back);
    }

    /// The number of changes on the page, which is complete.
    fn end(mut self) -> usize {
        let stops = std::mem::take(&mut self.stops);
        stops.end(self.writer.out())
    }
}
