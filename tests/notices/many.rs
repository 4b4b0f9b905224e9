//! How fast mail goes out, and in how much memory. It takes minutes, so it is run by name:
//! `cargo test --release --test notices many -- --ignored --nocapture`.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::desk::Desk;

const PEOPLE: usize = 100_000;

#[test]
#[ignore = "takes minutes"]
fn a_hundred_thousand_mails_go_out_fast_and_in_little_memory() {
    let people: String = (0..PEOPLE).map(|n| format!("p{n}@example.org\n")).collect();
    let desk = Desk::mailing_to(&format!("address\n{people}"));
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
    let rate = PEOPLE as f64 / seconds;
    println!("{PEOPLE} mails in {seconds:.1} s: {rate:.0} a second, {peak} kB at most");
    assert_eq!(desk.office.recipients().len(), PEOPLE);
    assert!(rate >= 500.0 && peak < 60_000);
}

/// The most memory that a process ever had.
fn kilobytes(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
