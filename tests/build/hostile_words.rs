//! One corpus of hostile and of huge words through every template, read back as browsers, feed readers and programs do.

use serde_json::Value;

use super::feeds::feed;
use crate::support::html::{elements, executable, words};
use crate::support::{Place, Site};

/// What ends a title, a script, a CDATA section or a comment; what turns text around, and what ends a line in scripts alone.
const HOSTILE: [&str; 5] = [
    "</title><script>alert(1)</script>&\"'",
    "]]>",
    "-->",
    "a \u{202e}b",
    "c \u{2028}d",
];

fn built(place: &Place) -> Site {
    let args = ["--base-url", "https://legal.example.com/"];
    place.build().args(args).on("2024-09-01").site()
}

/// YAML in double quotes.
fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\\\""))
}

/// A policy full of one word, in three versions, the first of them corrected and the last of them to come.
fn write(place: &Place, number: usize, version: usize, text: usize, more: &str) {
    let word = HOSTILE[number];
    let label = quoted(&format!("{version} {word}"));
    let word_quoted = quoted(word);
    let cased = word.replace('<', "\\<").replace('&', "\\&");
    place.write(
        &format!("folder {number}/policy.md"),
        format!(
            "---\ntitle: {word_quoted}\ndescription: {word_quoted}\nsummary: {label}\nversion: {label}\n{more}---\n## One {cased}\n\nText {text}. {cased}\n\n## Two {cased}\n\n[{cased}](#one)\n"
        ),
    );
}

fn hostile() -> Place {
    let place = Place::new();
    let each = |version: usize, text: usize, more: &str| {
        for number in 0..HOSTILE.len() {
            write(&place, number, version, text, more);
        }
    };
    place.write(
        "policygen.toml",
        format!(
            "[site]\ntitle = {:?}\n[content]\nbroken_links = \"warn\"\n",
            HOSTILE[0]
        ),
    );
    place.write(
        "gone.md",
        format!("---\ntitle: {}\n---\nGone.\n", quoted(HOSTILE[0])),
    );
    each(1, 1, "effective: 9999-12-31\n");
    place.commit("2024-01-01");
    place.remove("gone.md");
    each(1, 2, "");
    place.commit("2024-02-01");
    each(2, 3, "effective: 9999-12-31\n");
    place.commit("2024-03-01");
    each(3, 4, "effective: 2024-10-01\n");
    place.commit("2024-08-01");
    place
}

/// What stands in the data blocks of a page, parsed; a `<` in them would be one too many for some reader.
fn data(route: &str, page: &str) -> Vec<Value> {
    let blocks = page.split("<script type=\"application/").skip(1);
    blocks
        .map(|block| {
            let (_, rest) = block.split_once('>').unwrap();
            let (json, _) = rest.split_once("</script>").unwrap();
            assert!(!json.contains('<'), "{route}: {json}");
            serde_json::from_str(json).unwrap_or_else(|e| panic!("{route}: {e}: {json}"))
        })
        .collect()
}

#[test]
fn hostile_words_are_words_for_every_reader() {
    let site = built(&hostile());
    for (route, page) in site.pages() {
        assert_eq!(executable(&page), Vec::<String>::new(), "{route}");
        let titles = elements(&page).iter().filter(|e| e.name == "title").count();
        assert_eq!(titles, 1, "{route}");
        data(&route, &page);
    }
    for (number, word) in HOSTILE.iter().enumerate() {
        let id = format!("folder-{number}/policy");
        let shown: String = word.split_whitespace().collect::<Vec<_>>().join(" ");
        for page in ["", "changes/", "sections/", "2-*/changes/"] {
            let label = &site.labels(&id)[1];
            let route = format!("{id}/{}", page.replace("2-*", label));
            assert!(words(&site.read(&route)).contains(&shown), "{route}");
        }
        let linked = data(&id, &site.read(&format!("{id}/")));
        assert_eq!(linked[0]["name"], *word, "{id}");
        assert_eq!(site.record(&id)["title"], *word, "{id}");
        assert_eq!(
            site.version(&id, &site.labels(&id)[1])["effective"],
            "9999-12-31"
        );
        for kind in ["atom", "json"] {
            let read = feed(&site, &format!("{id}/feed.{kind}"));
            assert_eq!(read.entries.len(), 3, "{id}");
            for entry in &read.entries {
                let title = &entry.title.as_ref().unwrap().content;
                assert!(title.contains(word.trim()), "{id}: {title}");
                let html = entry.content.as_ref().unwrap().body.as_deref().unwrap();
                assert_eq!(executable(html), Vec::<String>::new(), "{id}: {html}");
            }
        }
    }
    for (path, bytes) in site.files() {
        if path.ends_with(".json") {
            let read = serde_json::from_slice::<Value>(&bytes);
            assert!(read.is_ok(), "{path}: {read:?}");
        }
    }
}

#[test]
fn a_policy_of_two_thousand_sections_has_them_all() {
    let place = Place::new();
    let text = |word: &str| {
        let sections = (0..2000).map(|n| format!("## Section {n}\n\nThe {word} {}.\n\n", n % 7));
        format!("# Long\n\n{}", sections.collect::<String>())
    };
    place.write("long.md", text("text")).commit("2024-01-01");
    place
        .write("long.md", text("text").replace("text 3.", "word 3."))
        .commit("2024-02-01");
    let site = built(&place);
    let count = |route: &str, name: &str| {
        let all = elements(&site.read(route));
        all.iter().filter(|e| e.name == name).count()
    };
    assert_eq!(count("long/", "h2"), 2000);
    assert_eq!(count("long/sections/", "h2"), 2001);
    assert!(
        words(&site.read("long/sections/")).contains("Section 1999 Unchanged since 1 January 2024")
    );
    assert!(site.read("long/").contains("href=\"#section-1999\""));
    assert!(
        words(&site.read("long/2024-02-01/changes/")).contains("All 286 sections that changed")
    );
}

#[test]
fn a_description_of_five_thousand_words_stays_out_of_the_head_and_whole_in_the_record() {
    let place = Place::new();
    let long = "word ".repeat(5000);
    let text = |n: usize| {
        format!("---\ndescription: {long}\nsummary: {n} {long}\n---\n# Long\n\nText {n}.\n")
    };
    place.write("long.md", text(1)).commit("2024-01-01");
    place.write("long.md", text(2)).commit("2024-02-01");
    let site = built(&place);
    let page = site.read("long/");
    let all = elements(&page);
    let told = all
        .iter()
        .find(|e| e.get("name") == Some("description"))
        .unwrap();
    assert!(told.get("content").unwrap().len() < 300);
    assert!(
        data("long/", &page)
            .iter()
            .all(|data| data.to_string().len() < 2000)
    );
    let summary = site.version("long", "2024-02-01")["summary"].to_string();
    assert_eq!(summary.matches("word").count(), 5000);
    assert_eq!(words(&site.read("")).matches("word").count() % 5000, 0);
    assert_eq!(feed(&site, "long/feed.atom").entries.len(), 2);
}

#[test]
fn five_hundred_policies_in_one_folder_are_all_found() {
    let place = Place::new();
    for number in 0..500 {
        let letter = char::from(b'A' + u8::try_from(number % 26).unwrap());
        place.write(
            &format!("all/{number}.md"),
            format!("# {letter} {number}\n"),
        );
    }
    let site = place.commit("2024-01-01").build().site();
    let page = site.read("");
    let all = elements(&page);
    let listed = |e: &&crate::support::html::Element| e.get("class") == Some("pg-policy");
    assert_eq!(all.iter().filter(listed).count(), 500);
    let letters = all
        .iter()
        .filter_map(|e| e.get("href"))
        .filter(|url| url.starts_with("#pg-at-all-"));
    assert_eq!(letters.count(), 26);
    assert_eq!(site.ids().len(), 500);
}
