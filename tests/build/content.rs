//! Links, images and files of the content.

use crate::support::Place;
use crate::support::html::{article, elements};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nfirst";

fn assets(place: &Place) -> Vec<String> {
    let files = place.site().files().into_keys();
    files
        .filter(|path| path.starts_with("assets/content/"))
        .collect()
}

/// The links of a page's article.
fn hrefs(page: &str) -> Vec<String> {
    elements(article(page))
        .iter()
        .filter_map(|e| e.get("href").map(str::to_string))
        .collect()
}

#[test]
fn links_to_markdown_become_links_to_pages() {
    let place = Place::new();
    place
        .write("legal/terms.md", "# T\n\n[a](../privacy.md) [b](../privacy.md#data) [c](Other%20Terms.md) [d](sub/) [e](#part) [f](/privacy.md)\n\n## Part\n")
        .write("legal/Other Terms.md", "# O\n")
        .write("legal/sub/index.md", "# S\n")
        .write("privacy.md", "# P\n\n## Data\n")
        .commit("2024-01-01");
    let site = place.build().site();
    let links = hrefs(&site.read("legal/terms/2024-01-01/"));
    for link in [
        "../../../privacy/index.html",
        "../../../privacy/index.html#data",
        "../../../legal/other-terms/index.html",
        "../../../legal/sub/index.html",
        "#part",
    ] {
        let plain = link.replace("index.html", "");
        assert!(
            links.iter().any(|found| found == link || *found == plain),
            "{link}: {links:?}"
        );
    }
}

#[test]
fn an_old_version_links_to_the_policy_in_force_even_where_it_moved() {
    let place = Place::new();
    place
        .write("terms.md", "# T\n\nSee [privacy](privacy.md).\n")
        .write("privacy.md", "# P\n\nA long text that stays the same.\n")
        .commit("2024-01-01");
    place
        .write("terms.md", "# T\n\nNothing.\n")
        .rename("privacy.md", "data.md")
        .commit("2024-02-01");
    let site = place.build().site();
    let links = hrefs(&site.read("terms/2024-01-01/"));
    assert!(
        links.iter().any(|link| link.starts_with("../../data/")),
        "{links:?}"
    );
    assert!(!site.said.contains("leads"), "{}", site.said);
}

#[test]
fn root_relative_links_go_through_ids_and_aliases_and_the_link_base() {
    let place = Place::new();
    place
        .write("privacy.md", "---\naliases: /datenschutz\n---\n# P\n\n[a](/terms) [b](/terms/) [c](/datenschutz) [d](/docs/help) [e](/jobs)\n")
        .write("terms.md", "# T\n")
        .commit("2024-01-01");
    let site = place.build().site();
    let links = hrefs(&site.read("privacy/"));
    assert_eq!(
        links
            .iter()
            .filter(|link| link.starts_with("../terms/"))
            .count(),
        2,
        "{links:?}"
    );
    assert!(
        links.iter().any(|link| link.starts_with("../privacy/")),
        "{links:?}"
    );
    let told = site
        .said
        .lines()
        .filter(|line| line.contains("link_base"))
        .count();
    assert_eq!(told, 1, "one warning: {}", site.said);
    place.write(
        "policygen.toml",
        "[content]\nlink_base = \"https://example.com\"\n",
    );
    let site = place.build().site();
    let links = hrefs(&site.read("privacy/"));
    assert!(
        links.contains(&"https://example.com/docs/help".to_string()),
        "{links:?}"
    );
    assert!(!site.said.contains("link_base"), "{}", site.said);
}

#[test]
fn a_broken_link_in_the_newest_text_is_an_error_where_a_site_is_configured() {
    let place = Place::new();
    place
        .write("privacy.md", "# P\n\nText.\n\nSee [a](nowhere.md).\n")
        .commit("2024-01-01");
    let site = place.build().site();
    assert!(
        site.said.contains("warning: ") && site.said.contains("nowhere.md"),
        "{}",
        site.said
    );
    place.write("policygen.toml", "");
    let said = place.build().fails();
    assert!(
        said.contains("privacy.md:5") && said.contains("nowhere.md"),
        "{said}"
    );
    place.write("policygen.toml", "[content]\nbroken_links = \"warn\"\n");
    place.build().site();
    let said = place.build().args(["--strict"]).fails();
    assert!(said.contains("nowhere.md"), "{said}");
}

#[test]
fn a_broken_anchor_in_the_newest_text_is_an_error_where_a_site_is_configured() {
    let place = Place::new();
    place
        .write(
            "privacy.md",
            "# P\n\n[own](#gone) [other](terms.md#missing) [fine](terms.md#fees)\n",
        )
        .write("terms.md", "# T\n\n## Fees\n")
        .write("policygen.toml", "")
        .commit("2024-01-01");
    let said = place.build().fails();
    assert!(
        said.contains("#gone") && said.contains("#missing"),
        "{said}"
    );
    assert!(!said.contains("#fees"), "{said}");
    assert!(said.contains("privacy.md:3"), "{said}");
}

#[test]
fn a_broken_link_in_an_older_text_is_a_warning() {
    let place = Place::new();
    place
        .write("privacy.md", "# P\n\nSee [a](nowhere.md).\n")
        .write("policygen.toml", "")
        .commit("2024-01-01");
    place
        .write("privacy.md", "# P\n\nText.\n")
        .commit("2024-02-01");
    let site = place.build().site();
    assert!(
        site.said.contains("warning: ") && site.said.contains("nowhere.md"),
        "{}",
        site.said
    );
    let page = site.read("privacy/2024-01-01/");
    assert!(
        !hrefs(&page).iter().any(|link| link.contains("nowhere")),
        "no link to what is not there"
    );
}

#[test]
fn images_are_published_by_hash_also_those_that_are_gone() {
    let place = Place::new();
    place
        .write("legal/a.md", "# A\n\n![plan](img/plan.png)\n")
        .write("legal/img/plan.png", PNG)
        .commit("2024-01-01");
    place
        .write("legal/img/plan.png", b"\x89PNG\r\n\x1a\nsecond")
        .write("legal/a.md", "# A\n\nNew. ![plan](img/plan.png)\n")
        .commit("2024-02-01");
    place
        .remove("legal/img/plan.png")
        .write("legal/a.md", "# A\n\nNo image.\n")
        .commit("2024-03-01");
    let site = place.build().site();
    let images = assets(&place);
    assert_eq!(images.len(), 2, "{images:?}");
    let source = |route: &str| {
        let page = site.read(route);
        let image = elements(article(&page))
            .into_iter()
            .find(|e| e.name == "img")
            .unwrap();
        image
            .get("src")
            .unwrap()
            .trim_start_matches("../")
            .to_string()
    };
    assert_eq!(site.files()[&source("legal/a/2024-01-01/")], PNG);
    assert!(site.files()[&source("legal/a/2024-02-01/")].ends_with(b"second"));
}

#[test]
fn pdfs_are_published_and_svg_html_and_others_are_not() {
    let place = Place::new();
    let names = [
        "a.pdf",
        "b.png",
        "c.jpg",
        "d.gif",
        "e.webp",
        "f.avif",
        "g.svg",
        "h.html",
        "i.htm",
        "j.js",
        "k.exe",
        "l.xml",
        "m.SVG",
        "n.png.html",
    ];
    let mut text = String::from("# P\n\n");
    for name in names {
        place.write(name, format!("<script>alert('{name}')</script>"));
        text.push_str(&format!("[{name}]({name}) ![{name}]({name})\n\n"));
    }
    place
        .write("privacy.md", text)
        .write("unused.png", PNG)
        .commit("2024-01-01");
    let site = place.build().site();
    let mut endings: Vec<String> = assets(&place)
        .iter()
        .map(|path| path.rsplit('.').next().unwrap().to_string())
        .collect();
    endings.sort();
    assert_eq!(endings, ["avif", "gif", "jpg", "pdf", "png", "webp"]);
    let page = site.read("privacy/");
    for name in ["g.svg", "h.html", "j.js"] {
        let linked = elements(&page).iter().any(|e| {
            e.get("src")
                .or(e.get("href"))
                .is_some_and(|url| url.contains(name))
        });
        assert!(!linked, "{name}");
    }
}

#[test]
fn remote_images_become_links_unless_kept() {
    let place = Place::new();
    place.write("privacy.md", "# P\n\n![a seal](https://example.com/seal.png)\n\n<img src=\"https://example.com/raw.png\" alt=\"raw\">\n").commit("2024-01-01");
    let page = place.build().site().read("privacy/");
    assert!(
        !elements(&page).iter().any(|e| e.name == "img"),
        "{}",
        article(&page)
    );
    assert!(hrefs(&page).contains(&"https://example.com/seal.png".to_string()));
    assert!(article(&page).contains("a seal"));
    place.write("policygen.toml", "[content]\nremote_images = \"keep\"\n");
    let page = place.build().site().read("privacy/");
    assert!(
        elements(&page)
            .iter()
            .any(|e| e.name == "img" && e.get("src") == Some("https://example.com/seal.png"))
    );
}

#[test]
fn files_outside_of_the_repository_are_never_published() {
    let place = Place::new();
    std::fs::write(place.folder().join("secret.png"), "secret").unwrap();
    place.write("privacy.md", "# P\n\n![x](../secret.png) ![y](/etc/passwd.png) ![z](%2e%2e/secret.png) ![w](file:///etc/hostname)\n").commit("2024-01-01");
    place.build().site();
    assert!(assets(&place).is_empty());
}
