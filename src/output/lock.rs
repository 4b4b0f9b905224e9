//! The lock of a target: one build publishes at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A held lock. Dropping it removes its file and gives it back; a killed process leaves the file, which locks nobody out.
pub(super) struct Lock {
    path: PathBuf,
    /// Locked for as long as it is open.
    _file: File,
}

impl Lock {
    /// Takes the lock file at `path` for `target`, without waiting.
    pub(super) fn take(path: &Path, target: &Path) -> Result<Lock> {
        loop {
            let file = open(path)
                .with_context(|| format!("cannot open the lock file `{}`", path.display()))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => bail!(
                    "another policygen is publishing into `{}`: wait until it is done",
                    target.display()
                ),
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| {
                        format!(
                            "cannot lock `{}`: publish into a folder on a file system with locks",
                            path.display()
                        )
                    });
                }
            }
            // The build that held it may have removed the file between our opening and locking it: then try the new one.
            if still_there(&file, path)? {
                return Ok(Lock {
                    path: path.to_owned(),
                    _file: file,
                });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A lock file that stays does no harm, so failing to remove it is no fault.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits() as i32);
    }
    options.open(path)
}

/// Whether `path` still names the file that is open.
#[cfg(unix)]
fn still_there(file: &File, path: &Path) -> Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let context = || format!("cannot look at the lock file `{}`", path.display());
    let open = file.metadata().with_context(context)?;
    match path.symlink_metadata() {
        Ok(named) => Ok((open.dev(), open.ino()) == (named.dev(), named.ino())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(context),
    }
}

/// Elsewhere the file is never removed.
#[cfg(not(unix))]
fn still_there(_file: &File, _path: &Path) -> Result<bool> {
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_build_is_told_and_the_file_goes_with_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".site.policygen.lock");
        let lock = Lock::take(&path, Path::new("site")).unwrap();
        let error = Lock::take(&path, Path::new("site")).err().unwrap();
        assert!(error.to_string().contains("another policygen"), "{error}");
        drop(lock);
        assert!(!cfg!(unix) || !path.exists());
        Lock::take(&path, Path::new("site")).unwrap();
    }

    #[test]
    fn only_one_of_many_threads_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        let Ok(_lock) = Lock::take(&path, Path::new("site")) else {
                            continue;
                        };
                        assert_eq!(held.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0);
                        held.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    }
                });
            }
        });
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_in_its_place_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &path).unwrap();
        assert!(Lock::take(&path, Path::new("site")).is_err());
        assert!(!folder.path().join("elsewhere").exists());
    }
}
