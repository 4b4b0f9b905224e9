//! The ledger, cut, altered or beside a history that was rewritten.

use crate::desk::{Desk, run};

fn sent() -> Desk {
    let desk = Desk::new();
    desk.change("2024-06-01", "material", "30");
    desk.sends();
    desk
}

#[test]
fn a_last_line_that_was_cut_off_is_mended_said_and_nobody_is_mailed_again() {
    let desk = sent();
    let text = std::fs::read(desk.ledger_path()).unwrap();
    // Down to the line that was there before anything was sent.
    for cut in [1, 5, 50, 300, 900] {
        std::fs::write(desk.ledger_path(), &text[..text.len() - cut]).unwrap();
        let printed = desk.run(&["send", "--no-live-check"]);
        assert_eq!(printed.code, Some(0), "{cut}: {printed:?}");
        assert_eq!(
            printed.err.contains("cut off in the middle"),
            cut > 1,
            "{cut}: {printed:?}"
        );
        assert_eq!(desk.office.recipients().len(), 1, "{cut}");
        assert!(
            desk.states().ends_with(&["finished".to_owned()]),
            "{cut}: {:?}",
            desk.states()
        );
        desk.prints(&["verify"]);
    }
}

#[test]
fn an_altered_or_shortened_ledger_is_refused() {
    let desk = sent();
    let text = std::fs::read_to_string(desk.ledger_path()).unwrap();
    std::fs::write(
        desk.ledger_path(),
        text.replace("\"accepted\":1", "\"accepted\":9"),
    )
    .unwrap();
    assert!(desk.fails_to_send().contains("altered"));
    assert_eq!(desk.run(&["verify"]).code, Some(1));
    let lines: Vec<&str> = text.lines().collect();
    let shorter = lines[..lines.len() - 2].join("\n") + "\n";
    std::fs::write(desk.ledger_path(), shorter).unwrap();
    let said = desk.fails_to_send();
    assert!(said.contains("lines are missing"), "{said}");
}

#[test]
fn a_history_rewritten_after_publication_is_told() {
    let desk = sent();
    let verify = |desk: &Desk| run(desk.policygen(&["verify"]));
    assert_eq!(verify(&desk).code, Some(0));
    desk.place.git(&["reset", "--quiet", "--soft", "HEAD~1"]);
    desk.change("2024-06-01", "material", "29");
    let printed = verify(&desk);
    assert_eq!(printed.code, Some(1));
    assert!(
        printed.out.contains("privacy 2024-06-01: its text") && printed.out.contains("rewritten"),
        "{printed:?}"
    );
    desk.place.git(&["reset", "--quiet", "--soft", "HEAD~1"]);
    desk.change("2024-06-02", "material", "30");
    let printed = verify(&desk);
    assert!(
        printed.out.contains("not as published on 2024-06-01"),
        "{printed:?}"
    );
}

#[test]
fn the_log_tells_what_happened() {
    let log = sent().prints(&["log"]);
    for word in [
        "begun",
        "known",
        "planned",
        "started",
        "1 accepted, 0 failed, 0 uncertain",
        "2 versions are known",
    ] {
        assert!(log.contains(word), "{log}");
    }
}

#[test]
fn a_second_sender_waits_its_turn() {
    let people: String = (0..20).map(|n| format!("p{n}@example.org\n")).collect();
    let desk = Desk::mailing_to(&format!("address\n{people}"));
    desk.change("2024-06-01", "material", "30");
    let slow = ["send", "--no-live-check", "--limit-per-minute", "600"];
    let mut first = desk
        .command(&slow)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while desk.office.messages().is_empty() && first.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(
        desk.fails_to_send()
            .contains("another policygen is sending notices")
    );
    assert!(first.wait().unwrap().success());
    assert_eq!(desk.office.recipients().len(), 20);
}

#[test]
fn a_baseline_on_a_ledger_that_was_cut_off_leaves_word_of_it() {
    let desk = Desk::new();
    let text = std::fs::read(desk.ledger_path()).unwrap();
    std::fs::write(desk.ledger_path(), &text[..text.len() - 9]).unwrap();
    desk.prints(&["baseline"]);
    assert_eq!(desk.states(), ["begun", "mended"]);
    assert_eq!(desk.listed(), [""; 0]);
}
