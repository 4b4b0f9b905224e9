//! The identity of what a reader can notice: words, block structure, emphasis, images, link targets and the title.
//!
//! A block is written as bytes, each node as a tag, its content, and an end, each text with its length before it, so that
//! two trees that differ have different bytes. Link targets are written apart, so that a change of targets alone shows. The
//! digest of a document is made of those of its blocks, which versions share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Block, Document, Footnote, Inline, Item, Row};

/// Changes whenever the serialisation does.
const WORDS: &[u8] = b"policygen words 2\0";
const TEXT: &[u8] = b"policygen text 2\0";
/// So much is gathered before it is hashed.
const CHUNK: usize = 16 * 1024;

/// Two SHA-256 hashes of a document, or of one of its blocks.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Digest {
    /// Of everything that a reader can notice.
    pub text: [u8; 32],
    /// Of the same without the targets of links.
    pub words: [u8; 32],
}

/// The digest of a document: of its title and of the digests of its blocks.
pub(super) fn digest(document: &Document, title: Option<&str>) -> Digest {
    let (mut words, mut text) = (Sink::new(WORDS), Sink::new(TEXT));
    for sink in [&mut words, &mut text] {
        sink.tag(if title.is_some() { b'T' } else { b'-' });
        sink.text(title.unwrap_or_default());
    }
    let mut add = |digest: &Digest| {
        words.raw(&digest.words);
        text.raw(&digest.text);
    };
    document
        .blocks
        .iter()
        .flat_map(|top| &top.digests)
        .for_each(&mut add);
    let mut blocks = Blocks::new(&document.footnotes);
    for footnote in &document.footnotes {
        add(&blocks.of_footnote(footnote));
    }
    Digest {
        text: text.finish(),
        words: words.finish(),
    }
}

/// Makes the digests of blocks, in a document of these footnotes.
pub(super) struct Blocks<'a> {
    writer: Writer<'a>,
}

impl<'a> Blocks<'a> {
    pub fn new(footnotes: &'a [Footnote]) -> Self {
        let labels = footnotes.iter().map(|f| f.label.as_str());
        Blocks {
            writer: Writer {
                words: Sink::new(b""),
                targets: Sink::new(b""),
                numbers: labels.zip(1..).collect(),
            },
        }
    }

    /// The digests of what shows of a block: see [`super::TopBlock::digests`].
    pub fn of(&mut self, block: &Block) -> Vec<Digest> {
        match block {
            Block::Element { name, blocks, .. } if is_unseen_wrapper(name) => {
                blocks.iter().flat_map(|block| self.of(block)).collect()
            }
            block => {
                self.writer.block(block);
                self.take().into_iter().collect()
            }
        }
    }

    fn of_footnote(&mut self, footnote: &Footnote) -> Digest {
        self.writer.words.tag(b'F');
        self.writer.blocks(&footnote.blocks);
        // Never empty, since the tag was written.
        self.take().unwrap_or_default()
    }

    /// The digest of what was written; `None` where nothing was.
    fn take(&mut self) -> Option<Digest> {
        let writer = &mut self.writer;
        if writer.words.is_empty() {
            return None;
        }
        let words = writer.words.take();
        let text = match writer.targets.is_empty() {
            true => words,
            false => {
                writer.targets.raw(&words);
                writer.targets.take()
            }
        };
        Some(Digest { text, words })
    }
}

fn is_unseen_wrapper(name: &str) -> bool {
    name == "div" || name == "section"
}

struct Sink {
    bytes: Vec<u8>,
    hash: Sha256,
    /// Whether anything went into the hash.
    begun: bool,
}

impl Sink {
    fn new(prefix: &[u8]) -> Sink {
        Sink {
            bytes: prefix.to_vec(),
            hash: Sha256::new(),
            begun: false,
        }
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
        if self.bytes.len() >= CHUNK {
            self.hash.update(&self.bytes);
            self.bytes.clear();
            self.begun = true;
        }
    }

    /// Bytes of a length that is always the same.
    fn raw(&mut self, bytes: &[u8; 32]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn is_empty(&self) -> bool {
        self.bytes.is_empty() && !self.begun
    }

    /// The hash of what went in; the sink is as new.
    fn take(&mut self) -> [u8; 32] {
        self.hash.update(&self.bytes);
        self.bytes.clear();
        self.begun = false;
        self.hash.finalize_reset().into()
    }

    fn finish(mut self) -> [u8; 32] {
        self.take()
    }
}

/// The end of a node's content. No tag is this byte.
const END: u8 = b'.';

struct Writer<'a> {
    words: Sink,
    targets: Sink,
    /// The number of each label's footnote.
    numbers: BTreeMap<&'a str, u64>,
}

impl Writer<'_> {
    fn blocks(&mut self, blocks: &[Block]) {
        blocks.iter().for_each(|b| self.block(b));
        self.words.tag(END);
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(content) => self.text_block(b'p', content),
            // An anchor alone shows nothing.
            Block::Plain(content) if !is_seen(content) => {}
            Block::Plain(content) => self.text_block(b'p', content),
            Block::Heading(heading) => self.text_block(b'0' + heading.level, &heading.content),
            Block::ThematicBreak => self.words.tag(b'r'),
            Block::Quote(blocks) => {
                self.words.tag(b'q');
                self.blocks(blocks);
            }
            Block::List(list) => {
                self.words
                    .tag(if list.start.is_some() { b'o' } else { b'u' });
                self.words.number(list.start.unwrap_or_default());
                list.items.iter().for_each(|i| self.item(i));
                self.words.tag(END);
            }
            Block::Code { text, .. } => {
                self.words.tag(b'c');
                self.words.text(text);
            }
            Block::Table(table) => {
                self.words
                    .tag(if table.head.is_some() { b't' } else { b'n' });
                let rows = table.head.iter().chain(&table.rows);
                rows.for_each(|r| self.row(r));
                self.words.tag(END);
            }
            Block::Definitions(groups) => {
                self.words.tag(b'd');
                for group in groups {
                    group.terms.iter().for_each(|t| self.text_block(b'm', t));
                    for blocks in &group.definitions {
                        self.words.tag(b'v');
                        self.blocks(blocks);
                    }
                }
                self.words.tag(END);
            }
            // These show nothing themselves: their blocks stand where they would without them.
            Block::Element { name, blocks, .. } if is_unseen_wrapper(name) => {
                blocks.iter().for_each(|b| self.block(b));
            }
            Block::Element {
                name,
                attributes,
                blocks,
            } => {
                self.words.tag(b'e');
                self.element(name, attributes);
                self.blocks(blocks);
            }
        }
    }

    fn text_block(&mut self, tag: u8, content: &[Inline]) {
        self.words.tag(tag);
        self.inlines(content);
    }

    fn item(&mut self, item: &Item) {
        self.words.tag(match item.task {
            None => b'i',
            Some(false) => b'j',
            Some(true) => b'k',
        });
        self.blocks(&item.blocks);
    }

    fn row(&mut self, row: &Row) {
        self.words.tag(b'w');
        for cell in row {
            self.words.tag(b'l');
            self.blocks(&cell.blocks);
        }
        self.words.tag(END);
    }

    /// Ids, names and titles lead somewhere or explain; they are not seen.
    fn element(&mut self, name: &str, attributes: &[(String, String)]) {
        self.words.text(name);
        let seen = attributes
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "id" | "name" | "lang" | "title"));
        for (name, value) in seen {
            self.words.tag(b'a');
            self.words.text(name);
            self.words.text(value);
        }
        self.words.tag(END);
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        inlines.iter().for_each(|i| self.inline(i));
        self.words.tag(END);
    }

    fn inline(&mut self, inline: &Inline) {
        match inline {
            Inline::Text(text) => {
                self.words.tag(b'x');
                self.words.text(text);
            }
            Inline::Code(code) => {
                self.words.tag(b'C');
                self.words.text(code);
            }
            Inline::Emphasis(content) => self.text_block(b'E', content),
            Inline::Strong(content) => self.text_block(b'S', content),
            Inline::Strike(content) => self.text_block(b'K', content),
            Inline::Link(link) => {
                self.targets.text(&link.target);
                self.text_block(b'L', &link.content);
            }
            Inline::Image(image) => {
                self.words.tag(b'I');
                self.words.text(&image.source);
                self.words.text(&image.alt);
            }
            Inline::LineBreak => self.words.tag(b'B'),
            Inline::FootnoteReference(label) => {
                self.words.tag(b'N');
                let number = self.numbers.get(label.as_str());
                self.words.number(number.copied().unwrap_or_default());
            }
            Inline::Element {
                name,
                attributes,
                content,
            } => self.inline_element(name, attributes, content),
        }
    }

    /// `span`, and `a` without a target, show nothing themselves.
    fn inline_element(&mut self, name: &str, attributes: &[(String, String)], content: &[Inline]) {
        if matches!(name, "span" | "a" | "wbr") {
            content.iter().for_each(|i| self.inline(i));
            return;
        }
        self.words.tag(b'Y');
        self.element(name, attributes);
        self.inlines(content);
    }
}

fn is_seen(inlines: &[Inline]) -> bool {
    inlines.iter().any(|inline| match inline {
        Inline::Element { content, .. } => is_seen(content),
        _ => true,
    })
}
