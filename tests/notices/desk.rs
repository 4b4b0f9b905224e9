//! A repository whose publisher sends notices.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::post_office::PostOffice;
use crate::support::Place;
use crate::web::Web;

/// The day of the tests.
const TODAY: &str = "2025-01-01";

/// A site with the policies `privacy` and `terms`, of which everything so far is known, and a mail server.
pub struct Desk {
    pub place: Place,
    pub office: PostOffice,
    pub web: Web,
    variables: Vec<(String, String)>,
}

/// What a run printed, and how it ended.
#[derive(Debug)]
pub struct Printed {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// What privacy says.
pub fn privacy(front: &str, days: &str) -> String {
    format!(
        "---\n{front}\n---\n# Privacy\n\nWe keep it short.\n\n## Logs\n\nWe keep logs for {days} days.\n\n## Else\n\nNothing.\n"
    )
}

impl Desk {
    /// Mails to a list.
    pub fn new() -> Desk {
        Desk::with("to = \"readers@example.org\"\n")
    }

    /// Mails to these people; the text is a CSV file.
    pub fn mailing_to(people: &str) -> Desk {
        let desk = Desk::with("recipients = \"../people.csv\"\n");
        desk.people(people);
        desk
    }

    /// `email` are more lines of `[notices.email]`.
    pub fn with(email: &str) -> Desk {
        let desk = Desk::unknown(email);
        desk.prints(&["baseline"]);
        desk
    }

    /// The same without a baseline.
    pub fn unknown(email: &str) -> Desk {
        let (place, office, web) = (Place::new(), PostOffice::open(), Web::open());
        let config = format!(
            "[site]\ntitle = \"Example Ltd\"\nbase_url = \"{}\"\n[notices.email]\nfrom = \"Example Legal <legal@example.org>\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\ntimeout = 2\n{email}",
            web.url(""),
            office.port
        );
        place
            .write("policygen.toml", config)
            .write(
                "privacy.md",
                privacy("title: Privacy policy\nid: privacy-notice", "60"),
            )
            .write("terms.md", "# Terms\n\nPay at once.\n")
            .commit("2024-01-01");
        Desk {
            place,
            office,
            web,
            variables: Vec::new(),
        }
    }

    /// Adds to the configuration.
    pub fn configure(self, more: &str) -> Desk {
        let path = self.place.repo().join("policygen.toml");
        let text = std::fs::read_to_string(path).unwrap();
        self.place.write("policygen.toml", text + more);
        self
    }

    pub fn variable(mut self, name: &str, value: &str) -> Desk {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn people(&self, people: &str) {
        std::fs::write(self.place.folder().join("people.csv"), people).unwrap();
    }

    /// Publishes a change of privacy on a day of 2024: `change` is its class, `days` how long logs are kept.
    pub fn change(&self, day: &str, change: &str, days: &str) -> &Self {
        let front = format!(
            "title: Privacy policy\nid: privacy-notice\nsummary: Logs are kept for {days} days.\neffective: 2025-03-01"
        );
        let message = format!("Change\n\nVersion-Change: {change}");
        self.place
            .write("privacy.md", privacy(&front, days))
            .commit_saying(day, &message);
        self
    }

    pub fn annotate(&self, label: &str, what: &str) -> &Self {
        let text = format!("[[version]]\npolicy = \"privacy\"\nlabel = \"{label}\"\n{what}\n");
        self.place.write("versions.toml", text);
        self
    }

    /// `policygen notices` with these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.policygen(&[&["notices"], arguments].concat())
    }

    pub fn policygen(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_policygen"));
        command.args(arguments).args(["--date", TODAY]).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.place.folder().join("home"));
        command.envs(self.variables.iter().cloned());
        command.current_dir(self.place.repo()).stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Printed {
        run(self.command(arguments))
    }

    #[track_caller]
    pub fn prints(&self, arguments: &[&str]) -> String {
        let printed = self.run(arguments);
        assert_eq!(printed.code, Some(0), "{printed:?}");
        printed.out
    }

    /// Sends, without asking the live site, and must end well.
    #[track_caller]
    pub fn sends(&self) -> String {
        self.prints(&["send", "--no-live-check"])
    }

    /// Sends and must end with 1; all that it printed.
    #[track_caller]
    pub fn fails_to_send(&self) -> String {
        let printed = self.run(&["send", "--no-live-check"]);
        assert_eq!(printed.code, Some(1), "{printed:?}");
        printed.out + &printed.err
    }

    /// What is to be announced: policy, label, why, state and channels.
    pub fn listed(&self) -> Vec<String> {
        let list: Value =
            serde_json::from_str(&self.prints(&["list", "--format", "json"])).unwrap();
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let line = |item: &Value| {
            let channels = item["channels"].as_array().unwrap().iter().map(word);
            let mut words: Vec<String> = ["policy", "label", "why", "state"]
                .iter()
                .map(|key| word(&item[key]))
                .collect();
            words.extend(channels);
            words.join(" ")
        };
        list["notices"]
            .as_array()
            .unwrap()
            .iter()
            .map(line)
            .collect()
    }

    pub fn ledger_path(&self) -> PathBuf {
        self.place.repo().join("notices.jsonl")
    }

    pub fn ledger(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.ledger_path()).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The states of the ledger's lines, in order, those of the baseline left out.
    pub fn states(&self) -> Vec<String> {
        let states = self
            .ledger()
            .into_iter()
            .map(|line| line["state"].as_str().unwrap().to_owned());
        states.filter(|state| state != "baseline").collect()
    }
}

pub fn run(mut command: Command) -> Printed {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let printed = Printed {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    };
    assert!(!printed.err.contains("panicked"), "{}", printed.err);
    printed
}
