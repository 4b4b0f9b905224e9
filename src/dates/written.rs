//! Reading one written date from the tokens of a line.
//!
//! 1. A weekday and "the" are passed over.
//! 2. What comes first decides the form: a year (`2024-02-01`), a number (`1 May 2024`, `25/12/2024`) or a month
//!    (`May 1, 2024`, `May 2024`).
//! 3. A time of day after it is passed over.
//!
//! A form that begins like a date and is none of the calendar (31 February) is no date; it is never read as a shorter one.

use jiff::civil::Date;

use super::Stated;
use super::tokens::{Token, one_of};

/// A date, and where the line goes on.
pub(super) struct Found {
    pub stated: Stated,
    /// Byte offsets of the date in the line.
    pub start: usize,
    pub end: usize,
    /// The index of the first token after it.
    pub next: usize,
}

/// The names of the months; other languages would be further columns.
const MONTHS: [(&str, &[&str]); 12] = [
    ("January", &["january", "jan"]),
    ("February", &["february", "feb", "febr"]),
    ("March", &["march", "mar"]),
    ("April", &["april", "apr"]),
    ("May", &["may"]),
    ("June", &["june", "jun"]),
    ("July", &["july", "jul"]),
    ("August", &["august", "aug"]),
    ("September", &["september", "sept", "sep"]),
    ("October", &["october", "oct"]),
    ("November", &["november", "nov"]),
    ("December", &["december", "dec"]),
];

const WEEKDAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
];

const ORDINALS: &[&str] = &["st", "nd", "rd", "th"];

const ZONES: &[&str] = &[
    "z", "utc", "gmt", "bst", "cet", "cest", "ist", "et", "est", "edt", "ct", "cst", "cdt", "mt",
    "mst", "mdt", "pt", "pst", "pdt", "aest", "aedt", "jst",
];

/// Whether a date could begin with this token.
pub(super) fn may_begin(token: &Token<'_>) -> bool {
    let is_date_word = |word| {
        one_of(word, WEEKDAYS)
            || one_of(word, &["the"])
            || MONTHS.iter().any(|(_, names)| one_of(word, names))
    };
    token.number().is_some() || token.word().is_some_and(is_date_word)
}

/// Reads the date that begins at the token `first`.
pub(super) fn date_at(line: &str, tokens: &[Token<'_>], first: usize) -> Option<Found> {
    let mut reader = Reader { tokens, at: first };
    reader.weekday();
    reader.word_of(&["the"]);
    let start = reader.peek()?.start;
    let date = reader.date()?;
    let end = tokens[reader.at - 1].end;
    reader.time_of_day();
    let stated = match date {
        Read::Day(date) => Stated::Day(date),
        Read::Unclear => Stated::Unclear(line[start..end].to_string()),
    };
    let next = reader.at;
    Some(Found {
        stated,
        start,
        end,
        next,
    })
}

enum Read {
    Day(Date),
    Unclear,
}

/// Walks over the tokens; each method takes what it names, or leaves everything where it is.
struct Reader<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
}

impl<'a> Reader<'_, 'a> {
    fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at)
    }

    fn date(&mut self) -> Option<Read> {
        if let Some(month) = self.month() {
            return self.after_month(month);
        }
        let number = self.number()?;
        match number.len() {
            4 => self.after_year(number),
            1 | 2 => self.after_number(number),
            _ => None,
        }
    }

    /// `2024-02-01`, `2024 February 1`, `2024-02`, `2024`.
    fn after_year(&mut self, year: &str) -> Option<Read> {
        let before = self.at;
        let separator = self.separator();
        if let Some(month) = self.month() {
            self.separator();
            let day = self.number()?;
            return self.end_of_date(day_of(year, month, day)?);
        }
        let Some(separator) = separator else {
            return plausible(year)
                .then_some(Read::Unclear)
                .and_then(|read| self.end_of_date(read));
        };
        let Some(month) = self.glued_number() else {
            self.at = before;
            return plausible(year).then_some(Read::Unclear);
        };
        let month = value(month)?;
        if self.separator_like(separator) {
            let day = self.glued_number()?;
            let day = day_of(year, month, day)?;
            return self.end_of_date(day);
        }
        let is_month = (1..=12).contains(&month) && plausible(year) && separator != '.';
        is_month
            .then_some(Read::Unclear)
            .and_then(|read| self.end_of_date(read))
    }

    /// `1 May 2024`, `1st of May, 2024`, `1-May-2024`, `25/12/2024`.
    fn after_number(&mut self, number: &str) -> Option<Read> {
        let ordinal = self.glued_word_of(ORDINALS);
        let separator = if ordinal { None } else { self.separator() };
        if let (Some(separator), Some(second)) = (separator, self.glued_number()) {
            return self.numeric(number, second, separator);
        }
        self.mark_of(",.");
        self.word_of(&["day"]);
        self.word_of(&["of"]);
        let month = self.month()?;
        self.separator();
        self.mark_of(",.");
        let year = self.year()?;
        self.end_of_date(day_of(year, month, number)?)
    }

    /// `25/12/2024`: a day where only one reading is a date of the calendar, or both are the same.
    fn numeric(&mut self, first: &str, second: &str, separator: char) -> Option<Read> {
        if second.len() > 2 || !self.separator_like(separator) {
            return None;
        }
        let year = self.glued_number()?;
        let full = match year.len() {
            4 => year.to_string(),
            2 => format!("20{year}"),
            _ => return None,
        };
        let day_first = value(second).and_then(|month| day_of(&full, month, first));
        let month_first = value(first).and_then(|month| day_of(&full, month, second));
        let read = match (day_first, month_first) {
            (None, None) => return None,
            // Two digits could be the year's or the day's.
            _ if year.len() == 2 => Read::Unclear,
            (Some(Read::Day(one)), Some(Read::Day(other))) if one != other => Read::Unclear,
            (one, other) => one.or(other)?,
        };
        self.end_of_date(read)
    }

    /// `May 1, 2024`, `May 1st 2024`, `May 2024`, `May of 2024`.
    fn after_month(&mut self, month: i8) -> Option<Read> {
        self.mark_of(",");
        self.word_of(&["of"]);
        if let Some(year) = self.year() {
            return plausible(year)
                .then_some(Read::Unclear)
                .and_then(|read| self.end_of_date(read));
        }
        self.separator();
        self.word_of(&["the"]);
        let day = self.number()?;
        self.glued_word_of(ORDINALS);
        self.separator();
        self.mark_of(",.");
        let year = self.year()?;
        self.end_of_date(day_of(year, month, day)?)
    }

    /// The date must end here: `20245` and `2024th` are no years.
    fn end_of_date(&self, read: Read) -> Option<Read> {
        let goes_on = self
            .peek()
            .is_some_and(|token| token.glued && token.mark().is_none() && !token.is_word("t"));
        (!goes_on).then_some(read)
    }

    fn weekday(&mut self) {
        if self.word_of(WEEKDAYS) {
            self.mark_of(".");
            self.mark_of(",");
        }
    }

    /// `at 12:00 am PT`, `T10:00:00Z`, `, 9 a.m. (UTC+1)`.
    fn time_of_day(&mut self) {
        let before = self.at;
        self.mark_of(",");
        let _ = self.word_of(&["at"]) || self.word_of(&["t"]);
        if self.word_of(&["midnight", "noon"]) || self.clock() {
            self.zone();
        } else {
            self.at = before;
        }
    }

    /// `10:00`, `10:00:00.5`, `9 am`; at least minutes or a half of the day.
    fn clock(&mut self) -> bool {
        let before = self.at;
        let hours = self.number().is_some_and(|hours| hours.len() <= 2);
        let mut parts = 0;
        while hours && parts < 3 && self.mark_of(if parts < 2 { ":" } else { "." }) {
            if self.glued_number().is_none() {
                break;
            }
            parts += 1;
        }
        let known = self.half_of_day() || parts > 0;
        if !(hours && known) {
            self.at = before;
        }
        hours && known
    }

    fn half_of_day(&mut self) -> bool {
        let before = self.at;
        if self.word_of(&["am", "pm"]) {
            return true;
        }
        let dotted = self.word_of(&["a", "p"]) && self.mark_of(".") && self.word_of(&["m"]);
        if dotted {
            self.mark_of(".");
        } else {
            self.at = before;
        }
        dotted
    }

    /// `UTC`, `(PT)`, `+01:00`, `UTC+1`.
    fn zone(&mut self) {
        let before = self.at;
        let bracket = self.mark_of("(");
        let named = self.word_of(ZONES);
        let offset = self.mark_of("+-−") && self.glued_number().is_some();
        if offset && self.mark_of(":") {
            self.glued_number();
        }
        if !(named || offset) {
            self.at = before;
        } else if bracket {
            self.mark_of(")");
        }
    }

    /// A month's name, with the dot of an abbreviation.
    fn month(&mut self) -> Option<i8> {
        let word = self.peek()?.word()?;
        let index = MONTHS.iter().position(|(_, names)| one_of(word, names))?;
        self.at += 1;
        self.mark_of(".");
        i8::try_from(index + 1).ok()
    }

    fn number(&mut self) -> Option<&'a str> {
        let number = self.peek()?.number()?;
        self.at += 1;
        Some(number)
    }

    fn glued_number(&mut self) -> Option<&'a str> {
        if self.peek()?.glued {
            self.number()
        } else {
            None
        }
    }

    /// Four digits.
    fn year(&mut self) -> Option<&'a str> {
        let number = self.peek()?.number()?;
        (number.len() == 4).then(|| self.at += 1)?;
        Some(number)
    }

    /// A hyphen, a slash or a dot without a space before it; every dash is a hyphen.
    fn separator(&mut self) -> Option<char> {
        let token = self.peek().filter(|token| token.glued)?;
        let separator = match token.mark()? {
            _ if token.is_dash() => '-',
            mark @ ('/' | '.') => mark,
            _ => return None,
        };
        self.at += 1;
        Some(separator)
    }

    fn separator_like(&mut self, separator: char) -> bool {
        let before = self.at;
        let same = self.separator() == Some(separator);
        if !same {
            self.at = before;
        }
        same
    }

    fn mark_of(&mut self, marks: &str) -> bool {
        let is = self
            .peek()
            .and_then(Token::mark)
            .is_some_and(|mark| marks.contains(mark));
        self.at += usize::from(is);
        is
    }

    fn word_of(&mut self, words: &[&str]) -> bool {
        let is = self
            .peek()
            .and_then(Token::word)
            .is_some_and(|word| one_of(word, words));
        self.at += usize::from(is);
        is
    }

    fn glued_word_of(&mut self, words: &[&str]) -> bool {
        self.peek().is_some_and(|token| token.glued) && self.word_of(words)
    }
}

fn day_of(year: &str, month: i8, day: &str) -> Option<Read> {
    let year = year.parse().ok().filter(|year| *year >= 1000)?;
    Date::new(year, month, value(day)?).ok().map(Read::Day)
}

/// A month or a day: at most two digits.
fn value(digits: &str) -> Option<i8> {
    digits.parse().ok().filter(|_| digits.len() <= 2)
}

/// A year that a policy could bear, where nothing else of the date says that it is one.
fn plausible(year: &str) -> bool {
    matches!(year.get(..2), Some("19" | "20" | "21"))
}
