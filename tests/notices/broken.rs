//! Servers that refuse, hang or die: nobody is mailed twice, and what is known is recorded.

use crate::desk::Desk;
use crate::post_office::Fault;

/// Servers that hang are given up after a second.
fn impatient() -> Desk {
    let desk = three();
    let path = desk.place.repo().join("policygen.toml");
    let text = std::fs::read_to_string(path).unwrap();
    desk.place
        .write("policygen.toml", text.replace("timeout = 2", "timeout = 1"));
    desk
}

fn three() -> Desk {
    let desk = Desk::mailing_to("address\nada@example.org\nbo@example.org\ncy@example.org\n");
    desk.change("2024-06-01", "material", "30");
    desk
}

const ALL: [&str; 3] = ["ada@example.org", "bo@example.org", "cy@example.org"];

#[test]
fn a_line_that_drops_before_hand_over_costs_nothing() {
    for command in ["EHLO", "MAIL", "RCPT", "DATA"] {
        let desk = three();
        desk.office.fault(Fault::CloseAt(command));
        let printed = desk.run(&["send", "--no-live-check"]);
        if printed.code != Some(0) {
            desk.sends();
        }
        assert_eq!(desk.office.recipients(), ALL, "{command}");
        let last = desk.ledger().pop().unwrap();
        assert_eq!(
            (last["accepted"].as_u64(), last["uncertain"].as_u64()),
            (Some(3), Some(0)),
            "{command}"
        );
    }
}

#[test]
fn a_line_that_drops_after_hand_over_is_uncertain_and_resent_only_if_asked() {
    for fault in [Fault::CloseAfterDot, Fault::CloseInContent] {
        let desk = three();
        desk.office.fault(fault);
        let said = desk.sends();
        assert!(
            said.contains("2 accepted, 0 failed, 1 uncertain, 0 left"),
            "{said}"
        );
        let before = desk.office.recipients().len();
        assert_eq!(before, if fault == Fault::CloseAfterDot { 3 } else { 2 });
        desk.sends();
        assert_eq!(desk.office.recipients().len(), before);
        assert!(
            desk.prints(&["list"])
                .contains("nobody knows whether they were told")
        );
        let said = desk.prints(&["send", "--no-live-check", "--resend-uncertain"]);
        assert!(said.contains("3 accepted, 0 failed, 0 uncertain"), "{said}");
        assert_eq!(desk.office.recipients().len(), before + 1);
        assert_eq!(desk.listed(), [""; 0]);
    }
}

#[test]
fn refusals_for_now_are_tried_later_and_those_for_good_are_recorded() {
    let desk = three();
    desk.office
        .refuse("bo@example.org", 451)
        .refuse("cy@example.org", 550);
    let said = desk.fails_to_send();
    assert!(
        said.contains("1 accepted, 1 failed, 0 uncertain, 1 left"),
        "{said}"
    );
    assert_eq!(desk.listed(), ["privacy 2024-06-01 new started email"]);
    desk.office.take_everybody();
    let said = desk.sends();
    assert!(
        said.contains("2 accepted, 1 failed, 0 uncertain, 0 left"),
        "{said}"
    );
    assert_eq!(
        desk.office.recipients(),
        ["ada@example.org", "bo@example.org"]
    );
}

#[test]
fn content_that_is_refused_is_recorded() {
    let desk = three();
    desk.office.fault(Fault::RefuseContent(554));
    let said = desk.sends();
    assert!(said.contains("2 accepted, 1 failed"), "{said}");
}

#[test]
fn a_server_that_hangs_is_given_up_at_any_step() {
    std::thread::scope(|scope| {
        for command in ["EHLO", "MAIL", "RCPT", "DATA"] {
            scope.spawn(move || {
                let desk = impatient();
                desk.office.fault(Fault::HangAt(command));
                let printed = desk.run(&["send", "--no-live-check"]);
                if printed.code != Some(0) {
                    assert!(
                        printed.out.contains("said nothing for too long"),
                        "{printed:?}"
                    );
                    desk.sends();
                }
                assert_eq!(desk.office.recipients(), ALL, "{command}");
            });
        }
    });
}

#[test]
fn a_server_that_hangs_after_hand_over_leaves_one_uncertain() {
    let desk = impatient();
    desk.office.fault(Fault::HangAfterDot);
    assert!(
        desk.sends()
            .contains("2 accepted, 0 failed, 1 uncertain, 0 left")
    );
    desk.sends();
    assert_eq!(desk.office.recipients(), ALL);
}

#[test]
fn whatever_a_server_answers_at_any_step_nobody_is_mailed_twice_or_lost() {
    let steps = ["EHLO", "MAIL", "RCPT", "DATA"];
    let answers = steps
        .iter()
        .flat_map(|step| [421, 451, 554].map(|code| Fault::Answer(step, code)));
    let faults = answers
        .chain([Fault::Greet(421), Fault::Greet(554)])
        .chain([421, 452, 552].map(Fault::RefuseContent));
    let faults: Vec<Fault> = faults.collect();
    // Most of the time goes into waiting.
    std::thread::scope(|scope| {
        for some in faults.chunks(5) {
            scope.spawn(|| some.iter().for_each(|fault| ends_well(*fault)));
        }
    });
}

/// Whatever the server does, at the end all is recorded, and nobody is mailed twice.
fn ends_well(fault: Fault) {
    let desk = three();
    desk.office.fault(fault);
    let printed = desk.run(&["send", "--no-live-check"]);
    if printed.code != Some(0) {
        desk.sends();
    }
    assert_eq!(desk.sends(), "nothing is to be announced\n", "{fault:?}");
    let last = desk.ledger().pop().unwrap();
    let number = |key: &str| last[key].as_u64().unwrap() as usize;
    let [accepted, failed, uncertain] = ["accepted", "failed", "uncertain"].map(number);
    assert_eq!(accepted + failed + uncertain, 3, "{fault:?}: {last}");
    let mut reached = desk.office.recipients();
    assert_eq!(reached.len(), accepted, "{fault:?}");
    reached.dedup();
    assert_eq!(reached.len(), accepted, "{fault:?}");
    let is_for_good = matches!(
        fault,
        Fault::Answer("RCPT" | "DATA", 554) | Fault::RefuseContent(552)
    );
    assert_eq!(failed, usize::from(is_for_good), "{fault:?}: {last}");
}

#[test]
fn without_encryption_where_it_is_required_nothing_is_sent() {
    let desk = three();
    let path = desk.place.repo().join("policygen.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    desk.place
        .write("policygen.toml", text.replace("tls = \"none\"\n", ""));
    let said = desk.fails_to_send();
    assert!(
        said.contains("offers no encryption (STARTTLS), so nothing is sent"),
        "{said}"
    );
    assert_eq!(desk.office.messages().len(), 0);
    assert_eq!(desk.listed(), ["privacy 2024-06-01 new planned email"]);
}

#[test]
fn without_a_server_nothing_begins() {
    let desk = three();
    let path = desk.place.repo().join("policygen.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let nowhere = text.replace(&format!("port = {}", desk.office.port), "port = 1");
    desk.place.write("policygen.toml", nowhere);
    assert!(desk.fails_to_send().contains("cannot be reached"));
    desk.place.write("policygen.toml", text);
    desk.sends();
    assert_eq!(desk.office.recipients(), ALL);
}

#[test]
fn a_missing_state_folder_is_told_with_the_remedy() {
    let desk = three();
    desk.office.refuse("bo@example.org", 451);
    desk.fails_to_send();
    let state = desk.place.folder().join("home/.local");
    std::fs::rename(&state, desk.place.folder().join("kept")).unwrap();
    let said = desk.fails_to_send();
    assert!(
        said.contains("--state") && said.contains("policygen notices by-hand"),
        "{said}"
    );
    std::fs::remove_dir_all(&state).unwrap();
    std::fs::rename(desk.place.folder().join("kept"), &state).unwrap();
    desk.office.take_everybody();
    desk.sends();
    assert_eq!(desk.office.recipients().len(), 3);
}

#[test]
fn the_pace_is_kept() {
    let desk = three();
    let began = std::time::Instant::now();
    desk.prints(&["send", "--no-live-check", "--limit-per-minute", "120"]);
    assert!(began.elapsed() >= std::time::Duration::from_secs(1));
}

#[test]
fn a_forgotten_address_is_known_no_more_and_the_record_stays_whole() {
    let desk = three();
    desk.sends();
    let said = desk.prints(&["forget", "ada@example.org"]);
    assert!(said.starts_with("forgotten in 1 record;"), "{said}");
    let said = desk.prints(&["verify"]);
    assert!(
        said.contains("1 records of deliveries compared, 0 not as they were"),
        "{said}"
    );
}

fn config_of(desk: &Desk) -> String {
    std::fs::read_to_string(desk.place.repo().join("policygen.toml")).unwrap()
}

#[test]
fn what_would_be_lost_or_misread_is_an_error() {
    let desk = Desk::new();
    desk.change("2024-06-01", "material", "30");
    let config = config_of(&desk);
    let with = |text: &str, arguments: &[&str]| {
        desk.place.write("policygen.toml", text);
        let printed = desk.run(arguments);
        assert_eq!(printed.code, Some(1), "{printed:?}");
        printed.err
    };
    // Known without having been told to anybody, it would never be announced.
    let none = format!("{}\n[notices]\nchannels = []\n", config);
    let said = with(&none, &["send", "--no-live-check"]);
    assert!(said.contains("[notices] has no channel"), "{said}");
    let other = format!("{config}\n[notices.policies.term]\nnotice_days = 15\n");
    for arguments in [&["list"][..], &["send", "--dry-run"]] {
        let said = with(&other, arguments);
        assert!(
            said.contains("`term`") && said.contains("`privacy`"),
            "{said}"
        );
    }
    let nameless = config.replace("base_url", "# base_url");
    let said = with(&nameless, &["send", "--dry-run"]);
    assert!(said.contains("[site] base_url"), "{said}");
    let said = with(&config, &["preview", "--channel", "pager"]);
    assert!(
        said.contains("there is no such channel; there are `email`"),
        "{said}"
    );
    desk.place.write("policygen.toml", &config);
    desk.sends();
    assert_eq!(desk.office.count(), 1);
}

#[test]
fn a_link_to_leave_names_columns_that_are_there() {
    let desk = Desk::mailing_to("address,name\nada@example.org,Ada\n");
    let config = config_of(&desk);
    let leave = "[notices.email]\nunsubscribe = \"https://example.org/leave?who={token}\"";
    desk.place
        .write("policygen.toml", config.replace("[notices.email]", leave));
    desk.change("2024-06-01", "material", "30");
    let said = desk.fails_to_send();
    assert!(
        said.contains("`token`: [notices.email] unsubscribe"),
        "{said}"
    );
    assert_eq!(desk.office.count(), 0);
}

#[test]
fn an_answer_that_comes_late_is_not_taken_for_another() {
    let desk = impatient();
    desk.office.refuse("ada@example.org", 451);
    desk.office.fault(Fault::AnswerLate("RSET"));
    desk.fails_to_send();
    assert_eq!(
        desk.office.recipients(),
        ["bo@example.org", "cy@example.org"]
    );
    assert_eq!(desk.office.connections(), 2, "the line was used further");
}

#[test]
fn the_answer_of_another_command_accepts_nothing() {
    for (command, code) in [("MAIL", 354), ("RCPT", 354), ("DATA", 250)] {
        let desk = three();
        desk.office.fault(Fault::Answer(command, code));
        desk.sends();
        assert_eq!(desk.office.recipients(), ALL, "{command}");
        let last = desk.ledger().pop().unwrap();
        assert_eq!(last["accepted"].as_u64(), Some(3), "{command}");
    }
}

#[test]
fn a_server_that_refuses_and_closes_after_the_content_is_asked_again() {
    let desk = three();
    desk.office.fault(Fault::RefuseContent(421));
    let said = desk.fails_to_send();
    assert!(said.contains("0 uncertain, 1 left"), "{said}");
    desk.sends();
    assert_eq!(desk.office.recipients(), ALL);
}
