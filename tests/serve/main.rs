//! `policygen serve`, `policygen watch` and `--drafts`, end to end: the real binary runs while files and history change.

#![cfg(unix)]

// The harness serves other tests too.
#[allow(dead_code, unused_imports)]
#[path = "../support/mod.rs"]
mod support;

mod cache;
mod drafts;
mod edits;
mod equal;
mod history;
mod requests;
mod server;
mod trouble;
mod watch;

use support::Place;

/// One policy, `privacy`, with a version of 2024.
fn place() -> Place {
    let place = Place::new();
    place
        .write("privacy.md", privacy("thirty"))
        .write(".gitignore", "/site\n")
        .commit("2024-01-01");
    place
}

fn privacy(days: &str) -> String {
    format!("# Privacy\n\n## Logs\n\nWe keep logs for {days} days.\n\n## Else\n\nNothing else.\n")
}
