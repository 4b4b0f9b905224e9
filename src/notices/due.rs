//! What is to be announced: what the published history has and the ledger does not know.
//!
//! 1. Each text is named by its hash and by how often its policy had come to it ([`keys`]), so that it is the same whatever its
//!    label, path or `uid` became, and a change that was taken back is a change again.
//! 2. A version whose newest text is not known is new or corrected. Its class decides who is told.
//! 3. A version that was told of, and was called off or got another date since, is told of again: to those who were told.

use std::collections::BTreeSet;

use anyhow::Result;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use crate::announced::{Place, Places, keys};
use crate::config::notices::{Channel, Notices};
use crate::front_matter::Change;
use crate::hash::hex;
use crate::ledger::entry::{Class, Known, Planned, TextHashes, Why};
use crate::ledger::known::{Notice, Stage, State, TextKey};
use crate::policies::{Policies, Policy};
use crate::versions::{Text, Version};

/// A version of which the ledger does not know everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub policy: usize,
    pub version: usize,
    pub why: Why,
    /// `None`: the publisher has to say.
    pub class: Option<Class>,
    /// What the change looks like, where nobody said.
    pub suggested: Option<Class>,
    /// One for each channel; empty where the feed is enough.
    pub notices: Vec<Planned>,
    /// Where readers are given less time than they should be.
    pub short: Option<Short>,
}

/// Less time than readers should be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Short {
    /// Days until the effective date, 0 where it has come or there is none.
    pub given: i32,
    pub wanted: u16,
    pub effective: Option<Date>,
}

/// What the change to a text looks like; it reads texts.
pub type Suggest<'a> = dyn FnMut(Place) -> Result<Option<Change>> + 'a;

/// What is to be announced, by policy, the oldest version first. Withdrawn policies are left out.
///
/// # Errors
///
/// Those of `suggest`.
pub fn due(
    policies: &Policies,
    state: &State,
    notices: &Notices,
    suggest: &mut Suggest<'_>,
) -> Result<Vec<Due>> {
    let mut all = Vec::new();
    let places = Places::of(policies);
    let live = policies.all.iter().enumerate().filter(|(_, p)| p.live);
    for (index, policy) in live {
        let keys = keys(policy);
        // What stands behind them is a draft, and nobody's business.
        for (version, keys) in keys.iter().enumerate().take(policy.published()) {
            let mut asking = Asking {
                policy: (index, policy),
                version,
                keys,
                state,
                places: &places,
                notices,
                today: policies.today,
            };
            all.extend(asking.due(suggest)?);
        }
    }
    Ok(all)
}

/// What the ledger is to know of a version.
pub fn known(policy: &Policy, version: usize, change: Option<Class>) -> Known {
    let keys = &keys(policy)[version];
    let version = &policy.versions[version];
    let hashes = |(text, key): (&Text, &TextKey)| TextHashes {
        text_sha256: key.0.clone(),
        source_sha256: hex(&text.source_sha256),
        time: key.1,
    };
    Known {
        uid: policy.uid.clone(),
        policy: policy.id.clone(),
        label: version.label.clone(),
        published: version.published.map(|moment| moment.rfc3339()),
        effective: version.effective.date.map(|date| date.to_string()),
        change,
        texts: version.texts.iter().zip(keys).map(hashes).collect(),
    }
}

/// The versions whose text was announced already, as another version or of another policy, and of which the ledger does not know when
/// they were published.
pub fn unrecorded(policies: &Policies, state: &State) -> Vec<Known> {
    let mut unrecorded = Vec::new();
    for policy in &policies.all {
        for (number, keys) in keys(policy).iter().enumerate().take(policy.published()) {
            let version = &policy.versions[number];
            let Some((newest, published)) = keys.last().zip(version.published) else {
                continue;
            };
            let moment = (newest.0.clone(), published.rfc3339(), keys.len() - 1);
            if state.texts.contains_key(newest) && !state.moments.contains_key(&moment) {
                let change = version.change.map(Class::from);
                unrecorded.push(known(policy, number, change));
            }
        }
    }
    unrecorded
}

/// A version and what is needed to judge it.
struct Asking<'a> {
    policy: (usize, &'a Policy),
    version: usize,
    keys: &'a [TextKey],
    state: &'a State,
    places: &'a Places<'a>,
    notices: &'a Notices,
    today: Date,
}

impl Asking<'_> {
    fn due(&mut self, suggest: &mut Suggest<'_>) -> Result<Vec<Due>> {
        if self.version().called_off {
            return Ok(self.called_off().into_iter().collect());
        }
        let mut dues = Vec::new();
        let recorded = self.recorded(self.keys.len() - 1);
        let is_news = recorded.is_none_or(|class| self.was_raised(class));
        if is_news || self.was_dropped() {
            let due = self.unknown(suggest)?;
            // What was dropped, and would be told to nobody now, is no news either.
            if is_news || due.class.is_none() || !due.notices.is_empty() {
                dues.push(due);
            }
        }
        // Who is told of the text is told of its date with it.
        let is_told = |due: &Due| due.class.is_none() || !due.notices.is_empty();
        if !dues.iter().any(is_told) {
            dues.extend(self.broken_off());
            dues.extend(self.postponed());
        }
        Ok(dues)
    }

    fn version(&self) -> &Version {
        &self.policy.1.versions[self.version]
    }

    /// The class with which a text is known; `None` where it is not.
    fn recorded(&self, text: usize) -> Option<Option<Class>> {
        let known = self.state.texts.get(&self.keys[text]);
        known.copied().or_else(|| self.recorded_by_place(text))
    }

    fn recorded_by_place(&self, text: usize) -> Option<Option<Class>> {
        let published = self.version().published?.rfc3339();
        let source = hex(&self.version().texts[text].source_sha256);
        let hashes = [self.keys[text].0.clone(), source];
        let mut moments = hashes
            .map(|hash| (hash, published.clone(), text))
            .into_iter();
        moments.find_map(|moment| self.state.moments.get(&moment).copied())
    }

    /// Whether nobody was told because of the class that the version had, and it has a higher one now.
    fn was_raised(&self, recorded: Option<Class>) -> bool {
        let known = (0..self.keys.len()).filter_map(|text| self.recorded(text));
        let highest = known.flatten().max().max(recorded);
        let now = self.version().change.map(Class::from);
        now > highest && highest.is_some() && self.told().is_empty()
    }

    fn unknown(&mut self, suggest: &mut Suggest<'_>) -> Result<Due> {
        let newest = self.keys.len() - 1;
        let is_correction = (0..newest)
            .any(|text| self.recorded(text).is_some() && self.keys[text] != self.keys[newest]);
        let why = match is_correction {
            true => Why::Correction,
            false => Why::New,
        };
        let place = Place {
            policy: self.policy.0,
            version: self.version,
            text: newest,
        };
        let declared = self.version().change.map(Class::from);
        let (class, suggested) = match why {
            Why::Correction => self.class_of_correction(declared, place, suggest)?,
            _ if declared.is_some() => (declared, None),
            _ => (None, suggest(place)?.map(Class::from)),
        };
        Ok(self.planned(why, class, suggested.or(Some(Class::Material))))
    }

    /// What looks editorial is; else the trailer of its commit says, else what the version says of itself.
    fn class_of_correction(
        &self,
        declared: Option<Class>,
        place: Place,
        suggest: &mut Suggest<'_>,
    ) -> Result<(Option<Class>, Option<Class>)> {
        let text = &self.version().texts[place.text];
        let commit = text.revision.commit.as_ref();
        let trailer = commit.and_then(|commit| commit.trailers.change.as_deref());
        let trailer = trailer.and_then(|word| word.parse::<Change>().ok());
        let suggested = suggest(place)?.map(Class::from);
        let looks = suggested.filter(|class| *class == Class::Editorial);
        Ok((trailer.map(Class::from).or(looks).or(declared), suggested))
    }

    fn planned(&self, why: Why, class: Option<Class>, suggested: Option<Class>) -> Due {
        let channels = self.notices.channels.iter().map(Channel::name);
        let channels = channels.filter(|_| class == Some(Class::Material));
        let notices: Vec<Planned> = channels
            .map(|name| self.notice(why, name, class))
            // A ledger that was cut off may know of the plan and not of the version.
            .filter(|planned| {
                let known = self.state.notice(&planned.notice);
                known.is_none_or(|notice| notice.stage == Stage::CalledOff)
            })
            .collect();
        Due {
            policy: self.policy.0,
            version: self.version,
            why,
            class,
            suggested: suggested.filter(|_| class.is_none()),
            short: self.short().filter(|_| class == Some(Class::Material)),
            notices,
        }
    }

    /// A notice to those who were told.
    fn again(&self, why: Why) -> Due {
        let class = self.version().change.map(Class::from);
        let channels: BTreeSet<&str> = self
            .told()
            .iter()
            .map(|notice| notice.planned.channel.as_str())
            .collect();
        Due {
            policy: self.policy.0,
            version: self.version,
            why,
            class,
            suggested: None,
            notices: channels
                .into_iter()
                .map(|name| self.notice(why, name, class))
                .collect(),
            short: self.short().filter(|_| why == Why::Postponed),
        }
    }

    /// The notices of its texts, in the order in which they were planned.
    fn its_notices(&self) -> impl Iterator<Item = &Notice> {
        let here = (self.policy.0, self.version);
        let is_its = move |notice: &&Notice| {
            self.keys.contains(&notice.planned.key()) && self.places.is_of(&notice.planned, here)
        };
        self.state.notices.iter().filter(is_its)
    }

    fn told(&self) -> Vec<&Notice> {
        self.its_notices().filter(|n| n.was_told).collect()
    }

    fn called_off(&self) -> Option<Due> {
        let last = self.told().last()?.planned.why;
        let is_due = last != Why::CalledOff && !self.is_open(Why::CalledOff);
        is_due.then(|| self.again(Why::CalledOff))
    }

    /// What was called off when some were told and others not, and holds after all: it goes on with the others.
    fn broken_off(&self) -> Option<Due> {
        let newest = self.keys.last();
        let is_meant = |notice: &&Notice| {
            let planned = &notice.planned;
            let is_own = matches!(planned.why, Why::New | Why::Correction);
            let was_broken_off =
                notice.stage == Stage::CalledOff && notice.was_told && notice.finished.is_none();
            is_own && was_broken_off && Some(&planned.key()) == newest
        };
        let open: Vec<&Planned> = self
            .its_notices()
            .filter(is_meant)
            .map(|notice| &notice.planned)
            .collect();
        let first = open.first()?;
        let (why, class) = (first.why, first.change);
        let again = |planned: &&Planned| self.notice(planned.why, &planned.channel, class);
        Some(Due {
            policy: self.policy.0,
            version: self.version,
            why,
            class,
            suggested: None,
            short: self.short(),
            notices: open.iter().map(again).collect(),
        })
    }

    /// Another day than was told, or a day after all for what was called off.
    fn postponed(&self) -> Option<Due> {
        let now = self.version().effective.date?;
        let told = self.told();
        let last = &told.last()?.planned;
        let is_due = last.why == Why::CalledOff || self.differs(last, now);
        (is_due && !self.is_open(Why::Postponed)).then(|| self.again(Why::Postponed))
    }

    /// Whether readers who were told of another day, or of none, should know of this one. Once both are over it helps nobody.
    fn differs(&self, last: &Planned, now: Date) -> bool {
        let before: Option<Date> = last.effective.as_deref().and_then(|day| day.parse().ok());
        let is_ahead = now > self.today || before.is_some_and(|before| before > self.today);
        before != Some(now) && is_ahead
    }

    /// Whether such a notice is about to go out.
    fn is_open(&self, why: Why) -> bool {
        self.its_notices()
            .any(|notice| notice.planned.why == why && notice.stage.is_open())
    }

    /// Whether nobody was told since it was called off before, and it is to come after all.
    fn was_dropped(&self) -> bool {
        let mut its = self.its_notices().peekable();
        its.peek().is_some() && its.all(|n| n.stage == Stage::CalledOff && !n.was_told)
    }

    fn notice(&self, why: Why, channel: &str, change: Option<Class>) -> Planned {
        let (policy, version) = (self.policy.1, self.version());
        let (text_sha256, time) = self.keys[self.keys.len() - 1].clone();
        let effective = version.effective.date.map(|date| date.to_string());
        // What was told may change again and again, and each time is another notice.
        let times = match why {
            Why::New | Why::Correction => 0,
            Why::CalledOff | Why::Postponed => self.told().len(),
        };
        let numbers = [time, times].map(|number| number.to_string());
        Planned {
            notice: name(&[
                &text_sha256,
                &numbers[0],
                why.as_str(),
                &numbers[1],
                channel,
            ]),
            channel: channel.to_owned(),
            why,
            uid: policy.uid.clone(),
            policy: policy.id.clone(),
            label: version.label.clone(),
            text_sha256,
            time,
            effective,
            change,
        }
    }

    /// `None` where readers have the time that they should have. Of a version that holds already nobody can be told in time.
    fn short(&self) -> Option<Short> {
        let policy = self.policy.1;
        let wanted = self.notices.days(&policy.id, &policy.uid);
        let effective = self.version().effective.date;
        let days = |date: Date| date.since(self.today).map_or(0, |span| span.get_days());
        let given = effective.map_or(0, days).max(0);
        (given < i32::from(wanted)).then_some(Short {
            given,
            wanted,
            effective,
        })
    }
}

/// The name of a notice: the same for the same parts.
fn name(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize()[..12])
}
