//! What a reader who comes back is told by: the data for the script of the theme that knows when a policy was read last.
//!
//! 1. [`Renderer::visits`] for the page of a policy: its texts, newest first, and what changed in the newest of them.
//! 2. [`Renderer::covered`] for a page that shows what changed since a version: whoever opens it has read that.
//! 3. [`Renderer::unread`] for the front page: the texts of each policy that need no telling of.
//!
//! What a change is, is decided here: a text that reads as the one before is none, nor is a version that is declared editorial,
//! one that was called off, or a correction whose redline is editorial.

use anyhow::Result;
use serde::Serialize;

use super::Renderer;
use super::view::UnreadView;
use super::views::Views;
use crate::comparisons::{since_target, suggested};
use crate::front_matter::Change;
use crate::hash::hex;
use crate::policies::Policy;
use crate::versions::Text;

/// So many texts are known by their label; whoever read an older one is told that the policy changed, and not how often.
const TEXTS: usize = 60;

/// So many changes are told of in words.
const TOLD: usize = 5;

/// So many characters of what is told of a change.
const LONGEST: usize = 280;

/// So many digits of a hash tell texts of one policy apart.
const SHORT: usize = 12;

/// What the script keeps when a text was read, but for the day.
#[derive(Serialize)]
struct Mark<'a> {
    label: &'a str,
    text_sha256: String,
}

/// For the page of a policy.
#[derive(Serialize)]
struct Visits<'a> {
    key: String,
    mark: Mark<'a>,
    /// Whether the versions before have a redline from them to this one.
    since: bool,
    /// Newest first.
    texts: Vec<Known<'a>>,
    /// The changes, newest first.
    told: Vec<Told>,
}

/// A text: the label of its version, whether it changed what the text before said (0 or 1), and, where its version has several
/// texts, the beginning of its hash; for a hidden version nothing but `""`.
#[derive(Serialize)]
#[serde(untagged)]
enum Known<'a> {
    Only(&'a str, u8),
    OneOf(&'a str, u8, String),
}

#[derive(Serialize)]
struct Told {
    name: String,
    url: String,
    told: String,
}

/// For a page that shows what changed since a version.
#[derive(Serialize)]
struct Covered<'a> {
    key: String,
    mark: Mark<'a>,
    from: &'a str,
}

impl Renderer<'_> {
    /// The data for the page of a policy; `None` where nothing is to be remembered: the text is hidden, or the configuration
    /// leaves it out.
    pub(super) fn visits(
        &self,
        views: &mut Views<'_, '_>,
        policy: usize,
    ) -> Result<Option<String>> {
        let its = &self.policies.all[policy];
        let shown = its.shown();
        let Some(mark) = self.mark(its) else {
            return Ok(None);
        };
        let mut visits = Visits {
            key: key(its),
            mark,
            since: self.site.since && since_target(its) == Some(shown),
            texts: Vec::new(),
            told: Vec::new(),
        };
        for place in places(its).take(TEXTS) {
            let counts = self.counts(views, policy, place)?;
            if counts && visits.told.len() < TOLD && place.before.is_some() {
                visits.told.push(told(views, policy, place)?);
            }
            visits.texts.push(known(its, place, counts));
        }
        Ok(Some(json(&visits)?))
    }

    /// The data for a page that shows what changed since a version, up to the text that the policy shows.
    pub(super) fn covered(&self, policy: usize, from: usize) -> Result<Option<String>> {
        let its = &self.policies.all[policy];
        let Some(mark) = self.mark(its) else {
            return Ok(None);
        };
        let from = &its.versions[from].label;
        let key = key(its);
        json(&Covered { key, mark, from }).map(Some)
    }

    /// The data for a policy on the front page.
    pub(super) fn unread(
        &self,
        views: &mut Views<'_, '_>,
        policy: usize,
    ) -> Result<Option<UnreadView>> {
        let its = &self.policies.all[policy];
        if self.mark(its).is_none() {
            return Ok(None);
        }
        let mut texts: Vec<String> = Vec::new();
        for place in places(its).take(TEXTS) {
            let hash = short(text(its, place));
            if !its.versions[place.version].hidden && !texts.contains(&hash) {
                texts.push(hash);
            }
            if self.counts(views, policy, place)? {
                break;
            }
        }
        Ok(Some(UnreadView {
            key: key(its),
            texts: texts.join(" "),
        }))
    }

    /// The mark of the text that a policy shows.
    fn mark<'a>(&self, policy: &'a Policy) -> Option<Mark<'a>> {
        let shown = &policy.versions[policy.shown()];
        let is_kept = self.site.remember_visits && !shown.hidden && !shown.draft;
        is_kept.then(|| Mark {
            label: &shown.label,
            text_sha256: hex(&shown.newest_text().digest.text),
        })
    }

    /// Whether a text is a change that readers are told of.
    fn counts(&self, views: &mut Views<'_, '_>, policy: usize, place: Place) -> Result<bool> {
        let its = &self.policies.all[policy];
        let (version, now) = (&its.versions[place.version], text(its, place));
        let Some((of, number)) = place.before else {
            return Ok(true);
        };
        let before = &its.versions[of].texts[number];
        if before.digest.text == now.digest.text {
            return Ok(false);
        }
        if version.hidden && place.text > 0 {
            // Nothing can be said of it that was not said of the version.
            return Ok(false);
        }
        if place.text == 0 {
            return Ok(version.change != Some(Change::Editorial));
        }
        let sources = (&before.revision.source, &now.revision.source);
        let redline = views.comparer.redline(sources.0, sources.1)?;
        Ok(suggested(&redline) != Some(Change::Editorial))
    }
}

/// A text of a policy, and the one that readers saw before it: version and number among its texts.
#[derive(Clone, Copy)]
struct Place {
    version: usize,
    text: usize,
    before: Option<(usize, usize)>,
}

/// The texts that a policy's page has shown, newest first, up to the one that it shows. What was called off or overtaken never held.
fn places(policy: &Policy) -> impl Iterator<Item = Place> {
    let shown = policy.shown();
    let held = move |version: &usize| *version == shown || policy.holds(*version);
    (0..=shown).rev().filter(held).flat_map(move |version| {
        let last = |before: usize| (before, policy.versions[before].texts.len() - 1);
        let older = (0..version).rev().find(held).map(last);
        let texts = (0..policy.versions[version].texts.len()).rev();
        texts.map(move |text| Place {
            version,
            text,
            before: match text {
                0 => older,
                text => Some((version, text - 1)),
            },
        })
    })
}

fn text(policy: &Policy, place: Place) -> &Text {
    &policy.versions[place.version].texts[place.text]
}

fn known(policy: &Policy, place: Place, counts: bool) -> Known<'_> {
    let version = &policy.versions[place.version];
    let counts = u8::from(counts);
    match (version.hidden, version.texts.len()) {
        (true, _) => Known::OneOf(&version.label, counts, String::new()),
        (false, 1) => Known::Only(&version.label, counts),
        _ => Known::OneOf(&version.label, counts, short(text(policy, place))),
    }
}

/// A change in words, with the page that shows it.
fn told(views: &mut Views<'_, '_>, policy: usize, place: Place) -> Result<Told> {
    let its = &views.policies.all[policy];
    let view = views.version(policy, place.version)?;
    let (name, url, told) = match (place.text, place.before) {
        (text @ 1.., Some((_, before))) if !view.hidden => {
            let texts = &its.versions[place.version].texts;
            let sources = [before, text].map(|text| &texts[text].revision.source);
            let redline = views.comparer.redline(sources[0], sources[1])?;
            let correction = views.correction(policy, place.version, text).name;
            let name = format!("{}, {correction}", view.name);
            let url = view.corrections_url.unwrap_or(view.url);
            (name, url, redline.summary(views.comparer.words).description)
        }
        _ => (
            view.name,
            view.changes_url.unwrap_or(view.url),
            view.summary.or(view.description),
        ),
    };
    let told = told.map(|told| format!(": {}", shortened(&told)));
    Ok(Told {
        name,
        url,
        told: told.unwrap_or_default(),
    })
}

fn key(policy: &Policy) -> String {
    format!("policygen:{}", policy.uid)
}

fn short(text: &Text) -> String {
    let mut hash = hex(&text.digest.text);
    hash.truncate(SHORT);
    hash
}

/// The beginning of a text, where it is too long to be told in passing.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_string(),
    }
}

/// JSON for a data block: nothing in it ends the element, and nothing is forbidden in HTML.
fn json(data: &impl Serialize) -> Result<String> {
    let written = serde_json::to_string(data)?;
    let mut json = String::with_capacity(written.len());
    for c in written.chars() {
        match c {
            '<' | '>' | '&' | '\u{7f}'..='\u{9f}' | '\u{fdd0}'..='\u{fdef}' => {
                json.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c if u32::from(c) & 0xfffe == 0xfffe => json.push('\u{fffd}'),
            c => json.push(c),
        }
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_block_cannot_be_left_and_says_the_same() {
        let hostile = "</script><!--&\u{85}\u{fdd0}\"\\\u{0}";
        let written = json(&hostile).unwrap();
        assert!(!written.contains(['<', '>', '&', '\u{85}', '\u{fdd0}', '\u{0}']));
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), hostile);
        assert_eq!(json(&"\u{1fffe}").unwrap(), "\"\u{fffd}\"");
    }

    #[test]
    fn what_is_told_is_short() {
        assert_eq!(shortened("Changed: Cookies."), "Changed: Cookies.");
        let long = shortened(&"ü ".repeat(1000));
        assert!(long.chars().count() <= LONGEST + 1 && long.ends_with("ü…"));
    }
}
