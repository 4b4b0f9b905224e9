//! The machine-readable record: `versions.json` of a policy and `index.json` of the site. URLs are paths
//! from the site's root.

use anyhow::Result;
use serde::Serialize;

use crate::announced::{Announced, Announcement};
use crate::comparisons::{self, Comparer, Comparison, Comparisons};
use crate::config::Site;
use crate::dates::Stated;
use crate::hash::hex;
use crate::json::written;
use crate::links::encoded;
use crate::policies::{Policies, Policy};
use crate::redline::Counts;
use crate::versions::{Version, text_name};

#[derive(Serialize)]
struct PolicyRecord<'a> {
    uid: &'a str,
    policy: &'a str,
    title: &'a str,
    path: &'a str,
    status: &'static str,
    in_force: Option<&'a str>,
    upcoming: Option<&'a str>,
    withdrawals: Vec<WithdrawalRecord>,
    versions: Vec<VersionRecord<'a>>,
    unchanged_revisions: Vec<String>,
}

/// The fields of a record, empty, so that whoever reads one does not stumble.
#[derive(Serialize)]
struct MovedRecord<'a> {
    uid: &'a str,
    policy: &'a str,
    title: &'a str,
    path: Option<&'a str>,
    status: &'static str,
    /// Path from the site's root.
    moved_to: String,
    in_force: Option<&'a str>,
    upcoming: Option<&'a str>,
    withdrawals: [(); 0],
    versions: [(); 0],
    unchanged_revisions: [(); 0],
}

#[derive(Serialize)]
struct WithdrawalRecord {
    commit: String,
    date: String,
}

#[derive(Serialize)]
struct VersionRecord<'a> {
    label: &'a str,
    title: Option<&'a str>,
    status: &'static str,
    published: Option<String>,
    effective: Option<String>,
    effective_from: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_as_written: Option<&'a str>,
    carried_over: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    postponed_from: Option<String>,
    stated: Option<String>,
    reviewed: Option<String>,
    change: Option<&'static str>,
    suggested_change: Option<&'static str>,
    summary: Option<&'a str>,
    /// What changed, told from the redline.
    description: Option<&'a str>,
    /// How much changed; null where there is nothing to compare with.
    counts: Option<Counts>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    hidden: bool,
    url: String,
    changes_url: Option<String>,
    source_sha256: Option<String>,
    text_sha256: Option<String>,
    path: &'a str,
    corrections: Vec<CorrectionRecord>,
    /// What readers were told of it, oldest first; only where they were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    announced: Vec<AnnouncedRecord<'a>>,
    /// Where it stands what they were told, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice_url: Option<String>,
    revisions: Vec<String>,
}

#[derive(Serialize)]
struct AnnouncedRecord<'a> {
    why: &'static str,
    date: String,
    channels: &'a [String],
    /// Null where it was announced by other means.
    subject: Option<&'a str>,
    text_sha256: String,
}

#[derive(Serialize)]
struct CorrectionRecord {
    date: Option<String>,
    commit: Option<String>,
    suggested_change: Option<&'static str>,
    /// What changed, told from the redline.
    description: Option<String>,
    url: String,
    changes_url: String,
    text_sha256: String,
}

#[derive(Serialize)]
struct IndexRecord<'a> {
    title: &'a str,
    date: String,
    policies: Vec<IndexEntry<'a>>,
}

#[derive(Serialize)]
struct IndexEntry<'a> {
    uid: &'a str,
    policy: &'a str,
    title: &'a str,
    status: &'static str,
    in_force: Option<&'a str>,
    upcoming: Option<&'a str>,
    versions: usize,
    url: String,
    versions_url: String,
}

/// `versions.json` of a policy.
pub(crate) fn policy(
    policies: &Policies,
    index: usize,
    (comparisons, announced): (&Comparisons, &Announced),
    comparer: &mut Comparer<'_>,
) -> Result<String> {
    let policy = &policies.all[index];
    let label = |index: usize| policy.versions[index].label.as_str();
    let record = PolicyRecord {
        uid: &policy.uid,
        policy: &policy.id,
        title: &policy.title,
        path: &policy.path,
        status: status(policy),
        in_force: policy.in_force().map(label),
        upcoming: policy.upcoming().first().copied().map(label),
        withdrawals: policy
            .withdrawals
            .iter()
            .map(|withdrawal| WithdrawalRecord {
                commit: withdrawal.commit.id.to_string(),
                date: withdrawal.commit.date.rfc3339(),
            })
            .collect(),
        versions: (0..policy.published())
            .rev()
            .map(|number| {
                let corrections = corrections(policy, number, comparer)?;
                let comparison = comparisons.of(policies, index, number, comparer)?;
                let mut record = version(policy, number, comparison, corrections);
                record.announced = told(policy, number, announced.version(index, number));
                record.notice_url = announced
                    .has_words(index, number)
                    .then(|| format!("{}notice/", record.url));
                Ok(record)
            })
            .collect::<Result<_>>()?,
        unchanged_revisions: policy.unchanged.iter().map(ToString::to_string).collect(),
    };
    written(&record)
}

/// What stands where a policy's `versions.json` was before it moved. It lists no versions: a copy would say a second time, in
/// another place, what pages there are.
pub(super) fn moved(policy: &Policy) -> Result<String> {
    written(&MovedRecord {
        uid: &policy.uid,
        policy: &policy.id,
        title: &policy.title,
        path: None,
        status: "moved",
        moved_to: format!("/{}/versions.json", encoded(&policy.id)),
        in_force: None,
        upcoming: None,
        withdrawals: [],
        versions: [],
        unchanged_revisions: [],
    })
}

/// `index.json` of the site.
pub(crate) fn index(site: &Site, policies: &Policies) -> Result<String> {
    let published = policies.all.iter().filter(|policy| policy.published() > 0);
    let entries = published.map(|policy| {
        let label = |index: usize| policy.versions[index].label.as_str();
        IndexEntry {
            uid: &policy.uid,
            policy: &policy.id,
            title: &policy.title,
            status: status(policy),
            in_force: policy.in_force().map(label),
            upcoming: policy.upcoming().first().copied().map(label),
            versions: policy.published(),
            url: format!("/{}/", encoded(&policy.id)),
            versions_url: format!("/{}/versions.json", encoded(&policy.id)),
        }
    });
    written(&IndexRecord {
        title: &site.title,
        date: policies.today.to_string(),
        policies: entries.collect(),
    })
}

fn status(policy: &Policy) -> &'static str {
    if policy.live { "live" } else { "withdrawn" }
}

fn version<'a>(
    policy: &'a Policy,
    index: usize,
    comparison: Option<&'a Comparison>,
    corrections: Vec<CorrectionRecord>,
) -> VersionRecord<'a> {
    let version = &policy.versions[index];
    let folder = folder(policy, version);
    let suggested = comparison.and_then(|comparison| comparison.suggested);
    let text = Some(version.newest_text()).filter(|_| !version.hidden);
    VersionRecord {
        label: &version.label,
        title: version.title.as_deref(),
        status: policy.status(index).as_str(),
        published: version.published.map(|moment| moment.rfc3339()),
        effective: version.effective.date.map(|date| date.to_string()),
        effective_from: version.effective.from.map(|from| from.as_str()),
        effective_as_written: version.effective.unclear.as_deref(),
        carried_over: version.effective.carried_over,
        postponed_from: version.postponed_from.map(|date| date.to_string()),
        stated: version.stated.as_ref().map(stated),
        reviewed: version.reviewed.map(|date| date.to_string()),
        change: version.change.map(|change| change.as_str()),
        suggested_change: suggested.map(|change| change.as_str()),
        summary: version.summary.as_deref(),
        description: comparison.and_then(|comparison| comparison.description.as_deref()),
        counts: comparison.map(|comparison| comparison.counts),
        hidden: version.hidden,
        url: folder.clone(),
        changes_url: comparison.map(|_| format!("{folder}changes/")),
        source_sha256: text.map(|text| hex(&text.source_sha256)),
        text_sha256: text.map(|text| hex(&text.digest.text)),
        path: &version.newest_text().revision.path,
        corrections,
        announced: Vec::new(),
        notice_url: None,
        revisions: version.revisions.iter().map(ToString::to_string).collect(),
    }
}

/// What readers were told of a version, oldest first.
fn told<'a>(
    policy: &Policy,
    number: usize,
    announcements: &'a [Announcement],
) -> Vec<AnnouncedRecord<'a>> {
    let texts = &policy.versions[number].texts;
    let one = |one: &'a Announcement| AnnouncedRecord {
        why: one.why.as_str(),
        date: one.on.to_string(),
        channels: &one.channels,
        subject: one.said.as_ref().map(|said| said.subject.as_str()),
        text_sha256: texts
            .get(one.text)
            .map(|text| hex(&text.digest.text))
            .unwrap_or_default(),
    };
    announcements.iter().map(one).collect()
}

/// A day, or the date as written where it names none.
fn stated(stated: &Stated) -> String {
    match stated {
        Stated::Day(date) => date.to_string(),
        Stated::Unclear(text) => text.clone(),
    }
}

/// The address of a version.
fn folder(policy: &Policy, version: &Version) -> String {
    format!("/{}/{}/", encoded(&policy.id), encoded(&version.label))
}

/// The corrections, oldest first. None of a hidden version.
fn corrections(
    policy: &Policy,
    number: usize,
    comparer: &mut Comparer<'_>,
) -> Result<Vec<CorrectionRecord>> {
    let version = &policy.versions[number];
    let folder = folder(policy, version);
    match version.hidden {
        true => Ok(Vec::new()),
        false => (1..version.texts.len())
            .map(|number| correction(version, number, &folder, comparer))
            .collect(),
    }
}

/// A later text of a version; the newest is what the version shows, so that it stands at the version's own address, `folder`.
fn correction(
    version: &Version,
    number: usize,
    folder: &str,
    comparer: &mut Comparer<'_>,
) -> Result<CorrectionRecord> {
    let (before, text) = (&version.texts[number - 1], &version.texts[number]);
    let redline = comparer.redline(&before.revision.source, &text.revision.source)?;
    let suggested = comparisons::suggested(&redline);
    Ok(CorrectionRecord {
        date: text.date.map(|moment| moment.rfc3339()),
        commit: text.first.map(|id| id.to_string()),
        suggested_change: suggested.map(|change| change.as_str()),
        description: redline.description(comparer.words),
        url: match number + 1 == version.texts.len() {
            true => folder.to_string(),
            false => format!("{folder}{}/", text_name(number)),
        },
        changes_url: format!("{folder}corrections/"),
        text_sha256: hex(&text.digest.text),
    })
}
