//! Kills a publishing process at random moments: the site must be wholly the old or wholly the new one.
//!
//! The test runs its own binary again with one test alone, which publishes site after site until it is killed. Site number `n`
//! says `n` in every file, and has one more file where `n` is odd, so a mixture of two sites shows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{MANIFEST_NAME, Manifest, Target};

const LONGEST: Duration = Duration::from_millis(600);
const PLACE: &str = "POLICYGEN_TEST_KILL_PLACE";
const WAY: &str = "POLICYGEN_TEST_KILL_WAY";

#[test]
fn a_kill_leaves_the_old_or_the_new_site() {
    let seen = kill_and_check("at once", 120);
    assert!(seen > 5, "only {seen} different sites were seen");
}

#[test]
fn a_kill_between_two_renames_is_recovered() {
    let seen = kill_and_check("two renames", 60);
    assert!(seen > 5, "only {seen} different sites were seen");
}

/// Kills so many times, each at another moment; gives how many different sites were found.
fn kill_and_check(way: &str, kills: usize) -> usize {
    let place = tempfile::tempdir().unwrap();
    let site = place.path().join("site");
    publish(&site, 0, false);
    fs::create_dir(site.join(".well-known")).unwrap();
    fs::write(site.join(".well-known/foreign"), "mine").unwrap();
    let longest = time_of_some_sites(&site, way);
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut seen = BTreeSet::new();
    for _ in 0..kills {
        let mut child = start(&site, way);
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        std::thread::sleep(longest.mul_f64((random >> 33) as f64 / f64::from(1_u32 << 31)));
        child.kill().unwrap();
        child.wait().unwrap();
        if way == "two renames" {
            Target::open(&site, &[]).unwrap();
        }
        seen.insert(check(&site));
    }
    Target::open(&site, &[]).unwrap();
    let left = fs::read_dir(place.path()).unwrap().count();
    assert_eq!(left, 1, "something is left beside the site");
    seen.len()
}

/// How long a process takes to start and publish four sites, within reason: the kills fall into this time, however busy the machine.
fn time_of_some_sites(site: &Path, way: &str) -> Duration {
    let started = Instant::now();
    let mut child = start(site, way);
    while number_of(site).unwrap_or(0) < 4 && started.elapsed() < LONGEST {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    started.elapsed().min(LONGEST)
}

fn start(site: &Path, way: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "output::kill_tests::publishes_until_killed"])
        .env(PLACE, site)
        .env(WAY, way)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn publishes_until_killed() {
    // Only as the victim of the tests above is there anything to do.
    let (Some(site), Some(way)) = (std::env::var_os(PLACE), std::env::var_os(WAY)) else {
        return;
    };
    let site = Path::new(&site);
    loop {
        let number = number_of(site).unwrap_or(0) + 1;
        publish(site, number, way == "two renames");
    }
}

fn number_of(site: &Path) -> Option<usize> {
    let text = fs::read_to_string(site.join("index.html")).ok()?;
    text.trim().parse().ok()
}

/// The files of site `number`.
fn files(number: usize) -> BTreeMap<String, String> {
    let text = format!("{number}\n").repeat(200);
    let mut files: BTreeMap<String, String> = (0..30)
        .map(|page| {
            (
                format!("policy-{}/{page}/index.html", page % 4),
                text.clone(),
            )
        })
        .collect();
    files.insert("index.html".into(), format!("{number}\n"));
    files.insert("always/the-same".into(), "same".into());
    if number % 2 == 1 {
        files.insert("odd/only".into(), text);
    }
    files
}

fn publish(site: &Path, number: usize, by_two_renames: bool) {
    let (target, _) = Target::open(site, &[]).unwrap();
    let mut stage = target.stage().unwrap();
    if by_two_renames {
        stage = stage.by_two_renames();
    }
    for (path, text) in files(number) {
        stage.write(&path, text.as_bytes()).unwrap();
    }
    stage.publish().unwrap();
}

/// Checks that every file of the site belongs to one number, and that none is missing or too many. Gives the number.
fn check(site: &Path) -> usize {
    let mut found = BTreeMap::new();
    read_all(site, "", &mut found);
    let number = number_of(site).expect("the site has a front page");
    let mut expected = files(number);
    let manifest = Manifest {
        files: expected.keys().cloned().collect(),
    };
    let manifest = String::from_utf8(manifest.to_json().unwrap()).unwrap();
    expected.insert(MANIFEST_NAME.into(), manifest);
    expected.insert(".well-known/foreign".into(), "mine".into());
    assert_eq!(found, expected);
    number
}

fn read_all(folder: &Path, inside: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{inside}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            read_all(&entry.path(), &format!("{path}/"), found);
        } else {
            found.insert(path, fs::read_to_string(entry.path()).unwrap());
        }
    }
}
