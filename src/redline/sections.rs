//! A section that was replaced by another is no renamed one.
//!
//! ```text
//! old            new                  paired by place                instead
//! ## Contact     ## Machines          ## ~~Contact~~ Machines        ~~## Contact~~
//! Write to us.   No machine decides.  ~~Write to us.~~               ~~Write to us.~~
//!                                     No machine decides.            ## Machines
//!                                                                    No machine decides.
//! ```
//!
//! Two headings without a word in common are parted where nothing that stands below them was paired either. A heading that
//! has no text of its own below it stays paired: nothing tells that it became another.

use crate::document::Block;

use super::tree::Entry;
use super::{Memory, added, removed};

/// Parts the headings of sections that have nothing in common.
pub(super) fn part_replaced(entries: Vec<Entry>, memory: &mut Memory) -> Vec<Entry> {
    let is_any = entries.iter().any(is_heading_pair);
    if !is_any {
        return entries;
    }
    let mut parted = Vec::with_capacity(entries.len() + 2);
    let mut rest = entries.into_iter().peekable();
    while let Some(entry) = rest.next() {
        if !is_heading_pair(&entry) || shares_words(&entry, memory) {
            parted.push(entry);
            continue;
        }
        let mut body = Vec::new();
        while let Some(one) = rest.next_if(is_one_sided_text) {
            body.push(one);
        }
        let is_whole = rest.peek().is_none_or(is_heading);
        match is_whole && !body.is_empty() {
            true => part(&entry, body, &mut parted),
            false => {
                parted.push(entry);
                parted.append(&mut body);
            }
        }
    }
    parted
}

/// What is gone first, then what came.
fn part(heading: &Entry, body: Vec<Entry>, parted: &mut Vec<Entry>) {
    let (gone, come): (Vec<Entry>, Vec<Entry>) = body
        .into_iter()
        .partition(|entry| matches!(entry, Entry::Removed { .. }));
    parted.extend(heading.old_blocks().iter().map(removed));
    parted.extend(gone);
    parted.extend(heading.new_blocks().iter().map(added));
    parted.extend(come);
}

fn is_heading_pair(entry: &Entry) -> bool {
    let is = |block: &Block| matches!(block, Block::Heading(_));
    matches!(entry, Entry::Changed { old, new, .. } if is(&old.block) && is(&new.block))
}

fn is_heading(entry: &Entry) -> bool {
    let blocks = entry.new_blocks().iter().chain(entry.old_blocks());
    let mut blocks = blocks.map(|top| &top.block);
    blocks.any(|block| matches!(block, Block::Heading(_)))
}

/// A block of one side that is no heading.
fn is_one_sided_text(entry: &Entry) -> bool {
    matches!(entry, Entry::Removed { .. } | Entry::Added { .. }) && !is_heading(entry)
}

fn shares_words(entry: &Entry, memory: &mut Memory) -> bool {
    let (old, new) = (entry.old_blocks(), entry.new_blocks());
    let mut words = |tops: &[std::sync::Arc<crate::document::TopBlock>]| {
        tops.first().map(|top| memory.words(top))
    };
    match (words(old), words(new)) {
        (Some(a), Some(b)) => a.shared(&b) > 0,
        _ => true,
    }
}
