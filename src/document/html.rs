//! Writes a tree as HTML: valid, without styles, with the classes that the theme's style sheet knows.
//!
//! What is there for the page and not of the text bears the class `ui` or `sr-only`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{
    Alignment, Attributes, Block, Definition, Document, Footnote, Heading, Image, Inline, Item,
    Link, List, Row, Table,
};

/// What a link's target becomes on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTo<'a> {
    Href(Cow<'a, str>),
    /// The words stay, without a link.
    Nowhere,
}

/// What an image becomes on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageAs<'a> {
    Shown(Cow<'a, str>),
    /// A link to it, so that the reader's browser asks nobody unasked.
    Linked(Cow<'a, str>),
    /// Its alternative text alone.
    Missing,
}

/// Says where targets and sources lead on the page that is written.
pub trait Resolve {
    fn link<'a>(&'a self, target: &'a str) -> LinkTo<'a>;
    fn image<'a>(&'a self, source: &'a str) -> ImageAs<'a>;
}

/// The content of an article, footnotes last.
pub fn write(document: &Document, resolve: &dyn Resolve, out: &mut String) {
    let mut writer = Writer::new(&document.footnotes, resolve, out);
    for top in &document.blocks {
        writer.block(&top.block);
    }
    writer.footnotes();
}

/// Text in HTML. Characters that HTML forbids become U+FFFD.
pub fn escape(text: &str, out: &mut String) {
    escape_with(text, out, &IN_TEXT, |_| None);
}

/// Writes blocks and inlines one after another to the same page.
pub struct Writer<'a> {
    footnotes: &'a [Footnote],
    /// The place of each label's footnote.
    places: BTreeMap<&'a str, usize>,
    resolve: &'a dyn Resolve,
    out: &'a mut String,
    /// How often each footnote was referred to so far.
    references: Vec<usize>,
    /// Whether a link is open: no other may stand in it.
    in_link: bool,
}

impl<'a> Writer<'a> {
    /// `footnotes` are those that the references in what is written lead to.
    pub fn new(footnotes: &'a [Footnote], resolve: &'a dyn Resolve, out: &'a mut String) -> Self {
        let labels = footnotes.iter().map(|f| f.label.as_str());
        Writer {
            footnotes,
            places: labels.zip(0..).collect(),
            resolve,
            out,
            references: vec![0; footnotes.len()],
            in_link: false,
        }
    }

    /// The page so far, to write something between blocks.
    pub fn out(&mut self) -> &mut String {
        self.out
    }

    pub fn blocks(&mut self, blocks: &[Block]) {
        blocks.iter().for_each(|b| self.block(b));
    }

    pub fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(content) => self.wrap("p", content),
            Block::Plain(content) => self.inlines(content),
            Block::Heading(heading) => self.heading(heading),
            Block::ThematicBreak => self.out.push_str("<hr>"),
            Block::Quote(blocks) => {
                self.out.push_str("<blockquote>\n");
                self.blocks(blocks);
                self.out.push_str("</blockquote>");
            }
            Block::List(list) => self.list(list),
            Block::Code { language, text } => self.code(language, text),
            Block::Table(table) => self.table(table),
            Block::Definitions(groups) => self.definitions(groups),
            Block::Element {
                name,
                attributes,
                blocks,
            } => self.element(name, attributes, blocks),
        }
        self.out.push('\n');
    }

    /// What stands in an item, a cell or the like: text alone stays on its line.
    fn content(&mut self, blocks: &[Block]) {
        match blocks {
            [Block::Plain(content)] => self.inlines(content),
            _ => self.blocks(blocks),
        }
    }

    pub fn inlines(&mut self, inlines: &[Inline]) {
        inlines.iter().for_each(|i| self.inline(i));
    }

    pub fn inline(&mut self, inline: &Inline) {
        match inline {
            Inline::Text(text) => escape(text, self.out),
            Inline::Code(code) => {
                self.out.push_str("<code>");
                escape(code, self.out);
                self.out.push_str("</code>");
            }
            Inline::Emphasis(content) => self.wrap("em", content),
            Inline::Strong(content) => self.wrap("strong", content),
            Inline::Strike(content) => self.wrap("s", content),
            Inline::Link(link) => self.link(link),
            Inline::Image(image) => self.image(image),
            Inline::LineBreak => self.out.push_str("<br>\n"),
            Inline::FootnoteReference(label) => self.reference(label),
            Inline::Element {
                name,
                attributes,
                content,
            } => {
                self.open(name, attributes);
                if name != "wbr" {
                    self.inlines(content);
                    self.close(name);
                }
            }
        }
    }

    /// The footnotes' section; nothing where there are none.
    pub fn footnotes(&mut self) {
        let footnotes = self.footnotes;
        if footnotes.is_empty() {
            return;
        }
        self.out.push_str(
            "<section class=\"pg-footnotes\"><h2 class=\"sr-only\" id=\"pg-footnotes\">Footnotes</h2>\n<ol>\n",
        );
        for (index, footnote) in footnotes.iter().enumerate() {
            self.out.push_str(&format!("<li id=\"fn-{}\">", index + 1));
            self.footnote(index, &footnote.blocks);
            self.out.push_str("</li>\n");
        }
        self.out.push_str("</ol></section>\n");
    }

    /// The way back stands in the last paragraph, if there is one.
    fn footnote(&mut self, index: usize, blocks: &[Block]) {
        let back = format!(
            "<a class=\"ui pg-back\" href=\"#{}\" aria-label=\"Back to the text\">↩</a>",
            reference_id(index, 0)
        );
        match blocks.split_last() {
            Some((Block::Paragraph(content), before)) => {
                self.blocks(before);
                self.out.push_str("<p>");
                self.inlines(content);
                self.out.push(' ');
                self.out.push_str(&back);
                self.out.push_str("</p>\n");
            }
            _ => {
                self.blocks(blocks);
                self.out.push_str(&back);
            }
        }
    }

    fn wrap(&mut self, name: &str, content: &[Inline]) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
        self.inlines(content);
        self.close(name);
    }

    fn open(&mut self, name: &str, attributes: &Attributes) {
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            self.attribute(name, value);
        }
        self.out.push('>');
    }

    fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape(value, self.out);
        self.out.push('"');
    }

    /// An attribute that holds a URL.
    fn url(&mut self, name: &str, url: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape_url(url, self.out);
        self.out.push('"');
    }

    fn heading(&mut self, heading: &Heading) {
        let level = (b'0' + heading.level) as char;
        self.out.push_str("<h");
        self.out.push(level);
        self.attribute("id", &heading.anchor);
        self.out.push('>');
        self.inlines(&heading.content);
        self.out.push_str(" <a class=\"ui pg-anchor\" href=\"#");
        escape_fragment(&heading.anchor, self.out);
        self.out
            .push_str("\" aria-label=\"Link to this section\">#</a></h");
        self.out.push(level);
        self.out.push('>');
    }

    fn list(&mut self, list: &List) {
        let (name, start) = tag_of_list(list.start);
        self.out.push('<');
        self.out.push_str(name);
        self.out.push_str(&start);
        self.out.push_str(">\n");
        for item in &list.items {
            self.item(item);
        }
        self.close(name);
    }

    fn item(&mut self, item: &Item) {
        self.out.push_str(match item.task {
            None => "<li>",
            Some(true) => {
                "<li class=\"pg-task\"><span class=\"ui\" aria-hidden=\"true\">☑ </span><span class=\"sr-only\">done: </span>"
            }
            Some(false) => {
                "<li class=\"pg-task\"><span class=\"ui\" aria-hidden=\"true\">☐ </span><span class=\"sr-only\">to do: </span>"
            }
        });
        self.content(&item.blocks);
        self.out.push_str("</li>\n");
    }

    fn code(&mut self, language: &str, text: &str) {
        self.out.push_str("<pre tabindex=\"0\"><code");
        if !language.is_empty() {
            self.out.push_str(" class=\"language-");
            escape(language, self.out);
            self.out.push('"');
        }
        self.out.push('>');
        escape(text, self.out);
        self.out.push_str("</code></pre>");
    }

    fn table(&mut self, table: &Table) {
        self.out.push_str("<div class=\"pg-table\"><table>\n");
        if let Some(head) = &table.head {
            self.out.push_str("<thead>\n");
            self.row("th", head, &table.alignments);
            self.out.push_str("</thead>\n");
        }
        if !table.rows.is_empty() {
            self.out.push_str("<tbody>\n");
            for row in &table.rows {
                self.row("td", row, &table.alignments);
            }
            self.out.push_str("</tbody>\n");
        }
        self.out.push_str("</table></div>");
    }

    fn row(&mut self, name: &str, row: &Row, alignments: &[Alignment]) {
        self.out.push_str("<tr>");
        for (index, cell) in row.iter().enumerate() {
            self.out.push('<');
            self.out.push_str(name);
            self.out.push_str(match alignments.get(index) {
                None | Some(Alignment::None) => ">",
                Some(Alignment::Left) => " class=\"pg-left\">",
                Some(Alignment::Center) => " class=\"pg-center\">",
                Some(Alignment::Right) => " class=\"pg-right\">",
            });
            self.content(&cell.blocks);
            self.close(name);
        }
        self.out.push_str("</tr>\n");
    }

    fn definitions(&mut self, groups: &[Definition]) {
        self.out.push_str("<dl>\n");
        for group in groups {
            for term in &group.terms {
                self.wrap("dt", term);
                self.out.push('\n');
            }
            for blocks in &group.definitions {
                self.out.push_str("<dd>");
                self.content(blocks);
                self.out.push_str("</dd>\n");
            }
        }
        self.out.push_str("</dl>");
    }

    fn element(&mut self, name: &str, attributes: &Attributes, blocks: &[Block]) {
        let is_table = name == "table";
        if is_table {
            self.out.push_str("<div class=\"pg-table\">");
        }
        self.open(name, attributes);
        self.content(blocks);
        self.close(name);
        if is_table {
            self.out.push_str("</div>");
        }
    }

    fn link(&mut self, link: &Link) {
        self.out.push_str("<a");
        let resolve = self.resolve;
        if let LinkTo::Href(href) = resolve.link(&link.target) {
            self.url("href", &href);
            if is_remote(&href) {
                self.out.push_str(" rel=\"noopener\"");
            }
        }
        if !link.title.is_empty() {
            self.attribute("title", &link.title);
        }
        self.out.push('>');
        let in_link = std::mem::replace(&mut self.in_link, true);
        self.inlines(&link.content);
        self.in_link = in_link;
        self.out.push_str("</a>");
    }

    fn image(&mut self, image: &Image) {
        let resolve = self.resolve;
        match resolve.image(&image.source) {
            ImageAs::Shown(source) if !source.is_empty() => {
                self.out.push_str("<img");
                self.url("src", &source);
                self.attribute("alt", &image.alt);
                if !image.title.is_empty() {
                    self.attribute("title", &image.title);
                }
                self.out.push_str(" loading=\"lazy\">");
            }
            ImageAs::Linked(source) if !self.in_link => {
                self.out.push_str("<a class=\"ui pg-image\"");
                self.url("href", &source);
                self.out.push_str(" rel=\"noopener\">Image: ");
                escape(&image.alt, self.out);
                self.out.push_str("</a>");
            }
            ImageAs::Shown(_) | ImageAs::Linked(_) | ImageAs::Missing => {
                self.out.push_str("<span class=\"ui pg-image\">Image: ");
                escape(&image.alt, self.out);
                self.out.push_str("</span>");
            }
        }
    }

    /// The number is a word of the text. A reference to no footnote shows nothing.
    fn reference(&mut self, label: &str) {
        let Some(&index) = self.places.get(label) else {
            return;
        };
        let id = reference_id(index, self.references[index]);
        self.references[index] += 1;
        let number = index + 1;
        self.out.push_str("<sup class=\"pg-footnote\">");
        self.out.push_str(&match self.in_link {
            true => format!("<span id=\"{id}\">{number}</span>"),
            false => format!("<a id=\"{id}\" href=\"#fn-{number}\">{number}</a>"),
        });
        self.out.push_str("</sup>");
    }
}

/// The id of a reference to the footnote at `index`; `repeat` counts the references to the same one before it.
pub(super) fn reference_id(index: usize, repeat: usize) -> String {
    let number = index + 1;
    match repeat {
        0 => format!("fnref-{number}"),
        _ => format!("fnref-{number}-{}", repeat + 1),
    }
}

/// The name of a list's element and its `start`, if it needs one.
pub(super) fn tag_of_list(start: Option<u64>) -> (&'static str, String) {
    match start {
        None => ("ul", String::new()),
        Some(1) => ("ol", String::new()),
        Some(start) => ("ol", format!(" start=\"{start}\"")),
    }
}

fn is_remote(href: &str) -> bool {
    let starts = |scheme: &str| {
        let start = href.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    starts("http:") || starts("https:")
}

/// A URL as it is, but for the characters that no valid URL has: these are percent-encoded.
fn escape_url(url: &str, out: &mut String) {
    // Brackets belong around an IPv6 address and nowhere else.
    let address = url
        .find("://[")
        .and_then(|at| Some(at + url[at..].find(']')? + 1));
    let (address, rest) = url.split_at(address.unwrap_or(0));
    escape(address, out);
    let (path, fragment) = match rest.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment)),
        None => (rest, None),
    };
    escape_part(path, true, out);
    if let Some(fragment) = fragment {
        out.push('#');
        escape_part(fragment, true, out);
    }
}

/// An id as the fragment that leads to it.
fn escape_fragment(id: &str, out: &mut String) {
    escape_part(id, false, out);
}

/// `keep_percent`: `%` before two hexadecimal digits is an escape already.
fn escape_part(part: &str, keep_percent: bool, out: &mut String) {
    escape_with(part, out, &IN_URL, |rest| {
        let is_escape = || {
            let digits = rest.get(1..3);
            digits.is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit))
        };
        match rest[0] {
            b'%' if keep_percent && is_escape() => None,
            byte @ (b'%'
            | b'#'
            | b' '
            | b'"'
            | b'<'
            | b'>'
            | b'\\'
            | b'^'
            | b'`'
            | b'{'
            | b'|'
            | b'}'
            | b'['
            | b']'
            | 0..=0x1f
            | 0x7f) => Some(format!("%{byte:02X}")),
            _ => None,
        }
    });
}

/// Copies runs that need nothing, and replaces `special` bytes that do.
fn escape_with(
    text: &str,
    out: &mut String,
    special: &[bool; 256],
    encode: impl Fn(&[u8]) -> Option<String>,
) {
    let bytes = text.as_bytes();
    let mut from = 0;
    let mut at = 0;
    while let Some(skipped) = bytes[at..].iter().position(|b| special[*b as usize]) {
        at += skipped;
        let encoded = encode(&bytes[at..]).map(Cow::from);
        if let Some(replacement) = encoded.or_else(|| escaped(&bytes[at..]).map(Cow::from)) {
            out.push_str(&text[from..at]);
            out.push_str(&replacement);
            // The second byte of a control character goes with its first.
            from = at + if bytes[at] == 0xc2 { 2 } else { 1 };
            at = from;
        } else {
            at += 1;
        }
    }
    out.push_str(&text[from..]);
}

/// What a special byte becomes; `None` where it may stand after all.
fn escaped(rest: &[u8]) -> Option<&'static str> {
    match rest[0] {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\t' | b'\n' => None,
        0..=0x1f | 0x7f => Some("\u{fffd}"),
        0xc2 if rest.get(1).is_some_and(|b| (0x80..=0x9f).contains(b)) => Some("\u{fffd}"),
        _ => None,
    }
}

/// The bytes that may have to be replaced in text.
const IN_TEXT: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        special[byte] = matches!(
            byte as u8,
            0..0x20 | 0x7f | 0xc2 | b'&' | b'<' | b'>' | b'"'
        );
        byte += 1;
    }
    special
};

/// The bytes that may have to be replaced in a URL.
const IN_URL: [bool; 256] = {
    let mut special = IN_TEXT;
    let more = b"% #\\^`{|}[]";
    let mut index = 0;
    while index < more.len() {
        special[more[index] as usize] = true;
        index += 1;
    }
    special
};
