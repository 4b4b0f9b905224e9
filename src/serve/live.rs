//! What is shown now.

use std::sync::{Arc, PoisonError, RwLock};

use serde::Serialize;
use tokio::sync::watch;

use crate::problems::{Problem, Severity};
use crate::site::Site;

/// The site that is shown and what is wrong; one thread changes it, any number look at it.
pub(super) struct Live {
    now: RwLock<Now>,
    /// Tells every browser; empty until the first site was built or failed.
    told: watch::Sender<Arc<str>>,
}

/// What is shown at one moment.
#[derive(Clone)]
pub(super) struct Now {
    /// Another one for each site that is shown, also after a restart.
    pub number: u64,
    /// `None`: none could be built yet.
    pub site: Option<Arc<Site>>,
    pub troubles: Arc<[Trouble]>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Trouble {
    /// The file, with the line behind a colon; empty where none is to blame.
    pub place: String,
    pub message: String,
}

/// What browsers are told.
#[derive(Serialize)]
struct Told<'a> {
    number: String,
    troubles: &'a [Trouble],
}

impl Live {
    pub fn new() -> Live {
        let start = jiff::Timestamp::now().as_millisecond();
        Live {
            now: RwLock::new(Now {
                number: start.unsigned_abs(),
                site: None,
                troubles: Arc::default(),
            }),
            told: watch::Sender::new("".into()),
        }
    }

    /// What is shown now.
    pub fn now(&self) -> Now {
        self.now
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What browsers are told: the last of it at once, then each that comes.
    pub fn told(&self) -> watch::Receiver<Arc<str>> {
        self.told.subscribe()
    }

    /// Shows a site, or what is there, and what is wrong.
    pub fn show(&self, site: Option<Arc<Site>>, problems: &[Problem]) {
        let errors = problems.iter().filter(|p| p.severity == Severity::Error);
        let troubles = errors.map(|problem| Trouble {
            place: problem.place.clone(),
            message: problem.message.clone(),
        });
        self.change(site, troubles.collect());
    }

    /// Shows what is there, and an error; whether it is another one.
    pub fn fail(&self, error: &str) -> bool {
        let trouble = Trouble {
            place: String::new(),
            message: error.to_string(),
        };
        self.change(None, [trouble].into())
    }

    fn change(&self, site: Option<Arc<Site>>, troubles: Arc<[Trouble]>) -> bool {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        let is_first = self.told.borrow().is_empty();
        let is_other = now.troubles != troubles;
        if !is_other && site.is_none() && !is_first {
            return false;
        }
        // A page that could not be shown at all is asked for again.
        if site.is_some() || now.site.is_none() {
            now.number += 1;
        }
        if site.is_some() {
            now.site = site;
        }
        now.troubles = troubles;
        let told = Told {
            number: now.number.to_string(),
            troubles: &now.troubles,
        };
        let told = serde_json::to_string(&told).unwrap_or_default();
        drop(now);
        self.told.send_replace(told.into());
        is_other || is_first
    }
}
