//! The exchange of the old site for the new one, and the mending of what an interrupted build left.
//!
//! With an exchange in one step the target is always a whole site, and the staging name is rubbish whenever no build runs.
//! Without one, a process killed between the two renames leaves no target, and the old site under the name `aside`: the next
//! start puts it back. (The new site is whole then too, but to know this it would have to be marked as such.)

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::manifest::MANIFEST_NAME;
use super::remove::remove;

/// The target and the names beside it that policygen uses.
pub(super) struct Places {
    pub(super) target: PathBuf,
    /// The staging folder; after the exchange the old site.
    pub(super) staged: PathBuf,
    /// The old site between two renames.
    pub(super) aside: PathBuf,
    pub(super) lock: PathBuf,
}

impl Places {
    /// `target` is absolute and has a name.
    pub(super) fn of(target: &Path) -> Result<Places> {
        let name = target
            .file_name()
            .with_context(|| format!("the target `{}` has no name", target.display()))?;
        let beside = |suffix: &str| {
            let mut hidden = std::ffi::OsString::from(".");
            hidden.push(name);
            hidden.push(suffix);
            target.with_file_name(hidden)
        };
        Ok(Places {
            target: target.to_owned(),
            staged: beside(".policygen-new"),
            aside: beside(".policygen-old"),
            lock: beside(".policygen.lock"),
        })
    }
}

/// How the old site leaves and the new one comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// In one step, or by two renames where the system refuses that.
    AtOnce,
    TwoRenames,
}

impl Way {
    /// The best way of this system.
    pub(super) fn best() -> Way {
        match HAS_SWAP {
            true => Way::AtOnce,
            false => Way::TwoRenames,
        }
    }
}

/// Puts the staged site in the target's place. The old site, if there was one, is then at `staged` or `aside`.
pub(super) fn exchange(places: &Places, way: Way) -> Result<()> {
    if !exists(&places.target)? {
        return rename(&places.staged, &places.target);
    }
    if way == Way::AtOnce {
        match swap(&places.staged, &places.target) {
            Ok(()) => return Ok(()),
            Err(error) if is_refused(&error) => {}
            Err(error) => return Err(error).with_context(|| cannot_exchange(places)),
        }
    }
    two_renames(places)
}

/// Mends what an interrupted build left, and says what it did. Only under the lock.
pub(super) fn recover(places: &Places) -> Result<Vec<String>> {
    let mut notes = Vec::new();
    if exists(&places.aside)? {
        notes.extend(recover_aside(places)?);
    }
    if remove(&places.staged)? {
        let staged = places.staged.display();
        notes.push(format!("removed `{staged}`, left by an interrupted build"));
    }
    Ok(notes)
}

fn two_renames(places: &Places) -> Result<()> {
    rename(&places.target, &places.aside).with_context(|| cannot_exchange(places))?;
    let Err(error) = rename(&places.staged, &places.target) else {
        return Ok(());
    };
    match rename(&places.aside, &places.target) {
        Ok(()) => Err(error),
        Err(_) => Err(error.context(format!(
            "the old site is now `{}`: rename it to `{}`",
            places.aside.display(),
            places.target.display()
        ))),
    }
}

/// An old site was put aside: back with it if no new one came, away with it if one did.
fn recover_aside(places: &Places) -> Result<Option<String>> {
    let (aside, target) = (places.aside.display(), places.target.display());
    if !places.aside.symlink_metadata().is_ok_and(|it| it.is_dir()) {
        bail!(
            "`{aside}` is no folder, expected the old site of an interrupted build: move it away"
        );
    }
    if exists(&places.target.join(MANIFEST_NAME))? {
        remove(&places.aside)?;
        return Ok(Some(format!(
            "removed `{aside}`, the old site of an interrupted build"
        )));
    }
    // Takes away an empty folder only, which somebody made since.
    match fs::remove_dir(&places.target) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(_) => bail!(
            "an interrupted build left the old site in `{aside}`, and something else is now in `{target}`: \
             move one of them away"
        ),
    }
    rename(&places.aside, &places.target)?;
    Ok(Some(format!(
        "recovered the site `{target}`, which an interrupted build had put aside"
    )))
}

const HAS_SWAP: bool = cfg!(any(
    target_os = "linux",
    target_os = "android",
    target_vendor = "apple"
));

/// Exchanges two folders in one step.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn swap(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn swap(_one: &Path, _other: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Whether the kernel or the file system has no exchange: unknown call or flag, or a sandbox that forbids the call.
fn is_refused(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unsupported | ErrorKind::InvalidInput | ErrorKind::PermissionDenied
    )
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to)
        .with_context(|| format!("cannot rename `{}` to `{}`", from.display(), to.display()))
}

fn cannot_exchange(places: &Places) -> String {
    format!(
        "cannot exchange the site in `{}` for the new one: nothing may be mounted there, and the folder \
         must not be part of a container's image (publish into another folder)",
        places.target.display()
    )
}

/// Whether anything is there, a link that leads nowhere included.
fn exists(path: &Path) -> Result<bool> {
    match path.symlink_metadata() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| format!("cannot look at `{}`", path.display())),
    }
}
