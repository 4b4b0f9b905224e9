//! Writes the marks of a change, within the structure of its block.
//!
//! A mark never stands straight in a list, a table or a row: there the items and cells are marked inside.

use crate::document::html::{Writer, escape, tag_of_list};
use crate::document::{Alignment, Block, Cell, Definition, Inline, Item, Row};

use super::super::seen::is_block_seen;
use super::super::tree::{
    Blocks, Change, Group, ItemChange, List, Note, Part, RowChange, Run, Table, Text, TextKind,
};
use super::super::words;
use super::{MoveEnd, Page, Words};

/// So many bytes of text make about eight lines.
const FAR: usize = 700;

/// What screen readers are told before a mark's content and after it.
#[derive(Clone, Copy)]
pub(super) struct Said {
    before: Option<Word>,
    after: Option<Word>,
}

/// Which of the words.
type Word = fn(&Words) -> &str;

impl Said {
    pub(super) const INSERTED: Said = Said {
        before: Some(|words| &words.inserted),
        after: Some(|words| &words.inserted_end),
    };
    pub(super) const DELETED: Said = Said {
        before: Some(|words| &words.deleted),
        after: Some(|words| &words.deleted_end),
    };
    /// A move's link says it at the beginning.
    const LEFT: Said = Said {
        before: None,
        after: Some(|words| &words.moved_away_end),
    };
    pub(super) const ARRIVED: Said = Said {
        before: None,
        after: Some(|words| &words.moved_here_end),
    };
    /// For white space.
    const SILENT: Said = Said {
        before: None,
        after: None,
    };

    /// Without the words at the end where those at the beginning of what follows say it: "deleted: 30 inserted: 60 end of
    /// insertion".
    pub(super) fn ended(self, is_ended: bool) -> Said {
        match is_ended {
            true => self,
            false => Said {
                after: None,
                ..self
            },
        }
    }
}

impl<'a> Page<'a> {
    pub(super) fn changed(&mut self, change: &Change) {
        match change {
            Change::Text(text) => self.text(text),
            Change::Code { language, runs } => {
                self.writer.code_start(language);
                self.runs(runs);
                self.push("</code></pre>");
            }
            Change::Quote(blocks) => {
                self.push("<blockquote>\n");
                self.parts(blocks);
                self.push("</blockquote>");
            }
            Change::Element {
                name,
                attributes,
                blocks,
            } => {
                let (before, after) = if name == "table" {
                    ("<div class=\"pg-table\">", "</div>")
                } else {
                    ("", "")
                };
                self.push(before);
                self.writer.open(name, attributes);
                self.parts(blocks);
                self.writer.close(name);
                self.push(after);
            }
            Change::List(list) => self.list(list),
            Change::Table(table) => self.table(table),
            Change::Definitions(groups) => self.definitions(groups),
            Change::Recast { blocks, notes } => {
                self.block_notes(notes);
                self.parts(blocks);
            }
            Change::Replaced { old, new } => {
                self.removed(std::iter::once(old.as_ref()), Said::DELETED.ended(false));
                self.added(std::iter::once(new.as_ref()), Said::INSERTED);
            }
        }
        self.push("\n");
    }

    /// A mark around what is written.
    pub(super) fn mark(
        &mut self,
        name: &str,
        attributes: &str,
        said: Said,
        write: impl FnOnce(&mut Self),
    ) {
        self.stop();
        self.push(&format!("<{name}{attributes}>"));
        self.say(said.before);
        write(self);
        self.say(said.after);
        self.push(&format!("</{name}>"));
    }

    /// Words for screen readers.
    fn say(&mut self, word: Option<Word>) {
        if let Some(word) = word {
            let lang = self.lang;
            self.push(&format!("<span class=\"sr-only\" lang=\"{lang}\">"));
            escape(word(self.words), self.writer.out());
            self.push("</span>");
        }
    }

    /// Writes something of the old text.
    fn struck(&mut self, write: impl FnOnce(&mut Writer)) {
        let footnotes = &self.redline.footnotes.old;
        self.writer.struck(footnotes, self.old, write);
    }

    /// Blocks of the old text.
    pub(super) fn removed<'b>(&mut self, blocks: impl Iterator<Item = &'b Block>, said: Said) {
        let blocks: Vec<&Block> = blocks.filter(|block| is_block_seen(block)).collect();
        if blocks.is_empty() {
            return;
        }
        self.mark("del", class_of(&blocks), said, |page| {
            page.struck(|writer| blocks.iter().for_each(|block| writer.block(block)));
        });
        self.push("\n");
    }

    /// The old end of a move.
    pub(super) fn left(&mut self, blocks: Vec<&Block>, end: &MoveEnd) {
        let attributes = format!("{} class=\"moved\"", end.id);
        self.mark("del", &attributes, Said::LEFT, |page| {
            page.push(&end.link);
            page.struck(|writer| blocks.iter().for_each(|block| writer.block(block)));
        });
        self.push("\n");
    }

    /// Blocks of the new text.
    pub(super) fn added<'b>(&mut self, blocks: impl Iterator<Item = &'b Block>, said: Said) {
        let blocks: Vec<&Block> = blocks.collect();
        let write = |page: &mut Self| blocks.iter().for_each(|block| page.writer.block(block));
        match blocks.iter().any(|block| is_block_seen(block)) {
            true => self.mark("ins", class_of(&blocks), said, write),
            false => write(self),
        }
        self.push("\n");
    }

    pub(super) fn parts(&mut self, parts: &Blocks) {
        let is_one = |a: &Part<Block, Change>, b: &Part<Block, Change>| {
            matches!(
                (a, b),
                (Part::Removed(_), Part::Removed(_)) | (Part::Added(_), Part::Added(_))
            )
        };
        if let [Part::Same(Block::Plain(content))] = parts.as_slice() {
            return self.writer.inlines(content);
        }
        let groups: Vec<&[Part<Block, Change>]> = parts.chunk_by(is_one).collect();
        for (at, group) in groups.iter().enumerate() {
            self.begins(&group[0], at.checked_sub(1).map(|at| &groups[at][0]));
            match &group[0] {
                Part::Same(block) => self.writer.block(block),
                Part::Changed(change) => self.changed(change),
                Part::Removed(_) => {
                    let is_replaced = matches!(groups.get(at + 1), Some([Part::Added(_), ..]));
                    let blocks = group.iter().filter_map(block_of);
                    self.removed(blocks, Said::DELETED.ended(!is_replaced));
                }
                Part::Added(_) => self.added(group.iter().filter_map(block_of), Said::INSERTED),
            }
        }
    }

    /// A part begins a change, unless it is one with the part before it.
    fn begins<T, C>(&mut self, part: &Part<T, C>, before: Option<&Part<T, C>>) {
        let continues = match part {
            Part::Same(_) => true,
            Part::Changed(_) => false,
            Part::Removed(_) => matches!(before, Some(Part::Removed(_))),
            Part::Added(_) => matches!(before, Some(Part::Removed(_) | Part::Added(_))),
        };
        if !continues {
            self.begin();
        }
    }

    fn text(&mut self, text: &Text) {
        let is_heading = matches!(text.kind, TextKind::Heading { .. });
        if is_heading || is_near(&text.runs) {
            self.stop();
        }
        match &text.kind {
            TextKind::Paragraph => self.push("<p>"),
            TextKind::Plain => {}
            TextKind::Heading { level, anchor, .. } => self.writer.heading_start(*level, anchor),
        }
        self.runs(&text.runs);
        text.notes.iter().for_each(|note| self.note(note));
        match &text.kind {
            TextKind::Paragraph => self.push("</p>"),
            TextKind::Plain => {}
            TextKind::Heading { anchor, .. } => self.writer.heading_end(anchor),
        }
    }

    fn runs(&mut self, runs: &[Run]) {
        for (at, run) in runs.iter().enumerate() {
            match run {
                Run::Same(inline) => self.writer.inline(inline),
                Run::Inserted(inlines) => self.inserted(inlines),
                Run::Deleted(inlines) => {
                    let next = match runs.get(at + 1) {
                        Some(Run::Inserted(inlines)) => is_heard(inlines),
                        _ => false,
                    };
                    self.deleted(inlines, Said::DELETED.ended(!next));
                }
                Run::Within(holder, runs) => {
                    self.stop();
                    self.writer.inline_start(holder);
                    self.runs(runs);
                    self.writer.inline_end(holder);
                }
                Run::Note(note) => self.note(note),
            }
        }
    }

    fn inserted(&mut self, inlines: &[Inline]) {
        let said = if is_heard(inlines) {
            Said::INSERTED
        } else {
            Said::SILENT
        };
        self.mark("ins", "", said, |page| {
            page.breaks(inlines);
            page.writer.inlines(inlines);
        });
    }

    fn deleted(&mut self, inlines: &[Inline], said: Said) {
        let said = if is_heard(inlines) {
            said
        } else {
            Said::SILENT
        };
        self.mark("del", "", said, |page| {
            page.breaks(inlines);
            page.struck(|writer| writer.inlines(inlines));
        });
    }

    /// A sign for line breaks that came or went, which nobody would see.
    fn breaks(&mut self, inlines: &[Inline]) {
        let is_break = |inline: &Inline| matches!(inline, Inline::LineBreak);
        if inlines.iter().any(is_break) && !is_heard(inlines) {
            self.push("<span class=\"ui\">↵</span>");
        }
    }

    fn note(&mut self, note: &Note) {
        self.stop();
        let lang = self.lang;
        self.push(&format!("<span class=\"ui pg-note\" lang=\"{lang}\"> ("));
        escape(&note.told(self.words), self.writer.out());
        self.push(")</span>");
    }

    /// Notes on blocks that no text can hold.
    fn block_notes(&mut self, notes: &[Note]) {
        if notes.is_empty() {
            return;
        }
        self.stop();
        let told: Vec<String> = notes.iter().map(|note| note.told(self.words)).collect();
        let lang = self.lang;
        self.push(&format!("<p class=\"ui pg-note\" lang=\"{lang}\">("));
        escape(&told.join("; "), self.writer.out());
        self.push(")</p>\n");
    }

    fn list(&mut self, list: &List) {
        self.block_notes(&list.notes);
        let (name, start) = tag_of_list(list.start);
        self.push(&format!("<{name}{start}>\n"));
        let mut number = list.start;
        let mut after_removed = false;
        for (at, item) in list.items.iter().enumerate() {
            self.begins(item, at.checked_sub(1).map(|at| &list.items[at]));
            let is_removed = matches!(item, Part::Removed(_));
            // What is gone must not shift the numbers of what follows.
            let value = number
                .filter(|_| after_removed && !is_removed)
                .map(|number| format!(" value=\"{number}\""));
            self.item(item, &value.unwrap_or_default());
            after_removed = is_removed;
            number = number.map(|number| number.saturating_add(u64::from(!is_removed)));
        }
        self.writer.close(name);
    }

    fn item(&mut self, item: &Part<Item, ItemChange>, value: &str) {
        let (task, class) = match item {
            Part::Same(item) => (item.task, ""),
            Part::Changed(change) => (change.task, ""),
            Part::Removed(item) => (item.task, "pg-removed"),
            Part::Added(item) => (item.task, "pg-added"),
        };
        let classes = [if task.is_some() { "pg-task" } else { "" }, class];
        let classes: Vec<&str> = classes
            .into_iter()
            .filter(|class| !class.is_empty())
            .collect();
        match classes.is_empty() {
            true => self.push(&format!("<li{value}>")),
            false => self.push(&format!("<li class=\"{}\"{value}>", classes.join(" "))),
        }
        self.writer.task(task);
        match item {
            Part::Same(item) => self.content(&item.blocks),
            Part::Changed(change) => {
                for note in &change.notes {
                    self.note(note);
                    self.push(" ");
                }
                self.parts(&change.blocks);
            }
            Part::Removed(item) => self.removed(item.blocks.iter(), Said::DELETED),
            Part::Added(item) => self.added(item.blocks.iter(), Said::INSERTED),
        }
        self.push("</li>\n");
    }

    /// As in an item or a cell: text alone stays on its line.
    fn content(&mut self, blocks: &[Block]) {
        match blocks {
            [Block::Plain(content)] => self.writer.inlines(content),
            _ => self.writer.blocks(blocks),
        }
    }

    fn table(&mut self, table: &Table) {
        self.push("<div class=\"pg-table\"><table>\n");
        if let Some(head) = &table.head {
            self.push("<thead>\n<tr>");
            self.begin();
            self.as_one(|page| page.cells("th", head, table));
            self.push("</tr>\n</thead>\n");
        }
        if !table.rows.is_empty() {
            self.push("<tbody>\n");
            for (at, row) in table.rows.iter().enumerate() {
                if !is_column_alone(row, table) {
                    self.begins(row, at.checked_sub(1).map(|at| &table.rows[at]));
                }
                self.as_one(|page| page.row(row, table));
            }
            self.push("</tbody>\n");
        }
        self.push("</table></div>");
    }

    fn row(&mut self, row: &Part<Row, Vec<Part<Cell, Blocks>>>, table: &Table) {
        let cell = |row: &Row, at: Option<usize>| {
            at.and_then(|at| row.get(at)).cloned().unwrap_or_default()
        };
        let (tag, cells) = match row {
            Part::Same(row) => (
                "<tr>",
                table
                    .columns
                    .iter()
                    .map(|c| Part::Same(cell(row, c.new)))
                    .collect(),
            ),
            Part::Changed(cells) => ("<tr>", cells.clone()),
            Part::Removed(row) => (
                "<tr class=\"pg-removed\">",
                table
                    .columns
                    .iter()
                    .map(|c| Part::Removed(cell(row, c.old)))
                    .collect(),
            ),
            Part::Added(row) => (
                "<tr class=\"pg-added\">",
                table
                    .columns
                    .iter()
                    .map(|c| Part::Added(cell(row, c.new)))
                    .collect(),
            ),
        };
        self.push(tag);
        self.cells("td", &cells, table);
        self.push("</tr>\n");
    }

    fn cells(&mut self, name: &str, cells: &[Part<Cell, Blocks>], table: &Table) {
        for (cell, column) in cells.iter().zip(&table.columns) {
            let class = match column.alignment {
                Alignment::None => None,
                Alignment::Left => Some("pg-left"),
                Alignment::Center => Some("pg-center"),
                Alignment::Right => Some("pg-right"),
            };
            let fate = match (column.old, column.new) {
                (Some(_), None) => Some("pg-removed"),
                (None, _) => Some("pg-added"),
                _ => None,
            };
            let classes: Vec<&str> = class.into_iter().chain(fate).collect();
            match classes.is_empty() {
                true => self.push(&format!("<{name}>")),
                false => self.push(&format!("<{name} class=\"{}\">", classes.join(" "))),
            }
            match cell {
                Part::Same(cell) => self.content(&cell.blocks),
                Part::Changed(blocks) => self.parts(blocks),
                // A mark that fills its cell ends with it.
                Part::Removed(cell) => self.removed(cell.blocks.iter(), Said::DELETED.ended(false)),
                Part::Added(cell) if cell.blocks.is_empty() => {}
                Part::Added(cell) => self.added(cell.blocks.iter(), Said::INSERTED.ended(false)),
            }
            self.writer.close(name);
        }
    }

    fn definitions(&mut self, groups: &[Part<Definition, Group>]) {
        self.push("<dl>\n");
        for (at, group) in groups.iter().enumerate() {
            self.begins(group, at.checked_sub(1).map(|at| &groups[at]));
            match group {
                Part::Same(group) => self.group(group, Part::Same, Part::Same),
                Part::Removed(group) => self.group(group, Part::Removed, Part::Removed),
                Part::Added(group) => self.group(group, Part::Added, Part::Added),
                Part::Changed(group) => {
                    group.terms.iter().for_each(|term| self.term(term));
                    group.definitions.iter().for_each(|d| self.definition(d));
                }
            }
        }
        self.push("</dl>");
    }

    fn group(
        &mut self,
        group: &Definition,
        term: impl Fn(Vec<Inline>) -> Part<Vec<Inline>, Vec<Run>>,
        definition: impl Fn(Vec<Block>) -> Part<Vec<Block>, Blocks>,
    ) {
        group
            .terms
            .iter()
            .for_each(|inlines| self.term(&term(inlines.clone())));
        group
            .definitions
            .iter()
            .for_each(|blocks| self.definition(&definition(blocks.clone())));
    }

    fn term(&mut self, term: &Part<Vec<Inline>, Vec<Run>>) {
        self.push(match term {
            Part::Removed(_) => "<dt class=\"pg-removed\">",
            Part::Added(_) => "<dt class=\"pg-added\">",
            _ => "<dt>",
        });
        match term {
            Part::Same(inlines) => self.writer.inlines(inlines),
            Part::Changed(runs) => self.runs(runs),
            Part::Removed(inlines) => self.runs(&[Run::Deleted(inlines.clone())]),
            Part::Added(inlines) => self.runs(&[Run::Inserted(inlines.clone())]),
        }
        self.push("</dt>\n");
    }

    fn definition(&mut self, definition: &Part<Vec<Block>, Blocks>) {
        self.push(match definition {
            Part::Removed(_) => "<dd class=\"pg-removed\">",
            Part::Added(_) => "<dd class=\"pg-added\">",
            _ => "<dd>",
        });
        match definition {
            Part::Same(blocks) => self.content(blocks),
            Part::Changed(blocks) => self.parts(blocks),
            Part::Removed(blocks) => self.removed(blocks.iter(), Said::DELETED),
            Part::Added(blocks) => self.added(blocks.iter(), Said::INSERTED),
        }
        self.push("</dd>\n");
    }
}

fn block_of(part: &Part<Block, Change>) -> Option<&Block> {
    match part {
        Part::Same(block) | Part::Removed(block) | Part::Added(block) => Some(block),
        Part::Changed(_) => None,
    }
}

/// The attribute of a mark around blocks.
fn class_of(blocks: &[&Block]) -> &'static str {
    let is_text = |block: &&Block| matches!(block, Block::Plain(_));
    match blocks.iter().all(is_text) {
        true => "",
        false => " class=\"pg-block\"",
    }
}

/// Whether all that changed in a row is that columns came or went.
fn is_column_alone(row: &Part<Row, RowChange>, table: &Table) -> bool {
    let Part::Changed(cells) = row else {
        return false;
    };
    let mut cells = cells.iter().zip(&table.columns);
    cells.all(|(cell, column)| cell.is_same() || column.old.is_none() || column.new.is_none())
}

/// Whether a text's first mark is so near to its beginning that a stop before the text shows it.
fn is_near(runs: &[Run]) -> bool {
    let mut text = String::new();
    let same = runs.iter().map_while(|run| match run {
        Run::Same(inline) => Some(inline),
        _ => None,
    });
    for inline in same {
        words::push_inlines(std::slice::from_ref(inline), &mut text);
    }
    text.len() < FAR
}

/// Whether there is more than white space and line breaks in it.
fn is_heard(inlines: &[Inline]) -> bool {
    let mut text = String::new();
    words::push_inlines(inlines, &mut text);
    !text.trim().is_empty()
}
