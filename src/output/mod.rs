//! Publishes a set of files into a target folder, whole or not at all.
//!
//! 1. [`Target::open`] checks the target (`target`), takes its lock (`lock`), mends what an interrupted build left
//!    (`exchange`) and reads the manifest of the site that is there (`manifest`);
//! 2. [`Target::stage`] opens a staging folder beside the target, into which many threads [`Stage::write`] (`stage`).
//!    A file that is the same as in the old site becomes a second link to it, so it keeps its mtime;
//!    A file that need not be rendered is taken over as it is ([`Stage::take_over`]): its [`Mark`] tells that nobody changed it.
//! 3. [`Stage::publish`] carries over the files that are not policygen's own (`carry`), exchanges staging folder and target
//!    in one step, and removes the old site (`remove`).
//!
//! ```text
//! parent/site                        the target: at every moment wholly the old or wholly the new site
//! parent/.site.policygen-new         the staging folder; after the exchange the old site, until it is removed
//! parent/.site.policygen-old         the old site between two renames, where the system has no exchange
//! parent/.site.policygen.lock        held by the build that publishes
//! ```
//!
//! Whatever lies in the target is untrusted, its manifest too: no symbolic link is followed, nothing is written through an
//! existing file, and nothing outside the target and the names above is changed. Old and new share files by hard links,
//! therefore a file is only ever created, never opened for writing again. Nothing is synced to the disk: the promise holds
//! for a killed process, not for a power cut.

mod carry;
mod exchange;
mod levels;
mod lock;
mod manifest;
mod mark;
mod names;
mod remove;
mod stage;
mod target;

#[cfg(all(test, unix))]
mod kill_tests;
#[cfg(test)]
mod tests;

pub use manifest::{MANIFEST_NAME, Manifest};
pub use mark::Mark;
pub use stage::{Published, Stage};
pub use target::Target;
pub(crate) use target::canonical;
