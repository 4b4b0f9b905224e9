//! The folder of the cache: where it is, whether it can be trusted, and how much may be in it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};

/// How the names of entries end: whatever else is in the folder is left alone.
pub(super) const ENDING: &str = ".policygen-cache";

/// How the names of entries end while they are written.
const UNFINISHED: &str = ".policygen-cache-new";

/// So many bytes are kept: what was not used for the longest time goes first.
const ROOM: u64 = 256 * 1024 * 1024;

/// What a killed process left behind is removed after this time.
const FORGOTTEN: Duration = Duration::from_secs(60 * 60);

/// The folder of the cache where nobody names another: in the user's own cache folder. `None` where the system knows none.
pub fn usual() -> Option<PathBuf> {
    use etcetera::BaseStrategy as _;
    let strategy = etcetera::base_strategy::choose_native_strategy().ok()?;
    Some(strategy.cache_dir().join("policygen"))
}

/// A folder that belongs to this user alone.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Opens the folder at `path`, and makes it where there is none, closed to others.
    ///
    /// # Errors
    ///
    /// It lies in a folder of `guarded`, others may write to it, or it cannot be made: nothing is written then.
    pub(super) fn open(path: &Path, guarded: &[PathBuf]) -> Result<Folder> {
        let path = crate::output::canonical(&std::path::absolute(path)?)?;
        for folder in guarded {
            let folder = crate::output::canonical(folder)?;
            ensure!(
                !path.starts_with(&folder),
                "the cache `{}` is not used, since it lies in the repository or in the site's root, where a pull request could \
                 plant it: name a folder elsewhere in POLICYGEN_CACHE",
                path.display()
            );
        }
        make(&path).with_context(|| format!("the cache `{}` cannot be made", path.display()))?;
        refuse_foreign(&path)?;
        Ok(Folder { path })
    }

    /// Where an entry is, which counts as used now; `None` where there is none.
    pub(super) fn used(&self, name: &str) -> Option<PathBuf> {
        let path = self.path.join(name);
        let file = fs::OpenOptions::new().append(true).open(&path).ok()?;
        // On a disk that nobody can write to, the order of use stays as it is.
        let _ = file.set_modified(SystemTime::now());
        Some(path)
    }

    /// Writes an entry whole or not at all, then makes room.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path.join(name);
        let unfinished = self.path.join(unfinished(name));
        let context = || format!("the cache `{}` cannot be written", path.display());
        let written = write_new(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, &path));
        if written.is_err() {
            // What is left of it goes with the forgotten ones.
            let _ = fs::remove_file(&unfinished);
        }
        written.with_context(context)?;
        make_room(&self.path, name, ROOM).with_context(context)
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)?;
    file.write_all(bytes)
}

/// A name that no other process and no other thread writes to.
fn unfinished(name: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let nanos = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos());
    format!("{name}.{}-{count}-{nanos}{UNFINISHED}", std::process::id())
}

fn make(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

#[cfg(unix)]
fn refuse_foreign(path: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt;
    let shown = path.display();
    let found = path
        .symlink_metadata()
        .with_context(|| format!("the cache `{shown}` cannot be looked at"))?;
    ensure!(
        found.is_dir(),
        "the cache `{shown}` is not used, since it is no folder: name another in POLICYGEN_CACHE"
    );
    ensure!(
        found.uid() == rustix::process::geteuid().as_raw(),
        "the cache `{shown}` is not used, since it belongs to another user: name a folder of your own in POLICYGEN_CACHE"
    );
    ensure!(
        found.mode() & 0o022 == 0,
        "the cache `{shown}` is not used, since others may write to it: `chmod 700` it, or name another in POLICYGEN_CACHE"
    );
    Ok(())
}

#[cfg(not(unix))]
fn refuse_foreign(path: &Path) -> Result<()> {
    ensure!(
        path.is_dir(),
        "the cache `{}` is not used, since it is no folder: name another in POLICYGEN_CACHE",
        path.display()
    );
    Ok(())
}

/// Removes the entries that were not used for the longest time until the others fit into `room`; the one just written stays.
pub(super) fn make_room(folder: &Path, written: &str, room: u64) -> std::io::Result<()> {
    let mut entries: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        // Another process may remove it at the same time.
        let Ok(found) = entry.metadata() else {
            continue;
        };
        let used = found.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        if name.ends_with(UNFINISHED) && used.elapsed().is_ok_and(|age| age > FORGOTTEN) {
            let _ = fs::remove_file(entry.path());
        } else if name.ends_with(ENDING) && name != written {
            entries.push((used, found.len(), entry.path()));
        }
    }
    entries.sort();
    let mut size: u64 = entries.iter().map(|(_, size, _)| size).sum();
    size += folder
        .join(written)
        .metadata()
        .map_or(0, |found| found.len());
    for (_, bytes, path) in entries {
        if size <= room {
            break;
        }
        size -= bytes;
        let _ = fs::remove_file(path);
    }
    Ok(())
}
