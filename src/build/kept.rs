//! What was published into a folder the last time, from the cache: which unit of the site gave which files, and what it told of.
//!
//! A unit is taken over from the site that is there where all of this holds:
//! 1. its key is one that was published there;
//! 2. the links of its texts still lead to the same policies;
//! 3. its files are still as they were published ([`Mark`]).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::units::{All, Routes};
use crate::cache::{Cache, Name};
use crate::hash::Hash;
use crate::links::{Asked, Question};
use crate::output::{Mark, Target};
use crate::problems::{Problem, Problems, Severity};
use crate::render::TOLD;
use crate::site::Site;

/// A unit as it was published.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    key: Hash,
    /// What its links asked of other policies, and the answers.
    questions: Vec<Question>,
    answers: Hash,
    told: Vec<Told>,
    /// In the order of the routes.
    pub files: Vec<(String, Mark)>,
}

/// A [`Problem`]; its kind by its place in [`TOLD`].
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Told {
    severity: Severity,
    kind: usize,
    place: String,
    message: String,
}

/// The units that were published into a folder, by key.
pub(super) struct Previous(HashMap<Hash, Kept>);

impl Previous {
    pub(super) fn read(cache: &Cache, target: &Target) -> Previous {
        let kept: Option<Vec<Kept>> = cache.read(&name(target));
        let kept = kept.unwrap_or_default().into_iter();
        Previous(kept.map(|kept| (kept.key, kept)).collect())
    }

    /// The unit with this key and these routes, if it can be taken over.
    pub(super) fn unit(
        &self,
        key: Hash,
        routes: &Routes<'_>,
        site: &Site,
        target: &Target,
    ) -> Option<&Kept> {
        let kept = self.0.get(&key)?;
        let names = routes.iter().map(|(route, _)| *route);
        let is_whole = names.eq(kept.files.iter().map(|(route, _)| route));
        let is_led_alike = answers(site, &kept.questions) == kept.answers;
        let is_there = || {
            kept.files
                .iter()
                .all(|(route, mark)| target.has(route, mark))
        };
        (is_whole && is_led_alike && kept.problems().is_some() && is_there()).then_some(kept)
    }
}

/// Keeps what was published.
pub(super) fn keep(cache: &Cache, name: &Name, kept: &[Kept], problems: &Problems) {
    cache.write(name, &kept, problems);
}

/// The entry of the cache for a target.
pub(super) fn name(target: &Target) -> Name {
    Name::new("output", &[target.place().as_os_str().as_encoded_bytes()])
}

impl Kept {
    /// What is told of the unit; `None` where this build knows nothing of the kind.
    pub(super) fn problems(&self) -> Option<Vec<Problem>> {
        let problem = |told: &Told| {
            Some(Problem {
                severity: told.severity,
                kind: TOLD.get(told.kind)?,
                place: told.place.clone(),
                message: told.message.clone(),
            })
        };
        self.told.iter().map(problem).collect()
    }
}

/// What is found out of a unit while its pages are rendered.
#[derive(Default)]
pub(super) struct Notes {
    pub problems: Problems,
    pub asked: Asked,
    files: Mutex<Vec<(String, Mark)>>,
}

impl Notes {
    /// Notes a file that was written.
    pub(super) fn written(&self, route: &str, mark: Mark) {
        // A thread that panicked while pushing leaves a whole list behind.
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.push((route.to_string(), mark));
    }

    /// The unit as it is published now; `None` where it told of what nobody knows how to keep.
    pub(super) fn kept(self, key: Hash, site: &Site) -> Option<Kept> {
        let told = self.problems.sorted();
        let told = told.into_iter().map(|problem| {
            Some(Told {
                severity: problem.severity,
                kind: TOLD.iter().position(|kind| *kind == problem.kind)?,
                place: problem.place,
                message: problem.message,
            })
        });
        let questions = self.asked.questions();
        let mut files = self
            .files
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        files.sort_by(|a, b| a.0.cmp(&b.0));
        Some(Kept {
            key,
            answers: answers(site, &questions),
            questions,
            told: told.collect::<Option<_>>()?,
            files,
        })
    }
}

fn answers(site: &Site, questions: &[Question]) -> Hash {
    let mut all = All::new(&[0; 32]);
    site.links().answer(questions, &mut all);
    all.done()
}
