//! `policygen status`: what is in force on a day, what is upcoming, and when a rebuild changes the site.
//!
//! Only dates ahead make a later day differ: on its own an upcoming version comes into force, and one that was called off is named no more
//! where a newer one is in force.

use anyhow::Result;
use jiff::civil::Date;
use serde::Serialize;

use crate::log::{NONE, Options, Table};
use crate::policies::{Policies, Policy};
use crate::versions::Version;

/// The site on a day.
#[derive(Serialize)]
struct Status<'a> {
    date: String,
    /// The next day on which a rebuild changes the site; null: none is known.
    next: Option<String>,
    policies: Vec<PolicyStatus<'a>>,
}

#[derive(Serialize)]
struct PolicyStatus<'a> {
    policy: &'a str,
    uid: &'a str,
    title: &'a str,
    status: &'static str,
    in_force: Option<VersionStatus<'a>>,
    /// The nearest first.
    upcoming: Vec<VersionStatus<'a>>,
    /// Called off before their date: newer than the one in force, or with a date still ahead.
    called_off: Vec<VersionStatus<'a>>,
}

#[derive(Serialize)]
struct VersionStatus<'a> {
    label: &'a str,
    published: Option<String>,
    effective: Option<String>,
    postponed_from: Option<String>,
    summary: Option<&'a str>,
}

/// The next day, after that for which statuses are told, on which a version comes into force or one that was called off is
/// dropped; `None` where there is none.
pub fn next(policies: &Policies) -> Option<Date> {
    policies.all.iter().filter_map(next_of).min()
}

fn next_of(policy: &Policy) -> Option<Date> {
    let called_off = policy.called_off().iter();
    // Those that are newer than the one in force are named until it is no more.
    let older = called_off.filter(|index| Some(**index) < policy.in_force());
    let comes = policy.upcoming().iter().chain(older);
    comes
        .filter_map(|&index| policy.versions[index].effective.date)
        .min()
}

/// A line for each version that is in force, upcoming or called off, and one for each policy that has none; then the next day.
pub fn text(policies: &Policies, options: Options) -> String {
    let mut table = Table::new(&["POLICY", "STATUS", "VERSION", "FROM", "SUMMARY"]);
    for policy in &policies.all {
        let versions = told(policy);
        for &version in &versions {
            table.rows.push(row(policy, version));
        }
        if versions.is_empty() {
            let what = if policy.live {
                "nothing in force"
            } else {
                "withdrawn"
            };
            let cells = [policy.id.as_str(), what, NONE, NONE, ""];
            table.rows.push(cells.map(str::to_owned).to_vec());
        }
    }
    let next = match next(policies) {
        Some(day) => format!("The site changes by itself on {day}: build it again then."),
        None => "Nothing is upcoming: the site changes with the next commit.".to_owned(),
    };
    format!("{}\n{next}\n", table.written(options))
}

/// The same as JSON.
///
/// # Errors
///
/// None is known.
pub fn json(policies: &Policies) -> Result<String> {
    let status = Status {
        date: policies.today.to_string(),
        next: next(policies).map(|day| day.to_string()),
        policies: policies.all.iter().map(policy_status).collect(),
    };
    Ok(serde_json::to_string_pretty(&status)? + "\n")
}

/// The versions of a policy that a reader should know of: in force, upcoming, called off.
fn told(policy: &Policy) -> Vec<usize> {
    let upcoming = policy.upcoming().iter().copied();
    let in_force = policy.in_force().into_iter();
    let called_off = policy.called_off().iter().copied();
    in_force.chain(upcoming).chain(called_off).collect()
}

fn row(policy: &Policy, index: usize) -> Vec<String> {
    let version = &policy.versions[index];
    let day = version.effective.date.or(published(version));
    let postponed = version.postponed_from;
    let postponed = postponed.map(|from| format!("Postponed from {from}."));
    let told = [postponed, version.summary.clone()];
    vec![
        policy.id.clone(),
        policy.status(index).as_str().to_owned(),
        version.label.clone(),
        day.map_or_else(|| NONE.to_owned(), |day| day.to_string()),
        told.into_iter().flatten().collect::<Vec<_>>().join(" "),
    ]
}

fn policy_status(policy: &Policy) -> PolicyStatus<'_> {
    let status = |index: usize| version_status(&policy.versions[index]);
    PolicyStatus {
        policy: &policy.id,
        uid: &policy.uid,
        title: &policy.title,
        status: if policy.live { "live" } else { "withdrawn" },
        in_force: policy.in_force().map(status),
        upcoming: policy.upcoming().iter().copied().map(status).collect(),
        called_off: policy.called_off().iter().copied().map(status).collect(),
    }
}

fn version_status(version: &Version) -> VersionStatus<'_> {
    VersionStatus {
        label: &version.label,
        published: version.published.map(|moment| moment.rfc3339()),
        effective: version.effective.date.map(|day| day.to_string()),
        postponed_from: version.postponed_from.map(|day| day.to_string()),
        summary: version.summary.as_deref(),
    }
}

fn published(version: &Version) -> Option<Date> {
    version.published.map(|moment| moment.date())
}
