//! The removal of a tree that policygen made or replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::levels::in_parallel;
use super::names::folders_of;

/// Removes what is at `path` with all that is in it, following no link. Gives whether anything was there.
pub(super) fn remove(path: &Path) -> Result<bool> {
    let found = match path.symlink_metadata() {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error).with_context(|| cannot_remove(path)),
    };
    if found.is_dir() {
        remove_folder(path)?;
    } else {
        fs::remove_file(path).with_context(|| cannot_remove(path))?;
    }
    Ok(true)
}

/// Removes what is at `path`, of which these files are known: those and their folders without being looked for.
pub(super) fn remove_knowing(path: &Path, files: &BTreeSet<String>) -> Result<()> {
    // What is not there any more, or cannot be removed, is seen by the one who looks through the rest.
    let file = |file: &Path| Ok(_ = fs::remove_file(file));
    let folder = |folder: &Path| Ok(_ = fs::remove_dir(folder));
    if path.symlink_metadata().is_ok_and(|found| found.is_dir()) {
        let all: Vec<PathBuf> = files.iter().map(|file| path.join(file)).collect();
        in_parallel(&all, file)?;
        for level in by_level(path, files).values().rev() {
            in_parallel(level, folder)?;
        }
    }
    remove(path)?;
    Ok(())
}

/// The folders of these files, by how deep they are.
fn by_level(root: &Path, files: &BTreeSet<String>) -> BTreeMap<usize, Vec<PathBuf>> {
    let folders: BTreeSet<&str> = files.iter().flat_map(|file| folders_of(file)).collect();
    let mut levels: BTreeMap<usize, Vec<PathBuf>> = BTreeMap::new();
    for folder in folders {
        let level = folder.matches('/').count();
        levels.entry(level).or_default().push(root.join(folder));
    }
    levels
}

/// Level by level and without recursion, since a foreign tree may be deeper than a stack or the number of open files.
fn remove_folder(root: &Path) -> Result<()> {
    let mut levels = Vec::new();
    let mut level = remove_files(root)?;
    while !level.is_empty() {
        let below = in_parallel(&level, remove_files)?.concat();
        levels.push(level);
        level = below;
    }
    for level in levels.iter().rev() {
        in_parallel(level, remove_empty)?;
    }
    fs::remove_dir(root).with_context(|| cannot_remove(root))
}

/// Removes a folder inside another one.
fn remove_empty(folder: &Path) -> Result<()> {
    with_access(folder.parent(), || fs::remove_dir(folder)).with_context(|| cannot_remove(folder))
}

/// Removes all of `folder` but its folders, which it gives.
fn remove_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let context = || cannot_remove(folder);
    let mut folders = Vec::new();
    for entry in with_access(Some(folder), || fs::read_dir(folder)).with_context(context)? {
        let entry = entry.with_context(context)?;
        let path = entry.path();
        if entry.file_type().with_context(context)?.is_dir() {
            folders.push(path);
        } else {
            with_access(Some(folder), || fs::remove_file(&path))
                .with_context(|| cannot_remove(&path))?;
        }
    }
    Ok(folders)
}

/// Tries again with write access to `folder`, since a foreign folder may be read-only.
fn with_access<T>(
    folder: Option<&Path>,
    mut action: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    match (action(), folder) {
        (Err(error), Some(folder)) if error.kind() == ErrorKind::PermissionDenied => {
            make_writable(folder)?;
            action()
        }
        (done, _) => done,
    }
}

#[cfg(unix)]
fn make_writable(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn make_writable(_folder: &Path) -> io::Result<()> {
    Err(ErrorKind::PermissionDenied.into())
}

fn cannot_remove(path: &Path) -> String {
    format!("cannot remove `{}`: remove it by hand", path.display())
}
