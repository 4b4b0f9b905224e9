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

use crate::facts::hex;
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
        let key = Key::load(folder).with_context(context)?;
        let database = Connection::open(folder.join(DATABASE)).with_context(context)?;
        database.execute_batch(SCHEMA).with_context(context)?;
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
        also_uncertain: bool,
    ) -> Result<Vec<Intent>> {
        self.durable(true)?;
        let who: Vec<[u8; 32]> = addresses.iter().map(|a| self.key.of(a)).collect();
        let (run, boot) = (self.run, key::boot());
        let mut write = || -> rusqlite::Result<Vec<Intent>> {
            let all = self.database.transaction()?;
            let mut intents = Vec::with_capacity(who.len());
            for who in &who {
                let intent = judged(&all, notice, who, run, also_uncertain)?;
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
        let sql = "update delivery set leaf = ?4, answer = ?5,
                   stage = case when ?3 = 5 and attempts >= ?6 then 3 else ?3 end
                   where notice = ?1 and who = ?2";
        let write = || -> rusqlite::Result<usize> {
            let values = params![notice, who, stage as i64, leaf, answer, MOST_ATTEMPTS];
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
    insert into delivery (notice, who, stage, attempts, run, boot) values (?1, ?2, 0, 1, ?3, ?4)
    on conflict do update set stage = 0, attempts = attempts + 1, run = ?3, boot = ?4, leaf = null";

fn judged(
    all: &Connection,
    notice: &str,
    who: &[u8; 32],
    run: i64,
    also_uncertain: bool,
) -> rusqlite::Result<Intent> {
    let sql = "select stage, run from delivery where notice = ?1 and who = ?2";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    let found = all
        .prepare_cached(sql)?
        .query_row(params![notice, who], read)
        .optional()?;
    Ok(match found {
        None => Intent::Send,
        Some((_, of)) if of == run => Intent::Duplicate,
        Some((5, _)) => Intent::Send,
        Some((2 | 3, _)) => Intent::Done,
        Some(_) if also_uncertain => Intent::Send,
        Some(_) => Intent::Uncertain,
    })
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
