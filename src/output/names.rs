//! The names of a site: what a path may look like, and which names are taken by what.

use std::collections::hash_map::{DefaultHasher, Entry};
use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Result, bail, ensure};

/// The longest name that file systems take, in bytes.
const LONGEST_PART: usize = 255;

/// Locks are taken by name, so that many threads seldom meet at one.
const SHARDS: usize = 64;

/// What a name of the new site is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
}

/// Every name of the new site, for many threads at once.
pub(super) struct Names {
    shards: Vec<Mutex<HashMap<String, Kind>>>,
}

impl Names {
    pub(super) fn new() -> Names {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Names { shards }
    }

    /// What the new site has at `path`; `None` if nothing.
    pub(super) fn get(&self, path: &str) -> Option<Kind> {
        self.shard(path).get(path).copied()
    }

    /// Takes `path` for a file: an error if a file or folder of the new site has it.
    pub(super) fn add_file(&self, path: &str) -> Result<()> {
        let taken = match self.shard(path).entry(path.to_owned()) {
            Entry::Occupied(taken) => *taken.get(),
            Entry::Vacant(free) => {
                free.insert(Kind::File);
                return Ok(());
            }
        };
        match taken {
            Kind::File => bail!("`{path}` is written twice: two pages of the site claim one path"),
            Kind::Folder => bail!(
                "`{path}` cannot be a file, since `{}` needs a folder there",
                self.first_below(path)
            ),
        }
    }

    /// Takes the folder `path`, on the way to the file `needed_by`; `create` runs once, before any thread can see the folder here.
    pub(super) fn add_folder(
        &self,
        path: &str,
        needed_by: &str,
        create: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let mut shard = self.shard(path);
        match shard.get(path) {
            Some(Kind::Folder) => Ok(()),
            Some(Kind::File) => {
                bail!("`{path}` cannot be a file, since `{needed_by}` needs a folder there")
            }
            None => {
                create()?;
                shard.insert(path.to_owned(), Kind::Folder);
                Ok(())
            }
        }
    }

    /// Every file, in order.
    pub(super) fn files(&self) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        for shard in &self.shards {
            let shard = unpoisoned(shard);
            let of_shard = shard.iter().filter(|(_, kind)| **kind == Kind::File);
            files.extend(of_shard.map(|(path, _)| path.clone()));
        }
        files
    }

    /// A file below `folder`, for a message; the folder itself where its file is not there yet.
    fn first_below(&self, folder: &str) -> String {
        let inside = format!("{folder}/");
        let below = self.files().range(inside.clone()..).next().cloned();
        below
            .filter(|file| file.starts_with(&inside))
            .unwrap_or(inside)
    }

    fn shard(&self, path: &str) -> MutexGuard<'_, HashMap<String, Kind>> {
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        unpoisoned(&self.shards[hasher.finish() as usize % SHARDS])
    }
}

/// A thread that panicked in here left a whole map: an insertion is the only change.
fn unpoisoned<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Refuses a path that is not plainly a place inside the site.
pub(super) fn check_path(path: &str) -> Result<()> {
    ensure!(
        !path.contains(['\\', '\0']),
        "the path `{}` of the site holds a backslash or a NUL, expected parts with `/` between them",
        path.escape_debug()
    );
    for part in path.split('/') {
        ensure!(
            !matches!(part, "" | "." | ".."),
            "the path `{}` of the site is not plain, expected a relative path without empty parts, `.` and `..`",
            path.escape_debug()
        );
        ensure!(
            part.len() <= LONGEST_PART,
            "the path `{path}` of the site has a part of {} bytes, expected at most {LONGEST_PART}: give it a shorter name",
            part.len()
        );
    }
    Ok(())
}

/// The folders of `path`, outermost first: `a/b/c.html` gives `a`, `a/b`.
pub(super) fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_pass_and_others_are_refused() {
        for path in ["index.html", "a/b/c.html", ".nojekyll", "…/日本", "a..b/c"] {
            check_path(path).unwrap();
        }
        let hostile = [
            "", "/", "/a", "a/", "a//b", ".", "..", "./a", "../a", "a/..", "a/./b", "a\\b", "a\0b",
        ];
        for path in hostile {
            assert!(check_path(path).is_err(), "{path:?}");
        }
        check_path(&"a".repeat(255)).unwrap();
        let error = check_path(&"ä".repeat(128)).unwrap_err().to_string();
        assert!(error.contains("256 bytes"), "{error}");
    }

    #[test]
    fn a_name_has_one_owner() {
        let names = Names::new();
        names.add_file("a/b").unwrap();
        names.add_folder("a", "a/b", || Ok(())).unwrap();
        names.add_folder("a", "a/c", || bail!("twice")).unwrap();
        let twice = names.add_file("a/b").unwrap_err().to_string();
        assert!(twice.contains("`a/b` is written twice"), "{twice}");
        let file = names.add_file("a").unwrap_err().to_string();
        assert!(file.contains("`a`") && file.contains("`a/b`"), "{file}");
        let folder = names.add_folder("a/b", "a/b/c", || Ok(())).unwrap_err();
        assert!(folder.to_string().contains("`a/b/c`"));
    }

    #[test]
    fn folders_come_outermost_first() {
        let folders: Vec<_> = folders_of("a/b/c.html").collect();
        assert_eq!(folders, ["a", "a/b"]);
    }
}
