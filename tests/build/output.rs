//! The site is published whole or not at all, and nothing that is not policygen's own is touched.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant, SystemTime};

use crate::support::{Place, files};

#[test]
fn a_failing_build_leaves_the_site_byte_for_byte() {
    let place = Place::with_one_policy();
    let before = place.build().site().files();
    place
        .write("privacy.md", "---\neffective: soon\n---\n# Privacy\n")
        .commit("2024-02-01");
    place.build().fails();
    assert_eq!(place.site().files(), before);
    place.write("policygen.toml", "x = 1\n");
    place.build().fails();
    assert_eq!(place.site().files(), before);
    let beside: Vec<_> = fs::read_dir(place.folder())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(
        beside.len(),
        3,
        "nothing is left beside the site: {beside:?}"
    );
}

#[test]
fn foreign_files_are_kept() {
    let place = Place::with_one_policy();
    place.build().site();
    let site = place.output();
    crate::support::write(&site.join("CNAME"), "policies.example.com");
    crate::support::write(&site.join(".well-known/security.txt"), "Contact: x");
    crate::support::write(&site.join("privacy/mine.txt"), "mine");
    symlink("CNAME", site.join("link")).unwrap();
    place
        .write("privacy.md", "# Privacy\n\nTwo.\n")
        .commit("2024-02-01");
    let files = place.build().site().files();
    assert_eq!(files["CNAME"], b"policies.example.com");
    assert_eq!(files[".well-known/security.txt"], b"Contact: x");
    assert_eq!(files["privacy/mine.txt"], b"mine");
    assert_eq!(files["link"], b"link to CNAME");
    assert!(files.contains_key("privacy/2024-02-01/index.html"));
}

#[test]
fn what_policygen_no_longer_writes_is_removed() {
    let place = Place::with_one_policy();
    place.write("b.md", "# B\n").commit("2024-02-01");
    place.build().site();
    let site = place.build().args(["--exclude", "b.md"]).site();
    assert!(!site.has("b/") && !site.folder.join("b").exists());
}

#[test]
fn an_empty_folder_is_taken() {
    let place = Place::with_one_policy();
    fs::create_dir(place.output()).unwrap();
    assert!(place.build().site().has("privacy/"));
    let nested = place.folder().join("a/b/c");
    assert!(place.build().into(nested).site().has("privacy/"));
}

#[test]
fn targets_that_are_not_policygens_are_refused_with_the_remedy() {
    let place = Place::with_one_policy();
    let foreign = place.folder().join("foreign");
    crate::support::write(&foreign.join("thesis.txt"), "mine");
    crate::support::write(&place.folder().join("file"), "mine");
    symlink(&foreign, place.folder().join("link")).unwrap();
    symlink(
        place.folder().join("not-there"),
        place.folder().join("dangling"),
    )
    .unwrap();
    let before = files(&place.folder());
    for target in [
        foreign.clone(),
        place.repo(),
        place.folder(),
        place.repo().join(".git"),
        place.repo().join(".git/site"),
        place.folder().join("file"),
        place.folder().join("link"),
        place.folder().join("dangling"),
        "/".into(),
    ] {
        let said = place.build().args(["--no-cache"]).into(&target).fails();
        let name = target
            .file_name()
            .map_or("/", |name| name.to_str().unwrap());
        assert!(said.contains(name), "{said}");
        assert!(files(&place.folder()) == before, "{}", target.display());
    }
}

#[test]
fn the_content_folder_is_refused() {
    let place = Place::new();
    place
        .write("content/privacy.md", "# Privacy\n")
        .commit("2024-01-01");
    let before = files(&place.repo());
    place.build().into(place.repo().join("content")).fails();
    place.build().into(place.repo().join("content/")).fails();
    assert!(files(&place.repo()) == before);
}

#[test]
fn the_default_target_is_public_in_the_root() {
    let place = Place::with_one_policy();
    let build = place.build().into(place.repo().join("public"));
    assert!(build.site().has("privacy/"));
    assert_eq!(
        place.build().site().ids(),
        ["privacy"],
        "a site in the repository is no content"
    );
}

#[test]
fn symbolic_links_in_the_site_are_not_written_through() {
    let place = Place::with_one_policy();
    place.build().site();
    let outside = place.folder().join("outside");
    crate::support::write(&outside.join("index.html"), "mine");
    let page = place.output().join("privacy/index.html");
    fs::remove_file(&page).unwrap();
    symlink(outside.join("index.html"), &page).unwrap();
    fs::remove_dir_all(place.output().join("changes")).unwrap();
    symlink(&outside, place.output().join("changes")).unwrap();
    let before = place.site().files();
    let said = place.build().fails();
    assert!(
        said.contains("privacy/index.html`") && said.contains("move it away"),
        "{said}"
    );
    assert_eq!(place.site().files(), before);
    assert_eq!(
        fs::read_to_string(outside.join("index.html")).unwrap(),
        "mine"
    );
    fs::remove_file(page).unwrap();
    fs::remove_file(place.output().join("changes")).unwrap();
    assert!(
        place
            .build()
            .site()
            .read("privacy/")
            .contains("We store names.")
    );
}

#[test]
fn unchanged_files_keep_their_mtime() {
    let place = Place::with_one_policy();
    place.write("terms.md", "# Terms\n").commit("2024-02-01");
    place.build().site();
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for path in place.site().files().keys() {
        let file = fs::File::options()
            .append(true)
            .open(place.output().join(path))
            .unwrap();
        file.set_modified(old).unwrap();
    }
    place
        .write("terms.md", "# Terms\n\nMore.\n")
        .commit("2024-03-01");
    let site = place.build().site();
    let modified = |route: &str| {
        fs::metadata(site.folder.join(route))
            .unwrap()
            .modified()
            .unwrap()
    };
    assert_eq!(modified("privacy/2024-01-01/index.html"), old);
    assert_eq!(modified("privacy/versions.json"), old);
    assert_ne!(modified("terms/versions.json"), old);
    assert_ne!(modified("index.html"), old);
}

#[test]
fn an_address_that_is_gone_is_told_and_an_error_when_strict() {
    let place = Place::with_one_policy();
    place.write("b.md", "# B\n").commit("2024-02-01");
    place.build().site();
    place.write("policygen.toml", "[content]\nexclude = [\"b.md\"]\n");
    let before = place.site().files();
    let said = place.build().args(["--strict", "-v"]).fails();
    assert!(
        said.contains("/b/") && said.contains("/b/2024-02-01/"),
        "{said}"
    );
    assert_eq!(place.site().files(), before);
    let site = place.build().args(["-v"]).site();
    assert!(
        site.said.contains("warning: ") && site.said.contains("/b/"),
        "{}",
        site.said
    );
    place.build().args(["--strict"]).site();
}

/// The whole state of a site: every path and its bytes.
type State = BTreeMap<String, Vec<u8>>;

#[test]
fn a_killed_rebuild_leaves_wholly_the_old_or_wholly_the_new_site() {
    let place = Place::new();
    for n in 0..12 {
        place.write(&format!("p{n}.md"), format!("# Policy {n}\n\nText.\n"));
    }
    place.commit("2024-01-01");
    crate::support::write(&place.folder().join("site-b/.keep"), "");
    // Two days on which every page differs: the kills fall into rebuilds from one to the other and back.
    place
        .write(
            "p0.md",
            "---\neffective: 2025-02-01\n---\n# Policy 0\n\nNew.\n",
        )
        .commit("2024-12-01");
    let days = ["2025-01-01", "2025-03-01"];
    let titled = |day: &str| {
        place
            .build()
            .on(day)
            .args(["--base-url", &format!("https://example.com/{day}/")])
    };
    let states: Vec<State> = days.iter().map(|day| titled(day).site().files()).collect();
    let began = Instant::now();
    titled(days[0]).site();
    let whole = began.elapsed();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut seen = [0, 0];
    for round in 0..100 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let part = (random >> 40) as f64 / (1_u64 << 24) as f64;
        let mut command = titled(days[(round + 1) % 2]).prepared();
        let mut child = command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Beyond the usual time, so that some end well however busy the machine is.
        kill_after(&mut child, whole.mul_f64(part * 1.5));
        let state = files(&place.output());
        let found = states.iter().position(|known| *known == state);
        let found = found.unwrap_or_else(|| {
            panic!(
                "round {round}: neither the old nor the new site: {:?}",
                differences(&states[0], &state)
            )
        });
        seen[found] += 1;
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
    titled(days[0]).site();
    assert!(files(&place.output()) == states[0]);
    assert_only_the_site(&place.folder());
}

/// Ends a process by SIGKILL after a time, unless it has ended by then.
fn kill_after(child: &mut Child, time: Duration) {
    let started = Instant::now();
    while started.elapsed() < time && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_micros(300));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

fn differences(expected: &State, found: &State) -> Vec<String> {
    let all = expected.keys().chain(found.keys());
    let mut different: Vec<String> = all
        .filter(|path| expected.get(*path) != found.get(*path))
        .cloned()
        .collect();
    different.sort();
    different.dedup();
    different
}

/// After a build that ended well, nothing of those that were killed is left.
fn assert_only_the_site(folder: &Path) {
    let left: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    let of_site: Vec<&String> = left
        .iter()
        .filter(|name| name.contains("site") && !["site", "site-b"].contains(&name.as_str()))
        .collect();
    assert!(of_site.is_empty(), "{of_site:?}");
}

#[test]
fn two_builds_at_once_leave_a_whole_site() {
    let place = Place::with_one_policy();
    let expected = place.build().site().files();
    let children: Vec<_> = (0..4)
        .map(|_| {
            let mut command = place.build().prepared();
            command
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        let code = child.wait().unwrap().code();
        assert!(matches!(code, Some(0 | 1)), "{code:?}");
    }
    assert_eq!(place.site().files(), expected);
}
