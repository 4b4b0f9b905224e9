//! The data that templates see: typed, borrowed where it can be, and the same names in every template.
//!
//! URLs are relative to the page that is rendered and end in `index.html`, so that the site works at any base path and from
//! `file://`. A text is escaped by the template; only [`DocumentView::html`] is HTML.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::redline::Counts;

/// What every page gets, as `page` and `site`.
#[derive(Debug, Clone, Serialize)]
pub struct PageView {
    /// What leads from this page to the site's root: `""`, `"../"`, `"../../"`, …
    pub root: String,
    /// The page's own title, without the site's.
    pub title: String,
    /// For `<meta name="description">`; `None` where there is none.
    pub description: Option<String>,
    /// The absolute URL of the page that stands for this one; `None` without a base URL.
    pub canonical: Option<String>,
    /// The value of `<meta name="robots">`; `None`: nothing is said.
    pub robots: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct SiteView<'a> {
    pub title: &'a str,
    /// A BCP 47 tag.
    pub language: &'a str,
    /// Name and version of the program.
    pub generator: &'static str,
    /// The build's date.
    pub today: DateView,
    /// URL of the theme's style sheet, from this page.
    pub style: String,
    /// URLs of all files of the theme, by their name there: `site.files["logo.png"]`.
    pub files: BTreeMap<&'a str, String>,
    /// URL of the script that tells readers who come back what changed; `None` where the configuration leaves it out.
    pub visits: Option<String>,
    pub front_url: String,
    pub changes_url: String,
    /// The feed of all policies, as Atom; `None` without a base URL or without dates.
    pub feed_url: Option<String>,
    /// The same as JSON Feed.
    pub json_feed_url: Option<String>,
}

/// A calendar date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DateView {
    /// `2024-02-01`
    pub iso: String,
    /// `1 February 2024`
    pub text: String,
}

/// A policy, on any page.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyView {
    pub id: String,
    pub title: String,
    pub description: Option<String>,
    /// The language of its text, if it declares one.
    pub lang: Option<String>,
    /// The folders of its id, for grouping: `""` or `"github-terms"`.
    pub folder: String,
    pub url: String,
    pub changes_url: String,
    /// For each section, the versions that changed it.
    pub sections_url: String,
    pub json_url: String,
    /// Its feed, as Atom; `None` without a base URL or without dates.
    pub feed_url: Option<String>,
    /// The same as JSON Feed.
    pub json_feed_url: Option<String>,
    /// Its versions through time (RFC 7089); `None` like the feed.
    pub time_map_url: Option<String>,
    /// `live` or `withdrawn`
    pub state: &'static str,
    /// When it was last withdrawn; only where it is withdrawn.
    pub withdrawn: Option<DateView>,
    pub in_force: Option<VersionView>,
    /// Versions whose effective date lies ahead, the nearest first.
    pub upcoming: Vec<VersionView>,
    /// The version that was published last, whatever its status; the text of a withdrawn policy.
    pub latest: VersionView,
    /// Versions that were called off and are newer than the one in force, or whose date lies ahead; the newest first.
    pub called_off: Vec<VersionView>,
    /// How many versions there are.
    pub count: usize,
    /// The letter that it is found under, where it is the first of its folder under that letter and the folder holds many; only on the
    /// front page.
    pub initial: Option<String>,
    /// All such letters of its folder; only of the first policy there.
    pub initials: Vec<String>,
    /// What the working tree says, where it is shown and says something new.
    pub draft: Option<VersionView>,
    /// By what whoever comes back is told that it changed; only on the front page.
    pub unread: Option<UnreadView>,
}

/// What a reader may have read of a policy without need to be told of a change.
#[derive(Debug, Clone, Serialize)]
pub struct UnreadView {
    /// Where the script keeps what was read.
    pub key: String,
    /// The beginnings of hashes, with a space between.
    pub texts: String,
}

/// A version, on any page.
#[derive(Debug, Clone, Serialize)]
pub struct VersionView {
    pub label: String,
    /// What readers see: `Version 2.0` for a declared one, the date for one that is labelled by it.
    pub name: String,
    pub title: String,
    pub url: String,
    /// The Markdown as published; `None` for a hidden version.
    pub source_url: Option<String>,
    /// The redline from the version before; `None` where there is none.
    pub changes_url: Option<String>,
    /// The redline from it to the version in force; `None` where it is that one, a newer one or hidden.
    pub since_url: Option<String>,
    /// `in-force`, `upcoming`, `superseded`, `called-off`, `withdrawn` or `draft`
    pub status: &'static str,
    /// When it was published; `None` in a folder without git.
    pub published: Option<DateView>,
    /// From when it holds, as far as it says so.
    pub effective: Option<DateView>,
    /// The effective date as it is written, where it is not clear which day it means.
    pub effective_as_written: Option<String>,
    /// Whether the effective date stood the same in the version before.
    pub carried_over: bool,
    /// The document's own date ("Last updated: …") as text.
    pub stated: Option<String>,
    pub reviewed: Option<DateView>,
    /// `material`, `minor` or `editorial`; `None`: unclassified.
    pub change: Option<&'static str>,
    pub suggested_change: Option<&'static str>,
    pub summary: Option<String>,
    /// What changed in it, told from the redline: "Changed: Cookies. Added: AI features."
    pub description: Option<String>,
    /// How much changed in it; `None` where there is nothing to compare it with.
    pub counts: Option<Counts>,
    /// Of a draft: `version`, `correction` or `amendment` of the latest version, once it is committed.
    pub becomes: Option<&'static str>,
    /// Of a draft: the anchors of the latest version that would lead to no section any more.
    pub lost_anchors: Vec<String>,
    pub hidden: bool,
    /// The date from which it was to hold before it was postponed.
    pub postponed_from: Option<DateView>,
    /// The newer version that takes its place before its date, so that it never holds.
    pub overtaken_by: Option<OvertakingView>,
    pub corrections: Vec<CorrectionView>,
    /// Where the corrections are listed; `None` where there are none.
    pub corrections_url: Option<String>,
    /// When readers were first told of it; `None` where nobody was, but for feeds.
    pub announced: Option<DateView>,
    /// What they were told; `None` where policygen did not tell them.
    pub notice_url: Option<String>,
    /// Abbreviated names of its commits, oldest first.
    pub commits: Vec<String>,
    /// Where its source was in the repository.
    pub path: String,
}

/// A version that takes the place of an older one before the older one's date.
#[derive(Debug, Clone, Serialize)]
pub struct OvertakingView {
    pub name: String,
    pub title: String,
    pub url: String,
    /// From when it holds; `None` where it has been in force already.
    pub from: Option<DateView>,
}

/// A text of a corrected version.
#[derive(Debug, Clone, Serialize)]
pub struct CorrectionView {
    /// `Original` or `Correction 2`
    pub name: String,
    pub date: Option<DateView>,
    pub url: String,
}

/// A text as HTML with its table of contents.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentView {
    /// The inner HTML of `<article class="policy">`; safe.
    pub html: String,
    pub toc: Vec<TocEntry>,
    /// Whether the text begins with its own title as a heading of level 1.
    pub has_title: bool,
}

/// A heading in the table of contents, with those below it.
#[derive(Debug, Clone, Serialize)]
pub struct TocEntry {
    /// The heading's anchor, as it stands in a URL behind `#`.
    pub anchor: String,
    pub text: String,
    pub children: Vec<TocEntry>,
}

/// A version with its policy, where versions of many policies stand in one list.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeView {
    pub policy_title: String,
    pub policy_url: String,
    pub version: VersionView,
    /// Whether it is the first of its policy.
    pub first: bool,
}

/// What changed from one text to another.
#[derive(Debug, Clone, Serialize)]
pub struct RedlineView {
    /// The inner HTML of `<article class="redline">`; safe.
    pub html: String,
    /// Whether nothing that a reader could notice changed in the text.
    pub empty: bool,
    /// How many changes there are on the page.
    pub changes: usize,
    pub counts: Counts,
    pub description: Option<String>,
    pub sections: Vec<SectionChangeView>,
    /// Where the title changed and the text does not show it.
    pub title: Option<TitleChangeView>,
    pub suggested_change: Option<&'static str>,
}

/// A section in which something changed.
#[derive(Debug, Clone, Serialize)]
pub struct SectionChangeView {
    /// The words of its heading; empty for what stands before the first one.
    pub heading: String,
    /// `changed`, `added`, `removed` or `moved`
    pub kind: &'static str,
    /// Where it is on this page.
    pub url: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct TitleChangeView {
    pub old: String,
    pub new: String,
}

/// A text of a corrected version, with what changed in it.
#[derive(Debug, Clone, Serialize)]
pub struct CorrectedView {
    pub text: CorrectionView,
    /// From the text before; `None` for the first.
    pub redline: Option<RedlineView>,
}

/// One thing that readers were told of a version.
#[derive(Debug, Clone, Serialize)]
pub struct NoticeView {
    /// `new`, `correction`, `called-off` or `postponed`
    pub why: &'static str,
    /// The day on which it began to go out.
    pub date: DateView,
    /// Its subject; `None` where it was announced by other means, and its words are not known.
    pub subject: Option<String>,
    /// What happened.
    pub said: Option<String>,
    /// What changed, as it was told; `None` also for a version whose text is hidden.
    pub changed: Option<String>,
    /// What changed, word for word; `None` where nothing is to be shown, or a notice above shows it.
    pub redline: Option<RedlineView>,
    /// The labels of the versions that it compares.
    pub from: String,
    pub to: String,
}

/// A section of a policy through time.
#[derive(Debug, Clone, Serialize)]
pub struct SectionView {
    /// The words of its heading; empty for what stands before the first one.
    pub heading: String,
    pub level: u8,
    /// Where it is on the policy's page.
    pub url: String,
    /// The versions that changed it, newest first, and the one that added it.
    pub changes: Vec<SectionEntryView>,
    /// How many of them changed it.
    pub times: usize,
    /// The version in which it began.
    pub first: VersionView,
}

/// A change of a section.
#[derive(Debug, Clone, Serialize)]
pub struct SectionEntryView {
    pub version: VersionView,
    /// `changed`, `added` or `moved`
    pub kind: &'static str,
    /// The redline in which it is shown.
    pub url: String,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// The names of the fields in structs of this source whose names end so.
    fn fields(source: &'static str, of: &str) -> BTreeSet<&'static str> {
        let structs = source
            .split("\nstruct ")
            .chain(source.split("\npub struct "));
        let body = |text: &'static str| {
            let (name, body) = text.split_once(" {\n")?;
            let name = name.split('<').next()?;
            name.ends_with(of).then(|| body.split("\n}").next())?
        };
        let bodies = structs.filter_map(body);
        let lines = bodies.flat_map(str::lines);
        let name = |line: &'static str| {
            let (name, _) = line.trim().split_once(": ")?;
            let name = name.strip_prefix("pub ").unwrap_or(name);
            name.bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'_')
                .then_some(name)
        };
        lines.filter_map(name).collect()
    }

    #[test]
    fn the_documentation_of_themes_names_every_component_and_its_arguments() {
        let docs = include_str!("../../docs/theming.md");
        let parts = include_str!("../../templates/parts.html");
        for definition in parts.split("{%- component ").skip(1) {
            let (name, rest) = definition.split_once('(').unwrap();
            let (arguments, _) = rest.split_once(')').unwrap();
            let argument = |text: &'static str| text.trim().split([':', ' ']).next();
            let names: Vec<&str> = arguments.split(',').filter_map(argument).collect();
            let (_, told) = docs
                .split_once(&format!("`{name}("))
                .unwrap_or_else(|| panic!("{name}"));
            let (told, _) = told.split_once(')').unwrap();
            let told: Vec<&str> = told.split(", ").collect();
            assert!(
                names.iter().all(|name| told.contains(name)),
                "{name}: {names:?}"
            );
        }
    }

    #[test]
    fn the_documentation_of_themes_names_every_field() {
        let docs = include_str!("../../docs/theming.md");
        let mut all = fields(include_str!("view.rs"), "View");
        all.extend(fields(include_str!("view.rs"), "TocEntry"));
        all.extend(fields(include_str!("mod.rs"), "Data"));
        all.extend(fields(include_str!("mod.rs"), "Month"));
        all.extend(fields(include_str!("compared.rs"), "Data"));
        all.extend(fields(include_str!("../redline/summary.rs"), "Counts"));
        all.remove("own");
        assert!(all.len() > 60 && all.contains("linked_data"), "{all:?}");
        let is_named = |field: &&&str| {
            let begins = [format!("`{field}`"), format!("`{field}[")];
            begins.iter().any(|begin| docs.contains(begin))
        };
        let missing: Vec<_> = all.iter().filter(|field| !is_named(field)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
