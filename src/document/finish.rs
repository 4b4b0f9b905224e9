//! The last step of parsing, over the whole tree.
//!
//! 1. Footnotes are put in the order of their first reference; a reference to nothing becomes text again.
//! 2. Soft breaks become spaces.
//! 3. Ids that the content declares are made unique, first come, first served; then each heading gets its anchor.

use std::collections::BTreeMap;

use super::anchors::Ids;
use super::{Attributes, Block, Footnote, Heading, Inline, Node, Tree, walk};

pub(super) fn finish(tree: &mut Tree) {
    let references = order_footnotes(tree);
    let mut ids = Ids::default();
    for (index, count) in references.values() {
        ids.reserve(format!("fn-{}", index + 1));
        for repeat in 0..*count {
            ids.reserve(super::html::reference_id(*index, repeat));
        }
    }
    let mut pass = Declare {
        ids,
        references: &references,
    };
    pass.blocks(&mut tree.blocks);
    for footnote in &mut tree.footnotes {
        pass.blocks(&mut footnote.blocks);
    }
    let mut anchor = |heading: &mut Heading| {
        let declared = heading.declared_id.clone();
        heading.anchor = declared.unwrap_or_else(|| pass.ids.anchor(&heading.content));
    };
    each_heading(&mut tree.blocks, &mut anchor);
    for footnote in &mut tree.footnotes {
        each_heading(&mut footnote.blocks, &mut anchor);
    }
}

/// For each label the place of its footnote, and how often it is referred to.
type References = BTreeMap<String, (usize, usize)>;

/// Keeps the footnotes that are referred to from the text or from a footnote that is kept. The first definition of a label
/// counts.
fn order_footnotes(tree: &mut Tree) -> References {
    let mut references = References::new();
    if tree.footnotes.is_empty() {
        return references;
    }
    let mut defined: BTreeMap<String, Footnote> = BTreeMap::new();
    for footnote in std::mem::take(&mut tree.footnotes) {
        defined.entry(footnote.label.clone()).or_insert(footnote);
    }
    let mut kept: Vec<Footnote> = Vec::new();
    let mut waiting = labels(&tree.blocks);
    let mut seen = 0;
    loop {
        for label in waiting.drain(..) {
            if let Some(footnote) = defined.remove(&label) {
                references.insert(label.clone(), (kept.len(), 0));
                kept.push(footnote);
            }
            references.entry(label).and_modify(|(_, count)| *count += 1);
        }
        let Some(footnote) = kept.get(seen) else {
            break;
        };
        waiting = labels(&footnote.blocks);
        seen += 1;
    }
    tree.footnotes = kept;
    references
}

fn labels(blocks: &[Block]) -> Vec<String> {
    let mut labels = Vec::new();
    walk::walk(blocks, &mut |node| {
        if let Node::Inline(Inline::FootnoteReference(label)) = node {
            labels.push(label.clone());
        }
    });
    labels
}

struct Declare<'r> {
    ids: Ids,
    references: &'r References,
}

impl Declare<'_> {
    fn blocks(&mut self, blocks: &mut [Block]) {
        for block in blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &mut Block) {
        match block {
            Block::Paragraph(content) | Block::Plain(content) => self.inlines(content),
            Block::Heading(heading) => {
                let declared = heading.declared_id.take();
                heading.declared_id = declared.and_then(|id| self.ids.declare(&id));
                self.inlines(&mut heading.content);
            }
            Block::Quote(blocks) => self.blocks(blocks),
            Block::Element {
                attributes, blocks, ..
            } => {
                self.attributes(attributes);
                self.blocks(blocks);
            }
            Block::List(list) => {
                let items = list.items.iter_mut();
                items.for_each(|item| self.blocks(&mut item.blocks));
            }
            Block::Table(table) => {
                let cells = table.head.iter_mut().chain(&mut table.rows).flatten();
                cells.for_each(|cell| self.blocks(&mut cell.blocks));
            }
            Block::Definitions(groups) => {
                for group in groups {
                    group.terms.iter_mut().for_each(|t| self.inlines(t));
                    group.definitions.iter_mut().for_each(|d| self.blocks(d));
                }
            }
            Block::ThematicBreak | Block::Code { .. } => {}
        }
    }

    fn inlines(&mut self, inlines: &mut [Inline]) {
        for inline in inlines {
            match inline {
                Inline::Text(text) if text.contains('\n') => *text = text.replace('\n', " "),
                Inline::FootnoteReference(label) if !self.references.contains_key(label) => {
                    *inline = Inline::Text(format!("[^{label}]"));
                }
                Inline::Element { attributes, .. } => self.attributes(attributes),
                _ => {}
            }
            if let Some(content) = walk::content_mut(inline) {
                self.inlines(content);
            }
        }
    }

    /// Keeps an id that is free.
    fn attributes(&mut self, attributes: &mut Attributes) {
        attributes.retain_mut(|(name, value)| {
            if name != "id" {
                return true;
            }
            let declared = self.ids.declare(value);
            declared.map(|id| *value = id).is_some()
        });
    }
}

/// Shows every heading, at any depth, in document order.
pub(super) fn each_heading(blocks: &mut [Block], visit: &mut dyn FnMut(&mut Heading)) {
    for block in blocks {
        match block {
            Block::Heading(heading) => visit(heading),
            Block::Quote(blocks) | Block::Element { blocks, .. } => each_heading(blocks, visit),
            Block::List(list) => {
                let items = list.items.iter_mut();
                items.for_each(|item| each_heading(&mut item.blocks, visit));
            }
            Block::Table(table) => {
                let cells = table.head.iter_mut().chain(&mut table.rows).flatten();
                cells.for_each(|cell| each_heading(&mut cell.blocks, visit));
            }
            Block::Definitions(groups) => {
                let definitions = groups.iter_mut().flat_map(|g| &mut g.definitions);
                definitions.for_each(|blocks| each_heading(blocks, visit));
            }
            Block::Paragraph(_) | Block::Plain(_) | Block::ThematicBreak | Block::Code { .. } => {}
        }
    }
}
