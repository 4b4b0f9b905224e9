//! `policygen log`: the versions of a policy, or the policies of a site, as lines for people or as JSON.

use anyhow::Result;

use crate::announced::Announced;
use crate::comparisons::{Comparer, Comparison};
use crate::gathered::Gathered;
use crate::policies::Policy;
use crate::redline::terminal::{columns, harmless};
use crate::render::record;
use crate::versions::Version;
use crate::words::Words;

/// How lines are written; the same as for redlines.
pub use crate::redline::terminal::Options;

/// What is not there.
pub(crate) const NONE: &str = "-";

/// The versions of a policy, newest first: label, status, dates, class of change (a suggested one in brackets), words added and
/// removed, and the summary, or else the description.
///
/// # Errors
///
/// A text cannot be read.
pub fn versions(site: &Gathered, policy: usize, options: Options) -> Result<String> {
    let comparisons = site.comparisons(&site.policies, Words::english(), None);
    let mut comparer = Comparer::new(site.library.texts());
    let mut table = Table::new(&[
        "VERSION",
        "STATUS",
        "PUBLISHED",
        "EFFECTIVE",
        "CHANGE",
        "WORDS",
        "SUMMARY",
    ]);
    let its = &site.policies.all[policy];
    for index in (0..its.versions.len()).rev() {
        let comparison = comparisons.of(&site.policies, policy, index, &mut comparer)?;
        table.rows.push(version_row(its, index, comparison));
    }
    Ok(table.written(options))
}

/// One line for each policy: its newest version, and how many it has.
pub fn policies(site: &Gathered, options: Options) -> String {
    let mut table = Table::new(&[
        "POLICY",
        "VERSION",
        "STATUS",
        "PUBLISHED",
        "VERSIONS",
        "TITLE",
    ]);
    for policy in &site.policies.all {
        let index = policy.versions.len() - 1;
        let version = &policy.versions[index];
        table.rows.push(vec![
            policy.id.clone(),
            version.label.clone(),
            status(policy, index).to_owned(),
            published(version),
            policy.versions.len().to_string(),
            policy.title.clone(),
        ]);
    }
    table.written(options)
}

/// `versions.json` of a policy.
///
/// # Errors
///
/// A text cannot be read.
pub fn versions_json(site: &Gathered, policy: usize, announced: &Announced) -> Result<String> {
    let comparisons = site.comparisons(&site.policies, Words::english(), None);
    let mut comparer = Comparer::new(site.library.texts());
    record::policy(
        &site.policies,
        policy,
        (&comparisons, announced),
        &mut comparer,
    )
}

/// `index.json` of the site.
///
/// # Errors
///
/// None is known.
pub fn policies_json(site: &Gathered) -> Result<String> {
    record::index(&site.config.site, &site.policies)
}

fn version_row(policy: &Policy, index: usize, comparison: Option<&Comparison>) -> Vec<String> {
    let version = &policy.versions[index];
    let suggested = comparison.and_then(|comparison| comparison.suggested);
    let change = match (version.change, suggested) {
        (Some(change), _) => change.to_string(),
        (None, Some(suggested)) => format!("({suggested})"),
        (None, None) => NONE.to_owned(),
    };
    let words = match comparison {
        Some(comparison) => {
            let counts = &comparison.counts;
            format!("+{} −{}", counts.words_added, counts.words_removed)
        }
        None => NONE.to_owned(),
    };
    let description = comparison.and_then(|comparison| comparison.description.clone());
    let told = version.summary.clone().or(description);
    vec![
        version.label.clone(),
        status(policy, index).to_owned(),
        published(version),
        effective(version),
        change,
        words,
        told.or_else(|| usual(version, index)).unwrap_or_default(),
    ]
}

/// What is said where nobody and nothing tells what changed.
fn usual(version: &Version, index: usize) -> Option<String> {
    match (version.hidden, index) {
        (true, _) => Some("Hidden.".to_owned()),
        (false, 0) => Some("First version.".to_owned()),
        _ => None,
    }
}

fn status(policy: &Policy, index: usize) -> &'static str {
    policy.status(index).as_str()
}

fn published(version: &Version) -> String {
    let day = version.published.map(|moment| moment.date().to_string());
    day.unwrap_or_else(|| NONE.to_owned())
}

/// A date as written where it names no day.
fn effective(version: &Version) -> String {
    let day = version.effective.date.map(|day| day.to_string());
    day.or_else(|| version.effective.unclear.clone())
        .unwrap_or_else(|| NONE.to_owned())
}

/// Rows of cells; the last one takes what room there is.
pub(crate) struct Table {
    pub rows: Vec<Vec<String>>,
}

/// Two spaces part the columns.
const GAP: usize = 2;

/// In less room the last cell goes below the others.
const NARROW: usize = 30;

impl Table {
    pub fn new(heads: &[&str]) -> Table {
        Table {
            rows: vec![heads.iter().map(ToString::to_string).collect()],
        }
    }

    pub fn written(mut self, options: Options) -> String {
        let cells = self.rows.iter_mut().flatten();
        cells.for_each(|cell| *cell = harmless(cell).replace('\n', " "));
        let widths = self.widths();
        let room: usize = widths.iter().map(|width| width + GAP).sum();
        let mut out = String::new();
        for (at, row) in self.rows.iter().enumerate() {
            let start = out.len();
            write_row(row, &widths, room, options.width, &mut out);
            if at == 0 && options.colours {
                let bold = anstyle::Style::new().bold();
                let head = out.split_off(start);
                out.push_str(&format!("{bold}{}{bold:#}\n", head.trim_end()));
            }
        }
        out
    }

    /// Of all columns but the last.
    fn widths(&self) -> Vec<usize> {
        let count = self.rows[0].len() - 1;
        let widest = |column: usize| self.rows.iter().map(move |row| columns(&row[column])).max();
        (0..count)
            .map(|column| widest(column).unwrap_or(0))
            .collect()
    }
}

fn write_row(
    row: &[String],
    widths: &[usize],
    room: usize,
    width: Option<usize>,
    out: &mut String,
) {
    let start = out.len();
    for (cell, wide) in row.iter().zip(widths) {
        out.push_str(cell);
        out.push_str(&" ".repeat(wide - columns(cell) + GAP));
    }
    let last = row.last().map_or("", String::as_str);
    let (lines, indent) = match width {
        None => (vec![last.to_owned()], room),
        Some(width) if width >= room + NARROW => (wrapped(last, width - room), room),
        Some(width) => {
            out.truncate(start + out[start..].trim_end().len());
            out.push('\n');
            if last.is_empty() {
                return;
            }
            (wrapped(last, width.saturating_sub(4).max(1)), 4)
        }
    };
    let is_below = indent != room;
    for (at, line) in lines.iter().enumerate() {
        if at > 0 || is_below {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(line);
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }
}

/// A text on lines of at most so many columns, at least one; a longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if columns(line) + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(width: Option<usize>) -> String {
        let mut table = Table::new(&["A", "BEE", "LAST"]);
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        table
            .rows
            .push(row(["一", "b", "one two three four five six seven eight"]));
        table.rows.push(row(["aaaa", "b\u{1b}", ""]));
        table.written(Options {
            width,
            colours: false,
        })
    }

    #[test]
    fn columns_are_aligned_by_what_they_take_on_a_terminal() {
        assert_eq!(
            table(None),
            "A     BEE  LAST\n一    b    one two three four five six seven eight\naaaa  b\u{fffd}\n"
        );
    }

    #[test]
    fn the_last_column_is_wrapped_or_goes_below() {
        assert_eq!(
            table(Some(41)),
            "A     BEE  LAST\n一    b    one two three four five six\n           seven eight\naaaa  b\u{fffd}\n"
        );
        assert_eq!(
            table(Some(30)),
            "A     BEE\n    LAST\n一    b\n    one two three four five\n    six seven eight\naaaa  b\u{fffd}\n"
        );
    }
}
