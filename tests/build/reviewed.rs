//! Faults that a review found, each with the case that shows it mended.

use serde_json::Value;

use crate::support::html::{article, elements, words};
use crate::support::{Place, Site};

/// A text long enough for git to see that a changed copy is alike.
const LONG: &str = "# Refunds\n\nYou can send anything back.\n\nWe pay within ten days.\n\nWe pay the way you paid.\n\nGifts count too.\n";

/// The files of a site that hold this word.
fn holding(site: &Site, word: &str) -> Vec<String> {
    let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(word);
    let files = site.files().into_iter();
    files
        .filter(|(path, bytes)| path.contains(word) || holds(bytes))
        .map(|(path, _)| path)
        .collect()
}

/// The links of the text that a page shows.
fn hrefs(page: &str) -> Vec<String> {
    let all = elements(article(page));
    all.iter()
        .filter_map(|e| e.get("href").map(str::to_string))
        .collect()
}

/// Whether a URL from the root of the site is that of a file or of the page of a folder.
fn answers(site: &Site, url: &str) -> bool {
    let path = percent_encoding::percent_decode_str(url).decode_utf8();
    path.unwrap()
        .strip_prefix('/')
        .is_some_and(|route| site.has(route))
}

/// Every `url` (and `…_url`) that a record names.
fn urls(record: &Value) -> Vec<String> {
    match record {
        Value::Array(all) => all.iter().flat_map(urls).collect(),
        Value::Object(all) => all
            .iter()
            .flat_map(|(key, value)| match value.as_str() {
                Some(url) if key.ends_with("url") => vec![url.to_string()],
                _ => urls(value),
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn commits<'a>(place: &Place, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut all: Vec<String> = names.into_iter().map(|name| place.id(name)).collect();
    all.sort();
    all
}

/// A policy of three versions: the second has words and dates that no other place has.
fn with_secrets(versions: usize) -> Place {
    let place = Place::new();
    let texts = [
        "---\ntitle: Plainly titled\naliases: /plainalias\nversion: 1\n---\nOne.\n",
        "---\ntitle: Zebratitle\ndescription: Zebradescribed\nsummary: Zebrasummary\naliases: /zebraalias\nversion: 2\n---\n\
         *Last updated: April 20, 1979*\n\n## Zebraheading\n\nZebrafirst, see ![Zebraalt](zebraimage.png).\n",
        "---\ntitle: Plainly titled again\naliases: /plainalias\nversion: 3\n---\nThree.\n",
    ];
    place.write("zebraimage.png", b"\x89PNG\r\n\x1a\nx");
    for (number, text) in texts.iter().take(versions).enumerate() {
        place
            .write("privacy.md", text)
            .commit(&format!("2024-0{}-01", number + 1));
        if number == 1 {
            // Its correction is hidden with it, and so is what the commit says of it.
            let corrected = text.replace("Zebrafirst", "Zebrasecond");
            place.write("privacy.md", corrected).commit_saying(
                "2024-02-02",
                "Change\n\nVersion-Summary: Zebratrailer\nEffective: soon, says Zebraunclear",
            );
        }
    }
    place
}

const HIDE: &str = "[[version]]\npolicy = \"privacy.md\"\nlabel = \"2\"\nhidden = true\n";

/// No file of a site has a word of the hidden version, nor its date, in whatever form.
fn says_nothing_hidden(site: &Site) {
    for word in ["ebra", "1979-04", "April"] {
        assert_eq!(holding(site, word), Vec::<String>::new(), "{word}");
    }
}

#[test]
fn nothing_that_a_hidden_version_said_stands_anywhere() {
    let place = with_secrets(3);
    let shown = place.build().site();
    for word in ["Zebratitle", "Zebrasecond", "zebraimage", "April"] {
        assert!(!holding(&shown, word).is_empty(), "{word} would be seen");
    }
    place.write("versions.toml", HIDE);
    let site = place.build().site();
    says_nothing_hidden(&site);
    assert!(words(&site.read("privacy/2/")).contains("hidden"));
    assert!(!site.has("privacy/2/source.md"));
    for route in ["2/original/", "2/correction-1/", "2/corrections/"] {
        if shown.has(&format!("privacy/{route}")) {
            let page = site.read(&format!("privacy/{route}"));
            assert!(page.contains("http-equiv=\"refresh\""), "{route}: {page}");
        }
    }
    assert_eq!(site.labels("privacy"), ["1", "2", "3"]);
}

#[test]
fn a_hidden_newest_version_is_in_force_and_gives_the_policy_nothing() {
    let place = with_secrets(2);
    place.write("versions.toml", HIDE);
    let site = place.build().site();
    says_nothing_hidden(&site);
    assert_eq!(site.record("privacy")["title"], "Plainly titled");
    assert_eq!(site.record("privacy")["in_force"], "2");
    assert_eq!(
        site.statuses("privacy"),
        ["1 superseded", "2 in-force"],
        "history's order decides"
    );
    assert!(words(&site.read("privacy/2/")).contains("hidden"));
    assert!(site.has("plainalias/") && !site.has("zebraalias/"));
    assert!(words(&site.read("")).contains("Plainly titled"));
}

#[test]
fn a_hidden_version_shows_the_summary_that_its_publisher_gave_it() {
    let place = with_secrets(3);
    place.write(
        "versions.toml",
        format!("{HIDE}summary = \"Taken down by a court.\"\n"),
    );
    let site = place.build().site();
    says_nothing_hidden(&site);
    assert_eq!(
        site.version("privacy", "2")["summary"],
        "Taken down by a court."
    );
    for route in ["privacy/2/", "privacy/changes/", "changes/"] {
        assert!(
            words(&site.read(route)).contains("Taken down by a court."),
            "{route}"
        );
    }
}

#[test]
fn a_commit_that_changed_both_paths_of_a_joined_policy_stands_once() {
    let place = Place::new();
    place.write("a.md", LONG).commit("2024-01-01");
    place
        .write("a.md", LONG.replace("ten", "nine"))
        .write("b.md", "# B\n\nOne.\n")
        .commit("2024-02-01");
    place
        .write("a.md", LONG.replace("ten", "eight"))
        .write("b.md", "# B\n\nTwo.\n")
        .commit("2024-03-01");
    place
        .remove("a.md")
        .write("b.md", "# B\n\nThree.\n")
        .commit("2024-04-01");
    place.write(
        "versions.toml",
        "[[moved]]\npolicy = \"b.md\"\nfollows = \"a.md\"\n",
    );
    let site = place.build().site();
    assert_eq!(site.ids(), ["b"]);
    assert_eq!(
        site.revisions("b"),
        commits(&place, ["HEAD", "HEAD~1", "HEAD~2", "HEAD~3"])
    );
    assert!(site.read("b/2024-03-01/").contains("Two."));
}

/// A commit on `main` by `git fast-import`, which takes paths that no working tree can have.
fn import(place: &Place, changes: &str) {
    let parent = place.git(&["for-each-ref", "--format=%(objectname)"]);
    let from = match parent.as_str() {
        "" => String::new(),
        parent => format!("from {parent}\n"),
    };
    let commit = "commit refs/heads/main\ncommitter Ada <ada@example.org> 1704110400 +0000\n";
    let stream = format!("{commit}data 7\nChange\n\n{from}{changes}");
    place.git_reading(&["fast-import", "--quiet"], stream.as_bytes());
}

/// The change that writes a file, whose path git may want quoted.
fn importing(path: &str, text: &str) -> String {
    format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len())
}

/// The statuses of all policies, in the order of `index.json`.
fn statuses(site: &Site) -> Vec<Value> {
    let ids = site.ids().into_iter();
    ids.map(|id| site.record(&id)["status"].clone()).collect()
}

#[test]
fn two_names_that_are_no_utf8_are_two_policies() {
    let place = Place::new();
    let two = importing("\"\\377.md\"", "# One\n") + &importing("\"\\376.md\"", "# Two\n");
    import(&place, &two);
    let site = place.build().site();
    assert_eq!(statuses(&site), ["live", "live"]);
    import(&place, "D \"\\377.md\"\nD \"\\376.md\"\n");
    let site = place.build().site();
    assert_eq!(statuses(&site), ["withdrawn", "withdrawn"]);
}

#[test]
fn folders_within_folders_without_end_are_no_harm() {
    let place = Place::new();
    let deep = "d/".repeat(20_000);
    let other = importing(&format!("{deep}a.txt"), "x");
    import(&place, &(importing("privacy.md", "# P\n") + &other));
    assert_eq!(place.build().site().ids(), ["privacy"]);
}

#[test]
fn a_policy_too_deep_for_a_page_is_an_error() {
    let place = Place::new();
    // The first folders alone are longer than a path may be, so that none has to be made of the others.
    let deep = format!("{}/", "x".repeat(200)).repeat(25) + &"d/".repeat(3_000) + "a.md";
    import(&place, &importing(&deep, "# Deep\n"));
    let said = place.build().fails();
    assert!(said.contains("cannot create the folder"), "{said}");
    assert!(!place.output().exists());
}

#[test]
fn a_record_names_pages_and_a_former_address_of_it_names_the_record() {
    let place = Place::new();
    let text = |version: &str, days: &str| {
        format!("---\nversion: \"{version}\"\n---\n{LONG}").replace("ten", days)
    };
    place
        .write("legal/tos.md", text("1", "ten"))
        .commit("2024-01-01");
    place
        .write("legal/tos.md", text("1", "nine"))
        .commit("2024-02-01");
    place
        .write("legal/tos.md", text("1", "eight"))
        .commit("2024-03-01");
    place
        .rename("legal/tos.md", "Über/uns.md")
        .commit("2024-04-01");
    place
        .write("Über/uns.md", text("Größe 2", "seven"))
        .commit("2024-05-01");
    let site = place.build().site();
    let moved = site.record("legal/tos")["moved_to"].clone();
    assert!(answers(&site, moved.as_str().unwrap()), "{moved}");
    let index: Value = serde_json::from_str(&site.read("index.json")).unwrap();
    let all = [urls(&site.record("über/uns")), urls(&index)].concat();
    assert!(all.len() >= 6, "versions, corrections, policies: {all:?}");
    for url in all {
        assert!(url.starts_with("/%C3%BCber/uns/"), "{url}");
        assert!(answers(&site, &url), "{url}");
    }
}

/// The rules of `_redirects`, in order: from where to where.
fn rules(site: &Site) -> Vec<(String, String)> {
    let text = site.read("_redirects");
    let rule = |line: &str| {
        let (from, rest) = line.split_once(' ').unwrap();
        (
            from.to_string(),
            rest.split(' ').next().unwrap().to_string(),
        )
    };
    text.lines()
        .filter(|line| line.starts_with('/'))
        .map(rule)
        .collect()
}

/// Where a host leads from an address: by its first rule that matches.
fn led(rules: &[(String, String)], address: &str) -> Option<String> {
    rules.iter().find_map(|(from, to)| {
        let rest = match from.strip_suffix('*') {
            Some(folder) => address.strip_prefix(folder)?,
            None if from.trim_end_matches('/') == address.trim_end_matches('/') => "",
            None => return None,
        };
        Some(to.replace(":splat", rest))
    })
}

/// Every address below a folder that an earlier site had leads to a file of the new one, and so does every plain rule.
fn leads_on(before: &Site, after: &Site, folder: &str) {
    let rules = rules(after);
    for (from, to) in rules.iter().filter(|(from, _)| !from.ends_with('*')) {
        assert!(answers(after, to), "{from} {to}");
    }
    let old = before.files().into_keys();
    let old: Vec<String> = old.filter(|path| path.starts_with(folder)).collect();
    assert!(old.len() > 3, "{old:?}");
    for path in old {
        let address = format!("/{}", path.trim_end_matches("index.html"));
        let known = led(&rules, &address).unwrap_or_else(|| address.clone());
        assert!(answers(after, &known), "{address} leads to {known}");
    }
}

fn has_rule(site: &Site, from: &str) -> bool {
    rules(site).iter().any(|(known, _)| known == from)
}

/// A policy `tos` with a corrected version, as a site, then moved to `terms`.
fn moved(place: &Place) -> Site {
    let text = |days: &str| format!("---\nversion: 1\n---\n{LONG}").replace("ten", days);
    place.write("tos.md", text("ten")).commit("2024-01-01");
    place.write("tos.md", text("nine")).commit("2024-02-01");
    let before = place.build().site();
    place.rename("tos.md", "terms.md").commit("2024-03-01");
    before
}

#[test]
fn hosts_lead_from_a_former_folder_by_one_rule_where_nothing_else_stands_below_it() {
    let place = Place::new();
    let before = moved(&place);
    let after = place.build().site();
    assert!(has_rule(&after, "/tos/*"));
    leads_on(&before, &after, "tos/");
}

#[test]
fn hosts_lead_past_an_alias_below_a_former_folder_page_by_page() {
    let place = Place::new();
    let before = moved(&place);
    place
        .write("privacy.md", "---\naliases: /tos/privacy\n---\n# Privacy\n")
        .commit("2024-04-01");
    let after = place.build().site();
    assert!(!has_rule(&after, "/tos/*"), "{:?}", rules(&after));
    assert_eq!(
        led(&rules(&after), "/tos/privacy").as_deref(),
        Some("/privacy/")
    );
    leads_on(&before, &after, "tos/");
}

#[test]
fn hosts_lead_past_the_former_address_of_another_policy_page_by_page() {
    let place = Place::new();
    place
        .write("tos/eu.md", "# Europe\n\nOther rules hold here.\n\nMany.\n")
        .commit("2023-01-01");
    let before = moved(&place);
    place.rename("tos/eu.md", "europe.md").commit("2024-04-01");
    let after = place.build().site();
    assert!(!has_rule(&after, "/tos/*"), "{:?}", rules(&after));
    assert_eq!(led(&rules(&after), "/tos/1/").as_deref(), Some("/terms/1/"));
    let below = led(&rules(&after), "/tos/eu/2023-01-01/source.md");
    assert_eq!(below.as_deref(), Some("/europe/2023-01-01/source.md"));
    leads_on(&before, &after, "tos/");
}

#[test]
fn a_move_that_breaks_a_link_is_told_with_the_new_path() {
    let place = Place::new();
    place
        .write("x/a.md", format!("{LONG}\nSee [b](b.md).\n"))
        .write("x/b.md", "# B\n")
        .commit("2024-01-01");
    assert!(!place.build().site().said.contains("b.md"));
    place.git(&["mv", "x/a.md", "z.md"]);
    place.commit("2024-02-01");
    let site = place.build().site();
    assert!(
        site.said.contains("warning: `z.md:11`") && site.said.contains("b.md"),
        "{}",
        site.said
    );
    assert_eq!(site.labels("z"), ["2024-01-01"]);
    assert_eq!(site.version("z", "2024-01-01")["path"], "z.md");
    assert_eq!(site.revisions("z"), commits(&place, ["HEAD", "HEAD~1"]));
    place.write("policygen.toml", "");
    let said = place.build().fails();
    assert!(said.contains("error: `z.md:11`"), "{said}");
}

#[test]
fn an_old_text_links_to_what_was_at_the_path_then_and_not_to_a_later_stranger() {
    let place = Place::new();
    place
        .write("terms.md", "# T\n\nSee [rules](rules.md).\n")
        .write("rules.md", LONG)
        .commit("2024-01-01");
    place.rename("rules.md", "house.md").commit("2024-02-01");
    place
        .write("rules.md", "# The rules of chess\n\nNo relation.\n")
        .write("terms.md", "# T\n\nPlay by [them](rules.md).\n")
        .commit("2024-03-01");
    let site = place.build().site();
    let links = |route: &str| hrefs(&site.read(route)).join(" ");
    let then = links("terms/2024-01-01/");
    assert!(
        then.contains("../../house/") && !then.contains("rules/"),
        "{then}"
    );
    let now = links("terms/2024-03-01/");
    assert!(
        now.contains("../../rules/") && !now.contains("house/"),
        "{now}"
    );
}

#[test]
fn an_annotation_may_name_any_path_that_the_file_had() {
    let place = Place::new();
    let text = |effective: &str| format!("---\nversion: 1\neffective: {effective}\n---\n{LONG}");
    place.write("a.md", text("2024-02-01")).commit("2024-01-01");
    for (from, to, month) in [("a.md", "b.md", 2), ("b.md", "c.md", 3)] {
        place
            .remove(from)
            .write(to, text(&format!("2024-0{month}-02")))
            .commit(&format!("2024-0{month}-01"));
    }
    for name in ["a.md", "b.md", "c.md", "c"] {
        place.write(
            "versions.toml",
            format!("[[v]]\npolicy = \"{name}\"\nlabel = \"1\"\nsummary = \"Noted.\"\n"),
        );
        let site = place.build().site();
        assert_eq!(site.version("c", "1")["summary"], "Noted.", "{name}");
        assert!(!site.said.contains("versions.toml"), "{}", site.said);
    }
}

#[test]
fn a_clash_of_ids_is_one_error_that_names_each_file_once() {
    let place = Place::new();
    place
        .write("refund.md", LONG)
        .write("refund/index.md", "# Other\n")
        .commit("2024-01-01");
    let clashes = |said: &str| {
        let errors: Vec<&str> = said.lines().filter(|l| l.starts_with("error: `")).collect();
        assert_eq!(errors.len(), 1, "{said}");
        for told in ["`refund.md`", "`refund/index.md`", "`id:`"] {
            assert_eq!(errors[0].matches(told).count(), 1, "{told}: {said}");
        }
        assert!(!said.contains("collide"), "{said}");
    };
    clashes(&place.build().fails());
    // Both got out of the way to the same place.
    let own = |text: &str| format!("---\nid: returns\n---\n{text}");
    place
        .write("refund.md", own(LONG))
        .write("refund/index.md", own("# Other\n"))
        .commit("2024-02-01");
    clashes(&place.build().fails());
}

#[test]
fn pages_may_load_remote_images_only_where_they_are_kept() {
    let place = Place::new();
    place
        .write("privacy.md", "# P\n\n![a](https://example.com/a.png)\n")
        .commit("2024-01-01");
    let sources = |site: &Site| {
        let headers = site.read("_headers");
        let (_, rest) = headers.split_once("img-src ").unwrap();
        rest.split(';').next().unwrap().to_string()
    };
    assert_eq!(sources(&place.build().site()), "'self'");
    place.write("policygen.toml", "[content]\nremote_images = \"keep\"\n");
    let kept = sources(&place.build().site());
    assert!(kept.contains("'self'") && kept.contains("https:"), "{kept}");
}

#[test]
fn a_policy_in_a_folder_assets_stays_out_of_the_sites_own() {
    let place = Place::with_one_policy();
    place
        .write("assets/terms.md", "# Terms\n\nOf assets.\n")
        .commit("2024-02-01");
    let site = place.build().site();
    assert_eq!(site.ids(), ["assets-policy/terms", "privacy"]);
    assert!(site.read("assets-policy/terms/").contains("Of assets."));
    assert!(
        site.said.contains("warning: `assets/terms.md`")
            && site.said.contains("assets-policy/terms"),
        "{}",
        site.said
    );
    let inside: Vec<_> = site.files().into_keys().collect();
    assert!(!inside.iter().any(|path| path.starts_with("assets/terms")));
}

#[test]
fn each_broken_link_is_told_at_its_own_line() {
    let place = Place::new();
    place
        .write(
            "privacy.md",
            "---\ntitle: See (nowhere.md)\n---\n# P\n\nSee [a](nowhere.md).\n\nText.\n\nSee [b](nowhere.md).\n",
        )
        .write("policygen.toml", "")
        .commit("2024-01-01");
    let said = place.build().fails();
    assert_eq!(said.matches("link `nowhere.md`").count(), 2, "{said}");
    for place in ["`privacy.md:6`", "`privacy.md:10`"] {
        assert!(said.contains(place), "{place}: {said}");
    }
}

#[test]
fn a_live_policy_keeps_an_id_that_a_withdrawn_one_declared_first() {
    let place = Place::new();
    place
        .write("old.md", "---\nid: terms\n---\n# Old\n\nGone soon.\n")
        .commit("2024-01-01");
    place.remove("old.md").commit("2024-02-01");
    place
        .write("new.md", format!("---\nid: terms\n---\n{LONG}"))
        .commit("2024-03-01");
    let site = place.build().site();
    assert_eq!(site.record("new")["uid"], "terms");
    assert_eq!(site.record("old")["status"], "withdrawn");
    assert_ne!(site.record("old")["uid"], "terms");
}

#[test]
fn a_base_url_with_an_ampersand_is_refused() {
    let place = Place::with_one_policy();
    let url = "https://x.example/a&b";
    let said = place.build().args(["--base-url", url]).fails();
    assert!(said.contains(url) && said.contains("expected"), "{said}");
    assert!(!place.output().exists());
}

#[test]
fn twenty_thousand_broken_links_are_counted_in_one_line() {
    let place = Place::new();
    let links: String = (0..20_000).map(|n| format!("[a](gone-{n}.md)\n")).collect();
    place
        .write("privacy.md", format!("# P\n\n{links}"))
        .commit("2024-01-01");
    let site = place.build().site();
    let told: Vec<&str> = site
        .said
        .lines()
        .filter(|line| line.contains("gone-"))
        .collect();
    assert_eq!(told.len(), 1, "{}", site.said);
    assert!(told[0].contains("20000 broken links"), "{}", told[0]);
}
