//! What was told changes again and again: readers know what holds, and nobody is told what does not.

use crate::desk::{Desk, privacy};
use crate::post_office::Fault;

const LABEL: &str = "2024-06-01";

/// A material change, not announced yet.
fn changed() -> Desk {
    let desk = Desk::new();
    desk.change(LABEL, "material", "30");
    desk
}

/// A change that was planned, and of which nobody was told.
fn planned() -> Desk {
    let desk = changed();
    desk.office.fault(Fault::CloseAt("EHLO"));
    desk.fails_to_send();
    assert_eq!(desk.listed(), ["privacy 2024-06-01 new planned email"]);
    desk
}

fn subjects(desk: &Desk) -> Vec<String> {
    let subject = |message: &String| {
        let line = message.lines().find(|line| line.starts_with("Subject:"));
        line.unwrap_or_default().to_owned()
    };
    let messages = desk.office.messages();
    messages
        .iter()
        .map(|(_, message)| subject(message))
        .collect()
}

#[test]
fn a_date_that_moved_before_anybody_was_told_is_told_once() {
    let desk = planned();
    desk.annotate(LABEL, "postponed_to = 2025-05-01");
    desk.sends();
    desk.sends();
    let subjects = subjects(&desk);
    assert_eq!(subjects.len(), 1);
    assert!(subjects[0].contains("1 May 2025"), "{subjects:?}");
}

#[test]
fn what_was_dropped_before_anybody_was_told_is_announced_when_it_comes_after_all() {
    let desk = planned();
    desk.annotate(LABEL, "called_off = true");
    assert_eq!(desk.sends(), "nothing is to be announced\n");
    assert_eq!(desk.listed(), [""; 0]);
    desk.annotate(LABEL, "called_off = false");
    assert_eq!(desk.listed(), ["privacy 2024-06-01 new due email"]);
    desk.sends();
    desk.sends();
    assert_eq!(subjects(&desk).len(), 1);
}

#[test]
fn what_is_called_off_twice_is_told_twice() {
    let desk = changed();
    desk.sends();
    for called_off in ["true", "false", "true", "false"] {
        desk.annotate(LABEL, &format!("called_off = {called_off}"));
        desk.sends();
        desk.sends();
    }
    let subjects = subjects(&desk);
    assert_eq!(subjects.len(), 5, "{subjects:?}");
    assert!(
        subjects[3].contains("announced for 1 March 2025 will not"),
        "{subjects:?}"
    );
}

#[test]
fn a_date_that_goes_and_comes_back_is_told_each_time() {
    let desk = changed();
    desk.sends();
    for date in ["2025-05-01", "2025-06-01", "2025-05-01"] {
        desk.annotate(LABEL, &format!("postponed_to = {date}"));
        desk.sends();
        desk.sends();
    }
    assert_eq!(subjects(&desk).len(), 4);
}

#[test]
fn a_postponement_that_was_overtaken_before_it_went_out_is_not_told() {
    let desk = changed();
    desk.sends();
    desk.annotate(LABEL, "postponed_to = 2025-05-01");
    desk.office.fault(Fault::CloseAt("EHLO"));
    desk.fails_to_send();
    desk.annotate(LABEL, "postponed_to = 2025-06-01");
    desk.sends();
    let subjects = subjects(&desk);
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(subjects[1].contains("1 June"), "{subjects:?}");
}

#[test]
fn a_date_that_is_mended_when_it_is_over_is_not_told() {
    let desk = Desk::new();
    let terms =
        |day: &str| format!("---\nchange: material\neffective: {day}\n---\n# Terms\n\nPay late.\n");
    desk.place
        .write("terms.md", terms("2024-06-10"))
        .commit("2024-06-01");
    desk.sends();
    desk.place
        .write("terms.md", terms("2024-06-11"))
        .commit("2024-06-20");
    assert_eq!(desk.listed(), [""; 0]);
}

#[test]
fn a_policy_that_was_withdrawn_and_comes_back_is_not_announced_again() {
    let desk = changed();
    desk.sends();
    let text = std::fs::read_to_string(desk.place.repo().join("privacy.md")).unwrap();
    desk.place.remove("privacy.md").commit("2024-07-01");
    assert_eq!(desk.listed(), [""; 0]);
    desk.place.write("privacy.md", text).commit("2024-08-01");
    assert_eq!(desk.listed(), [""; 0]);
    desk.sends();
    assert_eq!(desk.office.count(), 1);
}

#[test]
fn policies_that_turn_out_to_be_one_are_not_announced_again() {
    let desk = Desk::new();
    let front = "title: Privacy policy\nchange: material";
    // Twice the same text, in policies of their own.
    desk.place
        .write("old.md", privacy(front, "10"))
        .commit("2024-02-01");
    desk.place
        .write("old.md", privacy("title: Privacy policy", "20"))
        .commit_saying("2024-02-02", "x\n\nVersion-Change: material");
    desk.sends();
    desk.place.remove("old.md").commit("2024-02-03");
    desk.place
        .write("new.md", privacy(front, "10"))
        .commit("2024-02-04");
    desk.sends();
    let before = desk.office.count();
    desk.place.write(
        "versions.toml",
        "[[version]]\npolicy = \"new\"\nfollows = \"old.md\"\n",
    );
    assert_eq!(desk.listed(), [""; 0]);
    desk.sends();
    assert_eq!(desk.office.count(), before);
}

#[test]
fn what_was_withdrawn_before_anybody_was_told_is_not_announced() {
    let desk = planned();
    desk.place.remove("privacy.md").commit("2024-07-01");
    assert_eq!(desk.sends(), "nothing is to be announced\n");
    assert_eq!(desk.listed(), [""; 0]);
    assert_eq!(desk.office.count(), 0);
}

#[test]
fn a_preview_tells_both_days_and_what_is_open() {
    let desk = planned();
    assert!(
        desk.prints(&["preview"])
            .contains("Privacy policy: new version from 1 March 2025")
    );
    desk.sends();
    desk.annotate(LABEL, "postponed_to = 2025-05-01");
    let shown = desk.prints(&["preview"]);
    assert!(
        shown.contains("effective from 1 May 2025, and not from 1 March 2025"),
        "{shown}"
    );
}

#[test]
fn a_draft_is_nobodys_business() {
    let desk = Desk::new();
    desk.place.write(
        "privacy.md",
        privacy("change: material\nid: privacy-notice", "5"),
    );
    desk.place
        .write("fresh.md", "---\nchange: material\n---\n# Fresh\n\nText.\n");
    assert_eq!(desk.listed(), [""; 0]);
    assert_eq!(desk.sends(), "nothing is to be announced\n");
}
