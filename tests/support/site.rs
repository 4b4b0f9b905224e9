//! A published site.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A site as it was when a run had made it, and what the run said on standard error: a later run does not change it.
pub struct Site {
    pub folder: PathBuf,
    pub said: String,
    files: BTreeMap<String, Vec<u8>>,
}

impl Site {
    pub(super) fn of(folder: PathBuf, said: String) -> Site {
        let files = files(&folder);
        Site {
            folder,
            said,
            files,
        }
    }

    /// Whether a route is there: one that ends in `/` (or is empty) means the page of that folder.
    pub fn has(&self, route: &str) -> bool {
        self.files.contains_key(&path(route))
    }

    /// The text of a route.
    pub fn read(&self, route: &str) -> String {
        let bytes = self.files.get(&path(route));
        let bytes = bytes.unwrap_or_else(|| panic!("no `{route}` in {}", self.folder.display()));
        String::from_utf8(bytes.clone()).unwrap()
    }

    /// `versions.json` of a policy.
    pub fn record(&self, id: &str) -> Value {
        serde_json::from_str(&self.read(&format!("{id}/versions.json"))).unwrap()
    }

    /// The labels of a policy's versions, oldest first.
    pub fn labels(&self, id: &str) -> Vec<String> {
        let record = self.record(id);
        let versions = record["versions"].as_array().unwrap();
        let labels = versions
            .iter()
            .rev()
            .map(|v| v["label"].as_str().unwrap().to_string());
        labels.collect()
    }

    /// A version of a policy by its label, from `versions.json`.
    pub fn version(&self, id: &str, label: &str) -> Value {
        let record = self.record(id);
        let versions = record["versions"].as_array().unwrap();
        let found = versions.iter().find(|v| v["label"] == label);
        found
            .unwrap_or_else(|| panic!("{record:#}: no version {label}"))
            .clone()
    }

    /// The statuses of a policy's versions, oldest first: `2024-01-01 superseded`.
    pub fn statuses(&self, id: &str) -> Vec<String> {
        let labels = self.labels(id);
        let told = |label: &String| {
            format!(
                "{label} {}",
                self.version(id, label)["status"].as_str().unwrap()
            )
        };
        labels.iter().map(told).collect()
    }

    /// The ids of the policies in `index.json`.
    pub fn ids(&self) -> Vec<String> {
        let index: Value = serde_json::from_str(&self.read("index.json")).unwrap();
        let policies = index["policies"].as_array().unwrap();
        policies
            .iter()
            .map(|p| p["policy"].as_str().unwrap().to_string())
            .collect()
    }

    /// Every commit that a policy's `versions.json` names as a revision, sorted.
    pub fn revisions(&self, id: &str) -> Vec<String> {
        let record = self.record(id);
        let versions = record["versions"].as_array().unwrap().iter();
        let lists = versions
            .map(|v| &v["revisions"])
            .chain([&record["unchanged_revisions"]]);
        let mut all: Vec<String> = lists
            .flat_map(|list| list.as_array().unwrap())
            .map(|commit| commit.as_str().unwrap().to_string())
            .collect();
        all.sort();
        all
    }

    /// Every file, by its path from the site's folder.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.files.clone()
    }

    /// Every HTML page, by its route.
    pub fn pages(&self) -> BTreeMap<String, String> {
        let pages = self
            .files
            .iter()
            .filter(|(path, _)| path.ends_with(".html"));
        let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap();
        pages
            .map(|(path, bytes)| (path.clone(), text(bytes)))
            .collect()
    }
}

/// The file of a route.
fn path(route: &str) -> String {
    if route.is_empty() || route.ends_with('/') {
        format!("{route}index.html")
    } else {
        route.to_string()
    }
}

/// Every file of a folder, by its path from there. A symbolic link is told by its target, and not followed.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(folder)
                .unwrap()
                .to_str()
                .unwrap()
                .to_string();
            let kind = fs::symlink_metadata(&path).unwrap();
            if kind.is_symlink() {
                let target = fs::read_link(&path).unwrap();
                found.insert(name, format!("link to {}", target.display()).into_bytes());
            } else if kind.is_dir() {
                open.push(path);
            } else {
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}
