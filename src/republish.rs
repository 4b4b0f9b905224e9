//! `policygen watch`: builds the site, and again at every change that matters to it.

use std::time::Instant;

use anyhow::Result;

use crate::build::{self, Summary};
use crate::follow::{Said, Say, begin, follow};
use crate::problems::{Problems, Severity};
use crate::progress::Progress;
use crate::rebuild::{Rebuilder, Rebuilt};
use crate::watch::Changed;

/// How to watch.
pub struct Options {
    /// Whether an address that the last build had and this one lacks is an error.
    pub strict: bool,
    /// Whether folders are looked at, instead of having the system tell of changes.
    pub poll: bool,
}

/// Builds until the process is ended.
///
/// # Errors
///
/// Changes cannot be told. A site that cannot be built is no such error: it is told, and the one that is there stays.
pub fn watch(
    options: &Options,
    mut rebuilder: Rebuilder,
    say: &Say,
    first: &Progress,
) -> Result<()> {
    let watch = begin(&mut rebuilder, options.poll, |rebuilder, all| {
        publish(rebuilder, all, options, say, first);
    })?;
    let quiet = Progress::new(false);
    follow(watch, rebuilder, say, |rebuilder, changed| {
        publish(rebuilder, changed, options, say, &quiet);
    })
}

/// Takes in what changed and publishes what came of it; says it in a line.
fn publish(
    rebuilder: &mut Rebuilder,
    changed: Changed,
    options: &Options,
    say: &Say,
    progress: &Progress,
) {
    let began = Instant::now();
    let what = rebuilder.told(&changed);
    let what = what.map_or(String::new(), |what| format!("{what}: "));
    let published = rebuilder
        .rebuild(changed, progress)
        .and_then(|rebuilt| published(rebuilt, options, say, progress));
    match published {
        Ok(Some(summary)) => {
            let Summary { pages, output, .. } = summary;
            let (output, time) = (output.display(), began.elapsed().as_secs_f64());
            say(Said::Line(format!(
                "{what}published {pages} pages in {time:.2} s: {output}"
            )));
        }
        Ok(None) => {}
        Err(error) => say(Said::Error(format!("{what}{error:#}"))),
    }
}

/// `None` where the site stays as it is.
fn published(
    rebuilt: Rebuilt,
    options: &Options,
    say: &Say,
    progress: &Progress,
) -> Result<Option<Summary>> {
    let errors = rebuilt.problems.iter();
    let errors = errors
        .filter(|problem| problem.severity == Severity::Error)
        .count();
    let Some(site) = rebuilt.site.filter(|_| errors == 0) else {
        if errors > 0 {
            say(Said::Problems(&rebuilt.problems));
        }
        return Ok(None);
    };
    let problems = Problems::default();
    let built = build::build(&site, options.strict, &problems, progress)?;
    let mut told = rebuilt.problems;
    told.extend(problems.sorted());
    say(Said::Problems(&told));
    Ok(built)
}
