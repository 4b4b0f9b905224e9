//! Builds the tree from pulldown-cmark's events.
//!
//! 1. Blocks that can hold blocks are frames on a stack; the inlines of the current text block gather in [`Inlines`].
//! 2. A container that would stand too deep gets no frame: its content goes to the frame around it.
//! 3. Raw HTML stands in the tree as it is ([`raw::inline`]) until the top-level block is complete; blocks that hold any
//!    are marked, and [`raw::resolve`] reads them as HTML at the end.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Parser, Tag, TagEnd};

use super::inlines::{Inlines, Wrap};
use super::{
    Alignment, Block, Cell, Definition, Footnote, Heading, HtmlPolicy, Inline, Item, List,
    MAX_DEPTH, Options, Row, Table, Tree, raw, targets,
};

/// The tree before its last step, and the targets that were refused.
pub(super) struct Built {
    pub tree: Tree,
    /// Whether a block of HTML leaves an element open, which text that follows could close.
    pub left_open: bool,
    pub dropped: Vec<String>,
}

pub(super) fn build(body: &str, options: Options) -> Built {
    let mut builder = Builder {
        body,
        html: options.html,
        top: Vec::new(),
        blocks: Vec::new(),
        frames: Vec::new(),
        inlines: Inlines::default(),
        html_block: String::new(),
        code: None,
        skipped: 0,
        has_raw: false,
        footnotes: Vec::new(),
        dropped: Vec::new(),
    };
    for (event, range) in Parser::new_ext(body, extensions()).into_offset_iter() {
        builder.event(event, range);
    }
    builder.finish()
}

/// Heading attributes are not among them: that extension takes every text in braces away, template tags included.
fn extensions() -> pulldown_cmark::Options {
    use pulldown_cmark::Options as Extension;
    Extension::ENABLE_TABLES
        | Extension::ENABLE_STRIKETHROUGH
        | Extension::ENABLE_TASKLISTS
        | Extension::ENABLE_FOOTNOTES
        | Extension::ENABLE_DEFINITION_LIST
}

/// A block at the top level of the document or of a footnote.
pub(super) struct RawBlock {
    pub block: Block,
    /// Whether it holds raw HTML.
    pub has_raw: bool,
}

struct Builder<'b> {
    body: &'b str,
    html: HtmlPolicy,
    top: Vec<RawBlock>,
    /// The finished blocks of all open frames, each frame's after those of the frame around it.
    blocks: Vec<Block>,
    frames: Vec<Frame>,
    inlines: Inlines,
    html_block: String,
    /// The language and text of the code block that is open.
    code: Option<(String, String)>,
    /// How many open containers got no frame because they stand too deep.
    skipped: usize,
    /// Whether the current top-level block holds raw HTML so far.
    has_raw: bool,
    footnotes: Vec<(String, Vec<RawBlock>)>,
    dropped: Vec<String>,
}

/// A container of blocks that is open; `start` is where its blocks begin.
struct Frame {
    kind: Kind,
    start: usize,
}

enum Kind {
    Quote,
    List(List),
    Item(Option<bool>),
    Table(Table),
    Row(Row),
    Definitions(Vec<Definition>),
    Definition,
    /// `has_raw` is that of the block around it.
    Footnote {
        label: String,
        blocks: Vec<RawBlock>,
        has_raw: bool,
    },
}

impl Builder<'_> {
    fn event(&mut self, event: Event, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => self.text(&text),
            Event::Code(code) => self.inlines.code(&code),
            Event::SoftBreak => self.inlines.text("\n"),
            Event::HardBreak => self.inlines.line_break(),
            Event::Html(html) => self.html_block.push_str(&html),
            Event::InlineHtml(html) => self.inline_html(&html),
            Event::FootnoteReference(label) => self.footnote_reference(&label),
            Event::Rule => {
                self.end_text();
                self.add(Block::ThematicBreak);
            }
            Event::TaskListMarker(done) => self.task(done),
            // Mathematics is not among the extensions.
            Event::InlineMath(text) | Event::DisplayMath(text) => self.inlines.text(&text),
        }
    }

    fn text(&mut self, text: &str) {
        match &mut self.code {
            Some((_, code)) if text.contains('\r') => code.push_str(&text.replace('\r', "")),
            Some((_, code)) => code.push_str(text),
            None => self.inlines.text(text),
        }
    }

    fn start(&mut self, tag: Tag) {
        if is_block(&tag) {
            self.end_text();
        }
        match tag {
            Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::HtmlBlock
            | Tag::TableCell
            | Tag::DefinitionListTitle
            | Tag::MetadataBlock(_) => {}
            Tag::CodeBlock(kind) => self.code = Some((language(&kind), String::new())),
            Tag::Image {
                dest_url, title, ..
            } => self.inlines.open_image(dest_url.into(), title.into()),
            _ if self.is_too_deep(&tag) => self.skipped += 1,
            Tag::BlockQuote(_) => self.open(Kind::Quote),
            Tag::List(start) => self.open(Kind::List(List {
                start,
                items: Vec::new(),
            })),
            Tag::Item => self.open(Kind::Item(None)),
            Tag::FootnoteDefinition(label) => self.open_footnote(&label),
            Tag::DefinitionList => self.open(Kind::Definitions(Vec::new())),
            Tag::DefinitionListDefinition => self.open(Kind::Definition),
            Tag::Table(alignments) => self.open_table(&alignments),
            Tag::TableHead | Tag::TableRow => self.open(Kind::Row(Vec::new())),
            Tag::Emphasis | Tag::Superscript | Tag::Subscript => self.inlines.open(Wrap::Emphasis),
            Tag::Strong => self.inlines.open(Wrap::Strong),
            Tag::Strikethrough => self.inlines.open(Wrap::Strike),
            Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            } => self.open_link(link_type, &dest_url, title.into()),
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Paragraph => self.end_paragraph(),
            TagEnd::Heading(level) => self.end_heading(level as u8, range),
            TagEnd::HtmlBlock => self.end_html_block(),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::TableCell => self.end_cell(),
            TagEnd::DefinitionListTitle => self.end_term(),
            TagEnd::Image => self.dropped.extend(self.inlines.close_image()),
            TagEnd::MetadataBlock(_) => {}
            TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link => self.end_inline(),
            _ => {
                self.end_text();
                match self.skipped {
                    0 => self.close(),
                    _ => self.skipped -= 1,
                }
            }
        }
    }

    /// Rows, items and the like always go with what they are part of.
    fn is_too_deep(&self, tag: &Tag) -> bool {
        let is_part = matches!(
            tag,
            Tag::Item | Tag::TableHead | Tag::TableRow | Tag::DefinitionListDefinition
        );
        let depth = self.frames.len() + self.inlines.depth();
        self.skipped > 0 || (depth >= MAX_DEPTH && !is_part) || self.inlines.in_image()
    }

    fn open(&mut self, kind: Kind) {
        let start = self.blocks.len();
        self.frames.push(Frame { kind, start });
    }

    fn open_footnote(&mut self, label: &str) {
        let has_raw = std::mem::take(&mut self.has_raw);
        self.open(Kind::Footnote {
            label: footnote_label(label),
            blocks: Vec::new(),
            has_raw,
        });
    }

    fn open_table(&mut self, alignments: &[pulldown_cmark::Alignment]) {
        let alignments = alignments.iter().map(|a| match a {
            pulldown_cmark::Alignment::None => Alignment::None,
            pulldown_cmark::Alignment::Left => Alignment::Left,
            pulldown_cmark::Alignment::Center => Alignment::Center,
            pulldown_cmark::Alignment::Right => Alignment::Right,
        });
        self.open(Kind::Table(Table {
            alignments: alignments.collect(),
            head: None,
            rows: Vec::new(),
        }));
    }

    /// A refused link leaves its content.
    fn open_link(&mut self, kind: LinkType, target: &str, title: String) {
        let target = match kind {
            LinkType::Email => format!("mailto:{target}"),
            _ => target.to_owned(),
        };
        if targets::link_is_allowed(&target) {
            self.inlines.open(Wrap::Link { target, title });
        } else {
            self.dropped.push(target);
            self.inlines.open(Wrap::Nothing);
        }
    }

    fn end_inline(&mut self) {
        match self.skipped {
            0 => self.inlines.close(),
            _ => self.skipped -= 1,
        }
    }

    fn task(&mut self, done: bool) {
        let item = self.frames.last_mut().map(|frame| &mut frame.kind);
        match item {
            Some(Kind::Item(task)) if self.skipped == 0 => *task = Some(done),
            _ => self.inlines.text(if done { "[x] " } else { "[ ] " }),
        }
    }

    fn footnote_reference(&mut self, label: &str) {
        if !self.inlines.in_image() {
            let reference = Inline::FootnoteReference(footnote_label(label));
            self.inlines.push(reference);
        }
    }

    fn inline_html(&mut self, html: &str) {
        if self.html == HtmlPolicy::Escape || self.inlines.in_image() {
            self.inlines.text(html);
        } else if raw::is_line_break(html) {
            self.inlines.line_break();
        } else if !html.starts_with("<!--") {
            self.has_raw = true;
            self.inlines.push(raw::inline(html));
        }
    }

    fn end_html_block(&mut self) {
        let html = std::mem::take(&mut self.html_block);
        if self.html == HtmlPolicy::Escape {
            self.inlines.text(&html);
            self.end_paragraph();
        } else if !raw::is_unseen(&html) {
            self.has_raw = true;
            self.add(Block::Plain(vec![raw::inline(&html)]));
        }
    }

    fn end_paragraph(&mut self) {
        let content = self.inlines.take();
        if !content.is_empty() {
            self.add(Block::Paragraph(content));
        }
    }

    /// Ends text that stands without a paragraph, if there is any.
    fn end_text(&mut self) {
        if !self.inlines.is_empty() {
            let content = self.inlines.take();
            if !content.is_empty() {
                self.add(Block::Plain(content));
            }
        }
    }

    fn end_heading(&mut self, level: u8, range: Range<usize>) {
        let mut content = self.inlines.take();
        let declared_id = take_attributes(&mut content, &self.body[range]);
        self.add(Block::Heading(Heading {
            level,
            content,
            declared_id,
            anchor: String::new(),
        }));
    }

    fn end_code(&mut self) {
        if let Some((language, mut text)) = self.code.take() {
            // The last line of a file need not end, a line of code does.
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            self.add(Block::Code { language, text });
        }
    }

    fn end_cell(&mut self) {
        if self.skipped > 0 {
            return self.end_text();
        }
        let content = self.inlines.take();
        let blocks = match content.is_empty() {
            true => Vec::new(),
            false => vec![Block::Plain(content)],
        };
        if let Some(Frame {
            kind: Kind::Row(cells),
            ..
        }) = self.frames.last_mut()
        {
            cells.push(Cell { blocks });
        }
    }

    fn end_term(&mut self) {
        if self.skipped > 0 {
            return self.end_text();
        }
        let term = self.inlines.take();
        if let Some(Frame {
            kind: Kind::Definitions(groups),
            ..
        }) = self.frames.last_mut()
        {
            match groups.last_mut() {
                Some(group) if group.definitions.is_empty() => group.terms.push(term),
                _ => groups.push(Definition {
                    terms: vec![term],
                    definitions: Vec::new(),
                }),
            }
        }
    }

    /// Ends the innermost frame and gives what it holds to the one around it.
    fn close(&mut self) {
        let Some(Frame { kind, start }) = self.frames.pop() else {
            return;
        };
        let blocks: Vec<Block> = self.blocks.drain(start..).collect();
        let around = self.frames.last_mut().map(|frame| &mut frame.kind);
        match (kind, around) {
            (Kind::Quote, _) => self.add(Block::Quote(blocks)),
            (Kind::List(list), _) => self.add(Block::List(list)),
            (Kind::Table(table), _) => self.add(Block::Table(table)),
            (Kind::Definitions(groups), _) => self.add(Block::Definitions(groups)),
            (Kind::Item(task), Some(Kind::List(list))) => list.items.push(Item { task, blocks }),
            (Kind::Row(row), Some(Kind::Table(table))) => match table.head {
                None => table.head = Some(row),
                Some(_) => table.rows.push(row),
            },
            (Kind::Definition, Some(Kind::Definitions(groups))) => {
                if let Some(group) = groups.last_mut() {
                    group.definitions.push(blocks);
                }
            }
            (
                Kind::Footnote {
                    label,
                    blocks,
                    has_raw,
                },
                _,
            ) => {
                self.has_raw = has_raw;
                self.footnotes.push((label, blocks));
            }
            // The parser gives no part without its whole.
            (Kind::Item(_) | Kind::Row(_) | Kind::Definition, _) => {}
        }
    }

    fn add(&mut self, block: Block) {
        let top = match self.frames.last_mut() {
            Some(Frame {
                kind: Kind::Footnote { blocks, .. },
                ..
            }) => blocks,
            Some(_) => return self.blocks.push(block),
            None => &mut self.top,
        };
        let has_raw = std::mem::take(&mut self.has_raw);
        top.push(RawBlock { block, has_raw });
    }

    fn finish(mut self) -> Built {
        self.end_text();
        let raw::Resolved { blocks, left_open } = raw::resolve(self.top);
        let footnotes = self.footnotes.into_iter().map(|(label, blocks)| Footnote {
            label,
            blocks: raw::resolve(blocks).blocks,
        });
        let footnotes = footnotes.collect();
        Built {
            tree: Tree { blocks, footnotes },
            left_open,
            dropped: self.dropped,
        }
    }
}

fn is_block(tag: &Tag) -> bool {
    !matches!(
        tag,
        Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Link { .. }
            | Tag::Image { .. }
    )
}

fn language(kind: &CodeBlockKind) -> String {
    let info: &str = match kind {
        CodeBlockKind::Fenced(info) => info,
        CodeBlockKind::Indented => "",
    };
    let first = info.split_ascii_whitespace().next();
    first.unwrap_or_default().to_owned()
}

/// Labels are the same whatever their case and white space.
fn footnote_label(label: &str) -> String {
    let words: Vec<&str> = label.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// Takes `{#id .class key=value}` off the end of a heading and gives the id. Braces that hold anything else are words, and
/// so are those whose opening is escaped in the `source`.
fn take_attributes(content: &mut Vec<Inline>, source: &str) -> Option<String> {
    let Some(Inline::Text(text)) = content.last_mut() else {
        return None;
    };
    let start = text.rfind('{').filter(|_| text.ends_with('}'))?;
    let attributes = &text[start..];
    let at = source.rfind(attributes)?;
    if source[..at].ends_with('\\') {
        return None;
    }
    let id = declared_id(&attributes[1..attributes.len() - 1])?.map(str::to_owned);
    let words = text[..start].trim_end_matches([' ', '\n']).len();
    text.truncate(words);
    if words == 0 {
        content.pop();
    }
    id
}

/// `None` where one of the items is no attribute; `Some(None)` where none of them is an id.
fn declared_id(items: &str) -> Option<Option<&str>> {
    let mut id = None;
    let mut any = false;
    for item in items.split_ascii_whitespace() {
        any = true;
        match item.as_bytes()[0] {
            b'#' if item.len() > 1 => id = Some(&item[1..]),
            b'.' if item.len() > 1 => {}
            _ => {
                let (key, value) = item.split_once('=')?;
                let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ':');
                if key.is_empty() || value.is_empty() || !key.chars().all(is_name) {
                    return None;
                }
            }
        }
    }
    any.then_some(id)
}
