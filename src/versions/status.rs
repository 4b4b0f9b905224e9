//! Which version is in force on a day.

use jiff::civil::Date;

use super::Version;
use super::metadata::is_far;

/// How a policy's versions stand on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Standing {
    /// Index of the version in force: the newest in history order, not called off, that has no effective
    /// date or one that has come.
    pub in_force: Option<usize>,
    /// Indices of the versions that will hold from a later day, the nearest date first.
    pub upcoming: Vec<usize>,
    /// Indices of the versions that were called off and are newer than the one in force or were to hold only later, newest first.
    pub called_off: Vec<usize>,
}

/// How versions (oldest first) stand on this day.
pub fn standing(versions: &[Version], today: Date) -> Standing {
    let stands = |version: &Version| !version.called_off && !version.draft;
    let in_force = versions
        .iter()
        .rposition(|v| stands(v) && !lies_ahead(v, today));
    let newer = in_force.map_or(0, |index| index + 1);
    let mut upcoming: Vec<usize> = (newer..versions.len())
        .filter(|&index| stands(&versions[index]) && lies_ahead(&versions[index], today))
        .filter(|&index| overtaken_by(versions, index).is_none())
        .collect();
    upcoming.sort_by_key(|&index| versions[index].effective.date);
    let is_off = |index: &usize| {
        let version = &versions[*index];
        version.called_off && (*index >= newer || lies_ahead(version, today))
    };
    Standing {
        in_force,
        upcoming,
        called_off: (0..versions.len()).rev().filter(is_off).collect(),
    }
}

/// How the versions of a withdrawn policy stand on any day: what was still to come never comes, and the last text stays the last.
pub fn withdrawn(versions: &[Version]) -> Standing {
    Standing {
        in_force: versions.iter().rposition(|version| !version.called_off),
        ..Standing::default()
    }
}

/// The newer published version that takes the place of one before its date, so that it never holds though nobody called it off; `None` where
/// there is none. Of several the one that holds first.
pub fn overtaken_by(versions: &[Version], index: usize) -> Option<usize> {
    let from = planned(&versions[index])?;
    let starts = |index: &usize| {
        let version = &versions[*index];
        let published = version.published.map(|moment| moment.date());
        planned(version).or(published)
    };
    let newer = (index + 1..versions.len()).rev();
    let first = newer
        .filter(|&newer| !versions[newer].called_off && !versions[newer].draft)
        .min_by_key(starts)?;
    starts(&first)
        .is_none_or(|starts| starts <= from)
        .then_some(first)
}

/// Whether a version holds only from a later day. A date more than a year after its publication makes nothing upcoming.
fn lies_ahead(version: &Version, today: Date) -> bool {
    let date = version.effective.date.filter(|_| !is_far(version));
    date.is_some_and(|date| date > today)
}

/// The effective date of a version that was published before it.
fn planned(version: &Version) -> Option<Date> {
    let published = version.published?.date();
    let date = version.effective.date.filter(|_| !is_far(version))?;
    (date > published).then_some(date)
}
