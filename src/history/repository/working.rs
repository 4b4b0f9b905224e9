//! What people name and change: commits by the names that git takes, and the files of the working tree.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, bail};
use git2::ErrorCode;

use super::{ObjectId, Repository, object_id};

impl Repository {
    /// The commit that a name of git means: a branch, a tag, `HEAD~2`, the beginning of an id. `None` where it means none.
    ///
    /// # Errors
    ///
    /// Several commits have ids that begin like this.
    pub fn commit_named(&self, name: &str) -> Result<Option<ObjectId>> {
        let found = self
            .git
            .revparse_single(name)
            .and_then(|object| object.peel_to_commit());
        match found {
            Ok(commit) => Ok(Some(object_id(commit.id()))),
            Err(e) if e.code() == ErrorCode::Ambiguous => {
                bail!("`{name}`: several objects have names that begin like this; give more digits")
            }
            Err(_) => Ok(None),
        }
    }

    /// The place of a commit in the published history that ends in `tip`; `None` where it was never published itself.
    ///
    /// # Errors
    ///
    /// A commit cannot be read.
    pub fn position(&self, tip: ObjectId, commit: ObjectId) -> Result<Option<usize>> {
        let chain = self.first_parents(tip)?;
        Ok(chain.iter().position(|id| object_id(*id) == commit))
    }

    /// The paths of the Markdown files of the working tree below `prefix`, sorted. Symbolic links are not followed; ignored
    /// files and repositories inside of this one are left out. None in a bare repository.
    ///
    /// # Errors
    ///
    /// A folder cannot be read.
    pub fn working_files(&self, prefix: &str) -> Result<Vec<String>> {
        let Some(root) = self.workdir() else {
            return Ok(Vec::new());
        };
        let mut paths = Vec::new();
        let mut open = vec![prefix.to_owned()];
        while let Some(folder) = open.pop() {
            if is_plain_folder(&root, &folder) {
                self.list(&root, &folder, &mut paths, &mut open)?;
            }
        }
        paths.sort();
        Ok(paths)
    }

    fn list(
        &self,
        root: &Path,
        folder: &str,
        paths: &mut Vec<String>,
        open: &mut Vec<String>,
    ) -> Result<()> {
        let place = root.join(folder);
        let told = || format!("`{}`: cannot be read", place.display());
        let entries = match fs::read_dir(&place) {
            // It went away since the folder above it was read.
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries.with_context(told)?,
        };
        for entry in entries {
            let entry = entry.with_context(told)?;
            // A name that is no UTF-8 can be no part of a URL.
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let kind = entry.file_type().with_context(told)?;
            let path = format!("{folder}{name}");
            if kind.is_dir() {
                let path = format!("{path}/");
                let is_other = name == ".git" || entry.path().join(".git").exists();
                if !is_other && !self.is_ignored(&path) {
                    open.push(path);
                }
            } else if kind.is_file() && name.ends_with(".md") && !self.is_ignored(&path) {
                paths.push(path);
            }
        }
        Ok(())
    }

    /// Whether git ignores a path of the working tree; a folder's ends in `/`. A pattern that cannot be read ignores nothing.
    pub fn is_ignored(&self, path: &str) -> bool {
        self.git.is_path_ignored(path).unwrap_or(false)
    }
}

/// Whether a path leads to a folder without a symbolic link on the way.
fn is_plain_folder(root: &Path, folder: &str) -> bool {
    let mut place = root.to_path_buf();
    folder.split_terminator('/').all(|part| {
        place.push(part);
        fs::symlink_metadata(&place).is_ok_and(|found| found.is_dir())
    })
}
