//! Looks for the tags in HTML, as far as is needed to see which elements are open. It decides nothing about safety.

/// More than any real page nests, little enough for the parser: it looks through all open elements at each tag.
const MAX_OPEN: usize = 100;
/// Open formatting elements are repeated in each paragraph that follows.
const MAX_FORMATTING: usize = 20;

/// Elements whose content holds no tags.
const TEXT_ONLY: &[&str] = &[
    "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes",
];
const VOID: &[&str] = &[
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "image", "img",
    "input", "keygen", "link", "meta", "param", "source", "track", "wbr",
];
const FORMATTING: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];
/// What an opening tag closes by the way, where that stands innermost.
const IMPLIED: &[(&str, &[&str])] = &[
    ("li", &["p", "li"]),
    ("dt", &["p", "dt", "dd"]),
    ("dd", &["p", "dt", "dd"]),
    ("td", &["p", "td", "th"]),
    ("th", &["p", "td", "th"]),
    ("tr", &["p", "td", "th", "tr"]),
    ("tbody", &["p", "td", "th", "tr", "thead", "tbody"]),
    ("tfoot", &["p", "td", "th", "tr", "thead", "tbody"]),
    ("p", &["p"]),
    ("div", &["p"]),
    ("ul", &["p"]),
    ("ol", &["p"]),
    ("table", &["p"]),
    ("blockquote", &["p"]),
    ("pre", &["p"]),
];

pub(super) fn is_void(name: &str) -> bool {
    VOID.contains(&name)
}

/// Shows the name of each tag, in lower case, and whether it closes.
pub(super) fn each_tag(html: &str, tag: &mut dyn FnMut(&str, bool)) {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let closes = rest.starts_with('/');
        let from = if closes { &rest[1..] } else { rest };
        if !from.starts_with(|c: char| c.is_ascii_alphabetic()) {
            rest = after_declaration(rest);
            continue;
        }
        let end = from.find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'));
        let name = from[..end.unwrap_or(from.len())].to_ascii_lowercase();
        tag(&name, closes);
        rest = after_attributes(&from[name.len()..]);
        if !closes && TEXT_ONLY.contains(&name.as_str()) {
            rest = after_text(rest, &name);
        }
    }
}

/// Skips a comment, declaration or processing instruction; a lone `<` is text.
fn after_declaration(rest: &str) -> &str {
    let end = match rest.strip_prefix("!--") {
        Some(comment) => comment.find("-->").map(|at| at + 6),
        None if rest.starts_with(['!', '?', '/']) => rest.find('>'),
        None => Some(0),
    };
    end.map_or("", |at| &rest[at..])
}

/// Skips up to the `>` that ends a tag, past values in quotes.
fn after_attributes(rest: &str) -> &str {
    let mut quote = None;
    let mut is_value = false;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return &rest[at + 1..],
            (None, b'"' | b'\'') if is_value => quote = Some(byte),
            _ => {}
        }
        is_value = byte == b'=' || (is_value && byte.is_ascii_whitespace());
    }
    ""
}

fn after_text<'a>(rest: &'a str, name: &str) -> &'a str {
    let mut from = 0;
    while let Some(at) = rest[from..].find("</") {
        let close = from + at + 2;
        let found = rest.as_bytes().get(close..close + name.len());
        if found.is_some_and(|bytes| bytes.eq_ignore_ascii_case(name.as_bytes())) {
            return &rest[close - 2..];
        }
        from = close;
    }
    ""
}

/// Whether more elements may be open at once than the parser should be given. A tag that closes anything but the innermost
/// element counts as none, so that this is never less than what the parser sees.
pub(super) fn is_too_deep(html: &str) -> bool {
    let mut open: Vec<String> = Vec::new();
    let mut formatting = 0;
    let mut is_too_deep = false;
    each_tag(html, &mut |name, closes| {
        if is_too_deep || is_void(name) {
            return;
        }
        if closes {
            if open.last().is_some_and(|last| last == name) {
                open.pop();
                formatting -= usize::from(FORMATTING.contains(&name));
            }
            return;
        }
        let implied = IMPLIED.iter().find(|(opened, _)| *opened == name);
        let implied = implied.map_or(&[] as &[&str], |(_, closed)| closed);
        while open
            .last()
            .is_some_and(|last| implied.contains(&last.as_str()))
        {
            open.pop();
        }
        open.push(name.to_owned());
        formatting += usize::from(FORMATTING.contains(&name));
        is_too_deep = open.len() > MAX_OPEN || formatting > MAX_FORMATTING;
    });
    is_too_deep
}
