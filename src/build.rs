//! `policygen build`: renders every route and publishes the site at once.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, bail};
use rayon::prelude::*;

use crate::comparisons::Comparer;
use crate::output::{Stage, Target};
use crate::plan::{Page, Plan};
use crate::problems::{Problems, Severity};
use crate::progress::Progress;
use crate::render::{Renderer, order, phase};
use crate::site::Site;

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
    let stage = target.stage()?;
    let rendering = progress.stage("rendering", site.plan.routes.len());
    let pages = render_all(site, &stage, problems, &|| rendering.step())?;
    stage.publish()?;
    Ok(Some(Summary {
        policies: site.policies.all.len(),
        versions: site
            .policies
            .all
            .iter()
            .map(|policy| policy.published())
            .sum(),
        pages,
        output: site.config.output.clone(),
    }))
}

/// Renders every route into the stage; gives the number of pages. All errors are told, not only the first.
fn render_all(
    site: &Site,
    stage: &Stage,
    problems: &Problems,
    step: &(dyn Fn() + Sync),
) -> Result<usize> {
    let renderer = site.renderer(problems);
    let mut routes: Vec<(&String, &Page)> = site.plan.routes.iter().collect();
    routes.sort_by_cached_key(|(_, page)| order(&site.policies, page));
    let pages = AtomicUsize::new(0);
    // What needs to know of all versions comes when these were compared.
    let phases = routes.chunk_by(|a, b| phase(a.1) == phase(b.1));
    let mut errors: Vec<anyhow::Error> = Vec::new();
    for routes in phases {
        let share = routes.len() / (RUNS * rayon::current_num_threads());
        let runs = routes.par_chunks(share.clamp(RUN.0, RUN.1));
        let told = runs.flat_map_iter(|run| render_run(site, &renderer, stage, run, &pages, step));
        errors.par_extend(told);
    }
    let mut told: Vec<String> = errors.iter().map(|error| format!("{error:#}")).collect();
    told.sort();
    told.dedup();
    match told.split_last() {
        None => Ok(pages.into_inner()),
        Some((last, others)) => {
            for error in others {
                problems.error("routes that cannot be rendered", "", error);
            }
            bail!("{last}")
        }
    }
}

fn render_run(
    site: &Site,
    renderer: &Renderer<'_>,
    stage: &Stage,
    run: &[(&String, &Page)],
    pages: &AtomicUsize,
    step: &(dyn Fn() + Sync),
) -> Vec<anyhow::Error> {
    let mut comparer = Comparer::new(site.library.texts()).in_words(site.theme.words());
    let mut errors = Vec::new();
    for (route, page) in run {
        step();
        let written = renderer
            .render(route, page, &mut comparer)
            .and_then(|bytes| stage.write(route, &bytes));
        errors.extend(written.err());
        if route.ends_with(".html") && !matches!(page, Page::Redirect(_)) {
            pages.fetch_add(1, Ordering::Relaxed);
        }
    }
    forget(site, run);
    errors
}

/// Drops the texts whose pages are written. The one that a policy shows is wanted for more than its own.
fn forget(site: &Site, run: &[(&String, &Page)]) {
    for (_, page) in run {
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
