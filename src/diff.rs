//! `policygen diff`: what differs between two states of policies.
//!
//! 1. [`request`] tells what the words of the command line mean for each policy: a version, a day, a commit, the draft.
//! 2. The two texts are compared like any two versions.
//! 3. [`mod@write`] tells the redlines as text, Markdown, HTML or JSON.

pub mod request;
mod suggest;
pub mod write;

use anyhow::Result;

use crate::document::Document;
use crate::facts::Text;
use crate::gathered::Gathered;
use crate::history::Source;
use crate::library::Texts;
use crate::policies::{Policy, title_of_path};
use crate::problems::Problems;
use crate::redline::{self, Memory, Redline};

use request::Pair;
pub use request::{Request, Side, State};

/// What differs in one policy.
pub struct Difference {
    /// `None`: it is not published yet.
    pub uid: Option<String>,
    pub id: String,
    pub title: String,
    /// The path of its source in the repository.
    pub path: String,
    pub from: Side,
    pub to: Side,
    /// The titles before and now, where they differ and the texts do not show them.
    pub title_change: Option<(String, String)>,
    pub redline: Redline,
}

/// The differences that are asked for, in the order of the ids; policies in which nothing differs are left out.
///
/// # Errors
///
/// The request names what is not there, or what is hidden; or a text cannot be read.
pub fn differences(
    site: &Gathered,
    request: &Request,
    problems: &Problems,
) -> Result<Vec<Difference>> {
    let mut texts = site.library.texts();
    let pairs = request::pairs(site, request, &mut texts, problems)?;
    let mut memory = Memory::new();
    let mut found = Vec::new();
    for pair in pairs {
        if let (State::Draft, Some(source)) = (&pair.to.state, &pair.to.source) {
            tell_faults(&pair.path, &*texts.text(source)?, problems);
        }
        found.extend(difference(site, pair, &mut texts, &mut memory)?);
    }
    found.sort_by(|a, b| (&a.id, &a.path).cmp(&(&b.id, &b.path)));
    Ok(found)
}

/// What would be an error once the draft is published.
fn tell_faults(path: &str, text: &Text, problems: &Problems) {
    for fault in &text.faults {
        let place = format!("{path}:{}", fault.line);
        problems.warning("faults of drafts", place, &*fault.message);
    }
}

/// `None` where nothing differs.
fn difference(
    site: &Gathered,
    pair: Pair,
    texts: &mut Texts<'_>,
    memory: &mut Memory,
) -> Result<Option<Difference>> {
    if pair.from.source == pair.to.source {
        return Ok(None);
    }
    let mut read = |source: &Option<Source>| source.as_ref().map(|s| texts.text(s)).transpose();
    let (old, new) = (read(&pair.from.source)?, read(&pair.to.source)?);
    let (old, new) = (old.as_deref(), new.as_deref());
    let redline = compared(old, new, memory);
    let title_change = old.zip(new).and_then(|(old, new)| title_change(old, new));
    let is_whole = old.is_some() != new.is_some();
    if redline.is_empty() && title_change.is_none() && !is_whole {
        return Ok(None);
    }
    let policy = pair.policy.map(|policy| &site.policies.all[policy]);
    Ok(Some(Difference {
        uid: policy.map(|policy| policy.uid.clone()),
        title: title(new.or(old), policy, &pair.path),
        id: pair.id,
        path: pair.path,
        from: pair.from,
        to: pair.to,
        title_change,
        redline,
    }))
}

/// A text that is not there is empty.
fn compared(old: Option<&Text>, new: Option<&Text>, memory: &mut Memory) -> Redline {
    let nothing = Document::default();
    let old = old.map_or(&nothing, |text| &text.document);
    let new = new.map_or(&nothing, |text| &text.document);
    redline::compare(old, new, memory)
}

/// What the text is called, else its policy; a new one without a title as a build would name it.
fn title(text: Option<&Text>, policy: Option<&Policy>, path: &str) -> String {
    text.and_then(title_of)
        .or_else(|| policy.map(|policy| policy.title.clone()))
        .unwrap_or_else(|| title_of_path(path))
}

fn title_of(text: &Text) -> Option<String> {
    text.front.title.clone().or_else(|| text.document.title())
}

fn title_change(old: &Text, new: &Text) -> Option<(String, String)> {
    let (before, now) = (title_of(old)?, title_of(new)?);
    let shows = |text: &Text, title: &String| {
        text.document.begins_with_title() && text.document.title().as_ref() == Some(title)
    };
    let differs = before != now && !(shows(old, &before) && shows(new, &now));
    differs.then_some((before, now))
}
