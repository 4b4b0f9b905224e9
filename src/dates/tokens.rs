//! A line as words, numbers and marks: what dates and their labels are read from.

/// A piece of a line; white space is none, but the tokens know whether any stood before them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Token<'a> {
    pub kind: Kind<'a>,
    /// Byte offsets in the line.
    pub start: usize,
    pub end: usize,
    /// Nothing stands between this token and the one before.
    pub glued: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind<'a> {
    /// A run of letters.
    Word(&'a str),
    /// A run of ASCII digits.
    Number(&'a str),
    /// One other character.
    Mark(char),
}

impl<'a> Token<'a> {
    pub fn word(&self) -> Option<&'a str> {
        match self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub fn number(&self) -> Option<&'a str> {
        match self.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    pub fn mark(&self) -> Option<char> {
        match self.kind {
            Kind::Mark(mark) => Some(mark),
            _ => None,
        }
    }

    /// Whether this is that word, in any case; `word` is lower case.
    pub fn is_word(&self, word: &str) -> bool {
        self.word()
            .is_some_and(|own| own.eq_ignore_ascii_case(word))
    }

    pub fn is_mark(&self, mark: char) -> bool {
        self.mark() == Some(mark)
    }

    /// Brackets, quotes and marks of emphasis, that may stand around a date or a statement.
    pub fn is_bracket(&self) -> bool {
        self.mark()
            .is_some_and(|mark| "()[]<>*_\"'“”‘’«»".contains(mark))
    }

    /// Punctuation that may end a statement.
    pub fn is_closing(&self) -> bool {
        self.mark().is_some_and(|mark| ".,;:!".contains(mark))
    }

    /// A hyphen or a dash of any length.
    pub fn is_dash(&self) -> bool {
        self.mark().is_some_and(|mark| "-‐‑‒–—−".contains(mark))
    }
}

/// Whether any of `words` is this word, in any case; `words` are lower case.
pub(super) fn one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|own| word.eq_ignore_ascii_case(own))
}

pub(super) fn tokens(line: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut glued = false;
    let mut at = 0;
    while let Some(first) = line[at..].chars().next() {
        if is_space(first) {
            at += first.len_utf8();
            glued = false;
            continue;
        }
        let token = token_at(line, at, first, glued);
        at = token.end;
        glued = true;
        tokens.push(token);
    }
    tokens
}

fn token_at(line: &str, start: usize, first: char, glued: bool) -> Token<'_> {
    let run = |belongs: fn(char) -> bool| {
        let rest = &line[start..];
        start + rest.find(|c| !belongs(c)).unwrap_or(rest.len())
    };
    let (kind, end) = if first.is_ascii_digit() {
        let end = run(|c| c.is_ascii_digit());
        (Kind::Number(&line[start..end]), end)
    } else if first.is_alphabetic() {
        let end = run(char::is_alphabetic);
        (Kind::Word(&line[start..end]), end)
    } else {
        (Kind::Mark(first), start + first.len_utf8())
    };
    Token {
        kind,
        start,
        end,
        glued,
    }
}

/// White space, and characters that show nothing (zero-width ones, direction marks, a byte order mark).
fn is_space(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
