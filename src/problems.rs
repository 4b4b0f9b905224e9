//! What a run finds wrong: collected from all threads, reported once, all of it and not only the first.
//!
//! The newest text must be right, so its faults are errors; the past cannot be mended, so its faults are warnings.

use std::fmt;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

/// How much a problem weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// The site is published all the same.
    Warning,
    /// Nothing is published.
    Error,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub severity: Severity,
    /// What many of them are called together: "broken links".
    pub kind: &'static str,
    /// Path in the repository (or of a file), with the line behind a colon where one is known; empty where there is none.
    pub place: String,
    pub message: String,
}

impl Problem {
    /// What problems are sorted by: the lines of a file as numbers.
    fn key(&self) -> (Severity, &str, &str, usize, &str) {
        let (path, line) = match self.place.rsplit_once(':') {
            Some((path, line)) => (path, line.parse().unwrap_or(0)),
            None => (self.place.as_str(), 0),
        };
        (self.severity, self.kind, path, line, &self.message)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            write!(f, "{}", self.message)
        } else {
            write!(f, "`{}`: {}", self.place, self.message)
        }
    }
}

/// The problems of a run. Threads add to it in any order; [`Problems::sorted`] has one order.
#[derive(Debug, Default)]
pub struct Problems(Mutex<Vec<Problem>>);

impl Problems {
    /// Adds an error; `place` is `path` or `path:line`.
    pub fn error(&self, kind: &'static str, place: impl Into<String>, message: impl Into<String>) {
        self.add(Severity::Error, kind, place, message);
    }

    /// Adds a warning; `place` is `path` or `path:line`.
    pub fn warning(
        &self,
        kind: &'static str,
        place: impl Into<String>,
        message: impl Into<String>,
    ) {
        self.add(Severity::Warning, kind, place, message);
    }

    /// Adds a problem of this severity.
    pub fn add(
        &self,
        severity: Severity,
        kind: &'static str,
        place: impl Into<String>,
        message: impl Into<String>,
    ) {
        self.lock().push(Problem {
            severity,
            kind,
            place: place.into(),
            message: message.into(),
        });
    }

    /// Adds a problem that was told elsewhere.
    pub fn tell(&self, problem: Problem) {
        self.lock().push(problem);
    }

    /// How many errors there are.
    pub fn errors(&self) -> usize {
        let errors = |p: &&Problem| p.severity == Severity::Error;
        self.lock().iter().filter(errors).count()
    }

    /// All problems, each once: warnings before errors, then by kind, path, line and message.
    pub fn sorted(&self) -> Vec<Problem> {
        let mut all = self.lock().clone();
        all.sort_by(|a, b| a.key().cmp(&b.key()));
        all.dedup();
        all
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Problem>> {
        // A thread that panicked while pushing leaves a whole list behind.
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// At most so many warnings of one kind are printed one by one.
const FEW: usize = 3;

/// The kind of warning that is only ever counted: a site that moved here has many of them, and one remedy mends them all.
pub const ROOT_RELATIVE: &str = "root-relative links";

/// The lines to print: errors all, warnings of one kind as one line with a count where there are many and not `verbose`.
pub fn report(problems: &[Problem], verbose: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for group in problems.chunk_by(|a, b| (a.severity, a.kind) == (b.severity, b.kind)) {
        let (first, word) = match group[0].severity {
            Severity::Warning => (&group[0], "warning"),
            Severity::Error => (&group[0], "error"),
        };
        let few = if first.kind == ROOT_RELATIVE { 1 } else { FEW };
        if verbose || group.len() <= few || first.severity == Severity::Error {
            lines.extend(group.iter().map(|problem| format!("{word}: {problem}")));
        } else {
            let (count, kind) = (group.len(), first.kind);
            lines.push(format!(
                "{word}: {count} {kind} (-v shows all); the first: {first}"
            ));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_warnings_of_a_kind_become_one_line_and_errors_never_do() {
        let problems = Problems::default();
        for n in 0..100 {
            problems.warning("broken links", format!("a.md:{n}"), "`x.md` leads nowhere");
            problems.error("faults", format!("b.md:{n}"), "wrong");
        }
        let lines = report(&problems.sorted(), false);
        assert_eq!(lines.len(), 101);
        assert_eq!(
            lines[0],
            "warning: 100 broken links (-v shows all); the first: `a.md:0`: `x.md` leads nowhere"
        );
        assert_eq!(report(&problems.sorted(), true).len(), 200);
    }

    #[test]
    fn the_same_problem_is_told_once() {
        let problems = Problems::default();
        problems.error("faults", "a.md", "wrong");
        problems.error("faults", "a.md", "wrong");
        assert_eq!(report(&problems.sorted(), false), ["error: `a.md`: wrong"]);
        assert_eq!(problems.errors(), 2);
    }
}
