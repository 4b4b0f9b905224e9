//! YAML front matter as entries.
//!
//! The parser's events are walked once with a depth, so that nothing recurses. Known keys of the outermost mapping are
//! kept, everything else passes by. An alias is only followed to a scalar.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use super::entries::{Entry, Value, known};
use super::{Fault, Raw};

/// The entries of known keys; the fault of text that is no YAML, or no mapping.
pub(super) fn entries(raw: &Raw<'_>) -> Result<Vec<Entry>, Fault> {
    let options = granit_parser::options! { emit_comments: false, emit_unresolved_aliases: true };
    let mut walk = Walk {
        first_line: raw.first_line,
        ..Walk::default()
    };
    for event in Parser::new_from_str_with_options(raw.text, options) {
        let (event, span) = event.map_err(|error| no_yaml(raw, &error))?;
        if matches!(event, Event::DocumentEnd) {
            break;
        }
        walk.event(event, span)?;
    }
    Ok(walk.entries)
}

fn no_yaml(raw: &Raw<'_>, error: &ScanError) -> Fault {
    let lines = raw.text.lines().count().max(1);
    let line = error.marker().line().clamp(1, lines);
    let hint = if raw.text.contains("{%") || raw.text.contains("{{") {
        "quote or remove the template tags"
    } else {
        "quote values that hold `: `, `#`, brackets or quotes"
    };
    let message = format!(
        "the front matter is no valid YAML ({}): {hint}",
        error.info()
    );
    Fault {
        line: raw.first_line + line - 1,
        message,
    }
}

/// What the walk has seen so far. Depth 0 is the document, 1 the outermost mapping, 2 the values in a list of it.
#[derive(Default)]
struct Walk {
    first_line: usize,
    depth: usize,
    entries: Vec<Entry>,
    /// What the next node at depth 1 is.
    next: Next,
    /// The list that is being filled, with its key.
    list: Option<(Key, Vec<(usize, Value)>)>,
    /// Scalars that bear an anchor.
    anchors: BTreeMap<usize, Value>,
}

#[derive(Default)]
enum Next {
    #[default]
    Key,
    /// The value of a known key, or of one that is ignored.
    Value(Option<Key>),
}

/// A known key, and its line.
#[derive(Clone, Copy)]
struct Key(&'static str, usize);

impl Walk {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let line = self.first_line + span.start.line().saturating_sub(1);
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = scalar(&text, style);
                if anchor != 0 {
                    self.anchors.insert(anchor, value.clone());
                }
                self.node(Some(&text), value, line)
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().unwrap_or(Value::Alias);
                self.node(None, value, line)
            }
            Event::UnresolvedAlias(_) => self.node(None, Value::Alias, line),
            Event::SequenceStart(..) => self.open(true, line),
            Event::MappingStart(..) => self.open(false, line),
            Event::SequenceEnd | Event::MappingEnd => {
                self.close();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A node without children; `key` is its text where it could be a key.
    fn node(&mut self, key: Option<&str>, value: Value, line: usize) -> Result<(), Fault> {
        match self.depth {
            0 if value == Value::Absent => {}
            0 => return Err(no_mapping(line)),
            1 => match std::mem::take(&mut self.next) {
                Next::Key => self.next = Next::Value(key.and_then(known).map(|key| Key(key, line))),
                Next::Value(Some(key)) => self.entry(key, value),
                Next::Value(None) => {}
            },
            2 => self.item(value, line),
            _ => {}
        }
        Ok(())
    }

    /// A list or a mapping begins.
    fn open(&mut self, is_list: bool, line: usize) -> Result<(), Fault> {
        match self.depth {
            0 if is_list => return Err(no_mapping(line)),
            1 => match std::mem::take(&mut self.next) {
                Next::Key => self.next = Next::Value(None),
                Next::Value(Some(key)) if is_list => self.list = Some((key, Vec::new())),
                Next::Value(Some(key)) => self.entry(key, Value::Table),
                Next::Value(None) => {}
            },
            2 => self.item(Value::Table, line),
            _ => {}
        }
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 1
            && let Some((key, items)) = self.list.take()
        {
            self.entry(key, Value::List(items));
        }
    }

    fn entry(&mut self, Key(key, line): Key, value: Value) {
        self.entries.push(Entry { key, line, value });
    }

    fn item(&mut self, value: Value, line: usize) {
        if let Some((_, items)) = &mut self.list {
            items.push((line, value));
        }
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    let plain = matches!(style, ScalarStyle::Plain);
    if plain && matches!(text, "~" | "null" | "Null" | "NULL") {
        return Value::Absent;
    }
    Value::text(text)
}

fn no_mapping(line: usize) -> Fault {
    let message = "the front matter holds no keys: write one `key: value` on each line".to_string();
    Fault { line, message }
}
