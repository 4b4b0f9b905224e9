//! The target folder: where it really is, and whether policygen may publish there.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::exchange::{self, Places};
use super::lock::Lock;
use super::manifest::{MANIFEST_NAME, Manifest};
use super::mark::Mark;
use super::stage::Stage;

/// A checked target, locked until it is dropped or its [`Stage`] is.
pub struct Target {
    pub(super) places: Places,
    pub(super) previous: Manifest,
    /// Given back last, when the staging folder is gone.
    _lock: Lock,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Target({})", self.places.target.display())
    }
}

impl Target {
    /// Checks and locks the folder at `path`, which need not exist, and mends what an interrupted build left.
    ///
    /// `guarded`: the folders that must never be published over (the repository's working tree and git folder, the
    /// configuration's root, the content folder). The notes are for the publisher: what was mended.
    pub fn open(path: &Path, guarded: &[PathBuf]) -> Result<(Target, Vec<String>)> {
        let target = resolve(path)?;
        refuse_git_folders(path, &target)?;
        refuse_guarded(&target, guarded)?;
        let places = Places::of(&target)?;
        refuse_what_is_no_folder(&target)?;
        make_parent(&target)?;
        let lock = Lock::take(&places.lock, &target)?;
        let notes = exchange::recover(&places)?;
        refuse_what_is_no_folder(&target)?;
        let previous = read_previous(&target)?;
        let target = Target {
            places,
            previous,
            _lock: lock,
        };
        Ok((target, notes))
    }

    /// The manifest of the site that is there; empty if there is none.
    pub fn previous(&self) -> &Manifest {
        &self.previous
    }

    /// The absolute place of the folder.
    pub fn place(&self) -> &Path {
        &self.places.target
    }

    /// Whether a file of the site that is there is still as it was when it got this mark.
    pub fn has(&self, path: &str, mark: &Mark) -> bool {
        let found = || self.places.target.join(path).symlink_metadata();
        self.previous.files.contains(path) && found().is_ok_and(|found| mark.is_of(&found))
    }

    /// Opens an empty staging folder for the new site.
    pub fn stage(self) -> Result<Stage> {
        Stage::open(self)
    }
}

/// The absolute place of `path`: its parent without symbolic links, then its own name, itself perhaps a link.
fn resolve(path: &Path) -> Result<PathBuf> {
    ensure!(
        !path.as_os_str().is_empty(),
        "the target has no name: give a folder to publish into"
    );
    let whole = std::path::absolute(path)
        .with_context(|| format!("cannot find the target `{}`", path.display()))?;
    let whole = match whole.components().next_back() {
        Some(Component::ParentDir) => canonical(&whole)?,
        _ => whole,
    };
    match (whole.parent(), whole.file_name()) {
        (Some(parent), Some(name)) => Ok(canonical(parent)?.join(name)),
        _ => bail!(
            "the target `{}` is the root of a file system: choose a folder of its own for the site",
            path.display()
        ),
    }
}

/// `path` without symbolic links, as far as it exists; what is missing follows as it stands.
pub(crate) fn canonical(path: &Path) -> Result<PathBuf> {
    let mut missing: Vec<OsString> = Vec::new();
    for ancestor in path.ancestors() {
        match ancestor.canonicalize() {
            Ok(mut found) => {
                found.extend(missing.iter().rev());
                return Ok(found);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read `{}`", ancestor.display()));
            }
        }
        match ancestor.file_name() {
            Some(name) => missing.push(name.to_owned()),
            None => bail!(
                "`{}` leads through a folder that does not exist: give the path without `..`",
                path.display()
            ),
        }
    }
    bail!("cannot find `{}`", path.display())
}

/// Refuses the inside of a `.git` folder, as given (which may be a link) and as resolved.
fn refuse_git_folders(path: &Path, target: &Path) -> Result<()> {
    let is_git = |part: Component<'_>| part.as_os_str().eq_ignore_ascii_case(".git");
    ensure!(
        !path.components().chain(target.components()).any(is_git),
        "the target `{}` is inside a `.git` folder: choose a folder outside it",
        target.display()
    );
    Ok(())
}

fn refuse_guarded(target: &Path, guarded: &[PathBuf]) -> Result<()> {
    for folder in guarded {
        let folder = std::path::absolute(folder)
            .map_err(anyhow::Error::from)
            .and_then(|whole| canonical(&whole))
            .with_context(|| format!("cannot find the folder `{}`", folder.display()))?;
        ensure!(
            folder != target,
            "the target `{}` holds the sources, which publishing would replace: choose a folder of its own for the site",
            target.display()
        );
        ensure!(
            !folder.starts_with(target),
            "the target `{}` is above the sources in `{}`, which publishing would replace: choose a folder of its own for the site",
            target.display(),
            folder.display()
        );
    }
    Ok(())
}

/// Refuses what stands at the target and cannot be exchanged: a link, a file, a mount point.
fn refuse_what_is_no_folder(target: &Path) -> Result<()> {
    let shown = target.display();
    let found = match target.symlink_metadata() {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("cannot look at `{shown}`")),
    };
    ensure!(
        !found.is_symlink(),
        "the target `{shown}` is a symbolic link, which publishing would replace: give the folder that it leads to"
    );
    ensure!(
        found.is_dir(),
        "the target `{shown}` is a file, expected a folder: move it away, or choose another name"
    );
    ensure!(
        !is_mount_point(target)?,
        "the target `{shown}` is a mount point, which cannot be exchanged as a whole: choose a folder inside it, as `{}`",
        target.join("site").display()
    );
    Ok(())
}

fn make_parent(target: &Path) -> Result<()> {
    let Some(parent) = target.parent() else {
        return Ok(());
    };
    fs::create_dir_all(parent)
        .with_context(|| format!("cannot create the folder `{}`", parent.display()))
}

/// The manifest of what is there; a folder without one must be empty.
fn read_previous(target: &Path) -> Result<Manifest> {
    if let Some(manifest) = Manifest::read(target)? {
        return Ok(manifest);
    }
    ensure!(
        is_empty(target)?,
        "the target `{0}` holds files that policygen did not write (it has no `{MANIFEST_NAME}`): empty it, or choose \
         another folder; to publish beside these files, put a file `{0}/{MANIFEST_NAME}` there that holds {1}",
        target.display(),
        r#"{"format":1,"files":[]}"#
    );
    Ok(Manifest::default())
}

/// Whether the folder has no entry, or does not exist.
fn is_empty(folder: &Path) -> Result<bool> {
    let context = || format!("cannot read the folder `{}`", folder.display());
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(true),
            Some(entry) => entry.map(|_| false).with_context(context),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error).with_context(context),
    }
}

/// Whether something is mounted at `path`: such a place can be neither renamed nor removed.
#[cfg(target_os = "linux")]
pub(super) fn is_mount_point(path: &Path) -> Result<bool> {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    // Bind mounts show in this attribute only, their device is that of the folder above.
    if let Ok(found) = statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty())
        && found
            .stx_attributes_mask
            .contains(StatxAttributes::MOUNT_ROOT)
    {
        return Ok(found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT));
    }
    is_other_device(path)
}

#[cfg(all(unix, not(target_os = "linux")))]
pub(super) fn is_mount_point(path: &Path) -> Result<bool> {
    is_other_device(path)
}

#[cfg(not(unix))]
pub(super) fn is_mount_point(_path: &Path) -> Result<bool> {
    Ok(false)
}

/// Whether `path` is on another device than the folder above it.
#[cfg(unix)]
fn is_other_device(path: &Path) -> Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| {
        let found = path.symlink_metadata();
        found
            .map(|found| found.dev())
            .with_context(|| format!("cannot look at `{}`", path.display()))
    };
    match path.parent() {
        Some(parent) => Ok(device(path)? != device(parent)?),
        None => Ok(true),
    }
}
