//! Writes differences in each format.

use std::borrow::Cow;

use anyhow::Result;
use serde::Serialize;

use super::{Difference, Side, State};
use crate::comparisons::told_title;
use crate::document::html::{ImageAs, LinkTo, Resolve, escape};
use crate::redline::{html, json, markdown, terminal};
use crate::words::Words;

/// At most so many bytes are written: a comment on GitHub takes 65,536 characters, and somebody may add a few words.
const LONGEST_COMMENT: usize = 60_000;

/// The room for saying that more policies differ.
const CLOSING: usize = 80;

/// In less room nothing can be shown of a policy.
const LEAST: usize = 2_000;

/// So many characters of a title are shown where there is no room for what changed.
const LONGEST_TITLE: usize = 60;

/// As text for a terminal or a pipe.
pub fn text(differences: &[Difference], options: terminal::Options) -> String {
    let bold = anstyle::Style::new().bold();
    let mut out = String::new();
    for difference in differences {
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        let title = format!("{} ({})", difference.title, difference.id);
        let title = terminal::harmless(&title).replace('\n', " ");
        match options.colours {
            true => out.push_str(&format!("{bold}{title}{bold:#}\n")),
            false => out.push_str(&format!("{title}\n")),
        }
        let (from, to) = (told(&difference.from), told(&difference.to));
        out.push_str(&format!("{from} → {to}\n\n"));
        if let Some((old, new)) = &difference.title_change {
            let line =
                terminal::harmless(&told_title(old, new, Words::english())).replace('\n', " ");
            out.push_str(&format!("{line}\n"));
        }
        let mut body = String::new();
        terminal::write(&difference.redline, options, &mut body);
        out.push_str(&body);
    }
    out
}

/// As a comment on a pull request. What has no room is told as a count.
pub fn markdown(differences: &[Difference]) -> String {
    let mut out = String::new();
    for (at, difference) in differences.iter().enumerate() {
        let left = differences.len() - at;
        let room = LONGEST_COMMENT.saturating_sub(out.len() + CLOSING);
        if room < LEAST {
            let what = if left == 1 {
                "policy differs"
            } else {
                "policies differ"
            };
            out.push_str(&format!("<em>… {left} more {what} …</em>\n"));
            break;
        }
        out.push_str(&comment(difference, (room / left).max(LEAST)));
    }
    out
}

/// What changed in one policy, in at most so many bytes, which are [`LEAST`] or more.
fn comment(difference: &Difference, limit: usize) -> String {
    let mut out = comment_head(difference);
    let options = markdown::Options {
        limit: Some(limit.saturating_sub(out.len())),
    };
    markdown::write(&difference.redline, options, &mut out);
    // Titles and headings may be longer than all that there is room for.
    match out.len() <= limit {
        true => out,
        false => too_long(difference),
    }
}

fn too_long(difference: &Difference) -> String {
    let title: String = difference.title.chars().take(LONGEST_TITLE).collect();
    let title = markdown::escape(&title);
    format!("## {title}\n\n<em>… its changes are not shown: too long for a comment …</em>\n\n")
}

fn comment_head(difference: &Difference) -> String {
    let title = markdown::escape(&difference.title);
    let (from, to) = (told(&difference.from), told(&difference.to));
    let (from, to) = (markdown::escape(&from), markdown::escape(&to));
    let mut out = format!("## {title}: {from} → {to}\n\n");
    if let Some((old, new)) = &difference.title_change {
        out.push_str(&format!(
            "{}\n\n",
            markdown::escape(&told_title(old, new, Words::english()))
        ));
    }
    out
}

/// As an array of JSON, one object for each policy.
///
/// # Errors
///
/// None is known.
pub fn json(differences: &[Difference]) -> Result<String> {
    let records: Vec<Record<'_>> = differences.iter().map(record).collect();
    crate::json::written(&records)
}

/// As a page that stands alone, without scripts; links to other pages of the site are words.
pub fn page(differences: &[Difference]) -> String {
    let titles: Vec<&str> = differences.iter().map(|d| d.title.as_str()).collect();
    let mut out =
        String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str(
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
    );
    escape(&format!("What changed: {}", titles.join(", ")), &mut out);
    out.push_str("</title>\n<style>\n");
    out.push_str(include_str!("page.css"));
    out.push_str("</style>\n</head>\n<body>\n<main>\n");
    for (number, difference) in (1..).zip(differences) {
        article(difference, number, &mut out);
    }
    if differences.is_empty() {
        out.push_str("<p>Nothing differs.</p>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn article(difference: &Difference, number: usize, out: &mut String) {
    out.push_str("<header>\n<p class=\"policy\">");
    escape(&difference.title, out);
    out.push_str("</p>\n<p>");
    escape(
        &format!("{} → {}", told(&difference.from), told(&difference.to)),
        out,
    );
    out.push_str("</p>\n");
    if let Some((old, new)) = &difference.title_change {
        paragraph(&told_title(old, new, Words::english()), out);
    }
    for sentence in difference.redline.told() {
        paragraph(&sentence, out);
    }
    out.push_str("</header>\n<article class=\"redline\"");
    let names = [
        ("data-policy", difference.id.as_str()),
        ("data-from", name(&difference.from)),
        ("data-to", name(&difference.to)),
    ];
    for (attribute, value) in names {
        out.push_str(&format!(" {attribute}=\""));
        escape(value, out);
        out.push('"');
    }
    out.push_str(">\n");
    let prefix = match number {
        1 => String::new(),
        number => format!("policy-{number}-"),
    };
    html::write(&difference.redline, &Alone, &Alone, &prefix, out);
    out.push_str("</article>\n");
}

fn paragraph(text: &str, out: &mut String) {
    out.push_str("<p>");
    escape(text, out);
    out.push_str("</p>\n");
}

/// A page that stands alone has no other to link to.
struct Alone;

impl Resolve for Alone {
    fn link<'a>(&'a self, target: &'a str) -> LinkTo<'a> {
        let leads_away = ["http://", "https://", "mailto:", "tel:", "#"]
            .iter()
            .any(|start| {
                target
                    .get(..start.len())
                    .is_some_and(|t| t.eq_ignore_ascii_case(start))
            });
        match leads_away {
            true => LinkTo::Href(Cow::Borrowed(target)),
            false => LinkTo::Nowhere,
        }
    }

    fn image<'a>(&'a self, _source: &'a str) -> ImageAs<'a> {
        ImageAs::Missing
    }
}

/// A side in a few words.
fn told(side: &Side) -> String {
    match &side.state {
        State::Version(label) => match side.published {
            Some(day) if day.to_string() != *label => format!("{label} (published {day})"),
            _ => label.clone(),
        },
        State::Draft => "draft".to_owned(),
        State::Commit(id) => format!("commit {}", &id.to_string()[..10]),
        State::Nothing => "nothing".to_owned(),
    }
}

fn name(side: &Side) -> &str {
    match &side.state {
        State::Version(label) => label,
        State::Draft => "draft",
        State::Commit(_) => "commit",
        State::Nothing => "",
    }
}

#[derive(Serialize)]
struct Record<'a> {
    policy: &'a str,
    /// Null for one that is not published yet.
    uid: Option<&'a str>,
    title: &'a str,
    path: &'a str,
    from: SideRecord<'a>,
    to: SideRecord<'a>,
    /// The titles before and now; null where they do not differ, or the text shows them.
    title_change: Option<[&'a str; 2]>,
    #[serde(flatten)]
    redline: json::Record,
}

#[derive(Serialize)]
struct SideRecord<'a> {
    /// `version`, `draft`, `commit` or `nothing`.
    is: &'static str,
    label: Option<&'a str>,
    published: Option<String>,
    commit: Option<String>,
}

fn record(difference: &Difference) -> Record<'_> {
    let titles = difference.title_change.as_ref();
    Record {
        policy: &difference.id,
        uid: difference.uid.as_deref(),
        title: &difference.title,
        path: &difference.path,
        from: side_record(&difference.from),
        to: side_record(&difference.to),
        title_change: titles.map(|(old, new)| [old.as_str(), new.as_str()]),
        redline: json::record(&difference.redline),
    }
}

fn side_record(side: &Side) -> SideRecord<'_> {
    let (is, label, commit) = match &side.state {
        State::Version(label) => ("version", Some(label.as_str()), None),
        State::Draft => ("draft", None, None),
        State::Commit(id) => ("commit", None, Some(id.to_string())),
        State::Nothing => ("nothing", None, None),
    };
    SideRecord {
        is,
        label,
        published: side.published.map(|day| day.to_string()),
        commit,
    }
}
