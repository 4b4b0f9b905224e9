//! One route of the plan into bytes: a pure function of the policies, the plan and the theme.
//!
//! [`view`] is the data that templates see, [`views`] makes it, [`visits`] that of the script for readers who come back;
//! [`compared`] renders what shows changes, [`notice`] what readers were told, [`feeds`] what feed
//! readers read, [`record`] and [`machines`] what other machines do, [`letters`] finds a policy among many, [`hosting`] the files that hosts and crawlers read. Texts are read and compared where a page needs them.

mod compared;
mod feeds;
mod hosting;
mod letters;
mod machines;
mod notice;
pub(crate) mod record;
mod resolve;
pub mod view;
mod views;
mod visits;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::comparisons::anchors::{self, FormerAnchors};
use crate::comparisons::{Comparer, Comparisons, before};
use crate::config::{Content, Site};
use crate::document;
use crate::links::{Asked, From, Links};
use crate::plan::{Page, Plan};
use crate::policies::{Policies, Policy};
use crate::problems::Problems;
use crate::theme::Theme;
use crate::versions::Text;
use crate::words::Words;
pub use hosting::content_security_policy;
use resolve::Resolver;
use view::{ChangeView, CorrectionView, DocumentView, PageView, PolicyView, SiteView, VersionView};
use views::Views;

/// So many changes stand on the front page.
const RECENT: usize = 10;

/// So many lost anchors of a policy are named.
const NAMED: usize = 8;

/// About so many bytes of a page are not its text.
const ROOM: usize = 16 * 1024;

/// Renders routes.
pub struct Renderer<'a> {
    pub site: &'a Site,
    pub content: &'a Content,
    pub policies: &'a Policies,
    pub plan: &'a Plan,
    pub theme: &'a Theme,
    pub comparisons: &'a Comparisons,
    /// Where faults of older texts go.
    pub problems: &'a Problems,
    /// Who wants to know what links ask of other policies.
    pub asked: Option<&'a Asked>,
}

/// What is told of while pages are rendered.
pub const TOLD: [&str; 2] = [LOST_ANCHORS, resolve::BROKEN];

const LOST_ANCHORS: &str = "anchors of older versions that are lost";

/// What every template gets.
#[derive(Serialize)]
struct Data<'a, T: Serialize> {
    page: PageView,
    site: SiteView<'a>,
    #[serde(flatten)]
    own: T,
}

#[derive(Serialize)]
struct DocumentData {
    policy: PolicyView,
    version: VersionView,
    document: Option<DocumentView>,
    role: &'static str,
    earlier: Option<CorrectionView>,
    /// On the policy's own page: the version that gave the text its words, mostly the one that is shown.
    changed: Option<VersionView>,
    newer: Option<VersionView>,
    older: Option<VersionView>,
    /// JSON-LD for a data block of the page.
    linked_data: Option<String>,
    /// JSON; `None` where no visit is remembered.
    visits: Option<String>,
}

#[derive(Serialize)]
struct ChangelogData {
    policy: PolicyView,
    versions: Vec<VersionView>,
}

#[derive(Serialize)]
struct FrontData {
    policies: Vec<PolicyView>,
    withdrawn: Vec<PolicyView>,
    upcoming: Vec<ChangeView>,
    drafts: Vec<ChangeView>,
    recent: Vec<ChangeView>,
    intro: Option<DocumentView>,
    intro_policy: Option<PolicyView>,
}

#[derive(Serialize)]
struct Month {
    name: String,
    changes: Vec<ChangeView>,
}

#[derive(Serialize)]
struct ChangesData {
    months: Vec<Month>,
}

#[derive(Serialize)]
struct RedirectData {
    target: String,
    canonical: Option<String>,
    title: String,
}

impl Renderer<'_> {
    /// The bytes of a route.
    ///
    /// # Errors
    ///
    /// A text cannot be read, or a template is wrong.
    pub fn render(&self, route: &str, page: &Page, comparer: &mut Comparer<'_>) -> Result<Vec<u8>> {
        let mut views = Views {
            site: self.site,
            policies: self.policies,
            theme: self.theme,
            comparisons: self.comparisons,
            feeds: &self.plan.feeds,
            announced: &self.plan.announced,
            route,
            comparer,
        };
        self.bytes(page, &mut views)
    }

    fn bytes(&self, page: &Page, views: &mut Views<'_, '_>) -> Result<Vec<u8>> {
        let bytes = match page {
            Page::Policy(policy) => self.policy(views, *policy)?,
            Page::Version(policy, version) => self.version(views, *policy, *version)?,
            Page::Earlier(policy, version, text) => {
                self.earlier(views, (*policy, *version, *text))?
            }
            Page::SourceOf(policy, version) => self.source(views, *policy, *version)?,
            Page::Redline(policy, version) => self.redline(views, *policy, *version)?,
            Page::Since(policy, version) => self.since(views, *policy, *version)?,
            Page::Corrections(policy, version) => self.corrections(views, *policy, *version)?,
            Page::Notice(policy, version) => self.notice(views, *policy, *version)?,
            Page::Sections(policy) => self.sections(views, *policy)?,
            Page::Changelog(policy) => self.changelog(views, *policy)?,
            Page::Record(policy) => {
                let known = (self.comparisons, &self.plan.announced);
                record::policy(self.policies, *policy, known, views.comparer)?.into_bytes()
            }
            Page::Feed(feed) => self.feed(views, *feed)?,
            Page::TimeMap(policy) => self.time_map(*policy).into_bytes(),
            Page::Front => self.front(views)?,
            Page::Changes => self.changes(views)?,
            Page::MovedRecord(policy) => record::moved(&self.policies.all[*policy])?.into_bytes(),
            Page::NotFound => self.not_found(views)?,
            Page::Index => record::index(self.site, self.policies)?.into_bytes(),
            Page::Sitemap => hosting::sitemap(self.site, self.policies).into_bytes(),
            Page::Robots => hosting::robots(self.site).into_bytes(),
            Page::Headers => {
                let remote_images = self.content.keep_remote_images;
                hosting::headers(self.site, self.theme, remote_images).into_bytes()
            }
            Page::HostRedirects => hosting::redirects(self.site, self.plan).into_bytes(),
            Page::NoJekyll => Vec::new(),
            Page::PolicyNotice => hosting::policy_notice(self.words())?.into_bytes(),
            Page::Redirect(target) => self.redirect(views, target)?,
            Page::ThemeFile(name) => self.theme_file(name)?,
            Page::ContentFile(source) => views.comparer.texts.bytes(source)?,
        };
        Ok(bytes)
    }

    /// The Markdown of a version.
    fn source(&self, views: &mut Views<'_, '_>, policy: usize, version: usize) -> Result<Vec<u8>> {
        let text = self.policies.all[policy].versions[version].newest_text();
        views.comparer.texts.bytes(&text.revision.source)
    }

    fn theme_file(&self, name: &str) -> Result<Vec<u8>> {
        let file = self.theme.file(name);
        Ok(file.context("the theme has lost a file")?.to_vec())
    }

    /// A page without a text.
    fn page(
        &self,
        views: &Views<'_, '_>,
        template: &str,
        page: PageView,
        own: impl Serialize,
    ) -> Result<Vec<u8>> {
        let site = views.site();
        let data = Data { page, site, own };
        self.theme.render(template, &data, ROOM)
    }

    /// A page with a text of so many bytes.
    fn page_with(
        &self,
        views: &Views<'_, '_>,
        (template, size): (&str, usize),
        page: PageView,
        own: impl Serialize,
    ) -> Result<Vec<u8>> {
        let site = views.site();
        let data = Data { page, site, own };
        self.theme.render(template, &data, ROOM + size)
    }

    /// The page of a policy: anchors of older versions lead to its sections too.
    fn policy(&self, views: &mut Views<'_, '_>, policy: usize) -> Result<Vec<u8>> {
        let version = self.policies.all[policy].shown();
        let shown = &self.policies.all[policy].versions[version];
        if shown.hidden {
            return self.shown(views, (policy, version), "policy", None);
        }
        let text = views
            .comparer
            .texts
            .text(&shown.newest_text().revision.source)?;
        let today = text.document.anchors();
        let at = (policy, version);
        let former = anchors::former(self.comparisons, self.policies, at, &today, views.comparer)?;
        self.tell_lost(policy, &former);
        self.shown(views, at, "policy", Some(&former))
    }

    fn version(&self, views: &mut Views<'_, '_>, policy: usize, version: usize) -> Result<Vec<u8>> {
        self.shown(views, (policy, version), "version", None)
    }

    fn tell_lost(&self, policy: usize, former: &FormerAnchors) {
        let policy = &self.policies.all[policy];
        if former.lost.is_empty() || !policy.live {
            return;
        }
        let named: Vec<String> = former
            .lost
            .iter()
            .take(NAMED)
            .map(|anchor| format!("`#{anchor}`"))
            .collect();
        let more = former.lost.len() - named.len();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let message = format!(
            "links to {}{more} of older versions lead to no section any more; a heading keeps an old anchor with `{{#anchor}}` behind its words",
            named.join(", ")
        );
        self.problems.warning(LOST_ANCHORS, &*policy.path, message);
    }

    fn shown(
        &self,
        views: &mut Views<'_, '_>,
        (policy, version): (usize, usize),
        role: &'static str,
        former: Option<&FormerAnchors>,
    ) -> Result<Vec<u8>> {
        let shown = &self.policies.all[policy].versions[version];
        let document = match shown.hidden {
            true => None,
            false => Some(self.document(views, policy, shown.newest_text(), former)?),
        };
        let page = views.version_page(policy, version, role == "policy");
        let (language, url) = (&self.site.language, page.canonical.as_deref());
        let linked_data = match shown.draft {
            true => None,
            false => Some(machines::linked_data(shown, &page.title, language, url)?),
        };
        let own = DocumentData {
            policy: views.policy(policy)?,
            version: views.version(policy, version)?,
            document,
            role,
            earlier: None,
            changed: match role {
                "policy" => Some(views.version(policy, last_changed(&self.policies.all[policy]))?),
                _ => None,
            },
            newer: views.neighbour(policy, version, 1)?,
            older: views.neighbour(policy, version, -1)?,
            linked_data,
            visits: match role {
                "policy" => self.visits(views, policy)?,
                _ => None,
            },
        };
        self.document_page(views, page, own)
    }

    fn earlier(
        &self,
        views: &mut Views<'_, '_>,
        (policy, version, text): (usize, usize, usize),
    ) -> Result<Vec<u8>> {
        let earlier = &self.policies.all[policy].versions[version].texts[text];
        let document = self.document(views, policy, earlier, None)?;
        let page = views.version_page(policy, version, false);
        let own = DocumentData {
            policy: views.policy(policy)?,
            version: views.version(policy, version)?,
            document: Some(document),
            role: "earlier",
            earlier: Some(views.correction(policy, version, text)),
            changed: None,
            newer: None,
            older: None,
            linked_data: None,
            visits: None,
        };
        self.document_page(views, page, own)
    }

    fn document_page(
        &self,
        views: &Views<'_, '_>,
        page: PageView,
        own: DocumentData,
    ) -> Result<Vec<u8>> {
        let size = own
            .document
            .as_ref()
            .map_or(0, |document| document.html.len());
        self.page_with(views, ("document.html", size), page, own)
    }

    fn document(
        &self,
        views: &mut Views<'_, '_>,
        policy: usize,
        text: &Text,
        former: Option<&FormerAnchors>,
    ) -> Result<DocumentView> {
        let read = views.comparer.texts.text(&text.revision.source)?;
        let document = &read.document;
        let resolver = Resolver {
            links: self.links(),
            content: self.content,
            problems: self.problems,
            told: self.policies.all[policy].is_newest(text),
            from: From::text(policy, text),
            route: views.route,
            shown_at: None,
            former,
            words: self.words(),
        };
        let mut html = String::with_capacity(read.size * 3 / 2);
        let known = &mut views.comparer.known;
        known.stand_at(None);
        document::html::write_knowing(document, &resolver, known, &mut html);
        Ok(DocumentView {
            html,
            toc: views::toc(document),
            has_title: document.begins_with_title(),
        })
    }

    fn time_map(&self, policy: usize) -> String {
        // The plan has none without a base URL.
        let base = self.site.base_url.as_deref().unwrap_or_default();
        machines::time_map(base, self.policies, policy)
    }

    fn words(&self) -> &Words {
        self.theme.words()
    }

    fn links(&self) -> Links<'_> {
        Links {
            policies: self.policies,
            files: &self.plan.files,
            aliases: &self.plan.aliases,
            asked: self.asked,
        }
    }

    fn changelog(&self, views: &mut Views<'_, '_>, policy: usize) -> Result<Vec<u8>> {
        let versions = (0..self.policies.all[policy].versions.len()).rev();
        let versions = versions
            .map(|version| views.version(policy, version))
            .collect::<Result<_>>()?;
        let title = &self.policies.all[policy].title;
        let title = self.words().titles.all_versions.fill(&[("title", title)]);
        let own = ChangelogData {
            policy: views.policy(policy)?,
            versions,
        };
        let page = views.page_of(policy, title);
        self.page(views, "changelog.html", page, own)
    }

    fn front(&self, views: &mut Views<'_, '_>) -> Result<Vec<u8>> {
        let policies = self.policies;
        let intro = policies
            .with_id("index")
            .filter(|&index| policies.all[index].live);
        let (live, withdrawn) = views.by_folder();
        let live = live.into_iter().filter(|policy| Some(*policy) != intro);
        let mut listed = live
            .map(|policy| self.listed(views, policy))
            .collect::<Result<Vec<_>>>()?;
        letters::add(&mut listed);
        let own = FrontData {
            policies: listed,
            withdrawn: withdrawn
                .into_iter()
                .map(|policy| self.listed(views, policy))
                .collect::<Result<_>>()?,
            upcoming: views.upcoming()?,
            drafts: views.drafts()?,
            recent: views.changes(RECENT)?,
            intro: match intro {
                Some(policy) => self.intro(views, policy)?,
                None => None,
            },
            intro_policy: intro.map(|policy| views.policy(policy)).transpose()?,
        };
        self.page(views, "front.html", views.page(String::new()), own)
    }

    /// A policy on the front page, which tells whoever comes back that it changed.
    fn listed(&self, views: &mut Views<'_, '_>, policy: usize) -> Result<PolicyView> {
        Ok(PolicyView {
            unread: self.unread(views, policy)?,
            ..views.policy(policy)?
        })
    }

    /// What introduces the front page; `None` where it is hidden.
    fn intro(&self, views: &mut Views<'_, '_>, policy: usize) -> Result<Option<DocumentView>> {
        let shown = &self.policies.all[policy].versions[self.policies.all[policy].shown()];
        match shown.hidden {
            true => Ok(None),
            false => self
                .document(views, policy, shown.newest_text(), None)
                .map(Some),
        }
    }

    fn changes(&self, views: &mut Views<'_, '_>) -> Result<Vec<u8>> {
        let mut months: Vec<Month> = Vec::new();
        for change in views.changes(usize::MAX)? {
            let name = views.month(&change);
            match months.last_mut() {
                Some(month) if month.name == name => month.changes.push(change),
                _ => months.push(Month {
                    name,
                    changes: vec![change],
                }),
            }
        }
        let page = views.page(self.words().titles.all_changes.clone());
        self.page(views, "changes.html", page, ChangesData { months })
    }

    fn not_found(&self, views: &Views<'_, '_>) -> Result<Vec<u8>> {
        self.page(views, "not_found.html", views.not_found_page(), ())
    }

    fn redirect(&self, views: &Views<'_, '_>, target: &str) -> Result<Vec<u8>> {
        let title = self
            .plan
            .routes
            .get(target)
            .and_then(Page::policy)
            .map(|p| self.policies.all[p].title.clone());
        self.page(
            views,
            "redirect.html",
            views.page(String::new()),
            RedirectData {
                target: views.to(target),
                canonical: views.absolute(target),
                title: title.unwrap_or_else(|| self.site.title.clone()),
            },
        )
    }
}

/// What a page must wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Nothing.
    Texts,
    /// That the versions of its policy are compared.
    Policies,
    /// That those of all policies are.
    Site,
}

/// When a page is rendered best. Any order gives the same bytes; a page that comes too early compares by itself.
pub fn phase(page: &Page) -> Phase {
    match page {
        Page::Policy(_) | Page::Changelog(_) | Page::Sections(_) | Page::Record(_) => {
            Phase::Policies
        }
        Page::Feed(feed) if feed.policy.is_some() => Phase::Policies,
        Page::Feed(_) => Phase::Site,
        Page::Front | Page::Changes => Phase::Site,
        _ => Phase::Texts,
    }
}

/// The order in which routes are rendered best: phase by phase, and in each those of one text together, after those that
/// compare it with the text before.
pub fn order(policies: &Policies, page: &Page) -> (Phase, usize, usize, usize) {
    let beside = |policy: usize, version: usize, step: usize| {
        (
            policy + 1,
            policies.all[policy].versions.len() - version,
            step,
        )
    };
    let (policy, version, step) = match page {
        Page::Redline(policy, version) => beside(*policy, *version, 0),
        Page::Version(policy, version) | Page::SourceOf(policy, version) => {
            beside(*policy, *version, 1)
        }
        Page::Since(policy, version) => beside(*policy, *version, 2),
        Page::Earlier(policy, version, text) => beside(*policy, *version, text + 3),
        Page::Notice(policy, version) => beside(*policy, *version, usize::MAX - 1),
        Page::Corrections(policy, version) => beside(*policy, *version, usize::MAX),
        other => (other.policy().map_or(0, |policy| policy + 1), usize::MAX, 0),
    };
    (phase(page), policy, version, step)
}

/// The version from which a policy has the words that it shows: a new version may have those of the one before.
fn last_changed(policy: &Policy) -> usize {
    let words = |version: usize| {
        let version = &policy.versions[version];
        (&version.title, version.newest_text().digest.text)
    };
    let older = |version: &usize| {
        let older = before(policy, *version)?;
        let is_corrected = policy.versions[*version].texts.len() > 1;
        (!is_corrected && words(older) == words(*version)).then_some(older)
    };
    let shown = policy.shown();
    std::iter::successors(Some(shown), older)
        .last()
        .unwrap_or(shown)
}
