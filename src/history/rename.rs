//! Which of the files that vanished in a commit live on as which of those that appeared: the
//! renames of `git log -M50% -l0`, pair for pair. libgit2's own detection differs from git's in
//! a few cases, and the identity of a policy must not depend on which of the two one asks.
//!
//! 1. `pair_identical`: equal contents, the same file name preferred.
//! 2. `pair_same_names`: a file name that one vanished and one appeared file bear.
//! 3. `pair_most_alike`: all that is left with all that is left, the best pairs first.
//!
//! How alike two files are is the share of the larger one's bytes that stand in lines of both
//! (`Profile`), wherever in the file these lines stand.
//!
//! Known to differ, on purpose:
//! * whether a text is binary is told by its bytes alone, not by an attribute (`*.md -diff`),
//!   because attributes belong to a working tree, not to a commit. It can matter only where
//!   line ends change as well;
//! * where exactly 205, 3,277 or 52,429 files vanish, git's hash table grows at the last of them,
//!   and git then takes identical files in reverse order in step 1. Here they keep their order;
//! * past `MOST_PAIRS` or `MOST_SHARED_LINES` step 3 is left out ([`Renames::complete`]).

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

/// A file that vanished or appeared in a commit. A path whose kind changed (a file that became
/// a symbolic link) did neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Full path in the repository, as git has it.
    pub path: &'a [u8],
    /// Mode as the tree has it, for example `0o100644`.
    pub mode: u32,
    /// Object id of the contents.
    pub id: [u8; 20],
}

/// The renames of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renames {
    /// Index into the vanished, index into the appeared; in the order of the appeared.
    pub pairs: Vec<(usize, usize)>,
    /// False where so many files changed that step 3 was left out, as git does past its own
    /// limit: then only pairs with equal contents or an unmistakable file name are found.
    pub complete: bool,
}

/// Finds the renames of a commit. The entries may come in any order. `read` gives the contents
/// of an entry; it is asked at most once for each object id, never for symbolic links and
/// submodules, and not at all where object ids settle the matter. Its first error ends the search.
pub fn pair<E>(
    vanished: &[Entry],
    appeared: &[Entry],
    read: &mut dyn FnMut(&Entry) -> Result<Vec<u8>, E>,
) -> Result<Renames, E> {
    let mut profiles = Profiles::new(read);
    let mut search = Search::new(vanished, appeared);
    search.pair_identical();
    search.pair_same_names(&mut profiles)?;
    let complete = search.pair_most_alike(&mut profiles)?;
    search.pairs.sort_unstable_by_key(|&(_, to)| to);
    Ok(Renames {
        pairs: search.pairs,
        complete,
    })
}

/// The score of equal files. Scores are git's sixty-thousandths, to round where git rounds.
const FULL: u64 = 60_000;
/// The score from which a pair is a rename: 50 %.
const LEAST: u64 = 30_000;
/// The score that a pair of step 2 needs: half-way from [`LEAST`] to [`FULL`].
const LEAST_SAME_NAME: u64 = 45_000;
/// Step 1 looks at so many unused files of equal contents for one that has the right name.
const IDENTICAL_LOOKED_AT: usize = 100;
/// Step 3 keeps so many candidates for each appeared file.
const CANDIDATES: usize = 4;
/// Step 3 is left out where it would compare more pairs than this.
const MOST_PAIRS: usize = 50_000_000;
/// Step 3 is given up once its pairs had so many lines in common (some ten seconds of counting).
const MOST_SHARED_LINES: usize = 10_000_000_000;

/// A search under way: what is still unpaired, as indices in the order of the paths.
struct Search<'a> {
    vanished: &'a [Entry<'a>],
    appeared: &'a [Entry<'a>],
    from_left: Vec<usize>,
    to_left: Vec<usize>,
    pairs: Vec<(usize, usize)>,
}

impl<'a> Search<'a> {
    fn new(vanished: &'a [Entry<'a>], appeared: &'a [Entry<'a>]) -> Self {
        Search {
            vanished,
            appeared,
            from_left: in_path_order(vanished),
            to_left: in_path_order(appeared),
            pairs: Vec::new(),
        }
    }

    /// Takes `pairs`, which use no file twice, and strikes their files from what is left.
    fn take(&mut self, pairs: Vec<(usize, usize)>) {
        let mut from_taken = vec![false; self.vanished.len()];
        let mut to_taken = vec![false; self.appeared.len()];
        for &(from, to) in &pairs {
            from_taken[from] = true;
            to_taken[to] = true;
        }
        self.from_left.retain(|&from| !from_taken[from]);
        self.to_left.retain(|&to| !to_taken[to]);
        self.pairs.extend(pairs);
    }

    /// Step 1: each appeared file takes the first unused vanished one of equal contents that
    /// has its file name, else the first.
    fn pair_identical(&mut self) {
        let mut by_contents: HashMap<_, VecDeque<usize>> = HashMap::new();
        for &from in &self.from_left {
            let alike = by_contents.entry(self.vanished[from].contents());
            alike.or_default().push_back(from);
        }
        let mut pairs = Vec::new();
        for &to in &self.to_left {
            let target = &self.appeared[to];
            if let Some(unused) = by_contents.get_mut(&target.contents()) {
                let named = |&from: &usize| self.vanished[from].name() == target.name();
                let place = unused.iter().take(IDENTICAL_LOOKED_AT).position(named);
                pairs.extend(unused.remove(place.unwrap_or(0)).map(|from| (from, to)));
            }
        }
        self.take(pairs);
    }

    /// Step 2: pairs files whose name no other remaining file of their side bears, if they are
    /// at least 75 % alike. (A `README.md` that moved meets only the other `README.md`.)
    fn pair_same_names<E>(&mut self, profiles: &mut Profiles<'_, E>) -> Result<(), E> {
        let targets = unique_names(self.appeared, &self.to_left);
        let mut pairs = Vec::new();
        for (name, from) in unique_names(self.vanished, &self.from_left) {
            let (Some(from), Some(&Some(to))) = (from, targets.get(name)) else {
                continue;
            };
            let (source, target) = (&self.vanished[from], &self.appeared[to]);
            if source.is_regular() && target.is_regular() {
                let (old, new) = (profiles.of(source)?, profiles.of(target)?);
                if old.score(&new) >= LEAST_SAME_NAME {
                    pairs.push((from, to));
                }
            }
        }
        self.take(pairs);
        Ok(())
    }

    /// Step 3: compares all with all and takes the best pairs first. False if that was too much.
    fn pair_most_alike<E>(&mut self, profiles: &mut Profiles<'_, E>) -> Result<bool, E> {
        if self.from_left.is_empty() || self.to_left.is_empty() {
            return Ok(true);
        }
        if self.from_left.len().saturating_mul(self.to_left.len()) > MOST_PAIRS {
            return Ok(false);
        }
        let Some(mut candidates) = self.candidates(profiles)? else {
            return Ok(false);
        };
        // Stable: among equals the order of the appeared files, then that of the slots, decides.
        candidates.sort_by_key(|candidate| Reverse(candidate.rank()));
        let mut from_taken = vec![false; self.vanished.len()];
        let mut to_taken = vec![false; self.appeared.len()];
        let mut pairs = Vec::new();
        for Candidate { from, to, .. } in candidates {
            if !from_taken[from] && !to_taken[to] {
                from_taken[from] = true;
                to_taken[to] = true;
                pairs.push((from, to));
            }
        }
        self.take(pairs);
        Ok(true)
    }

    /// The best candidates of each remaining appeared file that are renames by their score.
    /// None if the files share so many lines that to count them takes too long.
    fn candidates<E>(&self, profiles: &mut Profiles<'_, E>) -> Result<Option<Vec<Candidate>>, E> {
        let mut sources = Sources::new(self.vanished, &self.from_left, profiles)?;
        let mut candidates = Vec::new();
        for &to in &self.to_left {
            let target = &self.appeared[to];
            let scores = sources.scores(target, profiles)?;
            let mut slots = [None; CANDIDATES];
            for (i, &from) in self.from_left.iter().enumerate() {
                let same_name = sources.names[i] == target.name();
                let score = scores[i];
                offer(
                    &mut slots,
                    Candidate {
                        score,
                        same_name,
                        from,
                        to,
                    },
                );
            }
            candidates.extend(slots.into_iter().flatten().filter(|c| c.score >= LEAST));
            if sources.shared_lines > MOST_SHARED_LINES {
                return Ok(None);
            }
        }
        Ok(Some(candidates))
    }
}

impl<'a> Entry<'a> {
    /// The last component of the path.
    fn name(&self) -> &'a [u8] {
        let start = self.path.iter().rposition(|&byte| byte == b'/');
        &self.path[start.map_or(0, |slash| slash + 1)..]
    }

    fn is_regular(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }

    /// What must be equal for two entries to be identical: a symbolic link is none to a file
    /// that holds the link's target, but an executable file is to one that is not.
    fn contents(&self) -> ([u8; 20], u32) {
        (self.id, self.mode & 0o170_000)
    }
}

fn in_path_order(entries: &[Entry]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|&i| entries[i].path);
    order
}

/// The file names among the entries `left`, each with its entry, or None if several bear it.
fn unique_names<'a>(entries: &[Entry<'a>], left: &[usize]) -> BTreeMap<&'a [u8], Option<usize>> {
    let mut names = BTreeMap::new();
    for &i in left {
        let bearer = names.entry(entries[i].name()).or_insert(Some(i));
        if *bearer != Some(i) {
            *bearer = None;
        }
    }
    names
}

/// A pair that step 3 may take.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    score: u64,
    same_name: bool,
    from: usize,
    to: usize,
}

impl Candidate {
    fn rank(&self) -> (u64, bool) {
        (self.score, self.same_name)
    }
}

/// Puts `candidate` in place of the first of the worst, if it is better. Of equal candidates
/// the one in the earlier slot wins in the end, which need not be the one offered earlier: so
/// even hopeless ones must be offered, for they decide which slot the good ones get.
fn offer(slots: &mut [Option<Candidate>; CANDIDATES], candidate: Candidate) {
    let rank = |slot: &Option<Candidate>| slot.as_ref().map(Candidate::rank);
    if let Some(worst) = slots.iter_mut().min_by_key(|slot| rank(slot))
        && rank(worst) < Some(candidate.rank())
    {
        *worst = Some(candidate);
    }
}

/// The remaining vanished files, indexed by what they hold, so that an appeared file meets
/// only those that share a line with it.
struct Sources<'a> {
    names: Vec<&'a [u8]>,
    /// None: not a regular file, never similar to anything.
    sizes: Vec<Option<u64>>,
    /// For each hash of a chunk, who has how many bytes of it.
    holders: HashMap<u32, Vec<(u32, u32)>>,
    /// How many lines the targets had in common with each of the sources, all told.
    shared_lines: usize,
}

impl<'a> Sources<'a> {
    fn new<E>(
        vanished: &[Entry<'a>],
        left: &[usize],
        profiles: &mut Profiles<'_, E>,
    ) -> Result<Self, E> {
        let mut sources = Sources {
            names: left.iter().map(|&from| vanished[from].name()).collect(),
            sizes: vec![None; left.len()],
            holders: HashMap::new(),
            shared_lines: 0,
        };
        for (place, &from) in (0u32..).zip(left) {
            if vanished[from].is_regular() {
                let profile = profiles.of(&vanished[from])?;
                sources.sizes[place as usize] = Some(profile.size);
                for &(hash, bytes) in &profile.chunks {
                    sources
                        .holders
                        .entry(hash)
                        .or_default()
                        .push((place, bytes));
                }
            }
        }
        Ok(sources)
    }

    /// How alike `target` is to each source.
    fn scores<E>(&mut self, target: &Entry, profiles: &mut Profiles<'_, E>) -> Result<Vec<u64>, E> {
        let mut common = vec![0; self.sizes.len()];
        if !target.is_regular() {
            return Ok(common);
        }
        let profile = profiles.of(target)?;
        for (hash, bytes) in &profile.chunks {
            let holders = self.holders.get(hash).map_or(&[][..], Vec::as_slice);
            self.shared_lines += holders.len();
            for (place, held) in holders {
                common[*place as usize] += u64::from(*bytes.min(held));
            }
        }
        for (common, size) in common.iter_mut().zip(&self.sizes) {
            *common = size.map_or(0, |size| score(size, profile.size, *common));
        }
        Ok(common)
    }
}

/// The profiles made so far, by object id.
struct Profiles<'r, E> {
    read: &'r mut dyn FnMut(&Entry) -> Result<Vec<u8>, E>,
    known: HashMap<[u8; 20], Rc<Profile>>,
}

impl<'r, E> Profiles<'r, E> {
    fn new(read: &'r mut dyn FnMut(&Entry) -> Result<Vec<u8>, E>) -> Self {
        let known = HashMap::new();
        Profiles { read, known }
    }

    fn of(&mut self, entry: &Entry) -> Result<Rc<Profile>, E> {
        if let Some(profile) = self.known.get(&entry.id) {
            return Ok(Rc::clone(profile));
        }
        let profile = Rc::new(Profile::of(&(self.read)(entry)?));
        self.known.insert(entry.id, Rc::clone(&profile));
        Ok(profile)
    }
}

/// What is remembered of a text: its size, and how many bytes stand in chunks of which hash,
/// in the order of the hashes. A chunk is a line with its line end, or 64 bytes of a longer one.
struct Profile {
    size: u64,
    chunks: Vec<(u32, u32)>,
}

impl Profile {
    fn of(text: &[u8]) -> Self {
        let is_binary = text[..text.len().min(8000)].contains(&0);
        let mut bytes_by_hash = HashMap::new();
        let mut chunk = Chunk::default();
        for (i, &byte) in text.iter().enumerate() {
            if !is_binary && byte == b'\r' && text.get(i + 1) == Some(&b'\n') {
                continue;
            }
            chunk.push(byte);
            if chunk.bytes == 64 || byte == b'\n' {
                *bytes_by_hash.entry(chunk.hash()).or_insert(0) += chunk.bytes;
                chunk = Chunk::default();
            }
        }
        if chunk.bytes > 0 {
            *bytes_by_hash.entry(chunk.hash()).or_insert(0) += chunk.bytes;
        }
        let mut chunks: Vec<_> = bytes_by_hash.into_iter().collect();
        chunks.sort_unstable();
        let size = text.len() as u64;
        Profile { size, chunks }
    }

    /// How alike two texts are, of [`FULL`].
    fn score(&self, other: &Profile) -> u64 {
        let mut common = 0;
        let mut others = other.chunks.iter().peekable();
        for (hash, bytes) in &self.chunks {
            while others.next_if(|(theirs, _)| theirs < hash).is_some() {}
            if let Some((_, held)) = others.next_if(|(theirs, _)| theirs == hash) {
                common += u64::from(*bytes.min(held));
            }
        }
        score(self.size, other.size, common)
    }
}

/// The score of two files of these sizes with so many bytes in common. It is 0 where the sizes
/// alone show that it is no rename, and for empty files, which only step 1 can pair.
fn score(size: u64, other: u64, common: u64) -> u64 {
    let (small, large) = (size.min(other), size.max(other));
    if large == 0 || large * (FULL - LEAST) < (large - small) * FULL {
        return 0;
    }
    common * FULL / large
}

/// A chunk that is being read, as two numbers that take in one byte after the other. Hashes
/// collide now and then; to agree with git, ours must collide where its do.
#[derive(Default)]
struct Chunk {
    low: u32,
    high: u32,
    bytes: u32,
}

impl Chunk {
    fn push(&mut self, byte: u8) {
        let low = (self.low << 7) ^ (self.high >> 25);
        self.high = (self.high << 7) ^ (self.low >> 25);
        self.low = low.wrapping_add(u32::from(byte));
        self.bytes += 1;
    }

    fn hash(&self) -> u32 {
        self.low.wrapping_add(self.high.wrapping_mul(0x61)) % 107_927
    }
}

#[cfg(test)]
mod tests;
