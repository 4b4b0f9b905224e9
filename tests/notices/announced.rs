//! What is announced, and what is not.

use crate::desk::{Desk, privacy};

#[test]
fn without_a_baseline_nothing_is_sent() {
    let desk = Desk::unknown("to = \"readers@example.org\"\n");
    let said = desk.fails_to_send();
    assert!(said.contains("policygen notices baseline"), "{said}");
    assert!(!desk.ledger_path().exists());
    assert!(desk.prints(&["list"]).contains("baseline"));
}

#[test]
fn what_was_there_before_is_never_announced() {
    let desk = Desk::new();
    assert_eq!(desk.sends(), "nothing is to be announced\n");
    assert_eq!(desk.office.connections(), 0);
}

#[test]
fn a_material_change_is_announced_once() {
    let desk = Desk::new();
    desk.change("2024-06-01", "material", "30");
    assert_eq!(desk.listed(), ["privacy 2024-06-01 new due email"]);
    let said = desk.sends();
    assert_eq!(
        said,
        "privacy 2024-06-01 by email: 1 accepted, 0 failed, 0 uncertain, 0 left\n"
    );
    assert_eq!(desk.office.recipients(), ["readers@example.org"]);
    assert_eq!(desk.listed(), [""; 0]);
    assert_eq!(desk.sends(), "nothing is to be announced\n");
    assert_eq!(desk.office.recipients().len(), 1);
    assert_eq!(
        desk.states(),
        ["begun", "planned", "known", "started", "finished"]
    );
}

#[test]
fn minor_and_editorial_changes_are_known_and_nobody_is_mailed() {
    let desk = Desk::new();
    desk.change("2024-06-01", "minor", "30");
    assert_eq!(desk.listed(), ["privacy 2024-06-01 new due"]);
    desk.change("2024-07-01", "editorial", "20");
    assert_eq!(desk.sends(), "nothing is to be announced\n");
    assert_eq!(desk.listed(), [""; 0]);
    assert_eq!(desk.office.connections(), 0);
}

#[test]
fn a_change_that_turns_out_to_be_material_is_announced_then() {
    let desk = Desk::new();
    desk.change("2024-06-01", "minor", "30");
    desk.sends();
    desk.annotate("2024-06-01", "change = \"material\"");
    desk.sends();
    assert_eq!(desk.office.recipients().len(), 1);
    desk.sends();
    assert_eq!(desk.office.recipients().len(), 1);
}

#[test]
fn an_unclassified_change_is_an_error_that_names_policy_and_suggestion() {
    let desk = Desk::new();
    desk.place
        .write("terms.md", "# Terms\n\nPay within ten days.\n")
        .commit("2024-06-01");
    let said = desk.fails_to_send();
    assert!(
        said.contains("`terms.md`") && said.contains("looks material"),
        "{said}"
    );
    desk.place
        .write("terms.md", "# Terms\n\nPay within ten days .\n")
        .commit("2024-06-02");
    assert!(desk.fails_to_send().contains("looks editorial"));
    assert_eq!(desk.office.connections(), 0);
}

#[test]
fn a_text_is_never_announced_again_whatever_its_label_path_or_uid() {
    let desk = Desk::new();
    desk.change("2024-06-01", "material", "30");
    desk.sends();
    let text = std::fs::read_to_string(desk.place.repo().join("privacy.md")).unwrap();
    // Another label.
    let labelled = text.replacen("summary:", "version: \"2.0\"\nsummary:", 1);
    desk.place
        .write("privacy.md", &labelled)
        .commit("2024-06-02");
    assert_eq!(desk.listed(), [""; 0], "label");
    // Another path, gone for a while, so that it is another policy.
    desk.place.remove("privacy.md").commit("2024-06-03");
    let unnamed = labelled.replace("id: privacy-notice\n", "");
    desk.place.write("data.md", unnamed).commit("2024-06-04");
    assert_eq!(desk.listed(), [""; 0], "path");
    // Another uid.
    let named = labelled.replace("id: privacy-notice", "id: data-protection");
    desk.place.write("data.md", named).commit("2024-06-05");
    assert_eq!(desk.listed(), [""; 0], "uid");
    desk.sends();
    assert_eq!(desk.office.recipients().len(), 1);
}

#[test]
fn a_change_that_is_taken_back_is_announced() {
    let desk = Desk::new();
    desk.change("2024-06-01", "material", "30")
        .change("2024-07-01", "material", "60");
    let labels = [
        "privacy 2024-06-01 new due email",
        "privacy 2024-07-01 new due email",
    ];
    assert_eq!(desk.listed(), labels);
}

#[test]
fn a_correction_is_announced_unless_it_is_editorial() {
    let desk = Desk::new();
    let write = |days: &str, message: &str, day: &str| {
        let front = "title: Privacy policy\nversion: \"2\"\nchange: material";
        desk.place
            .write("privacy.md", privacy(front, days))
            .commit_saying(day, message);
    };
    write("30", "Change", "2024-06-01");
    desk.sends();
    write("30 ", "White space", "2024-06-02");
    write("30,", "A comma", "2024-06-03");
    desk.sends();
    assert_eq!(desk.office.recipients().len(), 1);
    write(
        "thirty",
        "Spell it out\n\nVersion-Change: editorial",
        "2024-06-04",
    );
    desk.sends();
    assert_eq!(desk.office.recipients().len(), 1);
    write("forty", "Correct it", "2024-06-05");
    assert_eq!(desk.listed(), ["privacy 2 correction due email"]);
    desk.sends();
    let messages = desk.office.messages();
    assert_eq!(messages.len(), 2);
    assert!(
        messages[1]
            .1
            .contains("Subject: Privacy policy: version 2 was corrected")
    );
    assert!(messages[1].1.contains("/privacy/2/corrections/"));
}

#[test]
fn what_was_called_off_is_told_to_those_who_were_told() {
    let desk = Desk::mailing_to("address\nada@example.org\nbo@example.org\n");
    desk.office.refuse("bo@example.org", 550);
    desk.change("2024-06-01", "material", "30");
    desk.sends();
    desk.office.take_everybody();
    desk.people("address\nada@example.org\nbo@example.org\ncy@example.org\n");
    desk.annotate("2024-06-01", "called_off = true");
    assert_eq!(desk.listed(), ["privacy 2024-06-01 called-off due email"]);
    desk.sends();
    assert_eq!(
        desk.office.recipients(),
        ["ada@example.org", "ada@example.org"]
    );
    assert!(desk.office.messages()[1].1.contains("will not happen"));
    desk.sends();
    assert_eq!(desk.office.recipients().len(), 2);
}

#[test]
fn what_holds_after_all_is_told_again() {
    let desk = Desk::new();
    desk.change("2024-06-01", "material", "30");
    desk.sends();
    desk.annotate("2024-06-01", "called_off = true");
    desk.sends();
    desk.annotate("2024-06-01", "called_off = false");
    desk.sends();
    desk.sends();
    let messages = desk.office.messages();
    assert_eq!(messages.len(), 3);
    let said = "the change is now effective from 1 March";
    assert!(messages[2].1.contains(said), "{}", messages[2].1);
}

#[test]
fn what_is_called_off_before_anybody_was_told_is_not_announced() {
    let desk = Desk::new();
    desk.change("2024-06-01", "material", "30");
    desk.annotate("2024-06-01", "called_off = true");
    assert_eq!(desk.sends(), "nothing is to be announced\n");
}

#[test]
fn what_was_postponed_is_told_with_both_days() {
    let desk = Desk::new();
    desk.change("2024-06-01", "material", "30");
    desk.sends();
    desk.annotate("2024-06-01", "postponed_to = 2025-05-01");
    assert_eq!(desk.listed(), ["privacy 2024-06-01 postponed due email"]);
    desk.sends();
    desk.sends();
    let messages = desk.office.messages();
    assert_eq!(messages.len(), 2);
    assert!(
        messages[1].1.contains("effective from 1 May 2025"),
        "{}",
        messages[1].1
    );
    assert!(
        messages[1].1.contains("not from 1 March"),
        "{}",
        messages[1].1
    );
    desk.annotate("2024-06-01", "postponed_to = 2025-06-01");
    desk.sends();
    assert_eq!(desk.office.messages().len(), 3);
}

#[test]
fn short_notice_is_said_by_list_and_send() {
    let desk = Desk::new()
        .configure("[notices]\nnotice_days = 90\n[notices.policies.terms]\nnotice_days = 10\n");
    desk.change("2024-06-01", "material", "30");
    let said = "effective from 2025-03-01, it gives readers 59 days of notice; 90 are declared";
    assert!(desk.prints(&["list"]).contains(said));
    let printed = desk.run(&["send", "--no-live-check"]);
    assert!(printed.err.contains(said), "{printed:?}");
    let terms = "---\nchange: material\neffective: 2025-01-20\n---\n# Terms\n\nPay late.\n";
    desk.place.write("terms.md", terms).commit("2024-06-02");
    assert!(!desk.prints(&["list"]).contains("declared"));
}

#[test]
fn what_was_announced_by_hand_is_not_sent() {
    let desk = Desk::new();
    desk.change("2024-06-01", "material", "30");
    assert_eq!(
        desk.prints(&["by-hand", "privacy", "2024-06-01"]),
        "announced by hand: email\n"
    );
    assert_eq!(desk.sends(), "nothing is to be announced\n");
    let printed = desk.run(&["by-hand", "privacy", "2024-06-01"]);
    assert!(
        printed.err.contains("nothing is to be announced of it"),
        "{printed:?}"
    );
}

#[test]
fn a_dry_run_writes_nothing() {
    let desk = Desk::mailing_to("address\nada@example.org\nnobody\nbo@example.org\n");
    desk.change("2024-06-01", "material", "30");
    let before = std::fs::read(desk.ledger_path()).unwrap();
    let said = desk.prints(&["send", "--dry-run"]);
    assert_eq!(said, "privacy 2024-06-01 by email: would be sent to 2\n");
    assert_eq!(std::fs::read(desk.ledger_path()).unwrap(), before);
    assert_eq!(desk.office.connections(), 0);
}

#[test]
fn the_live_site_must_show_what_is_announced() {
    let desk = Desk::new();
    let build = |desk: &Desk| {
        let site = desk.place.build().site();
        desk.web.serve_files(site.files());
    };
    build(&desk);
    desk.change("2024-06-01", "material", "30");
    let printed = desk.run(&["send"]);
    assert_eq!(printed.code, Some(1));
    assert!(
        printed.err.contains("does not list version `2024-06-01`"),
        "{printed:?}"
    );
    assert_eq!(desk.office.connections(), 0);
    build(&desk);
    desk.prints(&["send"]);
    assert_eq!(desk.office.recipients().len(), 1);
}
