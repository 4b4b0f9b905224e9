//! `policygen notices send`: tells everybody who is to be told, once.
//!
//! 1. The ledger is opened for one writer, and held against the state folder.
//! 2. What is due is planned: a line for each version and notice, on the disk before anything is sent.
//! 3. The live site is asked whether it shows what is announced.
//! 4. Each open notice is sent, in the order in which it was planned, and ended.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};
use jiff::Timestamp;
use serde::Serialize;

use super::content::{Content, Gatherer, NO_BASE_URL, told_short};
use super::deliveries::{Counts, Deliveries};
use super::due::{self, Due};
use super::mailing::{self, Mailing, Noticed, Pace};
use super::record::Record;
use super::{live, posting};
use crate::announced::{Place, Places};
use crate::config::notices::Channel;
use crate::gathered::Gathered;
use crate::hash::hex;
use crate::ledger::entry::{Class, Entry, Planned, Why};
use crate::ledger::known::{Notice, Stage, State};
use crate::ledger::{Ledger, Writer};
use crate::policies::Policies;
use crate::problems::Problems;
use crate::theme::Theme;

/// How notices are sent.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// This channel alone.
    pub channel: Option<String>,
    /// Only say what would be sent.
    pub dry_run: bool,
    pub limit_per_minute: Option<u32>,
    pub resend_uncertain: bool,
    /// Whether the live site is asked first.
    pub live_check: bool,
}

/// What a run needs of the world.
pub struct World<'a> {
    pub now: &'a dyn Fn() -> Timestamp,
    /// Finds the state folder of the ledger with this name.
    pub state: &'a dyn Fn(&str) -> Result<PathBuf>,
}

/// What became of a notice.
#[derive(Debug, Serialize)]
pub struct Sent {
    pub notice: String,
    pub channel: String,
    pub policy: String,
    pub label: String,
    pub why: Why,
    /// In a dry run how many would be told; else null.
    pub recipients: Option<u64>,
    #[serde(flatten)]
    pub counts: Counts,
    /// Whether nothing is left to send.
    pub finished: bool,
    /// What kept it from being finished.
    pub error: Option<String>,
}

/// What is missing before anything can be sent.
pub const NO_BASELINE: &str = "the ledger was not begun, and nobody should be told of versions long published; run `policygen notices baseline` once, and commit `notices.jsonl`";

/// Sends what is due. Warnings go to `problems`.
///
/// # Errors
///
/// Something keeps it from sending anything; what keeps one notice is told with it.
pub fn send(
    site: &Gathered,
    theme: &Theme,
    options: &Options,
    world: &World<'_>,
    problems: &Problems,
) -> Result<Vec<Sent>> {
    let ledger = Ledger::read(&site.config.root)?;
    let name = ledger.name().context(NO_BASELINE)?.to_owned();
    check_channel(site, options.channel.as_deref())?;
    if options.dry_run {
        return dry_run(site, &ledger, options, problems);
    }
    let folder = (world.state)(&name)?;
    let mut record = Record {
        writer: Writer::open(&site.config.root)?,
        deliveries: Deliveries::open(&folder)?,
        now: world.now,
    };
    record.check()?;
    tell_mended(&mut record, problems)?;
    let outdated = outdated(site, &record.state());
    for entry in &outdated {
        if let Entry::CalledOff { notice } = entry {
            // What died in the middle counts as told.
            record.deliveries.begin(notice)?;
        }
    }
    record.append(outdated)?;
    let dues = dues(site, &record.state(), problems)?;
    let mut sending = Sending {
        site,
        theme,
        options,
        places: Places::of(&site.policies),
        gatherer: gatherer(site, theme),
        pace: options.limit_per_minute.map(Pace::per_minute),
        problems,
    };
    // The site is asked before anything is planned: a plan cannot be taken back.
    let mut known = record.state();
    plan(site, &dues, &mut known);
    let jobs = sending.jobs(&known)?;
    record.append(entries(site, &dues))?;
    let unrecorded = due::unrecorded(&site.policies, &record.state());
    record.append(unrecorded.into_iter().map(Entry::Known).collect())?;
    let mut sent = Vec::new();
    for job in &jobs {
        sent.push(sending.one(job, &mut record)?);
    }
    Ok(sent)
}

/// What contents are gathered with.
pub fn gatherer<'a>(site: &'a Gathered, theme: &'a Theme) -> Gatherer<'a> {
    Gatherer {
        config: &site.config,
        policies: &site.policies,
        theme,
        comparer: crate::comparisons::Comparer::new(site.library.texts()),
    }
}

/// What is due, with warnings where readers are given less time than they should be.
///
/// # Errors
///
/// A text cannot be read, or somebody has to say first what class a change is of.
pub fn dues(site: &Gathered, state: &State, problems: &Problems) -> Result<Vec<Due>> {
    let dues = all_dues(site, state)?;
    let unclassified: Vec<String> = dues
        .iter()
        .filter(|due| due.class.is_none() && matches!(due.why, Why::New | Why::Correction))
        .map(|due| unclassified(site, due))
        .collect();
    if !unclassified.is_empty() {
        bail!("{}", unclassified.join("\n"));
    }
    check_channels(site, &dues)?;
    for due in &dues {
        if let Some(short) = due.short {
            problems.warning("short notice", named(site, due), told_short(short));
        }
    }
    tell_several(site, &dues, problems);
    Ok(dues)
}

/// Tells where people get two notices of one policy, one after the other.
fn tell_several(site: &Gathered, dues: &[Due], problems: &Problems) {
    let is_first = |due: &&Due| due.why == Why::New && !due.notices.is_empty();
    let firsts: Vec<&Due> = dues.iter().filter(is_first).collect();
    for pair in firsts.windows(2) {
        let [older, newer] = pair else { continue };
        if older.policy != newer.policy {
            continue;
        }
        let policy = &site.policies.all[older.policy];
        let [label, next] = [older, newer].map(|due| &policy.versions[due.version].label);
        let message = format!(
            "is announced, and so is `{next}`, which came after it; `policygen notices by-hand {} {label}` leaves this one out",
            policy.id
        );
        problems.warning("several versions at once", named(site, older), message);
    }
}

/// What is due, classified or not.
///
/// # Errors
///
/// A text cannot be read, or the configuration names a policy that is none.
pub fn all_dues(site: &Gathered, state: &State) -> Result<Vec<Due>> {
    check_policies(site)?;
    let mut comparer = crate::comparisons::Comparer::new(site.library.texts());
    let mut suggest = |place: Place| {
        let policy = &site.policies.all[place.policy];
        let pair = super::content::pair(policy, place, place.text > 0);
        let Some((old, new)) = pair else {
            return Ok(None);
        };
        let redline = comparer.redline(old, new)?;
        Ok(crate::comparisons::suggested(&redline))
    };
    due::due(&site.policies, state, &site.config.notices, &mut suggest)
}

/// Nobody would be told, and the ledger would say that the version is known.
fn check_channels(site: &Gathered, dues: &[Due]) -> Result<()> {
    let is_lost = |due: &&Due| due.class == Some(Class::Material) && due.notices.is_empty();
    match dues.iter().find(is_lost) {
        Some(due) if site.config.notices.channels.is_empty() => bail!(
            "`{}`: is a material change, but [notices] has no channel; add [notices.email] or a [[notices.webhook]] to policygen.toml, or mark it as known: policygen notices baseline",
            named(site, due)
        ),
        _ => Ok(()),
    }
}

/// A name that no policy has would leave a policy with the days of all.
fn check_policies(site: &Gathered) -> Result<()> {
    let all = &site.policies.all;
    for name in site.config.notices.policies.keys() {
        if !all
            .iter()
            .any(|policy| [&policy.id, &policy.uid].contains(&name))
        {
            let ids: Vec<String> = all
                .iter()
                .map(|policy| format!("`{}`", policy.id))
                .collect();
            bail!(
                "`{name}`: [notices.policies] names it, but no policy has this id or uid; there are {}",
                ids.join(", ")
            );
        }
    }
    Ok(())
}

fn unclassified(site: &Gathered, due: &Due) -> String {
    let policy = &site.policies.all[due.policy];
    let suggested = due.suggested.map_or("material", Class::as_str);
    format!(
        "`{}`: version `{}` has no class of change, so nobody knows whom to tell; it looks {suggested}: declare `change: {suggested}` in the front matter, the trailer `Version-Change: {suggested}`, or in versions.toml",
        policy.path, policy.versions[due.version].label
    )
}

/// A version, as warnings name it.
pub fn named(site: &Gathered, due: &Due) -> String {
    let policy = &site.policies.all[due.policy];
    format!("{} {}", policy.id, policy.versions[due.version].label)
}

/// Checks that there is a channel of this name.
///
/// # Errors
///
/// There is none.
pub fn check_channel(site: &Gathered, name: Option<&str>) -> Result<()> {
    let channels = &site.config.notices.channels;
    if let Some(name) = name
        && !channels.iter().any(|channel| channel.name() == name)
    {
        let names: Vec<String> = channels.iter().map(|c| format!("`{}`", c.name())).collect();
        match names.is_empty() {
            true => bail!("`{name}`: there is no such channel; add one to [notices]"),
            false => bail!(
                "`{name}`: there is no such channel; there are {}",
                names.join(", ")
            ),
        }
    }
    Ok(())
}

fn tell_mended(record: &mut Record<'_>, problems: &Problems) -> Result<()> {
    let bytes = record.writer.ledger.cut;
    if bytes > 0 {
        let place = record.writer.ledger.path.display().to_string();
        let message = format!(
            "its last line was cut off in the middle; the {bytes} bytes were taken away, and what they said is found out anew"
        );
        problems.warning("mended ledgers", place, message);
        record.append(vec![Entry::Mended { bytes }])?;
    }
    Ok(())
}

/// What is planned and does not hold any more: of a version that was called off or withdrawn, or that comes after all, nobody else is
/// told so; what was not begun says the date of today.
fn outdated(site: &Gathered, state: &State) -> Vec<Entry> {
    let places = Places::of(&site.policies);
    let mut entries = Vec::new();
    for notice in state.notices.iter().filter(|n| n.stage.is_open()) {
        let Some(place) = places.get(&notice.planned) else {
            continue;
        };
        let version = &site.policies.all[place.policy].versions[place.version];
        let effective = version.effective.date.map(|date| date.to_string());
        let mut planned = notice.planned.clone();
        if !holds(notice, &site.policies, place) {
            let notice = planned.notice;
            entries.push(Entry::CalledOff { notice });
        } else if notice.stage == Stage::Planned && planned.effective != effective {
            planned.effective = effective;
            entries.push(Entry::Planned(planned));
        }
    }
    entries
}

/// Whether what a notice says is still so.
fn holds(notice: &Notice, policies: &Policies, place: Place) -> bool {
    let policy = &policies.all[place.policy];
    let version = &policy.versions[place.version];
    let planned = &notice.planned;
    // Nobody was told yet, and nobody is to be told any more.
    let was_lowered = notice.stage == Stage::Planned
        && planned.why == Why::New
        && version
            .change
            .is_some_and(|change| Class::from(change) < Class::Material);
    match planned.why {
        Why::New | Why::Correction => policy.live && !version.called_off && !was_lowered,
        Why::CalledOff => version.called_off,
        Why::Postponed => {
            let effective = version.effective.date.map(|date| date.to_string());
            !version.called_off && planned.effective == effective
        }
    }
}

/// What the ledger says, but for what does not hold any more.
pub fn state(site: &Gathered, ledger: &Ledger) -> State {
    let mut state = State::of(ledger);
    for entry in outdated(site, &state) {
        state.entry(&entry, "");
    }
    state
}

/// The lines that make what is due known: the plans first, so that nothing is known of which the plan was cut off.
fn entries(site: &Gathered, dues: &[Due]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for due in dues {
        entries.extend(due.notices.iter().cloned().map(Entry::Planned));
        if matches!(due.why, Why::New | Why::Correction) {
            let policy = &site.policies.all[due.policy];
            entries.push(Entry::Known(due::known(policy, due.version, due.class)));
        }
    }
    entries
}

/// Adds what is due to what is known, as the lines will.
fn plan(site: &Gathered, dues: &[Due], state: &mut State) {
    for entry in entries(site, dues) {
        state.entry(&entry, "");
    }
}

/// A notice that is open, and what it says.
struct Job {
    planned: Planned,
    content: Content,
    /// Those who were told by these notices are told.
    told_by: Option<Vec<String>>,
}

struct Sending<'a> {
    site: &'a Gathered,
    theme: &'a Theme,
    options: &'a Options,
    places: Places<'a>,
    gatherer: Gatherer<'a>,
    pace: Option<Pace>,
    problems: &'a Problems,
}

impl Sending<'_> {
    /// What is to be sent in this run; the live site shows all of it.
    fn jobs(&mut self, state: &State) -> Result<Vec<Job>> {
        let mut jobs = Vec::new();
        for notice in &state.notices {
            let planned = &notice.planned;
            let again = self.options.resend_uncertain
                && notice.finished.as_ref().is_some_and(|f| f.uncertain > 0);
            let wanted = self
                .options
                .channel
                .as_ref()
                .is_none_or(|name| *name == planned.channel);
            let again = again && self.is_current(notice);
            if !wanted || !(notice.stage.is_open() || again) {
                continue;
            }
            jobs.extend(self.job(planned, state)?);
        }
        // Those who were told are told what became of it, before others are told for the first time, who need not know that.
        jobs.sort_by_key(|job| matches!(job.planned.why, Why::New | Why::Correction));
        Ok(jobs)
    }

    /// Whether what readers were told is still so.
    fn is_current(&self, notice: &Notice) -> bool {
        let place = self.places.get(&notice.planned);
        place.is_some_and(|place| holds(notice, &self.site.policies, place))
    }

    /// `None` where it cannot be sent, which is told.
    fn job(&mut self, planned: &Planned, state: &State) -> Result<Option<Job>> {
        let name = format!("{} {}", planned.policy, planned.label);
        let Some(place) = self.places.get(planned) else {
            let message = "was planned to be announced, but is not in the published history any more; bring the history back, or say that it was announced: policygen notices by-hand";
            self.problems.error("lost versions", name, message);
            return Ok(None);
        };
        let (told_by, told) = told_before(planned, state, &self.places);
        let content = self.gatherer.content(planned, place, told.as_deref())?;
        if self.options.live_check {
            let version = &self.site.policies.all[place.policy].versions[place.version];
            live::check(&content, &hex(&version.newest_text().digest.text))?;
        }
        Ok(Some(Job {
            planned: planned.clone(),
            content,
            told_by,
        }))
    }

    fn one(&mut self, job: &Job, record: &mut Record<'_>) -> Result<Sent> {
        let done = self.hand_over(job, record);
        let notice = &job.planned.notice;
        // Nothing was begun where nothing could be connected to.
        let counts = match record.deliveries.has(notice)? {
            true if done.is_ok() => record.finish(notice)?,
            true => record.deliveries.counts(notice)?,
            false => Counts::default(),
        };
        let finished = done.is_ok() && counts.deferred == 0;
        Ok(Sent {
            notice: notice.clone(),
            channel: job.planned.channel.clone(),
            policy: job.planned.policy.clone(),
            label: job.planned.label.clone(),
            why: job.planned.why,
            recipients: None,
            counts,
            finished,
            error: done.err().map(|error| format!("{error:#}")),
        })
    }

    fn hand_over(&mut self, job: &Job, record: &mut Record<'_>) -> Result<()> {
        let name = &job.planned.channel;
        let channels = &self.site.config.notices.channels;
        let Some(channel) = channels.iter().find(|channel| channel.name() == name) else {
            bail!(
                "`{name}`: this channel is not configured any more; configure it, or say that it was announced: policygen notices by-hand"
            );
        };
        let resend_uncertain = self.options.resend_uncertain;
        match channel {
            Channel::Webhook(hook) => posting::post(hook, &job.content, resend_uncertain, record),
            Channel::Email(email) => {
                check_told(job, record)?;
                let mailing = Mailing {
                    email,
                    theme: self.theme,
                    content: &job.content,
                    told_by: job.told_by.clone(),
                    resend_uncertain,
                    pace: self.pace.as_ref(),
                };
                let noticed = mailing::mail(&mailing, record)?;
                self.tell(&noticed, &job.planned);
                Ok(())
            }
        }
    }

    fn tell(&self, noticed: &Noticed, planned: &Planned) {
        let name = format!("{} {}", planned.policy, planned.label);
        for line in &noticed.unreadable {
            let place = format!("recipients:{}", line.line);
            self.problems
                .warning("lines that are no address", place, line.why.clone());
        }
        let more = noticed.unreadable_count - noticed.unreadable.len() as u64;
        if more > 0 {
            let message = format!("{more} more lines are no address");
            self.problems
                .warning("lines that are no address", "recipients", message);
        }
        if noticed.duplicates > 0 {
            let message = match noticed.duplicates {
                1 => "one recipient stands in the file more than once, and was mailed once"
                    .to_owned(),
                count => format!(
                    "{count} recipients stand in the file more than once; each was mailed once"
                ),
            };
            self.problems.warning("duplicates", name.clone(), message);
        }
        for refusal in &noticed.refusals {
            self.problems
                .warning("refused messages", name.clone(), refusal.clone());
        }
    }
}

/// The notices that told of this text before, on the same channel, and the effective date that the last of them told; `None` where
/// everybody is to be told.
pub fn told_before(
    planned: &Planned,
    state: &State,
    places: &Places<'_>,
) -> (Option<Vec<String>>, Option<String>) {
    if !matches!(planned.why, Why::CalledOff | Why::Postponed) {
        return (None, None);
    }
    let here = places.get(planned);
    let of_version = |other: &Planned| {
        other.uid == planned.uid && other.label == planned.label
            || here.is_some_and(|here| places.is_of(other, (here.policy, here.version)))
    };
    let before: Vec<_> = state
        .notices
        .iter()
        .filter(|notice| notice.was_told)
        .filter(|n| n.planned.notice != planned.notice && of_version(&n.planned))
        .collect();
    let effective = before
        .last()
        .and_then(|notice| notice.planned.effective.clone());
    let here: Vec<_> = before
        .iter()
        .filter(|n| n.planned.channel == planned.channel)
        .collect();
    // Whom somebody told by hand is not known.
    let by_hand = here.iter().any(|notice| notice.stage == Stage::ByHand);
    let names = here
        .iter()
        .map(|notice| notice.planned.notice.clone())
        .collect();
    (Some(names).filter(|_| !by_hand), effective)
}

/// Those who were told must be known here.
fn check_told(job: &Job, record: &Record<'_>) -> Result<()> {
    for notice in job.told_by.iter().flatten() {
        if !record.deliveries.has(notice)? {
            return Err(anyhow!(
                "those who were told of `{}` {} are to be told, but the state folder has no record of them; bring that folder back and name it with --state",
                job.planned.policy,
                job.planned.label
            ));
        }
    }
    Ok(())
}

fn dry_run(
    site: &Gathered,
    ledger: &Ledger,
    options: &Options,
    problems: &Problems,
) -> Result<Vec<Sent>> {
    let mut state = state(site, ledger);
    let dues = dues(site, &state, problems)?;
    plan(site, &dues, &mut state);
    if site.config.site.base_url.is_none() && state.notices.iter().any(|n| n.stage.is_open()) {
        bail!("{NO_BASE_URL}");
    }
    let wanted = |name: &str| options.channel.as_ref().is_none_or(|wanted| wanted == name);
    let open = state
        .notices
        .iter()
        .filter(|n| n.stage.is_open() && wanted(&n.planned.channel));
    open.map(|notice| {
        let planned = &notice.planned;
        let channels = &site.config.notices.channels;
        let recipients = match channels.iter().find(|c| c.name() == planned.channel) {
            Some(Channel::Email(email)) => mailing::count(&email.to)?,
            Some(Channel::Webhook(_)) => 1,
            None => 0,
        };
        Ok(Sent {
            notice: planned.notice.clone(),
            channel: planned.channel.clone(),
            policy: planned.policy.clone(),
            label: planned.label.clone(),
            why: planned.why,
            recipients: Some(recipients),
            counts: Counts::default(),
            finished: false,
            error: None,
        })
    })
    .collect()
}
