//! A folder without git: its files are one undated revision each.

use std::path::Path;

use anyhow::{Context, Result};

use super::{PolicyHistory, Published, Revision, Source};

/// The policies of a folder. `prefix` is the content folder below `root` with a `/` behind it, or empty; symbolic links are
/// not followed.
///
/// # Errors
///
/// A folder cannot be read.
pub fn unversioned(
    root: &Path,
    prefix: &str,
    is_policy: &dyn Fn(&str) -> bool,
) -> Result<Published> {
    let mut paths = Vec::new();
    collect(&root.join(prefix), prefix, &mut paths)?;
    paths.retain(|path| path.ends_with(".md") && is_policy(path));
    paths.sort();
    let policies = paths
        .into_iter()
        .map(|path| one_revision(root, path))
        .collect();
    Ok(Published {
        policies,
        ..Published::default()
    })
}

fn collect(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Result<()> {
    let told = || format!("`{}`: cannot be read", folder.display());
    for entry in std::fs::read_dir(folder).with_context(told)? {
        let entry = entry.with_context(told)?;
        let name = entry.file_name();
        // A name that is no UTF-8 can be no part of a URL.
        let Some(name) = name.to_str() else {
            continue;
        };
        let kind = entry.file_type().with_context(told)?;
        if kind.is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), paths)?;
        } else if kind.is_file() {
            paths.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

fn one_revision(root: &Path, path: String) -> PolicyHistory {
    let source = Source::File(root.join(&path));
    PolicyHistory {
        revisions: vec![Revision {
            commit: None,
            path: path.into(),
            source,
        }],
        withdrawals: Vec::new(),
        live: true,
    }
}
