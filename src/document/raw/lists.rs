//! Lists and definition lists, with what stands in them at the wrong place put right.

use markup5ever_rcdom::Handle;

use super::super::{Block, Definition, Item, List};
use super::dom;
use super::read::{Reader, element};

impl Reader {
    /// What is no item joins the item before it; `None` for a list without items.
    pub fn list(&mut self, node: &Handle, start: Option<u64>) -> Option<Block> {
        let mut items: Vec<Item> = Vec::new();
        for child in dom::children(node) {
            if dom::is_blank(&child) {
                continue;
            }
            if dom::is(&child, "li") {
                items.push(self.item(&child));
                continue;
            }
            let blocks = self.inside(|reader| reader.node(&child));
            match items.last_mut() {
                Some(item) => item.blocks.extend(blocks),
                None if blocks.is_empty() => {}
                None => items.push(Item { task: None, blocks }),
            }
        }
        (!items.is_empty()).then_some(Block::List(List { start, items }))
    }

    /// An item without a list makes one.
    pub fn stray_item(&mut self, node: &Handle) -> Option<Block> {
        let item = self.item(node);
        Some(Block::List(List {
            start: None,
            items: vec![item],
        }))
    }

    fn item(&mut self, node: &Handle) -> Item {
        let task = match dom::attribute(node, "data-pg").as_deref() {
            Some("done") => Some(true),
            Some("open") => Some(false),
            _ => None,
        };
        let blocks = self.inside(|reader| {
            reader.mark(node);
            reader.children(node);
        });
        Item { task, blocks }
    }

    /// Groups of terms and definitions. What lacks the one or the other is kept as plain blocks.
    pub fn definitions(&mut self, node: &Handle) -> Option<Block> {
        let mut parts = Vec::new();
        collect_parts(node, &mut parts);
        let mut groups: Vec<Definition> = Vec::new();
        for part in parts {
            if dom::is(&part, "dt") {
                let term = self.phrase(&part);
                match groups.last_mut() {
                    Some(group) if group.definitions.is_empty() => group.terms.push(term),
                    _ => groups.push(Definition {
                        terms: vec![term],
                        definitions: Vec::new(),
                    }),
                }
                continue;
            }
            let blocks = self.inside(|reader| match dom::is(&part, "dd") {
                true => {
                    reader.mark(&part);
                    reader.children(&part);
                }
                false => reader.node(&part),
            });
            match groups.last_mut() {
                Some(group) => group.definitions.push(blocks),
                None => self.push_element("div", Vec::new(), blocks),
            }
        }
        self.unfinished_terms(&mut groups)
    }

    /// Terms at the end that nothing defines.
    fn unfinished_terms(&mut self, groups: &mut Vec<Definition>) -> Option<Block> {
        let last = groups.pop_if(|group| group.definitions.is_empty());
        let terms = last.into_iter().flat_map(|group| group.terms);
        let terms: Vec<Block> = terms.filter(|t| !t.is_empty()).map(Block::Plain).collect();
        let terms: Vec<Block> = terms
            .into_iter()
            .map(|term| element("div", Vec::new(), vec![term]))
            .collect();
        if groups.is_empty() {
            self.blocks.extend(terms);
            return None;
        }
        if let Some(definitions) = groups.last_mut().and_then(|g| g.definitions.last_mut()) {
            definitions.extend(terms);
        }
        Some(Block::Definitions(std::mem::take(groups)))
    }
}

/// The terms and definitions of a list, out of the `div`s that may group them.
fn collect_parts(node: &Handle, parts: &mut Vec<Handle>) {
    for child in dom::children(node) {
        if dom::is_blank(&child) {
            continue;
        }
        if dom::is(&child, "div") {
            collect_parts(&child, parts);
        } else {
            parts.push(child);
        }
    }
}
