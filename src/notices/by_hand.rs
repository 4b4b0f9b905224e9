//! What the publisher says of notices: that all versions of today are known, or that one was told of without policygen.

use anyhow::{Context, Result, bail};
use jiff::Timestamp;

use super::due::{self, Due};
use crate::announced::{self, Places};
use crate::gathered::Gathered;
use crate::ledger::entry::{Class, Entry, Planned};
use crate::ledger::known::State;
use crate::ledger::{FILE_NAME, Writer};
use crate::policies::Policies;

/// Begins the ledger: marks all versions of today as known, so that nobody is told of them. Gives how many were not known.
///
/// # Errors
///
/// There is no policy; the ledger was altered, or cannot be written.
pub fn baseline(site: &Gathered, now: Timestamp) -> Result<usize> {
    if site.policies.all.is_empty() {
        bail!(
            "`{}`: there is no policy, so nothing could be marked as known; name the folder of policygen.toml with --root",
            site.config.root.display()
        );
    }
    let mut writer = opened(site, now)?;
    let mut entries = Vec::new();
    if writer.ledger.name().is_none() {
        let mut name = [0; 8];
        getrandom::fill(&mut name).context("no random name for the ledger is to be had")?;
        entries.push(Entry::Begun {
            ledger: crate::hash::hex(&name),
        });
    }
    let before = entries.len();
    entries.extend(unknown(&site.policies, &State::of(&writer.ledger)));
    let count = entries.len() - before;
    writer.append(now, entries)?;
    Ok(count)
}

/// The ledger; that a last line was cut off is told in it.
fn opened(site: &Gathered, now: Timestamp) -> Result<Writer> {
    let mut writer = Writer::open(&site.config.root)?;
    let bytes = writer.ledger.cut;
    if bytes > 0 {
        writer.append(now, [Entry::Mended { bytes }])?;
    }
    Ok(writer)
}

/// A line for each version with a text that is not known.
fn unknown(policies: &Policies, state: &State) -> Vec<Entry> {
    let mut entries = Vec::new();
    for policy in &policies.all {
        for (version, keys) in announced::keys(policy).iter().enumerate() {
            // What stands behind them is a draft, of which nobody knows yet.
            if version < policy.published() && keys.iter().any(|key| !state.texts.contains_key(key))
            {
                let class = policy.versions[version].change.map(Class::from);
                entries.push(Entry::Baseline(due::known(policy, version, class)));
            }
        }
    }
    entries
}

/// Records that a version was announced without policygen: on one channel, or on all. Gives the channels.
///
/// # Errors
///
/// The ledger was not begun, the version is not to be announced, or no such channel is configured.
pub fn announced(
    site: &Gathered,
    dues: &[Due],
    (policy, version): (usize, usize),
    channel: Option<&str>,
    now: Timestamp,
) -> Result<Vec<String>> {
    let mut writer = opened(site, now)?;
    let its = &site.policies.all[policy];
    let due = dues
        .iter()
        .find(|due| (due.policy, due.version) == (policy, version));
    let mut planned = due.map(|due| due.notices.clone()).unwrap_or_default();
    let places = Places::of(&site.policies);
    planned.extend(open(&State::of(&writer.ledger), |planned| {
        places.is_of(planned, (policy, version))
    }));
    planned.retain(|planned| channel.is_none_or(|name| name == planned.channel));
    if planned.is_empty() {
        bail!(
            "`{}` {}: nothing is to be announced of it{}; `policygen notices list` shows what is, and `{FILE_NAME}` what was",
            its.id,
            its.versions[version].label,
            channel
                .map(|name| format!(" on `{name}`"))
                .unwrap_or_default()
        );
    }
    let channels = planned
        .iter()
        .map(|planned| planned.channel.clone())
        .collect();
    // Those that are not told by hand stay planned.
    let rest = due.iter().flat_map(|due| &due.notices);
    let rest = rest.filter(|one| !planned.contains(one)).cloned();
    let mut entries: Vec<Entry> = rest.map(Entry::Planned).collect();
    entries.extend(planned.into_iter().map(Entry::ByHand));
    if let Some(due) = due {
        entries.push(Entry::Known(due::known(its, version, due.class)));
    }
    writer.append(now, entries)?;
    Ok(channels)
}

/// The same of a version that is not in the history any more, though it is planned or begun to be announced: by the names of policy
/// and version in the ledger. Gives no channel where there is no such notice.
///
/// # Errors
///
/// The ledger was altered, or cannot be written.
pub fn announced_lost(
    site: &Gathered,
    (policy, label): (&str, &str),
    channel: Option<&str>,
    now: Timestamp,
) -> Result<Vec<String>> {
    let mut writer = opened(site, now)?;
    let places = Places::of(&site.policies);
    let lost = open(&State::of(&writer.ledger), |planned| {
        let is_named = [&planned.policy, &planned.uid]
            .iter()
            .any(|name| *name == policy);
        is_named
            && planned.label == label
            && channel.is_none_or(|name| name == planned.channel)
            && places.get(planned).is_none()
    });
    let channels = lost.iter().map(|planned| planned.channel.clone()).collect();
    writer.append(now, lost.into_iter().map(Entry::ByHand))?;
    Ok(channels)
}

/// The notices that are planned or begun, of those that are meant.
fn open(state: &State, is_meant: impl Fn(&Planned) -> bool) -> Vec<Planned> {
    let open = state.notices.iter().filter(|notice| notice.stage.is_open());
    let open = open.map(|notice| &notice.planned);
    open.filter(|planned| is_meant(planned)).cloned().collect()
}
