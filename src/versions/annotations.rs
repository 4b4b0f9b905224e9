//! `versions.toml`: what the publisher says of versions long published, and of identities that git cannot know.
//!
//! Every table (or array of tables) of the file is one annotation, whatever its name. It names a `policy` (its id, its `uid`
//! or a path that it has or had) and a version by `label` or by `commit`.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use jiff::civil::Date;
use serde::Deserialize;

use crate::dates::{self, Stated};
use crate::front_matter::Change;
use crate::history::{Mend, ObjectId};
use crate::strict_toml;

/// The name of the file.
pub const FILE_NAME: &str = "versions.toml";

/// The annotations of a site.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Annotations {
    pub versions: Vec<Annotation>,
    pub mends: Vec<Mend>,
}

/// What is said of one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    pub policy: String,
    pub version: Which,
    pub effective: Option<Stated>,
    pub change: Option<Change>,
    pub summary: Option<String>,
    pub hidden: bool,
    pub called_off: bool,
    pub postponed_to: Option<Date>,
}

/// Which version of a policy is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    Label(String),
    /// The beginning of the name of one of its commits.
    Commit(String),
}

/// A table as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    policy: String,
    commit: Option<String>,
    label: Option<String>,
    effective: Option<toml::Value>,
    change: Option<String>,
    summary: Option<String>,
    #[serde(default)]
    hidden: bool,
    #[serde(default)]
    called_off: bool,
    postponed_to: Option<toml::Value>,
    follows: Option<String>,
    starts: Option<String>,
}

impl Annotations {
    /// Reads `versions.toml` of this folder; none where there is no such file.
    ///
    /// # Errors
    ///
    /// The file cannot be read or does not hold what it should.
    pub fn load(root: &Path) -> Result<Annotations> {
        let path = root.join(FILE_NAME);
        match std::fs::read_to_string(&path) {
            Ok(text) => read(&path, &text),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Annotations::default()),
            Err(e) => Err(anyhow!(e).context(format!("`{}`: cannot be read", path.display()))),
        }
    }

    /// Those of the version that has this label or one of these commits, in the policy of these names.
    pub fn of<'a>(
        &'a self,
        policy: &'a [String],
        label: &'a str,
        commits: &'a [ObjectId],
    ) -> impl Iterator<Item = &'a Annotation> {
        self.versions
            .iter()
            .filter(move |annotation| policy.contains(&annotation.policy))
            .filter(move |annotation| annotation.version.is(label, commits))
    }
}

impl std::fmt::Display for Which {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Which::Label(label) => write!(f, "labelled `{label}`"),
            Which::Commit(commit) => write!(f, "of commit `{commit}`"),
        }
    }
}

impl Which {
    /// Whether a version of this label and these commits is meant.
    pub fn is(&self, label: &str, commits: &[ObjectId]) -> bool {
        match self {
            Which::Label(wanted) => wanted == label,
            Which::Commit(wanted) => commits
                .iter()
                .any(|commit| commit.to_string().starts_with(wanted.as_str())),
        }
    }
}

fn read(path: &Path, text: &str) -> Result<Annotations> {
    let document: toml::Table = strict_toml::parse(path, text)?;
    let mut annotations = Annotations::default();
    for (name, value) in document {
        let tables = match value {
            toml::Value::Array(tables) => tables,
            value => vec![value],
        };
        for (number, table) in tables.into_iter().enumerate() {
            let place = || format!("`{}`: table {} of `{name}`", path.display(), number + 1);
            let table = Table::deserialize(table)
                .map_err(|e| anyhow!(strict_toml::suggest(e.message())))
                .with_context(place)?;
            table.sort_into(&mut annotations).with_context(place)?;
        }
    }
    Ok(annotations)
}

impl Table {
    fn sort_into(self, annotations: &mut Annotations) -> Result<()> {
        if let Some(old) = &self.follows {
            annotations.mends.push(Mend::Follows {
                path: self.policy.clone(),
                old: old.clone(),
            });
        }
        if let Some(commit) = &self.starts {
            annotations.mends.push(Mend::Starts {
                path: self.policy.clone(),
                commit: commit_name(commit)?,
            });
        }
        let version = match (&self.label, &self.commit) {
            (Some(label), None) => Which::Label(label.clone()),
            (None, Some(commit)) => Which::Commit(commit_name(commit)?),
            (None, None) if self.follows.is_some() || self.starts.is_some() => return Ok(()),
            _ => bail!("expected either `label` or `commit`, which name the version"),
        };
        annotations.versions.push(self.annotation(version)?);
        Ok(())
    }

    fn annotation(self, version: Which) -> Result<Annotation> {
        let change = |word: String| {
            word.parse()
                .map_err(|_| anyhow!("`{word}`: expected material, minor or editorial as `change`"))
        };
        let postponed_to = self.postponed_to.map(|value| stated(&value)).transpose()?;
        Ok(Annotation {
            policy: self.policy,
            version,
            effective: self.effective.map(|value| stated(&value)).transpose()?,
            change: self.change.map(change).transpose()?,
            summary: self.summary,
            hidden: self.hidden,
            called_off: self.called_off,
            postponed_to: postponed_to
                .map(|date| date.day().context("`postponed_to` names no day"))
                .transpose()?,
        })
    }
}

fn stated(value: &toml::Value) -> Result<Stated> {
    let text = match value {
        toml::Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    dates::parse(&text).with_context(|| format!("`{text}`: expected a date such as 2024-02-01"))
}

fn commit_name(text: &str) -> Result<String> {
    let name = text.to_ascii_lowercase();
    if name.len() < 7 || name.len() > 40 || !name.bytes().all(|b| b.is_ascii_hexdigit()) {
        bail!("`{text}`: expected a commit's name, at least seven of its digits");
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Annotations> {
        read(Path::new("versions.toml"), text)
    }

    #[test]
    fn tables_of_any_name_are_annotations() {
        let read = load(
            "[[version]]\npolicy = \"privacy\"\nlabel = \"2\"\nhidden = true\n\
             [[version]]\npolicy = \"privacy\"\ncommit = \"ABCDEF1\"\neffective = 2024-05-01\n\
             [moved]\npolicy = \"b.md\"\nfollows = \"a.md\"\n",
        )
        .unwrap();
        assert_eq!(read.versions.len(), 2);
        assert!(
            read.versions
                .iter()
                .any(|a| a.hidden && a.version == Which::Label("2".into()))
        );
        let names = ["privacy".to_string()];
        let id = ObjectId([0xab; 20]);
        assert_eq!(read.of(&names, "2", &[id]).count(), 1);
        assert_eq!(
            read.mends,
            [Mend::Follows {
                path: "b.md".into(),
                old: "a.md".into()
            }]
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_table() {
        let message = |text| format!("{:#}", load(text).unwrap_err());
        let unknown = message("[[version]]\npolicy = \"p\"\nlabel = \"1\"\nhiden = true\n");
        assert!(
            unknown.contains("table 1 of `version`") && unknown.contains("did you mean `hidden`?"),
            "{unknown}"
        );
        assert!(message("[a]\npolicy = \"p\"\n").contains("either `label` or `commit`"));
        assert!(
            message("[a]\npolicy = \"p\"\nlabel = \"1\"\neffective = \"soon\"\n")
                .contains("expected a date")
        );
        assert!(
            message("[a]\npolicy = \"p\"\nstarts = \"HEAD\"\n")
                .contains("expected a commit's name")
        );
    }
}
