//! Recipients: one list address, or the lines of a CSV file, read one by one.
//!
//! The file has a first line with the names of its columns: `address`, and if you like `name`, `language` and any others, which
//! templates can use.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::email::address::Address;
use crate::config::notices::To;

/// Somebody who gets mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recipient {
    #[serde(skip)]
    pub address: Address,
    /// As it is written in messages.
    #[serde(rename = "address")]
    pub shown: String,
    /// Empty where it is not known.
    pub name: String,
    pub language: String,
    /// The other columns by name.
    pub columns: BTreeMap<String, String>,
}

/// A line of the file that names no recipient: its number, and why. It does not repeat the line, which may be somebody's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub line: u64,
    pub why: String,
}

/// Recipients, one after the other.
pub enum Recipients {
    List(Option<Box<Recipient>>),
    File(Box<Lines>),
}

/// A CSV file that is being read.
pub struct Lines {
    path: PathBuf,
    reader: csv::Reader<File>,
    names: Vec<String>,
    address: usize,
    /// Each line is read into it.
    record: csv::StringRecord,
}

impl Recipients {
    /// Opens them.
    ///
    /// # Errors
    ///
    /// The list address is none; the file cannot be read or has no column `address`.
    pub fn open(to: &To) -> Result<Recipients> {
        match to {
            To::List(list) => {
                let address = Address::parse(list).map_err(|why| {
                    anyhow::anyhow!(
                        "`{}`: is no address: {why}; see [notices.email] to",
                        list.escape_debug()
                    )
                })?;
                let recipient = Recipient::of(address, Vec::new().into_iter());
                Ok(Recipients::List(Some(Box::new(recipient))))
            }
            To::File(path) => Ok(Recipients::File(Box::new(Lines::open(path)?))),
        }
    }
}

impl Recipients {
    /// Whether they can have a column of this name.
    pub fn has_column(&self, name: &str) -> bool {
        match self {
            Recipients::List(_) => name == "address",
            Recipients::File(lines) => lines.names.iter().any(|one| one == name),
        }
    }
}

impl Recipient {
    fn of(address: Address, columns: impl Iterator<Item = (String, String)>) -> Recipient {
        let mut columns: BTreeMap<String, String> = columns.collect();
        Recipient {
            shown: address.shown().to_owned(),
            address,
            name: columns.remove("name").unwrap_or_default(),
            language: columns.remove("language").unwrap_or_default(),
            columns,
        }
    }

    /// A column by name; `None` where there is none.
    pub fn column(&self, name: &str) -> Option<&str> {
        match name {
            "address" => Some(&self.shown),
            "name" => Some(&self.name),
            "language" => Some(&self.language),
            name => self.columns.get(name).map(String::as_str),
        }
    }
}

impl Lines {
    fn open(path: &Path) -> Result<Lines> {
        let file = File::open(path)
            .with_context(|| format!("`{}`: the recipients cannot be read", path.display()))?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
        let headers = reader
            .headers()
            .with_context(|| format!("`{}`: its first line cannot be read", path.display()))?;
        let name = |name: &str| name.trim_start_matches('\u{feff}').trim().to_lowercase();
        let names: Vec<String> = headers.iter().map(name).collect();
        let Some(address) = names.iter().position(|name| name == "address") else {
            bail!(
                "`{}:1`: expected the names of the columns, `address` among them",
                path.display()
            );
        };
        Ok(Lines {
            path: path.to_owned(),
            reader,
            names,
            address,
            record: csv::StringRecord::new(),
        })
    }

    fn next(&mut self) -> Result<Option<Result<Recipient, Unreadable>>> {
        let line = self.reader.position().line();
        match self.reader.read_record(&mut self.record) {
            Ok(false) => return Ok(None),
            Ok(true) => {}
            Err(e) if e.is_io_error() => {
                return Err(e).with_context(|| format!("`{}:{line}`", self.path.display()));
            }
            Err(_) => {
                let why = "is not valid UTF-8".to_owned();
                return Ok(Some(Err(Unreadable { line, why })));
            }
        }
        Ok(Some(self.recipient().map_err(|why| Unreadable {
            line: line + self.blank_lines(),
            why,
        })))
    }

    /// How many empty lines were passed over before the record: its place is told as where they begin.
    fn blank_lines(&self) -> u64 {
        let count = || -> std::io::Result<u64> {
            let mut file = File::open(&self.path)?;
            let start = self.record.position().map_or(0, csv::Position::byte);
            file.seek(SeekFrom::Start(start))?;
            let mut blank = 0;
            for byte in BufReader::new(file).bytes() {
                match byte? {
                    b'\n' => blank += 1,
                    b'\r' => {}
                    _ => break,
                }
            }
            Ok(blank)
        };
        // A pipe cannot be read again; then the number may be too low.
        count().unwrap_or_default()
    }

    fn recipient(&self) -> Result<Recipient, String> {
        let text = self.record.get(self.address).unwrap_or_default();
        let address = Address::parse(text.trim())?;
        let fields = self.names.iter().cloned().zip(&self.record);
        let columns = fields.map(|(name, field)| (name, field.trim().to_owned()));
        let columns = columns.filter(|(name, _)| name != "address");
        Ok(Recipient::of(address, columns))
    }
}

impl Iterator for Recipients {
    /// An error of reading ends the run; a line that is none does not.
    type Item = Result<Result<Recipient, Unreadable>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Recipients::List(one) => one.take().map(|one| Ok(Ok(*one))),
            Recipients::File(lines) => lines.next().transpose(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: impl AsRef<[u8]>) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, text).unwrap();
        let all = Recipients::open(&To::File(path)).unwrap();
        all.map(|one| match one.unwrap() {
            Ok(one) => format!("{} {} {:?}", one.shown, one.name, one.columns),
            Err(bad) => format!("{} {}", bad.line, bad.why),
        })
        .collect()
    }

    #[test]
    fn columns_are_named_by_the_first_line() {
        let read = read("\u{feff}Name, Address ,plan\nAda,ada@example.org,pro\n,bo@example.org\n");
        assert_eq!(
            read,
            [
                "ada@example.org Ada {\"plan\": \"pro\"}",
                "bo@example.org  {}"
            ]
        );
    }

    #[test]
    fn a_line_that_is_no_address_is_told_by_number_and_the_rest_go_on() {
        let read = read(
            b"address\nada@example.org\n\nnobody\n\xff@example.org\n\"a\r\nb@example.org\"\nbo@example.org\n",
        );
        let starts: Vec<&str> = read
            .iter()
            .map(|one| one.split(' ').next().unwrap())
            .collect();
        assert_eq!(starts, ["ada@example.org", "4", "5", "6", "bo@example.org"]);
        assert!(!read.join(" ").contains("nobody"), "{read:?}");
    }

    #[test]
    fn a_file_without_the_column_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, "ada@example.org\n").unwrap();
        let error = Recipients::open(&To::File(path)).err().unwrap().to_string();
        assert!(error.contains("people.csv:1`"), "{error}");
    }

    #[test]
    fn a_list_is_one_recipient() {
        let list = To::List("all@example.org".to_owned());
        assert_eq!(Recipients::open(&list).unwrap().count(), 1);
        let error = Recipients::open(&To::List("a\r\nb".to_owned()))
            .err()
            .unwrap();
        assert!(error.to_string().contains("is no address"), "{error}");
    }
}
