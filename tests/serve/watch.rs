//! `policygen watch`: the folder of the site follows what changes.

use std::time::{Duration, Instant};

use crate::server::Running;
use crate::support::Place;
use crate::{place, privacy};

fn watching(place: &Place, arguments: &[&str]) -> Running {
    let output = place.output();
    let mut all = vec!["watch", "--output", output.to_str().unwrap()];
    all.extend(arguments);
    let mut running = Running::start(place, &all);
    running.says("published ");
    running
}

#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < until, "never: {what}");
        std::thread::sleep(Duration::from_millis(15));
    }
}

#[test]
fn a_commit_is_published_in_a_line_and_an_edit_is_not() {
    let place = place();
    let mut running = watching(&place, &[]);
    place.write("privacy.md", privacy("sixty"));
    std::thread::sleep(Duration::from_millis(200));
    assert!(!place.site().has("privacy/draft/"));
    place.commit("2024-02-01");
    let line = running.says("published ");
    assert!(
        line.contains(" pages in ") && line.contains(": published "),
        "{line}"
    );
    assert!(place.site().read("privacy/").contains("for sixty days"));
    let told = place.output();
    assert!(line.ends_with(told.to_str().unwrap()), "{line}");
}

#[test]
fn drafts_are_published_when_they_are_asked_for() {
    let place = place();
    let mut running = watching(&place, &["--drafts"]);
    place.write("privacy.md", privacy("sixty"));
    running.says("privacy.md: published ");
    assert!(
        place
            .site()
            .read("privacy/draft/")
            .contains("for sixty days")
    );
    place.remove("privacy.md");
    running.says("privacy.md: published ");
    assert!(!place.site().has("privacy/draft/"));
}

#[test]
fn the_site_in_its_own_repository_is_no_change() {
    let place = place();
    let output = place.repo().join("public");
    let mut running = Running::start(&place, &["watch", "--drafts"]);
    running.says("published ");
    until("the site", || output.join("index.html").exists());
    place.write("privacy.md", privacy("sixty"));
    running.says("privacy.md: published ");
    // Its own writing is none, so that the next line is that of the next change.
    std::thread::sleep(Duration::from_millis(300));
    place.write("terms.md", "# Terms\n");
    let line = running.says("published ");
    assert!(line.starts_with("terms.md: "), "{line}");
}

#[test]
fn a_mistake_is_told_and_the_site_stays() {
    let place = place();
    let mut running = watching(&place, &[]);
    place.write("templates/not_found.html", "{% if %}");
    running.says("not_found.html:1");
    assert!(place.site().read("privacy/").contains("thirty"));
    place.write("templates/not_found.html", "mended");
    running.says("published ");
    assert!(place.site().read("404.html").contains("mended"));
    assert!(running.runs());
}

#[test]
fn what_is_mended_is_published_though_the_site_is_the_same() {
    let place = place();
    let output = place.output();
    place
        .write("terms.md", "# Terms\n")
        .write("terms/index.md", "# Terms\n");
    let arguments = ["watch", "--drafts", "--output", output.to_str().unwrap()];
    let mut running = Running::start(&place, &arguments);
    running.says("where another policy is");
    place.remove("terms/index.md");
    running.says("published ");
    assert!(place.site().has("terms/draft/"));
}

#[test]
fn what_cannot_be_published_now_is_published_later() {
    let place = place();
    let mut running = watching(&place, &["--drafts"]);
    std::fs::remove_dir_all(place.output()).unwrap();
    std::fs::write(place.output(), "in the way").unwrap();
    place.write("privacy.md", privacy("sixty"));
    running.says("is a file, expected a folder");
    std::fs::remove_file(place.output()).unwrap();
    running.says("published ");
    assert!(place.site().read("privacy/draft/").contains("sixty"));
}

#[test]
fn a_warning_is_told_once() {
    let place = place();
    let mut running = Running::start(&place, &["watch"]);
    running.says("published ");
    // An edit is not published, so that nothing is said of it.
    place.write("privacy.md", privacy("sixty"));
    std::thread::sleep(Duration::from_millis(200));
    place.commit("2024-02-01");
    running.says(".git/refs/heads/main: published ");
    let told = running.said().matches("without a base URL").count();
    assert_eq!(told, 1, "{}", running.said());
}
