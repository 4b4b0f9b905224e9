//! Which of the files that are gone from a working tree live on as which of the new ones: told as for a commit.

use anyhow::{Context, Result};
use git2::{ObjectType, Oid};

use super::rename::{self, Entry};
use super::{Reader, Source};

/// The mode of a file that no program runs.
const FILE: u32 = 0o100_644;

/// Pairs files that are gone with new ones, each told by its path and what it says: an index into the gone, one into the new. A
/// new file that cannot be read is none of them.
///
/// # Errors
///
/// One that is gone cannot be read any more.
pub fn moved(
    reader: &Reader,
    gone: &[(&str, &Source)],
    new: &[(&str, &Source)],
) -> Result<Vec<(usize, usize)>> {
    if gone.is_empty() || new.is_empty() {
        return Ok(Vec::new());
    }
    let gone: Vec<File<'_>> = gone
        .iter()
        .map(|&(path, source)| read(reader, path, source))
        .collect::<Result<_>>()?;
    let found = |(at, &(path, source)): (usize, &(_, &Source))| {
        // Whoever reads it next tells why it cannot be read.
        Some((at, read(reader, path, source).ok()?))
    };
    let (places, new): (Vec<usize>, Vec<File<'_>>) =
        new.iter().enumerate().filter_map(found).unzip();
    let mut bytes = |entry: &Entry<'_>| {
        let mut all = gone.iter().chain(&new);
        let file = all.find(|file| file.id == entry.id);
        file.map(|file| file.bytes.clone())
            .context("a file was lost")
    };
    let pairs = rename::pair(&entries(&gone), &entries(&new), &mut bytes)?.pairs;
    Ok(pairs
        .into_iter()
        .map(|(from, to)| (from, places[to]))
        .collect())
}

struct File<'a> {
    path: &'a str,
    id: [u8; 20],
    bytes: Vec<u8>,
}

fn read<'a>(reader: &Reader, path: &'a str, source: &Source) -> Result<File<'a>> {
    let bytes = reader
        .read(source)
        .with_context(|| format!("`{path}`: cannot be read"))?;
    let mut id = [0; 20];
    id.copy_from_slice(Oid::hash_object(ObjectType::Blob, &bytes)?.as_bytes());
    Ok(File { path, id, bytes })
}

fn entries<'a>(files: &[File<'a>]) -> Vec<Entry<'a>> {
    let entry = |file: &File<'a>| Entry {
        path: file.path.as_bytes(),
        mode: FILE,
        id: file.id,
    };
    files.iter().map(entry).collect()
}
