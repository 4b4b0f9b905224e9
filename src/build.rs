//! `policygen build`: renders every route and publishes the site at once.
//!
//! What the last build published into the same folder, and what would be the same today, is taken over without being rendered:
//! [`units`] tells what belongs together and on what it depends, [`kept`] what was published. The site is, byte for byte, the one
//! that a build without a cache publishes.

mod kept;
mod units;

use std::path::PathBuf;

use anyhow::{Result, bail};
use rayon::prelude::*;

use crate::comparisons::Comparer;
use crate::hash::Hash;
use crate::output::{Stage, Target};
use crate::plan::{Page, Plan};
use crate::problems::{Problems, Severity};
use crate::progress::Progress;
use crate::render::{Renderer, order, phase};
use crate::site::Site;
use kept::{Kept, Notes, Previous};
use units::{Keys, Routes, Unit};

/// What was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub policies: usize,
    pub versions: usize,
    /// HTML pages, redirects left out.
    pub pages: usize,
    pub output: PathBuf,
}

/// At least and at most so many routes are rendered by one thread in a row: neighbours in history have much in common, and
/// every thread is to have work.
const RUN: (usize, usize) = (48, 512);

/// So many runs there are for each thread, so that none waits long for the last one.
const RUNS: usize = 8;

/// Renders a site and publishes it.
///
/// `None` where `problems` has errors: then nothing is published, and the site that is there stays. With `strict`, an
/// address that the last build had and this one lacks is an error.
///
/// # Errors
///
/// What keeps the site from being built at all.
pub fn build(
    site: &Site,
    strict: bool,
    problems: &Problems,
    progress: &Progress,
) -> Result<Option<Summary>> {
    tell_of_base_url(site, problems);
    let (target, notes) = Target::open(&site.config.output, &guarded(site))?;
    for note in notes {
        problems.warning("interrupted builds", "", note);
    }
    tell_of_lost_routes(site, &target, strict, problems);
    if problems.errors() > 0 {
        return Ok(None);
    }
    publish(site, target, problems, progress)?;
    Ok(Some(summary(site)))
}

/// Takes over what the site that is there has already, renders the rest, and publishes both; nothing where nothing is new.
fn publish(site: &Site, target: Target, problems: &Problems, progress: &Progress) -> Result<()> {
    let cache = &site.recall.cache;
    let name = kept::name(&target);
    let previous = Previous::read(cache, &target);
    let units = parted(site, &previous, &target);
    for kept in units.iter().filter_map(|unit| unit.taken) {
        kept.problems()
            .into_iter()
            .flatten()
            .for_each(|problem| problems.tell(problem));
    }
    if units.iter().all(|unit| unit.taken.is_some()) && is_all(&target, &site.plan) {
        return Ok(());
    }
    let stage = target.stage()?;
    // The one waits for the disk, the other does not.
    let (taken, rendered) = rayon::join(
        || take_over(&stage, &units),
        || render_all(site, &stage, &units, problems, progress),
    );
    rendered?;
    let taken = taken?;
    stage.publish()?;
    if cache.is_open() {
        let rendered = units.into_iter().filter(|unit| unit.taken.is_none());
        let rendered = rendered.filter_map(|unit| unit.notes.kept(unit.key?, site));
        let all: Vec<Kept> = taken.into_iter().chain(rendered).collect();
        kept::keep(cache, &name, &all, problems);
    }
    site.comparisons.keep(&site.policies, problems);
    Ok(())
}

/// A unit of the site, on its way.
struct Part<'a> {
    /// `None`: it is always rendered.
    key: Option<Hash>,
    routes: Routes<'a>,
    /// As it was published before; `None`: it is rendered.
    taken: Option<&'a Kept>,
    notes: Notes,
}

/// The units of a site, and which of them need not be rendered.
fn parted<'a>(site: &'a Site, previous: &'a Previous, target: &Target) -> Vec<Part<'a>> {
    let keys = site.recall.cache.is_open().then(|| Keys::of(site));
    let units: Vec<_> = units::units(&site.plan).into_iter().collect();
    let part = |(unit, routes): (Unit<'a>, Routes<'a>)| {
        let key = keys.as_ref().and_then(|keys| keys.key(unit, &routes));
        Part {
            key,
            taken: key.and_then(|key| previous.unit(key, &routes, site, target)),
            routes,
            notes: Notes::default(),
        }
    };
    units.into_par_iter().map(part).collect()
}

/// Whether the site that is there has these routes and no others.
fn is_all(target: &Target, plan: &Plan) -> bool {
    target.previous().files.iter().eq(plan.routes.keys())
}

/// Takes over the files of the units that are not rendered; gives these units as they are published now.
fn take_over(stage: &Stage, units: &[Part<'_>]) -> Result<Vec<Kept>> {
    let taken: Vec<&Kept> = units.iter().filter_map(|unit| unit.taken).collect();
    let take = |kept: &&Kept| -> Result<Kept> {
        let mut kept = (*kept).clone();
        for (route, mark) in &mut kept.files {
            *mark = stage.take_over(route, mark)?;
        }
        Ok(kept)
    };
    taken.par_iter().map(take).collect()
}

/// Renders every route of the units that are not taken over into the stage. All errors are told, not only the first.
fn render_all(
    site: &Site,
    stage: &Stage,
    units: &[Part<'_>],
    problems: &Problems,
    progress: &Progress,
) -> Result<()> {
    let mut routes: Vec<Todo<'_>> = units
        .iter()
        .filter(|unit| unit.taken.is_none())
        .flat_map(|unit| {
            unit.routes
                .iter()
                .map(|(route, page)| (*route, *page, &unit.notes))
        })
        .collect();
    routes.sort_by_cached_key(|(_, page, _)| order(&site.policies, page));
    let rendering = progress.stage("rendering", routes.len());
    let step: &(dyn Fn() + Sync) = &|| rendering.step();
    // What needs to know of all versions comes when these were compared.
    let phases = routes.chunk_by(|a, b| phase(a.1) == phase(b.1));
    let mut errors: Vec<anyhow::Error> = Vec::new();
    for routes in phases {
        let share = routes.len() / (RUNS * rayon::current_num_threads());
        let runs = routes.par_chunks(share.clamp(RUN.0, RUN.1));
        errors.par_extend(runs.flat_map_iter(|run| render_run(site, stage, run, step)));
    }
    for problem in units.iter().flat_map(|unit| unit.notes.problems.sorted()) {
        problems.tell(problem);
    }
    told(&errors, problems)
}

/// Tells of all errors; the last is the result.
fn told(errors: &[anyhow::Error], problems: &Problems) -> Result<()> {
    let mut told: Vec<String> = errors.iter().map(|error| format!("{error:#}")).collect();
    told.sort();
    told.dedup();
    let Some((last, others)) = told.split_last() else {
        return Ok(());
    };
    for error in others {
        problems.error("routes that cannot be rendered", "", error);
    }
    bail!("{last}")
}

/// A route to be rendered, and where is noted what is found out by the way.
type Todo<'a> = (&'a String, &'a Page, &'a Notes);

fn render_run(
    site: &Site,
    stage: &Stage,
    run: &[Todo<'_>],
    step: &(dyn Fn() + Sync),
) -> Vec<anyhow::Error> {
    let mut comparer = Comparer::new(site.library.texts()).in_words(site.theme.words());
    let mut errors = Vec::new();
    for (route, page, notes) in run {
        step();
        let renderer = Renderer {
            asked: Some(&notes.asked),
            ..site.renderer(&notes.problems)
        };
        let written = renderer
            .render(route, page, &mut comparer)
            .and_then(|bytes| stage.write(route, &bytes));
        match written {
            Ok(mark) => notes.written(route, mark),
            Err(error) => errors.push(error),
        }
    }
    forget(site, run);
    errors
}

/// Drops the texts whose pages are written. The one that a policy shows is wanted for more than its own.
fn forget(site: &Site, run: &[Todo<'_>]) {
    for (_, page, _) in run {
        let Page::Version(policy, version) = page else {
            continue;
        };
        let policy = &site.policies.all[*policy];
        if *version != policy.shown() {
            for text in &policy.versions[*version].texts {
                site.library.forget(&text.revision.source);
            }
        }
    }
}

fn summary(site: &Site) -> Summary {
    let policies = &site.policies.all;
    let is_page = |(route, page): &(&String, &Page)| {
        route.ends_with(".html") && !matches!(page, Page::Redirect(_))
    };
    Summary {
        policies: policies.len(),
        versions: policies.iter().map(|policy| policy.published()).sum(),
        pages: site.plan.routes.iter().filter(is_page).count(),
        output: site.config.output.clone(),
    }
}

fn tell_of_base_url(site: &Site, problems: &Problems) {
    if site.config.site.base_url.is_none() {
        let message = "without a base URL, feeds, time maps, canonical links and the sitemap are left out; name the site's address with --base-url";
        problems.warning("base URL", "", message);
    }
}

/// No published address dies unsaid. Files of the theme and of the content are named by their hash, so that they may change.
fn tell_of_lost_routes(site: &Site, target: &Target, strict: bool, problems: &Problems) {
    let severity = if strict {
        Severity::Error
    } else {
        Severity::Warning
    };
    for route in &target.previous().files {
        if !route.starts_with("assets/") && !is_there(&site.plan, route) {
            let address = route.strip_suffix("index.html").unwrap_or(route);
            let message = format!("`/{address}` was published by the last build and is gone");
            problems.add(severity, "lost addresses", "", message);
        }
    }
}

/// Whether a route of the last build still answers: a Markdown source may have moved with its page.
fn is_there(plan: &Plan, route: &str) -> bool {
    let moved = |folder: &str| {
        plan.routes
            .get(&format!("{folder}index.html"))
            .is_some_and(|page| matches!(page, Page::Redirect(_)))
    };
    plan.routes.contains_key(route) || route.strip_suffix("source.md").is_some_and(moved)
}

/// What the site must never be written into.
fn guarded(site: &Site) -> Vec<PathBuf> {
    let config = &site.config;
    let mut guarded = vec![config.root.clone()];
    guarded.extend(["content", "templates", "themes"].map(|name| config.root.join(name)));
    guarded.extend(
        config
            .content
            .folder
            .as_ref()
            .map(|folder| config.root.join(folder)),
    );
    guarded.retain(|folder| folder.exists());
    guarded.extend(site.repository.iter().cloned());
    guarded
}
