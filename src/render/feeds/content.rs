//! What an entry says: when the version takes effect, what it is about, and what changed in it.
//!
//! HTML without classes and styles, which feed readers take away, and with absolute URLs.

use crate::document::html::escape;
use crate::redline::fragment::shortened;
use crate::render::view::VersionView;
use crate::words::Feeds;

/// Of a declared summary so many characters are shown: the excerpt needs the room of an entry.
const DECLARED: usize = 2000;

/// And so many of what is told from the redline.
const TOLD: usize = 1000;

/// Where an entry leads.
pub(super) struct Addresses<'a> {
    pub page: &'a str,
    pub changes: Option<&'a str>,
}

/// The content of an entry. `excerpt` is HTML.
pub(super) fn html(
    version: &VersionView,
    is_first: bool,
    excerpt: Option<&str>,
    addresses: &Addresses<'_>,
    words: &Feeds,
) -> String {
    let mut out = String::new();
    if is_first {
        paragraph(&words.first_version, &mut out);
    }
    for sentence in sentences(version, words) {
        paragraph(&sentence, &mut out);
    }
    if version.hidden {
        paragraph(&words.hidden, &mut out);
    }
    if let Some(excerpt) = excerpt.filter(|excerpt| !excerpt.is_empty()) {
        out.push_str("<hr>");
        out.push_str(excerpt);
        out.push_str("<hr>");
    }
    out.push_str("<p>");
    link(addresses.page, &words.read, &mut out);
    if let Some(changes) = addresses.changes {
        out.push_str(" · ");
        link(changes, &words.everything, &mut out);
    }
    out.push_str("</p>");
    out
}

fn link(url: &str, words: &str, out: &mut String) {
    out.push_str("<a href=\"");
    escape(url, out);
    out.push_str("\">");
    escape(words, out);
    out.push_str("</a>");
}

/// The same in words, without what changed; `None` where there is nothing to say.
pub(super) fn summary(version: &VersionView, words: &Feeds) -> Option<String> {
    let said = sentences(version, words).join(" ");
    (!said.is_empty()).then_some(said)
}

fn sentences(version: &VersionView, words: &Feeds) -> Vec<String> {
    let declared = version.summary.as_ref();
    let said = declared.map(|summary| shortened(summary, DECLARED));
    let told = version.description.as_ref();
    let told = told.map(|description| shortened(description, TOLD));
    let class = version.change.map(|change| match change {
        "material" => words.material.clone(),
        "minor" => words.minor.clone(),
        _ => words.editorial.clone(),
    });
    said.into_iter()
        .chain(told)
        .chain(effective(version, words))
        .chain(class)
        .chain(corrected(version, words))
        .collect()
}

fn effective(version: &VersionView, words: &Feeds) -> Option<String> {
    let is_off = version.status == "called-off";
    let Some(date) = &version.effective else {
        let written = version.effective_as_written.as_ref();
        return match is_off {
            true => Some(words.called_off.clone()),
            false => written.map(|date| words.effective_as_written.fill(&[("date", date)])),
        };
    };
    let postponed = version.postponed_from.as_ref();
    let sentence = match (is_off, postponed.is_some()) {
        _ if version.overtaken_by.is_some() => &words.effective_overtaken,
        (true, true) => &words.called_off_postponed,
        (true, false) => &words.called_off_on,
        (false, true) => &words.effective_postponed,
        (false, false) => &words.effective,
    };
    let before = postponed.map_or("", |before| &before.text);
    Some(sentence.fill(&[("date", &date.text), ("before", before)]))
}

fn corrected(version: &VersionView, words: &Feeds) -> Option<String> {
    let last = version.corrections.last()?;
    let date = &last.date.as_ref()?.text;
    Some(words.corrected.fill(&[("date", date)]))
}

fn paragraph(text: &str, out: &mut String) {
    out.push_str("<p>");
    escape(text, out);
    out.push_str("</p>");
}
