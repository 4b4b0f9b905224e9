//! The texts of the history, read and parsed when they are wanted. As many as fit into a fixed room are kept: versions share
//! their blocks, so that a site of usual size is parsed once.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context, Result};

use crate::cache::Findings;
use crate::document::{Memory, Options};
use crate::facts::{self, Facts, Text};
use crate::history::{ObjectId, Reader, Source};
use crate::problems::Problems;

/// So many bytes of source are kept parsed; a tree takes a few times as much as the text that it was parsed from.
const ROOM: usize = 16 * 1024 * 1024;

/// So many texts a thread has at hand: a version, the two before, and the one in force.
const RECENT: usize = 4;

/// So many texts of the working tree are kept: one that was edited is checked, compared and shown right after.
const SNAPSHOTS: usize = 8;

/// Reads texts for any number of threads.
pub struct Library {
    pub reader: Reader,
    options: Options,
    /// Never iterated over.
    kept: RwLock<HashMap<Source, Arc<Text>>>,
    /// How many bytes may still be kept.
    room: AtomicUsize,
    /// Those of the working tree that were read last, the newest first.
    snapshots: RwLock<VecDeque<(Source, Arc<Text>)>>,
    /// What texts of the history say, as far as one was read.
    facts: Findings<ObjectId, Facts>,
}

impl Library {
    /// A library of the texts that `reader` finds; raw HTML is read as `options` say, as it was for the `facts` that are known.
    pub fn new(reader: Reader, options: Options, facts: Findings<ObjectId, Facts>) -> Library {
        Library {
            reader,
            options,
            kept: RwLock::default(),
            room: AtomicUsize::new(ROOM),
            snapshots: RwLock::default(),
            facts,
        }
    }

    /// Whether it reads the same texts in the same way.
    pub fn is_of(&self, reader: &Reader, options: Options) -> bool {
        self.reader == *reader && self.options == options
    }

    /// Keeps what texts say for the next run: of those that are `wanted` still, at least.
    pub fn keep_facts(&self, wanted: impl FnOnce() -> BTreeSet<ObjectId>, problems: &Problems) {
        self.facts.keep(wanted, problems);
    }

    /// What one thread reads with.
    pub fn texts(&self) -> Texts<'_> {
        Texts {
            library: self,
            memory: Memory::new(self.options),
            recent: VecDeque::with_capacity(RECENT),
        }
    }

    /// Drops a text that will hardly be wanted again; whoever does reads it anew.
    pub fn forget(&self, source: &Source) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.remove(source);
    }

    fn kept(&self, source: &Source) -> Option<Arc<Text>> {
        if let Source::Snapshot(_) = source {
            let snapshots = self.snapshots.read();
            let snapshots = snapshots.unwrap_or_else(PoisonError::into_inner);
            let mut known = snapshots.iter().filter(|(known, _)| known == source);
            return known.next().map(|(_, text)| text.clone());
        }
        // A thread that panicked while inserting leaves a whole map behind.
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.get(source).cloned()
    }

    /// Keeps a text if there is room for what it took to parse it, in bytes.
    fn keep(&self, source: &Source, text: &Arc<Text>, cost: usize) {
        if let Source::Snapshot(_) = source {
            let snapshots = self.snapshots.write();
            let mut snapshots = snapshots.unwrap_or_else(PoisonError::into_inner);
            snapshots.truncate(SNAPSHOTS - 1);
            snapshots.push_front((source.clone(), text.clone()));
            return;
        }
        let take = |room: usize| room.checked_sub(cost);
        if self
            .room
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .is_ok()
        {
            let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
            kept.insert(source.clone(), text.clone());
        }
    }
}

/// Reads texts for one thread, and remembers what they have in common.
pub struct Texts<'a> {
    library: &'a Library,
    memory: Memory,
    /// The newest first.
    recent: VecDeque<(Source, Arc<Text>)>,
}

impl Texts<'_> {
    /// The bytes of a source.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn bytes(&self, source: &Source) -> Result<Vec<u8>> {
        self.library.reader.read(source)
    }

    /// The text of a source.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn text(&mut self, source: &Source) -> Result<Arc<Text>> {
        if let Some(at) = self.recent.iter().position(|(known, _)| known == source) {
            let recent = self.recent.remove(at).context("a text was lost")?;
            self.recent.push_front(recent.clone());
            return Ok(recent.1);
        }
        let text = match self.library.kept(source) {
            Some(text) => text,
            None => self.first(source)?.1,
        };
        self.recent.truncate(RECENT - 1);
        self.recent.push_front((source.clone(), text.clone()));
        Ok(text)
    }

    /// What a source says; a text that was not read before is kept if there is room.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn facts(&mut self, source: &Source) -> Result<Arc<Facts>> {
        // A file may say something else the next time.
        let Source::Blob(id) = source else {
            return self.found(source);
        };
        if let Some(known) = self.library.facts.get(id) {
            return Ok(known);
        }
        let found = self.found(source)?;
        self.library.facts.add(*id, found.clone());
        Ok(found)
    }

    fn found(&mut self, source: &Source) -> Result<Arc<Facts>> {
        let (bytes, text) = self.first(source)?;
        Ok(Arc::new(facts::facts(&bytes, &text)))
    }

    /// The text of a source that nobody has asked for yet, with its bytes; it is kept if there is room.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    fn first(&mut self, source: &Source) -> Result<(Vec<u8>, Arc<Text>)> {
        let bytes = self.bytes(source)?;
        let before = self.memory.parsed();
        let text = Arc::new(facts::read(&bytes, &mut self.memory));
        self.library
            .keep(source, &text, self.memory.parsed() - before);
        Ok((bytes, text))
    }
}
