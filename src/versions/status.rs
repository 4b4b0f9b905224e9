//! Which version is in force on a day.

use jiff::civil::Date;

use super::Version;
use super::metadata::is_far;

/// How a policy's versions stand on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Index of the version in force: the newest in history order, not called off, that has no effective
    /// date or one that has come.
    pub in_force: Option<usize>,
    /// Indices of the versions whose effective date lies ahead, the nearest date first.
    pub upcoming: Vec<usize>,
}

/// How versions (oldest first) stand on this day.
pub fn standing(versions: &[Version], today: Date) -> Standing {
    let stands = |version: &Version| !version.called_off;
    let in_force = versions
        .iter()
        .rposition(|v| stands(v) && !lies_ahead(v, today));
    let newer = in_force.map_or(0, |index| index + 1);
    let mut upcoming: Vec<usize> = (newer..versions.len())
        .filter(|&index| stands(&versions[index]) && lies_ahead(&versions[index], today))
        .collect();
    upcoming.sort_by_key(|&index| versions[index].effective.date);
    Standing { in_force, upcoming }
}

/// Whether a version holds only from a later day. A date more than a year after its publication makes nothing upcoming.
fn lies_ahead(version: &Version, today: Date) -> bool {
    let far = |date| {
        version
            .published
            .is_some_and(|published| is_far(date, published.date()))
    };
    version
        .effective
        .date
        .is_some_and(|date| date > today && !far(date))
}
