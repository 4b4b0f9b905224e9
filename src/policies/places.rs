//! Places: which id each policy has today, which it had before, and its `uid`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use crate::hash::hex;
use crate::history::PolicyHistory;
use crate::problems::Problems;
use crate::reserved;
use crate::slug::id_of_path;

/// For so many days it is told that a policy has another `uid`.
const TOLD_FOR: i64 = 90;

/// What the place of a policy depends on.
pub(super) struct Candidate<'a> {
    pub history: &'a PolicyHistory,
    /// The newest front matter's `id`.
    pub declared: Option<&'a str>,
}

impl Candidate<'_> {
    /// The id that the path gives.
    pub fn natural_id(&self, prefix: &str) -> String {
        natural_id(&self.history.newest().path, prefix)
    }

    fn place(&self) -> String {
        self.history.newest().path.to_string()
    }

    /// The day of its last withdrawal.
    fn withdrawn(&self) -> Option<String> {
        let last = self.history.withdrawals.last()?;
        Some(last.commit.date.date().to_string())
    }
}

/// The id that a path of the repository gives.
pub(super) fn natural_id(path: &str, prefix: &str) -> String {
    id_of_path(path.strip_prefix(prefix).unwrap_or(path))
}

/// The ids of all policies: each unique, none reserved.
///
/// Two live policies of one id are an error, unless an `id` in the front matter parts them. A withdrawn one in the way
/// becomes `<id>-until-<date>`.
pub(super) fn ids(candidates: &[Candidate<'_>], prefix: &str, problems: &Problems) -> Vec<String> {
    let mut ids = vec![String::new(); candidates.len()];
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for (id, group) in by_natural_id(candidates, prefix) {
        for (index, own) in part(candidates, &id, &group) {
            let own = free_of_reserved(own, &candidates[index], problems);
            match taken.get(&own) {
                Some(&other) => {
                    tell_of_clash(&candidates[other], &candidates[index], &own, problems)
                }
                None => {
                    taken.insert(own.clone(), index);
                }
            }
            ids[index] = own;
        }
    }
    for index in newest_withdrawn_first(candidates) {
        ids[index] = withdrawn_id(&candidates[index], prefix, &taken, problems);
        taken.insert(ids[index].clone(), index);
    }
    ids
}

fn by_natural_id(candidates: &[Candidate<'_>], prefix: &str) -> BTreeMap<String, Vec<usize>> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, candidate) in candidates
        .iter()
        .enumerate()
        .filter(|(_, c)| c.history.live)
    {
        groups
            .entry(candidate.natural_id(prefix))
            .or_default()
            .push(index);
    }
    groups
}

/// Of the live policies of one id: which id each gets. Where there are several, or the id is kept for the site, an `id` of
/// their own parts them; two that are left without one both get it, which is told as a clash.
fn part(candidates: &[Candidate<'_>], id: &str, group: &[usize]) -> Vec<(usize, String)> {
    let contested = group.len() > 1 || is_kept_for_the_site(id);
    let own = |index: &usize| {
        let declared = candidates[*index]
            .declared
            .filter(|_| contested)
            .map(id_of_path);
        (*index, declared.unwrap_or_else(|| id.to_string()))
    };
    group.iter().map(own).collect()
}

fn tell_of_clash(one: &Candidate<'_>, other: &Candidate<'_>, id: &str, problems: &Problems) {
    let message = format!(
        "`{}` and `{}` would both be published at `/{id}/`; rename one of them, or give the newer one another place with `id:` in its front matter, which also begins its feed and what its readers have read anew",
        one.place(),
        other.place(),
    );
    problems.error("policies of one id", "", message);
}

fn is_kept_for_the_site(id: &str) -> bool {
    let count = id.split('/').count();
    id.split('/')
        .enumerate()
        .any(|(n, part)| is_kept(part, n, count))
}

/// Whether the n-th of so many parts of an id is a name that the site keeps there.
fn is_kept(part: &str, n: usize, count: usize) -> bool {
    let is_first_of_many = n == 0 && part == "assets";
    reserved::is_file(part) || is_first_of_many || (n + 1 == count && reserved::is_reserved(part))
}

/// As [`free_of_reserved`], unsaid.
pub(super) fn free_of_reserved_id(id: String) -> String {
    let count = id.split('/').count();
    let free = |(n, part): (usize, &str)| match is_kept(part, n, count) {
        true => format!("{part}-policy"),
        false => part.to_string(),
    };
    let parts: Vec<String> = id.split('/').enumerate().map(free).collect();
    parts.join("/")
}

/// The id with `-policy` behind each part that the site keeps for itself.
fn free_of_reserved(id: String, candidate: &Candidate<'_>, problems: &Problems) -> String {
    if !is_kept_for_the_site(&id) {
        return id;
    }
    let other = free_of_reserved_id(id.clone());
    let message = format!(
        "`/{id}/` is kept for the site's own pages, so it is published at `/{other}/`; rename the file to give it another place (an `id:` does so too, but begins its feed and what its readers have read anew)"
    );
    problems.warning(
        "policies named like pages of the site",
        candidate.place(),
        message,
    );
    other
}

fn newest_withdrawn_first(candidates: &[Candidate<'_>]) -> Vec<usize> {
    let mut withdrawn: Vec<usize> = (0..candidates.len())
        .filter(|&i| !candidates[i].history.live)
        .collect();
    let last = |index: &usize| {
        candidates[*index]
            .history
            .withdrawals
            .last()
            .map_or(0, |w| w.commit.position)
    };
    withdrawn.sort_by_key(|index| std::cmp::Reverse(last(index)));
    withdrawn
}

fn withdrawn_id(
    candidate: &Candidate<'_>,
    prefix: &str,
    taken: &BTreeMap<String, usize>,
    problems: &Problems,
) -> String {
    let natural = free_of_reserved(candidate.natural_id(prefix), candidate, problems);
    if !taken.contains_key(&natural) {
        return natural;
    }
    let dated = format!(
        "{natural}-until-{}",
        candidate.withdrawn().unwrap_or_default()
    );
    let numbered = (2..).map(|n| format!("{dated}-{n}"));
    std::iter::once(dated.clone())
        .chain(numbered)
        .find(|id| !taken.contains_key(id))
        .unwrap_or(dated)
}

/// The names for ever: what the front matter declares, else a hash of the first commit and the first path. Where two declare
/// the same, a live one keeps it before a withdrawn one, then the one first published.
pub(super) fn uids(candidates: &[Candidate<'_>], problems: &Problems) -> Vec<String> {
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    let (live, withdrawn): (Vec<usize>, Vec<usize>) =
        (0..candidates.len()).partition(|&index| candidates[index].history.live);
    for index in live.into_iter().chain(withdrawn) {
        let candidate = &candidates[index];
        let Some(declared) = candidate.declared else {
            continue;
        };
        let owner = *owners.entry(declared).or_insert(index);
        if owner != index {
            let message = format!(
                "`id: {declared}` is that of `{}` already; it gets an id of its own",
                candidates[owner].place()
            );
            problems.warning("ids declared twice", candidate.place(), message);
        }
    }
    let uid = |(index, candidate): (usize, &Candidate<'_>)| {
        let own = candidate
            .declared
            .filter(|declared| owners.get(declared) == Some(&index));
        own.map_or_else(|| hashed_uid(candidate.history), str::to_string)
    };
    candidates.iter().enumerate().map(uid).collect()
}

/// Tells of a policy that was known by another `uid` before its front matter declared an `id`, or another one: what hangs on
/// the former is lost to whoever has it. `declared`: what each revision says, oldest first, `None` for one without a text. Only
/// a change of the last [`TOLD_FOR`] days is told: whoever meant it need not hear of it for ever.
pub(super) fn tell_of_renamed(
    history: &PolicyHistory,
    declared: &[Option<Option<&str>>],
    (uid, today): (&str, Date),
    problems: &Problems,
) {
    let hashed = hashed_uid(history);
    let published = history.revisions.iter().zip(declared);
    let mut known = published.filter_map(|(revision, declared)| Some((revision, (*declared)?)));
    let first: Option<&str> = known.next().map(|(_, id)| id.unwrap_or(&hashed));
    let mut former = first;
    let mut changed = None;
    for (revision, id) in known {
        let now = id.unwrap_or(&hashed);
        if former != Some(now) {
            changed = former.replace(now).map(|former| (former, revision));
        }
    }
    // Who goes back to the first name has what hangs on it again.
    let is_other = history.live && first != Some(uid);
    let Some((former, revision)) = changed.filter(|(former, _)| is_other && *former != uid) else {
        return;
    };
    let on = revision.commit.as_ref().map(|commit| commit.date.date());
    let limit = jiff::Span::new().days(TOLD_FOR);
    if on.is_some_and(|on| on.checked_add(limit).is_ok_and(|until| until >= today)) {
        let message = format!(
            "its name for ever was `{former}` and is `{uid}` now, so its feeds, and what its readers have read, begin anew; write `id: {former}` to keep them"
        );
        problems.warning(
            "names for ever that changed",
            &*history.newest().path,
            message,
        );
    }
}

fn hashed_uid(history: &PolicyHistory) -> String {
    let first = &history.revisions[0];
    let mut hash = Sha256::new();
    hash.update(
        first
            .commit
            .as_ref()
            .map(|commit| commit.id.to_string())
            .unwrap_or_default(),
    );
    hash.update([0]);
    hash.update(first.path.as_bytes());
    hex(&hash.finalize()[..10])
}

/// The title of a policy that declares none and has no heading: its file's name, or its folder's where that is `index`.
pub(crate) fn title_of_path(path: &str) -> String {
    let path = path.strip_suffix(".md").unwrap_or(path);
    let path = path.strip_suffix("/index").unwrap_or(path);
    let name = path.rsplit('/').next().unwrap_or(path);
    let words = name.replace(['-', '_'], " ");
    let mut chars = words.trim().chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => name.to_string(),
    }
}

/// Whether an id that a path once gave leads to pages of its own no more.
pub(super) fn is_former(id: &str, today: &str) -> bool {
    id != today && !is_kept_for_the_site(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_come_from_names_at_last() {
        assert_eq!(title_of_path("legal/privacy-policy.md"), "Privacy policy");
        assert_eq!(title_of_path("refund/index.md"), "Refund");
        assert_eq!(title_of_path("___.md"), "___");
    }
}
