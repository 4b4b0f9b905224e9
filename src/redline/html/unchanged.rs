//! Runs of blocks in which nothing changed: what stands beside a change is shown, the rest is collapsed under a line that says
//! how much it is.
//!
//! ```text
//! the changed paragraph
//! the paragraph after it            shown
//! ▸ Unchanged: 7 paragraphs, 412 words · Cookies · Retention
//! Your rights                       the heading of the section of the next change
//! ▸ Unchanged: 4 paragraphs, 230 words
//! the paragraph before it           shown
//! the changed paragraph
//! ```

use std::sync::Arc;

use crate::document::{Block, TopBlock, plain_text};

use super::super::tree::Entry;
use super::super::words;
use super::{Page, Words};
use crate::document::html::escape;

/// A run of at most so many blocks is not collapsed, unless it is long.
const SHORT: usize = 3;

/// So many words are too long to be shown because they are few blocks,
const LONG: usize = 80;

/// and so many to be shown because they stand beside a change.
const LONG_BESIDE: usize = 150;

/// So many headings are named of what is collapsed.
const MOST_NAMES: usize = 4;

impl Page<'_> {
    /// A run of blocks in which nothing changed.
    pub(super) fn same(&mut self, entries: &[Entry], after_change: bool, before_change: bool) {
        let blocks: Vec<&Arc<TopBlock>> = entries.iter().flat_map(Entry::new_blocks).collect();
        let (from, to) = self.edges(&blocks, after_change, before_change);
        let heading = match before_change && !blocks[to..].iter().any(is_heading) {
            true => blocks[from..to].iter().rposition(is_heading),
            false => None,
        };
        self.blocks(&blocks[..from]);
        match heading.map(|at| from + at) {
            Some(at) => {
                self.collapsed(&blocks[from..at]);
                self.blocks(&blocks[at..at + 1]);
                self.collapsed(&blocks[at + 1..to]);
            }
            None => self.collapsed(&blocks[from..to]),
        }
        self.blocks(&blocks[to..]);
    }

    fn blocks(&mut self, blocks: &[&Arc<TopBlock>]) {
        for block in blocks {
            self.writer.top(block, self.known);
        }
    }

    fn collapsed(&mut self, blocks: &[&Arc<TopBlock>]) {
        let words = self.words(blocks);
        if blocks.len() <= SHORT && words < LONG {
            return self.blocks(blocks);
        }
        let lang = self.lang;
        self.push(&format!(
            "<details class=\"unchanged\"><summary class=\"ui\"><span lang=\"{lang}\">"
        ));
        let parts = blocks.iter().filter(|block| !is_heading(block)).count();
        let told = told(parts, words, self.words);
        escape(&told, self.writer.out());
        self.push("</span>");
        self.names(blocks);
        self.push("</summary>\n");
        self.blocks(blocks);
        self.push("</details>\n");
    }

    /// The headings of what is collapsed, so that a section is found in it.
    fn names(&mut self, blocks: &[&Arc<TopBlock>]) {
        let headings = blocks.iter().filter_map(|top| match &top.block {
            Block::Heading(heading) => Some(plain_text(&heading.content)),
            _ => None,
        });
        let mut names = headings.filter(|name| !name.trim().is_empty());
        for name in names.by_ref().take(MOST_NAMES) {
            self.push(" <span class=\"pg-name\">");
            escape(name.trim(), self.writer.out());
            self.push("</span>");
        }
        if names.next().is_some() {
            self.push(" …");
        }
    }

    /// The blocks from the first number to before the second are not beside a change.
    fn edges(
        &mut self,
        blocks: &[&Arc<TopBlock>],
        after_change: bool,
        before_change: bool,
    ) -> (usize, usize) {
        let mut is_short = |block: Option<&&Arc<TopBlock>>| {
            block.is_some_and(|block| self.words(&[block]) < LONG_BESIDE)
        };
        let from = usize::from(after_change && is_short(blocks.first()));
        let shown = usize::from(before_change && blocks.len() > from && is_short(blocks.last()));
        (from, blocks.len() - shown)
    }

    fn words(&mut self, blocks: &[&Arc<TopBlock>]) -> usize {
        let words = blocks.iter().map(|top| self.known.words(top, words_of));
        words.sum()
    }
}

fn is_heading(top: &&Arc<TopBlock>) -> bool {
    matches!(top.block, Block::Heading(_))
}

fn words_of(block: &Block) -> usize {
    let mut text = String::new();
    words::push_blocks(std::slice::from_ref(block), &mut text);
    match text.contains(words::OBJECT) {
        true => words::count(&words::without_objects(&text)),
        false => words::count(&text),
    }
}

/// How much did not change.
fn told(paragraphs: usize, words: usize, said: &Words) -> String {
    let paragraphs = said
        .paragraphs
        .fill(paragraphs, &grouped(paragraphs, said), &[]);
    let words = said.words.fill(words, &grouped(words, said), &[]);
    said.unchanged
        .fill(&[("paragraphs", &paragraphs), ("words", &words)])
}

/// A number with its digits in groups of three.
fn grouped(count: usize, said: &Words) -> String {
    let digits = count.to_string();
    let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    let number: Vec<String> = groups
        .iter()
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    number.join(&said.thousands)
}

#[cfg(test)]
mod tests {
    use super::told;
    use crate::words::Words;

    #[test]
    fn numbers_are_grouped_and_plurals_are_right() {
        let told = |paragraphs, words| told(paragraphs, words, &Words::english().redline);
        assert_eq!(told(1, 0), "Unchanged: 1 paragraph, 0 words");
        assert_eq!(told(0, 1), "Unchanged: 0 paragraphs, 1 word");
        assert_eq!(
            told(2, 1_234_567),
            "Unchanged: 2 paragraphs, 1,234,567 words"
        );
    }
}
