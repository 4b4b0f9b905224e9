//! The filter `say`: a word or a sentence of the interface by its key, with values in its places, as HTML.
//!
//! ```text
//! {{ "base.policies" | say }}
//! {{ "lists.published" | say(date=<date day={version.published}/>) }}
//! {{ "changelog.count" | say(count=versions | length) }}
//! ```
//!
//! What components give is HTML and stays so; all else is escaped. A filter, since components see no variable of the page.

use tera::{Error, Kwargs, State, TeraResult, Value};
use toml::Table;

use crate::words::phrase;

/// The word of this key. Of a plural, `count` chooses the form.
pub(super) fn say(
    words: &Table,
    key: &str,
    values: &Kwargs,
    state: &State<'_>,
) -> TeraResult<Value> {
    let word =
        word(words, key).ok_or_else(|| Error::message(format!("there is no word `{key}`")))?;
    let text = form(word, values)?;
    let known = values.iter().map(|(name, value)| {
        let name = name.as_str().unwrap_or_default();
        Ok((name, state.escape_if_needed(value)?))
    });
    let known: Vec<(&str, String)> = known.collect::<TeraResult<_>>()?;
    let value = |name: &str| {
        let found = known.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str().into())
    };
    let html = phrase::html(text, &super::escaped, &value);
    let html = html.map_err(|e| Error::message(format!("word `{key}`: {e}")))?;
    Ok(Value::safe_string(&html))
}

fn word<'a>(words: &'a Table, key: &str) -> Option<&'a toml::Value> {
    let (group, name) = key.split_once('.')?;
    words.get(group)?.get(name)
}

fn form<'a>(word: &'a toml::Value, values: &Kwargs) -> TeraResult<&'a str> {
    if let Some(text) = word.as_str() {
        return Ok(text);
    }
    let of = |form: &str| word.get(form).and_then(toml::Value::as_str);
    let count = values.must_get::<usize>("count")?;
    of(phrase::form(count))
        .or_else(|| of("other"))
        .ok_or_else(|| Error::message("not a word, but a list of them"))
}
