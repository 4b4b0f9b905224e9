//! What both formats are read into.

/// A known key and its value, in the order of the source where the format keeps it.
#[derive(Debug)]
pub(super) struct Entry {
    pub key: &'static str,
    /// 1-based, in the file.
    pub line: usize,
    pub value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Null, or an empty text.
    Absent,
    /// A scalar of any type, as written; without its quotes, escapes resolved.
    Text(String),
    /// The items of a list, each with its line.
    List(Vec<(usize, Value)>),
    Table,
    /// A YAML alias (`*name`) of something that is no scalar.
    Alias,
}

impl Value {
    /// White space around a text does not count.
    pub fn text(text: &str) -> Value {
        match text.trim() {
            "" => Value::Absent,
            text => Value::Text(text.to_string()),
        }
    }
}

/// The keys that are read; others are ignored, whatever their value.
const KNOWN: [&str; 15] = [
    "title",
    "description",
    "id",
    "version",
    "effective",
    "effective_date",
    "change",
    "summary",
    "reviewed",
    "lang",
    "draft",
    "aliases",
    "redirect_from",
    "called_off",
    "postponed_to",
];

pub(super) fn known(key: &str) -> Option<&'static str> {
    KNOWN.into_iter().find(|known| *known == key)
}
