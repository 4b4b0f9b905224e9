//! `policygen verify`: whether the published history still says what it said when versions became known; and
//! `policygen notices verify`: whether the ledger and the record of deliveries are whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::deliveries::Deliveries;
use crate::announced;
use crate::hash::hex;
use crate::ledger::entry::{Entry, Known};
use crate::ledger::known::State;
use crate::ledger::{FILE_NAME, Ledger};
use crate::policies::{Policies, Policy};

/// What is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub policy: String,
    pub label: String,
    pub what: String,
}

/// What was found.
#[derive(Debug, Serialize)]
pub struct Verified {
    pub lines: usize,
    /// How many versions the ledger knows.
    pub versions: usize,
    /// How many finished notices were held against the record of deliveries.
    pub deliveries: usize,
    pub findings: Vec<Finding>,
}

/// Holds the ledger against today's history: each text that it knows must still be there, and the newest of a version as published on its day.
/// The source may be another: front matter changes without a change to the text.
pub fn history(policies: &Policies, ledger: &Ledger) -> Verified {
    let mut known: Vec<&Known> = Vec::new();
    for entry in ledger.entries() {
        if let Entry::Baseline(one) | Entry::Known(one) = entry {
            known.push(one);
        }
    }
    let now = Now::of(policies);
    Verified {
        lines: ledger.lines.len(),
        versions: known.len(),
        deliveries: 0,
        findings: known.iter().flat_map(|known| now.findings(known)).collect(),
    }
}

/// Today's history, by text.
#[derive(Default)]
struct Now {
    /// The dates of publication of each text.
    texts: BTreeMap<String, BTreeSet<String>>,
}

impl Now {
    fn of(policies: &Policies) -> Now {
        let mut now = Now::default();
        policies.all.iter().for_each(|policy| now.policy(policy));
        now
    }

    fn policy(&mut self, policy: &Policy) {
        for (version, keys) in policy.versions.iter().zip(announced::keys(policy)) {
            for (text, (hash, _)) in version.texts.iter().zip(keys) {
                // A text that is read otherwise by a newer policygen has the same source.
                for hash in [hash, hex(&text.source_sha256)] {
                    let dates = self.texts.entry(hash).or_default();
                    dates.extend(version.published.map(|moment| moment.rfc3339()));
                }
            }
        }
    }

    fn findings(&self, known: &Known) -> Vec<Finding> {
        let finding = |what: String| Finding {
            policy: known.policy.clone(),
            label: known.label.clone(),
            what,
        };
        let when = known.published.as_deref().unwrap_or("an unknown day");
        let mut findings = Vec::new();
        for text in &known.texts {
            let short = &text.text_sha256[..text.text_sha256.len().min(12)];
            let hashes = [&text.text_sha256, &text.source_sha256];
            match hashes.into_iter().find_map(|hash| self.texts.get(hash)) {
                None => findings.push(finding(format!(
                    "its text {short}…, published on {when}, is not in the history any more: the history was rewritten after publication"
                ))),
                Some(dates) => {
                    let moved = known.published.as_ref().filter(|date| !dates.contains(*date));
                    let is_last = known.texts.last() == Some(text);
                    if let Some(date) = moved.filter(|_| is_last) {
                        findings.push(finding(format!(
                            "its text is in the history, but not as published on {date}: the history was rewritten after publication"
                        )));
                    }
                }
            }
        }
        findings
    }
}

/// Holds the finished notices of the ledger against the record of deliveries in a folder; none where it has none.
///
/// # Errors
///
/// The records cannot be read.
pub fn deliveries(ledger: &Ledger, folder: Option<&Path>) -> Result<Verified> {
    let state = State::of(ledger);
    let mut verified = Verified {
        lines: ledger.lines.len(),
        versions: ledger
            .entries()
            .filter(|entry| matches!(entry, Entry::Baseline(_) | Entry::Known(_)))
            .count(),
        deliveries: 0,
        findings: Vec::new(),
    };
    let Some(folder) = folder.filter(|folder| Deliveries::are_in(folder)) else {
        return Ok(verified);
    };
    let deliveries = Deliveries::open(folder)?;
    for notice in &state.notices {
        // One that is open again is still being written to.
        let finished = notice.finished.as_ref();
        let Some(finished) = finished.filter(|_| !notice.stage.is_open()) else {
            continue;
        };
        if !deliveries.has(&finished.notice)? {
            continue;
        }
        verified.deliveries += 1;
        if deliveries.hash(&finished.notice)? != finished.deliveries {
            verified.findings.push(Finding {
                policy: notice.planned.policy.clone(),
                label: notice.planned.label.clone(),
                what: format!(
                    "its record of deliveries on `{}` was altered after the notice was finished",
                    notice.planned.channel
                ),
            });
        }
    }
    Ok(verified)
}

impl Verified {
    /// As lines for people.
    pub fn text(&self) -> String {
        if self.lines == 0 {
            return format!("there is no ledger `{FILE_NAME}` yet, so nothing could be verified\n");
        }
        let mut text: String = self
            .findings
            .iter()
            .map(|one| format!("{} {}: {}\n", one.policy, one.label, one.what))
            .collect();
        text.push_str(&format!(
            "{} lines of the ledger are as they were written; {} versions known, {} records of deliveries compared, {} not as they were\n",
            self.lines, self.versions, self.deliveries, self.findings.len()
        ));
        text
    }
}
