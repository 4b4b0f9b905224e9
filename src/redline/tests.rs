//! What the parts of the module do together: exactness, read from outside, for every pair; and the rules, each in a case.

mod cases;
mod commonmark;
mod form;
mod generated;
mod hostile;
mod page;

use std::borrow::Cow;

use crate::document::html::{ImageAs, LinkTo, Resolve};
use crate::document::{self, Document, Options};

use super::{Memory, Redline, accept, compare, html, reject};

struct AsWritten;

impl Resolve for AsWritten {
    fn link<'a>(&'a self, target: &'a str) -> LinkTo<'a> {
        LinkTo::Href(Cow::Borrowed(target))
    }

    fn image<'a>(&'a self, source: &'a str) -> ImageAs<'a> {
        ImageAs::Shown(Cow::Borrowed(source))
    }
}

fn parsed(body: &str) -> Document {
    document::parse(body, Options::default()).document
}

fn redline(old: &str, new: &str) -> Redline {
    compare(&parsed(old), &parsed(new), &mut Memory::new())
}

fn written(redline: &Redline) -> String {
    let mut out = String::new();
    html::write(redline, &AsWritten, &AsWritten, "", &mut out);
    out
}

fn said(document: &Document) -> page::Said {
    let mut out = String::new();
    document::html::write(document, &AsWritten, &mut out);
    page::said(&page::read(&out), "del")
}

/// Both documents can be read back, as trees and from the page, which is well made.
#[track_caller]
fn check(old: &Document, new: &Document) -> Redline {
    let redline = compare(old, new, &mut Memory::new());
    assert_eq!(&accept(&redline), new);
    assert_eq!(&reject(&redline), old);
    let html = written(&redline);
    let page = page::read(&html);
    assert_eq!(page::said(&page, "del"), said(new), "accept: {html}");
    assert_eq!(
        page::said(&page, "ins").words,
        said(old).words,
        "reject: {html}"
    );
    page::levels(&page, &mut 1);
    let mut ids = Vec::new();
    page::ids(&page, &mut ids);
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "ids are unique: {html}");
    let (_, marked) = page::marks(&page);
    // Words that went from a note to the text, say, were struck and inserted, though the page's words are the same.
    if said(old).words == said(new).words && old.footnotes == new.footnotes {
        assert_eq!(marked, 0, "no word changed: {html}");
    }
    for stop in form::stops(&html) {
        assert!(form::shows_a_change(stop), "a stop has a change: {html}");
    }
    redline
}
