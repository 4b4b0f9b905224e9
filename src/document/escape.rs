//! Text and URLs as they may stand in HTML.

use std::borrow::Cow;

/// Text in HTML. Characters that HTML forbids become U+FFFD.
pub fn escape(text: &str, out: &mut String) {
    escape_with(text, out, &IN_TEXT, |_| None);
}

/// A URL as it is, but for the characters that no valid URL has: these are percent-encoded.
pub(super) fn escape_url(url: &str, out: &mut String) {
    // Brackets belong around an IPv6 address and nowhere else.
    let address = url
        .find("://[")
        .and_then(|at| Some(at + url[at..].find(']')? + 1));
    let (address, rest) = url.split_at(address.unwrap_or(0));
    escape(address, out);
    let (path, fragment) = match rest.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment)),
        None => (rest, None),
    };
    escape_part(path, true, out);
    if let Some(fragment) = fragment {
        out.push('#');
        escape_part(fragment, true, out);
    }
}

/// An id as the fragment that leads to it.
pub(super) fn escape_fragment(id: &str, out: &mut String) {
    escape_part(id, false, out);
}

/// `keep_percent`: `%` before two hexadecimal digits is an escape already.
fn escape_part(part: &str, keep_percent: bool, out: &mut String) {
    escape_with(part, out, &IN_URL, |rest| {
        let is_escape = || {
            let digits = rest.get(1..3);
            digits.is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit))
        };
        match rest[0] {
            b'%' if keep_percent && is_escape() => None,
            byte @ (b'%'
            | b'#'
            | b' '
            | b'"'
            | b'<'
            | b'>'
            | b'\\'
            | b'^'
            | b'`'
            | b'{'
            | b'|'
            | b'}'
            | b'['
            | b']'
            | 0..=0x1f
            | 0x7f) => Some(format!("%{byte:02X}")),
            _ => None,
        }
    });
}

/// Copies runs that need nothing, and replaces `special` bytes that do.
fn escape_with(
    text: &str,
    out: &mut String,
    special: &[bool; 256],
    encode: impl Fn(&[u8]) -> Option<String>,
) {
    let bytes = text.as_bytes();
    let mut from = 0;
    let mut at = 0;
    while let Some(skipped) = bytes[at..].iter().position(|b| special[*b as usize]) {
        at += skipped;
        let encoded = encode(&bytes[at..]).map(Cow::from);
        if let Some(replacement) = encoded.or_else(|| escaped(&bytes[at..]).map(Cow::from)) {
            out.push_str(&text[from..at]);
            out.push_str(&replacement);
            from = at + length(bytes[at]);
            at = from;
        } else {
            at += 1;
        }
    }
    out.push_str(&text[from..]);
}

/// What a special byte becomes; `None` where it may stand after all.
fn escaped(rest: &[u8]) -> Option<&'static str> {
    match rest[0] {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\t' | b'\n' => None,
        0..=0x1f | 0x7f => Some("\u{fffd}"),
        0xc2 if rest.get(1).is_some_and(|b| (0x80..=0x9f).contains(b)) => Some("\u{fffd}"),
        0xef..=0xf4 if is_noncharacter(rest) => Some("\u{fffd}"),
        _ => None,
    }
}

/// Whether the text begins with one of the code points that are no characters: U+FDD0 to U+FDEF, and the last two of each plane.
fn is_noncharacter(rest: &[u8]) -> bool {
    match rest {
        [0xef, 0xb7, last, ..] => (0x90..=0xaf).contains(last),
        [0xef, 0xbf, last, ..] => *last >= 0xbe,
        [0xf0..=0xf4, second, 0xbf, last, ..] => second & 0xf == 0xf && *last >= 0xbe,
        _ => false,
    }
}

/// How many bytes the character has that begins with this one.
fn length(first: u8) -> usize {
    match first {
        0..0x80 => 1,
        0x80..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    }
}

/// The bytes that may have to be replaced in text.
const IN_TEXT: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        special[byte] = matches!(
            byte as u8,
            0..0x20 | 0x7f | 0xc2 | 0xef..=0xf4 | b'&' | b'<' | b'>' | b'"'
        );
        byte += 1;
    }
    special
};

/// The bytes that may have to be replaced in a URL.
const IN_URL: [bool; 256] = {
    let mut special = IN_TEXT;
    let more = b"% #\\^`{|}[]";
    let mut index = 0;
    while index < more.len() {
        special[more[index] as usize] = true;
        index += 1;
    }
    special
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_html_forbids_are_replaced_whole() {
        let text = "a\u{1}b\u{85}c\u{fdd0}d\u{fffe}e\u{1ffff}f\u{10fffe}g";
        let mut out = String::new();
        escape(text, &mut out);
        assert_eq!(
            out,
            "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}f\u{fffd}g"
        );
    }

    #[test]
    fn their_neighbours_stay() {
        let text = "\ta\n\u{a0}é\u{fdcf}\u{fdf0}\u{fffd}，\u{fefe}\u{1fffd}\u{1eeee}👩\u{2003f}";
        let mut out = String::new();
        escape(text, &mut out);
        assert_eq!(out, text);
    }
}
