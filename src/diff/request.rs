//! What the words of `policygen diff` mean for each policy.
//!
//! A word is, in this order: `draft`, a version's label, a day (`2024-02-01`: what was in force at its end, else what was published
//! last by then), a commit (as git names it). A policy that was not there then has nothing to show on that side; one without
//! that label is left out, unless it was named.

use anyhow::{Result, anyhow, bail};
use jiff::civil::Date;

use super::suggest::{did_you_mean, listed};
use crate::draft::{self, Draft, Drafts};
use crate::gathered::Gathered;
use crate::history::{ObjectId, Repository, Source};
use crate::library::Texts;
use crate::policies::{Policies, Policy};
use crate::problems::Problems;
use crate::slug::slug;
use crate::versions;

/// What is to be compared, in the words of the command line.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `None`: the latest version.
    pub from: Option<String>,
    /// `None`: the draft; without a working tree the latest version.
    pub to: Option<String>,
    /// An id, a path or a `uid`; `None`: every policy.
    pub policy: Option<String>,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    pub state: State,
    /// When it was published, if it is a version.
    pub published: Option<Date>,
    /// `None`: the policy is not there.
    pub source: Option<Source>,
}

/// Which state of a policy is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The version of this label.
    Version(String),
    /// The working tree's.
    Draft,
    Commit(ObjectId),
    /// It is not there: not yet, or no more.
    Nothing,
}

/// Two sides of one policy.
pub(super) struct Pair {
    /// `None`: one that is not published yet.
    pub policy: Option<usize>,
    pub id: String,
    pub path: String,
    pub from: Side,
    pub to: Side,
}

impl Side {
    fn nothing() -> Side {
        Side {
            state: State::Nothing,
            published: None,
            source: None,
        }
    }

    fn version(policy: &Policy, index: usize) -> Side {
        let version = &policy.versions[index];
        Side {
            state: State::Version(version.label.clone()),
            published: version.published.map(|moment| moment.date()),
            source: Some(version.newest_text().revision.source.clone()),
        }
    }

    fn draft(draft: Option<&Draft>) -> Side {
        match draft {
            None => Side::nothing(),
            Some(draft) => Side {
                state: State::Draft,
                published: None,
                source: Some(draft.source.clone()),
            },
        }
    }
}

/// The pairs that are asked for.
pub(super) fn pairs(
    site: &Gathered,
    request: &Request,
    texts: &mut Texts<'_>,
    problems: &Problems,
) -> Result<Vec<Pair>> {
    let asked = Asked::read(site, request)?;
    let candidates = asked.candidates(request)?;
    let mut pairs = Vec::new();
    let mut left_out = false;
    for candidate in &candidates {
        let [Some(from), Some(to)] = asked.sides(candidate)? else {
            continue;
        };
        let is_there = from.source.is_some() || to.source.is_some();
        let was_withdrawn = asked.is_usual && !candidate.is_live(site) && to.source.is_none();
        left_out = true;
        if !is_there || was_withdrawn {
            continue;
        }
        match asked.hidden(candidate, [&from, &to], texts)? {
            None => pairs.push(candidate.pair(site, from, to)),
            Some(message) if request.policy.is_some() => bail!("{message}"),
            Some(message) => problems.warning("hidden versions", "", message),
        }
    }
    if pairs.is_empty() && !left_out {
        asked.refuse_unknown(&candidates)?;
    }
    Ok(pairs)
}

/// A policy, or a draft that is none yet.
struct Candidate<'a> {
    policy: Option<usize>,
    draft: Option<&'a Draft>,
}

impl Candidate<'_> {
    fn is_live(&self, site: &Gathered) -> bool {
        self.policy
            .is_none_or(|policy| site.policies.all[policy].live)
    }

    fn pair(&self, site: &Gathered, from: Side, to: Side) -> Pair {
        let policy = self.policy.map(|policy| &site.policies.all[policy]);
        let drafted = self.draft.map(|draft| (&draft.id, draft.path.clone()));
        let published = policy.map(|policy| (&policy.id, policy.path.to_string()));
        // One of both is there.
        let (id, path) = published
            .or(drafted)
            .unwrap_or((&site.policies.prefix, String::new()));
        Pair {
            policy: self.policy,
            id: id.clone(),
            path,
            from,
            to,
        }
    }
}

/// What one word of the command line may mean.
enum Word {
    Latest,
    Draft,
    Named {
        text: String,
        day: Option<Date>,
        commit: Option<Commit>,
    },
}

#[derive(Clone, Copy)]
struct Commit {
    id: ObjectId,
    /// Its place in the published history; `None`: it was never published itself.
    position: Option<usize>,
}

/// The request, with all that it is looked up in.
struct Asked<'a> {
    site: &'a Gathered,
    drafts: Option<Drafts>,
    words: [Word; 2],
    /// Whether the latest versions are compared with the drafts.
    is_usual: bool,
}

impl<'a> Asked<'a> {
    fn read(site: &'a Gathered, request: &Request) -> Result<Asked<'a>> {
        let repository = Repository::discover(&site.config.root)?;
        let drafts = match &repository {
            Some(repository) => draft::drafts(site, repository)?,
            None => None,
        };
        let no_tree = drafts.is_none();
        let word = |text: &Option<String>, usual: Word| match text.as_deref() {
            None => Ok(usual),
            Some("draft") if no_tree => Err(anyhow!(
                "there is no working tree, hence no `draft`; name versions, days or commits"
            )),
            Some("draft") => Ok(Word::Draft),
            Some(text) => named(site, repository.as_ref(), text),
        };
        let is_usual = request.from.is_none();
        if is_usual && no_tree {
            bail!(
                "there is no working tree whose drafts could be compared with the latest versions; name two versions, days or commits"
            );
        }
        let now = if no_tree { Word::Latest } else { Word::Draft };
        let words = [word(&request.from, Word::Latest)?, word(&request.to, now)?];
        Ok(Asked {
            site,
            drafts,
            words,
            is_usual,
        })
    }

    /// What is compared: the policy that is named, or all.
    fn candidates(&self, request: &Request) -> Result<Vec<Candidate<'_>>> {
        let drafts = self.drafts.as_ref();
        let policies = &self.site.policies;
        let new = drafts.into_iter().flat_map(|drafts| &drafts.all);
        let new = new.filter(|draft| draft.policy.is_none());
        let published = (0..policies.all.len()).map(|policy| Candidate {
            policy: Some(policy),
            draft: drafts.and_then(|drafts| drafts.of(policy)),
        });
        let new = new.map(|draft| Candidate {
            policy: None,
            draft: Some(draft),
        });
        let mut all: Vec<Candidate<'_>> = published.chain(new).collect();
        let Some(name) = &request.policy else {
            return Ok(all);
        };
        let at = all.iter().position(|candidate| match candidate.policy {
            Some(policy) => is_named(&policies.all[policy], policies, name),
            None => candidate
                .draft
                .is_some_and(|draft| draft.id == *name || draft.path == *name),
        });
        match at.or_else(|| former(policies, name)) {
            Some(at) => Ok(vec![all.swap_remove(at)]),
            None => Err(no_policy(policies, name)),
        }
    }

    /// Both sides of a policy; `None`: it has no such version.
    fn sides(&self, candidate: &Candidate<'_>) -> Result<[Option<Side>; 2]> {
        let [from, to] = &self.words;
        Ok([self.side(from, candidate)?, self.side(to, candidate)?])
    }

    fn side(&self, word: &Word, candidate: &Candidate<'_>) -> Result<Option<Side>> {
        let policy = candidate
            .policy
            .map(|policy| &self.site.policies.all[policy]);
        let (text, day, commit) = match word {
            Word::Draft => return Ok(Some(Side::draft(candidate.draft))),
            Word::Latest => {
                let latest = policy.map(|policy| Side::version(policy, policy.versions.len() - 1));
                return Ok(Some(latest.unwrap_or_else(Side::nothing)));
            }
            Word::Named { text, day, commit } => (text, day, commit),
        };
        let labelled = policy.and_then(|policy| Some((policy, labelled(policy, text)?)));
        if let Some((policy, index)) = labelled {
            return Ok(Some(Side::version(policy, index)));
        }
        Ok(match (day, commit) {
            (Some(day), _) => {
                Some(policy.map_or_else(Side::nothing, |policy| on_day(policy, *day)))
            }
            (None, Some(commit)) => Some(self.at_commit(candidate, *commit)?),
            (None, None) => None,
        })
    }

    /// What a policy said in a commit.
    fn at_commit(&self, candidate: &Candidate<'_>, commit: Commit) -> Result<Side> {
        let policies = &self.site.policies;
        let paths: Vec<String> = match candidate.policy {
            Some(policy) => paths_at(policies, policy, commit.position),
            None => candidate
                .draft
                .iter()
                .map(|draft| draft.path.clone())
                .collect(),
        };
        for path in paths {
            if let Some(blob) = self.site.library.reader.file_at(commit.id, &path)? {
                return Ok(Side {
                    state: State::Commit(commit.id),
                    published: None,
                    source: Some(Source::Blob(blob)),
                });
            }
        }
        Ok(Side::nothing())
    }

    /// Why a side may not be shown: its text is that of a hidden version.
    fn hidden(
        &self,
        candidate: &Candidate<'_>,
        sides: [&Side; 2],
        texts: &mut Texts<'_>,
    ) -> Result<Option<String>> {
        let Some(policy) = candidate
            .policy
            .map(|policy| &self.site.policies.all[policy])
        else {
            return Ok(None);
        };
        if !policy.versions.iter().any(|version| version.hidden) {
            return Ok(None);
        }
        for source in sides.into_iter().filter_map(|side| side.source.as_ref()) {
            let text = texts.text(source)?;
            let digest = text.document.digest(text.front.title.as_deref()).text;
            let is_it = |version: &&versions::Version| {
                version.hidden && version.texts.iter().any(|text| text.digest.text == digest)
            };
            if let Some(version) = policy.versions.iter().find(is_it) {
                let (label, id) = (&version.label, &policy.id);
                return Ok(Some(format!(
                    "version `{label}` of `{id}` is hidden in versions.toml, so its text is not shown; name others"
                )));
            }
        }
        Ok(None)
    }

    /// Tells which word names nothing.
    fn refuse_unknown(&self, candidates: &[Candidate<'_>]) -> Result<()> {
        let mut known: [Vec<&str>; 2] = Default::default();
        for candidate in candidates {
            let id = candidate
                .policy
                .map(|policy| self.site.policies.all[policy].id.as_str());
            for (known, side) in known.iter_mut().zip(self.sides(candidate)?) {
                known.extend(id.filter(|_| side.is_some()));
            }
        }
        for (word, known) in self.words.iter().zip(&known) {
            if let Word::Named { text, .. } = word
                && known.is_empty()
            {
                return Err(self.unknown(text, candidates));
            }
        }
        if let [Word::Named { text: from, .. }, Word::Named { text: to, .. }] = &self.words {
            let [has_from, has_to] = known.map(|ids| listed(ids.into_iter()));
            bail!("no policy has both versions: `{from}` is one of {has_from}, `{to}` of {has_to}");
        }
        Ok(())
    }

    fn unknown(&self, text: &str, candidates: &[Candidate<'_>]) -> anyhow::Error {
        let policies = &self.site.policies;
        if policies
            .all
            .iter()
            .any(|policy| is_named(policy, policies, text))
        {
            return anyhow!("`{text}` is a policy; name it with `--policy {text}`");
        }
        let versions = candidates.iter().filter_map(|candidate| candidate.policy);
        let versions = versions.flat_map(|policy| &policies.all[policy].versions);
        let labels = versions
            .map(|version| version.label.as_str())
            .chain(["draft"]);
        let hint = did_you_mean(text, labels);
        let whose = match candidates {
            [
                Candidate {
                    policy: Some(policy),
                    ..
                },
            ] => format!(" of `{}`", policies.all[*policy].id),
            _ => String::new(),
        };
        anyhow!(
            "`{text}`: expected a version{whose} (`policygen log` lists them), a day such as 2024-02-01, a commit or `draft`{hint}"
        )
    }
}

fn named(site: &Gathered, repository: Option<&Repository>, text: &str) -> Result<Word> {
    let commit = match repository {
        Some(repository) => match repository.commit_named(text) {
            Ok(Some(id)) => {
                let tip = repository.resolve(&site.config.history.reference)?;
                let position = repository.position(tip, id)?;
                Some(Commit { id, position })
            }
            Ok(None) => None,
            // A label may look like the beginning of several names.
            Err(_) if is_label(&site.policies, text) => None,
            Err(e) => return Err(e),
        },
        None => None,
    };
    Ok(Word::Named {
        text: text.to_owned(),
        day: text.parse().ok(),
        commit,
    })
}

fn is_label(policies: &Policies, text: &str) -> bool {
    policies
        .all
        .iter()
        .any(|policy| labelled(policy, text).is_some())
}

/// The version of this label, or of the label that this text as `version` would give.
fn labelled(policy: &Policy, text: &str) -> Option<usize> {
    let has = |label: &str| {
        policy
            .versions
            .iter()
            .position(|version| version.label == label)
    };
    has(text).or_else(|| has(&slug(text)))
}

/// What was in force at the end of a day, else what was published last by then.
fn on_day(policy: &Policy, day: Date) -> Side {
    let by_then =
        |version: &versions::Version| version.published.is_none_or(|moment| moment.date() <= day);
    let Some(last) = policy.versions.iter().rposition(by_then) else {
        return Side::nothing();
    };
    if was_withdrawn(policy, last, day) {
        return Side::nothing();
    }
    let standing = versions::standing(&policy.versions[..=last], day);
    Side::version(policy, standing.in_force.unwrap_or(last))
}

/// Whether a policy, whose last version by a day was this one, was gone at the end of that day.
fn was_withdrawn(policy: &Policy, last: usize, day: Date) -> bool {
    let gone = policy
        .withdrawals
        .iter()
        .rposition(|gone| gone.commit.date.date() <= day);
    gone.is_some_and(|at| {
        let is_last = at + 1 == policy.withdrawals.len();
        let came_back = policy.versions[last].position > policy.withdrawals[at].commit.position;
        // One that came back as it was made no version.
        !(came_back || is_last && policy.live)
    })
}

/// The paths at which a policy may stand in a commit, the likeliest first.
fn paths_at(policies: &Policies, policy: usize, position: Option<usize>) -> Vec<String> {
    let then = position.unwrap_or(usize::MAX);
    let paths = policies.all[policy].paths.iter().rev();
    let its = paths
        .filter(|(from, path)| (*from <= then) && policies.at_path(path, then) == Some(policy));
    its.map(|(_, path)| path.to_string()).collect()
}

/// Whether a policy bears this name today: its id, its `uid`, its path in the repository or in the content folder.
fn is_named(policy: &Policy, policies: &Policies, name: &str) -> bool {
    let inner = policy.path.strip_prefix(&*policies.prefix);
    policy.id == name || policy.uid == name || *policy.path == *name || inner == Some(name)
}

/// The policy that bore this name before.
fn former(policies: &Policies, name: &str) -> Option<usize> {
    let bore = |policy: &Policy| {
        policy.former.iter().any(|former| former.id == name)
            || policy.paths.iter().any(|(_, path)| **path == *name)
    };
    policies.all.iter().position(bore)
}

/// The policy of this name.
///
/// # Errors
///
/// There is none; the nearest is named.
pub fn policy(policies: &Policies, name: &str) -> Result<usize> {
    let today = policies
        .all
        .iter()
        .position(|policy| is_named(policy, policies, name));
    today
        .or_else(|| former(policies, name))
        .ok_or_else(|| no_policy(policies, name))
}

fn no_policy(policies: &Policies, name: &str) -> anyhow::Error {
    let ids = || policies.all.iter().map(|policy| policy.id.as_str());
    let hint = did_you_mean(name, ids());
    let list = if hint.is_empty() && !policies.all.is_empty() {
        format!("; there are {}", listed(ids()))
    } else {
        String::new()
    };
    anyhow!("`{name}`: no policy has this id, path or uid{hint}{list}")
}
