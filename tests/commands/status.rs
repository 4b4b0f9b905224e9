//! What is in force, what is upcoming, and when the site changes next.

use serde_json::{Value, json};

use crate::support::Place;
use crate::{prints, run, two_policies};

#[test]
fn each_policy_is_told_with_what_is_in_force_and_upcoming() {
    assert_eq!(
        prints(&two_policies(), &["status"]),
        "POLICY   STATUS    VERSION     FROM        SUMMARY\n\
         privacy  in-force  2.0         2024-03-01\n\
         terms    in-force  2024-06-01  2024-06-01\n\
         terms    upcoming  2024-12-01  2025-06-01\n\
         \n\
         The site changes by itself on 2025-06-01: build it again then.\n"
    );
}

#[test]
fn json_names_the_next_day() {
    let place = two_policies();
    let status = |arguments: &[&str]| -> Value {
        let arguments = [&["status", "--format", "json"], arguments].concat();
        serde_json::from_str(&prints(&place, &arguments)).unwrap()
    };
    let told = status(&[]);
    assert_eq!(told["date"], "2025-01-01");
    assert_eq!(told["next"], "2025-06-01");
    assert_eq!(told["policies"][1]["in_force"]["label"], "2024-06-01");
    assert_eq!(
        told["policies"][1]["upcoming"][0]["effective"],
        "2025-06-01"
    );
    place
        .write("terms.md", "# Terms\n\nPay within thirty days.\n")
        .commit("2024-12-02");
    let told = status(&[]);
    assert_eq!(told["next"], Value::Null);
    assert_eq!(told["policies"][1]["upcoming"], json!([]));
}

#[test]
fn what_was_postponed_called_off_or_withdrawn_is_said() {
    let place = two_policies();
    let annotate = |what: &str| {
        let annotation =
            format!("[[version]]\npolicy = \"terms\"\nlabel = \"2024-12-01\"\n{what}\n");
        place.write("versions.toml", annotation);
        prints(&place, &["status"])
    };
    let said = annotate("postponed_to = 2025-07-01");
    assert!(
        said.contains("2025-07-01  Postponed from 2025-06-01."),
        "{said}"
    );
    let said = annotate("called_off = true");
    assert!(
        said.contains("called-off  2024-12-01  2025-06-01"),
        "{said}"
    );
    assert!(said.contains("Nothing is upcoming"), "{said}");
    place.remove("privacy.md").commit("2024-12-03");
    let said = prints(&place, &["status"]);
    assert!(said.contains("privacy  withdrawn   -"), "{said}");
}

#[test]
fn the_day_on_which_a_version_called_off_is_named_no_more_changes_the_site() {
    let place = two_policies();
    place
        .write("terms.md", "# Terms\n\nPay within thirty days.\n")
        .commit("2024-12-02");
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"terms\"\nlabel = \"2024-12-01\"\ncalled_off = true\n",
    );
    let said = prints(&place, &["status"]);
    assert!(
        said.contains("called-off  2024-12-01  2025-06-01"),
        "{said}"
    );
    assert!(said.contains("changes by itself on 2025-06-01"), "{said}");
    let said = prints(&place, &["status", "--date", "2025-06-01"]);
    assert!(!said.contains("called-off"), "{said}");
}

#[test]
fn a_repository_without_policies_has_a_status_too() {
    let place = Place::new();
    place.write("note.txt", "x").commit("2024-01-01");
    let printed = run(&place, &["status"]);
    assert_eq!(printed.code, Some(0), "{}", printed.err);
    assert!(
        printed.out.contains("Nothing is upcoming"),
        "{}",
        printed.out
    );
}
