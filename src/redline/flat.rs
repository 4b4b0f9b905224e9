//! The inlines of a text as a sequence of tokens, each of which knows what stands around it.
//!
//! Words are those of Unicode's text segmentation; punctuation marks and white space are tokens of their own. Inlines that
//! show nothing, such as anchors, have no token: they are never marked.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::document::{Block, Inline};

use super::words;

/// The numbers of footnotes, by their labels.
pub(super) type Numbers<'a> = BTreeMap<&'a str, usize>;

pub(super) struct Flat<'a> {
    pub tokens: Vec<Token<'a>>,
    pub holders: Vec<Holder<'a>>,
    /// Of the texts of several blocks: where each ends, its gap included.
    pub ends: Vec<usize>,
    pub grain: Grain,
}

/// How fine tokens are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grain {
    /// Words as Unicode has them: `e.g` is one.
    Words,
    /// Words cut at every punctuation mark, so that equal sentences are equal however they go on.
    Marks,
    /// Characters, for texts that say the same with their markup or white space elsewhere: `a**b**` and `ab`.
    Characters,
}

pub(super) struct Token<'a> {
    pub leaf: Leaf<'a>,
    /// The innermost inline around it, in [`Flat::holders`].
    pub holder: Option<usize>,
    /// Equal where the tokens are; given by an [`Interner`].
    pub id: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Leaf<'a> {
    Word(&'a str),
    Mark(&'a str),
    Space(&'a str),
    /// An image, a line break, or a reference to a footnote.
    Object(&'a Inline),
}

/// An inline that holds tokens.
pub(super) struct Holder<'a> {
    pub inline: &'a Inline,
    pub parent: Option<usize>,
    pub tokens: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'a> {
    Text(&'a str),
    Image(&'a str, &'a str),
    Break,
    Reference(usize),
}

/// Gives equal tokens of both texts equal numbers.
#[derive(Default)]
pub(super) struct Interner<'a> {
    // Never iterated over.
    ids: HashMap<Key<'a>, u32, foldhash::fast::FixedState>,
}

impl<'a> Interner<'a> {
    fn id(&mut self, key: Key<'a>) -> u32 {
        let next = self.ids.len() as u32;
        *self.ids.entry(key).or_insert(next)
    }
}

impl<'a> Flat<'a> {
    pub fn new(
        inlines: &'a [Inline],
        grain: Grain,
        numbers: &Numbers,
        interner: &mut Interner<'a>,
    ) -> Flat<'a> {
        let mut flat = Flat::empty(grain);
        flat.inlines(inlines, None, numbers, interner);
        flat
    }

    /// Text that is no inline: code.
    pub fn of_text(text: &'a str, interner: &mut Interner<'a>) -> Flat<'a> {
        let mut flat = Flat::empty(Grain::Words);
        flat.text(text, None, interner);
        flat
    }

    fn empty(grain: Grain) -> Flat<'a> {
        Flat {
            tokens: Vec::new(),
            holders: Vec::new(),
            ends: Vec::new(),
            grain,
        }
    }

    /// The texts of blocks one after another, each with a gap after it that stands for white space.
    pub fn of_blocks(
        blocks: &[&'a Block],
        grain: Grain,
        numbers: &Numbers,
        interner: &mut Interner<'a>,
    ) -> Flat<'a> {
        let mut flat = Flat::empty(grain);
        for block in blocks {
            each_text(block, &mut |content| {
                match content {
                    Content::Inlines(inlines) => flat.inlines(inlines, None, numbers, interner),
                    Content::Code(text) => flat.text(text, None, interner),
                }
                flat.gap(interner);
            });
        }
        flat
    }

    fn gap(&mut self, interner: &mut Interner<'a>) {
        self.tokens.push(Token {
            leaf: Leaf::Space("\n"),
            holder: None,
            id: interner.id(Key::Text(" ")),
        });
        self.ends.push(self.tokens.len());
    }

    fn inlines(
        &mut self,
        inlines: &'a [Inline],
        holder: Option<usize>,
        numbers: &Numbers,
        interner: &mut Interner<'a>,
    ) {
        for inline in inlines {
            match inline {
                Inline::Text(text) => self.text(text, holder, interner),
                Inline::Code(text) => {
                    self.hold(inline, holder, |flat, at| flat.text(text, at, interner))
                }
                Inline::Image(_) | Inline::LineBreak | Inline::FootnoteReference(_) => {
                    let id = interner.id(key_of(inline, numbers));
                    let leaf = Leaf::Object(inline);
                    self.tokens.push(Token { leaf, holder, id });
                }
                Inline::Emphasis(content)
                | Inline::Strong(content)
                | Inline::Strike(content)
                | Inline::Element { content, .. } => {
                    self.hold(inline, holder, |flat, at| {
                        flat.inlines(content, at, numbers, interner)
                    });
                }
                Inline::Link(link) => {
                    self.hold(inline, holder, |flat, at| {
                        flat.inlines(&link.content, at, numbers, interner)
                    });
                }
            }
        }
    }

    fn hold(
        &mut self,
        inline: &'a Inline,
        parent: Option<usize>,
        add: impl FnOnce(&mut Self, Option<usize>),
    ) {
        let (at, start) = (self.holders.len(), self.tokens.len());
        self.holders.push(Holder {
            inline,
            parent,
            tokens: start..start,
        });
        add(self, Some(at));
        self.holders[at].tokens.end = self.tokens.len();
    }

    fn text(&mut self, text: &'a str, holder: Option<usize>, interner: &mut Interner<'a>) {
        let (mut space, grain) = (0..0, self.grain);
        for (at, piece) in text.split_word_bound_indices() {
            if piece.chars().all(char::is_whitespace) {
                let start = if space.end == at { space.start } else { at };
                space = start..at + piece.len();
                continue;
            }
            self.space(&text[space.clone()], holder, interner);
            space = 0..0;
            let mut add = |piece| self.piece(piece, holder, interner);
            match grain {
                Grain::Words => add(piece),
                Grain::Marks => each_run(piece, words::is_word, &mut add),
                Grain::Characters => each_run(piece, |_| false, &mut add),
            }
        }
        self.space(&text[space], holder, interner);
    }

    fn piece(&mut self, piece: &'a str, holder: Option<usize>, interner: &mut Interner<'a>) {
        let leaf = match piece.chars().any(words::is_word) {
            true => Leaf::Word(piece),
            false => Leaf::Mark(piece),
        };
        let id = interner.id(Key::Text(piece));
        self.tokens.push(Token { leaf, holder, id });
    }

    fn space(&mut self, space: &'a str, holder: Option<usize>, interner: &mut Interner<'a>) {
        if !space.is_empty() {
            let id = interner.id(Key::Text(space));
            let leaf = Leaf::Space(space);
            self.tokens.push(Token { leaf, holder, id });
        }
    }

    /// What stands around a token, innermost first.
    pub fn around(&self, token: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.tokens[token].holder, |at| self.holders[*at].parent)
    }
}

/// Cuts a piece into runs of certain characters, and single other ones.
fn each_run<'a>(piece: &'a str, is_in_run: impl Fn(char) -> bool, see: &mut dyn FnMut(&'a str)) {
    let mut rest = piece;
    while let Some(first) = rest.chars().next() {
        let run = rest.find(|c| !is_in_run(c)).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(run.max(first.len_utf8()));
        see(piece);
        rest = after;
    }
}

/// A text of a block.
pub(super) enum Content<'a> {
    Inlines(&'a [Inline]),
    Code(&'a str),
}

/// Shows each text of a block in the order of the page.
pub(super) fn each_text<'a>(block: &'a Block, see: &mut dyn FnMut(Content<'a>)) {
    match block {
        Block::Paragraph(content) | Block::Plain(content) => see(Content::Inlines(content)),
        Block::Heading(heading) => see(Content::Inlines(&heading.content)),
        Block::Code { text, .. } => see(Content::Code(text)),
        Block::Quote(blocks) | Block::Element { blocks, .. } => {
            blocks.iter().for_each(|block| each_text(block, see));
        }
        Block::List(list) => {
            let blocks = list.items.iter().flat_map(|item| &item.blocks);
            blocks.for_each(|block| each_text(block, see));
        }
        Block::Table(table) => {
            let cells = table.head.iter().chain(&table.rows).flatten();
            cells
                .flat_map(|cell| &cell.blocks)
                .for_each(|block| each_text(block, see));
        }
        Block::Definitions(groups) => {
            for group in groups {
                group
                    .terms
                    .iter()
                    .for_each(|term| see(Content::Inlines(term)));
                let blocks = group.definitions.iter().flatten();
                blocks.for_each(|block| each_text(block, see));
            }
        }
        Block::ThematicBreak => {}
    }
}

fn key_of<'a>(inline: &'a Inline, numbers: &Numbers) -> Key<'a> {
    match inline {
        Inline::Image(image) => Key::Image(&image.source, &image.alt),
        Inline::FootnoteReference(label) => {
            Key::Reference(numbers.get(label.as_str()).copied().unwrap_or_default())
        }
        _ => Key::Break,
    }
}

impl<'a> Token<'a> {
    pub fn is_word(&self) -> bool {
        matches!(self.leaf, Leaf::Word(_))
    }

    pub fn is_space(&self) -> bool {
        matches!(self.leaf, Leaf::Space(_))
    }

    /// What it says; `None` for an object.
    pub fn text(&self) -> Option<&'a str> {
        match self.leaf {
            Leaf::Word(text) | Leaf::Mark(text) | Leaf::Space(text) => Some(text),
            Leaf::Object(_) => None,
        }
    }
}
