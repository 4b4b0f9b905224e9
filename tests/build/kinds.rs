//! The kinds of repository in which policies lie.

use crate::support::{Place, write};

fn two_versions() -> Place {
    let place = Place::new();
    for (month, word) in ["One", "Two"].iter().enumerate() {
        place
            .write(
                "legal/privacy.md",
                format!("# Privacy\n\n{word}. [terms](terms.md) ![x](x.png)\n"),
            )
            .write("legal/terms.md", "# Terms\n")
            .write("legal/x.png", "pixels")
            .write("docs/guide.md", "# Guide\n")
            .commit(&format!("2024-0{}-01", month + 1));
    }
    place
}

#[test]
fn a_worktree_builds_like_its_repository() {
    let place = two_versions();
    let expected = place.build().args(["--content", "legal"]).site().files();
    let tree = place.folder().join("tree");
    place.git(&[
        "worktree",
        "add",
        "--quiet",
        "--detach",
        tree.to_str().unwrap(),
    ]);
    let site = place
        .build_of(&tree)
        .args(["--content", "legal"])
        .into(place.folder().join("b"))
        .site();
    assert!(site.files() == expected);
}

#[test]
fn a_bare_repository_builds_like_a_clone() {
    let place = two_versions();
    let expected = place.build().args(["--content", "legal"]).site().files();
    let bare = place.folder().join("bare.git");
    place.git(&["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()]);
    let site = place
        .build_of(&bare)
        .args(["--content", "legal"])
        .into(place.folder().join("b"))
        .site();
    assert!(site.files() == expected);
    let all = place.build_of(&bare).into(place.folder().join("c")).site();
    assert_eq!(all.ids(), ["docs/guide", "legal/privacy", "legal/terms"]);
}

#[test]
fn a_packed_repository_builds_like_a_loose_one() {
    let place = two_versions();
    let expected = place.build().site().files();
    place.git(&["gc", "--quiet", "--aggressive", "--prune=now"]);
    assert!(place.build().into(place.folder().join("b")).site().files() == expected);
}

#[test]
fn a_detached_head_publishes_what_it_stands_on() {
    let place = two_versions();
    place.git(&["checkout", "--quiet", "--detach", "HEAD~1"]);
    let site = place.build().args(["--content", "legal"]).site();
    assert_eq!(site.labels("privacy"), ["2024-01-01"]);
}

#[test]
fn a_ref_publishes_what_it_names() {
    let place = two_versions();
    place.git(&["tag", "-m", "First", "v1", "HEAD~1"]);
    place.write(
        "policygen.toml",
        "[history]\nref = \"v1\"\n[content]\nfolder = \"legal\"\n",
    );
    assert_eq!(place.build().site().labels("privacy"), ["2024-01-01"]);
}

#[test]
fn a_subfolder_of_a_larger_repository_is_a_site_of_its_own() {
    let place = two_versions();
    write(
        &place.repo().join("legal/policygen.toml"),
        "[site]\ntitle = \"Legal\"\n",
    );
    let site = place.build_of(&place.repo().join("legal")).site();
    assert_eq!(site.ids(), ["privacy", "terms"]);
    assert_eq!(
        site.record("privacy")["path"],
        "legal/privacy.md",
        "the path is that in the repository"
    );
    assert_eq!(site.labels("privacy").len(), 2);
    assert!(site.read("").contains("Legal"));
}

#[test]
fn the_folder_content_is_the_default_where_there_is_one() {
    let place = Place::new();
    place
        .write("content/privacy.md", "# Privacy\n")
        .write("other.md", "# Other\n")
        .commit("2024-01-01");
    assert_eq!(place.build().site().ids(), ["privacy"]);
    assert_eq!(
        place.build().args(["--content", "."]).site().ids(),
        ["content/privacy", "other"]
    );
    place
        .write("policygen.toml", "[content]\nfolder = \"docs\"\n")
        .write("docs/a.md", "# A\n")
        .commit("2024-02-01");
    assert_eq!(place.build().site().ids(), ["a"]);
    assert_eq!(
        place.build().args(["--content", "content"]).site().ids(),
        ["privacy"],
        "the option goes before the key"
    );
}

#[test]
fn a_folder_without_git_is_one_undated_version_with_a_warning() {
    let place = Place::without_git();
    place
        .write(
            "privacy.md",
            "# Privacy\n\nText. [terms](legal/terms.md) ![x](x.png)\n",
        )
        .write(
            "legal/terms.md",
            "---\neffective: 2024-05-01\n---\n# Terms\n",
        )
        .write("x.png", "pixels");
    let site = place.build().site();
    assert!(
        site.said.contains("warning: ") && site.said.contains("git"),
        "{}",
        site.said
    );
    assert_eq!(site.ids(), ["legal/terms", "privacy"]);
    let record = site.record("privacy");
    assert_eq!(record["versions"].as_array().unwrap().len(), 1);
    assert_eq!(record["versions"][0]["published"], serde_json::Value::Null);
    assert!(
        record["versions"][0]["revisions"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert!(site.read("privacy/").contains("Text."));
    assert!(
        site.files()
            .keys()
            .any(|path| path.starts_with("assets/content/") && path.ends_with(".png"))
    );
}

#[test]
fn a_folder_without_git_does_not_follow_symbolic_links() {
    let place = Place::without_git();
    std::fs::write(place.folder().join("secret.md"), "# Never to be seen\n").unwrap();
    place.write("privacy.md", "# Privacy\n\n![x](x.png)\n");
    std::os::unix::fs::symlink("../secret.md", place.repo().join("linked.md")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", place.repo().join("x.png")).unwrap();
    std::os::unix::fs::symlink(".", place.repo().join("loop")).unwrap();
    let site = place.build().site();
    assert_eq!(site.ids(), ["privacy"]);
    assert!(
        !site
            .files()
            .keys()
            .any(|path| path.starts_with("assets/content/"))
    );
}

#[test]
fn a_content_folder_that_is_a_symbolic_link_is_not_followed() {
    for place in [Place::without_git(), Place::new()] {
        write(
            &place.folder().join("outside/secret.md"),
            "# Never to be seen\n",
        );
        place.write("privacy.md", "# Privacy\n");
        std::os::unix::fs::symlink("../outside", place.repo().join("content")).unwrap();
        if place.repo().join(".git").exists() {
            place.commit("2024-01-01");
        }
        for arguments in [&[][..], &["--content", "content"]] {
            if place.build().args(arguments).run().code == Some(0) {
                assert!(
                    !place
                        .site()
                        .files()
                        .values()
                        .any(|bytes| String::from_utf8_lossy(bytes).contains("Never to be seen"))
                );
            }
        }
    }
}

#[test]
fn grafted_and_replaced_histories_are_read_without_a_crash() {
    let place = two_versions();
    place.git(&["replace", "--graft", "HEAD"]);
    let said = place.build().run();
    assert!(matches!(said.code, Some(0 | 1)), "{said:?}");
}
