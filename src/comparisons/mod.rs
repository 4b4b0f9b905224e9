//! What changed from each version of a policy to the next.
//!
//! 1. [`Comparer`] compares two texts for one thread, and remembers what policies have in common with themselves.
//! 2. [`Comparisons`] keeps what can be said of each version in a few words, found out when somebody first asks.
//! 3. [`anchors`] and [`sections`] follow the headings of a policy through all its versions.
//!
//! A redline may be as large as its texts, so none is kept: a page that shows one compares again, mostly right after. The
//! excerpts that stand in several feeds are kept, as far as there is room.

pub mod anchors;
mod excerpts;
pub mod sections;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use anyhow::Result;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::cache::Findings;
use crate::document::Known;
use crate::front_matter::Change;
use crate::hash::Hash;
use crate::history::Source;
use crate::library::Texts;
use crate::policies::{Policies, Policy};
use crate::problems::Problems;
use crate::redline::{self, Counts, Redline, SectionChange, Suggested};
use crate::versions::Version;
use crate::words::Words;
use excerpts::Excerpts;

/// An excerpt has at most so many bytes: with all else that is said, an entry of a feed stays below 50 kB.
const EXCERPT: usize = 28 * 1024;

/// So many redlines are at hand: that of a version, and that from it to the one in force.
const AT_HAND: usize = 2;

/// What changed in a version, in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    pub counts: Counts,
    /// Told from the redline; `None` where no section and no title changed.
    pub description: Option<String>,
    /// `None` where somebody should decide.
    pub suggested: Option<Change>,
    pub sections: Vec<SectionChange>,
    /// The anchors of headings that have another one now: before and now.
    pub renamed: Vec<(String, String)>,
    /// The anchors of headings that are gone.
    pub lost: Vec<String>,
}

/// What changed in each version of each policy. Any number of threads may ask; all get the same.
#[derive(Debug)]
pub struct Comparisons {
    /// By policy and version, as far as somebody asked.
    asked: Vec<Vec<OnceLock<Arc<Comparison>>>>,
    /// Of published texts, by [`Pair`].
    published: Arc<Findings<Hash, Comparison>>,
    /// The same of drafts, which are gone with the next word that somebody types.
    drafts: RwLock<HashMap<Hash, Arc<Comparison>>>,
    excerpts: Excerpts,
}

impl Comparisons {
    /// Those of policies, of which some may be known.
    pub fn new(policies: &Policies, published: Arc<Findings<Hash, Comparison>>) -> Comparisons {
        let nobody = |policy: &Policy| policy.versions.iter().map(|_| OnceLock::new()).collect();
        Comparisons {
            asked: policies.all.iter().map(nobody).collect(),
            published,
            drafts: RwLock::default(),
            excerpts: Excerpts::new(policies),
        }
    }

    /// Those of the same policies as they are now, told in the same words.
    pub fn again(&self, policies: &Policies) -> Comparisons {
        let drafts = policies.all.iter().filter_map(|policy| {
            let draft = policy.draft()?;
            match pair(policy, before(policy, draft)?, draft)? {
                Pair::Draft(pair) => Some((pair, self.draft(&pair)?)),
                Pair::Published(_) => None,
            }
        });
        Comparisons {
            drafts: RwLock::new(drafts.collect()),
            ..Comparisons::new(policies, self.published.clone())
        }
    }

    /// Whether they are from these findings.
    pub fn published(&self) -> &Findings<Hash, Comparison> {
        &self.published
    }

    /// Keeps what is known of published texts for the next run.
    pub fn keep(&self, policies: &Policies, problems: &Problems) {
        self.published.keep(|| published(policies), problems);
    }

    /// What changed in a version since the one before; `None` where there is none before, or its text is hidden.
    ///
    /// # Errors
    ///
    /// A text cannot be read.
    pub fn of(
        &self,
        policies: &Policies,
        policy: usize,
        version: usize,
        comparer: &mut Comparer<'_>,
    ) -> Result<Option<&Comparison>> {
        let cell = &self.asked[policy][version];
        let policy = &policies.all[policy];
        let Some(before) = before(policy, version) else {
            return Ok(None);
        };
        if cell.get().is_none() {
            let pair = pair(policy, before, version);
            let compared = match pair.and_then(|pair| self.known(pair)) {
                Some(known) => known,
                None => self.found(pair, comparison(policy, before, version, comparer)?),
            };
            // Another thread may have come to the same.
            let _ = cell.set(compared);
        }
        Ok(cell.get().map(|comparison| &**comparison))
    }

    fn known(&self, pair: Pair) -> Option<Arc<Comparison>> {
        match pair {
            Pair::Published(pair) => self.published.get(&pair),
            Pair::Draft(pair) => self.draft(&pair),
        }
    }

    fn draft(&self, pair: &Hash) -> Option<Arc<Comparison>> {
        let drafts = self.drafts.read().unwrap_or_else(PoisonError::into_inner);
        drafts.get(pair).cloned()
    }

    fn found(&self, pair: Option<Pair>, comparison: Comparison) -> Arc<Comparison> {
        let found = Arc::new(comparison);
        match pair {
            Some(Pair::Published(pair)) => self.published.add(pair, found.clone()),
            Some(Pair::Draft(pair)) => {
                let mut drafts = self.drafts.write().unwrap_or_else(PoisonError::into_inner);
                drafts.insert(pair, found.clone());
            }
            None => {}
        }
        found
    }

    /// The changes in a version since the one before with what stands beside them, as HTML without attributes; empty where
    /// nothing changed, `None` as for [`Comparisons::of`].
    ///
    /// # Errors
    ///
    /// A text cannot be read.
    pub fn excerpt(
        &self,
        policies: &Policies,
        policy: usize,
        version: usize,
        comparer: &mut Comparer<'_>,
    ) -> Result<Option<Cow<'_, str>>> {
        let place = (policy, version);
        let policy = &policies.all[policy];
        let Some(before) = before(policy, version) else {
            return Ok(None);
        };
        if let Some(kept) = self.excerpts.get(place) {
            return Ok(Some(Cow::Borrowed(kept)));
        }
        let source = |version: usize| &policy.versions[version].newest_text().revision.source;
        let redline = comparer.redline(source(before), source(version))?;
        let written = redline::fragment::fragment(&redline, EXCERPT, comparer.words);
        Ok(Some(self.excerpts.keep(place, written)))
    }
}

/// Everything that a comparison of two versions is made from, but for the words in which it is told: the texts and the titles.
#[derive(Debug, Clone, Copy)]
enum Pair {
    /// Both are in the history.
    Published(Hash),
    /// One is not.
    Draft(Hash),
}

/// `None` where a text may be another the next time.
fn pair(policy: &Policy, before: usize, version: usize) -> Option<Pair> {
    let mut hash = Sha256::new();
    let mut is_published = true;
    for version in [before, version] {
        let version = &policy.versions[version];
        match &version.newest_text().revision.source {
            Source::Blob(id) => hash.update(id.0),
            Source::Snapshot(snapshot) => {
                is_published = false;
                hash.update(b"draft");
                hash.update(snapshot.sha256());
            }
            Source::File(_) => return None,
        }
        let title = version.title.as_deref();
        let length = title.map_or(0, |title| title.len() as u64 + 1);
        hash.update(length.to_le_bytes());
        hash.update(title.unwrap_or_default());
    }
    let hash = hash.finalize().into();
    Some(match is_published {
        true => Pair::Published(hash),
        false => Pair::Draft(hash),
    })
}

/// All pairs of published texts that are compared.
fn published(policies: &Policies) -> BTreeSet<Hash> {
    let versions = policies.all.iter().flat_map(|policy| {
        let versions = 0..policy.versions.len();
        versions.filter_map(move |version| pair(policy, before(policy, version)?, version))
    });
    let hash = |pair: Pair| match pair {
        Pair::Published(hash) => Some(hash),
        Pair::Draft(_) => None,
    };
    versions.filter_map(hash).collect()
}

/// The version that a version is compared with: the one before whose text may be shown and was not called off, since what
/// never held is not what readers knew. `None` where there is none, or the text of the version itself is hidden.
pub fn before(policy: &Policy, version: usize) -> Option<usize> {
    if policy.versions[version].hidden {
        return None;
    }
    let shown = |before: &usize| !policy.versions[*before].hidden;
    let held = |before: &usize| !policy.versions[*before].called_off;
    let held = (0..version)
        .rev()
        .find(|before| shown(before) && held(before));
    // Nothing else was published.
    held.or_else(|| (0..version).rev().find(shown))
}

/// The version that older ones are compared with for whoever comes back: the one in force, or the last of a withdrawn policy.
/// `None` where none is in force yet.
pub fn since_target(policy: &Policy) -> Option<usize> {
    match policy.live {
        true => policy.in_force(),
        false => Some(policy.shown()),
    }
}

/// The titles of two versions, where they differ and the texts do not begin with them.
///
/// # Errors
///
/// A text cannot be read.
pub fn title_change<'a>(
    policy: &'a Policy,
    (old, new): (usize, usize),
    comparer: &mut Comparer<'_>,
) -> Result<Option<(&'a str, &'a str)>> {
    let (old, new) = (&policy.versions[old], &policy.versions[new]);
    let (Some(before), Some(now)) = (&old.title, &new.title) else {
        return Ok(None);
    };
    if before == now {
        return Ok(None);
    }
    let mut shows = |version: &Version| -> Result<bool> {
        let text = comparer
            .texts
            .text(&version.newest_text().revision.source)?;
        Ok(text.document.begins_with_title() && text.document.title() == version.title)
    };
    let is_shown = shows(old)? && shows(new)?;
    Ok((!is_shown).then_some((before, now)))
}

/// A change of the title in a sentence, with one full stop where the new title ends in one.
pub fn told_title(old: &str, new: &str, words: &Words) -> String {
    let sentence = match new.ends_with('.') {
        true => &words.told.title_stopped,
        false => &words.told.title,
    };
    sentence.fill(&[("old", old), ("new", new)])
}

fn comparison(
    policy: &Policy,
    before: usize,
    version: usize,
    comparer: &mut Comparer<'_>,
) -> Result<Comparison> {
    let source = |version: usize| &policy.versions[version].newest_text().revision.source;
    let redline = comparer.redline(source(before), source(version))?;
    let retitled = title_change(policy, (before, version), comparer)?;
    let words = comparer.words;
    let of_title = || retitled.map(|(old, new)| told_title(old, new, words));
    let summary = redline.summary(words);
    Ok(Comparison {
        counts: summary.counts,
        description: summary.description.or_else(of_title),
        suggested: suggested(&redline).filter(|_| retitled.is_none()),
        sections: summary.sections,
        renamed: redline.anchors(),
        lost: redline.lost_anchors(),
    })
}

/// The class of change that a redline suggests; `None` where somebody should decide.
pub fn suggested(redline: &Redline) -> Option<Change> {
    redline.suggested().map(|suggested| match suggested {
        Suggested::Editorial => Change::Editorial,
    })
}

/// Compares texts for one thread.
pub struct Comparer<'a> {
    pub texts: Texts<'a>,
    /// Blocks as they were written.
    pub known: Known,
    /// In which it is told what changed.
    pub words: &'a Words,
    memory: redline::Memory,
    /// The newest first.
    at_hand: VecDeque<(Source, Source, Arc<Redline>)>,
}

impl<'a> Comparer<'a> {
    pub fn new(texts: Texts<'a>) -> Comparer<'a> {
        Comparer {
            texts,
            known: Known::default(),
            words: Words::english(),
            memory: redline::Memory::new(),
            at_hand: VecDeque::with_capacity(AT_HAND),
        }
    }

    /// Tells what changed in these words, not in those that are built in.
    pub fn in_words(self, words: &'a Words) -> Comparer<'a> {
        Comparer { words, ..self }
    }

    /// The redline from one text to another.
    ///
    /// # Errors
    ///
    /// One of them cannot be read.
    pub fn redline(&mut self, old: &Source, new: &Source) -> Result<Arc<Redline>> {
        let is_it = |known: &&(Source, Source, Arc<Redline>)| known.0 == *old && known.1 == *new;
        if let Some((_, _, redline)) = self.at_hand.iter().find(is_it) {
            return Ok(redline.clone());
        }
        let (before, after) = (self.texts.text(old)?, self.texts.text(new)?);
        let redline = redline::compare(&before.document, &after.document, &mut self.memory);
        let redline = Arc::new(redline);
        self.at_hand.truncate(AT_HAND - 1);
        self.at_hand
            .push_front((old.clone(), new.clone(), redline.clone()));
        Ok(redline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_title_is_told_with_one_full_stop() {
        assert_eq!(
            told_title("Old", "New", Words::english()),
            "Title changed from “Old” to “New”."
        );
        assert_eq!(
            told_title("Terms of A Inc.", "Terms of B Inc.", Words::english()),
            "Title changed from “Terms of A Inc.” to “Terms of B Inc.”"
        );
    }
}
