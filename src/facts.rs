//! What one text says: everything about a revision's source that later stages need without the text itself.
//!
//! A pure function of the bytes and the options (the memory only makes it faster), so that texts can be read, asked and dropped one after the other.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::dates::{self, Stated};
use crate::document::{self, Digest, Document, Inline, Memory, Node};
use crate::front_matter::{self, Fault, FrontMatter};
use crate::hash::Hash;

/// What a text says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub front: FrontMatter,
    /// What is wrong with the source, with lines.
    pub faults: Vec<Fault>,
    /// The declared title, else the first heading of level 1.
    pub title: Option<String>,
    /// What a reader can notice of it.
    pub digest: Digest,
    /// The hash of the bytes.
    pub source_sha256: Hash,
    /// The effective date that the text states.
    pub effective: Option<Stated>,
    /// The document's own date that the text states.
    pub stated: Option<Stated>,
    /// Targets of images and links that may be files of the repository, each once.
    pub files: Vec<String>,
}

/// A text taken apart: the Markdown as it is written and what it says.
#[derive(Debug)]
pub struct Text {
    pub front: FrontMatter,
    pub faults: Vec<Fault>,
    pub document: Document,
    /// The lines in which it may state its dates.
    pub edge_lines: Vec<document::Line>,
    /// Link targets that were refused for their scheme.
    pub dropped: Vec<String>,
    /// The length of its source, in bytes.
    pub size: usize,
}

/// Reads a source: front matter and body. Bytes that are no UTF-8 become U+FFFD, and are a fault.
pub fn read(bytes: &[u8], memory: &mut Memory) -> Text {
    let (source, fault) = match std::str::from_utf8(bytes) {
        Ok(source) => (Cow::Borrowed(source), None),
        Err(e) => {
            let fault = not_utf8(line_at(bytes, e.valid_up_to()));
            (String::from_utf8_lossy(bytes), Some(fault))
        }
    };
    let split = front_matter::split(&source);
    let (front, mut faults) = split
        .front
        .as_ref()
        .map(front_matter::parse)
        .unwrap_or_default();
    faults.extend(fault);
    let parsed = memory.parse(split.body);
    Text {
        front,
        faults,
        document: parsed.document,
        edge_lines: parsed.edge_lines,
        dropped: parsed.dropped,
        size: bytes.len(),
    }
}

fn not_utf8(line: usize) -> Fault {
    Fault {
        line,
        message: "is not valid UTF-8; save the file in that encoding".to_string(),
    }
}

/// The facts of a text, read from these bytes.
pub fn facts(bytes: &[u8], text: &Text) -> Facts {
    let statements = dates::statements(&text.edge_lines);
    Facts {
        title: text.front.title.clone().or_else(|| text.document.title()),
        digest: text.document.digest(text.front.title.as_deref()),
        source_sha256: Sha256::digest(bytes).into(),
        effective: statements.effective,
        stated: statements.stated,
        files: files(&text.document),
        front: text.front.clone(),
        faults: text.faults.clone(),
    }
}

/// The line of a byte, counted from 1.
pub fn line_at(bytes: &[u8], offset: usize) -> usize {
    bytes[..offset.min(bytes.len())]
        .iter()
        .filter(|&&b| b == b'\n')
        .count()
        + 1
}

/// The kinds of files of the content that are published.
pub const PUBLISHED_FILES: [&str; 7] = ["png", "jpg", "jpeg", "gif", "webp", "avif", "pdf"];

/// The lower-case ending of a path, if it is one of [`PUBLISHED_FILES`].
pub fn published_ending(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    PUBLISHED_FILES
        .into_iter()
        .find(|known| ending.eq_ignore_ascii_case(known))
}

fn files(document: &Document) -> Vec<String> {
    let mut files: BTreeSet<String> = BTreeSet::new();
    document.walk(&mut |node| {
        let target = match node {
            Node::Inline(Inline::Image(image)) => &image.source,
            Node::Inline(Inline::Link(link)) => &link.target,
            _ => return,
        };
        if is_local_file(target) && !files.contains(target) {
            files.insert(target.clone());
        }
    });
    files.into_iter().collect()
}

fn is_local_file(target: &str) -> bool {
    let path = target.split(['#', '?']).next().unwrap_or_default();
    published_ending(path).is_some() && !target.contains("://") && !target.starts_with("//")
}
