//! Mails a notice: recipient after recipient, over as few connections as the server allows.

use std::cell::Cell;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use super::content::Content;
use super::deliveries::{GROUP, Intent, Meant, Stage};
use super::email::Sender;
use super::email::smtp::{Outcome, Session};
use super::recipients::{Recipient, Recipients, Unreadable};
use super::record::Record;
use crate::config::notices::{Email, To, columns};
use crate::theme::Theme;

/// A message is tried so often where connections die before it is handed over.
const TRIES: usize = 3;

/// After so many messages in a row of which nobody knows whether they were accepted, something is wrong with the server.
const UNCERTAIN: usize = 3;

/// Of lines that are no address, so many are told one by one.
const TOLD: usize = 20;

/// What is mailed, and how.
pub struct Mailing<'a> {
    pub email: &'a Email,
    pub theme: &'a Theme,
    pub content: &'a Content,
    /// Only those who were reached by one of these notices are mailed; `None`: all.
    pub told_by: Option<Vec<String>>,
    pub resend_uncertain: bool,
    /// How fast; `None`: as fast as the server takes them.
    pub pace: Option<&'a Pace>,
}

/// The pace of a run, whatever it mails.
pub struct Pace {
    /// At least so long from one message to the next.
    gap: Duration,
    /// When the next message may go.
    next: Cell<Option<Instant>>,
}

impl Pace {
    /// So many messages a minute.
    pub fn per_minute(limit: u32) -> Pace {
        Pace {
            gap: Duration::from_secs(60) / limit.max(1),
            next: Cell::new(None),
        }
    }

    fn wait(&self) {
        let now = Instant::now();
        let at = self.next.get().unwrap_or(now).max(now);
        std::thread::sleep(at - now);
        self.next.set(Some(at + self.gap));
    }
}

/// What was noticed while mailing.
#[derive(Debug, Default)]
pub struct Noticed {
    /// The first few lines that are no address, and how many there were.
    pub unreadable: Vec<Unreadable>,
    pub unreadable_count: u64,
    pub duplicates: u64,
    /// Answers of servers that refused a message, each once, a few of them.
    pub refusals: Vec<String>,
}

/// Mails to everybody who is to be mailed and was not. What goes wrong with one message does not keep the others.
///
/// # Errors
///
/// The server cannot be used, the recipients cannot be read, or a record cannot be written. All is recorded; a later run goes on.
pub fn mail(mailing: &Mailing<'_>, record: &mut Record<'_>) -> Result<Noticed> {
    let recipients = Recipients::open(&mailing.email.to)?;
    check_columns(mailing.email, &recipients)?;
    let sender = Sender::new(mailing.email, mailing.theme)?;
    // What cannot be written for anybody should not begin. And without a server nothing begins.
    let session = Session::open(&mailing.email.server, sender.from())?;
    let meant = record.begin(mailing.content, mailing.resend_uncertain)?;
    let mut run = Run {
        mailing,
        record,
        meant,
        sender,
        session: Some(session),
        noticed: Noticed::default(),
        uncertain: 0,
    };
    run.all(recipients)?;
    run.record.deliveries.give_up(&mailing.content.notice)?;
    if let Some(session) = run.session {
        session.close();
    }
    Ok(run.noticed)
}

/// A link to leave without the reader's own columns would lead somebody else out, or nobody.
fn check_columns(email: &Email, recipients: &Recipients) -> Result<()> {
    for (key, template) in [
        ("unsubscribe", &email.unsubscribe),
        ("unsubscribe_mail", &email.unsubscribe_mail),
    ] {
        let named = template.as_deref().and_then(columns).unwrap_or_default();
        if let Some(name) = named.iter().find(|name| !recipients.has_column(name)) {
            bail!(
                "`{name}`: [notices.email] {key} names this column, but the recipients have none of this name"
            );
        }
    }
    Ok(())
}

/// How many would be mailed, lines that are no address left out, duplicates not.
///
/// # Errors
///
/// The recipients cannot be read.
pub fn count(to: &To) -> Result<u64> {
    let mut count = 0;
    for one in Recipients::open(to)? {
        count += u64::from(one?.is_ok());
    }
    Ok(count)
}

struct Run<'a, 'r> {
    mailing: &'a Mailing<'a>,
    record: &'a mut Record<'r>,
    meant: Meant,
    sender: Sender<'a>,
    session: Option<Session>,
    noticed: Noticed,
    /// How many messages in a row were uncertain.
    uncertain: usize,
}

impl Run<'_, '_> {
    fn all(&mut self, recipients: Recipients) -> Result<()> {
        let mut group = Vec::with_capacity(GROUP);
        let mut is_nobody = true;
        for one in recipients {
            let one = one?;
            is_nobody &= one.is_err();
            match one {
                Ok(recipient) if self.is_meant(&recipient)? => group.push(recipient),
                Ok(_) => {}
                Err(line) => self.unreadable(line),
            }
            if group.len() == GROUP {
                self.group(&group)?;
                group.clear();
            }
        }
        self.group(&group)?;
        if is_nobody {
            bail!("the recipients are empty, so nobody was told; send again once they are there");
        }
        Ok(())
    }

    fn is_meant(&self, recipient: &Recipient) -> Result<bool> {
        match &self.mailing.told_by {
            None => Ok(true),
            Some(notices) => {
                let deliveries = &self.record.deliveries;
                deliveries.reached(notices, &recipient.address.identity())
            }
        }
    }

    fn unreadable(&mut self, line: Unreadable) {
        self.noticed.unreadable_count += 1;
        if self.noticed.unreadable.len() < TOLD {
            self.noticed.unreadable.push(line);
        }
    }

    /// Mails to a group. If it cannot go on, those who were not mailed are to be mailed later.
    fn group(&mut self, group: &[Recipient]) -> Result<()> {
        let addresses: Vec<String> = group.iter().map(|one| one.address.identity()).collect();
        let notice = &self.mailing.content.notice;
        let meant = self.meant;
        let intents = self.record.deliveries.intend(notice, &addresses, meant)?;
        self.noticed.duplicates +=
            intents.iter().filter(|i| **i == Intent::Duplicate).count() as u64;
        let mut meant = group.iter().zip(&addresses).zip(&intents);
        let mut meant = meant
            .by_ref()
            .filter_map(|(one, intent)| (*intent == Intent::Send).then_some(one));
        let mut failure = None;
        for (recipient, address) in meant.by_ref() {
            if let Err(error) = self.one(recipient, address) {
                failure = Some(error);
                break;
            }
        }
        let Some(error) = failure else {
            return Ok(());
        };
        for (_, address) in meant {
            self.set(address, Stage::Deferred, "")?;
        }
        Err(error)
    }

    fn one(&mut self, recipient: &Recipient, address: &str) -> Result<()> {
        if let Some(pace) = self.mailing.pace {
            pace.wait();
        }
        let now = (self.record.now)();
        let message = match self.sender.message(self.mailing.content, recipient, now) {
            Ok(message) => message,
            Err(error) => {
                self.set(address, Stage::Deferred, "")?;
                return Err(error);
            }
        };
        for _ in 0..TRIES {
            match self.attempt(recipient, address, &message.bytes)? {
                Outcome::NotSent(_) => self.session = None,
                outcome => return self.settle(address, outcome),
            }
        }
        self.set(address, Stage::Deferred, "")?;
        Err(anyhow!(
            "the mail server closes the connection before it takes a message; the rest is sent by the next run"
        ))
    }

    /// Hands a message over, over a new connection where there is none.
    fn attempt(&mut self, recipient: &Recipient, address: &str, message: &[u8]) -> Result<Outcome> {
        let notice = &self.mailing.content.notice;
        let deliveries = &self.record.deliveries;
        let from = self.sender.from();
        if self.session.is_none() {
            match Session::open(&self.mailing.email.server, from) {
                Ok(session) => self.session = Some(session),
                Err(error) => {
                    deliveries.record(notice, address, Stage::Deferred, "")?;
                    return Err(error.context("the rest is sent by the next run"));
                }
            }
        }
        let session = self.session.as_mut().context("no connection")?;
        let mut handing = || deliveries.record(notice, address, Stage::Handing, "");
        let sent = session.send((from, &recipient.address), message, &mut handing);
        if sent.is_err() {
            // The sender was refused, so nothing was handed over.
            deliveries.record(notice, address, Stage::Deferred, "")?;
        }
        sent
    }

    fn settle(&mut self, address: &str, outcome: Outcome) -> Result<()> {
        let was_uncertain = std::mem::take(&mut self.uncertain);
        match outcome {
            Outcome::Accepted(answer) => self.set(address, Stage::Accepted, &answer),
            Outcome::Refused { answer, for_good } => {
                self.refusal(&answer, address);
                if for_good {
                    return self.set(address, Stage::Failed, &answer);
                }
                let notice = &self.mailing.content.notice;
                let deliveries = &self.record.deliveries;
                deliveries.put_off(notice, address, &answer)
            }
            Outcome::NotSent(why) => self.set(address, Stage::Deferred, &why),
            Outcome::Uncertain(why) => {
                self.session = None;
                self.uncertain = was_uncertain + 1;
                self.set(address, Stage::Uncertain, &why)?;
                match self.uncertain {
                    n if n >= UNCERTAIN => Err(anyhow!(
                        "the connection to the mail server died {n} times after a message was handed over; look at the server, then send again"
                    )),
                    _ => Ok(()),
                }
            }
        }
    }

    fn refusal(&mut self, answer: &str, address: &str) {
        const MOST: usize = 5;
        let answer = super::deliveries::without_names(answer, address);
        if self.noticed.refusals.len() < MOST && !self.noticed.refusals.contains(&answer) {
            self.noticed.refusals.push(answer);
        }
    }

    fn set(&self, address: &str, stage: Stage, answer: &str) -> Result<()> {
        let notice = &self.mailing.content.notice;
        self.record
            .deliveries
            .record(notice, address, stage, answer)
    }
}
