//! The words of the interface, and those that a site says otherwise.

use crate::support::Place;

/// Two versions of a policy.
fn place() -> Place {
    let place = Place::with_one_policy();
    let text = "# Privacy\n\nWe keep names for thirty days.\n";
    place.write("privacy.md", text).commit("2024-02-01");
    place
}

#[test]
fn a_site_says_one_word_otherwise_and_all_others_stay() {
    let place = place();
    let before = place.build().site();
    let words = "[facts]\nwhat_changed = \"Änderungen & mehr\"\n";
    let site = place.write("templates/words.toml", words).build().site();
    let page = before.read("privacy/index.html");
    assert!(page.contains(">What changed</a>"));
    let expected = page.replace(">What changed</a>", ">Änderungen &amp; mehr</a>");
    assert_eq!(site.read("privacy/index.html"), expected);
}

#[test]
fn words_reach_dates_names_redlines_descriptions_and_scripts() {
    let place = place();
    let words = concat!(
        "language = \"xx\"\n",
        "[dates]\nday = \"{month} {day}, {year}\"\n",
        "[redline]\ninserted = \"new <: \"\n",
        "[told]\nchanged = \"Other: {sections}!\"\nbeginning = \"the top\"\n",
        "[titles]\nchanges = \"{version}: {title}, changed\"\n",
        "[notice]\nclose = \"Shut \\\"it\\\"\"\n",
    );
    let site = place.write("templates/words.toml", words).build().site();
    let page = site.read("privacy/2024-02-01/changes/index.html");
    assert!(
        page.contains("<title>February 1, 2024: Privacy, changed – "),
        "{page}"
    );
    assert!(
        page.contains("<span class=\"sr-only\" lang=\"xx\">new &lt;: </span>"),
        "{page}"
    );
    assert_eq!(
        site.version("privacy", "2024-02-01")["description"],
        "Other: Privacy!"
    );
    let script = site.read("assets/policy-notice.js");
    assert!(script.contains(r#"close: "Shut \"it\"","#), "{script}");
    assert!(!script.contains("\"notice."), "{script}");
}

#[test]
fn an_unknown_key_is_an_error_that_names_the_nearest() {
    let place = place();
    place.write("templates/words.toml", "[facts]\nwhat_chnged = \"x\"\n");
    let told = place.build().fails();
    assert!(
        told.contains("templates/words.toml`: unknown key `facts.what_chnged`; did you mean `facts.what_changed`?"),
        "{told}"
    );
}

#[test]
fn a_placeholder_that_is_missing_is_an_error_that_names_file_and_key() {
    let place = place();
    place.write("templates/words.toml", "[front]\nas_of = \"Today\"\n");
    let told = place.build().fails();
    assert!(
        told.contains("templates/words.toml`: `front.as_of`: lacks the placeholder `{date}`"),
        "{told}"
    );
}
