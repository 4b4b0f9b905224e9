//! The tree of a redline: the new document's, with what is gone put where it stood.
//!
//! At the top level each entry holds the blocks of both documents as they are, so that both can be given back exactly. Inside
//! a changed block stands what is shown: the new block's structure, its words as runs of same, inserted and deleted ones.
//! Structure and emphasis that changed around words that did not are told by notes, since no word may be marked that stayed.

use std::sync::Arc;

use crate::document::{
    Alignment, Attributes, Block, Cell, Definition, Footnote, Inline, Item, Row, TopBlock,
};
use crate::words;

/// A block at the top level of one document or of both.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Nothing that a reader can notice differs; mostly both are the same `Arc`.
    Same {
        old: Arc<TopBlock>,
        new: Arc<TopBlock>,
    },
    Changed {
        old: Arc<TopBlock>,
        new: Arc<TopBlock>,
        change: Arc<Change>,
    },
    /// Much the same words in other blocks: a paragraph that was split, lines that became a list.
    Recast {
        old: Vec<Arc<TopBlock>>,
        new: Vec<Arc<TopBlock>>,
        change: Arc<Change>,
    },
    Removed {
        block: Arc<TopBlock>,
        /// Where it went: the number of the move, which its other end bears as well.
        moved: Option<usize>,
    },
    Added {
        block: Arc<TopBlock>,
        moved: Option<Moved>,
    },
}

/// The new end of a move.
#[derive(Debug, Clone)]
pub struct Moved {
    pub number: usize,
    /// What changed inside it on the way, if anything.
    pub change: Option<Arc<Change>>,
}

/// A part of a block of one document or of both; `C` is what is shown where both have it and it changed.
#[derive(Debug, Clone)]
pub enum Part<T, C> {
    /// As it is in the new document.
    Same(T),
    Changed(C),
    Removed(T),
    Added(T),
}

pub type Blocks = Vec<Part<Block, Change>>;

/// A block that is in both documents and changed.
#[derive(Debug, Clone)]
pub enum Change {
    Text(Text),
    Code {
        /// The new one.
        language: String,
        runs: Vec<Run>,
    },
    Quote(Blocks),
    Element {
        name: String,
        attributes: Attributes,
        blocks: Blocks,
    },
    List(List),
    Table(Table),
    Definitions(Vec<Part<Definition, Group>>),
    /// Much the same words in other blocks.
    Recast {
        blocks: Blocks,
        notes: Vec<Note>,
    },
    /// Too little stayed: struck whole, and inserted whole.
    Replaced {
        old: Box<Block>,
        new: Box<Block>,
    },
}

/// A paragraph, a heading, or text without either.
#[derive(Debug, Clone)]
pub struct Text {
    pub kind: TextKind,
    pub notes: Vec<Note>,
    pub runs: Vec<Run>,
}

/// What a text is in the new document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextKind {
    Paragraph,
    Plain,
    Heading {
        level: u8,
        anchor: String,
        /// The heading's anchor in the old document; `None` where it was no heading.
        old_anchor: Option<String>,
    },
}

/// A part of a text.
#[derive(Debug, Clone)]
pub enum Run {
    Same(Inline),
    Inserted(Vec<Inline>),
    /// Without ids and without the markup that stands around it already.
    Deleted(Vec<Inline>),
    /// An inline of the new document, whose content is given here in place of its own, which is empty.
    Within(Inline, Vec<Run>),
    /// About what stands before it.
    Note(Note),
}

/// What changed though no word did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A link leads elsewhere; this is where it led.
    Target(String),
    Linked,
    /// A link is none any more; this is where it led.
    Unlinked(String),
    /// Emphasis, code or the like.
    Formatting,
    /// A heading's level was this one.
    Level(u8),
    /// A heading was none before.
    NowHeading,
    /// It was a heading.
    NoHeading,
    /// An ordered list began with this number.
    Start(u64),
    /// A list was ordered and is not, or the other way round.
    Ordered {
        now: bool,
    },
    /// A task was done and is not, or the other way round; `None` where it is no task any more.
    Task {
        now: Option<bool>,
    },
    /// Blocks were split, joined or changed their kind.
    Structure,
}

impl Note {
    /// As it is told to a reader, without parentheses.
    pub fn told(&self, words: &words::Redline) -> String {
        let word = match self {
            Note::Target(old) => return words.link_target.fill(&[("target", old)]),
            Note::Unlinked(old) => return words.link_removed.fill(&[("target", old)]),
            Note::Level(old) => return words.heading_level.fill(&[("level", &old.to_string())]),
            Note::Start(old) => return words.numbering.fill(&[("number", &old.to_string())]),
            Note::Linked => &words.link_added,
            Note::Formatting => &words.formatting,
            Note::NowHeading => &words.heading_now,
            Note::NoHeading => &words.heading_no_longer,
            Note::Ordered { now: true } => &words.list_now_numbered,
            Note::Ordered { now: false } => &words.list_no_longer_numbered,
            Note::Task { now: Some(true) } => &words.task_done,
            Note::Task { now: Some(false) } => &words.task_to_do,
            Note::Task { now: None } => &words.task_no_longer,
            Note::Structure => &words.layout,
        };
        word.clone()
    }
}

#[derive(Debug, Clone)]
pub struct List {
    pub start: Option<u64>,
    pub notes: Vec<Note>,
    pub items: Vec<Part<Item, ItemChange>>,
}

#[derive(Debug, Clone)]
pub struct ItemChange {
    pub task: Option<bool>,
    pub notes: Vec<Note>,
    pub blocks: Blocks,
}

/// A table with the columns of both; each row has a cell for each of them.
#[derive(Debug, Clone)]
pub struct Table {
    pub columns: Vec<Column>,
    pub head: Option<RowChange>,
    pub rows: Vec<Part<Row, RowChange>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its place in the old table.
    pub old: Option<usize>,
    /// Its place in the new table.
    pub new: Option<usize>,
    pub alignment: Alignment,
}

/// The cells of a row that both tables have.
pub type RowChange = Vec<Part<Cell, Blocks>>;

/// A group of a definition list: its terms, then its definitions.
#[derive(Debug, Clone)]
pub struct Group {
    pub terms: Vec<Part<Vec<Inline>, Vec<Run>>>,
    pub definitions: Vec<Part<Vec<Block>, Blocks>>,
}

/// The footnotes of both documents.
#[derive(Debug, Clone, Default)]
pub struct Footnotes {
    pub old: Vec<Footnote>,
    pub new: Vec<Footnote>,
    /// As shown: the new ones in their order, the removed ones where they stood.
    pub parts: Vec<FootnotePart>,
}

/// Numbers are places in [`Footnotes::old`] and [`Footnotes::new`].
#[derive(Debug, Clone)]
pub enum FootnotePart {
    Same { new: usize },
    Changed { new: usize, blocks: Blocks },
    Removed { old: usize },
    Added { new: usize },
}

impl<T, C> Part<T, C> {
    pub fn is_same(&self) -> bool {
        matches!(self, Part::Same(_))
    }
}
