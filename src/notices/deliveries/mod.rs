//! Deliveries: one record for each recipient and notice, in a database in the state folder, outside of git.
//!
//! ```text
//!            fsync, 64 at once          no fsync              no fsync
//! (nothing) ──────────────────► intent ─────────► handing ─────────────► accepted | failed | deferred
//!                                  │                 │ process or connection died
//!                                  │ machine died    ▼
//!                                  └────────────► uncertain
//! ```
//!
//! An intent is on the disk before its message is handed over, so nobody who may have been mailed is unknown. Later steps need
//! no fsync: they survive a process that is killed, and if the machine dies with them, the intent is still there, and uncertain.
//!
//! Addresses stand in it as HMACs under a key that lies beside it, and can be forgotten. What a notice came to is hashed from
//! leaves that stay when an address is forgotten.

mod key;
pub mod place;

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest as _, Sha256};

use crate::hash::hex;
use key::Key;

/// At most so many intents are written at once.
pub const GROUP: usize = 64;

/// So often a message is tried that is refused for now; then it has failed.
const MOST_ATTEMPTS: i64 = 10;

/// An answer is kept up to so many characters.
const ANSWER: usize = 200;

const DATABASE: &str = "deliveries.sqlite";
const LOCK: &str = "lock";

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It is about to be handed over.
    Intent = 0,
    /// It may have been handed over.
    Handing = 1,
    /// The server took it.
    Accepted = 2,
    /// The server refused it for good.
    Failed = 3,
    /// Nobody knows whether the server took it.
    Uncertain = 4,
    /// It was not handed over, and is to be tried again.
    Deferred = 5,
}

/// Whether a message is to be handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    Send,
    /// It stood in this run before.
    Duplicate,
    /// It was accepted, or refused for good.
    Done,
    /// Nobody knows whether it was accepted.
    Uncertain,
    /// It is to somebody who was not meant by the notice.
    Stranger,
}

/// Whom a run is for, besides those whose messages are to be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meant {
    /// Those of whom the record says nothing; not where the notice was finished once.
    pub strangers: bool,
    /// Those of whom nobody knows whether they were told.
    pub uncertain: bool,
}

/// Messages of a notice, by where they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    pub accepted: u64,
    pub failed: u64,
    pub uncertain: u64,
    pub deferred: u64,
}

/// The records of deliveries, held by one sender.
pub struct Deliveries {
    folder: PathBuf,
    database: Connection,
    key: Key,
    /// Tells this run from those before it.
    run: i64,
    /// Locked for as long as it is open.
    lock: File,
}

impl Deliveries {
    /// Opens the records in this folder, and makes them where there are none.
    ///
    /// # Errors
    ///
    /// The folder cannot be written to, or another policygen has it.
    pub fn open(folder: &Path) -> Result<Deliveries> {
        let context = || format!("`{}`: the state folder cannot be used", folder.display());
        key::make_folder(folder).with_context(context)?;
        let lock = lock(folder).with_context(context)?;
        let key = Key::load(folder, Deliveries::are_in(folder)).with_context(context)?;
        let database = Connection::open(folder.join(DATABASE)).with_context(context)?;
        database.execute_batch(SCHEMA).with_context(context)?;
        check_key(&database, &key).with_context(context)?;
        let run = database
            .query_row(
                "select coalesce(max(run), 0) + 1 from delivery",
                [],
                |row| row.get(0),
            )
            .with_context(context)?;
        Ok(Deliveries {
            folder: folder.to_owned(),
            database,
            key,
            run,
            lock,
        })
    }

    /// Whether there are records in this folder.
    pub fn are_in(folder: &Path) -> bool {
        folder.join(DATABASE).is_file()
    }

    fn context(&self) -> String {
        let path = self.folder.join(DATABASE);
        format!(
            "`{}`: the record of deliveries cannot be used",
            path.display()
        )
    }

    /// Whether a notice was begun here.
    ///
    /// # Errors
    ///
    /// The records cannot be read.
    pub fn has(&self, notice: &str) -> Result<bool> {
        let sql = "select 1 from notice where name = ?1";
        let mut found = self
            .database
            .prepare_cached(sql)
            .with_context(|| self.context())?;
        found.exists([notice]).with_context(|| self.context())
    }

    /// Begins a notice, on the disk; one that was begun already is made ready to go on: what died in the middle is uncertain.
    ///
    /// # Errors
    ///
    /// The records cannot be written.
    pub fn begin(&mut self, notice: &str) -> Result<()> {
        let boot = key::boot();
        self.durable(true)?;
        let mut write = || -> rusqlite::Result<()> {
            let all = self.database.transaction()?;
            all.execute("insert or ignore into notice (name) values (?1)", [notice])?;
            // An intent without more was not handed over, unless the machine died and took the later steps with it.
            all.execute(
                "update delivery set stage = case when stage = 0 and boot = ?2 and boot <> '' then 5 else 4 end
                 where notice = ?1 and stage in (0, 1)",
                params![notice, boot],
            )?;
            all.commit()
        };
        write().with_context(|| self.context())
    }

    /// Records that messages to these addresses are about to be handed over, on the disk, and tells which are.
    ///
    /// # Errors
    ///
    /// The records cannot be written; then nothing may be handed over.
    pub fn intend(
        &mut self,
        notice: &str,
        addresses: &[String],
        meant: Meant,
    ) -> Result<Vec<Intent>> {
        self.durable(true)?;
        let who: Vec<[u8; 32]> = addresses.iter().map(|a| self.key.of(a)).collect();
        let (run, boot) = (self.run, key::boot());
        let mut write = || -> rusqlite::Result<Vec<Intent>> {
            let all = self.database.transaction()?;
            let mut intents = Vec::with_capacity(who.len());
            for who in &who {
                let intent = judged(&all, notice, who, run, meant)?;
                if intent == Intent::Send {
                    all.prepare_cached(INTEND)?
                        .execute(params![notice, who, run, boot])?;
                }
                intents.push(intent);
            }
            all.commit()?;
            Ok(intents)
        };
        write().with_context(|| self.context())
    }

    /// Records where a message stands now. An answer is kept without what names the recipient.
    ///
    /// # Errors
    ///
    /// The records cannot be written.
    pub fn record(&self, notice: &str, address: &str, stage: Stage, answer: &str) -> Result<()> {
        self.durable(false)?;
        let who = self.key.of(address);
        let answer = without_names(answer, address);
        let leaf = self.key.leaf(notice, &who, stage as i64, &answer);
        let sql =
            "update delivery set stage = ?3, leaf = ?4, answer = ?5 where notice = ?1 and who = ?2";
        let write = || -> rusqlite::Result<usize> {
            let values = params![notice, who, stage as i64, leaf, answer];
            self.database.prepare_cached(sql)?.execute(values)
        };
        let changed = write().with_context(|| self.context())?;
        if changed != 1 {
            bail!(
                "{}: a message that was intended is not in it",
                self.context()
            );
        }
        Ok(())
    }

    /// Records that the server refused a message for now: it is to be tried again, unless that happened too often.
    ///
    /// # Errors
    ///
    /// The records cannot be written.
    pub fn put_off(&self, notice: &str, address: &str, answer: &str) -> Result<()> {
        self.durable(false)?;
        let sql = "update delivery set attempts = attempts + 1 where notice = ?1 and who = ?2 returning attempts";
        let count = || -> rusqlite::Result<i64> {
            let mut counted = self.database.prepare_cached(sql)?;
            counted.query_row(params![notice, self.key.of(address)], |row| row.get(0))
        };
        let stage = match count().with_context(|| self.context())? {
            attempts if attempts >= MOST_ATTEMPTS => Stage::Failed,
            _ => Stage::Deferred,
        };
        self.record(notice, address, stage, answer)
    }

    /// Records as failed what was to be tried again for those whom this run did not come to, though it came to all recipients: they
    /// were taken out of them, or forgotten. Gives how many they are.
    ///
    /// # Errors
    ///
    /// The records cannot be written.
    pub fn give_up(&mut self, notice: &str) -> Result<usize> {
        self.durable(true)?;
        let (key, run) = (&self.key, self.run);
        let mut write = || -> rusqlite::Result<usize> {
            let all = self.database.transaction()?;
            let left = left(&all, notice, run)?;
            let sql = "update delivery set stage = 3, leaf = ?3, answer = ?4 where notice = ?1 and who = ?2";
            for who in &left {
                let leaf = key.leaf(notice, who, Stage::Failed as i64, LEFT);
                all.prepare_cached(sql)?
                    .execute(params![notice, who, leaf, LEFT])?;
            }
            all.commit()?;
            Ok(left.len())
        };
        write().with_context(|| self.context())
    }

    /// How the messages of a notice stand.
    ///
    /// # Errors
    ///
    /// The records cannot be read.
    pub fn counts(&self, notice: &str) -> Result<Counts> {
        let read = || -> rusqlite::Result<Counts> {
            let sql = "select stage, count(*) from delivery where notice = ?1 group by stage";
            let mut found = self.database.prepare_cached(sql)?;
            let mut rows = found.query([notice])?;
            let mut counts = Counts::default();
            while let Some(row) = rows.next()? {
                let count: u64 = row.get::<_, i64>(1)?.unsigned_abs();
                match row.get::<_, i64>(0)? {
                    2 => counts.accepted += count,
                    3 => counts.failed += count,
                    5 => counts.deferred += count,
                    _ => counts.uncertain += count,
                }
            }
            Ok(counts)
        };
        read().with_context(|| self.context())
    }

    /// The hash of all that is recorded of a notice; it stays the same when an address is forgotten.
    ///
    /// # Errors
    ///
    /// The records cannot be read.
    pub fn hash(&self, notice: &str) -> Result<String> {
        let read = || -> rusqlite::Result<String> {
            let sql =
                "select leaf from delivery where notice = ?1 and leaf is not null order by leaf";
            let mut found = self.database.prepare_cached(sql)?;
            let mut rows = found.query([notice])?;
            let mut hash = Sha256::new();
            while let Some(row) = rows.next()? {
                hash.update(row.get_ref(0)?.as_blob()?);
            }
            Ok(hex(&hash.finalize()))
        };
        read().with_context(|| self.context())
    }

    /// Whether somebody was told, or may have been, by one of these notices.
    ///
    /// # Errors
    ///
    /// The records cannot be read.
    pub fn reached(&self, notices: &[String], address: &str) -> Result<bool> {
        let who = self.key.of(address);
        for notice in notices {
            let sql = "select stage from delivery where notice = ?1 and who = ?2";
            let mut found = self
                .database
                .prepare_cached(sql)
                .with_context(|| self.context())?;
            let stage: Option<i64> = found
                .query_row(params![notice, who], |row| row.get(0))
                .optional()
                .with_context(|| self.context())?;
            if matches!(stage, Some(2 | 4)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Forgets an address; gives in how many records it stood. What was delivered is still counted.
    ///
    /// # Errors
    ///
    /// The records cannot be written.
    pub fn forget(&mut self, address: &str) -> Result<usize> {
        self.durable(true)?;
        let who = self.key.of(address);
        let sql = "update delivery set who = randomblob(32) where who = ?1";
        self.database
            .execute(sql, [who])
            .with_context(|| self.context())
    }

    /// The hash of the ledger's last line when it was last written with this folder; `None` where it never was.
    ///
    /// # Errors
    ///
    /// The records cannot be read.
    pub fn ledger(&self) -> Result<Option<String>> {
        let sql = "select value from about where name = 'ledger'";
        self.database
            .query_row(sql, [], |row| row.get(0))
            .optional()
            .with_context(|| self.context())
    }

    /// Remembers the hash of the ledger's last line.
    ///
    /// # Errors
    ///
    /// The records cannot be written.
    pub fn set_ledger(&self, head: &str) -> Result<()> {
        self.durable(true)?;
        let sql = "insert or replace into about (name, value) values ('ledger', ?1)";
        self.database
            .execute(sql, [head])
            .with_context(|| self.context())?;
        Ok(())
    }

    /// Keeps a copy of the ledger beside the records: what was sent may never have been committed.
    ///
    /// # Errors
    ///
    /// It cannot be copied.
    pub fn keep(&self, ledger: &Path) -> Result<()> {
        let (new, copy) = (self.folder.join("ledger.new"), self.copy());
        std::fs::copy(ledger, &new)
            .and_then(|_| std::fs::rename(&new, &copy))
            .with_context(|| format!("`{}`: cannot be written", copy.display()))
    }

    /// The path of that copy.
    pub fn copy(&self) -> PathBuf {
        self.folder.join(crate::ledger::FILE_NAME)
    }

    /// Whether what is written next is on the disk before it is done.
    fn durable(&self, durable: bool) -> Result<()> {
        let level = if durable { "full" } else { "normal" };
        self.database
            .pragma_update(None, "synchronous", level)
            .with_context(|| self.context())
    }
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        // As for the ledger.
        let _ = self.lock.unlock();
    }
}

const SCHEMA: &str = "
    pragma journal_mode = wal;
    pragma busy_timeout = 5000;
    create table if not exists about (name text primary key, value text not null) without rowid;
    create table if not exists notice (name text primary key) without rowid;
    create table if not exists delivery (
        notice text not null,
        who blob not null,
        stage integer not null,
        attempts integer not null,
        run integer not null,
        boot text not null,
        answer text,
        leaf blob,
        primary key (notice, who)
    ) without rowid;
";

const INTEND: &str = "
    insert into delivery (notice, who, stage, attempts, run, boot) values (?1, ?2, 0, 0, ?3, ?4)
    on conflict do update set stage = 0, run = ?3, boot = ?4, leaf = null";

fn judged(
    all: &Connection,
    notice: &str,
    who: &[u8; 32],
    run: i64,
    meant: Meant,
) -> rusqlite::Result<Intent> {
    let sql = "select stage, run from delivery where notice = ?1 and who = ?2";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    let found = all
        .prepare_cached(sql)?
        .query_row(params![notice, who], read)
        .optional()?;
    Ok(match found {
        None if !meant.strangers => Intent::Stranger,
        None => Intent::Send,
        Some((_, of)) if of == run => Intent::Duplicate,
        Some((5, _)) => Intent::Send,
        Some((2 | 3, _)) => Intent::Done,
        Some(_) if meant.uncertain => Intent::Send,
        Some(_) => Intent::Uncertain,
    })
}

/// What is recorded of those who are not among the recipients any more.
const LEFT: &str = "not among the recipients any more";

/// Those whose messages were to be tried again before this run, and were not tried in it.
fn left(all: &Connection, notice: &str, run: i64) -> rusqlite::Result<Vec<Vec<u8>>> {
    let sql = "select who from delivery where notice = ?1 and stage = 5 and run <> ?2";
    let mut found = all.prepare_cached(sql)?;
    let rows = found.query_map(params![notice, run], |row| row.get(0))?;
    rows.collect()
}

/// Under another key everybody would be a stranger, and mailed again.
fn check_key(database: &Connection, key: &Key) -> Result<()> {
    let sql = "select value from about where name = 'key'";
    let known: Option<String> = database.query_row(sql, [], |row| row.get(0)).optional()?;
    let now = hex(&key.mark());
    match known {
        None => {
            let sql = "insert into about (name, value) values ('key', ?1)";
            database.execute(sql, [now])?;
        }
        Some(known) if known != now => {
            bail!("its `key` is not the one of its records; bring the right one back from a backup")
        }
        Some(_) => {}
    }
    Ok(())
}

/// An answer in one line, without words that name the recipient.
pub(super) fn without_names(answer: &str, address: &str) -> String {
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
    let names = |word: &str| {
        let word = word.to_lowercase();
        word.contains('@') || word.contains(&local.to_lowercase()) && local.len() > 1
    };
    let kept = answer
        .split_whitespace()
        .map(|word| if names(word) { "…" } else { word });
    let kept: Vec<&str> = kept.collect();
    let kept = kept.join(" ");
    kept.chars()
        .filter(|c| !c.is_control())
        .take(ANSWER)
        .collect()
}

fn lock(folder: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    let file = options
        .write(true)
        .create(true)
        .truncate(false)
        .open(folder.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another policygen is sending notices with it; wait until it is done")
        }
        Err(TryLockError::Error(e)) => Err(e.into()),
    }
}

#[cfg(test)]
mod tests;
