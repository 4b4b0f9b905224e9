//! What machines read of a whole site: every feed by a feed parser, every record by its schema, every time map and linked data.
//!
//! Checked are this repository's own site, and the sites in the folders that `POLICYGEN_SITES` names, parted as in `PATH`; they
//! are built with a base URL.

#[path = "records/check.rs"]
mod check;
#[path = "records/feeds.rs"]
mod feeds;
#[path = "records/time_maps.rs"]
mod time_maps;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use check::{Checked, check};

const BASE: &str = "https://policies.example.org/";

/// This repository's own site, built into a folder.
fn own(folder: &Path) -> PathBuf {
    let output = folder.join("site");
    let built = Command::new(env!("CARGO_BIN_EXE_policygen"))
        .args(["build", "--quiet", "--base-url", BASE, "--root"])
        .arg(env!("CARGO_MANIFEST_DIR"))
        .arg("--output")
        .arg(&output)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{said}");
    output
}

#[track_caller]
fn holds(site: &Path) {
    let Checked { faults, counts } = check(site);
    println!("{}: {counts}", site.display());
    let shown = &faults[..faults.len().min(20)];
    assert!(
        faults.is_empty(),
        "{}: {} faults: {shown:#?}",
        site.display(),
        faults.len()
    );
    assert!(
        counts.feeds > 1 && counts.records > 1 && counts.time_maps > 0 && counts.linked > 0,
        "{}: {counts}: was it built with a base URL?",
        site.display()
    );
}

#[test]
fn all_that_machines_read_of_our_own_site_is_as_it_should_be() {
    let folder = tempfile::tempdir().unwrap();
    holds(&own(folder.path()));
}

#[test]
fn so_it_is_of_the_sites_that_are_named() {
    let Some(named) = std::env::var_os("POLICYGEN_SITES") else {
        return;
    };
    for site in std::env::split_paths(&named) {
        holds(&site);
    }
}

/// Breaks a file of a site, and finds out what is told.
struct Broken {
    site: PathBuf,
}

impl Broken {
    #[track_caller]
    fn tells(&self, route: &str, (old, new): (&str, &str), expected: &str) {
        let path = self.site.join(route);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{route}: no `{old}` in {text}");
        fs::write(&path, text.replacen(old, new, 1)).unwrap();
        let faults = check(&self.site).faults;
        let is_told = |fault: &String| fault.contains(route) && fault.contains(expected);
        assert!(faults.iter().any(is_told), "{route}: {new}: {faults:#?}");
        fs::write(&path, text).unwrap();
    }
}

#[test]
fn what_is_broken_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let site = own(folder.path());
    let broken = Broken { site };
    for (route, change, expected) in [
        ("feed.atom", ("</feed>", ""), "unable to parse"),
        ("feed.atom", ("<updated>20", "<updated>the 20"), "updated"),
        (
            "feed.json",
            (
                "\"version\": \"https://jsonfeed.org/version/1.1\"",
                "\"version\": \"2\"",
            ),
            "version",
        ),
        ("feed.json", ("\"content_html\"", "\"content\""), "items"),
        ("index.json", ("\"uid\"", "\"id\""), "uid"),
        ("index.json", ("}", ""), "JSON"),
        (
            "privacy/versions.json",
            ("\"in-force\"", "\"in force\""),
            "status",
        ),
        (
            "privacy/versions.json",
            ("\"corrections\"", "\"correction\""),
            "corrections",
        ),
        ("privacy/timemap.link", (">; rel", "; rel"), "link"),
        (
            "privacy/timemap.link",
            ("datetime=\"", "datetime=\"the "),
            "datetime",
        ),
        (
            "privacy/timemap.link",
            ("/privacy/>", "/privacies/>"),
            "is not there",
        ),
        (
            "privacy/index.html",
            ("\"@context\":", "@context:"),
            "linked data",
        ),
    ] {
        broken.tells(route, change, expected);
    }
}
