//! A site, ready to be rendered: configuration, policies, plan and theme.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use jiff::civil::Date;

use crate::check;
use crate::comparisons::Comparisons;
use crate::config::Config;
use crate::gathered::Gathered;
use crate::ledger::known::State;
use crate::ledger::{FILE_NAME, Ledger};
use crate::library::Library;
use crate::links::{Files, Links};
use crate::plan::{self, Plan, Planning};
use crate::policies::{Policies, Policy};
use crate::problems::Problems;
use crate::progress::Progress;
use crate::recall::Recall;
use crate::render::Renderer;
use crate::theme::Theme;
use crate::working::WorkingTree;

/// Everything that pages are rendered from.
pub struct Site {
    pub config: Arc<Config>,
    pub policies: Arc<Policies>,
    pub plan: Plan,
    pub theme: Arc<Theme>,
    /// The folders of the repository: its working tree and git's own; none without git.
    pub repository: Vec<PathBuf>,
    pub library: Arc<Library>,
    /// What changed in each version, as far as somebody asked.
    pub comparisons: Comparisons,
    /// What earlier runs found out.
    pub recall: Recall,
}

/// What a site is made of, beside what the history says: all of it may change while that stays.
pub struct Parts<'a> {
    /// Those of the history, with drafts or without.
    pub policies: Arc<Policies>,
    pub theme: Arc<Theme>,
    /// The files that published texts show or link to.
    pub files: &'a Files,
    /// What the ledger of notices says.
    pub ledger: &'a State,
}

impl Site {
    /// Reads the history, decides the versions, plans the routes and checks the newest texts. With `drafts`, what the working
    /// tree says stands behind the versions that are published.
    ///
    /// # Errors
    ///
    /// What keeps the site from being planned at all; faults of content go to `problems`.
    pub fn load(
        config: Config,
        today: Date,
        drafts: bool,
        problems: &Problems,
        progress: &Progress,
    ) -> Result<Site> {
        let gathered = Gathered::again(Arc::new(config), today, None, problems, progress)?;
        let policies = match drafts {
            true => {
                gathered.tell_unborn(problems);
                WorkingTree::default().policies(&gathered, problems)?
            }
            false => {
                gathered.refuse_unborn()?;
                gathered.policies.clone()
            }
        };
        let parts = Parts {
            theme: Arc::new(theme(&gathered.config, problems)?),
            files: &plan::published_files(&gathered.policies, &gathered.library.reader)?,
            ledger: &ledger(&gathered.config, problems),
            policies,
        };
        let site = Site::of(&gathered, parts, None, problems)?;
        site.check(&|_| true, problems)?;
        Ok(site)
    }

    /// A site of these parts. What `before` knows of comparisons is taken over.
    ///
    /// # Errors
    ///
    /// The trees in which files of drafts are looked up cannot be read.
    pub fn of(
        gathered: &Gathered,
        parts: Parts<'_>,
        before: Option<&Site>,
        problems: &Problems,
    ) -> Result<Site> {
        let config = &gathered.config;
        let planning = Planning {
            policies: &parts.policies,
            reader: &gathered.library.reader,
            theme: &parts.theme,
            absolute: config.site.base_url.is_some(),
            editorial: config.feeds.editorial,
            files: parts.files,
            ledger: parts.ledger,
        };
        let plan = plan::plan(&planning, problems)?;
        Ok(Site {
            comparisons: gathered.comparisons(
                &parts.policies,
                parts.theme.words(),
                before.map(|before| &before.comparisons),
            ),
            config: config.clone(),
            policies: parts.policies,
            plan,
            theme: parts.theme,
            repository: gathered.repository.clone(),
            library: gathered.library.clone(),
            recall: gathered.recall.clone(),
        })
    }

    /// Checks the newest texts of the policies that are asked for: their links must lead somewhere.
    ///
    /// # Errors
    ///
    /// A text cannot be read any more.
    pub fn check(&self, asked: &dyn Fn(&Policy) -> bool, problems: &Problems) -> Result<()> {
        let content = &self.config.content;
        check::newest(self.links(), &self.library, content, asked, problems)
    }

    /// What resolves the links of its texts.
    pub fn links(&self) -> Links<'_> {
        Links {
            policies: &self.policies,
            files: &self.plan.files,
            aliases: &self.plan.aliases,
            asked: None,
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
            asked: None,
        }
    }
}

/// The theme that a configuration names.
///
/// # Errors
///
/// As [`Theme::load`].
pub fn theme(config: &Config, problems: &Problems) -> Result<Theme> {
    let mut theme = Theme::load(&config.root, &config.site.theme, problems)?;
    if !config.site.remember_visits {
        theme.leave_out_visits();
    }
    Ok(theme)
}

/// Whether a site has templates or a theme of its own.
pub fn has_own_templates(config: &Config) -> bool {
    ["templates", "themes"]
        .iter()
        .any(|name| config.root.join(name).is_dir())
}

/// What the ledger of notices says; nothing where it cannot be trusted, which is told: a text is to be published all the same.
pub fn ledger(config: &Config, problems: &Problems) -> State {
    match Ledger::read(&config.root) {
        Ok(ledger) => State::of(&ledger),
        Err(error) => {
            let message = format!("{error:#}; no page says when versions were announced");
            problems.warning("ledgers that cannot be trusted", FILE_NAME, message);
            State::default()
        }
    }
}
