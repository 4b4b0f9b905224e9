//! What an entry says: when the version takes effect, what it is about, and what changed in it.
//!
//! HTML without classes and styles, which feed readers take away, and with absolute URLs.

use std::fmt::Write as _;

use crate::document::html::escape;
use crate::redline::fragment::shortened;
use crate::render::view::VersionView;

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
) -> String {
    let mut out = String::new();
    if is_first {
        paragraph("First version.", &mut out);
    }
    for sentence in sentences(version) {
        paragraph(&sentence, &mut out);
    }
    if version.hidden {
        paragraph("The text of this version is hidden.", &mut out);
    }
    if let Some(excerpt) = excerpt.filter(|excerpt| !excerpt.is_empty()) {
        out.push_str("<hr>");
        out.push_str(excerpt);
        out.push_str("<hr>");
    }
    let mut link = |url: &str, words: &str| {
        out.push_str(if words == READ { "<p>" } else { " · " });
        out.push_str("<a href=\"");
        escape(url, &mut out);
        let _ = write!(out, "\">{words}</a>");
    };
    link(addresses.page, READ);
    if let Some(changes) = addresses.changes {
        link(changes, "Everything that changed");
    }
    out.push_str("</p>");
    out
}

const READ: &str = "Read this version";

/// The same in words, without what changed; `None` where there is nothing to say.
pub(super) fn summary(version: &VersionView) -> Option<String> {
    let said = sentences(version).join(" ");
    (!said.is_empty()).then_some(said)
}

fn sentences(version: &VersionView) -> Vec<String> {
    let declared = version.summary.as_ref();
    let said = declared.map(|summary| shortened(summary, DECLARED));
    let told = version.description.as_ref();
    let told = told.map(|description| shortened(description, TOLD));
    let class = version.change.map(|change| match change {
        "material" => "Material change.".to_string(),
        "minor" => "Minor change.".to_string(),
        _ => "Editorial change.".to_string(),
    });
    said.into_iter()
        .chain(told)
        .chain(effective(version))
        .chain(class)
        .chain(corrected(version))
        .collect()
}

fn effective(version: &VersionView) -> Option<String> {
    let is_off = version.status == "called-off";
    let as_written = || {
        let written = version.effective_as_written.as_ref()?;
        Some(format!(
            "Effective date as written in the document: {written}."
        ))
    };
    let Some(date) = &version.effective else {
        return match is_off {
            true => Some("This version was called off.".to_string()),
            false => as_written(),
        };
    };
    let postponed = version.postponed_from.as_ref();
    let postponed = postponed.map(|from| format!(", postponed from {}", from.text));
    let postponed = postponed.unwrap_or_default();
    Some(match is_off {
        true => format!(
            "This version was called off; it was to be effective from {}{postponed}.",
            date.text
        ),
        false => format!("Effective from {}{postponed}.", date.text),
    })
}

fn corrected(version: &VersionView) -> Option<String> {
    let last = version.corrections.last()?;
    let date = last.date.as_ref().map(|date| format!(" on {}", date.text));
    Some(format!("Corrected after it was published, last{}.", date?))
}

fn paragraph(text: &str, out: &mut String) {
    out.push_str("<p>");
    escape(text, out);
    out.push_str("</p>");
}
