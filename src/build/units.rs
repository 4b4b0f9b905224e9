//! The site in units: what is rendered, or taken over from the site that is there, together.
//!
//! The pages of one policy are a unit, since a new version is told on each of them. So are the pages of the site, each archive
//! of its feed, which stays as it is once it is full, and each file of theme and content.
//!
//! [`Keys`] puts everything that the pages of a unit show into one hash, but for where links lead to other policies: that is known
//! only when they are rendered, and is asked again ([`crate::links::Question`]). Texts count by their blobs. A unit that shows
//! what is in no blob has no key, and is always rendered.

use std::collections::BTreeMap;
use std::hash::{Hash as _, Hasher};

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::cache::BUILD;
use crate::comparisons::before;
use crate::hash::Hash;
use crate::history::Source;
use crate::plan::feeds::Part;
use crate::plan::{Feed, Page, Plan};
use crate::policies::Policy;
use crate::site::Site;

/// What is rendered or taken over together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Unit<'a> {
    /// Everything of one policy, redirects to it included.
    Policy(usize),
    /// What shows several policies.
    Site,
    /// An archive of the site's feed, by its number.
    Archive(usize),
    /// A file of the theme or of the content, by its route.
    File(&'a str),
}

/// The routes of a unit, in order.
pub(super) type Routes<'a> = Vec<(&'a String, &'a Page)>;

/// All units of a site with their routes.
pub(super) fn units(plan: &Plan) -> BTreeMap<Unit<'_>, Routes<'_>> {
    let mut units: BTreeMap<Unit<'_>, Routes<'_>> = BTreeMap::new();
    for (route, page) in &plan.routes {
        let unit = unit_of(plan, route, page);
        units.entry(unit).or_default().push((route, page));
    }
    units
}

fn unit_of<'a>(plan: &Plan, route: &'a str, page: &Page) -> Unit<'a> {
    let policy = match page {
        Page::ThemeFile(_) | Page::ContentFile(_) => return Unit::File(route),
        Page::Feed(Feed {
            policy: None,
            part: Part::Archive(number) | Part::JsonArchive(number),
        }) => return Unit::Archive(*number),
        Page::Redirect(target) => plan.routes.get(target).and_then(Page::policy),
        page => page.policy(),
    };
    policy.map_or(Unit::Site, Unit::Policy)
}

/// The keys of the units of a site.
pub(super) struct Keys<'a> {
    site: &'a Site,
    /// What every page may show.
    ground: Hash,
    /// Of each policy: what its pages say of it.
    policies: Vec<Option<Hash>>,
}

impl<'a> Keys<'a> {
    pub(super) fn of(site: &'a Site) -> Keys<'a> {
        let policies = &site.policies.all;
        let of_policies = (0..policies.len()).into_par_iter();
        Keys {
            ground: ground(site),
            policies: of_policies.map(|index| policy(site, index)).collect(),
            site,
        }
    }

    /// The key of a unit; `None` where it is always rendered.
    pub(super) fn key(&self, unit: Unit<'_>, routes: &Routes<'_>) -> Option<Hash> {
        let mut all = All::new(&self.ground);
        match unit {
            Unit::Policy(index) => {
                "policy".hash(&mut all);
                self.policies[index]?.hash(&mut all);
            }
            Unit::Site => self.site(&mut all)?,
            Unit::Archive(number) => self.archive(number, &mut all)?,
            Unit::File(route) => return self.file(route, routes),
        }
        for (route, page) in routes {
            // The route says the rest.
            let target = match page {
                Page::Redirect(target) => Some(target),
                _ => None,
            };
            let what = std::mem::discriminant(*page);
            (route, what, page.version(), target).hash(&mut all);
        }
        Some(all.done())
    }

    fn site(&self, all: &mut All) -> Option<()> {
        let plan = &self.site.plan;
        "site".hash(all);
        (self.site.policies.today, &plan.host_redirects).hash(all);
        self.policies.iter().try_for_each(|policy| {
            policy.as_ref()?.hash(all);
            Some(())
        })
    }

    /// A full archive says nothing of today, nor of other versions than those in it and those before them; but whether one will hold.
    fn archive(&self, number: usize, all: &mut All) -> Option<()> {
        let (plan, policies) = (&self.site.plan, &self.site.policies.all);
        let versions = policies.iter().flat_map(|policy| &policy.versions);
        let first = versions.min_by_key(|version| version.position)?;
        "archive".hash(all);
        (number, plan.feeds.archives(None), &first.revisions).hash(all);
        let feed = Feed {
            policy: None,
            part: Part::Archive(number),
        };
        for &(index, version) in plan.feeds.shown(feed) {
            self.policies[index]?;
            let policy = &policies[index];
            let before = before(policy, version);
            (&policy.uid, &policy.id, &policy.title).hash(all);
            (version == 0, &policy.versions[version]).hash(all);
            before.map(|before| &policy.versions[before]).hash(all);
            // A newer version may take its place before its date, at any time.
            (policy.live, policy.overtaken_by(version)).hash(all);
        }
        Some(())
    }

    /// Files are named by the hash of their bytes.
    fn file(&self, route: &str, routes: &Routes<'_>) -> Option<Hash> {
        let mut all = All::new(&[0; 32]);
        ("file", route).hash(&mut all);
        match routes.first()? {
            (_, Page::ContentFile(Source::Blob(id))) => id.hash(&mut all),
            (_, Page::ThemeFile(name)) => self.site.theme.file(name).hash(&mut all),
            _ => return None,
        }
        Some(all.done())
    }
}

fn ground(site: &Site) -> Hash {
    let mut all = All(Vec::new());
    let content = &site.config.content;
    BUILD.hash(&mut all);
    site.config.site.hash(&mut all);
    (content.html, content.keep_remote_images, &content.link_base).hash(&mut all);
    site.theme.digest().hash(&mut all);
    site.plan.feeds.entries(None).is_some().hash(&mut all);
    let today = site.theme.is_dated().then_some(site.policies.today);
    today.hash(&mut all);
    all.done()
}

fn policy(site: &Site, index: usize) -> Option<Hash> {
    let policy = &site.policies.all[index];
    if !is_of_blobs(policy) {
        return None;
    }
    let mut all = All(Vec::new());
    policy.hash(&mut all);
    // Whose place among the others is none of their matter.
    let entries = site.plan.feeds.entries(Some(index));
    let entries = entries.map(|entries| entries.iter().map(|(_, version)| version));
    let entries: Option<Vec<&usize>> = entries.map(Iterator::collect);
    entries.hash(&mut all);
    for version in 0..policy.versions.len() {
        site.plan.announced.version(index, version).hash(&mut all);
    }
    Some(all.done())
}

/// Whether all texts are what they are for ever.
fn is_of_blobs(policy: &Policy) -> bool {
    let texts = policy.versions.iter().flat_map(|version| &version.texts);
    texts
        .into_iter()
        .all(|text| matches!(text.revision.source, Source::Blob(_)))
}

/// Everything that was hashed, one after the other; each type says where its values end.
pub(super) struct All(Vec<u8>);

impl All {
    pub(super) fn new(begin: &Hash) -> All {
        All(begin.to_vec())
    }

    pub(super) fn done(self) -> Hash {
        Sha256::digest(&self.0).into()
    }
}

impl Hasher for All {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Nobody asks for a short one.
    fn finish(&self) -> u64 {
        0
    }
}
