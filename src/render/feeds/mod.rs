//! The feeds: what changed, for feed readers.
//!
//! 1. [`Renderer::feed`] gathers a [`Channel`] with its entries: one for each version, the newest first.
//! 2. [`content`] says in HTML what is new in each.
//! 3. [`atom`] and [`json`] write it down.
//!
//! An entry says nothing that depends on the day of the build, so that an archive stays as it is. Ids hang on the `uid`: neither a
//! move of the policy nor another base URL makes an entry a new one.

mod atom;
mod content;
mod json;

use anyhow::{Context as _, Result};

use super::Renderer;
use super::views::{Views, absolute};
use crate::dates::Moment;
use crate::links;
use crate::plan::feeds::Part;
use crate::plan::{Feed, policy_route, version_folder, version_route};
use crate::policies::{Policies, Policy};

/// A document of a feed.
struct Channel {
    id: String,
    title: String,
    /// Of the feed; entries may have another.
    language: String,
    author: String,
    /// URL of the page that shows the same.
    page: String,
    /// URL of this document.
    own: String,
    /// URL of the feed with the newest entries, in this form.
    current: String,
    is_archive: bool,
    /// URL of the archive with the entries before these, and of that with those after them.
    archives: (Option<String>, Option<String>),
    /// When one of the entries changed last.
    updated: Moment,
    /// The newest first.
    entries: Vec<Entry>,
}

/// A version as an entry of a feed.
struct Entry {
    id: String,
    title: String,
    language: String,
    /// URL of the version.
    page: String,
    /// URL of the redline; `None` where there is none.
    changes: Option<String>,
    published: Moment,
    /// When its text or what it says of itself changed last: also when it was called off or postponed.
    updated: Moment,
    /// `material`, `minor` or `editorial`; `None`: unclassified.
    change: Option<&'static str>,
    /// In words.
    summary: Option<String>,
    /// What is new, as HTML.
    html: String,
}

impl Renderer<'_> {
    /// A document of a feed.
    pub(super) fn feed(&self, views: &mut Views<'_, '_>, feed: Feed) -> Result<Vec<u8>> {
        let shown = self.plan.feeds.shown(feed).iter().rev();
        let entries: Vec<Entry> = shown
            .map(|&(policy, version)| self.entry(views, policy, version))
            .collect::<Result<_>>()?;
        let channel = self.channel(feed, entries)?;
        match feed.part {
            Part::Json | Part::JsonArchive(_) => json::written(&channel),
            Part::Atom | Part::Archive(_) => atom::written(&channel),
        }
    }

    fn channel(&self, feed: Feed, entries: Vec<Entry>) -> Result<Channel> {
        let policies = self.policies;
        let url = |part: Part| self.absolute(&feed.other(part).route(policies));
        let archive = |number: usize| {
            let is_there = (1..=self.plan.feeds.archives(feed.policy)).contains(&number);
            let part = match feed.part {
                Part::Atom | Part::Archive(_) => Part::Archive(number),
                Part::Json | Part::JsonArchive(_) => Part::JsonArchive(number),
            };
            is_there.then(|| url(part)).transpose()
        };
        let policy = feed.policy.map(|index| &policies.all[index]);
        let (before, after) = match feed.part {
            Part::Archive(number) | Part::JsonArchive(number) => (number - 1, number + 1),
            Part::Atom | Part::Json => (self.plan.feeds.archives(feed.policy), 0),
        };
        let page = match feed.policy {
            Some(index) => policy_route(policies, index),
            None => "index.html".to_string(),
        };
        let site = &self.site.title;
        Ok(Channel {
            id: id(policies, policy),
            title: policy.map_or(site.clone(), |policy| format!("{} – {site}", policy.title)),
            language: language(self.site, policy),
            author: site.clone(),
            page: self.absolute(&page)?,
            own: url(feed.part)?,
            current: url(match feed.part {
                Part::Atom | Part::Archive(_) => Part::Atom,
                Part::Json | Part::JsonArchive(_) => Part::Json,
            })?,
            is_archive: matches!(feed.part, Part::Archive(_)),
            archives: (archive(before)?, archive(after)?),
            updated: updated(policies, policy, &entries),
            entries,
        })
    }

    fn entry(&self, views: &mut Views<'_, '_>, policy: usize, number: usize) -> Result<Entry> {
        let policies = self.policies;
        let view = views.version(policy, number)?;
        let changes = format!(
            "{}changes/index.html",
            version_folder(policies, policy, number)
        );
        let page = self.absolute(&version_route(policies, policy, number))?;
        let changes = view.changes_url.is_some().then(|| self.absolute(&changes));
        let changes = changes.transpose()?;
        let comparisons = self.comparisons;
        let excerpt = comparisons.excerpt(policies, policy, number, views.comparer)?;
        let addresses = content::Addresses {
            page: &page,
            changes: changes.as_deref(),
        };
        let all = &policies.all[policy];
        let version = &all.versions[number];
        let words = &self.words().feeds;
        let html = content::html(&view, number == 0, excerpt.as_deref(), &addresses, words);
        let published = version.published.context("an entry without a date")?;
        let language = version.lang.as_ref().unwrap_or(&self.site.language);
        Ok(Entry {
            id: format!(
                "{}:{}",
                id(policies, Some(all)),
                links::encoded_part(&version.label)
            ),
            title: format!("{}, {}", view.title, view.name),
            language: language.clone(),
            published,
            updated: version.amended.unwrap_or(published),
            change: view.change,
            summary: content::summary(&view, words),
            page,
            changes,
            html,
        })
    }

    /// The absolute URL of a route.
    fn absolute(&self, route: &str) -> Result<String> {
        let base = self.site.base_url.as_deref();
        // The plan has no feed without one.
        let base = base.context("a feed needs a base URL")?;
        Ok(absolute(base, route))
    }
}

/// The id of a policy's feed, or of the site's: that hangs on the commit which published the first version, the one thing that
/// neither a new title nor another address changes.
fn id(policies: &Policies, policy: Option<&Policy>) -> String {
    let part = match policy {
        Some(policy) => links::encoded_part(&policy.uid),
        None => {
            let versions = policies.all.iter().flat_map(|policy| &policy.versions);
            let first = versions.min_by_key(|version| version.position);
            let commit = first.and_then(|version| version.revisions.first());
            format!(
                "site:{}",
                commit.map(ToString::to_string).unwrap_or_default()
            )
        }
    };
    format!("urn:policygen:{part}")
}

fn language(site: &crate::config::Site, policy: Option<&Policy>) -> String {
    let of_policy = policy.and_then(|policy| policy.versions[policy.shown()].lang.clone());
    of_policy.unwrap_or_else(|| site.language.clone())
}

/// When one of the entries changed last; without entries, when the last version was published.
fn updated(policies: &Policies, policy: Option<&Policy>, entries: &[Entry]) -> Moment {
    let of_entries = entries.iter().map(|entry| entry.updated);
    let all = policies.all.iter();
    let told = all.filter(|other| policy.is_none_or(|policy| policy.uid == other.uid));
    let of_versions = || {
        let versions = told.flat_map(|policy| &policy.versions);
        versions.filter_map(|version| version.published)
    };
    let last = of_entries.max_by_key(|moment| moment.seconds);
    last.or_else(|| of_versions().max_by_key(|moment| moment.seconds))
        .unwrap_or(Moment {
            seconds: 0,
            offset_minutes: 0,
        })
}
