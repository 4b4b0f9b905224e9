//! Texts and repositories that cannot be read as they should be.

use std::os::unix::fs::symlink;

use crate::support::Place;

#[test]
fn a_shallow_clone_is_refused_with_the_remedy() {
    let place = Place::with_one_policy();
    place
        .write("privacy.md", "# Privacy\n\nMore.\n")
        .commit("2024-02-01");
    let clone = place.folder().join("clone");
    let url = format!("file://{}", place.repo().display());
    place.git(&[
        "clone",
        "--quiet",
        "--depth",
        "1",
        &url,
        clone.to_str().unwrap(),
    ]);
    let said = place.build_of(&clone).fails();
    assert!(
        said.contains("git fetch --unshallow") && said.contains("fetch-depth: 0"),
        "{said}"
    );
    assert!(!place.output().exists());
}

#[test]
fn a_branch_without_a_commit_is_refused() {
    let place = Place::new();
    place.write("privacy.md", "# P\n");
    let said = place.build().fails();
    assert!(said.contains("no commit yet"), "{said}");
}

#[test]
fn a_ref_that_is_not_there_is_named() {
    let place = Place::with_one_policy();
    place.write("policygen.toml", "[history]\nref = \"release\"\n");
    let said = place.build().fails();
    assert!(
        said.contains("`release`") && said.contains("[history]"),
        "{said}"
    );
}

#[test]
fn a_root_or_a_content_folder_that_is_not_there_is_named() {
    let place = Place::with_one_policy();
    let said = place.build_of(&place.folder().join("nowhere")).fails();
    assert!(said.contains("nowhere"), "{said}");
    let said = place.build().args(["--content", "missing"]).fails();
    assert!(said.contains("missing"), "{said}");
}

#[test]
fn a_repository_without_policies_is_told() {
    let place = Place::new();
    place
        .write("README.md", "# Read me\n")
        .write("a.txt", "x")
        .commit("2024-01-01");
    let said = place.build().run();
    assert!(
        said.stderr.contains("no ") || said.stderr.contains("Markdown"),
        "{}",
        said.stderr
    );
}

#[test]
fn a_repository_of_another_owner_is_refused_with_the_remedy() {
    let place = Place::with_one_policy();
    for path in [place.repo(), place.repo().join(".git")] {
        if std::os::unix::fs::chown(path, Some(12345), None).is_err() {
            // Only root can give a repository away.
            return;
        }
    }
    let said = place.build().fails();
    assert!(said.contains("safe.directory"), "{said}");
    assert!(!place.output().exists());
}

#[test]
fn invalid_utf8_is_an_error_in_the_newest_text_and_a_warning_in_an_older_one() {
    let place = Place::new();
    place
        .write("privacy.md", b"# Privacy\n\nFine.\n\nCaf\xe9 \xff.\n")
        .commit("2024-01-01");
    let said = place.build().fails();
    assert!(
        said.contains("`privacy.md:5`") && said.contains("UTF-8"),
        "{said}"
    );
    place
        .write("privacy.md", "# Privacy\n\nCafé.\n")
        .commit("2024-02-01");
    let site = place.build().site();
    assert!(
        site.said.contains("warning: `privacy.md:5`"),
        "{}",
        site.said
    );
    assert_eq!(site.labels("privacy"), ["2024-01-01", "2024-02-01"]);
    assert!(site.read("privacy/2024-01-01/").contains("Caf\u{fffd}"));
}

#[test]
fn a_byte_order_mark_and_line_ends_of_windows_are_nothing_to_notice() {
    let place = Place::new();
    place
        .write(
            "privacy.md",
            "---\ntitle: Data\n---\n# Privacy\n\nOne\ntwo.\n",
        )
        .commit("2024-01-01");
    place
        .write(
            "privacy.md",
            "\u{feff}---\r\ntitle: Data\r\n---\r\n# Privacy\r\n\r\nOne\r\ntwo.\r\n",
        )
        .commit("2024-02-01");
    let site = place.build().site();
    assert_eq!(site.labels("privacy"), ["2024-01-01"]);
    assert_eq!(site.record("privacy")["title"], "Data");
    assert!(!site.read("privacy/").contains('\u{feff}') && !site.read("privacy/").contains("---"));
}

#[test]
fn a_file_of_ten_megabytes_is_published() {
    let place = Place::new();
    let text = "Every word of this paragraph counts, and there are many of them in here.\n\n"
        .repeat(140_000);
    place
        .write("privacy.md", format!("# Privacy\n\n{text}"))
        .commit("2024-01-01");
    let site = place.build().site();
    assert!(site.read("privacy/").len() > 10_000_000);
}

#[test]
fn empty_files_are_policies_without_words() {
    let place = Place::new();
    place
        .write("empty.md", "")
        .write("space.md", " \n\n")
        .write("front.md", "---\ntitle: Data\n---\n")
        .write("unclosed.md", "---\ntitle: Data\n")
        .write("rule.md", "---\n")
        .commit("2024-01-01");
    let said = place.build().run();
    if said.code == Some(1) {
        // Front matter that never ends may be called a fault; then it names the file.
        assert!(
            said.stderr.contains("`unclosed.md:") || said.stderr.contains("`rule.md:"),
            "{}",
            said.stderr
        );
        place
            .remove("unclosed.md")
            .remove("rule.md")
            .commit("2024-02-01");
    }
    let site = place.build().site();
    for id in ["empty", "space", "front"] {
        assert!(site.has(&format!("{id}/2024-01-01/")), "{id}");
    }
    assert_eq!(site.record("front")["title"], "Data");
}

#[test]
fn a_lost_text_is_an_error_in_the_newest_revision() {
    let place = Place::with_one_policy();
    place.write("terms.md", "# Terms\n").commit("2024-02-01");
    place.lose("HEAD:privacy.md");
    let said = place.build().fails();
    assert!(
        said.contains("`privacy.md`") && said.contains("git fsck"),
        "{said}"
    );
    assert!(!place.output().exists());
}

#[test]
fn a_lost_text_is_a_warning_in_an_older_revision() {
    let place = Place::with_one_policy();
    place
        .write("privacy.md", "# Privacy\n\nTwo.\n")
        .commit("2024-02-01");
    place
        .write("privacy.md", "# Privacy\n\nThree.\n")
        .commit("2024-03-01");
    place.lose("HEAD~1:privacy.md");
    let site = place.build().site();
    assert!(site.said.contains("warning: `privacy.md`"), "{}", site.said);
    assert!(site.read("privacy/").contains("Three."));
    assert_eq!(
        site.revisions("privacy").len(),
        3,
        "the revision is still named"
    );
}

#[test]
fn a_lost_tree_or_commit_fails_and_leaves_the_site() {
    let place = Place::with_one_policy();
    place.write("a/b.md", "# B\n").commit("2024-02-01");
    place.write("a/b.md", "# B\n\nMore.\n").commit("2024-03-01");
    let before = place.build().site().files();
    place.lose("HEAD~1:a");
    let said = place.build().fails();
    assert!(said.contains("git fsck"), "{said}");
    place.lose("HEAD~2");
    let said = place.build().fails();
    assert!(said.contains("git fsck"), "{said}");
    assert_eq!(place.site().files(), before);
}

#[test]
fn a_lost_image_is_told() {
    let place = Place::new();
    place
        .write("privacy.md", "# P\n\n![x](x.png)\n")
        .write("x.png", "pixels")
        .commit("2024-01-01");
    place.lose("HEAD:x.png");
    let said = place.build().fails();
    assert!(said.contains("cannot be read"), "{said}");
    assert!(!place.output().exists());
}

#[test]
fn deep_nesting_neither_crashes_nor_takes_long() {
    let place = Place::new();
    let texts = [
        ("quotes", format!("{} deep\n", "> ".repeat(20_000))),
        (
            "lists",
            (0..400)
                .map(|n| format!("{}- item\n", "  ".repeat(n)))
                .collect(),
        ),
        (
            "stars",
            format!("{}word{}\n", "*".repeat(50_000), "*".repeat(50_000)),
        ),
        (
            "emphasis",
            format!("{}word{}\n", "*a _b ".repeat(20_000), "_ *".repeat(20_000)),
        ),
        (
            "brackets",
            format!("{}x{}\n", "[".repeat(50_000), "](y)".repeat(50_000)),
        ),
        (
            "html",
            format!(
                "{}word{}\n",
                "<div>".repeat(50_000),
                "</div>".repeat(50_000)
            ),
        ),
        ("inline", format!("a {}word\n", "<b><i>".repeat(30_000))),
        ("open-tags", format!("{}\n", "<a href=\"".repeat(30_000))),
        (
            "tables",
            format!(
                "{}x{}\n",
                "<table><tr><td>".repeat(5_000),
                "</td></tr></table>".repeat(5_000)
            ),
        ),
        (
            "backticks",
            (1..500).map(|n| format!("{} ", "`".repeat(n))).collect(),
        ),
        (
            "footnotes",
            format!("{}\n\n{}", "[^a]".repeat(5_000), "[^a]: [^a]\n".repeat(50)),
        ),
        ("entities", "&".repeat(100_000)),
    ];
    for (name, text) in texts {
        place.write(&format!("{name}.md"), format!("# {name}\n\n{text}"));
    }
    place.commit("2024-01-01");
    let began = std::time::Instant::now();
    let site = place.build().site();
    assert_eq!(site.ids().len(), 12);
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
}

#[test]
fn deep_folders_are_no_danger() {
    let place = Place::new();
    let path = format!("{}a.md", "d/".repeat(1_500));
    let text = "# Deep\n";
    let file = |path: &str| format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len());
    let commit =
        "commit refs/heads/main\ncommitter Ada <ada@example.org> 1704110400 +0000\ndata 4\nDeep\n";
    let stream = format!("{commit}{}{}", file("privacy.md"), file(&path));
    place.git_reading(&["fast-import", "--quiet"], stream.as_bytes());
    let said = place.build().run();
    assert!(matches!(said.code, Some(0 | 1)), "{said:?}");
    assert!(
        said.code == Some(0) || said.stderr.contains("error: "),
        "{}",
        said.stderr
    );
}

#[test]
fn symbolic_links_in_the_content_are_not_followed() {
    let place = Place::with_one_policy();
    std::fs::write(
        place.folder().join("secret.md"),
        "# Secret\n\nNever to be seen.\n",
    )
    .unwrap();
    std::fs::create_dir(place.folder().join("outside")).unwrap();
    std::fs::write(
        place.folder().join("outside/more.md"),
        "# Never to be seen\n",
    )
    .unwrap();
    symlink("../secret.md", place.repo().join("linked.md")).unwrap();
    symlink("../outside", place.repo().join("folder")).unwrap();
    symlink("privacy.md", place.repo().join("inside.md")).unwrap();
    place.write("real.md", "# Real\n\n![x](pic.png)\n");
    symlink("/etc/hostname", place.repo().join("pic.png")).unwrap();
    place.commit("2024-02-01");
    let site = place.build().site();
    assert_eq!(site.ids(), ["privacy", "real"]);
    assert!(
        !site
            .files()
            .values()
            .any(|bytes| String::from_utf8_lossy(bytes).contains("Never to be seen"))
    );
    assert!(
        !site
            .files()
            .keys()
            .any(|path| path.starts_with("assets/content/"))
    );
}

#[test]
fn a_policy_that_becomes_a_symbolic_link_is_withdrawn() {
    let place = Place::with_one_policy();
    place.write("terms.md", "# Terms\n").commit("2024-02-01");
    place.remove("privacy.md");
    symlink("terms.md", place.repo().join("privacy.md")).unwrap();
    place.commit("2024-03-01");
    let site = place.build().site();
    assert_eq!(site.record("privacy")["status"], "withdrawn");
}

#[test]
fn submodules_are_no_policies() {
    let place = Place::with_one_policy();
    let commit = place.id("HEAD");
    place.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("160000,{commit},sub.md"),
    ]);
    place.git(&["commit", "--quiet", "-m", "A submodule"]);
    assert_eq!(place.build().site().ids(), ["privacy"]);
}

#[test]
fn names_that_windows_keeps_for_itself_are_published_or_told() {
    let place = Place::new();
    place
        .write("CON.md", "# Con\n")
        .write("nul.md", "# Nul\n")
        .write("a:b.md", "# Colon\n")
        .write("trailing .md", "# Space\n")
        .write("dots...md", "# Dots\n")
        .write("-.md", "# Dash\n")
        .write("%2e%2e.md", "# Percent\n")
        .write("new\nline.md", "# Line\n")
        .write("quote\"'<b>.md", "# Quote\n")
        .commit("2024-01-01");
    let said = place.build().run();
    assert!(matches!(said.code, Some(0 | 1)), "{said:?}");
    if said.code == Some(1) {
        assert!(said.stderr.contains("error: `"), "{}", said.stderr);
        assert!(!place.output().exists());
    } else {
        assert_eq!(place.site().ids().len(), 9);
    }
}

#[test]
fn con_alone_is_published() {
    let place = Place::new();
    place.write("CON.md", "# Con\n").commit("2024-01-01");
    let site = place.build().site();
    assert_eq!(site.ids().len(), 1);
    assert!(site.read(&format!("{}/", site.ids()[0])).contains("Con"));
}

#[test]
fn crafted_trees_lead_nowhere_outside() {
    for name in ["../x.md", "..", "/etc/x.md", ".git", ".", "a/b.md", ""] {
        let place = Place::new();
        let blob = place.blob("# Escaped\n");
        let inner = place.tree(&[("100644", "x.md", &blob)]);
        let crafted = if name.ends_with(".md") {
            ("100644", name, blob.as_str())
        } else {
            ("40000", name, inner.as_str())
        };
        place.commit_entries(&[crafted, ("100644", "privacy.md", &blob)], "2024-01-01");
        let said = place.build().run();
        assert!(matches!(said.code, Some(0 | 1)), "`{name}`: {said:?}");
        let mut beside: Vec<_> = std::fs::read_dir(place.folder())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        beside.retain(|name| name != "input" && !name.starts_with(".site."));
        beside.sort();
        let expected: &[&str] = if said.code == Some(0) {
            &["home", "repo", "site"]
        } else {
            &["home", "repo"]
        };
        assert_eq!(beside, expected, "`{name}`");
        if said.code == Some(0) {
            assert!(place.site().has("privacy/"), "`{name}`");
        }
    }
}

#[test]
fn a_path_that_is_no_utf8_is_no_danger() {
    let place = Place::new();
    let blob = place.blob("# Bytes\n");
    let mut bytes = b"100644 caf\xe9.md\0".to_vec();
    bytes.extend(
        (0..40)
            .step_by(2)
            .map(|at| u8::from_str_radix(&blob[at..at + 2], 16).unwrap()),
    );
    let tree = place.git_reading(
        &["hash-object", "-t", "tree", "--literally", "-w", "--stdin"],
        &bytes,
    );
    let commit = place.git(&["commit-tree", "-m", "Bytes", &tree]);
    place.git(&["update-ref", "refs/heads/main", &commit]);
    assert_eq!(place.build().site().ids().len(), 1);
}
