//! The words of the interface: everything that the published site says beside the policies themselves.
//!
//! 1. `templates/words.toml` holds them, by page; a theme and a site put others in the place of some ([`check`]).
//! 2. [`phrase`] reads a sentence: its placeholders and its marks.
//! 3. What templates say stays a table, and a test finds keys in them that are not there. What Rust says is a struct, so that no
//!    word can be named that is not there.

mod check;
pub mod phrase;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context as _, Result};
use jiff::civil::Date;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use toml::{Table, Value};

use crate::hash::Hash;

pub use phrase::{Phrase, Plural};

/// The file, in a folder of templates.
pub const FILE: &str = "words.toml";

const ENGLISH: &str = include_str!("../templates/words.toml");

/// All words, in one language.
#[derive(Debug)]
pub struct Words {
    table: Table,
    said: Said,
}

impl Words {
    /// Those that are built in.
    pub fn english() -> &'static Words {
        static WORDS: LazyLock<Words> = LazyLock::new(|| {
            let words = Words::built_in();
            words.expect("the built-in file is part of the program, and a test reads it")
        });
        &WORDS
    }

    /// Those that are built in, with what the files say otherwise, the last of them first in rank. A file that is not there says
    /// nothing.
    ///
    /// # Errors
    ///
    /// A file cannot be read, is no TOML, or has a key or a placeholder that is not there.
    pub fn with(files: &[PathBuf]) -> Result<Words> {
        let mut words = Words::built_in()?;
        for path in files {
            let own = match std::fs::read_to_string(path) {
                Ok(own) => own,
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
                Err(e) => return Err(e).context(format!("`{}`: cannot be read", path.display())),
            };
            words = words.but(path, &own)?;
        }
        Ok(words)
    }

    /// These words, but for those that a file at `path` with this text says otherwise.
    fn but(self, path: &Path, text: &str) -> Result<Words> {
        let mut table = self.table;
        let own = crate::strict_toml::parse(path, text)?;
        check::replace(&mut table, own).with_context(|| format!("`{}`", path.display()))?;
        Words::of(table).with_context(|| format!("`{}`", path.display()))
    }

    fn built_in() -> Result<Words> {
        Words::of(crate::strict_toml::parse(Path::new(FILE), ENGLISH)?)
    }

    fn of(table: Table) -> Result<Words> {
        let is_said = |(key, _): &(String, Value)| SAID.contains(&key.as_str());
        let of_rust: Table = table.clone().into_iter().filter(is_said).collect();
        let said = of_rust.try_into()?;
        Ok(Words { table, said })
    }

    /// The hash of all words.
    pub fn digest(&self) -> Hash {
        Sha256::digest(self.table.to_string()).into()
    }

    /// By group and key.
    pub fn table(&self) -> &Table {
        &self.table
    }
}

impl std::ops::Deref for Words {
    type Target = Said;

    fn deref(&self) -> &Said {
        &self.said
    }
}

/// The groups of [`Said`].
const SAID: &[&str] = &[
    "language",
    "dates",
    "names",
    "titles",
    "text",
    "redline",
    "told",
    "feeds",
    "notice",
    "announced",
];

/// Whether Rust says the word of this key.
#[cfg(test)]
pub(crate) fn is_said_by_rust(key: &str) -> bool {
    let (group, _) = key.split_once('.').unwrap_or_default();
    SAID.contains(&group)
}

/// What Rust says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The language of the words, a BCP 47 tag.
    pub language: String,
    pub dates: Dates,
    pub names: Names,
    pub titles: Titles,
    pub text: Text,
    pub redline: Redline,
    pub told: Told,
    pub feeds: Feeds,
    pub notice: Notice,
    pub announced: Announced,
}

/// How a date is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    pub day: Phrase,
    pub month: Phrase,
    pub months: [String; 12],
    pub undated: String,
}

impl Dates {
    /// A day in full: `1 February 2024`.
    pub fn day(&self, date: Date) -> String {
        let (day, year) = (date.day().to_string(), date.year().to_string());
        let month = self.name(date);
        self.day
            .fill(&[("day", &day), ("month", month), ("year", &year)])
    }

    /// The month of a day: `February 2024`.
    pub fn month(&self, date: Date) -> String {
        let year = date.year().to_string();
        self.month
            .fill(&[("month", self.name(date)), ("year", &year)])
    }

    fn name(&self, date: Date) -> &str {
        let index = usize::try_from(date.month() - 1).unwrap_or(0);
        self.months.get(index).map_or("", String::as_str)
    }
}

/// What versions and their texts are called.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    pub version: Phrase,
    pub dated: Phrase,
    pub draft: String,
    pub undated: String,
    pub original: String,
    pub correction: Phrase,
}

/// The titles of pages, for `<title>`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Titles {
    pub all_changes: String,
    pub all_versions: Phrase,
    pub changes: Phrase,
    pub corrections: Phrase,
    pub notice: Phrase,
    pub not_found: String,
    pub sections: Phrase,
    pub since: Phrase,
}

/// Around the text of a policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub back: String,
    pub done: String,
    pub footnotes: String,
    pub image: Phrase,
    pub section_link: String,
    pub to_do: String,
}

/// In a redline.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redline {
    pub deleted: String,
    pub deleted_end: String,
    pub formatting: String,
    pub heading_level: Phrase,
    pub heading_no_longer: String,
    pub heading_now: String,
    pub image: Phrase,
    pub image_bare: String,
    pub inserted: String,
    pub inserted_end: String,
    pub invisible: String,
    pub layout: String,
    pub link_added: String,
    pub link_removed: Phrase,
    pub link_target: Phrase,
    pub list_no_longer_numbered: String,
    pub list_now_numbered: String,
    pub more: Plural,
    pub moved_away: Phrase,
    pub moved_away_end: String,
    pub moved_down: String,
    pub moved_from_above: String,
    pub moved_from_below: String,
    pub moved_here: Phrase,
    pub moved_here_end: String,
    pub moved_up: String,
    pub next: String,
    pub numbering: Phrase,
    pub paragraphs: Plural,
    pub previous: String,
    pub task_done: String,
    pub task_no_longer: String,
    pub task_to_do: String,
    /// Between groups of three digits.
    pub thousands: String,
    pub unchanged: Phrase,
    pub words: Plural,
}

/// What changed in a version.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    pub added: Phrase,
    pub beginning: String,
    pub changed: Phrase,
    pub more: Phrase,
    pub moved: Phrase,
    pub removed: Phrase,
    /// Between the names of sections.
    pub separator: String,
    pub title: Phrase,
    pub title_stopped: Phrase,
}

/// In the entries of feeds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feeds {
    pub called_off: String,
    pub called_off_on: Phrase,
    pub called_off_postponed: Phrase,
    pub corrected: Phrase,
    pub editorial: String,
    pub effective: Phrase,
    pub effective_as_written: Phrase,
    pub effective_overtaken: Phrase,
    pub effective_postponed: Phrase,
    pub everything: String,
    pub first_version: String,
    pub hidden: String,
    pub material: String,
    pub minor: String,
    pub read: String,
}

/// In notices.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announced {
    pub added: String,
    pub all_changes: String,
    pub called_off: Phrase,
    pub called_off_on: Phrase,
    pub changed: Phrase,
    pub corrected: Phrase,
    pub effective: Phrase,
    pub first: Phrase,
    pub leave: String,
    pub marks: Phrase,
    pub postponed: Phrase,
    pub postponed_from: Phrase,
    pub read: String,
    pub removed: String,
    pub see_changes: String,
    pub subject_called_off: Phrase,
    pub subject_called_off_on: Phrase,
    pub subject_changed: Phrase,
    pub subject_corrected: Phrase,
    pub subject_first: Phrase,
    pub subject_first_from: Phrase,
    pub subject_postponed: Phrase,
    pub subject_upcoming: Phrase,
    pub what_changed: String,
}

/// On the publisher's other pages: the script puts the values in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    pub ahead: String,
    pub changed: String,
    pub close: String,
    pub corrected: String,
    pub label: String,
    pub read: String,
    pub upcoming: String,
}

impl Notice {
    /// All of them, by key.
    pub fn all(&self) -> [(&'static str, &str); 7] {
        [
            ("ahead", &self.ahead),
            ("changed", &self.changed),
            ("close", &self.close),
            ("corrected", &self.corrected),
            ("label", &self.label),
            ("read", &self.read),
            ("upcoming", &self.upcoming),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn with(own: &str) -> Result<Words> {
        let path = Path::new("templates/words.toml");
        Words::built_in()?.but(path, own)
    }

    fn error(own: &str) -> String {
        format!("{:#}", with(own).unwrap_err())
    }

    #[test]
    fn the_built_in_words_are_complete() {
        assert_eq!(Words::english().language, "en");
        check::sound(Words::english().table()).unwrap();
    }

    #[test]
    fn a_site_says_one_word_otherwise() {
        let words = with("[names]\nversion = \"Edition {version}\"\n").unwrap();
        assert_eq!(
            words.names.version.fill(&[("version", "2.0")]),
            "Edition 2.0"
        );
        assert_eq!(words.names.original, "Original");
    }

    #[test]
    fn the_form_of_dates_is_the_sites() {
        let day = date(2024, 2, 1);
        assert_eq!(Words::english().dates.day(day), "1 February 2024");
        assert_eq!(Words::english().dates.month(day), "February 2024");
        let words = with("[dates]\nday = \"{month} {day}, {year}\"\n").unwrap();
        assert_eq!(words.dates.day(day), "February 1, 2024");
    }

    #[test]
    fn an_unknown_key_is_an_error_with_the_nearest_one() {
        let told = error("[front]\npolices = \"x\"\n");
        assert_eq!(
            told,
            "`templates/words.toml`: unknown key `front.polices`; did you mean `front.policies`?"
        );
        let told = error("[frnt]\npolicies = \"x\"\n");
        assert!(told.contains("did you mean `front`?"), "{told}");
    }

    #[test]
    fn a_placeholder_that_is_missing_or_unknown_is_an_error() {
        let told = error("[front]\nas_of = \"Policies\"\n");
        assert_eq!(
            told,
            "`templates/words.toml`: `front.as_of`: lacks the placeholder `{date}`"
        );
        let told = error("[front]\npolicies = \"Policies of {site}\"\n");
        assert_eq!(
            told,
            "`templates/words.toml`: `front.policies`: has the placeholder `{site}`, for which there is no value"
        );
        let told = error("[not_found]\nlook = \"See [the front page](front).\"\n");
        assert!(told.contains("lacks the link `](changes)`"), "{told}");
    }

    #[test]
    fn a_form_of_a_plural_may_leave_out_the_number_alone() {
        let words = with("[redline]\nwords = { one = \"a word\", other = \"{count} words\" }\n");
        let words = words.unwrap();
        assert_eq!(words.redline.words.fill(1, "1", &[]), "a word");
        assert_eq!(words.redline.words.fill(2, "2", &[]), "2 words");
        let told = error("[redline]\nwords = { one = \"a word\" }\n");
        assert!(told.contains("lacks the form `other`"), "{told}");
        let told = error("[redline]\nwords = { some = \"x\", other = \"{count} words\" }\n");
        assert!(told.contains("unknown form `some`"), "{told}");
        let told = error("[lists]\nversions_of = { other = \"{count}\" }\n");
        assert!(told.contains("lacks the placeholder `{title}`"), "{told}");
    }

    #[test]
    fn marks_stand_only_where_the_built_in_words_have_some() {
        let told = error("[base]\nsite = \"**Site**\"\n");
        assert!(told.contains("`base.site`: has marks"), "{told}");
        assert!(with("[banner]\nwill_change = \"This **will** change.\"\n").is_ok());
    }

    #[test]
    fn another_kind_of_value_is_an_error() {
        assert!(error("[front]\npolicies = 1\n").contains("expected a text"));
        assert!(error("front = \"x\"\n").contains("expected a table"));
        assert!(error("[dates]\nmonths = [\"January\"]\n").contains("expected 12 texts"));
        assert!(error("[front\n").contains("`templates/words.toml:1`"));
    }
}
