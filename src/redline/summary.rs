//! What can be said of a redline in a few words: counts, changed sections, a description, a suggested class of change.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::document::{self, Block, Inline};

use super::Redline;
use super::seen::is_block_seen;
use super::tree::{
    Blocks, Change, Entry, FootnotePart, Group, ItemChange, List, Note, Part, RowChange, Run,
    Table, Text, TextKind,
};
use super::words;
use crate::words::{Told, Words};

mod editorial;
mod sections;

/// How much changed. What moved counts in `sections_moved` and nowhere else; what changed inside it on the way does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub words_added: usize,
    pub words_removed: usize,
    pub sections_changed: usize,
    pub sections_added: usize,
    pub sections_removed: usize,
    pub sections_moved: usize,
}

/// What can be said of a redline in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub counts: Counts,
    /// In the order in which the redline shows them.
    pub sections: Vec<SectionChange>,
    /// As "Changed: Cookies, Retention. Added: AI features."; `None` where no section changed.
    pub description: Option<String>,
}

/// A section in which something changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionChange {
    /// The words of its heading; empty for what stands before the first one.
    pub heading: String,
    /// In the new document, or in the old one where the section was removed; empty before the first heading.
    pub anchor: String,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    Changed,
    Added,
    Removed,
    Moved,
}

impl Kind {
    /// The word of templates and of JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Changed => "changed",
            Kind::Added => "added",
            Kind::Removed => "removed",
            Kind::Moved => "moved",
        }
    }
}

/// A class of change that the editor may take over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suggested {
    /// Punctuation, white space, the targets of links, or the spelling of a word or two. What is stressed and how a text is
    /// divided can alter its meaning, so that these are more.
    Editorial,
}

/// So many sections of a kind are named in a description.
const MOST_NAMES: usize = 8;

impl Redline {
    /// Whether nothing that a reader could notice differs.
    pub fn is_empty(&self) -> bool {
        let is_same = |entry: &Entry| match entry {
            Entry::Same { .. } => true,
            Entry::Removed { block, .. } | Entry::Added { block, .. } => {
                !is_block_seen(&block.block)
            }
            Entry::Changed { .. } | Entry::Recast { .. } => false,
        };
        let notes = &self.footnotes.parts;
        self.entries.iter().all(is_same)
            && notes
                .iter()
                .all(|part| matches!(part, FootnotePart::Same { .. }))
    }

    /// What can be said of it in a few words.
    pub fn summary(&self, words: &Words) -> Summary {
        let sections = self.sections();
        let mut counts = Counts::default();
        (counts.words_added, counts.words_removed) = self.words();
        for section in &sections {
            *match section.kind {
                Kind::Changed => &mut counts.sections_changed,
                Kind::Added => &mut counts.sections_added,
                Kind::Removed => &mut counts.sections_removed,
                Kind::Moved => &mut counts.sections_moved,
            } += 1;
        }
        Summary {
            counts,
            description: description(&sections, &words.told),
            sections,
        }
    }

    pub fn counts(&self) -> Counts {
        self.summary(Words::english()).counts
    }

    /// How many words were added, and how many removed.
    pub(super) fn words(&self) -> (usize, usize) {
        let (mut added, mut removed) = (0, 0);
        self.each_mark(&mut |mark| match mark {
            Mark::Added(text) => added += words::count(text),
            Mark::Removed(text) => removed += words::count(text),
            Mark::Same | Mark::Noted(_) => {}
        });
        (added, removed)
    }

    /// The sections in which something changed, in the order in which the redline shows them.
    pub fn sections(&self) -> Vec<SectionChange> {
        let sections = sections::sections(self).into_iter();
        sections.map(|(section, _)| section).collect()
    }

    /// For each of [`Redline::sections`] the place of the entry at which it begins, where that changed, or at which it first
    /// changed.
    pub(super) fn sections_at(&self) -> Vec<(SectionChange, usize)> {
        sections::sections(self)
    }

    /// As "Changed: Cookies, Retention. Added: AI features."; `None` where no section changed.
    pub fn description(&self, words: &Words) -> Option<String> {
        description(&self.sections(), &words.told)
    }

    /// `None` where a reader of the law should decide.
    pub fn suggested(&self) -> Option<Suggested> {
        (!self.is_empty() && editorial::is_editorial(self)).then_some(Suggested::Editorial)
    }

    /// The anchors of old headings, each with that of the same heading today, where they differ.
    pub fn anchors(&self) -> Vec<(String, String)> {
        sections::anchors(self)
    }

    /// The anchors of old headings that are gone: no heading has them now, and none is the same under another.
    pub fn lost_anchors(&self) -> Vec<String> {
        sections::lost_anchors(self)
    }

    /// Shows everything struck or inserted, in order, and what stayed between.
    fn each_mark(&self, see: &mut dyn FnMut(Mark)) {
        for entry in &self.entries {
            match entry {
                Entry::Same { .. } => {}
                Entry::Recast { change, .. } | Entry::Changed { change, .. } => {
                    change_marks(change, see)
                }
                Entry::Added {
                    moved: Some(moved), ..
                } => {
                    if let Some(change) = &moved.change {
                        change_marks(change, see);
                    }
                }
                Entry::Removed { moved: Some(_), .. } => {}
                Entry::Added { block, .. } => see(Mark::Added(&text_of_block(&block.block))),
                Entry::Removed { block, .. } => see(Mark::Removed(&text_of_block(&block.block))),
            }
            see(Mark::Same);
        }
        for part in &self.footnotes.parts {
            let (old, new) = (&self.footnotes.old, &self.footnotes.new);
            match part {
                FootnotePart::Same { .. } => {}
                FootnotePart::Changed { blocks, .. } => blocks_marks(blocks, see),
                FootnotePart::Removed { old: i } => see(Mark::Removed(&text_of(&old[*i].blocks))),
                FootnotePart::Added { new: j } => see(Mark::Added(&text_of(&new[*j].blocks))),
            }
            see(Mark::Same);
        }
    }
}

fn description(sections: &[SectionChange], words: &Told) -> Option<String> {
    let mut names: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
    for section in sections {
        let names = names.entry(section.kind).or_default();
        let name = name_of(section, words);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let sentences: Vec<String> = names
        .iter()
        .map(|(kind, names)| sentence(*kind, names, words))
        .collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn name_of(section: &SectionChange, words: &Told) -> String {
    let name = section.heading.trim_end_matches(['.', ':', ' ']);
    match name {
        "" => words.beginning.clone(),
        name => name.to_owned(),
    }
}

fn sentence(kind: Kind, names: &[String], words: &Told) -> String {
    let sentence = match kind {
        Kind::Changed => &words.changed,
        Kind::Added => &words.added,
        Kind::Removed => &words.removed,
        Kind::Moved => &words.moved,
    };
    let mut shown = names[..names.len().min(MOST_NAMES)].join(&words.separator);
    let more = names.len().saturating_sub(MOST_NAMES);
    if more > 0 {
        shown = words
            .more
            .fill(&[("sections", &shown), ("count", &more.to_string())]);
    }
    sentence.fill(&[("sections", &shown)])
}

/// Something that is marked, as text with its images in it.
enum Mark<'m> {
    Added(&'m str),
    Removed(&'m str),
    /// Something that stayed stands here.
    Same,
    /// Something changed though no word did.
    Noted(&'m Note),
}

impl Mark<'_> {
    fn has_words(&self) -> bool {
        match self {
            Mark::Added(text) | Mark::Removed(text) => !text.trim().is_empty(),
            Mark::Same | Mark::Noted(_) => false,
        }
    }
}

/// Whether a word, a punctuation mark or what words lead to changed in some blocks.
fn are_marked(blocks: &Blocks) -> bool {
    let mut found = false;
    blocks_marks(blocks, &mut |mark| {
        found |= mark.has_words() || matches!(mark, Mark::Noted(_));
    });
    found
}

/// Whether a word or a punctuation mark in it is struck or inserted.
pub(super) fn has_marks(change: &Change) -> bool {
    let mut found = false;
    change_marks(change, &mut |mark| found |= mark.has_words());
    found
}

fn change_marks(change: &Change, see: &mut dyn FnMut(Mark)) {
    match change {
        Change::Text(Text { notes, runs, .. }) => {
            notes_marks(notes, see);
            runs_marks(runs, see);
        }
        Change::Code { runs, .. } => runs_marks(runs, see),
        Change::Quote(blocks) | Change::Element { blocks, .. } => blocks_marks(blocks, see),
        Change::Recast { blocks, notes } => {
            notes_marks(notes, see);
            blocks_marks(blocks, see);
        }
        Change::List(list) => list_marks(list, see),
        Change::Table(table) => table_marks(table, see),
        Change::Definitions(groups) => definitions_marks(groups, see),
        Change::Replaced { old, new } => {
            see(Mark::Removed(&text_of_block(old)));
            see(Mark::Added(&text_of_block(new)));
        }
    }
    see(Mark::Same);
}

fn list_marks(list: &List, see: &mut dyn FnMut(Mark)) {
    notes_marks(&list.notes, see);
    let text = |item: &document::Item| text_of(&item.blocks);
    let change = |item: &ItemChange, see: &mut dyn FnMut(Mark)| {
        notes_marks(&item.notes, see);
        blocks_marks(&item.blocks, see);
    };
    parts_marks(&list.items, text, change, see);
}

fn table_marks(table: &Table, see: &mut dyn FnMut(Mark)) {
    let text = |row: &document::Row| row.iter().map(cell_text).collect::<String>();
    let cells = |row: &RowChange, see: &mut dyn FnMut(Mark)| {
        parts_marks(row, cell_text, |blocks, see| blocks_marks(blocks, see), see);
    };
    table.head.iter().for_each(|head| cells(head, see));
    parts_marks(&table.rows, text, cells, see);
}

fn definitions_marks(groups: &[Part<document::Definition, Group>], see: &mut dyn FnMut(Mark)) {
    let text =
        |group: &document::Definition| text_of_block(&Block::Definitions(vec![group.clone()]));
    parts_marks(groups, text, definition_marks, see);
}

fn definition_marks(group: &Group, see: &mut dyn FnMut(Mark)) {
    let term = |term: &Vec<Inline>| text_of_inlines(term);
    parts_marks(&group.terms, term, |runs, see| runs_marks(runs, see), see);
    let definition = |blocks: &Vec<Block>| text_of(blocks);
    parts_marks(
        &group.definitions,
        definition,
        |blocks, see| blocks_marks(blocks, see),
        see,
    );
}

fn parts_marks<T, C>(
    parts: &[Part<T, C>],
    text: impl Fn(&T) -> String,
    change: impl Fn(&C, &mut dyn FnMut(Mark)),
    see: &mut dyn FnMut(Mark),
) {
    for part in parts {
        match part {
            Part::Same(_) => see(Mark::Same),
            Part::Changed(changed) => change(changed, see),
            Part::Removed(gone) => see(Mark::Removed(&text(gone))),
            Part::Added(come) => see(Mark::Added(&text(come))),
        }
    }
}

fn blocks_marks(blocks: &Blocks, see: &mut dyn FnMut(Mark)) {
    parts_marks(blocks, text_of_block, change_marks, see);
}

fn runs_marks(runs: &[Run], see: &mut dyn FnMut(Mark)) {
    for run in runs {
        match run {
            Run::Same(_) => see(Mark::Same),
            Run::Inserted(inlines) => see(Mark::Added(&text_of_inlines(inlines))),
            Run::Deleted(inlines) => see(Mark::Removed(&text_of_inlines(inlines))),
            Run::Within(_, runs) => runs_marks(runs, see),
            Run::Note(note) => see(Mark::Noted(note)),
        }
    }
}

fn notes_marks(notes: &[Note], see: &mut dyn FnMut(Mark)) {
    notes.iter().for_each(|note| see(Mark::Noted(note)));
}

fn text_of(blocks: &[Block]) -> String {
    let mut text = String::new();
    words::push_blocks(blocks, &mut text);
    words::without_objects(&text)
}

fn text_of_block(block: &Block) -> String {
    text_of(std::slice::from_ref(block))
}

fn cell_text(cell: &document::Cell) -> String {
    text_of(&cell.blocks)
}

fn text_of_inlines(inlines: &[Inline]) -> String {
    let mut text = String::new();
    words::push_inlines(inlines, &mut text);
    words::without_objects(&text)
}

/// Whether a heading's words changed beyond the number that it begins with.
fn is_retitled(text: &Text) -> bool {
    let mut before = String::new();
    let mut changed = false;
    number_alone(&text.runs, &mut before, &mut changed);
    changed
}

/// Sets `changed` where something is marked after the heading's number.
fn number_alone(runs: &[Run], before: &mut String, changed: &mut bool) {
    let is_number = |text: &str| {
        text.chars()
            .all(|c| c.is_numeric() || c.is_whitespace() || ".)(§".contains(c))
    };
    for run in runs {
        match run {
            Run::Same(inline) => words::push_inlines(std::slice::from_ref(inline), before),
            Run::Inserted(inlines) | Run::Deleted(inlines) => {
                let text = text_of_inlines(inlines);
                *changed |= !(is_number(before) && is_number(&text));
            }
            Run::Within(_, runs) => number_alone(runs, before, changed),
            Run::Note(_) => {}
        }
    }
}

fn is_heading(text: &Text) -> bool {
    matches!(text.kind, TextKind::Heading { .. })
}

/// The words of a text as it is now.
fn new_words(runs: &[Run], words: &mut String) {
    for run in runs {
        match run {
            Run::Same(inline) => words::push_inlines(std::slice::from_ref(inline), words),
            Run::Inserted(inlines) => words::push_inlines(inlines, words),
            Run::Within(_, runs) => new_words(runs, words),
            Run::Deleted(_) | Run::Note(_) => {}
        }
    }
}
