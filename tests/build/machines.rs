//! What other machines read: records against their schemas, time maps, linked data, relations between versions.

use jsonschema::Validator;
use serde_json::Value;

use crate::support::html::{Element, elements, executable};
use crate::support::{Place, Site};

const BASE: &str = "https://legal.example.com/";

fn built(place: &Place) -> Site {
    place.build().args(["--base-url", BASE]).site()
}

/// A schema that takes no key which it does not name, so that none stays undescribed.
fn strict(text: &str) -> Validator {
    let mut schema: Value = serde_json::from_str(text).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    close(&mut schema);
    for definition in schema["$defs"].as_object_mut().unwrap().values_mut() {
        close(definition);
    }
    jsonschema::validator_for(&schema).unwrap()
}

fn close(schema: &mut Value) {
    if schema["properties"].is_object() {
        schema["additionalProperties"] = false.into();
    }
}

#[track_caller]
fn validate(validator: &Validator, site: &Site, route: &str) {
    let record: Value = serde_json::from_str(&site.read(route)).unwrap();
    let faults: Vec<String> = validator
        .iter_errors(&record)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{route}: {faults:#?}\n{record:#}");
}

/// Every record of a site is as its schema says; gives how many there are.
#[track_caller]
fn validate_all(site: &Site) -> usize {
    let versions = strict(include_str!("../../docs/schema/versions.schema.json"));
    let index = strict(include_str!("../../docs/schema/index.schema.json"));
    validate(&index, site, "index.json");
    let files = site.files();
    let records = files
        .keys()
        .filter(|route| route.ends_with("versions.json"));
    records
        .inspect(|route| validate(&versions, site, route))
        .count()
}

#[test]
fn records_are_as_their_schemas_say() {
    let place = crate::routes::everything();
    place
        .write("terms.md", "---\nversion: 1\neffective: 2025-05-01\nreviewed: 2024-12-01\n---\n# Terms\n\nLast updated: May 2024\n")
        .commit("2024-12-10");
    place
        .write("terms.md", "---\nversion: 2\neffective: 2025-06-01\nchange: minor\nsummary: Two.\n---\n# Terms\n\nEffective date: 08/12/2026\n")
        .commit("2024-12-11");
    place
        .write(
            "terms.md",
            "# Terms\n\nEffective date: 08/12/2026\n\nThree.\n",
        )
        .commit_saying("2024-12-12", "Three\n\nVersion-Change: editorial");
    place
        .rename("terms.md", "conditions.md")
        .commit("2024-12-13");
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"conditions\"\nlabel = \"2\"\ncalled_off = true\n\
         [[version]]\npolicy = \"conditions\"\nlabel = \"1\"\npostponed_to = 2025-07-01\n\
         [[version]]\npolicy = \"privacy\"\nlabel = \"1\"\nhidden = true\n",
    );
    assert_eq!(validate_all(&built(&place)), 8);
    assert_eq!(validate_all(&place.build().site()), 8);
}

#[test]
fn records_without_git_are_as_their_schemas_say() {
    let place = Place::without_git();
    place.write("privacy.md", "# Privacy\n");
    assert_eq!(validate_all(&place.build().site()), 1);
}

#[test]
fn a_schema_finds_what_is_missing_and_what_is_too_much() {
    let site = Place::with_one_policy().build().site();
    let versions = strict(include_str!("../../docs/schema/versions.schema.json"));
    let record = site.record("privacy");
    assert!(versions.is_valid(&record));
    let mut less = record.clone();
    less["versions"][0].as_object_mut().unwrap().remove("label");
    let mut more = record.clone();
    more["versions"][0]["colour"] = "red".into();
    assert!(!versions.is_valid(&less) && !versions.is_valid(&more));
}

#[test]
fn a_time_map_names_every_text_with_its_moment() {
    let place = Place::new();
    let text = |version: u8, word: &str| {
        format!("---\nversion: {version}\n---\n# Privacy\n\nWe store {word}.\n")
    };
    place
        .write("privacy.md", text(1, "nmaes"))
        .commit("2024-01-01");
    place
        .write("privacy.md", text(1, "names"))
        .commit("2024-02-01T01:00:00+02:00");
    place
        .write("privacy.md", text(2, "it all"))
        .commit("2024-03-01");
    assert_eq!(
        built(&place).read("privacy/timemap.link"),
        "<https://legal.example.com/privacy/>; rel=\"original\",\n\
         <https://legal.example.com/privacy/timemap.link>; rel=\"self\"; type=\"application/link-format\"; \
         from=\"Mon, 01 Jan 2024 12:00:00 GMT\"; until=\"Fri, 01 Mar 2024 12:00:00 GMT\",\n\
         <https://legal.example.com/privacy/1/original/>; rel=\"first memento\"; datetime=\"Mon, 01 Jan 2024 12:00:00 GMT\",\n\
         <https://legal.example.com/privacy/1/>; rel=\"memento\"; datetime=\"Wed, 31 Jan 2024 23:00:00 GMT\",\n\
         <https://legal.example.com/privacy/2/>; rel=\"last memento\"; datetime=\"Fri, 01 Mar 2024 12:00:00 GMT\"\n"
    );
}

#[test]
fn a_time_map_leaves_hidden_texts_out() {
    let place = Place::with_one_policy();
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"privacy\"\nlabel = \"2024-01-01\"\nhidden = true\n",
    );
    let map = built(&place).read("privacy/timemap.link");
    assert!(
        map.contains("original") && !map.contains("memento") && !map.contains("from="),
        "{map}"
    );
}

fn related(page: &str, relation: &str) -> Option<String> {
    let is_it = |e: &&Element| e.name == "link" && e.get("rel") == Some(relation);
    let all = elements(page);
    all.iter()
        .find(is_it)
        .and_then(|e| e.get("href"))
        .map(str::to_string)
}

#[test]
fn pages_name_the_versions_around_them() {
    let place = Place::with_one_policy();
    for month in [2, 3] {
        place
            .write(
                "privacy.md",
                format!("# Privacy\n\nWe store {month} names.\n"),
            )
            .commit(&format!("2024-0{month}-01"));
    }
    let site = place.build().site();
    let page = site.read("privacy/2024-02-01/");
    for (relation, expected) in [
        ("version-history", "../changes/index.html"),
        ("latest-version", "../index.html"),
        ("predecessor-version", "../2024-01-01/index.html"),
        ("successor-version", "../2024-03-01/index.html"),
    ] {
        assert_eq!(related(&page, relation).as_deref(), Some(expected));
    }
    let own = site.read("privacy/");
    assert_eq!(
        related(&own, "predecessor-version").as_deref(),
        Some("2024-02-01/index.html")
    );
    assert_eq!(related(&own, "successor-version"), None);
    assert_eq!(
        related(&site.read("privacy/2024-01-01/"), "predecessor-version"),
        None
    );
}

fn linked_data(page: &str) -> Value {
    let (_, rest) = page
        .split_once("<script type=\"application/ld+json\">")
        .unwrap();
    let (json, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(json).unwrap()
}

#[test]
fn a_page_says_in_linked_data_what_it_is() {
    let place = Place::new();
    place
        .write(
            "privacy.md",
            "---\nversion: 1\nlang: de\n---\n# Datenschutz\n",
        )
        .commit("2024-01-01");
    place
        .write(
            "privacy.md",
            "---\nversion: 1\nlang: de\n---\n# Datenschutz\n\nZwei.\n",
        )
        .commit("2024-02-01");
    let site = built(&place);
    for (route, url) in [
        ("privacy/", "https://legal.example.com/privacy/"),
        ("privacy/1/", "https://legal.example.com/privacy/1/"),
    ] {
        let expected = serde_json::json!({
            "@context": "https://schema.org",
            "@type": "WebPage",
            "name": "Datenschutz",
            "version": "1",
            "datePublished": "2024-01-01T12:00:00+00:00",
            "dateModified": "2024-02-01T12:00:00+00:00",
            "inLanguage": "de",
            "url": url,
        });
        assert_eq!(linked_data(&site.read(route)), expected, "{route}");
    }
    assert_eq!(
        linked_data(&place.build().site().read("privacy/")).get("url"),
        None
    );
}

#[test]
fn no_title_breaks_out_of_linked_data() {
    let place = Place::new();
    let hostile = "</script><script>alert(1)</script><!-- & ' \\\" ]]> \\u2028";
    place
        .write(
            "privacy.md",
            format!("---\ntitle: \"{hostile}\"\nversion: \"{hostile}\"\n---\nText.\n"),
        )
        .commit("2024-01-01");
    let page = built(&place).read("privacy/");
    assert_eq!(executable(&page), Vec::<String>::new());
    let name = linked_data(&page)["name"].as_str().unwrap().to_string();
    assert!(name.starts_with("</script><script>alert(1)"), "{name}");
}

#[test]
fn superseded_versions_tell_search_engines_what_is_configured() {
    let place = Place::with_one_policy();
    place
        .write("privacy.md", "# Privacy\n\nTwo.\n")
        .commit("2024-02-01");
    let robots = |site: &Site| {
        let all = elements(&site.read("privacy/2024-01-01/"));
        let found = all.iter().find(|e| e.get("name") == Some("robots"));
        found.and_then(|e| e.get("content")).map(str::to_string)
    };
    assert_eq!(
        robots(&place.build().site()).as_deref(),
        Some("noindex, follow")
    );
    place.write(
        "policygen.toml",
        "[site]\narchive_robots = \"index, noarchive\"\n",
    );
    assert_eq!(
        robots(&place.build().site()).as_deref(),
        Some("index, noarchive")
    );
    place.write("policygen.toml", "[site]\narchive_robots = \"noindx\"\n");
    let said = place.build().fails();
    assert!(
        said.contains("`noindx`") && said.contains("noindex"),
        "{said}"
    );
}

#[test]
fn hosts_are_told_the_types_of_files_that_few_know() {
    let headers = built(&Place::with_one_policy()).read("_headers");
    for kind in [
        "application/atom+xml",
        "application/feed+json",
        "application/link-format",
    ] {
        assert!(headers.contains(kind), "{headers}");
    }
}
