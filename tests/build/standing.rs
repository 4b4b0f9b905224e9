//! Which versions hold, which were to, and what readers are told of it.

use serde_json::Value;

use crate::support::{Place, Site};

fn commit(place: &Place, day: &str, front: &str, text: &str) {
    let text = format!("---\n{front}\n---\n# Terms\n\n{text}\n");
    place.write("terms.md", text).commit(day);
}

fn warned(site: &Site, what: &str) {
    assert!(site.said.contains(what), "{}", site.said);
}

#[test]
fn a_version_postponed_by_more_than_a_year_stays_upcoming() {
    let place = Place::new();
    commit(&place, "2024-01-01", "version: 1", "One.");
    let front = "version: 2\neffective: 2024-12-01\npostponed_to: 2026-03-01";
    commit(&place, "2024-02-01", front, "Two.");
    let site = place.build().on("2025-12-31").site();
    assert_eq!(site.statuses("terms"), ["1 in-force", "2 upcoming"]);
    let site = place.build().on("2026-03-01").site();
    assert_eq!(site.record("terms")["in_force"], "2");
}

#[test]
fn what_called_one_version_off_or_postponed_it_says_nothing_of_the_next() {
    let place = Place::new();
    commit(&place, "2024-01-01", "version: 1", "One.");
    let front = "version: 2\neffective: 2024-06-01\ncalled_off: true";
    commit(&place, "2024-02-01", front, "Two.");
    let front = "version: 3\neffective: 2024-03-01\ncalled_off: true";
    commit(&place, "2024-02-10", front, "Three.");
    let site = place.build().on("2024-04-01").site();
    assert_eq!(site.record("terms")["in_force"], "3");
    warned(&site, "`called_off` stands as it was");

    let place = Place::new();
    let front = "version: 2\neffective: 2024-06-01\npostponed_to: 2024-07-01";
    commit(&place, "2024-01-01", front, "Two.");
    let front = "version: 3\neffective: 2024-08-01\npostponed_to: 2024-07-01";
    commit(&place, "2024-02-01", front, "Three.");
    let site = place.build().on("2024-07-15").site();
    assert_eq!(site.record("terms")["in_force"], "2");
    assert_eq!(
        site.record("terms")["versions"][0]["effective"],
        "2024-08-01"
    );
    warned(&site, "`postponed_to` stands as it was");
}

#[test]
fn a_day_before_the_effective_date_is_no_postponement() {
    let place = Place::new();
    let front = "version: 1\neffective: 2024-06-01\npostponed_to: 2024-05-01";
    commit(&place, "2024-01-01", front, "One.");
    let site = place.build().site();
    assert_eq!(
        site.record("terms")["versions"][0]["effective"],
        "2024-05-01"
    );
    assert!(!site.read("terms/").contains("postponed"));
    warned(&site, "before its effective date 2024-06-01");
}

#[test]
fn who_moves_the_effective_date_before_it_came_postpones_the_version() {
    let place = Place::new();
    commit(&place, "2024-01-01", "version: 1", "One.");
    commit(
        &place,
        "2024-02-01",
        "version: 2\neffective: 2024-06-01",
        "Two.",
    );
    commit(
        &place,
        "2024-05-01",
        "version: 2\neffective: 2024-07-01",
        "Two.",
    );
    let site = place.build().on("2024-05-02").site();
    assert_eq!(
        site.record("terms")["versions"][0]["postponed_from"],
        "2024-06-01"
    );
    assert!(site.read("terms/").contains("postponed from"));
    // A date that is corrected when it has passed was never announced as another one.
    commit(
        &place,
        "2024-09-01",
        "version: 3\neffective: 2024-08-01",
        "Three.",
    );
    commit(
        &place,
        "2024-09-02",
        "version: 3\neffective: 2024-09-01",
        "Three.",
    );
    let site = place.build().on("2024-09-03").site();
    assert_eq!(
        site.record("terms")["versions"][0]["postponed_from"],
        Value::Null
    );
}

#[test]
fn nothing_comes_into_force_after_a_withdrawal() {
    let place = Place::new();
    commit(&place, "2024-01-01", "version: 1", "One.");
    commit(
        &place,
        "2024-02-01",
        "version: 2\neffective: 2024-05-01",
        "Two.",
    );
    place.remove("terms.md").commit("2024-03-01");
    let before = place.build().on("2024-03-02").site();
    assert_eq!(before.statuses("terms"), ["1 superseded", "2 withdrawn"]);
    assert!(before.read("terms/").contains("data-version=\"2\""));
    assert!(before.read("terms/since/1/").contains("data-to=\"2\""));
    let texts = |site: &Site| ["terms/", "terms/1/", "terms/2/"].map(|page| site.read(page));
    let before = texts(&before);
    assert_eq!(before, texts(&place.build().on("2024-05-02").site()));
}

#[test]
fn a_version_that_a_newer_one_overtakes_is_not_announced() {
    let place = Place::new();
    commit(&place, "2024-01-01", "version: 1", "One.");
    commit(
        &place,
        "2024-02-01",
        "version: 2\neffective: 2024-06-01",
        "Two.",
    );
    commit(
        &place,
        "2024-03-01",
        "version: 3\neffective: 2024-05-01",
        "Three.",
    );
    let site = place.build().on("2024-03-05").site();
    assert_eq!(
        site.statuses("terms"),
        ["1 in-force", "2 superseded", "3 upcoming"]
    );
    let page = site.read("terms/");
    assert_eq!(page.matches("This policy will change").count(), 1, "{page}");
}

#[test]
fn a_version_that_was_called_off_is_named_until_its_date() {
    let place = Place::new();
    commit(&place, "2024-01-01", "version: 1", "One.");
    let front = "version: 2\neffective: 2024-06-01\ncalled_off: true";
    commit(&place, "2024-02-01", front, "Two.");
    commit(&place, "2024-03-01", "version: 3", "One again.");
    let named = |day: &str| {
        let page = place.build().on(day).site().read("terms/");
        page.contains("A change was called off")
    };
    assert!(named("2024-05-31"));
    assert!(!named("2024-06-01"));
}

/// Version 1 in force, 2 for June, 3 for May; on the fifth of March.
fn overtaken() -> Place {
    let place = Place::new();
    for (day, front) in [
        ("2024-01-01", "version: 1"),
        ("2024-02-01", "version: 2\neffective: 2024-06-01"),
        ("2024-03-01", "version: 3\neffective: 2024-05-01"),
    ] {
        commit(&place, day, front, &format!("Words of {day}."));
    }
    place
}

#[test]
fn a_version_that_is_overtaken_names_the_one_that_takes_its_place() {
    let place = overtaken();
    let on = |day: &str| place.build().on(day).site().read("terms/2/");
    let page = on("2024-03-05");
    assert!(page.contains("This version will not take effect.</strong> <a href=\"../3/"));
    assert!(page.contains("takes its place from <time datetime=\"2024-05-01\">"));
    assert!(page.contains("Was to be effective from <time datetime=\"2024-06-01\">"));
    let page = on("2024-05-01");
    assert!(page.contains("This version never took effect.</strong> <a href=\"../3/"));
}

#[test]
fn what_was_overtaken_is_in_no_time_map() {
    let place = overtaken();
    let build = place
        .build()
        .args(["--base-url", "https://policies.example"]);
    let map = build.on("2024-07-01").site().read("terms/timemap.link");
    assert!(map.contains("/terms/1/") && map.contains("/terms/3/"));
    assert!(!map.contains("/terms/2/"), "{map}");
}

#[test]
fn the_front_page_names_what_was_called_off() {
    let place = Place::new();
    let front = "version: 1\neffective: 2024-06-01\ncalled_off: true";
    commit(&place, "2024-01-01", front, "One.");
    let front_page = |day: &str| place.build().on(day).site().read("");
    let page = front_page("2024-03-05");
    assert!(page.contains("Called off"), "{page}");
    assert!(page.contains("which was to be effective from <time datetime=\"2024-06-01\">"));
    commit(
        &place,
        "2024-02-01",
        "version: 2\neffective: 2024-09-01",
        "Two.",
    );
    let page = front_page("2024-03-05");
    assert!(page.contains("Called off") && page.contains("Upcoming"));
}

#[test]
fn a_version_postponed_twice_was_postponed_from_its_first_date() {
    let place = Place::new();
    commit(&place, "2024-01-01", "version: 1", "One.");
    for (day, front) in [
        ("2024-02-01", "effective: 2024-06-01"),
        ("2024-03-01", "effective: 2024-07-01"),
        (
            "2024-04-01",
            "effective: 2024-07-01\npostponed_to: 2024-08-01",
        ),
    ] {
        commit(&place, day, &format!("version: 2\n{front}"), "Two.");
    }
    let version = place.build().site().version("terms", "2");
    assert_eq!(version["effective"], "2024-08-01");
    assert_eq!(version["postponed_from"], "2024-06-01");
}

#[test]
fn a_version_without_a_date_can_be_postponed_by_more_than_a_year() {
    let place = Place::new();
    commit(&place, "2024-01-01", "version: 1", "One.");
    let front = "version: 2\npostponed_to: 2025-06-01";
    commit(&place, "2024-02-01", front, "Two.");
    let site = place.build().on("2024-03-01").site();
    assert_eq!(site.statuses("terms"), ["1 in-force", "2 upcoming"]);
}
