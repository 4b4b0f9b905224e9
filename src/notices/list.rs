//! `policygen notices list` and `log`: what is to be announced, and what the ledger says.

use serde::Serialize;

use super::content::told_short;
use super::due::Due;
use crate::gathered::Gathered;
use crate::ledger::Ledger;
use crate::ledger::entry::{Class, Entry, Line, Why};
use crate::ledger::known::State;
use crate::log::{NONE, Options, Table};

/// What there is to announce.
#[derive(Debug, Serialize)]
pub struct List {
    /// Whether `policygen notices baseline` was run.
    pub begun: bool,
    pub notices: Vec<Item>,
}

/// A version to announce, or a notice that is not finished.
#[derive(Debug, Serialize)]
pub struct Item {
    pub policy: String,
    pub uid: String,
    pub label: String,
    pub why: Why,
    /// `due`: not planned yet; else as the ledger says.
    pub state: &'static str,
    /// Null: somebody has to say.
    pub change: Option<Class>,
    /// What the change looks like, where nobody said.
    pub suggested: Option<Class>,
    /// Empty where the feed is enough.
    pub channels: Vec<String>,
    pub published: Option<String>,
    pub effective: Option<String>,
    /// Where readers are given less time than they should be, in a sentence.
    pub short_notice: Option<String>,
    /// How many may have been told or not, as the ledger says.
    pub uncertain: u64,
}

/// What is due, then what is open or uncertain.
pub fn list(site: &Gathered, state: &State, dues: &[Due]) -> List {
    let mut notices: Vec<Item> = dues.iter().map(|due| item(site, due)).collect();
    let left = state.notices.iter().filter(|notice| {
        let uncertain = notice.finished.as_ref().map_or(0, |f| f.uncertain);
        notice.stage.is_open() || uncertain > 0
    });
    notices.extend(left.map(|notice| Item {
        policy: notice.planned.policy.clone(),
        uid: notice.planned.uid.clone(),
        label: notice.planned.label.clone(),
        why: notice.planned.why,
        state: notice.stage.as_str(),
        change: notice.planned.change,
        suggested: None,
        channels: vec![notice.planned.channel.clone()],
        published: None,
        effective: notice.planned.effective.clone(),
        short_notice: None,
        uncertain: notice.finished.as_ref().map_or(0, |f| f.uncertain),
    }));
    List {
        begun: state.begun,
        notices,
    }
}

fn item(site: &Gathered, due: &Due) -> Item {
    let policy = &site.policies.all[due.policy];
    let version = &policy.versions[due.version];
    Item {
        policy: policy.id.clone(),
        uid: policy.uid.clone(),
        label: version.label.clone(),
        why: due.why,
        state: "due",
        change: due.class,
        suggested: due.suggested,
        channels: due
            .notices
            .iter()
            .map(|notice| notice.channel.clone())
            .collect(),
        published: version.published.map(|moment| moment.rfc3339()),
        effective: version.effective.date.map(|date| date.to_string()),
        short_notice: due.short.map(told_short),
        uncertain: 0,
    }
}

impl List {
    /// As lines for people.
    pub fn text(&self, options: Options) -> String {
        if !self.begun {
            return format!("{}.\n", super::send::NO_BASELINE);
        }
        if self.notices.is_empty() {
            return "nothing is to be announced\n".to_owned();
        }
        let mut table = Table::new(&[
            "POLICY",
            "VERSION",
            "WHY",
            "STATE",
            "CHANGE",
            "EFFECTIVE",
            "CHANNELS",
        ]);
        for item in &self.notices {
            table.rows.push(item.row());
        }
        let mut text = table.written(options);
        for item in &self.notices {
            for note in item.notes() {
                text.push_str(&format!("\n{} {}: {note}\n", item.policy, item.label));
            }
        }
        text
    }
}

impl Item {
    fn row(&self) -> Vec<String> {
        let change = match (self.change, self.suggested) {
            (Some(class), _) => class.as_str().to_owned(),
            (None, Some(suggested)) => format!("({})", suggested.as_str()),
            (None, None) => NONE.to_owned(),
        };
        let channels = match (self.channels.is_empty(), self.change) {
            (false, _) => self.channels.join(", "),
            (true, Some(Class::Minor)) => "feed".to_owned(),
            (true, _) => NONE.to_owned(),
        };
        vec![
            self.policy.clone(),
            self.label.clone(),
            self.why.as_str().to_owned(),
            self.state.to_owned(),
            change,
            self.effective.clone().unwrap_or_else(|| NONE.to_owned()),
            channels,
        ]
    }

    fn notes(&self) -> Vec<String> {
        let class = self.suggested.map(|suggested| {
            format!(
                "has no class of change; `send` asks for one (it looks {})",
                suggested.as_str()
            )
        });
        let uncertain = (self.uncertain > 0).then(|| {
            format!("of {} nobody knows whether they were told; `send --resend-uncertain` tells them again", self.uncertain)
        });
        class
            .into_iter()
            .chain(self.short_notice.clone())
            .chain(uncertain)
            .collect()
    }
}

/// The lines of the ledger for people, oldest first; those of the baseline as one.
pub fn log(ledger: &Ledger, options: Options) -> String {
    let mut table = Table::new(&["WHEN", "STATE", "POLICY", "VERSION", "CHANNEL", "WHAT"]);
    let state = State::of(ledger);
    let mut baseline = 0;
    for line in &ledger.lines {
        if matches!(line.entry, Entry::Baseline(_)) {
            baseline += 1;
            continue;
        }
        table.rows.push(row(line, &state));
    }
    let mut text = table.written(options);
    if baseline > 0 {
        let versions = if baseline == 1 {
            "version is"
        } else {
            "versions are"
        };
        text.push_str(&format!(
            "\n{baseline} {versions} known from before notices were sent.\n"
        ));
    }
    text
}

fn row(line: &Line, state: &State) -> Vec<String> {
    let (name, notice, what) = match &line.entry {
        Entry::Begun { ledger } => ("begun", None, format!("ledger {ledger}")),
        Entry::Mended { bytes } => ("mended", None, format!("{bytes} bytes cut off")),
        Entry::Baseline(known) | Entry::Known(known) => {
            let class = known.change.map_or(NONE, Class::as_str);
            let cells = [&line.at, "known", &known.policy, &known.label, NONE, class];
            return cells.map(str::to_owned).to_vec();
        }
        Entry::Planned(planned) => ("planned", Some(planned), planned.why.as_str().to_owned()),
        Entry::ByHand(planned) => ("by-hand", Some(planned), planned.why.as_str().to_owned()),
        Entry::Started { notice, .. } => ("started", planned(state, notice), String::new()),
        Entry::CalledOff { notice } => ("called-off", planned(state, notice), String::new()),
        Entry::Finished(finished) => {
            let what = format!(
                "{} accepted, {} failed, {} uncertain",
                finished.accepted, finished.failed, finished.uncertain
            );
            ("finished", planned(state, &finished.notice), what)
        }
    };
    let of =
        |part: fn(&crate::ledger::entry::Planned) -> &str| notice.map_or(NONE, part).to_owned();
    vec![
        line.at.clone(),
        name.to_owned(),
        of(|planned| &planned.policy),
        of(|planned| &planned.label),
        of(|planned| &planned.channel),
        what,
    ]
}

fn planned<'a>(state: &'a State, notice: &str) -> Option<&'a crate::ledger::entry::Planned> {
    state.notice(notice).map(|notice| &notice.planned)
}
