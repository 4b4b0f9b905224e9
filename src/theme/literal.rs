//! Holds the built-in templates to the words of the interface: no letter of another word stands in them, and each word that they
//! say is there.

use std::collections::BTreeSet;

use super::TEMPLATES;
use crate::words::Words;

/// The attributes whose values readers see or hear.
const HEARD: &[&str] = &[
    "alt",
    "aria-label",
    "aria-description",
    "content",
    "label",
    "placeholder",
    "title",
];

/// What a component writes into a tag of others.
const OF_A_TAG: &str = "lang=\"\" dir=\"rtlltr\"";

/// The values of `<meta>` with one of these names are read by machines.
const OF_MACHINES: &[&str] = &[
    "name=\"color-scheme\"",
    "name=\"generator\"",
    "name=\"robots\"",
    "name=\"viewport\"",
    "http-equiv=\"refresh\"",
];

/// The words that stand in a template itself.
fn literal(template: &str) -> Vec<String> {
    let html = without(&without(template, "{#", "#}"), "<style>", "</style>");
    // A class.
    let html = without(&html, "block layout %}", "endblock layout");
    let html = without(&without(&html, "{%", "%}"), "{{", "}}").replace(OF_A_TAG, "");
    let mut found = Vec::new();
    let mut rest = html.as_str();
    while let Some((text, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        found.push(text.to_owned());
        found.extend(heard(tag));
        rest = after;
    }
    found.push(rest.to_owned());
    found.retain(|text| text.contains(char::is_alphabetic));
    found.iter().map(|text| text.trim().to_owned()).collect()
}

/// The text without all that stands between these.
fn without(text: &str, begin: &str, end: &str) -> String {
    let mut parts = text.split(begin);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str(part.split_once(end).map_or("", |(_, rest)| rest));
    }
    kept
}

/// The values that readers hear of a tag.
fn heard(tag: &str) -> Vec<String> {
    if OF_MACHINES.iter().any(|mark| tag.contains(mark)) {
        return Vec::new();
    }
    let mut values = Vec::new();
    for name in HEARD {
        for value in tag.split(&format!(" {name}=\"")).skip(1) {
            values.push(value.split('"').next().unwrap_or_default().to_owned());
        }
    }
    values
}

/// The keys that a template says, and the beginnings of those that it makes up.
fn said(template: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let quoted = |part: &str| part.rsplit('"').next().unwrap_or_default().to_owned();
    let mut before: Vec<&str> = template.split("\" | say").collect();
    before.pop();
    let mut made: Vec<&str> = template.split(".\" ~ ").collect();
    made.pop();
    let made = made.into_iter().map(|part| quoted(part) + ".");
    (before.into_iter().map(quoted).collect(), made.collect())
}

#[test]
fn no_word_stands_in_a_template_itself() {
    for (name, text) in TEMPLATES {
        assert_eq!(literal(text), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_word_in_a_template_is_found() {
    let found = |template: &str| literal(template).join("|");
    assert_eq!(
        found("<p class=\"a\">{{ b }} {# c #}, {% if d %}(1){% endif %}</p>"),
        ""
    );
    assert_eq!(found("<p>{{ a }} of {{ b }}</p>"), "of");
    assert_eq!(found("<p title=\"Für {{ a }}\">1</p>"), "Für");
    assert_eq!(found("<nav aria-label=\"Site\">"), "Site");
    assert_eq!(found("<meta name=\"description\" content=\"All\">"), "All");
    assert_eq!(
        found("<meta name=\"viewport\" content=\"width=device-width\">"),
        ""
    );
    assert_eq!(found("end"), "end");
}

#[test]
fn every_word_that_a_template_says_is_there_and_none_is_left_over() {
    let table = Words::english().table();
    let mut left: BTreeSet<String> = BTreeSet::new();
    for (group, words) in table
        .iter()
        .filter_map(|(group, words)| Some((group, words.as_table()?)))
    {
        left.extend(words.keys().map(|key| format!("{group}.{key}")));
    }
    let all = left.clone();
    for (name, text) in TEMPLATES {
        let (keys, made) = said(text);
        for key in keys {
            assert!(all.contains(&key), "{name} says `{key}`");
            left.remove(&key);
        }
        left.retain(|key| !made.iter().any(|begin| key.starts_with(begin)));
    }
    let of_rust = |key: &String| crate::words::is_said_by_rust(key);
    left.retain(|key| !of_rust(key));
    assert_eq!(left, BTreeSet::new());
}
