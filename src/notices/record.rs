//! The two records of a run, kept in step: the ledger and the deliveries.

use anyhow::{Context, Result, bail};
use jiff::Timestamp;

use super::content::Content;
use super::deliveries::{Counts, Deliveries, Meant};
use crate::ledger::Writer;
use crate::ledger::entry::{Entry, Finished, Said, Why};
use crate::ledger::known::{Stage, State};

/// Both records, and the clock.
pub struct Record<'a> {
    pub writer: Writer,
    pub deliveries: Deliveries,
    pub now: &'a dyn Fn() -> Timestamp,
}

impl Record<'_> {
    /// Holds the two records against each other.
    ///
    /// # Errors
    ///
    /// The ledger lost lines that the state folder knows of, or knows of notices that the state folder has no record of.
    pub fn check(&self) -> Result<()> {
        let ledger = &self.writer.ledger;
        let path = ledger.path.display();
        if let Some(head) = self.deliveries.ledger()?
            && ledger.cut == 0
            && !ledger.hashes.contains(&head)
        {
            bail!(
                "`{path}`: lines are missing that were there when notices were sent last; bring the newest ledger here (git pull), or the copy `{}`; if these records are another ledger's, name another folder with --state",
                self.deliveries.copy().display()
            );
        }
        let state = State::of(ledger);
        for notice in state.notices.iter().filter(|n| n.stage == Stage::Started) {
            let planned = &notice.planned;
            if !self.deliveries.has(&planned.notice)? {
                bail!(
                    "`{path}`: the notice of `{}` {} on `{}` was begun, but the state folder has no record of who got it; bring that folder back and name it with --state, or, if everybody was told, say so: policygen notices by-hand {} {} --channel {}",
                    planned.policy,
                    planned.label,
                    planned.channel,
                    planned.policy,
                    planned.label,
                    planned.channel,
                );
            }
        }
        Ok(())
    }

    /// What the ledger says now.
    pub fn state(&self) -> State {
        State::of(&self.writer.ledger)
    }

    /// Adds lines to the ledger.
    ///
    /// # Errors
    ///
    /// They cannot be written.
    pub fn append(&mut self, entries: Vec<Entry>) -> Result<()> {
        self.writer.append((self.now)(), entries)?;
        self.deliveries.keep(&self.writer.ledger.path)?;
        self.deliveries.set_ledger(self.writer.ledger.head())
    }

    /// Begins a notice, or goes on with it, or opens it again. The state folder knows of it first. Gives whom it is for, where those
    /// of whom nobody knows whether they were told are to be told or not: one that was finished once is for nobody new.
    ///
    /// # Errors
    ///
    /// One of the records cannot be written.
    pub fn begin(&mut self, content: &Content, resend_uncertain: bool) -> Result<Meant> {
        let notice = &content.notice;
        self.deliveries.begin(notice)?;
        let state = self.state();
        let known = state
            .notice(notice)
            .context("a notice that was not planned")?;
        if known.stage != Stage::Started {
            self.append(vec![Entry::Started {
                notice: notice.clone(),
                said: Some(said(content)),
            }])?;
        }
        Ok(Meant {
            strangers: known.finished.is_none(),
            uncertain: resend_uncertain,
        })
    }

    /// Ends a notice of which nothing is left to send; one with messages to be tried again stays as it is. Gives its counts.
    ///
    /// # Errors
    ///
    /// One of the records cannot be read or written.
    pub fn finish(&mut self, notice: &str) -> Result<Counts> {
        let counts = self.deliveries.counts(notice)?;
        if counts.deferred == 0 {
            let finished = Finished {
                notice: notice.to_owned(),
                accepted: counts.accepted,
                failed: counts.failed,
                uncertain: counts.uncertain,
                deliveries: self.deliveries.hash(notice)?,
            };
            let state = self.state();
            let is_open = state.notice(notice).is_none_or(|n| n.stage.is_open());
            if is_open {
                self.append(vec![Entry::Finished(finished)])?;
            }
        }
        Ok(counts)
    }
}

/// What stands in the ledger of what readers are told. Of a notice without a change, like that of one called off, nothing changed.
fn said(content: &Content) -> Said {
    let changed = content.summary.as_ref().or(content.description.as_ref());
    Said {
        subject: content.subject.clone(),
        said: content.said.clone(),
        changed: changed.filter(|_| content.why != Why::CalledOff).cloned(),
    }
}
