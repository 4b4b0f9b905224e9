//! What a ledger says, gathered from its lines.

use std::collections::BTreeMap;

use super::entry::{Class, Entry, Finished, Known, Planned, Said};

/// A text: the hash of what a reader could notice of it, and how often its policy had come to it.
pub type TextKey = (String, usize);

/// A text by its place instead: the hash of it or of its source, when its version was published, and which text of the version it is,
/// counted from 0. So a text is known where its policy was joined with another, or is read otherwise.
pub type Moment = (String, String, usize);

/// Everything that a ledger says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Whether the ledger was begun.
    pub begun: bool,
    /// Which texts are known, each with the class that its version had.
    pub texts: BTreeMap<TextKey, Option<Class>>,
    /// The same by place.
    pub moments: BTreeMap<Moment, Option<Class>>,
    /// The notices, in the order in which they were planned.
    pub notices: Vec<Notice>,
}

/// A notice and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub planned: Planned,
    pub stage: Stage,
    /// Whether somebody may have been told.
    pub was_told: bool,
    /// The counts of the last finish.
    pub finished: Option<Finished>,
    /// When it began to go out, or was announced by hand.
    pub at: Option<String>,
    /// What it says, where it was sent by policygen.
    pub said: Option<Said>,
}

/// How far a notice came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Planned,
    Started,
    Finished,
    ByHand,
    CalledOff,
}

impl Stage {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Planned => "planned",
            Stage::Started => "started",
            Stage::Finished => "finished",
            Stage::ByHand => "by-hand",
            Stage::CalledOff => "called-off",
        }
    }

    /// Whether there is something left to send.
    pub fn is_open(self) -> bool {
        matches!(self, Stage::Planned | Stage::Started)
    }
}

impl State {
    /// Gathers the lines of a ledger.
    pub fn of(ledger: &super::Ledger) -> State {
        let mut state = State::default();
        for line in &ledger.lines {
            state.entry(&line.entry, &line.at);
        }
        state
    }

    /// Adds what a line says.
    pub fn entry(&mut self, entry: &Entry, at: &str) {
        match entry {
            Entry::Begun { .. } => self.begun = true,
            // Nobody is ever told of it, whatever class it is given later.
            Entry::Baseline(known) => self.know(known, Some(Class::Material)),
            Entry::Known(known) => self.know(known, known.change),
            Entry::Planned(planned) => self.plan(planned, Stage::Planned, None),
            Entry::ByHand(planned) => self.plan(planned, Stage::ByHand, Some(at.to_owned())),
            Entry::Started { notice, said } => self.change(notice, |notice| {
                notice.stage = Stage::Started;
                notice.was_told = true;
                // One that is opened again, for what was uncertain, was told when it was told first.
                notice.at.get_or_insert_with(|| at.to_owned());
                notice.said = notice.said.take().or_else(|| said.clone());
            }),
            Entry::CalledOff { notice } => self.change(notice, |n| n.stage = Stage::CalledOff),
            Entry::Finished(finished) => self.change(&finished.notice, |notice| {
                notice.stage = Stage::Finished;
                notice.finished = Some(finished.clone());
            }),
            Entry::Mended { .. } => {}
        }
    }

    fn know(&mut self, known: &Known, change: Option<Class>) {
        for (place, text) in known.texts.iter().enumerate() {
            let key = (text.text_sha256.clone(), text.time);
            raise(self.texts.entry(key).or_default(), change);
            for hash in [&text.text_sha256, &text.source_sha256] {
                let Some(published) = &known.published else {
                    continue;
                };
                let moment = (hash.clone(), published.clone(), place);
                raise(self.moments.entry(moment).or_default(), change);
            }
        }
    }

    fn plan(&mut self, planned: &Planned, stage: Stage, at: Option<String>) {
        let mut notice = Notice {
            planned: planned.clone(),
            stage,
            was_told: stage == Stage::ByHand,
            finished: None,
            at,
            said: None,
        };
        match self.position(&planned.notice) {
            // What is told by hand after it was planned, or is to say another date.
            Some(index) => {
                let old = &mut self.notices[index];
                // What was broken off goes on: some were told already.
                if stage == Stage::Planned && old.was_told {
                    notice.was_told = true;
                    (notice.at, notice.said) = (old.at.take(), old.said.take());
                }
                *old = notice;
            }
            None => self.notices.push(notice),
        }
    }

    fn change(&mut self, notice: &str, change: impl FnOnce(&mut Notice)) {
        if let Some(index) = self.position(notice) {
            change(&mut self.notices[index]);
        }
    }

    fn position(&self, notice: &str) -> Option<usize> {
        self.notices.iter().position(|n| n.planned.notice == notice)
    }

    /// The notice of this name.
    pub fn notice(&self, name: &str) -> Option<&Notice> {
        self.position(name).map(|index| &self.notices[index])
    }
}

fn raise(class: &mut Option<Class>, to: Option<Class>) {
    *class = (*class).max(to);
}
