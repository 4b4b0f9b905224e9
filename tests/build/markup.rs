//! What a version's text looks like to other tools, and that nothing in it can run.

use crate::support::html::{article, elements, executable, words};
use crate::support::{Place, Site};

fn site_of(text: &str) -> Site {
    let place = Place::new();
    place.write("privacy.md", text).commit("2024-01-01");
    place.build().site()
}

/// The article of a policy of this text.
fn shown(text: &str) -> String {
    article(&site_of(text).read("privacy/2024-01-01/")).to_string()
}

#[test]
fn a_versions_text_is_in_an_article_that_names_it() {
    let site = site_of("---\nversion: 2.0\n---\n# Privacy\n\nText.\n");
    let expected = "<article class=\"policy\" data-policy=\"privacy\" data-version=\"2.0\">";
    for route in ["privacy/", "privacy/2.0/"] {
        assert_eq!(site.read(route).matches(expected).count(), 1, "{route}");
    }
}

#[test]
fn content_can_carry_no_class_and_no_style() {
    let html = shown(
        "# T {.ui #top style=\"color:red\"}\n\n<p class=\"ui sr-only\" style=\"display:none\">Hidden words</p>\n\nA <span class=\"moved\" style=\"x\">b</span>.\n",
    );
    assert!(html.contains("Hidden words"));
    assert!(
        !html.contains("style=") && !html.contains("sr-only\">Hidden") && !html.contains("moved"),
        "{html}"
    );
    for element in elements(&html) {
        let class = element.get("class").unwrap_or_default();
        assert!(
            element.name != "p" && element.name != "h1" || class.is_empty(),
            "{element:?}"
        );
    }
}

#[test]
fn ins_and_del_in_content_become_other_elements() {
    let html = shown(
        "# T\n\nA ~~struck~~ word, <del>deleted</del> and <ins>inserted</ins>.\n\n<del>\n\nA block.\n\n</del>\n",
    );
    let names: Vec<String> = elements(&html).into_iter().map(|e| e.name).collect();
    assert!(
        !names.iter().any(|name| name == "ins" || name == "del"),
        "{html}"
    );
    assert!(
        html.contains("<s>struck</s>")
            && html.contains("<s>deleted</s>")
            && html.contains("<u>inserted</u>"),
        "{html}"
    );
}

#[test]
fn nothing_in_content_can_run() {
    let text = "# T\n\n<script>alert(1)</script>\n\n<p onclick=\"alert(1)\">A</p>\n\n<img src=x onerror=alert(1)>\n\n<a href=\"javascript:alert(1)\">b</a>\n\n\
        [c](javascript:alert(1)) [d](JaVaScRiPt&colon;alert(1)) [e](<java\tscript:alert(1)>) [f](vbscript:x) [g](data:text/html,<script>alert(1)</script>)\n\n\
        ![h](data:image/svg+xml;base64,AAAA)\n\n<iframe src=\"https://evil.example\"></iframe><object data=x></object><embed src=x><form action=x><input name=q></form>\n\n\
        <svg onload=alert(1)><a xlink:href=\"javascript:x\"><text>i</text></a></svg>\n\n<style>body{display:none}</style>\n\n<base href=\"https://evil.example/\">\n\n\
        <math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>\n\n<meta http-equiv=refresh content=\"0;url=https://evil.example\">\n\n<!--><img src=x onerror=alert(1)>-->\n";
    let site = site_of(text);
    for (route, page) in site.pages() {
        assert_eq!(executable(&page), Vec::<String>::new(), "{route}");
        assert!(!page.contains("display:none"), "{route}");
    }
    let page = site.read("privacy/2024-01-01/");
    let refreshes = elements(&page)
        .iter()
        .any(|e| e.get("http-equiv") == Some("refresh"));
    assert!(!refreshes && !page.contains("<base"));
}

#[test]
fn content_cannot_take_the_ids_of_the_page() {
    let site = site_of(
        "# pg-main\n\n<p id=\"pg-main\">A</p>\n\n## x {#pg-search}\n\n<a name=\"pg-toc\"></a><a id=\"kept\"></a>\n",
    );
    let page = site.read("privacy/2024-01-01/");
    assert_eq!(page.matches("id=\"pg-main\"").count(), 1);
    assert!(
        !article(&page).contains("id=\"pg-") && !article(&page).contains("name=\"pg-"),
        "{}",
        article(&page)
    );
    assert!(article(&page).contains("id=\"kept\""));
}

#[test]
fn the_markdown_that_policies_use_is_shown() {
    let html = shown(
        "# T\n\n| A | B |\n|---|--:|\n| 1 | 2 |\n\n- [x] done\n- [ ] open\n\nA note.[^1]\n\n[^1]: Below.\n\nTerm\n: Meaning\n\n## Part {#own}\n\n## Größe und 日本\n\n```\ncode\n```\n",
    );
    for part in [
        "<table",
        "<th",
        "class=\"pg-task\"",
        "Below.",
        "<dt>",
        "<dd>",
        "id=\"own\"",
        "id=\"größe-und-日本\"",
        "<pre",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("style="));
}

#[test]
fn heading_anchors_are_unique() {
    let html = shown("# T\n\n## Data\n\n## Data\n\n## Data-1\n\n## !!!\n\n## ???\n");
    let mut ids: Vec<String> = elements(&html)
        .iter()
        .filter_map(|e| e.get("id").map(str::to_string))
        .collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "{html}");
    assert!(
        html.contains("id=\"data\"") && html.contains("id=\"data-1\""),
        "{html}"
    );
}

#[test]
fn raw_html_can_be_shown_as_text() {
    let place = Place::new();
    place
        .write(
            "privacy.md",
            "# T\n\n<b>bold</b> and <br>\n\n<table><tr><td>cell</td></tr></table>\n",
        )
        .commit("2024-01-01");
    let usual = place.build().site().read("privacy/");
    assert!(
        article(&usual).contains("<strong>bold</strong>") && article(&usual).contains("<table")
    );
    place.write("policygen.toml", "[content]\nhtml = \"escape\"\n");
    let escaped = place.build().site().read("privacy/");
    assert!(
        words(article(&escaped)).contains("<b>bold</b>"),
        "{}",
        article(&escaped)
    );
    assert!(!article(&escaped).contains("<table"));
}

#[test]
fn words_that_are_there_for_the_page_alone_are_marked() {
    let html = shown("# Privacy\n\n## Data\n\nText.\n");
    let mut rest = html.as_str();
    while let Some(at) = rest.find(">#<") {
        let tag = &rest[..at][rest[..at].rfind('<').unwrap()..];
        assert!(tag.contains("class=\"ui"), "{tag}");
        rest = &rest[at + 1..];
    }
}

#[test]
fn templates_in_content_are_words() {
    let html = shown("# T\n\n{{ policy.title }} {% include \"x\" %} {# note #} {{ 7 * 7 }}\n");
    let words = words(&html);
    assert!(
        words.contains("{{ policy.title }} {% include \"x\" %} {# note #} {{ 7 * 7 }}"),
        "{words}"
    );
}

#[test]
fn pages_say_their_language_and_have_one_main_heading() {
    let place = Place::new();
    place
        .write(
            "privacy.md",
            "---\nlang: de\ntitle: Datenschutz\n---\n\nText.\n",
        )
        .write("terms.md", "# Terms\n\nText.\n")
        .commit("2024-01-01");
    let site = place.build().site();
    assert!(site.read("privacy/").contains("lang=\"de\""));
    for route in ["privacy/", "terms/", "", "changes/", "privacy/changes/"] {
        let page = site.read(route);
        assert!(
            page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"),
            "{route}"
        );
        let headings = elements(&page).iter().filter(|e| e.name == "h1").count();
        assert_eq!(headings, 1, "{route}");
        assert!(
            elements(&page)
                .iter()
                .any(|e| e.name == "html" && e.get("lang").is_some()),
            "{route}"
        );
    }
}
