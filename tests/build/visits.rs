//! What a page says for readers who come back, and of versions that lie ahead. The script itself is tested in a browser.

use serde_json::Value;

use crate::support::{Place, Site};

/// The data for the script.
fn data(site: &Site, route: &str) -> Option<Value> {
    let page = site.read(route);
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"pg-visits\">")?;
    let (json, _) = rest.split_once("</script>").unwrap();
    Some(serde_json::from_str(json).unwrap())
}

/// The label of each text, and whether it is a change to be told of.
fn texts(site: &Site, route: &str) -> Vec<(String, u64)> {
    let data = data(site, route).unwrap();
    let texts = data["texts"].as_array().unwrap();
    let told = |text: &Value| {
        let label = text[0].as_str().unwrap().to_string();
        (label, text[1].as_u64().unwrap())
    };
    texts.iter().map(told).collect()
}

fn privacy(front: &str, text: &str) -> String {
    format!("---\n{front}\n---\n# Privacy\n\n{text}\n")
}

/// Versions 1 to 3, of which the second is editorial and the third was corrected, once in its words and once in a comma.
fn corrected() -> Place {
    let place = Place::new();
    let publish = |day: &str, front: &str, text: &str| {
        place.write("privacy.md", privacy(front, text)).commit(day);
    };
    publish("2024-01-01", "version: 1", "We store names.");
    publish(
        "2024-02-01",
        "version: 2\nchange: editorial",
        "We store names!",
    );
    publish(
        "2024-03-01",
        "version: 3\nsummary: Less.",
        "We store nothing!",
    );
    publish(
        "2024-04-01",
        "version: 3\nsummary: Less.",
        "We store hardly anything!",
    );
    publish(
        "2024-05-01",
        "version: 3\nsummary: Less.",
        "We store hardly anything.",
    );
    place
}

#[test]
fn the_page_of_a_policy_knows_its_texts_and_which_of_them_are_changes() {
    let site = corrected().build().site();
    let told = [("3", 0), ("3", 1), ("3", 1), ("2", 0), ("1", 1)];
    assert_eq!(
        texts(&site, "privacy/"),
        told.map(|(label, counts)| (label.to_string(), counts))
    );
    let data = data(&site, "privacy/").unwrap();
    let record = site.record("privacy");
    assert_eq!(
        data["key"],
        format!("policygen:{}", record["uid"].as_str().unwrap())
    );
    assert_eq!(data["mark"]["label"], "3");
    assert_eq!(
        data["mark"]["text_sha256"],
        record["versions"][0]["text_sha256"]
    );
    let told = data["told"].as_array().unwrap();
    let names: Vec<&str> = told.iter().map(|t| t["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Version 3, Correction 1", "Version 3"]);
    assert_eq!(told[1]["told"], ": Less.");
    assert_eq!(told[1]["url"], "3/changes/index.html");
}

#[test]
fn pages_that_show_what_changed_since_a_version_say_which() {
    let site = corrected().build().site();
    let from = |route: &str| data(&site, route).map(|data| data["from"].clone());
    assert_eq!(from("privacy/since/1/"), Some("1".into()));
    assert_eq!(from("privacy/3/corrections/"), Some("3".into()));
    // What changed in the version in force is what changed since the one before.
    assert_eq!(from("privacy/3/changes/"), Some("2".into()));
    for route in [
        "privacy/2/changes/",
        "privacy/3/",
        "privacy/changes/",
        "privacy/1/",
    ] {
        assert!(data(&site, route).is_none(), "{route}");
    }
}

#[test]
fn the_record_tells_what_a_correction_changed() {
    let version = corrected().build().site().version("privacy", "3");
    let corrections = version["corrections"].as_array().unwrap();
    let told = corrections.iter().map(|correction| {
        let keys = ["suggested_change", "description", "url", "changes_url"];
        keys.map(|key| correction[key].as_str().unwrap_or("-"))
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            [
                "-",
                "Changed: Privacy.",
                "/privacy/3/correction-1/",
                "/privacy/3/corrections/"
            ],
            [
                "editorial",
                "Changed: Privacy.",
                "/privacy/3/",
                "/privacy/3/corrections/"
            ],
        ]
    );
}

#[test]
fn the_front_page_knows_the_texts_that_need_no_telling() {
    let site = corrected().build().site();
    let page = site.read("");
    let (_, rest) = page.split_once("data-texts=\"").unwrap();
    let hashes: Vec<&str> = rest.split('"').next().unwrap().split(' ').collect();
    let corrections = site.record("privacy")["versions"][0]["corrections"].clone();
    let hash = |n: usize| corrections[n]["text_sha256"].as_str().unwrap()[..12].to_string();
    assert_eq!(hashes, [hash(1), hash(0)]);
}

#[test]
fn what_changes_is_told_from_the_text_that_readers_knew() {
    let place = Place::new();
    let write = |version: &str, more: &str, text: &str| {
        let front = format!("---\nversion: {version}\n{more}---\n");
        place.write("terms.md", format!("{front}# Terms\n\n{text}\n"));
    };
    write("1", "", "We keep what you tell us for one year.");
    place.commit("2024-01-01");
    write(
        "2",
        "called_off: true\neffective: 2024-09-01\n",
        "We keep what you tell us for two years.",
    );
    place.commit("2024-02-01");
    write(
        "3",
        "effective: 2024-10-01\n",
        "We keep what you tell us for three years.",
    );
    place.commit("2024-03-01");
    let site = place.build().on("2024-03-02").site();
    let page = site.read("terms/3/changes/");
    assert!(page.contains("data-from=\"1\" data-to=\"3\""), "{page}");
    assert!(page.contains("one") && page.contains("three"), "{page}");
    assert!(!page.contains("two"), "{page}");
}

#[test]
fn a_text_that_comes_back_or_was_called_off_is_no_change() {
    let place = Place::new();
    for (day, text) in [("01", "One."), ("02", "Two."), ("03", "One.")] {
        place.write("terms.md", format!("# Terms\n\n{text}\n"));
        place.commit(&format!("2024-{day}-01"));
    }
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"terms\"\nlabel = \"2024-02-01\"\ncalled_off = true\n",
    );
    let site = place.build().site();
    let told = [("2024-03-01", 0), ("2024-01-01", 1)];
    assert_eq!(
        texts(&site, "terms/"),
        told.map(|(label, counts)| (label.to_string(), counts))
    );
}

#[test]
fn a_hidden_text_is_told_of_without_a_word_of_it() {
    let place = Place::with_one_policy();
    place
        .write("privacy.md", "# Privacy\n\nWe store secrets.\n")
        .commit("2024-02-01");
    place
        .write("privacy.md", "# Privacy\n\nWe store nothing.\n")
        .commit("2024-03-01");
    let hide = |label: &str| {
        format!("[[version]]\npolicy = \"privacy\"\nlabel = \"{label}\"\nhidden = true\n")
    };
    place.write("versions.toml", hide("2024-02-01"));
    let site = place.build().site();
    let known = data(&site, "privacy/").unwrap();
    assert_eq!(known["texts"][1], serde_json::json!(["2024-02-01", 1, ""]));
    assert_eq!(known["told"][1]["url"], "2024-02-01/index.html");
    assert_eq!(known["told"][1]["told"], "");
    place.write("versions.toml", hide("2024-03-01"));
    let site = place.build().site();
    assert!(data(&site, "privacy/").is_none());
    assert!(!site.read("").contains("<pg-changed"));
}

#[test]
fn what_a_page_knows_stays_small() {
    let place = Place::new();
    for n in 1..=90 {
        let front = format!("version: {n}\nsummary: {}", "word ".repeat(1000));
        place.write("privacy.md", privacy(&front, &format!("Text {n}.")));
        place.commit("2024-01-01");
    }
    let known = data(&place.build().site(), "privacy/").unwrap();
    assert_eq!(known["texts"].as_array().unwrap().len(), 60);
    assert_eq!(known["told"].as_array().unwrap().len(), 5);
    assert!(
        known.to_string().len() < 3500,
        "{}",
        known.to_string().len()
    );
}

#[test]
fn nothing_is_remembered_where_the_configuration_says_so() {
    let place = corrected();
    place.write("policygen.toml", "[site]\nremember_visits = false\n");
    let site = place.build().site();
    for (route, page) in site.pages() {
        assert!(
            !page.contains("<script src")
                && !page.contains("pg-visits\"")
                && !page.contains("<pg-changed"),
            "{route}"
        );
    }
    assert!(
        !site
            .files()
            .keys()
            .any(|path| path.starts_with("assets/visits."))
    );
    assert!(site.has("assets/policy-notice.js"));
}

#[test]
fn a_policy_says_when_it_last_changed_and_leads_there() {
    let site = corrected().build().site();
    assert!(site.read("privacy/").contains(
        "Last changed <time datetime=\"2024-05-01\">1 May 2024</time> (<a href=\"3/corrections/index.html\">"
    ));
    let place = Place::with_one_policy();
    place
        .write("privacy.md", "# Privacy\n\nWe store nothing.\n")
        .commit("2024-02-01");
    assert!(place.build().site().read("privacy/").contains(
        "Last changed <time datetime=\"2024-02-01\">1 February 2024</time> (<a href=\"2024-02-01/changes/index.html\">"
    ));
}

#[test]
fn the_page_in_force_tells_what_is_coming_and_what_was_called_off() {
    let place = Place::with_one_policy();
    let text = privacy(
        "version: 2\neffective: 2025-03-01\nsummary: Less.",
        "We store nothing.",
    );
    place.write("privacy.md", text).commit("2024-12-01");
    let page = place.build().site().read("privacy/");
    assert!(page.contains("This policy will change on <time datetime=\"2025-03-01\">"));
    assert!(page.contains("</strong> Less.</p>"));
    assert!(page.contains("href=\"2/index.html\">Read"));
    assert!(page.contains("href=\"2/changes/index.html\">See what will change"));
    let annotate = |what: &str| {
        let annotation = format!("[[version]]\npolicy = \"privacy\"\nlabel = \"2\"\n{what}\n");
        place.write("versions.toml", annotation);
        place.build().site().read("privacy/")
    };
    let page = annotate("postponed_to = 2025-04-01");
    assert!(page.contains("will change on <time datetime=\"2025-04-01\">"));
    assert!(page.contains("postponed from <time datetime=\"2025-03-01\">"));
    let page = annotate("called_off = true");
    assert!(page.contains("<strong>A change was called off.</strong>"));
}

#[test]
fn hosts_let_other_origins_read_the_record_and_keep_named_files_alone_for_ever() {
    let headers = Place::with_one_policy().build().site().read("_headers");
    assert!(headers.contains("/*/versions.json\n  Access-Control-Allow-Origin: *\n"));
    assert!(headers.contains("/assets/policy-notice.js\n  Cache-Control: public, max-age=3600\n"));
    assert!(!headers.contains("/assets/*\n") && headers.contains("/assets/content/*\n"));
}

#[test]
fn a_version_with_the_words_of_the_one_before_did_not_change_the_policy() {
    let place = Place::new();
    for (day, version, text) in [
        ("01", "1", "One."),
        ("02", "2", "Two."),
        ("03", "3", "Two."),
    ] {
        let front = format!("---\nversion: {version}\n---\n");
        place.write("terms.md", format!("{front}# Terms\n\n{text}\n"));
        place.commit(&format!("2024-{day}-01"));
    }
    let page = place.build().site().read("terms/");
    let (_, changed) = page.split_once("<li>Last changed").unwrap();
    let line = changed.lines().next().unwrap();
    assert!(line.contains("1 February 2024"), "{line}");
    assert!(line.contains("2/changes/"), "{line}");
}
