//! The git repository, read only: the one place that knows git2.

mod working;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, Result, anyhow, bail};
use git2::{ErrorClass, ErrorCode, ObjectType, Oid, RepositoryOpenFlags};
use sha2::Digest as _;

use super::{Commit, ObjectId, Source, Trailers};
use crate::dates::Moment;

/// The mode bits of a tree's entries.
pub(super) const TREE: u32 = 0o040_000;

/// A git repository, opened for reading.
pub struct Repository {
    git: git2::Repository,
    path: PathBuf,
}

/// An entry of a tree that is not a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub path: String,
    pub mode: u32,
    pub id: ObjectId,
}

/// An entry that differs between two trees; `None` where the path is not there.
#[derive(Debug)]
pub(super) struct Difference {
    pub old: Option<Entry>,
    pub new: Option<Entry>,
}

impl Difference {
    /// The path that differs.
    fn path(&self) -> &str {
        let entry = self.old.as_ref().or(self.new.as_ref());
        entry.map_or("", |entry| &entry.path)
    }
}

impl Repository {
    /// Opens the repository that `folder` is in: a clone, a worktree, a bare repository or a folder below one.
    ///
    /// `None` where there is no repository.
    ///
    /// # Errors
    ///
    /// A shallow clone, a repository that belongs to someone else, and whatever libgit2 cannot read; each with its remedy.
    pub fn discover(folder: &Path) -> Result<Option<Repository>> {
        // zlib's checksum still tells a damaged object; SHA-1 of every text would cost more than reading it.
        git2::opts::strict_hash_verification(false);
        let none: [&std::ffi::OsStr; 0] = [];
        let git = match git2::Repository::open_ext(folder, RepositoryOpenFlags::empty(), none) {
            Ok(git) => git,
            Err(e) if e.code() == ErrorCode::NotFound => return Ok(None),
            Err(e) => return Err(open_error(folder, &e)),
        };
        let path = git.path().to_path_buf();
        let repository = Repository { git, path };
        repository.refuse_shallow()?;
        Ok(Some(repository))
    }

    /// The working tree's root, canonical; `None` for a bare repository.
    pub fn workdir(&self) -> Option<PathBuf> {
        self.git
            .workdir()
            .map(|dir| dir.canonicalize().unwrap_or_else(|_| dir.to_path_buf()))
    }

    /// The folder in which git keeps its data.
    pub fn git_folder(&self) -> &Path {
        &self.path
    }

    /// The folder of what all working trees of the repository have in common: refs and objects.
    pub fn common_folder(&self) -> &Path {
        self.git.commondir()
    }

    /// Where `folder` stands in the repository: its path from the root with a `/` behind it, empty for the root.
    ///
    /// # Errors
    ///
    /// `folder` is outside of the repository.
    pub fn prefix_of(&self, root: &Path, folder: &Path) -> Result<String> {
        let root = root
            .canonicalize()
            .with_context(|| format!("`{}`: cannot be read", root.display()))?;
        let base = self.workdir().unwrap_or_else(|| root.clone());
        let absolute = plain(&root.join(folder));
        let relative = absolute.strip_prefix(&base).map_err(|_| {
            anyhow!(
                "`{}` is outside of the repository `{}`; name a folder inside of it with --content",
                absolute.display(),
                base.display()
            )
        })?;
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        Ok(parts.iter().map(|part| format!("{part}/")).collect())
    }

    /// Whether this ref is the branch that is checked out, and nothing was committed to it yet.
    pub fn is_unborn(&self, name: &str) -> bool {
        let is_unborn = || match self.git.head() {
            Ok(_) => false,
            Err(error) => error.code() == ErrorCode::UnbornBranch,
        };
        name == "HEAD" && is_unborn()
    }

    /// The commit that a ref names.
    ///
    /// # Errors
    ///
    /// The ref does not exist, or names no commit.
    pub fn resolve(&self, name: &str) -> Result<ObjectId> {
        let found = self
            .git
            .revparse_single(name)
            .and_then(|object| object.peel_to_commit());
        match found {
            Ok(commit) => Ok(object_id(commit.id())),
            Err(e) => Err(anyhow!(
                "`{}`: `{name}` names no commit ({}); set `ref` in [history] to a branch, a tag or a commit",
                self.path.display(),
                e.message()
            )),
        }
    }

    /// The first-parent chain that ends in `tip`, oldest first.
    pub(super) fn first_parents(&self, tip: ObjectId) -> Result<Vec<Oid>> {
        let mut chain = Vec::new();
        let mut next = Some(oid(tip)?);
        while let Some(id) = next {
            chain.push(id);
            let commit = self.commit(id)?;
            next = (commit.parent_count() > 0)
                .then(|| commit.parent_id(0))
                .transpose()?;
        }
        chain.reverse();
        Ok(chain)
    }

    /// What a commit is to us; `by_author` takes the author's date.
    pub(super) fn read_commit(&self, id: Oid, position: usize, by_author: bool) -> Result<Commit> {
        let commit = self.commit(id)?;
        let time = if by_author {
            commit.author().when()
        } else {
            commit.time()
        };
        Ok(Commit {
            id: object_id(id),
            position,
            date: Moment {
                seconds: time.seconds(),
                offset_minutes: time.offset_minutes(),
            },
            trailers: trailers(&String::from_utf8_lossy(commit.message_bytes())),
        })
    }

    /// The tree of a commit below `prefix`; `None` where there is no folder of that path.
    pub(super) fn tree_at(&self, commit: Oid, prefix: &str) -> Result<Option<git2::Tree<'_>>> {
        let id = self.commit(commit)?.tree_id();
        let mut tree = self.tree(id)?;
        for part in prefix.split_terminator('/') {
            let entry = tree
                .get_name_bytes(part.as_bytes())
                .filter(|entry| is_tree(entry))
                .map(|entry| entry.id());
            match entry {
                Some(id) => tree = self.tree(id)?,
                None => return Ok(None),
            }
        }
        Ok(Some(tree))
    }

    /// Whether a commit has a folder at this path.
    pub fn has_folder(&self, commit: ObjectId, prefix: &str) -> Result<bool> {
        Ok(self.tree_at(oid(commit)?, prefix)?.is_some())
    }

    /// Every entry that differs between two trees, in the order of the paths.
    pub(super) fn compare(
        &self,
        old: Option<&git2::Tree<'_>>,
        new: Option<&git2::Tree<'_>>,
        prefix: &str,
    ) -> Result<Vec<Difference>> {
        let mut found = Vec::new();
        // Folders wait on a stack of ours: how deep they nest is up to who wrote the commit.
        let mut waiting = vec![(old.cloned(), new.cloned(), prefix.to_string())];
        while let Some((old, new, prefix)) = waiting.pop() {
            if old.as_ref().map(git2::Tree::id) == new.as_ref().map(git2::Tree::id) {
                continue;
            }
            for (name, [before, after]) in side_by_side(old.as_ref(), new.as_ref()) {
                let path = format!("{prefix}{name}");
                let file =
                    |entry: Option<Raw>| entry.filter(|e| e.mode != TREE).map(|e| e.named(&path));
                let (old, new) = (file(before), file(after));
                if old.is_some() || new.is_some() {
                    found.push(Difference { old, new });
                }
                let (old, new) = (self.subtree(before)?, self.subtree(after)?);
                if old.is_some() || new.is_some() {
                    waiting.push((old, new, format!("{path}/")));
                }
            }
        }
        found.sort_by(|a, b| a.path().cmp(b.path()));
        Ok(found)
    }

    fn subtree(&self, entry: Option<Raw>) -> Result<Option<git2::Tree<'_>>> {
        entry
            .filter(|entry| entry.mode == TREE)
            .map(|entry| self.tree(entry.id))
            .transpose()
    }

    /// The bytes of a blob.
    pub(super) fn blob(&self, id: ObjectId) -> Result<Vec<u8>> {
        let odb = self.git.odb()?;
        let object = odb.read(oid(id)?).map_err(|e| {
            anyhow!(
                "object {id} cannot be read ({}); `git fsck` says what is missing, `git fetch --refetch` brings it back",
                e.message()
            )
        })?;
        if object.kind() != ObjectType::Blob {
            bail!("object {id} is no blob");
        }
        Ok(object.data().to_vec())
    }

    /// The regular file at `path` in a commit; `None` where there is none.
    fn file_at(&self, commit: ObjectId, path: &str) -> Result<Option<ObjectId>> {
        let tree = self.commit(oid(commit)?)?.tree()?;
        match tree.get_path(Path::new(path)) {
            Ok(entry) if is_regular(entry.filemode().cast_unsigned()) => {
                Ok(Some(object_id(entry.id())))
            }
            Ok(_) => Ok(None),
            Err(e) if e.code() == ErrorCode::NotFound => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    fn commit(&self, id: Oid) -> Result<git2::Commit<'_>> {
        self.git.find_commit(id).map_err(|e| {
            anyhow!(
                "commit {id} cannot be read ({}); `git fsck` says what is missing",
                e.message()
            )
        })
    }

    fn tree(&self, id: Oid) -> Result<git2::Tree<'_>> {
        self.git.find_tree(id).map_err(|e| {
            anyhow!(
                "tree {id} cannot be read ({}); `git fsck` says what is missing",
                e.message()
            )
        })
    }

    /// A shallow clone would date every policy by the commit at its boundary.
    fn refuse_shallow(&self) -> Result<()> {
        let marked = self.git.commondir().join("shallow");
        if self.git.is_shallow() || std::fs::metadata(marked).is_ok_and(|file| file.len() > 0) {
            bail!(
                "`{}`: is a shallow clone, which lacks the history; run `git fetch --unshallow` \
                 (in GitHub Actions: `fetch-depth: 0` for actions/checkout)",
                self.path.display()
            );
        }
        Ok(())
    }
}

/// Reads texts and files from any thread: each has a repository of its own, since one cannot be shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    path: Option<PathBuf>,
}

thread_local! {
    /// The repository that this thread opened last, by the path of its git folder.
    static OPENED: RefCell<Option<(PathBuf, Rc<Repository>)>> = const { RefCell::new(None) };
}

impl Reader {
    /// A reader of this repository's objects.
    pub fn of(repository: &Repository) -> Reader {
        Reader {
            path: Some(repository.path.clone()),
        }
    }

    /// A reader of plain files, for a folder without git.
    pub fn of_files() -> Reader {
        Reader { path: None }
    }

    /// The bytes of a revision's text.
    ///
    /// # Errors
    ///
    /// The object or the file cannot be read.
    pub fn read(&self, source: &Source) -> Result<Vec<u8>> {
        match source {
            Source::Blob(id) => self.repository()?.blob(*id),
            Source::File(path) => {
                std::fs::read(path).with_context(|| format!("`{}`: cannot be read", path.display()))
            }
            Source::Snapshot(snapshot) => Ok(snapshot.bytes.clone()),
        }
    }

    /// The regular file at this path of the repository in a commit; `None` where there is none.
    ///
    /// # Errors
    ///
    /// The commit or one of its trees cannot be read.
    pub fn file_at(&self, commit: ObjectId, path: &str) -> Result<Option<ObjectId>> {
        self.repository()?.file_at(commit, path)
    }

    /// The regular file at this path of a folder without git or of the working tree, found from a text in it: the hash of its
    /// bytes, and the file.
    /// `None` where there is none, or a symbolic link leads to it.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn plain_file(
        &self,
        text: &Source,
        text_path: &str,
        path: &str,
    ) -> Result<Option<(String, Source)>> {
        let text = match text {
            Source::File(text) => text,
            Source::Snapshot(snapshot) => &snapshot.file,
            Source::Blob(_) => return Ok(None),
        };
        let mut file = text
            .ancestors()
            .nth(text_path.split('/').count())
            .unwrap_or(text)
            .to_path_buf();
        for part in path.split('/') {
            file.push(part);
            if !std::fs::symlink_metadata(&file)
                .is_ok_and(|found| found.is_dir() || found.is_file())
            {
                return Ok(None);
            }
        }
        if !file.is_file() {
            return Ok(None);
        }
        let source = Source::File(file);
        let hash = sha2::Sha256::digest(self.read(&source)?);
        Ok(Some((crate::hash::hex(&hash[..20]), source)))
    }

    fn repository(&self) -> Result<Rc<Repository>> {
        let path = self.path.as_ref().context("there is no repository")?;
        OPENED.with_borrow_mut(|opened| match opened {
            Some((known, repository)) if known == path => Ok(repository.clone()),
            _ => {
                let git = git2::Repository::open(path).map_err(|e| open_error(path, &e))?;
                let repository = Rc::new(Repository {
                    git,
                    path: path.clone(),
                });
                *opened = Some((path.clone(), repository.clone()));
                Ok(repository)
            }
        })
    }
}

/// An entry of one tree, without its name.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Raw {
    mode: u32,
    id: Oid,
}

impl Raw {
    fn named(self, path: &str) -> Entry {
        Entry {
            path: path.to_string(),
            mode: self.mode,
            id: object_id(self.id),
        }
    }
}

/// The entries of two trees by name; a folder's name sorts as if a `/` stood behind it, so that the paths come in order.
fn side_by_side(
    old: Option<&git2::Tree<'_>>,
    new: Option<&git2::Tree<'_>>,
) -> Vec<(String, [Option<Raw>; 2])> {
    let mut by_key: BTreeMap<(Vec<u8>, bool), [Option<Raw>; 2]> = BTreeMap::new();
    for (side, tree) in [old, new].into_iter().enumerate() {
        for entry in tree.iter().flat_map(|tree| tree.iter()) {
            let raw = Raw {
                mode: entry.filemode().cast_unsigned(),
                id: entry.id(),
            };
            let mut key = entry.name_bytes().to_vec();
            if raw.mode == TREE {
                key.push(b'/');
            }
            by_key.entry((key, raw.mode == TREE)).or_default()[side] = Some(raw);
        }
    }
    let named = by_key.into_iter().filter(|(_, [old, new])| old != new);
    named.map(|((key, _), raw)| (name_of(&key), raw)).collect()
}

/// A name as text. Bytes that are no UTF-8 are written as `%FF`, so that two names never become one.
fn name_of(key: &[u8]) -> String {
    let name = key.strip_suffix(b"/").unwrap_or(key);
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("%{byte:02X}")));
    }
    text
}

pub(super) fn is_regular(mode: u32) -> bool {
    mode & 0o170_000 == 0o100_000
}

fn is_tree(entry: &git2::TreeEntry<'_>) -> bool {
    entry.kind() == Some(ObjectType::Tree)
}

fn object_id(id: Oid) -> ObjectId {
    let mut bytes = [0; 20];
    bytes.copy_from_slice(&id.as_bytes()[..20]);
    ObjectId(bytes)
}

fn oid(id: ObjectId) -> Result<Oid> {
    Ok(Oid::from_bytes(&id.0)?)
}

/// The path without `.` and `..`, by its words alone: nothing is looked up, so that no link is followed.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

fn open_error(path: &Path, error: &git2::Error) -> anyhow::Error {
    let path = path.display();
    let message = error.message();
    if error.code() == ErrorCode::Owner {
        return anyhow!(
            "`{path}`: the repository belongs to another user; if you trust it, run \
             `git config --global --add safe.directory {path}`"
        );
    }
    if error.class() == ErrorClass::Repository && message.contains("extension") {
        return anyhow!("`{path}`: {message}; a repository in this format cannot be read");
    }
    anyhow!("`{path}`: cannot be opened as a git repository: {message}")
}

/// The trailers of a commit message: lines `Key: value` of its last paragraph (git-interpret-trailers).
fn trailers(message: &str) -> Trailers {
    let mut trailers = Trailers::default();
    let text = message.trim_end();
    let last = text
        .rsplit("\n\n")
        .next()
        .filter(|last| last.len() < text.len());
    for line in last.unwrap_or_default().lines() {
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let value = Some(value.trim().to_string()).filter(|value| !value.is_empty());
        match key.trim().to_ascii_lowercase().as_str() {
            "version-summary" => trailers.summary = value,
            "version-change" => trailers.change = value,
            "effective" => trailers.effective = value,
            _ => {}
        }
    }
    trailers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailers_stand_in_the_last_paragraph() {
        let found = trailers(
            "Subject\n\nEffective: no\n\nVersion-Summary: We say more.\neffective: 2024-05-01\n",
        );
        assert_eq!(found.summary.as_deref(), Some("We say more."));
        assert_eq!(found.effective.as_deref(), Some("2024-05-01"));
        assert_eq!(found.change, None);
        assert_eq!(trailers("Effective: 2024-05-01"), Trailers::default());
    }

    #[test]
    fn paths_are_made_plain_without_looking_them_up() {
        assert_eq!(plain(Path::new("/a/./b/../c/.")), Path::new("/a/c"));
    }
}
