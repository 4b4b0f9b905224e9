//! Commits, branches and other history that changes while somebody looks.

use crate::server::Server;
use crate::support::Place;
use crate::{place, privacy};

#[test]
fn before_the_first_commit_all_is_a_draft() {
    let place = Place::new();
    place.write("content/privacy.md", privacy("thirty"));
    let site = place.build().args(["--drafts"]).site();
    assert!(site.read("privacy/draft/").contains("for thirty days"));
    let server = Server::start(&place);
    assert!(server.page("/").contains("privacy/"));
    server.shows("/privacy/draft/", "for thirty days");
    place.write("content/privacy.md", privacy("sixty"));
    server.shows("/privacy/draft/", "for sixty days");
    place.commit("2024-01-01");
    server.shows("/privacy/2024-01-01/", "for sixty days");
    server.lacks("/privacy/draft/");
}

#[test]
fn a_commit_makes_a_version_of_the_draft() {
    let place = place();
    let server = Server::start(&place);
    place.write("privacy.md", privacy("sixty"));
    server.shows("/privacy/draft/", "sixty");
    place.commit("2024-02-01");
    server.shows("/privacy/2024-02-01/changes/", "sixty");
    server.lacks("/privacy/draft/");
    assert!(server.page("/privacy/").contains("for sixty days"));
}

#[test]
fn an_amended_commit_takes_the_place_of_the_one_before() {
    let place = place();
    let server = Server::start(&place);
    place
        .write("privacy.md", privacy("sixty"))
        .commit("2024-02-01");
    server.shows("/privacy/", "for sixty days");
    place.write("privacy.md", privacy("ninety"));
    place.git(&["commit", "--quiet", "--all", "--amend", "--no-edit"]);
    server.shows("/privacy/", "for ninety days");
    assert!(!server.page("/privacy/changes/").contains("for sixty days"));
    server.lacks("/privacy/draft/");
}

#[test]
fn another_branch_is_shown_when_it_is_checked_out() {
    let place = place();
    place.git(&["checkout", "--quiet", "-b", "other"]);
    place
        .write("privacy.md", privacy("sixty"))
        .write("terms.md", "# Terms\n")
        .commit("2024-02-01");
    let server = Server::start(&place);
    assert!(server.page("/terms/").contains("Terms"));
    place.git(&["checkout", "--quiet", "main"]);
    server.lacks("/terms/");
    server.shows("/privacy/", "for thirty days");
    place.git(&["checkout", "--quiet", "other"]);
    server.shows("/terms/", "Terms");
    server.shows("/privacy/", "for sixty days");
    server.lacks("/privacy/draft/");
}

#[test]
fn a_merge_and_a_rebase_are_seen() {
    let place = place();
    let server = Server::start(&place);
    place.git(&["checkout", "--quiet", "-b", "other"]);
    place
        .write("privacy.md", privacy("sixty"))
        .commit("2024-02-01");
    place.git(&["checkout", "--quiet", "main"]);
    place.write("terms.md", "# Terms\n").commit("2024-02-02");
    server.shows("/terms/2024-02-02/", "Terms");
    place.merge("other", "2024-02-03");
    server.shows("/privacy/2024-02-03/", "for sixty days");
    place.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    server.lacks("/privacy/2024-02-03/");
    place.git(&["rebase", "--quiet", "other"]);
    server.shows("/privacy/2024-02-01/", "for sixty days");
    server.shows("/terms/", "Terms");
}

#[test]
fn a_withdrawn_policy_is_told_as_such() {
    let place = place();
    place.write("terms.md", "# Terms\n").commit("2024-02-01");
    let server = Server::start(&place);
    place.remove("terms.md").commit("2024-03-01");
    server.shows("/terms/", "This policy was withdrawn");
}

#[test]
fn a_worktree_has_a_history_and_drafts_of_its_own() {
    let place = place();
    let tree = place.folder().join("tree");
    place.git(&[
        "worktree",
        "add",
        "--quiet",
        "-b",
        "other",
        tree.to_str().unwrap(),
    ]);
    let server = Server::with(&place, &["--root", tree.to_str().unwrap()]);
    std::fs::write(tree.join("privacy.md"), privacy("sixty")).unwrap();
    server.shows("/privacy/draft/", "sixty");
    let commit = [
        "-C",
        tree.to_str().unwrap(),
        "commit",
        "--quiet",
        "--all",
        "-m",
        "Change",
    ];
    place.git(&commit);
    server.shows("/privacy/", "for sixty days");
    server.lacks("/privacy/draft/");
}

#[test]
fn packed_branches_are_seen() {
    let place = place();
    place.git(&["pack-refs", "--all"]);
    let server = Server::start(&place);
    place
        .write("privacy.md", privacy("sixty"))
        .commit("2024-02-01");
    place.git(&["pack-refs", "--all"]);
    place.git(&["gc", "--quiet"]);
    server.shows("/privacy/", "for sixty days");
    place
        .write("privacy.md", privacy("ninety"))
        .commit("2024-03-01");
    server.shows("/privacy/", "for ninety days");
}

#[test]
fn a_repository_that_begins_is_seen() {
    let place = crate::Place::without_git();
    place.write("privacy.md", privacy("thirty"));
    let server = Server::start(&place);
    server.shows("/privacy/", "thirty");
    place.git(&["init", "--quiet", "--template=", "--initial-branch=main"]);
    place.commit("2024-02-01");
    server.shows("/privacy/2024-02-01/", "thirty");
}
