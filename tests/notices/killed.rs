//! A sender that is killed at any moment: nobody is mailed twice, and nobody is lost from the record.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use crate::desk::Desk;

/// How often a sender is killed.
const KILLS: usize = 20;

const PEOPLE: usize = 600;

#[test]
fn kills_neither_mail_twice_nor_lose_anybody() {
    let people: String = (0..PEOPLE).map(|n| format!("p{n}@example.org\n")).collect();
    let desk = Desk::mailing_to(&format!("address\n{people}"));
    desk.change("2024-06-01", "material", "30");
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut kills = 0;
    for _ in 0..KILLS {
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
        let before = desk.office.messages().len();
        // Most of the kills should fall into the mailing.
        while kills % 4 != 0
            && desk.office.messages().len() == before
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
    assert!(kills > KILLS / 2, "only {kills} kills hit a sender");
    desk.sends();
    check(&desk);
    let delivered = desk.office.messages().len();
    desk.sends();
    assert_eq!(desk.office.messages().len(), delivered);
}

/// Holds what the server took against the ledger.
fn check(desk: &Desk) {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for to in desk.office.recipients() {
        *taken.entry(to).or_default() += 1;
    }
    let twice: Vec<_> = taken.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "mailed twice: {twice:?}");
    let last = desk.ledger().pop().unwrap();
    let count = |key: &str| last[key].as_u64().unwrap() as usize;
    assert_eq!(last["state"], "finished");
    assert_eq!(count("accepted") + count("uncertain"), PEOPLE, "{last}");
    assert!(
        count("accepted") <= taken.len() && taken.len() <= PEOPLE,
        "{last}"
    );
    assert!(count("uncertain") <= KILLS, "{last}");
    desk.prints(&["verify"]);
}
