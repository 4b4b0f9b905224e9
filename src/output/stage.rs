//! The staging folder: the new site while it is written, until it takes the old one's place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};

use super::carry;
use super::exchange::{Way, exchange};
use super::manifest::{MANIFEST_NAME, Manifest};
use super::mark::Mark;
use super::names::{Kind, Names, check_path, folders_of};
use super::remove::{remove, remove_knowing};
use super::target::Target;

/// The new site while it is written, by many threads at once. Dropped unpublished, it leaves the old site as it was.
pub struct Stage {
    target: Target,
    names: Names,
    written: AtomicUsize,
    unchanged: AtomicUsize,
    /// A write failed: what is staged is no whole site.
    failed: AtomicBool,
    way: Way,
}

/// What a publication did, in files of the site (the manifest not counted).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Published {
    /// New, or other bytes than before.
    pub written: usize,
    /// The same bytes as before, so the same mtime too.
    pub unchanged: usize,
    /// In the old site and not in the new one.
    pub removed: usize,
    /// Not policygen's: files, links and empty folders that stayed.
    pub kept: usize,
}

impl Stage {
    /// Creates the staging folder, which the target's opening has cleared away.
    pub(super) fn open(target: Target) -> Result<Stage> {
        let places = &target.places;
        create_root(&places.staged, places.target.is_dir())
            .with_context(|| format!("cannot create the folder `{}`", places.staged.display()))?;
        Ok(Stage {
            target,
            names: Names::new(),
            written: AtomicUsize::new(0),
            unchanged: AtomicUsize::new(0),
            failed: AtomicBool::new(false),
            way: Way::best(),
        })
    }

    /// Writes one file of the new site. `path` is relative to its top, with `/` between the parts; its folders are created.
    ///
    /// Gives by what the file is known again. A path that another file has, or needs as a folder, is an error, as is one that is not plainly inside the site.
    /// After an error the stage can only be dropped.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<Mark> {
        self.watched(self.write_checked(path, bytes))
    }

    /// Takes one file of the old site, which [`Target::has`], over into the new one. Gives by what it is known again.
    ///
    /// Errors as those of [`Stage::write`], and where the file was changed since.
    pub fn take_over(&self, path: &str, mark: &Mark) -> Result<Mark> {
        self.watched(self.take_over_checked(path, mark))
    }

    /// Puts the new site in the target's place, whole: until the exchange the target is the old site, from then on the new one.
    ///
    /// After an error the target is still the old site, unless the error says that the new one is published.
    pub fn publish(self) -> Result<Published> {
        ensure!(
            !self.failed.load(Ordering::Relaxed),
            "the site is not published, since a file of it could not be written"
        );
        let manifest = Manifest {
            files: self.names.files(),
        };
        let places = &self.target.places;
        let carried = carry::carry_over(places, &self.target.previous, &self.names)?;
        self.place(MANIFEST_NAME, &manifest.to_json()?, true)?;
        self.adopt_mode()?;
        exchange(places, self.way)?;
        for old in [&places.staged, &places.aside] {
            remove_knowing(old, &carried.own)
                .context("the new site is published, but the old one is not gone")?;
        }
        Ok(Published {
            written: self.written.load(Ordering::Relaxed),
            unchanged: self.unchanged.load(Ordering::Relaxed),
            removed: carried.own.difference(&manifest.files).count(),
            kept: carried.kept,
        })
    }

    /// Publishes by two renames, as on a system without an exchange.
    #[cfg(test)]
    pub(super) fn by_two_renames(mut self) -> Stage {
        self.way = Way::TwoRenames;
        self
    }

    /// After an error what is staged is no whole site.
    fn watched(&self, done: Result<Mark>) -> Result<Mark> {
        if done.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        done
    }

    fn write_checked(&self, path: &str, bytes: &[u8]) -> Result<Mark> {
        self.make_way(path)?;
        let is_old = self.target.previous.files.contains(path);
        let (count, mark) = match self.place(path, bytes, is_old)? {
            Placed::Written(mark) => (&self.written, mark),
            Placed::Unchanged(mark) => (&self.unchanged, mark),
        };
        count.fetch_add(1, Ordering::Relaxed);
        Ok(mark)
    }

    fn take_over_checked(&self, path: &str, mark: &Mark) -> Result<Mark> {
        self.make_way(path)?;
        let old = self.target.places.target.join(path);
        let new = self.target.places.staged.join(path);
        let context = || format!("cannot take over `{}`", old.display());
        if fs::hard_link(&old, &new).is_err() {
            // No links on this file system, too many, or another owner's file.
            carry::copy_file(&old, &new).with_context(context)?;
        }
        let taken = Mark::of(&new.symlink_metadata().with_context(context)?);
        ensure!(
            taken.is_like(mark),
            "`{}` was changed while the site was built: build it again",
            old.display()
        );
        self.unchanged.fetch_add(1, Ordering::Relaxed);
        Ok(taken)
    }

    /// Takes the name of a file that is to come, and makes its folders.
    fn make_way(&self, path: &str) -> Result<()> {
        check_path(path)?;
        let top = path.split('/').next().unwrap_or(path);
        ensure!(
            !top.eq_ignore_ascii_case(MANIFEST_NAME),
            "`{path}` cannot be a page: `{MANIFEST_NAME}` is where policygen lists its own files"
        );
        self.names.add_file(path)?;
        self.make_folders(path)
    }

    /// Creates the folders that `path` needs; most often they are there.
    fn make_folders(&self, path: &str) -> Result<()> {
        let Some((parent, _)) = path.rsplit_once('/') else {
            return Ok(());
        };
        if self.names.get(parent) == Some(Kind::Folder) {
            return Ok(());
        }
        for folder in folders_of(path) {
            self.names
                .add_folder(folder, path, || self.make_folder(folder))?;
        }
        Ok(())
    }

    fn make_folder(&self, folder: &str) -> Result<()> {
        let place = self.target.places.staged.join(folder);
        match fs::create_dir(&place) {
            // Where the file system does not tell upper from lower case, `A` serves `a` too.
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error)
                .with_context(|| format!("cannot create the folder `{}`", place.display())),
            _ => Ok(()),
        }
    }

    /// Puts a file into the staging folder: a link to the old one where that has the same bytes, else a new file.
    fn place(&self, path: &str, bytes: &[u8], is_old: bool) -> Result<Placed> {
        let new = self.target.places.staged.join(path);
        let written = || Ok(Placed::Written(mark(&create(&new, bytes)?, &new)?));
        if !is_old {
            return written();
        }
        let old = self.target.places.target.join(path);
        let Some(same) = open_if_same(&old, bytes)? else {
            return written();
        };
        if fs::hard_link(&old, &new).is_ok() {
            return Ok(Placed::Unchanged(mark(&same, &new)?));
        }
        // No links on this file system, too many, or another owner's file.
        let copy = create(&new, bytes)?;
        copy_times(&same, &copy, &new)?;
        Ok(Placed::Unchanged(mark(&copy, &new)?))
    }

    /// Gives the new site the mode of the old one.
    fn adopt_mode(&self) -> Result<()> {
        let places = &self.target.places;
        match places.target.symlink_metadata() {
            Ok(old) => fs::set_permissions(&places.staged, old.permissions())
                .with_context(|| format!("cannot set the mode of `{}`", places.staged.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => {
                Err(error).with_context(|| format!("cannot look at `{}`", places.target.display()))
            }
        }
    }
}

impl Drop for Stage {
    /// Removes what is staged. After a publication nothing is; what cannot be removed now, the next start removes.
    fn drop(&mut self) {
        let _ = remove(&self.target.places.staged);
    }
}

enum Placed {
    Written(Mark),
    Unchanged(Mark),
}

fn mark(file: &File, path: &Path) -> Result<Mark> {
    let found = file.metadata();
    let found = found.with_context(|| format!("cannot look at `{}`", path.display()))?;
    Ok(Mark::of(&found))
}

/// Opens a regular file for reading; a link, a pipe or a device is an error and is not waited for.
pub(super) fn open_regular(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits() as i32);
    }
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(ErrorKind::InvalidInput.into()),
    }
}

/// Creates the file `path`, which must not exist, and opens it for writing.
pub(super) fn create_new(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    let created = options.write(true).create_new(true).open(path);
    created.with_context(|| format!("cannot create the file `{}`", path.display()))
}

/// Gives `copy`, which is at `path`, the times of `original`.
pub(super) fn copy_times(original: &File, copy: &File, path: &Path) -> Result<()> {
    let modified = original.metadata().and_then(|found| found.modified());
    modified
        .and_then(|modified| copy.set_modified(modified))
        .with_context(|| format!("cannot set the time of `{}`", path.display()))
}

fn create(path: &Path, bytes: &[u8]) -> Result<File> {
    let mut file = create_new(path)?;
    file.write_all(bytes)
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(file)
}

/// The old file if it is a regular one with just these bytes.
fn open_if_same(old: &Path, bytes: &[u8]) -> Result<Option<File>> {
    // What cannot be opened (gone, replaced by a link, unreadable) cannot be shared, and the new file takes its place.
    let Ok(mut file) = open_regular(old) else {
        return Ok(None);
    };
    let context = || format!("cannot read `{}`", old.display());
    if file.metadata().with_context(context)?.len() != bytes.len() as u64 {
        return Ok(None);
    }
    let same = has_bytes(&mut file, bytes).with_context(context)?;
    Ok(same.then_some(file))
}

/// Whether the file holds just `bytes`.
fn has_bytes(file: &mut File, mut bytes: &[u8]) -> io::Result<bool> {
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        match bytes.split_at_checked(count) {
            Some((head, rest)) if head == &buffer[..count] => bytes = rest,
            _ => return Ok(false),
        }
        if count == 0 {
            return Ok(bytes.is_empty());
        }
    }
}

/// Creates the staging folder, closed to others while it shall take over the mode of an old one.
fn create_root(path: &Path, has_old: bool) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    if has_old {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    #[cfg(not(unix))]
    let _ = has_old;
    builder.create(path)
}
