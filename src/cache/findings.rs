//! What was found out of many things of one kind, in this run and in earlier ones: a map in memory over an entry of the cache.
//!
//! 1. What earlier runs found out is read when somebody asks for the first time.
//! 2. What is found out meanwhile is known to every thread at once.
//! 3. [`Findings::keep`] writes all of it for the next run, where something was added.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Cache, Name};
use crate::problems::Problems;

/// What was found out, by what it was found out of: a key must name everything that the value depends on.
#[derive(Debug)]
pub struct Findings<K, V> {
    cache: Cache,
    name: Name,
    /// Empty until somebody asks. Never iterated over but in the order of its keys.
    known: OnceLock<RwLock<HashMap<K, Arc<V>>>>,
    /// Whether there is more than was read or written.
    has_grown: AtomicBool,
}

impl<K, V> Findings<K, V>
where
    K: Copy + Ord + Hash + Serialize + DeserializeOwned,
    V: Serialize + DeserializeOwned,
{
    /// Those that the cache keeps under a name; of a cache that keeps nothing, those of this run.
    pub fn new(cache: Cache, name: Name) -> Findings<K, V> {
        Findings {
            cache,
            name,
            known: OnceLock::new(),
            has_grown: AtomicBool::new(false),
        }
    }

    /// Whether they have this name.
    pub fn are(&self, name: &Name) -> bool {
        self.name == *name
    }

    /// What was found out of a thing.
    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        let known = self.known().read();
        // A thread that panicked while inserting leaves a whole map behind, here and below.
        let known = known.unwrap_or_else(PoisonError::into_inner);
        known.get(key).cloned()
    }

    /// Adds what was found out of a thing.
    pub fn add(&self, key: K, found: Arc<V>) {
        let known = self.known().write();
        known
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, found);
        self.has_grown.store(true, Ordering::Relaxed);
    }

    /// Keeps all for the next run. What is not `wanted` (another branch may want it) is kept too, as long as it is not the most.
    pub fn keep(&self, wanted: impl FnOnce() -> BTreeSet<K>, problems: &Problems) {
        if !self.cache.is_open() || !self.has_grown.swap(false, Ordering::Relaxed) {
            return;
        }
        let wanted = wanted();
        let known = self.known().read();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        let wants_all = known.len() <= 2 * wanted.len();
        let mut all: Vec<(K, &V)> = known
            .iter()
            .filter(|(key, _)| wants_all || wanted.contains(key))
            .map(|(key, found)| (*key, &**found))
            .collect();
        all.sort_unstable_by_key(|(key, _)| *key);
        self.cache.write(&self.name, &all, problems);
    }

    fn known(&self) -> &RwLock<HashMap<K, Arc<V>>> {
        self.known.get_or_init(|| {
            let kept: Option<Vec<(K, V)>> = self.cache.read(&self.name);
            let kept = kept.unwrap_or_default().into_iter();
            RwLock::new(kept.map(|(key, found)| (key, Arc::new(found))).collect())
        })
    }
}
