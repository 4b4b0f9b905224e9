//! The files in the target that are not policygen's own: found, checked against the new site, and carried over into it.
//!
//! 1. Look through the target. A regular file at a path of the manifest is policygen's own. Everything else is foreign,
//!    also a link at such a path; a folder counts only where it is empty and no folder of the old site.
//! 2. Refuse every foreign entry that stands where the new site needs a file or folder.
//! 3. Link or copy the foreign entries into the staging folder, then give their folders their modes.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::exchange::Places;
use super::levels::in_parallel;
use super::manifest::{MANIFEST_NAME, Manifest};
use super::names::{Kind, Names};
use super::stage::{copy_times, create_new, open_regular};
use super::target::is_mount_point;

/// What was found in the target.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// The files of the old site that were there.
    pub(super) own: BTreeSet<String>,
    /// How many foreign entries were carried over.
    pub(super) kept: usize,
}

/// Carries every foreign entry of the target over into the staging folder. A missing target has none.
pub(super) fn carry_over(places: &Places, previous: &Manifest, names: &Names) -> Result<Carried> {
    let found = look_through(&places.target, previous)?;
    refuse_conflicts(&places.target, &found.foreign, names)?;
    let folders = folders_of(&found.foreign);
    for folder in &folders {
        make_folder(&places.staged.join(folder))?;
    }
    for entry in &found.foreign {
        keep(entry, &places.target, &places.staged)?;
    }
    // Innermost first: a folder that may not be written to is filled by then.
    for folder in folders.iter().rev() {
        copy_mode(&places.target.join(folder), &places.staged.join(folder))?;
    }
    Ok(Carried {
        own: found.own,
        kept: found.foreign.len(),
    })
}

/// A foreign entry; `path` is relative to the target.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Foreign {
    path: PathBuf,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    EmptyFolder,
    File,
    Link,
    /// A pipe, a socket or a device.
    Special,
}

#[derive(Debug, Default)]
struct Found {
    own: BTreeSet<String>,
    foreign: Vec<Foreign>,
}

/// Sorts the target's entries into own and foreign. Level by level and without recursion: foreign trees may be deep.
fn look_through(target: &Path, previous: &Manifest) -> Result<Found> {
    let mut found = Found::default();
    let mut level = match target.symlink_metadata() {
        Ok(_) => vec![PathBuf::new()],
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error).with_context(|| cannot_read(target)),
    };
    while !level.is_empty() {
        let all = in_parallel(&level, |folder| look_into(target, folder, previous))?;
        level.clear();
        for (its, folders) in all {
            found.own.extend(its.own);
            found.foreign.extend(its.foreign);
            level.extend(folders);
        }
    }
    found.foreign.sort();
    Ok(found)
}

/// What is in one folder of the target, and the folders in it.
fn look_into(target: &Path, folder: &Path, previous: &Manifest) -> Result<(Found, Vec<PathBuf>)> {
    let (mut found, mut folders) = (Found::default(), Vec::new());
    let whole = target.join(folder);
    let context = || cannot_read(&whole);
    let mut is_empty = true;
    for entry in fs::read_dir(&whole).with_context(context)? {
        let entry = entry.with_context(context)?;
        is_empty = false;
        let path = folder.join(entry.file_name());
        let kind = entry.file_type().with_context(context)?;
        if kind.is_dir() {
            refuse_mount(&entry.path())?;
            folders.push(path);
            continue;
        }
        match site_path(&path) {
            Some(own) if kind.is_file() && own == MANIFEST_NAME => {}
            Some(own) if kind.is_file() && previous.files.contains(&own) => {
                found.own.insert(own);
            }
            _ => {
                refuse_mount(&entry.path())?;
                let what = What::of(kind);
                found.foreign.push(Foreign { path, what });
            }
        }
    }
    let is_own = || site_path(folder).is_some_and(|folder| previous.has_folder(&folder));
    if is_empty && !folder.as_os_str().is_empty() && !is_own() {
        found.foreign.push(Foreign {
            path: folder.to_owned(),
            what: What::EmptyFolder,
        });
    }
    Ok((found, folders))
}

impl What {
    fn of(kind: fs::FileType) -> What {
        match kind {
            kind if kind.is_file() => What::File,
            kind if kind.is_symlink() => What::Link,
            _ => What::Special,
        }
    }
}

/// Removing the old site would otherwise empty what is mounted in it.
fn refuse_mount(path: &Path) -> Result<()> {
    ensure!(
        !is_mount_point(path)?,
        "`{}`, in the target, is a mount point and cannot be carried over into the new site: unmount it, or choose another target",
        path.display()
    );
    Ok(())
}

/// A relative path as the site writes it; `None` if it is no UTF-8, which no path of a site is.
fn site_path(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

/// Names every foreign entry that is in the way of the new site, the first few by name.
fn refuse_conflicts(target: &Path, foreign: &[Foreign], names: &Names) -> Result<()> {
    let in_the_way: Vec<String> = foreign
        .iter()
        .filter(|entry| is_in_the_way(entry, names))
        .map(|entry| format!("`{}`", target.join(&entry.path).display()))
        .collect();
    if in_the_way.is_empty() {
        return Ok(());
    }
    let more = match in_the_way.len().saturating_sub(3) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let first = in_the_way[..in_the_way.len().min(3)].join(", ");
    bail!(
        "the new site needs the place of what policygen did not write: {first}{more}; move it away or remove it"
    )
}

fn is_in_the_way(entry: &Foreign, names: &Names) -> bool {
    let Some(path) = site_path(&entry.path) else {
        let known = entry.path.ancestors().filter_map(site_path);
        return known.into_iter().any(|folder| is_file(names, &folder));
    };
    let taken = match names.get(&path) {
        None => false,
        Some(Kind::File) => true,
        Some(Kind::Folder) => entry.what != What::EmptyFolder,
    };
    taken || super::names::folders_of(&path).any(|folder| is_file(names, folder))
}

fn is_file(names: &Names, path: &str) -> bool {
    names.get(path) == Some(Kind::File)
}

/// The folders on the way to the foreign entries, outermost first.
fn folders_of(foreign: &[Foreign]) -> BTreeSet<PathBuf> {
    let above = |entry: &Foreign| -> Vec<PathBuf> {
        let own = usize::from(entry.what != What::EmptyFolder);
        let folders = entry.path.ancestors().skip(own);
        folders
            .filter(|folder| !folder.as_os_str().is_empty())
            .map(Path::to_owned)
            .collect()
    };
    foreign.iter().flat_map(above).collect()
}

fn make_folder(path: &Path) -> Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("cannot create the folder `{}`", path.display()))
        }
        _ => Ok(()),
    }
}

fn copy_mode(old: &Path, new: &Path) -> Result<()> {
    old.symlink_metadata()
        .and_then(|found| fs::set_permissions(new, found.permissions()))
        .with_context(|| format!("cannot copy the mode of `{}`", old.display()))
}

/// Puts one foreign entry into the staging folder.
fn keep(entry: &Foreign, target: &Path, staged: &Path) -> Result<()> {
    let (old, new) = (target.join(&entry.path), staged.join(&entry.path));
    match entry.what {
        What::EmptyFolder => Ok(()), // made with the other folders
        What::Link => copy_link(&old, &new).with_context(|| cannot_keep(&old)),
        What::Special => fs::hard_link(&old, &new).with_context(|| cannot_keep(&old)),
        What::File => match fs::hard_link(&old, &new) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(error).with_context(|| cannot_keep(&old))
            }
            // No links on this file system, too many, or another owner's file.
            Err(_) => copy_file(&old, &new).with_context(|| cannot_keep(&old)),
        },
    }
}

/// A copy with bytes, mode and mtime.
pub(super) fn copy_file(old: &Path, new: &Path) -> Result<()> {
    let mut from = open_regular(old)?;
    let mut to = create_new(new)?;
    io::copy(&mut from, &mut to)?;
    to.set_permissions(from.metadata()?.permissions())?;
    copy_times(&from, &to, new)
}

/// The same link again; where it leads does not matter.
#[cfg(unix)]
fn copy_link(old: &Path, new: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(fs::read_link(old)?, new)
}

#[cfg(not(unix))]
fn copy_link(_old: &Path, _new: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

fn cannot_read(folder: &Path) -> String {
    format!("cannot read the folder `{}`", folder.display())
}

fn cannot_keep(path: &Path) -> String {
    format!(
        "cannot carry `{}`, which policygen did not write, over into the new site: move it away",
        path.display()
    )
}
