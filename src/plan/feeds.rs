//! Which versions stand in which feed.
//!
//! 1. An entry is each version that has a date, but for those declared editorial, in the order of history: what is published
//!    later comes later, so that every entry keeps its place.
//! 2. A feed has the newest [`PAGE`] of them. Where there are more, all but those stand in archives (RFC 5005, and the same in
//!    JSON) of [`PAGE`] entries each, counted from the oldest: an archive that is there is full, and keeps its entries.
//!
//! ```text
//! entries    1 … 20  21 … 40  41 42 43
//! archives   feed-1  feed-2
//! the feed              24  …       43
//! ```

use crate::front_matter::Change;
use crate::policies::{Policies, Policy};

/// So many entries stand in a feed and in each archive.
pub const PAGE: usize = 20;

/// A document of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Feed {
    /// `None`: of the whole site.
    pub policy: Option<usize>,
    pub part: Part,
}

/// Which document of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The newest entries as Atom.
    Atom,
    /// The newest entries as JSON Feed.
    Json,
    /// An archive as Atom; the oldest is 1.
    Archive(usize),
    /// The same archive as JSON Feed.
    JsonArchive(usize),
}

/// The entries of all feeds: policy and version, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Feeds {
    site: Option<Vec<(usize, usize)>>,
    /// By policy; `None` where it has no feed, since it has no dates.
    policies: Vec<Option<Vec<(usize, usize)>>>,
}

impl Feeds {
    /// The entries; of versions declared editorial only where `editorial` says so.
    pub fn of(policies: &Policies, editorial: bool) -> Feeds {
        let all = policies.all.iter().enumerate();
        let of_policies: Vec<Option<Vec<(usize, usize)>>> = all
            .map(|(index, policy)| entries(index, policy, editorial))
            .collect();
        let has_any = of_policies.iter().any(Option::is_some);
        let mut site: Vec<(usize, usize)> =
            of_policies.iter().flatten().flatten().copied().collect();
        // What one commit changed stands in an order that no move of a policy changes.
        site.sort_by_key(|&(policy, version)| {
            let policy = &policies.all[policy];
            (policy.versions[version].position, &policy.uid, version)
        });
        Feeds {
            site: has_any.then_some(site),
            policies: of_policies,
        }
    }

    /// The entries of a policy or of the site, oldest first; `None` where there is no feed.
    pub fn entries(&self, policy: Option<usize>) -> Option<&[(usize, usize)]> {
        let entries = match policy {
            Some(policy) => self.policies.get(policy)?,
            None => &self.site,
        };
        entries.as_deref()
    }

    /// The entries of a document, oldest first.
    pub fn shown(&self, feed: Feed) -> &[(usize, usize)] {
        let entries = self.entries(feed.policy).unwrap_or_default();
        match feed.part {
            Part::Atom | Part::Json => &entries[entries.len().saturating_sub(PAGE)..],
            Part::Archive(number) | Part::JsonArchive(number) => {
                entries.chunks(PAGE).nth(number - 1).unwrap_or_default()
            }
        }
    }

    /// How many archives there are.
    pub fn archives(&self, policy: Option<usize>) -> usize {
        let count = self.entries(policy).unwrap_or_default().len();
        count.saturating_sub(PAGE).div_ceil(PAGE)
    }

    /// Whether a version is an entry.
    pub fn has(&self, policy: usize, version: usize) -> bool {
        let entries = self.entries(Some(policy)).unwrap_or_default();
        entries.binary_search(&(policy, version)).is_ok()
    }

    /// The documents of a policy or of the site.
    pub fn documents(&self, policy: Option<usize>) -> impl Iterator<Item = Feed> {
        let newest = self.entries(policy).map(|_| [Part::Atom, Part::Json]);
        let numbers = 1..=self.archives(policy);
        let archives =
            numbers.flat_map(|number| [Part::Archive(number), Part::JsonArchive(number)]);
        let parts = newest.into_iter().flatten().chain(archives);
        parts.map(move |part| Feed { policy, part })
    }
}

impl Feed {
    /// Its route.
    pub fn route(self, policies: &Policies) -> String {
        let folder = self
            .policy
            .map(|policy| format!("{}/", policies.all[policy].id));
        let name = match self.part {
            Part::Atom => "feed.atom".to_string(),
            Part::Json => "feed.json".to_string(),
            Part::Archive(number) => format!("feed-{number}.atom"),
            Part::JsonArchive(number) => format!("feed-{number}.json"),
        };
        folder.unwrap_or_default() + &name
    }

    /// Another document of the same feed.
    pub fn other(self, part: Part) -> Feed {
        Feed { part, ..self }
    }
}

/// The entries of a policy; `None` where none of its versions has a date.
fn entries(index: usize, policy: &Policy, editorial: bool) -> Option<Vec<(usize, usize)>> {
    let dated = || {
        let versions = policy.versions.iter().enumerate();
        versions.filter(|(_, version)| version.published.is_some() && !version.draft)
    };
    dated().next()?;
    let told =
        dated().filter(|(_, version)| editorial || version.change != Some(Change::Editorial));
    Some(told.map(|(number, _)| (index, number)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feeds(count: usize) -> Feeds {
        Feeds {
            site: Some((0..count).map(|version| (0, version)).collect()),
            policies: Vec::new(),
        }
    }

    fn shown(count: usize, part: Part) -> (usize, usize) {
        let feeds = feeds(count);
        let shown = feeds.shown(Feed { policy: None, part });
        (shown[0].1, shown[shown.len() - 1].1)
    }

    #[test]
    fn archives_are_full_and_with_the_feed_leave_nothing_out() {
        for (count, archives) in [(0, 0), (20, 0), (21, 1), (40, 1), (41, 2), (60, 2), (61, 3)] {
            assert_eq!(feeds(count).archives(None), archives, "{count}");
        }
        assert_eq!(shown(43, Part::Archive(1)), (0, 19));
        assert_eq!(shown(43, Part::Archive(2)), (20, 39));
        assert_eq!(shown(43, Part::Atom), (23, 42));
        assert_eq!(shown(3, Part::Json), (0, 2));
    }

    #[test]
    fn without_entries_a_feed_is_empty_and_without_dates_there_is_none() {
        let part = Part::Atom;
        assert!(feeds(0).shown(Feed { policy: None, part }).is_empty());
        assert_eq!(Feeds::default().documents(None).count(), 0);
        assert_eq!(feeds(41).documents(None).count(), 6);
    }
}
