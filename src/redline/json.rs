//! A redline as data, for other programs.
//!
//! ```json
//! {
//!   "counts": {"words_added": 1, "words_removed": 1, "sections_changed": 1, "sections_added": 0,
//!              "sections_removed": 0, "sections_moved": 0},
//!   "description": "Changed: Logs.",
//!   "suggested_change": null,
//!   "sections": [{"kind": "changed", "heading": "Logs", "anchor": "logs"}],
//!   "blocks": [
//!     {"kind": "changed", "lines": [
//!       {"kind": "changed", "is": "paragraph", "depth": 0, "cells": [
//!         [{"same": "Kept for "}, {"deleted": "60"}, {"inserted": "30"}, {"same": " days."}]]}]}]
//! }
//! ```
//!
//! * `blocks` are all blocks of both documents, in the order of the new one, what is gone where it stood; footnotes last, with
//!   their `footnote` number. A block's `kind` is `same`, `changed`, `added`, `removed` or `moved`; the two ends of a move have one
//!   number, `moved_to` at the old place and `moved_from` at the new one.
//! * A block has `lines`: `is` says what a line is (`paragraph`, `heading` with `level` and `anchor`, `code`, `head` and `row` of a
//!   table, `rule`, `term`, `note`). `depth` counts the lists and quotes that it stands in; the first line of an item has
//!   `item` with `number` and `done`, each null where it has none.
//! * A line has one cell, a row one for each column. A cell is a list of runs: `same`, `inserted` and `deleted` hold words, `note`
//!   tells what changed though no word did. `same` and `inserted` are the new words, `same` and `deleted` the old ones; the lines of
//!   the old end of a move are `deleted`, those of the new one `same` unless they changed on the way.

use serde::Serialize;

use super::shown::{self, Fate, Lead, Line, LineKind, Mark, Piece, Span};
use super::{Counts, Redline, SectionChange, Suggested};
use crate::words::Words;

/// A redline, to be serialised.
#[derive(Debug, Serialize)]
pub struct Record {
    counts: Counts,
    /// As "Changed: Cookies, Retention."; null where no section changed.
    description: Option<String>,
    /// `editorial`, or null where a reader of the law should decide.
    suggested_change: Option<&'static str>,
    sections: Vec<Section>,
    blocks: Vec<Block>,
}

#[derive(Debug, Serialize)]
struct Section {
    kind: &'static str,
    heading: String,
    anchor: String,
}

#[derive(Debug, Serialize)]
struct Block {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    footnote: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_to: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_from: Option<usize>,
    lines: Vec<LineRecord>,
}

#[derive(Debug, Serialize)]
struct LineRecord {
    kind: &'static str,
    is: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anchor: Option<String>,
    depth: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<Item>,
    cells: Vec<Vec<Run>>,
}

#[derive(Debug, Serialize)]
struct Item {
    number: Option<u64>,
    done: Option<bool>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Run {
    Same(String),
    Inserted(String),
    Deleted(String),
    Note(String),
}

/// The whole redline as data.
pub fn record(redline: &Redline) -> Record {
    let summary = redline.summary(Words::english());
    Record {
        counts: summary.counts,
        description: summary.description,
        suggested_change: redline.suggested().map(|Suggested::Editorial| "editorial"),
        sections: summary.sections.into_iter().map(section).collect(),
        blocks: shown::pieces(redline, &Words::english().redline)
            .into_iter()
            .map(block)
            .collect(),
    }
}

fn section(section: SectionChange) -> Section {
    Section {
        kind: section.kind.as_str(),
        heading: section.heading,
        anchor: section.anchor,
    }
}

fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Same => "same",
        Fate::Changed => "changed",
        Fate::Added => "added",
        Fate::Removed => "removed",
        Fate::MovedAway(_) | Fate::MovedHere(_) => "moved",
    }
}

fn block(piece: Piece) -> Block {
    let (moved_to, moved_from) = match piece.fate {
        Fate::MovedAway(number) => (Some(number), None),
        Fate::MovedHere(number) => (None, Some(number)),
        _ => (None, None),
    };
    Block {
        kind: word(piece.fate),
        footnote: piece.footnote,
        moved_to,
        moved_from,
        lines: piece.lines.into_iter().map(line).collect(),
    }
}

fn line(line: Line) -> LineRecord {
    let kind = word(line.fate());
    let item = line.leads.iter().rev().find_map(|lead| match lead {
        Lead::Item { number, task } => Some(Item {
            number: *number,
            done: *task,
        }),
        _ => None,
    });
    let depth = line.leads.len();
    let (is, level, anchor) = match line.kind {
        LineKind::Paragraph => ("paragraph", None, None),
        LineKind::Heading { level, anchor } => ("heading", Some(level), Some(anchor)),
        LineKind::Code => ("code", None, None),
        LineKind::Head => ("head", None, None),
        LineKind::Row => ("row", None, None),
        LineKind::Rule => ("rule", None, None),
        LineKind::Term => ("term", None, None),
        LineKind::Note => ("note", None, None),
    };
    LineRecord {
        kind,
        is,
        level,
        anchor,
        depth,
        item,
        cells: line.cells.into_iter().map(runs).collect(),
    }
}

fn runs(spans: Vec<Span>) -> Vec<Run> {
    let run = |span: Span| match span.mark {
        Mark::Same => Run::Same(span.text),
        Mark::Inserted => Run::Inserted(span.text),
        Mark::Deleted => Run::Deleted(span.text),
        Mark::Note => Run::Note(span.text),
    };
    spans.into_iter().map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Memory, compare};
    use super::*;
    use crate::document::{self, Options};
    use serde_json::{Value, json};

    fn data(old: &str, new: &str) -> Value {
        let parsed = |body| document::parse(body, Options::default()).document;
        let redline = compare(&parsed(old), &parsed(new), &mut Memory::new());
        serde_json::to_value(record(&redline)).unwrap()
    }

    /// The words of one side.
    fn words(data: &Value, side: &str) -> String {
        let mut text = String::new();
        let lists = |value: &Value| value.as_array().cloned().unwrap_or_default();
        for block in lists(&data["blocks"]) {
            for cell in lists(&block["lines"])
                .iter()
                .flat_map(|line| lists(&line["cells"]))
            {
                for run in lists(&cell) {
                    let found = run.get("same").or(run.get(side));
                    text.push_str(found.and_then(Value::as_str).unwrap_or_default());
                }
                text.push(' ');
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn both_documents_can_be_read_from_the_runs() {
        let old = "# P\n\nKept for 60 days.\n\n1. a\n2. b\n\n> Quoted text.\n\n| A | B |\n| - | - |\n| x | 1 |\n";
        let new = "# P\n\nKept for 30 days.\n\n1. a\n2. c\n3. b\n\n> Quoted words.\n\n| A | B |\n| - | - |\n| x | 2 |\n";
        let data = data(old, new);
        assert_eq!(
            words(&data, "deleted"),
            "P Kept for 60 days. a b Quoted text. A B x 1"
        );
        assert_eq!(
            words(&data, "inserted"),
            "P Kept for 30 days. a c b Quoted words. A B x 2"
        );
    }

    #[test]
    fn a_changed_paragraph_has_its_runs() {
        let data = data(
            "## Logs\n\nKept for 60 days.\n",
            "## Logs\n\nKept for 30 days.\n",
        );
        assert_eq!(
            data["blocks"][1],
            json!({"kind": "changed", "lines": [{"kind": "changed", "is": "paragraph", "depth": 0, "cells": [
                [{"same": "Kept for "}, {"deleted": "60"}, {"inserted": "30"}, {"same": " days."}]]}]})
        );
        assert_eq!(
            data["sections"],
            json!([{"kind": "changed", "heading": "Logs", "anchor": "logs"}])
        );
        assert_eq!(data["counts"]["words_added"], 1);
        assert_eq!(data["description"], "Changed: Logs.");
    }

    #[test]
    fn an_item_has_its_number_once() {
        let data = data("", "3. one\n\n   two\n");
        let lines = &data["blocks"][0]["lines"];
        assert_eq!(lines[0]["item"], json!({"number": 3, "done": null}));
        assert_eq!(lines[1].get("item"), None);
        assert_eq!(lines[1]["depth"], 1);
    }

    #[test]
    fn the_ends_of_a_move_have_one_number() {
        let long = "This paragraph is long enough that it is seen to have moved as a whole.\n\n";
        let rest =
            "One that stays.\n\nAnother one that stays there.\n\nA third which stays as well.\n\n";
        let data = data(&format!("{long}{rest}"), &format!("{rest}{long}"));
        let blocks = data["blocks"].as_array().unwrap();
        assert_eq!(blocks[0]["kind"], "moved");
        assert_eq!(blocks[0]["moved_to"], blocks[4]["moved_from"]);
    }
}
