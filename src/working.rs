//! The working tree as versions: every policy whose text there says something new gets a draft behind its versions.
//!
//! 1. [`crate::draft`] tells which file is whose.
//! 2. Each file is read, once as long as it does not change.
//! 3. What has the same bytes as the latest version, or says nothing else, is no draft.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Result;

use crate::draft::{self, Draft};
use crate::facts::Facts;
use crate::gathered::Gathered;
use crate::history::{Repository, Revision, Snapshot, Source};
use crate::library::Texts;
use crate::policies::{Drafted, Policies, Policy};
use crate::problems::Problems;
use crate::versions::{self, Latest, Newest};

/// A file that was written so shortly before it was read may be written again without a later time.
const SETTLED: Duration = Duration::from_secs(2);

/// What was read of a working tree.
#[derive(Default)]
pub struct WorkingTree {
    /// By path in the repository.
    seen: BTreeMap<String, Seen>,
}

/// A file as it was read last.
struct Seen {
    stamp: Option<Stamp>,
    snapshot: Arc<Snapshot>,
    /// Read when its bytes are not those of the latest version.
    facts: Option<Arc<Facts>>,
}

/// What tells one state of a file from another without reading it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    written: SystemTime,
    length: u64,
    /// When anything about it changed, which no program sets, and the number of the file: an older file of the same length may
    /// have taken its place. `None` where the system tells neither.
    state: Option<(SystemTime, u64)>,
}

impl WorkingTree {
    /// The policies with the drafts of the working tree behind their versions; as they are where there is none. Faults of drafts
    /// go to `problems`.
    ///
    /// # Errors
    ///
    /// A folder cannot be read.
    pub fn policies(&mut self, site: &Gathered, problems: &Problems) -> Result<Arc<Policies>> {
        let Some(repository) = Repository::discover(&site.config.root)? else {
            return Ok(site.policies.clone());
        };
        let Some(drafts) = draft::drafts(site, &repository)? else {
            return Ok(site.policies.clone());
        };
        self.seen
            .retain(|path, _| drafts.all.iter().any(|draft| draft.path == *path));
        let mut texts = site.library.texts();
        let mut drafted = Vec::new();
        for draft in drafts.all {
            drafted.extend(self.drafted(site, draft, &mut texts, problems)?);
        }
        if drafted.is_empty() {
            return Ok(site.policies.clone());
        }
        Ok(Arc::new(site.policies.with_drafts(drafted, problems)))
    }

    /// `None` where a draft says nothing new, or cannot be read, which is told.
    fn drafted(
        &mut self,
        site: &Gathered,
        draft: Draft,
        texts: &mut Texts<'_>,
        problems: &Problems,
    ) -> Result<Option<Drafted>> {
        let Source::File(file) = &draft.source else {
            return Ok(None);
        };
        let seen = match self.look(&draft.path, file) {
            Ok(seen) => seen,
            // Between its listing and its reading it went away.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => {
                let message = format!("cannot be read: {e}");
                problems.error("drafts that cannot be read", draft.path, message);
                return Ok(None);
            }
        };
        let policy = draft.policy.map(|policy| &site.policies.all[policy]);
        let is_published = |policy: &Policy| {
            let latest = policy.versions[policy.latest()].newest_text();
            latest.source_sha256 == seen.snapshot.sha256() && *latest.revision.path == *draft.path
        };
        if policy.is_some_and(is_published) {
            return Ok(None);
        }
        let source = Source::Snapshot(seen.snapshot.clone());
        let facts = match &seen.facts {
            Some(facts) => facts.clone(),
            None => seen.facts.insert(texts.facts(&source)?).clone(),
        };
        let revision = Revision {
            commit: None,
            path: draft.path.as_str().into(),
            source,
        };
        let newest = newest(policy, texts)?;
        let rule = site.config.history.versions;
        let Some(version) = versions::draft(newest, &revision, &facts, rule, problems) else {
            return Ok(None);
        };
        tell_faults(&draft.path, &facts, problems);
        Ok(Some(Drafted {
            policy: draft.policy,
            path: revision.path,
            declared: facts.front.id.clone(),
            version,
        }))
    }

    /// A file as it is now.
    fn look(&mut self, path: &str, file: &Path) -> std::io::Result<&mut Seen> {
        let stamp = stamp(file)?;
        let known = self.seen.get(path);
        let is_known = known.is_some_and(|seen| seen.stamp.is_some() && seen.stamp == stamp);
        if !is_known {
            let bytes = fs::read(file)?;
            let is_same = known.is_some_and(|seen| seen.snapshot.bytes == bytes);
            if !is_same {
                let seen = Seen {
                    stamp,
                    snapshot: Arc::new(Snapshot::new(file.to_path_buf(), bytes)),
                    facts: None,
                };
                self.seen.insert(path.to_owned(), seen);
            }
        }
        let found = self.seen.get_mut(path);
        let found = found.ok_or(std::io::ErrorKind::NotFound)?;
        found.stamp = stamp;
        Ok(found)
    }
}

/// `None` where the file was written so recently that its time says little.
fn stamp(file: &Path) -> std::io::Result<Option<Stamp>> {
    let found = fs::metadata(file)?;
    let stamp = Stamp {
        written: found.modified()?,
        length: found.len(),
        state: state(&found),
    };
    let is_old = |time: SystemTime| time.elapsed().is_ok_and(|age| age > SETTLED);
    let is_settled = is_old(stamp.written) && stamp.state.is_none_or(|(time, _)| is_old(time));
    Ok(is_settled.then_some(stamp))
}

#[cfg(unix)]
fn state(found: &Metadata) -> Option<(SystemTime, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let seconds = Duration::from_secs(found.ctime().try_into().ok()?);
    let rest = Duration::from_nanos(found.ctime_nsec().try_into().ok()?);
    Some((SystemTime::UNIX_EPOCH + seconds + rest, found.ino()))
}

#[cfg(not(unix))]
fn state(_: &Metadata) -> Option<(SystemTime, u64)> {
    None
}

/// The newest two versions of a policy.
fn newest<'a>(policy: Option<&'a Policy>, texts: &mut Texts<'_>) -> Result<Newest<'a>> {
    let mut newest = [None, None];
    let Some(policy) = policy else {
        return Ok(newest);
    };
    let versions = policy.versions[..=policy.latest()].iter().rev();
    for (place, version) in newest.iter_mut().zip(versions) {
        let facts = texts.facts(&version.newest_text().revision.source)?;
        *place = Some(Latest { facts, version });
    }
    Ok(newest)
}

/// What would keep a build from publishing it.
fn tell_faults(path: &str, facts: &Facts, problems: &Problems) {
    for fault in &facts.faults {
        let place = format!("{path}:{}", fault.line);
        problems.error("faults of drafts", place, &*fault.message);
    }
}
