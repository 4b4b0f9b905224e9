//! Writes the changes of a redline as Markdown that reads well as a comment on a pull request, on GitHub and on GitLab.
//!
//! 1. What changed in a sentence, and how much.
//! 2. Each change below the heading of its section, what stayed as a count. Tables keep their columns.
//!
//! Marks are `<ins>` and `<del>`, which both sites render: `~~` and `**` fail beside white space and inside words, and say
//! nothing else than the author's own. Notes are in `<em>`.
//!
//! A comment must not act for what a policy says: everything is escaped, and where a site looks for names in the text that
//! comes out (`@name`, `#12`, addresses, `:sign:`), a space of no width parts them. Nor may a line begin with `/`, which GitLab obeys.

use super::Redline;
use super::excerpt::{self, Part, Shown, counted};
use super::shown::{Lead, Line, LineKind, Mark, Span};
use crate::words::Words;

/// How it is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// At most so many bytes are written, the rest is told as a count: GitHub takes comments of 65,536 characters. `None`: all.
    pub limit: Option<usize>,
}

/// Writes the changes of a redline, paragraphs apart; nothing where nothing changed.
pub fn write(redline: &Redline, options: Options, out: &mut String) {
    let parts = excerpt::excerpt(redline, Words::english());
    if parts.is_empty() {
        return;
    }
    let start = out.len();
    for sentence in redline.told() {
        out.push_str(&escape(&sentence));
        out.push_str("\n\n");
    }
    let limit = options.limit.unwrap_or(usize::MAX).saturating_sub(NOTICE);
    let mut columns = None;
    for (at, part) in parts.iter().enumerate() {
        let chunk = written(part, &mut columns);
        if out.len() - start + chunk.len() > limit {
            end_table(&mut columns, out);
            return not_shown(&parts[at..], out);
        }
        out.push_str(&chunk);
    }
    end_table(&mut columns, out);
}

/// Text of the content as it may stand in a line of Markdown.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    escape_start(text.trim_start(), Place::Line, &mut out);
    out
}

/// The room for saying that more is not shown.
const NOTICE: usize = 100;

fn not_shown(parts: &[Part], out: &mut String) {
    let begins = |part: &&Part| matches!(part, Part::Line(shown) if shown.begins);
    let count = parts.iter().filter(begins).count();
    let what = counted(count.max(1), "more change");
    out.push_str(&format!(
        "<em>… {what} not shown: too long for a comment …</em>\n\n"
    ));
}

/// A part as Markdown; `columns` says whether a table is open, and how many it has.
fn written(part: &Part, columns: &mut Option<usize>) -> String {
    let mut out = String::new();
    match part {
        Part::Line(shown) if is_row(&shown.line) => {
            if shown.begins || columns.is_none() {
                end_table(columns, &mut out);
                begin_table(&shown.line, columns, &mut out);
            } else {
                row(&shown.line, columns.unwrap_or(1), &mut out);
            }
            return out;
        }
        Part::LinesUnchanged {
            count,
            begins: false,
        } if columns.is_some() => {
            let cells = "| ".repeat(columns.unwrap_or(1));
            return format!(
                "| <em>… {} unchanged …</em> {cells}\n",
                counted(*count, "row")
            );
        }
        _ => end_table(columns, &mut out),
    }
    match part {
        Part::Unchanged(count) => quiet(
            &format!("… {} unchanged …", counted(*count, "paragraph")),
            &mut out,
        ),
        Part::LinesUnchanged { count, .. } => quiet(
            &format!("… {} unchanged …", counted(*count, "line")),
            &mut out,
        ),
        Part::Heading(line) => block(line, "", &mut out),
        Part::MovedHere(number) => quiet(&format!("moved here (move {number}):"), &mut out),
        Part::MovedAway { number, words } => {
            let words = escape(&shortened(words));
            quiet(&format!("moved away (move {number}): {words}"), &mut out);
        }
        Part::Line(Shown { line, footnote, .. }) => {
            let footnote = footnote.map(|number| format!("\\[{number}\\] "));
            block(line, &footnote.unwrap_or_default(), &mut out);
        }
    }
    out
}

fn quiet(text: &str, out: &mut String) {
    out.push_str(&format!("<em>{text}</em>\n\n"));
}

fn shortened(words: &str) -> String {
    const MOST: usize = 60;
    match words.char_indices().nth(MOST) {
        None => words.to_owned(),
        Some((at, _)) => format!("{}…", words[..at].trim_end()),
    }
}

/// A line that is a block of its own.
fn block(line: &Line, before: &str, out: &mut String) {
    let (first, rest) = leads(line);
    out.push_str(&first);
    out.push_str(before);
    match &line.kind {
        LineKind::Code => code(&line.cells, &rest, out),
        LineKind::Heading { level, .. } => {
            // Below the headings of the comment.
            let level = usize::from(*level) + 2;
            out.push_str(&"#".repeat(level.min(6)));
            out.push(' ');
            cells(&line.cells, out);
        }
        LineKind::Term => {
            out.push_str("<strong>");
            cells(&line.cells, out);
            out.push_str("</strong>");
        }
        _ => cells(&line.cells, out),
    }
    out.push_str("\n\n");
}

/// What stands before the first row of a line, and before the others. Numbers are words: renderers count by themselves, and
/// would count what is gone and not what was left out.
fn leads(line: &Line) -> (String, String) {
    let (mut first, mut rest) = (String::new(), String::new());
    let mut number = String::new();
    for lead in &line.leads {
        let (begin, further) = match lead {
            Lead::Quote => ("> ", "> "),
            Lead::Item { .. } | Lead::Definition => ("- ", "  "),
            Lead::Inside(_) => ("  ", "  "),
        };
        first.push_str(begin);
        rest.push_str(further);
        if let Lead::Item { number: n, task } = lead {
            number = n.map(|n| format!("{n}\\. ")).unwrap_or_default();
            number.push_str(match task {
                None => "",
                Some(true) => "☑ ",
                Some(false) => "☐ ",
            });
        }
    }
    first.push_str(&number);
    (first, rest)
}

fn cells(cells: &[Vec<Span>], out: &mut String) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push_str(" · ");
        }
        spans(cell, Place::Line, out);
    }
}

/// Code has no Markdown in it: an element that ends only where it says so.
fn code(cells: &[Vec<Span>], rest: &str, out: &mut String) {
    let mut code = String::new();
    for cell in cells {
        spans(cell, Place::Code, &mut code);
    }
    let code = code
        .trim_end_matches('\n')
        .replace('\n', &format!("\n{rest}"));
    out.push_str(&format!("<pre>{code}</pre>"));
}

fn is_row(line: &Line) -> bool {
    line.leads.is_empty() && matches!(line.kind, LineKind::Head | LineKind::Row)
}

/// A table begins with its head; one without has an empty one.
fn begin_table(first: &Line, columns: &mut Option<usize>, out: &mut String) {
    let count = first.cells.len().max(1);
    *columns = Some(count);
    let rule = format!("|{}\n", " --- |".repeat(count));
    if first.kind == LineKind::Head {
        row(first, count, out);
        out.push_str(&rule);
    } else {
        out.push_str(&format!("|{}\n", "  |".repeat(count)));
        out.push_str(&rule);
        row(first, count, out);
    }
}

fn row(line: &Line, columns: usize, out: &mut String) {
    out.push('|');
    for at in 0..columns {
        out.push(' ');
        if let Some(cell) = line.cells.get(at) {
            spans(cell, Place::Line, out);
        }
        out.push_str(" |");
    }
    out.push('\n');
}

fn end_table(columns: &mut Option<usize>, out: &mut String) {
    if columns.take().is_some() {
        out.push('\n');
    }
}

fn spans(spans: &[Span], place: Place, out: &mut String) {
    for (at, span) in spans.iter().enumerate() {
        let (before, after) = match span.mark {
            Mark::Same => ("", ""),
            Mark::Inserted => ("<ins>", "</ins>"),
            Mark::Deleted => ("<del>", "</del>"),
            Mark::Note if at == 0 => ("<em>(", ")</em>"),
            Mark::Note => (" <em>(", ")</em>"),
        };
        out.push_str(before);
        // Nobody would see line breaks that came or went.
        if span.mark != Mark::Same && span.text.contains('\n') && span.text.trim().is_empty() {
            out.push('↵');
        }
        match at {
            0 => escape_start(&span.text, place, out),
            _ => escape_into(&span.text, place, out),
        }
        out.push_str(after);
    }
}

/// Where text is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Line,
    /// In `<pre>`, where no Markdown is read but names are found all the same.
    Code,
}

/// The space of no width.
const PART: &str = "&#8203;";

/// Text at the beginning of a line, which must not make it a list, a rule, a heading or a command.
fn escape_start(text: &str, place: Place, out: &mut String) {
    let text = match place {
        Place::Line => text.trim_start_matches(' '),
        Place::Code => text,
    };
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (start, rest) = match text.chars().next() {
        Some(c @ ('-' | '+' | '=')) => (format!("&#{};", u32::from(c)), &text[1..]),
        Some('/' | ':') => (PART.to_owned(), text),
        Some('0'..='9') if text[digits..].starts_with(['.', ')']) && place == Place::Line => {
            (format!("{}\\", &text[..digits]), &text[digits..])
        }
        _ => (String::new(), text),
    };
    out.push_str(&start);
    escape_into(rest, place, out);
}

fn escape_into(text: &str, place: Place, out: &mut String) {
    let mut before = None;
    for (at, c) in text.char_indices() {
        let after = &text[at + c.len_utf8()..];
        match c {
            '\n' if place == Place::Line => out.push_str("<br>"),
            '\n' => {
                out.push('\n');
                // Each line of code is one of the comment too.
                if after.starts_with(['/', ':']) {
                    out.push_str(PART);
                }
            }
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Formulas stand between two of them.
            '$' if place == Place::Line => out.push_str("<span>$</span>"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '^' | '{' | '}' | '!' | '#'
                if place == Place::Line =>
            {
                out.push('\\');
                out.push(c);
            }
            '\t' => out.push_str("    "),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
        if is_parted(before, c, after) {
            out.push_str(PART);
        }
        before = Some(c);
    }
}

/// Whether a site might find a name in what begins with this character: of a person, an issue, a merge request, a label, a sign,
/// an address or a commit.
fn is_parted(before: Option<char>, c: char, after: &str) -> bool {
    let next = after.chars().next();
    let is_digit = next.is_some_and(|c| c.is_ascii_digit());
    let is_name = next.is_some_and(|c| c.is_alphanumeric() || c == '"' || c == '_');
    match c {
        '@' => next.is_none_or(|c| !c.is_whitespace()),
        '#' | '~' | '%' => next.is_none() || is_name,
        '!' | '&' | '$' | '^' => is_digit,
        ':' => {
            let letter = before.is_some_and(|c| c.is_ascii_alphabetic());
            after.starts_with("//") || (letter && is_digit) || names_a_sign(after)
        }
        // An issue of another tracker: AB-12.
        '-' => is_digit && before.is_some_and(|c| c.is_ascii_uppercase()),
        'w' | 'W' => is_web_address(before, after),
        _ => begins_commit(before, c, after),
    }
}

/// Whether `:name:` goes on here.
fn names_a_sign(after: &str) -> bool {
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || b"_+-".contains(b);
    let length = after.bytes().take(64).take_while(is_part).count();
    length > 0 && after.as_bytes().get(length) == Some(&b':')
}

/// Whether this is the first letter of `www.`.
fn is_web_address(before: Option<char>, after: &str) -> bool {
    let rest = after.get(..3);
    !before.is_some_and(char::is_alphanumeric)
        && rest.is_some_and(|rest| rest.eq_ignore_ascii_case("ww."))
}

/// Whether a word begins here that could name a commit: 7 to 40 hexadecimal digits, letters and figures among them.
fn begins_commit(before: Option<char>, c: char, after: &str) -> bool {
    if !c.is_ascii_hexdigit() || before.is_some_and(char::is_alphanumeric) {
        return false;
    }
    let rest: Vec<u8> = after
        .bytes()
        .take(41)
        .take_while(u8::is_ascii_alphanumeric)
        .collect();
    let mut all = rest.iter().copied().chain([c as u8]);
    (6..40).contains(&rest.len())
        && all.clone().all(|b| b.is_ascii_hexdigit())
        && all.clone().any(|b| b.is_ascii_digit())
        && all.any(|b| b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::super::{Memory, compare};
    use super::*;
    use crate::document::{self, Options as Reading};

    fn written(old: &str, new: &str) -> String {
        limited(old, new, None)
    }

    fn limited(old: &str, new: &str, limit: Option<usize>) -> String {
        let parsed = |body| document::parse(body, Reading::default()).document;
        let redline = compare(&parsed(old), &parsed(new), &mut Memory::new());
        let mut out = String::new();
        write(&redline, Options { limit }, &mut out);
        out
    }

    #[test]
    fn a_comment_tells_what_changed_below_its_heading() {
        let old = "# P\n\nIntro.\n\n## Logs\n\nOne.\n\nWe keep logs for 60 days in one place.\n\n## Else\n\nX.\n\nY.\n";
        let new = old.replace("60", "30");
        assert_eq!(
            written(old, &new),
            "Changed: Logs.\n\n1 word added, 1 removed; 1 section changed.\n\n\
             <em>… 2 paragraphs unchanged …</em>\n\n#### Logs\n\n<em>… 1 paragraph unchanged …</em>\n\n\
             We keep logs for <del>60</del><ins>30</ins> days in one place.\n\n\
             <em>… 3 paragraphs unchanged …</em>\n\n"
        );
    }

    #[test]
    fn the_rows_that_changed_keep_their_columns() {
        let old = "| A | B |\n| - | - |\n| a | 1 |\n| b | 2 |\n| c | 3 |\n| d | 4 |\n";
        let new = "| A | B |\n| - | - |\n| a | 1 |\n| b | 2 |\n| c | 3 |\n| d | 5 |\n";
        assert!(
            written(old, new).ends_with(
                "| A | B |\n| --- | --- |\n| <em>… 3 rows unchanged …</em> | | \n| d | <del>4</del><ins>5</ins> |\n\n"
            ),
            "{}",
            written(old, new)
        );
    }

    #[test]
    fn items_are_told_by_their_numbers() {
        let old = "1. a\n2. b\n3. c\n4. what stays and what goes\n";
        let said = written(old, "1. a\n2. b\n3. c\n4. what stays and what comes\n");
        assert!(said.contains("<em>… 3 lines unchanged …</em>\n\n- 4\\. what stays and what <del>goes</del><ins>comes</ins>\n"), "{said}");
    }

    #[test]
    fn notes_stand_beside_what_they_are_about() {
        let said = written("- [ ] call them\n", "- [x] call them\n");
        assert!(
            said.ends_with("- ☑ call them <em>(now done)</em>\n\n"),
            "{said}"
        );
        let said = written("- a\n- b\n- c\n- d\n", "- a\n  - b\n  - c\n- d\n");
        assert!(
            said.contains("\n\n<em>(layout changed)</em>\n\n- a\n\n"),
            "{said}"
        );
    }

    #[test]
    fn content_stays_content() {
        for (text, wanted) in [
            ("@name", "@&#8203;name"),
            ("see #12", "see \\#&#8203;12"),
            ("<b>x</b> & y", "&lt;b&gt;x&lt;/b&gt; &amp; y"),
            ("*a* _b_ `c` [d](e)", "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e)"),
            ("/close", "&#8203;/close"),
            ("1. a", "1\\. a"),
            ("- a", "&#45; a"),
            ("https://x.example", "https:&#8203;//x.example"),
            ("www.x.example", "w&#8203;ww.x.example"),
            (":tada: at 10:30", "&#8203;:&#8203;tada: at 10:30"),
            ("GH-12, COVID-19", "GH-&#8203;12, COVID-&#8203;19"),
            ("0a1b2c3d and added", "0&#8203;a1b2c3d and added"),
            ("a|b\nc", "a\\|b<br>c"),
            ("$1$", "<span>$</span>&#8203;1<span>$</span>"),
        ] {
            assert_eq!(escape(text), wanted, "{text}");
        }
    }

    #[test]
    fn code_is_neither_markup_nor_a_command() {
        let said = written(
            "Text.\n",
            "Text.\n\n```\nlet a;\n/close\n</pre> @name\n```\n",
        );
        assert!(
            said.contains(
                "<pre><ins>let a;\n&#8203;/close\n&lt;/pre&gt; @&#8203;name\n</ins></pre>"
            ),
            "{said}"
        );
    }

    #[test]
    fn what_is_too_long_for_a_comment_is_counted() {
        let new: String = (0..100)
            .map(|n| format!("Paragraph number {n}, which is new.\n\n"))
            .collect();
        let said = limited("", &new, Some(1000));
        assert!(said.len() < 1200, "{}", said.len());
        assert!(
            said.ends_with("more changes not shown: too long for a comment …</em>\n\n"),
            "{said}"
        );
    }

    #[test]
    fn nothing_is_written_of_nothing() {
        assert_eq!(written("a\n", "a\n"), "");
    }
}
