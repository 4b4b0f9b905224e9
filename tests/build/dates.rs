//! When a version was published, from when it holds, and what that makes of it on a day.

use serde_json::Value;

use crate::support::{Place, Site};

fn text(front: &str, body: &str) -> String {
    format!("---\n{front}\n---\n# Privacy\n\n{body}\n")
}

/// A policy of one commit on the first of June 2024.
fn once(text: &str) -> Place {
    let place = Place::new();
    place.write("privacy.md", text).commit("2024-06-01");
    place
}

fn version_of(text: &str) -> Value {
    once(text).build().site().version("privacy", "2024-06-01")
}

/// The versions of policies that hold one line each, and the site: `p0`, `p1`, …
fn versions_of(lines: &[&str]) -> (Vec<Value>, Site) {
    let place = Place::new();
    for (number, line) in lines.iter().enumerate() {
        place.write(
            &format!("p{number}.md"),
            format!("# Privacy\n\n{line}\n\nText.\n"),
        );
    }
    place.write("next.md", "# Next\n").commit("2024-06-01");
    let site = place.build().site();
    let versions = (0..lines.len())
        .map(|n| site.version(&format!("p{n}"), "2024-06-01"))
        .collect();
    (versions, site)
}

#[test]
fn published_is_the_committer_date_in_its_own_offset() {
    let place = Place::new();
    place.write("privacy.md", "# P\n\nOne.\n");
    place.commit_of("2020-01-01", "2024-06-01T23:30:00-07:00", "One");
    place
        .write("privacy.md", "# P\n\nTwo.\n")
        .commit("2024-07-01T00:30:00+05:30");
    let site = place.build().site();
    assert_eq!(site.labels("privacy"), ["2024-06-01", "2024-07-01"]);
    assert_eq!(
        site.version("privacy", "2024-06-01")["published"],
        "2024-06-01T23:30:00-07:00"
    );
    assert_eq!(
        site.version("privacy", "2024-07-01")["published"],
        "2024-07-01T00:30:00+05:30"
    );
}

#[test]
fn published_is_the_authors_date_where_the_history_was_imported() {
    let place = Place::new();
    place.write("privacy.md", "# P\n\nOne.\n");
    place.commit_of("2020-01-02", "2024-06-01", "One");
    place.write("policygen.toml", "[history]\ndate = \"author\"\n");
    let site = place.build().site();
    assert_eq!(
        site.version("privacy", "2020-01-02")["published"],
        "2020-01-02T12:00:00+00:00"
    );
}

#[test]
fn order_is_historys_order_where_dates_run_backwards() {
    let place = Place::new();
    for (date, word) in [
        ("2024-05-01", "One"),
        ("2024-03-01", "Two"),
        ("2024-04-01", "Three"),
    ] {
        place
            .write("privacy.md", format!("# P\n\n{word}.\n"))
            .commit(date);
    }
    let site = place.build().site();
    assert_eq!(
        site.labels("privacy"),
        ["2024-05-01", "2024-03-01", "2024-04-01"]
    );
    assert_eq!(site.record("privacy")["in_force"], "2024-04-01");
    assert!(site.read("privacy/").contains("Three."));
}

#[test]
fn a_commit_date_is_no_effective_date() {
    let version = version_of("# Privacy\n\nText.\n");
    assert_eq!(version["effective"], Value::Null);
    assert_eq!(version["effective_from"], Value::Null);
    assert_eq!(version["carried_over"], false);
}

#[test]
fn the_effective_date_comes_from_front_matter_then_trailer_then_text() {
    let body = "Effective date: February 3, 2024\n\nText.";
    let place = Place::new();
    place
        .write("all.md", text("effective: 2024-02-01", body))
        .write("old-key.md", text("effective_date: 2024-02-01", body))
        .write("rest.md", text("layout: x", body))
        .write("none.md", text("layout: x", "Text."));
    place.commit_saying("2024-01-01", "Subject\n\nEffective: 2024-02-02");
    place
        .write("text.md", text("layout: x", body))
        .commit("2024-01-02");
    let site = place.build().site();
    let of = |id: &str| {
        let version = site.version(id, &site.labels(id)[0]);
        format!(
            "{} {}",
            version["effective"].as_str().unwrap(),
            version["effective_from"].as_str().unwrap()
        )
    };
    assert_eq!(of("all"), "2024-02-01 front-matter");
    assert_eq!(of("old-key"), "2024-02-01 front-matter");
    assert_eq!(of("rest"), "2024-02-02 trailer");
    assert_eq!(of("none"), "2024-02-02 trailer");
    assert_eq!(of("text"), "2024-02-03 text");
}

#[test]
fn versions_toml_annotates_the_past() {
    let place = once(&text(
        "effective: 2024-07-01\nsummary: Said then.\nchange: minor",
        "Text.",
    ));
    let commit = place.id("HEAD");
    place.write(
        "versions.toml",
        format!("[[version]]\npolicy = \"privacy\"\ncommit = \"{}\"\neffective = 2024-08-01\nsummary = \"Said now.\"\nchange = \"material\"\n", &commit[..8]),
    );
    let version = place.build().site().version("privacy", "2024-06-01");
    assert_eq!(version["effective"], "2024-08-01");
    assert_eq!(version["effective_from"], "versions.toml");
    assert_eq!(version["summary"], "Said now.");
    assert_eq!(version["change"], "material");
}

#[test]
fn statements_in_the_text_are_read() {
    let statements = [
        ("Effective date: February 1, 2024", "2024-02-01"),
        ("Effective: **30 September 2025**", "2025-09-30"),
        ("Effective starting: August 17, 2024", "2024-08-17"),
        ("Effective as of May 25, 2018", "2018-05-25"),
        ("Version 3.3, effective December 23, 2021", "2021-12-23"),
        ("Effective 1 July 2023 | Archived versions", "2023-07-01"),
        (
            "Effective: 28 September 2022\n{: datetime=\"2022-09-28\" }",
            "2022-09-28",
        ),
    ];
    let (versions, _) = versions_of(&statements.map(|(line, _)| line));
    for (version, (line, date)) in versions.iter().zip(statements) {
        assert_eq!(version["effective"], date, "{line}");
        assert_eq!(version["effective_from"], "text", "{line}");
    }
}

#[test]
fn words_of_updating_give_the_documents_own_date_and_move_nothing() {
    let statements = [
        ("*Last updated: April 20, 2023*", "2023-04-20"),
        ("Last Updated: **Nov. 30, 2017**", "2017-11-30"),
        ("UPDATED: November 3, 2025", "2025-11-03"),
        ("Last modified: 3 May 2024", "2024-05-03"),
        ("Published: 3 May 2024", "2024-05-03"),
    ];
    let (versions, _) = versions_of(&statements.map(|(line, _)| line));
    for (version, (line, date)) in versions.iter().zip(statements) {
        assert_eq!(version["stated"], date, "{line}");
        assert_eq!(version["effective"], Value::Null, "{line}");
        assert_eq!(version["status"], "in-force", "{line}");
    }
}

#[test]
fn unclear_dates_are_shown_as_they_stand_and_move_nothing() {
    let shown = ["January 2025", "08/12/2026"];
    let lines = shown.map(|date| format!("Effective date: {date}"));
    let (versions, site) = versions_of(&[&lines[0], &lines[1]]);
    for (number, (version, date)) in versions.iter().zip(shown).enumerate() {
        assert_eq!(version["effective"], Value::Null, "{date}");
        assert_eq!(version["status"], "in-force", "{date}");
        let page = site.read(&format!("p{number}/"));
        let outside = page.replace(crate::support::html::article(&page), "");
        assert!(outside.contains(date), "{date} is told beside the text");
    }
}

#[test]
fn false_friends_give_no_date() {
    let lines = [
        "Effective February 15th, 2024, **Barry** will join us.",
        "This interface is deprecated effective 30 November 2021",
        "[The version effective 1 May 2030](next.md)",
    ];
    for (version, line) in versions_of(&lines).0.iter().zip(lines) {
        assert_eq!(version["effective"], Value::Null, "{line}");
    }
}

#[test]
fn a_statement_in_the_middle_of_a_long_text_does_not_count() {
    let filler = "A paragraph.\n\n".repeat(14);
    let place = Place::new();
    place.write(
        "middle.md",
        format!("# M\n\n{filler}Effective date: 1 May 2024\n\n{filler}"),
    );
    place.write(
        "end.md",
        format!("# E\n\n{filler}{filler}Effective date: 1 May 2024\n"),
    );
    place.commit("2024-06-01");
    let site = place.build().site();
    assert_eq!(
        site.version("middle", "2024-06-01")["effective"],
        Value::Null
    );
    assert_eq!(site.version("end", "2024-06-01")["effective"], "2024-05-01");
}

#[test]
fn a_version_whose_date_lies_ahead_is_upcoming_until_it_comes() {
    let place = Place::new();
    place
        .write("privacy.md", text("version: 1", "One."))
        .commit("2024-01-01");
    place
        .write(
            "privacy.md",
            text("version: 2\neffective: 2024-06-01", "Two."),
        )
        .commit("2024-05-01");
    let early = place.build().on("2024-05-31").site();
    assert_eq!(early.statuses("privacy"), ["1 in-force", "2 upcoming"]);
    assert_eq!(early.record("privacy")["in_force"], "1");
    assert_eq!(early.record("privacy")["upcoming"], "2");
    assert!(early.read("privacy/").contains("data-version=\"1\""));
    assert!(early.read("privacy/2/").contains("data-version=\"2\""));
    let later = place.build().on("2024-06-01").site();
    assert_eq!(later.statuses("privacy"), ["1 superseded", "2 in-force"]);
    assert_eq!(later.record("privacy")["upcoming"], Value::Null);
    assert!(later.read("privacy/").contains("data-version=\"2\""));
}

#[test]
fn a_policy_without_a_version_in_force_shows_its_first_upcoming_one() {
    let place = once(&text("effective: 2024-12-01", "Soon."));
    let site = place.build().on("2024-07-01").site();
    assert_eq!(site.record("privacy")["in_force"], Value::Null);
    assert_eq!(site.record("privacy")["upcoming"], "2024-06-01");
    assert!(site.read("privacy/").contains("Soon."));
    assert!(
        site.read("privacy/").contains("role=\"note\""),
        "under a banner"
    );
}

#[test]
fn in_force_is_the_newest_in_history_order_whatever_the_order_of_effective_dates() {
    let place = Place::new();
    place
        .write(
            "privacy.md",
            text("version: 1\neffective: 2024-06-01", "One."),
        )
        .commit("2024-01-01");
    place
        .write(
            "privacy.md",
            text("version: 2\neffective: 2024-03-01", "Two."),
        )
        .commit("2024-02-01");
    let on = |day| place.build().on(day).site().record("privacy")["in_force"].clone();
    assert_eq!(on("2024-02-01"), Value::Null);
    assert_eq!(on("2024-03-01"), "2");
    assert_eq!(on("2024-07-01"), "2");
}

#[test]
fn a_superseded_version_has_a_banner_that_leads_to_the_one_in_force() {
    let place = Place::new();
    place
        .write("privacy.md", text("version: 1", "One."))
        .commit("2024-01-01");
    place
        .write("privacy.md", text("version: 2", "Two."))
        .commit("2024-02-01");
    let page = place
        .build()
        .site()
        .read("privacy/1/")
        .replace("index.html\"", "\"");
    let banner = page.find("role=\"note\"").expect("a banner");
    assert!(page[..banner].len() < page.find("<article").unwrap());
    assert!(page.contains("superseded"));
    assert!(
        page.contains("href=\"../../privacy/2/\"") || page.contains("href=\"../2/\""),
        "{page}"
    );
}

#[test]
fn the_build_date_falls_back_to_source_date_epoch() {
    let place = once(&text("effective: 2024-08-01", "Text."));
    // 2024-07-31 and 2024-08-01, at noon in UTC.
    let before = place
        .build()
        .undated()
        .env("SOURCE_DATE_EPOCH", "1722427200")
        .site();
    assert_eq!(
        before.version("privacy", "2024-06-01")["status"],
        "upcoming"
    );
    let after = place
        .build()
        .undated()
        .env("SOURCE_DATE_EPOCH", "1722513600")
        .site();
    assert_eq!(after.version("privacy", "2024-06-01")["status"], "in-force");
    let given = place
        .build()
        .on("2024-07-01")
        .env("SOURCE_DATE_EPOCH", "1722513600")
        .site();
    assert_eq!(given.version("privacy", "2024-06-01")["status"], "upcoming");
    let said = place
        .build()
        .undated()
        .env("SOURCE_DATE_EPOCH", "soon")
        .fails();
    assert!(
        said.contains("SOURCE_DATE_EPOCH") && said.contains("`soon`"),
        "{said}"
    );
}

#[test]
fn an_effective_date_taken_over_unchanged_is_carried_over() {
    let place = Place::new();
    place
        .write("privacy.md", text("effective: 2024-01-15", "One."))
        .commit("2024-01-01");
    place
        .write("privacy.md", text("effective: 2024-01-15", "Two."))
        .commit("2024-02-01");
    let site = place.build().site();
    assert_eq!(site.version("privacy", "2024-01-01")["carried_over"], false);
    assert_eq!(site.version("privacy", "2024-02-01")["carried_over"], true);
    assert!(
        site.said.contains("warning: ") && site.said.contains("same effective date"),
        "{}",
        site.said
    );
}

#[test]
fn an_effective_date_more_than_a_year_ahead_is_shown_and_makes_nothing_upcoming() {
    let place = once(&text("effective: 2042-06-02", "Text."));
    let site = place.build().site();
    let version = site.version("privacy", "2024-06-01");
    assert_eq!(version["effective"], "2042-06-02");
    assert_eq!(version["status"], "in-force");
    assert_eq!(site.record("privacy")["upcoming"], Value::Null);
    assert!(site.said.contains("more than a year"), "{}", site.said);
    assert!(site.read("privacy/").contains("2042"));
}

#[test]
fn a_version_can_be_called_off() {
    let place = Place::new();
    place
        .write("privacy.md", text("version: 1", "One."))
        .commit("2024-01-01");
    place
        .write(
            "privacy.md",
            text("version: 2\neffective: 2025-03-01", "Two."),
        )
        .commit("2024-12-01");
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"privacy\"\nlabel = \"2\"\ncalled_off = true\n",
    );
    let site = place.build().site();
    assert_eq!(site.statuses("privacy"), ["1 in-force", "2 called-off"]);
    assert_eq!(site.record("privacy")["upcoming"], Value::Null);
    assert!(site.read("privacy/").contains("data-version=\"1\""));
    assert!(site.read("privacy/2/").contains("called off"));
    assert_eq!(
        place.build().on("2025-06-01").site().record("privacy")["in_force"],
        "1"
    );
}

#[test]
fn a_version_can_be_postponed() {
    let place = Place::new();
    place
        .write("privacy.md", text("version: 1", "One."))
        .commit("2024-01-01");
    place
        .write(
            "privacy.md",
            text("version: 2\neffective: 2024-12-15", "Two."),
        )
        .commit("2024-12-01");
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"privacy\"\nlabel = \"2\"\npostponed_to = 2025-02-01\n",
    );
    let site = place.build().site();
    assert_eq!(site.statuses("privacy"), ["1 in-force", "2 upcoming"]);
    assert_eq!(site.version("privacy", "2")["effective"], "2025-02-01");
    assert_eq!(
        site.version("privacy", "2")["effective_from"],
        "versions.toml"
    );
}

#[test]
fn the_versions_of_a_withdrawn_policy_are_superseded_or_withdrawn() {
    let place = Place::new();
    place
        .write("privacy.md", "# P\n\nOne.\n")
        .write("terms.md", "# T\n")
        .commit("2024-01-01");
    place
        .write("privacy.md", "# P\n\nTwo.\n")
        .commit("2024-02-01");
    place.remove("privacy.md").commit("2024-03-01");
    let site = place.build().site();
    assert_eq!(
        site.statuses("privacy"),
        ["2024-01-01 superseded", "2024-02-01 withdrawn"]
    );
}

#[test]
fn an_annotation_of_nothing_is_an_error() {
    let place = Place::with_one_policy();
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"privacy\"\nlabel = \"9.9\"\nhidden = true\n",
    );
    let said = place.build().fails();
    assert!(
        said.contains("versions.toml") && said.contains("`9.9`"),
        "{said}"
    );
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"privacy\"\nlabel = \"2024-01-01\"\nhiden = true\n",
    );
    let said = place.build().fails();
    assert!(said.contains("did you mean `hidden`?"), "{said}");
}
