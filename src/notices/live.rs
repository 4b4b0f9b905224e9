//! Whether the site that readers are sent to shows what they are told of.

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::content::Content;
use super::http;
use crate::ledger::entry::Why;
use crate::links::encoded;

#[derive(Deserialize)]
struct Record {
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Version {
    label: String,
    text_sha256: Option<String>,
    #[serde(default)]
    status: String,
    effective: Option<String>,
}

/// Asks the site for the policy's record, and looks for the version in it, which should have this text: the newest, whichever the
/// notice is of.
///
/// # Errors
///
/// The site cannot be asked, or does not show the version with this text.
pub fn check(content: &Content, text: &str) -> Result<()> {
    let url = format!(
        "{}{}/versions.json",
        content.site.url,
        encoded(&content.policy.id)
    );
    let asked = || {
        format!(
            "`{url}`: the site was asked whether it shows what is announced (--no-live-check leaves that out)"
        )
    };
    http::check(&url).with_context(asked)?;
    let body = http::get(&url).with_context(asked)?;
    match body {
        None => bail!("`{url}`: there is no such page; publish the site, then send"),
        Some(body) => shows(&body, &Announced::of(content, text)).with_context(asked),
    }
}

/// What readers are to find.
struct Announced<'a> {
    label: &'a str,
    text: &'a str,
    why: Why,
    effective: Option<&'a str>,
}

impl<'a> Announced<'a> {
    fn of(content: &'a Content, text: &'a str) -> Announced<'a> {
        Announced {
            label: &content.label,
            text,
            why: content.why,
            effective: content.effective.as_ref().map(|day| day.iso.as_str()),
        }
    }
}

fn shows(body: &str, announced: &Announced<'_>) -> Result<()> {
    let label = announced.label;
    let record: Record =
        serde_json::from_str(body).context("its answer is no record of a policy")?;
    let version = record
        .versions
        .iter()
        .find(|version| version.label == label);
    let Some(version) = version else {
        bail!("it does not list version `{label}`; publish the site, then send");
    };
    // The text of a hidden version is not told.
    let text = version.text_sha256.as_deref();
    if text.is_some_and(|text| text != announced.text) {
        bail!("it shows another text of version `{label}`; publish the site, then send");
    }
    if announced.why == Why::CalledOff && version.status != "called-off" {
        bail!("it does not say that version `{label}` was called off; publish the site, then send");
    }
    if announced.why == Why::Postponed && version.effective.as_deref() != announced.effective {
        bail!("it shows another effective date of version `{label}`; publish the site, then send");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_and_text_must_be_shown() {
        let body =
            r#"{"versions":[{"label":"1","text_sha256":"a"},{"label":"2","text_sha256":null}]}"#;
        assert_eq!(told(body, "1", "a", Why::New), "");
        assert_eq!(told(body, "2", "a", Why::New), "");
        assert!(told(body, "1", "b", Why::New).contains("another text"));
        assert!(told(body, "3", "a", Why::New).contains("does not list"));
        assert_ne!(told("<html>", "1", "a", Why::New), "");
    }

    #[test]
    fn what_became_of_a_version_must_be_shown() {
        let body = |status: &str, day: &str| {
            format!(r#"{{"versions":[{{"label":"1","status":"{status}","effective":"{day}"}}]}}"#)
        };
        let off = body("called-off", "2025-03-01");
        let upcoming = body("upcoming", "2025-05-01");
        assert_eq!(told(&off, "1", "a", Why::CalledOff), "");
        assert!(told(&upcoming, "1", "a", Why::CalledOff).contains("called off"));
        assert_eq!(told(&upcoming, "1", "a", Why::Postponed), "");
        assert!(told(&off, "1", "a", Why::Postponed).contains("another effective date"));
    }

    /// What is wrong; empty where nothing is.
    fn told(body: &str, label: &str, text: &str, why: Why) -> String {
        let announced = Announced {
            label,
            text,
            why,
            effective: Some("2025-05-01"),
        };
        let shown = shows(body, &announced);
        shown.err().map(|e| e.to_string()).unwrap_or_default()
    }
}
