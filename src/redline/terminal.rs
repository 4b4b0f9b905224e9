//! Writes the changes of a redline as text: for a terminal, with colours, or plain, for a pipe or an e-mail.
//!
//! 1. What changed in a sentence, and how much.
//! 2. Each change below the heading of its section, what stayed as a count.
//!
//! ```text
//! ## How long we keep data
//!
//! … 2 paragraphs unchanged …
//!
//! ~ - Server logs: [-60-]{+30+} days
//! - - Faxes: 1 year
//! ```
//!
//! A sign at the beginning of a line says what happened to it: `+` inserted, `-` deleted, `~` changed in part, `<` moved away,
//! `>` moved here. Inserted words are underlined and green, deleted ones struck and red; without colours they stand in `{+…+}` and
//! `[-…-]` where the sign does not say it all. Nothing of the content can steer the terminal.
//!
//! In a letter ([`super::letter`]) there are no signs, which a mail program could take for quotes: words alone are marked.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

use super::Redline;
use super::excerpt::{self, Part, Shown, counted};
use super::shown::{Fate, Lead, Line, LineKind, Mark, Span};
use crate::words::{self, Words};

/// How it is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Lines are wrapped at so many columns; `None`: they are as long as their paragraphs.
    pub width: Option<usize>,
    /// Whether words are marked by colours, underlined and struck; else by signs.
    pub colours: bool,
}

/// Writes the changes of a redline, each line with a line feed; nothing where nothing changed.
pub fn write(redline: &Redline, options: Options, out: &mut String) {
    let parts = excerpt::excerpt(redline, Words::english());
    if parts.is_empty() {
        return;
    }
    let mut page = Page {
        options,
        voice: Voice::Signs,
        out,
    };
    let summary = redline.told();
    summary.iter().for_each(|sentence| page.plain(sentence));
    for part in &parts {
        page.part(part);
    }
}

/// Text of the content, as it may stand in a terminal: control characters, and those that turn the direction of writing, become
/// U+FFFD.
pub fn harmless(text: &str) -> String {
    text.chars().map(harmless_char).collect()
}

fn harmless_char(c: char) -> char {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if turns || c.is_control() && c != '\n' {
        '\u{fffd}'
    } else {
        c
    }
}

/// How many columns a text takes.
pub fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

fn columns_of(c: char) -> usize {
    c.width().unwrap_or(0)
}

const INSERTED: Style = AnsiColor::Green.on_default().underline();
const DELETED: Style = AnsiColor::Red.on_default().strikethrough();
const QUIET: Style = Style::new().dimmed();
const HEADING: Style = Style::new().bold();

/// How it is told what happened to a line.
#[derive(Clone, Copy)]
pub(super) enum Voice<'w> {
    /// By signs, and in English.
    Signs,
    /// In words of the site.
    Words(&'w words::Redline),
}

/// What is being written.
pub(super) struct Page<'p> {
    pub(super) options: Options,
    pub(super) voice: Voice<'p>,
    pub(super) out: &'p mut String,
}

impl Page<'_> {
    pub(super) fn part(&mut self, part: &Part) {
        match part {
            Part::Unchanged(count) => {
                self.gap();
                self.left_out(*count, "paragraph", "");
            }
            Part::LinesUnchanged { count, begins } => {
                if *begins {
                    self.gap();
                }
                self.left_out(*count, "line", "  ");
            }
            Part::Heading(line) => {
                self.gap();
                self.line(' ', "", line);
            }
            Part::MovedHere(number) => {
                self.gap();
                self.note('>', &self.moved_here(*number));
            }
            Part::MovedAway { number, words } => {
                self.gap();
                self.note('<', &self.moved_away(*number, &shortened(words)));
            }
            Part::Line(shown) => self.shown(shown),
        }
    }

    fn moved_here(&self, number: usize) -> String {
        match self.voice {
            Voice::Signs => format!("(moved here, move {number})"),
            Voice::Words(words) => words.moved_here.fill(&[("number", &number.to_string())]),
        }
    }

    fn moved_away(&self, number: usize, text: &str) -> String {
        match self.voice {
            Voice::Signs => format!("(moved away, move {number}) {text}"),
            Voice::Words(words) => {
                let number = number.to_string();
                words
                    .moved_away
                    .fill(&[("number", number.as_str()), ("words", text)])
            }
        }
    }

    fn shown(&mut self, shown: &Shown) {
        let stands_alone = shown.line.leads.is_empty()
            && !matches!(shown.line.kind, LineKind::Row | LineKind::Note);
        if (shown.begins && !shown.moved) || (stands_alone && !shown.begins) {
            self.gap();
        }
        let sign = match shown.line.fate() {
            Fate::Added => '+',
            Fate::Removed => '-',
            Fate::Same if shown.moved => '>',
            Fate::Same => ' ',
            _ => '~',
        };
        let footnote = shown.footnote.map(|number| format!("[{number}] "));
        self.line(sign, &footnote.unwrap_or_default(), &shown.line);
    }

    /// An empty line, but not at the beginning.
    pub(super) fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    pub(super) fn plain(&mut self, text: &str) {
        let mut lines = Lines::new(self.options, String::new(), String::new(), self.out);
        lines.text(text, Style::new());
        lines.end();
    }

    fn left_out(&mut self, count: usize, what: &str, before: &str) {
        let what = match self.voice {
            Voice::Signs => format!("{before}… {} unchanged …", counted(count, what)),
            Voice::Words(_) => format!("{before}…"),
        };
        let (first, rest) = (self.sign(' '), self.sign(' '));
        let mut lines = Lines::new(self.options, first, rest, self.out);
        lines.text(&what, QUIET);
        lines.end();
    }

    /// The sign at the beginning of a row, with a space behind it; empty where there are none.
    fn sign(&self, sign: char) -> String {
        match self.voice {
            Voice::Signs => format!("{sign} "),
            Voice::Words(_) => String::new(),
        }
    }

    fn note(&mut self, sign: char, text: &str) {
        let (first, rest) = (self.sign(sign), self.sign(' '));
        let mut lines = Lines::new(self.options, first, rest, self.out);
        lines.text(text, QUIET);
        lines.end();
    }

    fn line(&mut self, sign: char, before: &str, line: &Line) {
        let (first, rest) = leads(line);
        let first = format!("{}{before}{first}", self.sign(sign));
        // What is inserted or deleted as a whole is so in each row.
        let is_whole = matches!((self.voice, sign), (Voice::Signs, '+' | '-'));
        let below = self.sign(if is_whole { sign } else { ' ' });
        let rest = format!("{below}{:1$}{rest}", "", before.len());
        let mut lines = Lines::new(self.options, first, rest, self.out);
        let usual = match &line.kind {
            LineKind::Heading { level, .. } => {
                lines.text(&format!("{} ", "#".repeat((*level).into())), HEADING);
                HEADING
            }
            LineKind::Term | LineKind::Head => HEADING,
            _ => Style::new(),
        };
        for (at, cell) in line.cells.iter().enumerate() {
            if at > 0 {
                lines.text(" | ", QUIET);
            }
            let is_code = line.kind == LineKind::Code;
            lines.signs = !is_whole;
            spans(cell, is_code, usual, &mut lines);
        }
        lines.end();
    }
}

fn shortened(words: &str) -> String {
    const MOST: usize = 60;
    match words.char_indices().nth(MOST) {
        None => words.to_owned(),
        Some((at, _)) => format!("{}…", words[..at].trim_end()),
    }
}

/// What stands before the first row of a line, and before the others.
fn leads(line: &Line) -> (String, String) {
    let (mut first, mut rest) = (String::new(), String::new());
    for lead in &line.leads {
        first.push_str(&lead_text(*lead));
        rest.push_str(&lead_text(lead.further()));
    }
    if line.kind == LineKind::Code {
        first.push_str("    ");
        rest.push_str("    ");
    }
    (first, rest)
}

fn lead_text(lead: Lead) -> String {
    match lead {
        Lead::Quote => "> ".to_owned(),
        Lead::Item { number, task } => {
            let task = match task {
                None => "",
                Some(true) => "[x] ",
                Some(false) => "[ ] ",
            };
            match number {
                None => format!("- {task}"),
                Some(number) => format!("{number}. {task}"),
            }
        }
        Lead::Definition => "    ".to_owned(),
        Lead::Inside(width) => " ".repeat(width),
    }
}

fn spans(spans: &[Span], is_code: bool, usual: Style, lines: &mut Lines) {
    let last = spans.len().saturating_sub(1);
    for (at, span) in spans.iter().enumerate() {
        let mut text = span.text.as_str();
        if is_code && at == last {
            text = text.strip_suffix('\n').unwrap_or(text);
        }
        // Nobody would see line breaks that came or went.
        let shown = match text.trim().is_empty() && text.contains('\n') {
            true => text.replace('\n', "↵\n"),
            false => text.to_owned(),
        };
        if span.mark == Mark::Note && at > 0 {
            lines.blank(QUIET);
        }
        lines.marked(span.mark, &shown, usual);
    }
}

/// Lays words out in rows.
struct Lines<'l> {
    options: Options,
    out: &'l mut String,
    rest: String,
    /// Whether words are marked by signs where there are no colours.
    signs: bool,
    /// The column that comes next, and that of the first word.
    column: usize,
    indent: usize,
    /// What may be left out where a row ends.
    space: Vec<(char, Style)>,
    /// What must stay together.
    word: Vec<(char, Style)>,
    style: Style,
}

impl<'l> Lines<'l> {
    fn new(options: Options, first: String, rest: String, out: &'l mut String) -> Lines<'l> {
        out.push_str(&first);
        let column = columns(&first);
        Lines {
            options,
            out,
            rest,
            signs: true,
            column,
            indent: column,
            space: Vec::new(),
            word: Vec::new(),
            style: Style::new(),
        }
    }

    fn marked(&mut self, mark: Mark, text: &str, usual: Style) {
        let (style, before, after) = match mark {
            Mark::Same => (usual, "", ""),
            Mark::Inserted => (INSERTED, "{+", "+}"),
            Mark::Deleted => (DELETED, "[-", "-]"),
            Mark::Note => return self.text(&format!("({text})"), QUIET),
        };
        if self.options.colours || !self.signs {
            return self.text(text, style);
        }
        let around = |mark: &str| mark.chars().map(|c| (c, style)).collect::<Vec<_>>();
        self.word.extend(around(before));
        self.text(text, style);
        // White space in a mark is what it marks.
        self.word.extend(around(after));
    }

    fn text(&mut self, text: &str, style: Style) {
        for c in text.chars() {
            match c {
                '\n' => self.row(),
                '\t' => (0..4).for_each(|_| self.blank(style)),
                ' ' => self.blank(style),
                c => self.word.push((harmless_char(c), style)),
            }
        }
    }

    fn blank(&mut self, style: Style) {
        self.flush();
        self.space.push((' ', style));
    }

    /// Puts the word that is complete, on the next row if there is no room in this one.
    fn flush(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let (space, word) = (
            std::mem::take(&mut self.space),
            std::mem::take(&mut self.word),
        );
        let width = self.options.width.unwrap_or(usize::MAX);
        let wanted: usize = word.iter().map(|(c, _)| columns_of(*c)).sum();
        if self.column > self.indent && self.column + space.len() + wanted > width {
            self.break_row();
        } else {
            space.into_iter().for_each(|(c, style)| self.put(c, style));
        }
        for (c, style) in word {
            if self.column > self.indent && self.column + columns_of(c) > width {
                self.break_row();
            }
            self.put(c, style);
        }
    }

    fn put(&mut self, c: char, style: Style) {
        if self.options.colours && style != self.style {
            self.plain();
            self.out.push_str(&style.render().to_string());
            self.style = style;
        }
        self.out.push(c);
        self.column += columns_of(c);
    }

    /// Ends what styles there are.
    fn plain(&mut self) {
        if self.style != Style::new() {
            self.out.push_str(&self.style.render_reset().to_string());
            self.style = Style::new();
        }
    }

    fn row(&mut self) {
        self.flush();
        self.space.clear();
        self.break_row();
    }

    fn break_row(&mut self) {
        self.plain();
        self.trim();
        self.out.push('\n');
        self.out.push_str(&self.rest);
        self.column = columns(&self.rest);
        self.indent = self.column;
    }

    fn trim(&mut self) {
        let length = self.out.trim_end_matches(' ').len();
        self.out.truncate(length);
    }

    fn end(mut self) {
        self.flush();
        self.plain();
        self.trim();
        self.out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Memory, compare};
    use super::*;
    use crate::document::{self, Options as Reading};

    fn written(old: &str, new: &str, options: Options) -> String {
        let parsed = |body| document::parse(body, Reading::default()).document;
        let redline = compare(&parsed(old), &parsed(new), &mut Memory::new());
        let mut out = String::new();
        write(&redline, options, &mut out);
        out
    }

    fn plain(old: &str, new: &str) -> String {
        written(old, new, Options::default())
    }

    fn narrow(old: &str, new: &str, width: usize) -> String {
        let width = Some(width);
        written(
            old,
            new,
            Options {
                width,
                colours: false,
            },
        )
    }

    #[test]
    fn changes_stand_below_the_heading_of_their_section() {
        let old = "# P\n\nIntro.\n\n## Logs\n\nOne.\n\nWe keep logs for 60 days in one place.\n\n## Else\n\nX.\n\nY.\n";
        let new = old.replace("60", "30").replace("Y.\n", "Y.\n\nZ is new.\n");
        assert_eq!(
            plain(old, &new),
            "Changed: Logs, Else.\n4 words added, 1 removed; 2 sections changed.\n\n  \
               … 2 paragraphs unchanged …\n\n  \
               ## Logs\n\n  \
               … 1 paragraph unchanged …\n\n\
             ~ We keep logs for [-60-]{+30+} days in one place.\n\n  \
               ## Else\n\n  \
               … 2 paragraphs unchanged …\n\n\
             + Z is new.\n"
        );
    }

    #[test]
    fn of_a_list_only_what_changed_is_shown_and_where_it_stands() {
        let old = "1. a\n2. b\n3. first:\n   - what stays and what goes\n   - e\n   - f\n4. c\n";
        let said = plain(old, &old.replace("what goes", "what comes"));
        assert!(
            said.ends_with(
                "\n    … 2 lines unchanged …\n  3. first:\n~    - what stays and what [-goes-]{+comes+}\n    … 3 lines unchanged …\n"
            ),
            "{said}"
        );
    }

    #[test]
    fn notes_stand_beside_what_they_are_about() {
        let said = plain("- [ ] call them\n- x\n- y\n", "- [x] call them\n- x\n- y\n");
        assert!(said.contains("~ - [x] call them (now done)\n"), "{said}");
        let said = plain("- a\n- b\n- c\n- d\n", "- a\n  - b\n  - c\n- d\n");
        assert!(
            said.ends_with("\n\n~ (layout changed)\n  - a\n    - b\n    - c\n  - d\n"),
            "{said}"
        );
    }

    #[test]
    fn rows_keep_their_head() {
        let old = "| A | B |\n| - | - |\n| a | 1 |\n| b | 2 |\n| c | 3 |\n";
        let said = plain(old, &old.replace("| 3 |", "| 4 |"));
        assert!(
            said.ends_with("\n  A | B\n    … 2 lines unchanged …\n~ c | [-3-]{+4+}\n"),
            "{said}"
        );
    }

    #[test]
    fn long_lines_are_wrapped_below_their_text() {
        let said = narrow("x\n", "x\n\n- one two three four five six seven\n", 20);
        assert!(
            said.ends_with("\n+ - one two three\n+   four five six\n+   seven\n"),
            "{said}"
        );
        for line in said.lines() {
            assert!(columns(line) <= 20, "{line}");
        }
    }

    #[test]
    fn words_without_spaces_are_broken_where_the_row_ends() {
        let said = narrow("", "一二三四五六七八九十一二三四五六七八九十\n", 20);
        assert!(said.lines().all(|line| columns(line) <= 20), "{said}");
        let said = narrow("", &"x".repeat(100), 20);
        assert!(said.lines().all(|line| columns(line) <= 20), "{said}");
    }

    #[test]
    fn colours_end_with_their_line() {
        let options = Options {
            width: Some(30),
            colours: true,
        };
        let said = written(
            "a b c d e f\n",
            "a b c d e f\n\nnew words that take more than one row\n",
            options,
        );
        assert!(said.contains("\u{1b}[4m\u{1b}[32mnew words"), "{said:?}");
        assert!(said.contains("\n+ \u{1b}"), "{said:?}");
        for line in said.lines().filter(|line| line.contains('\u{1b}')) {
            assert!(line.ends_with("\u{1b}[0m"), "{line:?}");
        }
    }

    #[test]
    fn content_cannot_steer_the_terminal() {
        let said = plain("", "a\u{1b}[31mb\u{9b}c\u{202e}d\u{7}\n");
        assert!(
            said.contains("a\u{fffd}[31mb\u{fffd}c\u{fffd}d\u{fffd}"),
            "{said:?}"
        );
    }

    #[test]
    fn what_moved_is_shown_where_it_is() {
        let long = "This paragraph is long enough that it is seen to have moved as a whole.\n\n";
        let rest =
            "One that stays.\n\nAnother one that stays there.\n\nA third which stays as well.\n\n";
        let said = plain(&format!("{long}{rest}"), &format!("{rest}{long}"));
        assert!(said.contains("< (moved away, move "), "{said}");
        assert!(said.contains("\n> This paragraph is long enough"), "{said}");
    }

    #[test]
    fn nothing_is_written_of_nothing() {
        assert_eq!(plain("a\n", "a\n"), "");
    }
}
