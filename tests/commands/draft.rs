//! The draft: which files of the working tree are whose.

use std::os::unix::fs::symlink;

use crate::support::Place;
use crate::{fails, prints, run, two_policies};

#[test]
fn by_default_drafts_are_compared_with_the_latest_versions() {
    let place = two_policies();
    place.write("terms.md", "# Terms\n\nPay within thirty days.\n");
    let said = prints(&place, &["diff"]);
    assert!(
        said.contains("Terms (terms)\n2024-12-01 → draft\n"),
        "{said}"
    );
    assert!(said.contains("within [-twenty-]{+thirty+} days"), "{said}");
    assert!(!said.contains("privacy"), "{said}");
}

#[test]
fn committed_or_not_makes_no_difference() {
    let place = two_policies();
    place.write("terms.md", "# Terms\n\nPay within thirty days.\n");
    let said = prints(&place, &["diff"]);
    place.git(&["add", "--all"]);
    assert_eq!(prints(&place, &["diff"]), said);
}

#[test]
fn what_nobody_can_see_is_no_difference() {
    let place = two_policies();
    place.write(
        "terms.md",
        "---\neffective: 2025-06-01\n---\r\n# Terms\r\n\r\nPay   within\r\ntwenty days.\r\n",
    );
    assert_eq!(prints(&place, &["diff"]), "nothing differs\n");
}

#[test]
fn a_new_file_is_added_as_a_whole() {
    let place = two_policies();
    place.write("ai.md", "# Assistant\n\nIt suggests.\n");
    let said = prints(&place, &["diff"]);
    assert!(
        said.starts_with("Assistant (ai)\nnothing → draft\n"),
        "{said}"
    );
    assert!(
        said.ends_with("\n+ # Assistant\n\n+ It suggests.\n"),
        "{said}"
    );
    assert_eq!(prints(&place, &["diff", "--policy", "ai.md"]), said);
}

#[test]
fn a_new_file_without_a_title_is_named_as_a_build_would() {
    let place = two_policies();
    place
        .write("nn.md", "Some text.\n")
        .write("legal/data-use/index.md", "## Part\n\nSome text.\n")
        .write("own.md", "---\ntitle: Its own\n---\n# Heading\n");
    let said = prints(&place, &["diff"]);
    for title in ["Nn (nn)", "Data use (legal/data-use)", "Its own (own)"] {
        assert!(
            said.contains(&format!("{title}\nnothing → draft\n")),
            "{said}"
        );
    }
}

#[test]
fn a_deleted_file_is_removed_as_a_whole() {
    let place = two_policies();
    place.remove("terms.md");
    let said = prints(&place, &["diff"]);
    assert!(said.contains("2024-12-01 → nothing\n"), "{said}");
    assert!(
        said.ends_with("\n- # Terms\n\n- Pay within twenty days.\n"),
        "{said}"
    );
}

#[test]
fn a_policy_that_was_withdrawn_long_ago_is_not_told() {
    let place = two_policies();
    place.remove("terms.md").commit("2024-12-15");
    assert_eq!(prints(&place, &["diff"]), "nothing differs\n");
    let said = prints(&place, &["diff", "2024-07-01", "--policy", "terms"]);
    assert!(said.contains("2024-06-01 → nothing"), "{said}");
}

#[test]
fn a_moved_file_is_the_policy_of_its_id() {
    let place = Place::new();
    place
        .write("a.md", "---\nid: u-1\n---\n# A\n\nSome text.\n")
        .write("refund.md", "# Refund\n\nMoney back.\n")
        .commit("2024-01-01");
    place
        .rename("a.md", "other/b.md")
        .rename("refund.md", "refund/index.md");
    assert_eq!(prints(&place, &["diff"]), "nothing differs\n");
    place.write("other/b.md", "---\nid: u-1\n---\n# A\n\nSome words.\n");
    let said = prints(&place, &["diff"]);
    assert!(
        said.contains("A (a)") && said.contains("Some [-text-]{+words+}."),
        "{said}"
    );
}

#[test]
fn a_moved_file_is_the_same_policy_as_it_is_in_a_commit() {
    let place = two_policies();
    place.rename("terms.md", "conditions.md");
    assert_eq!(prints(&place, &["diff"]), "nothing differs\n");
}

#[test]
fn a_file_that_says_something_else_is_another_policy() {
    let place = two_policies();
    place.remove("terms.md");
    place.write("conditions.md", "# Conditions\n\nNothing of the kind.\n");
    let said = prints(&place, &["diff"]);
    assert!(
        said.contains("Conditions (conditions)\nnothing → draft"),
        "{said}"
    );
    assert!(
        said.contains("Terms (terms)\n2024-12-01 → nothing"),
        "{said}"
    );
}

#[test]
fn symbolic_links_ignored_files_and_other_repositories_are_no_drafts() {
    let place = two_policies();
    place
        .write(".gitignore", "/scratch/\nnotes.md\n")
        .write("scratch/x.md", "# X\n")
        .write("notes.md", "# Notes\n")
        .write("public/privacy/2.0/source.md", "# Site\n")
        .write("vendored/.git/HEAD", "ref: refs/heads/main\n")
        .write("vendored/y.md", "# Y\n");
    let secret = place.folder().join("secret");
    crate::support::write(&secret.join("z.md"), "# Secret\n");
    symlink(secret.join("z.md"), place.repo().join("z.md")).unwrap();
    symlink(&secret, place.repo().join("linked")).unwrap();
    assert_eq!(prints(&place, &["diff"]), "nothing differs\n");
    place.remove("terms.md");
    symlink(secret.join("z.md"), place.repo().join("terms.md")).unwrap();
    let said = prints(&place, &["diff"]);
    assert!(
        said.contains("→ nothing") && !said.contains("Secret"),
        "{said}"
    );
}

#[test]
fn faults_of_a_draft_are_told_with_their_lines() {
    let place = two_policies();
    place.write("terms.md", "---\neffective: soon\n---\n# Terms\n\nPay.\n");
    let printed = run(&place, &["diff"]);
    assert_eq!(printed.code, Some(0));
    assert!(
        printed.err.contains("warning: `terms.md:2`"),
        "{}",
        printed.err
    );
}

#[test]
fn a_changed_title_is_told() {
    let place = Place::new();
    place
        .write("a.md", "---\ntitle: Old\n---\nText.\n")
        .commit("2024-01-01");
    place.write("a.md", "---\ntitle: New\n---\nText.\n");
    let said = prints(&place, &["diff"]);
    assert_eq!(
        said,
        "New (a)\n2024-01-01 → draft\n\nTitle changed from “Old” to “New”.\n"
    );
}

#[test]
fn include_and_exclude_are_those_of_the_build() {
    let place = two_policies();
    place.write("ai.md", "# Assistant\n").remove("terms.md");
    let said = prints(&place, &["diff", "--exclude", "ai.md"]);
    assert!(!said.contains("Assistant"), "{said}");
    let said = prints(&place, &["diff", "--include", "ai.md"]);
    assert!(
        said.contains("Assistant") && !said.contains("Terms"),
        "{said}"
    );
}

#[test]
fn without_a_working_tree_there_is_no_draft() {
    let place = two_policies();
    let bare = place.folder().join("bare.git");
    place.git(&["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()]);
    let root = bare.to_str().unwrap();
    let said = fails(&place, &["diff", "--root", root]);
    assert!(said.contains("there is no working tree"), "{said}");
    let said = fails(&place, &["diff", "1.0", "draft", "--root", root]);
    assert!(said.contains("hence no `draft`"), "{said}");
    let said = prints(&place, &["diff", "1.0", "--root", root]);
    assert!(said.contains("→ 2.0 (published 2024-03-01)"), "{said}");
}
