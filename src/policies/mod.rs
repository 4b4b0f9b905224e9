//! The policies of a site: each document through time, with its versions and its place.
//!
//! 1. [`mod@gather`] reads the facts of every text, in parallel, and drops the texts.
//! 2. [`places`] gives each policy its id, and tells the ids that it had.
//! 3. [`crate::versions`] decides the versions of each.
//! 4. [`drafts`] puts what the working tree says behind them, where somebody wants to see it.

mod drafts;
mod gather;
mod places;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::history::{ObjectId, Withdrawal};
use crate::versions::{self, Standing, Text, Version};

pub use drafts::Drafted;
pub use gather::{Gathering, gather};
pub(crate) use places::title_of_path;

/// One document through time.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Policy {
    /// Its name for ever, whatever its place: what marks, feeds and notices hang on.
    pub uid: String,
    /// Its place on the site: folders and name, without a `/` at either end.
    pub id: String,
    pub title: String,
    /// Path of its source in the repository: today's, or the last one.
    pub path: Arc<str>,
    /// Each path that it had, with the place in history from which it had it; oldest first.
    pub paths: Vec<(usize, Arc<str>)>,
    /// Whether its source is there; else it is withdrawn.
    pub live: bool,
    /// Oldest first; it may have come back after each.
    pub withdrawals: Vec<Withdrawal>,
    /// Oldest first, never empty; a draft may stand last.
    pub versions: Vec<Version>,
    pub standing: Standing,
    /// Revisions that changed nothing that a version shows.
    pub unchanged: Vec<ObjectId>,
    /// The ids that it had before.
    pub former: Vec<Former>,
    /// Other addresses that its newest version claims, as written.
    pub aliases: Vec<String>,
}

/// An id that a policy had before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Former {
    pub id: String,
    /// How many of its versions, from the oldest, were published when it had moved on.
    pub versions: usize,
}

impl Policy {
    /// The index of the version that the policy's page shows: the one in force, else the first upcoming, else the newest;
    /// for a withdrawn policy its last text.
    pub fn shown(&self) -> usize {
        let standing = &self.standing;
        let first_upcoming = standing.upcoming.first().copied();
        standing
            .in_force
            .or(first_upcoming)
            .unwrap_or(self.latest())
    }

    /// How many versions are published: all but a draft.
    pub fn published(&self) -> usize {
        self.versions.len() - usize::from(self.draft().is_some())
    }

    /// The index of the version that was published last; of a policy that is not published yet, its draft.
    pub fn latest(&self) -> usize {
        self.published().max(1) - 1
    }

    /// The index of its draft.
    pub fn draft(&self) -> Option<usize> {
        let last = self.versions.len() - 1;
        self.versions[last].draft.then_some(last)
    }

    /// The index of the version in force; `None` where there is none, or the policy is withdrawn.
    pub fn in_force(&self) -> Option<usize> {
        self.standing.in_force.filter(|_| self.live)
    }

    /// The indices of the upcoming versions, the nearest first; none of a withdrawn policy.
    pub fn upcoming(&self) -> &[usize] {
        if self.live {
            &self.standing.upcoming
        } else {
            &[]
        }
    }

    /// The indices of the versions that were called off and that readers should know of: newer than the one in force, or with a date
    /// still ahead; the newest first. None of a withdrawn policy.
    pub fn called_off(&self) -> &[usize] {
        if self.live {
            &self.standing.called_off
        } else {
            &[]
        }
    }

    /// Whether a version held on some day, or will: it was not called off, and no newer one holds on the day from which it would.
    pub fn holds(&self, version: usize) -> bool {
        !self.versions[version].called_off && self.overtaken_by(version).is_none()
    }

    /// The newer version that takes the place of one before its date, so that it never holds.
    pub fn overtaken_by(&self, version: usize) -> Option<usize> {
        versions::overtaken_by(&self.versions, version)
    }

    /// Whether a text is what the working branch shows: one that can still be mended.
    pub fn is_newest(&self, text: &Text) -> bool {
        let last = self.versions.last().map(Version::newest_text);
        self.live && last.is_some_and(|last| std::ptr::eq(last, text))
    }

    /// The status of a version of this policy.
    pub fn status(&self, version: usize) -> Status {
        let is_in_force = self.standing.in_force == Some(version);
        match &self.versions[version] {
            version if version.draft => Status::Draft,
            version if version.called_off => Status::CalledOff,
            _ if is_in_force && self.live => Status::InForce,
            _ if is_in_force => Status::Withdrawn,
            _ if self.upcoming().contains(&version) => Status::Upcoming,
            _ => Status::Superseded,
        }
    }
}

/// How a version stands on the day of the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    InForce,
    /// Its effective date lies ahead.
    Upcoming,
    Superseded,
    /// Called off before its date.
    CalledOff,
    /// The last text of a withdrawn policy.
    Withdrawn,
    /// It is not published.
    Draft,
}

impl Status {
    /// The word of `versions.json` and of the templates.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::InForce => "in-force",
            Status::Upcoming => "upcoming",
            Status::Superseded => "superseded",
            Status::CalledOff => "called-off",
            Status::Withdrawn => "withdrawn",
            Status::Draft => crate::reserved::DRAFT,
        }
    }
}

/// All policies of a site on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Policies {
    /// By id.
    pub all: Vec<Policy>,
    /// The day for which statuses are told.
    pub today: Date,
    /// The content folder in the repository with a `/` behind it, or empty.
    pub prefix: String,
    /// Which policies a path of the repository was, each with the place in history from which it was; oldest first.
    by_path: BTreeMap<Arc<str>, Vec<(usize, usize)>>,
    by_id: BTreeMap<String, usize>,
}

impl Policies {
    /// Which policy a path of the repository was at a place in history; the first that ever had it where it came only later.
    pub fn at_path(&self, path: &str, position: usize) -> Option<usize> {
        let owners = self.by_path.get(path)?;
        let then = owners.iter().rev().find(|(from, _)| *from <= position);
        then.or(owners.first()).map(|(_, policy)| *policy)
    }

    /// The policies that a path of the repository was, each with the place in history from which it was; oldest first.
    pub fn owners(&self, path: &str) -> &[(usize, usize)] {
        self.by_path.get(path).map_or(&[], Vec::as_slice)
    }

    /// Which policy has this id.
    pub fn with_id(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }
}
