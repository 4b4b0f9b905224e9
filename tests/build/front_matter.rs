//! What a source declares of itself, and what a wrong declaration gets.

use serde_json::Value;

use crate::support::Place;

fn text(front: &str, body: &str) -> String {
    format!("---\n{front}\n---\n# Privacy\n\n{body}\n")
}

#[test]
fn a_left_over_summary_and_class_count_as_absent() {
    let place = Place::new();
    let front = "summary: We added cookies.\nchange: material";
    place
        .write("privacy.md", text(front, "One."))
        .commit("2024-01-01");
    place
        .write("privacy.md", text(front, "Two."))
        .commit("2024-02-01");
    let site = place.build().site();
    assert_eq!(
        site.version("privacy", "2024-01-01")["summary"],
        "We added cookies."
    );
    let second = site.version("privacy", "2024-02-01");
    assert_eq!(
        (&second["summary"], &second["change"]),
        (&Value::Null, &Value::Null)
    );
    assert!(
        site.said.contains("`summary`") && site.said.contains("privacy.md"),
        "{}",
        site.said
    );
    assert!(site.said.contains("`change`"), "{}", site.said);
}

#[test]
fn the_same_summary_under_another_version_counts() {
    let place = Place::new();
    place
        .write(
            "privacy.md",
            text("version: 1\nsummary: Small repairs.\nchange: minor", "One."),
        )
        .commit("2024-01-01");
    place
        .write(
            "privacy.md",
            text("version: 2\nsummary: Small repairs.\nchange: minor", "Two."),
        )
        .commit("2024-02-01");
    let site = place.build().site();
    assert_eq!(site.version("privacy", "2")["summary"], "Small repairs.");
    assert_eq!(site.version("privacy", "2")["change"], "minor");
}

#[test]
fn trailers_serve_where_the_front_matter_is_silent() {
    let place = Place::new();
    place
        .write("a.md", "# A\n")
        .write("b.md", text("summary: Its own.\nchange: minor", "B."));
    place.commit_saying(
        "2024-01-01",
        "Subject\n\nVersion-Summary: From the commit.\nVersion-Change: material",
    );
    let site = place.build().site();
    let (a, b) = (
        site.version("a", "2024-01-01"),
        site.version("b", "2024-01-01"),
    );
    assert_eq!(
        (a["summary"].as_str(), a["change"].as_str()),
        (Some("From the commit."), Some("material"))
    );
    assert_eq!(
        (b["summary"].as_str(), b["change"].as_str()),
        (Some("Its own."), Some("minor"))
    );
}

#[test]
fn toml_front_matter_is_read() {
    let place = Place::new();
    place
        .write("privacy.md", "+++\ntitle = \"Data\"\nversion = \"2.1\"\neffective = 2024-05-01\ndescription = \"About data.\"\n+++\n\nText.\n")
        .commit("2024-01-01");
    let site = place.build().site();
    assert_eq!(site.record("privacy")["title"], "Data");
    assert_eq!(site.version("privacy", "2.1")["effective"], "2024-05-01");
    assert!(site.read("privacy/").contains("content=\"About data.\""));
}

#[test]
fn unknown_keys_are_ignored() {
    let place = Place::new();
    let front = "layout: page\npermalink: /p/\nnested:\n  - {a: 1, b: [2, 3]}\ndate: 2020-13-45\ntags: [x, y]\nweight: !!weird 3";
    place
        .write("privacy.md", text(front, "Text."))
        .commit("2024-01-01");
    let site = place.build().site();
    assert_eq!(site.labels("privacy"), ["2024-01-01"]);
    assert!(!site.said.contains("privacy.md"), "{}", site.said);
}

#[test]
fn a_fault_in_the_newest_revision_is_an_error_with_file_and_line() {
    let faults = [
        ("date", "title: Data\nversion: 1\neffective: soon", 4),
        ("class", "title: Data\nchange: huge", 3),
        ("review", "reviewed: never", 2),
        ("draft", "draft: perhaps", 2),
        ("summary", "summary:\n  a: 1", 2),
        ("title", "title: [a, b]", 2),
        ("twice", "version: 1\nversion: 2", 3),
    ];
    let place = Place::new();
    for (name, front, _) in faults {
        place.write(&format!("legal/{name}.md"), text(front, "Text."));
    }
    place.commit("2024-01-01");
    let said = place.build().fails();
    for (name, _, line) in faults {
        assert!(
            said.contains(&format!("error: `legal/{name}.md:{line}`")),
            "{name}: {said}"
        );
    }
    assert!(!place.output().exists());
}

#[test]
fn front_matter_that_does_not_parse_is_an_error_in_the_newest_revision() {
    let place = Place::new();
    place
        .write("yaml.md", text("title: Data\nversion: [unclosed", "Text."))
        .write(
            "toml.md",
            "+++\ntitle = \"Data\"\nversion = = 1\n+++\nText.\n",
        )
        .commit("2024-01-01");
    let said = place.build().fails();
    assert!(
        said.contains("error: `yaml.md:3`") || said.contains("error: `yaml.md:4`"),
        "{said}"
    );
    assert!(said.contains("error: `toml.md:3`"), "{said}");
}

#[test]
fn the_same_fault_in_an_older_revision_is_a_warning() {
    let place = Place::new();
    place
        .write("privacy.md", text("effective: soon", "One."))
        .commit("2024-01-01");
    let commit = place.id("HEAD");
    place
        .write("privacy.md", text("title: [unclosed", "Two."))
        .commit("2024-02-01");
    place
        .write("privacy.md", text("title: Data", "Three."))
        .commit("2024-03-01");
    let site = place.build().site();
    assert_eq!(site.labels("privacy").len(), 3);
    assert!(
        site.said.contains("warning: `privacy.md:2`"),
        "{}",
        site.said
    );
    assert!(
        site.said.contains(&commit[..8]),
        "the warning names the commit: {}",
        site.said
    );
    assert!(!site.said.contains("error"), "{}", site.said);
}

#[test]
fn the_last_revision_of_a_withdrawn_policy_is_the_past() {
    let place = Place::with_one_policy();
    place
        .write("terms.md", text("effective: soon", "Text."))
        .commit("2024-02-01");
    place.remove("terms.md").commit("2024-03-01");
    let site = place.build().site();
    assert!(site.said.contains("warning: `terms.md:2`"), "{}", site.said);
}

#[test]
fn all_errors_are_told_and_not_only_the_first() {
    let place = Place::new();
    place
        .write("a.md", text("effective: soon\nchange: huge", "A."))
        .write("b.md", text("reviewed: never", "B."))
        .commit("2024-01-01");
    let said = place.build().fails();
    for fault in ["`a.md:2`", "`a.md:3`", "`b.md:2`"] {
        assert!(said.contains(fault), "{fault}: {said}");
    }
}

#[test]
fn front_matter_that_no_parser_should_take_is_one_fault() {
    let bomb = format!(
        "a: &a [x, x]\n{}title: T",
        (0..20)
            .map(|n| format!("k{n}: [*a, *a]\n"))
            .collect::<String>()
    );
    let deep = format!("x: {}{}", "[".repeat(5000), "]".repeat(5000));
    let place = Place::new();
    place
        .write("bomb.md", text(&bomb, "B."))
        .commit("2024-01-01");
    place
        .write("deep.md", text(&deep, "D."))
        .commit("2024-01-02");
    place
        .write("deep.md", text("title: Fine", "D."))
        .commit("2024-01-03");
    let site = place.build().site();
    assert_eq!(site.ids(), ["bomb", "deep"]);
}

#[test]
fn the_title_is_declared_or_the_first_heading_or_the_name_of_the_file() {
    let place = Place::new();
    place
        .write("a.md", "---\ntitle: Declared\n---\n# Heading\n")
        .write("b.md", "# Heading\n\nText.\n")
        .write("data-policy.md", "Text alone.\n")
        .commit("2024-01-01");
    let site = place.build().site();
    assert_eq!(site.record("a")["title"], "Declared");
    assert_eq!(site.record("b")["title"], "Heading");
    assert!(
        !site.record("data-policy")["title"]
            .as_str()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_review_without_a_change_is_shown() {
    let place = Place::new();
    place
        .write("privacy.md", text("version: 1", "Text."))
        .commit("2024-01-01");
    place
        .write(
            "privacy.md",
            text("version: 1\nreviewed: 2024-11-05", "Text."),
        )
        .commit("2024-11-05");
    let site = place.build().site();
    assert_eq!(site.labels("privacy"), ["1"]);
    assert!(
        site.read("privacy/changes/").contains("2024-11-05"),
        "the changelog tells of the review"
    );
}
