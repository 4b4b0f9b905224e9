//! Whether the site that readers are sent to shows what they are told of.

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::content::Content;
use super::http;
use crate::links::encoded;

#[derive(Deserialize)]
struct Record {
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Version {
    label: String,
    text_sha256: Option<String>,
}

/// Asks the site for the policy's record, and looks for the version in it.
///
/// # Errors
///
/// The site cannot be asked, or does not show the version with this text.
pub fn check(content: &Content) -> Result<()> {
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
        Some(body) => shows(&body, &content.label, &content.text_sha256).with_context(asked),
    }
}

fn shows(body: &str, label: &str, text: &str) -> Result<()> {
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
    match &version.text_sha256 {
        Some(shown) if shown != text => {
            bail!("it shows another text of version `{label}`; publish the site, then send")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_and_text_must_be_shown() {
        let body =
            r#"{"versions":[{"label":"1","text_sha256":"a"},{"label":"2","text_sha256":null}]}"#;
        assert!(shows(body, "1", "a").is_ok());
        assert!(shows(body, "2", "a").is_ok());
        assert!(
            shows(body, "1", "b")
                .unwrap_err()
                .to_string()
                .contains("another text")
        );
        assert!(
            shows(body, "3", "a")
                .unwrap_err()
                .to_string()
                .contains("does not list")
        );
        assert!(shows("<html>", "1", "a").is_err());
    }
}
