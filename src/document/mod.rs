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

/// A parsed text: its blocks, and the footnotes that they refer to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    pub blocks: Vec<Block>,
    /// In the order of their first reference, as they are numbered; definitions that nothing refers to are left out (GFM).
    pub footnotes: Vec<Footnote>,
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
