//! The words of blocks, without their markup: how much of one block is found again in another, and whether two runs of blocks
//! say the same.

use std::hash::{BuildHasher, Hash};

use crate::document::{Block, Inline, Row};

/// Separates words that stand in different blocks, or around a line break.
const GAP: char = ' ';

/// The words of something, to be compared with those of something else.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Words and punctuation marks in order, with one space between each two.
    pub text: String,
    /// A hash for each word, sorted: a word that stands twice is there twice.
    pub bag: Vec<u64>,
    /// A bit for each word: those of one side that the other lacks tell cheaply that much is not shared.
    bits: [u64; 4],
}

impl Words {
    pub fn of_blocks(blocks: &[Block]) -> Words {
        Words::read(|text| push_blocks(blocks, text))
    }

    pub fn of_block(block: &Block) -> Words {
        Words::of_blocks(std::slice::from_ref(block))
    }

    pub fn of_row(row: &Row) -> Words {
        Words::read(|text| {
            for cell in row {
                push_blocks(&cell.blocks, text);
                text.push(GAP);
            }
        })
    }

    pub fn read(write: impl FnOnce(&mut String)) -> Words {
        let mut raw = String::new();
        write(&mut raw);
        Words::of_text(spaced(&raw))
    }

    /// Of a text that is spaced already.
    pub fn of_text(text: String) -> Words {
        let bag = hashes(&text);
        let mut bits = [0; 4];
        for word in &bag {
            bits[(word >> 62) as usize] |= 1 << (word >> 56 & 63);
        }
        Words { text, bag, bits }
    }

    /// How many words there are, without punctuation.
    pub fn count(&self) -> usize {
        self.bag.len()
    }

    /// How many words both have.
    pub fn shared(&self, other: &Words) -> usize {
        shared(&self.bag, &other.bag)
    }

    /// At least as many words as both have.
    pub fn most_shared(&self, other: &Words) -> usize {
        let lacks = |a: &Words, b: &Words| {
            let bits = a.bits.iter().zip(&b.bits);
            bits.map(|(a, b)| (a & !b).count_ones() as usize)
                .sum::<usize>()
        };
        let (a, b) = (lacks(self, other), lacks(other, self));
        (self.count() - a).min(other.count() - b)
    }

    /// How often a word stands here.
    pub fn count_of(&self, word: u64) -> usize {
        let start = self.bag.partition_point(|other| *other < word);
        let same = self.bag[start..].iter().take_while(|other| **other == word);
        same.count()
    }

    /// Each word with how often it stood here before.
    pub fn numbered(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.counted()
            .flat_map(|(word, count)| (0..count as u32).map(move |n| (word, n)))
    }

    /// Each word with how often it stands here.
    pub fn counted(&self) -> impl Iterator<Item = (u64, usize)> + '_ {
        let runs = self.bag.chunk_by(|a, b| a == b);
        runs.map(|run| (run[0], run.len()))
    }
}

/// How many members two ascending rows share, each as often as it stands in both.
pub(super) fn shared<T: Copy + Ord>(a: &[T], b: &[T]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        shared += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    shared
}

/// How many words a text has, without punctuation. Of scripts that put no space between words each character counts for one.
pub(super) fn count(text: &str) -> usize {
    if text.is_ascii() {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let bytes = text.as_bytes().iter().map(|byte| (is_word(byte), false));
        return counted(bytes);
    }
    counted(text.chars().map(|c| (is_word(c), is_unspaced(c))))
}

/// For each character: whether it is of a word, and whether it is one by itself.
fn counted(characters: impl Iterator<Item = (bool, bool)>) -> usize {
    let (mut count, mut inside) = (0, false);
    for (is_word, is_alone) in characters {
        count += usize::from(is_alone || (is_word && !inside));
        inside = is_word && !is_alone;
    }
    count
}

/// Hiragana, Katakana and ideographs.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        && is_word(c)
}

/// Longer texts are never compared by characters, each of which would be a token.
const MOST_CHARACTERS: usize = 512 * 1024;

/// Whether two texts have the same words and punctuation marks in the same order, and are not too long to be compared by
/// their characters.
pub(super) fn say_the_same(old: impl FnOnce(&mut String), new: impl FnOnce(&mut String)) -> bool {
    let (mut a, mut b) = (String::new(), String::new());
    old(&mut a);
    new(&mut b);
    a.len().max(b.len()) <= MOST_CHARACTERS
        && spaced_chars(&without_objects(&a)).eq(spaced_chars(&without_objects(&b)))
}

/// A text that was written here without its objects.
pub(super) fn without_objects(text: &str) -> String {
    // Each object is two parts with a mark before, between and after them.
    text.split(OBJECT).step_by(3).collect()
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Words and punctuation marks, each but the first with a space before it.
pub(super) fn spaced(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len() + raw.len() / 4);
    text.extend(spaced_chars(raw));
    text
}

fn spaced_chars(raw: &str) -> impl Iterator<Item = char> + '_ {
    let (mut has_begun, mut inside) = (false, false);
    raw.chars().flat_map(move |c| {
        let (is_word, is_seen) = (is_word(c), !c.is_whitespace());
        let is_apart = is_seen && has_begun && !(is_word && inside);
        has_begun |= is_seen;
        inside = is_word;
        [is_apart.then_some(' '), is_seen.then_some(c)]
            .into_iter()
            .flatten()
    })
}

fn hashes(text: &str) -> Vec<u64> {
    let words = text.split(' ').filter(|word| word.starts_with(is_word));
    let mut hashes: Vec<u64> = words.map(hash).collect();
    hashes.sort_unstable();
    hashes
}

/// The same in every run. Two words of one hash make two blocks look more alike than they are, and nothing else.
pub(super) fn hash(value: impl Hash) -> u64 {
    foldhash::fast::FixedState::with_seed(0).hash_one(value)
}

/// The text of blocks, those of each apart from the next.
pub(super) fn push_blocks(blocks: &[Block], text: &mut String) {
    for block in blocks {
        push_block(block, text);
        text.push(GAP);
    }
}

fn push_block(block: &Block, text: &mut String) {
    match block {
        Block::Paragraph(content) | Block::Plain(content) => push_inlines(content, text),
        Block::Heading(heading) => push_inlines(&heading.content, text),
        Block::ThematicBreak => {}
        Block::Quote(blocks) | Block::Element { blocks, .. } => push_blocks(blocks, text),
        Block::List(list) => list
            .items
            .iter()
            .for_each(|item| push_blocks(&item.blocks, text)),
        Block::Code { text: code, .. } => text.push_str(code),
        Block::Table(table) => {
            for cell in table.head.iter().chain(&table.rows).flatten() {
                push_blocks(&cell.blocks, text);
                text.push(GAP);
            }
        }
        Block::Definitions(groups) => {
            for group in groups {
                for term in &group.terms {
                    push_inlines(term, text);
                    text.push(GAP);
                }
                group.definitions.iter().for_each(|d| push_blocks(d, text));
            }
        }
    }
}

/// Marks what is no word but would be missed: an image, or a reference to a footnote.
pub(super) const OBJECT: char = '\u{fffc}';

/// The text of inlines.
pub(super) fn push_inlines(inlines: &[Inline], text: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(words) | Inline::Code(words) => text.push_str(words),
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strike(content)
            | Inline::Element { content, .. } => push_inlines(content, text),
            Inline::Link(link) => push_inlines(&link.content, text),
            Inline::LineBreak => text.push(GAP),
            Inline::Image(image) => push_object(&[&image.source, &image.alt], text),
            Inline::FootnoteReference(label) => push_object(&["^", label], text),
        }
    }
}

fn push_object(parts: &[&str], text: &mut String) {
    text.push(OBJECT);
    for part in parts {
        text.push_str(part);
        text.push(OBJECT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Words {
        Words::read(|out| out.push_str(text))
    }

    #[test]
    fn repeated_words_count_as_often_as_they_stand() {
        assert_eq!(words("a a b").shared(&words("a b b a a")), 3);
        assert_eq!(words("a a a a a").shared(&words("a a a")), 3);
        assert_eq!(words("x y").shared(&words("z")), 0);
    }

    #[test]
    fn words_are_counted_in_any_script() {
        for (text, words) in [
            ("", 0),
            ("We keep it, for 30 days.", 6),
            ("Wir löschen: alles", 3),
            ("データを保存", 6),
            ("we 保存 it。", 4),
        ] {
            assert_eq!(count(text), words, "{text}");
        }
    }

    #[test]
    fn white_space_makes_no_difference() {
        assert_eq!(words(" U. S.,  x").text, "U . S . , x");
        assert_eq!(words("U.S., x").text, "U . S . , x");
        assert_eq!(count("U.S., x-y"), 4);
        assert_eq!(count(" …—"), 0);
    }
}
