//! The pages that show what changed: the redline of a version, that since a version, the corrections, the sections.

use anyhow::Result;
use serde::Serialize;

use super::resolve::Resolver;
use super::view::{
    CorrectedView, PolicyView, RedlineView, SectionChangeView, SectionEntryView, SectionView,
    TitleChangeView, VersionView,
};
use super::views::Views;
use super::{Renderer, view};
use crate::comparisons::sections::{self, SectionHistory};
use crate::comparisons::{self, before, since_target, title_change};
use crate::links::{From, encoded};
use crate::plan::{changelog_route, policy_route, version_folder};
use crate::redline::{self, Redline};
use crate::versions::{Text, text_name};
use crate::words::Words;

#[derive(Serialize)]
struct RedlineData {
    policy: PolicyView,
    from: VersionView,
    to: VersionView,
    role: &'static str,
    redline: Option<RedlineView>,
    newer: Option<VersionView>,
    older: Option<VersionView>,
    /// JSON; `None` where no visit is remembered.
    visits: Option<String>,
}

#[derive(Serialize)]
struct CorrectionsData {
    policy: PolicyView,
    version: VersionView,
    texts: Vec<CorrectedView>,
    /// JSON; `None` where no visit is remembered.
    visits: Option<String>,
}

#[derive(Serialize)]
struct SectionsData {
    policy: PolicyView,
    version: VersionView,
    sections: Vec<SectionView>,
}

/// Two texts of a policy, by version and place among its texts.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub policy: usize,
    pub old: (usize, usize),
    pub new: (usize, usize),
}

impl Renderer<'_> {
    /// What changed in a version.
    pub(super) fn redline(
        &self,
        views: &mut Views<'_, '_>,
        policy: usize,
        version: usize,
    ) -> Result<Vec<u8>> {
        let all = &self.policies.all[policy];
        let from = before(all, version);
        let redline = match from {
            Some(from) => {
                let between = self.between(views, policy, (from, version), None)?;
                if self.plan.feeds.has(policy, version) {
                    // The feeds want it, and the redline is at hand.
                    let policies = self.policies;
                    self.comparisons
                        .excerpt(policies, policy, version, views.comparer)?;
                }
                Some(between)
            }
            None => None,
        };
        let newer = views.neighbour(policy, version, 1)?;
        let older = views.neighbour(policy, version, -1)?;
        let own = RedlineData {
            policy: views.policy(policy)?,
            from: views.version(policy, from.unwrap_or(version - 1))?,
            to: views.version(policy, version)?,
            role: "changes",
            redline,
            newer: newer.filter(|newer| newer.changes_url.is_some()),
            older: older.filter(|older| older.changes_url.is_some()),
            visits: match from.filter(|_| version == all.shown()) {
                Some(from) => self.covered(policy, from)?,
                None => None,
            },
        };
        let named = [("title", &*all.title), ("version", &own.to.name)];
        let title = self.words().titles.changes.fill(&named);
        self.redline_page(views, title, own)
    }

    /// What changed since a version; one that is not older than the version in force leads to that, and any to the changelog
    /// where the configuration leaves these redlines out.
    pub(super) fn since(
        &self,
        views: &mut Views<'_, '_>,
        policy: usize,
        version: usize,
    ) -> Result<Vec<u8>> {
        let all = &self.policies.all[policy];
        if !self.site.since {
            return self.redirect(views, &changelog_route(self.policies, policy));
        }
        let Some(target) = since_target(all).filter(|target| version < *target) else {
            return self.redirect(views, &policy_route(self.policies, policy));
        };
        let is_hidden = all.versions[version].hidden || all.versions[target].hidden;
        let redline = match is_hidden {
            true => None,
            false => {
                // All that lead to one text stand at the same depth.
                let place = (policy as u64) << 32 | target as u64;
                Some(self.between(views, policy, (version, target), Some(place))?)
            }
        };
        let own = RedlineData {
            policy: views.policy(policy)?,
            from: views.version(policy, version)?,
            to: views.version(policy, target)?,
            role: "since",
            redline,
            newer: None,
            older: None,
            visits: match is_hidden {
                true => None,
                false => self.covered(policy, version)?,
            },
        };
        let named = [("title", &*all.title), ("version", &own.from.name)];
        let title = self.words().titles.since.fill(&named);
        self.redline_page(views, title, own)
    }

    /// The texts of a version, each with what changed in it.
    pub(super) fn corrections(
        &self,
        views: &mut Views<'_, '_>,
        policy: usize,
        version: usize,
    ) -> Result<Vec<u8>> {
        let all = &self.policies.all[policy];
        let corrected = |text: usize| {
            let redline = match text {
                0 => None,
                _ => {
                    let pair = Pair {
                        policy,
                        old: (version, text - 1),
                        new: (version, text),
                    };
                    Some(self.compared(views, pair, &format!("pg-c{text}-"))?)
                }
            };
            Ok(CorrectedView {
                text: views.correction(policy, version, text),
                redline,
            })
        };
        let texts: Vec<CorrectedView> = (0..all.versions[version].texts.len())
            .map(corrected)
            .collect::<Result<_>>()?;
        let size = texts.iter().map(|text| size(text.redline.as_ref())).sum();
        let own = CorrectionsData {
            policy: views.policy(policy)?,
            version: views.version(policy, version)?,
            texts,
            visits: match all.shown() == version {
                true => self.covered(policy, version)?,
                false => None,
            },
        };
        let title = self
            .words()
            .titles
            .corrections
            .fill(&[("title", &all.title)]);
        let page = self.past(views, title);
        self.page_with(views, ("corrections.html", size), page, own)
    }

    /// For each section of the version that a policy shows, the versions that changed it.
    pub(super) fn sections(&self, views: &mut Views<'_, '_>, policy: usize) -> Result<Vec<u8>> {
        let all = &self.policies.all[policy];
        let shown = all.shown();
        let history = match all.versions[shown].hidden {
            true => Vec::new(),
            false => {
                let at = (policy, shown);
                sections::history(self.comparisons, self.policies, at, views.comparer)?
            }
        };
        let sections = history
            .into_iter()
            .map(|section| self.section(views, policy, section));
        let own = SectionsData {
            sections: sections.collect::<Result<_>>()?,
            policy: views.policy(policy)?,
            version: views.version(policy, shown)?,
        };
        let title = self.words().titles.sections.fill(&[("title", &all.title)]);
        let page = views.page_of(policy, title);
        self.page(views, "sections.html", page, own)
    }

    fn section(
        &self,
        views: &mut Views<'_, '_>,
        policy: usize,
        section: SectionHistory,
    ) -> Result<SectionView> {
        let mut changes = Vec::with_capacity(section.changes.len());
        for change in section.changes {
            let folder = version_folder(self.policies, policy, change.version);
            let fragment = fragment(&change.anchor);
            changes.push(SectionEntryView {
                version: views.version(policy, change.version)?,
                kind: change.kind.as_str(),
                url: views.to(&format!("{folder}changes/index.html")) + &fragment,
            });
        }
        Ok(SectionView {
            url: views.to(&policy_route(self.policies, policy)) + &fragment(&section.anchor),
            heading: section.heading,
            level: section.level,
            times: changes.iter().filter(|c| c.kind != "added").count(),
            changes,
            first: views.version(policy, section.first)?,
        })
    }

    fn redline_page(
        &self,
        views: &Views<'_, '_>,
        title: String,
        own: RedlineData,
    ) -> Result<Vec<u8>> {
        let size = size(own.redline.as_ref());
        let page = self.past(views, title);
        self.page_with(views, ("redline.html", size), page, own)
    }

    /// A page for whoever compares: search engines are to find the text in force.
    pub(super) fn past(&self, views: &Views<'_, '_>, title: String) -> view::PageView {
        view::PageView {
            robots: Some("noindex, follow".to_string()),
            ..views.page(title)
        }
    }

    /// What changed from a version to a newer one. `place` is that of [`crate::document::Known::stand_at`].
    fn between(
        &self,
        views: &mut Views<'_, '_>,
        policy: usize,
        (old, new): (usize, usize),
        place: Option<u64>,
    ) -> Result<RedlineView> {
        views.comparer.known.stand_at(place);
        let versions = &self.policies.all[policy].versions;
        let newest = |version: usize| (version, versions[version].texts.len() - 1);
        let pair = Pair {
            policy,
            old: newest(old),
            new: newest(new),
        };
        let mut view = self.compared(views, pair, "")?;
        let retitled = title_change(&self.policies.all[policy], (old, new), views.comparer)?;
        view.title = retitled.map(|(old, new)| TitleChangeView {
            old: old.to_string(),
            new: new.to_string(),
        });
        Ok(view)
    }

    /// What changed from a text to another; `prefix` sets its ids apart from those of other redlines on the page.
    pub(super) fn compared(
        &self,
        views: &mut Views<'_, '_>,
        pair: Pair,
        prefix: &str,
    ) -> Result<RedlineView> {
        let text = |(version, text): (usize, usize)| {
            &self.policies.all[pair.policy].versions[version].texts[text]
        };
        let (old, new) = (text(pair.old), text(pair.new));
        let new_source = &new.revision.source;
        let redline = views.comparer.redline(&old.revision.source, new_source)?;
        let old = self.resolver(views, pair.policy, pair.old, old);
        let new = self.resolver(views, pair.policy, pair.new, new);
        let size = views.comparer.texts.text(new_source)?.size;
        let mut html = String::with_capacity(2 * size);
        let known = &mut views.comparer.known;
        let written = redline::html::write_knowing(&redline, &old, &new, prefix, known, &mut html);
        Ok(view_of(&redline, html, &written, self.words()))
    }

    /// Resolves the links of a text on a page that shows what changed in it.
    fn resolver<'a>(
        &'a self,
        views: &Views<'a, '_>,
        policy: usize,
        (version, number): (usize, usize),
        text: &'a Text,
    ) -> Resolver<'a> {
        let folder = version_folder(self.policies, policy, version);
        let is_newest = number + 1 == self.policies.all[policy].versions[version].texts.len();
        Resolver {
            links: self.links(),
            content: self.content,
            problems: self.problems,
            told: true,
            from: From::text(policy, text),
            route: views.route,
            shown_at: Some(match is_newest {
                true => folder,
                false => format!("{folder}{}/", text_name(number)),
            }),
            former: None,
            words: self.words(),
        }
    }
}

fn view_of(
    redline: &Redline,
    html: String,
    written: &redline::html::Written,
    words: &Words,
) -> RedlineView {
    let summary = redline.summary(words);
    let sections = summary.sections.into_iter().zip(&written.targets);
    RedlineView {
        html,
        empty: redline.is_empty(),
        changes: written.changes,
        counts: summary.counts,
        description: summary.description,
        sections: sections
            .map(|(section, target)| SectionChangeView {
                heading: section.heading,
                kind: section.kind.as_str(),
                url: fragment(target),
            })
            .collect(),
        title: None,
        suggested_change: comparisons::suggested(redline).map(|change| change.as_str()),
    }
}

/// The URL of an id on its page; empty for none.
fn fragment(id: &str) -> String {
    match id {
        "" => String::new(),
        id => format!("#{}", encoded(id)),
    }
}

/// About how many bytes of a page a redline takes.
pub(super) fn size(redline: Option<&RedlineView>) -> usize {
    redline.map_or(0, |redline| redline.html.len())
}
