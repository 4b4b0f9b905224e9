//! The difference of blocks that are structured otherwise: a paragraph that was split, lines that became a list.
//!
//! The texts of all blocks on a side are matched as if they were one. What is shown is the structure of the new blocks; a
//! deletion stands in the text in whose old place it stood.

use crate::document::{Block, Cell, Inline, Item, Row};

use super::blocks::Context;
use super::flat::{Flat, Grain, Interner};
use super::matching::match_words;
use super::text::{self, Merge};
use super::tree::{
    Blocks, Change, Column, Group, ItemChange, List, Note, Part, Run, Table, Text, TextKind,
};
use super::words;

/// What changed between two runs of blocks. `None` where so little stayed that they should
/// not be shown as one.
pub(super) fn compare(old: &[&Block], new: &[&Block], context: &mut Context) -> Option<Change> {
    let mut interner = Interner::default();
    let grain = match say_the_same(old, new) {
        true => Grain::Characters,
        false => Grain::Marks,
    };
    let a = Flat::of_blocks(old, grain, context.old_numbers, &mut interner);
    let b = Flat::of_blocks(new, grain, context.new_numbers, &mut interner);
    if b.ends.is_empty() {
        return None;
    }
    let mut matching = match_words(&a, &b, context.budget)?;
    matching.part(&a, &b);
    let mut recast = Recast(Merge::new(&a, &b, &matching));
    let blocks = new.iter().map(|block| recast.block(block)).collect();
    Some(Change::Recast {
        blocks,
        notes: vec![Note::Structure],
    })
}

/// Whether all words and punctuation marks of two runs of blocks are the same.
pub(super) fn say_the_same(old: &[&Block], new: &[&Block]) -> bool {
    let push = |blocks: &[&Block], text: &mut String| {
        blocks
            .iter()
            .for_each(|block| words::push_blocks(std::slice::from_ref(*block), text));
    };
    words::say_the_same(|text| push(old, text), |text| push(new, text))
}

/// Goes through the new blocks in the order in which their texts were flattened.
struct Recast<'m, 'a>(Merge<'m, 'a>);

impl Recast<'_, '_> {
    fn blocks(&mut self, blocks: &[Block]) -> Blocks {
        blocks.iter().map(|block| self.block(block)).collect()
    }

    /// What shows nothing is the same, so that nobody is led to it.
    fn block(&mut self, block: &Block) -> Part<Block, Change> {
        let change = self.change(block);
        match change.filter(tells) {
            Some(change) => Part::Changed(change),
            None => Part::Same(block.clone()),
        }
    }

    fn change(&mut self, block: &Block) -> Option<Change> {
        Some(match block {
            Block::Paragraph(content) => self.text(content, TextKind::Paragraph),
            Block::Plain(content) => self.text(content, TextKind::Plain),
            Block::Heading(heading) => {
                let kind = TextKind::Heading {
                    level: heading.level,
                    anchor: heading.anchor.clone(),
                    old_anchor: None,
                };
                self.text(&heading.content, kind)
            }
            Block::ThematicBreak => return None,
            Block::Quote(blocks) => Change::Quote(self.blocks(blocks)),
            Block::Element {
                name,
                attributes,
                blocks,
            } => Change::Element {
                name: name.clone(),
                attributes: attributes.clone(),
                blocks: self.blocks(blocks),
            },
            Block::List(list) => Change::List(List {
                start: list.start,
                notes: Vec::new(),
                items: list.items.iter().map(|item| self.item(item)).collect(),
            }),
            Block::Code { language, .. } => Change::Code {
                language: language.clone(),
                runs: self.0.code(),
            },
            Block::Table(table) => Change::Table(self.table(table)),
            Block::Definitions(groups) => {
                Change::Definitions(groups.iter().map(|group| self.group(group)).collect())
            }
        })
    }

    fn text(&mut self, content: &[Inline], kind: TextKind) -> Change {
        Change::Text(Text {
            kind,
            notes: Vec::new(),
            runs: self.runs(content),
        })
    }

    fn runs(&mut self, content: &[Inline]) -> Vec<Run> {
        self.0.text(content)
    }

    fn item(&mut self, item: &Item) -> Part<Item, ItemChange> {
        let blocks = self.blocks(&item.blocks);
        match blocks.iter().all(Part::is_same) {
            true => Part::Same(item.clone()),
            false => Part::Changed(ItemChange {
                task: item.task,
                notes: Vec::new(),
                blocks,
            }),
        }
    }

    fn table(&mut self, table: &crate::document::Table) -> Table {
        let width = table
            .head
            .iter()
            .chain(&table.rows)
            .map(Vec::len)
            .max()
            .unwrap_or(0);
        let column = |at| Column {
            old: Some(at),
            new: Some(at),
            alignment: table
                .alignments
                .get(at)
                .copied()
                .unwrap_or(crate::document::Alignment::None),
        };
        Table {
            columns: (0..width).map(column).collect(),
            head: table.head.as_ref().map(|row| self.row(row)),
            rows: table
                .rows
                .iter()
                .map(|row| changed_or(row, self.row(row)))
                .collect(),
        }
    }

    fn row(&mut self, row: &Row) -> Vec<Part<Cell, Blocks>> {
        row.iter()
            .map(|cell| changed_or(cell, self.blocks(&cell.blocks)))
            .collect()
    }

    fn group(
        &mut self,
        group: &crate::document::Definition,
    ) -> Part<crate::document::Definition, Group> {
        let term = |recast: &mut Self, term: &Vec<Inline>| {
            let runs = recast.runs(term);
            match text::tells(&runs) {
                true => Part::Changed(runs),
                false => Part::Same(term.clone()),
            }
        };
        let terms: Vec<_> = group.terms.iter().map(|t| term(self, t)).collect();
        let definitions: Vec<_> = group
            .definitions
            .iter()
            .map(|blocks| changed_or(blocks, self.blocks(blocks)))
            .collect();
        match terms.iter().all(Part::is_same) && definitions.iter().all(Part::is_same) {
            true => Part::Same(group.clone()),
            false => Part::Changed(Group { terms, definitions }),
        }
    }
}

/// What holds parts: the same where all of them are.
fn changed_or<W: Clone, T, C>(whole: &W, parts: Vec<Part<T, C>>) -> Part<W, Vec<Part<T, C>>> {
    match parts.iter().all(Part::is_same) {
        true => Part::Same(whole.clone()),
        false => Part::Changed(parts),
    }
}

/// Whether a change as it is made here shows anything. What stands in it is known to.
fn tells(change: &Change) -> bool {
    match change {
        Change::Text(Text { runs, .. }) | Change::Code { runs, .. } => text::tells(runs),
        Change::Quote(blocks) | Change::Element { blocks, .. } => !blocks.iter().all(Part::is_same),
        Change::List(list) => !list.items.iter().all(Part::is_same),
        Change::Table(table) => {
            let head = table.head.iter().flatten();
            !(head.clone().all(Part::is_same) && table.rows.iter().all(Part::is_same))
        }
        Change::Definitions(groups) => !groups.iter().all(Part::is_same),
        Change::Recast { .. } | Change::Replaced { .. } => true,
    }
}
