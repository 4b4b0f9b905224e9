//! A sender that is killed at any moment: nobody is mailed twice, and nobody is lost from the record.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use crate::desk::Desk;

/// How often a sender is killed, unless `POLICYGEN_KILLS` says otherwise.
const KILLS: usize = 20;

fn wanted() -> usize {
    let told = std::env::var("POLICYGEN_KILLS").ok();
    told.map_or(KILLS, |count| count.parse().unwrap())
}

/// So many recipients there are for each kill.
const PEOPLE: usize = 30;

#[test]
fn kills_neither_mail_twice_nor_lose_anybody() {
    let wanted = wanted();
    let people = wanted * PEOPLE;
    let all: String = (0..people).map(|n| format!("p{n}@example.org\n")).collect();
    let desk = Desk::mailing_to(&format!("address\n{all}"));
    desk.office.keep_no_content();
    desk.change("2024-06-01", "material", "30");
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut kills = 0;
    let mut number = 0;
    while kills < wanted && number < 2 * wanted {
        number += 1;
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let wait = Duration::from_micros((random >> 33) % 60_000);
        let mut sender = desk.command(&["send", "--no-live-check"]);
        let mut sender = sender
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let before = desk.office.count();
        // Most of the kills should fall into the mailing.
        while number % 4 != 0
            && desk.office.count() == before
            && sender.try_wait().unwrap().is_none()
        {
            std::thread::sleep(Duration::from_micros(200));
        }
        std::thread::sleep(wait / 4);
        if sender.try_wait().unwrap().is_none() {
            kills += 1;
        }
        sender.kill().unwrap();
        sender.wait().unwrap();
    }
    assert_eq!(kills, wanted, "too few kills hit a sender");
    let before = desk.office.count();
    assert!(
        before > people / 20,
        "only {before} mails between the kills"
    );
    desk.sends();
    let told = check(&desk, people, kills);
    println!("{kills} kills, with {before} mails between them; {people} recipients: {told}");
    let delivered = desk.office.count();
    desk.sends();
    assert_eq!(desk.office.count(), delivered);
}

/// Holds what the server took against the ledger, and tells both.
fn check(desk: &Desk, people: usize, kills: usize) -> String {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for to in desk.office.recipients() {
        *taken.entry(to).or_default() += 1;
    }
    let twice: Vec<_> = taken.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "mailed twice: {twice:?}");
    let last = desk.ledger().pop().unwrap();
    let count = |key: &str| last[key].as_u64().unwrap() as usize;
    assert_eq!(last["state"], "finished");
    let (accepted, uncertain) = (count("accepted"), count("uncertain"));
    assert_eq!(accepted + uncertain, people, "{last}");
    assert!(accepted <= taken.len() && taken.len() <= people, "{last}");
    assert!(uncertain <= kills, "{last}");
    desk.prints(&["verify"]);
    format!(
        "{} delivered, {} twice; the ledger has {accepted} accepted, {uncertain} uncertain",
        taken.len(),
        twice.len()
    )
}
