//! The plan of a site: every route that it has, and what is shown there.
//!
//! 1. The pages of each policy and version, the pages of the site, the files for machines and hosts.
//! 2. Redirects from every address that an earlier path had; live routes beat them.
//! 3. Aliases of content; redirects beat them.
//!
//! The plan knows no text: [`crate::render`] makes one route of it into bytes.

pub mod aliases;
pub mod feeds;
mod routes;

use std::collections::BTreeMap;

use crate::announced::Announced;
use crate::history::Source;
use crate::links::Files;
use crate::policies::Policies;

pub use feeds::{Feed, Feeds};
pub use routes::{Planning, plan, published_files};

/// What is at a route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Page {
    /// The text that `/<id>/` shows: of this policy.
    Policy(usize),
    /// A version: policy and version.
    Version(usize, usize),
    /// A version's Markdown.
    SourceOf(usize, usize),
    /// An earlier text of a corrected version: policy, version and text.
    Earlier(usize, usize, usize),
    /// A version's texts, and what changed from each to the next.
    Corrections(usize, usize),
    /// What changed in a version.
    Redline(usize, usize),
    /// What readers were told of a version.
    Notice(usize, usize),
    /// What changed since a version, up to the one in force.
    Since(usize, usize),
    /// For each section of a policy, the versions that changed it.
    Sections(usize),
    /// Every version of a policy.
    Changelog(usize),
    /// `versions.json` of a policy.
    Record(usize),
    /// What stands where `versions.json` of a policy was before: where it is now.
    MovedRecord(usize),
    Feed(Feed),
    /// `timemap.link` of a policy.
    TimeMap(usize),
    Front,
    Changes,
    NotFound,
    /// `index.json`
    Index,
    Sitemap,
    Robots,
    /// `_headers`
    Headers,
    /// `_redirects`
    HostRedirects,
    /// `.nojekyll`
    NoJekyll,
    /// `assets/policy-notice.js`, for other pages of the publisher.
    PolicyNotice,
    /// A small page that leads to another route.
    Redirect(String),
    /// A file of the theme, by its name there.
    ThemeFile(String),
    /// A file of the content.
    ContentFile(Source),
}

/// Every route of a site.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// By path from the root, without a `/` before it; pages end in `index.html`.
    pub routes: BTreeMap<String, Page>,
    pub files: Files,
    /// Empty without a base URL.
    pub feeds: Feeds,
    /// When versions were announced.
    pub announced: Announced,
    /// Other addresses of policies, without the `/` before them.
    pub aliases: BTreeMap<String, usize>,
    /// For hosts that read them: from a path with a `*` at its end, or a whole one, to a route.
    pub host_redirects: Vec<(String, String)>,
}

/// The route of a policy's page.
pub fn policy_route(policies: &Policies, policy: usize) -> String {
    format!("{}/index.html", policies.all[policy].id)
}

/// The route of a policy's `timemap.link`.
pub fn time_map_route(policies: &Policies, policy: usize) -> String {
    format!("{}/timemap.link", policies.all[policy].id)
}

/// The route of a policy's changelog.
pub fn changelog_route(policies: &Policies, policy: usize) -> String {
    format!("{}/changes/index.html", policies.all[policy].id)
}

/// The route of a version's page.
pub fn version_route(policies: &Policies, policy: usize, version: usize) -> String {
    format!("{}index.html", version_folder(policies, policy, version))
}

/// The route of what readers were told of a version.
pub fn notice_route(policies: &Policies, policy: usize, version: usize) -> String {
    format!(
        "{}notice/index.html",
        version_folder(policies, policy, version)
    )
}

/// The folder of a version's pages, with a `/` behind it.
pub fn version_folder(policies: &Policies, policy: usize, version: usize) -> String {
    let policy = &policies.all[policy];
    format!("{}/{}/", policy.id, policy.versions[version].label)
}
