//! Which files a site has, and that its links lead to them.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use percent_encoding::percent_decode_str;

use crate::support::html::elements;
use crate::support::{Place, Site};

/// A small site with one of everything: three policies in two folders, a correction, an upcoming version, a move, an alias,
/// a withdrawn policy, an image.
pub fn everything() -> Place {
    let place = Place::new();
    place
        .write("index.md", "# Our policies\n\nWelcome. Read [the terms](legal/terms.md).\n")
        .write("privacy.md", "---\nversion: 1\n---\n# Privacy\n\nWe store names. See [terms](legal/terms.md#fees).\n")
        .write("legal/terms.md", "# Terms\n\n## Fees\n\nNone. See [privacy](../privacy.md), [nothing](https://example.com/).\n\n![plan](plan.png)\n")
        .write("legal/plan.png", b"\x89PNG\r\n\x1a\n")
        .write("old.md", "# Old\n\nGone soon.\n")
        .commit("2024-01-01");
    place
        .write("privacy.md", "---\nversion: 1\n---\n# Privacy\n\nWe store your name. See [terms](legal/terms.md#fees).\n")
        .remove("old.md")
        .commit("2024-02-01");
    place
        .write("privacy.md", "---\nversion: 2\neffective: 2025-03-01\naliases: [/datenschutz, /old/privacy.html]\n---\n# Privacy\n\nWe store it all.\n\n[^1]\n\n[^1]: A note.\n")
        .rename("legal/terms.md", "legal/conditions.md")
        .write("index.md", "# Our policies\n\nWelcome. Read [the terms](legal/conditions.md).\n")
        .commit("2024-12-01");
    place
        .write(
            "legal/Datenschutz & Größe.md",
            "# Größe\n\n[Privacy](../privacy.md)\n",
        )
        .commit("2024-12-02");
    place
}

/// That site, built once without a base URL.
fn plain() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| everything().build().site())
}

/// That site, built once with the base URL `https://example.com/legal`.
fn based() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| {
        everything()
            .build()
            .args(["--base-url", "https://example.com/legal"])
            .site()
    })
}

#[test]
fn a_site_has_the_routes_of_the_contract() {
    let site = based();
    for route in [
        "",
        "changes/",
        "index/",
        "index/2024-01-01/",
        "index/changes/",
        "privacy/",
        "privacy/changes/",
        "privacy/versions.json",
        "privacy/feed.atom",
        "privacy/feed.json",
        "privacy/timemap.link",
        "feed.atom",
        "feed.json",
        "privacy/1/",
        "privacy/1/source.md",
        "privacy/1/original/",
        "privacy/1/corrections/",
        "privacy/2/",
        "privacy/2/source.md",
        "legal/conditions/",
        "legal/conditions/2024-01-01/",
        "legal/datenschutz-größe/2024-12-02/",
        "old/",
        "old/2024-01-01/",
        "index.json",
        "sitemap.xml",
        "robots.txt",
        "404.html",
        "_headers",
        "_redirects",
        ".nojekyll",
        "assets/policy-notice.js",
    ] {
        assert!(site.has(route), "{route}");
    }
    assert!(!site.has("privacy/2/corrections/") && !site.has("privacy/2/original/"));
}

#[test]
fn every_link_inside_a_site_leads_to_a_file_of_it() {
    let site = plain();
    let mut count = 0;
    for (route, page) in site.pages() {
        // The page of an unknown address cannot know its own depth.
        if route == "404.html" {
            continue;
        }
        for link in links(&page) {
            assert_leads(site, &route, &link);
            count += 1;
        }
    }
    assert!(count > 200, "{count} links");
}

#[test]
fn anchors_that_links_name_are_there() {
    let site = plain();
    for (route, page) in site.pages() {
        let known: BTreeSet<String> = elements(&page)
            .iter()
            .filter_map(|e| e.get("id").map(str::to_string))
            .collect();
        for link in links(&page) {
            if let Some(anchor) = link.strip_prefix('#') {
                let anchor = percent_decode_str(anchor).decode_utf8().unwrap();
                assert!(known.contains(&*anchor), "{route}: `#{anchor}`");
            }
        }
    }
}

#[test]
fn ids_in_a_page_are_unique() {
    for (route, page) in plain().pages() {
        let mut seen = BTreeSet::new();
        for id in elements(&page)
            .iter()
            .filter_map(|e| e.get("id").map(str::to_string))
        {
            assert!(seen.insert(id.clone()), "{route}: `{id}` twice");
        }
    }
}

#[test]
fn pages_are_linked_from_the_front_page() {
    let site = plain();
    let mut found = BTreeSet::new();
    let mut open = vec!["index.html".to_string()];
    while let Some(route) = open.pop() {
        if !found.insert(route.clone()) {
            continue;
        }
        for link in links(&site.read(&route)) {
            open.extend(target(site, &route, &link).filter(|next| next.ends_with(".html")));
        }
    }
    // Addresses of old, and the page for what is not there, are linked from nowhere.
    let unlinked = |page: &str| page.contains("http-equiv=\"refresh\"") || page.contains("404");
    for (route, page) in site.pages() {
        assert!(
            found.contains(&route) || unlinked(&page) || route == "404.html",
            "{route} is not linked"
        );
    }
}

#[test]
fn without_a_base_url_what_needs_one_is_left_out_with_one_warning() {
    let site = plain();
    assert!(!site.has("sitemap.xml"));
    assert!(!site.read("privacy/").contains("canonical"));
    assert_eq!(site.said.matches("--base-url").count(), 1, "{}", site.said);
    assert!(!site.read("robots.txt").contains("Sitemap"));
    let with = based();
    assert!(!with.said.contains("--base-url"), "{}", with.said);
    assert!(
        with.read("privacy/1/")
            .contains("<link rel=\"canonical\" href=\"https://example.com/legal/privacy/")
    );
    assert!(
        with.read("robots.txt")
            .contains("Sitemap: https://example.com/legal/sitemap.xml")
    );
    let sitemap = with.read("sitemap.xml");
    assert!(
        sitemap.contains("<loc>https://example.com/legal/privacy/</loc>"),
        "{sitemap}"
    );
    assert!(sitemap.contains("gr%C3%B6%C3%9Fe"), "{sitemap}");
}

#[test]
fn links_do_not_depend_on_the_base_url() {
    // Feeds and time maps need absolute URLs.
    let is_on_any_site = |url: &String| {
        !url.contains("/feed.") && !url.starts_with("feed.") && !url.ends_with(".link")
    };
    let told = |site: &Site| -> Vec<Vec<String>> {
        // The page for an address that is none leads on from any depth, with a base URL.
        let pages = site.pages().into_iter();
        pages
            .filter(|(route, _)| route != "404.html")
            .map(|(_, page)| {
                inner_links(&page)
                    .into_iter()
                    .filter(is_on_any_site)
                    .collect()
            })
            .collect()
    };
    let (without, with) = (told(plain()), told(based()));
    assert_eq!(without, with);
}

#[test]
fn host_files_say_what_hosts_must_do() {
    let site = plain();
    let headers = site.read("_headers");
    for part in [
        "Content-Security-Policy:",
        "X-Content-Type-Options: nosniff",
        "source.md",
        "text/plain",
    ] {
        assert!(headers.contains(part), "{part}: {headers}");
    }
    assert!(!headers.contains("unsafe-inline") && !headers.contains("unsafe-eval"));
    assert_eq!(site.read(".nojekyll"), "");
}

#[test]
fn the_source_is_published_as_it_is() {
    let place = Place::new();
    let text = "---\r\ntitle: X\r\n---\r\n# Privacy\r\n\r\nCaf\u{e9} \u{200b}\r\n";
    place.write("privacy.md", text).commit("2024-01-01");
    let site = place.build().site();
    assert_eq!(
        site.files()["privacy/2024-01-01/source.md"],
        text.as_bytes()
    );
}

#[test]
fn the_source_hash_is_that_of_the_published_source() {
    use sha2::Digest as _;
    let site = plain();
    for label in ["1", "2"] {
        let hash = sha2::Sha256::digest(site.read(&format!("privacy/{label}/source.md")));
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(site.version("privacy", label)["source_sha256"], hex);
    }
}

#[test]
fn the_record_has_the_fields_of_the_contract() {
    let site = plain();
    let record = site.record("privacy");
    for field in [
        "uid",
        "policy",
        "title",
        "path",
        "status",
        "in_force",
        "upcoming",
        "withdrawals",
        "versions",
        "unchanged_revisions",
    ] {
        assert!(record.get(field).is_some(), "{field}");
    }
    for version in record["versions"].as_array().unwrap() {
        for field in [
            "label",
            "status",
            "published",
            "effective",
            "effective_from",
            "carried_over",
            "stated",
            "change",
            "suggested_change",
            "summary",
            "description",
            "url",
            "changes_url",
            "source_sha256",
            "text_sha256",
            "path",
            "corrections",
            "revisions",
        ] {
            assert!(version.get(field).is_some(), "{field}");
        }
    }
    assert_eq!(record["policy"], "privacy");
    assert_eq!(record["versions"][0]["label"], "2", "newest first");
}

#[test]
fn urls_in_the_record_lead_to_pages() {
    let site = plain();
    for id in site.ids() {
        for version in site.record(&id)["versions"].as_array().unwrap() {
            let corrections = version["corrections"].as_array().unwrap();
            for url in [version]
                .into_iter()
                .chain(corrections)
                .map(|v| v["url"].as_str().unwrap())
            {
                let from_the_root = url.strip_prefix('/').unwrap();
                assert!(
                    target(site, "index.html", from_the_root).is_some(),
                    "{id}: {url}"
                );
            }
        }
    }
}

#[test]
fn the_front_page_and_the_changes_name_every_policy() {
    let site = plain();
    for page in [site.read(""), site.read("changes/")] {
        for id in [
            "privacy",
            "legal/conditions",
            "legal/datenschutz-gr%C3%B6%C3%9Fe",
        ] {
            assert!(page.contains(&format!("{id}/")), "{id}");
        }
    }
    assert!(
        site.read("").contains("Welcome."),
        "the root's index introduces the front page"
    );
}

/// Every `href` and `src` of a page, and the target of a refresh.
fn links(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for element in elements(page) {
        found.extend(
            ["href", "src"]
                .iter()
                .filter_map(|name| element.get(name))
                .map(str::to_string),
        );
        if let (Some("refresh"), Some(content)) =
            (element.get("http-equiv"), element.get("content"))
        {
            let (_, url) = content
                .split_once("url=")
                .or_else(|| content.split_once("URL="))
                .unwrap();
            found.push(url.to_string());
        }
    }
    found
}

fn inner_links(page: &str) -> Vec<String> {
    links(page)
        .into_iter()
        .filter(|link| !link.starts_with("http"))
        .collect()
}

fn assert_leads(site: &Site, route: &str, link: &str) {
    assert!(!link.starts_with("file:"), "{route}: `{link}`");
    if link.starts_with("https://example.com/") || link.starts_with('#') {
        return;
    }
    assert!(
        !link.starts_with('/') && !link.contains("://"),
        "{route}: `{link}` is not relative"
    );
    assert!(
        target(site, route, link).is_some(),
        "{route}: `{link}` leads nowhere"
    );
}

/// The file to which a relative link leads from a route; `None` where there is none inside the site.
fn target(site: &Site, route: &str, link: &str) -> Option<String> {
    let path = link.split(['#', '?']).next().unwrap();
    if path.is_empty() {
        return Some(route.to_string());
    }
    if path.contains(':') || path.starts_with('/') {
        return None;
    }
    let decoded = percent_decode_str(path).decode_utf8().unwrap();
    let mut plain = PathBuf::new();
    for part in Path::new(route)
        .parent()
        .unwrap()
        .join(&*decoded)
        .components()
    {
        match part {
            Component::ParentDir => assert!(plain.pop(), "{route}: `{link}` leaves the site"),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    let mut found = plain.to_str().unwrap().to_string();
    if decoded.ends_with('/') || found.is_empty() || decoded.ends_with("..") || &*decoded == "." {
        found = format!("{found}/index.html")
            .trim_start_matches('/')
            .to_string();
    }
    site.has(&found).then_some(found)
}
