use std::fs;
use std::path::{Path, PathBuf};

use super::folder::make_room;
use super::*;

/// A cache in a new folder.
fn cache() -> (tempfile::TempDir, Cache) {
    let folder = tempfile::tempdir().unwrap();
    let cache = opened(&folder.path().join("cache"), &[]).unwrap();
    (folder, cache)
}

fn opened(folder: &Path, guarded: &[PathBuf]) -> Result<Cache, String> {
    let problems = Problems::default();
    let cache = Cache::open(Some(folder.to_owned()), guarded, &problems);
    match problems.sorted().first() {
        Some(problem) => Err(problem.to_string()),
        None => Ok(cache),
    }
}

fn name() -> Name {
    Name::new("facts", &[b"a", b"b"])
}

fn keep(cache: &Cache, value: &str) {
    let problems = Problems::default();
    cache.write(&name(), &value, &problems);
    assert_eq!(problems.sorted(), []);
}

fn read(cache: &Cache) -> Option<String> {
    cache.read(&name())
}

fn file(folder: &tempfile::TempDir) -> PathBuf {
    let mut entries = fs::read_dir(folder.path().join("cache")).unwrap();
    entries.next().unwrap().unwrap().path()
}

#[test]
fn what_is_kept_comes_back_under_its_name_alone() {
    let (_folder, cache) = cache();
    assert_eq!(read(&cache), None);
    keep(&cache, "one");
    keep(&cache, "two");
    assert_eq!(read(&cache).as_deref(), Some("two"));
    for other in [
        Name::new("facts", &[b"ab", b""]),
        Name::new("output", &[b"a", b"b"]),
    ] {
        assert_eq!(cache.read::<String>(&other), None);
    }
}

#[test]
fn every_damaged_byte_is_noticed() {
    let (folder, cache) = cache();
    keep(&cache, "something");
    let whole = fs::read(file(&folder)).unwrap();
    for at in 0..whole.len() {
        let mut altered = whole.clone();
        altered[at] ^= 0x10;
        fs::write(file(&folder), &altered).unwrap();
        assert_eq!(read(&cache), None, "byte {at}");
        fs::write(file(&folder), &whole[..at]).unwrap();
        assert_eq!(read(&cache), None, "{at} bytes");
    }
    fs::write(file(&folder), [whole.as_slice(), b"x"].concat()).unwrap();
    assert_eq!(read(&cache), None);
    fs::write(file(&folder), whole).unwrap();
    assert_eq!(read(&cache).as_deref(), Some("something"));
}

#[test]
fn what_another_build_wrote_is_not_read_even_under_the_name_of_this_one() {
    let (folder, cache) = cache();
    keep(&cache, "something");
    let other = cache.clone().of_build("another");
    assert_eq!(read(&other), None);
    let own = file(&folder);
    keep(&other, "else");
    let of_other = own.with_file_name(other.file(&name()));
    fs::rename(of_other, own).unwrap();
    assert_eq!(read(&cache), None);
}

#[test]
fn a_value_of_another_kind_is_not_read() {
    let (_folder, cache) = cache();
    keep(&cache, "something");
    assert_eq!(cache.read::<Vec<(u64, String)>>(&name()), None);
}

#[test]
fn a_cache_in_the_repository_is_left_alone_and_nothing_is_made_there() {
    let folder = tempfile::tempdir().unwrap();
    let guarded = [folder.path().to_owned()];
    let inside = folder.path().join("x/cache");
    let why = opened(&inside, &guarded).unwrap_err();
    assert!(
        why.contains("pull request") && why.contains("POLICYGEN_CACHE"),
        "{why}"
    );
    assert!(!folder.path().join("x").exists());
}

#[cfg(unix)]
#[test]
fn the_folder_is_closed_to_others_and_one_that_is_not_is_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _cache) = cache();
    let path = folder.path().join("cache");
    let mode = path.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    fs::set_permissions(&path, PermissionsExt::from_mode(0o770)).unwrap();
    let why = opened(&path, &[]).unwrap_err();
    assert!(why.contains("others may write"), "{why}");
}

#[cfg(unix)]
#[test]
fn a_link_into_the_repository_is_seen_through() {
    let folder = tempfile::tempdir().unwrap();
    let repository = folder.path().join("repository");
    fs::create_dir(&repository).unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&repository, &link).unwrap();
    assert!(opened(&link.join("cache"), &[repository]).is_err());
}

#[test]
fn a_file_in_the_place_of_the_folder_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(opened(&file, &[]).is_err());
}

#[test]
fn what_was_not_used_for_the_longest_time_goes_first_and_other_files_stay() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (age, name) in ["new", "middle", "old"].into_iter().enumerate() {
        let path = at(&format!("{name}{}", folder::ENDING));
        fs::write(&path, [0; 100]).unwrap();
        let when = std::time::SystemTime::now() - std::time::Duration::from_secs(age as u64 * 60);
        let file = fs::File::options().append(true).open(path).unwrap();
        file.set_modified(when).unwrap();
    }
    fs::write(at("notes.txt"), [0; 1000]).unwrap();
    make_room(folder.path(), &format!("old{}", folder::ENDING), 250).unwrap();
    let mut left: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.replace(folder::ENDING, ""))
        .collect();
    left.sort();
    assert_eq!(left, ["new", "notes.txt", "old"]);
}

#[test]
fn two_at_once_leave_a_whole_entry() {
    let (folder, cache) = cache();
    let values: Vec<String> = (0..8).map(|n| n.to_string().repeat(100_000)).collect();
    std::thread::scope(|scope| {
        for value in &values {
            scope.spawn(|| keep(&cache, value));
        }
    });
    assert!(values.contains(&read(&cache).unwrap()));
    assert_eq!(
        fs::read_dir(folder.path().join("cache")).unwrap().count(),
        1
    );
}
