//! The rules, each in a case. Marks are written `[-struck-]` and `{+inserted+}`, notes and the like in `«»`.

use super::*;

/// The page of a redline as plain text: without what is said for screen readers, and without ways to walk.
fn shown(old: &str, new: &str) -> String {
    check(&parsed(old), &parsed(new));
    let mut text = String::new();
    show(&page::read(&written(&redline(old, new))), &mut text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn show(nodes: &[page::Node], text: &mut String) {
    for node in nodes {
        let page::Node::Element {
            name,
            attributes,
            children,
        } = node
        else {
            if let page::Node::Text(words) = node {
                text.push_str(words);
            }
            continue;
        };
        if ["sr-only", "pg-stop", "pg-anchor", "pg-back", "aria-hidden"]
            .iter()
            .any(|class| attributes.contains(class))
        {
            continue;
        }
        let is_note = attributes.contains("class=\"ui");
        let (before, after) = match name.as_str() {
            _ if is_note => ("«", "»"),
            "ins" => ("{+", "+}"),
            "del" => ("[-", "-]"),
            "em" => ("*", "*"),
            "strong" => ("**", "**"),
            "li" => (" • ", " "),
            "td" | "th" => (" | ", " "),
            "p" | "h1" | "h2" | "h3" | "br" => (" ", " "),
            _ => ("", ""),
        };
        text.push_str(before);
        show(children, text);
        text.push_str(after);
    }
}

#[test]
fn words_within_their_markup() {
    assert_eq!(
        shown(
            "We may **share your** data.",
            "We never **share your** data."
        ),
        "We [-may-]{+never+} **share your** data."
    );
    assert_eq!(
        shown(
            "See the [Privacy Statement](/p) now.",
            "See the [Privacy Policy](/p) now."
        ),
        "See the Privacy [-Statement-]{+Policy+} now."
    );
    assert_eq!(
        shown(
            "Kept for a while: we keep it *as long as we must*.",
            "Kept for a while: we keep it."
        ),
        "Kept for a while: we keep it[- *as long as we must*-]."
    );
}

#[test]
fn what_changed_without_a_word_is_noted() {
    assert_eq!(
        shown("[a b](/x) c", "[a b](/y) c"),
        "a b« (link changed, was /x)» c"
    );
    assert_eq!(
        shown("a b c", "a **b** c"),
        "a **b**« (formatting changed)» c"
    );
    assert_eq!(shown("a **b** c", "a b c"), "a b« (formatting changed)» c");
    assert_eq!(shown("x**y**", "xy"), "xy« (formatting changed)»");
    assert_eq!(
        shown("# a b", "## a b"),
        "a b« (heading level changed, was 1)»"
    );
    assert_eq!(
        shown("**Contact us**\n\nx", "## Contact us\n\nx"),
        "Contact us« (formatting changed)»« (now a heading)» x"
    );
    assert_eq!(
        shown("3. a\n4. b", "5. a\n6. b"),
        "«(numbering changed, began with 3)» • a • b"
    );
}

#[test]
fn emphasis_that_moved_over_other_words_is_noted() {
    assert_eq!(
        shown("You **must not** do this.", "You must **not** do this."),
        "You must **not**« (formatting changed)» do this."
    );
    assert_eq!(
        shown("You must **not** do this.", "You **must not** do this."),
        "You **must not**« (formatting changed)» do this."
    );
    assert_eq!(
        shown("***a b** c* d", "*a **b c*** d"),
        "*a **b c**« (formatting changed)»* d"
    );
    assert_eq!(
        shown("**a b** c", "**a** **b** c"),
        "**a** **b** c« (formatting changed)»"
    );
    assert_eq!(
        shown("**a b** c d", "**a** new words **b** c d"),
        "**a** {+new words +}**b** c d"
    );
}

#[test]
fn a_link_that_moved_over_other_words_is_noted() {
    assert_eq!(
        shown("see [the privacy](x) notice", "see [the privacy notice](x)"),
        "see the privacy notice« (link added)»"
    );
    assert_eq!(
        shown(
            "see [the privacy notice](x) now",
            "see [the privacy](x) notice now"
        ),
        "see the privacy notice« (link removed, was x)» now"
    );
    assert_eq!(
        shown(
            "see [the privacy notice](/a) now",
            "see [the](/a) [privacy](/b) [notice](/a) now"
        ),
        "see the privacy« (link changed, was /a)» notice now"
    );
    assert_eq!(
        shown("[a](/x) [b](/y) c", "[a b](/x) c"),
        "a b« (link changed, was /y)» c"
    );
}

#[test]
fn a_sentence_that_was_inserted_is_marked_whole() {
    assert_eq!(
        shown(
            "We keep it. We delete it later.",
            "We keep it. We keep it safe. We delete it later."
        ),
        "We keep it. {+We keep it safe. +}We delete it later."
    );
}

#[test]
fn an_island_of_one_word_is_absorbed() {
    assert_eq!(
        shown(
            "It is red blue green here today, as it was.",
            "It is one blue two here today, as it was."
        ),
        "It is [-red blue green-]{+one blue two+} here today, as it was."
    );
}

#[test]
fn too_little_in_common_is_struck_and_inserted_whole() {
    assert_eq!(
        shown(
            "One two three four five six.",
            "Other words that stand in no relation whatever."
        ),
        "[- One two three four five six. -] {+ Other words that stand in no relation whatever. +}"
    );
}

#[test]
fn items_are_matched_as_items() {
    assert_eq!(
        shown(
            "- our name\n- your address\n- cookies",
            "- our name\n- your postal address\n- partners of ours\n- cookies"
        ),
        "• our name • your {+postal +}address • {+partners of ours +} • cookies"
    );
    assert_eq!(shown("1. a\n2. b\n3. c", "1. a\n2. c"), "• a • [-b -] • c");
}

#[test]
fn rows_and_columns_are_matched() {
    let old = "| Name | Country |\n|---|---|\n| Box | US |\n| Front | US |";
    assert_eq!(
        shown(
            old,
            "| Name | Country |\n|---|---|\n| Ark | US |\n| Box | UK |\n| Front | US |"
        ),
        "| Name | Country | {+Ark +} | {+US +} | Box | [-US-]{+UK+} | Front | US"
    );
    assert_eq!(
        shown(
            old,
            "| Name | Use | Country |\n|---|---|---|\n| Box | files | US |\n| Front | mail | US |"
        ),
        "| Name | {+Use +} | Country | Box | {+files +} | US | Front | {+mail +} | US"
    );
}

#[test]
fn a_paragraph_that_was_split_is_not_struck() {
    assert_eq!(
        shown(
            "We collect names and addresses. We use them to send what you order, and nothing else.",
            "We collect names and addresses.\n\nWe use them to send what you order, and for nothing else."
        ),
        "«(layout changed)» We collect names and addresses. We use them to send what you order, and {+for +}nothing else."
    );
}

#[test]
fn a_block_that_moved_is_struck_and_inserted_as_moved() {
    let (a, b) = (
        "Here is a clause of at least eight words.",
        "Some other text stays where it is, and it is long.\n\nSo does this one, which is of some length as well.",
    );
    let page = written(&redline(&format!("{a}\n\n{b}"), &format!("{b}\n\n{a}")));
    assert!(page.contains("<del id=\"pg-move-1-old\" class=\"moved\">"));
    assert!(page.contains("<ins id=\"pg-move-1-new\" class=\"moved\">"));
    assert!(page.contains("href=\"#pg-move-1-new\" lang=\"en\">Moved further down</a>"));
    assert!(page.contains("href=\"#pg-move-1-old\" lang=\"en\">Moved here from further up</a>"));
}

#[test]
fn a_renumbered_heading_is_marked_at_its_number_alone() {
    assert_eq!(
        shown("## 2. Cookies we use", "## 3. Cookies we use"),
        "[-2-]{+3+}. Cookies we use"
    );
    assert!(
        redline("## 2. Cookies we use\n\na", "## 3. Cookies we use\n\na")
            .sections()
            .is_empty()
    );
}

#[test]
fn long_runs_are_collapsed_but_for_their_edges_and_the_heading() {
    let text = |last: &str| {
        format!(
            "# One\n\na\n\nb\n\nc\n\nd\n\n# Two\n\ne\n\nf\n\ng\n\nh\n\ni\n\nj\n\n{last} of many words."
        )
    };
    let page = written(&redline(&text("old end"), &text("new end")));
    assert_eq!(
        page.matches("<span lang=\"en\">Unchanged: 5 paragraphs, 5 words</span>")
            .count(),
        1
    );
    let heading = page.find("<h1 id=\"two\">").expect("the heading is there");
    assert!(page[..heading].ends_with("</details>\n"));
}

#[test]
fn sections_counts_and_the_description_agree() {
    let old = "# Policy\n\nWe are here.\n\n## Cookies\n\nWe use few cookies.\n\nYou may refuse them.\n\n## Fax\n\nNobody sends any.\n\n## Contact\n\nWrite to us at any time, we will answer soon.\n\n## Law\n\nThe law of the land.";
    let new = "# Policy\n\nWe are here.\n\n## Contact\n\nWrite to us at any time, we will answer soon.\n\n## Cookies\n\nWe use many cookies.\n\nYou may refuse them.\n\n## AI features\n\nMachines read all of it.\n\n## Law\n\nThe law of the land.";
    let redline = redline(old, new);
    assert_eq!(
        redline
            .description(crate::words::Words::english())
            .as_deref(),
        Some("Changed: Cookies. Added: AI features. Removed: Fax. Moved: Contact.")
    );
    let counts = redline.counts();
    assert_eq!((counts.words_added, counts.words_removed), (8, 5));
    assert_eq!((counts.sections_changed, counts.sections_moved), (1, 1));
    assert_eq!(redline.suggested(), None);
}

#[test]
fn surface_changes_are_suggested_editorial() {
    let is_editorial =
        |old, new| redline(old, new).suggested() == Some(crate::redline::Suggested::Editorial);
    assert!(is_editorial(
        "We recieve it, and keep it.",
        "We receive it and keep it."
    ));
    assert!(is_editorial("[a](/x) b", "[a](/y) b"));
    assert!(!is_editorial("We may keep it.", "We **may** keep it."));
    assert!(!is_editorial("# We keep it", "## We keep it"));
    assert!(!is_editorial(
        "We keep it. You pay.",
        "We keep it.\n\nYou pay."
    ));
    assert!(!is_editorial(
        "We keep it for 30 days.",
        "We keep it for 60 days."
    ));
    assert!(!is_editorial("We keep it.", "We keep it.\n\nNot."));
    assert!(!is_editorial("a b c", "a b c"));
}

#[test]
fn renamed_headings_keep_their_old_anchors() {
    let old = "## Cookie statement\n\nWe use cookies here.\n\n## Scope\n\nx\n\n## Same\n\ny";
    let new =
        "## Our cookie statement\n\nWe use cookies here.\n\n## Applicability\n\nx\n\n## Same\n\ny";
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        redline(old, new).anchors(),
        [
            pair("cookie-statement", "our-cookie-statement"),
            pair("scope", "applicability")
        ]
    );
}

#[test]
fn what_nobody_can_notice_makes_no_redline() {
    for (old, new) in [
        ("a\nb", "a b"),
        ("- a", "* a"),
        ("<a name=x></a>\n\na", "a"),
        ("a", "a\n\n<a name=x></a>"),
    ] {
        assert!(redline(old, new).is_empty(), "{old} / {new}");
        assert!(!written(&redline(old, new)).contains("pg-change"));
    }
}

#[test]
fn nothing_of_the_content_reaches_the_page_unescaped() {
    let page = written(&redline("a `<b>` \\<i>", "a `<script>` \\<u> \"q\""));
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>") && !page.contains("<u>"));
}

#[test]
fn a_section_whose_layout_changed_is_told() {
    let redline = redline(
        "## Use\n\nWe collect names. We use them for orders.\n\n## Law\n\nx",
        "## Use\n\nWe collect names.\n\nWe use them for orders.\n\n## Law\n\nx",
    );
    assert_eq!(
        redline
            .description(crate::words::Words::english())
            .as_deref(),
        Some("Changed: Use.")
    );
}
