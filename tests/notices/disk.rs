//! A disk that is full at any moment: nobody is mailed twice, and nothing is lost from the record.

use std::process::Command;

use crate::desk::{Desk, run};

const PEOPLE: usize = 150;

/// Sends while no file may grow beyond so many blocks of 512 bytes.
fn send_within(desk: &Desk, blocks: usize) -> Command {
    let whole = desk.command(&["send", "--no-live-check"]);
    let mut command = Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    command.arg("-c").arg(script).arg(whole.get_program());
    command.args(whole.get_args()).env_clear();
    let variables = whole
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    command.envs(variables);
    command.current_dir(whole.get_current_dir().unwrap());
    command
}

#[test]
fn a_full_disk_stops_the_sender_and_nobody_is_mailed_twice() {
    let people: String = (0..PEOPLE).map(|n| format!("p{n}@example.org\n")).collect();
    let desk = Desk::mailing_to(&format!("address\n{people}"));
    desk.office.keep_no_content();
    desk.change("2024-06-01", "material", "30");
    let mut failed = 0;
    for blocks in [
        0, 1, 2, 3, 4, 5, 6, 8, 16, 40, 80, 120, 160, 200, 240, 280, 320,
    ] {
        let printed = run(send_within(&desk, blocks));
        if printed.code == Some(1) {
            failed += 1;
            let said = printed.err + &printed.out;
            assert!(
                said.contains("cannot be") || said.contains("cannot be used"),
                "{said}"
            );
        }
    }
    assert!(failed > 5, "the disk was never full");
    desk.sends();
    let mut reached = desk.office.recipients();
    let count = reached.len();
    reached.dedup();
    assert_eq!(reached.len(), count, "somebody was mailed twice");
    let last = desk.ledger().pop().unwrap();
    let number = |key: &str| last[key].as_u64().unwrap() as usize;
    assert_eq!(last["state"], "finished");
    assert_eq!(number("accepted") + number("uncertain"), PEOPLE, "{last}");
    assert!(number("accepted") <= count && count <= PEOPLE, "{last}");
    desk.prints(&["verify"]);
}
