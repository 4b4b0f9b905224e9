//! Which blocks belong to a block of HTML: those up to the end of the elements that it opens.
//!
//! ```text
//! <details>        opens it          ┐
//!                                    │
//! Some *Markdown*.                   │ one group
//!                                    │
//! </details>       closes it         ┘
//! ```

use std::collections::BTreeMap;

use super::super::markdown::RawBlock;
use super::super::{Block, Inline};
use super::{RAW, each_piece, tags};

/// Elements whose end tag may be left out: they take nothing with them.
const OPTIONAL_END: &[&str] = &[
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "caption",
    "option", "optgroup", "rt", "rp", "html", "head", "body",
];

/// Which blocks belong together.
pub(super) struct Groups {
    /// For each block the last one of its group, itself where it stands alone. An element that is never closed takes nothing.
    pub ends: Vec<usize>,
    /// Whether an element is never closed: what follows could close it.
    pub left_open: bool,
}

pub(super) fn groups(blocks: &[RawBlock]) -> Groups {
    let mut ends: Vec<usize> = (0..blocks.len()).collect();
    let mut open = OpenElements::default();
    for (index, top) in blocks.iter().enumerate().filter(|(_, top)| top.has_raw) {
        let may_open = is_html_block(&top.block);
        each_piece(&top.block, &mut |html| {
            tags::each_tag(html, &mut |name, closes| {
                if closes {
                    open.close(name, |from| ends[from] = index);
                } else if may_open && !tags::is_void(name) && !OPTIONAL_END.contains(&name) {
                    open.open(name, index);
                }
            });
        });
    }
    Groups {
        ends,
        left_open: !open.stack.is_empty(),
    }
}

#[derive(Default)]
struct OpenElements {
    /// The name of each, and the block that opens it.
    stack: Vec<(String, usize)>,
    /// How many of each name are on the stack, so that a stray end tag costs no search.
    count: BTreeMap<String, usize>,
}

impl OpenElements {
    fn open(&mut self, name: &str, block: usize) {
        self.stack.push((name.to_owned(), block));
        *self.count.entry(name.to_owned()).or_default() += 1;
    }

    /// Closes an element and all that is open inside it; shows the block of each.
    fn close(&mut self, name: &str, mut closed: impl FnMut(usize)) {
        if self.count.get(name).is_none_or(|count| *count == 0) {
            return;
        }
        while let Some((last, block)) = self.stack.pop() {
            closed(block);
            if let Some(count) = self.count.get_mut(&last) {
                *count -= 1;
            }
            if last == name {
                return;
            }
        }
    }
}

fn is_html_block(block: &Block) -> bool {
    let Block::Plain(content) = block else {
        return false;
    };
    matches!(content.as_slice(), [Inline::Element { name, .. }] if name == RAW)
}
