//! Waits for changes and hands them on, for the commands that go on until they are ended.

use std::time::Duration;

use anyhow::Result;

use crate::problems::Problem;
use crate::rebuild::Rebuilder;
use crate::watch::{Changed, Watch};

/// What there is to say meanwhile.
pub enum Said<'a> {
    Line(String),
    /// All that is wrong now.
    Problems(&'a [Problem]),
    Error(String),
}

/// Says it to whoever started the command.
pub type Say = Box<dyn Fn(Said<'_>) + Send + Sync>;

/// After so long without a change, somebody looks whether it is another day, and keeps what was found out for the next run.
const PATIENCE: Duration = Duration::from_secs(2);

/// So soon something is tried again that failed for a reason which may pass by itself.
const AGAIN: Duration = Duration::from_secs(1);

/// Whether a change was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    In,
    /// It is to be tried again soon, though nothing changes.
    NotYet,
}

const POLLS: &str = "the system watches no more folders, so they are looked at twice a second; more are watched with higher fs.inotify.max_user_watches and max_user_instances";

/// Begins to watch, and has `take_in` take in all that is there: so nothing that changes meanwhile is missed. With `poll`, folders
/// are looked at, instead of having the system tell of changes.
///
/// # Errors
///
/// Changes cannot be told.
pub fn begin(
    rebuilder: &mut Rebuilder,
    poll: bool,
    take_in: impl FnOnce(&mut Rebuilder, Changed) -> Taken,
) -> Result<(Watch, Taken)> {
    let mut watch = Watch::new(rebuilder.places(), poll)?;
    let taken = take_in(rebuilder, Changed::default());
    watch.look_at(rebuilder.places())?;
    Ok((watch, taken))
}

/// Has `take_in` take in each change after what [`begin`] began, for ever.
///
/// # Errors
///
/// Changes cannot be told any more.
pub fn follow(
    (mut watch, mut taken): (Watch, Taken),
    mut rebuilder: Rebuilder,
    say: &Say,
    mut take_in: impl FnMut(&mut Rebuilder, Changed) -> Taken,
) -> Result<()> {
    let mut is_told = watch.is_asked_to_poll();
    loop {
        if watch.polls() && !is_told {
            is_told = true;
            say(Said::Line(POLLS.to_string()));
        }
        let patience = match taken {
            Taken::In => PATIENCE,
            Taken::NotYet => AGAIN,
        };
        let mut changed = watch.next(patience)?;
        if changed.is_empty() {
            keep(&rebuilder, say);
        }
        if changed.is_empty() && rebuilder.is_another_day() {
            changed.annotations = true;
        }
        if !changed.is_empty() || taken == Taken::NotYet {
            let moves = changed.configuration || changed.history;
            taken = take_in(&mut rebuilder, changed);
            if moves {
                watch.look_at(rebuilder.places())?;
            }
        }
    }
}

fn keep(rebuilder: &Rebuilder, say: &Say) {
    for problem in rebuilder.keep() {
        say(Said::Line(problem.message));
    }
}
