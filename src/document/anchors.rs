//! Ids of content, unique in the document, and the anchors of headings.
//!
//! The page's own ids begin with `pg-`, and footnotes have theirs: content gets none of these.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::char::is_combining_mark;

use super::{Inline, walk};

/// The ids that are taken.
#[derive(Default)]
pub(super) struct Ids {
    taken: BTreeSet<String>,
    /// For each base the number that its next repeat gets.
    next: BTreeMap<String, usize>,
}

impl Ids {
    /// Takes an id that belongs to the page.
    pub fn reserve(&mut self, id: String) {
        self.taken.insert(id);
    }

    /// Takes an id that the content declares, in the form in which it may stand; `None` where it may not.
    pub fn declare(&mut self, id: &str) -> Option<String> {
        let words: Vec<&str> = id.split_whitespace().collect();
        let id: String = words.join("-").replace(|c: char| c.is_control(), "");
        let is_free = !id.is_empty() && !is_reserved(&id) && self.taken.insert(id.clone());
        is_free.then_some(id)
    }

    /// Takes an id in the form in which it stands; false where it is taken.
    pub fn take(&mut self, id: &str) -> bool {
        self.taken.insert(id.to_string())
    }

    /// A new anchor for a heading: its words, and `-1`, `-2`, … where they are taken.
    pub fn anchor(&mut self, heading: &[Inline]) -> String {
        let base = slug(heading);
        let mut anchor = base.clone();
        while !self.taken.insert(anchor.clone()) {
            let next = self.next.entry(base.clone()).or_insert(1);
            anchor = format!("{base}-{next}");
            *next += 1;
        }
        anchor
    }
}

fn is_reserved(id: &str) -> bool {
    id.get(..3)
        .is_some_and(|start| start.eq_ignore_ascii_case("pg-"))
}

/// As GitHub forms it: lower case; letters, marks and numbers of any script, `_` and `-` stay; a space becomes `-`.
fn slug(heading: &[Inline]) -> String {
    let mut slug = String::new();
    walk::each_word(heading, &mut |word| push_slug(word, &mut slug), false);
    if slug.is_empty() {
        slug.push_str("section");
    } else if is_reserved(&slug) {
        slug.insert_str(0, "section-");
    }
    slug
}

fn push_slug(word: &str, slug: &mut String) {
    for c in word.chars() {
        match c {
            'a'..='z' | '0'..='9' | '-' | '_' => slug.push(c),
            'A'..='Z' => slug.push(c.to_ascii_lowercase()),
            ' ' | '\n' => slug.push('-'),
            _ if c.is_alphanumeric() || is_combining_mark(c) => slug.extend(c.to_lowercase()),
            _ => {}
        }
    }
}
