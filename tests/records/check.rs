//! Every file of a site that machines read, held to what it should be.

use std::fmt::{self, Display};
use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::Value;

use crate::{feeds, time_maps};

/// Of so many pages one is looked at for linked data, besides those of the policies.
const SAMPLE: usize = 25;

/// What a check came to.
#[derive(Default)]
pub struct Checked {
    /// Each names its file.
    pub faults: Vec<String>,
    pub counts: Counts,
}

#[derive(Default)]
pub struct Counts {
    pub feeds: usize,
    pub records: usize,
    pub time_maps: usize,
    /// Pages with linked data.
    pub linked: usize,
}

impl Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} feeds, {} records, {} time maps and {} pages with linked data",
            self.feeds, self.records, self.time_maps, self.linked
        )
    }
}

/// Checks the site in a folder.
pub fn check(site: &Path) -> Checked {
    let schemas = Schemas::new();
    let mut checked = Checked::default();
    let mut pages = 0;
    for route in routes(site) {
        let name = route.rsplit('/').next().unwrap_or_default();
        if name.ends_with(".html") {
            pages += 1;
            let is_policy = site.join(&route).with_file_name("versions.json").exists();
            if !is_policy && pages % SAMPLE != 0 {
                continue;
            }
        }
        let Some(kind) = Kind::of(name) else {
            continue;
        };
        let faults = match fs::read_to_string(site.join(&route)) {
            Ok(text) => kind.faults(&text, site, &schemas, &mut checked.counts),
            Err(e) => vec![format!("cannot be read as UTF-8: {e}")],
        };
        let told = faults.into_iter().map(|fault| format!("{route}: {fault}"));
        checked.faults.extend(told);
    }
    checked
}

enum Kind {
    Atom,
    JsonFeed,
    Index,
    Versions,
    TimeMap,
    Page,
}

struct Schemas {
    index: Validator,
    versions: Validator,
    feed: Validator,
}

impl Schemas {
    fn new() -> Schemas {
        let schema = |text: &str| {
            let schema: Value = serde_json::from_str(text).unwrap();
            jsonschema::validator_for(&schema).unwrap()
        };
        Schemas {
            index: schema(include_str!("../../docs/schema/index.schema.json")),
            versions: schema(include_str!("../../docs/schema/versions.schema.json")),
            feed: schema(include_str!("json_feed.schema.json")),
        }
    }
}

impl Kind {
    /// What a file of this name is; `None` for what is not checked.
    fn of(name: &str) -> Option<Kind> {
        let is_feed = name.starts_with("feed-") && name.ends_with(".json");
        match name {
            "index.json" => Some(Kind::Index),
            "versions.json" => Some(Kind::Versions),
            "feed.json" => Some(Kind::JsonFeed),
            "timemap.link" => Some(Kind::TimeMap),
            _ if is_feed => Some(Kind::JsonFeed),
            _ if name.ends_with(".atom") => Some(Kind::Atom),
            _ if name.ends_with(".html") => Some(Kind::Page),
            _ => None,
        }
    }

    fn faults(
        &self,
        text: &str,
        site: &Path,
        schemas: &Schemas,
        counts: &mut Counts,
    ) -> Vec<String> {
        let count = match self {
            Kind::Atom | Kind::JsonFeed => &mut counts.feeds,
            Kind::Index | Kind::Versions => &mut counts.records,
            Kind::TimeMap => &mut counts.time_maps,
            Kind::Page => &mut counts.linked,
        };
        *count += 1;
        match self {
            Kind::Atom => feeds::faults(text, site),
            Kind::JsonFeed => {
                let mut faults = by_schema(text, &schemas.feed);
                faults.extend(feeds::faults(text, site));
                faults
            }
            Kind::Index => by_schema(text, &schemas.index),
            Kind::Versions => by_schema(text, &schemas.versions),
            Kind::TimeMap => time_maps::faults(text, site),
            Kind::Page => match linked_data(text) {
                None => {
                    *count -= 1;
                    Vec::new()
                }
                Some(json) => linked_data_faults(json),
            },
        }
    }
}

fn by_schema(text: &str, schema: &Validator) -> Vec<String> {
    match serde_json::from_str::<Value>(text) {
        Err(e) => vec![format!("is no JSON: {e}")],
        Ok(value) => schema
            .iter_errors(&value)
            .map(|fault| {
                let told: String = fault.to_string().chars().take(300).collect();
                format!("{}: {told}", fault.instance_path())
            })
            .collect(),
    }
}

/// The data block of a page; `None` where it has none.
fn linked_data(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("<script type=\"application/ld+json\">")?;
    Some(rest.split_once("</script>").map_or(rest, |(json, _)| json))
}

fn linked_data_faults(json: &str) -> Vec<String> {
    let data: Value = match serde_json::from_str(json) {
        Ok(data) => data,
        Err(e) => return vec![format!("its linked data is no JSON: {e}")],
    };
    let is = |key: &str, test: &dyn Fn(&str) -> bool| data[key].as_str().is_some_and(test);
    let holds = is("@context", &|context| context == "https://schema.org")
        && is("@type", &|kind| kind == "WebPage")
        && is("url", &|url| url.starts_with("https://"))
        && ["name", "version", "datePublished", "inLanguage"]
            .iter()
            .all(|key| is(key, &|text| !text.is_empty()));
    match holds {
        true => Vec::new(),
        false => vec![format!("its linked data lacks something: {data}")],
    }
}

/// Every file of a site, sorted.
fn routes(site: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![site.to_path_buf()];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        for entry in entries {
            let entry = entry.unwrap();
            match entry.file_type().unwrap().is_dir() {
                true => open.push(entry.path()),
                false => {
                    let path = entry.path();
                    let route = path.strip_prefix(site).unwrap();
                    found.push(route.to_str().unwrap().to_string());
                }
            }
        }
    }
    found.sort();
    found
}

/// Whether a URL is one of the site, and its file is there.
pub fn is_there(url: &str, site: &Path) -> bool {
    let path = url
        .strip_prefix(crate::BASE)
        .map(|path| percent_encoding::percent_decode_str(path).decode_utf8_lossy());
    let file = |path: &str| match path.is_empty() || path.ends_with('/') {
        true => site.join(path).join("index.html"),
        false => site.join(path),
    };
    path.is_some_and(|path| file(&path).is_file())
}
