//! Checks the newest text of each policy: its links must lead somewhere. The past is shown as it is.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use percent_encoding::percent_decode_str;

use crate::facts;
use crate::links::{From, Lead, Links};
use crate::policies::Policy;
use crate::problems::{Problems, ROOT_RELATIVE, Severity};
use crate::site::Site;
use crate::versions::Text;

/// Checks the links of the newest texts.
///
/// # Errors
///
/// A text cannot be read any more.
pub fn newest(site: &Site, problems: &Problems) -> Result<()> {
    let mut check = Check {
        site,
        problems,
        severity: match site.config.content.broken_links_fail {
            true => Severity::Error,
            false => Severity::Warning,
        },
        anchors: BTreeMap::new(),
    };
    for (index, policy) in site
        .policies
        .all
        .iter()
        .enumerate()
        .filter(|(_, policy)| policy.live)
    {
        let text = policy.versions[policy.versions.len() - 1].newest_text();
        let read = site.library.texts().text(&text.revision.source)?;
        check.text(index, text, &read)?;
    }
    Ok(())
}

struct Check<'a> {
    site: &'a Site,
    problems: &'a Problems,
    /// How a broken link weighs.
    severity: Severity,
    /// The anchors of the page of a policy, where a link needed them.
    anchors: BTreeMap<usize, BTreeSet<String>>,
}

impl Check<'_> {
    fn text(&mut self, policy: usize, text: &Text, read: &facts::Text) -> Result<()> {
        let path = &*text.revision.path;
        // Read again only where there is something to tell.
        let site = self.site;
        let source = LazyCell::new(|| site.library.texts().bytes(&text.revision.source));
        for target in &read.dropped {
            let message = format!(
                "the link to `{}` is dropped: only http, https, mailto and tel lead away",
                target.escape_debug()
            );
            self.problems.warning(
                "links of refused schemes",
                place(path, &source, target),
                message,
            );
        }
        let document = &read.document;
        let own: BTreeSet<&str> = document.anchors();
        for target in document.links() {
            if let Some(message) = self.fault(policy, text, target, &own)? {
                self.problems.add(
                    self.severity,
                    "broken links",
                    place(path, &source, target),
                    message,
                );
            }
        }
        for target in document.images() {
            if self.lead(policy, text, target) == Lead::Nowhere {
                let message =
                    format!("image `{target}` is not there, or not of a kind that is published");
                self.problems.add(
                    self.severity,
                    "missing images",
                    place(path, &source, target),
                    message,
                );
            }
        }
        Ok(())
    }

    /// What is wrong with a link, if anything is.
    fn fault(
        &mut self,
        policy: usize,
        text: &Text,
        target: &str,
        own: &BTreeSet<&str>,
    ) -> Result<Option<String>> {
        let broken =
            |fragment: &str| format!("link `{target}`: there is no heading or anchor `{fragment}`");
        Ok(match self.lead(policy, text, target) {
            Lead::Nowhere => Some(format!(
                "link `{target}` leads to no policy and no published file"
            )),
            Lead::Here(fragment) => {
                let fragment = decoded(&fragment);
                let known = is_top(&fragment) || own.contains(fragment.as_str());
                (!known).then(|| broken(&fragment))
            }
            Lead::Policy(other, fragment) => {
                let fragment = decoded(fragment.trim_start_matches('#'));
                let known = is_top(&fragment) || self.anchors(other)?.contains(&fragment);
                (!known).then(|| broken(&fragment))
            }
            Lead::Root => {
                self.tell_rooted(text, target);
                None
            }
            Lead::Away | Lead::File(_) => None,
        })
    }

    fn tell_rooted(&self, text: &Text, target: &str) {
        if self.site.config.content.link_base.is_none() {
            let message = format!(
                "link `{target}` starts at the root of a site that is not this one; `link_base` in [content] names it"
            );
            self.problems
                .warning(ROOT_RELATIVE, &*text.revision.path, message);
        }
    }

    fn lead(&self, policy: usize, text: &Text, target: &str) -> Lead {
        let links = Links {
            policies: &self.site.policies,
            files: &self.site.plan.files,
            aliases: &self.site.plan.aliases,
        };
        let from = From {
            policy,
            path: &text.revision.path,
            commit: text.revision.commit.as_ref().map(|commit| commit.id),
        };
        links.lead(from, target)
    }

    /// The anchors of the page of a policy.
    fn anchors(&mut self, policy: usize) -> Result<&BTreeSet<String>> {
        if !self.anchors.contains_key(&policy) {
            let anchors = anchors_of(self.site, &self.site.policies.all[policy])?;
            self.anchors.insert(policy, anchors);
        }
        Ok(&self.anchors[&policy])
    }
}

fn anchors_of(site: &Site, policy: &Policy) -> Result<BTreeSet<String>> {
    let text = policy.versions[policy.shown()].newest_text();
    let read = site.library.texts().text(&text.revision.source)?;
    Ok(read
        .document
        .anchors()
        .into_iter()
        .map(str::to_string)
        .collect())
}

/// Fragments that lead to the top of any page (HTML, section 7.4.6.4).
fn is_top(fragment: &str) -> bool {
    fragment.is_empty() || fragment.eq_ignore_ascii_case("top")
}

fn decoded(fragment: &str) -> String {
    percent_decode_str(fragment)
        .decode_utf8_lossy()
        .into_owned()
}

/// Path and line of a target in its source; the path alone where it is written in another form there.
fn place<F: FnOnce() -> Result<Vec<u8>>>(
    path: &str,
    source: &LazyCell<Result<Vec<u8>>, F>,
    target: &str,
) -> String {
    let bytes = LazyCell::force(source).as_deref().unwrap_or_default();
    let source = std::str::from_utf8(bytes).unwrap_or_default();
    match source.find(target) {
        Some(at) if !target.is_empty() => {
            format!("{path}:{}", facts::line_at(source.as_bytes(), at))
        }
        _ => path.to_string(),
    }
}
