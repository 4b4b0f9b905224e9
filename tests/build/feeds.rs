//! The feeds, read as their readers read them.

use std::collections::BTreeSet;

use feed_rs::model::{Entry, Feed};
use serde_json::Value;

use crate::support::html::{elements, executable};
use crate::support::{Place, Site};

const BASE: &str = "https://legal.example.com/";

fn built(place: &Place) -> Site {
    place.build().args(["--base-url", BASE]).site()
}

/// A feed of a site, Atom or JSON.
#[track_caller]
pub fn feed(site: &Site, route: &str) -> Feed {
    let parser = feed_rs::parser::Builder::new().sanitize_content(false);
    let text = site.read(route);
    let read = parser.build().parse(text.as_bytes());
    read.unwrap_or_else(|e| panic!("{route}: {e}\n{text}"))
}

fn titles(feed: &Feed) -> Vec<&str> {
    let entries = feed.entries.iter();
    entries
        .map(|entry| &*entry.title.as_ref().unwrap().content)
        .collect()
}

fn ids(feed: &Feed) -> Vec<&str> {
    feed.entries.iter().map(|entry| &*entry.id).collect()
}

fn content(entry: &Entry) -> &str {
    entry.content.as_ref().unwrap().body.as_deref().unwrap()
}

fn link<'f>(feed: &'f Feed, relation: &str) -> Option<&'f str> {
    let links = feed.links.iter();
    let found = links.filter(|link| link.rel.as_deref() == Some(relation));
    found.map(|link| &*link.href).next()
}

/// So many versions of one policy, one a day.
fn many(count: usize) -> Place {
    let place = Place::new();
    add(&place, 0, count);
    place
}

fn add(place: &Place, from: usize, to: usize) {
    for number in from..to {
        place
            .write(
                "privacy.md",
                format!("# Privacy\n\nText number {number}.\n"),
            )
            .commit(&format!(
                "2024-{:02}-{:02}",
                1 + number / 28,
                1 + number % 28
            ));
    }
}

#[test]
fn an_entry_says_what_changed_from_when_and_where_to_read_it() {
    let place = Place::with_one_policy();
    place
        .write(
            "privacy.md",
            "---\neffective: 2025-03-01\nchange: material\nsummary: We store addresses too.\n---\n# Privacy\n\nWe store names and *addresses*.\n",
        )
        .commit("2024-12-01");
    let site = built(&place);
    for route in [
        "privacy/feed.atom",
        "privacy/feed.json",
        "feed.atom",
        "feed.json",
    ] {
        let feed = feed(&site, route);
        assert_eq!(
            titles(&feed),
            ["Privacy, 1 December 2024", "Privacy, 1 January 2024"],
            "{route}"
        );
        let entry = &feed.entries[0];
        let html = content(entry);
        for part in [
            "<p>We store addresses too.</p>",
            "<p>Effective from 1 March 2025.</p>",
            "We store names<ins> and addresses</ins>.",
            "<a href=\"https://legal.example.com/privacy/2024-12-01/\">",
            "<a href=\"https://legal.example.com/privacy/2024-12-01/changes/\">",
        ] {
            assert!(html.contains(part), "{route}: {part}: {html}");
        }
        assert_eq!(
            entry.published.unwrap().to_rfc3339(),
            "2024-12-01T12:00:00+00:00"
        );
        assert_eq!(
            entry.links[0].href,
            "https://legal.example.com/privacy/2024-12-01/"
        );
        assert_eq!(entry.categories[0].term, "material");
        assert!(
            entry
                .summary
                .as_ref()
                .unwrap()
                .content
                .starts_with("We store addresses too.")
        );
        assert!(
            content(&feed.entries[1]).contains("First version."),
            "{route}"
        );
    }
    assert_eq!(
        link(&feed(&site, "privacy/feed.atom"), "self"),
        Some("https://legal.example.com/privacy/feed.atom")
    );
}

#[test]
fn versions_declared_editorial_are_left_out_unless_configured() {
    let place = Place::new();
    let front = |version: u8, change: &str| {
        format!("---\nversion: {version}\nchange: {change}\n---\n# Privacy\n\nText {version}.\n")
    };
    place
        .write("privacy.md", front(1, "material"))
        .commit("2024-01-01");
    place
        .write("privacy.md", front(2, "editorial"))
        .commit("2024-02-01");
    place
        .write("privacy.md", "---\nversion: 3\n---\n# Privacy\n\nText 2!\n")
        .commit("2024-03-01");
    let kept = ["Privacy, Version 3", "Privacy, Version 1"];
    assert_eq!(titles(&feed(&built(&place), "privacy/feed.atom")), kept);
    assert_eq!(titles(&feed(&built(&place), "feed.json")), kept);
    place.write("policygen.toml", "[feeds]\neditorial = true\n");
    assert_eq!(feed(&built(&place), "privacy/feed.atom").entries.len(), 3);
}

#[test]
fn ids_survive_a_rename_and_another_base_url() {
    let place = Place::with_one_policy();
    let before = built(&place);
    let expected = feed(&before, "privacy/feed.atom");
    place
        .rename("privacy.md", "legal/data protection.md")
        .commit("2024-02-01");
    let site = place
        .build()
        .args(["--base-url", "https://b.example/x"])
        .site();
    let after = feed(&site, "legal/data-protection/feed.atom");
    assert_eq!((ids(&after), &after.id), (ids(&expected), &expected.id));
    assert_eq!(
        feed(&site, "feed.json").entries[0].id,
        expected.entries[0].id
    );
    assert_eq!(feed(&site, "feed.atom").id, feed(&before, "feed.atom").id);
    assert!(expected.entries[0].id.starts_with("urn:policygen:"));
    for file in ["feed.atom", "feed.json", "timemap.link"] {
        assert_eq!(
            site.read(&format!("privacy/{file}")),
            site.read(&format!("legal/data-protection/{file}")),
            "a copy at the former address"
        );
    }
}

#[test]
fn ids_are_valid_whatever_the_uid_and_the_label() {
    let place = Place::new();
    place
        .write(
            "privacy.md",
            "---\nid: \"a:b/ü %\\\"\"\nversion: \"Größe 2:0\"\n---\n# Privacy\n",
        )
        .commit("2024-01-01");
    let id = &feed(&built(&place), "feed.atom").entries[0].id;
    let rest = id.strip_prefix("urn:policygen:").unwrap();
    assert_eq!(rest.matches(':').count(), 1, "{id}");
    let is_valid = |c: char| c.is_ascii_alphanumeric() || "-._~%:".contains(c);
    assert!(rest.chars().all(is_valid), "{id}");
}

#[test]
fn the_newest_twenty_are_in_the_feed_and_all_others_in_archives() {
    let site = built(&many(43));
    let newest = feed(&site, "privacy/feed.atom");
    assert_eq!(newest.entries.len(), 20);
    assert_eq!(feed(&site, "privacy/feed.json").entries.len(), 20);
    let mut found: Vec<String> = ids(&newest).into_iter().map(str::to_string).collect();
    let mut next = link(&newest, "prev-archive").map(str::to_string);
    let mut archives = Vec::new();
    while let Some(url) = next {
        let route = url.strip_prefix(BASE).unwrap().to_string();
        assert!(site.read(&route).contains("<fh:archive/>"), "{route}");
        let archive = feed(&site, &route);
        assert_eq!(archive.entries.len(), 20, "{route}");
        assert_eq!(
            link(&archive, "current"),
            Some("https://legal.example.com/privacy/feed.atom")
        );
        assert_eq!(link(&archive, "self"), Some(&*url));
        found.extend(ids(&archive).into_iter().map(str::to_string));
        next = link(&archive, "prev-archive").map(str::to_string);
        archives.push(route);
    }
    assert_eq!(archives, ["privacy/feed-2.atom", "privacy/feed-1.atom"]);
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 43, "nothing is left out");
    assert!(!site.read("privacy/feed.atom").contains("fh:archive"));
    assert_eq!(
        link(&feed(&site, "privacy/feed-1.atom"), "next-archive"),
        Some("https://legal.example.com/privacy/feed-2.atom")
    );
    assert!(site.has("feed-2.atom") && !site.has("feed-3.atom"));
}

#[test]
fn each_document_in_json_leads_to_the_one_before_down_to_the_oldest() {
    let site = built(&many(43));
    let mut next = Some("privacy/feed.json".to_string());
    let (mut routes, mut found) = (Vec::new(), BTreeSet::new());
    while let Some(route) = next {
        let read: Value = serde_json::from_str(&site.read(&route)).unwrap();
        assert_eq!(
            read["feed_url"],
            "https://legal.example.com/privacy/feed.json"
        );
        let items = read["items"].as_array().unwrap();
        assert_eq!(items.len(), 20, "{route}");
        found.extend(items.iter().map(|item| item["id"].to_string()));
        next = read["next_url"]
            .as_str()
            .map(|url| url.strip_prefix(BASE).unwrap().to_string());
        routes.push(route);
    }
    assert_eq!(
        routes,
        [
            "privacy/feed.json",
            "privacy/feed-2.json",
            "privacy/feed-1.json"
        ]
    );
    assert_eq!(found.len(), 43, "nothing is left out");
}

#[test]
fn an_archive_keeps_its_bytes_when_versions_come_and_days_go() {
    let place = many(41);
    let before = built(&place);
    add(&place, 41, 62);
    let after = place
        .build()
        .args(["--base-url", BASE])
        .on("2030-01-01")
        .site();
    for route in [
        "privacy/feed-1.atom",
        "feed-1.atom",
        "privacy/feed-1.json",
        "feed-1.json",
    ] {
        assert_eq!(before.read(route), after.read(route));
    }
    let without_next = |text: String| {
        text.lines()
            .filter(|line| !line.contains("next-archive"))
            .map(str::to_string)
            .collect::<Vec<_>>()
    };
    let route = "privacy/feed-2.atom";
    assert_eq!(
        before.read(route).lines().collect::<Vec<_>>(),
        without_next(after.read(route))
    );
    assert!(after.has("privacy/feed-3.atom"));
}

#[test]
fn a_correction_moves_the_date_and_makes_no_entry() {
    let place = Place::new();
    let text = |word: &str| format!("---\nversion: 1\n---\n# Privacy\n\nWe store {word}.\n");
    place
        .write("privacy.md", text("nmaes"))
        .commit("2024-01-01");
    place
        .write("privacy.md", text("names"))
        .commit("2024-02-01");
    let feed = feed(&built(&place), "privacy/feed.atom");
    let [entry] = &feed.entries[..] else {
        panic!("{:?}", ids(&feed))
    };
    assert_eq!(
        entry.published.unwrap().to_rfc3339(),
        "2024-01-01T12:00:00+00:00"
    );
    assert_eq!(
        entry.updated.unwrap().to_rfc3339(),
        "2024-02-01T12:00:00+00:00"
    );
    assert_eq!(feed.updated, entry.updated);
    assert!(content(entry).contains("Corrected"), "{}", content(entry));
}

#[test]
fn no_word_of_a_hidden_text_is_in_a_feed() {
    let place = Place::with_one_policy();
    let secret = "---\ntitle: Secretive\nsummary: Secretly said.\n---\n# Secretive\n\nA secret.\n";
    place.write("privacy.md", secret).commit("2024-02-01");
    place
        .write("privacy.md", "# Privacy\n\nWe store nothing.\n")
        .commit("2024-03-01");
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"privacy\"\nlabel = \"2024-02-01\"\nhidden = true\n",
    );
    let site = built(&place);
    for (route, bytes) in site.files() {
        if route.contains("feed") || route.ends_with(".link") {
            let text = String::from_utf8(bytes).unwrap().to_lowercase();
            assert!(!text.contains("secret"), "{route}: {text}");
        }
    }
    let feed = feed(&site, "privacy/feed.atom");
    assert_eq!(titles(&feed)[1], "Privacy, 1 February 2024");
    assert!(content(&feed.entries[1]).contains("The text of this version is hidden."));
    assert!(
        content(&feed.entries[0]).contains("<del>names</del><ins>nothing</ins>"),
        "{}",
        content(&feed.entries[0])
    );
}

#[test]
fn calling_a_version_off_moves_the_date_of_its_entry() {
    let place = Place::new();
    let write = |more: &str| {
        let front = format!("---\nversion: 1\neffective: 2024-09-01\n{more}---\n");
        place.write("privacy.md", format!("{front}# Privacy\n\nText.\n"));
    };
    write("");
    place.commit("2024-02-01");
    write("called_off: true\n");
    place.commit("2024-02-10");
    let feed = feed(&built(&place), "privacy/feed.atom");
    let entry = &feed.entries[0];
    let published = entry.published.unwrap().to_rfc3339();
    let updated = entry.updated.unwrap().to_rfc3339();
    assert!(published.starts_with("2024-02-01"), "{published}");
    assert!(updated.starts_with("2024-02-10"), "{updated}");
    assert_eq!(feed.updated, entry.updated);
}

#[test]
fn a_version_that_was_called_off_says_so() {
    let place = Place::with_one_policy();
    place
        .write(
            "privacy.md",
            "---\neffective: 2025-06-01\n---\n# Privacy\n\nWe store all.\n",
        )
        .commit("2024-12-01");
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"privacy\"\nlabel = \"2024-12-01\"\ncalled_off = true\n",
    );
    let feed = feed(&built(&place), "privacy/feed.atom");
    let said = content(&feed.entries[0]);
    assert!(
        said.contains("called off; it was to be effective from 1 June 2025"),
        "{said}"
    );
}

#[test]
fn without_a_base_url_or_without_dates_there_are_no_feeds() {
    let place = Place::with_one_policy();
    let site = place.build().site();
    assert!(
        !site.has("feed.atom")
            && !site.has("privacy/feed.json")
            && !site.has("privacy/timemap.link")
    );
    assert!(
        !site.read("privacy/").contains("atom") && site.said.contains("feeds"),
        "{}",
        site.said
    );
    let undated = Place::without_git();
    undated.write("privacy.md", "# Privacy\n");
    let site = built(&undated);
    assert!(!site.has("feed.atom") && !site.has("privacy/timemap.link"));
}

#[test]
fn pages_lead_to_the_feeds() {
    let site = built(&Place::with_one_policy());
    for (page, href) in [
        ("", "feed.atom"),
        ("changes/", "../feed.atom"),
        ("privacy/", "feed.atom"),
        ("privacy/changes/", "../feed.atom"),
        ("privacy/2024-01-01/", "../feed.atom"),
    ] {
        let all = elements(&site.read(page));
        let found = all
            .iter()
            .find(|e| e.name == "link" && e.get("type") == Some("application/atom+xml"));
        assert_eq!(found.and_then(|e| e.get("href")), Some(href), "{page}");
        let visible = all
            .iter()
            .any(|e| e.name == "a" && e.get("href") == Some(href));
        assert_eq!(visible, !page.contains("2024"), "{page}");
    }
}

#[test]
fn an_entry_stays_below_fifty_thousand_bytes() {
    let place = Place::with_one_policy();
    let summary = "word ".repeat(5000);
    let text: String = (0..5000)
        .map(|n| format!("## Section {n}\n\nWords of it <b>& more</b>.\n\n"))
        .collect();
    place
        .write(
            "privacy.md",
            format!("---\neffective: 9999-12-31\nsummary: {summary}\ndescription: {summary}\n---\n# Privacy\n\n{text}"),
        )
        .commit("2024-12-31");
    let site = built(&place);
    for route in ["privacy/feed.atom", "privacy/feed.json"] {
        let feed = feed(&site, route);
        let html = content(&feed.entries[0]);
        assert!((10_000..50_000).contains(&html.len()), "{}", html.len());
        assert!(html.contains("more changes not shown here"), "{route}");
    }
}

#[test]
fn hostile_words_stay_words() {
    let hostile = "</title><script>alert(1)</script>&\\\" ]]> <img src=x onerror=y> \\u0001\\uFFFF";
    let place = Place::new();
    for (month, word) in [(1, "one"), (2, "two")] {
        let text = format!(
            "---\ntitle: \"{hostile}\"\nversion: \"{month} {hostile}\"\nsummary: \"{hostile}\"\neffective: 9999-12-31\nlang: \"en\"\n---\n# Head ]]> {hostile}\n\nThe {word} </p><script>alert(2)</script> & ]]> \u{1}\u{b}\u{ffff}.\n\n[a](javascript:alert(1))\n"
        );
        place
            .write("privacy.md", text)
            .commit(&format!("2024-0{month}-01"));
    }
    place.write(
        "policygen.toml",
        "[site]\ntitle = '</title><script>alert(1)</script>&\" ]]>'\n[content]\nbroken_links = \"warn\"\n",
    );
    let site = built(&place);
    for route in [
        "privacy/feed.atom",
        "privacy/feed.json",
        "feed.atom",
        "feed.json",
    ] {
        let feed = feed(&site, route);
        assert_eq!(feed.entries.len(), 2, "{route}");
        for entry in &feed.entries {
            let html = content(entry);
            assert_eq!(executable(html), Vec::<String>::new(), "{route}: {html}");
            assert!(
                elements(html).iter().all(|e| e.name != "img"),
                "{route}: {html}"
            );
            assert!(
                entry
                    .title
                    .as_ref()
                    .unwrap()
                    .content
                    .contains("</title><script>"),
                "{route}"
            );
        }
        let text = site.read(route);
        assert!(
            !text.contains(['\u{1}', '\u{b}', '\u{ffff}']) || route.ends_with("json"),
            "{route}"
        );
        if route.ends_with("json") {
            serde_json::from_str::<Value>(&text).unwrap();
        }
    }
}
