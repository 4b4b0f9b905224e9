//! JSON as it is published and printed.

use anyhow::Result;
use serde::Serialize;

/// A record as JSON on lines of its own. Whoever prints it in a terminal is not steered by what policies say: control
/// characters, and those that turn the direction of writing, are escaped (`\u009b`), and come back when it is parsed.
///
/// # Errors
///
/// A record that JSON cannot hold; none of ours is.
pub fn written(record: &impl Serialize) -> Result<String> {
    let mut json = escaped(serde_json::to_string_pretty(record)?);
    json.push('\n');
    Ok(json)
}

/// Such characters stand in the strings of JSON alone, and never behind a `\` that begins an escape.
fn escaped(json: String) -> String {
    if !json.contains(steers) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        match steers(c) {
            true => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => out.push(c),
        }
    }
    out
}

/// What `serde_json` leaves as it is: it escapes the control characters of ASCII, but for the last.
fn steers(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_escaped_and_comes_back() {
        let text = "a\u{1b}[1m \\\u{9b}2J \u{7f}\u{85} \u{202e}b\u{2069} é 一\n";
        let json = written(&[text]).unwrap();
        assert_eq!(
            json,
            "[\n  \"a\\u001b[1m \\\\\\u009b2J \\u007f\\u0085 \\u202eb\\u2069 é 一\\n\"\n]\n"
        );
        assert_eq!(serde_json::from_str::<[String; 1]>(&json).unwrap(), [text]);
    }
}
