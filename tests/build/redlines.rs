//! The pages that show what changed.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::html::{article, elements, executable, redline, words, words_without};
use crate::support::{Place, Site};

/// Texts of `privacy.md`, one a month from January 2024.
fn monthly(texts: &[&str]) -> Place {
    let place = Place::new();
    for (text, month) in texts.iter().zip(1..) {
        place
            .write("privacy.md", text)
            .commit(&format!("2024-{month:02}-01"));
    }
    place
}

const FIRST: &str = "# Privacy\n\nWe store names.\n\n## Cookies\n\nWe use two cookies for the session.\n\n## Contact\n\nWrite to us.\n";
const SECOND: &str = "# Privacy\n\nWe store names.\n\n## Cookies\n\nWe use three cookies for the session.\n\n## Contact\n\nWrite to us.\n";
const THIRD: &str = "# Privacy\n\nWe store names.\n\n## Our cookies\n\nWe use three cookies for the session.\n\n## Machines\n\nNo machine decides about you.\n";

/// Asserts that the texts of two routes can be read back from the redline of a third.
fn is_between(site: &Site, page: &str, old: &str, new: &str) {
    let html = site.read(page);
    let redline = redline(&html).unwrap_or_else(|| panic!("no redline in {page}"));
    let of = |route: &str| words_without(article(&site.read(route)), "none");
    assert_eq!(words_without(redline, "del"), of(new), "{page}");
    assert_eq!(words_without(redline, "ins"), of(old), "{page}");
}

/// The elements of a page with this class, by their names.
fn ids(page: &str) -> Vec<String> {
    let all = elements(page);
    all.iter()
        .filter_map(|e| e.get("id").map(str::to_string))
        .collect()
}

#[test]
fn every_version_but_the_first_shows_what_changed_in_it() {
    let site = monthly(&[FIRST, SECOND, THIRD]).build().site();
    assert!(!site.has("privacy/2024-01-01/changes/"));
    for (old, new) in [("2024-01-01", "2024-02-01"), ("2024-02-01", "2024-03-01")] {
        let page = format!("privacy/{new}/changes/");
        is_between(
            &site,
            &page,
            &format!("privacy/{old}/"),
            &format!("privacy/{new}/"),
        );
        let named = format!(
            "<article class=\"redline\" data-policy=\"privacy\" data-from=\"{old}\" data-to=\"{new}\""
        );
        assert_eq!(site.read(&page).matches(&named).count(), 1, "{page}");
    }
    let marked = site.read("privacy/2024-02-01/changes/");
    let marked = redline(&marked).unwrap();
    assert!(
        marked.contains(">two</del>") || marked.contains("two"),
        "{marked}"
    );
    assert_eq!(marked.matches("<del").count(), 1, "{marked}");
    assert_eq!(marked.matches("<ins").count(), 1, "{marked}");
}

#[test]
fn older_versions_are_compared_with_the_one_in_force_and_others_lead_there() {
    let with = |version: &str, effective: &str, text: &str| {
        format!("---\nversion: {version}\neffective: {effective}\n---\n{text}")
    };
    let place = monthly(&[
        &with("1", "2024-01-01", FIRST),
        &with("2", "2024-02-01", SECOND),
        &with("3", "2024-12-01", THIRD),
    ]);
    let site = place.build().on("2024-06-01").site();
    is_between(&site, "privacy/since/1/", "privacy/1/", "privacy/2/");
    for label in ["2", "3"] {
        let page = site.read(&format!("privacy/since/{label}/"));
        assert!(
            redline(&page).is_none() && page.contains("url=../../index.html\""),
            "{page}"
        );
    }
    let later = place.build().on("2025-01-01").site();
    is_between(&later, "privacy/since/1/", "privacy/1/", "privacy/3/");
    is_between(&later, "privacy/since/2/", "privacy/2/", "privacy/3/");
}

#[test]
fn a_withdrawn_policy_is_compared_with_its_last_text() {
    let place = monthly(&[FIRST, SECOND]);
    place
        .write("terms.md", "# Terms\n\nText.\n")
        .commit("2024-03-01");
    place.remove("privacy.md").commit("2024-04-01");
    let site = place.build().site();
    is_between(
        &site,
        "privacy/since/2024-01-01/",
        "privacy/2024-01-01/",
        "privacy/2024-02-01/",
    );
}

#[test]
fn a_hidden_text_is_in_no_redline() {
    let place = monthly(&[FIRST, "# Privacy\n\nSECRET words.\n", THIRD]);
    let site = place
        .write(
            "versions.toml",
            "[[version]]\npolicy = \"privacy\"\nlabel = \"2024-02-01\"\nhidden = true\n",
        )
        .build()
        .site();
    for (route, page) in site.pages() {
        assert!(!page.contains("SECRET"), "{route}");
    }
    is_between(
        &site,
        "privacy/2024-03-01/changes/",
        "privacy/2024-01-01/",
        "privacy/2024-03-01/",
    );
    for route in ["privacy/2024-02-01/changes/", "privacy/since/2024-02-01/"] {
        assert!(redline(&site.read(route)).is_none(), "{route}");
        assert!(words(&site.read(route)).contains("hidden"), "{route}");
    }
    assert_eq!(
        site.version("privacy", "2024-02-01")["changes_url"],
        Value::Null
    );
    assert_eq!(
        site.version("privacy", "2024-02-01")["description"],
        Value::Null
    );
}

#[test]
fn the_record_says_what_changed() {
    let site = monthly(&[FIRST, SECOND, THIRD]).build().site();
    let first = site.version("privacy", "2024-01-01");
    for key in ["changes_url", "description", "counts", "suggested_change"] {
        assert_eq!(first[key], Value::Null, "{key}");
    }
    let second = site.version("privacy", "2024-02-01");
    assert_eq!(second["changes_url"], "/privacy/2024-02-01/changes/");
    assert_eq!(second["description"], "Changed: Cookies.");
    assert_eq!(second["counts"]["words_added"], 1);
    assert_eq!(second["counts"]["words_removed"], 1);
    let third = site.version("privacy", "2024-03-01");
    assert_eq!(
        third["description"],
        "Changed: Our cookies. Added: Machines. Removed: Contact."
    );
}

#[test]
fn lists_of_versions_tell_what_changed() {
    let site = monthly(&[FIRST, SECOND]).build().site();
    for route in ["privacy/changes/", "changes/"] {
        let page = words(&site.read(route));
        assert!(page.contains("Changed: Cookies."), "{route}: {page}");
    }
    for route in ["privacy/changes/", "privacy/2024-02-01/changes/"] {
        let page = words(&site.read(route));
        assert!(page.contains("1 word added, 1 removed"), "{route}: {page}");
    }
}

#[test]
fn what_changed_without_a_word_is_suggested_editorial_only_where_it_says_nothing() {
    let site = monthly(&[
        "# Privacy\n\nWe recieve [names](https://a.example/).\n",
        "# Privacy\n\nWe receive [names](https://a.example/).\n",
        "# Privacy\n\nWe receive [names](https://b.example/).\n",
        "# Privacy\n\nWe **receive** [names](https://b.example/).\n",
        "# Privacy\n\nWe **receive** [names](https://b.example/) and sell them.\n",
    ])
    .build()
    .site();
    let suggested = |month: usize| {
        site.version("privacy", &format!("2024-{month:02}-01"))["suggested_change"].clone()
    };
    assert_eq!(suggested(2), "editorial", "a word spelt otherwise");
    assert_eq!(suggested(3), "editorial", "the target of a link");
    assert_eq!(suggested(4), Value::Null, "what is stressed");
    assert_eq!(suggested(5), Value::Null, "a promise");
}

#[test]
fn a_new_title_alone_is_told() {
    let site = monthly(&[
        "---\ntitle: Privacy\n---\nText.\n",
        "---\ntitle: Data protection\n---\nText.\n",
    ])
    .build()
    .site();
    let version = site.version("privacy", "2024-02-01");
    assert_eq!(
        version["description"],
        "Title changed from “Privacy” to “Data protection”."
    );
    assert_eq!(version["suggested_change"], Value::Null);
    let page = words(&site.read("privacy/2024-02-01/changes/"));
    assert!(
        page.contains("Privacy") && page.contains("Data protection"),
        "{page}"
    );
}

#[test]
fn corrections_show_what_each_changed() {
    let with = |text: &str| format!("---\nversion: 1\n---\n{text}");
    let place = monthly(&[&with(FIRST), &with(SECOND), &with(THIRD)]);
    let site = place.build().site();
    let page = site.read("privacy/1/corrections/");
    assert_eq!(
        page.matches("<article class=\"redline\"").count(),
        2,
        "{page}"
    );
    let all = ids(&page);
    let distinct: BTreeSet<&String> = all.iter().collect();
    assert_eq!(distinct.len(), all.len(), "{all:?}");
    let (before, after) = page.split_at(page.rfind("<article class=\"redline\"").unwrap());
    for (half, old, new) in [
        (before, "privacy/1/original/", "privacy/1/correction-1/"),
        (after, "privacy/1/correction-1/", "privacy/1/"),
    ] {
        let of = |route: &str| words_without(article(&site.read(route)), "none");
        assert_eq!(words_without(redline(half).unwrap(), "del"), of(new));
        assert_eq!(words_without(redline(half).unwrap(), "ins"), of(old));
    }
}

#[test]
fn each_section_names_the_versions_that_changed_it() {
    let fourth = THIRD.replace("No machine", "No computer");
    let site = monthly(&[FIRST, SECOND, THIRD, &fourth]).build().site();
    let page = site.read("privacy/sections/");
    let links: Vec<String> = elements(&page)
        .iter()
        .filter_map(|e| e.get("href"))
        .filter(|href| href.contains("/changes/index.html#"))
        .map(str::to_string)
        .collect();
    assert_eq!(
        links,
        [
            // The last change of each, then all where there are more.
            "../2024-03-01/changes/index.html#our-cookies",
            "../2024-03-01/changes/index.html#our-cookies",
            "../2024-02-01/changes/index.html#cookies",
            "../2024-04-01/changes/index.html#machines",
            "../2024-03-01/changes/index.html#machines",
        ]
    );
    let told = words(&page);
    for expected in [
        "Changed 2 times, last on 1 March 2024 There since 1 January 2024 All changes of Our cookies",
        "Changed once, on 1 April 2024 Added 1 March 2024",
    ] {
        assert!(told.contains(expected), "{told}");
    }
    for link in links {
        let (route, id) = link[3..].split_once("index.html#").unwrap();
        assert!(
            ids(&site.read(&format!("privacy/{route}"))).contains(&id.to_string()),
            "{route} has no {id}"
        );
    }
}

#[test]
fn old_anchors_lead_to_the_section_of_today_and_lost_ones_are_told() {
    let site = monthly(&[FIRST, SECOND, THIRD]).build().site();
    let page = site.read("privacy/");
    let heading = &page[page.find("id=\"our-cookies\"").unwrap()..];
    let heading = &heading[..heading.find("</h2>").unwrap()];
    assert!(heading.contains("id=\"cookies\""), "{heading}");
    assert!(!ids(&page).contains(&"contact".to_string()));
    assert!(
        site.said.contains("`privacy.md`") && site.said.contains("`#contact`"),
        "{}",
        site.said
    );
    assert!(!site.said.contains("`#cookies`"), "{}", site.said);
    assert!(!ids(&site.read("privacy/2024-03-01/")).contains(&"cookies".to_string()));
}

#[test]
fn a_redline_keeps_its_address_after_a_move() {
    let place = monthly(&[FIRST, SECOND]);
    place
        .rename("privacy.md", "legal/data.md")
        .commit("2024-03-01");
    let site = place.build().site();
    for page in ["2024-02-01/changes/", "since/2024-01-01/", "sections/"] {
        let old = site.read(&format!("privacy/{page}"));
        assert!(old.contains(&format!("legal/data/{page}")), "{page}: {old}");
        assert!(site.has(&format!("legal/data/{page}")), "{page}");
    }
}

#[test]
fn links_of_both_texts_lead_where_they_lead_on_their_own_pages() {
    let site = monthly(&[
        "# Privacy\n\n## Cookies\n\nSee [above](#privacy) and [terms](terms.md).\n",
        "# Privacy\n\n## Cookies\n\nSee [above](#privacy) and our [terms](terms.md).\n",
    ])
    .write("terms.md", "# Terms\n\nText.\n")
    .commit("2024-03-01")
    .build()
    .site();
    let page = site.read("privacy/2024-02-01/changes/");
    let hrefs: Vec<String> = elements(redline(&page).unwrap())
        .iter()
        .filter(|e| e.name == "a" && e.get("class").is_none())
        .filter_map(|e| e.get("href").map(str::to_string))
        .collect();
    assert_eq!(
        hrefs,
        [
            "../../../privacy/2024-02-01/#privacy",
            "../../../terms/index.html"
        ]
    );
}

#[test]
fn hostile_texts_stay_text_in_redlines() {
    let site = monthly(&[
        "# A `<script>alert(1)</script>`\n\n<img src=x onerror=alert(1)> [x](javascript:alert(1)) one\n",
        "# B `</article><script>alert(2)</script>`\n\n<svg onload=alert(1)> [x](data:text/html,x) two &lt;script&gt;\n\n| a | b |\n| - | - |\n| <ins>x</ins> | <form action=x> |\n",
    ])
    .build()
    .site();
    for (route, page) in site.pages() {
        assert_eq!(executable(&page), Vec::<String>::new(), "{route}");
    }
    is_between(
        &site,
        "privacy/2024-02-01/changes/",
        "privacy/2024-01-01/",
        "privacy/2024-02-01/",
    );
}

#[test]
fn a_version_that_declares_itself_new_with_the_same_text_says_that_nothing_changed() {
    let with = |version: &str| format!("---\nversion: {version}\n---\n{FIRST}");
    let site = monthly(&[&with("1"), &with("2")]).build().site();
    let page = site.read("privacy/2/changes/");
    assert!(!page.contains("<ins") && !page.contains("<del"), "{page}");
    assert!(words(&page).contains("No word changed"), "{page}");
    is_between(&site, "privacy/2/changes/", "privacy/1/", "privacy/2/");
}

#[test]
fn redlines_since_older_versions_can_be_left_out() {
    let place = monthly(&[FIRST, SECOND]);
    place.write("policygen.toml", "[site]\nsince = false\n");
    let site = place.build().site();
    let page = site.read("privacy/since/2024-01-01/");
    assert!(page.contains("url=../../changes/index.html\""), "{page}");
    assert!(redline(&page).is_none());
    is_between(
        &site,
        "privacy/2024-02-01/changes/",
        "privacy/2024-01-01/",
        "privacy/2024-02-01/",
    );
}

#[test]
fn a_footnote_is_a_section_of_its_own() {
    let text = |time: &str| format!("# Privacy\n\nWe keep it[^1].\n\n[^1]: For {time}.\n");
    let site = monthly(&[&text("one year"), &text("two years")])
        .build()
        .site();
    let version = site.version("privacy", "2024-02-01");
    assert_eq!(version["description"], "Changed: Footnotes.");
    let page = site.read("privacy/2024-02-01/changes/");
    assert!(page.contains("href=\"#pg-footnotes\""), "{page}");
    assert!(ids(&page).contains(&"pg-footnotes".to_string()));
}

#[test]
fn texts_of_a_version_that_is_hidden_later_keep_their_addresses() {
    let with = |text: &str| format!("---\nversion: 1\n---\n{text}");
    let place = monthly(&[&with(FIRST), &with(SECOND), THIRD]);
    let before = place.build().site();
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"privacy\"\nlabel = \"1\"\nhidden = true\n",
    );
    let site = place.build().site();
    for (route, _) in before.pages() {
        assert!(site.has(&route), "{route}");
    }
    let page = site.read("privacy/1/original/");
    assert!(page.contains("href=\"../index.html\""), "{page}");
}
