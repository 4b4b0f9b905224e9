//! Old addresses go on answering.

use crate::support::{Place, Site};

/// A page at `from` leads to the page in the folder `to`, by itself and by a plain link.
fn leads(site: &Site, from: &str, to: &str) {
    let page = site.read(from).replace("index.html\"", "\"");
    assert!(page.contains("http-equiv=\"refresh\""), "{from}: {page}");
    assert!(page.contains(&format!("url={to}\"")), "{from}: {page}");
    assert!(
        page.contains(&format!("<a href=\"{to}\"")),
        "{from} has a plain link: {page}"
    );
}

fn renamed() -> Place {
    let place = Place::new();
    place
        .write(
            "legal/tos.md",
            "---\nversion: 1\n---\n# Terms\n\nOne.\n\nA long text.\n\nThat stays.\n",
        )
        .commit("2024-01-01");
    place
        .write(
            "legal/tos.md",
            "---\nversion: 1\n---\n# Terms\n\nTwo.\n\nA long text.\n\nThat stays.\n",
        )
        .commit("2024-02-01");
    place
        .rename("legal/tos.md", "terms.md")
        .commit("2024-03-01");
    place
        .write("terms.md", "---\nversion: 2\n---\n# Terms\n\nThree.\n")
        .commit("2024-04-01");
    place
}

#[test]
fn every_page_that_an_earlier_path_had_redirects() {
    let site = renamed().build().site();
    leads(&site, "legal/tos/", "../../terms/");
    leads(&site, "legal/tos/changes/", "../../../terms/changes/");
    leads(&site, "legal/tos/1/", "../../../terms/1/");
    leads(
        &site,
        "legal/tos/1/original/",
        "../../../../terms/1/original/",
    );
    leads(
        &site,
        "legal/tos/1/corrections/",
        "../../../../terms/1/corrections/",
    );
    assert!(
        !site.has("legal/tos/2/"),
        "a version that never stood there"
    );
    let record = site.record("legal/tos");
    assert_eq!(record["moved_to"], "/terms/versions.json");
    assert_eq!(record["uid"], site.record("terms")["uid"]);
    assert_eq!(record["versions"], serde_json::json!([]));
    assert!(
        site.read("_redirects")
            .contains("/legal/tos/* /terms/:splat 301")
    );
}

#[test]
fn a_rename_loses_no_address_of_the_last_build() {
    let place = Place::new();
    place
        .write("tos.md", "# Terms\n\nOne long text that stays.\n")
        .commit("2024-01-01");
    let before = place.build().site();
    place.rename("tos.md", "terms.md").commit("2024-02-01");
    let after = place.build().args(["--strict"]).site();
    assert!(!after.said.contains("is gone"), "{}", after.said);
    for route in before.pages().keys() {
        assert!(after.has(route), "{route}");
    }
}

#[test]
fn redirects_name_the_canonical_address_where_there_is_a_base_url() {
    let site = renamed()
        .build()
        .args(["--base-url", "https://example.com/l/"])
        .site();
    assert!(
        site.read("legal/tos/1/")
            .contains("<link rel=\"canonical\" href=\"https://example.com/l/terms/1/\">")
    );
    assert!(
        site.read("_redirects")
            .contains("/l/legal/tos/* /l/terms/:splat 301")
    );
}

#[test]
fn a_live_policy_beats_a_redirect() {
    let place = Place::new();
    place
        .write("tos.md", "# Terms\n\nA long text.\n\nThat stays.\n")
        .commit("2024-01-01");
    place.rename("tos.md", "terms.md").commit("2024-02-01");
    place
        .write("tos.md", "# Terms of the shop\n\nAnother document.\n")
        .commit("2024-03-01");
    let site = place.build().site();
    assert!(site.read("tos/").contains("Another document."));
    assert_eq!(site.record("tos")["path"], "tos.md");
    assert!(site.read("tos/2024-03-01/").contains("data-policy=\"tos\""));
    leads(&site, "tos/2024-01-01/", "../../terms/2024-01-01/");
    assert_eq!(site.labels("tos"), ["2024-03-01"]);
}

fn with_aliases(aliases: &str) -> Place {
    let place = Place::new();
    place
        .write("terms.md", format!("---\n{aliases}\n---\n# Terms\n"))
        .commit("2024-01-01");
    place
}

#[test]
fn aliases_lead_to_the_policy() {
    let place = with_aliases(
        "aliases:\n  - /tos\n  - /old/agb/\n  - /page.html\n  - /caf%C3%A9\nredirect_from: /jekyll/",
    );
    let site = place.build().site();
    leads(&site, "tos/", "../terms/");
    leads(&site, "old/agb/", "../../terms/");
    leads(&site, "page.html", "terms/");
    leads(&site, "café/", "../terms/");
    leads(&site, "jekyll/", "../terms/");
    assert!(site.read("_redirects").contains("/tos /terms/ 301"));
}

#[test]
fn hostile_aliases_are_refused_with_a_warning_and_write_nothing() {
    let hostile = [
        "/../../escaped",
        "/a/%2e%2e/%2e%2e/%2e%2e/escaped",
        "//evil.example/x",
        "https://evil.example/",
        "/*",
        "/a:b",
        "/x#part",
        "/x?q=1",
        "/a%00b",
        "/a%0d%0aX-Evil:%201",
        "/back\\\\slash",
        "/%2F%2Fevil.example",
        "relative",
        "/",
    ];
    let list: String = hostile
        .iter()
        .map(|alias| format!("\n  - \"{alias}\""))
        .collect();
    let plain = with_aliases("title: Terms").build().site();
    let place = with_aliases(&format!("title: Terms\naliases:{list}"));
    let site = place.build().args(["-v"]).site();
    let known: Vec<_> = plain.files().into_keys().collect();
    let found: Vec<_> = site.files().into_keys().collect();
    assert_eq!(found, known);
    assert_eq!(
        site.said.matches("it is left out").count(),
        hostile.len(),
        "{}",
        site.said
    );
    let mut beside: Vec<_> = std::fs::read_dir(place.folder())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    beside.sort();
    assert!(
        !beside
            .iter()
            .any(|name| name.to_string_lossy().contains("escaped")),
        "{beside:?}"
    );
    let hosts = site.read("_redirects");
    assert!(
        !hosts.contains("evil") && !hosts.contains("X-Evil"),
        "{hosts}"
    );
}

#[test]
fn live_routes_and_redirects_beat_aliases() {
    let place = Place::new();
    place
        .write("tos.md", "# Terms\n\nA long text.\n\nThat stays.\n")
        .write("privacy.md", "# Privacy\n")
        .commit("2024-01-01");
    place.rename("tos.md", "terms.md").commit("2024-02-01");
    place
        .write("other.md", "---\naliases: [/privacy, /tos, /changes, /privacy/changes/, /versions.json, /assets/x, /index.html, /_headers]\n---\n# Other\n")
        .commit("2024-03-01");
    let site = place.build().args(["-v"]).site();
    assert!(site.read("privacy/").contains("data-policy=\"privacy\""));
    leads(&site, "tos/", "../terms/");
    assert!(
        !site.read("changes/").contains("refresh")
            && !site.read("privacy/changes/").contains("refresh")
    );
    assert!(!site.read("").contains("refresh"));
    assert!(site.read("_headers").contains("Content-Security-Policy"));
    for alias in ["/privacy", "/tos", "/changes", "/privacy/changes"] {
        assert!(
            site.said.contains(&format!("`{alias}`")),
            "{alias}: {}",
            site.said
        );
    }
}

#[test]
fn the_first_of_several_claims_of_an_alias_wins_with_a_warning() {
    let place = Place::new();
    for name in ["a", "b", "c"] {
        place.write(
            &format!("{name}.md"),
            format!("---\naliases: /shared\n---\n# {name}\n"),
        );
    }
    place.commit("2024-01-01");
    let site = place.build().site();
    leads(&site, "shared/", "../a/");
    assert!(
        site.said.contains("b.md") && site.said.contains("c.md"),
        "{}",
        site.said
    );
}

#[test]
fn an_alias_of_an_older_text_is_forgotten() {
    let place = with_aliases("aliases: /tos");
    place
        .write("terms.md", "---\ntitle: Terms\n---\n# Terms\n")
        .commit("2024-02-01");
    assert!(!place.build().site().has("tos/"));
}
