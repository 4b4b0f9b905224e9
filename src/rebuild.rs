//! A site, again and again, with the least work.
//!
//! | what changed | what is done again |
//! | --- | --- |
//! | a file of the content folder | that file is read, and the draft of its policy decided |
//! | a commit, a branch, `versions.toml`, the day | the history is walked; texts that were read before are not read again |
//! | templates, a theme | those are loaded |
//! | `policygen.toml` | everything is; texts only where they are read otherwise |
//!
//! What fails is tried again at the next change, whatever that is. [`Rebuilder::rebuild`] gives a new site only where it is
//! right, so that whoever shows one keeps the last that was.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use jiff::civil::Date;

use crate::config::Config;
use crate::gathered::Gathered;
use crate::history::Repository;
use crate::ledger::known::State;
use crate::links::Files;
use crate::plan;
use crate::policies::{Policies, Policy};
use crate::problems::{Problem, Problems, Severity};
use crate::progress::Progress;
use crate::site::{self, Parts, Site};
use crate::theme::Theme;
use crate::trial;
use crate::watch::{Changed, Places};
use crate::working::WorkingTree;

/// Reads the configuration, and the day for which the site is built.
pub type Read = Box<dyn Fn() -> Result<(Config, Date)> + Send>;

/// What a site is rebuilt from.
pub struct Rebuilder {
    read: Read,
    drafts: bool,
    /// The folder of the configuration, as far as that can be read.
    root: PathBuf,
    past: Option<Past>,
    theme: Option<Arc<Theme>>,
    tree: WorkingTree,
    /// The last one that was right, else the last.
    site: Option<Arc<Site>>,
    /// What changed and was not taken in yet.
    pending: Changed,
}

/// What the history says.
struct Past {
    gathered: Gathered,
    day: Date,
    files: Files,
    /// What the ledger of notices says.
    ledger: State,
    /// What is wrong with it.
    problems: Vec<Problem>,
    /// The policies whose links were checked.
    checked: BTreeSet<String>,
}

/// What came of a change.
pub struct Rebuilt {
    /// `None`: the site stays as it is, since nothing else is shown or something is wrong.
    pub site: Option<Arc<Site>>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl Rebuilder {
    /// Nothing is built yet. `root` is where the configuration should be; with `drafts`, what the working tree says is shown.
    pub fn new(root: PathBuf, drafts: bool, read: Read) -> Rebuilder {
        let mut pending = Changed::default();
        pending.note_all();
        Rebuilder {
            read,
            drafts,
            root: root.canonicalize().unwrap_or(root),
            past: None,
            theme: None,
            tree: WorkingTree::default(),
            site: None,
            pending,
        }
    }

    /// Takes in what changed.
    ///
    /// # Errors
    ///
    /// What keeps the site from being built at all, like a wrong configuration.
    pub fn rebuild(&mut self, changed: Changed, progress: &Progress) -> Result<Rebuilt> {
        self.pending.join(changed);
        let problems = Problems::default();
        self.renew_past(progress)?;
        self.renew_theme()?;
        let Some(past) = &mut self.past else {
            anyhow::bail!("there is no history to build from");
        };
        let Some(theme) = &self.theme else {
            anyhow::bail!("there is no theme to build with");
        };
        let policies = match self.drafts {
            true => {
                past.gathered.tell_unborn(&problems);
                self.tree.policies(&past.gathered, &problems)?
            }
            false => {
                past.gathered.refuse_unborn()?;
                past.gathered.policies.clone()
            }
        };
        let parts = Parts {
            policies,
            theme: theme.clone(),
            files: &past.files,
            ledger: &past.ledger,
        };
        let site = Site::of(&past.gathered, parts, self.site.as_deref(), &problems)?;
        let is_tried = self
            .site
            .as_ref()
            .is_some_and(|shown| Arc::ptr_eq(&shown.theme, theme));
        if !is_tried && site::has_own_templates(&past.gathered.config) {
            trial::try_templates(&site)?;
        }
        let is_right = problems.errors() == 0;
        past.check(&site, &problems)?;
        let told = past.told(&site.policies, problems);
        self.pending = Changed::default();
        let is_new = self.site.as_ref().is_none_or(|shown| differs(shown, &site));
        let takes = self.site.is_none() || (is_new && is_right);
        let site = takes.then(|| Arc::new(site));
        if let Some(site) = &site {
            self.site = Some(site.clone());
        }
        Ok(Rebuilt {
            site,
            problems: told,
        })
    }

    /// The last site that was right, else the last; `None`: none could be built.
    pub fn site(&self) -> Option<&Arc<Site>> {
        self.site.as_ref()
    }

    /// Whether the day is another one than when the site was built.
    pub fn is_another_day(&self) -> bool {
        let today = (self.read)().map(|(_, today)| today);
        let past = self.past.as_ref().map(|past| past.day);
        past.is_some_and(|day| today.is_ok_and(|today| today != day))
    }

    /// Keeps for the next run what was found out since the last time; gives what went wrong.
    pub fn keep(&self) -> Vec<Problem> {
        let problems = Problems::default();
        if let Some(site) = &self.site {
            site.comparisons.keep(&site.policies, &problems);
        }
        problems.sorted()
    }

    /// What changed, in a few words; `None` where nothing is known of it.
    pub fn told(&self, changed: &Changed) -> Option<String> {
        let mut paths = changed.paths.iter().map(|path| {
            let inner = path.strip_prefix(&self.root).unwrap_or(path);
            match inner.as_os_str().is_empty() {
                true => path.display().to_string(),
                false => inner.display().to_string(),
            }
        });
        let first = paths.next()?;
        Some(match paths.count() {
            0 => first,
            1 => format!("{first} and one more"),
            more => format!("{first} and {more} more"),
        })
    }

    /// The places at which something may change.
    pub fn places(&self) -> Places {
        // A repository that cannot be opened is told by whoever reads its history.
        let repository = Repository::discover(&self.root).ok().flatten();
        let base = repository.as_ref().and_then(Repository::workdir);
        let base = base.unwrap_or_else(|| self.root.clone());
        let (content, output) = match &self.past {
            Some(past) => (
                base.join(&past.gathered.policies.prefix),
                past.gathered.config.output.clone(),
            ),
            None => (self.root.clone(), self.root.join("public")),
        };
        Places::new(self.root.clone(), content, output, repository)
    }

    fn renew_past(&mut self, progress: &Progress) -> Result<()> {
        let pending = &self.pending;
        let is_due = match &self.past {
            None => true,
            Some(past) => {
                pending.configuration
                    || pending.annotations
                    || (pending.content && past.gathered.tip.is_none())
                    || (pending.history && past.has_grown())
            }
        };
        if !is_due {
            return Ok(());
        }
        let (config, day) = (self.read)()?;
        let before = self.past.as_ref().map(|past| &past.gathered);
        let config = match before {
            Some(before) if !pending.configuration => before.config.clone(),
            _ => Arc::new(config),
        };
        self.past = Some(Past::read(config, day, before, progress)?);
        Ok(())
    }

    fn renew_theme(&mut self) -> Result<()> {
        let is_due = self.pending.theme || self.pending.configuration || self.theme.is_none();
        let Some(past) = self.past.as_mut().filter(|_| is_due) else {
            return Ok(());
        };
        let problems = Problems::default();
        self.theme = Some(Arc::new(site::theme(&past.gathered.config, &problems)?));
        past.problems.extend(problems.sorted());
        Ok(())
    }
}

impl Past {
    fn read(
        config: Arc<Config>,
        day: Date,
        before: Option<&Gathered>,
        progress: &Progress,
    ) -> Result<Past> {
        let problems = Problems::default();
        let gathered = Gathered::again(config, day, before, &problems, progress)?;
        Ok(Past {
            day,
            files: plan::published_files(&gathered.policies, &gathered.library.reader)?,
            ledger: site::ledger(&gathered.config, &problems),
            problems: problems.sorted(),
            checked: BTreeSet::new(),
            gathered,
        })
    }

    /// Whether the history ends in another commit than when it was read.
    fn has_grown(&self) -> bool {
        let config = &self.gathered.config;
        let tip = || -> Result<_> {
            let repository = Repository::discover(&config.root)?;
            repository
                .map(|repository| repository.resolve(&config.history.reference))
                .transpose()
        };
        tip().map_or(true, |tip| tip != self.gathered.tip)
    }

    /// Checks the links of drafts, and once those of each published text.
    fn check(&mut self, site: &Site, problems: &Problems) -> Result<()> {
        let has_draft = |policy: &Policy| policy.draft().is_some();
        site.check(&has_draft, problems)?;
        let published = Problems::default();
        let is_new = |policy: &Policy| !has_draft(policy) && !self.checked.contains(&policy.uid);
        site.check(&is_new, &published)?;
        let all = site.policies.all.iter();
        let checked = all.filter(|policy| !has_draft(policy));
        self.checked
            .extend(checked.map(|policy| policy.uid.clone()));
        self.problems.extend(published.sorted());
        Ok(())
    }

    /// All that is wrong. What is wrong with a published text that has a draft can be mended there, so that it weighs less.
    fn told(&self, policies: &Policies, problems: Problems) -> Vec<Problem> {
        let all = policies.all.iter();
        let drafted: BTreeSet<&str> = all
            .filter(|policy| policy.draft().is_some())
            .map(|policy| &*policy.path)
            .collect();
        let weighed = |problem: &Problem| {
            let path = problem.place.rsplit_once(':').map_or("", |(path, _)| path);
            let is_drafted = drafted.contains(path) || drafted.contains(problem.place.as_str());
            let mut problem = problem.clone();
            if is_drafted {
                problem.severity = Severity::Warning;
            }
            problem
        };
        let mut told: Vec<Problem> = self.problems.iter().map(weighed).collect();
        told.extend(problems.sorted());
        told
    }
}

/// Whether two sites show something else.
fn differs(one: &Site, other: &Site) -> bool {
    !Arc::ptr_eq(&one.config, &other.config)
        || !Arc::ptr_eq(&one.theme, &other.theme)
        || one.policies != other.policies
        || one.plan.files != other.plan.files
        || one.plan.announced != other.plan.announced
}
