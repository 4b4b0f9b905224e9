//! `policygen diff`, `log` and `status`, end to end: tiny repositories with a history, the real binary, and what it printed.

#![cfg(unix)]

// The harness serves other tests too.
#[allow(dead_code, unused_imports)]
#[path = "../support/mod.rs"]
mod support;

mod diff;
mod draft;
mod log;
mod status;

use std::process::{Command, Stdio};

use support::Place;

/// What a run printed, and how it ended.
#[derive(Debug)]
struct Printed {
    code: Option<i32>,
    out: String,
    err: String,
}

/// `policygen` with these arguments, in the repository, on the first day of 2025.
fn command(place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_policygen"));
    command.args(arguments).env_clear();
    if !arguments.contains(&"--date") {
        command.args(["--date", "2025-01-01"]);
    }
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", place.folder().join("home"));
    command.current_dir(place.repo()).stdin(Stdio::null());
    command
}

/// Runs, however it ends.
fn run(place: &Place, arguments: &[&str]) -> Printed {
    let output = command(place, arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let printed = Printed {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    };
    assert!(!printed.err.contains("panicked"), "{}", printed.err);
    printed
}

/// Runs and must end well; what it printed.
#[track_caller]
fn prints(place: &Place, arguments: &[&str]) -> String {
    let printed = run(place, arguments);
    assert_eq!(printed.code, Some(0), "{}", printed.err);
    printed.out
}

/// Runs and must fail with 1; what it said.
#[track_caller]
fn fails(place: &Place, arguments: &[&str]) -> String {
    let printed = run(place, arguments);
    assert_eq!(printed.code, Some(1), "{}", printed.out);
    assert_eq!(printed.out, "");
    printed.err
}

/// Two policies: `privacy` with the versions 1.0 and 2.0, `terms` with two versions by day and one upcoming.
fn two_policies() -> Place {
    let place = Place::new();
    place
        .write("privacy.md", privacy("1.0", "60"))
        .write("terms.md", "# Terms\n\nPay at once.\n")
        .commit("2024-01-01");
    place
        .write("privacy.md", privacy("2.0", "30"))
        .commit("2024-03-01");
    place
        .write("terms.md", "# Terms\n\nPay within ten days.\n")
        .commit("2024-06-01");
    place
        .write(
            "terms.md",
            "---\neffective: 2025-06-01\n---\n# Terms\n\nPay within twenty days.\n",
        )
        .commit("2024-12-01");
    place
}

fn privacy(version: &str, days: &str) -> String {
    format!(
        "---\nversion: \"{version}\"\n---\n# Privacy\n\nIntro.\n\n## Logs\n\nWe keep logs for {days} days.\n\n## Else\n\nNothing.\n"
    )
}
