//! What died in the middle is never taken for something else.

use super::*;

/// Of a first run.
const ALL: Meant = Meant {
    strangers: true,
    uncertain: false,
};

fn opened(folder: &Path) -> Deliveries {
    Deliveries::open(folder).unwrap()
}

fn people(names: &[&str]) -> Vec<String> {
    names
        .iter()
        .map(|name| format!("{name}@example.org"))
        .collect()
}

fn intents(deliveries: &mut Deliveries, names: &[&str]) -> Vec<Intent> {
    deliveries.begin("n").unwrap();
    deliveries.intend("n", &people(names), ALL).unwrap()
}

#[test]
fn what_was_accepted_is_not_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = opened(folder.path());
    assert_eq!(
        intents(&mut first, &["ada", "bo"]),
        [Intent::Send, Intent::Send]
    );
    first
        .record("n", "ada@example.org", Stage::Handing, "")
        .unwrap();
    first
        .record("n", "ada@example.org", Stage::Accepted, "250")
        .unwrap();
    first
        .record("n", "bo@example.org", Stage::Failed, "550")
        .unwrap();
    drop(first);
    let mut second = opened(folder.path());
    let all = intents(&mut second, &["ada", "bo", "cy", "cy"]);
    assert_eq!(
        all,
        [Intent::Done, Intent::Done, Intent::Send, Intent::Duplicate]
    );
    let counts = second.counts("n").unwrap();
    assert_eq!((counts.accepted, counts.failed), (1, 1));
}

#[test]
fn what_died_after_it_was_handed_over_is_uncertain_and_sent_only_if_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = opened(folder.path());
    intents(&mut first, &["ada", "bo"]);
    first
        .record("n", "ada@example.org", Stage::Handing, "")
        .unwrap();
    drop(first);
    let mut second = opened(folder.path());
    // The same run of the machine: the intent alone was not handed over.
    let expected = match key::boot().is_empty() {
        true => Intent::Uncertain,
        false => Intent::Send,
    };
    assert_eq!(
        intents(&mut second, &["ada", "bo"]),
        [Intent::Uncertain, expected]
    );
    drop(second);
    let mut third = opened(folder.path());
    third.begin("n").unwrap();
    let again = Meant {
        strangers: false,
        uncertain: true,
    };
    let all = third.intend("n", &people(&["ada"]), again).unwrap();
    assert_eq!(all, [Intent::Send]);
}

#[test]
fn intents_of_another_run_of_the_machine_are_uncertain() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = opened(folder.path());
    intents(&mut first, &["ada"]);
    first
        .database
        .execute("update delivery set boot = 'before'", [])
        .unwrap();
    drop(first);
    assert_eq!(
        intents(&mut opened(folder.path()), &["ada"]),
        [Intent::Uncertain]
    );
}

#[test]
fn no_address_stands_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut deliveries = opened(folder.path());
    intents(&mut deliveries, &["adalovelace"]);
    let answer = "250 2.0.0 <AdaLovelace@example.org> adalovelace queued as 4711";
    deliveries
        .record("n", "adalovelace@example.org", Stage::Accepted, answer)
        .unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert!(!text.contains("lovelace"));
    }
    let kept: String = deliveries
        .database
        .query_row("select answer from delivery", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, "250 2.0.0 … … queued as 4711");
}

#[test]
fn a_forgotten_address_leaves_counts_and_hash_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let mut deliveries = opened(folder.path());
    intents(&mut deliveries, &["ada", "bo"]);
    for name in ["ada@example.org", "bo@example.org"] {
        deliveries
            .record("n", name, Stage::Accepted, "250")
            .unwrap();
    }
    let before = (
        deliveries.hash("n").unwrap(),
        deliveries.counts("n").unwrap(),
    );
    assert_eq!(deliveries.forget("ada@example.org").unwrap(), 1);
    assert_eq!(deliveries.forget("ada@example.org").unwrap(), 0);
    let after = (
        deliveries.hash("n").unwrap(),
        deliveries.counts("n").unwrap(),
    );
    assert_eq!(before, after);
    let notices = ["n".to_owned()];
    assert!(!deliveries.reached(&notices, "ada@example.org").unwrap());
    assert!(deliveries.reached(&notices, "bo@example.org").unwrap());
}

#[test]
fn what_is_refused_for_now_is_tried_so_often_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let mut tries = 0;
    loop {
        let mut deliveries = opened(folder.path());
        if intents(&mut deliveries, &["ada"]) != [Intent::Send] {
            break;
        }
        tries += 1;
        deliveries.put_off("n", "ada@example.org", "451").unwrap();
    }
    assert_eq!(tries, MOST_ATTEMPTS);
    assert_eq!(opened(folder.path()).counts("n").unwrap().failed, 1);
}

#[test]
fn only_one_sender_has_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let _one = opened(folder.path());
    let error = format!("{:#}", Deliveries::open(folder.path()).err().unwrap());
    assert!(error.contains("another policygen"), "{error}");
}

#[test]
fn records_without_their_key_or_with_another_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(opened(folder.path()));
    let refused = || format!("{:#}", Deliveries::open(folder.path()).err().unwrap());
    let path = folder.path().join("key");
    let key = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(refused().contains("is missing"), "{}", refused());
    std::fs::write(&path, [7; 32]).unwrap();
    assert!(refused().contains("is not the one"), "{}", refused());
    std::fs::write(&path, key).unwrap();
    opened(folder.path());
}

#[test]
fn what_was_never_tried_does_not_fail() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..15 {
        let mut run = opened(folder.path());
        assert_eq!(intents(&mut run, &["ada"]), [Intent::Send]);
        run.record("n", "ada@example.org", Stage::Deferred, "")
            .unwrap();
    }
}
