//! Reads a table of comma-separated values (RFC 4180), record by record, never held whole.
//!
//! A quotation mark that is never closed would swallow the lines behind it:
//!
//! ```text
//! ada@example.org,"Ada        ◄─ no record: a line that is told
//! bo@example.org,Bo           ◄─ a record
//! cy@example.org,"Cy"         ◄─ a record
//! ```
//!
//! So a record that goes over several lines must be well formed. If it is not, its first line alone is none, and the others are
//! read anew.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::sync::LazyLock;

use regex::bytes::Regex;

/// A record goes over at most so many lines,
const MOST_LINES: usize = 20;

/// and a line has at most so many bytes.
const LONGEST: usize = 64 * 1024;

/// A table that is being read.
pub struct Table<R> {
    reader: R,
    /// Lines that were read to look for the end of a record.
    ahead: VecDeque<Line>,
    /// The number of the line that is read next, counted from 1.
    next: u64,
}

/// A record: the number of its first line, and its fields, or why it is none.
pub struct Record {
    pub line: u64,
    pub fields: Result<Vec<String>, String>,
}

/// A line without its break.
struct Line {
    bytes: Vec<u8>,
    /// Whether there was more of it.
    is_too_long: bool,
}

impl<R: BufRead> Table<R> {
    /// A table that begins with the names of its columns.
    pub fn new(reader: R) -> Table<R> {
        Table {
            reader,
            ahead: VecDeque::new(),
            next: 1,
        }
    }

    /// The next record; empty lines are passed over.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn record(&mut self) -> io::Result<Option<Record>> {
        loop {
            let line = self.next;
            let Some(first) = self.line()? else {
                return Ok(None);
            };
            if first.is_too_long {
                let fields = Err("is too long".to_owned());
                return Ok(Some(Record { line, fields }));
            }
            if !first.bytes.is_empty() {
                let fields = self.fields(first.bytes)?;
                return Ok(Some(Record { line, fields }));
            }
        }
    }

    /// The fields of the record that begins with this line.
    fn fields(&mut self, first: Vec<u8>) -> io::Result<Result<Vec<String>, String>> {
        let mut record = first;
        if !is_open(&record) {
            return Ok(split(&record));
        }
        let mut more = Vec::new();
        while more.len() + 1 < MOST_LINES {
            let Some(line) = self.line()? else { break };
            record.push(b'\n');
            record.extend(&line.bytes);
            let is_too_long = line.is_too_long;
            more.push(line);
            if is_too_long {
                break;
            }
            if WELL_FORMED.is_match(&record) {
                return Ok(split(&record));
            }
        }
        Ok(Err(self.unclosed(more)))
    }

    /// Puts the lines back that do not belong to a record.
    fn unclosed(&mut self, lines: Vec<Line>) -> String {
        self.next -= lines.len() as u64;
        for line in lines.into_iter().rev() {
            self.ahead.push_front(line);
        }
        "has a quotation mark that is not closed".to_owned()
    }

    /// The next line; lines end with `\n`, `\r\n` or `\r`.
    fn line(&mut self) -> io::Result<Option<Line>> {
        let line = match self.ahead.pop_front() {
            Some(line) => Some(line),
            None => self.fresh_line()?,
        };
        self.next += u64::from(line.is_some());
        Ok(line)
    }

    fn fresh_line(&mut self) -> io::Result<Option<Line>> {
        let mut line = Line {
            bytes: Vec::new(),
            is_too_long: false,
        };
        let mut is_there = false;
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(is_there.then_some(line));
            }
            is_there = true;
            let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let piece = &buffer[..end.unwrap_or(buffer.len())];
            let room = LONGEST - line.bytes.len();
            line.is_too_long |= piece.len() > room;
            line.bytes.extend(&piece[..piece.len().min(room)]);
            let Some(end) = end else {
                let length = buffer.len();
                self.reader.consume(length);
                continue;
            };
            let is_return = buffer[end] == b'\r';
            self.reader.consume(end + 1);
            if is_return && self.reader.fill_buf()?.first() == Some(&b'\n') {
                self.reader.consume(1);
            }
            return Ok(Some(line));
        }
    }
}

/// A record as RFC 4180 (section 2) has it: a quotation mark stands around a field, or doubled within one.
static WELL_FORMED: LazyLock<Regex> = LazyLock::new(|| {
    const FIELD: &str = r#"(?:"(?:[^"]|"")*"|[^",]*)"#;
    // It is a constant, which the tests use.
    Regex::new(&format!("^{FIELD}(?:,{FIELD})*$")).expect("a regular expression")
});

/// Whether a quotation mark is open at the end of a record: what comes behind is taken for a part of it.
fn is_open(record: &[u8]) -> bool {
    let with_another = [record, b"\nanother"].concat();
    reader(&with_another).into_byte_records().count() < 2
}

/// The fields of a record; quotation marks at odd places stand for themselves.
fn split(record: &[u8]) -> Result<Vec<String>, String> {
    let mut fields = csv::ByteRecord::new();
    // Memory can always be read.
    let _ = reader(record).read_byte_record(&mut fields);
    let text = |field: &[u8]| String::from_utf8(field.to_vec());
    let fields: Result<Vec<String>, _> = fields.iter().map(text).collect();
    fields.map_err(|_| "is not valid UTF-8".to_owned())
}

fn reader(text: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(text.len().max(1))
        .from_reader(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line numbers and fields.
    fn records(text: impl AsRef<[u8]>) -> Vec<String> {
        let mut table = Table::new(io::BufReader::with_capacity(3, text.as_ref()));
        let mut all = Vec::new();
        while let Some(record) = table.record().unwrap() {
            let fields = record.fields.map_or_else(|why| why, |f| f.join("|"));
            all.push(format!("{} {fields}", record.line));
        }
        all
    }

    #[test]
    fn fields_are_split_at_commas_outside_of_quotation_marks() {
        let read = records("a,b\r\n\"x, y\",\"say \"\"so\"\"\"\n\n,\rc");
        assert_eq!(read, ["1 a|b", "2 x, y|say \"so\"", "4 |", "5 c"]);
    }

    #[test]
    fn a_field_may_go_over_lines() {
        assert_eq!(records("a,\"1\r\n2\",b\nc"), ["1 a|1\n2|b", "3 c"]);
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_costs_one_line() {
        let unclosed = "has a quotation mark that is not closed";
        assert_eq!(
            records("a,\"x\nb,y\nc,z\n"),
            [format!("1 {unclosed}"), "2 b|y".into(), "3 c|z".into()]
        );
        assert_eq!(
            records("a,\"x\nb,\"y\"\nc,z"),
            [format!("1 {unclosed}"), "2 b|y".into(), "3 c|z".into()]
        );
        let many = format!("\"a\n{}", "b\n".repeat(500));
        assert_eq!(records(many).len(), 501);
    }

    #[test]
    fn marks_in_the_middle_are_words() {
        assert_eq!(records("5\" x,b\n\"a\" b,c"), ["1 5\" x|b", "2 a b|c"]);
    }

    #[test]
    fn huge_lines_and_bytes_that_are_no_text_cost_one_line() {
        let huge = "x".repeat(3 * LONGEST);
        let mut text = format!("{huge}\na\n").into_bytes();
        text.extend(b"\xff\nb");
        assert_eq!(
            records(text),
            ["1 is too long", "2 a", "3 is not valid UTF-8", "4 b"]
        );
    }
}
