//! What publishing does to a target: what comes, stays, goes, and what is refused.

#[cfg(unix)]
mod unix;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Result;

use super::{MANIFEST_NAME, Published, Stage, Target};

/// A folder of its own with a target in it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        Place { folder }
    }

    fn site(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    fn stage(&self) -> Stage {
        Target::open(&self.site(), &[]).unwrap().0.stage().unwrap()
    }

    fn publish(&self, files: &[(&str, &str)]) -> Published {
        self.try_publish(files).unwrap()
    }

    fn try_publish(&self, files: &[(&str, &str)]) -> Result<Published> {
        let stage = Target::open(&self.site(), &[])?.0.stage()?;
        for (path, text) in files {
            stage.write(path, text.as_bytes())?;
        }
        stage.publish()
    }

    fn error(&self, files: &[(&str, &str)]) -> String {
        format!("{:#}", self.try_publish(files).unwrap_err())
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.site().join(path)).unwrap()
    }

    /// Every name beside the target, the target included.
    fn beside(&self) -> Vec<String> {
        names_in(self.folder.path())
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn counts(written: usize, unchanged: usize, removed: usize, kept: usize) -> Published {
    Published {
        written,
        unchanged,
        removed,
        kept,
    }
}

/// Whether opening the target is refused with all of `words`.
#[track_caller]
fn assert_refused(target: &Path, guarded: &[PathBuf], words: &[&str]) {
    let error = format!("{:#}", Target::open(target, guarded).unwrap_err());
    for word in words {
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn a_first_site_is_published_and_nothing_else_left() {
    let place = Place::new();
    let site = [("index.html", "hi"), ("a/b/c.html", "deep"), ("a/b/d", "")];
    assert_eq!(place.publish(&site), counts(3, 0, 0, 0));
    assert_eq!(place.read("a/b/c.html"), "deep");
    assert_eq!(
        place.read(MANIFEST_NAME),
        "{\n  \"format\": 1,\n  \"files\": [\n    \"a/b/c.html\",\n    \"a/b/d\",\n    \"index.html\"\n  ]\n}\n"
    );
    assert_eq!(place.beside(), ["site"]);
}

#[test]
fn missing_parents_and_an_empty_folder_are_fine() {
    let place = Place::new();
    let target = place.folder.path().join("x/y/site/");
    let (opened, notes) = Target::open(&target, &[]).unwrap();
    assert!(notes.is_empty() && opened.previous().files.is_empty());
    opened.stage().unwrap().publish().unwrap();
    assert_eq!(names_in(&target), [MANIFEST_NAME]);
    fs::create_dir(place.site()).unwrap();
    place.publish(&[("a", "1")]);
}

#[test]
fn the_new_site_replaces_the_old_one() {
    let place = Place::new();
    place.publish(&[("same/x", "1"), ("changed", "1"), ("gone/deep/x", "1")]);
    let site = [("same/x", "1"), ("changed", "2"), ("new/x", "1")];
    assert_eq!(place.publish(&site), counts(2, 1, 1, 0));
    assert_eq!(
        names_in(&place.site()),
        [MANIFEST_NAME, "changed", "new", "same"]
    );
    assert_eq!(place.read("changed"), "2");
    let (target, _) = Target::open(&place.site(), &[]).unwrap();
    let files: Vec<_> = target.previous().files.iter().collect();
    assert_eq!(files, ["changed", "new/x", "same/x"]);
}

#[test]
fn a_file_may_become_a_folder_and_back() {
    let place = Place::new();
    place.publish(&[("a", "file")]);
    place.publish(&[("a/b", "folder")]);
    assert_eq!(place.read("a/b"), "folder");
    place.publish(&[("a", "file")]);
    assert_eq!(place.read("a"), "file");
}

#[test]
fn an_unchanged_file_keeps_its_mtime() {
    let place = Place::new();
    let site = [("a", "1"), ("b", "1")];
    place.publish(&site);
    let past = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for name in ["a", "b", MANIFEST_NAME] {
        let file = fs::File::options()
            .write(true)
            .open(place.site().join(name));
        file.unwrap().set_modified(past).unwrap();
    }
    place.publish(&[("a", "1"), ("b", "2")]);
    let modified = |name| {
        let found = place.site().join(name).metadata();
        found.unwrap().modified().unwrap()
    };
    assert_eq!(modified("a"), past);
    assert_eq!(modified(MANIFEST_NAME), past);
    assert_ne!(modified("b"), past);
}

#[test]
fn foreign_files_stay() {
    let place = Place::new();
    place.publish(&[("index.html", "1"), ("a/b", "1"), ("left/alone", "1")]);
    place.put("site/CNAME", "policies.example");
    place.put("site/.well-known/security.txt", "mail");
    place.put("site/.git/objects/aa/bb", "blob");
    fs::create_dir_all(place.site().join("empty/inner")).unwrap();
    fs::remove_file(place.site().join("left/alone")).unwrap();
    let foreign = 4;
    for _ in 0..2 {
        let done = place.publish(&[("index.html", "2"), (".well-known/own", "1")]);
        assert_eq!(done.kept, foreign);
    }
    assert_eq!(place.read("CNAME"), "policies.example");
    assert_eq!(place.read(".well-known/security.txt"), "mail");
    assert_eq!(place.read(".well-known/own"), "1");
    assert_eq!(place.read(".git/objects/aa/bb"), "blob");
    assert!(place.site().join("empty/inner").is_dir());
    assert!(!place.site().join("a").exists() && !place.site().join("left").exists());
}

#[test]
fn a_foreign_file_in_the_way_is_named_and_nothing_changes() {
    let place = Place::new();
    place.publish(&[("index.html", "1")]);
    place.put("site/CNAME", "mine");
    place.put("site/dir/x", "mine");
    for (path, named) in [
        ("CNAME", "CNAME`"),
        ("CNAME/x", "CNAME`"),
        ("dir", "dir/x`"),
    ] {
        let error = place.error(&[("index.html", "2"), (path, "new")]);
        assert!(
            error.contains(named) && error.contains("move it away"),
            "{error}"
        );
    }
    assert_eq!(place.read("index.html"), "1");
    assert_eq!(place.read("CNAME"), "mine");
    assert_eq!(place.beside(), ["site"]);
}

#[test]
fn a_dropped_stage_leaves_the_old_site() {
    let place = Place::new();
    place.publish(&[("a", "1")]);
    let stage = place.stage();
    stage.write("a", b"2").unwrap();
    stage.write("b", b"2").unwrap();
    drop(stage);
    assert_eq!(place.read("a"), "1");
    assert_eq!(place.beside(), ["site"]);
}

#[test]
fn a_stage_with_a_failed_write_is_not_published() {
    let place = Place::new();
    let stage = place.stage();
    stage.write("a", b"1").unwrap();
    assert!(
        stage
            .write("a", b"2")
            .unwrap_err()
            .to_string()
            .contains("twice")
    );
    assert!(stage.publish().is_err());
    assert!(place.beside().is_empty());
}

#[test]
fn bad_paths_are_refused() {
    let place = Place::new();
    let long = "x".repeat(256);
    let hostile = [
        "", "/a", "../a", "a//b", "a/./b", "a\\b", "a\0", "a/", &long,
    ];
    let own = [
        MANIFEST_NAME,
        ".Policygen-Manifest.json",
        ".policygen-manifest.json/x",
    ];
    for path in hostile.into_iter().chain(own) {
        assert!(place.stage().write(path, b"").is_err(), "{path:?}");
    }
    let stage = place.stage();
    stage.write("a/b", b"").unwrap();
    let error = stage.write("a", b"").unwrap_err().to_string();
    assert!(error.contains("`a`") && error.contains("`a/b`"), "{error}");
    let error = stage.write("a/b/c", b"").unwrap_err().to_string();
    assert!(
        error.contains("`a/b`") && error.contains("`a/b/c`"),
        "{error}"
    );
}

#[test]
fn many_threads_write_at_once() {
    let place = Place::new();
    let stage = place.stage();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let stage = &stage;
            scope.spawn(move || {
                for file in 0..200 {
                    let path = format!("f{}/g/{file}-{thread}", file % 50);
                    stage.write(&path, path.as_bytes()).unwrap();
                }
            });
        }
    });
    assert_eq!(stage.publish().unwrap(), counts(800, 0, 0, 0));
    assert_eq!(place.read("f7/g/57-3"), "f7/g/57-3");
}

#[test]
fn a_second_build_on_the_same_target_is_told() {
    let place = Place::new();
    let stage = place.stage();
    assert_refused(&place.site(), &[], &["another policygen", "site`"]);
    drop(stage);
    place.publish(&[]);
}

#[test]
fn foreign_files_without_a_manifest_are_refused() {
    let place = Place::new();
    place.put("site/index.html", "mine");
    let words = ["did not write", "empty it", MANIFEST_NAME];
    assert_refused(&place.site(), &[], &words);
    assert_eq!(place.beside(), ["site"]);
    place.put(
        "site/.policygen-manifest.json",
        r#"{"format":1,"files":[]}"#,
    );
    assert_eq!(place.publish(&[("a", "1")]), counts(1, 0, 0, 1));
    assert_eq!(place.read("index.html"), "mine");
}

#[test]
fn a_damaged_manifest_is_refused_and_nothing_touched() {
    let place = Place::new();
    place.put("victim", "mine");
    place.put(
        "site/.policygen-manifest.json",
        r#"{"format":1,"files":["../victim"]}"#,
    );
    assert_refused(&place.site(), &[], &["is damaged", "../victim"]);
    assert!(place.folder.path().join("victim").exists());
}

#[test]
fn files_the_root_and_nothing_are_refused() {
    let place = Place::new();
    place.put("site", "mine");
    assert_refused(&place.site(), &[], &["is a file", "site`"]);
    assert_refused(&place.site().join("below"), &[], &["site"]);
    assert_refused(Path::new("/"), &[], &["root of a file system"]);
    assert_refused(Path::new(""), &[], &["has no name"]);
    assert_refused(&place.folder.path().join("no/../x"), &[], &["without `..`"]);
    assert_eq!(place.beside(), ["site"]);
}

#[test]
fn the_sources_and_what_is_above_them_are_refused() {
    let place = Place::new();
    let root = place.folder.path().join("repo/sub");
    fs::create_dir_all(root.join("inner")).unwrap();
    let guarded = [root.clone(), root.join("missing/content")];
    let sources = [
        "repo/sub",
        "repo/sub/",
        "repo/sub/.",
        "repo/sub/inner/..",
        "repo/sub/inner/../../sub",
    ];
    for target in sources {
        assert_refused(
            &place.folder.path().join(target),
            &guarded,
            &["holds the sources"],
        );
    }
    for target in ["repo", "repo/sub/.."] {
        assert_refused(
            &place.folder.path().join(target),
            &guarded,
            &["is above the sources"],
        );
    }
    assert_refused(&root.join("missing"), &guarded, &["is above the sources"]);
    for target in [".git", ".git/site", ".GIT/a/b"] {
        assert_refused(&root.join(target), &guarded, &["inside a `.git` folder"]);
    }
    assert_eq!(names_in(&root), ["inner"]);
    Target::open(&root.join("site"), &guarded).unwrap();
}

#[test]
fn what_an_interrupted_build_staged_is_removed() {
    let place = Place::new();
    place.publish(&[("a", "1")]);
    place.put(".site.policygen-new/a/b", "half");
    let (_, notes) = Target::open(&place.site(), &[]).unwrap();
    assert!(notes[0].contains(".site.policygen-new"), "{notes:?}");
    assert_eq!(place.beside(), ["site"]);
    assert_eq!(place.read("a"), "1");
}

#[test]
fn a_site_put_aside_comes_back_or_goes() {
    let place = Place::new();
    let aside = place.folder.path().join(".site.policygen-old");
    place.publish(&[("a", "1")]);
    for empty_folder in [false, true] {
        fs::rename(place.site(), &aside).unwrap();
        if empty_folder {
            fs::create_dir(place.site()).unwrap();
        }
        let (_, notes) = Target::open(&place.site(), &[]).unwrap();
        assert!(notes[0].contains("recovered"), "{notes:?}");
        assert_eq!(place.read("a"), "1");
    }
    place.put(".site.policygen-old/x", "older");
    let (_, notes) = Target::open(&place.site(), &[]).unwrap();
    assert!(notes[0].contains("removed"), "{notes:?}");
    assert_eq!(place.beside(), ["site"]);
}

#[test]
fn a_site_put_aside_is_not_lost_to_something_new() {
    let place = Place::new();
    place.put(".site.policygen-old/x", "old");
    place.put("site/y", "new");
    assert_refused(
        &place.site(),
        &[],
        &[".site.policygen-old", "move one of them away"],
    );
    assert_eq!(place.read("y"), "new");
}

#[test]
fn two_renames_do_the_same() {
    let place = Place::new();
    place.publish(&[("a", "1"), ("b", "1")]);
    place.put("site/CNAME", "mine");
    let stage = place.stage().by_two_renames();
    stage.write("a", b"2").unwrap();
    assert_eq!(stage.publish().unwrap(), counts(1, 0, 1, 1));
    assert_eq!(names_in(&place.site()), [MANIFEST_NAME, "CNAME", "a"]);
    assert_eq!(place.beside(), ["site"]);
}
