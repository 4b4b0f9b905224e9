//! Makes marks readable: first fewer, then better placed.
//!
//! ```text
//! islands   We [-may share-]{+never disclose+} your [-name-]{+details+}      not   [-may-]{+never+} … share … your …
//! sliders   It ends. {+It begins. +}It stays.                               not   It {+ends. It +}begins. It stays.
//! ```
//!
//! 1. An island is what stayed between two changes. One of a single word, or of few words between long changes, is given up.
//! 2. A change that is an insertion alone, or a deletion alone, can often stand in several places with the same result: it
//!    is shifted to where it begins with a sentence, or at least with a word.

use super::matching::Side;

type Pairs = Vec<(usize, usize)>;

/// Pairs of words that stay, made readable. They ascend on both sides, before and after.
pub(super) fn tidy(old: &Side, new: &Side, pairs: Pairs) -> Pairs {
    let mut islands = islands(old, new, &pairs);
    absorb(old, new, &mut islands);
    let mut islands = slide(old, new, islands);
    absorb(old, new, &mut islands);
    let pairs = islands.iter().flat_map(|island| island.pairs());
    pairs.collect()
}

/// A run of words that stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Island {
    old: usize,
    new: usize,
    length: usize,
}

impl Island {
    fn pairs(self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.length).map(move |n| (self.old + n, self.new + n))
    }

    fn end(&self) -> (usize, usize) {
        (self.old + self.length, self.new + self.length)
    }
}

/// All runs; the first and the last may be empty and stand at the edges.
fn islands(old: &Side, new: &Side, pairs: &[(usize, usize)]) -> Vec<Island> {
    let edge = |old, new| Island {
        old,
        new,
        length: 0,
    };
    let mut islands = vec![edge(0, 0)];
    for &(i, j) in pairs {
        match islands.last_mut() {
            Some(last) if last.end() == (i, j) => last.length += 1,
            _ => islands.push(Island {
                old: i,
                new: j,
                length: 1,
            }),
        }
    }
    let end = (old.words.len(), new.words.len());
    if islands.last().is_some_and(|last| last.end() != end) {
        islands.push(edge(end.0, end.1));
    }
    islands
}

/// Gives up small islands, until none is left that should be.
fn absorb(old: &Side, new: &Side, islands: &mut Vec<Island>) {
    // What one is given up makes its neighbours' changes longer; more than a few rounds find nothing worth it.
    for _ in 0..8 {
        let before = islands.len();
        let mut kept: Vec<Island> = Vec::with_capacity(before);
        for (at, island) in islands.iter().enumerate() {
            let is_edge = at == 0 || at + 1 == before;
            let after = islands.get(at + 1);
            let is_small = match (kept.last(), after) {
                (Some(last), Some(next)) if !is_edge => is_small(old, new, last, island, next),
                _ => false,
            };
            if !is_small {
                kept.push(*island);
            }
        }
        *islands = kept;
        if islands.len() == before {
            return;
        }
    }
}

fn is_small(old: &Side, new: &Side, before: &Island, island: &Island, after: &Island) -> bool {
    let words = old.count(island.old..island.old + island.length);
    if words > 3 {
        return false;
    }
    let size = |from: (usize, usize), to: &Island| {
        old.count(from.0..to.old).max(new.count(from.1..to.new))
    };
    let (left, right) = (size(before.end(), island), size(island.end(), after));
    match words {
        // Punctuation between two changes of no word, such as quotation marks that became others, stays.
        0 => left + right > 0,
        1 => left.min(right) > 0,
        words => left.min(right) >= 4 * words,
    }
}

/// Shifts changes that are on one side alone.
fn slide(old: &Side, new: &Side, mut islands: Vec<Island>) -> Vec<Island> {
    for at in 1..islands.len() {
        let (before, after) = (islands[at - 1], islands[at]);
        let end = before.end();
        let shift = if end.0 == after.old {
            best_shift(new, end.1, after.new, before.length, after.length)
        } else if end.1 == after.new {
            best_shift(old, end.0, after.old, before.length, after.length)
        } else {
            0
        };
        islands[at - 1].length = before.length.saturating_add_signed(shift);
        islands[at] = Island {
            old: after.old.saturating_add_signed(shift),
            new: after.new.saturating_add_signed(shift),
            length: after.length.saturating_add_signed(-shift),
        };
    }
    let last = islands.len() - 1;
    let is_kept = |at: usize, island: &Island| at == 0 || at == last || island.length > 0;
    let kept = islands
        .iter()
        .enumerate()
        .filter(|(at, island)| is_kept(*at, island));
    kept.map(|(_, island)| *island).collect()
}

/// How far a change of the words from `start` to `end` should move; at most so far that one of its neighbours is used up.
fn best_shift(side: &Side, start: usize, end: usize, before: usize, after: usize) -> isize {
    let ids = &side.ids;
    let mut best = (score(side, start, end), 0);
    // Far enough for any sentence; a text of one word over and over must not take for ever.
    let (most_left, most_right) = (before.min(200), after.min(200));
    let mut shift = 0;
    while shift < most_left && ids[start - shift - 1] == ids[end - shift - 1] {
        shift += 1;
        let found = score(side, start - shift, end - shift);
        if found > best.0 {
            best = (found, -(shift as isize));
        }
    }
    shift = 0;
    while shift < most_right && ids[start + shift] == ids[end + shift] {
        shift += 1;
        let found = score(side, start + shift, end + shift);
        if found > best.0 {
            best = (found, shift as isize);
        }
    }
    best.1
}

/// How well marks around these words would read.
fn score(side: &Side, start: usize, end: usize) -> u32 {
    edge(side, start) + edge(side, end)
}

/// How good a place before a word is to begin or to end a mark.
fn edge(side: &Side, word: usize) -> u32 {
    if word == 0 || word == side.words.len() {
        return 5;
    }
    if side.ends_sentence(word - 1) {
        return 4;
    }
    let before = side.text(word - 1).unwrap_or_default();
    let after = side.text(word).unwrap_or_default();
    match (before, after) {
        ("," | "–" | "—", _) => 3,
        (_, "(" | "“" | "and" | "or") => 2,
        _ if side.has_space_before(word) => 1,
        _ => 0,
    }
}
