//! Links, pipes, modes, inodes and odd names.

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use super::*;

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn pipe(path: &Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

#[test]
fn a_link_as_target_is_refused_and_a_linked_parent_is_not() {
    let place = Place::new();
    fs::create_dir(place.folder.path().join("real")).unwrap();
    symlink("real", place.site()).unwrap();
    assert_refused(
        &place.site(),
        &[],
        &["is a symbolic link", "the folder that it leads to"],
    );
    assert_refused(
        &place.folder.path().join("site/"),
        &[],
        &["is a symbolic link"],
    );
    let inside = place.site().join("inside");
    Target::open(&inside, &[])
        .unwrap()
        .0
        .stage()
        .unwrap()
        .publish()
        .unwrap();
    assert!(place.folder.path().join("real/inside").is_dir());
    let repository = [place.folder.path().join("real/inside/repo")];
    assert_refused(&inside, &repository, &["is above the sources"]);
    symlink("nowhere", place.folder.path().join("dangling")).unwrap();
    assert_refused(
        &place.folder.path().join("dangling"),
        &[],
        &["is a symbolic link"],
    );
    assert_refused(&place.folder.path().join("dangling/x"), &[], &["dangling"]);
}

#[cfg(target_os = "linux")]
#[test]
fn mount_points_are_refused() {
    assert_refused(Path::new("/proc"), &[], &["mount point"]);
}

#[test]
fn unchanged_and_foreign_files_are_the_same_files() {
    let place = Place::new();
    place.publish(&[("a", "1")]);
    place.put("site/CNAME", "mine");
    let inode = |name| place.site().join(name).metadata().unwrap().ino();
    let before = (inode("a"), inode("CNAME"));
    assert_eq!(place.publish(&[("a", "1")]).unchanged, 1);
    assert_eq!((inode("a"), inode("CNAME")), before);
    assert_eq!(place.site().join("a").metadata().unwrap().nlink(), 1);
}

#[test]
fn a_linked_file_is_not_written_through() {
    let place = Place::new();
    place.publish(&[("a", "old")]);
    let backup = place.folder.path().join("backup");
    fs::hard_link(place.site().join("a"), &backup).unwrap();
    place.publish(&[("a", "new")]);
    assert_eq!(fs::read_to_string(backup).unwrap(), "old");
}

#[test]
fn links_in_the_target_stay_links_and_are_not_followed() {
    let place = Place::new();
    place.put("victim/a", "1");
    place.publish(&[("index.html", "1"), ("dir/a", "1")]);
    fs::remove_dir_all(place.site().join("dir")).unwrap();
    symlink("../victim", place.site().join("dir")).unwrap();
    symlink("nowhere", place.site().join("dangling")).unwrap();
    assert_eq!(place.publish(&[("index.html", "2")]), counts(1, 0, 0, 2));
    assert_eq!(
        fs::read_link(place.site().join("dir")).unwrap(),
        Path::new("../victim")
    );
    assert_eq!(
        fs::read_link(place.site().join("dangling")).unwrap(),
        Path::new("nowhere")
    );
    assert!(place.error(&[("dir/a", "2")]).contains("site/dir`"));
    assert!(place.error(&[("dir/a", "1")]).contains("site/dir`"));
    let victim = fs::read_to_string(place.folder.path().join("victim/a"));
    assert_eq!(victim.unwrap(), "1");
}

#[test]
fn a_link_or_pipe_at_a_path_of_the_manifest_is_foreign() {
    let place = Place::new();
    place.put("victim", "1");
    for put in [|path: &Path| symlink("../victim", path).unwrap(), pipe] {
        place.publish(&[("a", "1"), ("b", "1")]);
        fs::remove_file(place.site().join("a")).unwrap();
        put(&place.site().join("a"));
        assert!(place.error(&[("a", "1")]).contains("site/a`"));
        assert_eq!(place.publish(&[("b", "1")]), counts(0, 1, 0, 1));
        fs::remove_file(place.site().join("a")).unwrap();
    }
    assert_eq!(
        fs::read_to_string(place.folder.path().join("victim")).unwrap(),
        "1"
    );
}

#[test]
fn a_link_or_pipe_as_manifest_is_refused() {
    let place = Place::new();
    place.put("elsewhere", r#"{"format":1,"files":[]}"#);
    fs::create_dir(place.site()).unwrap();
    let manifest = place.site().join(MANIFEST_NAME);
    symlink("../elsewhere", &manifest).unwrap();
    assert_refused(&place.site(), &[], &["no regular file"]);
    fs::remove_file(&manifest).unwrap();
    pipe(&manifest);
    assert_refused(&place.site(), &[], &["no regular file"]);
}

#[test]
fn a_link_in_the_place_of_the_staging_folder_is_removed_only() {
    let place = Place::new();
    place.put("victim/a", "1");
    symlink("victim", place.folder.path().join(".site.policygen-new")).unwrap();
    place.publish(&[("a", "2")]);
    assert_eq!(place.beside(), ["site", "victim"]);
    symlink("victim", place.folder.path().join(".site.policygen-old")).unwrap();
    assert_refused(&place.site(), &[], &["is no folder"]);
    let victim = fs::read_to_string(place.folder.path().join("victim/a"));
    assert_eq!(victim.unwrap(), "1");
}

#[test]
fn modes_are_kept() {
    let place = Place::new();
    place.publish(&[("a", "1")]);
    place.put("site/tools/run", "x");
    place.put("site/closed/x", "x");
    set_mode(&place.site().join("tools/run"), 0o750);
    set_mode(&place.site().join("closed"), 0o555);
    set_mode(&place.site(), 0o2770);
    for text in ["2", "3"] {
        place.publish(&[("a", text)]);
    }
    assert_eq!(mode(&place.site()), 0o2770);
    assert_eq!(mode(&place.site().join("tools/run")), 0o750);
    assert_eq!(mode(&place.site().join("closed")), 0o555);
    assert_eq!(place.beside(), ["site"]);
    set_mode(&place.site().join("closed"), 0o755);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_utf8_stay() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    place.publish(&[("a", "1")]);
    let odd = place.site().join(std::ffi::OsStr::from_bytes(b"dir\xff"));
    fs::create_dir(&odd).unwrap();
    fs::write(odd.join("x"), "mine").unwrap();
    assert_eq!(place.publish(&[("a", "2")]).kept, 1);
    assert_eq!(fs::read_to_string(odd.join("x")).unwrap(), "mine");
}

#[cfg(target_os = "linux")]
#[test]
fn a_very_deep_foreign_tree_stays_and_goes() {
    let place = Place::new();
    place.publish(&[("a", "1")]);
    let deep = place.site().join("d/".repeat(1500));
    fs::create_dir_all(&deep).unwrap();
    assert_eq!(place.publish(&[("a", "2")]).kept, 1);
    assert!(deep.is_dir());
    place.put(".site.policygen-new/x", "");
    fs::rename(
        place.site().join("d"),
        place.folder.path().join(".site.policygen-new/d"),
    )
    .unwrap();
    place.publish(&[("a", "3")]);
    assert_eq!(place.beside(), ["site"]);
}
