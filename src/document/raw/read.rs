//! Converts cleaned HTML into the tree.
//!
//! 1. Elements that Markdown has become its kinds; the others stay elements, under a name that is valid where they stand.
//! 2. A block inside an inline is lifted out of it: the inline is ended before the block, and begun again inside it and
//!    after it: `<b>a<p>b</p>c</b>` becomes `<b>a</b><p><b>b</b></p><b>c</b>`.
//! 3. Where only inlines may stand (headings, terms), a block gives its words alone.
//! 4. An id where the tree keeps none, and the name of an `a`, become an empty `span` before or at the beginning.
//!
//! The fragment was seen not to nest deeply before it was parsed, so that this may recurse.

use markup5ever_rcdom::{Handle, NodeData};

use super::super::inlines::{Inlines, Wrap};
use super::super::{Attributes, Block, Heading, Inline, MAX_DEPTH};
use super::dom;

/// The blocks of a cleaned fragment.
pub(super) fn read(html: &str) -> Vec<Block> {
    let fragment = dom::parse(html);
    let mut reader = Reader::default();
    reader.nodes(&fragment.nodes);
    reader.end_text();
    reader.blocks.into_iter().map(in_paragraph).collect()
}

/// Text at the top level stands in a paragraph, but anchors alone do not.
fn in_paragraph(block: Block) -> Block {
    match block {
        Block::Plain(content) if has_words(&content) => Block::Paragraph(content),
        block => block,
    }
}

fn has_words(inlines: &[Inline]) -> bool {
    inlines.iter().any(|inline| match inline {
        Inline::Element { content, .. } => has_words(content),
        Inline::LineBreak => false,
        _ => true,
    })
}

#[derive(Default)]
pub(super) struct Reader {
    pub blocks: Vec<Block>,
    pub inlines: Inlines,
    /// How many elements are open.
    depth: usize,
    /// Whether only inlines may stand here.
    only_inlines: bool,
    /// Whether a heading may not stand here.
    no_headings: bool,
}

impl Reader {
    pub fn nodes(&mut self, nodes: &[Handle]) {
        for node in nodes {
            self.node(node);
        }
    }

    pub fn children(&mut self, node: &Handle) {
        self.nodes(&dom::children(node));
    }

    pub fn node(&mut self, node: &Handle) {
        if let NodeData::Text { contents } = &node.data {
            return self.inlines.text(&contents.borrow());
        }
        let Some(name) = dom::name(node) else {
            return;
        };
        self.depth += 1;
        let is_block = is_block(name);
        if is_block && (self.only_inlines || self.depth > MAX_DEPTH) {
            self.words(node);
        } else if is_block {
            self.block(node, name);
        } else if self.depth > MAX_DEPTH {
            self.children(node);
        } else {
            self.inline(node, name);
        }
        self.depth -= 1;
    }

    /// A block's content without the block.
    fn words(&mut self, node: &Handle) {
        if !self.only_inlines {
            self.end_text();
        }
        self.mark(node);
        self.inlines.text(" ");
        self.children(node);
        self.inlines.text(" ");
        if !self.only_inlines {
            self.end_text();
        }
    }

    fn block(&mut self, node: &Handle, name: &str) {
        match name {
            "p" => self.paragraph(node),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.heading(node, name.as_bytes()[1] - b'0')
            }
            "hr" => self.put(node, |_| Some(Block::ThematicBreak)),
            "blockquote" => {
                self.put(node, |reader| {
                    Some(Block::Quote(reader.inside(|r| r.children(node))))
                });
            }
            "pre" => self.put(node, |_| Some(code(node))),
            "ul" | "menu" | "dir" => self.put(node, |reader| reader.list(node, None)),
            "ol" => self.put(node, |reader| reader.list(node, Some(start(node)))),
            "li" => self.put(node, |reader| reader.stray_item(node)),
            "dl" => self.put(node, |reader| reader.definitions(node)),
            "table" => self.put(node, |reader| reader.table(node)),
            "details" => self.details(node),
            "figure" => self.figure(node),
            "section" | "aside" => self.element(node, name),
            _ => self.element(node, "div"),
        }
    }

    /// Ends the text before a block, adds the block, and begins again what was open.
    pub fn put(&mut self, node: &Handle, make: impl FnOnce(&mut Self) -> Option<Block>) {
        self.mark(node);
        let wraps = self.end_text();
        self.reopen(&wraps);
        let block = make(self);
        let wraps = self.end_text();
        self.blocks.extend(block);
        self.reopen(&wraps);
    }

    /// The blocks that something adds, with the open inlines around its text.
    pub fn inside(&mut self, add: impl FnOnce(&mut Self)) -> Vec<Block> {
        let wraps = self.end_text();
        let start = self.blocks.len();
        self.reopen(&wraps);
        add(self);
        self.end_text();
        let blocks = self.blocks.drain(start..).collect();
        self.reopen(&wraps);
        blocks
    }

    /// The content of an element that takes inlines only.
    pub fn phrase(&mut self, node: &Handle) -> Vec<Inline> {
        let wraps = self.end_text();
        self.reopen(&wraps);
        let only_inlines = std::mem::replace(&mut self.only_inlines, true);
        self.children(node);
        self.only_inlines = only_inlines;
        let content = self.inlines.take();
        self.reopen(&wraps);
        content
    }

    /// The blocks inside an element where no heading may stand.
    pub fn without_headings(&mut self, node: &Handle) -> Vec<Block> {
        let no_headings = std::mem::replace(&mut self.no_headings, true);
        let blocks = self.inside(|reader| {
            reader.mark(node);
            reader.children(node);
        });
        self.no_headings = no_headings;
        blocks
    }

    /// Ends the text that stands without a paragraph and gives the inlines that were open.
    fn end_text(&mut self) -> Vec<Wrap> {
        let wraps = self.inlines.wraps();
        let content = self.inlines.take();
        if !content.is_empty() {
            self.blocks.push(Block::Plain(content));
        }
        wraps
    }

    fn reopen(&mut self, wraps: &[Wrap]) {
        for wrap in wraps {
            self.inlines.open(wrap.clone());
        }
    }

    /// Keeps an element's id where its own kind cannot.
    pub fn mark(&mut self, node: &Handle) {
        self.anchor(dom::attribute(node, "id"));
    }

    /// An empty element that a fragment can lead to. The name of an `a`, which is no longer valid HTML, becomes an id.
    fn anchor(&mut self, id: Option<String>) {
        if let Some(id) = id {
            self.inlines.open(Wrap::Element {
                name: "span".to_owned(),
                attributes: vec![("id".to_owned(), id)],
            });
            self.inlines.close();
        }
    }

    /// Text becomes a paragraph; a block that stands in one nevertheless stands beside it.
    fn paragraph(&mut self, node: &Handle) {
        let blocks = self.inside(|reader| {
            reader.mark(node);
            reader.children(node);
        });
        let wraps = self.end_text();
        self.blocks.extend(blocks.into_iter().map(in_paragraph));
        self.reopen(&wraps);
    }

    fn heading(&mut self, node: &Handle, level: u8) {
        if self.no_headings {
            return self.paragraph(node);
        }
        let content = self.phrase(node);
        let declared_id = dom::attribute(node, "id");
        let wraps = self.end_text();
        self.blocks.push(Block::Heading(Heading {
            level,
            content,
            declared_id,
            anchor: String::new(),
        }));
        self.reopen(&wraps);
    }

    fn element(&mut self, node: &Handle, name: &str) {
        let blocks = self.inside(|reader| reader.children(node));
        self.push_element(name, attributes(node, &[]), blocks);
    }

    pub fn push_element(&mut self, name: &str, attributes: Attributes, blocks: Vec<Block>) {
        if blocks.is_empty() && attributes.is_empty() {
            return;
        }
        let wraps = self.end_text();
        self.blocks.push(element(name, attributes, blocks));
        self.reopen(&wraps);
    }

    /// Without a summary nobody could name what is hidden: then it is shown.
    fn details(&mut self, node: &Handle) {
        let nodes = dom::children(node);
        let Some(at) = nodes.iter().position(|n| dom::is(n, "summary")) else {
            return self.element(node, "div");
        };
        let summary = self.summary(&nodes[at]);
        let mut blocks = self.inside(|reader| {
            for (_, other) in nodes.iter().enumerate().filter(|(i, _)| *i != at) {
                reader.node(other);
            }
        });
        blocks.insert(0, summary);
        self.push_element("details", attributes(node, &["open"]), blocks);
    }

    /// One line of inlines, or headings.
    fn summary(&mut self, node: &Handle) -> Block {
        let nodes = dom::children(node);
        let shown: Vec<&Handle> = nodes.iter().filter(|n| !dom::is_blank(n)).collect();
        let is_headings = shown
            .iter()
            .all(|n| dom::name(n).is_some_and(|name| is_heading(name)));
        let blocks = match is_headings && !self.no_headings {
            true => self.inside(|reader| reader.children(node)),
            false => vec![Block::Plain(self.phrase(node))],
        };
        element("summary", attributes(node, &[]), blocks)
    }

    /// A caption stays one only as the first or the last thing of a figure.
    fn figure(&mut self, node: &Handle) {
        let nodes = dom::children(node);
        let shown: Vec<usize> = (0..nodes.len())
            .filter(|i| !dom::is_blank(&nodes[*i]))
            .collect();
        let edges = [shown.first(), shown.last()];
        let caption = edges
            .into_iter()
            .flatten()
            .find(|i| dom::is(&nodes[**i], "figcaption"));
        let blocks = self.inside(|reader| {
            for (index, child) in nodes.iter().enumerate() {
                if Some(&index) == caption {
                    reader.element(child, "figcaption");
                } else {
                    reader.node(child);
                }
            }
        });
        self.push_element("figure", attributes(node, &[]), blocks);
    }

    fn inline(&mut self, node: &Handle, name: &str) {
        match name {
            "br" => self.inlines.line_break(),
            "img" => self.image(node),
            "wbr" => self.inlines.push_unseen(inline_element("wbr", Vec::new())),
            "em" | "i" => self.wrap(node, Wrap::Emphasis),
            "strong" | "b" => self.wrap(node, Wrap::Strong),
            "s" | "strike" | "del" => self.wrap(node, Wrap::Strike),
            "ins" => self.wrap_element(node, "u", &[]),
            "code" | "tt" => self.code(node),
            "a" => self.link(node),
            "sup" if is_footnote(node) => self.footnote(node),
            "abbr" | "acronym" => self.wrap_element(node, "abbr", &["title"]),
            "time" if has_date(node) => self.wrap_element(node, "time", &["datetime"]),
            "bdo" if direction(node).is_some() => self.wrap_element(node, "bdo", &[]),
            "ruby" if is_ruby(node) => self.wrap_element(node, "ruby", &[]),
            "rt" | "rp" if self.is_in_ruby() => self.wrap_element(node, name, &[]),
            "bdi" | "cite" | "kbd" | "mark" | "q" | "samp" | "small" | "span" | "sub" | "sup"
            | "u" | "var" => self.wrap_element(node, name, &[]),
            _ => {
                self.mark(node);
                self.children(node);
            }
        }
    }

    fn wrap(&mut self, node: &Handle, wrap: Wrap) {
        self.mark(node);
        self.inlines.open(wrap);
        self.children(node);
        self.inlines.close();
    }

    fn wrap_element(&mut self, node: &Handle, name: &str, own: &[&str]) {
        self.inlines.open(Wrap::Element {
            name: name.to_owned(),
            attributes: attributes(node, own),
        });
        self.children(node);
        self.inlines.close();
    }

    /// Code that holds more than text keeps it, as an element.
    fn code(&mut self, node: &Handle) {
        let is_text = dom::children(node).iter().all(|n| dom::name(n).is_none());
        if !is_text {
            return self.wrap_element(node, "code", &[]);
        }
        self.mark(node);
        let text = dom::text(node);
        if !text.is_empty() {
            self.inlines.code(&text);
        }
    }

    /// A link in a link is no link. One without a target is an anchor: what stands inside it may be a link itself, so that
    /// the anchor is ended before it.
    fn link(&mut self, node: &Handle) {
        self.mark(node);
        let name = dom::attribute(node, "name");
        if name != dom::attribute(node, "id") {
            self.anchor(name);
        }
        match dom::attribute(node, "href") {
            Some(target) if !self.inlines.in_link() => {
                let title = dom::attribute(node, "title").unwrap_or_default();
                self.inlines.open(Wrap::Link { target, title });
                self.children(node);
                self.inlines.close();
            }
            _ => self.children(node),
        }
    }

    /// An image without a source is its alternative text.
    fn image(&mut self, node: &Handle) {
        self.mark(node);
        let alt = dom::attribute(node, "alt").unwrap_or_default();
        match dom::attribute(node, "src") {
            Some(source) if !source.trim_ascii().is_empty() => {
                let title = dom::attribute(node, "title").unwrap_or_default();
                self.inlines.open_image(source, title);
                self.inlines.text(&alt);
                self.inlines.close_image();
            }
            _ => self.inlines.text(&alt),
        }
    }

    fn footnote(&mut self, node: &Handle) {
        self.inlines
            .push(Inline::FootnoteReference(dom::text(node)));
    }

    fn is_in_ruby(&self) -> bool {
        self.inlines
            .wraps()
            .iter()
            .any(|wrap| matches!(wrap, Wrap::Element { name, .. } if name == "ruby"))
    }
}

pub(super) fn element(name: &str, attributes: Attributes, blocks: Vec<Block>) -> Block {
    Block::Element {
        name: name.to_owned(),
        attributes,
        blocks,
    }
}

fn inline_element(name: &str, attributes: Attributes) -> Inline {
    Inline::Element {
        name: name.to_owned(),
        attributes,
        content: Vec::new(),
    }
}

/// An element's attributes that are valid on it: those that any may have, and its `own`.
pub(super) fn attributes(node: &Handle, own: &[&str]) -> Attributes {
    let mut attributes: Attributes = Vec::new();
    let mut keep = |name: &str, value: Option<String>| {
        attributes.extend(value.map(|value| (name.to_owned(), value)));
    };
    keep("id", dom::attribute(node, "id"));
    keep("dir", direction(node));
    keep(
        "lang",
        dom::attribute(node, "lang").filter(|l| is_language(l)),
    );
    for name in own {
        keep(name, dom::attribute(node, name));
    }
    attributes.sort();
    attributes
}

fn direction(node: &Handle) -> Option<String> {
    let direction = dom::attribute(node, "dir")?.to_ascii_lowercase();
    matches!(direction.as_str(), "ltr" | "rtl").then_some(direction)
}

/// As `en` or `pt-BR`.
fn is_language(tag: &str) -> bool {
    let (language, region) = tag.split_once('-').unwrap_or((tag, "US"));
    let is_letters = |s: &str| s.len() == 2 && s.bytes().all(|b| b.is_ascii_alphabetic());
    is_letters(language) && is_letters(region)
}

/// Whether an element of type `time` says when: a year, a month or a day.
fn has_date(node: &Handle) -> bool {
    let Some(date) = dom::attribute(node, "datetime") else {
        return false;
    };
    let parts: Vec<&str> = date.split('-').collect();
    let number = |part: &str, length: usize, most: u16| {
        let is_number = part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        is_number && part.parse().is_ok_and(|n: u16| (1..=most).contains(&n))
    };
    match parts.as_slice() {
        [year] => number(year, 4, 9999),
        [year, month] => number(year, 4, 9999) && number(month, 2, 12),
        // The day that every month has: a wrong date would be invalid.
        [year, month, day] => {
            number(year, 4, 9999)
                && number(month, 2, 12)
                && number(day, 2, 28 + u16::from(*month != "02") * 2)
        }
        _ => false,
    }
}

/// Text, then its reading, as often as one likes.
fn is_ruby(node: &Handle) -> bool {
    let mut names = dom::children(node);
    names.retain(|n| !dom::is_blank(n) && !dom::is(n, "rp"));
    let is_reading: Vec<bool> = names.iter().map(|n| dom::is(n, "rt")).collect();
    let is_paired = is_reading.windows(2).all(|pair| !(pair[0] && pair[1]));
    is_paired && is_reading.first() == Some(&false) && is_reading.last() == Some(&true)
}

fn is_footnote(node: &Handle) -> bool {
    dom::attribute(node, "data-pg").as_deref() == Some("footnote")
}

fn start(node: &Handle) -> u64 {
    let start = dom::attribute(node, "start").and_then(|s| s.trim().parse().ok());
    start.filter(|n| *n <= 999_999_999).unwrap_or(1)
}

fn code(node: &Handle) -> Block {
    let nodes = dom::children(node);
    let language = match nodes.as_slice() {
        [code] if dom::is(code, "code") => dom::attribute(code, "data-pg"),
        _ => None,
    };
    Block::Code {
        language: language.unwrap_or_default(),
        text: dom::text(node),
    }
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

fn is_block(name: &str) -> bool {
    is_heading(name)
        || matches!(
            name,
            "address"
                | "article"
                | "aside"
                | "blockquote"
                | "caption"
                | "center"
                | "col"
                | "colgroup"
                | "dd"
                | "details"
                | "dir"
                | "div"
                | "dl"
                | "dt"
                | "figcaption"
                | "figure"
                | "footer"
                | "header"
                | "hgroup"
                | "hr"
                | "li"
                | "main"
                | "menu"
                | "nav"
                | "ol"
                | "p"
                | "pre"
                | "section"
                | "summary"
                | "table"
                | "tbody"
                | "td"
                | "tfoot"
                | "th"
                | "thead"
                | "tr"
                | "ul"
        )
}
