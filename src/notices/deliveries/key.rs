//! The secret key under which addresses are kept, and what else of the machine the records need.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const FILE: &str = "key";

/// A secret key.
pub(super) struct Key([u8; 32]);

impl Key {
    /// The key of a folder; a new random one where there is none, unless there are records already.
    pub fn load(folder: &Path, has_records: bool) -> Result<Key> {
        let path = folder.join(FILE);
        match fs::read(&path) {
            Ok(bytes) => {
                let bytes = bytes.try_into().map_err(|_| {
                    anyhow!(
                        "`{}`: is no key of 32 bytes; bring it back from a backup",
                        path.display()
                    )
                })?;
                Ok(Key(bytes))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && has_records => Err(anyhow!(
                "`{}`: is missing, and without it nobody who was told is recognised; bring it back from a backup",
                path.display()
            )),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Key::make(folder),
            Err(e) => Err(e).with_context(|| format!("`{}`: cannot be read", path.display())),
        }
    }

    /// Whole or not at all: a key that was cut off would make everybody a stranger.
    fn make(folder: &Path) -> Result<Key> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).context("no random bytes for a key are to be had")?;
        let new = folder.join("key.new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&new, folder.join(FILE))?;
        fs::File::open(folder)?.sync_all()?;
        Ok(Key(bytes))
    }

    /// What stands in the records for an address.
    pub fn of(&self, address: &str) -> [u8; 32] {
        self.mac(&[b"address", address.as_bytes()])
    }

    /// What tells it from other keys, without telling the key.
    pub fn mark(&self) -> [u8; 32] {
        self.mac(&[b"key"])
    }

    /// What a record adds to the hash of its notice.
    pub fn leaf(&self, notice: &str, who: &[u8], stage: i64, answer: &str) -> [u8; 32] {
        let stage = stage.to_be_bytes();
        self.mac(&[b"leaf", notice.as_bytes(), who, &stage, answer.as_bytes()])
    }

    fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        // Cannot fail: HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return [0; 32];
        };
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// Makes a folder that only its owner can look into.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(folder)?)
}

/// What tells this run of the machine from those before it; empty where it is not known.
pub(super) fn boot() -> String {
    let known = fs::read_to_string("/proc/sys/kernel/random/boot_id");
    known.map(|id| id.trim().to_owned()).unwrap_or_default()
}
