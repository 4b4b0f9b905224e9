//! The difference of two tables.
//!
//! 1. Columns are matched by the words of their heads; in a gap with as many on both sides each with the one in its place.
//! 2. Rows are matched by what stands in the columns of both tables, then by their first cell, then by their words.
//! 3. The cells of two rows are compared one by one, so that a column that came or went is marked cell by cell.

use std::sync::Arc;

use crate::document::{Alignment, Cell, Row, Table};

use super::align::align;
use super::blocks::{Context, compare_blocks};
use super::parts::{Ids, Side, aligned};
use super::seen::Seen;
use super::tree::{self, Column, Part, RowChange};
use super::units::{Kind, Step, Unit};
use super::words::Words;

/// `None` where one table has a head and the other none.
pub(super) fn compare(old: &Table, new: &Table, context: &mut Context) -> Option<tree::Table> {
    if old.head.is_some() != new.head.is_some() {
        return None;
    }
    let columns = columns(old, new, context);
    let head = match (&old.head, &new.head) {
        (Some(a), Some(b)) => Some(cells(a, b, &columns, context)),
        _ => None,
    };
    let steps = rows(old, new, &columns, context);
    let is_square = columns.iter().all(|c| c.old.is_some() && c.new.is_some());
    let mut found = Vec::with_capacity(steps.len());
    for step in steps {
        match step {
            Step::Same(_, j) if is_square => found.push(Part::Same(new.rows[j].clone())),
            Step::Same(i, j) | Step::Pair(i, j) => {
                found.push(Part::Changed(cells(
                    &old.rows[i],
                    &new.rows[j],
                    &columns,
                    context,
                )));
            }
            Step::Removed(i) => found.push(Part::Removed(old.rows[i].clone())),
            Step::Added(j) => found.push(Part::Added(new.rows[j].clone())),
            // Asked for nowhere but among blocks.
            Step::Regrouped(..) => {}
        }
    }
    Some(tree::Table {
        columns,
        head,
        rows: found,
    })
}

fn width(table: &Table) -> usize {
    let rows = table.head.iter().chain(&table.rows).map(Vec::len);
    rows.max().unwrap_or(0).max(table.alignments.len())
}

fn columns(old: &Table, new: &Table, context: &mut Context) -> Vec<Column> {
    let (a, b) = (width(old), width(new));
    let mut ids = Ids::default();
    let mut names = |table: &Table, width: usize| {
        let name = |at: usize| {
            let cell = table.head.as_ref().and_then(|row| row.get(at));
            let words = cell.map(|cell| Words::of_blocks(&cell.blocks).text);
            ids.id(words.unwrap_or_default().into_bytes())
        };
        (0..width).map(name).collect::<Vec<u32>>()
    };
    let (x, y) = (names(old, a), names(new, b));
    let pairs = align(&x, &y, context.budget);
    let mut columns = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (x, y) in pairs.into_iter().chain([(a, b)]) {
        gap(i..x, j..y, new, &mut columns);
        if x < a {
            columns.push(column(Some(x), Some(y), new));
        }
        (i, j) = (x + 1, y + 1);
    }
    columns
}

fn gap(
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
    table: &Table,
    columns: &mut Vec<Column>,
) {
    if old.len() == new.len() {
        return columns.extend(old.zip(new).map(|(i, j)| column(Some(i), Some(j), table)));
    }
    columns.extend(old.map(|i| column(Some(i), None, table)));
    columns.extend(new.map(|j| column(None, Some(j), table)));
}

fn column(old: Option<usize>, new: Option<usize>, table: &Table) -> Column {
    let alignment = new.and_then(|j| table.alignments.get(j)).copied();
    Column {
        old,
        new,
        alignment: alignment.unwrap_or(Alignment::None),
    }
}

/// The steps through the rows, of which the columns of both tables count.
fn rows(old: &Table, new: &Table, columns: &[Column], context: &mut Context) -> Vec<Step> {
    let both: Vec<(usize, usize)> = columns
        .iter()
        .filter_map(|c| Some((c.old?, c.new?)))
        .collect();
    let (a, b): (Vec<usize>, Vec<usize>) = both.into_iter().unzip();
    aligned(
        &Side {
            parts: &old.rows,
            write: &|seen, row| write(row, &a, seen),
            unit: &|row| unit(row, &a),
        },
        &Side {
            parts: &new.rows,
            write: &|seen, row| write(row, &b, seen),
            unit: &|row| unit(row, &b),
        },
        context,
        false,
    )
}

fn write(row: &Row, places: &[usize], seen: &mut Seen) {
    for at in places {
        let blocks = row.get(*at).map(|cell| cell.blocks.as_slice());
        seen.blocks(blocks.unwrap_or_default());
    }
}

fn unit(row: &Row, places: &[usize]) -> Unit<'static> {
    let first = places.first().and_then(|at| row.get(*at));
    let label = first.map(|cell| Words::of_blocks(&cell.blocks).text);
    Unit {
        label: label.filter(|words| !words.is_empty()),
        kind: Kind::Part,
        words: Arc::new(Words::of_row(row)),
    }
}

fn cells(old: &Row, new: &Row, columns: &[Column], context: &mut Context) -> RowChange {
    let blocks = |row: &Row, at: usize| row.get(at).cloned().unwrap_or_default();
    let cell = |column: &Column| match (column.old, column.new) {
        (Some(i), Some(j)) => {
            let (a, b) = (blocks(old, i), blocks(new, j));
            match a == b && !context.renumbered {
                true => Part::Same(b),
                false => Part::Changed(compare_blocks(&a.blocks, &b.blocks, context)),
            }
        }
        (Some(i), None) => Part::Removed(blocks(old, i)),
        (None, j) => Part::Added(j.map(|j| blocks(new, j)).unwrap_or_else(Cell::default)),
    };
    columns.iter().map(cell).collect()
}
