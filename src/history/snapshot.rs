//! A file of the working tree as it was at one moment: whoever edits it while a page is rendered changes nothing there.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

/// The bytes of a file at one moment. Two are equal when file and bytes are.
#[derive(Debug)]
pub struct Snapshot {
    pub file: PathBuf,
    pub bytes: Vec<u8>,
    sha256: [u8; 32],
}

impl Snapshot {
    /// What was read from a file.
    pub fn new(file: PathBuf, bytes: Vec<u8>) -> Snapshot {
        Snapshot {
            file,
            sha256: Sha256::digest(&bytes).into(),
            bytes,
        }
    }

    /// The hash of the bytes.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// The hash says all of the bytes.
    fn key(&self) -> (&PathBuf, &[u8; 32]) {
        (&self.file, &self.sha256)
    }
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Snapshot) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Snapshot {}

impl PartialOrd for Snapshot {
    fn partial_cmp(&self, other: &Snapshot) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Snapshot {
    fn cmp(&self, other: &Snapshot) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for Snapshot {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
