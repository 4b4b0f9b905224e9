//! The walk of the published history: one commit after the other, oldest first.

use std::sync::Arc;

use anyhow::Result;
use git2::Oid;

use super::identity::{Changes, Identities, Present};
use super::repository::{Difference, Entry, Repository, is_regular};
use super::{Mend, ObjectId, Published, rename};

/// Which part of which history is walked.
pub struct Scope<'a> {
    /// The newest commit.
    pub tip: ObjectId,
    /// The content folder in the repository with a `/` behind it, or empty.
    pub prefix: &'a str,
    /// Whether a path of the repository (below the prefix, ending in `.md`) is a policy's.
    pub is_policy: &'a dyn Fn(&str) -> bool,
    /// Whether dates are the author's rather than the committer's.
    pub by_author: bool,
    pub mends: &'a [Mend],
}

/// Walks the first-parent chain and tells the policies and their revisions. `progress` hears of each commit.
///
/// # Errors
///
/// A commit, a tree or a blob that is needed cannot be read.
pub fn published(
    repository: &Repository,
    scope: &Scope<'_>,
    progress: &dyn Fn(),
) -> Result<Published> {
    let chain = repository.first_parents(scope.tip)?;
    let mut identities = Identities::new(scope.prefix, scope.mends);
    let mut before: Option<(Oid, Option<git2::Tree<'_>>)> = None;
    let mut incomplete = Vec::new();
    for (position, &id) in chain.iter().enumerate() {
        let tree = repository.tree_at(id, scope.prefix)?;
        let old = before.as_ref().and_then(|(_, tree)| tree.as_ref());
        let differences = repository.compare(old, tree.as_ref(), scope.prefix)?;
        let changes = changes(scope, differences);
        if !changes.is_empty() {
            let commit = Arc::new(repository.read_commit(id, position, scope.by_author)?);
            let parent = before.as_ref().map(|(id, _)| *id);
            identities.step(&commit, changes, || {
                let renames = renames(repository, parent, id)?;
                incomplete.extend((!renames.complete).then_some(commit.id));
                anyhow::Ok(renames.paths)
            })?;
        }
        before = Some((id, tree));
        progress();
    }
    Ok(Published {
        incomplete,
        ..identities.finish(chain.len())
    })
}

impl Changes {
    fn is_empty(&self) -> bool {
        self.vanished.is_empty() && self.appeared.is_empty() && self.modified.is_empty()
    }
}

fn changes(scope: &Scope<'_>, differences: Vec<Difference>) -> Changes {
    let source = |entry: Option<Entry>| {
        entry
            .filter(|e| is_regular(e.mode) && e.path.ends_with(".md") && (scope.is_policy)(&e.path))
    };
    let mut changes = Changes::default();
    for Difference { old, new } in differences {
        match (source(old), source(new)) {
            (Some(_), Some(new)) => changes.modified.push(present(new)),
            (Some(old), None) => changes.vanished.push(old.path.into()),
            (None, Some(new)) => changes.appeared.push(present(new)),
            (None, None) => {}
        }
    }
    changes
}

fn present(entry: Entry) -> Present {
    Present {
        path: entry.path.into(),
        blob: entry.id,
    }
}

/// The renames of a commit.
struct Renames {
    /// Old path and new path.
    paths: Vec<(String, String)>,
    /// Whether all were looked for.
    complete: bool,
}

/// The renames of a commit, found among all its files: a file that is no policy may be the better match.
fn renames(repository: &Repository, parent: Option<Oid>, commit: Oid) -> Result<Renames> {
    let old = parent
        .map(|id| repository.tree_at(id, ""))
        .transpose()?
        .flatten();
    let new = repository.tree_at(commit, "")?;
    let (mut vanished, mut appeared) = (Vec::new(), Vec::new());
    for difference in repository.compare(old.as_ref(), new.as_ref(), "")? {
        match difference {
            Difference {
                old: Some(entry),
                new: None,
            } => vanished.push(entry),
            Difference {
                old: None,
                new: Some(entry),
            } => appeared.push(entry),
            _ => {}
        }
    }
    let renames = rename::pair(&entries(&vanished), &entries(&appeared), &mut |entry| {
        repository.blob(ObjectId(entry.id))
    })?;
    let path = |entry: &Entry| entry.path.clone();
    let paths = |(old, new): (usize, usize)| (path(&vanished[old]), path(&appeared[new]));
    Ok(Renames {
        paths: renames.pairs.into_iter().map(paths).collect(),
        complete: renames.complete,
    })
}

fn entries(of: &[Entry]) -> Vec<rename::Entry<'_>> {
    of.iter()
        .map(|entry| rename::Entry {
            path: entry.path.as_bytes(),
            mode: entry.mode,
            id: entry.id.0,
        })
        .collect()
}
