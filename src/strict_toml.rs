//! TOML in which every key must be known.

use std::path::Path;

use anyhow::{Result, anyhow};

/// Reads a strict TOML file; an error names path and line, and the nearest known key for one that is not known.
///
/// # Errors
///
/// The text is no TOML, or does not have the form of `T`.
pub fn parse<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|e| {
        let start = e.span().map_or(0, |span| span.start);
        let line = text
            .as_bytes()
            .iter()
            .take(start)
            .filter(|&&b| b == b'\n')
            .count()
            + 1;
        anyhow!(
            "`{}:{line}`: {}",
            path.display(),
            suggest(e.message().trim_end())
        )
    })
}

/// Adds the nearest known key to serde's message of an unknown one.
pub fn suggest(message: &str) -> String {
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names
        .next()
        .filter(|_| message.starts_with("unknown field"));
    let Some(unknown) = unknown else {
        return message.to_string();
    };
    let nearest = names
        .map(|name| (strsim::damerau_levenshtein(unknown, name), name))
        .min()
        .filter(|(distance, name)| *distance <= name.len().max(unknown.len()) / 2);
    match nearest {
        Some((_, name)) => format!("unknown key `{unknown}`; did you mean `{name}`?"),
        None => message.replacen("unknown field", "unknown key", 1),
    }
}
