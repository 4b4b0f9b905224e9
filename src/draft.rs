//! Drafts: what the policies say in the working tree, published or not.
//!
//! 1. The Markdown files of the content folder are listed, as `git status` would: without ignored ones, symbolic links not followed.
//! 2. Each file is the policy that has its path today; a new path may be that of a policy whose file is gone.
//! 3. What a draft says is read when it is wanted, like any text: through [`Draft::source`] and the library.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::history::{Repository, Source};
use crate::library::Texts;
use crate::policies::{Policies, Policy};
use crate::site::Gathered;
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
/// A folder or a new file cannot be read.
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
        let policy = finder.policy(&path, &source)?;
        let id = match policy {
            Some(policy) => policies.all[policy].id.clone(),
            None => natural_id(policies, &path),
        };
        all.push(Draft {
            policy,
            path,
            id,
            source,
        });
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
    fn policy(&mut self, path: &str, source: &Source) -> Result<Option<usize>> {
        let all = &self.policies.all;
        let here = |policy: &Policy| policy.live && *policy.path == *path;
        if let Some(policy) = all.iter().position(here) {
            return Ok(Some(policy));
        }
        let text = self
            .texts
            .text(source)
            .with_context(|| format!("the draft of `{path}`"))?;
        let id = natural_id(self.policies, path);
        let moved = self.missing.iter().position(|&policy| {
            Some(&all[policy].uid) == text.front.id.as_ref() || all[policy].id == id
        });
        if let Some(at) = moved {
            return Ok(Some(self.missing.remove(at)));
        }
        // A withdrawn policy may come back.
        Ok(all
            .iter()
            .position(|policy| !policy.live && *policy.path == *path))
    }
}
