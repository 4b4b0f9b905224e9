//! A site, ready to be rendered: configuration, policies, plan and theme.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use jiff::civil::Date;

use crate::check;
use crate::comparisons::Comparisons;
use crate::config::{Config, DateOf, History};
use crate::document::Options;
use crate::history::{self, ObjectId, Published, Reader, Repository, Scope};
use crate::library::Library;
use crate::links::Links;
use crate::plan::{self, Plan, Planning};
use crate::policies::{self, Gathering, Policies};
use crate::problems::Problems;
use crate::progress::Progress;
use crate::render::Renderer;
use crate::theme::Theme;
use crate::versions::annotations::Annotations;

/// Everything that pages are rendered from.
pub struct Site {
    pub config: Config,
    pub policies: Policies,
    pub plan: Plan,
    pub theme: Theme,
    /// The folders of the repository: its working tree and git's own; none without git.
    pub repository: Vec<PathBuf>,
    pub library: Library,
    /// What changed in each version, as far as somebody asked.
    pub comparisons: Comparisons,
}

/// The policies of a site and what reads their texts: all that is needed where no page is shown.
pub struct Gathered {
    pub config: Config,
    pub policies: Policies,
    /// As in [`Site`].
    pub repository: Vec<PathBuf>,
    pub library: Library,
}

/// Where the policies come from.
struct Origin {
    published: Published,
    reader: Reader,
    prefix: String,
    folders: Vec<PathBuf>,
}

impl Gathered {
    /// Reads the history and decides the versions.
    ///
    /// # Errors
    ///
    /// What keeps the history from being read at all; faults of content go to `problems`.
    pub fn load(
        config: Config,
        today: Date,
        problems: &Problems,
        progress: &Progress,
    ) -> Result<Gathered> {
        let annotations = Annotations::load(&config.root)?;
        let origin = origin(&config, &annotations, problems, progress)?;
        let library = Library::new(origin.reader, options(&config));
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
        if policies.all.is_empty() {
            problems.warning("no policies", "", nothing_found(&config));
        }
        Ok(Gathered {
            config,
            policies,
            repository: origin.folders,
            library,
        })
    }
}

impl Site {
    /// Reads the history, decides the versions, plans the routes and checks the newest texts.
    ///
    /// # Errors
    ///
    /// What keeps the site from being planned at all; faults of content go to `problems`.
    pub fn load(
        config: Config,
        today: Date,
        problems: &Problems,
        progress: &Progress,
    ) -> Result<Site> {
        let Gathered {
            config,
            policies,
            repository,
            library,
        } = Gathered::load(config, today, problems, progress)?;
        let mut theme = Theme::load(&config.root, &config.site.theme, problems)?;
        if !config.site.remember_visits {
            theme.leave_out_visits();
        }
        let planning = Planning {
            policies: &policies,
            reader: &library.reader,
            theme: &theme,
            absolute: config.site.base_url.is_some(),
            editorial: config.feeds.editorial,
        };
        let plan = plan::plan(&planning, problems)?;
        let site = Site {
            comparisons: Comparisons::new(&policies),
            config,
            policies,
            plan,
            theme,
            repository,
            library,
        };
        check::newest(site.links(), &site.library, &site.config.content, problems)?;
        Ok(site)
    }

    /// What resolves the links of its texts.
    pub fn links(&self) -> Links<'_> {
        Links {
            policies: &self.policies,
            files: &self.plan.files,
            aliases: &self.plan.aliases,
        }
    }

    /// What renders its routes; faults of older texts go to `problems`.
    pub fn renderer<'a>(&'a self, problems: &'a Problems) -> Renderer<'a> {
        Renderer {
            site: &self.config.site,
            content: &self.config.content,
            policies: &self.policies,
            plan: &self.plan,
            theme: &self.theme,
            comparisons: &self.comparisons,
            problems,
        }
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
