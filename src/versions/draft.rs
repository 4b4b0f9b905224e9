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

/// The newest version of a policy, and what its newest text says.
pub struct Latest<'a> {
    pub version: &'a Version,
    pub facts: Arc<Facts>,
}

/// A draft as the version after the latest one, labelled `draft`; `None` where it says nothing that the latest version does not.
/// `revision` has no commit. What is odd about its dates and summaries goes to `problems`.
pub fn draft(
    latest: Option<Latest<'_>>,
    revision: &Revision,
    facts: &Arc<Facts>,
    problems: &Problems,
) -> Option<Version> {
    let before =
        latest.map(|latest| draft_of(latest.version.clone(), &latest.facts, revision, true));
    let says_the_same =
        |before: &Draft| !is_visible(before, facts) && !before.is_amended_by(revision, facts);
    if before.as_ref().is_some_and(says_the_same) {
        return None;
    }
    let declared = facts.front.version.clone();
    let version = begun(reserved::DRAFT.to_string(), declared, text(revision, facts));
    let visible = before
        .as_ref()
        .is_none_or(|before| is_visible(before, facts));
    let mut draft = draft_of(version, facts, revision, visible);
    let rules = Rules {
        versions: Versions::Auto,
        annotations: &Annotations::default(),
        names: &[],
        problems,
    };
    metadata::fill_one(&mut draft, before.as_ref(), &rules);
    draft.version.draft = true;
    draft.version.position = usize::MAX;
    Some(draft.version)
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
