//! Drafts: what the policies say in the working tree, published or not.
//!
//! 1. The Markdown files of the content folder are listed, as `git status` would: without ignored ones, symbolic links not followed.
//! 2. Each file is the policy that has its path today; a new path may be that of a policy whose file is gone, as a commit would
//!    tell: by its address, by its text, or since it was withdrawn there before.
//! 3. What a draft says is read when it is wanted, like any text: through [`Draft::source`] and the library.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::gathered::Gathered;
use crate::history::{self, Reader, Repository, Source};
use crate::library::Texts;
use crate::policies::{Policies, Policy};
use crate::slug::id_of_path;

/// A policy's file in the working tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The policy whose next text it may become; `None`: it would be a new one.
    pub policy: Option<usize>,
    /// In the repository.
    pub path: String,
    /// The id at which it would stand.
    pub id: String,
    /// The file. The library reads it anew each time that it is asked for the first time by a thread.
    pub source: Source,
}

/// The drafts of a working tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drafts {
    /// By path. Most say what is published already.
    pub all: Vec<Draft>,
    /// The live policies whose file is gone.
    pub gone: Vec<usize>,
}

impl Drafts {
    /// The draft of a policy; `None` where its file is gone.
    pub fn of(&self, policy: usize) -> Option<&Draft> {
        self.all.iter().find(|draft| draft.policy == Some(policy))
    }
}

/// The drafts of a site's working tree; `None` where there is none: in a bare repository, and without git.
///
/// # Errors
///
/// A folder cannot be read.
pub fn drafts(site: &Gathered, repository: &Repository) -> Result<Option<Drafts>> {
    let Some(root) = repository.workdir() else {
        return Ok(None);
    };
    let policies = &site.policies;
    let paths = paths(site, repository, &root)?;
    let mut texts = site.library.texts();
    let mut finder = Finder {
        policies,
        missing: missing(policies, &paths),
        texts: &mut texts,
    };
    let mut all = Vec::with_capacity(paths.len());
    for path in paths {
        let source = Source::File(root.join(&path));
        all.push(Draft {
            policy: finder.here(&path, &source),
            id: natural_id(policies, &path),
            path,
            source,
        });
    }
    finder.join_moved(&mut all, &site.library.reader)?;
    for draft in &mut all {
        draft.policy = draft.policy.or_else(|| finder.withdrawn(&draft.path));
        if let Some(policy) = draft.policy {
            draft.id.clone_from(&policies.all[policy].id);
        }
    }
    Ok(Some(Drafts {
        all,
        gone: finder.missing,
    }))
}

fn natural_id(policies: &Policies, path: &str) -> String {
    id_of_path(path.strip_prefix(&*policies.prefix).unwrap_or(path))
}

/// The paths of the working tree that are policies.
fn paths(site: &Gathered, repository: &Repository, root: &Path) -> Result<BTreeSet<String>> {
    let config = &site.config;
    let prefix = &site.policies.prefix;
    let output = repository.prefix_of(&config.root, &config.output).ok();
    let is_output = |path: &str| {
        output
            .as_deref()
            .is_some_and(|output| !output.is_empty() && path.starts_with(output))
    };
    let found = repository.working_files(prefix)?.into_iter();
    let mut paths: BTreeSet<String> = found
        .filter(|path| config.content.is_policy(path, prefix) && !is_output(path))
        .collect();
    // What git tracks is there, though a pattern ignores it.
    let tracked = site.policies.all.iter().filter(|policy| policy.live);
    let tracked = tracked.map(|policy| policy.path.to_string());
    paths.extend(tracked.filter(|path| is_plain_file(root, path)));
    Ok(paths)
}

/// Whether a path leads to a file without a symbolic link on the way.
fn is_plain_file(root: &Path, path: &str) -> bool {
    let mut place = root.to_path_buf();
    let mut is_file = false;
    for part in path.split('/') {
        place.push(part);
        match fs::symlink_metadata(&place) {
            Ok(found) if found.is_dir() || found.is_file() => is_file = found.is_file(),
            _ => return false,
        }
    }
    is_file
}

/// The live policies whose path is not there.
fn missing(policies: &Policies, paths: &BTreeSet<String>) -> Vec<usize> {
    let is_gone = |policy: &Policy| policy.live && !paths.contains(&*policy.path);
    let all = policies.all.iter().enumerate();
    all.filter(|(_, policy)| is_gone(policy))
        .map(|(index, _)| index)
        .collect()
}

/// Finds the policy of a path.
struct Finder<'f, 'a> {
    policies: &'f Policies,
    /// The live policies whose file was not found so far.
    missing: Vec<usize>,
    texts: &'f mut Texts<'a>,
}

impl Finder<'_, '_> {
    /// The policy that has a path today, or whose file is gone and which has the same address or `id`.
    fn here(&mut self, path: &str, source: &Source) -> Option<usize> {
        let all = &self.policies.all;
        let here = |policy: &Policy| policy.live && *policy.path == *path;
        if let Some(policy) = all.iter().position(here) {
            return Some(policy);
        }
        if self.missing.is_empty() {
            return None;
        }
        // Whoever shows it tells why it cannot be read.
        let Ok(text) = self.texts.text(source) else {
            return None;
        };
        let id = natural_id(self.policies, path);
        let moved = self.missing.iter().position(|&policy| {
            Some(&all[policy].uid) == text.front.id.as_ref() || all[policy].id == id
        });
        moved.map(|at| self.missing.remove(at))
    }

    /// Gives new files to policies whose file is gone, where they say much the same.
    fn join_moved(&mut self, drafts: &mut [Draft], reader: &Reader) -> Result<()> {
        let new: Vec<usize> = (0..drafts.len())
            .filter(|&draft| drafts[draft].policy.is_none())
            .collect();
        let vanished = self.missing.iter().map(|&policy| {
            let policy = &self.policies.all[policy];
            let latest = policy.versions[policy.latest()].newest_text();
            (&*policy.path, &latest.revision.source)
        });
        let appeared = new
            .iter()
            .map(|&draft| (&*drafts[draft].path, &drafts[draft].source));
        let moved = history::moved(
            reader,
            &vanished.collect::<Vec<_>>(),
            &appeared.collect::<Vec<_>>(),
        )?;
        let mut found = BTreeSet::new();
        for (from, to) in moved {
            drafts[new[to]].policy = Some(self.missing[from]);
            found.insert(self.missing[from]);
        }
        self.missing.retain(|policy| !found.contains(policy));
        Ok(())
    }

    /// The withdrawn policy that had a path, and may come back.
    fn withdrawn(&self, path: &str) -> Option<usize> {
        let had = |policy: &Policy| !policy.live && *policy.path == *path;
        self.policies.all.iter().position(had)
    }
}
