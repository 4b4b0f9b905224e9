//! Tables: such as Markdown could hold become its kind, the others nested elements.

use std::collections::BTreeSet;

use markup5ever_rcdom::Handle;

use super::super::{Alignment, Attributes, Block, Cell, Row, Table};
use super::dom;
use super::read::{Reader, attributes, element};

/// No real table has a cell over more columns.
const MAX_COLSPAN: usize = 100;

/// A section of a table: its element and its rows that have cells.
struct Section {
    node: Handle,
    rows: Vec<(Handle, Vec<Handle>)>,
}

impl Reader {
    /// `None` for a table without cells; its caption stays.
    pub fn table(&mut self, node: &Handle) -> Option<Block> {
        let nodes = dom::children(node);
        let caption = nodes.iter().find(|n| dom::is(n, "caption"));
        let sections: Vec<Section> = nodes.iter().filter_map(section).collect();
        if sections.is_empty() {
            let blocks = caption.map(|caption| self.without_headings(caption));
            return blocks.map(|blocks| element("div", Vec::new(), blocks));
        }
        match caption.is_none() && is_simple(&sections) {
            true => Some(Block::Table(self.simple_table(&sections))),
            false => Some(self.elements(caption, &sections)),
        }
    }

    fn simple_table(&mut self, sections: &[Section]) -> Table {
        let all: Vec<&Vec<Handle>> = sections
            .iter()
            .flat_map(|s| s.rows.iter().map(|(_, cells)| cells))
            .collect();
        let columns = all.iter().map(|cells| cells.len()).max().unwrap_or(0);
        let mut rows: Vec<Row> = all.iter().map(|cells| self.row(cells, columns)).collect();
        let has_head = all[0].iter().all(|cell| dom::is(cell, "th"));
        let head = has_head.then(|| rows.remove(0));
        let aligned = (0..columns).map(|column| alignment(all[0].get(column)));
        Table {
            alignments: aligned.collect(),
            head,
            rows,
        }
    }

    /// A short row is filled up.
    fn row(&mut self, cells: &[Handle], columns: usize) -> Row {
        let mut row: Row = cells.iter().map(|cell| self.cell(cell)).collect();
        row.resize_with(columns, Cell::default);
        row
    }

    fn cell(&mut self, node: &Handle) -> Cell {
        let blocks = match dom::is(node, "th") {
            true => self.without_headings(node),
            false => self.inside(|reader| {
                reader.mark(node);
                reader.children(node);
            }),
        };
        Cell { blocks }
    }

    fn elements(&mut self, caption: Option<&Handle>, sections: &[Section]) -> Block {
        let mut parts = Vec::new();
        if let Some(caption) = caption {
            // No table may stand in a caption: its inlines are enough.
            let words = self.phrase(caption);
            parts.push(element(
                "caption",
                attributes(caption, &[]),
                vec![Block::Plain(words)],
            ));
        }
        for (section, spans) in sections.iter().zip(fit(sections)) {
            let rows = self.section_rows(section, spans);
            let name = dom::name(&section.node).map_or("tbody", |name| name);
            parts.push(element(name, attributes(&section.node, &[]), rows));
        }
        element("table", Vec::new(), parts)
    }

    fn section_rows(&mut self, section: &Section, spans: Vec<Vec<Span>>) -> Vec<Block> {
        let mut rows = Vec::new();
        for ((row, cells), spans) in section.rows.iter().zip(spans) {
            let mut blocks = Vec::new();
            for (cell, span) in cells.iter().zip(spans) {
                let name = dom::name(cell).map_or("td", |name| name);
                let content = self.cell(cell).blocks;
                blocks.push(element(name, span.attributes(cell), content));
            }
            rows.push(element("tr", attributes(row, &[]), blocks));
        }
        rows
    }
}

/// Where a cell begins, and how many columns and rows it takes.
struct Span {
    column: usize,
    columns: usize,
    rows: usize,
}

/// The spans of all cells, by section and row, cut where they would leave the section, and where they take a column in
/// which no cell begins.
fn fit(sections: &[Section]) -> Vec<Vec<Vec<Span>>> {
    let mut spans: Vec<Vec<Vec<Span>>> = sections.iter().map(lay_out).collect();
    let cells = spans.iter().flatten().flatten();
    let beginnings: BTreeSet<usize> = cells.map(|span| span.column).collect();
    for span in spans.iter_mut().flatten().flatten() {
        let taken = span.column..span.column + span.columns;
        span.columns = beginnings.range(taken).count();
    }
    spans
}

/// Puts each cell into the first column that no cell above it takes.
fn lay_out(section: &Section) -> Vec<Vec<Span>> {
    // For each column, up to which row it is taken.
    let mut taken: Vec<usize> = Vec::new();
    let mut rows = Vec::new();
    for (index, (_, cells)) in section.rows.iter().enumerate() {
        let mut column = 0;
        let mut row = Vec::new();
        for cell in cells {
            while taken.get(column).is_some_and(|until| *until > index) {
                column += 1;
            }
            let span = Span {
                column,
                columns: span(cell, "colspan").min(MAX_COLSPAN),
                rows: span(cell, "rowspan").min(section.rows.len() - index),
            };
            column += span.columns;
            taken.resize(taken.len().max(column), 0);
            taken[span.column..column].fill(index + span.rows);
            row.push(span);
        }
        rows.push(row);
    }
    rows
}

impl Span {
    fn attributes(&self, cell: &Handle) -> Attributes {
        let mut attributes = Attributes::new();
        if self.columns > 1 {
            attributes.push(("colspan".to_owned(), self.columns.to_string()));
        }
        if self.rows > 1 {
            attributes.push(("rowspan".to_owned(), self.rows.to_string()));
        }
        let scope = dom::attribute(cell, "scope").map(|scope| scope.to_ascii_lowercase());
        let is_scope = |s: &String| matches!(s.as_str(), "row" | "col" | "rowgroup" | "colgroup");
        if let Some(scope) = scope.filter(|s| dom::is(cell, "th") && is_scope(s)) {
            attributes.push(("scope".to_owned(), scope));
        }
        attributes
    }
}

/// At least 1; what is no number counts as 1.
fn span(cell: &Handle, name: &str) -> usize {
    let value = dom::attribute(cell, name);
    let value = value.and_then(|v| v.trim_ascii().parse().ok());
    value.unwrap_or(1).max(1)
}

fn section(node: &Handle) -> Option<Section> {
    let name: &str = dom::name(node)?;
    if !matches!(name, "thead" | "tbody" | "tfoot") {
        return None;
    }
    let rows = dom::children(node).into_iter().filter(|n| dom::is(n, "tr"));
    let rows = rows.map(|row| {
        let mut cells = dom::children(&row);
        cells.retain(|n| dom::is(n, "td") || dom::is(n, "th"));
        (row, cells)
    });
    let rows: Vec<(Handle, Vec<Handle>)> = rows.filter(|(_, cells)| !cells.is_empty()).collect();
    (!rows.is_empty()).then(|| Section {
        node: node.clone(),
        rows,
    })
}

/// At most one header row, the first; no footer; no cell that takes more than its place.
fn is_simple(sections: &[Section]) -> bool {
    let is_section_simple = |(index, section): (usize, &Section)| match dom::name(&section.node) {
        Some(name) if &**name == "thead" => index == 0 && section.rows.len() == 1,
        Some(name) => &**name == "tbody",
        None => false,
    };
    let rows: Vec<&Vec<Handle>> = sections
        .iter()
        .flat_map(|s| s.rows.iter().map(|(_, cells)| cells))
        .collect();
    let spans_nothing = |cell: &Handle| span(cell, "colspan") == 1 && span(cell, "rowspan") == 1;
    let is_head = |cells: &[Handle]| cells.iter().all(|cell| dom::is(cell, "th"));
    let is_body = |cells: &[Handle]| cells.iter().all(|cell| dom::is(cell, "td"));
    let has_thead = dom::is(&sections[0].node, "thead");
    sections.iter().enumerate().all(is_section_simple)
        && rows.iter().all(|cells| cells.iter().all(spans_nothing))
        && (is_head(rows[0]) || (!has_thead && is_body(rows[0])))
        && rows[1..].iter().all(|cells| is_body(cells))
}

fn alignment(cell: Option<&Handle>) -> Alignment {
    let align = cell.and_then(|cell| dom::attribute(cell, "align"));
    match align.map(|a| a.to_ascii_lowercase()).as_deref() {
        Some("left") => Alignment::Left,
        Some("center") => Alignment::Center,
        Some("right") => Alignment::Right,
        _ => Alignment::None,
    }
}
