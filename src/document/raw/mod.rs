//! Raw HTML in Markdown: cleaned, and read back into the tree.
//!
//! 1. While the Markdown is read, each piece of raw HTML stands in the tree as an element of a name that no HTML has.
//! 2. A block of HTML that opens elements takes the blocks up to their ends with it ([`groups`]).
//! 3. Each such group is written as one HTML fragment ([`render`]), cleaned with ammonia ([`clean`]), and parsed and
//!    converted into blocks ([`read`]). A group that nests too deeply is shown as text instead.
//!
//! What comes out holds no raw HTML, only elements and attributes that the page may have.

mod clean;
mod dom;
mod groups;
mod lists;
mod read;
mod render;
mod tables;
mod tags;

use super::markdown::RawBlock;
use super::{Block, Inline, walk};

/// The name under which a piece of raw HTML stands in the tree. It is no HTML name, so that nothing else can bear it.
const RAW: &str = "<raw>";

/// A piece of raw HTML as an inline, for the time of building.
pub(super) fn inline(html: &str) -> Inline {
    Inline::Element {
        name: RAW.to_owned(),
        attributes: Vec::new(),
        content: vec![Inline::Text(html.to_owned())],
    }
}

/// Whether it is `<br>` in one of its spellings, without attributes.
pub(super) fn is_line_break(html: &str) -> bool {
    let inside = html.strip_prefix('<').and_then(|s| s.strip_suffix('>'));
    let Some(inside) = inside else {
        return false;
    };
    let name = inside.strip_suffix('/').unwrap_or(inside);
    name.trim_end().eq_ignore_ascii_case("br")
}

/// Whether a block of HTML holds nothing but comments, white space and line breaks.
pub(super) fn is_unseen(html: &str) -> bool {
    let mut rest = html.trim_ascii_start();
    while !rest.is_empty() {
        let length = match rest.strip_prefix("<!--") {
            Some(comment) => comment.find("-->").map(|at| at + "<!---->".len()),
            None => rest.find('>').map(|at| at + 1),
        };
        let Some(length) = length else {
            return false;
        };
        if !rest.starts_with("<!--") && !is_line_break(&rest[..length]) {
            return false;
        }
        rest = rest[length..].trim_ascii_start();
    }
    true
}

/// Blocks without raw HTML.
pub(super) struct Resolved {
    pub blocks: Vec<Block>,
    /// Whether an element of theirs is never closed: blocks that follow could close it, and would then belong to it.
    pub left_open: bool,
}

/// Replaces the blocks that hold raw HTML; the others stay as they are.
pub(super) fn resolve(blocks: Vec<RawBlock>) -> Resolved {
    if blocks.iter().all(|b| !b.has_raw) {
        return Resolved {
            blocks: blocks.into_iter().map(|b| b.block).collect(),
            left_open: false,
        };
    }
    let groups::Groups { ends, left_open } = groups::groups(&blocks);
    let mut resolved = Vec::with_capacity(blocks.len());
    let mut group = Vec::new();
    let mut end = 0;
    for (index, RawBlock { block, has_raw }) in blocks.into_iter().enumerate() {
        end = end.max(ends[index]);
        if group.is_empty() && end == index && !has_raw {
            resolved.push(block);
            continue;
        }
        group.push(block);
        if end == index {
            read_group(std::mem::take(&mut group), &mut resolved);
        }
    }
    Resolved {
        blocks: resolved,
        left_open,
    }
}

fn read_group(group: Vec<Block>, out: &mut Vec<Block>) {
    let html = render::render(&group);
    if tags::is_too_deep(&html) {
        return out.extend(group.into_iter().map(shown));
    }
    out.extend(read::read(&clean::clean(&html)));
}

/// Shows what raw HTML a block holds as text.
fn shown(mut block: Block) -> Block {
    if let Block::Plain(content) = &mut block {
        show_inlines(content);
        return Block::Paragraph(std::mem::take(content));
    }
    show(&mut block);
    block
}

fn show(block: &mut Block) {
    match block {
        Block::Paragraph(content) | Block::Plain(content) => show_inlines(content),
        Block::Heading(heading) => show_inlines(&mut heading.content),
        Block::Quote(blocks) | Block::Element { blocks, .. } => blocks.iter_mut().for_each(show),
        Block::List(list) => {
            let blocks = list.items.iter_mut().flat_map(|item| &mut item.blocks);
            blocks.for_each(show);
        }
        Block::Table(table) => {
            let cells = table.head.iter_mut().chain(&mut table.rows).flatten();
            cells.flat_map(|cell| &mut cell.blocks).for_each(show);
        }
        Block::Definitions(groups) => {
            for group in groups {
                group.terms.iter_mut().for_each(show_inlines);
                group.definitions.iter_mut().flatten().for_each(show);
            }
        }
        Block::ThematicBreak | Block::Code { .. } => {}
    }
}

/// Neighbouring texts become one, with their white space collapsed.
fn show_inlines(inlines: &mut Vec<Inline>) {
    let mut shown = super::inlines::Inlines::default();
    for mut inline in std::mem::take(inlines) {
        match &mut inline {
            Inline::Text(text) => shown.text(text),
            Inline::Element { name, content, .. } if name == RAW => {
                walk::each_word(content, &mut |html| shown.text(html), false);
            }
            _ => {
                if let Some(content) = walk::content_mut(&mut inline) {
                    show_inlines(content);
                }
                shown.push(inline);
            }
        }
    }
    *inlines = shown.take();
}

/// Shows each piece of raw HTML in a block, in order.
fn each_piece(block: &Block, piece: &mut dyn FnMut(&str)) {
    walk::walk(std::slice::from_ref(block), &mut |node| {
        if let walk::Node::Inline(Inline::Element { name, content, .. }) = node
            && name == RAW
        {
            walk::each_word(content, piece, false);
        }
    });
}
