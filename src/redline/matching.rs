//! Which words of a text stayed.
//!
//! 1. Sentences that stand in both texts hold them together.
//! 2. Between them words are matched.
//! 3. The tidy pass ([`super::tidy`]) gives up and shifts matches until the marks can be read.
//! 4. White space stays where the words around it do.

use super::align::align;
use super::budget::Budget;
use super::flat::{Flat, Grain, Leaf};
use super::tidy;

/// For each token of one text its partner in the other, which is the same; partners ascend on both sides.
pub(super) struct Matching {
    pub old: Vec<Option<usize>>,
    pub new: Vec<Option<usize>>,
}

/// `None` where so little stayed that the texts should not be shown as one.
pub(super) fn match_words(old: &Flat, new: &Flat, budget: &mut Budget) -> Option<Matching> {
    let (a, b) = (Side::new(old), Side::new(new));
    if old.grain == Grain::Characters {
        let pairs = in_order(&a, &b);
        return Some(Matching::new(old, new, &a, &b, &pairs));
    }
    let pairs = tidy::tidy(&a, &b, by_sentences(&a, &b, budget));
    is_enough(&a, &b, &pairs).then(|| Matching::new(old, new, &a, &b, &pairs))
}

/// The pairs of texts whose characters are the same; objects may stand elsewhere.
fn in_order(a: &Side, b: &Side) -> Vec<(usize, usize)> {
    let mut pairs = Vec::with_capacity(a.words.len());
    let (mut i, mut j) = (0, 0);
    while i < a.words.len() && j < b.words.len() {
        if a.ids[i] == b.ids[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if a.text(i).is_none() {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// Equal sentences first, then equal words between them.
fn by_sentences(a: &Side, b: &Side, budget: &mut Budget) -> Vec<(usize, usize)> {
    let mut pairs = Vec::with_capacity(a.words.len().min(b.words.len()));
    let (old, new) = a.sentence_ids(b);
    let sentences = align(&old, &new, budget).into_iter();
    let (mut i, mut j) = (0, 0);
    for (x, y) in sentences.chain([(a.sentences.len(), b.sentences.len())]) {
        let (from, to) = ((a.start(i), b.start(j)), (a.start(x), b.start(y)));
        let rest = align(&a.ids[from.0..to.0], &b.ids[from.1..to.1], budget);
        pairs.extend(rest.into_iter().map(|(p, q)| (p + from.0, q + from.1)));
        if x < a.sentences.len() {
            let length = a.start(x + 1) - to.0;
            pairs.extend((0..length).map(|n| (to.0 + n, to.1 + n)));
        }
        (i, j) = (x + 1, y + 1);
    }
    pairs
}

/// The tokens of a text but for its white space.
pub(super) struct Side<'f, 'a> {
    pub flat: &'f Flat<'a>,
    /// The place of each in the text's tokens.
    pub words: Vec<usize>,
    pub ids: Vec<u32>,
    /// Where each sentence begins, in `words`.
    sentences: Vec<usize>,
}

impl<'f, 'a> Side<'f, 'a> {
    fn new(flat: &'f Flat<'a>) -> Side<'f, 'a> {
        let is_seen = |i: &usize| !flat.tokens[*i].is_space();
        let words: Vec<usize> = (0..flat.tokens.len()).filter(is_seen).collect();
        let mut side = Side {
            flat,
            ids: words.iter().map(|i| flat.tokens[*i].id).collect(),
            words,
            sentences: Vec::new(),
        };
        let begins = |n: &usize| *n == 0 || side.ends_sentence(*n - 1);
        side.sentences = (0..side.words.len()).filter(begins).collect();
        side
    }

    /// Where the words of a sentence begin; for the one after the last, where the text ends.
    fn start(&self, sentence: usize) -> usize {
        self.sentences
            .get(sentence)
            .copied()
            .unwrap_or(self.words.len())
    }

    /// Whether a sentence, or a line, ends after a word.
    pub fn ends_sentence(&self, word: usize) -> bool {
        let at = self.words[word];
        let token = &self.flat.tokens[at];
        if matches!(token.leaf, Leaf::Object(crate::document::Inline::LineBreak)) {
            return true;
        }
        let next = self.flat.tokens.get(at + 1).map(|next| next.leaf);
        let text = token.text().unwrap_or_default();
        match next {
            None => true,
            Some(Leaf::Space(space)) if space.contains('\n') => true,
            Some(Leaf::Space(_)) if is_closing(text) => word > 0 && self.is_full_stop(word - 1),
            Some(Leaf::Space(_)) => is_full_stop(text),
            // Scripts without spaces.
            Some(_) => matches!(text, "。" | "！" | "？" | "।"),
        }
    }

    fn is_full_stop(&self, word: usize) -> bool {
        self.text(word).is_some_and(is_full_stop)
    }

    pub fn text(&self, word: usize) -> Option<&'a str> {
        self.flat.tokens[self.words[word]].text()
    }

    /// Whether white space stands before a word, or nothing at all.
    pub fn has_space_before(&self, word: usize) -> bool {
        let at = self.words[word];
        at == 0 || self.flat.tokens[at - 1].is_space()
    }

    pub fn is_word(&self, word: usize) -> bool {
        self.flat.tokens[self.words[word]].is_word()
    }

    pub fn count(&self, words: std::ops::Range<usize>) -> usize {
        words.filter(|n| self.is_word(*n)).count()
    }

    /// Equal sentences of two texts have equal numbers.
    fn sentence_ids(&self, other: &Side) -> (Vec<u32>, Vec<u32>) {
        let mut ids: std::collections::HashMap<&[u32], u32, foldhash::fast::FixedState> =
            Default::default();
        let mut number = |sentence| {
            let next = ids.len() as u32;
            *ids.entry(sentence).or_insert(next)
        };
        let sentences = |side: &Side| {
            (0..side.sentences.len())
                .map(|n| (side.start(n), side.start(n + 1)))
                .collect::<Vec<_>>()
        };
        let a = sentences(self)
            .into_iter()
            .map(|(from, to)| number(&self.ids[from..to]))
            .collect();
        let b = sentences(other)
            .into_iter()
            .map(|(from, to)| number(&other.ids[from..to]))
            .collect();
        (a, b)
    }
}

fn is_full_stop(text: &str) -> bool {
    matches!(
        text,
        "." | "!" | "?" | "。" | "！" | "？" | "؟" | "।" | "…" | "۔" | ";" | ":"
    )
}

fn is_closing(text: &str) -> bool {
    matches!(text, ")" | "]" | "\"" | "”" | "’" | "»" | "'")
}

/// Under two words in five of the shorter text are too few.
fn is_enough(a: &Side, b: &Side, pairs: &[(usize, usize)]) -> bool {
    let kept = pairs.iter().filter(|(i, _)| a.is_word(*i)).count();
    let smaller = a.count(0..a.words.len()).min(b.count(0..b.words.len()));
    5 * kept >= 2 * smaller
}

impl Matching {
    fn new(old: &Flat, new: &Flat, a: &Side, b: &Side, pairs: &[(usize, usize)]) -> Matching {
        let mut matching = Matching::none(old, new);
        for &(i, j) in pairs {
            matching.pair(a.words[i], b.words[j]);
        }
        matching.spaces(old, new);
        matching
    }

    /// Gives up words that a new gap would part from what they stood beside without white space: `ab` does not stay where it
    /// becomes `a` and `b` in two blocks.
    pub fn part(&mut self, old: &Flat, new: &Flat) {
        let is_beside = |i: usize| i > 0 && old.tokens[i].is_word() && old.tokens[i - 1].is_word();
        for (at, end) in new.ends.iter().enumerate() {
            if self.new[end - 1].is_some() {
                continue;
            }
            let text = *end..new
                .ends
                .get(at + 1)
                .map_or(new.tokens.len(), |next| next - 1);
            for j in text {
                match self.new[j] {
                    Some(i) if is_beside(i) => {
                        self.old[i] = None;
                        self.new[j] = None;
                    }
                    Some(_) => break,
                    None => {}
                }
            }
        }
    }

    /// Nothing stayed.
    pub fn none(old: &Flat, new: &Flat) -> Matching {
        Matching {
            old: vec![None; old.tokens.len()],
            new: vec![None; new.tokens.len()],
        }
    }

    fn pair(&mut self, i: usize, j: usize) {
        self.old[i] = Some(j);
        self.new[j] = Some(i);
    }

    /// White space stays beside words that do: after a word that stayed, or before one.
    fn spaces(&mut self, old: &Flat, new: &Flat) {
        let is_same =
            |i: usize, j: usize| old.tokens[i].is_space() && old.tokens[i].id == new.tokens[j].id;
        let (mut i, mut j) = (0, 0);
        // Where nothing stayed before, white space at the beginning has nothing to stand beside.
        let mut beside = false;
        while i < old.tokens.len() && j < new.tokens.len() {
            if self.old[i] == Some(j) {
                (i, j, beside) = (i + 1, j + 1, true);
            } else if beside && is_same(i, j) {
                self.pair(i, j);
                (i, j) = (i + 1, j + 1);
            } else {
                let (x, y) = self.next_pair(i, j);
                self.spaces_before(old, new, (i, j), (x, y));
                (i, j) = (x, y);
            }
        }
    }

    fn next_pair(&self, i: usize, j: usize) -> (usize, usize) {
        let found = (i..self.old.len()).find_map(|x| self.old[x].map(|y| (x, y)));
        debug_assert!(found.is_none_or(|(_, y)| y >= j));
        found.unwrap_or((self.old.len(), self.new.len()))
    }

    fn spaces_before(&mut self, old: &Flat, new: &Flat, from: (usize, usize), to: (usize, usize)) {
        if to.0 == self.old.len() {
            return;
        }
        let (mut i, mut j) = to;
        while i > from.0 && j > from.1 {
            let (x, y) = (i - 1, j - 1);
            if !(old.tokens[x].is_space() && old.tokens[x].id == new.tokens[y].id) {
                return;
            }
            self.pair(x, y);
            (i, j) = (x, y);
        }
    }
}
