//! The manifest: which files of a target policygen wrote, and so may replace and remove.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::{names::check_path, stage::open_regular};

/// The manifest's name, at the top of the site.
pub const MANIFEST_NAME: &str = ".policygen-manifest.json";

const FORMAT: u64 = 1;

/// The files of a published site: relative paths with `/` between the parts, without the manifest itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    pub files: BTreeSet<String>,
}

/// The manifest as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    format: u64,
    files: Vec<String>,
}

impl Manifest {
    /// Reads the manifest of the site in `target`. `None` if there is none. Its paths are checked: none leads out of the target.
    pub(super) fn read(target: &Path) -> Result<Option<Manifest>> {
        let path = target.join(MANIFEST_NAME);
        let Some(text) = read_regular(&path)? else {
            return Ok(None);
        };
        let manifest = Manifest::parse(&text).with_context(|| {
            format!(
                "the manifest `{}` is damaged, so policygen cannot tell its own files from others: \
                 restore it, or move the folder `{}` away and build anew",
                path.display(),
                target.display()
            )
        })?;
        Ok(Some(manifest))
    }

    /// The manifest as stored: the same files give the same bytes.
    pub(super) fn to_json(&self) -> Result<Vec<u8>> {
        let stored = Stored {
            format: FORMAT,
            files: self.files.iter().cloned().collect(),
        };
        let mut json = serde_json::to_vec_pretty(&stored).context("cannot write the manifest")?;
        json.push(b'\n');
        Ok(json)
    }

    /// Whether some file of the site lies in `folder` or below it.
    pub(super) fn has_folder(&self, folder: &str) -> bool {
        let inside = format!("{folder}/");
        let first = self.files.range(inside.clone()..).next();
        first.is_some_and(|file| file.starts_with(&inside))
    }

    fn parse(text: &[u8]) -> Result<Manifest> {
        let stored: Stored = serde_json::from_slice(text)?;
        ensure!(
            stored.format == FORMAT,
            "its format is {}, expected {FORMAT}: it was written by another version of policygen",
            stored.format
        );
        for file in &stored.files {
            check_path(file).context("it lists a path that no site has")?;
        }
        Ok(Manifest {
            files: stored.files.into_iter().collect(),
        })
    }
}

/// The bytes of a regular file; `None` if nothing is there.
fn read_regular(path: &Path) -> Result<Option<Vec<u8>>> {
    match path.symlink_metadata() {
        Ok(found) if found.is_file() => {}
        Ok(_) => bail!(
            "`{}` is no regular file, expected the manifest of a site: move it away, or choose another folder",
            path.display()
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read `{}`", path.display()));
        }
    }
    let mut text = Vec::new();
    open_regular(path)
        .and_then(|mut file| file.read_to_end(&mut text))
        .with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<Manifest>> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(MANIFEST_NAME), text).unwrap();
        Manifest::read(folder.path())
    }

    #[test]
    fn a_manifest_reads_back() {
        let files = ["a.html", "a/b.html", "ä.html"].map(String::from);
        let manifest = Manifest {
            files: files.into(),
        };
        let json = String::from_utf8(manifest.to_json().unwrap()).unwrap();
        assert_eq!(read(&json).unwrap(), Some(manifest));
        assert!(json.starts_with("{\n  \"format\": 1,\n  \"files\": [\n    \"a.html\",\n"));
    }

    #[test]
    fn a_missing_manifest_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Manifest::read(folder.path()).unwrap(), None);
    }

    #[test]
    fn a_damaged_manifest_is_refused_by_name() {
        let deep = "[".repeat(100_000);
        let hostile = [
            "",
            "nonsense",
            "[]",
            "\u{feff}{}",
            r#"{"format":2,"files":[]}"#,
            r#"{"format":1,"files":["/etc/passwd"]}"#,
            r#"{"format":1,"files":["../x"]}"#,
            r#"{"format":1,"files":["a/../../x"]}"#,
            r#"{"format":1,"files":[""]}"#,
            r#"{"format":1,"files":["a\u0000b"]}"#,
            r#"{"format":1,"files":[7]}"#,
            deep.as_str(),
        ];
        for text in hostile {
            let error = format!("{:#}", read(text).unwrap_err());
            assert!(error.contains(MANIFEST_NAME), "{error}");
            assert!(error.contains("is damaged"), "{error}");
        }
    }

    #[test]
    fn a_manifest_that_is_no_regular_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(MANIFEST_NAME)).unwrap();
        let error = Manifest::read(folder.path()).unwrap_err();
        assert!(error.to_string().contains("is no regular file"));
    }

    #[test]
    fn a_folder_of_the_site_is_known_by_its_files() {
        let files = ["a!/x", "a/b/c.html"].map(String::from);
        let manifest = Manifest {
            files: files.into(),
        };
        assert!(manifest.has_folder("a") && manifest.has_folder("a/b"));
        assert!(!manifest.has_folder("a/b/c.html") && !manifest.has_folder("b"));
    }
}
