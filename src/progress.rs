//! The progress bar: on a terminal, for work over a second.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that takes less is not worth a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows how far the work is, or nothing.
pub struct Progress {
    shown: bool,
    began: Instant,
}

/// One stage of the work; its bar goes when it is dropped.
pub struct Stage {
    bar: ProgressBar,
    shown: AtomicBool,
    began: Instant,
}

impl Progress {
    /// Shows bars on standard error, if that is a terminal and `shown`.
    pub fn new(shown: bool) -> Progress {
        Progress {
            shown,
            began: Instant::now(),
        }
    }

    /// Begins a stage of so many steps; 0 where nobody knows.
    pub fn stage(&self, name: &'static str, steps: usize) -> Stage {
        let bar = match steps {
            0 => ProgressBar::new_spinner(),
            steps => ProgressBar::new(steps as u64),
        };
        bar.set_draw_target(ProgressDrawTarget::hidden());
        bar.set_message(name);
        let form = if steps == 0 {
            "{spinner} {msg} {pos}"
        } else {
            "{msg} {wide_bar} {pos}/{len}"
        };
        // The forms above are right; another would only be a plainer bar.
        bar.set_style(
            ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        Stage {
            bar,
            shown: AtomicBool::new(!self.shown),
            began: self.began,
        }
    }
}

impl Stage {
    /// One step is done.
    pub fn step(&self) {
        self.bar.inc(1);
        if !self.shown.load(Ordering::Relaxed) && self.began.elapsed() > PATIENCE {
            self.shown.store(true, Ordering::Relaxed);
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
