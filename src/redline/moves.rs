//! Finds what was removed in one place and added in another: it moved.
//!
//! 1. Blocks of at least eight words that are the same at both ends.
//! 2. Blocks that are nearly the same.
//! 3. Headings, where what follows them went along.
//! 4. What stands beside a moved block at both ends moved with it, however short it is: the heading of a section.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::document::{Digest, TopBlock};

use super::blocks::{self, Context};
use super::memory::{How, Memory, Sides};
use super::tree::{Change, Entry, Moved};
use super::units::Kind;
use super::words::Words;

/// Fewer words stand in two places by chance.
const FEWEST: usize = 8;
/// So many pairs of blocks are looked at for those that are nearly the same.
const MOST_PAIRS: usize = 20_000;

/// Marks the entries that moved.
pub(super) fn find(entries: &mut [Entry], context: &mut Context, memory: &mut Memory) {
    let is = |wanted: fn(&Entry) -> bool| {
        (0..entries.len())
            .filter(|i| wanted(&entries[*i]))
            .collect::<Vec<_>>()
    };
    let removed = is(|entry| matches!(entry, Entry::Removed { .. }));
    let added = is(|entry| matches!(entry, Entry::Added { .. }));
    if removed.is_empty() || added.is_empty() {
        return;
    }
    let mut ends = Ends {
        entries,
        memory,
        partners: BTreeMap::new(),
        taken: BTreeMap::new(),
    };
    ends.same(&removed, &added);
    ends.nearly_same(&removed, &added, context);
    ends.headings(&removed, &added, context);
    ends.spread(context);
    ends.mark();
}

struct Ends<'e> {
    entries: &'e mut [Entry],
    memory: &'e mut Memory,
    /// From the old end to the new one, with what changed on the way.
    partners: BTreeMap<usize, (usize, Option<Arc<Change>>)>,
    /// From the new end to the old one.
    taken: BTreeMap<usize, usize>,
}

impl Ends<'_> {
    fn block(&self, at: usize) -> Arc<TopBlock> {
        match &self.entries[at] {
            Entry::Removed { block, .. } | Entry::Added { block, .. } => block.clone(),
            Entry::Same { new, .. } | Entry::Changed { new, .. } => new.clone(),
            Entry::Recast { new, .. } => new[0].clone(),
        }
    }

    fn words(&mut self, at: usize) -> Arc<Words> {
        let block = self.block(at);
        self.memory.words(&block)
    }

    fn join(&mut self, old: usize, new: usize, change: Option<Arc<Change>>) {
        self.partners.insert(old, (new, change));
        self.taken.insert(new, old);
    }

    fn same(&mut self, removed: &[usize], added: &[usize]) {
        let mut places: BTreeMap<Vec<Digest>, VecDeque<usize>> = BTreeMap::new();
        for &old in removed {
            if self.words(old).count() >= FEWEST {
                let digests = self.block(old).digests.clone();
                places.entry(digests).or_default().push_back(old);
            }
        }
        for &new in added {
            let block = self.block(new);
            if let Some(old) = places.get_mut(&block.digests).and_then(VecDeque::pop_front) {
                self.join(old, new, None);
            }
        }
    }

    fn nearly_same(&mut self, removed: &[usize], added: &[usize], context: &mut Context) {
        let old: Vec<usize> = removed
            .iter()
            .copied()
            .filter(|at| !self.partners.contains_key(at))
            .collect();
        let new: Vec<usize> = added
            .iter()
            .copied()
            .filter(|at| !self.taken.contains_key(at))
            .collect();
        if old.len().saturating_mul(new.len()) > MOST_PAIRS {
            return;
        }
        let (old, mut new) = (self.long(old), self.long(new));
        for (i, words) in old {
            let likeness = |(n, other): (usize, &(usize, Arc<Words>))| {
                Some((likeness(&words, &other.1, context)?, Reverse(n)))
            };
            let best = new.iter().enumerate().filter_map(likeness).max();
            if let Some((_, Reverse(n))) = best
                && let Some(change) = self.change(i, new[n].0, context)
            {
                let (j, _) = new.remove(n);
                self.join(i, j, Some(change));
            }
        }
    }

    /// Those that are long enough, with their words.
    fn long(&mut self, ends: Vec<usize>) -> Vec<(usize, Arc<Words>)> {
        let all = ends.into_iter().map(|at| (at, self.words(at)));
        all.filter(|(_, words)| words.count() >= FEWEST).collect()
    }

    fn change(&mut self, old: usize, new: usize, context: &mut Context) -> Option<Arc<Change>> {
        let (a, b) = (self.block(old), self.block(new));
        let sides = Sides {
            old: &[a],
            new: &[b],
        };
        self.memory.compare(sides, How::Paired, context)
    }

    /// Headings of the same words, however few, where what follows them went along.
    fn headings(&mut self, removed: &[usize], added: &[usize], context: &mut Context) {
        let mut places: BTreeMap<Vec<Digest>, Vec<usize>> = BTreeMap::new();
        for &old in removed {
            let block = self.block(old);
            if blocks::kind(&block.block) == Kind::Heading && !self.partners.contains_key(&old) {
                places.entry(block.digests.clone()).or_default().push(old);
            }
        }
        for &new in added {
            let block = self.block(new);
            let Some(&[old]) = places.get(&block.digests).map(Vec::as_slice) else {
                continue;
            };
            let is_free = !self.partners.contains_key(&old) && !self.taken.contains_key(&new);
            if is_free && self.goes_along(old + 1, new + 1, context).is_some() {
                self.join(old, new, None);
            }
        }
    }

    /// Takes the neighbours of moved blocks along.
    fn spread(&mut self, context: &mut Context) {
        let mut work: VecDeque<(usize, usize)> = self
            .partners
            .iter()
            .map(|(old, (new, _))| (*old, *new))
            .collect();
        while let Some((old, new)) = work.pop_front() {
            let before = old.checked_sub(1).zip(new.checked_sub(1));
            for (i, j) in before.into_iter().chain([(old + 1, new + 1)]) {
                if let Some(change) = self.goes_along(i, j, context) {
                    self.join(i, j, change);
                    work.push_back((i, j));
                }
            }
        }
    }

    /// What changed in a neighbour on its way, if it went along.
    fn goes_along(
        &mut self,
        old: usize,
        new: usize,
        context: &mut Context,
    ) -> Option<Option<Arc<Change>>> {
        let is_old = matches!(self.entries.get(old), Some(Entry::Removed { .. }))
            && !self.partners.contains_key(&old);
        let is_new = matches!(self.entries.get(new), Some(Entry::Added { .. }))
            && !self.taken.contains_key(&new);
        if !(is_old && is_new) {
            return None;
        }
        let (a, b) = (self.block(old), self.block(new));
        if a.digests == b.digests {
            return Some(None);
        }
        let (x, y) = (self.memory.words(&a), self.memory.words(&b));
        let is_alike = 3 * x.shared(&y) >= 2 * x.count().max(y.count()) && x.shared(&y) > 0;
        match is_alike {
            true => self.change(old, new, context).map(Some),
            false => None,
        }
    }

    /// Neighbours that moved together are one move.
    fn mark(&mut self) {
        let mut last: Option<(usize, usize)> = None;
        let mut next = 0;
        for (old, (new, change)) in std::mem::take(&mut self.partners) {
            if last != Some((old.wrapping_sub(1), new.wrapping_sub(1))) {
                next += 1;
            }
            last = Some((old, new));
            if let Entry::Removed { moved, .. } = &mut self.entries[old] {
                *moved = Some(next);
            }
            if let Entry::Added { moved, .. } = &mut self.entries[new] {
                *moved = Some(Moved {
                    number: next,
                    change,
                });
            }
        }
    }
}

/// How many words two ends share; `None` where it is not three in four.
fn likeness(old: &Words, new: &Words, context: &mut Context) -> Option<usize> {
    let larger = old.count().max(new.count());
    let is_enough = |shared: usize| 4 * shared >= 3 * larger;
    // Mostly two ends are strange at first sight.
    if !is_enough(old.most_shared(new)) || !context.budget.spend(larger) {
        return None;
    }
    Some(old.shared(new)).filter(|shared| is_enough(*shared))
}
