//! The alignment of blocks, items, rows and the like that are alike though not equal: those in a gap between equal ones.
//!
//! 1. Units of the same label (a row's first cell) belong together.
//! 2. Then runs of units that say the same in another structure: two paragraphs that were one.
//! 3. Then the most alike of those that may be paired, in an order that both sides keep.
//! 4. A single heading on each side that is left was renamed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::align::{align, heaviest};
use super::budget::Budget;
use super::words::{Words, shared};

/// Something that is aligned as one.
#[derive(Debug, Clone)]
pub(super) struct Unit<'a> {
    /// Units of the same label belong together, however much differs.
    pub label: Option<String>,
    pub kind: Kind<'a>,
    pub words: Arc<Words>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Text,
    Heading,
    List,
    Table,
    Quote,
    Code,
    Definitions,
    Element(Cow<'a, str>),
    /// An item, a row, or the like.
    Part,
    /// Nothing that could change.
    Other,
}

impl Kind<'_> {
    fn may_become(&self, other: &Kind) -> bool {
        let is_text = |kind: &Kind| matches!(kind, Kind::Text | Kind::Heading);
        self != &Kind::Other && (self == other || is_text(self) && is_text(other))
    }

    /// Whether its content is aligned in its turn, so that it need not be alike as a whole.
    fn holds_parts(&self) -> bool {
        !matches!(
            self,
            Kind::Text | Kind::Heading | Kind::Code | Kind::Part | Kind::Other
        )
    }
}

/// One step through both sequences; numbers are places in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Same(usize, usize),
    Pair(usize, usize),
    Regrouped(Range<usize>, Range<usize>),
    Removed(usize),
    Added(usize),
}

/// Every unit of both sides stands in one step, in an order that both keep. None is the same on both.
pub(super) fn steps(old: &[Unit], new: &[Unit], budget: &mut Budget, regroup: bool) -> Vec<Step> {
    let mut finder = Finder {
        old,
        new,
        budget,
        regroup,
        steps: Vec::with_capacity(old.len().max(new.len())),
    };
    finder.labelled(0..old.len(), 0..new.len());
    finder.steps
}

struct Finder<'f, 'a> {
    old: &'f [Unit<'a>],
    new: &'f [Unit<'a>],
    budget: &'f mut Budget,
    regroup: bool,
    steps: Vec<Step>,
}

impl<'f, 'a> Finder<'f, 'a> {
    /// Walks over a gap that anchors divide, and does `refine` with what lies between them.
    fn between(
        &mut self,
        old: Range<usize>,
        new: Range<usize>,
        anchors: Vec<Step>,
        refine: impl Fn(&mut Self, Range<usize>, Range<usize>),
    ) {
        let (mut i, mut j) = (old.start, new.start);
        for anchor in anchors {
            let (old, new) = anchor.places();
            refine(self, i..old.start, j..new.start);
            (i, j) = (old.end, new.end);
            self.steps.push(anchor);
        }
        refine(self, i..old.end, j..new.end);
    }

    fn labelled(&mut self, old: Range<usize>, new: Range<usize>) {
        if old.is_empty() || new.is_empty() {
            return self.apart(old, new);
        }
        let anchors = self.labels(&old, &new);
        self.between(old, new, anchors, Finder::regrouped);
    }

    fn labels(&mut self, old: &Range<usize>, new: &Range<usize>) -> Vec<Step> {
        let mut ids: HashMap<&str, u32, foldhash::fast::FixedState> = HashMap::default();
        let mut labelled = |units: &'f [Unit], range: &Range<usize>| {
            let found = range
                .clone()
                .filter_map(|i| Some((units[i].label.as_deref()?, i)));
            let numbered = found.map(|(label, i)| {
                let next = ids.len() as u32;
                (*ids.entry(label).or_insert(next), i)
            });
            numbered.unzip::<u32, usize, Vec<u32>, Vec<usize>>()
        };
        let (a, old_places) = labelled(self.old, old);
        let (b, new_places) = labelled(self.new, new);
        let pairs = align(&a, &b, self.budget).into_iter();
        pairs
            .map(|(i, j)| Step::Pair(old_places[i], new_places[j]))
            .collect()
    }

    fn regrouped(&mut self, old: Range<usize>, new: Range<usize>) {
        if old.is_empty() || new.is_empty() {
            return self.apart(old, new);
        }
        let anchors = self.groups(&old, &new);
        self.between(old, new, anchors, Finder::alike);
    }

    /// Runs of units that say the same, first come, first served.
    fn groups(&mut self, old: &Range<usize>, new: &Range<usize>) -> Vec<Step> {
        let mut found = Vec::new();
        if !self.regroup {
            return found;
        }
        let (mut i, mut from) = (old.start, new.start);
        while i < old.end && from < new.end {
            let steps = new.end - from;
            let group = match self.budget.spend(steps) {
                true => (from..new.end).find_map(|j| self.group(i..old.end, j..new.end)),
                false => None,
            };
            match group {
                Some((a, b)) => {
                    (i, from) = (a.end, b.end);
                    found.push(self.step_of(a, b));
                }
                None => i += 1,
            }
        }
        found
    }

    fn step_of(&self, old: Range<usize>, new: Range<usize>) -> Step {
        let (i, j) = (old.start, new.start);
        let is_pair = old.len() == 1 && new.len() == 1;
        match is_pair && self.old[i].kind.may_become(&self.new[j].kind) {
            true => Step::Pair(i, j),
            false => Step::Regrouped(old, new),
        }
    }

    /// The shortest runs from here that say the same, if there are any.
    fn group(&self, old: Range<usize>, new: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
        let (mut a, mut b) = (Cursor::new(self.old, &old)?, Cursor::new(self.new, &new)?);
        let mut length = 0;
        loop {
            let common = a.rest.len().min(b.rest.len());
            if a.rest.as_bytes()[..common] != b.rest.as_bytes()[..common] {
                return None;
            }
            length += common;
            let (a_ends, b_ends) = (a.skip(common)?, b.skip(common)?);
            if a_ends && b_ends {
                break;
            }
            a.next()?;
            b.next()?;
        }
        // A number or a mark that two blocks share by chance is no group.
        (length >= 8).then_some((old.start..a.at + 1, new.start..b.at + 1))
    }

    fn alike(&mut self, old: Range<usize>, new: Range<usize>) {
        if old.is_empty() || new.is_empty() {
            return self.apart(old, new);
        }
        let anchors = self.most_alike(&old, &new);
        self.between(old, new, anchors, Finder::renamed);
    }

    fn most_alike(&mut self, old: &Range<usize>, new: &Range<usize>) -> Vec<Step> {
        let mut pairs = Vec::new();
        for (i, j, shared) in self.shared(old, new) {
            let weight = weight(&self.old[i], &self.new[j], shared, self.regroup);
            pairs.extend(weight.map(|weight| (i, j, weight)));
        }
        pairs.sort_unstable();
        let chain = heaviest(&pairs);
        let mut steps: Vec<Step> = Vec::with_capacity(chain.len());
        let (mut i, mut j) = (old.start, new.start);
        for (at, &(a, b)) in chain.iter().enumerate() {
            let end = chain.get(at + 1).copied().unwrap_or((old.end, new.end));
            let group = match self.regroup {
                true => self.grown((a, b), (i..end.0, j..end.1)),
                false => (a..a + 1, b..b + 1),
            };
            (i, j) = (group.0.end, group.1.end);
            steps.push(self.step_of(group.0, group.1));
        }
        steps
    }

    /// A pair with the neighbours that were parts of one of its units, or became it.
    fn grown(
        &mut self,
        pair: (usize, usize),
        limits: (Range<usize>, Range<usize>),
    ) -> (Range<usize>, Range<usize>) {
        let (mut a, mut b) = (pair.0..pair.0 + 1, pair.1..pair.1 + 1);
        loop {
            let (old, new) = (self.old, self.new);
            if b.end < limits.1.end && self.belongs(&new[b.end], &old[a.clone()], &new[b.clone()]) {
                b.end += 1;
            } else if b.start > limits.1.start
                && self.belongs(&new[b.start - 1], &old[a.clone()], &new[b.clone()])
            {
                b.start -= 1;
            } else if a.end < limits.0.end
                && self.belongs(&old[a.end], &new[b.clone()], &old[a.clone()])
            {
                a.end += 1;
            } else if a.start > limits.0.start
                && self.belongs(&old[a.start - 1], &new[b.clone()], &old[a.clone()])
            {
                a.start -= 1;
            } else {
                return (a, b);
            }
        }
    }

    /// Whether most words of a unit stand on the other side, beyond those that this side has already.
    fn belongs(&mut self, unit: &Unit, other: &[Unit], this: &[Unit]) -> bool {
        let count = |units: &[Unit]| units.iter().map(|u| u.words.count()).sum::<usize>();
        let size = unit.words.count();
        // Mostly there is no room for it: no need to look at words.
        if size == 0
            || count(other) < size
            || !self.budget.spend(8 * size * (other.len() + this.len()))
        {
            return false;
        }
        // Three in ten may be missing, of few words none.
        let mut spare = if size >= 4 { 3 * size / 10 } else { 0 };
        unit.words.counted().all(|(word, count)| {
            let of = |units: &[Unit]| units.iter().map(|u| u.words.count_of(word)).sum::<usize>();
            let (there, here) = (of(other), of(this));
            let missing = count - count.min(there.saturating_sub(here));
            let is_spared = missing <= spare;
            spare = spare.saturating_sub(missing);
            is_spared
        })
    }

    /// How many words each two units share, where they share any.
    fn shared(&mut self, old: &Range<usize>, new: &Range<usize>) -> Vec<(usize, usize, usize)> {
        let sum = |units: &[Unit]| units.iter().map(|u| u.words.count()).sum::<usize>();
        let words = sum(&self.old[old.clone()]) + sum(&self.new[new.clone()]);
        if old.len() * new.len() <= 64 {
            if !self.budget.spend(words * old.len().max(new.len())) {
                return Vec::new();
            }
            let pairs = old.clone().flat_map(|i| new.clone().map(move |j| (i, j)));
            let shared = |(i, j): (usize, usize)| {
                let (a, b) = (&self.old[i], &self.new[j]);
                // Mostly two units are strange at first sight.
                weight(a, b, a.words.most_shared(&b.words), self.regroup)?;
                Some((i, j, a.words.shared(&b.words)))
            };
            return pairs.filter_map(shared).filter(|pair| pair.2 > 0).collect();
        }
        match self.budget.spend(words * 4) {
            true => self.shared_by_index(old, new),
            false => Vec::new(),
        }
    }

    /// The same for many units, by an index of words: for each new one the old ones that share the most of its rarer words.
    fn shared_by_index(
        &mut self,
        old: &Range<usize>,
        new: &Range<usize>,
    ) -> Vec<(usize, usize, usize)> {
        let index = Index::new(&self.old[old.clone()], new.len());
        let mut counts = vec![0; old.len()];
        let mut pairs = Vec::new();
        for j in new.clone() {
            let (mut seen, common) = index.count(&self.new[j], &mut counts);
            seen.sort_unstable_by_key(|i| (std::cmp::Reverse(counts[*i]), *i));
            let best = seen.iter().take(MOST_CANDIDATES);
            pairs.extend(best.map(|i| {
                let shared = counts[*i] + shared(&index.common_of[*i], &common);
                (old.start + i, j, shared)
            }));
            seen.iter().for_each(|i| counts[*i] = 0);
        }
        pairs
    }

    fn renamed(&mut self, old: Range<usize>, new: Range<usize>) {
        let heading = |units: &[Unit], range: &Range<usize>| {
            let mut found = range.clone().filter(|i| units[*i].kind == Kind::Heading);
            found.next().filter(|_| found.next().is_none())
        };
        let (a, b) = (heading(self.old, &old), heading(self.new, &new));
        match (a, b) {
            (Some(i), Some(j)) => {
                let anchors = vec![Step::Pair(i, j)];
                self.between(old, new, anchors, Finder::apart);
            }
            _ => self.apart(old, new),
        }
    }

    fn apart(&mut self, old: Range<usize>, new: Range<usize>) {
        self.steps.extend(old.map(Step::Removed));
        self.steps.extend(new.map(Step::Added));
    }
}

impl Step {
    /// The same step where both sides begin so much earlier.
    pub fn shifted(self, old: usize, new: usize) -> Step {
        match self {
            Step::Same(i, j) => Step::Same(i + old, j + new),
            Step::Pair(i, j) => Step::Pair(i + old, j + new),
            Step::Regrouped(a, b) => {
                Step::Regrouped(a.start + old..a.end + old, b.start + new..b.end + new)
            }
            Step::Removed(i) => Step::Removed(i + old),
            Step::Added(j) => Step::Added(j + new),
        }
    }

    fn places(&self) -> (Range<usize>, Range<usize>) {
        match self {
            Step::Same(i, j) | Step::Pair(i, j) => (*i..i + 1, *j..j + 1),
            Step::Regrouped(old, new) => (old.clone(), new.clone()),
            Step::Removed(i) => (*i..i + 1, 0..0),
            Step::Added(j) => (0..0, *j..j + 1),
        }
    }
}

/// So many old units are looked at for each new one.
const MOST_CANDIDATES: usize = 16;

/// Where the words of units stand.
struct Index {
    places: HashMap<(u64, u32), Vec<u32>, foldhash::fast::FixedState>,
    /// The words that more units have than this are counted apart, since they tell little.
    most: usize,
    common: HashMap<(u64, u32), u32, foldhash::fast::FixedState>,
    /// Those of each unit, in order.
    common_of: Vec<Vec<u32>>,
}

impl Index {
    /// Over these units, to be asked about so many others.
    fn new(units: &[Unit], others: usize) -> Index {
        let mut index = Index {
            places: HashMap::default(),
            most: (200_000 / (units.len() + others)).clamp(4, 400),
            common: HashMap::default(),
            common_of: vec![Vec::new(); units.len()],
        };
        let mut common = Vec::new();
        for (unit, i) in units.iter().zip(0..) {
            for word in unit.words.numbered() {
                let places = index.places.entry(word).or_default();
                places.push(i);
                if places.len() == index.most + 1 {
                    common.push(word);
                }
            }
        }
        for (word, number) in common.into_iter().zip(0..) {
            let places = &index.places[&word];
            places
                .iter()
                .for_each(|i| index.common_of[*i as usize].push(number));
            index.common.insert(word, number);
        }
        index
    }

    /// Counts for each unit how many rarer words of another it has. Gives the units that have any, and the other's common words.
    fn count(&self, unit: &Unit, counts: &mut [usize]) -> (Vec<usize>, Vec<u32>) {
        let (mut seen, mut common) = (Vec::new(), Vec::new());
        for word in unit.words.numbered() {
            let Some(places) = self.places.get(&word) else {
                continue;
            };
            if places.len() > self.most {
                common.push(self.common[&word]);
                continue;
            }
            for i in places.iter().map(|i| *i as usize) {
                if counts[i] == 0 {
                    seen.push(i);
                }
                counts[i] += 1;
            }
        }
        common.sort_unstable();
        (seen, common)
    }
}

/// How well two units go together; `None` where they share too little.
fn weight(old: &Unit, new: &Unit, shared: usize, regroup: bool) -> Option<u64> {
    let (a, b) = (old.words.count(), new.words.count());
    let smaller = a.min(b);
    let is_alike = if !old.kind.may_become(&new.kind) {
        regroup && smaller >= 5 && 10 * shared >= 7 * smaller
    } else if old.label.is_some() && new.label.is_some() {
        // Of other labels: a supplier that went and one that came may well sit in the same country.
        10 * shared >= 6 * a.max(b)
    } else if old.kind.holds_parts() {
        10 * shared >= 3 * smaller
    } else {
        10 * shared >= 4 * a.max(b) || (smaller >= 4 && 10 * shared >= 6 * smaller)
    };
    // Twice the words that stay, less a little for those that do not: of two that share as much, the one of equal length.
    let strange = (a + b - 2 * shared) as u64;
    let kept = 200 * shared as u64;
    let bonus = if old.kind == new.kind { 50 } else { 0 };
    is_alike.then(|| (kept + bonus).saturating_sub(strange.min(kept / 2)) + 1)
}

/// A place in the words of a run of units.
struct Cursor<'f, 'a> {
    units: &'f [Unit<'a>],
    at: usize,
    rest: &'f str,
}

impl<'f, 'a> Cursor<'f, 'a> {
    /// `None` where the first unit says nothing.
    fn new(units: &'f [Unit<'a>], range: &Range<usize>) -> Option<Cursor<'f, 'a>> {
        // Longer groups are rare, and dear to look for.
        let units = &units[..range.end.min(range.start + 64)];
        let rest = units[range.start].words.text.as_str();
        (!rest.is_empty()).then_some(Cursor {
            units,
            at: range.start,
            rest,
        })
    }

    /// Whether the unit ends after so many bytes. `None` where a word would be cut.
    fn skip(&mut self, bytes: usize) -> Option<bool> {
        self.rest = &self.rest[bytes..];
        if !self.rest.is_empty() {
            self.rest = self.rest.strip_prefix(' ')?;
        }
        Some(self.rest.is_empty())
    }

    /// Goes to the next unit that says something, where this one ended.
    fn next(&mut self) -> Option<()> {
        while self.rest.is_empty() {
            self.at += 1;
            self.rest = &self.units.get(self.at)?.words.text;
        }
        Some(())
    }
}
