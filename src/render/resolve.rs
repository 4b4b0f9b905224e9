//! Links and images of a text as they stand on a page of the site.

use std::borrow::Cow;

use crate::comparisons::anchors::FormerAnchors;
use crate::config::Content;
use crate::document::html::{ImageAs, LinkTo, Resolve};
use crate::links::{self, From, Lead, Links};
use crate::plan::policy_route;
use crate::problems::Problems;
use crate::words::Words;

/// What is told of links in older texts.
pub(super) const BROKEN: &str = "broken links in older texts";

/// Resolves what a text links to, for the page at a route.
pub(super) struct Resolver<'a> {
    pub links: Links<'a>,
    pub content: &'a Content,
    pub from: From<'a>,
    pub problems: &'a Problems,
    /// Whether what is broken is told of elsewhere.
    pub told: bool,
    /// The route of the page.
    pub route: &'a str,
    /// The folder of the page that shows the text, with a `/` behind it, where that is another page.
    pub shown_at: Option<String>,
    pub former: Option<&'a FormerAnchors>,
    pub words: &'a Words,
}

impl Resolver<'_> {
    fn relative(&self, route: &str) -> String {
        format!("{}{}", links::to_root(self.route), links::encoded(route))
    }

    /// What leads to the page that shows the text: nothing where it is this one.
    fn page_of_text(&self) -> String {
        self.shown_at
            .as_deref()
            .map(|folder| self.relative(folder))
            .unwrap_or_default()
    }

    fn tell_broken(&self, target: &str) {
        if !self.told {
            let message = format!("link `{target}` leads to no policy and no published file");
            self.problems.warning(BROKEN, self.from.path, message);
        }
    }

    fn rooted(&self, target: &str) -> String {
        match &self.content.link_base {
            Some(base) => format!("{base}{}", target.trim_start_matches('/')),
            None => target.to_string(),
        }
    }
}

impl Resolve for Resolver<'_> {
    fn link<'a>(&self, target: &'a str) -> LinkTo<'a> {
        let href = match self.links.lead(self.from, target) {
            Lead::Away => Cow::Borrowed(target),
            Lead::Here(fragment) => format!("{}#{fragment}", self.page_of_text()).into(),
            Lead::Policy(policy, fragment) => format!(
                "{}{fragment}",
                self.relative(&policy_route(self.links.policies, policy))
            )
            .into(),
            Lead::File(route) => self.relative(&route).into(),
            Lead::Root => self.rooted(target).into(),
            Lead::Nowhere => {
                self.tell_broken(target);
                return LinkTo::Nowhere;
            }
        };
        LinkTo::Href(links::tidy(&href).into())
    }

    fn image<'a>(&self, source: &'a str) -> ImageAs<'a> {
        match self.links.lead(self.from, source) {
            Lead::Away if self.content.keep_remote_images => {
                ImageAs::Shown(links::tidy(source).into())
            }
            Lead::Away => ImageAs::Linked(links::tidy(source).into()),
            Lead::File(route) => ImageAs::Shown(self.relative(&route).into()),
            Lead::Root if self.content.link_base.is_some() => {
                let url = self.rooted(source);
                if self.content.keep_remote_images {
                    ImageAs::Shown(url.into())
                } else {
                    ImageAs::Linked(url.into())
                }
            }
            _ => ImageAs::Missing,
        }
    }

    fn former_anchors(&self, anchor: &str) -> &[String] {
        let former = self.former.and_then(|former| former.by_heading.get(anchor));
        former.map_or(&[], Vec::as_slice)
    }

    fn words(&self) -> &Words {
        self.words
    }
}
