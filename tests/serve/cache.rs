//! What a server found out is there for the next one, and for a build; none of it is needed.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::server::{Running, Server};
use crate::support::Place;
use crate::{place, privacy};

/// The entries of the usual cache of a place.
fn entries(place: &Place) -> Vec<PathBuf> {
    let folder = place.folder().join("home/.cache/policygen");
    let all = fs::read_dir(folder).map(|all| all.map(|entry| entry.unwrap().path()).collect());
    all.unwrap_or_default()
}

/// A place with two versions of a policy.
fn two() -> Place {
    let place = place();
    place
        .write("privacy.md", privacy("sixty"))
        .commit("2024-02-01");
    place
}

/// Waits until there are entries of this kind.
#[track_caller]
fn is_kept(place: &Place, kind: &str) {
    let until = Instant::now() + Duration::from_secs(20);
    let is_it = |path: &PathBuf| {
        path.file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with(kind)
    };
    while !entries(place).iter().any(is_it) {
        assert!(Instant::now() < until, "{:?}", entries(place));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The pages that show what was found out.
fn shown(server: &Server) -> Vec<String> {
    let pages = [
        "/",
        "/privacy/",
        "/privacy/changes/",
        "/privacy/2024-02-01/changes/",
    ];
    pages.map(|page| server.page(page)).to_vec()
}

#[test]
fn a_server_keeps_what_it_found_out_and_shows_the_same_from_it() {
    let place = two();
    let first = Server::start(&place);
    let before = shown(&first);
    is_kept(&place, "facts");
    is_kept(&place, "comparisons");
    drop(first);
    let plain = |pages: Vec<String>| -> Vec<String> {
        let lines = |page: String| -> String {
            let lines = page
                .lines()
                .filter(|line| !line.contains("policygen-live.js"));
            lines.collect()
        };
        pages.into_iter().map(lines).collect()
    };
    assert_eq!(plain(before), plain(shown(&Server::start(&place))));
}

#[test]
fn a_server_goes_on_when_the_cache_is_damaged_or_goes_away() {
    let place = two();
    place.build().site();
    for path in entries(&place) {
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    }
    let server = Server::start(&place);
    assert!(shown(&server)[3].contains("sixty"));
    fs::remove_dir_all(place.folder().join("home")).unwrap();
    place
        .write("privacy.md", privacy("ninety"))
        .commit("2024-03-01");
    server.shows("/privacy/2024-03-01/changes/", "ninety");
}

#[test]
fn what_is_typed_is_not_kept() {
    let place = two();
    let server = Server::start(&place);
    shown(&server);
    is_kept(&place, "comparisons");
    place.write("privacy.md", privacy("zanzibar"));
    server.shows("/privacy/draft/changes/", "zanzibar");
    place.build().site();
    let holds = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        bytes.windows(8).any(|word| word == b"zanzibar")
    };
    assert!(!entries(&place).iter().any(holds));
}

#[test]
fn without_a_cache_nothing_is_kept() {
    let place = two();
    let mut running = Running::start(&place, &["serve", "--port", "0", "--no-cache"]);
    running.says("serving");
    assert!(entries(&place).is_empty());
}
