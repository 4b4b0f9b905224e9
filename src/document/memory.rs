//! Parsing with a memory: versions of a policy share almost every block, so each piece of text is parsed once.
//!
//! 1. A text is cut into pieces where no reading of CommonMark can join what stands on both sides: at a blank line before a
//!    line that begins, without indentation, with what can continue nothing.
//! 2. A piece that was parsed before is taken from memory, blocks and digests with it.
//! 3. Headings get their anchors anew, since these are unique in the whole text.
//!
//! A text that has what reaches from piece to piece (definitions of links, footnotes and terms, fenced code, HTML that is left
//! open, an id declared twice) is parsed whole. Both ways give the same result.

use std::collections::HashMap;
use std::sync::Arc;

use super::anchors::Ids;
use super::lines::Edges;
use super::{
    Block, Document, Heading, Inline, Node, Options, Parsed, TopBlock, finish, markdown, walk,
};

/// So many bytes of text are remembered; then all is forgotten.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Remembers the pieces of the texts that it parsed.
pub struct Memory {
    options: Options,
    /// By their text; `None` where a piece cannot be parsed on its own. Never iterated over.
    pieces: HashMap<Box<str>, Option<Arc<Piece>>, foldhash::fast::RandomState>,
    bytes: usize,
    parsed: usize,
}

/// A part of a text that can be parsed on its own.
struct Piece {
    blocks: Vec<Arc<TopBlock>>,
    /// Which of the blocks have headings in them.
    with_headings: Vec<usize>,
    /// The ids that its content declares, in order.
    ids: Vec<String>,
    edges: Edges,
    dropped: Vec<String>,
}

impl Memory {
    /// An empty memory for texts that are read in this way.
    pub fn new(options: Options) -> Memory {
        Memory {
            options,
            pieces: HashMap::default(),
            bytes: 0,
            parsed: 0,
        }
    }

    /// Does what [`super::parse`] does.
    pub fn parse(&mut self, body: &str) -> Parsed {
        let pieces = cut(body)
            .and_then(|pieces| pieces.into_iter().map(|piece| self.piece(piece)).collect());
        pieces.and_then(assemble).unwrap_or_else(|| {
            self.parsed += body.len();
            super::parse(body, self.options)
        })
    }

    /// How many bytes of text were parsed so far, what was remembered left out.
    pub fn parsed(&self) -> usize {
        self.parsed
    }

    fn piece(&mut self, text: &str) -> Option<Arc<Piece>> {
        if let Some(known) = self.pieces.get(text) {
            return known.clone();
        }
        if self.bytes > MOST_BYTES {
            self.pieces.clear();
            self.bytes = 0;
        }
        let piece = Piece::parse(text, self.options).map(Arc::new);
        self.bytes += text.len();
        self.parsed += text.len();
        self.pieces.insert(text.into(), piece.clone());
        piece
    }
}

impl Piece {
    /// `None` where it has to be seen in its text.
    fn parse(text: &str, options: Options) -> Option<Piece> {
        let mut built = markdown::build(text, options);
        if built.left_open || !built.tree.footnotes.is_empty() {
            return None;
        }
        let edges = Edges::of(&built.tree.blocks);
        finish::finish(&mut built.tree);
        let ids = declared_ids(&built.tree.blocks);
        let Document { blocks, .. } = built.tree.into_document();
        let has_heading = |index: &usize| !headings(&blocks[*index].block).is_empty();
        Some(Piece {
            with_headings: (0..blocks.len()).filter(has_heading).collect(),
            blocks,
            ids,
            edges,
            dropped: built.dropped,
        })
    }
}

/// `None` where an id is declared twice: the later one would have to go.
fn assemble(pieces: Vec<Arc<Piece>>) -> Option<Parsed> {
    let mut ids = Ids::default();
    let mut declared = pieces.iter().flat_map(|piece| &piece.ids);
    if !declared.all(|id| ids.take(id)) {
        return None;
    }
    let mut blocks = Vec::with_capacity(pieces.iter().map(|piece| piece.blocks.len()).sum());
    for piece in &pieces {
        let from = blocks.len();
        blocks.extend(piece.blocks.iter().cloned());
        for index in &piece.with_headings {
            anchor(&mut blocks[from + index], &mut ids);
        }
    }
    Some(Parsed {
        document: Document {
            blocks,
            footnotes: Vec::new(),
        },
        edge_lines: Edges::joined(pieces.iter().map(|piece| &piece.edges)),
        dropped: pieces
            .iter()
            .flat_map(|piece| piece.dropped.iter().cloned())
            .collect(),
    })
}

/// Gives the headings of a block their anchors in the whole text; the block is shared on where they are what they were.
fn anchor(top: &mut Arc<TopBlock>, ids: &mut Ids) {
    let known = headings(&top.block);
    let anchors: Vec<String> = known
        .iter()
        .map(|heading| anchor_of(heading, ids))
        .collect();
    if known
        .iter()
        .zip(&anchors)
        .all(|(heading, anchor)| heading.anchor == *anchor)
    {
        return;
    }
    let mut anchors = anchors.into_iter();
    let block = &mut Arc::make_mut(top).block;
    finish::each_heading(std::slice::from_mut(block), &mut |heading| {
        heading.anchor = anchors.next().unwrap_or_default();
    });
}

fn anchor_of(heading: &Heading, ids: &mut Ids) -> String {
    let declared = heading.declared_id.clone();
    declared.unwrap_or_else(|| ids.anchor(&heading.content))
}

fn headings(block: &Block) -> Vec<&Heading> {
    let mut headings = Vec::new();
    walk::walk(std::slice::from_ref(block), &mut |node| {
        if let Node::Block(Block::Heading(heading)) = node {
            headings.push(heading);
        }
    });
    headings
}

fn declared_ids(blocks: &[Block]) -> Vec<String> {
    let mut ids = Vec::new();
    walk::walk(blocks, &mut |node| match node {
        Node::Block(Block::Heading(heading)) => ids.extend(heading.declared_id.clone()),
        Node::Block(Block::Element { attributes, .. })
        | Node::Inline(Inline::Element { attributes, .. }) => {
            let own = attributes.iter().filter(|(name, _)| name == "id");
            ids.extend(own.map(|(_, id)| id.clone()));
        }
        _ => {}
    });
    ids
}

/// Cuts a text into pieces; `None` where something may reach from one into another.
fn cut(body: &str) -> Option<Vec<&str>> {
    if body.contains("]:") || body.contains('\r') {
        return None;
    }
    let mut pieces = Vec::new();
    let (mut start, mut at, mut after_blank) = (0, 0, false);
    for line in body.split_inclusive('\n') {
        let inner = line.trim_start_matches([' ', '\t', '>']);
        if may_reach_on(inner) {
            return None;
        }
        if after_blank && begins_anew(line) {
            pieces.push(&body[start..at]);
            start = at;
        }
        // A no-break space is text (CommonMark, section 2.1).
        after_blank = line.bytes().all(|b| b" \t\n".contains(&b));
        at += line.len();
    }
    pieces.push(&body[start..]);
    Some(pieces)
}

/// Fenced code and some blocks of HTML may hold blank lines, also behind the mark of a list item; definition lists join over
/// them.
fn may_reach_on(line: &str) -> bool {
    let marks = |c: char| c.is_ascii_digit() || " \t-+*.)>".contains(c);
    let inner = line.trim_start_matches(marks);
    line.starts_with(':')
        || inner.starts_with("```")
        || inner.starts_with("~~~")
        || inner.strip_prefix('<').is_some_and(may_hold_blank_lines)
}

/// What begins a block of HTML that ends elsewhere than at a blank line (CommonMark, section 4.6, kinds 1 to 5), behind its `<`.
fn may_hold_blank_lines(html: &str) -> bool {
    let is_whole_comment = html.starts_with("!--") && html.trim_end().ends_with("-->");
    let begins = |name: &&str| {
        html.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    let names = ["script", "pre", "style", "textarea"];
    (html.starts_with(['!', '?']) && !is_whole_comment) || names.iter().any(begins)
}

/// Whether a line after a blank one continues nothing: it is not indented, and begins no list item.
fn begins_anew(line: &str) -> bool {
    let first = line.as_bytes().first().copied().unwrap_or(b'\n');
    !(first.is_ascii_whitespace() || first.is_ascii_digit() || b"-+*".contains(&first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(memory: &mut Memory, text: &str) {
        assert_eq!(
            memory.parse(text),
            super::super::parse(text, Options::default()),
            "{text:?}"
        );
    }

    #[test]
    fn texts_with_and_without_memory_are_the_same() {
        let mut memory = Memory::new(Options::default());
        for text in [
            "",
            "\n\n",
            "# A\n\ntext\n\n# A\n\n- one\n\n  # A\n\n- two\n\nend\n",
            "term\n\n: definition\n\nnext\n",
            "a\n\n    code\n\n    more\n\nb\n",
            "> quote\n\n> another\n\nlazy\n\n>\n\nx\n",
            "1. one\n\n2. two\n\n   more\n\ntext\n\n3. three\n",
            "```\ncode\n\nmore\n```\n\ntext\n",
            "- ```\n\n  x\n\ntext\n\n```\n\ny\n",
            "<details>\n\ntext\n\n</details>\n\nafter\n",
            "[a]\n\n[a]: /x\n",
            "text[^1]\n\nmore\n\n[^1]: note\n",
            "<!-- one line -->\n\ntext\n",
            "<!-- two\n\nlines -->\n\ntext\n",
            "a <b>bold\n\nnot</b> here\n",
            "a <a name=\"x\"></a>\n\n# x\n",
            "## T {#own}\n\n## own\n",
            "## A\n\n<a name=\"x\"></a>\n\n## A\n\n<a name=\"x\"></a>twice\n",
            "<div>\n\ntext\n\n</div>\n\n## A\n",
            "<div>open\n\ntext\n",
            "text\n\n</div>\n\nmore\n",
            "<p id=\"a\">one</p>\n\n## A\n\n<b id=\"b\">x</b> y\n",
            "<pre>\n\na\n\n</pre>\n\nafter\n",
            "<!DOCTYPE\n\nhtml>\n\nafter\n",
            "- <script>\n\n  x\n\nafter</script>\n",
            "<i>a\n\n<i>b\n\nc</i>\n",
            "| a | b |\n|---|---|\n| 1<br>2 | 3 |\n\nafter\n",
            "Title\n=====\n\nSub\n---\n\n***\n\ntext\r\n\r\nmore",
            "[x](javascript:alert(1))\n\n[y](data:x)\n",
            "- a\n\n- b\n\n\n\npara\n- c\n",
            "line  \n\u{a0}\nmore\n\u{2003}\nend\n",
            "\u{a0}\n\ntext\n\u{2003}\n\nmore\n",
        ] {
            same(&mut memory, text);
        }
    }

    #[test]
    fn any_order_of_lines_gives_the_same_with_and_without_memory() {
        let lines = [
            "",
            "",
            "",
            "text",
            "# Head",
            "- item",
            "  more",
            "1. one",
            "> quote",
            ">",
            "    code",
            ": def",
            "***",
            "---",
            "===",
            "| a |",
            "|---|",
            "<b>x</b>",
            "*em",
            "em*",
            "`code",
            "+",
            "[x](y)",
            "\\",
            "&amp;",
            "  ",
            "\tx",
            "2) b",
            "~~s~~",
            "<div>",
            "</div>",
            "<a id=q>z</a>",
            "# t {#q}",
        ];
        let mut memory = Memory::new(Options::default());
        let mut state = 1_u64;
        for _ in 0..4000 {
            let mut text = String::new();
            for _ in 0..12 {
                // A linear congruential generator: any order will do, the same each time.
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                text.push_str(lines[(state >> 33) as usize % lines.len()]);
                text.push('\n');
            }
            same(&mut memory, &text);
        }
    }

    #[test]
    fn blocks_in_common_are_shared() {
        let mut memory = Memory::new(Options::default());
        let one = memory.parse("first\n\nsecond\n").document;
        let two = memory.parse("other\n\nsecond\n").document;
        assert!(Arc::ptr_eq(&one.blocks[1], &two.blocks[1]));
    }

    #[test]
    fn a_full_memory_forgets_and_goes_on() {
        let mut memory = Memory::new(Options::default());
        let long = "word ".repeat(MOST_BYTES / 20);
        for n in 0..8 {
            let text = format!("{n} {long}\n\nend\n");
            same(&mut memory, &text);
            assert!(memory.bytes <= MOST_BYTES + text.len());
        }
    }
}
