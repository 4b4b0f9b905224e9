//! Blocks as they were written, to be written again: the versions of a policy share most of their blocks, and so do the pages
//! that compare them.
//!
//! What a block says by itself is the same on every page. Where its links lead is the same on the pages of one place, as the
//! caller names it. Headings and references to footnotes depend on what stands before them, and are written anew.

use std::collections::HashMap;
use std::sync::Arc;

use super::walk::{self, Node};
use super::{Block, Inline, TopBlock};

/// So many bytes of HTML are kept; then all is forgotten.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// About so many bytes it takes to keep a block besides its HTML.
const OVERHEAD: usize = 100;

/// Remembers the HTML of blocks and how many words they have, for one thread. What it holds has no influence on any page.
#[derive(Default)]
pub struct Known {
    /// By address, which is the block's as long as it is held here. Never iterated over.
    blocks: HashMap<usize, Kept, foldhash::fast::FixedState>,
    bytes: usize,
    place: Option<u64>,
}

struct Kept {
    /// Holds the block, so that no other comes to stand at its address.
    _top: Arc<TopBlock>,
    html: Option<Html>,
    words: Option<usize>,
}

struct Html {
    html: String,
    /// Where it was written; `None`: it is the same everywhere.
    place: Option<u64>,
}

/// On what the HTML of a block depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Everywhere,
    Place,
    Nowhere,
}

impl Known {
    /// On the pages of one place links and images are resolved alike. `None`: there is no other page like the one to come.
    pub fn stand_at(&mut self, place: Option<u64>) {
        self.place = place;
    }

    /// How many words a block has, as `count` counts them.
    pub fn words(&mut self, top: &Arc<TopBlock>, count: impl FnOnce(&Block) -> usize) -> usize {
        let kept = self.kept(top);
        *kept.words.get_or_insert_with(|| count(&top.block))
    }

    /// The HTML of a block; `None` where it must be written.
    pub(super) fn html(&self, top: &Arc<TopBlock>) -> Option<&str> {
        let html = self.blocks.get(&address(top))?.html.as_ref()?;
        let is_right = html.place.is_none() || html.place == self.place;
        is_right.then_some(html.html.as_str())
    }

    /// Keeps what was written for a block, if it can be the same again.
    pub(super) fn keep(&mut self, top: &Arc<TopBlock>, html: &str) {
        let place = match reach(&top.block) {
            Reach::Everywhere => None,
            Reach::Place if self.place.is_some() => self.place,
            _ => return,
        };
        self.bytes += html.len();
        self.kept(top).html = Some(Html {
            html: html.to_string(),
            place,
        });
    }

    fn kept(&mut self, top: &Arc<TopBlock>) -> &mut Kept {
        if self.bytes > MOST_BYTES {
            self.blocks.clear();
            self.bytes = 0;
        }
        let bytes = &mut self.bytes;
        self.blocks.entry(address(top)).or_insert_with(|| {
            *bytes += OVERHEAD;
            Kept {
                _top: top.clone(),
                html: None,
                words: None,
            }
        })
    }
}

fn address(top: &Arc<TopBlock>) -> usize {
    Arc::as_ptr(top) as usize
}

fn reach(block: &Block) -> Reach {
    let mut reach = Reach::Everywhere;
    walk::walk(std::slice::from_ref(block), &mut |node| {
        let of_node = match node {
            Node::Block(Block::Heading(_)) | Node::Inline(Inline::FootnoteReference(_)) => {
                Reach::Nowhere
            }
            Node::Inline(Inline::Link(_) | Inline::Image(_)) => Reach::Place,
            _ => Reach::Everywhere,
        };
        reach = reach.max(of_node);
    });
    reach
}

#[cfg(test)]
mod tests {
    use super::super::html::{write, write_knowing};
    use super::super::tests::AsWritten;
    use super::super::{Options, parse};
    use super::*;

    fn reach_of(body: &str) -> Reach {
        reach(&parse(body, Options::default()).document.blocks[0].block)
    }

    #[test]
    fn what_leads_somewhere_depends_on_the_place_and_what_is_numbered_on_the_page() {
        assert_eq!(reach_of("Plain *words*."), Reach::Everywhere);
        assert_eq!(reach_of("- a\n- [b](c)"), Reach::Place);
        assert_eq!(reach_of("> # Heading\n> [b](c)"), Reach::Nowhere);
        assert_eq!(reach_of("a[^1]\n\n[^1]: b"), Reach::Nowhere);
    }

    #[test]
    fn a_page_is_the_same_with_what_is_known() {
        let body = "# A\n\nWords.\n\n[b](c) and ![d](e)\n\n#### F\n\n- x\n- y[^1]\n\n[^1]: z\n";
        let document = parse(body, Options::default()).document;
        let mut expected = String::new();
        write(&document, &AsWritten, &mut expected);
        let mut known = Known::default();
        known.stand_at(Some(1));
        for _ in 0..2 {
            let mut page = String::new();
            write_knowing(&document, &AsWritten, &mut known, &mut page);
            assert_eq!(page, expected);
        }
    }
}
