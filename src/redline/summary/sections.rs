//! The sections in which something changed, and where the anchors of old headings lead today.

use crate::document::{Block, Heading, TopBlock, plain_text};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::Redline;
use super::super::seen::is_block_seen;
use super::super::tree::{Change, Entry, FootnotePart, Part, Text, TextKind};
use super::{Kind, SectionChange, is_heading, is_retitled};

/// Each with the place of the entry at which it begins, where that changed, or at which it first changed.
pub(super) fn sections(redline: &Redline) -> Vec<(SectionChange, usize)> {
    let mut walk = Walk::default();
    walk.begin("", "", None);
    for (at, entry) in redline.entries.iter().enumerate() {
        walk.at = at;
        walk.entry(entry);
    }
    if redline.footnotes.parts.iter().any(is_footnote_marked) {
        walk.begin(FOOTNOTES, "pg-footnotes", Some(Kind::Changed));
    }
    walk.done()
}

/// What the footnotes are called, which have no heading of their own in the text.
const FOOTNOTES: &str = "Footnotes";

fn is_footnote_marked(part: &FootnotePart) -> bool {
    match part {
        FootnotePart::Same { .. } => false,
        FootnotePart::Removed { .. } | FootnotePart::Added { .. } => true,
        FootnotePart::Changed { blocks, .. } => super::are_marked(blocks),
    }
}

/// Goes through a redline and remembers in which section it is.
#[derive(Default)]
struct Walk {
    sections: Vec<Section>,
    /// The place of the entry.
    at: usize,
    /// The section of the new document that is open.
    current: usize,
    /// The removed section that is open; `Some(None)` where it moved and is told of elsewhere.
    removed: Option<Option<usize>>,
}

struct Section {
    heading: String,
    anchor: String,
    kind: Option<Kind>,
    at: usize,
}

impl Walk {
    fn begin(&mut self, heading: &str, anchor: &str, kind: Option<Kind>) {
        self.removed = None;
        self.current = self.sections.len();
        self.add(heading, anchor, kind);
    }

    fn add(&mut self, heading: &str, anchor: &str, kind: Option<Kind>) {
        self.sections.push(Section {
            heading: heading.split_whitespace().collect::<Vec<_>>().join(" "),
            anchor: anchor.to_owned(),
            kind,
            at: self.at,
        });
    }

    fn begin_heading(&mut self, heading: &Heading, kind: Option<Kind>) {
        self.begin(&plain_text(&heading.content), &heading.anchor, kind);
    }

    /// Something changed in the section that is open.
    fn touch(&mut self) {
        self.removed = None;
        let section = &mut self.sections[self.current];
        if section.kind.is_none() {
            section.kind = Some(Kind::Changed);
            section.at = self.at;
        }
    }

    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Same { new, .. } => self.same(&new.block),
            Entry::Changed { new, change, .. } => self.change(&new.block, change),
            Entry::Recast { change, .. } => {
                if let Change::Recast { blocks, .. } = change.as_ref() {
                    blocks.iter().for_each(|part| self.recast(part));
                }
            }
            Entry::Added { block, moved } => {
                let kind = if moved.is_some() {
                    Kind::Moved
                } else {
                    Kind::Added
                };
                self.added(&block.block, kind);
            }
            Entry::Removed { block, moved } => self.removed(&block.block, moved.is_some()),
        }
    }

    /// Its layout changed though its words may not have.
    fn recast(&mut self, part: &Part<Block, Change>) {
        if let Part::Same(block) = part
            && !matches!(block, Block::Heading(_) | Block::ThematicBreak)
            && is_block_seen(block)
        {
            self.touch();
        }
        self.part(part);
    }

    fn same(&mut self, block: &Block) {
        if let Block::Heading(heading) = block {
            return self.begin_heading(heading, None);
        }
        if is_block_seen(block) {
            self.removed = None;
        }
        for heading in headings(block) {
            self.begin_heading(heading, None);
        }
    }

    fn added(&mut self, block: &Block, kind: Kind) {
        match block {
            Block::Heading(heading) => self.begin_heading(heading, Some(kind)),
            _ if is_block_seen(block) => {
                self.touch();
                for heading in headings(block) {
                    self.begin_heading(heading, Some(kind));
                }
            }
            _ => {}
        }
    }

    fn removed(&mut self, block: &Block, moved: bool) {
        if !is_block_seen(block) {
            return;
        }
        let found = headings(block);
        if found.is_empty() && self.removed.is_none() {
            return self.touch();
        }
        for heading in found {
            self.removed = Some((!moved).then_some(self.sections.len()));
            if !moved {
                self.add(
                    &plain_text(&heading.content),
                    &heading.anchor,
                    Some(Kind::Removed),
                );
            }
        }
    }

    fn change(&mut self, block: &Block, change: &Change) {
        match (block, change) {
            (Block::Heading(heading), Change::Text(text)) => {
                self.begin_heading(heading, None);
                if is_retitled(text) {
                    self.touch();
                }
            }
            (_, Change::Element { blocks, .. }) => {
                for part in blocks {
                    self.part(part);
                }
            }
            _ => {
                self.touch();
                headings(block)
                    .into_iter()
                    .for_each(|heading| self.begin_heading(heading, None));
            }
        }
    }

    fn part(&mut self, part: &Part<Block, Change>) {
        match part {
            Part::Same(block) => self.same(block),
            Part::Added(block) => self.added(block, Kind::Added),
            Part::Removed(block) => self.removed(block, false),
            Part::Changed(Change::Text(text)) if is_heading(text) => {
                let heading = heading_of(text);
                self.begin(&heading.0, &heading.1, None);
                if is_retitled(text) {
                    self.touch();
                }
            }
            Part::Changed(Change::Element { blocks, .. }) => {
                blocks.iter().for_each(|part| self.part(part))
            }
            Part::Changed(_) => self.touch(),
        }
    }

    fn done(self) -> Vec<(SectionChange, usize)> {
        let changed = self.sections.into_iter().filter_map(|section| {
            let change = SectionChange {
                heading: section.heading,
                anchor: section.anchor,
                kind: section.kind?,
            };
            Some((change, section.at))
        });
        changed.collect()
    }
}

/// The new words and the anchor of a heading.
fn heading_of(text: &Text) -> (String, String) {
    let mut words = String::new();
    super::new_words(&text.runs, &mut words);
    match &text.kind {
        TextKind::Heading { anchor, .. } => (words, anchor.clone()),
        _ => (words, String::new()),
    }
}

fn headings(block: &Block) -> Vec<&Heading> {
    let mut found = Vec::new();
    collect(block, &mut found);
    found
}

fn collect<'a>(block: &'a Block, found: &mut Vec<&'a Heading>) {
    match block {
        Block::Heading(heading) => found.push(heading),
        Block::Quote(blocks) | Block::Element { blocks, .. } => {
            blocks.iter().for_each(|b| collect(b, found))
        }
        Block::List(list) => {
            let blocks = list.items.iter().flat_map(|item| &item.blocks);
            blocks.for_each(|b| collect(b, found));
        }
        Block::Definitions(groups) => {
            let blocks = groups.iter().flat_map(|group| &group.definitions).flatten();
            blocks.for_each(|b| collect(b, found));
        }
        Block::Table(table) => {
            let cells = table.head.iter().chain(&table.rows).flatten();
            cells
                .flat_map(|cell| &cell.blocks)
                .for_each(|b| collect(b, found));
        }
        Block::Paragraph(_) | Block::Plain(_) | Block::ThematicBreak | Block::Code { .. } => {}
    }
}

pub(super) fn anchors(redline: &Redline) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut moves: BTreeMap<usize, [Vec<Arc<TopBlock>>; 2]> = BTreeMap::new();
    for entry in &redline.entries {
        match entry {
            Entry::Same { old, new } if Arc::ptr_eq(old, new) => {}
            Entry::Same { old, new } => in_order(one(old), one(new), &mut pairs),
            Entry::Changed { old, new, change } => match (&old.block, change.as_ref()) {
                (Block::Heading(_), Change::Text(_)) => in_order(one(old), one(new), &mut pairs),
                _ => by_words(one(old), one(new), &mut pairs),
            },
            Entry::Recast { old, new, .. } => by_words(old, new, &mut pairs),
            Entry::Removed {
                block,
                moved: Some(number),
            } => moves.entry(*number).or_default()[0].push(block.clone()),
            Entry::Added {
                block,
                moved: Some(moved),
            } => moves.entry(moved.number).or_default()[1].push(block.clone()),
            Entry::Removed { .. } | Entry::Added { .. } => {}
        }
    }
    for [old, new] in moves.values() {
        in_order(old, new, &mut pairs);
    }
    pairs.retain(|(old, new)| old != new);
    pairs
}

pub(super) fn lost_anchors(redline: &Redline) -> Vec<String> {
    let is_changed = |entry: &&Entry| !matches!(entry, Entry::Same { .. });
    let changed = || redline.entries.iter().filter(is_changed);
    let now: BTreeSet<&str> = changed()
        .flat_map(|entry| all(entry.new_blocks()))
        .map(|heading| heading.anchor.as_str())
        .collect();
    let led = anchors(redline);
    let mut lost: Vec<String> = changed()
        .flat_map(|entry| all(entry.old_blocks()))
        .map(|heading| heading.anchor.clone())
        .collect();
    lost.retain(|old| !now.contains(old.as_str()) && !led.iter().any(|(from, _)| from == old));
    lost
}

fn one(top: &Arc<TopBlock>) -> &[Arc<TopBlock>] {
    std::slice::from_ref(top)
}

fn all(tops: &[Arc<TopBlock>]) -> impl Iterator<Item = &Heading> {
    tops.iter().flat_map(|top| headings(&top.block))
}

/// Blocks that have the same headings.
fn in_order(old: &[Arc<TopBlock>], new: &[Arc<TopBlock>], pairs: &mut Vec<(String, String)>) {
    let found = all(old).zip(all(new));
    pairs.extend(found.map(|(a, b)| (a.anchor.clone(), b.anchor.clone())));
}

/// Blocks some of whose headings may be the same: those with the same words, in order.
fn by_words(old: &[Arc<TopBlock>], new: &[Arc<TopBlock>], pairs: &mut Vec<(String, String)>) {
    let mut places: BTreeMap<String, Vec<&Heading>> = BTreeMap::new();
    for heading in all(new) {
        places
            .entry(plain_text(&heading.content))
            .or_default()
            .push(heading);
    }
    places.values_mut().for_each(|found| found.reverse());
    for heading in all(old) {
        if let Some(found) = places
            .get_mut(&plain_text(&heading.content))
            .and_then(Vec::pop)
        {
            pairs.push((heading.anchor.clone(), found.anchor.clone()));
        }
    }
}
