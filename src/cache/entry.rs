//! One file of the cache: what it is, its length and its hash, then its bytes.
//!
//! ```text
//! policygen cache↵   title and ↵   length (8 bytes)   SHA-256 of all that (32)   the value
//! ```
//!
//! Whatever is not just like that is no entry. The hash finds what a disk or a killed process damaged; whoever may write to
//! the folder could as well exchange the program.

use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

const MAGIC: &[u8] = b"policygen cache\n";

/// A longer file is none of ours.
const LONGEST: u64 = 512 * 1024 * 1024;

/// The bytes of an entry.
pub(super) fn bytes(value: &impl Serialize, title: &[u8]) -> Result<Vec<u8>> {
    let value = postcard::to_allocvec(value).context("the cache cannot hold a value")?;
    let head = head(title, &value);
    Ok([head.as_slice(), &hash(&head, &value), &value].concat())
}

/// The value of an entry; `None` where there is none of this title, or it is damaged.
pub(super) fn read<T: DeserializeOwned>(path: &Path, title: &[u8]) -> Option<T> {
    let file = fs::File::open(path).ok()?;
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes).ok()?;
    value(&bytes, title)
}

fn value<T: DeserializeOwned>(bytes: &[u8], title: &[u8]) -> Option<T> {
    let beginning = MAGIC.len() + title.len() + 1 + 8;
    let (written, rest) = bytes.split_at_checked(beginning)?;
    let (sum, value) = rest.split_at_checked(32)?;
    if written != head(title, value) || sum != hash(written, value) {
        return None;
    }
    let (value, rest) = postcard::take_from_bytes(value).ok()?;
    rest.is_empty().then_some(value)
}

fn head(title: &[u8], value: &[u8]) -> Vec<u8> {
    let length = (value.len() as u64).to_le_bytes();
    [MAGIC, title, b"\n", &length].concat()
}

fn hash(head: &[u8], value: &[u8]) -> [u8; 32] {
    let hash = Sha256::new().chain_update(head).chain_update(value);
    hash.finalize().into()
}
