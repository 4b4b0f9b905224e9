//! By what a file is known again without being read.

use std::fs::Metadata;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// Size, time of the last change and number of a file: whoever writes to it, or puts another in its place, alters one of them. Files
/// of a site are only ever created, and stay closed until they are published, so that nobody writes to one within a tick of the
/// clock after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    size: u64,
    /// Since 1970; `None` where the system does not tell, or for a time before.
    modified: Option<Duration>,
    /// 0 where the system has none.
    number: u64,
}

impl Mark {
    pub(super) fn of(found: &Metadata) -> Mark {
        let modified = found.modified().ok();
        Mark {
            size: found.len(),
            modified: modified.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok()),
            number: number(found),
        }
    }

    /// Whether it is of the same file or of a copy of it.
    pub(super) fn is_like(&self, other: &Mark) -> bool {
        (self.size, self.modified) == (other.size, other.modified)
    }

    /// Whether this is a regular file with this mark. One without a time is never known again.
    pub(super) fn is_of(&self, found: &Metadata) -> bool {
        found.is_file() && self.modified.is_some() && *self == Mark::of(found)
    }
}

#[cfg(unix)]
fn number(found: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

#[cfg(not(unix))]
fn number(_found: &Metadata) -> u64 {
    0
}
