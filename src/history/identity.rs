//! Which policy a path is: the rules of identity, applied to one commit after the other, oldest first.
//!
//! A path that appears in a commit is, in this order: the policy whose path of the same id vanished in that commit; the
//! policy that a rename names as its source; the return of a withdrawn policy that ever had this id; else a new policy.
//! `follows` and `starts` of `versions.toml` mend what git cannot know.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Commit, ObjectId, PolicyHistory, Published, Revision, Source, Withdrawal};
use crate::slug::id_of_path;

/// A policy's source that is there after a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Present {
    /// Path in the repository.
    pub path: Arc<str>,
    pub blob: ObjectId,
}

/// What one commit did to the sources of policies, each in the order of the paths.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub vanished: Vec<Arc<str>>,
    pub appeared: Vec<Present>,
    pub modified: Vec<Present>,
}

/// A correction of the history by `versions.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mend {
    /// The policy that is at `path` (a path or an id) continues the withdrawn one that was once at `old`.
    Follows { path: String, old: String },
    /// At this commit (a prefix of its name) a new policy begins at `path`, whatever git says.
    Starts { path: String, commit: String },
}

/// The state of the walk: the policies so far, and which of them is where.
pub(super) struct Identities<'a> {
    /// Cuts the content folder from a path, for ids.
    prefix: &'a str,
    mends: &'a [Mend],
    policies: Vec<PolicyHistory>,
    live: BTreeMap<Arc<str>, usize>,
    /// The policy last withdrawn that ever had this id.
    gone: BTreeMap<String, usize>,
    /// For each policy the ids that it ever had.
    ids: Vec<BTreeSet<String>>,
    /// Places in `mends` of those that were applied.
    applied: BTreeSet<usize>,
}

impl<'a> Identities<'a> {
    /// An empty history. `prefix` is the content folder with a `/` behind it, or empty.
    pub fn new(prefix: &'a str, mends: &'a [Mend]) -> Self {
        Identities {
            prefix,
            mends,
            policies: Vec::new(),
            live: BTreeMap::new(),
            gone: BTreeMap::new(),
            ids: Vec::new(),
            applied: BTreeSet::new(),
        }
    }

    /// Takes one commit. `renames` is asked only where it can matter; it gives (old path, new path).
    pub fn step<E>(
        &mut self,
        commit: &Arc<Commit>,
        changes: Changes,
        renames: impl FnOnce() -> Result<Vec<(String, String)>, E>,
    ) -> Result<(), E> {
        let mut vanished = BTreeMap::new();
        for path in changes.vanished {
            if let Some(policy) = self.live.remove(&path) {
                vanished.insert(path, policy);
            }
        }
        let mut appeared = self.split_at_starts(commit, changes.appeared);
        appeared = self.join_same_id(commit, appeared, &mut vanished);
        if !appeared.is_empty() && !vanished.is_empty() {
            appeared = self.join_renames(commit, appeared, &mut vanished, renames()?);
        }
        self.withdraw(commit, vanished.into_values());
        for present in appeared {
            let policy = self
                .returning(&present.path)
                .unwrap_or_else(|| self.new_policy());
            self.settle(commit, policy, present);
        }
        for present in changes.modified {
            self.modify(commit, present);
        }
        Ok(())
    }

    /// The policies found, in the order of their first revision, with `follows` applied.
    pub fn finish(mut self, commits: usize) -> Published {
        for (index, mend) in self.mends.iter().enumerate() {
            if let Mend::Follows { path, old } = mend
                && self.follow(path, old)
            {
                self.applied.insert(index);
            }
        }
        for policy in &mut self.policies {
            policy.revisions.sort_by_key(position);
        }
        self.policies.retain(|policy| !policy.revisions.is_empty());
        self.policies
            .sort_by_key(|policy| position(&policy.revisions[0]));
        let unmatched = |(index, _): &(usize, &Mend)| !self.applied.contains(index);
        let unmatched = self.mends.iter().enumerate().filter(unmatched);
        Published {
            unmatched: unmatched.map(|(_, mend)| mend.clone()).collect(),
            policies: self.policies,
            commits,
            incomplete: Vec::new(),
        }
    }

    fn split_at_starts(&mut self, commit: &Arc<Commit>, appeared: Vec<Present>) -> Vec<Present> {
        let (starting, rest): (Vec<_>, Vec<_>) = appeared
            .into_iter()
            .partition(|present| self.starts(commit, &present.path));
        for present in starting {
            let policy = self.new_policy();
            self.settle(commit, policy, present);
        }
        rest
    }

    fn starts(&mut self, commit: &Commit, at: &str) -> bool {
        let id = commit.id.to_string();
        let meant = self.mends.iter().position(|mend| match mend {
            Mend::Starts { path, commit } => {
                self.is_named(path, at) && id.starts_with(commit.as_str())
            }
            Mend::Follows { .. } => false,
        });
        self.applied.extend(meant);
        meant.is_some()
    }

    fn join_same_id(
        &mut self,
        commit: &Arc<Commit>,
        appeared: Vec<Present>,
        vanished: &mut BTreeMap<Arc<str>, usize>,
    ) -> Vec<Present> {
        if vanished.is_empty() {
            return appeared;
        }
        let ids: BTreeMap<String, Arc<str>> = vanished
            .keys()
            .map(|path| (self.id(path), path.clone()))
            .collect();
        let mut rest = Vec::new();
        for present in appeared {
            let old = ids
                .get(&self.id(&present.path))
                .and_then(|path| vanished.remove(path));
            match old {
                Some(policy) => self.settle(commit, policy, present),
                None => rest.push(present),
            }
        }
        rest
    }

    fn join_renames(
        &mut self,
        commit: &Arc<Commit>,
        appeared: Vec<Present>,
        vanished: &mut BTreeMap<Arc<str>, usize>,
        renames: Vec<(String, String)>,
    ) -> Vec<Present> {
        let old_of: BTreeMap<String, String> =
            renames.into_iter().map(|(old, new)| (new, old)).collect();
        let mut rest = Vec::new();
        for present in appeared {
            let old = old_of
                .get(&*present.path)
                .and_then(|path| vanished.remove(path.as_str()));
            match old {
                Some(policy) => self.settle(commit, policy, present),
                None => rest.push(present),
            }
        }
        rest
    }

    fn withdraw(&mut self, commit: &Arc<Commit>, policies: impl Iterator<Item = usize>) {
        for index in policies {
            let policy = &mut self.policies[index];
            policy.live = false;
            policy.withdrawals.push(Withdrawal {
                commit: commit.clone(),
            });
            self.gone
                .extend(self.ids[index].iter().map(|id| (id.clone(), index)));
        }
    }

    /// The withdrawn policy that comes back at this path.
    fn returning(&self, path: &str) -> Option<usize> {
        let index = *self.gone.get(&self.id(path))?;
        (!self.policies[index].live).then_some(index)
    }

    fn modify(&mut self, commit: &Arc<Commit>, present: Present) {
        let starts = self.starts(commit, &present.path);
        match self.live.get(&present.path).copied() {
            Some(policy) if !starts => self.settle(commit, policy, present),
            known => {
                self.withdraw(commit, known.into_iter());
                let policy = self.new_policy();
                self.settle(commit, policy, present);
            }
        }
    }

    fn new_policy(&mut self) -> usize {
        self.policies.push(PolicyHistory {
            revisions: Vec::new(),
            withdrawals: Vec::new(),
            live: true,
        });
        self.ids.push(BTreeSet::new());
        self.policies.len() - 1
    }

    fn settle(&mut self, commit: &Arc<Commit>, policy: usize, present: Present) {
        let id = self.id(&present.path);
        self.ids[policy].insert(id);
        self.live.insert(present.path.clone(), policy);
        self.policies[policy].live = true;
        self.policies[policy].revisions.push(Revision {
            commit: Some(commit.clone()),
            path: present.path,
            source: Source::Blob(present.blob),
        });
    }

    /// Joins the withdrawn policy that was once at `old` before the one that is or was at `path`; false where one is missing.
    fn follow(&mut self, path: &str, old: &str) -> bool {
        let (Some(new), Some(source)) = (self.last_at(path, true), self.last_at(old, false)) else {
            return false;
        };
        if new == source {
            return false;
        }
        let mut joined = std::mem::take(&mut self.policies[source].revisions);
        let withdrawals = std::mem::take(&mut self.policies[source].withdrawals);
        let begins = position(&self.policies[new].revisions[0]);
        let policy = &mut self.policies[new];
        // A commit that changed both stands once: with the path that goes on.
        let own: BTreeSet<usize> = policy.revisions.iter().map(position).collect();
        joined.retain(|revision| !own.contains(&position(revision)));
        policy.revisions.splice(0..0, joined);
        // A withdrawal after the new path appeared was none: the policy had only moved.
        let before = withdrawals
            .into_iter()
            .filter(|w| w.commit.position < begins);
        policy.withdrawals.splice(0..0, before);
        true
    }

    /// The policy, live or withdrawn, that was last at what a name says.
    fn last_at(&self, name: &str, live: bool) -> Option<usize> {
        let was_there = |policy: &PolicyHistory| {
            policy
                .revisions
                .iter()
                .any(|r| self.is_named(name, &r.path))
        };
        self.policies
            .iter()
            .rposition(|policy| policy.live == live && was_there(policy))
    }

    /// Whether a name of `versions.toml`, a path or an id, means this path.
    fn is_named(&self, name: &str, path: &str) -> bool {
        name == path || name == self.id(path)
    }

    fn id(&self, path: &str) -> String {
        id_of_path(path.strip_prefix(self.prefix).unwrap_or(path))
    }
}

fn position(revision: &Revision) -> usize {
    revision.commit.as_ref().map_or(0, |commit| commit.position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dates::Moment;
    use crate::history::Trailers;

    /// A history told commit by commit: `+a.md` appears, `-a.md` vanishes, `~a.md` changes.
    fn walk(commits: &[&str], renames: &[(&str, &str)], mends: &[Mend]) -> Published {
        let mut identities = Identities::new("", mends);
        for (position, said) in commits.iter().enumerate() {
            let renames: Vec<(String, String)> = renames
                .iter()
                .map(|(old, new)| (old.to_string(), new.to_string()))
                .collect();
            identities
                .step(&commit(position), changes(said), || Ok::<_, ()>(renames))
                .unwrap();
        }
        identities.finish(commits.len())
    }

    fn commit(position: usize) -> Arc<Commit> {
        Arc::new(Commit {
            id: ObjectId([position as u8 + 1; 20]),
            position,
            date: Moment {
                seconds: position as i64 * 86_400,
                offset_minutes: 0,
            },
            trailers: Trailers::default(),
        })
    }

    fn changes(said: &str) -> Changes {
        let mut changes = Changes::default();
        for word in said.split_whitespace() {
            let (kind, path) = word.split_at(1);
            let present = Present {
                path: path.into(),
                blob: ObjectId([0; 20]),
            };
            match kind {
                "+" => changes.appeared.push(present),
                "-" => changes.vanished.push(path.into()),
                _ => changes.modified.push(present),
            }
        }
        changes
    }

    /// Each policy as its paths, a `!` behind those that are withdrawn.
    fn told(published: &Published) -> Vec<String> {
        let path = |revision: &Revision| revision.path.to_string();
        let told = |policy: &PolicyHistory| {
            let paths: Vec<String> = policy.revisions.iter().map(path).collect();
            format!("{}{}", paths.join(" "), if policy.live { "" } else { " !" })
        };
        published.policies.iter().map(told).collect()
    }

    #[test]
    fn the_same_id_goes_before_a_rename() {
        let moved = walk(
            &[
                "+refund.md +b.md",
                "-refund.md -b.md +refund/index.md +c.md",
            ],
            &[("refund.md", "c.md"), ("b.md", "refund/index.md")],
            &[],
        );
        assert_eq!(
            told(&moved),
            ["refund.md refund/index.md", "b.md !", "c.md"]
        );
    }

    #[test]
    fn a_rename_goes_on_with_the_policy() {
        let moved = walk(&["+a.md", "~a.md", "-a.md +b.md"], &[("a.md", "b.md")], &[]);
        assert_eq!(told(&moved), ["a.md a.md b.md"]);
        assert!(moved.policies[0].withdrawals.is_empty());
    }

    #[test]
    fn a_withdrawn_policy_returns_under_any_id_that_it_had() {
        let back = walk(
            &["+a.md", "-a.md +b.md", "-b.md", "+a.md"],
            &[("a.md", "b.md")],
            &[],
        );
        assert_eq!(told(&back), ["a.md b.md a.md"]);
        assert_eq!(back.policies[0].withdrawals.len(), 1);
        assert!(back.policies[0].live);
    }

    #[test]
    fn a_path_that_appears_beside_a_living_one_is_a_new_policy() {
        assert_eq!(
            told(&walk(&["+a.md", "+b.md"], &[("a.md", "b.md")], &[])),
            ["a.md", "b.md"]
        );
    }

    #[test]
    fn follows_joins_what_git_could_not() {
        let follows = Mend::Follows {
            path: "b.md".into(),
            old: "a.md".into(),
        };
        let joined = walk(
            &["+a.md", "+b.md", "-a.md ~b.md"],
            &[],
            std::slice::from_ref(&follows),
        );
        assert_eq!(told(&joined), ["a.md b.md b.md"]);
        assert!(joined.policies[0].withdrawals.is_empty());
        let gap = walk(&["+a.md", "-a.md", "+b.md"], &[], &[follows]);
        assert_eq!(told(&gap), ["a.md b.md"]);
        assert_eq!(gap.policies[0].withdrawals.len(), 1);
    }

    #[test]
    fn starts_parts_what_git_joined() {
        let starts = |path: &str, commit: &str| Mend::Starts {
            path: path.into(),
            commit: commit.into(),
        };
        let renamed = walk(
            &["+a.md", "-a.md +b.md"],
            &[("a.md", "b.md")],
            &[starts("b.md", "0202020")],
        );
        assert_eq!(told(&renamed), ["a.md !", "b.md"]);
        let rewritten = walk(&["+a.md", "~a.md"], &[], &[starts("a.md", "0202020")]);
        assert_eq!(told(&rewritten), ["a.md !", "a.md"]);
        let missed = walk(&["+a.md"], &[], &[starts("a.md", "0909090")]);
        assert_eq!(missed.unmatched.len(), 1);
    }
}
