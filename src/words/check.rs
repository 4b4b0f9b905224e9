//! Puts words of a site in the place of those that are there, and holds them to the same keys and placeholders: a sentence that
//! lacks a value would mislead, and a key that nobody reads would be a mistake unseen.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use toml::{Table, Value};

use super::phrase::{Name, Part, names, parts};

/// The number that chooses the form of a plural.
const COUNT: Name<'static> = Name::Value("count");

/// The forms of a plural, as CLDR names them.
pub(super) const FORMS: &[&str] = &["zero", "one", "two", "few", "many", "other"];

/// Puts the values of `own` in the place of those of `words`.
pub(super) fn replace(words: &mut Table, own: Table) -> Result<()> {
    replace_in(words, own, "")
}

fn replace_in(words: &mut Table, own: Table, group: &str) -> Result<()> {
    for (key, value) in own {
        let full = format!("{group}{key}");
        let Some(there) = words.get_mut(&key) else {
            bail!(unknown(&full, group, words));
        };
        match (there, value) {
            (Value::Table(there), Value::Table(own)) if !is_plural(there) => {
                replace_in(there, own, &format!("{full}."))?;
            }
            (there, own) => {
                may_stand_for(&full, &own, there)?;
                *there = own;
            }
        }
    }
    Ok(())
}

/// Whether every sentence can be read, and has in each of its forms the same placeholders.
#[cfg(test)]
pub(super) fn sound(words: &Table) -> Result<()> {
    for (key, value) in words {
        match value {
            Value::Table(table) if !is_plural(table) => sound(table)?,
            value => may_stand_for(key, value, value)?,
        }
    }
    Ok(())
}

fn unknown(full: &str, group: &str, words: &Table) -> String {
    let key = &full[group.len()..];
    let near = words
        .keys()
        .map(|name| (strsim::damerau_levenshtein(key, name), name))
        .min()
        .filter(|(distance, name)| *distance <= name.len().max(key.len()) / 2);
    let near = near.map(|(_, name)| format!("; did you mean `{group}{name}`?"));
    format!("unknown key `{full}`{}", near.unwrap_or_default())
}

fn is_plural(table: &Table) -> bool {
    table.contains_key("other")
}

/// Whether a value can stand where another stands.
fn may_stand_for(key: &str, own: &Value, there: &Value) -> Result<()> {
    match (there, own) {
        (Value::String(there), Value::String(own)) => {
            same_names(key, own, &of(key, there)?)?;
            if is_marked(own) && !is_marked(there) {
                bail!("`{key}`: has marks (`**`, `((`), but stands where nothing can be marked");
            }
            Ok(())
        }
        (Value::Array(there), Value::Array(own)) => {
            let is_whole = own.len() == there.len() && own.iter().all(Value::is_str);
            if !is_whole {
                bail!("`{key}`: expected {} texts", there.len());
            }
            Ok(())
        }
        (Value::Table(there), Value::Table(own)) => may_be_plural(key, own, there),
        (Value::Table(there), _) if is_plural(there) => {
            bail!("`{key}`: expected a table of the forms `one`, `other`")
        }
        (Value::Table(_), _) => bail!("`{key}`: expected a table"),
        (Value::Array(there), _) => bail!("`{key}`: expected {} texts", there.len()),
        _ => bail!("`{key}`: expected a text"),
    }
}

fn may_be_plural(key: &str, own: &Table, there: &Table) -> Result<()> {
    if !is_plural(own) {
        bail!("`{key}`: lacks the form `other`");
    }
    let mut all = BTreeSet::from([COUNT]);
    for value in there.values().filter_map(Value::as_str) {
        all.extend(of(key, value)?);
    }
    for (form, value) in own {
        if !FORMS.contains(&form.as_str()) {
            bail!(
                "`{key}`: unknown form `{form}`; there are `{}`",
                FORMS.join("`, `")
            );
        }
        let full = format!("{key}.{form}");
        let Some(text) = value.as_str() else {
            bail!("`{full}`: expected a text");
        };
        let mut wanted = all.clone();
        if !of(&full, text)?.contains(&COUNT) {
            wanted.remove(&COUNT);
        }
        same_names(&full, text, &wanted)?;
    }
    Ok(())
}

fn of<'a>(key: &str, text: &'a str) -> Result<BTreeSet<Name<'a>>> {
    names(text).map_err(|e| anyhow::anyhow!("`{key}`: {e}"))
}

/// Where a sentence is an attribute or a title, no element can stand in it.
fn is_marked(text: &str) -> bool {
    parts(text).is_ok_and(|parts| parts.iter().any(|part| matches!(part, Part::Open(_))))
}

fn same_names(key: &str, text: &str, wanted: &BTreeSet<Name<'_>>) -> Result<()> {
    let has = of(key, text)?;
    if let Some(missing) = wanted.difference(&has).next() {
        bail!("`{key}`: lacks the {missing}");
    }
    if let Some(more) = has.difference(wanted).next() {
        bail!("`{key}`: has the {more}, for which there is no value");
    }
    Ok(())
}
