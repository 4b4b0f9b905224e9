//! Which document a file is through time, and where its place on the site is.

use crate::support::{Place, Site};

/// A text long enough for git to see that a changed copy is alike.
const LONG: &str = "# Refunds\n\nYou can send anything back.\n\nWe pay within ten days.\n\nWe pay the way you paid.\n\nGifts count too.\n";

#[test]
fn a_file_that_becomes_an_index_of_its_folder_stays_the_same_policy() {
    let place = Place::new();
    place.write("refund.md", LONG).commit("2024-01-01");
    let before = place.build().site().record("refund");
    place
        .remove("refund.md")
        .write(
            "refund/index.md",
            "# Refunds\n\nAnother text, nothing like the one before.\n",
        )
        .commit("2024-02-01");
    let site = place.build().site();
    let after = site.record("refund");
    assert_eq!(site.labels("refund"), ["2024-01-01", "2024-02-01"]);
    assert_eq!(after["uid"], before["uid"]);
    assert_eq!(after["path"], "refund/index.md");
    assert_eq!(site.version("refund", "2024-01-01")["path"], "refund.md");
    assert!(after["withdrawals"].as_array().unwrap().is_empty());
}

#[test]
fn a_rename_with_edits_is_the_same_policy() {
    let place = Place::new();
    place.write("refund.md", LONG).commit("2024-01-01");
    let uid = place.build().site().record("refund")["uid"].clone();
    place
        .remove("refund.md")
        .write("returns.md", LONG.replace("ten days", "five days"))
        .commit("2024-02-01");
    let site = place.build().site();
    assert_eq!(site.ids(), ["returns"]);
    assert_eq!(site.labels("returns"), ["2024-01-01", "2024-02-01"]);
    assert_eq!(site.record("returns")["uid"], uid);
}

#[test]
fn the_same_id_goes_before_a_rename() {
    let place = Place::new();
    place
        .write("a.md", LONG)
        .write("b.md", "# B\n\nSomething else.\n")
        .commit("2024-01-01");
    let first = place.build().site();
    // git would call `b/index.md` a rename of `a.md`, whose text it has.
    place
        .remove("a.md")
        .remove("b.md")
        .write("b/index.md", LONG)
        .commit("2024-02-01");
    let site = place.build().site();
    assert_eq!(site.record("b")["uid"], first.record("b")["uid"]);
    assert_eq!(site.record("a")["status"], "withdrawn");
}

#[test]
fn a_copy_whose_source_survives_is_a_new_policy() {
    let place = Place::new();
    place.write("refund.md", LONG).commit("2024-01-01");
    place.write("refund-eu.md", LONG).commit("2024-02-01");
    let site = place.build().site();
    assert_eq!(site.labels("refund"), ["2024-01-01"]);
    assert_eq!(site.labels("refund-eu"), ["2024-02-01"]);
    assert_ne!(
        site.record("refund")["uid"],
        site.record("refund-eu")["uid"]
    );
}

#[test]
fn a_withdrawn_policy_that_comes_back_goes_on() {
    let place = Place::new();
    place.write("refund.md", LONG).commit("2024-01-01");
    place.remove("refund.md").commit("2024-02-01");
    let withdrawal = place.id("HEAD");
    let gone = place.build().site();
    assert_eq!(gone.record("refund")["status"], "withdrawn");
    assert_eq!(gone.record("refund")["in_force"], serde_json::Value::Null);
    place
        .write("refund.md", "# Refunds\n\nNew words.\n")
        .commit("2024-03-01");
    let site = place.build().site();
    let record = site.record("refund");
    assert_eq!(record["status"], "live");
    assert_eq!(site.labels("refund"), ["2024-01-01", "2024-03-01"]);
    assert_eq!(record["withdrawals"][0]["commit"], withdrawal);
    assert_eq!(
        record["withdrawals"][0]["date"],
        "2024-02-01T12:00:00+00:00"
    );
    assert_eq!(record["uid"], gone.record("refund")["uid"]);
    assert!(
        !site.revisions("refund").contains(&withdrawal),
        "a deletion is no revision"
    );
}

#[test]
fn a_policy_that_comes_back_at_an_id_that_it_once_had_goes_on() {
    let place = Place::new();
    place.write("refund.md", LONG).commit("2024-01-01");
    place.rename("refund.md", "returns.md").commit("2024-02-01");
    place.remove("returns.md").commit("2024-03-01");
    place
        .write("refund.md", "# Refunds\n\nNew words.\n")
        .commit("2024-04-01");
    let site = place.build().site();
    assert_eq!(site.ids(), ["refund"]);
    assert_eq!(site.labels("refund"), ["2024-01-01", "2024-04-01"]);
    assert_eq!(
        site.record("refund")["withdrawals"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_withdrawn_policy_keeps_its_pages_under_a_banner() {
    let place = Place::new();
    place
        .write("refund.md", LONG)
        .write("privacy.md", "# Privacy\n")
        .commit("2024-01-01");
    place.remove("refund.md").commit("2024-02-01");
    let site = place.build().site();
    let page = site.read("refund/");
    assert!(page.contains("withdrawn") && page.contains("You can send anything back."));
    assert!(page.contains("data-policy=\"refund\" data-version=\"2024-01-01\""));
    assert!(site.has("refund/2024-01-01/") && site.has("refund/changes/"));
}

#[test]
fn a_new_policy_at_the_id_of_a_withdrawn_one_that_follows_nothing_takes_its_place() {
    let place = Place::new();
    place.write("refund.md", LONG).commit("2024-01-01");
    place.remove("refund.md").commit("2024-02-03");
    place
        .write("refund.md", "# Refunds\n\nA new document.\n")
        .commit("2024-03-01");
    let starts = place.id("HEAD");
    place.write(
        "versions.toml",
        format!("[[new]]\npolicy = \"refund.md\"\nstarts = \"{starts}\"\n"),
    );
    let site = place.build().site();
    assert_eq!(site.ids(), ["refund", "refund-until-2024-02-03"]);
    assert_eq!(site.labels("refund"), ["2024-03-01"]);
    assert_eq!(site.labels("refund-until-2024-02-03"), ["2024-01-01"]);
    assert_eq!(
        site.record("refund-until-2024-02-03")["status"],
        "withdrawn"
    );
}

#[test]
fn a_live_policy_that_moves_to_the_place_of_a_withdrawn_one_takes_it() {
    let place = Place::new();
    place
        .write("refund.md", "# Refunds\n\nThe old rules.\n")
        .write("returns.md", LONG)
        .commit("2024-01-01");
    let before = place.build().site();
    place.remove("refund.md").commit("2024-02-03");
    place.rename("returns.md", "refund.md").commit("2024-03-01");
    let site = place.build().site();
    assert_eq!(site.ids(), ["refund", "refund-until-2024-02-03"]);
    assert_eq!(
        site.record("refund")["uid"],
        before.record("returns")["uid"]
    );
    assert_eq!(
        site.record("refund-until-2024-02-03")["uid"],
        before.record("refund")["uid"]
    );
    assert!(site.read("refund/").contains("You can send anything back."));
    assert!(
        site.read("refund-until-2024-02-03/")
            .contains("The old rules.")
    );
}

#[test]
fn a_new_policy_at_an_address_that_a_live_one_left_is_no_return() {
    let place = Place::new();
    place.write("refund.md", LONG).commit("2024-01-01");
    place.rename("refund.md", "returns.md").commit("2024-02-01");
    place
        .write("refund.md", "# Refunds\n\nA new document.\n")
        .commit("2024-03-01");
    let site = place.build().site();
    assert_eq!(site.labels("refund"), ["2024-03-01"]);
    assert_eq!(site.labels("returns"), ["2024-01-01"]);
    assert_ne!(site.record("refund")["uid"], site.record("returns")["uid"]);
}

#[test]
fn follows_joins_what_git_cannot_know() {
    let place = Place::new();
    place.write("refund.md", LONG).commit("2024-01-01");
    place.remove("refund.md").commit("2024-02-01");
    place
        .write("returns.md", "# Returns\n\nNothing alike.\n")
        .commit("2024-03-01");
    let apart = place.build().site();
    assert_eq!(apart.ids(), ["refund", "returns"]);
    place.write(
        "versions.toml",
        "[[moved]]\npolicy = \"returns.md\"\nfollows = \"refund.md\"\n",
    );
    let site = place.build().site();
    assert_eq!(site.ids(), ["returns"]);
    assert_eq!(site.labels("returns"), ["2024-01-01", "2024-03-01"]);
    assert_eq!(site.record("returns")["uid"], apart.record("refund")["uid"]);
}

#[test]
fn a_mend_that_mends_nothing_is_told() {
    let place = Place::new();
    place.write("refund.md", LONG).commit("2024-01-01");
    place.write(
        "versions.toml",
        "[[moved]]\npolicy = \"refund.md\"\nfollows = \"never/there.md\"\n",
    );
    let said = place.build().run();
    assert!(said.stderr.contains("never/there.md"), "{}", said.stderr);
}

#[test]
fn starts_parts_what_git_takes_for_a_rename() {
    let place = Place::new();
    place.write("refund.md", LONG).commit("2024-01-01");
    place.rename("refund.md", "returns.md").commit("2024-02-01");
    let starts = place.id("HEAD");
    place.write(
        "versions.toml",
        format!(
            "[[new]]\npolicy = \"returns.md\"\nstarts = \"{}\"\n",
            &starts[..10]
        ),
    );
    let site = place.build().site();
    assert_eq!(site.ids(), ["refund", "returns"]);
    assert_eq!(site.record("refund")["status"], "withdrawn");
    assert_ne!(site.record("refund")["uid"], site.record("returns")["uid"]);
}

#[test]
fn the_uid_survives_every_move() {
    let place = Place::new();
    place.write("a.md", LONG).commit("2024-01-01");
    let uid = place.build().site().record("a")["uid"].clone();
    place.rename("a.md", "b.md").commit("2024-02-01");
    place.rename("b.md", "legal/c.md").commit("2024-03-01");
    place
        .rename("legal/c.md", "legal/c/index.md")
        .commit("2024-04-01");
    let site = place.build().site();
    assert_eq!(site.ids(), ["legal/c"]);
    assert_eq!(site.record("legal/c")["uid"], uid);
    assert_eq!(site.revisions("legal/c").len(), 4);
    assert_eq!(
        site.labels("legal/c"),
        ["2024-01-01"],
        "a move changes no word"
    );
}

#[test]
fn the_front_matters_id_is_the_uid() {
    let place = Place::new();
    place
        .write("a.md", format!("---\nid: refund-policy\n---\n{LONG}"))
        .commit("2024-01-01");
    assert_eq!(place.build().site().record("a")["uid"], "refund-policy");
}

#[test]
fn commits_of_a_merged_branch_were_never_published() {
    let place = Place::with_one_policy();
    place.git(&["checkout", "--quiet", "-b", "work"]);
    place
        .write("privacy.md", "# Privacy\n\nA first try.\n")
        .commit("2024-02-01");
    let inside = place.id("HEAD");
    place
        .write("privacy.md", "# Privacy\n\nThe agreed words.\n")
        .commit("2024-02-02");
    place.git(&["checkout", "--quiet", "main"]);
    place.merge("work", "2024-03-01");
    let site = place.build().site();
    assert_eq!(site.labels("privacy"), ["2024-01-01", "2024-03-01"]);
    assert_eq!(
        site.version("privacy", "2024-03-01")["revisions"][0],
        place.id("HEAD")
    );
    assert!(!site.revisions("privacy").contains(&inside));
    assert!(
        !site
            .files()
            .values()
            .any(|bytes| String::from_utf8_lossy(bytes).contains("A first try"))
    );
}

#[test]
fn two_live_policies_of_one_id_are_an_error_that_names_both_and_the_remedy() {
    let place = Place::new();
    place
        .write("refund.md", LONG)
        .write("refund/index.md", "# Other\n")
        .commit("2024-01-01");
    let said = place.build().fails();
    assert!(
        said.contains("`refund.md`") && said.contains("`refund/index.md`"),
        "{said}"
    );
    assert!(said.contains("`id:`"), "{said}");
    assert!(!place.output().exists());
    place
        .write("refund/index.md", "---\nid: other\n---\n# Other\n")
        .commit("2024-02-01");
    assert_eq!(place.build().site().ids(), ["other", "refund"]);
}

#[test]
fn names_that_differ_in_case_alone_are_two_policies_of_one_id() {
    let place = Place::new();
    place
        .write("Refund.md", LONG)
        .write("refund.md", "# Other\n")
        .commit("2024-01-01");
    let said = place.build().fails();
    assert!(
        said.contains("`Refund.md`") && said.contains("`refund.md`"),
        "{said}"
    );
}

#[test]
fn ids_are_slugs_of_the_path_in_any_script() {
    let place = Place::new();
    place
        .write("Legal Notes/Terms & Conditions.md", "# Terms\n")
        .write("legal/Datenschutzerkla\u{308}rung.md", "# DE\n")
        .write("プライバシー.md", "# JP\n")
        .write("index.md", "# Welcome\n")
        .write("a_b.c.md", "# Dots\n")
        .commit("2024-01-01");
    let site = place.build().site();
    let mut ids = site.ids();
    ids.sort();
    let mut expected = [
        "a_b.c",
        "index",
        "legal-notes/terms-conditions",
        "legal/datenschutzerklärung",
        "プライバシー",
    ];
    expected.sort();
    assert_eq!(ids, expected);
    assert!(site.has("プライバシー/2024-01-01/"));
}

#[test]
fn a_policy_named_like_a_reserved_word_never_hides_a_page_of_the_site() {
    let place = Place::new();
    let names = [
        "changes",
        "draft",
        "original",
        "assets",
        "legal/since",
        "legal/sections",
        "legal/corrections",
        "legal/correction-1",
        "legal/notice",
        "404.html",
    ];
    for name in names {
        place.write(&format!("{name}.md"), format!("# About {name}\n"));
    }
    place.commit("2024-01-01");
    let said = place.build().run();
    // Refused by name or published elsewhere with a word about it: both keep the fixed names of the site free.
    for name in names {
        assert!(
            said.stderr.contains(&format!("{name}.md")) || said.stderr.contains("named like"),
            "{}",
            said.stderr
        );
    }
    if said.code == Some(0) {
        let site = place.site();
        assert_eq!(site.ids().len(), names.len());
        for id in site.ids() {
            assert!(!names.contains(&id.as_str()), "{id}");
        }
        assert!(!site.read("changes/").contains("class=\"policy\""));
    }
}

#[test]
fn a_label_named_like_a_reserved_word_never_hides_a_page_of_the_site() {
    let place = Place::new();
    for (number, version) in ["changes", "draft", "original", "since", "versions.json"]
        .iter()
        .enumerate()
    {
        place
            .write(
                "privacy.md",
                format!("---\nversion: {version}\n---\n# Privacy\n\nText {number}.\n"),
            )
            .commit(&format!("2024-01-0{}", number + 1));
    }
    let site = place.build().site();
    let labels = site.labels("privacy");
    assert_eq!(labels.len(), 5);
    for label in labels {
        assert!(
            !["changes", "draft", "original", "since", "versions.json"].contains(&label.as_str()),
            "{label}"
        );
        assert!(site.has(&format!("privacy/{label}/")), "{label}");
    }
    assert!(!site.read("privacy/changes/").contains("class=\"policy\""));
}

#[test]
fn a_version_and_a_policy_that_want_one_place_are_told() {
    let place = Place::new();
    place
        .write("privacy.md", "---\nversion: eu\n---\n# Privacy\n")
        .write("privacy/eu.md", "# Privacy in the EU\n")
        .commit("2024-01-01");
    let said = place.build().fails();
    assert!(
        said.contains("`privacy/eu.md`") && said.contains("`privacy.md`"),
        "{said}"
    );
}

#[test]
fn an_id_that_is_declared_later_is_told_with_the_name_to_keep() {
    let place = Place::new();
    place.write("terms.md", "# Terms\n").commit("2024-01-01");
    let uid = |site: &Site| site.record("terms")["uid"].as_str().unwrap().to_owned();
    let former = uid(&place.build().on("2024-01-02").site());
    place
        .write("terms.md", "---\nid: conditions\n---\n# Terms\n")
        .commit("2024-02-01");
    let site = place.build().on("2024-02-02").site();
    assert_eq!(uid(&site), "conditions");
    let told = format!("write `id: {former}` to keep them");
    assert!(site.said.contains(&told), "{}", site.said);
    // Who meant it need not hear of it for ever.
    let site = place.build().on("2024-06-01").site();
    assert!(!site.said.contains("its name for ever"), "{}", site.said);
    place
        .write("terms.md", format!("---\nid: {former}\n---\n# Terms\n"))
        .commit("2024-02-03");
    let site = place.build().on("2024-02-04").site();
    assert_eq!(uid(&site), former);
    assert!(!site.said.contains("its name for ever"), "{}", site.said);
}

#[test]
fn an_id_that_was_there_from_the_beginning_is_not_told() {
    let place = Place::new();
    let text = |words: &str| format!("---\nid: conditions\n---\n# Terms\n\n{words}\n");
    place.write("terms.md", text("One.")).commit("2024-01-01");
    place.write("terms.md", text("Two.")).commit("2024-01-02");
    let said = place.build().on("2024-01-03").site().said;
    assert!(!said.contains("its name for ever"), "{said}");
}
