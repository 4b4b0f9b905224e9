//! Builds the inlines of one text block at a time, from Markdown or from HTML.
//!
//! Finished inlines lie in one flat list; an open container remembers where its content begins. Text gathers in a buffer
//! until something else comes. A run of white space is kept as one space, or as one line feed where it holds a line's end:
//! the lines at a document's edges are read from that, and the last step of parsing turns line feeds into spaces.

use super::{Attributes, Image, Inline, Link, targets};

/// A container that is open.
#[derive(Debug, Clone)]
pub(super) enum Wrap {
    Emphasis,
    Strong,
    Strike,
    /// Leaves its content to what is around it.
    Nothing,
    Link {
        target: String,
        title: String,
    },
    Element {
        name: String,
        attributes: Attributes,
    },
}

#[derive(Default)]
pub(super) struct Inlines {
    done: Vec<Inline>,
    open: Vec<(Wrap, usize)>,
    text: String,
    /// Whether white space that comes now counts: not at the beginning of a line, nor after other white space.
    inside: bool,
    image: Option<OpenImage>,
}

struct OpenImage {
    source: String,
    title: String,
    alt: String,
    alt_inside: bool,
    /// Images inside the alternative text of this one.
    nested: usize,
}

impl Inlines {
    /// How many containers are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    pub fn is_empty(&self) -> bool {
        self.done.is_empty() && self.text.is_empty()
    }

    pub fn in_image(&self) -> bool {
        self.image.is_some()
    }

    pub fn in_link(&self) -> bool {
        self.open
            .iter()
            .any(|(wrap, _)| matches!(wrap, Wrap::Link { .. }))
    }

    /// Text as the reader sees it; a line feed in it is a soft break.
    pub fn text(&mut self, text: &str) {
        match &mut self.image {
            Some(image) => push_collapsed(&mut image.alt, text, &mut image.alt_inside),
            None => push_collapsed(&mut self.text, text, &mut self.inside),
        }
    }

    pub fn code(&mut self, code: &str) {
        match &mut self.image {
            Some(image) => push_collapsed(&mut image.alt, code, &mut image.alt_inside),
            None => self.push(Inline::Code(code.replace(['\n', '\r'], " "))),
        }
    }

    pub fn line_break(&mut self) {
        if self.image.is_some() {
            return self.text(" ");
        }
        self.trim_text();
        self.push(Inline::LineBreak);
        self.inside = false;
    }

    /// An inline without words of its own that white space is measured by.
    pub fn push(&mut self, inline: Inline) {
        self.flush();
        self.done.push(inline);
        self.inside = true;
    }

    /// An inline that shows nothing itself.
    pub fn push_unseen(&mut self, inline: Inline) {
        self.flush();
        self.done.push(inline);
    }

    pub fn open(&mut self, wrap: Wrap) {
        self.flush();
        self.open.push((wrap, self.done.len()));
    }

    /// Ends the innermost container; one without content is dropped unless it has attributes (it may be an anchor).
    pub fn close(&mut self) {
        self.flush();
        let Some((wrap, start)) = self.open.pop() else {
            return;
        };
        if matches!(wrap, Wrap::Nothing) {
            return;
        }
        let content: Vec<Inline> = self.done.drain(start..).collect();
        let is_anchor = matches!(&wrap, Wrap::Element { attributes, .. } if !attributes.is_empty());
        if !content.is_empty() || is_anchor {
            self.done.push(wrap.around(content));
        }
    }

    /// Begins an image; what comes until [`Inlines::close_image`] is its alternative text.
    pub fn open_image(&mut self, source: String, title: String) {
        if let Some(image) = &mut self.image {
            image.nested += 1;
            return;
        }
        self.image = Some(OpenImage {
            source,
            title,
            alt: String::new(),
            alt_inside: false,
            nested: 0,
        });
    }

    /// Ends an image. Gives its source where that is refused: then the alternative text stays as text.
    pub fn close_image(&mut self) -> Option<String> {
        let mut image = self.image.take()?;
        if image.nested > 0 {
            image.nested -= 1;
            self.image = Some(image);
            return None;
        }
        let alt = image.alt.replace('\n', " ");
        let alt = alt.trim_end().to_string();
        if !targets::image_is_allowed(&image.source) {
            self.text(&alt);
            return Some(image.source);
        }
        self.push(Inline::Image(Image {
            source: image.source,
            title: image.title,
            alt,
        }));
        None
    }

    /// Ends the text block: closes what is open and gives all inlines; nothing where there is nothing but line breaks.
    pub fn take(&mut self) -> Vec<Inline> {
        while self.image.is_some() {
            self.close_image();
        }
        while !self.open.is_empty() {
            self.close();
        }
        self.flush();
        self.inside = false;
        let mut inlines: Vec<Inline> = self.done.drain(..).collect();
        if inlines.iter().all(|i| matches!(i, Inline::LineBreak)) {
            inlines.clear();
        }
        trim_end(&mut inlines);
        inlines
    }

    /// The containers that are open, outermost first. Their anchors are left out: they were given once already.
    pub fn wraps(&self) -> Vec<Wrap> {
        self.open.iter().map(|(wrap, _)| wrap.unnamed()).collect()
    }

    fn trim_text(&mut self) {
        if self.text.ends_with([' ', '\n']) {
            self.text.pop();
        }
    }

    fn flush(&mut self) {
        if self.text.is_empty() {
            return;
        }
        let start = self.open.last().map_or(0, |(_, start)| *start);
        let is_beside_text = start < self.done.len();
        match self.done.last_mut() {
            Some(Inline::Text(last)) if is_beside_text => last.push_str(&self.text),
            // Copied, not taken: the buffer is used again, and the text takes no more room than it needs.
            _ => self.done.push(Inline::Text(self.text.as_str().to_owned())),
        }
        self.text.clear();
    }
}

impl Wrap {
    fn around(self, content: Vec<Inline>) -> Inline {
        match self {
            Wrap::Emphasis => Inline::Emphasis(content),
            Wrap::Strong => Inline::Strong(content),
            Wrap::Strike => Inline::Strike(content),
            Wrap::Link { target, title } => Inline::Link(Link {
                target,
                title,
                content,
            }),
            // Never reached: it is dissolved where it is closed.
            Wrap::Nothing => Inline::Emphasis(content),
            Wrap::Element { name, attributes } => Inline::Element {
                name,
                attributes,
                content,
            },
        }
    }

    fn unnamed(&self) -> Wrap {
        let mut wrap = self.clone();
        if let Wrap::Element { attributes, .. } = &mut wrap {
            attributes.retain(|(name, _)| name != "id" && name != "name");
        }
        wrap
    }
}

/// Appends a text with its white space collapsed; `inside` says whether white space may come now, and is kept up to date.
fn push_collapsed(out: &mut String, text: &str, inside: &mut bool) {
    let text = if *inside {
        text
    } else {
        text.trim_start_matches(|c: char| c.is_ascii_whitespace())
    };
    let Some(last) = text.as_bytes().last() else {
        return;
    };
    *inside = !last.is_ascii_whitespace();
    if is_collapsed(text.as_bytes()) {
        return out.push_str(text);
    }
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_whitespace()) {
        out.push_str(&rest[..at]);
        let after = rest[at..].trim_start_matches(|c: char| c.is_ascii_whitespace());
        let space = &rest[at..rest.len() - after.len()];
        out.push(if space.contains('\n') { '\n' } else { ' ' });
        rest = after;
    }
    out.push_str(rest);
}

/// Whether no white space but single spaces is in it. Without branches, so that it runs on many bytes at once.
fn is_collapsed(bytes: &[u8]) -> bool {
    let control = bytes.iter().fold(false, |found, b| found | (*b < b' '));
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let double = pairs.fold(false, |found, (a, b)| found | ((*a == b' ') & (*b == b' ')));
    !(control | double)
}

/// Takes a space off the end, however deep the last text stands.
fn trim_end(inlines: &mut Vec<Inline>) {
    while trim_last(inlines) {
        inlines.pop();
    }
}

/// Whether nothing is left of the last inline.
fn trim_last(inlines: &mut [Inline]) -> bool {
    match inlines.last_mut() {
        Some(Inline::Text(text)) => {
            text.truncate(text.trim_end_matches([' ', '\n']).len());
            text.is_empty()
        }
        Some(Inline::Emphasis(content) | Inline::Strong(content) | Inline::Strike(content)) => {
            trim_end(content);
            content.is_empty()
        }
        Some(Inline::Link(link)) => {
            trim_end(&mut link.content);
            link.content.is_empty()
        }
        Some(Inline::Element {
            content,
            attributes,
            ..
        }) => {
            trim_end(content);
            content.is_empty() && attributes.is_empty()
        }
        _ => false,
    }
}
