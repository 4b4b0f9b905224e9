//! What begins a version, what corrects one, and what makes none.

use serde_json::Value;

use crate::support::Place;

fn declared(version: &str, text: &str) -> String {
    format!("---\nversion: \"{version}\"\n---\n# Privacy\n\n{text}\n")
}

/// A policy whose texts were committed on the first of each month of 2024.
fn monthly(texts: &[&str]) -> Place {
    let place = Place::new();
    for (number, text) in texts.iter().enumerate() {
        place
            .write("privacy.md", text)
            .commit(&format!("2024-{:02}-01", number + 1));
    }
    place
}

#[test]
fn without_a_declared_version_every_visible_change_is_one() {
    let place = monthly(&["# A\n\nOne.\n", "# A\n\nTwo.\n", "# B\n\nTwo.\n"]);
    let site = place.build().site();
    assert_eq!(
        site.labels("privacy"),
        ["2024-01-01", "2024-02-01", "2024-03-01"]
    );
    assert_eq!(
        site.statuses("privacy"),
        [
            "2024-01-01 superseded",
            "2024-02-01 superseded",
            "2024-03-01 in-force"
        ]
    );
}

#[test]
fn a_declared_version_begins_when_its_value_changes_even_with_equal_text() {
    let place = monthly(&[
        &declared("1.0", "One."),
        &declared("1.10", "One."),
        &declared("Summer 2024", "Two."),
    ]);
    let site = place.build().site();
    assert_eq!(site.labels("privacy"), ["1.0", "1.10", "summer-2024"]);
}

#[test]
fn a_visible_change_under_the_same_declared_version_is_a_correction() {
    let place = monthly(&[
        &declared("1.0", "Frist."),
        &declared("1.0", "Furst."),
        &declared("1.0", "First."),
        &declared("2.0", "Second."),
    ]);
    let site = place.build().site();
    assert_eq!(site.labels("privacy"), ["1.0", "2.0"]);
    assert!(site.read("privacy/1.0/").contains("First."));
    assert!(site.read("privacy/1.0/original/").contains("Frist."));
    assert!(site.read("privacy/1.0/correction-1/").contains("Furst."));
    assert!(!site.has("privacy/1.0/correction-2/"));
    assert!(site.has("privacy/1.0/corrections/") && !site.has("privacy/2.0/corrections/"));
    assert!(site.read("privacy/1.0/source.md").contains("First."));
    let version = site.version("privacy", "1.0");
    let corrections = version["corrections"].as_array().unwrap();
    assert_eq!(corrections.len(), 2);
    assert_eq!(corrections[0]["date"], "2024-02-01T12:00:00+00:00");
    assert_eq!(corrections[0]["commit"], place.id("HEAD~2"));
    assert_eq!(corrections[1]["text_sha256"], version["text_sha256"]);
    assert_eq!(version["published"], "2024-01-01T12:00:00+00:00");
    assert_eq!(version["revisions"].as_array().unwrap().len(), 3);
    assert!(
        site.version("privacy", "2.0")["corrections"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_declared_value_that_comes_back_gets_a_number() {
    let place = monthly(&[
        &declared("1.0", "One."),
        &declared("2.0", "Two."),
        &declared("1.0", "Three."),
        &declared("2.0", "Four."),
        &declared("1.0", "Five."),
    ]);
    assert_eq!(
        place.build().site().labels("privacy"),
        ["1.0", "2.0", "1.0-2", "2.0-2", "1.0-3"]
    );
}

#[test]
fn auto_decides_revision_by_revision() {
    let place = monthly(&[
        "# Privacy\n\nOne.\n",
        &declared("1.0", "One."),
        &declared("1.0", "Two."),
        "# Privacy\n\nThree.\n",
    ]);
    assert_eq!(
        place.build().site().labels("privacy"),
        ["2024-01-01", "1.0", "2024-04-01"]
    );
}

#[test]
fn every_change_takes_no_heed_of_declared_versions() {
    let place = monthly(&[
        &declared("1.0", "One."),
        &declared("1.0", "Two."),
        &declared("2.0", "Two."),
    ]);
    place.write("policygen.toml", "[history]\nversions = \"every-change\"\n");
    assert_eq!(
        place.build().site().labels("privacy"),
        ["2024-01-01", "2024-02-01"]
    );
}

#[test]
fn declared_makes_no_version_of_an_undeclared_change() {
    let place = monthly(&[
        &declared("1.0", "One."),
        &declared("1.0", "Two."),
        &declared("2.0", "Three."),
    ]);
    place.write("policygen.toml", "[history]\nversions = \"declared\"\n");
    let site = place.build().site();
    assert_eq!(site.labels("privacy"), ["1.0", "2.0"]);
    assert!(site.has("privacy/1.0/original/"));
}

#[test]
fn labels_of_one_day_are_numbered_in_history_order() {
    let place = Place::new();
    for (hour, text) in [("09", "One."), ("10", "Two."), ("11", "Three.")] {
        place
            .write("privacy.md", text)
            .commit(&format!("2024-01-01T{hour}:00:00+00:00"));
    }
    let site = place.build().site();
    assert_eq!(
        site.labels("privacy"),
        ["2024-01-01", "2024-01-01-2", "2024-01-01-3"]
    );
    assert!(site.read("privacy/2024-01-01-2/").contains("Two."));
}

#[test]
fn what_no_reader_could_notice_makes_no_version() {
    let first = "---\ntitle: Privacy\n---\n\nWe store *names* and addresses of all our customers.\n\n* one\n* two\n";
    let place = monthly(&[
        first,
        "---\ntitle: Privacy\n---\n\nWe store *names* and addresses\nof all our customers.\n\n* one\n* two\n",
        "---\ntitle: Privacy\n---\n\nWe store _names_ and addresses\nof all our customers.\n\n- one\n- two\n",
        "---\ntitle: Privacy\n---\n\n<!-- ask legal -->\n\nWe store _names_ and addresses\nof all our customers.\n\n- one\n- two\n",
        "---\ntitle: Privacy\nlayout: page\nsidebar: true\n---\n\nWe store _names_ and addresses\nof all our customers.\n\n- one\n- two\n",
    ]);
    let site = place.build().site();
    let record = site.record("privacy");
    assert_eq!(site.labels("privacy"), ["2024-01-01"]);
    assert_eq!(
        record["unchanged_revisions"].as_array().unwrap().len(),
        4,
        "{record:#}"
    );
}

#[test]
fn what_a_reader_could_notice_makes_a_version() {
    let place = monthly(&[
        "---\ntitle: Privacy\n---\n\nWe store names, [see here](https://example.com/a).\n",
        "---\ntitle: Our privacy\n---\n\nWe store names, [see here](https://example.com/a).\n",
        "---\ntitle: Our privacy\n---\n\nWe store **names**, [see here](https://example.com/a).\n",
        "---\ntitle: Our privacy\n---\n\n> We store **names**, [see here](https://example.com/a).\n",
        "---\ntitle: Our privacy\n---\n\n> We store **names**, [see here](https://example.com/b).\n",
    ]);
    let site = place.build().site();
    assert_eq!(site.labels("privacy").len(), 5);
    let suggested = |label| site.version("privacy", label)["suggested_change"].clone();
    assert_eq!(suggested("2024-05-01"), "editorial", "link targets alone");
    assert_eq!(suggested("2024-03-01"), Value::Null);
}

#[test]
fn an_effective_date_can_be_amended_afterwards() {
    let with =
        |date: &str| format!("---\nversion: 1\neffective: {date}\n---\n# Privacy\n\nText.\n");
    let place = monthly(&[&with("2024-03-01"), &with("2024-04-01")]);
    let site = place.build().site();
    let version = site.version("privacy", "1");
    assert_eq!(version["effective"], "2024-04-01");
    assert_eq!(version["published"], "2024-01-01T12:00:00+00:00");
    assert_eq!(
        version["revisions"].as_array().unwrap().len(),
        2,
        "the amending revision is the version's"
    );
    assert!(version["corrections"].as_array().unwrap().is_empty());
}

#[test]
fn summary_and_class_can_be_amended_afterwards() {
    let place = monthly(&[
        "# Privacy\n\nText.\n",
        "---\nsummary: What we store.\nchange: minor\n---\n# Privacy\n\nText.\n",
    ]);
    let version = place.build().site().version("privacy", "2024-01-01");
    assert_eq!(version["summary"], "What we store.");
    assert_eq!(version["change"], "minor");
    assert_eq!(version["revisions"].as_array().unwrap().len(), 2);
}

#[test]
fn every_revision_stands_in_exactly_one_place() {
    let place = monthly(&[
        &declared("1", "One."),
        &declared("1", "Two."),
        &declared("1", "Two.\n\n<!-- note -->"),
        &declared("2", "Two."),
        "# Privacy\n\nThree.\n",
        "# Privacy\n\nThree.\n\n\n",
        "---\nsummary: x\n---\n# Privacy\n\nThree.\n",
    ]);
    place.git(&["mv", "privacy.md", "data.md"]);
    place.commit("2024-09-01");
    let site = place.build().site();
    let mut expected: Vec<String> = place
        .git(&["log", "--format=%H"])
        .lines()
        .map(str::to_string)
        .collect();
    expected.sort();
    assert_eq!(site.revisions("data"), expected);
}

#[test]
fn labels_and_addresses_do_not_change_when_history_grows() {
    let texts = [
        declared("1", "A."),
        declared("2", "B."),
        "# P\n\nC.\n".to_string(),
        "# P\n\nD.\n".to_string(),
        declared("1", "E."),
    ];
    let place = Place::new();
    let mut known: Vec<(String, Value)> = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        // Two a day, so that numbered labels come about.
        place
            .write("privacy.md", text)
            .commit(&format!("2024-01-0{}", 1 + number / 2));
        let site = place.build().site();
        let labels = site.labels("privacy");
        for (label, hash) in &known {
            assert!(labels.contains(label), "{label} was lost: {labels:?}");
            assert_eq!(
                &site.version("privacy", label)["text_sha256"],
                hash,
                "{label}"
            );
            assert!(site.has(&format!("privacy/{label}/")));
        }
        known = labels
            .iter()
            .map(|label| {
                (
                    label.clone(),
                    site.version("privacy", label)["text_sha256"].clone(),
                )
            })
            .collect();
    }
}

#[test]
fn equal_visible_text_has_equal_text_hashes() {
    let place = monthly(&[
        "# P\n\nOne *word*.\n",
        "# P\n\nTwo.\n",
        "P\n=\n\nOne\n_word_.\n",
    ]);
    let site = place.build().site();
    let (first, third) = (
        site.version("privacy", "2024-01-01"),
        site.version("privacy", "2024-03-01"),
    );
    assert_eq!(first["text_sha256"], third["text_sha256"]);
    assert_ne!(first["source_sha256"], third["source_sha256"]);
}

#[test]
fn a_hidden_version_keeps_a_page_that_says_so_and_shows_no_word() {
    let place = monthly(&[
        "# Privacy\n\nOne.\n",
        "# Privacy\n\nA leaked secret.\n",
        "# Privacy\n\nThree.\n",
    ]);
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"privacy\"\nlabel = \"2024-02-01\"\nhidden = true\n",
    );
    let site = place.build().site();
    assert_eq!(site.labels("privacy").len(), 3);
    assert!(site.read("privacy/2024-02-01/").contains("hidden"));
    assert!(!site.has("privacy/2024-02-01/source.md"));
    for (path, bytes) in site.files() {
        assert!(
            !String::from_utf8_lossy(&bytes).contains("leaked"),
            "{path}"
        );
    }
}

#[test]
fn a_draft_is_never_published() {
    let place = monthly(&[
        "---\ndraft: true\n---\n# Privacy\n\nNot yet.\n",
        "# Privacy\n\nNow.\n",
    ]);
    place
        .write("terms.md", "---\ndraft: true\n---\n# Terms\n\nNot yet.\n")
        .commit("2024-03-01");
    let site = place.build().site();
    assert_eq!(site.ids(), ["privacy"]);
    assert_eq!(site.labels("privacy"), ["2024-02-01"]);
    assert!(
        !site
            .files()
            .values()
            .any(|bytes| String::from_utf8_lossy(bytes).contains("Not yet"))
    );
}

#[test]
fn a_policy_that_becomes_a_draft_keeps_what_was_published() {
    let place = monthly(&[
        "# Privacy\n\nOne.\n",
        "---\ndraft: true\n---\n# Privacy\n\nNot yet.\n",
    ]);
    let site = place.build().site();
    assert_eq!(site.labels("privacy"), ["2024-01-01"]);
    assert!(site.read("privacy/").contains("One."));
    assert_eq!(site.revisions("privacy").len(), 2);
    assert!(
        !site
            .files()
            .values()
            .any(|bytes| String::from_utf8_lossy(bytes).contains("Not yet"))
    );
}

#[test]
fn a_corrected_version_keeps_its_texts_when_later_revisions_amend_it() {
    let with = |date: &str, text: &str| {
        format!("---\nversion: 1\neffective: {date}\n---\n# P\n\n{text}\n")
    };
    let place = monthly(&[
        &with("2024-02-01", "Frist."),
        &with("2024-02-01", "First."),
        &with("2024-02-02", "First."),
    ]);
    let site = place.build().site();
    let version = site.version("privacy", "1");
    assert_eq!(version["effective"], "2024-02-02");
    assert_eq!(version["corrections"].as_array().unwrap().len(), 1);
    assert!(site.read("privacy/1/original/").contains("Frist."));
    assert!(site.read("privacy/1/source.md").contains("2024-02-02"));
    let page = site.read("privacy/1/corrections/");
    assert!(
        page.contains("2024-01-01") && page.contains("2024-02-01"),
        "the dates of its texts"
    );
}

#[test]
fn what_is_not_committed_is_not_published() {
    let place = Place::with_one_policy();
    place
        .write("privacy.md", "# Privacy\n\nUncommitted.\n")
        .write("new.md", "# New\n");
    let site = place.build().site();
    assert_eq!(site.ids(), ["privacy"]);
    assert!(!site.read("privacy/").contains("Uncommitted"));
}
