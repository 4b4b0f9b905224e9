//! The examples of CommonMark 0.31.2: every one against itself and against others can be read back.
//!
//! Their text is not ours to publish. pulldown-cmark carries the examples in its package, as tests that were made of the
//! specification; they are read from there, wherever cargo keeps it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::tree::Entry;
use super::*;

/// How many the specification has.
const COUNT: usize = 652;
/// With how many others each is compared, besides its neighbour.
const OTHERS: usize = 20;

/// The Markdown of every example, in their order.
fn examples() -> Vec<String> {
    let path = package("pulldown-cmark").join("tests/suite/spec.rs");
    let source = std::fs::read_to_string(&path).expect("the package has its tests");
    let examples: Vec<String> = source
        .split("let original = r##\"")
        .skip(1)
        .map(|rest| rest.split("\"##;").next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(examples.len(), COUNT, "in `{}`", path.display());
    examples
}

/// Where cargo keeps the source of a dependency.
fn package(name: &str) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let found = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--filter-platform", "host-tuple", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&found.stderr);
    let metadata: serde_json::Value = serde_json::from_slice(&found.stdout)
        .unwrap_or_else(|error| panic!("cargo knows its packages: {error}: {said}"));
    let packages = metadata["packages"].as_array().expect("it lists them");
    let package = packages.iter().find(|package| package["name"] == name);
    let manifest = package.and_then(|package| package["manifest_path"].as_str());
    let manifest = Path::new(manifest.expect("it is a dependency"));
    manifest.parent().expect("it has a folder").to_owned()
}

fn documents() -> Vec<Document> {
    examples().iter().map(|example| parsed(example)).collect()
}

#[test]
fn an_example_does_not_differ_from_itself() {
    for document in documents() {
        let redline = check(&document, &document);
        let is_same = |entry: &Entry| matches!(entry, Entry::Same { .. });
        assert!(redline.entries.iter().all(is_same), "{document:?}");
    }
}

#[test]
fn neighbouring_examples_are_read_back() {
    for pair in documents().windows(2) {
        check(&pair[0], &pair[1]);
        check(&pair[1], &pair[0]);
    }
}

/// The steps are odd and grow, so that each example meets others near and far, and no pair comes twice.
#[test]
fn sampled_pairs_of_examples_are_read_back() {
    let documents = documents();
    for (index, old) in documents.iter().enumerate() {
        for step in (1..=OTHERS).map(|nth| nth * 31 + index % 31) {
            check(old, &documents[(index + step) % COUNT]);
        }
    }
}
