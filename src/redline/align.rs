//! The alignment of two sequences: which of their members are the same, in an order that both keep.
//!
//! 1. What both begin and end with is the same.
//! 2. In a long rest the members that stand once on each side hold it together (the longest run of them that keeps its order);
//!    what lies between them is aligned in the same way.
//! 3. A short rest goes to `similar`, whose result is all but minimal.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::budget::Budget;

/// A rest of so many steps (its two lengths multiplied) is short.
const SHORT: usize = 1 << 18;

/// The pairs of places with equal members, both ascending. Past the budget what is left has no pairs.
pub(super) fn align(old: &[u32], new: &[u32], budget: &mut Budget) -> Vec<(usize, usize)> {
    let mut pairs = Vec::with_capacity(old.len().min(new.len()));
    let mut work = vec![Area {
        old: (0, old.len()),
        new: (0, new.len()),
    }];
    // Not recursive: the depth depends on the text.
    while let Some(area) = work.pop() {
        area.align(old, new, budget, &mut pairs, &mut work);
    }
    pairs.sort_unstable();
    pairs
}

/// Parts of both sequences, from and to.
struct Area {
    old: (usize, usize),
    new: (usize, usize),
}

impl Area {
    fn align(
        mut self,
        old: &[u32],
        new: &[u32],
        budget: &mut Budget,
        pairs: &mut Vec<(usize, usize)>,
        work: &mut Vec<Area>,
    ) {
        self.trim(old, new, pairs);
        let (a, b) = (&old[self.old.0..self.old.1], &new[self.new.0..self.new.1]);
        if a.is_empty() || b.is_empty() {
            return;
        }
        let offset = |(i, j): (usize, usize)| (self.old.0 + i, self.new.0 + j);
        if a.len().saturating_mul(b.len()) <= SHORT {
            if budget.spend(a.len() * b.len() / 8 + a.len() + b.len()) {
                pairs.extend(shortest(a, b).into_iter().map(offset));
            }
            return;
        }
        if !budget.spend(4 * (a.len() + b.len())) {
            return;
        }
        let anchors: Vec<_> = unique(a, b).into_iter().map(offset).collect();
        match anchors.is_empty() {
            true => self.bounded(a, b, budget, pairs),
            false => self.split(anchors, pairs, work),
        }
    }

    fn trim(&mut self, old: &[u32], new: &[u32], pairs: &mut Vec<(usize, usize)>) {
        while self.old.0 < self.old.1
            && self.new.0 < self.new.1
            && old[self.old.0] == new[self.new.0]
        {
            pairs.push((self.old.0, self.new.0));
            self.old.0 += 1;
            self.new.0 += 1;
        }
        while self.old.0 < self.old.1
            && self.new.0 < self.new.1
            && old[self.old.1 - 1] == new[self.new.1 - 1]
        {
            self.old.1 -= 1;
            self.new.1 -= 1;
            pairs.push((self.old.1, self.new.1));
        }
    }

    /// A long rest without anchors, where the budget allows.
    fn bounded(&self, a: &[u32], b: &[u32], budget: &mut Budget, pairs: &mut Vec<(usize, usize)>) {
        // `similar` gives up its search for the best after some hundred steps a member.
        if budget.spend(a.len().saturating_add(b.len()).saturating_mul(256)) {
            let found = shortest(a, b).into_iter();
            pairs.extend(found.map(|(i, j)| (self.old.0 + i, self.new.0 + j)));
        }
    }

    fn split(
        &self,
        anchors: Vec<(usize, usize)>,
        pairs: &mut Vec<(usize, usize)>,
        work: &mut Vec<Area>,
    ) {
        let (mut i, mut j) = (self.old.0, self.new.0);
        for &(x, y) in &anchors {
            work.push(Area {
                old: (i, x),
                new: (j, y),
            });
            (i, j) = (x + 1, y + 1);
        }
        work.push(Area {
            old: (i, self.old.1),
            new: (j, self.new.1),
        });
        pairs.extend(anchors);
    }
}

fn shortest(a: &[u32], b: &[u32]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, a, b) {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = op
        {
            pairs.extend((0..len).map(|n| (old_index + n, new_index + n)));
        }
    }
    pairs
}

/// The members that stand once on each side: the most of them that keep their order.
fn unique(a: &[u32], b: &[u32]) -> Vec<(usize, usize)> {
    let (a, b) = (once(a), once(b));
    let mut pairs = Vec::new();
    let mut at = 0;
    for (id, i) in a {
        while at < b.len() && b[at].0 < id {
            at += 1;
        }
        if at < b.len() && b[at].0 == id {
            pairs.push((i, b[at].1));
        }
    }
    pairs.sort_unstable();
    heaviest(
        &pairs
            .into_iter()
            .map(|(i, j)| (i, j, 1))
            .collect::<Vec<_>>(),
    )
}

/// Each member that stands once, with its place, in the order of members.
fn once(members: &[u32]) -> Vec<(u32, usize)> {
    let mut places: Vec<(u32, usize)> = members.iter().copied().zip(0..).collect();
    places.sort_unstable();
    let chunks = places.chunk_by(|a, b| a.0 == b.0);
    chunks.filter(|c| c.len() == 1).map(|c| c[0]).collect()
}

/// Of pairs of places with weights, sorted: those of the greatest sum of weights that ascend on both sides.
pub(super) fn heaviest(pairs: &[(usize, usize, u64)]) -> Vec<(usize, usize)> {
    let size = pairs.iter().map(|pair| pair.1 + 1).max().unwrap_or(0);
    let mut best = Best(vec![(0, 0); size + 1]);
    // For each pair the one before it in the best chain that ends with it, counted from 1; 0 for none.
    let mut before = vec![0; pairs.len()];
    let mut from = 0;
    while from < pairs.len() {
        let mut to = from;
        let mut found = Vec::new();
        while to < pairs.len() && pairs[to].0 == pairs[from].0 {
            let (weight, last) = best.below(pairs[to].1);
            before[to] = last;
            found.push((pairs[to].1, weight + pairs[to].2, to + 1));
            to += 1;
        }
        found
            .into_iter()
            .for_each(|(j, weight, at)| best.add(j, weight, at));
        from = to;
    }
    let mut chain = Vec::new();
    let mut at = best.below(size).1;
    while at > 0 {
        chain.push((pairs[at - 1].0, pairs[at - 1].1));
        at = before[at - 1];
    }
    chain.reverse();
    chain
}

/// The best weight, and where it is reached, over each prefix of the places (a Fenwick tree).
struct Best(Vec<(u64, usize)>);

impl Best {
    /// Over the places before `end`.
    fn below(&self, end: usize) -> (u64, usize) {
        let (mut best, mut at) = ((0, 0), end);
        while at > 0 {
            if self.0[at].0 > best.0 {
                best = self.0[at];
            }
            at &= at - 1;
        }
        best
    }

    fn add(&mut self, place: usize, weight: u64, pair: usize) {
        let mut at = place + 1;
        while at < self.0.len() {
            if weight > self.0[at].0 {
                self.0[at] = (weight, pair);
            }
            at += at & at.wrapping_neg();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: &[u32], new: &[u32], least: usize) {
        let pairs = align(old, new, &mut Budget::new());
        assert!(pairs.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
        assert!(pairs.iter().all(|&(i, j)| old[i] == new[j]));
        assert!(pairs.len() >= least, "{} of {least}", pairs.len());
    }

    #[test]
    fn short_and_long_sequences_keep_what_they_share() {
        check(&[], &[1], 0);
        check(&[1, 2, 3], &[1, 3], 2);
        let long: Vec<u32> = (0..20_000).collect();
        let mut other = long.clone();
        other.drain(5_000..6_000);
        other.splice(9_000..9_010, 50_000..50_100);
        check(&long, &other, 18_990);
        let same = vec![7; 10_000];
        check(&same, &same[..9_000], 9_000);
        let reversed: Vec<u32> = long.iter().rev().copied().collect();
        check(&long, &reversed, 1);
    }

    #[test]
    fn nothing_in_common_and_no_anchors_stay_within_the_budget() {
        let a: Vec<u32> = (0..200_000).map(|n| n % 7).collect();
        let b: Vec<u32> = (0..200_000).map(|n| n % 1_000 * n % 1_000 % 5).collect();
        check(&a, &b, 0);
    }

    #[test]
    fn the_heaviest_chain_is_found() {
        let pairs = [(0, 5, 9), (1, 1, 4), (2, 2, 4), (3, 3, 4), (3, 6, 1)];
        assert_eq!(heaviest(&pairs), [(1, 1), (2, 2), (3, 3)]);
        assert_eq!(heaviest(&[]), []);
    }
}
