//! The difference of two documents, block by block and word by word, from which both can be read back exactly.
//!
//! 1. Blocks are aligned: the equal ones first, then those that are alike ([`units`]).
//! 2. Two blocks that were paired are compared part by part ([`blocks`], [`tables`]), their texts word by word ([`text`]), and
//!    the marks are made readable ([`tidy`]).
//! 3. Sections that have nothing in common are parted ([`sections`]), and what was removed in one place and added in another
//!    moved ([`moves`]).
//! 4. The result is the new document's tree, with what is gone put where it stood ([`tree`]); from it come the page
//!    ([`html`]), the counts, the changed sections and the description ([`summary`]).
//!
//! ```text
//! old ─┐                                        ┌─► accept ─► new
//!      ├─► blocks ─► words ─► tidy ─► Redline ──┼─► reject ─► old
//! new ─┘                                        └─► html, counts, sections, description
//! ```

mod align;
mod around;
mod blocks;
mod budget;
mod excerpt;
mod flat;
pub mod fragment;
pub mod html;
pub mod json;
pub mod letter;
pub mod markdown;
mod matching;
mod memory;
mod moves;
mod parts;
mod recast;
mod sections;
mod seen;
mod shown;
mod summary;
mod tables;
pub mod terminal;
#[cfg(test)]
mod tests;
mod text;
mod tidy;
pub mod tree;
mod units;
mod words;

pub use memory::Memory;
pub use summary::{Counts, Kind, SectionChange, Suggested, Summary};

use std::ops::Range;
use std::sync::Arc;

use crate::document::{Block, Digest, Document, Footnote, TopBlock};

use blocks::Context;
use budget::Budget;
use flat::Numbers;
use memory::{ByDigests, How, Sides};
use tree::{Entry, FootnotePart, Footnotes};
use units::{Step, Unit};
use words::Words;

/// The difference of an old document and a new one.
#[derive(Debug, Clone, Default)]
pub struct Redline {
    /// In the order of the new document, what is gone where it stood.
    pub entries: Vec<Entry>,
    pub footnotes: Footnotes,
}

/// Compares two documents. The same documents give the same redline, whatever the memory holds.
pub fn compare(old: &Document, new: &Document, memory: &mut Memory) -> Redline {
    memory.tidy();
    let numbers = (numbers(&old.footnotes), numbers(&new.footnotes));
    let mut budget = Budget::new();
    let mut context = Context {
        old_numbers: &numbers.0,
        new_numbers: &numbers.1,
        renumbered: numbers
            .0
            .iter()
            .any(|(label, number)| numbers.1.get(label) != Some(number)),
        budget: &mut budget,
    };
    let entries = entries(&old.blocks, &new.blocks, &mut context, memory);
    let mut entries = sections::part_replaced(entries, memory);
    moves::find(&mut entries, &mut context, memory);
    let footnotes = footnotes(&old.footnotes, &new.footnotes, &mut context);
    let mut redline = Redline { entries, footnotes };
    settle(&mut redline, &mut context, memory);
    redline
}

/// The new document.
pub fn accept(redline: &Redline) -> Document {
    let blocks = redline
        .entries
        .iter()
        .flat_map(|entry| entry.new_blocks().iter().cloned());
    Document {
        blocks: blocks.collect(),
        footnotes: redline.footnotes.new.clone(),
    }
}

/// The old document.
pub fn reject(redline: &Redline) -> Document {
    // A move's blocks stand in order at both of its ends.
    let blocks = redline
        .entries
        .iter()
        .flat_map(|entry| entry.old_blocks().iter().cloned());
    Document {
        blocks: blocks.collect(),
        footnotes: redline.footnotes.old.clone(),
    }
}

impl Entry {
    /// Its blocks in the old document.
    pub fn old_blocks(&self) -> &[Arc<TopBlock>] {
        match self {
            Entry::Same { old, .. } | Entry::Changed { old, .. } => std::slice::from_ref(old),
            Entry::Recast { old, .. } => old,
            Entry::Removed { block, .. } => std::slice::from_ref(block),
            Entry::Added { .. } => &[],
        }
    }

    /// Its blocks in the new document.
    pub fn new_blocks(&self) -> &[Arc<TopBlock>] {
        match self {
            Entry::Same { new, .. } | Entry::Changed { new, .. } => std::slice::from_ref(new),
            Entry::Recast { new, .. } => new,
            Entry::Added { block, .. } => std::slice::from_ref(block),
            Entry::Removed { .. } => &[],
        }
    }
}

fn numbers(footnotes: &[Footnote]) -> Numbers<'_> {
    footnotes
        .iter()
        .map(|f| f.label.as_str())
        .zip(1..)
        .collect()
}

/// Mostly all but a few blocks in the middle are the same, and shared.
fn entries(
    old: &[Arc<TopBlock>],
    new: &[Arc<TopBlock>],
    context: &mut Context,
    memory: &mut Memory,
) -> Vec<Entry> {
    let is_same = |pair: &(&Arc<TopBlock>, &Arc<TopBlock>)| {
        Arc::ptr_eq(pair.0, pair.1) || pair.0.digests == pair.1.digests
    };
    let before = old.iter().zip(new).take_while(is_same).count();
    let ends = old[before..].iter().rev().zip(new[before..].iter().rev());
    let after = ends.take_while(is_same).count();
    let middle = (before..old.len() - after, before..new.len() - after);
    let same = |(old, new): (&Arc<TopBlock>, &Arc<TopBlock>)| Entry::Same {
        old: old.clone(),
        new: new.clone(),
    };
    let mut entries = Vec::with_capacity(new.len() + 8);
    entries.extend(old[..before].iter().zip(new).map(same));
    changed(
        &old[middle.0.clone()],
        &new[middle.1.clone()],
        context,
        memory,
        &mut entries,
    );
    entries.extend(
        old[middle.0.end..]
            .iter()
            .zip(&new[middle.1.end..])
            .map(same),
    );
    entries
}

/// Equal blocks hold the documents together; what lies between two of them is a gap.
fn changed(
    old: &[Arc<TopBlock>],
    new: &[Arc<TopBlock>],
    context: &mut Context,
    memory: &mut Memory,
    entries: &mut Vec<Entry>,
) {
    let mut ids = Ids::default();
    let (a, b) = (ids_of(old, &mut ids), ids_of(new, &mut ids));
    let same = align::align(&a, &b, context.budget).into_iter();
    let (mut i, mut j) = (0, 0);
    for (x, y) in same.chain([(old.len(), new.len())]) {
        let (gone, come) = (&old[i..x], &new[j..y]);
        if gone.is_empty() || come.is_empty() {
            entries.extend(gone.iter().map(removed));
            entries.extend(come.iter().map(added));
        } else {
            let sides = Sides {
                old: gone,
                new: come,
            };
            entries.extend_from_slice(&memory.gap(sides, context));
        }
        if x < old.len() {
            entries.push(Entry::Same {
                old: old[x].clone(),
                new: new[y].clone(),
            });
        }
        (i, j) = (x + 1, y + 1);
    }
}

type Ids<'a> = ByDigests<&'a [Digest], u32>;

/// Equal blocks have equal numbers.
fn ids_of<'a>(tops: &'a [Arc<TopBlock>], ids: &mut Ids<'a>) -> Vec<u32> {
    let id = |top: &'a Arc<TopBlock>| {
        let next = ids.len() as u32;
        *ids.entry(top.digests.as_slice()).or_insert(next)
    };
    tops.iter().map(id).collect()
}

/// What became of the blocks between two equal ones.
fn gap(sides: Sides, context: &mut Context, memory: &mut Memory) -> Vec<Entry> {
    let Sides { old, new } = sides;
    let a: Vec<Unit> = old.iter().map(|top| unit(top, memory)).collect();
    let b: Vec<Unit> = new.iter().map(|top| unit(top, memory)).collect();
    let mut entries = Vec::with_capacity(old.len().max(new.len()));
    for step in units::steps(&a, &b, context.budget, true) {
        match step {
            Step::Same(i, j) => entries.push(Entry::Same {
                old: old[i].clone(),
                new: new[j].clone(),
            }),
            Step::Pair(i, j) => pair(&old[i], &new[j], context, memory, &mut entries),
            Step::Regrouped(i, j) => regrouped(&old[i], &new[j], context, memory, &mut entries),
            Step::Removed(i) => entries.push(removed(&old[i])),
            Step::Added(j) => entries.push(added(&new[j])),
        }
    }
    entries
}

fn unit<'a>(top: &'a TopBlock, memory: &mut Memory) -> Unit<'a> {
    Unit {
        label: None,
        kind: blocks::kind(&top.block),
        words: memory.words(top),
    }
}

fn pair(
    old: &Arc<TopBlock>,
    new: &Arc<TopBlock>,
    context: &mut Context,
    memory: &mut Memory,
    entries: &mut Vec<Entry>,
) {
    let both_are_headings = blocks::kind(&old.block) == units::Kind::Heading
        && blocks::kind(&new.block) == units::Kind::Heading;
    let sides = Sides {
        old: std::slice::from_ref(old),
        new: std::slice::from_ref(new),
    };
    let change = match memory.compare(sides, How::Paired, context) {
        None if both_are_headings => Some(Arc::new(blocks::compare_surely(
            &old.block, &new.block, context,
        ))),
        change => change,
    };
    match change {
        Some(change) => entries.push(Entry::Changed {
            old: old.clone(),
            new: new.clone(),
            change,
        }),
        None => entries.extend([removed(old), added(new)]),
    }
}

fn removed(block: &Arc<TopBlock>) -> Entry {
    Entry::Removed {
        block: block.clone(),
        moved: None,
    }
}

fn added(block: &Arc<TopBlock>) -> Entry {
    Entry::Added {
        block: block.clone(),
        moved: None,
    }
}

fn regrouped(
    old: &[Arc<TopBlock>],
    new: &[Arc<TopBlock>],
    context: &mut Context,
    memory: &mut Memory,
    entries: &mut Vec<Entry>,
) {
    match memory.compare(Sides { old, new }, How::Recast, context) {
        Some(change) => entries.push(Entry::Recast {
            old: old.to_vec(),
            new: new.to_vec(),
            change,
        }),
        None => {
            entries.extend(old.iter().map(removed));
            entries.extend(new.iter().map(added));
        }
    }
}

fn blocks_in(tops: &[Arc<TopBlock>]) -> Vec<&Block> {
    tops.iter().map(|top| &top.block).collect()
}

/// Footnotes belong together by their labels, as far as they keep their order.
fn footnotes(old: &[Footnote], new: &[Footnote], context: &mut Context) -> Footnotes {
    let place = |label: &str| context.old_numbers.get(label).map(|number| number - 1);
    let mut pairs: Vec<(usize, usize, u64)> = (0..new.len())
        .filter_map(|j| Some((place(&new[j].label)?, j, 1)))
        .collect();
    pairs.sort_unstable();
    let pairs = align::heaviest(&pairs).into_iter();
    let mut parts = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (x, y) in pairs.chain([(old.len(), new.len())]) {
        parts.extend((i..x).map(|old| FootnotePart::Removed { old }));
        parts.extend((j..y).map(|new| FootnotePart::Added { new }));
        if x < old.len() {
            parts.push(footnote(&old[x].blocks, y, &new[y].blocks, context));
        }
        (i, j) = (x + 1, y + 1);
    }
    Footnotes {
        old: old.to_vec(),
        new: new.to_vec(),
        parts,
    }
}

fn footnote(old: &[Block], at: usize, new: &[Block], context: &mut Context) -> FootnotePart {
    let refers = || Words::of_blocks(new).text.contains(words::OBJECT);
    if old == new && !(context.renumbered && refers()) {
        return FootnotePart::Same { new: at };
    }
    FootnotePart::Changed {
        new: at,
        blocks: blocks::compare_blocks(old, new, context),
    }
}

/// Where both documents say the same, no word may be marked, however much their structure differs: then all that lies between
/// the first change and the last is shown as it is now.
fn settle(redline: &mut Redline, context: &mut Context, memory: &mut Memory) {
    let Some(range) = changed_range(&redline.entries) else {
        return;
    };
    if !may_say_the_same(&redline.entries[range.clone()], memory) {
        return;
    }
    let (added, removed) = redline.words();
    if added != removed || !redline.entries.iter().any(has_words_marked) {
        return;
    }
    let entries = &redline.entries[range.clone()];
    let old: Vec<Arc<TopBlock>> = entries
        .iter()
        .flat_map(|entry| entry.old_blocks().iter().cloned())
        .collect();
    let new: Vec<Arc<TopBlock>> = entries
        .iter()
        .flat_map(|entry| entry.new_blocks().iter().cloned())
        .collect();
    let sides = Sides {
        old: &old,
        new: &new,
    };
    if recast::say_the_same(&blocks_in(&old), &blocks_in(&new))
        && let Some(change) = memory.compare(sides, How::Recast, context)
    {
        redline
            .entries
            .splice(range, [Entry::Recast { old, new, change }]);
    }
}

/// Whether there are as many words on both sides, or that cannot be told so cheaply.
fn may_say_the_same(entries: &[Entry], memory: &mut Memory) -> bool {
    let (mut old, mut new, mut is_certain) = (0, 0, true);
    for entry in entries {
        if matches!(entry, Entry::Same { .. }) {
            continue;
        }
        let mut count = |tops: &[Arc<TopBlock>]| {
            let words = tops.iter().map(|top| memory.words(top));
            words.fold(0, |sum, words| {
                // What stands in an object is not said.
                is_certain &= !words.text.contains(words::OBJECT);
                sum + words.count()
            })
        };
        old += count(entry.old_blocks());
        new += count(entry.new_blocks());
    }
    old == new || !is_certain
}

fn changed_range(entries: &[Entry]) -> Option<Range<usize>> {
    let is_changed = |entry: &Entry| !matches!(entry, Entry::Same { .. });
    let first = entries.iter().position(is_changed)?;
    let last = entries.iter().rposition(is_changed)?;
    Some(first..last + 1)
}

/// Whether a word or a punctuation mark in it is struck or inserted.
fn has_words_marked(entry: &Entry) -> bool {
    match entry {
        Entry::Same { .. } => false,
        Entry::Recast { change, .. } | Entry::Changed { change, .. } => summary::has_marks(change),
        Entry::Removed { block, .. } | Entry::Added { block, .. } => {
            !Words::of_block(&block.block).text.is_empty()
        }
    }
}
