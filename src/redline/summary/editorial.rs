//! Whether a change is of the wording's surface alone.
//!
//! One place at a time is looked at: what was struck there and what was inserted. It may differ in punctuation, in white
//! space and in capitals; and a word may be spelt otherwise, once or twice. Numbers and signs such as `%` must stay.

use super::super::Redline;
use super::super::seen::is_block_seen;
use super::super::tree::{Entry, Note};
use super::super::words;
use super::Mark;

/// More words than this were not misspelt.
const MOST_SPELLINGS: usize = 2;

pub(super) fn is_editorial(redline: &Redline) -> bool {
    // A block that moved, came or went is more; only what was compared is looked into.
    let is_block = |entry: &Entry| match entry {
        Entry::Added { moved: Some(_), .. } => true,
        Entry::Added { block, .. } | Entry::Removed { block, .. } => is_block_seen(&block.block),
        _ => false,
    };
    if redline.entries.iter().any(is_block) {
        return false;
    }
    let mut place = Place::default();
    redline.each_mark(&mut |mark| match mark {
        _ if place.is_more => {}
        Mark::Removed(text) => place.removed.push_str(text),
        Mark::Added(text) => place.added.push_str(text),
        Mark::Same => place.end(),
        Mark::Noted(Note::Target(_)) => {}
        Mark::Noted(_) => place.is_more = true,
    });
    place.end();
    !place.is_more && place.spellings <= MOST_SPELLINGS
}

#[derive(Default)]
struct Place {
    removed: String,
    added: String,
    spellings: usize,
    /// Whether anything was found that is more than editorial.
    is_more: bool,
}

impl Place {
    fn end(&mut self) {
        if self.removed.is_empty() && self.added.is_empty() {
            return;
        }
        let (removed, added) = (
            std::mem::take(&mut self.removed),
            std::mem::take(&mut self.added),
        );
        if removed == added {
            // The same words in another form.
            self.is_more = true;
            return;
        }
        match difference(&removed, &added) {
            Difference::Surface => {}
            Difference::Spelling => self.spellings += 1,
            Difference::More => self.is_more = true,
        }
    }
}

enum Difference {
    Surface,
    Spelling,
    More,
}

fn difference(removed: &str, added: &str) -> Difference {
    let has_signs = |text: &str| text.chars().any(|c| c.is_numeric() || is_sign(c));
    let (a, b) = (letters(removed), letters(added));
    if has_signs(removed) || has_signs(added) {
        let same = words::spaced(removed) == words::spaced(added);
        return if same {
            Difference::Surface
        } else {
            Difference::More
        };
    }
    if a == b {
        return Difference::Surface;
    }
    let is_one_word = words::count(removed) == 1 && words::count(added) == 1;
    match is_one_word && is_spelling(&a, &b) {
        true => Difference::Spelling,
        false => Difference::More,
    }
}

/// A character that is neither of words nor of punctuation.
fn is_sign(c: char) -> bool {
    let is_punctuation = |c: char| {
        c.is_ascii_punctuation() && !"$%+<=>^|~#@&".contains(c)
            || "‘’“”„«»‹›–—…·•。、，；：！？（）「」\u{ad}".contains(c)
    };
    !(words::is_word(c) || c.is_whitespace() || c.is_control() || is_punctuation(c))
}

fn letters(text: &str) -> String {
    let letters = text.chars().filter(|c| words::is_word(*c));
    letters.flat_map(char::to_lowercase).collect()
}

/// Long enough not to be another word by chance, and not its opposite: `lawful` is no spelling of `unlawful`.
fn is_spelling(a: &str, b: &str) -> bool {
    let is_long = |word: &str| word.chars().count() >= 5;
    is_long(a)
        && is_long(b)
        && a.chars().next() == b.chars().next()
        && strsim::osa_distance(a, b) <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(removed: &str, added: &str, spellings: usize, is_more: bool) {
        let mut place = Place {
            removed: removed.to_owned(),
            added: added.to_owned(),
            ..Place::default()
        };
        place.end();
        assert_eq!(
            (place.spellings, place.is_more),
            (spellings, is_more),
            "{removed} → {added}"
        );
    }

    #[test]
    fn surface_spelling_and_more_are_told_apart() {
        is(",", ";", 0, false);
        is("e-mail", "email", 0, false);
        is("Terms", "terms", 0, false);
        is("recieve", "receive", 1, false);
        is("lawful", "unlawful", 0, true);
        is("may", "must", 0, true);
        is("30", "60", 0, true);
        is("1.5", "15", 0, true);
        is("$", "€", 0, true);
        is("", "not", 0, true);
    }
}
