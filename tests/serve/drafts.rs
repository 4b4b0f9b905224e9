//! What a draft says of itself, and where it stands.

use crate::server::Server;
use crate::support::Place;
use crate::{place, privacy};

fn drafted() -> Place {
    let place = place();
    place
        .write(
            "privacy.md",
            "---\neffective: 2025-06-01\nchange: minor\nsummary: Fewer logs.\n---\n# Privacy\n\n## Server logs\n\nOf another kind altogether, and gone.\n",
        )
        .write("terms.md", "# Terms\n\nPay.\n");
    place
}

#[test]
fn build_and_watch_publish_no_draft_unasked() {
    let place = drafted();
    let site = place.build().site();
    assert!(!site.has("privacy/draft/") && !site.has("terms/"));
    for (path, page) in site.pages() {
        assert!(!page.contains("draft"), "{path}");
    }
}

#[test]
fn a_draft_stands_behind_the_versions_under_a_banner() {
    let site = drafted().build().args(["--drafts"]).site();
    for route in ["privacy/draft/", "terms/", "terms/draft/"] {
        let page = site.read(route);
        assert!(page.contains("This is a draft."), "{route}");
        assert!(
            page.contains("<meta name=\"robots\" content=\"noindex\">"),
            "{route}"
        );
        assert!(!page.contains("application/ld+json"), "{route}");
    }
    let redline = site.read("privacy/draft/changes/");
    assert!(redline.contains("content=\"noindex") && redline.contains("This is a draft."));
    assert!(
        site.read("privacy/")
            .contains("There is a draft of this policy")
    );
    assert!(site.read("privacy/").contains("for thirty days"));
    assert!(!site.has("privacy/draft/source.md") && !site.has("privacy/since/draft/"));
}

#[test]
fn a_draft_says_what_it_would_come_to() {
    let site = drafted().build().args(["--drafts"]).site();
    for route in ["privacy/draft/", "privacy/draft/changes/"] {
        let page = crate::support::html::words(&site.read(route));
        assert!(page.contains("Minor change"), "{page}");
        assert!(
            page.contains("Privacy will change on 1 June 2025 . Fewer logs."),
            "{page}"
        );
        assert!(page.contains("Effective from 1 June 2025"), "{page}");
        assert!(page.contains("#logs") && page.contains("#else"), "{page}");
    }
    let first = crate::support::html::words(&site.read("terms/"));
    assert!(first.contains("Terms is new."), "{first}");
}

#[test]
fn no_machine_is_told_of_drafts() {
    let place = drafted();
    place.write(
        "policygen.toml",
        "[site]\nbase_url = \"https://acme.example/\"\n",
    );
    let build = || place.build().args(["--base-url", "https://acme.example/"]);
    let plain = build().site();
    let site = build().args(["--drafts"]).site();
    for route in [
        "privacy/versions.json",
        "privacy/feed.atom",
        "privacy/feed.json",
        "privacy/timemap.link",
        "feed.atom",
        "feed.json",
        "index.json",
        "sitemap.xml",
    ] {
        assert_eq!(site.read(route), plain.read(route), "{route}");
    }
    for route in ["privacy/2024-01-01/", "changes/", "privacy/sections/"] {
        assert_eq!(site.has(route), plain.has(route));
    }
    assert_eq!(site.read("changes/"), plain.read("changes/"));
    assert_eq!(
        site.read("privacy/2024-01-01/source.md"),
        plain.read("privacy/2024-01-01/source.md")
    );
}

#[test]
fn a_file_that_says_draft_is_shown_while_it_is_written() {
    let place = place();
    place
        .write("terms.md", "---\ndraft: true\n---\n# Terms\n\nPay.\n")
        .commit("2024-02-01");
    let server = Server::start(&place);
    assert!(server.page("/terms/").contains("This is a draft."));
    assert!(!place.build().site().has("terms/"));
}

#[test]
fn what_is_ignored_is_no_draft() {
    let place = place();
    place
        .write(".gitignore", "/site\nnotes/\n")
        .commit("2024-02-01");
    let server = Server::start(&place);
    place
        .write("notes/terms.md", "# Terms\n")
        .write("other.md", "# Other\n");
    server.shows("/other/", "Other");
    server.lacks("/notes/terms/");
}

#[test]
fn a_change_of_what_is_said_of_a_version_alone_is_a_draft() {
    let place = place();
    let server = Server::start(&place);
    place.write(
        "privacy.md",
        format!("---\nsummary: New.\n---\n{}", privacy("thirty")),
    );
    server.shows("/privacy/draft/changes/", "No word changed");
    assert!(server.page("/privacy/draft/").contains("New."));
}

/// What the page of a draft says, whose policy declared version 1 before.
fn declared(draft: &str) -> String {
    let place = Place::new();
    place
        .write(
            "privacy.md",
            "---\nversion: 1\nchange: minor\n---\n# Privacy\n\nLogs.\n",
        )
        .commit("2024-01-01")
        .write("privacy.md", draft);
    let site = place.build().args(["--drafts"]).site();
    crate::support::html::words(&site.read("privacy/draft/"))
}

#[test]
fn a_draft_of_a_declared_version_is_a_correction_of_it() {
    let page = declared("---\nversion: 1\nchange: minor\n---\n# Privacy\n\nNo logs.\n");
    assert!(page.contains("A correction of Version 1,"), "{page}");
    assert!(page.contains("Privacy was corrected."), "{page}");
    // What describes the version goes on to do so.
    assert!(page.contains("Minor change"), "{page}");
}

#[test]
fn a_draft_of_another_declared_version_is_a_new_one_though_its_text_is_the_same() {
    let page = declared("---\nversion: 2\n---\n# Privacy\n\nLogs.\n");
    assert!(page.contains("A new version"), "{page}");
}

#[test]
fn a_draft_that_says_something_else_of_a_version_is_no_new_one() {
    let page = declared("---\nversion: 1\nchange: material\n---\n# Privacy\n\nLogs.\n");
    assert!(page.contains("the text of Version 1 stays"), "{page}");
    assert!(page.contains("Material change"), "{page}");
    assert!(!page.contains("Readers would be told"), "{page}");
}

#[test]
fn a_new_policy_has_no_list_of_its_versions() {
    let site = drafted().build().args(["--drafts"]).site();
    let page = site.read("terms/draft/");
    assert!(page.contains("A new policy"), "{page}");
    assert!(
        !page.contains("in force") && !page.contains("\"../changes/"),
        "{page}"
    );
    assert!(!site.read("").contains("0 versions"));
}
