//! The lines at the edges of a document, where it may state its date: those of its first dozen and last dozen text blocks.
//! A line ends where the source's does: at a soft break, a hard break or `<br>`.

use std::ops::Range;

use super::{Block, Inline};

const BLOCKS: usize = 12;

/// One line of a text block as plain text, and which byte ranges of it are inside links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    pub links: Vec<Range<usize>>,
}

/// The lines of the text blocks at both edges of some blocks.
#[derive(Debug, Clone, Default)]
pub(super) struct Edges {
    /// How many text blocks there are.
    count: usize,
    /// For the first dozen and the last dozen: its place among them, and its lines.
    blocks: Vec<(usize, Vec<Line>)>,
}

impl Edges {
    /// Expects soft breaks still to be line feeds.
    pub fn of(blocks: &[Block]) -> Edges {
        let mut texts = Vec::new();
        collect(blocks, &mut texts);
        let count = texts.len();
        let at_edge = |place: &usize| is_at_edge(*place, count);
        Edges {
            count,
            blocks: (0..count)
                .filter(at_edge)
                .map(|place| (place, lines(texts[place])))
                .collect(),
        }
    }

    /// Those of the blocks of several, one after the other.
    pub fn joined<'a>(parts: impl Iterator<Item = &'a Edges> + Clone) -> Vec<Line> {
        let count = parts.clone().map(|part| part.count).sum();
        let mut before = 0;
        let mut joined = Vec::new();
        for part in parts {
            for (place, lines) in &part.blocks {
                if is_at_edge(before + place, count) {
                    joined.extend_from_slice(lines);
                }
            }
            before += part.count;
        }
        joined
    }

    pub fn into_lines(self) -> Vec<Line> {
        self.blocks
            .into_iter()
            .flat_map(|(_, lines)| lines)
            .collect()
    }
}

fn is_at_edge(place: usize, count: usize) -> bool {
    place < BLOCKS || place + BLOCKS >= count
}

fn lines(content: &[Inline]) -> Vec<Line> {
    let mut lines = Lines::default();
    lines.inlines(content, false);
    lines.end();
    lines.done
}

/// The content of paragraphs, headings and items, at any depth; not of tables.
fn collect<'a>(blocks: &'a [Block], texts: &mut Vec<&'a [Inline]>) {
    for block in blocks {
        match block {
            Block::Paragraph(content) | Block::Plain(content) => texts.push(content),
            Block::Heading(heading) => texts.push(&heading.content),
            Block::Quote(blocks) => collect(blocks, texts),
            Block::Element { name, blocks, .. } if name != "table" => collect(blocks, texts),
            Block::List(list) => list.items.iter().for_each(|i| collect(&i.blocks, texts)),
            Block::Definitions(groups) => {
                for group in groups {
                    texts.extend(group.terms.iter().map(Vec::as_slice));
                    group.definitions.iter().for_each(|d| collect(d, texts));
                }
            }
            Block::Element { .. } | Block::Table(_) | Block::ThematicBreak | Block::Code { .. } => {
            }
        }
    }
}

#[derive(Default)]
struct Lines {
    done: Vec<Line>,
    line: Line,
}

impl Lines {
    fn inlines(&mut self, inlines: &[Inline], in_link: bool) {
        for inline in inlines {
            match inline {
                Inline::Text(text) => {
                    for (index, part) in text.split('\n').enumerate() {
                        if index > 0 {
                            self.end();
                        }
                        self.push(part, in_link);
                    }
                }
                Inline::Code(code) => self.push(code, in_link),
                Inline::LineBreak => self.end(),
                Inline::Link(link) => self.inlines(&link.content, true),
                other => {
                    let content = super::walk::content(other).unwrap_or_default();
                    self.inlines(content, in_link);
                }
            }
        }
    }

    fn push(&mut self, text: &str, in_link: bool) {
        let text = match self.line.text.is_empty() {
            true => text.trim_start(),
            false => text,
        };
        let start = self.line.text.len();
        self.line.text.push_str(text);
        let end = self.line.text.len();
        match self.line.links.last_mut() {
            _ if !in_link || start == end => {}
            Some(last) if last.end == start => last.end = end,
            _ => self.line.links.push(start..end),
        }
    }

    fn end(&mut self) {
        let mut line = std::mem::take(&mut self.line);
        line.text.truncate(line.text.trim_end().len());
        if line.text.is_empty() {
            return;
        }
        let length = line.text.len();
        for link in &mut line.links {
            link.end = link.end.min(length);
        }
        line.links.retain(|link| link.start < link.end);
        self.done.push(line);
    }
}
