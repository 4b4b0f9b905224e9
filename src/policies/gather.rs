//! From the published history to policies: reads what every text says, and puts it together.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use super::places::{self, Candidate};
use super::{Former, Policies, Policy};
use crate::config::Versions;
use crate::facts::Facts;
use crate::history::{Mend, PolicyHistory, Published, Revision, Source};
use crate::library::{Library, Texts};
use crate::problems::Problems;
use crate::versions::annotations::Annotations;
use crate::versions::{self, Known, Rules, Version};

/// What policies are gathered from.
pub struct Gathering<'a> {
    pub published: Published,
    pub library: &'a Library,
    /// The content folder in the repository with a `/` behind it, or empty.
    pub prefix: String,
    pub versions: Versions,
    pub annotations: &'a Annotations,
    pub today: Date,
}

/// So many texts are read by one thread in a row: neighbours in history share most of their bytes in a pack.
const RUN: usize = 64;

/// Reads what every text says and tells the policies. `progress` hears of each text.
pub fn gather(
    gathering: Gathering<'_>,
    problems: &Problems,
    progress: &(dyn Fn() + Sync),
) -> Policies {
    let known = known(&gathering, progress);
    let (histories, known): (Vec<_>, Vec<_>) = gathering
        .published
        .policies
        .iter()
        .zip(known)
        .filter(|(history, known)| {
            let published = known.iter().any(is_published);
            if !published {
                versions::tell_unreadable(history, known, problems);
            }
            published
        })
        .unzip();
    let candidates: Vec<Candidate<'_>> = histories
        .iter()
        .zip(&known)
        .map(|(history, known)| Candidate {
            history,
            declared: newest(known).and_then(|facts| facts.front.id.as_deref()),
        })
        .collect();
    let ids = places::ids(&candidates, &gathering.prefix, problems);
    let uids = places::uids(&candidates, problems);
    for ((history, known), uid) in histories.iter().zip(&known).zip(&uids) {
        let declared: Vec<_> = known.iter().map(declared).collect();
        places::tell_of_renamed(history, &declared, (uid, gathering.today), problems);
    }
    let mut all: Vec<Policy> = histories
        .iter()
        .zip(&known)
        .zip(ids.into_iter().zip(uids))
        .map(|((history, known), place)| policy(history, known, place, &gathering, problems))
        .filter(|policy| !policy.versions.is_empty())
        .collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    tell_unused(&gathering, &all, problems);
    tell_of_history(&gathering.published, problems);
    index(all, gathering.today, gathering.prefix)
}

/// What is known of each revision of each policy.
fn known(gathering: &Gathering<'_>, progress: &(dyn Fn() + Sync)) -> Vec<Vec<Known>> {
    let policies = &gathering.published.policies;
    let runs: Vec<Vec<&Source>> = policies
        .iter()
        .flat_map(|policy| {
            distinct(policy)
                .chunks(RUN)
                .map(<[_]>::to_vec)
                .collect::<Vec<_>>()
        })
        .collect();
    let read = |source: &Source, texts: &mut Texts<'_>| {
        progress();
        texts.facts(source).map_err(|e| format!("{e:#}"))
    };
    let all: BTreeMap<&Source, Known> = runs
        .into_par_iter()
        .flat_map_iter(|run| {
            let mut texts = gathering.library.texts();
            run.into_iter()
                .map(move |source| (source, read(source, &mut texts)))
        })
        .collect();
    let of = |source: &Source| {
        all.get(source)
            .cloned()
            .unwrap_or_else(|| Err("was not read".to_string()))
    };
    policies
        .iter()
        .map(|policy| {
            policy
                .revisions
                .iter()
                .map(|revision| of(&revision.source))
                .collect()
        })
        .collect()
}

/// The sources of a policy, each once, in history order.
fn distinct(policy: &PolicyHistory) -> Vec<&Source> {
    let mut seen = std::collections::BTreeSet::new();
    let sources = policy.revisions.iter().map(|revision| &revision.source);
    sources.filter(|source| seen.insert(*source)).collect()
}

fn is_published(known: &Known) -> bool {
    known.as_ref().is_ok_and(|facts| !facts.front.draft)
}

/// The `id` that a text declares; `None` for one that is not published.
fn declared(known: &Known) -> Option<Option<&str>> {
    let facts = known.as_ref().ok().filter(|facts| !facts.front.draft)?;
    Some(facts.front.id.as_deref())
}

/// The newest text that can be read and is no draft.
fn newest(known: &[Known]) -> Option<&Arc<Facts>> {
    known
        .iter()
        .rev()
        .filter_map(|known| known.as_ref().ok())
        .find(|facts| !facts.front.draft)
}

fn policy(
    history: &PolicyHistory,
    known: &[Known],
    (id, uid): (String, String),
    gathering: &Gathering<'_>,
    problems: &Problems,
) -> Policy {
    let paths = paths(history);
    let names = names(&paths, &id, &uid);
    let rules = Rules {
        versions: gathering.versions,
        annotations: gathering.annotations,
        names: &names,
        problems,
    };
    let decided = versions::decide(history, known, &rules);
    let path = history.newest().path.clone();
    let shown = decided
        .versions
        .iter()
        .rev()
        .find(|version| !version.hidden);
    Policy {
        title: shown
            .and_then(|version| version.title.clone())
            .unwrap_or_else(|| places::title_of_path(&path)),
        aliases: shown
            .map(|version| version.aliases.clone())
            .unwrap_or_default(),
        standing: match history.live {
            true => versions::standing(&decided.versions, gathering.today),
            false => versions::withdrawn(&decided.versions),
        },
        former: former(history, &id, &decided.versions, &gathering.prefix),
        live: history.live,
        withdrawals: history.withdrawals.clone(),
        versions: decided.versions,
        unchanged: decided.unchanged,
        path,
        paths,
        uid,
        id,
    }
}

/// Each path that a policy had, with the place in history from which it had it.
fn paths(history: &PolicyHistory) -> Vec<(usize, Arc<str>)> {
    let position =
        |revision: &Revision| revision.commit.as_ref().map_or(0, |commit| commit.position);
    let mut paths: Vec<_> = history
        .revisions
        .iter()
        .map(|r| (position(r), r.path.clone()))
        .collect();
    paths.dedup_by(|later, before| later.1 == before.1);
    paths
}

/// What `versions.toml` may call a policy.
fn names(paths: &[(usize, Arc<str>)], id: &str, uid: &str) -> Vec<String> {
    let mut names = vec![id.to_string(), uid.to_string()];
    names.extend(paths.iter().map(|(_, path)| path.to_string()));
    names
}

/// The ids that a policy had before, oldest first, with how many versions were published under each.
fn former(history: &PolicyHistory, today: &str, versions: &[Version], prefix: &str) -> Vec<Former> {
    let mut former: Vec<Former> = Vec::new();
    for revision in &history.revisions {
        let id = places::natural_id(&revision.path, prefix);
        if !places::is_former(&id, today) {
            continue;
        }
        let until = revision.commit.as_ref().map_or(0, |commit| commit.position);
        let count = versions.partition_point(|version| version.position <= until);
        match former.iter_mut().find(|known| known.id == id) {
            Some(known) => known.versions = count,
            None => former.push(Former {
                id,
                versions: count,
            }),
        }
    }
    former.retain(|former| former.versions > 0);
    former
}

/// What the walk could not do: mends without anything to mend, and commits too large to know all renames of.
fn tell_of_history(published: &Published, problems: &Problems) {
    for mend in &published.unmatched {
        let message = match mend {
            Mend::Follows { path, old } => format!(
                "`{path}` follows `{old}`: expected paths or ids, of a policy that is there and of a withdrawn one"
            ),
            Mend::Starts { path, commit } => {
                format!(
                    "`{path}` starts at `{commit}`: that commit neither adds nor changes it, or is not in the published history"
                )
            }
        };
        problems.error(
            "annotations of nothing",
            versions::annotations::FILE_NAME,
            message,
        );
    }
    for commit in &published.incomplete {
        let message = format!(
            "commit {commit} moves so many files that some renames may be unknown; `follows` in versions.toml joins what belongs together"
        );
        problems.warning("commits too large for renames", "", message);
    }
}

/// An annotation that names no version is a slip of who wrote it.
fn tell_unused(gathering: &Gathering<'_>, policies: &[Policy], problems: &Problems) {
    let names: Vec<Vec<String>> = policies
        .iter()
        .map(|p| names(&p.paths, &p.id, &p.uid))
        .collect();
    for annotation in &gathering.annotations.versions {
        let used = policies.iter().zip(&names).any(|(policy, names)| {
            let is_meant =
                |version: &Version| annotation.version.is(&version.label, &version.revisions);
            names.contains(&annotation.policy) && policy.versions.iter().any(is_meant)
        });
        if !used {
            let message = format!(
                "no version of policy `{}` is {}",
                annotation.policy, annotation.version
            );
            problems.error(
                "annotations of nothing",
                versions::annotations::FILE_NAME,
                message,
            );
        }
    }
}

/// Policies by id and by path.
pub(super) fn index(all: Vec<Policy>, today: Date, prefix: String) -> Policies {
    let mut by_path: BTreeMap<Arc<str>, Vec<(usize, usize)>> = BTreeMap::new();
    for (index, policy) in all.iter().enumerate() {
        for (from, path) in &policy.paths {
            by_path
                .entry(path.clone())
                .or_default()
                .push((*from, index));
        }
    }
    by_path.values_mut().for_each(|owners| owners.sort());
    Policies {
        by_id: all
            .iter()
            .enumerate()
            .map(|(index, policy)| (policy.id.clone(), index))
            .collect(),
        by_path,
        all,
        today,
        prefix,
    }
}
