//! The published history: which policies there were, and the revisions of each.
//!
//! 1. [`repository`] opens the repository and reads commits, trees and blobs from its object database; nothing is checked
//!    out, no hook, filter or configured program runs, symbolic links are not followed.
//! 2. The first-parent chain of the ref is walked oldest first; neighbouring trees are compared.
//! 3. [`rename`] pairs what vanished with what appeared, as git does.
//! 4. [`identity`] tells which policy a path is.
//!
//! Texts are not read here, but for telling renames: [`Reader`] reads them when they are wanted.

mod folder;
mod identity;
mod moved;
mod rename;
mod repository;
mod snapshot;
mod walk;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::dates::Moment;

pub use folder::unversioned;
pub use identity::Mend;
pub use moved::moved;
pub use repository::{Reader, Repository};
pub use snapshot::Snapshot;
pub use walk::{Scope, published};

/// The name of an object in git's database (SHA-1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectId(pub [u8; 20]);

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A commit of the published history.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Commit {
    pub id: ObjectId,
    /// Place in the published history, 0 for the oldest.
    pub position: usize,
    /// The committer's date, or the author's where the configuration says so.
    pub date: Moment,
    pub trailers: Trailers,
}

/// What a commit message says of the versions that it publishes (`Version-Summary:` and the like); the last of each counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Trailers {
    pub summary: Option<String>,
    pub change: Option<String>,
    pub effective: Option<String>,
}

/// Where a revision's text is read from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A blob of the object database.
    Blob(ObjectId),
    /// A file, read when it is wanted: of a folder without git, or of the working tree.
    File(PathBuf),
    /// A file of the working tree as it was when somebody looked.
    Snapshot(Arc<Snapshot>),
}

/// A commit that added or changed a policy's source.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Revision {
    /// `None` in a folder without git.
    pub commit: Option<Arc<Commit>>,
    /// Path in the repository at that commit.
    pub path: Arc<str>,
    pub source: Source,
}

/// A commit in which a policy's source vanished.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Withdrawal {
    pub commit: Arc<Commit>,
}

/// One policy through the published history, as git tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyHistory {
    /// Oldest first, never empty.
    pub revisions: Vec<Revision>,
    /// Oldest first; the policy may have come back after each.
    pub withdrawals: Vec<Withdrawal>,
    /// Whether its source is there at the end of the history.
    pub live: bool,
}

impl PolicyHistory {
    /// The newest revision.
    pub fn newest(&self) -> &Revision {
        &self.revisions[self.revisions.len() - 1]
    }
}

/// Everything that the published history says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// In the order in which they were first published.
    pub policies: Vec<PolicyHistory>,
    /// The number of commits walked.
    pub commits: usize,
    /// The corrections that found nothing to correct.
    pub unmatched: Vec<Mend>,
    /// Commits with so many files moved at once that some renames may be unknown.
    pub incomplete: Vec<ObjectId>,
}

impl Published {
    /// The texts that have a name for ever.
    pub fn blobs(&self) -> BTreeSet<ObjectId> {
        let revisions = self.policies.iter().flat_map(|policy| &policy.revisions);
        let blob = |revision: &Revision| match revision.source {
            Source::Blob(id) => Some(id),
            _ => None,
        };
        revisions.filter_map(blob).collect()
    }
}
