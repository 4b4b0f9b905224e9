//! The cache: a build that knows what the last one found out publishes the very same site, whatever became of cache and site.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::support::{Build, Place, Site, files};

const BASE: &str = "https://example.com/";

/// The entries of the cache of a place.
fn entries(place: &Place) -> Vec<PathBuf> {
    let folder = place.folder().join("cache");
    let all = fs::read_dir(folder).map(|all| all.map(|entry| entry.unwrap().path()).collect());
    all.unwrap_or_default()
}

/// A build that uses the cache.
fn warm(place: &Place, day: &str) -> Site {
    warming(place, day, &[]).site()
}

fn warming(place: &Place, day: &str, more: &[&str]) -> Build {
    let cache = place.folder().join("cache");
    let build = place.build().on(day).args(["--base-url", BASE]).args(more);
    build.env("POLICYGEN_CACHE", cache)
}

/// A build that knows nothing, into another folder.
fn cold(place: &Place, day: &str, more: &[&str]) -> Build {
    let output = place.folder().join("cold");
    let _ = fs::remove_dir_all(&output);
    let build = place.build().on(day).args(["--base-url", BASE]).args(more);
    build.args(["--no-cache"]).into(output)
}

/// What a run said, but for what it cannot know of the last build.
fn said(said: &str) -> Vec<&str> {
    let lines = said.lines();
    lines.filter(|line| !line.contains("last build")).collect()
}

fn assert_same(place: &Place, day: &str, what: &str) {
    assert_same_with(place, day, &[], what);
}

/// The same with more arguments.
fn assert_same_with(place: &Place, day: &str, more: &[&str], what: &str) {
    let warm = warming(place, day, more).site();
    let cold = cold(place, day, more).site();
    assert_equal(&warm, &cold.folder, &cold.said, what);
}

fn assert_equal(warm: &Site, cold: &Path, said_cold: &str, what: &str) {
    assert_eq!(said(&warm.said), said(said_cold), "{what}");
    let (mut warm, mut cold) = (files(&warm.folder), files(cold));
    cold.retain(|path, bytes| warm.get(path) != Some(bytes));
    warm.retain(|path, _| cold.contains_key(path));
    let different: Vec<&String> = cold.keys().chain(warm.keys()).collect();
    assert!(different.is_empty(), "{what}: {different:?}");
}

/// Which files of the site are other files than before: rendered, and not taken over.
fn numbers(place: &Place) -> BTreeMap<String, u64> {
    let number = |path: &String| fs::metadata(place.output().join(path)).unwrap().ino();
    let paths = files(&place.output()).into_keys();
    paths.map(|path| (path.clone(), number(&path))).collect()
}

/// Two policies that link to each other, one of three versions.
fn two() -> Place {
    let place = Place::new();
    place
        .write(
            "privacy.md",
            "# Privacy\n\nWe store names. See [terms](terms.md).\n",
        )
        .write(
            "terms.md",
            "# Terms\n\nBe kind. See [privacy](privacy.md) and [help](help.md).\n",
        )
        .commit("2024-01-01")
        .write(
            "privacy.md",
            "# Privacy\n\nWe store names and mail. See [terms](terms.md).\n",
        )
        .commit("2024-02-01")
        .write(
            "privacy.md",
            "# Privacy\n\nWe store nothing. See [terms](terms.md).\n",
        )
        .commit("2024-03-01");
    place
}

#[test]
fn where_nothing_is_new_nothing_is_touched() {
    let place = two();
    let first = warm(&place, "2025-01-01");
    let (folder, before) = (fs::metadata(place.output()).unwrap().ino(), numbers(&place));
    let second = warm(&place, "2025-01-01");
    assert_eq!(folder, fs::metadata(place.output()).unwrap().ino());
    assert_eq!(before, numbers(&place));
    assert_eq!(said(&first.said), said(&second.said));
    assert!(
        first.said.contains("broken") || first.said.contains("leads to no policy"),
        "{}",
        first.said
    );
}

#[test]
fn a_new_version_of_one_policy_leaves_the_pages_of_others_as_they_are() {
    let place = two();
    warm(&place, "2025-01-01");
    let before = numbers(&place);
    place.write(
        "privacy.md",
        "# Privacy\n\nWe store dreams. See [terms](terms.md).\n",
    );
    place.commit("2024-04-01");
    assert_same(&place, "2025-01-01", "a commit");
    let after = numbers(&place);
    assert_eq!(before["terms/index.html"], after["terms/index.html"]);
    assert_ne!(
        before["privacy/2024-01-01/index.html"],
        after["privacy/2024-01-01/index.html"]
    );
}

#[test]
fn a_policy_that_comes_moves_or_goes_mends_the_links_of_others() {
    let place = two();
    warm(&place, "2025-01-01");
    place
        .write("help.md", "# Help\n\nAsk.\n")
        .commit("2024-05-01");
    assert_same(&place, "2025-01-01", "a new policy");
    assert!(place.site().read("terms/").contains("../help/index.html"));
    place
        .rename("help.md", "support/help.md")
        .commit("2024-06-01");
    assert_same(&place, "2025-01-01", "a move");
    place.remove("support/help.md").commit("2024-07-01");
    assert_same(&place, "2025-01-01", "a withdrawal");
}

#[test]
fn files_of_the_site_that_somebody_changed_or_removed_are_mended() {
    let place = two();
    warm(&place, "2025-01-01");
    let page = place.output().join("privacy/index.html");
    let length = fs::metadata(&page).unwrap().len() as usize;
    for bytes in [b"short".to_vec(), vec![b'x'; length]] {
        fs::write(&page, bytes).unwrap();
        assert_same(&place, "2025-01-01", "a changed file");
    }
    fs::remove_file(&page).unwrap();
    assert_same(&place, "2025-01-01", "a removed file");
    fs::remove_dir_all(place.output()).unwrap();
    assert_same(&place, "2025-01-01", "a removed site");
}

#[test]
fn a_damaged_cache_is_none() {
    let place = two();
    warm(&place, "2025-01-01");
    assert_eq!(entries(&place).len(), 3);
    let whole: Vec<Vec<u8>> = entries(&place)
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    let damages: [&dyn Fn(usize) -> Vec<u8>; 5] = [
        &|at| whole[at][..whole[at].len() / 2].to_vec(),
        &|at| whole[at].iter().map(|byte| byte ^ 1).collect(),
        &|at| whole[(at + 1) % 3].clone(),
        &|at| [whole[at].as_slice(), b"more"].concat(),
        &|_| Vec::new(),
    ];
    for (number, damage) in damages.iter().enumerate() {
        place.write(
            "privacy.md",
            format!("# Privacy\n\nWe store {number} names.\n"),
        );
        place.commit("2024-08-01");
        for (at, path) in entries(&place).iter().enumerate() {
            fs::write(path, damage(at)).unwrap();
        }
        assert_same(&place, "2025-01-01", &format!("damage {number}"));
    }
    for path in entries(&place) {
        fs::remove_file(&path).unwrap();
        fs::create_dir(path).unwrap();
    }
    let site = warm(&place, "2025-01-01");
    assert!(site.said.contains("cannot be written"), "{}", site.said);
}

#[test]
fn a_cache_in_the_repository_is_not_used() {
    let place = two();
    let inside = place.repo().join("cache");
    let site = place.build().env("POLICYGEN_CACHE", &inside).site();
    assert!(site.said.contains("pull request"), "{}", site.said);
    assert!(!inside.exists());
}

#[test]
fn without_a_cache_nothing_is_kept() {
    let place = two();
    place.build().args(["--no-cache"]).site();
    assert!(files(&place.folder().join("home")).is_empty());
}

#[test]
fn the_cache_is_in_the_users_own_folder() {
    let place = two();
    place.build().site();
    let kept: Vec<String> = files(&place.folder().join("home")).into_keys().collect();
    assert!(!kept.is_empty());
    assert!(
        kept.iter().all(|path| path.contains("/policygen/")),
        "{kept:?}"
    );
}

#[test]
fn two_builds_at_once_share_a_cache() {
    let place = two();
    let run = |number: usize| {
        let output = place.folder().join(format!("at-once-{number}"));
        let cache = place.folder().join("cache");
        let build = place.build().args(["--base-url", BASE]);
        build.env("POLICYGEN_CACHE", cache).into(output).site()
    };
    let sites: Vec<Site> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..4)
            .map(|number| scope.spawn(move || run(number)))
            .collect();
        running
            .into_iter()
            .map(|site| site.join().unwrap())
            .collect()
    });
    for site in &sites {
        assert_eq!(files(&sites[0].folder), files(&site.folder));
    }
    assert_same(&place, "2025-01-01", "after that");
}

/// Numbers that look thrown, the same each time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

/// A repository under random edits.
struct Edits {
    place: Place,
    dice: Dice,
    day: usize,
    today: String,
}

const NAMES: [&str; 5] = ["a.md", "b.md", "c/d.md", "c/index.md", "index.md"];

impl Edits {
    fn path(&mut self) -> &'static str {
        NAMES[self.dice.throw(NAMES.len())]
    }

    fn is_there(&self, path: &str) -> bool {
        self.place.repo().join(path).exists()
    }

    fn text(&mut self) -> String {
        let targets = [
            "a.md",
            "/a",
            "../b.md#x",
            "c/d.md",
            "d.md",
            "/old",
            "pic.png",
            "gone.md",
            "https://example.org/",
        ];
        let mut text = String::new();
        match self.dice.throw(5) {
            0 => text.push_str("---\naliases: [/old, /older/]\n---\n"),
            1 => text.push_str("---\neffective: 2025-02-01\nsummary: News\n---\n"),
            2 => text.push_str("---\nversion: \"2\"\nchange: minor\n---\n"),
            _ => {}
        }
        text.push_str("# Title\n\n");
        for number in 0..3 {
            let target = targets[self.dice.throw(targets.len())];
            let words = self.dice.throw(4);
            text.push_str(&format!(
                "## Part {number}{words}\n\nWords {words} and [link]({target}).\n\n"
            ));
        }
        text
    }

    /// Does something; says what.
    fn edit(&mut self) -> String {
        let (path, other, text) = (self.path(), self.path(), self.text());
        let kind = self.dice.throw(12);
        let (place, day) = (&self.place, self.day);
        match kind {
            0..=3 => _ = place.write(path, text),
            4 if self.is_there(path) && !self.is_there(other) => _ = place.rename(path, other),
            5 if self.is_there(path) => _ = place.remove(path),
            6 => {
                let since = day.is_multiple_of(2);
                let head = format!("[site]\ntitle = \"T{day}\"\nsince = {since}\n");
                let rest = "[content]\nbroken_links = \"warn\"\n";
                let base = if since {
                    "link_base = \"https://example.net/\"\n"
                } else {
                    ""
                };
                _ = place.write("policygen.toml", format!("{head}{rest}{base}"));
            }
            7 => {
                _ = place.write(
                    "templates/not_found.html",
                    format!("{{{{ site.title }}}} {day}"),
                )
            }
            8 => {
                _ = place.write(
                    "templates/provenance.html",
                    format!("{{{{ site.today.text }}}} {day}"),
                )
            }
            9 => _ = place.write("pic.png", format!("picture {}", day / 3)),
            10 => self.today = format!("2025-{:02}-{:02}", 1 + day % 4, 1 + day % 28),
            11 if self.is_there("versions.toml") => _ = place.remove("versions.toml"),
            11 => self.annotate(),
            _ => {}
        }
        format!("edit {kind} of {path} on day {day}")
    }

    /// Hides or calls off the newest version of the first policy.
    fn annotate(&mut self) {
        let site = self.place.site();
        let Some(id) = site.ids().into_iter().next() else {
            return;
        };
        let label = site.labels(&id).pop().unwrap();
        let what = ["hidden", "called_off"][self.dice.throw(2)];
        let table = format!("[[version]]\npolicy = \"{id}\"\nlabel = \"{label}\"\n{what} = true\n");
        self.place.write("versions.toml", table);
    }

    fn commit(&mut self) {
        self.day += 1;
        let date = format!(
            "2024-{:02}-{:02}",
            1 + self.day / 28 % 12,
            1 + self.day % 28
        );
        self.place.commit(&date);
    }
}

#[test]
fn an_old_entry_of_the_feed_tells_when_its_version_will_not_hold_any_more() {
    let place = Place::new();
    let ahead = |day: &str, words: &str| format!("---\neffective: {day}\n---\n# P\n\n{words}.\n");
    place.write("p.md", ahead("2024-12-15", "One"));
    place.commit("2024-01-01");
    for number in 2..50 {
        place.write("other.md", format!("# Other\n\nNumber {number}.\n"));
        place.commit(&format!(
            "2024-{:02}-{:02}",
            1 + number / 28,
            1 + number % 28
        ));
    }
    warm(&place, "2024-12-02");
    let entry = || fs::read_to_string(place.output().join("feed-1.atom")).unwrap();
    assert!(!entry().contains("takes its place"));
    place.write("p.md", ahead("2024-12-10", "Two"));
    place.commit("2024-12-01");
    assert_same(&place, "2024-12-02", "an overtaken version");
    assert!(entry().contains("takes its place"));
}

impl Edits {
    /// A repository with one policy, which was built once.
    fn begin(dice: Dice) -> Edits {
        let mut edits = Edits {
            place: Place::new(),
            dice,
            day: 0,
            today: "2025-01-01".to_string(),
        };
        let first = edits.text();
        let place = &edits.place;
        place.write("policygen.toml", "[content]\nbroken_links = \"warn\"\n");
        place.write("first.md", first);
        edits.commit();
        warm(&edits.place, "2025-01-01");
        edits
    }
}

#[test]
fn after_any_edit_the_site_is_the_one_that_a_build_without_a_cache_publishes() {
    let mut edits = Edits::begin(Dice(7));
    for _ in 0..rounds() {
        let what = edits.edit();
        edits.commit();
        let today = edits.today.clone();
        assert_same_or_both_fail(&edits.place, &today, &[], &what);
    }
}

#[test]
fn drafts_leave_nothing_in_the_cache_that_is_wrong_later() {
    let mut edits = Edits::begin(Dice(21));
    for _ in 0..rounds() {
        let mut what = edits.edit();
        if edits.dice.throw(3) == 0 {
            edits.commit();
            what.push_str(", committed");
        }
        let with: &[&str] = match edits.dice.throw(3) {
            0 => &[],
            _ => &["--drafts"],
        };
        let today = edits.today.clone();
        assert_same_or_both_fail(&edits.place, &today, with, &what);
    }
}

#[test]
fn a_draft_that_is_taken_back_or_committed_is_no_draft_any_more() {
    let place = two();
    let text = "# Privacy\n\nWe store dreams. See [terms](terms.md).\n";
    for _ in 0..2 {
        place.write("privacy.md", text);
        assert_same_with(&place, "2025-01-01", &["--drafts"], "a draft");
        assert!(place.output().join("privacy/draft/index.html").exists());
        place.git(&["checkout", "--quiet", "privacy.md"]);
        assert_same_with(&place, "2025-01-01", &["--drafts"], "taken back");
        assert!(!place.output().join("privacy/draft").exists());
    }
    place.write("privacy.md", text).commit("2024-04-01");
    assert_same_with(&place, "2025-01-01", &["--drafts"], "committed");
    assert_same(&place, "2025-01-01", "without drafts");
}

/// More of them where somebody asks for it.
fn rounds() -> usize {
    let asked = std::env::var("POLICYGEN_TEST_ROUNDS").ok();
    asked.and_then(|rounds| rounds.parse().ok()).unwrap_or(30)
}

/// An annotation may come to name nothing, and two drafts may come to have one id, which is an error with and without a cache.
fn assert_same_or_both_fail(place: &Place, day: &str, more: &[&str], what: &str) {
    let trial = cold(place, day, more).run();
    if trial.code == Some(0) {
        let warm = warming(place, day, more).site();
        return assert_equal(&warm, &place.folder().join("cold"), &trial.stderr, what);
    }
    let failed = warming(place, day, more).run();
    assert_eq!(failed.code, trial.code, "{what}: {}", failed.stderr);
    let _ = fs::remove_file(place.repo().join(Path::new("versions.toml")));
}
