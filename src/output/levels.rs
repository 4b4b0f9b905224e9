//! Work on many folders at once.

use std::path::{Path, PathBuf};
use std::thread;

use anyhow::Result;

/// Fewer folders than this are not worth a thread.
const LEAST_SHARE: usize = 64;

/// Does `work` on every folder and gives what comes of each, in order; with more than one thread where there are many folders.
pub(super) fn in_parallel<T: Send>(
    folders: &[PathBuf],
    work: impl Fn(&Path) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = folders.len().div_ceil(threads).max(LEAST_SHARE);
    let one_share = |folders: &[PathBuf]| -> Result<Vec<T>> {
        folders.iter().map(|folder| work(folder)).collect()
    };
    if folders.len() <= share {
        return one_share(folders);
    }
    thread::scope(|scope| {
        let shares = folders.chunks(share);
        let running: Vec<_> = shares
            .map(|share| scope.spawn(|| one_share(share)))
            .collect();
        let mut all = Vec::with_capacity(folders.len());
        for share in running {
            let done = share.join();
            all.extend(done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(all)
    })
}
