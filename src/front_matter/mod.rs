//! Front matter: what a source declares of itself before its text begins.
//!
//! 1. [`split()`] takes a source apart into its front matter (YAML between `---`, TOML between `+++`) and its body.
//! 2. `yaml` and `table` read either format into the same entries: a key, its line, and its value as text as written.
//! 3. `fields` turns the entries of known keys into a [`FrontMatter`]; each value that it cannot take is a [`Fault`].
//!
//! Content is untrusted: nothing here recurses, YAML aliases are never expanded, nesting and size are bounded.

mod entries;
mod fields;
mod split;
mod table;
mod yaml;

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::dates::Stated;

pub use split::{Raw, Split, split};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Between `---` and `---` (or `...`).
    Yaml,
    /// Between `+++` and `+++`.
    Toml,
}

/// The known keys of a source's front matter; `None`: absent, empty, or a fault.
#[derive(Default, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrontMatter {
    pub title: Option<String>,
    pub description: Option<String>,
    pub id: Option<String>,
    /// The text as written: `1.10` stays `1.10`.
    pub version: Option<String>,
    /// `effective` or `effective_date`.
    pub effective: Option<Effective>,
    pub change: Option<Change>,
    pub summary: Option<String>,
    pub reviewed: Option<Date>,
    pub lang: Option<String>,
    pub draft: bool,
    /// `aliases`, then `redirect_from`, as written.
    pub aliases: Vec<String>,
    pub called_off: bool,
    pub postponed_to: Option<Date>,
}

/// An effective date: its text as written, and what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effective {
    pub raw: String,
    pub stated: Stated,
}

/// The class of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Change {
    Material,
    Minor,
    Editorial,
}

impl Change {
    pub const ALL: [Change; 3] = [Change::Material, Change::Minor, Change::Editorial];

    pub fn as_str(self) -> &'static str {
        match self {
            Change::Material => "material",
            Change::Minor => "minor",
            Change::Editorial => "editorial",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no class of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownChange;

impl fmt::Display for UnknownChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected `material`, `minor` or `editorial`")
    }
}

impl std::error::Error for UnknownChange {}

impl FromStr for Change {
    type Err = UnknownChange;

    /// In any case, white space around it apart.
    fn from_str(text: &str) -> Result<Self, UnknownChange> {
        let named = |change: &Change| text.trim().eq_ignore_ascii_case(change.as_str());
        Change::ALL.into_iter().find(named).ok_or(UnknownChange)
    }
}

/// A value that could not be taken, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// 1-based, in the file.
    pub line: usize,
    /// What is there, what was expected, and what to do.
    pub message: String,
}

/// Larger front matter, in bytes, is not read: no real one comes near it.
const LARGEST: usize = 256 * 1024;

/// Reads front matter. Everything that can be read is read; each wrong value is one fault, in the order of the lines.
/// Text that does not parse at all is one fault and an otherwise empty [`FrontMatter`].
pub fn parse(raw: &Raw<'_>) -> (FrontMatter, Vec<Fault>) {
    if raw.text.len() > LARGEST {
        let message = format!(
            "the front matter is larger than {} KiB: move what is no metadata into the text",
            LARGEST / 1024
        );
        return (
            FrontMatter::default(),
            vec![Fault {
                line: raw.first_line,
                message,
            }],
        );
    }
    let entries = match raw.format {
        Format::Yaml => yaml::entries(raw),
        Format::Toml => table::entries(raw),
    };
    match entries {
        Ok(entries) => fields::read(entries),
        Err(fault) => (FrontMatter::default(), vec![fault]),
    }
}

#[cfg(test)]
mod tests;
