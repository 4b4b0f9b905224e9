//! A redline as lines of text, for outputs that are no HTML: the terminal, Markdown, JSON.
//!
//! 1. Each entry and each footnote becomes a [`Piece`] that knows what happened to it.
//! 2. Its blocks become [`Line`]s: a paragraph, a heading, an item's text, a row. What holds a line (lists, quotes) stands before it.
//! 3. A line's words are [`Span`]s: as they were, inserted, deleted, or a note about them.
//!
//! Links are shown by their words, images and footnotes as `[image: words]` and `[1]`. Nothing is escaped here.

mod beside;
mod spans;

use crate::document::{Block, Cell, Definition, Footnote, Inline, Item, Row};
use crate::words::Redline as Words;

use super::Redline;
use super::tree::{
    Blocks, Change, Entry, FootnotePart, Group, ItemChange, List, Moved, Note, Part, RowChange,
    Run, Table, Text, TextKind,
};
use spans::{Around, Spans};

pub(super) use beside::pieces_beside;

/// A block at the top level, or a footnote.
pub(super) struct Piece {
    pub fate: Fate,
    /// The footnote's number; `None` in the body.
    pub footnote: Option<usize>,
    /// Empty where nothing shows.
    pub lines: Vec<Line>,
}

/// What happened to a piece. Moves bear their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Same,
    Changed,
    Added,
    Removed,
    MovedAway(usize),
    MovedHere(usize),
}

/// A line of text, however long.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub kind: LineKind,
    /// What stands before it, outermost first.
    pub leads: Vec<Lead>,
    /// One but for rows.
    pub cells: Vec<Vec<Span>>,
    /// Whether it is part of blocks that were split, joined or nested otherwise, so that it is shown though no word changed.
    pub is_recast: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LineKind {
    Paragraph,
    Heading {
        level: u8,
        anchor: String,
    },
    /// Of a code block; each line of the code ends in a line feed.
    Code,
    /// The first row of a table that has a head.
    Head,
    Row,
    Rule,
    Term,
    /// About a whole block: nothing but notes is in it.
    Note,
}

/// What holds a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    Quote,
    /// It is the first line of this item.
    Item {
        number: Option<u64>,
        task: Option<bool>,
    },
    /// It is the first line of this definition of a term.
    Definition,
    /// It stands further down in an item or a definition, whose text begins so many columns further in.
    Inside(usize),
}

/// A run of words with one mark. A line break is a line feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub mark: Mark,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Same,
    Inserted,
    Deleted,
    /// About what stands before it; no word of either document.
    Note,
}

impl Lead {
    /// What stands before the lines after the first.
    pub fn further(self) -> Lead {
        match self {
            Lead::Quote | Lead::Inside(_) => self,
            Lead::Definition => Lead::Inside(4),
            Lead::Item { number, task } => {
                let marker = number.map_or(2, |number| number.to_string().len() + 2);
                Lead::Inside(marker + if task.is_some() { 4 } else { 0 })
            }
        }
    }
}

impl Line {
    /// How deep it stands: below those before it that are less deep.
    pub fn depth(&self) -> usize {
        self.leads.len() + usize::from(self.kind == LineKind::Row)
    }

    /// Whether its words were inserted or deleted all, changed in part, or are the same.
    pub fn fate(&self) -> Fate {
        let has = |mark: Mark| self.cells.iter().flatten().any(|span| span.mark == mark);
        let marks = [Mark::Same, Mark::Inserted, Mark::Deleted, Mark::Note].map(has);
        match marks {
            [false, true, false, false] => Fate::Added,
            [false, false, true, false] => Fate::Removed,
            [_, false, false, false] => Fate::Same,
            _ => Fate::Changed,
        }
    }

    /// Its words as they are in the new document, or in the old one where it was deleted.
    pub fn words(&self) -> String {
        let gone = self.fate() == Fate::Removed;
        let spans = self.cells.iter().flatten();
        let shown =
            spans.filter(|span| span.mark != Mark::Note && (gone || span.mark != Mark::Deleted));
        let text: Vec<&str> = shown.map(|span| span.text.as_str()).collect();
        text.concat()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// The whole redline, footnotes last.
pub(super) fn pieces(redline: &Redline, words: &Words) -> Vec<Piece> {
    let footnotes = &redline.footnotes;
    let around = Around::of(redline, words);
    let entries = redline.entries.iter().map(|entry| body(entry, &around));
    let notes = footnotes.parts.iter();
    entries
        .chain(notes.map(|part| footnote(part, &footnotes.old, &footnotes.new, &around)))
        .collect()
}

fn body(entry: &Entry, around: &Around) -> Piece {
    let mut walk = Walk::new(around);
    let fate = match entry {
        Entry::Same { new, .. } => {
            walk.block(&new.block, Mark::Same);
            Fate::Same
        }
        Entry::Changed { change, .. } | Entry::Recast { change, .. } => {
            walk.change(change);
            Fate::Changed
        }
        Entry::Removed { block, moved } => {
            walk.block(&block.block, Mark::Deleted);
            moved.map_or(Fate::Removed, Fate::MovedAway)
        }
        Entry::Added { block, moved } => {
            match moved {
                None => walk.block(&block.block, Mark::Inserted),
                Some(Moved { change: None, .. }) => walk.block(&block.block, Mark::Same),
                Some(Moved {
                    change: Some(change),
                    ..
                }) => walk.change(change),
            }
            moved
                .as_ref()
                .map_or(Fate::Added, |moved| Fate::MovedHere(moved.number))
        }
    };
    Piece {
        // What shows nothing is the same, wherever it came from.
        fate: if walk.lines.is_empty() {
            Fate::Same
        } else {
            fate
        },
        footnote: None,
        lines: walk.lines,
    }
}

fn footnote(part: &FootnotePart, old: &[Footnote], new: &[Footnote], around: &Around) -> Piece {
    let mut walk = Walk::new(around);
    let (fate, place) = match part {
        FootnotePart::Same { new: at } => {
            walk.blocks(&new[*at].blocks, Mark::Same);
            (Fate::Same, at)
        }
        FootnotePart::Changed { new: at, blocks } => {
            walk.parts(blocks);
            (Fate::Changed, at)
        }
        FootnotePart::Removed { old: at } => {
            walk.blocks(&old[*at].blocks, Mark::Deleted);
            (Fate::Removed, at)
        }
        FootnotePart::Added { new: at } => {
            walk.blocks(&new[*at].blocks, Mark::Inserted);
            (Fate::Added, at)
        }
    };
    Piece {
        fate,
        footnote: Some(place + 1),
        lines: walk.lines,
    }
}

/// Goes through blocks and gathers their lines.
struct Walk<'n> {
    around: &'n Around<'n>,
    leads: Vec<Lead>,
    lines: Vec<Line>,
    is_recast: bool,
}

impl<'n> Walk<'n> {
    fn new(around: &'n Around<'n>) -> Walk<'n> {
        Walk {
            around,
            leads: Vec::new(),
            lines: Vec::new(),
            is_recast: false,
        }
    }

    fn line(&mut self, kind: LineKind, cells: Vec<Vec<Span>>) {
        let leads = self.leads.clone();
        self.lines.push(Line {
            kind,
            leads,
            cells,
            is_recast: self.is_recast,
        });
        for lead in &mut self.leads {
            *lead = lead.further();
        }
    }

    fn text(&mut self, kind: LineKind, spans: Spans) {
        self.line(kind, vec![spans.0]);
    }

    /// What stands in a container; an item without any text is a line all the same.
    fn within(&mut self, lead: Lead, write: impl FnOnce(&mut Self)) {
        self.leads.push(lead);
        write(self);
        if let Some(Lead::Item { .. } | Lead::Definition) = self.leads.last() {
            self.text(LineKind::Paragraph, Spans::default());
        }
        self.leads.pop();
    }

    fn notes(&mut self, notes: &[Note]) {
        if !notes.is_empty() {
            let mut spans = Spans::default();
            notes.iter().for_each(|note| spans.note(note, self.around));
            self.text(LineKind::Note, spans);
        }
    }

    // Blocks of one mark.

    fn blocks(&mut self, blocks: &[Block], mark: Mark) {
        blocks.iter().for_each(|block| self.block(block, mark));
    }

    fn block(&mut self, block: &Block, mark: Mark) {
        match block {
            Block::Paragraph(content) => self.words(LineKind::Paragraph, content, mark),
            Block::Plain(content) if !super::seen::is_seen(content) => {}
            Block::Plain(content) => self.words(LineKind::Paragraph, content, mark),
            Block::Heading(heading) => {
                let (level, anchor) = (heading.level, heading.anchor.clone());
                self.words(LineKind::Heading { level, anchor }, &heading.content, mark);
            }
            Block::ThematicBreak => self.text(LineKind::Rule, Spans::of(mark, "* * *")),
            Block::Quote(blocks) => self.within(Lead::Quote, |walk| walk.blocks(blocks, mark)),
            Block::List(list) => {
                let mut number = list.start;
                for item in &list.items {
                    self.item(item, number, mark);
                    number = number.map(|number| number.saturating_add(1));
                }
            }
            Block::Code { text, .. } => self.text(LineKind::Code, Spans::of(mark, text)),
            Block::Table(table) => {
                if let Some(head) = &table.head {
                    self.row(LineKind::Head, head, mark);
                }
                table
                    .rows
                    .iter()
                    .for_each(|row| self.row(LineKind::Row, row, mark));
            }
            Block::Definitions(groups) => groups.iter().for_each(|group| self.group(group, mark)),
            Block::Element { blocks, .. } => self.blocks(blocks, mark),
        }
    }

    fn words(&mut self, kind: LineKind, content: &[Inline], mark: Mark) {
        let mut spans = Spans::default();
        spans.inlines(content, mark, self.around);
        self.text(kind, spans);
    }

    fn item(&mut self, item: &Item, number: Option<u64>, mark: Mark) {
        let task = item.task;
        self.within(Lead::Item { number, task }, |walk| {
            walk.blocks(&item.blocks, mark)
        });
    }

    fn row(&mut self, kind: LineKind, row: &Row, mark: Mark) {
        let words = |cell: &Cell| self.cell(|walk| walk.blocks(&cell.blocks, mark));
        let cells = row.iter().map(words).collect();
        self.line(kind, cells);
    }

    fn group(&mut self, group: &Definition, mark: Mark) {
        group
            .terms
            .iter()
            .for_each(|term| self.words(LineKind::Term, term, mark));
        for blocks in &group.definitions {
            self.within(Lead::Definition, |walk| walk.blocks(blocks, mark));
        }
    }

    // Changes.

    fn parts(&mut self, parts: &Blocks) {
        for part in parts {
            match part {
                Part::Same(block) => self.block(block, Mark::Same),
                Part::Changed(change) => self.change(change),
                Part::Removed(block) => self.block(block, Mark::Deleted),
                Part::Added(block) => self.block(block, Mark::Inserted),
            }
        }
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Text(text) => self.changed_text(text),
            Change::Code { runs, .. } => {
                let spans = self.runs(runs);
                self.text(LineKind::Code, spans);
            }
            Change::Quote(blocks) => self.within(Lead::Quote, |walk| walk.parts(blocks)),
            Change::Element { blocks, .. } => self.parts(blocks),
            Change::List(list) => self.list(list),
            Change::Table(table) => self.table(table),
            Change::Definitions(groups) => groups.iter().for_each(|group| match group {
                Part::Same(group) => self.group(group, Mark::Same),
                Part::Removed(group) => self.group(group, Mark::Deleted),
                Part::Added(group) => self.group(group, Mark::Inserted),
                Part::Changed(group) => self.changed_group(group),
            }),
            Change::Recast { blocks, notes } => {
                self.notes(notes);
                let was_recast = std::mem::replace(&mut self.is_recast, true);
                self.parts(blocks);
                self.is_recast = was_recast;
            }
            Change::Replaced { old, new } => {
                self.block(old, Mark::Deleted);
                self.block(new, Mark::Inserted);
            }
        }
    }

    fn runs(&self, runs: &[Run]) -> Spans {
        let mut spans = Spans::default();
        spans.runs(runs, self.around);
        spans
    }

    fn changed_text(&mut self, text: &Text) {
        let kind = match &text.kind {
            TextKind::Paragraph | TextKind::Plain => LineKind::Paragraph,
            TextKind::Heading { level, anchor, .. } => LineKind::Heading {
                level: *level,
                anchor: anchor.clone(),
            },
        };
        let mut spans = self.runs(&text.runs);
        text.notes
            .iter()
            .for_each(|note| spans.note(note, self.around));
        self.text(kind, spans);
    }

    fn list(&mut self, list: &List) {
        self.notes(&list.notes);
        let mut number = list.start;
        for item in &list.items {
            match item {
                Part::Same(item) => self.item(item, number, Mark::Same),
                Part::Removed(item) => self.item(item, number, Mark::Deleted),
                Part::Added(item) => self.item(item, number, Mark::Inserted),
                Part::Changed(change) => self.changed_item(change, number),
            }
            // What is gone must not shift the numbers of what follows.
            let is_there = !matches!(item, Part::Removed(_));
            number = number.map(|number| number.saturating_add(u64::from(is_there)));
        }
    }

    fn changed_item(&mut self, change: &ItemChange, number: Option<u64>) {
        let task = change.task;
        self.within(Lead::Item { number, task }, |walk| {
            let first = walk.lines.len();
            walk.parts(&change.blocks);
            walk.note_on(first, &change.notes);
        });
    }

    /// Notes on an item stand after its first text, or on a line of their own where it has none.
    fn note_on(&mut self, first: usize, notes: &[Note]) {
        let depth = self.leads.len();
        let line = self.lines.get_mut(first);
        match line.filter(|line| line.kind == LineKind::Paragraph && line.leads.len() == depth) {
            Some(line) => {
                let mut spans = Spans(line.cells.pop().unwrap_or_default());
                notes.iter().for_each(|note| spans.note(note, self.around));
                line.cells.push(spans.0);
            }
            None => self.notes(notes),
        }
    }

    fn changed_group(&mut self, group: &Group) {
        for term in &group.terms {
            match term {
                Part::Same(term) => self.words(LineKind::Term, term, Mark::Same),
                Part::Removed(term) => self.words(LineKind::Term, term, Mark::Deleted),
                Part::Added(term) => self.words(LineKind::Term, term, Mark::Inserted),
                Part::Changed(runs) => {
                    let spans = self.runs(runs);
                    self.text(LineKind::Term, spans);
                }
            }
        }
        for definition in &group.definitions {
            self.within(Lead::Definition, |walk| match definition {
                Part::Same(blocks) => walk.blocks(blocks, Mark::Same),
                Part::Removed(blocks) => walk.blocks(blocks, Mark::Deleted),
                Part::Added(blocks) => walk.blocks(blocks, Mark::Inserted),
                Part::Changed(blocks) => walk.parts(blocks),
            });
        }
    }

    fn table(&mut self, table: &Table) {
        if let Some(head) = &table.head {
            self.changed_row(LineKind::Head, head);
        }
        for row in &table.rows {
            let side = |old: bool| -> Row {
                let columns = table.columns.iter();
                let places = columns.map(|column| if old { column.old } else { column.new });
                let cell = |at: Option<usize>| at.and_then(|at| row_of(row)?.get(at)).cloned();
                places.map(|at| cell(at).unwrap_or_default()).collect()
            };
            match row {
                Part::Same(_) => self.row(LineKind::Row, &side(false), Mark::Same),
                Part::Removed(_) => self.row(LineKind::Row, &side(true), Mark::Deleted),
                Part::Added(_) => self.row(LineKind::Row, &side(false), Mark::Inserted),
                Part::Changed(cells) => self.changed_row(LineKind::Row, cells),
            }
        }
    }

    fn changed_row(&mut self, kind: LineKind, cells: &RowChange) {
        let words = |cell: &Part<Cell, Blocks>| {
            self.cell(|walk| match cell {
                Part::Same(cell) => walk.blocks(&cell.blocks, Mark::Same),
                Part::Removed(cell) => walk.blocks(&cell.blocks, Mark::Deleted),
                Part::Added(cell) => walk.blocks(&cell.blocks, Mark::Inserted),
                Part::Changed(blocks) => walk.parts(blocks),
            })
        };
        let cells = cells.iter().map(words).collect();
        self.line(kind, cells);
    }

    /// The words of a cell, its blocks on lines of their own.
    fn cell(&self, write: impl FnOnce(&mut Walk)) -> Vec<Span> {
        let mut walk = Walk::new(self.around);
        write(&mut walk);
        let mut spans = Spans::default();
        for line in walk.lines {
            let mut line = line.cells.into_iter().flatten().peekable();
            if let Some(first) = line.peek().filter(|_| !spans.0.is_empty()) {
                spans.push(first.mark, "\n");
            }
            line.for_each(|span| spans.push(span.mark, &span.text));
        }
        spans.0
    }
}

fn row_of(row: &Part<Row, RowChange>) -> Option<&Row> {
    match row {
        Part::Same(row) | Part::Removed(row) | Part::Added(row) => Some(row),
        Part::Changed(_) => None,
    }
}
