//! A policy's text as a tree of blocks and inlines.
//!
//! 1. [`parse`] reads Markdown (the body, without front matter) with pulldown-cmark and builds the tree; a block that
//!    contains raw HTML is cleaned and read back into the same tree, so that nothing later ever sees raw HTML.
//! 2. Anchors are given to headings: unique in the document, formed as GitHub does.
//! 3. [`Document::digest`] is the identity of what a reader can notice.
//! 4. [`html::write`] gives the tree back as HTML, with links resolved by the caller.
//!
//! White space in text is normalised while parsing: a run of it, soft line breaks included, is one space. Two texts that
//! differ in the wrapping of their lines alone have equal trees.

mod anchors;
mod digest;
mod escape;
mod finish;
pub mod html;
mod inlines;
mod known;
mod levels;
mod lines;
mod markdown;
mod memory;
mod raw;
mod targets;
#[cfg(test)]
mod tests;
mod walk;

pub use digest::Digest;
pub use known::Known;
pub use lines::Line;
pub use memory::Memory;
pub use walk::Node;

use std::collections::BTreeSet;
use std::sync::Arc;

/// How deeply blocks and inlines may stand in one another. What lies deeper keeps its words and loses its containers, so
/// that every walk over the tree may be recursive.
const MAX_DEPTH: usize = 100;

/// What the configuration says about content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Options {
    pub html: HtmlPolicy,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum HtmlPolicy {
    /// Raw HTML is cleaned and becomes part of the tree.
    #[default]
    Clean,
    /// Raw HTML is shown as text.
    Escape,
}

/// What [`parse`] finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    pub document: Document,
    /// The lines of the first dozen and the last dozen text blocks, where a date may be stated.
    pub edge_lines: Vec<Line>,
    /// The targets of Markdown's links and images that were refused for their scheme; their words stayed.
    pub dropped: Vec<String>,
}

/// Reads a Markdown text without its front matter. [`Memory::parse`] does the same, faster for texts that are alike.
pub fn parse(body: &str, options: Options) -> Parsed {
    let mut built = markdown::build(body, options);
    let edge_lines = lines::Edges::of(&built.tree.blocks).into_lines();
    finish::finish(&mut built.tree);
    Parsed {
        document: built.tree.into_document(),
        edge_lines,
        dropped: built.dropped,
    }
}

/// A parsed text: its blocks, and the footnotes that they refer to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    pub blocks: Vec<Arc<TopBlock>>,
    /// In the order of their first reference, as they are numbered; definitions that nothing refers to are left out (GFM).
    pub footnotes: Vec<Footnote>,
}

/// A block at the top level of a document. Texts that are parsed with one [`Memory`] share those that they have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopBlock {
    pub block: Block,
    /// What a reader can notice of it: one digest; none where nothing shows; several where a wrapper that does not show holds
    /// several blocks.
    pub digests: Vec<Digest>,
}

/// A footnote's definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footnote {
    pub label: String,
    pub blocks: Vec<Block>,
}

/// A block of CommonMark (section 3, "Blocks and inlines"), of GFM, or of cleaned HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    Paragraph(Vec<Inline>),
    /// Text without a paragraph of its own: a tight list item, a table cell, text straight inside an HTML element.
    Plain(Vec<Inline>),
    Heading(Heading),
    ThematicBreak,
    Quote(Vec<Block>),
    List(List),
    Code {
        /// The info string's first word, or empty.
        language: String,
        text: String,
    },
    Table(Table),
    Definitions(Vec<Definition>),
    /// An HTML element that has no Markdown of its own (`div`, `details`, `summary`, `section`, …).
    Element {
        name: String,
        attributes: Attributes,
        blocks: Vec<Block>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    pub content: Vec<Inline>,
    /// The id that the source declares (`## Title {#id}` or `<h2 id="id">`).
    pub declared_id: Option<String>,
    /// The anchor of this heading, unique in the document; never empty.
    pub anchor: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The first number of an ordered list; `None` for a bullet list.
    pub start: Option<u64>,
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Whether a task is done; `None` where the item is no task.
    pub task: Option<bool>,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// One for each column.
    pub alignments: Vec<Alignment>,
    /// The header row; `None` only for a table read from HTML.
    pub head: Option<Row>,
    pub rows: Vec<Row>,
}

pub type Row = Vec<Cell>;

/// A table cell: in Markdown one [`Block::Plain`] or nothing, from HTML any blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alignment {
    None,
    Left,
    Center,
    Right,
}

/// Terms and their definitions (a group of a definition list).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    pub terms: Vec<Vec<Inline>>,
    pub definitions: Vec<Vec<Block>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Never empty; neighbouring texts are one.
    Text(String),
    Code(String),
    Emphasis(Vec<Inline>),
    Strong(Vec<Inline>),
    /// Struck through by the author: `<s>`, never `<del>`.
    Strike(Vec<Inline>),
    Link(Link),
    Image(Image),
    LineBreak,
    /// A reference to the footnote of this label, which is in [`Document::footnotes`].
    FootnoteReference(String),
    /// An HTML element that has no Markdown of its own (`sub`, `sup`, `kbd`, `u`, `span`, `a` without `href`, …).
    Element {
        name: String,
        attributes: Attributes,
        content: Vec<Inline>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// As written in the source; its scheme is http, https, mailto or tel, or it has none.
    pub target: String,
    /// Empty where there is none.
    pub title: String,
    pub content: Vec<Inline>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// As written in the source; its scheme is http or https, or it has none.
    pub source: String,
    /// Empty where there is none.
    pub title: String,
    pub alt: String,
}

/// Names and values, in the order of the names.
pub type Attributes = Vec<(String, String)>;

/// A document whose blocks are not shared yet.
#[derive(Debug, Default)]
struct Tree {
    blocks: Vec<Block>,
    footnotes: Vec<Footnote>,
}

impl Tree {
    fn into_document(self) -> Document {
        let mut digests = digest::Blocks::new(&self.footnotes);
        let share = |block: Block| {
            let digests = digests.of(&block);
            Arc::new(TopBlock { block, digests })
        };
        Document {
            blocks: self.blocks.into_iter().map(share).collect(),
            footnotes: self.footnotes,
        }
    }
}

impl Document {
    /// The words of the first level-1 heading, or `None` where there is none or it has no words.
    pub fn title(&self) -> Option<String> {
        let words = self.blocks.iter().find_map(|top| {
            let mut found = None;
            walk::walk(std::slice::from_ref(&top.block), &mut |node| match node {
                Node::Block(Block::Heading(heading)) if heading.level == 1 && found.is_none() => {
                    found = Some(plain_text(&heading.content));
                }
                _ => {}
            });
            found
        })?;
        let title = words.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        (!title.is_empty()).then_some(title)
    }

    /// The identity of what a reader can notice. `title` is the one that the front matter declares.
    pub fn digest(&self, title: Option<&str>) -> Digest {
        digest::digest(self, title)
    }

    /// Whether the first block is a heading of level 1.
    pub fn begins_with_title(&self) -> bool {
        let first = self.blocks.first().map(|top| &top.block);
        matches!(first, Some(Block::Heading(heading)) if heading.level == 1)
    }

    /// Every heading, at any depth, in document order.
    pub fn headings(&self) -> Vec<&Heading> {
        let mut headings = Vec::new();
        self.walk(&mut |node| {
            if let Node::Block(Block::Heading(heading)) = node {
                headings.push(heading);
            }
        });
        headings
    }

    /// Every id of the content that a fragment can lead to: the anchors of headings, and those of raw HTML.
    pub fn anchors(&self) -> BTreeSet<&str> {
        let mut anchors = BTreeSet::new();
        self.walk(&mut |node| match node {
            Node::Block(Block::Heading(heading)) => {
                anchors.insert(heading.anchor.as_str());
            }
            Node::Block(Block::Element { attributes, .. })
            | Node::Inline(Inline::Element { attributes, .. }) => anchors.extend(
                attributes
                    .iter()
                    .filter(|(name, _)| name == "id")
                    .map(|(_, value)| value.as_str()),
            ),
            _ => {}
        });
        anchors
    }

    /// The targets of all links, footnotes included, in document order.
    pub fn links(&self) -> Vec<&str> {
        let mut targets = Vec::new();
        self.walk(&mut |node| {
            if let Node::Inline(Inline::Link(link)) = node {
                targets.push(link.target.as_str());
            }
        });
        targets
    }

    /// The sources of all images, footnotes included, in document order.
    pub fn images(&self) -> Vec<&str> {
        let mut sources = Vec::new();
        self.walk(&mut |node| {
            if let Node::Inline(Inline::Image(image)) = node {
                sources.push(image.source.as_str());
            }
        });
        sources
    }

    /// Shows every block and inline, a container before its content, footnotes last.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(Node<'a>)) {
        for top in &self.blocks {
            walk::walk(std::slice::from_ref(&top.block), visit);
        }
        for footnote in &self.footnotes {
            walk::walk(&footnote.blocks, visit);
        }
    }
}

/// The words alone: an image gives its alternative text, a line break a space, a footnote's mark nothing.
pub fn plain_text(inlines: &[Inline]) -> String {
    let mut text = String::new();
    walk::each_word(inlines, &mut |word| text.push_str(word), true);
    text
}
