//! One route of the plan into bytes: a pure function of the policies, the plan and the theme.
//!
//! [`view`] is the data that templates see, [`views`] makes it; [`record`] writes the JSON, [`hosting`] the files that hosts
//! and crawlers read. Only the page of a text reads it ([`Texts`]).

mod hosting;
mod record;
mod resolve;
pub mod view;
mod views;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::config::{Content, Site};
use crate::document;
use crate::library::Texts;
use crate::links::Links;
use crate::plan::{Page, Plan};
use crate::policies::Policies;
use crate::problems::Problems;
use crate::theme::Theme;
use crate::versions::Text;
use resolve::Resolver;
use view::{ChangeView, CorrectionView, DocumentView, PageView, PolicyView, SiteView, VersionView};
use views::Views;

/// So many changes stand on the front page.
const RECENT: usize = 10;

/// About so many bytes of a page are not its text.
const ROOM: usize = 16 * 1024;

/// Renders routes.
pub struct Renderer<'a> {
    pub site: &'a Site,
    pub content: &'a Content,
    pub policies: &'a Policies,
    pub plan: &'a Plan,
    pub theme: &'a Theme,
    /// Where faults of older texts go.
    pub problems: &'a Problems,
}

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
    newer: Option<VersionView>,
    older: Option<VersionView>,
}

#[derive(Serialize)]
struct ChangelogData {
    policy: PolicyView,
    versions: Vec<VersionView>,
}

#[derive(Serialize)]
struct CorrectionsData {
    policy: PolicyView,
    version: VersionView,
}

#[derive(Serialize)]
struct FrontData {
    policies: Vec<PolicyView>,
    withdrawn: Vec<PolicyView>,
    upcoming: Vec<ChangeView>,
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
    pub fn render(&self, route: &str, page: &Page, texts: &mut Texts<'_>) -> Result<Vec<u8>> {
        let views = self.views(route);
        let bytes = match page {
            Page::Policy(policy) => {
                let version = self.policies.all[*policy].shown();
                self.shown(&views, *policy, version, "policy", texts)?
            }
            Page::Version(policy, version) => {
                self.shown(&views, *policy, *version, "version", texts)?
            }
            Page::Earlier(policy, version, text) => {
                self.earlier(&views, (*policy, *version, *text), texts)?
            }
            Page::SourceOf(policy, version) => {
                let text = self.policies.all[*policy].versions[*version].newest_text();
                texts.bytes(&text.revision.source)?
            }
            Page::Corrections(policy, version) => self.corrections(&views, *policy, *version)?,
            Page::Changelog(policy) => self.changelog(&views, *policy)?,
            Page::Record(policy) => record::policy(&self.policies.all[*policy])?.into_bytes(),
            Page::Front => self.front(&views, texts)?,
            Page::Changes => self.changes(&views)?,
            Page::NotFound => self.not_found(&views)?,
            Page::Index => record::index(self.site, self.policies)?.into_bytes(),
            Page::Sitemap => hosting::sitemap(self.site, self.policies).into_bytes(),
            Page::Robots => hosting::robots(self.site).into_bytes(),
            Page::Headers => {
                hosting::headers(self.site, self.content.keep_remote_images).into_bytes()
            }
            Page::HostRedirects => hosting::redirects(self.site, self.plan).into_bytes(),
            Page::NoJekyll => Vec::new(),
            Page::Redirect(target) => self.redirect(&views, target)?,
            Page::ThemeFile(name) => self
                .theme
                .file(name)
                .context("the theme has lost a file")?
                .to_vec(),
            Page::ContentFile(source) => texts.bytes(source)?,
        };
        Ok(bytes)
    }

    fn views<'a>(&'a self, route: &'a str) -> Views<'a> {
        Views {
            site: self.site,
            policies: self.policies,
            theme: self.theme,
            route,
        }
    }

    fn page(
        &self,
        views: &Views<'_>,
        template: &str,
        page: PageView,
        own: impl Serialize,
    ) -> Result<Vec<u8>> {
        let site = views.site();
        let data = Data { page, site, own };
        self.theme.render(template, &data, ROOM)
    }

    fn document_page(
        &self,
        views: &Views<'_>,
        page: PageView,
        own: DocumentData,
    ) -> Result<Vec<u8>> {
        let site = views.site();
        let size = own
            .document
            .as_ref()
            .map_or(0, |document| document.html.len());
        let data = Data { page, site, own };
        self.theme.render("document.html", &data, ROOM + size)
    }

    fn shown(
        &self,
        views: &Views<'_>,
        policy: usize,
        version: usize,
        role: &'static str,
        texts: &mut Texts<'_>,
    ) -> Result<Vec<u8>> {
        let shown = &self.policies.all[policy].versions[version];
        let document = match shown.hidden {
            true => None,
            false => Some(self.document(views, policy, shown.newest_text(), texts)?),
        };
        let page = views.version_page(policy, version, role == "policy");
        self.document_page(
            views,
            page,
            DocumentData {
                policy: views.policy(policy),
                version: views.version(policy, version),
                document,
                role,
                earlier: None,
                newer: views.neighbour(policy, version, 1),
                older: views.neighbour(policy, version, -1),
            },
        )
    }

    fn earlier(
        &self,
        views: &Views<'_>,
        (policy, version, text): (usize, usize, usize),
        texts: &mut Texts<'_>,
    ) -> Result<Vec<u8>> {
        let earlier = &self.policies.all[policy].versions[version].texts[text];
        let document = self.document(views, policy, earlier, texts)?;
        let page = views.version_page(policy, version, false);
        self.document_page(
            views,
            page,
            DocumentData {
                policy: views.policy(policy),
                version: views.version(policy, version),
                document: Some(document),
                role: "earlier",
                earlier: Some(views.correction(policy, version, text)),
                newer: None,
                older: None,
            },
        )
    }

    fn document(
        &self,
        views: &Views<'_>,
        policy: usize,
        text: &Text,
        texts: &mut Texts<'_>,
    ) -> Result<DocumentView> {
        let read = texts.text(&text.revision.source)?;
        let document = &read.document;
        let resolver = Resolver {
            links: Links {
                policies: self.policies,
                files: &self.plan.files,
                aliases: &self.plan.aliases,
            },
            content: self.content,
            problems: self.problems,
            newest: self.policies.all[policy].is_newest(text),
            from: crate::links::From::text(policy, text),
            route: views.route,
        };
        let mut html = String::with_capacity(read.size * 3 / 2);
        document::html::write(document, &resolver, &mut html);
        Ok(DocumentView {
            html,
            toc: views::toc(document),
            has_title: views::begins_with_title(document),
        })
    }

    fn changelog(&self, views: &Views<'_>, policy: usize) -> Result<Vec<u8>> {
        let versions = (0..self.policies.all[policy].versions.len())
            .rev()
            .map(|v| views.version(policy, v))
            .collect();
        let title = format!("All versions: {}", self.policies.all[policy].title);
        self.page(
            views,
            "changelog.html",
            views.page(title),
            ChangelogData {
                policy: views.policy(policy),
                versions,
            },
        )
    }

    fn corrections(&self, views: &Views<'_>, policy: usize, version: usize) -> Result<Vec<u8>> {
        let title = format!("Corrections: {}", self.policies.all[policy].title);
        self.page(
            views,
            "corrections.html",
            views.page(title),
            CorrectionsData {
                policy: views.policy(policy),
                version: views.version(policy, version),
            },
        )
    }

    fn front(&self, views: &Views<'_>, texts: &mut Texts<'_>) -> Result<Vec<u8>> {
        let intro = self
            .policies
            .with_id("index")
            .filter(|&index| self.policies.all[index].live);
        let document = match intro {
            Some(policy) => {
                let shown = &self.policies.all[policy].versions[self.policies.all[policy].shown()];
                let text = shown.newest_text();
                if shown.hidden {
                    None
                } else {
                    Some(self.document(views, policy, text, texts)?)
                }
            }
            None => None,
        };
        let (live, withdrawn) = views.by_folder();
        self.page(
            views,
            "front.html",
            views.page(String::new()),
            FrontData {
                policies: live
                    .into_iter()
                    .filter(|&policy| Some(policy) != intro)
                    .map(|p| views.policy(p))
                    .collect(),
                withdrawn: withdrawn.into_iter().map(|p| views.policy(p)).collect(),
                upcoming: views.upcoming(),
                recent: views.changes().take(RECENT).collect(),
                intro: document,
                intro_policy: intro.map(|policy| views.policy(policy)),
            },
        )
    }

    fn changes(&self, views: &Views<'_>) -> Result<Vec<u8>> {
        let mut months: Vec<Month> = Vec::new();
        for change in views.changes() {
            let name = views::month(&change);
            match months.last_mut() {
                Some(month) if month.name == name => month.changes.push(change),
                _ => months.push(Month {
                    name,
                    changes: vec![change],
                }),
            }
        }
        self.page(
            views,
            "changes.html",
            views.page("All changes".to_string()),
            ChangesData { months },
        )
    }

    fn not_found(&self, views: &Views<'_>) -> Result<Vec<u8>> {
        self.page(views, "not_found.html", views.not_found_page(), ())
    }

    fn redirect(&self, views: &Views<'_>, target: &str) -> Result<Vec<u8>> {
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

/// The order in which routes are rendered best: those of one text together.
pub fn text_order(policies: &Policies, page: &Page) -> (usize, usize, usize) {
    let beside = |policy: usize, version: usize, text: usize| {
        (
            policy + 1,
            policies.all[policy].versions.len() - version,
            text,
        )
    };
    match page {
        Page::Policy(policy) => beside(*policy, policies.all[*policy].shown(), 0),
        Page::Version(policy, version) | Page::SourceOf(policy, version) => {
            beside(*policy, *version, 0)
        }
        Page::Earlier(policy, version, text) => beside(*policy, *version, text + 1),
        other => (other.policy().map_or(0, |policy| policy + 1), usize::MAX, 0),
    }
}
