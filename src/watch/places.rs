//! The folders that matter to a site, and what a change in one of them means.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::config;
use crate::history::Repository;
use crate::versions::annotations;

/// What changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// Files of the content folder.
    pub content: bool,
    /// Commits, branches, or which of them is looked at.
    pub history: bool,
    /// `policygen.toml`
    pub configuration: bool,
    /// `versions.toml`
    pub annotations: bool,
    /// Templates, or files of a theme.
    pub theme: bool,
    /// Where, as far as it is known: for whoever is told.
    pub paths: BTreeSet<PathBuf>,
}

impl Changed {
    /// Whether nothing did.
    pub fn is_empty(&self) -> bool {
        !(self.content || self.history || self.configuration || self.annotations || self.theme)
    }

    /// Everything may have changed.
    pub fn note_all(&mut self) {
        let paths = std::mem::take(&mut self.paths);
        *self = Changed {
            content: true,
            history: true,
            configuration: true,
            annotations: true,
            theme: true,
            paths,
        };
    }

    /// Notes what else changed.
    pub fn join(&mut self, other: Changed) {
        self.content |= other.content;
        self.history |= other.history;
        self.configuration |= other.configuration;
        self.annotations |= other.annotations;
        self.theme |= other.theme;
        self.paths.extend(other.paths);
    }
}

/// Where the parts of a site are. All paths are absolute.
pub struct Places {
    root: PathBuf,
    content: PathBuf,
    output: PathBuf,
    /// What git keeps for this working tree, and what it keeps for all.
    git: Vec<PathBuf>,
    /// The working tree and its repository, for what it ignores.
    tree: Option<(PathBuf, Repository)>,
}

impl Places {
    /// The places of a site whose policies are in `content`; none of git where there is no repository.
    pub fn new(
        root: PathBuf,
        content: PathBuf,
        output: PathBuf,
        repository: Option<Repository>,
    ) -> Places {
        let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let mut git = vec![root.join(".git")];
        if let Some(repository) = &repository {
            git.push(canonical(repository.git_folder()));
            git.push(canonical(repository.common_folder()));
        }
        let tree = repository.and_then(|repository| Some((repository.workdir()?, repository)));
        Places {
            root,
            content,
            output,
            git,
            tree,
        }
    }

    /// Notes what a change at this path means.
    pub(super) fn note(&self, path: &Path, changed: &mut Changed) {
        let before = changed.clone();
        self.note_kind(path, changed);
        if *changed != before || self.content_of(path) {
            changed.paths.insert(path.to_path_buf());
        }
    }

    fn note_kind(&self, path: &Path, changed: &mut Changed) {
        if self.is_output(path) {
            return;
        }
        if let Some(inner) = self.git.iter().find_map(|git| path.strip_prefix(git).ok()) {
            changed.history |= is_of_history(inner);
            return;
        }
        if path == self.root.join(config::FILE_NAME) {
            changed.configuration = true;
        } else if path == self.root.join(annotations::FILE_NAME) {
            changed.annotations = true;
        } else if path == self.root {
            changed.note_all();
        }
        let themes = ["templates", "themes"].map(|name| self.root.join(name));
        changed.theme |= themes.iter().any(|folder| path.starts_with(folder));
        changed.content |= self.content_of(path) || is_ignore_list(path);
    }

    /// Whether a path is in the content folder, or above it.
    fn content_of(&self, path: &Path) -> bool {
        let is_git = path.components().any(|part| part.as_os_str() == ".git");
        let is_near = path.starts_with(&self.content) || self.content.starts_with(path);
        is_near && !is_git && !self.is_output(path)
    }

    /// Whether a path is of the site that is published, or of its staging beside it.
    fn is_output(&self, path: &Path) -> bool {
        let (Some(folder), Some(name)) = (self.output.parent(), self.output.file_name()) else {
            return false;
        };
        let staged = format!(".{}.policygen", name.to_string_lossy());
        let beside = path.strip_prefix(folder).ok();
        let first = beside.and_then(|inner| inner.iter().next());
        first.is_some_and(|first| first == name || first.to_string_lossy().starts_with(&staged))
    }

    /// The folders to watch: those that are there, and the nearest one above each that is not.
    pub(super) fn folders(&self) -> BTreeSet<PathBuf> {
        let mut folders = BTreeSet::new();
        folders.extend(nearest(&self.root));
        folders.extend(nearest(&self.content));
        // A bare repository is no content.
        if !self.git.contains(&self.content) {
            self.walk(
                &self.content,
                &|folder| self.is_left_out(folder),
                &mut folders,
            );
        }
        for name in ["templates", "themes"] {
            self.walk(&self.root.join(name), &|_| false, &mut folders);
        }
        for git in &self.git {
            if git.is_dir() {
                folders.insert(git.clone());
            }
            self.walk(&git.join("refs"), &|_| false, &mut folders);
        }
        folders
    }

    /// A folder and those below it, as far as they are not left out. Symbolic links are not followed.
    fn walk(
        &self,
        folder: &Path,
        is_left_out: &dyn Fn(&Path) -> bool,
        folders: &mut BTreeSet<PathBuf>,
    ) {
        let mut open = vec![folder.to_path_buf()];
        while let Some(folder) = open.pop() {
            let is_folder = fs::symlink_metadata(&folder).is_ok_and(|found| found.is_dir());
            if !is_folder || is_left_out(&folder) {
                continue;
            }
            // One that cannot be read is told by whoever wants to read it.
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    open.push(entry.path());
                }
            }
            folders.insert(folder);
        }
    }

    /// Whether a folder below the content's has nothing of it: git's own, an ignored one, another repository, the site.
    fn is_left_out(&self, folder: &Path) -> bool {
        if folder == self.content {
            return false;
        }
        let is_git = folder.file_name().is_some_and(|name| name == ".git");
        is_git || self.is_output(folder) || folder.join(".git").exists() || self.is_ignored(folder)
    }

    fn is_ignored(&self, folder: &Path) -> bool {
        let Some((root, repository)) = &self.tree else {
            return false;
        };
        let inner = folder.strip_prefix(root).ok().and_then(Path::to_str);
        inner.is_some_and(|inner| repository.is_ignored(&format!("{inner}/")))
    }
}

/// Whether a file says what git ignores.
pub(super) fn is_ignore_list(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == ".gitignore")
}

/// Whether a file of git's folder says what is published: `HEAD`, or where branches and tags are.
fn is_of_history(inner: &Path) -> bool {
    let is_lock = inner.extension().is_some_and(|ending| ending == "lock");
    let first = inner.iter().next().unwrap_or_default();
    let is_named = ["HEAD", "packed-refs", "refs", "shallow"]
        .iter()
        .any(|name| first == *name);
    inner.as_os_str().is_empty() || (is_named && !is_lock)
}

/// The folder itself, or the nearest one above it that is there.
fn nearest(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .find(|folder| folder.is_dir())
        .map(Path::to_path_buf)
}
