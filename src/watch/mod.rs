//! What changes on the disk, told in terms of a site. The one place that knows notify.
//!
//! 1. [`places`] says which folders matter, and what a change in one of them means.
//! 2. [`Watch`] has each of them watched by itself: so neither git's objects nor ignored folders cost anything, and a folder that
//!    comes back is watched again.
//! 3. [`Watch::next`] waits until it is quiet for a moment, and gives all that changed together.
//!
//! Where the system cannot watch so many folders, they are looked at twice a second.

mod places;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{
    Config, ErrorKind, Event, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher,
};

pub use places::{Changed, Places};

/// So long nothing must happen before a change is told: editors write, rename and remove.
const QUIET: Duration = Duration::from_millis(10);

/// A change is told after so long though it goes on.
const LONGEST: Duration = Duration::from_millis(40);

/// So often folders are looked at that cannot be watched.
const LOOK: Duration = Duration::from_millis(500);

/// Watches the places of a site.
pub struct Watch {
    watcher: Box<dyn Watcher + Send>,
    told: Receiver<notify::Result<Event>>,
    places: Places,
    /// The folders that are watched.
    folders: BTreeSet<PathBuf>,
    polls: bool,
    /// Whether something may have changed in folders before they were watched.
    missed: bool,
    /// Whether that is what somebody wanted.
    is_asked_to_poll: bool,
}

impl Watch {
    /// Begins to watch. With `poll`, folders are looked at instead.
    ///
    /// # Errors
    ///
    /// The system can do neither.
    pub fn new(places: Places, poll: bool) -> Result<Watch> {
        let (sender, told) = channel();
        let (watcher, polls) = match poll {
            true => (polling(sender)?, true),
            false => match watching(sender.clone()) {
                Ok(watcher) => (watcher, false),
                Err(_) => (polling(sender)?, true),
            },
        };
        let mut watch = Watch {
            watcher,
            told,
            places,
            folders: BTreeSet::new(),
            polls,
            missed: false,
            is_asked_to_poll: poll,
        };
        watch.fit()?;
        Ok(watch)
    }

    /// Whether folders are looked at, since they cannot be watched or nobody wants it.
    pub fn polls(&self) -> bool {
        self.polls
    }

    /// Whether somebody wants folders to be looked at.
    pub fn is_asked_to_poll(&self) -> bool {
        self.is_asked_to_poll
    }

    /// Watches other places from now on.
    ///
    /// # Errors
    ///
    /// As [`Watch::new`].
    pub fn look_at(&mut self, places: Places) -> Result<()> {
        self.places = places;
        let known = self.folders.clone();
        self.fit()?;
        self.missed |= !self.folders.is_subset(&known);
        Ok(())
    }

    /// Waits for a change; nothing changed where it takes longer than `patience`.
    ///
    /// # Errors
    ///
    /// The system can no longer tell.
    pub fn next(&mut self, patience: Duration) -> Result<Changed> {
        if std::mem::take(&mut self.missed) {
            let mut changed = self.batch(Duration::ZERO)?;
            changed.content = true;
            return Ok(changed);
        }
        let until = Instant::now() + patience;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let changed = self.batch(left)?;
            if !changed.is_empty() || Instant::now() >= until {
                return Ok(changed);
            }
        }
    }

    /// What is told until it is quiet; empty where none of it matters.
    fn batch(&mut self, patience: Duration) -> Result<Changed> {
        let mut changed = Changed::default();
        let mut is_other_shape = false;
        let mut wait = patience;
        let mut began = None;
        loop {
            match self.told.recv_timeout(wait) {
                Ok(told) => is_other_shape |= self.note(told, &mut changed),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => {
                    anyhow::bail!("changes of files are not told any more; start again")
                }
            }
            if began.get_or_insert_with(Instant::now).elapsed() > LONGEST {
                break;
            }
            wait = QUIET;
        }
        if is_other_shape {
            self.fit()?;
        }
        Ok(changed)
    }

    /// Notes what happened; whether folders may have come or gone.
    fn note(&mut self, told: notify::Result<Event>, changed: &mut Changed) -> bool {
        let event = match told {
            Ok(event) if !event.need_rescan() => event,
            // Something was missed, whatever it was.
            _ => {
                self.forget(|_| true);
                changed.note_all();
                return true;
            }
        };
        let mut is_other_shape = false;
        let is_written = matches!(
            event.kind,
            EventKind::Access(_)
                | EventKind::Modify(
                    ModifyKind::Data(_) | ModifyKind::Metadata(_) | ModifyKind::Any
                )
        );
        for path in &event.paths {
            // A folder that may be read from now on, or another list of what is ignored.
            is_other_shape |= is_written && (path.is_dir() || places::is_ignore_list(path));
            if !is_written {
                self.forget(|folder| folder.starts_with(path));
            }
            self.places.note(path, changed);
        }
        is_other_shape || !is_written
    }

    /// Takes folders for unwatched: what had their path may be something else now.
    fn forget(&mut self, which: impl Fn(&Path) -> bool) {
        let gone: Vec<PathBuf> = self.folders.iter().filter(|f| which(f)).cloned().collect();
        for folder in gone {
            // One that is gone is not watched any more.
            let _ = self.watcher.unwatch(&folder);
            self.folders.remove(&folder);
        }
    }

    /// Watches the folders that are there now, and no others.
    fn fit(&mut self) -> Result<()> {
        let wanted = self.places.folders();
        self.forget(|folder| !wanted.contains(folder));
        for folder in wanted {
            if self.folders.contains(&folder) {
                continue;
            }
            match self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.folders.insert(folder);
                }
                Err(e) if !self.polls && is_limit(&e) => return self.fall_back(),
                // It went away meanwhile, or nobody may read it, which is told by whoever wants to. The folder above tells when
                // it comes back.
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// Looks at the folders from now on.
    fn fall_back(&mut self) -> Result<()> {
        let (sender, told) = channel();
        self.watcher = polling(sender)?;
        self.told = told;
        self.polls = true;
        self.folders.clear();
        self.fit()
    }
}

/// Whether the system watches as much as it can already.
fn is_limit(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::MaxFilesWatch => true,
        ErrorKind::Io(e) => e.kind() == std::io::ErrorKind::StorageFull,
        _ => false,
    }
}

/// Passes on what happened. Reading changes nothing, and the site's own reading would never end. That a file which was open for
/// writing is closed may be all that is told: what is written through memory is not.
fn passing(sender: Sender<notify::Result<Event>>) -> impl Fn(notify::Result<Event>) + Send {
    const WRITTEN: EventKind = EventKind::Access(AccessKind::Close(AccessMode::Write));
    move |told| {
        let is_read = matches!(&told, Ok(event) if event.kind.is_access() && event.kind != WRITTEN);
        if !is_read {
            // Nobody is left to be told at the end.
            let _ = sender.send(told);
        }
    }
}

fn watching(sender: Sender<notify::Result<Event>>) -> Result<Box<dyn Watcher + Send>> {
    let config = Config::default().with_follow_symlinks(false);
    Ok(Box::new(RecommendedWatcher::new(passing(sender), config)?))
}

/// Times of files are too coarse to tell two saves apart, so that contents are compared.
fn polling(sender: Sender<notify::Result<Event>>) -> Result<Box<dyn Watcher + Send>> {
    let config = Config::default()
        .with_follow_symlinks(false)
        .with_poll_interval(LOOK)
        .with_compare_contents(true);
    let watcher = PollWatcher::new(passing(sender), config);
    Ok(Box::new(
        watcher.context("changes of files cannot be told")?,
    ))
}

#[cfg(test)]
mod tests;
