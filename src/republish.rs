//! `policygen watch`: builds the site, and again at every change that matters to it.
//!
//! What could not be published, since something was wrong or another build was at work, is published once it can be.

use std::time::Instant;

use anyhow::Result;

use crate::build::{self, Summary};
use crate::follow::{Said, Say, Taken, begin, follow};
use crate::problems::{Problem, Problems, Severity};
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
    let mut publisher = Publisher {
        options,
        say,
        is_due: false,
        of_build: Vec::new(),
        error: None,
    };
    let begun = begin(&mut rebuilder, options.poll, |rebuilder, all| {
        publisher.take_in(rebuilder, all, first)
    })?;
    let quiet = Progress::new(false);
    follow(begun, rebuilder, say, |rebuilder, changed| {
        publisher.take_in(rebuilder, changed, &quiet)
    })
}

/// Publishes what comes of changes.
struct Publisher<'a> {
    options: &'a Options,
    say: &'a Say,
    /// Whether the site is another one than what was published last.
    is_due: bool,
    /// What the last build told.
    of_build: Vec<Problem>,
    /// What kept the site from being built or published the last time.
    error: Option<String>,
}

impl Publisher<'_> {
    /// Takes in what changed and publishes what came of it; says it in a line.
    fn take_in(
        &mut self,
        rebuilder: &mut Rebuilder,
        changed: Changed,
        progress: &Progress,
    ) -> Taken {
        let began = Instant::now();
        let what = rebuilder.told(&changed);
        let what = what.map_or(String::new(), |what| format!("{what}: "));
        let rebuilt = match rebuilder.rebuild(changed, progress) {
            Ok(rebuilt) => rebuilt,
            Err(error) => {
                self.fail(&what, &error);
                return Taken::In;
            }
        };
        match self.publish(rebuilder, rebuilt, progress) {
            Ok(Some(summary)) => {
                let Summary { pages, output, .. } = summary;
                let (output, time) = (output.display(), began.elapsed().as_secs_f64());
                (self.say)(Said::Line(format!(
                    "{what}published {pages} pages in {time:.2} s: {output}"
                )));
            }
            Ok(None) => {}
            Err(error) => {
                self.fail(&what, &error);
                return Taken::NotYet;
            }
        }
        self.error = None;
        Taken::In
    }

    /// `None` where the site stays as it is.
    fn publish(
        &mut self,
        rebuilder: &Rebuilder,
        rebuilt: Rebuilt,
        progress: &Progress,
    ) -> Result<Option<Summary>> {
        let mut told = rebuilt.problems;
        self.is_due |= rebuilt.site.is_some();
        let is_wrong = told
            .iter()
            .any(|problem| problem.severity == Severity::Error);
        let site = rebuilder.site().filter(|_| self.is_due && !is_wrong);
        let mut built = None;
        if let Some(site) = site {
            let problems = Problems::default();
            built = build::build(site, self.options.strict, &problems, progress)?;
            self.is_due = built.is_none();
            self.of_build = problems.sorted();
        }
        told.extend(self.of_build.iter().cloned());
        (self.say)(Said::Problems(&told));
        Ok(built)
    }

    /// Says an error, unless it was said the last time.
    fn fail(&mut self, what: &str, error: &anyhow::Error) {
        let error = format!("{error:#}");
        if self.error.as_ref() != Some(&error) {
            (self.say)(Said::Error(format!("{what}{error}")));
        }
        self.error = Some(error);
    }
}
