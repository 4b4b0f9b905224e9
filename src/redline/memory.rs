//! What is dear to find out, remembered while a policy is worked on: its versions share almost every block, and what changed
//! once is compared again in every redline that spans the change.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

use crate::document::{Digest, TopBlock};

use super::blocks::{self, Context};
use super::tree::{Change, Entry};
use super::words::Words;
use super::{blocks_in, gap, recast};

/// So many bytes of text are remembered; then all is forgotten.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Remembers the words of blocks, what changed between two of them, and what became of whole runs of them. What it holds has
/// no influence on any result.
#[derive(Default)]
pub struct Memory {
    // None is ever iterated over.
    words: ByDigests<Box<[Digest]>, Arc<Words>>,
    changes: Shelf<Option<Arc<Change>>>,
    gaps: Shelf<Arc<[Entry]>>,
    bytes: usize,
}

/// Results of comparisons, by what was compared.
type Shelf<T> = HashMap<u64, Vec<Known<T>>, foldhash::fast::FixedState>;

/// What came out of a comparison.
struct Known<T> {
    old: Vec<Arc<TopBlock>>,
    new: Vec<Arc<TopBlock>>,
    how: How,
    renumbered: bool,
    result: T,
    /// What the comparison took off the budget. It is taken off again each time, so that the result is the same with a
    /// memory and without one.
    cost: u64,
}

/// In which way blocks are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// One with one: [`blocks::compare`].
    Paired,
    /// Runs of them, in which some become others: [`recast::compare`].
    Recast,
    /// Runs of them that lie between equal ones: [`gap`].
    Gap,
}

/// The blocks of a comparison.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub old: &'a [Arc<TopBlock>],
    pub new: &'a [Arc<TopBlock>],
}

impl Memory {
    pub fn new() -> Memory {
        Memory::default()
    }

    /// Forgets everything where it is too much. Called where a comparison begins.
    pub(super) fn tidy(&mut self) {
        if self.bytes > MOST_BYTES {
            *self = Memory::default();
        }
    }

    pub(super) fn words(&mut self, top: &TopBlock) -> Arc<Words> {
        if let Some(words) = self.words.get(top.digests.as_slice()) {
            return words.clone();
        }
        let words = Arc::new(Words::of_block(&top.block));
        self.bytes += 2 * words.text.len() + 100;
        self.words
            .insert(top.digests.as_slice().into(), words.clone());
        words
    }

    /// What changed between some blocks; `None` where they have too little in common to be shown as one.
    pub(super) fn compare(
        &mut self,
        sides: Sides,
        how: How,
        context: &mut Context,
    ) -> Option<Arc<Change>> {
        let find = |_: &mut Memory, context: &mut Context| match (how, sides.old, sides.new) {
            (How::Paired, [old], [new]) => blocks::compare(&old.block, &new.block, context),
            _ => recast::compare(&blocks_in(sides.old), &blocks_in(sides.new), context),
        };
        let find = |memory: &mut Memory, context: &mut Context| {
            let change = find(memory, context).map(Arc::new);
            let tops = sides.old.iter().chain(sides.new);
            memory.bytes += tops
                .map(|top| 4 * memory.words(top).text.len())
                .sum::<usize>();
            change
        };
        self.known(|memory| &mut memory.changes, sides, how, context, find)
    }

    /// What became of the blocks between two equal ones.
    pub(super) fn gap(&mut self, sides: Sides, context: &mut Context) -> Arc<[Entry]> {
        let find = |memory: &mut Memory, context: &mut Context| gap(sides, context, memory).into();
        self.known(|memory| &mut memory.gaps, sides, How::Gap, context, find)
    }

    /// What is remembered of a comparison, or else is found out and remembered.
    fn known<T: Clone>(
        &mut self,
        shelf: impl Fn(&mut Memory) -> &mut Shelf<T>,
        sides: Sides,
        how: How,
        context: &mut Context,
        find: impl FnOnce(&mut Memory, &mut Context) -> T,
    ) -> T {
        let key = sides.key();
        let is = |known: &&Known<T>| known.is(sides, how, context.renumbered);
        let known = shelf(self)
            .get(&key)
            .and_then(|known| known.iter().find(is));
        if let Some(known) = known
            && context.budget.spend(known.cost as usize)
        {
            return known.result.clone();
        }
        let before = context.budget.clone();
        let result = find(self, context);
        // What the budget cut short would be another with more of it left.
        if context.budget.refusals() == before.refusals() {
            self.bytes += 1000 + 60 * (sides.old.len() + sides.new.len());
            shelf(self).entry(key).or_default().push(Known {
                old: sides.old.to_vec(),
                new: sides.new.to_vec(),
                how,
                renumbered: context.renumbered,
                result: result.clone(),
                cost: context.budget.spent() - before.spent(),
            });
        }
        result
    }
}

impl Sides<'_> {
    /// Mostly the same for the same blocks only.
    fn key(&self) -> u64 {
        let mut hasher = Beginnings::default();
        for side in [self.old, self.new] {
            side.iter().for_each(|top| top.digests.hash(&mut hasher));
            hasher.write_usize(side.len());
        }
        hasher.finish()
    }
}

/// A map by digests of blocks.
pub(super) type ByDigests<K, V> = HashMap<K, V, BuildHasherDefault<Beginnings>>;

/// Digests are hashes already: of each the beginning will do.
#[derive(Default)]
pub(super) struct Beginnings(u64);

impl Hasher for Beginnings {
    fn write(&mut self, bytes: &[u8]) {
        let mut first = [0; 8];
        let length = bytes.len().min(8);
        first[..length].copy_from_slice(&bytes[..length]);
        self.0 = self.0.rotate_left(5) ^ u64::from_le_bytes(first);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl<T> Known<T> {
    /// Blocks with equal digests may differ in what is not seen.
    fn is(&self, sides: Sides, how: How, renumbered: bool) -> bool {
        let are = |known: &[Arc<TopBlock>], tops: &[Arc<TopBlock>]| {
            let is = |(a, b): (&Arc<TopBlock>, &Arc<TopBlock>)| Arc::ptr_eq(a, b) || a == b;
            known.len() == tops.len() && known.iter().zip(tops).all(is)
        };
        (self.how, self.renumbered) == (how, renumbered)
            && are(&self.old, sides.old)
            && are(&self.new, sides.new)
    }
}
