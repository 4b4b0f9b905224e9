//! What a reader waits for, and how policies are found among many.

use crate::support::html::{elements, words};
use crate::support::{Place, Site};

/// So many bytes of a policy's page, its style sheet and its script are not its text.
const MOST: usize = 30_000;

/// A page without what grows with its text: the article, and the table of contents.
fn frame(page: &str) -> usize {
    let without = |page: String, opening: &str, closing: &str| match page.split_once(opening) {
        Some((before, rest)) => {
            let (_, after) = rest.split_once(closing).unwrap();
            before.to_string() + after
        }
        None => page,
    };
    let page = without(page.to_string(), "<article class=\"policy\"", "</article>");
    without(page, "<nav class=\"pg-toc\"", "</nav>").len()
}

/// The bytes of the files that a page loads.
fn loaded(site: &Site, page: &str) -> usize {
    let files = elements(page).into_iter().filter_map(|e| {
        let is_style = e.get("rel") == Some("stylesheet");
        let url = if is_style {
            e.get("href")
        } else {
            e.get("src")
        };
        url.map(|url| site.read(url.trim_start_matches("../")).len())
    });
    files.sum()
}

#[test]
fn a_policys_page_weighs_little_beyond_its_text() {
    let place = Place::new();
    place.write(
        "policygen.toml",
        "[site]\ntitle = \"The policies of a company with a long name\"\n",
    );
    for number in 0..62 {
        let words = "What we changed, told in a sentence that is neither short nor long.";
        let more = match number {
            60 => "effective: 2024-12-01\npostponed_to: 2024-12-24\n",
            61 => "effective: 2025-03-01\n",
            _ => "",
        };
        let text = format!(
            "---\nversion: \"2024.{number}\"\ndescription: {words}\nsummary: \"{number}: {words}\"\n{more}---\n# Privacy\n\n## One\n\nText {number}.\n\n## Two\n\n## Three\n"
        );
        let path = "policies/for-all-customers/privacy-policy.md";
        let day = format!("2024-{:02}-{:02}", 1 + number / 28, 1 + number % 28);
        place.write(path, text).commit(&day);
    }
    let base = "https://policies.company.example.com/";
    let site = place
        .build()
        .args(["--base-url", base])
        .on("2024-06-01")
        .site();
    let page = site.read("policies/for-all-customers/privacy-policy/");
    assert!(
        page.contains("pg-visits") && page.contains("will change on"),
        "{page}"
    );
    let weight = frame(&page) + loaded(&site, &page);
    assert!(
        weight < MOST,
        "{weight} = {} + {}",
        frame(&page),
        loaded(&site, &page)
    );
}

#[test]
fn a_publishers_own_style_sheet_stays_as_it_is() {
    let place = Place::with_one_policy();
    let own = "/* Ours */\np { margin: 0; }\n";
    place.write("themes/default/style.css", own);
    let site = place.build().site();
    let page = site.read("");
    let style = elements(&page)
        .into_iter()
        .find(|e| e.get("rel") == Some("stylesheet"));
    assert_eq!(site.read(style.unwrap().get("href").unwrap()), own);
}

#[test]
fn a_long_folder_is_entered_by_letters() {
    let place = Place::new();
    for number in 0..26 {
        let word = ["Access", "backups", "Öffnung", "2024"][number % 4];
        place.write(
            &format!("staff/{number}.md"),
            format!("# {word} {number}\n"),
        );
    }
    place.write("terms.md", "# Terms\n").commit("2024-01-01");
    let site = place.build().site();
    let page = site.read("");
    let all = elements(&page);
    let jumps = all
        .iter()
        .filter_map(|e| e.get("href"))
        .filter(|url| url.starts_with("#pg-") && *url != "#pg-main");
    assert_eq!(
        jumps.collect::<Vec<_>>(),
        [
            "#pg-in-",
            "#pg-in-staff",
            "#pg-at-staff-A",
            "#pg-at-staff-B",
            "#pg-at-staff-Ö"
        ]
    );
    for jump in [
        "pg-in-",
        "pg-in-staff",
        "pg-at-staff-A",
        "pg-at-staff-B",
        "pg-at-staff-Ö",
    ] {
        assert_eq!(
            all.iter().filter(|e| e.get("id") == Some(jump)).count(),
            1,
            "{jump}"
        );
    }
    // Back from a policy to those beside it.
    let crumbs = site.read("staff/0/");
    assert!(
        crumbs.contains("href=\"../../index.html#pg-in-staff\""),
        "{crumbs}"
    );
}

#[test]
fn the_page_for_no_address_stands_at_any_depth() {
    let place = Place::with_one_policy();
    let site = place
        .build()
        .args(["--base-url", "https://example.com/legal/"])
        .site();
    let page = site.read("404.html");
    for element in elements(&page) {
        let url = element.get("href").or(element.get("src")).unwrap_or("#");
        assert!(
            url.starts_with("https://example.com/legal/") || url.starts_with('#'),
            "{url}"
        );
    }
    assert!(words(&page).contains("no page at this address"));
}
