//! Checks the newest text of each policy: its links must lead somewhere. The past is shown as it is.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use percent_encoding::percent_decode_str;

use crate::config::Content;
use crate::facts;
use crate::front_matter;
use crate::library::Library;
use crate::links::{From, Lead, Links};
use crate::policies::Policy;
use crate::problems::{Problems, ROOT_RELATIVE, Severity};
use crate::versions::Text;

/// Checks the links of the newest texts of the policies that are asked for.
///
/// # Errors
///
/// A text cannot be read any more.
pub fn newest(
    links: Links<'_>,
    library: &Library,
    content: &Content,
    asked: &dyn Fn(&Policy) -> bool,
    problems: &Problems,
) -> Result<()> {
    let mut check = Check {
        links,
        library,
        content,
        problems,
        anchors: BTreeMap::new(),
    };
    let live = links
        .policies
        .all
        .iter()
        .enumerate()
        .filter(|(_, policy)| policy.live && asked(policy));
    for (index, policy) in live {
        let text = policy.versions[policy.versions.len() - 1].newest_text();
        let read = library.texts().text(&text.revision.source)?;
        check.text(index, text, &read)?;
    }
    Ok(())
}

struct Check<'a> {
    links: Links<'a>,
    library: &'a Library,
    content: &'a Content,
    problems: &'a Problems,
    /// The anchors of the page of a policy, where a link needed them.
    anchors: BTreeMap<usize, BTreeSet<String>>,
}

impl Check<'_> {
    /// How a broken link weighs.
    fn severity(&self) -> Severity {
        match self.content.broken_links_fail {
            true => Severity::Error,
            false => Severity::Warning,
        }
    }

    fn text(&mut self, policy: usize, text: &Text, read: &facts::Text) -> Result<()> {
        let document = &read.document;
        let own: BTreeSet<&str> = document.anchors();
        let mut faults: Vec<(&str, &'static str, Severity, String)> = Vec::new();
        for target in document.links() {
            if let Some(message) = self.fault(policy, text, target, &own)? {
                faults.push((target, "broken links", self.severity(), message));
            }
        }
        for target in document.images() {
            if self.lead(policy, text, target) == Lead::Nowhere {
                let message =
                    format!("image `{target}` is not there, or not of a kind that is published");
                faults.push((target, "missing images", self.severity(), message));
            }
        }
        for target in &read.dropped {
            let message = format!(
                "the link to `{}` is dropped: only http, https, mailto and tel lead away",
                target.escape_debug()
            );
            faults.push((
                target,
                "links of refused schemes",
                Severity::Warning,
                message,
            ));
        }
        self.tell(text, faults)
    }

    /// Tells faults of links with their lines; the source is read again only where there are any.
    fn tell(&self, text: &Text, faults: Vec<(&str, &'static str, Severity, String)>) -> Result<()> {
        if faults.is_empty() {
            return Ok(());
        }
        let bytes = self.library.texts().bytes(&text.revision.source)?;
        for group in faults.chunk_by(|a, b| a.1 == b.1) {
            let mut lines = Lines::of(&bytes);
            for (target, kind, severity, message) in group {
                let path = &text.revision.path;
                let place = match lines.find(target) {
                    Some(line) => format!("{path}:{line}"),
                    None => path.to_string(),
                };
                self.problems.add(*severity, kind, place, message);
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
        if self.content.link_base.is_none() {
            let message = format!(
                "link `{target}` starts at the root of a site that is not this one; `link_base` in [content] names it"
            );
            self.problems
                .warning(ROOT_RELATIVE, &*text.revision.path, message);
        }
    }

    fn lead(&self, policy: usize, text: &Text, target: &str) -> Lead {
        self.links.lead(From::text(policy, text), target)
    }

    /// The anchors of the page of a policy.
    fn anchors(&mut self, policy: usize) -> Result<&BTreeSet<String>> {
        if !self.anchors.contains_key(&policy) {
            let anchors = anchors_of(self.library, &self.links.policies.all[policy])?;
            self.anchors.insert(policy, anchors);
        }
        Ok(&self.anchors[&policy])
    }
}

fn anchors_of(library: &Library, policy: &Policy) -> Result<BTreeSet<String>> {
    let text = policy.versions[policy.shown()].newest_text();
    let read = library.texts().text(&text.revision.source)?;
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

/// Finds the lines of targets in a source, which are looked for in their order: each from where the last one was found.
struct Lines<'a> {
    source: &'a str,
    at: usize,
    line: usize,
    /// The line at which the source begins.
    first_line: usize,
    /// A target that is written in another form costs a search of the whole source, so that only so many are looked for.
    patience: usize,
}

impl<'a> Lines<'a> {
    fn of(bytes: &'a [u8]) -> Lines<'a> {
        let source = std::str::from_utf8(bytes).unwrap_or_default();
        // A title may hold the words of a target.
        let body = front_matter::split(source);
        Lines {
            source: body.body,
            at: 0,
            line: body.body_line,
            first_line: body.body_line,
            patience: 100,
        }
    }

    /// The line of the next link to `target`; `None` where it is written in another form.
    fn find(&mut self, target: &str) -> Option<usize> {
        if self.patience == 0 || target.is_empty() {
            return None;
        }
        if let Some(found) = find_link(&self.source[self.at..], target) {
            self.line += lines(&self.source[self.at..self.at + found]);
            self.at += found;
            return Some(self.line);
        }
        // A definition may stand before the links that use it.
        self.patience -= 1;
        let found = find_link(self.source, target)?;
        Some(self.first_line + lines(&self.source[..found]))
    }
}

/// Where a link to `target` is written.
fn find_link(source: &str, target: &str) -> Option<usize> {
    let is_link = |at: &usize| source[..*at].ends_with(['(', '<', '"', '\'', ' ', '=']);
    source.match_indices(target).map(|(at, _)| at).find(is_link)
}

fn lines(text: &str) -> usize {
    text.matches('\n').count()
}
