//! The list of versions, and that of policies.

use serde_json::Value;

use crate::support::Place;
use crate::{fails, prints, two_policies};

#[test]
fn the_versions_of_a_policy_are_listed_newest_first() {
    let place = two_policies();
    assert_eq!(
        prints(&place, &["log", "privacy"]),
        "VERSION  STATUS      PUBLISHED   EFFECTIVE  CHANGE  WORDS  SUMMARY\n\
         2.0      in-force    2024-03-01  -          -       +1 −1  Changed: Logs.\n\
         1.0      superseded  2024-01-01  -          -       -      First version.\n"
    );
}

#[test]
fn one_line_for_each_policy_tells_its_newest_version() {
    let place = two_policies();
    assert_eq!(
        prints(&place, &["log"]),
        "POLICY   VERSION     STATUS    PUBLISHED   VERSIONS  TITLE\n\
         privacy  2.0         in-force  2024-03-01  2         Privacy\n\
         terms    2024-12-01  upcoming  2024-12-01  3         Terms\n"
    );
}

#[test]
fn classes_and_summaries_are_told_and_suggestions_in_brackets() {
    let place = Place::with_one_policy();
    place
        .write("privacy.md", "# Privacy\n\nWe store names!\n")
        .commit("2024-02-01");
    place
        .write("privacy.md", "# Privacy\n\nWe store nothing!\n")
        .commit_saying(
            "2024-03-01",
            "Less\n\nVersion-Change: material\nVersion-Summary: We store less.",
        );
    let said = prints(&place, &["log", "privacy"]);
    let rows: Vec<&str> = said.lines().collect();
    assert!(
        rows[1].contains("  material     +1 −1  We store less."),
        "{said}"
    );
    assert!(rows[2].contains("  (editorial)  +0 −0  "), "{said}");
}

#[test]
fn nothing_is_told_of_a_hidden_version() {
    let place = two_policies();
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"privacy\"\nlabel = \"2.0\"\nhidden = true\n",
    );
    let said = prints(&place, &["log", "privacy"]);
    let row = said.lines().nth(1).unwrap();
    assert!(
        row.starts_with("2.0") && row.ends_with("-      Hidden."),
        "{said}"
    );
    assert!(!said.contains("Logs"), "{said}");
}

#[test]
fn summaries_are_wrapped_beside_the_columns_or_below() {
    let place = two_policies();
    let summary = "one two three four five six seven eight nine ten eleven twelve";
    let message = format!("Change\n\nVersion-Summary: {summary}");
    place
        .write("privacy.md", crate::privacy("3.0", "7"))
        .commit_saying("2024-12-02", &message);
    for width in ["100", "60"] {
        let said = prints(&place, &["log", "privacy", "--width", width]);
        let widest = said.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width.parse().unwrap(), "{said}");
        let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(summary), "{said}");
    }
}

#[test]
fn json_is_what_the_site_says() {
    let place = two_policies();
    let site = place.build().site();
    let record: Value =
        serde_json::from_str(&prints(&place, &["log", "privacy", "--format", "json"])).unwrap();
    assert_eq!(record, site.record("privacy"));
    let index: Value = serde_json::from_str(&prints(&place, &["log", "--format", "json"])).unwrap();
    assert_eq!(index["policies"][1]["policy"], "terms");
}

#[test]
fn an_unknown_policy_is_told_with_the_nearest() {
    let place = two_policies();
    let said = fails(&place, &["log", "term"]);
    assert!(
        said.contains("`term`: no policy has this id, path or uid; did you mean `terms`?"),
        "{said}"
    );
}

#[test]
fn a_withdrawn_policy_is_listed_by_its_former_names_too() {
    let place = two_policies();
    place
        .rename("terms.md", "conditions.md")
        .commit("2024-12-02");
    place.remove("conditions.md").commit("2024-12-03");
    let said = prints(&place, &["log", "terms.md"]);
    assert!(said.contains("withdrawn"), "{said}");
    let said = prints(&place, &["log"]);
    assert!(said.contains("conditions"), "{said}");
}
