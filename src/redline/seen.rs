//! What a reader sees of a block, as bytes: equal for two blocks between which nothing can be noticed.

use crate::document::{Block, Inline, Item, Row};

use super::flat::Numbers;

/// Writes what is seen of a part of a document, each node as a tag, its content, and an end.
pub(super) struct Seen<'a> {
    pub bytes: Vec<u8>,
    numbers: &'a Numbers<'a>,
}

const END: u8 = b'.';

impl<'a> Seen<'a> {
    pub fn new(numbers: &'a Numbers<'a>) -> Seen<'a> {
        Seen {
            bytes: Vec::new(),
            numbers,
        }
    }

    /// What was written so far; then begins anew.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    fn tag(&mut self, tag: u8) {
        self.bytes.push(tag);
    }

    fn number(&mut self, number: u64) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub fn blocks(&mut self, blocks: &[Block]) {
        blocks.iter().for_each(|block| self.block(block));
        self.tag(END);
    }

    pub fn block(&mut self, block: &Block) {
        match block {
            Block::Plain(content) if !is_seen(content) => {}
            Block::Paragraph(content) | Block::Plain(content) => {
                self.tag(b'p');
                self.inlines(content);
            }
            Block::Heading(heading) => {
                self.tag(b'0' + heading.level);
                self.inlines(&heading.content);
            }
            Block::ThematicBreak => self.tag(b'r'),
            Block::Quote(blocks) => {
                self.tag(b'q');
                self.blocks(blocks);
            }
            Block::List(list) => {
                self.tag(if list.start.is_some() { b'o' } else { b'u' });
                self.number(list.start.unwrap_or_default());
                list.items.iter().for_each(|item| self.item(item));
                self.tag(END);
            }
            Block::Code { text, .. } => {
                self.tag(b'c');
                self.text(text);
            }
            Block::Table(table) => {
                self.tag(if table.head.is_some() { b't' } else { b'n' });
                let rows = table.head.iter().chain(&table.rows);
                rows.for_each(|row| self.row(row));
                self.tag(END);
            }
            Block::Definitions(groups) => {
                self.tag(b'd');
                for group in groups {
                    group.terms.iter().for_each(|term| self.term(term));
                    group.definitions.iter().for_each(|d| self.definition(d));
                }
                self.tag(END);
            }
            Block::Element {
                name,
                attributes,
                blocks,
            } => {
                self.tag(b'e');
                self.element(name, attributes);
                self.blocks(blocks);
            }
        }
    }

    pub fn item(&mut self, item: &Item) {
        self.tag(match item.task {
            None => b'i',
            Some(false) => b'j',
            Some(true) => b'k',
        });
        self.blocks(&item.blocks);
    }

    pub fn term(&mut self, term: &[Inline]) {
        self.tag(b'm');
        self.inlines(term);
    }

    pub fn definition(&mut self, blocks: &[Block]) {
        self.tag(b'v');
        self.blocks(blocks);
    }

    fn row(&mut self, row: &Row) {
        self.tag(b'w');
        row.iter().for_each(|cell| self.blocks(&cell.blocks));
        self.tag(END);
    }

    fn element(&mut self, name: &str, attributes: &[(String, String)]) {
        self.text(name);
        for (name, value) in attributes.iter().filter(|(name, _)| !is_unseen(name)) {
            self.tag(b'a');
            self.text(name);
            self.text(value);
        }
        self.tag(END);
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        inlines.iter().for_each(|inline| self.inline(inline));
        self.tag(END);
    }

    fn held(&mut self, tag: u8, content: &[Inline]) {
        self.tag(tag);
        self.inlines(content);
    }

    fn inline(&mut self, inline: &Inline) {
        match inline {
            Inline::Text(text) => {
                self.tag(b'x');
                self.text(text);
            }
            Inline::Code(code) => {
                self.tag(b'C');
                self.text(code);
            }
            Inline::Emphasis(content) => self.held(b'E', content),
            Inline::Strong(content) => self.held(b'S', content),
            Inline::Strike(content) => self.held(b'K', content),
            Inline::Link(link) => {
                self.tag(b'L');
                self.text(&link.target);
                self.inlines(&link.content);
            }
            Inline::Image(image) => {
                self.tag(b'I');
                self.text(&image.source);
                self.text(&image.alt);
            }
            Inline::LineBreak => self.tag(b'B'),
            Inline::FootnoteReference(label) => {
                self.tag(b'N');
                self.number(
                    self.numbers
                        .get(label.as_str())
                        .copied()
                        .unwrap_or_default() as u64,
                );
            }
            Inline::Element {
                name,
                attributes,
                content,
            } => {
                // These show nothing themselves.
                if matches!(name.as_str(), "span" | "a" | "wbr") {
                    return content.iter().for_each(|inline| self.inline(inline));
                }
                self.tag(b'Y');
                self.element(name, attributes);
                self.inlines(content);
            }
        }
    }
}

/// Ids and the like lead somewhere or explain; they are not seen.
fn is_unseen(attribute: &str) -> bool {
    matches!(attribute, "id" | "name" | "lang" | "title")
}

/// Whether inlines show anything at all: an anchor alone does not.
pub(super) fn is_seen(inlines: &[Inline]) -> bool {
    inlines.iter().any(|inline| match inline {
        Inline::Element { content, .. } => is_seen(content),
        _ => true,
    })
}

/// Whether a block shows anything at all.
pub(super) fn is_block_seen(block: &Block) -> bool {
    match block {
        Block::Plain(content) => is_seen(content),
        Block::Element { name, blocks, .. } if name == "div" || name == "section" => {
            blocks.iter().any(is_block_seen)
        }
        _ => true,
    }
}
