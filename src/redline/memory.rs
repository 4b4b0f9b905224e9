//! What is dear to find out, remembered while a policy is worked on: its versions share almost every block, and a pair of
//! blocks that changed once is compared again in every redline that spans the change.

use std::collections::HashMap;
use std::sync::Arc;

use crate::document::{Digest, TopBlock};

use super::blocks::{self, Context};
use super::tree::Change;
use super::words::{self, Words};
use super::{blocks_in, recast};

/// So many bytes of text are remembered; then all is forgotten.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Remembers the words of blocks, and what changed between two of them. What it holds has no influence on any result.
#[derive(Default)]
pub struct Memory {
    // Neither is ever iterated over.
    words: HashMap<Box<[Digest]>, Arc<Words>, foldhash::fast::FixedState>,
    changes: HashMap<u64, Vec<Known>, foldhash::fast::FixedState>,
    bytes: usize,
}

/// What came out of a comparison.
struct Known {
    old: Vec<Arc<TopBlock>>,
    new: Vec<Arc<TopBlock>>,
    how: How,
    renumbered: bool,
    change: Option<Arc<Change>>,
    /// What the comparison took off the budget. It is taken off again each time, so that the result is the same with a
    /// memory and without one.
    cost: u64,
}

/// In which way blocks are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// One with one: [`blocks::compare`].
    Paired,
    /// Runs of them: [`recast::compare`].
    Recast,
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
        old: &[Arc<TopBlock>],
        new: &[Arc<TopBlock>],
        how: How,
        context: &mut Context,
    ) -> Option<Arc<Change>> {
        let digests = |tops: &[Arc<TopBlock>]| {
            tops.iter()
                .map(|top| words::hash(&top.digests))
                .collect::<Vec<_>>()
        };
        let key = words::hash((digests(old), digests(new)));
        let is = |known: &&Known| known.is(old, new, how, context.renumbered);
        if let Some(known) = self
            .changes
            .get(&key)
            .and_then(|known| known.iter().find(is))
            && context.budget.spend(known.cost as usize)
        {
            return known.change.clone();
        }
        let before = context.budget.spent();
        context.budget.was_refused();
        let change = change(old, new, how, context).map(Arc::new);
        if !context.budget.was_refused() {
            let known = Known {
                old: old.to_vec(),
                new: new.to_vec(),
                how,
                renumbered: context.renumbered,
                change: change.clone(),
                cost: context.budget.spent() - before,
            };
            let size: usize = old
                .iter()
                .chain(new)
                .map(|top| self.words(top).text.len())
                .sum();
            self.bytes += 4 * size + 1000;
            self.changes.entry(key).or_default().push(known);
        }
        change
    }
}

fn change(
    old: &[Arc<TopBlock>],
    new: &[Arc<TopBlock>],
    how: How,
    context: &mut Context,
) -> Option<Change> {
    match (how, old, new) {
        (How::Paired, [old], [new]) => blocks::compare(&old.block, &new.block, context),
        _ => recast::compare(&blocks_in(old), &blocks_in(new), context),
    }
}

impl Known {
    /// Blocks with equal digests may differ in what is not seen.
    fn is(&self, old: &[Arc<TopBlock>], new: &[Arc<TopBlock>], how: How, renumbered: bool) -> bool {
        let are = |known: &[Arc<TopBlock>], tops: &[Arc<TopBlock>]| {
            let is = |(a, b): (&Arc<TopBlock>, &Arc<TopBlock>)| Arc::ptr_eq(a, b) || a == b;
            known.len() == tops.len() && known.iter().zip(tops).all(is)
        };
        (self.how, self.renumbered) == (how, renumbered)
            && are(&self.old, old)
            && are(&self.new, new)
    }
}
