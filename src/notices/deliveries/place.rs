//! Where the state folder is.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder that is given, else one named like the ledger in the user's state folder: `$XDG_STATE_HOME/policygen`, else
/// `~/.local/state/policygen` (on Windows `%LOCALAPPDATA%\policygen`).
///
/// # Errors
///
/// None is given, and the environment names no home.
pub fn folder(
    given: Option<&Path>,
    ledger: &str,
    variable: &dyn Fn(&str) -> Option<PathBuf>,
) -> Result<PathBuf> {
    if let Some(given) = given {
        return std::path::absolute(given).with_context(|| format!("`{}`", given.display()));
    }
    let absolute = |name: &str| variable(name).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME")
        .or_else(|| absolute("LOCALAPPDATA").filter(|_| cfg!(windows)))
        .or_else(|| absolute("HOME").map(|home| home.join(".local").join("state")));
    let state = state.context(
        "no folder is known for the record of deliveries; name one that stays with --state",
    )?;
    Ok(state.join("policygen").join(ledger))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(given: Option<&str>, variables: &[(&str, &str)]) -> Option<String> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| PathBuf::from(value))
        };
        let folder = folder(given.map(Path::new), "l", &variable).ok()?;
        Some(folder.display().to_string())
    }

    #[cfg(unix)]
    #[test]
    fn what_is_given_counts_then_the_users_folder() {
        let home = ("HOME", "/h");
        assert_eq!(found(Some("/s"), &[home]).as_deref(), Some("/s"));
        let state = ("XDG_STATE_HOME", "/x");
        assert_eq!(
            found(None, &[home, state]).as_deref(),
            Some("/x/policygen/l")
        );
        let usual = Some("/h/.local/state/policygen/l");
        assert_eq!(found(None, &[home]).as_deref(), usual);
        assert_eq!(
            found(None, &[home, ("XDG_STATE_HOME", "x")]).as_deref(),
            usual
        );
        assert_eq!(found(None, &[]), None);
    }
}
