//! TOML front matter as entries.

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::entries::{Entry, Value, known};
use super::{Fault, Raw};

/// The entries of known keys; the fault of text that is no TOML.
pub(super) fn entries(raw: &Raw<'_>) -> Result<Vec<Entry>, Fault> {
    let source = Source::new(raw);
    let table = DeTable::parse(raw.text).map_err(|error| source.no_toml(&error))?;
    let mut entries = Vec::new();
    for (name, value) in table.get_ref() {
        if let Some(key) = known(name.get_ref()) {
            let line = source.line(name.span().start);
            let value = source.value(value);
            entries.push(Entry { key, line, value });
        }
    }
    entries.sort_by_key(|entry| entry.line);
    Ok(entries)
}

/// The text, and where its lines end.
struct Source<'a> {
    raw: &'a Raw<'a>,
    line_ends: Vec<usize>,
}

impl<'a> Source<'a> {
    fn new(raw: &'a Raw<'a>) -> Self {
        let line_ends = raw.text.match_indices('\n').map(|(at, _)| at).collect();
        Source { raw, line_ends }
    }

    fn line(&self, offset: usize) -> usize {
        self.raw.first_line + self.line_ends.partition_point(|end| *end < offset)
    }

    fn no_toml(&self, error: &Error) -> Fault {
        let line = self.line(error.span().map_or(0, |span| span.start));
        let what = error.message().replace('\n', ", ");
        let message =
            format!("the front matter is no valid TOML ({what}): write `key = \"value\"`");
        Fault { line, message }
    }

    fn value(&self, value: &Spanned<DeValue<'_>>) -> Value {
        match value.get_ref() {
            DeValue::Array(items) => {
                let item = |item: &Spanned<_>| (self.line(item.span().start), self.item(item));
                Value::List(items.iter().map(item).collect())
            }
            _ => self.item(value),
        }
    }

    /// A value that is no list; lists in lists are no value of any key and are not followed.
    fn item(&self, value: &Spanned<DeValue<'_>>) -> Value {
        match value.get_ref() {
            DeValue::String(text) => Value::text(text),
            DeValue::Table(_) | DeValue::Array(_) => Value::Table,
            // Numbers, dates and booleans as written: `1.10` is not the number 1.1.
            _ => Value::text(self.raw.text.get(value.span()).unwrap_or_default()),
        }
    }
}
