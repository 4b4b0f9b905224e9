//! The draft of a policy as a version: what it would be if it were committed now.

use std::sync::Arc;

use super::Version;
use super::annotations::Annotations;
use super::decide::{Draft, Rules, begun, text};
use super::metadata;
use crate::config::Versions;
use crate::facts::Facts;
use crate::history::Revision;
use crate::problems::{Problems, Severity};
use crate::reserved;

/// A version of a policy, and what its newest text says.
pub struct Latest<'a> {
    pub version: &'a Version,
    pub facts: Arc<Facts>,
}

/// What a draft would be once it is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Becomes {
    Version,
    /// Another text of the latest version, whose `version` it declares.
    Correction,
    /// The text of the latest version, of which its front matter says something else.
    Amendment,
}

impl Becomes {
    /// Its name in templates.
    pub fn as_str(self) -> &'static str {
        match self {
            Becomes::Version => "version",
            Becomes::Correction => "correction",
            Becomes::Amendment => "amendment",
        }
    }
}

/// The newest two versions of a policy, the latest first, as far as there are any.
pub type Newest<'a> = [Option<Latest<'a>>; 2];

/// The draft of a policy as the version after the latest one, labelled `draft`; `None` where it says nothing that the latest
/// version does not. `revision` has no commit. What is odd about its dates and summaries goes to `problems`.
pub fn draft(
    newest: Newest<'_>,
    revision: &Revision,
    facts: &Arc<Facts>,
    versions: Versions,
    problems: &Problems,
) -> Option<Version> {
    let [latest, earlier] = newest
        .map(|version| version.map(|of| draft_of(of.version.clone(), &of.facts, revision, true)));
    let counts = versions != Versions::EveryChange;
    let declared = facts.front.version.clone().filter(|_| counts);
    let becomes = becomes(
        latest.as_ref(),
        declared.as_deref(),
        revision,
        facts,
        versions,
    )?;
    let version = begun(reserved::DRAFT.to_string(), declared, text(revision, facts));
    let visible = latest
        .as_ref()
        .is_none_or(|latest| is_visible(latest, facts));
    let mut draft = draft_of(version, facts, revision, visible);
    let rules = Rules {
        versions,
        annotations: &Annotations::default(),
        names: &[],
        problems,
    };
    // What describes the latest version goes on to describe it.
    let before = match becomes {
        Becomes::Version => latest,
        Becomes::Correction | Becomes::Amendment => earlier,
    };
    metadata::fill_one(&mut draft, before.as_ref(), &rules);
    draft.version.draft = true;
    draft.version.becomes = Some(becomes);
    draft.version.position = usize::MAX;
    Some(draft.version)
}

/// What a commit would make of it; `None`: nothing.
fn becomes(
    latest: Option<&Draft>,
    declared: Option<&str>,
    revision: &Revision,
    facts: &Facts,
    versions: Versions,
) -> Option<Becomes> {
    let Some(latest) = latest else {
        return Some(Becomes::Version);
    };
    let is_renewed = declared.is_some() && declared != latest.version.declared.as_deref();
    let is_correction = declared.is_some() || versions == Versions::Declared;
    match is_visible(latest, facts) {
        _ if is_renewed => Some(Becomes::Version),
        true if is_correction => Some(Becomes::Correction),
        true => Some(Becomes::Version),
        false => latest
            .is_amended_by(revision, facts)
            .then_some(Becomes::Amendment),
    }
}

fn is_visible(before: &Draft, facts: &Facts) -> bool {
    before.version.newest_text().digest.text != facts.digest.text
}

fn draft_of(version: Version, facts: &Arc<Facts>, revision: &Revision, visible: bool) -> Draft {
    Draft {
        version,
        front: facts.front.clone(),
        facts: facts.clone(),
        commits: Vec::new(),
        moved_from: None,
        visible,
        place: revision.path.clone(),
        severity: Severity::Error,
    }
}
