//! The parts of a container (its blocks, items, rows), aligned.
//!
//! 1. Parts of which a reader sees the same hold both sides together.
//! 2. What lies between two of them is a gap: its parts become units, and the most alike are found ([`units`]). The words of
//!    the parts outside, mostly all but a few, are never asked for.

use std::collections::HashMap;
use std::ops::Range;

use super::align::align;
use super::blocks::Context;
use super::seen::Seen;
use super::units::{self, Step, Unit};

/// The parts of one side.
pub(super) struct Side<'a, T> {
    pub parts: &'a [T],
    /// Writes what is seen of a part.
    pub write: &'a dyn Fn(&mut Seen, &T),
    pub unit: &'a dyn Fn(&'a T) -> Unit<'a>,
}

impl<'a, T> Side<'a, T> {
    fn units(&self, range: Range<usize>) -> Vec<Unit<'a>> {
        self.parts[range].iter().map(self.unit).collect()
    }

    /// Numbers that are equal where the same is seen. Adds to `size` how much it was.
    fn ids(&self, mut seen: Seen, ids: &mut Ids, size: &mut usize) -> Vec<u32> {
        let id = |part: &T| {
            (self.write)(&mut seen, part);
            let bytes = seen.take();
            *size += bytes.len() + 1;
            ids.id(bytes)
        };
        self.parts.iter().map(id).collect()
    }
}

/// Gives equal bytes equal numbers.
#[derive(Default)]
pub(super) struct Ids(HashMap<Vec<u8>, u32, foldhash::fast::FixedState>);

impl Ids {
    pub fn id(&mut self, bytes: Vec<u8>) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(bytes).or_insert(next)
    }
}

/// The steps through the parts of both sides; past the budget nothing is the same. Runs of blocks that say the same in another
/// structure are looked for where `regroup` asks for it.
pub(super) fn aligned<T>(
    old: &Side<T>,
    new: &Side<T>,
    context: &mut Context,
    regroup: bool,
) -> Vec<Step> {
    let (mut ids, mut size) = (Ids::default(), 0);
    let a = old.ids(Seen::new(context.old_numbers), &mut ids, &mut size);
    let b = new.ids(Seen::new(context.new_numbers), &mut ids, &mut size);
    if !context.budget.spend(size) {
        return apart(0..a.len(), 0..b.len()).collect();
    }
    let mut steps = Vec::with_capacity(a.len().max(b.len()));
    let (mut i, mut j) = (0, 0);
    let same = align(&a, &b, context.budget).into_iter();
    for (x, y) in same.chain([(a.len(), b.len())]) {
        if i == x || j == y {
            steps.extend(apart(i..x, j..y));
        } else {
            let (a, b) = (old.units(i..x), new.units(j..y));
            let found = units::steps(&a, &b, context.budget, regroup);
            steps.extend(found.into_iter().map(|step| step.shifted(i, j)));
        }
        if x < a.len() {
            steps.push(Step::Same(x, y));
        }
        (i, j) = (x + 1, y + 1);
    }
    steps
}

fn apart(old: Range<usize>, new: Range<usize>) -> impl Iterator<Item = Step> {
    old.map(Step::Removed).chain(new.map(Step::Added))
}
