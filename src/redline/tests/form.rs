//! The form of the page: ids, stops, words for screen readers.

use super::html::Written;
use super::*;

const OLD: &str = "# Policy\n\nWe keep it for 30 days.[^1]\n\n## Fax\n\nNobody sends any.\n\n## Cookies\n\n| Name | Lasts |\n|---|---|\n| a | 30 days |\n| b | 1 year |\n\n- one\n- two\n\n[^1]: A note.";
const NEW: &str = "# Policy\n\nWe keep it for 60 days.[^1]\n\n## Cookies\n\n| Name | Lasts |\n|---|---|\n| a | 60 days |\n| c | 2 years |\n\n- one\n- three\n\n## AI\n\nMachines read it.\n\n[^1]: Another note.";

fn with_prefix(old: &str, new: &str, prefix: &str) -> (String, Written) {
    let mut out = String::new();
    let redline = redline(old, new);
    let written = html::write(&redline, &AsWritten, &AsWritten, prefix, &mut out);
    assert_eq!(written.targets.len(), redline.sections().len());
    (out, written)
}

fn ids(html: &str) -> Vec<String> {
    let mut ids = Vec::new();
    page::ids(&page::read(html), &mut ids);
    ids
}

#[test]
fn each_section_that_changed_has_its_place_on_the_page() {
    for prefix in ["", "pg-c2-"] {
        let (html, written) = with_prefix(OLD, NEW, prefix);
        let ids = ids(&html);
        for target in &written.targets {
            assert!(ids.contains(target), "{target}: {html}");
        }
        assert_eq!(written.targets.len(), 5, "{:?}", written.targets);
    }
}

#[test]
fn a_prefix_stands_before_every_id_and_in_the_links_to_them() {
    let (html, _) = with_prefix(OLD, NEW, "pg-c2-");
    assert!(ids(&html).iter().all(|id| id.starts_with("pg-c2-")));
    // The links to footnotes are resolved like those of the text.
    let html = html.replace("href=\"#fn-1\"", "");
    assert_eq!(
        html.matches("href=\"#").count(),
        html.matches("href=\"#pg-c2-").count()
    );
}

#[test]
fn stops_lead_from_the_first_change_to_the_last_and_back() {
    let (html, written) = with_prefix(OLD, NEW, "");
    let next = "aria-label=\"next change\"";
    assert_eq!(
        html.matches("class=\"ui pg-stop\"").count(),
        written.changes
    );
    assert_eq!(html.matches(next).count(), written.changes - 1);
    for number in 1..=written.changes {
        assert!(html.contains(&format!("id=\"pg-change-{number}\"")));
    }
    assert!(!html.contains(&format!("#pg-change-{}\"", written.changes + 1)));
}

#[test]
fn what_belongs_together_is_one_change() {
    let changes = |old: &str, new: &str| with_prefix(old, new, "").1.changes;
    let row = |a: &str, b: &str| format!("| N | A | B |\n|---|---|---|\n| x | {a} | {b} |");
    assert_eq!(changes(&row("one", "two"), &row("three", "four")), 1);
    assert_eq!(
        changes(
            "One two three four five six.",
            "Other words that stand in no relation."
        ),
        1
    );
    assert_eq!(
        changes("a b c\n\nd e f\n\ng h i", "a b x\n\nd e f\n\ng h y"),
        2
    );
    assert_eq!(changes("a b c", "a b c"), 0);
}

#[test]
fn no_stop_stands_in_a_heading_or_a_link() {
    let (html, _) = with_prefix(
        "## A cookie [we use](/x)\n\n[the old words](/y)",
        "## Our cookie [we set](/x)\n\n[the new words](/y)",
        "",
    );
    assert!(html.contains("</span><h2"), "{html}");
    assert!(html.contains("</span><p><a"), "{html}");
}

#[test]
fn marks_have_words_for_those_who_hear_the_page() {
    let (html, _) = with_prefix("Kept for 30 days.", "Kept for 60 days.", "");
    let said = |words: &str| format!("<span class=\"sr-only\" lang=\"en\">{words}</span>");
    let marks = [
        "<del>",
        &said("deleted: "),
        "30</del><ins>",
        &said("inserted: "),
        "60",
        &said(" end of insertion "),
        "</ins>",
    ];
    assert!(html.contains(&marks.concat()), "{html}");
}

/// Each stop with what follows it, up to the next.
pub fn stops(html: &str) -> impl Iterator<Item = &str> {
    html.split("class=\"ui pg-stop\"").skip(1)
}

/// Whether a mark or a note is in a part of a page.
pub fn shows_a_change(html: &str) -> bool {
    ["<ins", "<del", "pg-note"]
        .iter()
        .any(|mark| html.contains(mark))
}

#[test]
fn a_list_that_was_nested_otherwise_is_one_change() {
    let (html, written) = with_prefix("- a\n- b\n- c\n- d", "- a\n  - b\n  - c\n- d", "");
    assert_eq!(written.changes, 1, "{html}");
    assert_eq!(html.matches("(layout changed)").count(), 1, "{html}");
}

#[test]
fn a_note_on_an_item_is_parted_from_its_text() {
    let (html, _) = with_prefix("- [ ] call them", "- [x] call them", "");
    assert!(html.contains("(now done)</span> call them"), "{html}");
}
