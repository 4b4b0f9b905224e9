//! The policies of a site, gathered from its history: what all commands need, and those that show no page alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use jiff::civil::Date;

use crate::comparisons::Comparisons;
use crate::config::{Config, DateOf, History};
use crate::document::Options;
use crate::history::{self, ObjectId, Published, Reader, Repository, Scope};
use crate::library::Library;
use crate::policies::{self, Gathering, Policies};
use crate::problems::Problems;
use crate::progress::Progress;
use crate::recall::Recall;
use crate::versions::annotations::Annotations;
use crate::words::Words;

/// The policies of a site and what reads their texts: all that is needed where no page is shown.
pub struct Gathered {
    pub config: Arc<Config>,
    pub policies: Arc<Policies>,
    /// As in [`crate::site::Site`].
    pub repository: Vec<PathBuf>,
    pub library: Arc<Library>,
    /// The newest commit of the published history; `None` without git, and before the first commit.
    pub tip: Option<ObjectId>,
    /// As in [`crate::site::Site`].
    pub recall: Recall,
}

/// Where the policies come from.
struct Origin {
    published: Published,
    reader: Reader,
    prefix: String,
    folders: Vec<PathBuf>,
    tip: Option<ObjectId>,
}

impl Gathered {
    /// Reads the history and decides the versions.
    ///
    /// # Errors
    ///
    /// What keeps the history from being read at all, or there is none yet; faults of content go to `problems`.
    pub fn load(
        config: Config,
        today: Date,
        problems: &Problems,
        progress: &Progress,
    ) -> Result<Gathered> {
        let gathered = Gathered::again(Arc::new(config), today, None, problems, progress)?;
        gathered.refuse_unborn()?;
        Ok(gathered)
    }

    /// The same once more, after something changed: what `before` has read of the history is not read again. Before the first
    /// commit there are no policies.
    ///
    /// # Errors
    ///
    /// As [`Gathered::load`].
    pub fn again(
        config: Arc<Config>,
        today: Date,
        before: Option<&Gathered>,
        problems: &Problems,
        progress: &Progress,
    ) -> Result<Gathered> {
        let annotations = Annotations::load(&config.root)?;
        let origin = origin(&config, &annotations, problems, progress)?;
        let recall = Recall::open(&config, &origin.folders, &origin.prefix, problems);
        let library = library(origin.reader, &config, &recall, before);
        let blobs = origin.published.blobs();
        let reading = progress.stage("reading texts", revisions(&origin.published));
        let gathering = Gathering {
            published: origin.published,
            library: &library,
            prefix: origin.prefix,
            versions: config.history.versions,
            annotations: &annotations,
            today,
        };
        let policies = policies::gather(gathering, problems, &|| reading.step());
        library.keep_facts(|| blobs, problems);
        let gathered = Gathered {
            config,
            policies: Arc::new(policies),
            repository: origin.folders,
            library,
            tip: origin.tip,
            recall,
        };
        if gathered.policies.all.is_empty() && !gathered.is_unborn() {
            problems.warning("no policies", "", nothing_found(&gathered.config));
        }
        Ok(gathered)
    }

    /// Whether it is a repository without a commit.
    fn is_unborn(&self) -> bool {
        self.tip.is_none() && !self.repository.is_empty()
    }

    /// # Errors
    ///
    /// Nothing was committed yet, so that nothing is published.
    pub fn refuse_unborn(&self) -> Result<()> {
        match self.is_unborn() {
            true => bail!(
                "`{}`: has no commit yet; commit the policies first",
                self.config.root.display()
            ),
            false => Ok(()),
        }
    }

    /// Tells why there are drafts alone.
    pub fn tell_unborn(&self, problems: &Problems) {
        if self.is_unborn() {
            let message =
                "has no commit yet, so all that is here is a draft; what is committed is published";
            let place = self.config.root.display().to_string();
            problems.warning("repositories without commits", place, message);
        }
    }

    /// What changed in each version of these policies, told in these words; what is known is not found out again.
    pub fn comparisons(
        &self,
        policies: &Policies,
        words: &Words,
        known: Option<&Comparisons>,
    ) -> Comparisons {
        match known.filter(|known| self.recall.is_of(known.published(), words)) {
            Some(known) => known.again(policies),
            None => Comparisons::new(policies, Arc::new(self.recall.comparisons(words))),
        }
    }
}

/// The library of those before, where it reads the same texts in the same way; else another one.
fn library(
    reader: Reader,
    config: &Config,
    recall: &Recall,
    before: Option<&Gathered>,
) -> Arc<Library> {
    let options = options(config);
    let known = before.map(|before| &before.library);
    match known.filter(|known| known.is_of(&reader, options)) {
        Some(known) => known.clone(),
        None => Arc::new(Library::new(reader, options, recall.facts())),
    }
}

fn options(config: &Config) -> Options {
    Options {
        html: config.content.html,
    }
}

fn origin(
    config: &Config,
    annotations: &Annotations,
    problems: &Problems,
    progress: &Progress,
) -> Result<Origin> {
    match Repository::discover(&config.root)? {
        Some(repository) if repository.is_unborn(&config.history.reference) => {
            unborn(config, &repository)
        }
        Some(repository) => versioned(config, annotations, &repository, progress),
        None => {
            let message = "is not in a git repository, so each policy is published as one undated version; `git init` and commit to keep versions";
            problems.warning(
                "folders without git",
                config.root.display().to_string(),
                message,
            );
            unversioned(config)
        }
    }
}

fn versioned(
    config: &Config,
    annotations: &Annotations,
    repository: &Repository,
    progress: &Progress,
) -> Result<Origin> {
    let tip = repository.resolve(&config.history.reference)?;
    let prefix = match &config.content.folder {
        Some(folder) => named_prefix(config, folder, repository, tip)?,
        None => usual_prefix(config, repository, tip)?,
    };
    let output = repository.prefix_of(&config.root, &config.output).ok();
    // A site that is committed beside its sources has Markdown of its own.
    let is_output = |path: &str| {
        output
            .as_deref()
            .is_some_and(|output| !output.is_empty() && path.starts_with(output))
    };
    let walking = progress.stage("reading the history", 0);
    let scope = Scope {
        tip,
        prefix: &prefix,
        is_policy: &|path| config.content.is_policy(path, &prefix) && !is_output(path),
        by_author: by_author(&config.history),
        mends: &annotations.mends,
    };
    let published = history::published(repository, &scope, &|| walking.step())?;
    Ok(Origin {
        published,
        reader: Reader::of(repository),
        prefix,
        folders: folders(repository),
        tip: Some(tip),
    })
}

/// Nothing is published yet; drafts stand where they will be once they are committed.
fn unborn(config: &Config, repository: &Repository) -> Result<Origin> {
    let usual = match config.root.join("content").is_dir() {
        true => "content",
        false => "",
    };
    let folder = config.content.folder.as_deref();
    Ok(Origin {
        published: Published::default(),
        reader: Reader::of(repository),
        prefix: repository.prefix_of(&config.root, folder.unwrap_or(Path::new(usual)))?,
        folders: folders(repository),
        tip: None,
    })
}

/// Its working tree, where it has one, and git's own.
fn folders(repository: &Repository) -> Vec<PathBuf> {
    let own = repository.git_folder().to_path_buf();
    repository.workdir().into_iter().chain([own]).collect()
}

/// `content` where the repository has such a folder, else the root.
fn usual_prefix(config: &Config, repository: &Repository, tip: ObjectId) -> Result<String> {
    let usual = repository.prefix_of(&config.root, Path::new("content"))?;
    match repository.has_folder(tip, &usual)? {
        true => Ok(usual),
        false => repository.prefix_of(&config.root, Path::new("")),
    }
}

/// A content folder that was named must be there: without it every address of the site would be lost.
fn named_prefix(
    config: &Config,
    folder: &Path,
    repository: &Repository,
    tip: ObjectId,
) -> Result<String> {
    let prefix = repository.prefix_of(&config.root, folder)?;
    if !repository.has_folder(tip, &prefix)? {
        bail!(
            "`{}`: `{}` has no such folder; commit it, or name another with --content",
            folder.display(),
            config.history.reference
        );
    }
    Ok(prefix)
}

fn unversioned(config: &Config) -> Result<Origin> {
    let usual = config.root.join("content");
    let folder = match &config.content.folder {
        Some(folder) => config.root.join(folder),
        None if usual.is_dir() => usual,
        None => config.root.clone(),
    };
    let folder = folder
        .canonicalize()
        .with_context(|| format!("`{}`: cannot be read", folder.display()))?;
    let inner = folder.strip_prefix(&config.root).with_context(|| {
        format!(
            "`{}`: is outside of `{}`; name a folder inside of it with --content",
            folder.display(),
            config.root.display()
        )
    })?;
    let prefix: String = inner
        .iter()
        .map(|part| format!("{}/", part.to_string_lossy()))
        .collect();
    let output = config
        .output
        .strip_prefix(&config.root)
        .ok()
        .map(|path| format!("{}/", path.display()));
    let is_output = |path: &str| {
        output
            .as_deref()
            .is_some_and(|output| path.starts_with(output))
    };
    let is_policy = |path: &str| config.content.is_policy(path, &prefix) && !is_output(path);
    Ok(Origin {
        published: history::unversioned(&config.root, &prefix, &is_policy)?,
        reader: Reader::of_files(),
        prefix,
        folders: Vec::new(),
        tip: None,
    })
}

fn by_author(history: &History) -> bool {
    history.date == DateOf::Author
}

fn revisions(published: &Published) -> usize {
    published
        .policies
        .iter()
        .map(|policy| policy.revisions.len())
        .sum()
}

fn nothing_found(config: &Config) -> String {
    format!(
        "no Markdown policy is in the history of `{}` below `{}`; commit one, or name its folder with --content",
        config.history.reference,
        config.root.display()
    )
}
