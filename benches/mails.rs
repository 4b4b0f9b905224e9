//! How fast notices go out by mail, and in how much memory: 100,000 recipients, a server on loopback that takes everything.
//!
//! It prints what it measured and judges nothing. `cargo bench --bench mails`, with the number of recipients in
//! `POLICYGEN_RECIPIENTS` where it should be another.

// The harness serves the tests too.
#![allow(dead_code, unused_imports)]

#[path = "../tests/notices/desk.rs"]
mod desk;
#[path = "../tests/notices/post_office.rs"]
mod post_office;
#[path = "../tests/support/mod.rs"]
mod support;
#[path = "../tests/notices/web.rs"]
mod web;

use std::process::Stdio;
use std::time::{Duration, Instant};

use desk::Desk;

fn main() {
    let people = std::env::var("POLICYGEN_RECIPIENTS").map_or(100_000, |n| n.parse().unwrap());
    let lines: String = (0..people).map(|n| format!("p{n}@example.org\n")).collect();
    let desk = Desk::mailing_to(&format!("address\n{lines}"));
    desk.office.keep_no_content();
    desk.change("2024-06-01", "material", "30");
    let began = Instant::now();
    let mut command = desk.command(&["send", "--no-live-check"]);
    let mut sender = command.stdout(Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    while sender.try_wait().unwrap().is_none() {
        peak = kilobytes(sender.id()).unwrap_or(0).max(peak);
        std::thread::sleep(Duration::from_millis(50));
    }
    let seconds = began.elapsed().as_secs_f64();
    let taken = desk.office.recipients().len();
    let rate = f64::from(u32::try_from(taken).unwrap()) / seconds;
    println!(
        "{taken} of {people} mails taken in {seconds:.1} s: {rate:.0} a second, {:.1} MB at most",
        f64::from(peak) / 1024.0
    );
}

/// The most memory that a process ever had.
fn kilobytes(process: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
