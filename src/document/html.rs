//! Writes a tree as HTML: valid, without styles, with the classes that the theme's style sheet knows.
//!
//! Headings stand on the levels that [`levels`](super::levels) gives them.
//!
//! What is there for the page and not of the text bears the class `ui` or `sr-only`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use super::escape::escape;

use super::escape::{escape_fragment, escape_url};
use super::levels::Levels;
use super::targets;
use super::{
    Alignment, Attributes, Block, Definition, Document, Footnote, Heading, Image, Inline, Item,
    Known, Link, List, Row, Table, TopBlock,
};
use crate::words::{self, Words};

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

/// Says where targets and sources lead on the page that is written, and in which words the page speaks.
pub trait Resolve {
    fn link<'a>(&'a self, target: &'a str) -> LinkTo<'a>;
    fn image<'a>(&'a self, source: &'a str) -> ImageAs<'a>;

    /// Other anchors that lead to the heading with this one.
    fn former_anchors(&self, _anchor: &str) -> &[String] {
        &[]
    }

    /// What the page says around the text.
    fn words(&self) -> &Words {
        Words::english()
    }
}

/// The content of an article, footnotes last.
pub fn write(document: &Document, resolve: &dyn Resolve, out: &mut String) {
    write_knowing(document, resolve, &mut Known::default(), out);
}

/// The same, faster where blocks are known from other pages.
pub fn write_knowing(
    document: &Document,
    resolve: &dyn Resolve,
    known: &mut Known,
    out: &mut String,
) {
    let mut writer = Writer::new(&document.footnotes, resolve, out);
    for top in &document.blocks {
        writer.top(top, known);
    }
    writer.footnotes();
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
    text: Text,
    /// What every id begins with.
    prefix: &'a str,
    levels: Levels,
}

/// What the text that is written is on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    /// The page's own.
    Own,
    /// That of another page, which resolves the links to footnotes as well.
    Compared,
    /// No longer part of the text: it has no ids, and nothing leads to its footnotes.
    Struck,
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
            text: Text::Own,
            prefix: "",
            levels: Levels::default(),
        }
    }

    /// For the newer text of a redline; `prefix` goes before every id and in the links to them.
    pub(crate) fn compared(mut self, prefix: &'a str) -> Self {
        self.text = Text::Compared;
        self.prefix = prefix;
        self
    }

    /// Writes what a redline strikes; `footnotes` and `resolve` are those of the old text.
    pub(crate) fn struck(
        &mut self,
        footnotes: &[Footnote],
        resolve: &dyn Resolve,
        write: impl FnOnce(&mut Writer),
    ) {
        let mut writer = Writer::new(footnotes, resolve, self.out);
        writer.text = Text::Struck;
        writer.in_link = self.in_link;
        writer.levels = std::mem::take(&mut self.levels);
        write(&mut writer);
        self.levels = writer.levels;
    }

    /// Whether a link is open.
    pub(crate) fn is_in_link(&self) -> bool {
        self.in_link
    }

    /// The page so far, to write something between blocks.
    pub fn out(&mut self) -> &mut String {
        self.out
    }

    /// A block that may have been written before.
    pub fn top(&mut self, top: &Arc<TopBlock>, known: &mut Known) {
        if !self.prefix.is_empty() {
            return self.block(&top.block);
        }
        if let Some(html) = known.html(top) {
            return self.out.push_str(html);
        }
        let start = self.out.len();
        self.block(&top.block);
        known.keep(top, &self.out[start..]);
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
            Inline::Image(image) => self.image(image),
            Inline::LineBreak => self.out.push_str("<br>\n"),
            Inline::FootnoteReference(label) => self.reference(label),
            Inline::Element {
                name, attributes, ..
            } if name == "wbr" => self.open(name, attributes),
            _ => {
                self.inline_start(inline);
                self.inlines(super::walk::content(inline).unwrap_or_default());
                self.inline_end(inline);
            }
        }
    }

    /// The start tag of an inline that others can stand in; nothing for any other.
    pub(crate) fn inline_start(&mut self, inline: &Inline) {
        match inline {
            Inline::Code(_) => self.out.push_str("<code>"),
            Inline::Emphasis(_) => self.out.push_str("<em>"),
            Inline::Strong(_) => self.out.push_str("<strong>"),
            Inline::Strike(_) => self.out.push_str("<s>"),
            Inline::Link(link) => self.link_start(link),
            Inline::Element {
                name, attributes, ..
            } => self.open(name, attributes),
            _ => {}
        }
    }

    /// The end tag that goes with [`Writer::inline_start`].
    pub(crate) fn inline_end(&mut self, inline: &Inline) {
        match inline {
            Inline::Code(_) => self.close("code"),
            Inline::Emphasis(_) => self.close("em"),
            Inline::Strong(_) => self.close("strong"),
            Inline::Strike(_) => self.close("s"),
            Inline::Link(_) => {
                self.in_link = false;
                self.close("a");
            }
            Inline::Element { name, .. } => self.close(name),
            _ => {}
        }
    }

    /// The footnotes' section; nothing where there are none.
    pub fn footnotes(&mut self) {
        let footnotes = self.footnotes;
        if footnotes.is_empty() {
            return;
        }
        self.footnotes_start();
        for (index, footnote) in footnotes.iter().enumerate() {
            self.out.push_str(&format!("<li id=\"fn-{}\">", index + 1));
            self.footnote(index, &footnote.blocks);
            self.out.push_str("</li>\n");
        }
        self.out.push_str("</ol></section>\n");
    }

    /// The section's start, up to its first footnote.
    pub(crate) fn footnotes_start(&mut self) {
        self.out.push_str("<section class=\"pg-footnotes\">");
        let level = self.levels.standing(2, self.out);
        let prefix = self.prefix;
        self.out.push_str(&format!(
            "<h{level} class=\"sr-only\" id=\"{prefix}pg-footnotes\">"
        ));
        let words = self.words();
        escape(&words.footnotes, self.out);
        self.out.push_str(&format!("</h{level}>\n<ol>\n"));
    }

    /// The way back from a footnote to where it was first referred to.
    pub(crate) fn back(&self, reference: &str) -> String {
        let mut label = String::new();
        escape(&self.words().back, &mut label);
        let prefix = self.prefix;
        format!(
            "<a class=\"ui pg-back\" href=\"#{prefix}{reference}\" aria-label=\"{label}\">↩</a>"
        )
    }

    fn words(&self) -> &'a words::Text {
        &self.resolve.words().text
    }

    /// The way back stands in the last paragraph, if there is one.
    pub(crate) fn footnote(&mut self, index: usize, blocks: &[Block]) {
        let back = self.back(&reference_id(index, 0));
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

    pub(crate) fn open(&mut self, name: &str, attributes: &Attributes) {
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            match name.as_str() {
                "id" | "name" | "headers" => self.ids(name, value),
                _ => self.attribute(name, value),
            }
        }
        self.out.push('>');
    }

    /// An attribute that makes an id or names some.
    fn ids(&mut self, name: &str, value: &str) {
        if self.text == Text::Struck {
            return;
        }
        let prefix = self.prefix;
        match name {
            "headers" if !prefix.is_empty() => {
                let ids = value.split_whitespace().map(|id| format!("{prefix}{id}"));
                self.attribute(name, &ids.collect::<Vec<_>>().join(" "));
            }
            _ => self.prefixed(name, value),
        }
    }

    fn prefixed(&mut self, name: &str, value: &str) {
        match self.prefix {
            "" => self.attribute(name, value),
            prefix => self.attribute(name, &format!("{prefix}{value}")),
        }
    }

    pub(crate) fn close(&mut self, name: &str) {
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
        self.heading_start(heading.level, &heading.anchor);
        self.inlines(&heading.content);
        self.heading_end(&heading.anchor);
    }

    pub(crate) fn heading_start(&mut self, level: u8, anchor: &str) {
        let level = match self.text {
            Text::Struck => self.levels.struck(level, self.out),
            Text::Own | Text::Compared => self.levels.standing(level, self.out),
        };
        self.out.push_str(&format!("<h{level}"));
        if self.text != Text::Struck {
            self.prefixed("id", anchor);
        }
        self.out.push('>');
        if self.text == Text::Own {
            self.former_anchors(anchor);
        }
    }

    fn former_anchors(&mut self, anchor: &str) {
        let resolve = self.resolve;
        for former in resolve.former_anchors(anchor) {
            self.out.push_str("<span class=\"ui\"");
            self.attribute("id", former);
            self.out.push_str("></span>");
        }
    }

    pub(crate) fn heading_end(&mut self, anchor: &str) {
        if self.text != Text::Struck {
            self.out.push_str(" <a class=\"ui pg-anchor\" href=\"#");
            self.out.push_str(self.prefix);
            escape_fragment(anchor, self.out);
            self.out.push('"');
            self.attribute("aria-label", &self.words().section_link);
            self.out.push_str(">#</a>");
        }
        let level = self.levels.end(self.out);
        self.close(&format!("h{level}"));
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
            Some(_) => "<li class=\"pg-task\">",
        });
        self.task(item.task);
        self.content(&item.blocks);
        self.out.push_str("</li>\n");
    }

    /// Whether a task is done, where an item is one.
    pub(crate) fn task(&mut self, task: Option<bool>) {
        let words = self.words();
        let (sign, said) = match task {
            None => return,
            Some(true) => ('☑', &words.done),
            Some(false) => ('☐', &words.to_do),
        };
        self.out.push_str(&format!(
            "<span class=\"ui\" aria-hidden=\"true\">{sign} </span><span class=\"sr-only\">"
        ));
        escape(said, self.out);
        self.out.push_str("</span>");
    }

    fn code(&mut self, language: &str, text: &str) {
        self.code_start(language);
        escape(text, self.out);
        self.out.push_str("</code></pre>");
    }

    pub(crate) fn code_start(&mut self, language: &str) {
        self.out.push_str("<pre tabindex=\"0\"><code");
        if !language.is_empty() {
            self.out.push_str(" class=\"language-");
            escape(language, self.out);
            self.out.push('"');
        }
        self.out.push('>');
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

    fn link_start(&mut self, link: &Link) {
        self.out.push_str("<a");
        let resolve = self.resolve;
        if let LinkTo::Href(href) = resolve.link(&link.target)
            && targets::may_lead(&href)
        {
            self.url("href", &href);
            if targets::is_web(&href) {
                self.out.push_str(" rel=\"noopener\"");
            }
        }
        if !link.title.is_empty() {
            self.attribute("title", &link.title);
        }
        self.out.push('>');
        self.in_link = true;
    }

    fn image(&mut self, image: &Image) {
        let resolve = self.resolve;
        match resolve.image(&image.source) {
            ImageAs::Shown(source) if !source.is_empty() && targets::may_lead(&source) => {
                self.out.push_str("<img");
                self.url("src", &source);
                self.attribute("alt", &image.alt);
                if !image.title.is_empty() {
                    self.attribute("title", &image.title);
                }
                self.out.push_str(" loading=\"lazy\">");
            }
            ImageAs::Linked(source) if !self.in_link && targets::may_lead(&source) => {
                self.out.push_str("<a class=\"ui pg-image\"");
                self.url("href", &source);
                self.out.push_str(" rel=\"noopener\">");
                escape(&self.words().image.fill(&[("alt", &image.alt)]), self.out);
                self.out.push_str("</a>");
            }
            ImageAs::Shown(_) | ImageAs::Linked(_) | ImageAs::Missing => {
                self.out.push_str("<span class=\"ui pg-image\">");
                escape(&self.words().image.fill(&[("alt", &image.alt)]), self.out);
                self.out.push_str("</span>");
            }
        }
    }

    /// The number is a word of the text. A reference to no footnote shows nothing.
    fn reference(&mut self, label: &str) {
        let Some(&index) = self.places.get(label) else {
            return;
        };
        let number = index + 1;
        self.out.push_str("<sup class=\"pg-footnote\">");
        match (self.text, self.in_link) {
            (Text::Struck, _) => self.out.push_str(&number.to_string()),
            (_, in_link) => {
                let id = reference_id(index, self.references[index]);
                let id = format!("{}{id}", self.prefix);
                self.references[index] += 1;
                self.reference_to(number, &id, in_link);
            }
        }
        self.out.push_str("</sup>");
    }

    fn reference_to(&mut self, number: usize, id: &str, in_link: bool) {
        if in_link {
            let text = format!("<span id=\"{id}\">{number}</span>");
            return self.out.push_str(&text);
        }
        let target = format!("#fn-{number}");
        let resolve = self.resolve;
        let href = match self.text {
            Text::Compared => resolve.link(&target),
            _ => LinkTo::Href(Cow::Borrowed(target.as_str())),
        };
        self.out.push_str(&format!("<a id=\"{id}\""));
        if let LinkTo::Href(href) = href {
            self.url("href", &href);
        }
        self.out.push_str(&format!(">{number}</a>"));
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
pub(crate) fn tag_of_list(start: Option<u64>) -> (&'static str, String) {
    match start {
        None => ("ul", String::new()),
        Some(1) => ("ol", String::new()),
        Some(start) => ("ol", format!(" start=\"{start}\"")),
    }
}
