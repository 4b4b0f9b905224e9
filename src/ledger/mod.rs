//! The ledger `notices.jsonl`: append-only, one JSON object a line, made to be committed.
//!
//! 1. [`entry`] is what a line says, [`chain`] how lines hang together.
//! 2. [`Ledger::read`] holds every line to its hash; a last line that was cut off in the middle is told apart from one that was altered.
//! 3. [`Writer::append`] writes lines and waits until they are on the disk.
//! 4. [`known`] gathers what the lines say.

pub mod chain;
pub mod entry;
pub mod known;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;

use entry::{Entry, Line};

/// The name of the file.
pub const FILE_NAME: &str = "notices.jsonl";

/// The ledger as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    pub path: PathBuf,
    pub lines: Vec<Line>,
    /// Of each line.
    pub hashes: Vec<String>,
    /// How many bytes of a line stand at the end that was cut off while it was written; 0: none.
    pub cut: usize,
    /// Whether the last line lacks only its line break.
    unended: bool,
}

/// A ledger that nobody else can write to.
pub struct Writer {
    pub ledger: Ledger,
    file: File,
    /// How many bytes of the file are whole lines.
    length: u64,
    /// Whether a part of a line that could not be written may stand behind them.
    torn: bool,
}

impl Ledger {
    /// Reads the ledger of the site in `root`; one without lines where there is none.
    ///
    /// # Errors
    ///
    /// It cannot be read, or a line was altered or removed (with its number).
    pub fn read(root: &Path) -> Result<Ledger> {
        let path = root.join(FILE_NAME);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(e) => return Err(e).with_context(|| cannot_be_read(&path)),
        };
        Ledger::of(path, &bytes)
    }

    fn of(path: PathBuf, bytes: &[u8]) -> Result<Ledger> {
        let mut ledger = Ledger {
            path,
            lines: Vec::new(),
            hashes: Vec::new(),
            cut: 0,
            unended: false,
        };
        for piece in bytes.split_inclusive(|&b| b == b'\n') {
            let is_whole = piece.ends_with(b"\n");
            let text = without_end(piece);
            match ledger.line(text) {
                Ok(()) => ledger.unended = !is_whole,
                Err(_) if !is_whole && !chain::is_whole(text) => ledger.cut = piece.len(),
                Err(error) => {
                    let place = format!("`{}:{}`", ledger.path.display(), ledger.lines.len() + 1);
                    return Err(error.context(format!("{place}: {}", remedy(text))));
                }
            }
        }
        Ok(ledger)
    }

    fn line(&mut self, text: &[u8]) -> Result<()> {
        let text = std::str::from_utf8(text).context("this line is not valid UTF-8")?;
        let (line, hash) = chain::read(text, self.lines.len() + 1, self.head())?;
        self.lines.push(line);
        self.hashes.push(hash);
        Ok(())
    }

    /// The hash of the last line.
    pub fn head(&self) -> &str {
        self.hashes.last().map_or(chain::FIRST, String::as_str)
    }

    /// Its random name; `None` where it was not begun.
    pub fn name(&self) -> Option<&str> {
        match &self.lines.first()?.entry {
            Entry::Begun { ledger } => Some(ledger),
            _ => None,
        }
    }

    /// What happened, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.lines.iter().map(|line| &line.entry)
    }
}

const REMEDY: &str =
    "the ledger is not as it was written; bring it back from git, since nothing is sent on it";

/// What remains when git could not join what two branches wrote.
const CONFLICT: &str = "git left the marks of a conflict, since two branches wrote to the ledger; keep the whole ledger of the branch that sent notices last (git checkout --ours or --theirs), and say what the other one announced: policygen notices by-hand";

fn remedy(text: &[u8]) -> &'static str {
    let marks: [&[u8]; 4] = [b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"];
    match marks.iter().any(|mark| text.starts_with(mark)) {
        true => CONFLICT,
        false => REMEDY,
    }
}

/// A line without its break; git may have made it `\r\n`.
fn without_end(piece: &[u8]) -> &[u8] {
    let text = piece.strip_suffix(b"\n").unwrap_or(piece);
    text.strip_suffix(b"\r").unwrap_or(text)
}

fn cannot_be_read(path: &Path) -> String {
    format!("`{}`: cannot be read", path.display())
}

impl Writer {
    /// Opens the ledger of the site in `root` for one writer, and takes away a last line that was cut off.
    ///
    /// # Errors
    ///
    /// As [`Ledger::read`]; or another policygen is writing to it.
    pub fn open(root: &Path) -> Result<Writer> {
        let path = root.join(FILE_NAME);
        let context = || format!("`{}`: cannot be opened for writing", path.display());
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(context)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "`{}`: another policygen is sending notices; wait until it is done",
                path.display()
            ),
            Err(TryLockError::Error(e)) => return Err(e).with_context(context),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .with_context(|| cannot_be_read(&path))?;
        let ledger = Ledger::of(path, &bytes)?;
        let mut writer = Writer {
            ledger,
            file,
            length: 0,
            torn: false,
        };
        writer.mend(bytes.len())?;
        Ok(writer)
    }

    /// Takes away what was cut off at the end of so many bytes; [`Ledger::cut`] still tells of it.
    fn mend(&mut self, length: usize) -> Result<()> {
        let context = || {
            format!(
                "`{}`: its last line cannot be mended",
                self.ledger.path.display()
            )
        };
        let whole = (length - self.ledger.cut) as u64;
        if self.ledger.cut > 0 {
            self.file.set_len(whole).with_context(context)?;
        }
        self.file
            .seek(SeekFrom::Start(whole))
            .with_context(context)?;
        self.length = whole;
        if self.ledger.unended {
            self.file.write_all(b"\n").with_context(context)?;
            self.ledger.unended = false;
            self.length += 1;
        }
        if self.ledger.cut > 0 {
            self.file.sync_all().with_context(context)?;
        }
        Ok(())
    }

    /// Appends lines, and waits until they are on the disk.
    ///
    /// # Errors
    ///
    /// They cannot be written. What was written of them is taken away before anything else is.
    pub fn append(
        &mut self,
        at: Timestamp,
        entries: impl IntoIterator<Item = Entry>,
    ) -> Result<()> {
        let mut text = String::new();
        let mut lines = Vec::new();
        let mut before = self.ledger.head().to_owned();
        for (number, entry) in (self.ledger.lines.len() + 1..).zip(entries) {
            let line = Line {
                line: number,
                at: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                entry,
                before,
            };
            let (written, hash) = chain::written(&line)?;
            text.push_str(&written);
            text.push('\n');
            before = hash.clone();
            lines.push((line, hash));
        }
        if lines.is_empty() {
            return Ok(());
        }
        self.write(text.as_bytes())
            .with_context(|| format!("`{}`: cannot be written", self.ledger.path.display()))?;
        for (line, hash) in lines {
            self.ledger.lines.push(line);
            self.ledger.hashes.push(hash);
        }
        Ok(())
    }
}

impl Writer {
    /// Writes whole lines; behind a part of one that could not be written they would be unreadable.
    fn write(&mut self, lines: &[u8]) -> std::io::Result<()> {
        if self.torn {
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::Start(self.length))?;
        }
        self.torn = true;
        self.file.write_all(lines)?;
        self.file.sync_all()?;
        self.torn = false;
        self.length += lines.len() as u64;
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Closing it would do, but for a process that another thread is just starting, which has the file too until it runs.
        let _ = self.file.unlock();
    }
}

#[cfg(test)]
mod tests;
