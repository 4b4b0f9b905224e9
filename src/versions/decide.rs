//! Which revisions begin a version, correct one, amend what it says of itself, or change nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::annotations::Annotations;
use super::{Effective, Known, Text, Version};
use crate::config::Versions;
use crate::facts::Facts;
use crate::front_matter::FrontMatter;
use crate::history::{Commit, ObjectId, PolicyHistory, Revision};
use crate::problems::{Problems, Severity};
use crate::reserved;
use crate::slug::slug;

/// By what a policy's versions are told, and where its faults go.
pub struct Rules<'a> {
    pub versions: Versions,
    pub annotations: &'a Annotations,
    /// The policy's names in `versions.toml`: its id, its `uid`, the paths that it had.
    pub names: &'a [String],
    pub problems: &'a Problems,
}

/// A version on its way: with what its revisions said of it.
pub(super) struct Draft {
    pub version: Version,
    /// The newest front matter.
    pub front: FrontMatter,
    /// The newest facts.
    pub facts: Arc<Facts>,
    /// The commits that began or amended it, oldest first.
    pub commits: Vec<Arc<Commit>>,
    /// The effective date of its front matter before a later commit moved it, ahead of that day, to a later one.
    pub moved_from: Option<Date>,
    /// Whether its text differs from that of the version before.
    pub visible: bool,
    /// Where its newest revision stands, and how its faults weigh.
    pub place: Arc<str>,
    pub severity: Severity,
}

/// The versions of a policy without their metadata, and the revisions that changed nothing.
pub(super) fn versions(
    history: &PolicyHistory,
    known: &[Known],
    rules: &Rules<'_>,
) -> (Vec<Draft>, Vec<ObjectId>) {
    let mut walk = Walk::new(rules);
    for (index, (revision, known)) in history.revisions.iter().zip(known).enumerate() {
        walk.step(revision, known, severity(history, index));
    }
    (walk.drafts, walk.unchanged)
}

/// How the faults of a revision weigh: the newest of a live policy can be mended.
pub(super) fn severity(history: &PolicyHistory, revision: usize) -> Severity {
    match history.live && revision + 1 == history.revisions.len() {
        true => Severity::Error,
        false => Severity::Warning,
    }
}

pub(super) fn tell_unreadable(
    revision: &Revision,
    message: &str,
    severity: Severity,
    problems: &Problems,
) {
    problems.add(
        severity,
        "texts that cannot be read",
        &*revision.path,
        message,
    );
}

struct Walk<'a> {
    rules: &'a Rules<'a>,
    drafts: Vec<Draft>,
    unchanged: Vec<ObjectId>,
    /// How often each label was wanted.
    wanted: BTreeMap<String, usize>,
    /// The labels that are taken.
    taken: BTreeSet<String>,
}

impl<'a> Walk<'a> {
    fn new(rules: &'a Rules<'a>) -> Self {
        Walk {
            rules,
            drafts: Vec::new(),
            unchanged: Vec::new(),
            wanted: BTreeMap::new(),
            taken: BTreeSet::new(),
        }
    }

    fn step(&mut self, revision: &Revision, known: &Known, severity: Severity) {
        let facts = match known {
            Ok(facts) => facts,
            Err(message) => {
                tell_unreadable(revision, message, severity, self.rules.problems);
                return self.leave_out(revision);
            }
        };
        for fault in &facts.faults {
            let place = format!("{}:{}", revision.path, fault.line);
            let message = told_of_commit(&fault.message, revision, severity);
            self.rules
                .problems
                .add(severity, "faults in older texts", place, message);
        }
        if facts.front.draft {
            return self.leave_out(revision);
        }
        self.take(revision, facts, severity);
    }

    fn take(&mut self, revision: &Revision, facts: &Arc<Facts>, severity: Severity) {
        let declared = self.declared(facts);
        let Some(current) = self.drafts.last_mut() else {
            return self.begin(revision, facts, declared, severity);
        };
        let visible = current.facts.digest.text != facts.digest.text;
        let renewed = declared.is_some() && declared != current.version.declared;
        let same_declared = declared.is_some() && !renewed;
        let correction = same_declared || self.rules.versions == Versions::Declared;
        if renewed || (visible && !correction) {
            self.begin(revision, facts, declared, severity);
        } else if visible {
            current.correct(revision, facts, severity);
        } else if current.is_amended_by(revision, facts) {
            current.amend(revision, facts, severity);
        } else {
            current.follow(revision, facts);
            self.leave_out(revision);
        }
    }

    /// The version that a text declares, as far as the configuration lets it.
    fn declared(&self, facts: &Facts) -> Option<String> {
        let counts = self.rules.versions != Versions::EveryChange;
        facts.front.version.clone().filter(|_| counts)
    }

    fn begin(
        &mut self,
        revision: &Revision,
        facts: &Arc<Facts>,
        declared: Option<String>,
        severity: Severity,
    ) {
        let label = self.free_label(wanted(declared.as_deref(), revision));
        let before = self.drafts.last().map(|draft| draft.facts.digest);
        let visible = before.is_none_or(|before| before.text != facts.digest.text);
        let mut draft = Draft {
            version: begun(label, declared, text(revision, facts)),
            front: facts.front.clone(),
            facts: facts.clone(),
            commits: Vec::new(),
            moved_from: None,
            visible,
            place: revision.path.clone(),
            severity,
        };
        draft.note(revision, facts, severity);
        self.drafts.push(draft);
    }

    /// A label that no version of the policy has: with `-2`, `-3`, … behind it where the wanted one is taken, and with `-1` where
    /// it is a word that the site keeps for itself.
    fn free_label(&mut self, wanted: String) -> String {
        loop {
            let count = self.wanted.entry(wanted.clone()).or_insert(0);
            *count += 1;
            let plain = *count == 1 && !reserved::is_reserved(&wanted);
            let label = if plain {
                wanted.clone()
            } else {
                format!("{wanted}-{count}")
            };
            if !reserved::is_reserved(&label) && self.taken.insert(label.clone()) {
                return label;
            }
        }
    }

    fn leave_out(&mut self, revision: &Revision) {
        self.unchanged
            .extend(revision.commit.as_ref().map(|commit| commit.id));
    }
}

impl Draft {
    fn correct(&mut self, revision: &Revision, facts: &Arc<Facts>, severity: Severity) {
        self.version.texts.push(text(revision, facts));
        self.note(revision, facts, severity);
    }

    fn amend(&mut self, revision: &Revision, facts: &Arc<Facts>, severity: Severity) {
        if let Some(shown) = self.version.texts.last_mut() {
            shown.revision = revision.clone();
            shown.source_sha256 = facts.source_sha256;
            shown.files.clone_from(&facts.files);
        }
        self.note(revision, facts, severity);
    }

    /// Whether a revision of the same visible text says something else of the version.
    pub fn is_amended_by(&self, revision: &Revision, facts: &Facts) -> bool {
        let said = |front: &FrontMatter| FrontMatter {
            // A title is visible text; ids and aliases are the policy's, not the version's.
            title: None,
            id: None,
            version: None,
            aliases: Vec::new(),
            ..front.clone()
        };
        let trailers = revision
            .commit
            .as_ref()
            .map(|commit| commit.trailers.clone())
            .unwrap_or_default();
        said(&self.front) != said(&facts.front) || trailers != crate::history::Trailers::default()
    }

    /// Takes over from a revision that changes nothing a version shows: where the source is, which its links are read from, and
    /// what its front matter says of the policy.
    fn follow(&mut self, revision: &Revision, facts: &Facts) {
        if let Some(shown) = self.version.texts.last_mut()
            && shown.revision.path != revision.path
        {
            shown.revision.path = revision.path.clone();
            shown.revision.commit.clone_from(&revision.commit);
        }
        self.front = facts.front.clone();
        self.place = revision.path.clone();
    }

    /// Whoever moves an effective date to a later day before it has come postpones the version.
    fn note_move(&mut self, revision: &Revision, front: &FrontMatter) {
        let day = |front: &FrontMatter| front.effective.as_ref()?.stated.day();
        let (Some(old), Some(new), Some(commit)) = (day(&self.front), day(front), &revision.commit)
        else {
            return;
        };
        if !self.commits.is_empty() && old < new && commit.date.date() < old {
            self.moved_from.get_or_insert(old);
        }
    }

    fn note(&mut self, revision: &Revision, facts: &Arc<Facts>, severity: Severity) {
        self.note_move(revision, &facts.front);
        self.front = facts.front.clone();
        self.facts = facts.clone();
        self.place = revision.path.clone();
        self.severity = severity;
        if let Some(commit) = &revision.commit {
            self.version.revisions.push(commit.id);
            self.version.amended = Some(commit.date);
            self.commits.push(commit.clone());
        }
    }
}

/// The label that a version gets if it is free: what is declared, else the day of its commit.
fn wanted(declared: Option<&str>, revision: &Revision) -> String {
    match (declared, &revision.commit) {
        (Some(value), _) => slug(value),
        (None, Some(commit)) => commit.date.date().to_string(),
        (None, None) => "undated".to_string(),
    }
}

/// A version with its first text, of which nothing is said yet.
pub(super) fn begun(label: String, declared: Option<String>, text: Text) -> Version {
    let commit = text.revision.commit.as_ref();
    Version {
        label,
        declared,
        title: None,
        description: None,
        aliases: Vec::new(),
        lang: None,
        published: commit.map(|commit| commit.date),
        position: commit.map_or(0, |commit| commit.position),
        effective: Effective::default(),
        stated: None,
        reviewed: None,
        change: None,
        summary: None,
        draft: false,
        becomes: None,
        hidden: false,
        called_off: false,
        postponed_from: None,
        texts: vec![text],
        revisions: Vec::new(),
        amended: None,
    }
}

pub(super) fn text(revision: &Revision, facts: &Facts) -> Text {
    Text {
        revision: revision.clone(),
        first: revision.commit.as_ref().map(|commit| commit.id),
        date: revision.commit.as_ref().map(|commit| commit.date),
        digest: facts.digest,
        source_sha256: facts.source_sha256,
        files: facts.files.clone(),
    }
}

/// An older text's fault is found by its commit.
fn told_of_commit(message: &str, revision: &Revision, severity: Severity) -> String {
    match (&revision.commit, severity) {
        (Some(commit), Severity::Warning) => {
            let id = commit.id.to_string();
            format!("{message} (commit {})", &id[..10])
        }
        _ => message.to_string(),
    }
}
