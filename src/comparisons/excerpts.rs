//! Excerpts of redlines as they were written, for the feeds in which they stand: each is wanted when its redline is at hand,
//! then for the feed of its policy and that of the site.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::policies::{Policies, Policy};

/// About so many bytes are kept; what is beyond is written again.
const ROOM: usize = 32 * 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct Excerpts {
    /// By policy and version.
    known: Vec<Vec<OnceLock<Box<str>>>>,
    kept: AtomicUsize,
}

impl Excerpts {
    /// Nothing is kept yet.
    pub fn new(policies: &Policies) -> Excerpts {
        let unknown = |policy: &Policy| policy.versions.iter().map(|_| OnceLock::new()).collect();
        Excerpts {
            known: policies.all.iter().map(unknown).collect(),
            kept: AtomicUsize::new(0),
        }
    }

    /// That of a policy's version; `None` where it is not kept.
    pub fn get(&self, (policy, version): (usize, usize)) -> Option<&str> {
        self.known[policy][version].get().map(AsRef::as_ref)
    }

    /// Keeps one where there is room, and gives it back.
    pub fn keep(&self, (policy, version): (usize, usize), excerpt: String) -> Cow<'_, str> {
        if self.kept.fetch_add(excerpt.len(), Ordering::Relaxed) > ROOM {
            return Cow::Owned(excerpt);
        }
        // Another thread may have come to the same.
        let kept = self.known[policy][version].get_or_init(|| excerpt.into_boxed_str());
        Cow::Borrowed(kept)
    }
}
