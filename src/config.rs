//! What a site is built from and how: `policygen.toml` in the root, and what the command line says over it.
//!
//! 1. [`File`] is the configuration as written, with strict keys.
//! 2. [`Config::load`] turns it, with the command line's [`Overrides`], into the validated form that the stages take.

pub mod notices;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use jiff::civil::Date;
use serde::Deserialize;

use crate::document::HtmlPolicy;
use crate::strict_toml;
use notices::Notices;

/// The name of the configuration file.
pub const FILE_NAME: &str = "policygen.toml";

/// What the command line says over the configuration file; `None` and empty say nothing.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The content folder, from the root.
    pub content: Option<PathBuf>,
    /// The folder of the site, from the current folder.
    pub output: Option<PathBuf>,
    pub base_url: Option<String>,
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// The folder of the cache; `None`: nothing is kept for the next run.
    pub cache: Option<PathBuf>,
}

/// How a site is built; checked.
#[derive(Debug)]
pub struct Config {
    /// The folder of `policygen.toml`, canonical.
    pub root: PathBuf,
    /// Whether there is a `policygen.toml`.
    pub has_file: bool,
    pub site: Site,
    pub content: Content,
    pub feeds: Feeds,
    pub history: History,
    pub notices: Notices,
    /// The folder of the site.
    pub output: PathBuf,
    /// The folder of the cache, as it was named; `None`: nothing is kept for the next run.
    pub cache: Option<PathBuf>,
}

/// What the site says of itself.
#[derive(Debug, Clone, Hash)]
pub struct Site {
    pub title: String,
    /// With a `/` behind it; `None`: what needs an absolute URL is left out.
    pub base_url: Option<String>,
    /// The language of the pages, a BCP 47 tag.
    pub language: String,
    pub theme: String,
    /// Whether each older version has the redline from it to the one in force.
    pub since: bool,
    /// What pages of superseded versions tell search engines: directives of `<meta name="robots">`.
    pub archive_robots: String,
    /// Whether readers who come back are told what changed since they read a policy.
    pub remember_visits: bool,
}

/// What is in the feeds.
#[derive(Debug, Clone, Default)]
pub struct Feeds {
    /// Whether versions are that were declared editorial.
    pub editorial: bool,
}

/// Which texts are policies, and how they are read.
#[derive(Debug)]
pub struct Content {
    /// The content folder, from the root; `None`: the folder `content` if there is one, else the root.
    pub folder: Option<PathBuf>,
    pub include: GlobSet,
    pub exclude: GlobSet,
    pub html: HtmlPolicy,
    /// Whether images of other servers are shown; else they become links.
    pub keep_remote_images: bool,
    /// What is put before root-relative links that lead to no policy.
    pub link_base: Option<String>,
    /// Whether a broken link in a newest text is an error.
    pub broken_links_fail: bool,
}

/// Which history is published, and what makes a version.
#[derive(Debug, Clone)]
pub struct History {
    /// A branch, tag or commit.
    pub reference: String,
    pub versions: Versions,
    pub date: DateOf,
}

/// What begins a new version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Versions {
    /// The front matter's `version` where it is declared, else every visible change.
    #[default]
    Auto,
    /// The front matter's `version` alone.
    Declared,
    /// Every visible change.
    EveryChange,
}

/// Whose date of a commit counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateOf {
    #[default]
    Commit,
    Author,
}

/// `policygen.toml` as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    site: SiteTable,
    content: ContentTable,
    feeds: FeedsTable,
    history: HistoryTable,
    notices: notices::Table,
    output: Option<PathBuf>,
    base_url: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SiteTable {
    title: Option<String>,
    base_url: Option<String>,
    language: Option<String>,
    theme: Option<String>,
    since: Option<bool>,
    archive_robots: Option<String>,
    remember_visits: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FeedsTable {
    editorial: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ContentTable {
    folder: Option<PathBuf>,
    include: Vec<String>,
    exclude: Vec<String>,
    html: Html,
    remote_images: RemoteImages,
    link_base: Option<String>,
    broken_links: Option<BrokenLinks>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct HistoryTable {
    #[serde(rename = "ref")]
    reference: Option<String>,
    versions: Versions,
    date: DateOf,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Html {
    #[default]
    Clean,
    Escape,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RemoteImages {
    #[default]
    Link,
    Keep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum BrokenLinks {
    Error,
    Warn,
}

impl Config {
    /// Reads the configuration of `root` and lays the command line over it.
    ///
    /// # Errors
    ///
    /// `root` is no folder; the file cannot be read or does not hold what it should (with its line); a value is not valid.
    pub fn load(root: &Path, overrides: Overrides) -> Result<Config> {
        let root = root.canonicalize().with_context(|| {
            format!(
                "`{}`: cannot be read; name the folder of the policies with --root",
                root.display()
            )
        })?;
        let path = root.join(FILE_NAME);
        let (file, has_file) = match std::fs::read_to_string(&path) {
            Ok(text) => (strict_toml::parse(&path, &text)?, true),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => (File::default(), false),
            Err(e) => {
                return Err(anyhow!(e).context(format!("`{}`: cannot be read", path.display())));
            }
        };
        if !root.is_dir() {
            bail!(
                "`{}`: is no folder; name the folder of the policies with --root",
                root.display()
            );
        }
        file.check(root, has_file, overrides)
    }
}

impl File {
    fn check(self, root: PathBuf, has_file: bool, overrides: Overrides) -> Result<Config> {
        let base_url = overrides.base_url.or(self.site.base_url).or(self.base_url);
        let output = match overrides.output {
            Some(folder) => {
                std::path::absolute(&folder).with_context(|| format!("`{}`", folder.display()))?
            }
            None => root.join(self.output.unwrap_or_else(|| PathBuf::from("public"))),
        };
        let site = Site {
            title: self.site.title.unwrap_or_else(|| "Policies".to_string()),
            base_url: base_url.as_deref().map(absolute_url).transpose()?,
            language: language(self.site.language.unwrap_or_else(|| "en".to_string()))?,
            theme: theme(self.site.theme.unwrap_or_else(|| "default".to_string()))?,
            since: self.site.since.unwrap_or(true),
            archive_robots: match self.site.archive_robots {
                Some(directives) => robots(directives)?,
                None => "noindex, follow".to_string(),
            },
            remember_visits: self.site.remember_visits.unwrap_or(true),
        };
        Ok(Config {
            site,
            content: self.content.check(
                overrides.content,
                &overrides.include,
                &overrides.exclude,
                has_file,
            )?,
            feeds: Feeds {
                editorial: self.feeds.editorial,
            },
            history: History {
                reference: self.history.reference.unwrap_or_else(|| "HEAD".to_string()),
                versions: self.history.versions,
                date: self.history.date,
            },
            notices: self.notices.check(&root)?,
            root,
            has_file,
            output,
            cache: overrides.cache,
        })
    }
}

impl ContentTable {
    fn check(
        self,
        folder: Option<PathBuf>,
        include: &[String],
        exclude: &[String],
        has_file: bool,
    ) -> Result<Content> {
        // A foreign repository is shown as it is; who has configured a site can mend its links.
        let usual = if has_file {
            BrokenLinks::Error
        } else {
            BrokenLinks::Warn
        };
        Ok(Content {
            folder: folder.or(self.folder),
            include: globs(self.include.iter().chain(include), "include")?,
            exclude: globs(self.exclude.iter().chain(exclude), "exclude")?,
            html: match self.html {
                Html::Clean => HtmlPolicy::Clean,
                Html::Escape => HtmlPolicy::Escape,
            },
            keep_remote_images: self.remote_images == RemoteImages::Keep,
            link_base: self.link_base.as_deref().map(absolute_url).transpose()?,
            broken_links_fail: self.broken_links.unwrap_or(usual) == BrokenLinks::Error,
        })
    }
}

impl Content {
    /// Whether the file at this path of the repository (below `prefix`, ending in `.md`) is a policy's source.
    ///
    /// With `include`, only what it matches; else all but what a repository tells about itself. `exclude` wins.
    pub fn is_policy(&self, path: &str, prefix: &str) -> bool {
        let inner = path.strip_prefix(prefix).unwrap_or(path);
        let included = match self.include.is_empty() {
            true => !path.starts_with(".github/") && !ABOUT_THE_REPOSITORY.contains(&path),
            false => self.include.is_match(inner),
        };
        included && !self.exclude.is_match(inner)
    }
}

/// Files at the root of a repository that are no policies.
const ABOUT_THE_REPOSITORY: [&str; 4] =
    ["README.md", "LICENSE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/// The date of the build: `--date`, else `SOURCE_DATE_EPOCH` (seconds since 1970), else today in UTC.
///
/// # Errors
///
/// `epoch` is no number of seconds that has a date.
pub fn build_date(given: Option<Date>, epoch: Option<&str>, now: jiff::Timestamp) -> Result<Date> {
    let utc = |time: jiff::Timestamp| jiff::tz::Offset::UTC.to_datetime(time).date();
    match (given, epoch) {
        (Some(date), _) => Ok(date),
        (None, Some(text)) => {
            let seconds = text
                .trim()
                .parse()
                .ok()
                .and_then(|s| jiff::Timestamp::from_second(s).ok());
            let time = seconds.ok_or_else(|| {
                anyhow!("SOURCE_DATE_EPOCH is `{text}`; expected seconds since 1970")
            })?;
            Ok(utc(time))
        }
        (None, None) => Ok(utc(now)),
    }
}

fn globs<'a>(patterns: impl Iterator<Item = &'a String>, what: &str) -> Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        set.add(glob.with_context(|| format!("`{pattern}`: is no pattern for {what}"))?);
    }
    Ok(set.build()?)
}

/// An absolute http(s) URL with a `/` behind it.
fn absolute_url(url: &str) -> Result<String> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let valid = rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && rest
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b"\"'&<>\\`{}|^#?".contains(&b))
    });
    if !valid {
        bail!(
            "`{url}`: expected an absolute URL without query or fragment, like https://example.com/legal/"
        );
    }
    Ok(format!("{}/", url.trim_end_matches('/')))
}

/// A tag that browsers can write dates with; whether it is registered is not checked.
fn language(tag: String) -> Result<String> {
    let (first, rest) = tag.split_once('-').unwrap_or((&tag, "aa"));
    let is_language =
        matches!(first.len(), 2 | 3 | 5..=8) && first.bytes().all(|b| b.is_ascii_alphabetic());
    let is_part =
        |part: &str| matches!(part.len(), 2..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_language || !rest.split('-').all(is_part) {
        bail!("`{tag}`: expected a language tag such as en or de-AT");
    }
    Ok(tag)
}

/// Directives for search engines, parted by commas; of a directive with a value the value is not checked.
fn robots(directives: String) -> Result<String> {
    let is_known = |directive: &str| {
        let (name, value) = directive.split_once(':').unwrap_or((directive, ""));
        match value.is_empty() {
            true => ROBOTS.contains(&name),
            false => ROBOTS_WITH_VALUE.contains(&name),
        }
    };
    let unknown = directives.split(',').map(str::trim).find(|d| !is_known(d));
    if let Some(unknown) = unknown {
        bail!(
            "`{unknown}`: is no directive for search engines; expected some of {}, parted by commas, in [site] archive_robots",
            ROBOTS.join(", ")
        );
    }
    Ok(directives)
}

const ROBOTS: [&str; 10] = [
    "all",
    "index",
    "noindex",
    "follow",
    "nofollow",
    "none",
    "noarchive",
    "nosnippet",
    "noimageindex",
    "notranslate",
];

const ROBOTS_WITH_VALUE: [&str; 4] = [
    "max-snippet",
    "max-image-preview",
    "max-video-preview",
    "unavailable_after",
];

fn theme(name: String) -> Result<String> {
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
        bail!("`{name}`: expected the name of a folder in themes/");
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(text: &str) -> String {
        strict_toml::parse::<File>(Path::new("policygen.toml"), text)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn an_unknown_key_suggests_the_nearest() {
        assert_eq!(
            error_of("[site]\ntitel = \"x\"\n"),
            "`policygen.toml:2`: unknown key `titel`; did you mean `title`?"
        );
        assert!(error_of("[site]\nqqqqqqqq = 1\n").contains("expected one of"));
    }

    #[test]
    fn a_wrong_type_names_its_line() {
        assert!(
            error_of("\n[content]\ninclude = 3\n").starts_with("`policygen.toml:3`: invalid type")
        );
        assert!(error_of("[history]\nversions = \"all\"\n").contains("every-change"));
    }

    #[test]
    fn base_urls_are_absolute_and_end_in_a_slash() {
        assert_eq!(
            absolute_url("https://a.example/legal").unwrap(),
            "https://a.example/legal/"
        );
        for wrong in [
            "a.example",
            "ftp://a",
            "https://",
            "https:///x",
            "https://a/?q",
            "https://a/\"><script>",
        ] {
            assert!(absolute_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn directives_for_search_engines_are_known_ones() {
        for right in ["all", "noindex, follow", "none", "max-snippet:20,noarchive"] {
            assert_eq!(robots(right.to_string()).unwrap(), right);
        }
        for wrong in [
            "",
            "noindx",
            "noindex,",
            "noindex:1",
            "max-snippet",
            "\"><script>",
        ] {
            assert!(robots(wrong.to_string()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_build_date_prefers_the_option_then_the_environment() {
        let now = jiff::Timestamp::UNIX_EPOCH;
        let day = jiff::civil::date(2026, 1, 2);
        assert_eq!(build_date(Some(day), Some("x"), now).unwrap(), day);
        assert_eq!(build_date(None, Some("1767312000"), now).unwrap(), day);
        assert_eq!(
            build_date(None, None, now).unwrap(),
            jiff::civil::date(1970, 1, 1)
        );
        assert!(build_date(None, Some("soon"), now).is_err());
    }
}
