//! What FROM and TO mean, the formats, exit codes and errors.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Place, html};
use crate::{command, fails, prints, run, two_policies};

#[test]
fn two_labels_show_what_changed_between_them() {
    let place = two_policies();
    assert_eq!(
        prints(&place, &["diff", "1.0", "2.0"]),
        "Privacy (privacy)\n\
         1.0 (published 2024-01-01) → 2.0 (published 2024-03-01)\n\n\
         Changed: Logs.\n1 word added, 1 removed; 1 section changed.\n\n  \
           … 2 paragraphs unchanged …\n\n  \
           ## Logs\n\n\
         ~ We keep logs for [-60-]{+30+} days.\n\n  \
           … 2 paragraphs unchanged …\n"
    );
}

#[test]
fn one_label_is_compared_with_the_draft() {
    let place = two_policies();
    place.write("privacy.md", crate::privacy("2.0", "14"));
    let said = prints(&place, &["diff", "1.0"]);
    assert!(
        said.contains("1.0 (published 2024-01-01) → draft"),
        "{said}"
    );
    assert!(said.contains("[-60-]{+14+}"), "{said}");
    assert_eq!(said, prints(&place, &["diff", "1.0", "draft"]));
    let back = prints(&place, &["diff", "draft", "1.0"]);
    assert!(back.contains("[-14-]{+60+}"), "{back}");
}

#[test]
fn a_label_is_that_of_each_policy_that_has_it() {
    let place = Place::new();
    for (version, day) in [("1", "2024-01-01"), ("2", "2024-02-01")] {
        let text = format!("---\nversion: {version}\n---\n# P\n\nNumber {version}.\n");
        place.write("a.md", &text).write("b.md", &text);
        place.write("c.md", format!("# C\n\nNumber {version}.\n"));
        place.commit(day);
    }
    let said = prints(&place, &["diff", "1", "2"]);
    assert!(said.contains("P (a)") && said.contains("P (b)"), "{said}");
    assert!(!said.contains("(c)"), "{said}");
    let said = prints(&place, &["diff", "1", "2", "--policy", "b"]);
    assert!(!said.contains("P (a)") && said.contains("P (b)"), "{said}");
}

#[test]
fn a_day_means_what_was_in_force_at_its_end() {
    let place = two_policies();
    let said = prints(
        &place,
        &["diff", "2024-05-31", "2024-06-02", "--policy", "terms"],
    );
    assert!(said.contains("2024-01-01 → 2024-06-01"), "{said}");
    // What is published and not yet in force does not count.
    let said = prints(
        &place,
        &["diff", "2024-05-31", "2024-12-31", "--policy", "terms"],
    );
    assert!(said.contains("2024-01-01 → 2024-06-01"), "{said}");
    let said = prints(
        &place,
        &["diff", "2024-05-31", "2025-07-01", "--policy", "terms"],
    );
    assert!(said.contains("2024-01-01 → 2024-12-01"), "{said}");
}

#[test]
fn before_its_first_day_a_policy_is_not_there() {
    let place = two_policies();
    let said = prints(
        &place,
        &["diff", "2023-12-31", "1.0", "--policy", "privacy"],
    );
    assert!(said.contains("nothing → 1.0"), "{said}");
    assert!(said.contains("\n+ We keep logs for 60 days.\n"), "{said}");
}

#[test]
fn commits_are_named_as_git_names_them() {
    let place = two_policies();
    let first = place.id("HEAD~3");
    for name in [&first, &first[..7], "HEAD~3"] {
        let said = prints(&place, &["diff", name, "HEAD", "--policy", "privacy"]);
        assert!(said.contains(&format!("commit {}", &first[..10])), "{said}");
        assert!(said.contains("[-60-]{+30+}"), "{said}");
    }
}

#[test]
fn a_commit_shows_a_policy_at_the_path_that_it_had_then() {
    let place = Place::with_one_policy();
    place.git(&["tag", "old"]);
    place.rename("privacy.md", "data.md").commit("2024-02-01");
    place
        .write("data.md", "# Privacy\n\nWe store no names.\n")
        .commit("2024-03-01");
    let said = prints(&place, &["diff", "old", "--policy", "data"]);
    assert!(said.contains("We store {+no +}names."), "{said}");
}

#[test]
fn a_commit_that_was_never_published_can_be_compared() {
    let place = Place::with_one_policy();
    place.git(&["checkout", "--quiet", "-b", "wording"]);
    place
        .write("privacy.md", "# Privacy\n\nWe store first names.\n")
        .commit("2024-02-01");
    place.git(&["checkout", "--quiet", "main"]);
    let said = prints(&place, &["diff", "HEAD", "wording"]);
    assert!(said.contains("We store {+first +}names."), "{said}");
}

#[test]
fn nothing_differs_is_said_and_ends_well() {
    let place = two_policies();
    assert_eq!(prints(&place, &["diff"]), "nothing differs\n");
    assert_eq!(prints(&place, &["diff", "--quiet"]), "");
    assert_eq!(prints(&place, &["diff", "2.0", "2.0"]), "nothing differs\n");
    assert_eq!(prints(&place, &["diff", "--format", "json"]), "[]\n");
    assert_eq!(
        prints(&place, &["diff", "--format", "markdown"]),
        "Nothing differs.\n"
    );
}

#[test]
fn exit_codes_tell_as_those_of_git_do() {
    let place = two_policies();
    assert_eq!(run(&place, &["diff", "--exit-code"]).code, Some(0));
    assert_eq!(
        run(&place, &["diff", "1.0", "2.0", "--exit-code"]).code,
        Some(1)
    );
    assert_eq!(run(&place, &["diff", "9.0", "--exit-code"]).code, Some(2));
    assert_eq!(run(&place, &["diff", "--format", "pdf"]).code, Some(2));
    assert_eq!(run(&place, &["diff", "--width", "3"]).code, Some(2));
}

#[test]
fn what_is_not_there_is_told_with_the_nearest_name() {
    let place = two_policies();
    for (arguments, part) in [
        (&["diff", "1.1"][..], "did you mean `1.0`?"),
        (&["diff", "1.0", "drfat"], "did you mean `draft`?"),
        (
            &["diff", "9.9.9", "--policy", "privacy"],
            "expected a version of `privacy`",
        ),
        (&["diff", "--policy", "privcy"], "did you mean `privacy`?"),
        (
            &["diff", "--policy", "zzzzzzzz"],
            "there are `privacy`, `terms`",
        ),
        (&["diff", "privacy"], "name it with `--policy privacy`"),
    ] {
        let said = fails(&place, arguments);
        assert!(
            said.starts_with("error: `") && said.contains(part),
            "{said}"
        );
    }
}

#[test]
fn labels_of_different_policies_are_told_with_their_policies() {
    let place = Place::new();
    place
        .write("a.md", "---\nversion: one\n---\n# A\n")
        .write("b.md", "---\nversion: two\n---\n# B\n")
        .commit("2024-01-01");
    let said = fails(&place, &["diff", "one", "two"]);
    assert!(said.contains("`one` is one of `a`, `two` of `b`"), "{said}");
}

#[test]
fn policies_are_named_by_id_path_or_uid() {
    let place = Place::new();
    for text in ["One.", "Two."] {
        place
            .write(
                "content/legal/a.md",
                format!("---\nid: u-1\n---\n# A\n\n{text}\n"),
            )
            .commit("2024-01-01");
    }
    for name in ["legal/a", "u-1", "content/legal/a.md", "legal/a.md"] {
        let said = prints(
            &place,
            &["diff", "2024-01-01", "2024-01-01-2", "--policy", name],
        );
        assert!(said.ends_with("\n- One.\n\n+ Two.\n"), "{name}: {said}");
    }
}

#[test]
fn a_hidden_text_is_shown_on_no_side() {
    let place = two_policies();
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"privacy\"\nlabel = \"1.0\"\nhidden = true\n",
    );
    let first = place.id("HEAD~3");
    for from in ["1.0", "2024-02-01", first.as_str()] {
        let said = fails(&place, &["diff", from, "2.0", "--policy", "privacy"]);
        assert!(
            said.contains("version `1.0` of `privacy` is hidden"),
            "{said}"
        );
        assert!(!said.contains("60"), "{said}");
    }
    // Where it was not asked for by name, the other policies are shown.
    let printed = run(&place, &["diff", "2024-02-01", "2024-07-01"]);
    assert_eq!(printed.code, Some(0));
    assert!(
        printed.err.contains("warning: version `1.0`"),
        "{}",
        printed.err
    );
    assert!(
        printed.out.contains("Terms (terms)") && !printed.out.contains("60"),
        "{}",
        printed.out
    );
}

#[test]
fn no_colours_reach_a_pipe_unless_they_are_asked_for() {
    let place = two_policies();
    assert!(!prints(&place, &["diff", "1.0", "2.0"]).contains('\u{1b}'));
    let always = prints(&place, &["diff", "1.0", "2.0", "--color", "always"]);
    assert!(
        always.contains("\u{1b}[9m\u{1b}[31m60\u{1b}[0m"),
        "{always:?}"
    );
    assert!(!always.contains("[-60-]"));
    let never = prints(&place, &["diff", "1.0", "2.0", "--color=never"]);
    assert!(!never.contains('\u{1b}'));
}

#[test]
fn lines_are_wrapped_where_it_is_asked_for() {
    let place = two_policies();
    let said = prints(&place, &["diff", "1.0", "2.0", "--width", "24"]);
    let body = said.split("## Logs").nth(1).unwrap();
    assert!(
        body.lines().all(|line| line.chars().count() <= 24),
        "{body}"
    );
}

#[test]
fn a_reader_who_stops_ends_it_quietly() {
    let place = Place::new();
    let long: String = (0..20_000)
        .map(|n| format!("Paragraph {n} of many.\n\n"))
        .collect();
    place.write("long.md", "# Long\n").commit("2024-01-01");
    place.write("long.md", format!("# Long\n\n{long}"));
    let mut child = command(&place, &["diff"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn markdown_is_a_comment_that_mentions_nobody() {
    let place = Place::with_one_policy();
    place.write(
        "privacy.md",
        "# Privacy\n\nWe store names. Ask @team about #12 & *all* `<b>`.\n",
    );
    let said = prints(&place, &["diff", "--format", "markdown"]);
    assert!(
        said.starts_with("## Privacy: 2024-01-01 → draft\n\nChanged: Privacy.\n\n"),
        "{said}"
    );
    assert!(
        said.ends_with(" Ask @&#8203;team about \\#&#8203;12 &amp; all &lt;b&gt;.</ins>\n\n"),
        "{said}"
    );
}

#[test]
fn a_comment_is_never_too_long_for_github() {
    let place = Place::with_one_policy();
    let long: String = (0..200)
        .map(|n| format!("Paragraph {n} is *new*.\n\n"))
        .collect();
    for n in 0..60 {
        place.write(&format!("p{n}.md"), format!("# Policy {n}\n\n{long}"));
    }
    let said = prints(&place, &["diff", "--format", "markdown"]);
    assert!(said.len() <= 60_000, "{}", said.len());
    assert!(said.contains("more changes not shown"), "{said}");
    assert!(said.ends_with("more policies differ …</em>\n"), "{said}");
}

#[test]
fn titles_that_fill_a_comment_are_cut() {
    let place = Place::with_one_policy();
    let long = "@long ".repeat(20_000);
    for n in 0..3 {
        place.write(&format!("p{n}.md"), format!("# {long}\n\nText.\n"));
    }
    let said = prints(&place, &["diff", "--format", "markdown"]);
    assert!(said.len() <= 60_000, "{}", said.len());
    let cut = said.matches("not shown: too long for a comment").count();
    assert_eq!((cut, said.matches("## @").count()), (3, 3), "{said}");
}

#[test]
fn json_does_not_steer_a_terminal() {
    let place = Place::new();
    let steering = "\u{9b}31m\u{7f}\u{202e}";
    for number in ["one", "two"] {
        place
            .write(
                "a.md",
                format!("# P {steering}\n\n## {number} {steering}\n"),
            )
            .commit("2024-01-01");
    }
    let difference = ["diff", "2024-01-01", "2024-01-01-2", "--format", "json"];
    for arguments in [&difference[..], &["log", "a", "--format", "json"]] {
        let said = prints(&place, arguments);
        let steers = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!said.contains(steers), "{said:?}");
        assert!(said.contains("\\u009b31m\\u007f\\u202e"), "{said}");
    }
}

#[test]
fn json_is_the_whole_redline() {
    let place = two_policies();
    let said = prints(&place, &["diff", "1.0", "2.0", "--format", "json"]);
    let data: Value = serde_json::from_str(&said).unwrap();
    let first = &data[0];
    assert_eq!(first["policy"], "privacy");
    assert_eq!(first["from"]["label"], "1.0");
    assert_eq!(first["to"]["published"], "2024-03-01");
    assert_eq!(first["counts"]["words_added"], 1);
    let kinds: Vec<&str> = first["blocks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| b["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["same", "same", "same", "changed", "same", "same"]);
}

#[test]
fn html_is_a_page_that_stands_alone() {
    let place = two_policies();
    place.write(
        "privacy.md",
        crate::privacy("2.0", "30 <b onclick=x>full</b>"),
    );
    place.write(
        "new.md",
        "# New\n\n[Terms](terms.md) and <script>alert(1)</script> text.\n",
    );
    let page = prints(&place, &["diff", "--format", "html"]);
    let executable = html::executable(&page);
    assert_eq!(executable, ["<style>"], "{page}");
    let articles: Vec<_> = html::elements(&page)
        .into_iter()
        .filter(|e| e.name == "article")
        .collect();
    let names: Vec<_> = articles
        .iter()
        .map(|e| (e.get("data-policy"), e.get("data-from"), e.get("data-to")))
        .collect();
    assert_eq!(
        names,
        [
            (Some("new"), Some(""), Some("draft")),
            (Some("privacy"), Some("2.0"), Some("draft"))
        ]
    );
    let mut ids: Vec<_> = html::elements(&page)
        .iter()
        .filter_map(|e| e.get("id").map(str::to_owned))
        .collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "{page}");
    assert!(!page.contains("href=\"terms.md\""));
}
