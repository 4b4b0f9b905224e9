//! What changes between two runs: recipients, names, classes, the history, the records.

use crate::desk::{Desk, privacy};
use crate::post_office::Fault;

const LABEL: &str = "2024-06-01";

fn people(names: &[&str]) -> String {
    let lines = names.iter().map(|name| format!("{name}@example.org\n"));
    format!("address\n{}", lines.collect::<String>())
}

/// A material change, and people to tell of it.
fn to(names: &[&str]) -> Desk {
    let desk = Desk::mailing_to(&people(names));
    desk.change(LABEL, "material", "30");
    desk
}

fn last(desk: &Desk, key: &str) -> Option<u64> {
    desk.ledger().pop().unwrap()[key].as_u64()
}

#[test]
fn who_was_put_off_and_is_no_recipient_any_more_keeps_no_notice_open() {
    let desk = to(&["ada", "bo"]);
    desk.office.refuse("bo@example.org", 451);
    desk.fails_to_send();
    desk.people(&people(&["ada"]));
    let said = desk.sends();
    assert!(said.contains("1 accepted, 1 failed"), "{said}");
    assert_eq!(
        (last(&desk, "accepted"), last(&desk, "failed")),
        (Some(1), Some(1))
    );
    desk.prints(&["verify"]);
    assert_eq!(desk.sends(), "nothing is to be announced\n");
}

#[test]
fn who_was_put_off_and_forgotten_keeps_no_notice_open() {
    let desk = to(&["ada", "bo"]);
    desk.office.refuse("bo@example.org", 451);
    desk.fails_to_send();
    desk.prints(&["forget", "bo@example.org"]);
    desk.people(&people(&["ada"]));
    desk.sends();
    assert_eq!(desk.office.recipients(), ["ada@example.org"]);
}

#[test]
fn an_empty_file_of_recipients_announces_nothing() {
    let desk = to(&[]);
    assert!(desk.fails_to_send().contains("nobody was told"));
    desk.people(&people(&["ada"]));
    desk.sends();
    assert_eq!(desk.office.recipients(), ["ada@example.org"]);
}

#[test]
fn what_is_sent_again_where_it_is_uncertain_goes_to_nobody_new() {
    let desk = to(&["ada", "bo"]);
    desk.office.fault(Fault::CloseAfterDot);
    desk.sends();
    desk.people(&people(&["ada", "bo", "cy"]));
    desk.prints(&["send", "--no-live-check", "--resend-uncertain"]);
    let twice = ["ada@example.org", "ada@example.org", "bo@example.org"];
    assert_eq!(desk.office.recipients(), twice);
    assert_eq!(last(&desk, "accepted"), Some(2));
}

#[test]
fn what_is_sent_again_and_stops_is_open_and_its_record_is_no_alteration() {
    let desk = to(&["ada", "bo"]);
    desk.office.fault(Fault::CloseAfterDot);
    desk.sends();
    desk.people(&people(&["ada", "bo", "cy"]));
    desk.office.refuse("ada@example.org", 451);
    let again = ["send", "--no-live-check", "--resend-uncertain"];
    assert_eq!(desk.run(&again).code, Some(1));
    desk.prints(&["verify"]);
    desk.office.take_everybody();
    desk.sends();
    assert!(
        !desk
            .office
            .recipients()
            .contains(&"cy@example.org".to_owned())
    );
    desk.prints(&["verify"]);
    assert_eq!(desk.listed(), [""; 0]);
}

#[test]
fn what_was_called_off_is_not_sent_again_where_it_is_uncertain() {
    let desk = to(&["ada"]);
    desk.office.fault(Fault::CloseAfterDot);
    desk.sends();
    desk.annotate(LABEL, "called_off = true");
    desk.sends();
    let before = desk.office.count();
    desk.prints(&["send", "--no-live-check", "--resend-uncertain"]);
    assert_eq!(desk.office.count(), before);
}

#[test]
fn a_text_that_is_declared_anew_with_another_date_is_told_to_nobody() {
    let desk = Desk::new();
    let terms = |version: u8, day: &str| {
        format!(
            "---\nversion: {version}\nchange: material\neffective: {day}\n---\n# Terms\n\nPay late.\n"
        )
    };
    desk.place
        .write("terms.md", terms(1, "2025-02-01"))
        .commit("2024-06-01");
    desk.sends();
    desk.place
        .write("terms.md", terms(2, "2025-05-01"))
        .commit("2024-07-01");
    for _ in 0..3 {
        desk.sends();
    }
    assert_eq!(desk.office.count(), 1);
    assert_eq!(desk.listed(), [""; 0]);
}

#[test]
fn two_policies_of_one_text_and_different_dates_are_told_once() {
    let desk = Desk::new();
    let stub = |day: &str| {
        format!("---\ntitle: Stub\nchange: material\neffective: {day}\n---\nThe same everywhere.\n")
    };
    desk.place
        .write("north.md", stub("2025-02-01"))
        .commit("2024-06-01");
    desk.sends();
    desk.place
        .write("south.md", stub("2025-05-01"))
        .commit("2024-07-01");
    for _ in 0..3 {
        desk.sends();
    }
    assert_eq!(desk.office.count(), 1);
}

#[test]
fn a_correction_of_what_is_not_told_to_all_yet_does_not_keep_the_rest_from_it() {
    let desk = Desk::mailing_to(&people(&["ada", "bo"]));
    let terms = |days: u8| {
        format!("---\nversion: 2\nchange: material\n---\n# Terms\n\nPay within {days} days.\n")
    };
    let publish = || desk.web.serve_files(desk.place.build().site().files());
    desk.place.write("terms.md", terms(10)).commit("2024-06-01");
    publish();
    desk.office.refuse("bo@example.org", 451);
    assert_eq!(desk.run(&["send"]).code, Some(1));
    desk.office.take_everybody();
    desk.place.write("terms.md", terms(20)).commit("2024-06-02");
    assert_eq!(
        desk.run(&["send"]).code,
        Some(1),
        "the site does not show it"
    );
    assert_eq!(desk.office.count(), 1);
    publish();
    desk.prints(&["send"]);
    assert_eq!(desk.office.count(), 4);
}

#[test]
fn what_was_planned_and_is_not_in_the_history_any_more_can_be_told_by_hand() {
    let desk = to(&["ada"]);
    desk.office.fault(Fault::CloseAt("EHLO"));
    desk.fails_to_send();
    desk.place.git(&["reset", "--quiet", "--soft", "HEAD~1"]);
    desk.change("2024-06-02", "material", "29");
    let said = desk.fails_to_send();
    assert!(said.contains("policygen notices by-hand"), "{said}");
    assert_eq!(desk.office.count(), 1);
    assert_eq!(
        desk.prints(&["by-hand", "privacy", LABEL]),
        "announced by hand: email\n"
    );
    assert_eq!(desk.sends(), "nothing is to be announced\n");
}

#[test]
fn what_turns_out_to_be_minor_before_anybody_was_told_is_told_to_nobody() {
    let desk = to(&["ada"]);
    desk.office.fault(Fault::CloseAt("EHLO"));
    desk.fails_to_send();
    desk.annotate(LABEL, "change = \"minor\"");
    for _ in 0..2 {
        assert_eq!(desk.sends(), "nothing is to be announced\n");
    }
    let lines = desk.ledger().len();
    desk.sends();
    assert_eq!(desk.ledger().len(), lines, "the ledger grows");
    desk.annotate(LABEL, "change = \"material\"");
    desk.sends();
    assert_eq!(desk.office.count(), 1);
}

#[test]
fn a_date_that_moves_with_an_editorial_correction_is_told() {
    let desk = Desk::new();
    let terms = |day: &str, word: &str| {
        format!(
            "---\nversion: 2\nchange: material\neffective: {day}\n---\n# Terms\n\nPay {word} late.\n"
        )
    };
    desk.place
        .write("terms.md", terms("2025-03-01", "verry"))
        .commit("2024-06-01");
    desk.sends();
    desk.place
        .write("terms.md", terms("2025-05-01", "very"))
        .commit_saying("2024-06-02", "x\n\nVersion-Change: editorial");
    desk.sends();
    assert_eq!(desk.office.count(), 2);
    assert!(desk.office.messages()[1].1.contains("1 May 2025"));
    desk.sends();
    assert_eq!(desk.office.count(), 2);
}

#[test]
fn a_draft_is_not_known_from_the_baseline_on() {
    let desk = Desk::unknown("to = \"readers@example.org\"\n");
    desk.place.write(
        "privacy.md",
        privacy(
            "title: Privacy policy\nid: privacy-notice\nchange: material",
            "5",
        ),
    );
    desk.prints(&["baseline"]);
    desk.place.commit("2024-06-01");
    desk.sends();
    assert_eq!(desk.office.count(), 1);
}

#[test]
fn the_pace_is_kept_from_one_notice_to_the_next() {
    let desk = Desk::new();
    desk.change(LABEL, "material", "30");
    desk.change("2024-06-02", "material", "20");
    desk.change("2024-06-03", "material", "10");
    let began = std::time::Instant::now();
    desk.prints(&["send", "--no-live-check", "--limit-per-minute", "120"]);
    assert_eq!(desk.office.count(), 3);
    assert!(began.elapsed() >= std::time::Duration::from_secs(1));
}

#[test]
fn lines_that_were_never_committed_are_brought_back_from_the_state_folder() {
    let desk = to(&["ada"]);
    let before = std::fs::read(desk.ledger_path()).unwrap();
    desk.sends();
    let after = std::fs::read(desk.ledger_path()).unwrap();
    std::fs::write(desk.ledger_path(), before).unwrap();
    let said = desk.fails_to_send();
    let copy = said
        .split('`')
        .find(|word| word.ends_with("policygen/notices.jsonl") || word.contains(".local/state"));
    std::fs::copy(copy.unwrap(), desk.ledger_path()).unwrap();
    assert_eq!(std::fs::read(desk.ledger_path()).unwrap(), after);
    assert_eq!(desk.sends(), "nothing is to be announced\n");
}

#[test]
fn who_was_not_told_before_it_was_called_off_is_told_when_it_holds_after_all() {
    let desk = to(&["ada", "bo"]);
    desk.office.refuse("bo@example.org", 451);
    desk.fails_to_send();
    desk.office.take_everybody();
    for called_off in ["true", "false"] {
        desk.annotate(LABEL, &format!("called_off = {called_off}"));
        desk.sends();
        desk.sends();
    }
    let (ada, bo) = ("ada@example.org", "bo@example.org");
    assert_eq!(desk.office.recipients(), [ada, ada, ada, bo]);
    assert_eq!(desk.listed(), [""; 0]);
    desk.prints(&["verify"]);
}

#[test]
fn who_was_not_told_before_it_was_withdrawn_is_told_when_it_comes_back() {
    let desk = to(&["ada", "bo"]);
    desk.office.refuse("bo@example.org", 451);
    desk.fails_to_send();
    desk.office.take_everybody();
    let text = std::fs::read_to_string(desk.place.repo().join("privacy.md")).unwrap();
    desk.place.remove("privacy.md").commit("2024-07-01");
    desk.sends();
    desk.place.write("privacy.md", text).commit("2024-08-01");
    desk.sends();
    desk.sends();
    assert_eq!(
        desk.office.recipients(),
        ["ada@example.org", "bo@example.org"]
    );
}

#[test]
fn who_is_told_of_a_moved_date_at_first_is_not_told_that_it_moved() {
    let desk = to(&["ada", "bo"]);
    desk.office.refuse("bo@example.org", 451);
    desk.fails_to_send();
    desk.office.take_everybody();
    desk.annotate(LABEL, "postponed_to = 2025-05-01");
    desk.sends();
    desk.sends();
    let (ada, bo) = ("ada@example.org", "bo@example.org");
    assert_eq!(desk.office.recipients(), [ada, ada, bo]);
}

#[test]
fn of_two_versions_at_once_the_older_can_be_left_out() {
    let desk = Desk::new();
    desk.change(LABEL, "material", "30")
        .change("2024-07-01", "material", "15");
    let printed = desk.run(&["send", "--dry-run"]);
    assert!(
        printed.err.contains("is announced, and so is `2024-07-01`")
            && printed
                .err
                .contains("policygen notices by-hand privacy 2024-06-01"),
        "{printed:?}"
    );
    desk.prints(&["by-hand", "privacy", LABEL]);
    desk.sends();
    assert_eq!(desk.office.count(), 1);
    assert!(desk.office.messages()[0].1.contains("15 days"));
}
