//! How lines hang together: each ends with its own hash and has that of the line before.
//!
//! ```text
//! {"line":2,"at":"…","state":"started",…,"before":"<hash of line 1>","hash":"<hash of this line up to here>"}
//! ```

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use super::entry::Line;
use crate::hash::hex;

/// What stands in `before` of the first line.
pub const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

const HASH: &str = ",\"hash\":\"";

/// A line without the line break, and its hash.
///
/// # Errors
///
/// None is known: our entries are all JSON.
pub fn written(line: &Line) -> Result<(String, String)> {
    let mut text = serde_json::to_string(line).context("a line of the ledger")?;
    text.pop();
    let hash = hash(&text);
    Ok((format!("{text}{HASH}{hash}\"}}"), hash))
}

/// Reads a line that stands behind one with the hash `before`, and gives its own.
///
/// # Errors
///
/// It is not as it was written, a line before it is missing, or another program wrote it.
pub fn read(text: &str, number: usize, before: &str) -> Result<(Line, String)> {
    let (said, hash) = parts(text).context("this is no line of a ledger")?;
    if self::hash(said) != hash {
        bail!("this line was altered after it was written");
    }
    let line: Line = serde_json::from_str(&format!("{said}}}")).context(
        "this line cannot be understood; it may be of a newer policygen, so use that one",
    )?;
    if line.before != before || line.line != number {
        bail!("a line before this one was removed, added or moved");
    }
    Ok((line, hash.to_owned()))
}

/// Whether a line is whole, though perhaps not as it was written: one that was cut off while it was written has no hash at its end.
pub fn is_whole(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| parts(text).is_some())
}

fn parts(text: &str) -> Option<(&str, &str)> {
    let (said, hash) = text.strip_suffix("\"}")?.rsplit_once(HASH)?;
    (hash.len() == FIRST.len()).then_some((said, hash))
}

fn hash(said: &str) -> String {
    hex(&Sha256::digest(said))
}
