//! Front matter and body of a source.
//!
//! Front matter begins on the first line, which is `---` or `+++` and nothing else, and ends with the next such line
//! (YAML also with `...`); without an end there is none. As `---` is a thematic break as well, a source that begins
//! with one is told apart by the first line below it that is neither blank nor a comment nor a template tag alone: prose
//! there (no `key:` at its beginning, behind a blank line no lower-case one) makes the `---` a part of the body. What is
//! between the marks is thus never lost from a page because its author drew a line at the top, and broken metadata is
//! not printed as text.

use super::Format;

/// A source taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split<'a> {
    /// `None`: the source has no front matter, and the body is all of it (without a byte order mark).
    pub front: Option<Raw<'a>>,
    pub body: &'a str,
    /// The line of the file on which the body begins, 1-based.
    pub body_line: usize,
}

/// Front matter as it stands, without its marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw<'a> {
    pub format: Format,
    pub text: &'a str,
    /// The line of the file on which the text begins, 1-based.
    pub first_line: usize,
}

/// Splits a source into front matter and body. A byte order mark is skipped; lines may end in CRLF.
pub fn split(source: &str) -> Split<'_> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    with_front(source).unwrap_or(Split {
        front: None,
        body: source,
        body_line: 1,
    })
}

fn with_front(source: &str) -> Option<Split<'_>> {
    let (opening, rest) = source.split_once('\n')?;
    let format = match opening.trim_end() {
        "---" => Format::Yaml,
        "+++" => Format::Toml,
        _ => return None,
    };
    let mut at = 0;
    for (number, line) in rest.split_inclusive('\n').enumerate() {
        if closes(format, line) {
            let text = &rest[..at];
            let raw = Raw {
                format,
                text,
                first_line: 2,
            };
            let body = &rest[at + line.len()..];
            return is_metadata(&raw).then_some(Split {
                front: Some(raw),
                body,
                body_line: number + 3,
            });
        }
        at += line.len();
    }
    None
}

fn closes(format: Format, line: &str) -> bool {
    match format {
        Format::Yaml => matches!(line.trim_end(), "---" | "..."),
        Format::Toml => line.trim_end() == "+++",
    }
}

/// Whether the text between the marks is meant as metadata, well formed or not.
fn is_metadata(raw: &Raw<'_>) -> bool {
    let lines = || raw.text.lines().map(str::trim);
    // `+++` means nothing in Markdown.
    if raw.format == Format::Toml {
        return true;
    }
    let blank_first = lines().next().is_some_and(str::is_empty);
    let says_nothing =
        |line: &&str| line.is_empty() || line.starts_with('#') || is_template_tag(line);
    match lines().find(|line| !says_nothing(line)) {
        // A heading alone between two breaks is no comment.
        None => !(blank_first && lines().any(|line| line.starts_with('#'))),
        // "Effective: 1 May 2024" between two breaks is text.
        Some(first) if blank_first => {
            begins_with_key(first) && !first.starts_with(char::is_uppercase)
        }
        Some(first) => begins_with_key(first) || !is_prose(first),
    }
}

fn is_template_tag(line: &str) -> bool {
    (line.starts_with("{%") && line.ends_with("%}"))
        || (line.starts_with("{{") && line.ends_with("}}"))
}

/// `key:`, `"key":`, `{ "key": …`, `&anchor key:`, `? key`.
fn begins_with_key(line: &str) -> bool {
    if line.starts_with(['{', '"', '\'', '&', '?', '%']) {
        return line.contains(':') || line.starts_with('%');
    }
    let Some((key, after)) = line.split_once(':') else {
        return false;
    };
    let is_key = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || "_-./".contains(c));
    is_key && after.chars().next().is_none_or(char::is_whitespace)
}

/// Text or a Markdown block, which broken YAML seldom looks like.
fn is_prose(line: &str) -> bool {
    line.starts_with(|c: char| c.is_alphanumeric() || "*_>[!(<“‘-+".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn splits(source: &str, text: &str, body: &str, body_line: usize) {
        let split = split(source);
        assert_eq!(split.front.map(|raw| raw.text), Some(text), "{source:?}");
        assert_eq!(
            (split.body, split.body_line),
            (body, body_line),
            "{source:?}"
        );
    }

    #[track_caller]
    fn has_none(source: &str) {
        let split = split(source);
        assert_eq!(split.front, None, "{source:?}");
        assert_eq!((split.body, split.body_line), (source, 1), "{source:?}");
    }

    #[test]
    fn front_matter_and_body_are_told_apart() {
        splits("---\ntitle: A\n---\n# A\n", "title: A\n", "# A\n", 4);
        splits("---\ntitle: A\n...\n\nA", "title: A\n", "\nA", 4);
        splits("+++\ntitle = 'A'\n+++\nA", "title = 'A'\n", "A", 4);
        splits("---\n---\nA", "", "A", 3);
        splits("+++\n+++", "", "", 3);
    }

    #[test]
    fn byte_order_mark_crlf_and_spaces_behind_the_marks_do_not_matter() {
        splits(
            "\u{feff}---\r\ntitle: A\r\n---\r\nA\r\n",
            "title: A\r\n",
            "A\r\n",
            4,
        );
        splits("--- \ntitle: A\n---\t\nA", "title: A\n", "A", 4);
        assert_eq!(split("\u{feff}A").body, "A");
    }

    #[test]
    fn a_file_of_front_matter_alone_has_an_empty_body() {
        splits("---\ntitle: A\n---", "title: A\n", "", 4);
        splits("---\ntitle: A\n---\n", "title: A\n", "", 4);
    }

    #[test]
    fn without_an_end_or_a_first_line_there_is_none() {
        for source in [
            "",
            "-",
            "---",
            "---\n",
            "---\ntitle: A\n",
            "---\ntitle: A\n----\n",
            "---\ntitle: A\n --- x\n",
            "----\nA\n---\n",
            "\n---\ntitle: A\n---\n",
            " ---\ntitle: A\n---\n",
            "--- # x\ntitle: A\n---\n",
            "+++\na = 1\n---\n",
            "Title\n---\nText\n---\n",
        ] {
            has_none(source);
        }
    }

    #[test]
    fn a_thematic_break_before_prose_is_none() {
        for source in [
            "---\nWelcome to our policy.\n---\n",
            "---\n\nWe say: this is prose.\n\n---\n",
            "---\n\nEffective: 1 May 2024\n\n---\nText\n",
            "---\n\n# Privacy policy\n\n---\nText\n",
            "---\n**Note:** prose\n---\n",
            "---\n- an item\n---\n",
            "---\nTitle\n---\n",
            "---\nSee https://example.com/ for more\n---\n",
        ] {
            has_none(source);
        }
    }

    #[test]
    fn broken_metadata_is_metadata() {
        for text in [
            "title: [\n",
            "\ttitle: A\n",
            ": : :\n",
            "{% if x %}\ntitle: A\n{% endif %}\n",
            "# a comment\n",
            "\ntitle: A\n",
            "\n\n",
            "Title: A\n",
        ] {
            let source = format!("---\n{text}---\nA");
            assert_eq!(split(&source).front.map(|raw| raw.text), Some(text));
        }
    }

    #[test]
    fn the_first_end_counts() {
        splits(
            "---\na: 1\n---\nText\n\n---\nMore\n",
            "a: 1\n",
            "Text\n\n---\nMore\n",
            4,
        );
    }
}
