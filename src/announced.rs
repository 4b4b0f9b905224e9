//! What the ledger says of today's history: which text is which, and when each version was announced.
//!
//! A policy's texts stand in a row, oldest first; each is named by its hash and by how often the policy had come to it:
//!
//! ```text
//! texts   A   B   A   A   C        known to the ledger: A1, B1
//! keys    A1  B1  A2  A2  C1       not known: A2, C1
//! ```

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::hash::hex;
use crate::ledger::entry::{Planned, Said, Why};
use crate::ledger::known::{Notice, Stage, State, TextKey};
use crate::policies::{Policies, Policy};
use crate::versions::Text;

/// Where a text stands in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub policy: usize,
    pub version: usize,
    pub text: usize,
}

/// When the versions of today's history were announced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announced {
    /// By policy and version, in the order of the ledger.
    versions: BTreeMap<(usize, usize), Vec<Announcement>>,
}

/// One thing that readers were told of a version, on one channel or several.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Announcement {
    pub why: Why,
    /// Which text of the version they were told of.
    pub text: usize,
    /// The day on which it began to go out, in UTC.
    pub on: Date,
    /// The names of the channels.
    pub channels: Vec<String>,
    /// `None` where it was announced by hand, in words that nobody knows here.
    pub said: Option<Said>,
}

impl Announced {
    /// What the ledger says of these policies. What is not in the history any more is left out.
    pub fn of(policies: &Policies, state: &State) -> Announced {
        let mut announced = Announced::default();
        let told: Vec<&Notice> = state.notices.iter().filter(|n| n.was_told).collect();
        if told.is_empty() {
            return announced;
        }
        let places = Places::of(policies);
        for notice in told {
            if let Some(place) = places.told(&notice.planned) {
                announced.add(place, notice);
            }
        }
        announced
    }

    fn add(&mut self, place: Place, notice: &Notice) {
        let day = notice
            .at
            .as_deref()
            .and_then(|at| at.get(..10)?.parse().ok());
        let Some(on) = day else { return };
        let all = self
            .versions
            .entry((place.policy, place.version))
            .or_default();
        let channel = notice.planned.channel.clone();
        let said = match notice.stage {
            Stage::ByHand => None,
            _ => notice.said.clone(),
        };
        // Channels that are told the same share an announcement.
        let same = all
            .iter_mut()
            .find(|one| (one.why, one.text, &one.said) == (notice.planned.why, place.text, &said));
        match same {
            Some(one) => {
                one.on = one.on.min(on);
                one.channels.push(channel);
            }
            None => all.push(Announcement {
                why: notice.planned.why,
                text: place.text,
                on,
                channels: vec![channel],
                said,
            }),
        }
    }

    /// What readers were told of a version, oldest first.
    pub fn version(&self, policy: usize, version: usize) -> &[Announcement] {
        self.versions
            .get(&(policy, version))
            .map_or(&[], Vec::as_slice)
    }

    /// Whether it is known in which words a version was announced.
    pub fn has_words(&self, policy: usize, version: usize) -> bool {
        let all = self.version(policy, version);
        all.iter().any(|one| one.said.is_some())
    }
}

/// The keys of a policy's texts, by version.
pub fn keys(policy: &Policy) -> Vec<Vec<TextKey>> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut last = String::new();
    let mut key = |text: &Text| {
        let hash = hex(&text.digest.text);
        let time = times.entry(hash.clone()).or_default();
        if hash != last {
            *time += 1;
            last.clone_from(&hash);
        }
        (hash, *time)
    };
    let versions = policy.versions.iter();
    versions
        .map(|version| version.texts.iter().map(&mut key).collect())
        .collect()
}

/// Where each text of today's history stands. Several places may have the same text: versions that were declared anew without a
/// change to it, or policies that are alike.
pub struct Places<'a> {
    policies: &'a Policies,
    all: BTreeMap<TextKey, Vec<Place>>,
}

impl<'a> Places<'a> {
    /// The places of these policies.
    pub fn of(policies: &'a Policies) -> Places<'a> {
        let mut all: BTreeMap<TextKey, Vec<Place>> = BTreeMap::new();
        for (policy, its) in policies.all.iter().enumerate() {
            for (version, keys) in keys(its).into_iter().enumerate() {
                for (text, key) in keys.into_iter().enumerate() {
                    let place = Place {
                        policy,
                        version,
                        text,
                    };
                    all.entry(key).or_default().push(place);
                }
            }
        }
        Places { policies, all }
    }

    /// Where the text of a notice stands that is to go out: of several places one that is not withdrawn, if possible that with its
    /// names. `None` where it is not in the history any more.
    pub fn get(&self, planned: &Planned) -> Option<Place> {
        let likeness = |place: &&Place| {
            let (is_its, is_named) = self.names(planned, place);
            (self.policies.all[place.policy].live, is_its, is_named)
        };
        self.likest(planned, likeness)
    }

    /// Where the text of a notice stands that readers were told of: if possible in the version that has its names, whatever became
    /// of it.
    pub fn told(&self, planned: &Planned) -> Option<Place> {
        self.likest(planned, |place| self.names(planned, place))
    }

    /// The last of the places that are most like what is sought.
    fn likest<K: Ord>(
        &self,
        planned: &Planned,
        likeness: impl FnMut(&&Place) -> K,
    ) -> Option<Place> {
        let places = self.all.get(&planned.key())?.iter();
        places.max_by_key(likeness).copied()
    }

    /// Whether a place is of the policy, and of the version of it, that a notice names.
    fn names(&self, planned: &Planned, place: &Place) -> (bool, bool) {
        let policy = &self.policies.all[place.policy];
        let is_its = policy.uid == planned.uid;
        let is_named = is_its && policy.versions[place.version].label == planned.label;
        (is_its, is_named)
    }

    /// Whether a notice is of this version.
    pub fn is_of(&self, planned: &Planned, (policy, version): (usize, usize)) -> bool {
        let place = self.get(planned);
        place.is_some_and(|place| (place.policy, place.version) == (policy, version))
    }
}
