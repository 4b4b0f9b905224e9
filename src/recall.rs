//! What earlier runs found out about a history, from the cache: what its texts say, and what changed from one to the next.
//!
//! Texts are named by their blobs, so that what was found out once is right for ever; that it was found out in the same way is
//! in the names of the entries ([`Recall::open`], [`Recall::comparisons`]) and in the build of the program. What the working
//! tree says has no blob: it is found out anew in each run.

use std::path::PathBuf;

use crate::cache::{Cache, Findings, Name};
use crate::comparisons::Comparison;
use crate::config::Config;
use crate::document::HtmlPolicy;
use crate::facts::Facts;
use crate::hash::Hash;
use crate::history::ObjectId;
use crate::problems::Problems;
use crate::words::Words;

/// What earlier runs found out about a history.
#[derive(Debug, Clone)]
pub struct Recall {
    pub cache: Cache,
    /// Where the history is, and how its texts are read.
    history: Hash,
}

impl Recall {
    /// What the cache that `config` names knows of the history in the folders of a repository; nothing without git.
    pub fn open(
        config: &Config,
        repository: &[PathBuf],
        prefix: &str,
        problems: &Problems,
    ) -> Recall {
        let mut guarded = vec![config.root.clone()];
        guarded.extend(repository.iter().cloned());
        let folder = config.cache.clone().filter(|_| !repository.is_empty());
        let html: &[u8] = match config.content.html {
            HtmlPolicy::Clean => b"clean",
            HtmlPolicy::Escape => b"escape",
        };
        let place = repository.last().cloned().unwrap_or_default();
        let place = place.as_os_str().as_encoded_bytes();
        Recall {
            cache: Cache::open(folder, &guarded, problems),
            history: Name::new("history", &[place, prefix.as_bytes(), html]).of,
        }
    }

    /// What texts say, by their blobs.
    pub fn facts(&self) -> Findings<ObjectId, Facts> {
        let name = Name::new("facts", &[&self.history]);
        Findings::new(self.cache.clone(), name)
    }

    /// What changed between texts, told in these words, by the texts and their titles.
    pub fn comparisons(&self, words: &Words) -> Findings<Hash, Comparison> {
        Findings::new(self.cache.clone(), self.named(words))
    }

    /// Whether [`Recall::comparisons`] of these words are those.
    pub fn is_of(&self, comparisons: &Findings<Hash, Comparison>, words: &Words) -> bool {
        comparisons.are(&self.named(words))
    }

    fn named(&self, words: &Words) -> Name {
        Name::new("comparisons", &[&self.history, &words.digest()])
    }
}
