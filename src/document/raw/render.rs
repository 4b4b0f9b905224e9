//! Writes blocks with raw HTML in them as one fragment of HTML, to be cleaned. What HTML has no attribute for stands in
//! `data-pg`, which says nothing that Markdown could not say, so that it does no harm when the content has it too.

use super::super::html::{escape, tag_of_list};
use super::super::{Alignment, Block, Inline, Item, Row, Table};
use super::RAW;

pub(super) fn render(blocks: &[Block]) -> String {
    let mut out = String::new();
    blocks.iter().for_each(|b| block(b, &mut out));
    out
}

fn block(block: &Block, out: &mut String) {
    match block {
        Block::Paragraph(content) => wrap("p", "", out, |out| inlines(content, out)),
        Block::Plain(content) => inlines(content, out),
        Block::Heading(heading) => {
            let id = heading.declared_id.iter();
            let id: String = id.map(|id| attribute("id", id)).collect();
            let name = format!("h{}", heading.level);
            wrap(&name, &id, out, |out| inlines(&heading.content, out));
        }
        Block::ThematicBreak => out.push_str("<hr>"),
        Block::Quote(content) => wrap("blockquote", "", out, |out| blocks(content, out)),
        Block::List(list) => {
            let (name, start) = tag_of_list(list.start);
            wrap(name, &start, out, |out| {
                list.items.iter().for_each(|i| item(i, out));
            });
        }
        Block::Code { language, text } => {
            let language = attribute("data-pg", language);
            out.push_str("<pre>");
            wrap("code", &language, out, |out| escape(text, out));
            out.push_str("</pre>");
        }
        Block::Table(table) => wrap("table", "", out, |out| rows(table, out)),
        Block::Definitions(groups) => wrap("dl", "", out, |out| {
            for group in groups {
                for term in &group.terms {
                    wrap("dt", "", out, |out| inlines(term, out));
                }
                for definition in &group.definitions {
                    wrap("dd", "", out, |out| blocks(definition, out));
                }
            }
        }),
        // Markdown makes no elements of blocks.
        Block::Element {
            blocks: content, ..
        } => blocks(content, out),
    }
    if !matches!(block, Block::Plain(_)) {
        out.push('\n');
    }
}

/// Text without a paragraph is kept apart from the block that follows by a line feed.
fn blocks(blocks: &[Block], out: &mut String) {
    for (index, b) in blocks.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        block(b, out);
    }
}

fn item(item: &Item, out: &mut String) {
    let task = match item.task {
        Some(true) => attribute("data-pg", "done"),
        Some(false) => attribute("data-pg", "open"),
        None => String::new(),
    };
    wrap("li", &task, out, |out| blocks(&item.blocks, out));
}

fn rows(table: &Table, out: &mut String) {
    if let Some(head) = &table.head {
        wrap("thead", "", out, |out| row("th", head, table, out));
    }
    wrap("tbody", "", out, |out| {
        table.rows.iter().for_each(|r| row("td", r, table, out));
    });
}

fn row(cell: &str, cells: &Row, table: &Table, out: &mut String) {
    wrap("tr", "", out, |out| {
        for (content, alignment) in cells.iter().zip(&table.alignments) {
            let align = match alignment {
                Alignment::None => String::new(),
                Alignment::Left => attribute("align", "left"),
                Alignment::Center => attribute("align", "center"),
                Alignment::Right => attribute("align", "right"),
            };
            wrap(cell, &align, out, |out| blocks(&content.blocks, out));
        }
    });
}

fn inlines(inlines: &[Inline], out: &mut String) {
    inlines.iter().for_each(|i| inline(i, out));
}

fn inline(inline: &Inline, out: &mut String) {
    match inline {
        Inline::Text(text) => escape(text, out),
        Inline::Code(code) => wrap("code", "", out, |out| escape(code, out)),
        Inline::Emphasis(content) => wrap("em", "", out, |out| inlines(content, out)),
        Inline::Strong(content) => wrap("strong", "", out, |out| inlines(content, out)),
        Inline::Strike(content) => wrap("s", "", out, |out| inlines(content, out)),
        Inline::Link(link) => {
            let attributes = attribute("href", &link.target) + &title(&link.title);
            wrap("a", &attributes, out, |out| inlines(&link.content, out));
        }
        Inline::Image(image) => {
            out.push_str("<img");
            out.push_str(&attribute("src", &image.source));
            out.push_str(&attribute("alt", &image.alt));
            out.push_str(&title(&image.title));
            out.push('>');
        }
        Inline::LineBreak => out.push_str("<br>"),
        Inline::FootnoteReference(label) => {
            let mark = attribute("data-pg", "footnote");
            wrap("sup", &mark, out, |out| escape(label, out));
        }
        Inline::Element { name, content, .. } if name == RAW => raw(content, out),
        // Markdown makes no elements of inlines.
        Inline::Element { content, .. } => inlines(content, out),
    }
}

fn raw(content: &[Inline], out: &mut String) {
    for piece in content {
        if let Inline::Text(html) = piece {
            out.push_str(html);
        }
    }
}

fn title(title: &str) -> String {
    match title {
        "" => String::new(),
        _ => attribute("title", title),
    }
}

fn attribute(name: &str, value: &str) -> String {
    let mut out = format!(" {name}=\"");
    escape(value, &mut out);
    out.push('"');
    out
}

fn wrap(name: &str, attributes: &str, out: &mut String, content: impl FnOnce(&mut String)) {
    out.push('<');
    out.push_str(name);
    out.push_str(attributes);
    out.push('>');
    content(out);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}
