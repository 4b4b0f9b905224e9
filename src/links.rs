//! Where the links of content lead: to a policy, a file, somewhere else, or nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use percent_encoding::{
    AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode,
};
use serde::{Deserialize, Serialize};

use crate::facts::published_ending;
use crate::history::{Commit, ObjectId, Source};
use crate::policies::Policies;
use crate::versions::Text;

/// What stays as it is in the path of a URL (RFC 3986, section 3.3), without `%` and what HTML or a shell could trip over.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'+')
    .remove(b',')
    .remove(b'@')
    .remove(b'=');

/// What stays as it is in one part of a URN (RFC 8141), which parts are set apart by `:`.
const PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Bytes that never stand in a URL as they are.
const NEVER: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lead {
    /// To another site, or a mail address or telephone number.
    Away,
    /// To a place in the same text; the fragment without `#`.
    Here(String),
    /// To a policy, and the fragment with `#` or an empty one.
    Policy(usize, String),
    /// To a file of the content that is published: its route.
    File(String),
    /// From the root of a site that is not ours.
    Root,
    /// To a file that is there but is not published, or that is not there.
    Nowhere,
}

/// A file of the content that is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentFile {
    /// Its route, named by the hash of its bytes.
    pub route: String,
    pub source: Source,
}

/// The files that texts show or link to, by the commit of the text and the path in the repository.
pub type Files = BTreeMap<(Option<ObjectId>, String), ContentFile>;

/// What links are resolved with.
#[derive(Clone, Copy)]
pub struct Links<'a> {
    pub policies: &'a Policies,
    pub files: &'a Files,
    /// Other addresses of policies, without the `/` before them.
    pub aliases: &'a BTreeMap<String, usize>,
    /// Who wants to know what is asked of other policies.
    pub asked: Option<&'a Asked>,
}

/// The text that a link stands in.
#[derive(Debug, Clone, Copy)]
pub struct From<'a> {
    pub policy: usize,
    /// Path of the text in the repository.
    pub path: &'a str,
    /// Its commit; `None` in a folder without git.
    pub commit: Option<&'a Commit>,
}

impl<'a> From<'a> {
    /// A text of a policy.
    pub fn text(policy: usize, text: &'a Text) -> From<'a> {
        From {
            policy,
            path: &text.revision.path,
            commit: text.revision.commit.as_deref(),
        }
    }
}

impl Links<'_> {
    /// Where a target leads from a text.
    pub fn lead(&self, from: From<'_>, target: &str) -> Lead {
        if has_scheme(target) || target.starts_with("//") {
            return Lead::Away;
        }
        let (path, fragment) = split_fragment(target);
        let path = path.split('?').next().unwrap_or_default();
        if path.is_empty() {
            return Lead::Here(fragment.trim_start_matches('#').to_string());
        }
        if let Some(rooted) = path.strip_prefix('/') {
            return self.rooted(rooted, fragment);
        }
        match joined(from.path, path) {
            Some(path) => self.relative(from, &path, fragment),
            None => Lead::Nowhere,
        }
    }

    fn rooted(&self, path: &str, fragment: &str) -> Lead {
        let decoded = percent_decode_str(path).decode_utf8_lossy();
        let plain = decoded.trim_end_matches('/');
        let plain = plain
            .strip_suffix("/index.html")
            .or(plain.strip_suffix(".html"))
            .unwrap_or(plain);
        let plain = plain.strip_suffix(".md").unwrap_or(plain);
        self.note(|| Question::Address(plain.to_string()));
        match self.at_address(plain) {
            Some(policy) => Lead::Policy(policy, fragment.to_string()),
            None => Lead::Root,
        }
    }

    fn at_address(&self, plain: &str) -> Option<usize> {
        let aliased = self.aliases.get(plain).copied();
        aliased.or_else(|| self.policies.with_id(&plain.to_lowercase()))
    }

    fn relative(&self, from: From<'_>, path: &str, fragment: &str) -> Lead {
        if path.is_empty() {
            return Lead::Nowhere;
        }
        self.note(|| Question::Path(path.to_string()));
        // What no commit shows is of today.
        let position = from.commit.map_or(usize::MAX, |commit| commit.position);
        let named = ENDINGS
            .iter()
            .find_map(|ending| self.policies.at_path(&format!("{path}{ending}"), position));
        match named {
            Some(policy) if policy == from.policy && !fragment.is_empty() => {
                Lead::Here(fragment.trim_start_matches('#').to_string())
            }
            Some(policy) => Lead::Policy(policy, fragment.to_string()),
            None => match self
                .files
                .get(&(from.commit.map(|commit| commit.id), path.to_string()))
            {
                Some(file) => Lead::File(file.route.clone()),
                None => Lead::Nowhere,
            },
        }
    }
}

impl Links<'_> {
    fn note(&self, question: impl FnOnce() -> Question) {
        if let Some(asked) = self.asked {
            asked.note(question());
        }
    }

    /// Adds the answers to questions to a hash: the same hash, the same pages.
    pub fn answer(&self, questions: &[Question], hash: &mut impl Hasher) {
        let id = |policy: usize| &self.policies.all[policy].id;
        for question in questions {
            match question {
                Question::Address(plain) => self.at_address(plain).map(id).hash(hash),
                Question::Path(path) => ENDINGS.iter().for_each(|ending| {
                    let owners = self.policies.owners(&format!("{path}{ending}"));
                    let owners = owners.iter().map(|(from, policy)| (from, id(*policy)));
                    owners.collect::<Vec<_>>().hash(hash);
                }),
            }
        }
    }
}

/// What the name of a policy's source may have left out.
const ENDINGS: [&str; 3] = ["", ".md", "/index.md"];

/// What the links of a text ask of other policies. All else that they ask for is fixed by the text and its commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Question {
    /// Which policies a path of the repository is, with an ending or without.
    Path(String),
    /// Which policy has this id or alias.
    Address(String),
}

/// What was asked, by any number of threads.
#[derive(Debug, Default)]
pub struct Asked(Mutex<BTreeSet<Question>>);

impl Asked {
    fn note(&self, question: Question) {
        // A thread that panicked while inserting leaves a whole set behind.
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.insert(question);
    }

    /// Every question once, in order.
    pub fn questions(self) -> Vec<Question> {
        let asked = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        asked.into_iter().collect()
    }
}

/// Whether a target names its scheme (RFC 3986, section 3.1).
pub fn has_scheme(target: &str) -> bool {
    let Some((scheme, _)) = target.split_once(':') else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// A target without its fragment, and the fragment with its `#` or an empty one.
fn split_fragment(target: &str) -> (&str, &str) {
    target
        .find('#')
        .map_or((target, ""), |at| target.split_at(at))
}

/// The path in the repository that a relative target means in a text at `from`; `None` where it leads out of the repository.
pub fn joined(from: &str, target: &str) -> Option<String> {
    let path = target.split(['#', '?']).next().unwrap_or_default();
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in decoded.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The route of a file of the content that is published, by the hash of its bytes; `None` where its kind is not published.
pub fn file_route(path: &str, hash: &str) -> Option<String> {
    published_ending(path).map(|ending| format!("assets/content/{hash}.{ending}"))
}

/// A route of the site as the path of a URL.
pub fn encoded(route: &str) -> String {
    utf8_percent_encode(route, PATH).to_string()
}

/// A text as one part of a URN.
pub fn encoded_part(text: &str) -> String {
    utf8_percent_encode(text, PART).to_string()
}

/// A URL as written, made safe to stand in an attribute or a header.
pub fn tidy(url: &str) -> String {
    utf8_percent_encode(url, NEVER).to_string()
}

/// What leads from a route to the root of the site: `""`, `"../"`, …
pub fn to_root(route: &str) -> String {
    "../".repeat(route.matches('/').count())
}

/// The shortest relative URL from one route to another: what both share is left out.
pub fn between(from: &str, to: &str) -> String {
    let same = from.bytes().zip(to.bytes()).take_while(|(a, b)| a == b);
    let same = same.count();
    let shared = from.as_bytes()[..same].iter().rposition(|b| *b == b'/');
    let shared = shared.map_or(0, |slash| slash + 1);
    format!("{}{}", to_root(&from[shared..]), encoded(&to[shared..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_targets_are_joined_and_never_leave_the_repository() {
        assert_eq!(
            joined("a/b/index.md", "../c.md#x").as_deref(),
            Some("a/c.md")
        );
        assert_eq!(
            joined("a.md", "./Terms%20of%20Service.md").as_deref(),
            Some("Terms of Service.md")
        );
        assert_eq!(joined("a/b.md", "../../c.md"), None);
        assert_eq!(joined("a.md", "%2e%2e/%2e%2e/etc/passwd"), None);
    }

    #[test]
    fn schemes_are_told_from_paths() {
        assert!(has_scheme("mailto:a@b.example") && has_scheme("HTTPS://x"));
        assert!(!has_scheme("a/b:c") && !has_scheme("#a:b") && !has_scheme("2024:x"));
    }

    #[test]
    fn routes_are_encoded_for_urls() {
        assert_eq!(
            encoded("datenschutzerklärung/1.0/index.html"),
            "datenschutzerkl%C3%A4rung/1.0/index.html"
        );
        assert_eq!(encoded("a\"><b%"), "a%22%3E%3Cb%25");
    }

    #[test]
    fn every_folder_is_one_step_from_the_root() {
        assert_eq!(to_root("index.html"), "");
        assert_eq!(to_root("a/b/index.html"), "../../");
        let page = "legal/privacy/2.0/index.html";
        assert_eq!(between(page, "index.html"), "../../../index.html");
        assert_eq!(between(page, "legal/privacy/index.html"), "../index.html");
        assert_eq!(between(page, "legal/privacy/2.1/a"), "../2.1/a");
        assert_eq!(between(page, page), "index.html");
        assert_eq!(
            between("ä/index.html", "å/index.html"),
            "../%C3%A5/index.html"
        );
    }
}
