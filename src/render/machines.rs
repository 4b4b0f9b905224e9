//! What machines read of a policy: its versions through time (RFC 7089), and what a page is about (schema.org).

use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;

use super::views::absolute;
use crate::dates::Moment;
use crate::plan::{policy_route, time_map_route, version_folder, version_route};
use crate::policies::{Policies, Status};
use crate::versions::{Version, text_name};

/// `timemap.link` of a policy (RFC 7089, section 5): its page, and each of its texts at the moment when it was published.
/// Hidden ones are left out, and there is no timegate: a folder of files cannot choose by date.
pub(super) fn time_map(base: &str, policies: &Policies, policy: usize) -> String {
    let mut mementos = mementos(base, policies, policy);
    // Dates of commits may run backwards.
    mementos.sort_by_key(|(at, _)| at.seconds);
    let own = absolute(base, &time_map_route(policies, policy));
    let original = absolute(base, &policy_route(policies, policy));
    let span = match (mementos.first(), mementos.last()) {
        (Some((from, _)), Some((until, _))) => {
            format!("; from=\"{}\"; until=\"{}\"", from.http(), until.http())
        }
        _ => String::new(),
    };
    let mut text = format!(
        "<{original}>; rel=\"original\",\n<{own}>; rel=\"self\"; type=\"application/link-format\"{span}"
    );
    let last = mementos.len().saturating_sub(1);
    for (at, (moment, url)) in mementos.iter().enumerate() {
        let relation = match (at == 0, at == last) {
            (true, true) => "first last memento",
            (true, false) => "first memento",
            (false, true) => "last memento",
            (false, false) => "memento",
        };
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            ",\n<{url}>; rel=\"{relation}\"; datetime=\"{}\"",
            moment.http()
        );
    }
    text.push('\n');
    text
}

/// When each text was published, and where it is. What is still to come, was called off or overtaken, was never the policy's page.
fn mementos(base: &str, policies: &Policies, policy: usize) -> Vec<(Moment, String)> {
    let mut found = Vec::new();
    let its = &policies.all[policy];
    let is_there = |(number, version): &(usize, &Version)| {
        let has_held = its.holds(*number) && its.status(*number) != Status::Upcoming;
        !version.hidden && (has_held || its.shown() == *number)
    };
    for (number, version) in its.versions.iter().enumerate().filter(is_there) {
        let folder = version_folder(policies, policy, number);
        for (at, text) in version.texts.iter().enumerate() {
            let route = match at + 1 == version.texts.len() {
                true => version_route(policies, policy, number),
                false => format!("{folder}{}/index.html", text_name(at)),
            };
            found.extend(text.date.map(|date| (date, absolute(base, &route))));
        }
    }
    found
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WebPage<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@type")]
    kind: &'static str,
    name: &'a str,
    version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_published: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<String>,
    in_language: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// What the page of a version is about, as schema.org's JSON-LD for a data block of the page: no character in it can end one.
/// `url`: the absolute URL of the page.
pub(super) fn linked_data(
    version: &Version,
    name: &str,
    language: &str,
    url: Option<&str>,
) -> Result<String> {
    let rfc3339 = |moment: Moment| moment.rfc3339();
    let json = serde_json::to_string(&WebPage {
        context: "https://schema.org",
        kind: "WebPage",
        name,
        version: version.declared.as_deref().unwrap_or(&version.label),
        date_published: version.published.map(rfc3339),
        date_modified: version.newest_text().date.map(rfc3339),
        in_language: version.lang.as_deref().unwrap_or(language),
        url,
    })?;
    Ok(for_data_block(&json))
}

/// JSON in which `<`, `>` and `&` are written as escapes: they stand in strings alone.
fn for_data_block(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_string_ends_a_data_block() {
        let hostile = "</script><!--<script>&\"";
        let json = for_data_block(&serde_json::to_string(hostile).unwrap());
        assert!(!json.contains(['<', '>', '&']), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
    }
}
