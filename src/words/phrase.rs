//! A sentence of the interface: text with places for values, and a few marks.
//!
//! ```text
//! **Not in force yet.** It holds from {date}. [Read it](page)(( now))
//! ```

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// A sentence without marks, for text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Phrase(String);

impl Phrase {
    /// With values in their places, as they are: whoever writes markup escapes what comes out.
    pub fn fill(&self, values: &[(&str, &str)]) -> String {
        fill(&self.0, values)
    }
}

/// A sentence in the forms that its number wants.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Plural(BTreeMap<String, String>);

impl Plural {
    /// The form for a number, with `written` in the place of `{count}` and other values in theirs.
    pub fn fill(&self, count: usize, written: &str, values: &[(&str, &str)]) -> String {
        let form = self.0.get(form(count)).or_else(|| self.0.get("other"));
        let values: Vec<(&str, &str)> = [("count", written)]
            .into_iter()
            .chain(values.iter().copied())
            .collect();
        fill(form.map_or("", String::as_str), &values)
    }
}

/// The form that a number wants, as CLDR names it, in English.
pub fn form(count: usize) -> &'static str {
    match count {
        1 => "one",
        _ => "other",
    }
}

fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let of = |name: &str| values.iter().find(|(known, _)| *known == name);
    let mut filled = String::with_capacity(text.len() + 16);
    // What was read in is sound; in doubt it stands as it is.
    for part in parts(text).unwrap_or_else(|_| vec![Part::Text(text)]) {
        match part {
            Part::Text(text) => filled.push_str(text),
            Part::Value(name) => filled.push_str(of(name).map_or("", |(_, value)| value)),
            Part::Open(_) | Part::Close(_) => {}
        }
    }
    filled
}

/// A part of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    Text(&'a str),
    /// `{name}`
    Value(&'a str),
    Open(Mark<'a>),
    Close(Mark<'a>),
}

/// What marks words in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark<'a> {
    /// `**words**`
    Strong,
    /// `((words))`, for screen readers alone
    Hidden,
    /// `[words](name)`, to the address of this name
    Link(&'a str),
}

/// What a sentence needs from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name<'a> {
    Value(&'a str),
    Link(&'a str),
}

impl std::fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Name::Value(name) => write!(f, "placeholder `{{{name}}}`"),
            Name::Link(name) => write!(f, "link `]({name})`"),
        }
    }
}

/// What a sentence needs from outside.
///
/// # Errors
///
/// As for [`parts`].
pub fn names(text: &str) -> Result<BTreeSet<Name<'_>>, String> {
    let name = |part| match part {
        Part::Value(name) => Some(Name::Value(name)),
        Part::Open(Mark::Link(name)) => Some(Name::Link(name)),
        _ => None,
    };
    Ok(parts(text)?.into_iter().filter_map(name).collect())
}

/// The parts of a sentence.
///
/// # Errors
///
/// What is wrong: a brace that belongs to no placeholder, or a mark without its end.
pub fn parts(text: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut open: Vec<Mark> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (part, length) = next(rest, &open)?;
        match part {
            Part::Open(mark) => open.push(mark),
            Part::Close(_) => drop(open.pop()),
            Part::Text(_) | Part::Value(_) => {}
        }
        parts.push(part);
        rest = &rest[length..];
    }
    match open.last() {
        None => Ok(parts),
        Some(Mark::Strong) => Err("`**` has no end".to_owned()),
        Some(Mark::Hidden) => Err("`((` has no end".to_owned()),
        Some(Mark::Link(name)) => Err(format!(
            "the link to `{name}` has a mark without an end in it"
        )),
    }
}

/// The part at the beginning of `rest`, and how many bytes of it that is.
fn next<'a>(rest: &'a str, open: &[Mark<'a>]) -> Result<(Part<'a>, usize), String> {
    const SPECIAL: [char; 7] = ['{', '}', '*', '(', ')', '[', ']'];
    let inner = open.last();
    if rest.starts_with("**") {
        return Ok(match inner {
            Some(Mark::Strong) => (Part::Close(Mark::Strong), 2),
            _ => (Part::Open(Mark::Strong), 2),
        });
    }
    if rest.starts_with("((") {
        return Ok((Part::Open(Mark::Hidden), 2));
    }
    if rest.starts_with("))") && inner == Some(&Mark::Hidden) {
        return Ok((Part::Close(Mark::Hidden), 2));
    }
    if let Some(name) = rest.strip_prefix('[').and_then(target) {
        return Ok((Part::Open(Mark::Link(name)), 1));
    }
    if let Some(Mark::Link(name)) = inner
        && rest.starts_with("](")
    {
        return Ok((Part::Close(Mark::Link(name)), name.len() + 3));
    }
    if rest.starts_with(['{', '}']) {
        let name = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let name = name.map(|(name, _)| name).filter(|name| is_name(name));
        let name = name.ok_or("a brace belongs to no placeholder such as `{title}`")?;
        return Ok((Part::Value(name), name.len() + 2));
    }
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let end = rest[first..].find(SPECIAL);
    let length = end.map_or(rest.len(), |end| first + end);
    Ok((Part::Text(&rest[..length]), length))
}

/// Where a link that begins here leads; `None`: it is none.
fn target(rest: &str) -> Option<&str> {
    let (_, after) = rest.split_once("](")?;
    let (name, _) = after.split_once(')')?;
    is_name(name).then_some(name)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// A sentence as HTML. `value` gives the HTML in the place of a name: of a value, or of an address as it stands in an attribute.
///
/// # Errors
///
/// There is no value for a name, or the sentence cannot be read.
pub fn html<'v>(
    text: &str,
    escape: &dyn Fn(&str) -> String,
    value: &dyn Fn(&str) -> Option<Cow<'v, str>>,
) -> Result<String, String> {
    let wanted = |name: &str| value(name).ok_or_else(|| format!("no value is given for `{name}`"));
    let mut html = String::with_capacity(text.len() + 64);
    for part in parts(text)? {
        match part {
            Part::Text(text) => html.push_str(&escape(text)),
            Part::Value(name) => html.push_str(&wanted(name)?),
            Part::Open(Mark::Strong) => html.push_str("<strong>"),
            Part::Open(Mark::Hidden) => html.push_str("<span class=\"sr-only\">"),
            Part::Open(Mark::Link(name)) => {
                html.push_str("<a href=\"");
                html.push_str(&wanted(name)?);
                html.push_str("\">");
            }
            Part::Close(Mark::Strong) => html.push_str("</strong>"),
            Part::Close(Mark::Hidden) => html.push_str("</span>"),
            Part::Close(Mark::Link(_)) => html.push_str("</a>"),
        }
    }
    Ok(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<String, String> {
        let escape = |text: &str| text.replace('<', "&lt;");
        html(text, &escape, &|name| match name {
            "title" => Some("<i>T</i>".into()),
            "page" => Some("p.html".into()),
            _ => None,
        })
    }

    #[test]
    fn marks_become_elements_around_what_is_put_in() {
        assert_eq!(
            written("**Now <{title}.** [See it(( of {title}))](page) (or not)").unwrap(),
            "<strong>Now &lt;<i>T</i>.</strong> <a href=\"p.html\">See it<span class=\"sr-only\"> of <i>T</i></span></a> (or not)"
        );
    }

    #[test]
    fn what_is_no_mark_is_text() {
        for text in ["a * b", "[image]", "(a) [b] (c)", "f(x))", "ü*"] {
            assert_eq!(written(text).unwrap(), text);
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for text in [
            "{",
            "}",
            "{Title}",
            "{}",
            "**a",
            "((a",
            "[a **b](page)",
            "[((a](page)",
        ] {
            assert!(written(text).is_err(), "{text}");
        }
        assert_eq!(
            written("{other}").unwrap_err(),
            "no value is given for `other`"
        );
    }

    #[test]
    fn a_phrase_is_filled_once() {
        let phrase = Phrase("{a}, {b}".to_owned());
        assert_eq!(phrase.fill(&[("a", "{b}"), ("b", "**")]), "{b}, **");
    }
}
