//! The lines of a text that say nothing but when it took effect or was last changed.
//!
//! 1. Each line is read as a chain: a version ("Version 3.3,"), then statements (a label and a date), joined by
//!    punctuation, bars or "and", then a remark such as `| Archived versions`.
//! 2. A line that holds anything else counts for nothing: it is a sentence of the text.
//! 3. A date inside a link is another text's: its statement does not count.
//! 4. `{: datetime="2022-09-28" }` behind or under a statement gives its exact day.
//! 5. The first statement of each kind wins, from the top of the text to its bottom.

use std::ops::Range;

use crate::document::Line;

use super::labels::{self, Kinds};
use super::tokens::{Kind, Token, one_of, tokens};
use super::{Stated, parse, written};

/// The dates that a text gives of itself; `None` where it gives none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statements {
    /// From *effective* words.
    pub effective: Option<Stated>,
    /// From *updated, revised, modified, published* words: the document's own date, which moves nothing.
    pub stated: Option<Stated>,
}

/// Longer lines, in bytes, are prose.
const LONGEST: usize = 400;

/// Finds the statements among the lines of a text, in document order.
pub fn statements(lines: &[Line]) -> Statements {
    let mut found = Statements::default();
    for (index, line) in lines.iter().enumerate() {
        if line.text.len() > LONGEST || !line.text.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let under = lines
            .get(index + 1)
            .and_then(|next| datetime_alone(&next.text));
        for statement in exact(line, under) {
            found.take(statement);
        }
        if found.effective.is_some() && found.stated.is_some() {
            break;
        }
    }
    found
}

impl Statements {
    fn take(&mut self, statement: Statement) {
        if statement.kinds.effective {
            self.effective
                .get_or_insert_with(|| statement.stated.clone());
        }
        if statement.kinds.stated {
            self.stated.get_or_insert(statement.stated);
        }
    }
}

struct Statement {
    kinds: Kinds,
    stated: Stated,
    /// The date stands inside a link.
    linked: bool,
}

/// The statements of a line that count, with the day of its `datetime` where it says one date alone.
fn exact(line: &Line, under: Option<Stated>) -> Vec<Statement> {
    let (said, behind) = split_datetime(&line.text);
    let mut statements = read(said, &line.links).unwrap_or_default();
    if let ([only], Some(day)) = (statements.as_mut_slice(), behind.or(under)) {
        only.stated = day;
    }
    statements.retain(|statement| !statement.linked);
    statements
}

/// A kramdown attribute list at the end of a line, and the line before it.
fn split_datetime(text: &str) -> (&str, Option<Stated>) {
    match text.split_once("{:") {
        Some((said, attributes)) if attributes.trim_end().ends_with('}') => {
            (said, datetime(attributes))
        }
        _ => (text, None),
    }
}

fn datetime_alone(text: &str) -> Option<Stated> {
    let (said, day) = split_datetime(text);
    day.filter(|_| said.trim().is_empty())
}

/// The day of `datetime="2022-09-28"` in any quotes.
fn datetime(attributes: &str) -> Option<Stated> {
    let (_, value) = attributes.split_once("datetime")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let value = value.trim_start_matches(is_quote);
    let end = value
        .find(|c: char| is_quote(c) || c == '}')
        .unwrap_or(value.len());
    parse(&value[..end]).filter(|stated| stated.day().is_some())
}

fn is_quote(c: char) -> bool {
    "\"'“”„‘’″".contains(c)
}

/// All statements of a line; `None` where it holds anything else.
fn read(text: &str, links: &[Range<usize>]) -> Option<Vec<Statement>> {
    let line = LineTokens {
        text,
        links,
        tokens: tokens(text),
    };
    let mut statements = Vec::new();
    let mut at = line.joint(0);
    while at < line.tokens.len() {
        if let Some((statement, next)) = line.statement(at) {
            statements.push(statement);
            at = line.joint(next);
        } else if let Some(next) = line.version(at) {
            at = line.joint(next);
        } else if statements.is_empty() {
            return None;
        } else {
            return line.is_remark(at, &statements).then_some(statements);
        }
    }
    Some(statements)
}

struct LineTokens<'a> {
    text: &'a str,
    links: &'a [Range<usize>],
    tokens: Vec<Token<'a>>,
}

/// What a version's number may stand behind.
const VERSION: &[&str] = &[
    "version", "ver", "v", "revision", "rev", "release", "edition",
];
const NAMES: &[&str] = &[
    "policy",
    "privacy",
    "document",
    "terms",
    "agreement",
    "notice",
];

/// Words of a remark that leads to other versions or forms of the text.
const REMARK: &[&str] = &[
    "archive",
    "archived",
    "archives",
    "previous",
    "prior",
    "past",
    "older",
    "version",
    "versions",
    "history",
    "changelog",
    "changes",
    "printable",
    "print",
    "pdf",
    "download",
];

/// The most words of a remark that no bar sets apart.
const LONGEST_REMARK: usize = 14;

impl LineTokens<'_> {
    /// Passes over what may stand between two statements, or around one.
    fn joint(&self, from: usize) -> usize {
        let joins = |token: &Token<'_>| {
            token.is_bracket()
                || token.is_closing()
                || token.is_dash()
                || is_bar(token)
                || token.is_word("and")
                || token.mark().is_some_and(|mark| "#+/&".contains(mark))
        };
        from + self.run(from, joins)
    }

    /// A label and its date, and where the line goes on.
    fn statement(&self, from: usize) -> Option<(Statement, usize)> {
        let words = self.tokens[from..].iter();
        let may_begin = words
            .enumerate()
            .filter(|(_, token)| written::may_begin(token));
        for at in may_begin.map(|(offset, _)| from + offset) {
            if let Some(date) = written::date_at(self.text, &self.tokens, at) {
                let kinds = labels::kinds(&self.tokens[from..at])?;
                let linked = self.is_linked(date.start..date.end);
                let statement = Statement {
                    kinds,
                    stated: date.stated,
                    linked,
                };
                return Some((statement, date.next));
            }
            // A number that begins no date says something else.
            self.tokens[at].word()?;
        }
        None
    }

    /// "Version 3.3", "v2", "Rev. 4.0-beta", "Policy version 3".
    fn version(&self, from: usize) -> Option<usize> {
        let word = from
            + self.run(from, |token| {
                token.word().is_some_and(|word| one_of(word, NAMES))
            });
        self.tokens
            .get(word)?
            .word()
            .filter(|word| one_of(word, VERSION))?;
        let marks = self.run(word + 1, |token| {
            token.mark().is_some_and(|mark| ".:#".contains(mark))
        });
        let number = word + 1 + marks;
        self.tokens.get(number)?.number()?;
        let rest = self.run(number + 1, |token| {
            token.glued && (token.mark().is_none() || token.is_mark('.') || token.is_dash())
        });
        Some(number + 1 + rest)
    }

    /// How many tokens in a row are such.
    fn run(&self, from: usize, is: impl Fn(&Token<'_>) -> bool) -> usize {
        self.tokens[from..]
            .iter()
            .take_while(|token| is(token))
            .count()
    }

    /// What is left after the statements says nothing of them: it stands behind a bar, or leads to other versions from
    /// a bracket or a link. A bracket behind a *stated* date may explain it.
    fn is_remark(&self, at: usize, statements: &[Statement]) -> bool {
        let rest = &self.tokens[at..];
        let joint = self.joint_before(at);
        if joint.iter().any(is_bar) {
            return true;
        }
        let words: Vec<&str> = rest.iter().filter_map(Token::word).collect();
        let bracket = joint.iter().any(|token| token.is_mark('(')) && self.ends_with_bracket();
        let leads = words.len() <= LONGEST_REMARK && words.iter().any(|word| one_of(word, REMARK));
        let names = words
            .iter()
            .all(|word| one_of(word, &["the", "effective", "date"]));
        let explains = statements
            .iter()
            .all(|statement| !statement.kinds.effective);
        let linked = rest
            .iter()
            .any(|token| self.is_linked(token.start..token.end));
        (leads && (bracket || linked)) || (bracket && (names || explains))
    }

    /// The marks right before a token.
    fn joint_before(&self, at: usize) -> &[Token<'_>] {
        let marks = self.tokens[..at]
            .iter()
            .rev()
            .take_while(|token| matches!(token.kind, Kind::Mark(_)));
        &self.tokens[at - marks.count()..at]
    }

    fn ends_with_bracket(&self) -> bool {
        let last = self.tokens.iter().rev().find(|token| !token.is_closing());
        last.is_some_and(|token| token.is_mark(')'))
    }

    fn is_linked(&self, part: Range<usize>) -> bool {
        self.links
            .iter()
            .any(|link| link.start < part.end && part.start < link.end)
    }
}

fn is_bar(token: &Token<'_>) -> bool {
    token.mark().is_some_and(|mark| "|¦•·∙".contains(mark))
}

#[cfg(test)]
mod tests;
