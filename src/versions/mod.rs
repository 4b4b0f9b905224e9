//! From revisions to versions: what readers can cite.
//!
//! 1. [`mod@decide`] goes through a policy's revisions, oldest first, and tells which begin a version, correct one, amend what
//!    one says of itself, or change nothing.
//! 2. [`metadata`] tells each version's dates, class and summary from its newest revision, trailers and `versions.toml`.
//! 3. [`status`] tells which version is in force on a day.

pub mod annotations;
mod decide;
mod draft;
mod metadata;
mod status;

use jiff::civil::Date;

use crate::dates::{Moment, Stated};
use crate::document::Digest;
use crate::facts::Facts;
use crate::front_matter::Change;
use crate::hash::Hash;
use crate::history::{ObjectId, PolicyHistory, Revision};
use crate::problems::Problems;

pub use decide::Rules;
pub use draft::{Becomes, Latest, Newest, draft};
pub use status::{Standing, overtaken_by, standing, withdrawn};

/// A published state that readers can cite.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Version {
    /// Its part of the URL, unique in the policy, for ever.
    pub label: String,
    /// The front matter's `version`, where it declares one.
    pub declared: Option<String>,
    /// The declared title or first heading; `None` where there is neither.
    pub title: Option<String>,
    pub description: Option<String>,
    /// Other addresses that its newest front matter claims for the policy, as written.
    pub aliases: Vec<String>,
    /// The language that the front matter declares.
    pub lang: Option<String>,
    /// The date of its first revision; `None` in a folder without git.
    pub published: Option<Moment>,
    /// The place of its first revision in the published history.
    pub position: usize,
    pub effective: Effective,
    /// The document's own date: it moves nothing.
    pub stated: Option<Stated>,
    /// When the text was reviewed and found right, as its newest revision says.
    pub reviewed: Option<Date>,
    /// `None`: unclassified.
    pub change: Option<Change>,
    pub summary: Option<String>,
    /// What the working tree says; it is not published.
    pub draft: bool,
    /// Of a draft: what it would be once it is committed.
    pub becomes: Option<Becomes>,
    /// Its text is withheld.
    pub hidden: bool,
    pub called_off: bool,
    /// The effective date before it was postponed.
    pub postponed_from: Option<Date>,
    /// Its texts, oldest first, never empty: the original, then the corrections. The last is what the version shows.
    pub texts: Vec<Text>,
    /// The commits that began or amended it, oldest first; empty in a folder without git.
    pub revisions: Vec<ObjectId>,
    /// The date of the last of them; `None` in a folder without git.
    pub amended: Option<Moment>,
}

/// One text of a version, as published.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Text {
    /// The revision whose source shows it: the newest that changed it or what the version says of itself.
    pub revision: Revision,
    /// The commit that first showed it.
    pub first: Option<ObjectId>,
    /// The date of that commit.
    pub date: Option<Moment>,
    pub digest: Digest,
    pub source_sha256: Hash,
    /// Files of the repository that it may show or link to, as its targets are written.
    pub files: Vec<String>,
}

/// From when a version holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Effective {
    /// `None`: it does not say, or not clearly.
    pub date: Option<Date>,
    /// Where it says so; `None` where it does not.
    pub from: Option<EffectiveFrom>,
    /// The date as written, where it is not clear which day it means.
    pub unclear: Option<String>,
    /// Whether the same date stood in the version before.
    pub carried_over: bool,
    /// Whether the version was postponed to that date, or `versions.toml` gives it: no slip, however far ahead it lies.
    pub planned: bool,
}

/// What an effective date was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EffectiveFrom {
    FrontMatter,
    Trailer,
    Text,
    Annotation,
}

impl EffectiveFrom {
    /// The word of `versions.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            EffectiveFrom::FrontMatter => "front-matter",
            EffectiveFrom::Trailer => "trailer",
            EffectiveFrom::Text => "text",
            EffectiveFrom::Annotation => "versions.toml",
        }
    }
}

impl Version {
    /// The text that it shows.
    pub fn newest_text(&self) -> &Text {
        &self.texts[self.texts.len() - 1]
    }

    /// The texts that stood before it, with their names in URLs: `original`, then `correction-1` and so on.
    pub fn earlier_texts(&self) -> impl Iterator<Item = (String, &Text)> {
        let earlier = &self.texts[..self.texts.len() - 1];
        earlier
            .iter()
            .enumerate()
            .map(|(n, text)| (text_name(n), text))
    }
}

/// The name in URLs of a version's n-th text, the original being 0.
pub fn text_name(n: usize) -> String {
    match n {
        0 => "original".to_string(),
        n => format!("correction-{n}"),
    }
}

/// A policy's versions, and the revisions that changed nothing that a version shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decided {
    /// Oldest first.
    pub versions: Vec<Version>,
    pub unchanged: Vec<ObjectId>,
}

/// What is known of one revision's text: its facts, or why it cannot be read.
pub type Known = Result<std::sync::Arc<Facts>, String>;

/// Tells of the revisions of a policy that cannot be read, where there is none that can.
pub fn tell_unreadable(history: &PolicyHistory, known: &[Known], problems: &Problems) {
    for (index, (revision, known)) in history.revisions.iter().zip(known).enumerate() {
        if let Err(message) = known {
            decide::tell_unreadable(
                revision,
                message,
                decide::severity(history, index),
                problems,
            );
        }
    }
}

/// Tells the versions of a policy. `known` goes with the revisions one by one.
pub fn decide(history: &PolicyHistory, known: &[Known], rules: &Rules<'_>) -> Decided {
    let (mut drafts, unchanged) = decide::versions(history, known, rules);
    metadata::fill(&mut drafts, rules);
    Decided {
        versions: drafts.into_iter().map(|draft| draft.version).collect(),
        unchanged,
    }
}

#[cfg(test)]
mod tests;
