//! What the site shows of notices: the page with what was sent, and when, in the changelog.

use crate::desk::{Desk, privacy};
use crate::support::html;

const NOTICE: &str = "privacy/2024-06-01/notice/index.html";

fn sent() -> Desk {
    let desk = Desk::new();
    desk.change("2024-06-01", "material", "30");
    desk.sends();
    desk
}

#[test]
fn a_notice_is_shown_as_it_was_sent() {
    let desk = sent();
    // What is mended afterwards was not sent.
    desk.annotate("2024-06-01", "summary = \"Another summary.\"");
    let site = desk.place.build().site();
    let page = site.read(NOTICE);
    for said in [
        "Privacy policy: new version from 1 March 2025 – Example Ltd",
        "It is effective from 1 March 2025.",
        "Logs are kept for 30 days.",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("Another summary."), "{page}");
    let redline = html::redline(&page).unwrap();
    assert!(
        redline.contains("60") && redline.contains("30"),
        "{redline}"
    );
    assert!(page.contains("data-from=\"2024-01-01\" data-to=\"2024-06-01\""));
    let changelog = site.read("privacy/changes/index.html");
    assert!(
        changelog.contains("../2024-06-01/notice/index.html"),
        "{changelog}"
    );
    assert!(html::words(&changelog).contains("Announced"), "{changelog}");
    let record: serde_json::Value =
        serde_json::from_str(&site.read("privacy/versions.json")).unwrap();
    let of_version = site.read("privacy/2024-06-01/index.html");
    assert!(of_version.contains("\"notice/index.html\""), "{of_version}");
    let schema = include_str!("../../docs/schema/versions.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    jsonschema::validate(&schema, &record).unwrap();
    let version = &record["versions"][0];
    assert_eq!(version["notice_url"], "/privacy/2024-06-01/notice/");
    let told = &version["announced"][0];
    assert_eq!(told["channels"][0], "email");
    assert_eq!(told["text_sha256"], version["text_sha256"]);
    assert!(record["versions"][1].get("announced").is_none(), "{record}");
}

#[test]
fn a_build_that_takes_pages_over_shows_what_was_announced_since() {
    let desk = Desk::new();
    desk.change("2024-06-01", "material", "30");
    let build = || {
        let cache = desk.place.folder().join("cache");
        desk.place.build().env("POLICYGEN_CACHE", cache).site()
    };
    let changelog = "privacy/changes/index.html";
    assert!(!build().read(changelog).contains("Announced"));
    // Neither the policy nor the routes of the site are others.
    desk.prints(&["by-hand", "privacy", "2024-06-01"]);
    let site = build();
    assert!(site.read(changelog).contains("Announced"));
    let other = desk.place.folder().join("other");
    let without = desk.place.build().args(["--no-cache"]).into(other);
    assert_eq!(site.files(), without.site().files());
}

#[test]
fn without_a_notice_there_is_no_page() {
    let desk = Desk::new();
    desk.change("2024-06-01", "minor", "30");
    desk.sends();
    let site = desk.place.build().site();
    assert!(!site.has(NOTICE));
    assert!(
        !site
            .read("privacy/changes/index.html")
            .contains("Announced")
    );
}

#[test]
fn what_was_announced_by_hand_has_a_day_and_no_page() {
    let desk = Desk::new();
    desk.change("2024-06-01", "material", "30");
    desk.prints(&["by-hand", "privacy", "2024-06-01"]);
    let site = desk.place.build().site();
    assert!(!site.has(NOTICE));
    let changelog = site.read("privacy/changes/index.html");
    assert!(changelog.contains("<li>Announced <time"), "{changelog}");
}

#[test]
fn a_notice_that_was_called_off_stands_below_what_was_told_before() {
    let desk = sent();
    desk.annotate("2024-06-01", "called_off = true");
    desk.sends();
    let page = desk.place.build().site().read(NOTICE);
    let first = page.find("new version from 1 March 2025").unwrap();
    let second = page.find("will not happen").unwrap();
    assert!(first < second, "{page}");
    assert_eq!(page.matches("<article").count(), 1, "{page}");
}

#[test]
fn the_text_of_a_hidden_version_is_not_shown_in_its_notice() {
    let desk = sent();
    desk.annotate("2024-06-01", "hidden = true");
    let page = desk.place.build().site().read(NOTICE);
    assert!(page.contains("new version from 1 March 2025"), "{page}");
    assert!(
        !page.contains("Logs are kept") && !page.contains("<article"),
        "{page}"
    );
}

#[test]
fn a_ledger_that_was_altered_is_said_and_the_policies_are_published() {
    let desk = sent();
    let text = std::fs::read_to_string(desk.ledger_path()).unwrap();
    desk.place.write(
        "notices.jsonl",
        text.replace("\"accepted\":1", "\"accepted\":9"),
    );
    let said = desk.place.build().run();
    assert!(
        said.stderr
            .contains("no page says when versions were announced"),
        "{}",
        said.stderr
    );
    let site = desk.place.site();
    assert!(site.has("privacy/2024-06-01/index.html") && !site.has(NOTICE));
}

#[test]
fn a_notice_stays_where_it_was_when_a_newer_version_says_the_same() {
    let desk = sent();
    let text = privacy(
        "title: Privacy policy\nid: privacy-notice\nversion: \"2.0\"",
        "30",
    );
    desk.place.write("privacy.md", text).commit("2024-07-01");
    let site = desk.place.build().site();
    assert!(site.has(NOTICE) && !site.has("privacy/2.0/notice/index.html"));
}
