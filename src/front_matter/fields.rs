//! The fields of a [`FrontMatter`] from entries, and the faults of those that cannot be taken.

use jiff::civil::Date;

use crate::dates::{self, Stated};

use super::entries::{Entry, Value};
use super::{Change, Effective, Fault, FrontMatter};

/// The longest value that a message repeats, in characters.
const LONGEST_SHOWN: usize = 60;

pub(super) fn read(entries: Vec<Entry>) -> (FrontMatter, Vec<Fault>) {
    let mut fields = Fields::default();
    for entry in entries {
        fields.take(entry);
    }
    fields.faults.sort_by_key(|fault| fault.line);
    (fields.front, fields.faults)
}

#[derive(Default)]
struct Fields {
    front: FrontMatter,
    faults: Vec<Fault>,
    seen: Vec<(&'static str, usize)>,
    /// The key that gave the effective date.
    effective_key: Option<&'static str>,
}

impl Fields {
    fn take(&mut self, entry: Entry) {
        if self.is_repeated(&entry) || entry.value == Value::Absent {
            return;
        }
        match entry.key {
            "title" => self.front.title = self.one_line(&entry),
            "description" => self.front.description = self.text(&entry),
            "id" => self.front.id = self.one_line(&entry),
            "version" => self.front.version = self.one_line(&entry),
            "effective" | "effective_date" => self.effective(&entry),
            "change" => self.front.change = self.change(&entry),
            "summary" => self.front.summary = self.text(&entry),
            "reviewed" => self.front.reviewed = self.day(&entry),
            "lang" => self.front.lang = self.lang(&entry),
            "draft" => self.front.draft = self.flag(&entry),
            "aliases" | "redirect_from" => self.aliases(&entry),
            "called_off" => self.front.called_off = self.flag(&entry),
            "postponed_to" => self.front.postponed_to = self.day(&entry),
            _ => {}
        }
    }

    fn fault(&mut self, line: usize, message: String) {
        self.faults.push(Fault { line, message });
    }

    /// The first of two equal keys counts.
    fn is_repeated(&mut self, entry: &Entry) -> bool {
        let first = self
            .seen
            .iter()
            .find(|(key, _)| *key == entry.key)
            .map(|(_, line)| *line);
        match first {
            Some(first) => self.fault(
                entry.line,
                format!(
                    "`{}` stands here again (first on line {first}): keep one",
                    entry.key
                ),
            ),
            None => self.seen.push((entry.key, entry.line)),
        }
        first.is_some()
    }

    /// A text without control characters other than line breaks and tabs.
    fn text(&mut self, entry: &Entry) -> Option<String> {
        let what = match &entry.value {
            Value::Absent => return None,
            Value::Text(text) => {
                return Some(text.replace(|c: char| c.is_control() && c != '\n' && c != '\t', ""));
            }
            Value::List(_) => "a list",
            Value::Table => "a table of keys",
            Value::Alias => "an alias (`*…`) of no text",
        };
        let key = entry.key;
        self.fault(
            entry.line,
            format!("`{key}` is {what}, expected one text: write it on one line, in quotes"),
        );
        None
    }

    /// A text on one line.
    fn one_line(&mut self, entry: &Entry) -> Option<String> {
        let text = self.text(entry)?;
        let line = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        let line = line.replace(char::is_control, " ");
        (!line.is_empty()).then_some(line)
    }

    fn date(&mut self, entry: &Entry) -> Option<Effective> {
        let raw = self.one_line(entry)?;
        match dates::parse(&raw) {
            Some(stated) => Some(Effective { raw, stated }),
            None => {
                let message = format!(
                    "`{}` is `{}`, which is no date: write it as 2024-02-01",
                    entry.key,
                    shown(&raw)
                );
                self.fault(entry.line, message);
                None
            }
        }
    }

    /// `effective` counts before `effective_date`; where they differ, that is a fault.
    fn effective(&mut self, entry: &Entry) {
        let Some(date) = self.date(entry) else { return };
        match &self.front.effective {
            Some(other) if other.stated != date.stated => {
                let message =
                    "`effective` and `effective_date` name different dates: keep `effective` alone"
                        .to_string();
                self.fault(entry.line, message);
                if self.effective_key == Some("effective") {
                    return;
                }
            }
            Some(_) => return,
            None => {}
        }
        self.effective_key = Some(entry.key);
        self.front.effective = Some(date);
    }

    /// A date that must be one day.
    fn day(&mut self, entry: &Entry) -> Option<Date> {
        match self.date(entry)?.stated {
            Stated::Day(day) => Some(day),
            Stated::Unclear(text) => {
                let message = format!(
                    "`{}` is `{}`, expected one day: write it as 2024-02-01",
                    entry.key,
                    shown(&text)
                );
                self.fault(entry.line, message);
                None
            }
        }
    }

    fn change(&mut self, entry: &Entry) -> Option<Change> {
        let text = self.one_line(entry)?;
        let change = text.parse();
        if let Err(expected) = change {
            self.fault(
                entry.line,
                format!("`change` is `{}`, {expected}", shown(&text)),
            );
        }
        change.ok()
    }

    /// A language tag; `en_US` becomes `en-US`.
    fn lang(&mut self, entry: &Entry) -> Option<String> {
        let tag = self.one_line(entry)?.replace('_', "-");
        let is_part = |part: &str| {
            (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
        };
        if tag.split('-').all(is_part) && tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Some(tag);
        }
        self.fault(
            entry.line,
            format!(
                "`lang` is `{}`, expected a language tag: write it as `en` or `pt-BR`",
                shown(&tag)
            ),
        );
        None
    }

    /// `true` or `false`; YAML 1.1 knows `yes`, `no`, `on` and `off` too.
    fn flag(&mut self, entry: &Entry) -> bool {
        let Some(text) = self.one_line(entry) else {
            return false;
        };
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => true,
            "false" | "no" | "off" => false,
            _ => {
                self.fault(
                    entry.line,
                    format!(
                        "`{}` is `{}`, expected `true` or `false`",
                        entry.key,
                        shown(&text)
                    ),
                );
                false
            }
        }
    }

    /// One text or a list of texts.
    fn aliases(&mut self, entry: &Entry) {
        let one = [(entry.line, entry.value.clone())];
        let items = match &entry.value {
            Value::List(items) => items.as_slice(),
            _ => &one,
        };
        for (line, value) in items {
            match value {
                Value::Text(path) => self.front.aliases.push(path.clone()),
                Value::Absent => {}
                _ => self.fault(*line, format!("`{}` holds what is no text, expected a path or a list of paths: write `/old/path`", entry.key)),
            }
        }
    }
}

/// A value as a message may repeat it: short, without control characters.
fn shown(text: &str) -> String {
    let mut chars = text
        .chars()
        .map(|c| if c.is_control() || c == '`' { ' ' } else { c });
    let mut shown: String = chars.by_ref().take(LONGEST_SHOWN).collect();
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}
