//! What a run found out, kept for the next one: nothing in it is needed, and all of it can be found out again.
//!
//! 1. [`folder`] tells where the cache is: in the user's own cache folder, never in the repository, where a pull request could
//!    plant it. It also keeps the folder from growing without bound.
//! 2. [`entry`] is one file of it. What is damaged, foreign, or written by another build of the program reads as nothing.
//! 3. [`Cache`] reads and writes entries by name; [`Findings`] is one with many values, of which more are found out all the time.
//!
//! | entry | what is in it | keyed by |
//! | --- | --- | --- |
//! | facts | what each text says ([`crate::facts`]) | blob; in the name: repository, folder, how HTML is read |
//! | comparisons | what changed from text to text ([`crate::comparisons`]) | blobs and titles; in the name as above, and the words |
//! | output | which files were published where ([`crate::build`]) | everything that their pages show; in the name: the folder |
//!
//! Entries are written under a name of their own and renamed, so that two processes at once only ever take turns.

mod entry;
mod findings;
mod folder;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::hash::{Hash, hex};
use crate::problems::Problems;
use folder::Folder;

pub use findings::Findings;
pub use folder::usual;

/// The build of the program: another one may find out something else from the same.
pub const BUILD: &str = env!("POLICYGEN_BUILD");

/// The cache of this user, as far as one may be used.
#[derive(Debug, Clone)]
pub struct Cache {
    /// `None`: nothing is kept.
    folder: Option<Folder>,
    build: &'static str,
}

/// The name of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    kind: &'static str,
    pub(crate) of: Hash,
}

impl Name {
    /// The entry of this kind for what the parts name together.
    pub fn new(kind: &'static str, parts: &[&[u8]]) -> Name {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Name {
            kind,
            of: hash.finalize().into(),
        }
    }
}

impl Name {
    /// What it is of, in one hash.
    pub fn of(&self) -> Hash {
        self.of
    }
}

impl Cache {
    /// A cache that keeps nothing.
    pub fn none() -> Cache {
        Cache {
            folder: None,
            build: BUILD,
        }
    }

    /// Opens the cache in `folder`, which need not exist; `None` keeps nothing. A folder that others may write to, or that lies
    /// in one of those `guarded`, is told of and left alone.
    pub fn open(folder: Option<PathBuf>, guarded: &[PathBuf], problems: &Problems) -> Cache {
        let opened = folder.map(|folder| Folder::open(&folder, guarded));
        let opened = opened.transpose().unwrap_or_else(|why| {
            problems.warning("caches left alone", "", format!("{why:#}"));
            None
        });
        Cache {
            folder: opened,
            build: BUILD,
        }
    }

    /// Whether anything is kept.
    pub fn is_open(&self) -> bool {
        self.folder.is_some()
    }

    /// What is kept under a name; `None` where nothing is, or nothing that this build of the program wrote.
    pub fn read<T: DeserializeOwned>(&self, name: &Name) -> Option<T> {
        let path = self.folder.as_ref()?.used(&self.file(name))?;
        entry::read(&path, &self.title(name))
    }

    /// Keeps a value under a name. A cache that cannot be written (a full disk) is told of, and nothing else.
    pub fn write(&self, name: &Name, value: &impl Serialize, problems: &Problems) {
        let Some(folder) = &self.folder else { return };
        let written = entry::bytes(value, &self.title(name))
            .and_then(|bytes| folder.write(&self.file(name), &bytes));
        if let Err(why) = written {
            let message = format!("{why:#}; the site is right without it, and built more slowly");
            problems.warning("caches not written", "", message);
        }
    }

    /// The cache as another build of the program sees it.
    #[cfg(test)]
    fn of_build(mut self, build: &'static str) -> Cache {
        self.build = build;
        self
    }

    /// Entries of other builds have other names, so that two builds in turn do not take away each other's.
    fn file(&self, name: &Name) -> String {
        let build = &self.build[..self.build.len().min(12)];
        let of = hex(&name.of);
        format!("{}-{build}-{}{}", name.kind, &of[..32], folder::ENDING)
    }

    /// What an entry says of itself in its head.
    fn title(&self, name: &Name) -> Vec<u8> {
        format!("{} {} {}", self.build, name.kind, hex(&name.of)).into_bytes()
    }
}
