//! Recipients: one list address, or the lines of a CSV file, read one by one.
//!
//! The file has a first line with the names of its columns: `address`, and if you like `name`, `language` and any others, which
//! templates can use.

mod table;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde::Serialize;

use crate::address::Address;
use crate::config::notices::To;
use table::Table;

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
    table: Table<BufReader<File>>,
    names: Vec<String>,
    address: usize,
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
                    anyhow!(
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
        let mut table = Table::new(BufReader::new(file));
        let context = || format!("`{}`: its first line cannot be read", path.display());
        let first = table.record().with_context(context)?;
        let first = first.map_or(Ok(Vec::new()), |first| first.fields);
        let first = first
            .map_err(|why| anyhow!("it {why}"))
            .with_context(context)?;
        let names: Vec<String> = first.iter().map(|name| column(name)).collect();
        let Some(address) = names.iter().position(|name| name == "address") else {
            bail!(
                "`{}:1`: expected the names of the columns, `address` among them",
                path.display()
            );
        };
        Ok(Lines {
            path: path.to_owned(),
            table,
            names,
            address,
        })
    }

    fn next(&mut self) -> Result<Option<Result<Recipient, Unreadable>>> {
        let record = self
            .table
            .record()
            .with_context(|| format!("`{}`: cannot be read further", self.path.display()))?;
        let Some(record) = record else {
            return Ok(None);
        };
        let recipient = record.fields.and_then(|fields| self.recipient(&fields));
        let line = record.line;
        Ok(Some(recipient.map_err(|why| Unreadable { line, why })))
    }

    fn recipient(&self, fields: &[String]) -> Result<Recipient, String> {
        let text = fields.get(self.address).map_or("", String::as_str);
        let address = Address::parse(text.trim())?;
        let fields = self.names.iter().cloned().zip(fields);
        let columns = fields.map(|(name, field)| (name, field.trim().to_owned()));
        let columns = columns.filter(|(name, _)| name != "address");
        Ok(Recipient::of(address, columns))
    }
}

/// The name of a column. What some programs begin a file with (a byte order mark) may hide its quotation marks.
fn column(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}').trim();
    text.trim_matches('"').trim().to_lowercase()
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
    fn a_quotation_mark_that_is_not_closed_swallows_nobody() {
        let read =
            read("address,name\nada@example.org,\"Ada\nbo@example.org,\"Bo\"\ncy@example.org,\n");
        assert_eq!(
            read,
            [
                "2 has a quotation mark that is not closed",
                "bo@example.org Bo {}",
                "cy@example.org  {}"
            ]
        );
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
