//! The difference of two blocks of one kind, and of what stands in them.
//!
//! 1. Their parts (blocks, items, groups) become units and are aligned.
//! 2. Two units that were paired are compared in the same way, until there are texts to compare word by word.
//!
//! A tree's depth is bounded where it is built, so that this may recurse.

use std::borrow::Cow;
use std::sync::Arc;

use crate::document::{Block, Definition, Heading, Inline, Item};

use super::budget::Budget;
use super::flat::Numbers;
use super::parts::{Side, aligned};
use super::seen::is_block_seen;
use super::tree::{Blocks, Change, Group, ItemChange, List, Note, Part, Run, Text, TextKind};
use super::units::{Kind, Step, Unit};
use super::words::{self, Words};
use super::{recast, tables, text};

/// What comparing blocks needs to know about their documents.
pub(super) struct Context<'a> {
    pub old_numbers: &'a Numbers<'a>,
    pub new_numbers: &'a Numbers<'a>,
    /// Whether a footnote of both bears another number: then what refers to it differs though its source does not.
    pub renumbered: bool,
    pub budget: &'a mut Budget,
}

impl<'a> Context<'a> {
    fn numbers(&self) -> (&'a Numbers<'a>, &'a Numbers<'a>) {
        (self.old_numbers, self.new_numbers)
    }
}

/// What changed in a block; `None` where the blocks have too little in common to be shown as one.
pub(super) fn compare(old: &Block, new: &Block, context: &mut Context) -> Option<Change> {
    match (old, new) {
        (Block::Quote(a), Block::Quote(b)) => Some(Change::Quote(compare_blocks(a, b, context))),
        (Block::List(a), Block::List(b)) => Some(Change::List(list(a, b, context))),
        (Block::Code { text: a, .. }, Block::Code { text: b, language }) => Some(Change::Code {
            language: language.clone(),
            runs: text::compare_code(a, b, context.budget)?,
        }),
        (Block::Table(a), Block::Table(b)) => tables::compare(a, b, context).map(Change::Table),
        (Block::Definitions(a), Block::Definitions(b)) => {
            Some(Change::Definitions(groups(a, b, context)))
        }
        (Block::Element { name: a, .. }, Block::Element { name: b, .. }) if a == b => {
            element(old, new, context)
        }
        _ => {
            let (a, b) = (inlines(old)?, inlines(new)?);
            let runs = text::compare(a, b, context.numbers(), context.budget)?;
            Some(Change::Text(text_of(old, new, runs)))
        }
    }
}

/// The same where the two belong together in any case.
pub(super) fn compare_surely(old: &Block, new: &Block, context: &mut Context) -> Change {
    if let Some(change) = compare(old, new, context) {
        return change;
    }
    match (inlines(old), inlines(new)) {
        (Some(a), Some(b)) => {
            Change::Text(text_of(old, new, text::replace(a, b, context.numbers())))
        }
        _ => Change::Replaced {
            old: Box::new(old.clone()),
            new: Box::new(new.clone()),
        },
    }
}

fn inlines(block: &Block) -> Option<&[Inline]> {
    match block {
        Block::Paragraph(content) | Block::Plain(content) => Some(content),
        Block::Heading(heading) => Some(&heading.content),
        _ => None,
    }
}

fn text_of(old: &Block, new: &Block, runs: Vec<Run>) -> Text {
    let old_heading = heading(old);
    let mut notes = Vec::new();
    let kind = match (new, heading(new)) {
        (_, Some(heading)) => {
            notes.extend(match old_heading {
                None => Some(Note::NowHeading),
                Some(old) => (old.level != heading.level).then_some(Note::Level(old.level)),
            });
            TextKind::Heading {
                level: heading.level,
                anchor: heading.anchor.clone(),
                old_anchor: old_heading.map(|old| old.anchor.clone()),
            }
        }
        (Block::Paragraph(_), _) => TextKind::Paragraph,
        _ => TextKind::Plain,
    };
    if heading(new).is_none() && old_heading.is_some() {
        notes.push(Note::NoHeading);
    }
    Text { kind, notes, runs }
}

fn heading(block: &Block) -> Option<&Heading> {
    match block {
        Block::Heading(heading) => Some(heading),
        _ => None,
    }
}

/// Some elements may hold only certain others, so that no mark may stand straight inside them.
fn element(old: &Block, new: &Block, context: &mut Context) -> Option<Change> {
    let (
        Block::Element { blocks: a, .. },
        Block::Element {
            name,
            attributes,
            blocks: b,
        },
    ) = (old, new)
    else {
        return None;
    };
    let blocks = match name.as_str() {
        "details" => first_apart(a, b, context),
        "summary" => only(a, b, context)?,
        "table" | "thead" | "tbody" | "tfoot" | "tr" | "colgroup" | "figure" => {
            in_pairs(a, b, context)?
        }
        _ => compare_blocks(a, b, context),
    };
    Some(Change::Element {
        name: name.clone(),
        attributes: attributes.clone(),
        blocks,
    })
}

/// The summary of `details` stays the first thing in it.
fn first_apart(old: &[Block], new: &[Block], context: &mut Context) -> Blocks {
    match (old.split_first(), new.split_first()) {
        (Some((a, old)), Some((b, new))) => {
            let mut blocks = vec![pair(a, b, context)];
            blocks.extend(compare_blocks(old, new, context));
            blocks
        }
        _ => compare_blocks(old, new, context),
    }
}

fn only(old: &[Block], new: &[Block], context: &mut Context) -> Option<Blocks> {
    match (old, new) {
        ([a], [b]) if inlines(a).is_some() && inlines(b).is_some() => {
            Some(vec![pair(a, b, context)])
        }
        _ => None,
    }
}

/// Each with the one in the same place; `None` where their kinds differ.
fn in_pairs(old: &[Block], new: &[Block], context: &mut Context) -> Option<Blocks> {
    let is_alike = |(a, b): (&Block, &Block)| kind(a) == kind(b) && spans(a) == spans(b);
    if old.len() != new.len() || !old.iter().zip(new).all(is_alike) {
        return None;
    }
    let part = |(a, b): (&Block, &Block)| match (a, b) {
        _ if a == b && !context.renumbered => Some(Part::Same(b.clone())),
        (Block::Element { .. }, _) => compare(a, b, context).map(Part::Changed),
        _ => Some(pair(a, b, context)),
    };
    old.iter().zip(new).map(part).collect()
}

fn spans(block: &Block) -> Option<&crate::document::Attributes> {
    match block {
        Block::Element { attributes, .. } => Some(attributes),
        _ => None,
    }
}

fn pair(old: &Block, new: &Block, context: &mut Context) -> Part<Block, Change> {
    if old == new && !context.renumbered {
        return Part::Same(new.clone());
    }
    match compare_surely(old, new, context) {
        // They differ in what nobody sees.
        Change::Text(text) if text.notes.is_empty() && !text::tells(&text.runs) => {
            Part::Same(new.clone())
        }
        change => Part::Changed(change),
    }
}

/// What changed in the blocks of a container.
pub(super) fn compare_blocks(old: &[Block], new: &[Block], context: &mut Context) -> Blocks {
    if let ([a], [b]) = (old, new)
        && inlines(a).is_some()
        && inlines(b).is_some()
    {
        return vec![pair(a, b, context)];
    }
    let steps = aligned(&blocks_side(old), &blocks_side(new), context, true);
    let mut blocks = Vec::with_capacity(steps.len());
    for step in steps {
        blocks_of(step, old, new, context, &mut blocks);
    }
    blocks
}

fn blocks_side(blocks: &[Block]) -> Side<'_, Block> {
    Side {
        parts: blocks,
        write: &|seen, block| seen.block(block),
        unit: &|block| Unit {
            label: None,
            kind: kind(block),
            words: Arc::new(Words::of_block(block)),
        },
    }
}

fn blocks_of(step: Step, old: &[Block], new: &[Block], context: &mut Context, out: &mut Blocks) {
    match step {
        Step::Same(_, j) => out.push(Part::Same(new[j].clone())),
        Step::Removed(i) => out.push(Part::Removed(old[i].clone())),
        Step::Added(j) => out.push(Part::Added(new[j].clone())),
        Step::Pair(i, j) => match compare(&old[i], &new[j], context) {
            Some(change) => out.push(Part::Changed(change)),
            None => {
                out.push(Part::Removed(old[i].clone()));
                out.push(Part::Added(new[j].clone()));
            }
        },
        Step::Regrouped(i, j) => {
            let (a, b): (Vec<&Block>, Vec<&Block>) = (
                old[i.clone()].iter().collect(),
                new[j.clone()].iter().collect(),
            );
            match recast::compare(&a, &b, context) {
                Some(change) => out.push(Part::Changed(change)),
                None => {
                    out.extend(old[i].iter().cloned().map(Part::Removed));
                    out.extend(new[j].iter().cloned().map(Part::Added));
                }
            }
        }
    }
}

pub(super) fn kind(block: &Block) -> Kind<'_> {
    match block {
        _ if !is_block_seen(block) => Kind::Other,
        Block::Paragraph(_) | Block::Plain(_) => Kind::Text,
        Block::Heading(_) => Kind::Heading,
        Block::ThematicBreak => Kind::Other,
        Block::Quote(_) => Kind::Quote,
        Block::List(_) => Kind::List,
        Block::Code { .. } => Kind::Code,
        Block::Table(_) => Kind::Table,
        Block::Definitions(_) => Kind::Definitions,
        Block::Element { name, .. } => Kind::Element(Cow::Borrowed(name)),
    }
}

/// A unit of parts that are all of one kind.
fn part(words: Words) -> Unit<'static> {
    Unit {
        label: None,
        kind: Kind::Part,
        words: Arc::new(words),
    }
}

fn list(old: &crate::document::List, new: &crate::document::List, context: &mut Context) -> List {
    let mut notes = Vec::new();
    match (old.start, new.start) {
        (Some(a), Some(b)) if a != b => notes.push(Note::Start(a)),
        (None, Some(_)) => notes.push(Note::Ordered { now: true }),
        (Some(_), None) => notes.push(Note::Ordered { now: false }),
        _ => {}
    }
    let found = aligned(
        &items_side(&old.items),
        &items_side(&new.items),
        context,
        false,
    );
    let item = |old: &Item, new: &Item, context: &mut Context| ItemChange {
        task: new.task,
        notes: (old.task != new.task)
            .then_some(Note::Task { now: new.task })
            .into_iter()
            .collect(),
        blocks: compare_blocks(&old.blocks, &new.blocks, context),
    };
    List {
        start: new.start,
        notes,
        items: parts(&old.items, &new.items, found, context, item),
    }
}

fn items_side(items: &[Item]) -> Side<'_, Item> {
    Side {
        parts: items,
        write: &|seen, item| seen.item(item),
        unit: &|item| part(Words::of_blocks(&item.blocks)),
    }
}

/// What the steps through two sequences of parts make of them.
pub(super) fn parts<T: Clone, C>(
    old: &[T],
    new: &[T],
    steps: Vec<Step>,
    context: &mut Context,
    change: impl Fn(&T, &T, &mut Context) -> C,
) -> Vec<Part<T, C>> {
    let mut parts = Vec::with_capacity(steps.len());
    for step in steps {
        match step {
            Step::Same(_, j) => parts.push(Part::Same(new[j].clone())),
            Step::Pair(i, j) => parts.push(Part::Changed(change(&old[i], &new[j], context))),
            Step::Removed(i) => parts.push(Part::Removed(old[i].clone())),
            Step::Added(j) => parts.push(Part::Added(new[j].clone())),
            // Asked for nowhere but among blocks.
            Step::Regrouped(i, j) => {
                parts.extend(old[i].iter().cloned().map(Part::Removed));
                parts.extend(new[j].iter().cloned().map(Part::Added));
            }
        }
    }
    parts
}

fn groups(
    old: &[Definition],
    new: &[Definition],
    context: &mut Context,
) -> Vec<Part<Definition, Group>> {
    let steps = aligned(&groups_side(old), &groups_side(new), context, false);
    parts(old, new, steps, context, group)
}

/// Groups are labelled by their terms.
fn groups_side(groups: &[Definition]) -> Side<'_, Definition> {
    Side {
        parts: groups,
        write: &|seen, group| {
            group.terms.iter().for_each(|term| seen.term(term));
            group.definitions.iter().for_each(|d| seen.definition(d));
        },
        unit: &|group| {
            let label = Words::read(|text| {
                let terms = group.terms.iter();
                terms.for_each(|t| words::push_inlines(t, text));
            });
            let block = Block::Definitions(vec![group.clone()]);
            Unit {
                label: Some(label.text),
                ..part(Words::of_block(&block))
            }
        },
    }
}

fn group(old: &Definition, new: &Definition, context: &mut Context) -> Group {
    Group {
        terms: terms(&old.terms, &new.terms, context),
        definitions: definitions(&old.definitions, &new.definitions, context),
    }
}

type Term = Vec<Inline>;

fn terms(old: &[Term], new: &[Term], context: &mut Context) -> Vec<Part<Term, Vec<Run>>> {
    let steps = aligned(&terms_side(old), &terms_side(new), context, false);
    parts(old, new, steps, context, |old, new, context| {
        let runs = text::compare(old, new, context.numbers(), context.budget);
        runs.unwrap_or_else(|| text::replace(old, new, context.numbers()))
    })
}

fn terms_side(terms: &[Term]) -> Side<'_, Term> {
    Side {
        parts: terms,
        write: &|seen, term| seen.term(term),
        unit: &|term| part(Words::read(|text| words::push_inlines(term, text))),
    }
}

fn definitions(
    old: &[Vec<Block>],
    new: &[Vec<Block>],
    context: &mut Context,
) -> Vec<Part<Vec<Block>, Blocks>> {
    let steps = aligned(
        &definitions_side(old),
        &definitions_side(new),
        context,
        false,
    );
    parts(old, new, steps, context, |old, new, context| {
        compare_blocks(old, new, context)
    })
}

fn definitions_side(definitions: &[Vec<Block>]) -> Side<'_, Vec<Block>> {
    Side {
        parts: definitions,
        write: &|seen, blocks| seen.definition(blocks),
        unit: &|blocks| part(Words::of_blocks(blocks)),
    }
}
