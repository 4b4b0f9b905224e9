//! Walks over a tree, for those who want some of its nodes. The depth of a tree is bounded when it is built, so these recurse.

use super::{Block, Inline};

/// A block or an inline, as a walk shows it.
#[derive(Debug, Clone, Copy)]
pub enum Node<'a> {
    Block(&'a Block),
    Inline(&'a Inline),
}

/// Shows every block and inline in document order, a container before its content.
pub fn walk<'a>(blocks: &'a [Block], visit: &mut dyn FnMut(Node<'a>)) {
    for block in blocks {
        visit(Node::Block(block));
        match block {
            Block::Paragraph(content) | Block::Plain(content) => walk_inlines(content, visit),
            Block::Heading(heading) => walk_inlines(&heading.content, visit),
            Block::Quote(blocks) | Block::Element { blocks, .. } => walk(blocks, visit),
            Block::List(list) => list.items.iter().for_each(|i| walk(&i.blocks, visit)),
            Block::Table(table) => {
                for cell in table.head.iter().chain(&table.rows).flatten() {
                    walk(&cell.blocks, visit);
                }
            }
            Block::Definitions(groups) => {
                for group in groups {
                    group.terms.iter().for_each(|t| walk_inlines(t, visit));
                    group.definitions.iter().for_each(|d| walk(d, visit));
                }
            }
            Block::ThematicBreak | Block::Code { .. } => {}
        }
    }
}

/// The same for the inlines of one block.
pub(super) fn walk_inlines<'a>(inlines: &'a [Inline], visit: &mut dyn FnMut(Node<'a>)) {
    for inline in inlines {
        visit(Node::Inline(inline));
        if let Some(content) = content(inline) {
            walk_inlines(content, visit);
        }
    }
}

/// Shows each piece of text; `alts` says whether images give their alternative text.
pub(super) fn each_word(inlines: &[Inline], word: &mut dyn FnMut(&str), alts: bool) {
    walk_inlines(inlines, &mut |node| match node {
        Node::Inline(Inline::Text(text) | Inline::Code(text)) => word(text),
        Node::Inline(Inline::LineBreak) => word(" "),
        Node::Inline(Inline::Image(image)) if alts => word(&image.alt),
        _ => {}
    });
}

/// What stands inside an inline; `None` where nothing can.
pub(super) fn content(inline: &Inline) -> Option<&[Inline]> {
    match inline {
        Inline::Emphasis(content)
        | Inline::Strong(content)
        | Inline::Strike(content)
        | Inline::Element { content, .. } => Some(content),
        Inline::Link(link) => Some(&link.content),
        Inline::Text(_)
        | Inline::Code(_)
        | Inline::Image(_)
        | Inline::LineBreak
        | Inline::FootnoteReference(_) => None,
    }
}

/// The same, to be changed.
pub(super) fn content_mut(inline: &mut Inline) -> Option<&mut Vec<Inline>> {
    match inline {
        Inline::Emphasis(content)
        | Inline::Strong(content)
        | Inline::Strike(content)
        | Inline::Element { content, .. } => Some(content),
        Inline::Link(link) => Some(&mut link.content),
        Inline::Text(_)
        | Inline::Code(_)
        | Inline::Image(_)
        | Inline::LineBreak
        | Inline::FootnoteReference(_) => None,
    }
}
