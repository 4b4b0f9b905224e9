//! Which routes there are, and which wins where two want one place.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::{Page, Plan, aliases, policy_route, version_folder, version_route};
use crate::history::{Reader, Source};
use crate::links::{self, ContentFile, Files};
use crate::policies::{Policies, Policy};
use crate::problems::Problems;
use crate::versions::text_name;

/// What a plan is made from.
pub struct Planning<'a> {
    pub policies: &'a Policies,
    pub reader: &'a Reader,
    /// The theme's files: route and name.
    pub theme_files: Vec<(String, String)>,
    /// Whether there is a base URL.
    pub absolute: bool,
}

/// Plans a site.
///
/// # Errors
///
/// The trees in which files of the content are looked up cannot be read.
pub fn plan(planning: &Planning<'_>, problems: &Problems) -> Result<Plan> {
    let files = files(planning.policies, planning.reader)?;
    let mut routes = Routes {
        problems,
        taken: BTreeMap::new(),
    };
    for index in 0..planning.policies.all.len() {
        routes.policy(planning.policies, index);
    }
    routes.site(planning, &files);
    routes.tell_files_in_the_way();
    let mut plan = Plan {
        routes: routes.taken,
        files,
        ..Plan::default()
    };
    add_redirects(&mut plan, planning.policies);
    add_aliases(&mut plan, planning.policies, problems);
    Ok(plan)
}

struct Routes<'a> {
    problems: &'a Problems,
    taken: BTreeMap<String, Page>,
}

impl Routes<'_> {
    fn policy(&mut self, policies: &Policies, index: usize) {
        let policy = &policies.all[index];
        let id = &policy.id;
        self.add(policies, policy_route(policies, index), Page::Policy(index));
        self.add(
            policies,
            format!("{id}/changes/index.html"),
            Page::Changelog(index),
        );
        self.add(policies, format!("{id}/versions.json"), Page::Record(index));
        for version in 0..policy.versions.len() {
            self.version(policies, index, version);
        }
    }

    fn version(&mut self, policies: &Policies, index: usize, number: usize) {
        let folder = version_folder(policies, index, number);
        let version = &policies.all[index].versions[number];
        self.add(
            policies,
            version_route(policies, index, number),
            Page::Version(index, number),
        );
        if version.hidden {
            return;
        }
        self.add(
            policies,
            format!("{folder}source.md"),
            Page::SourceOf(index, number),
        );
        for text in 0..version.texts.len() - 1 {
            let route = format!("{folder}{}/index.html", text_name(text));
            self.add(policies, route, Page::Earlier(index, number, text));
        }
        if version.texts.len() > 1 {
            self.add(
                policies,
                format!("{folder}corrections/index.html"),
                Page::Corrections(index, number),
            );
        }
    }

    fn site(&mut self, planning: &Planning<'_>, files: &Files) {
        let fixed = [
            ("index.html", Page::Front),
            ("changes/index.html", Page::Changes),
            ("404.html", Page::NotFound),
            ("index.json", Page::Index),
            ("robots.txt", Page::Robots),
            ("_headers", Page::Headers),
            ("_redirects", Page::HostRedirects),
            (".nojekyll", Page::NoJekyll),
        ];
        let fixed = fixed
            .into_iter()
            .map(|(route, page)| (route.to_string(), page));
        let sitemap = planning
            .absolute
            .then(|| ("sitemap.xml".to_string(), Page::Sitemap));
        let theme = planning
            .theme_files
            .iter()
            .map(|(route, name)| (route.clone(), Page::ThemeFile(name.clone())));
        let content = files
            .values()
            .map(|file| (file.route.clone(), Page::ContentFile(file.source.clone())));
        for (route, page) in fixed.chain(sitemap).chain(theme) {
            self.add(planning.policies, route, page);
        }
        self.taken.extend(content);
    }

    fn add(&mut self, policies: &Policies, route: String, page: Page) {
        if let Some(other) = self.taken.get(&route) {
            let message = format!(
                "{} and {} would both be published at `/{}`; give one of the policies another place with `id:` in its front matter",
                told(policies, other),
                told(policies, &page),
                route.trim_end_matches("index.html"),
            );
            self.problems.error("routes that collide", "", message);
            return;
        }
        self.taken.insert(route, page);
    }

    /// A file cannot stand where another route needs a folder.
    fn tell_files_in_the_way(&self) {
        for route in self.taken.keys() {
            if let Some(file) = folders(route).find(|folder| self.taken.contains_key(*folder)) {
                let message = format!(
                    "`/{file}` is a file of the site, and `/{route}` needs a folder of that name"
                );
                self.problems.error("routes that collide", "", message);
            }
        }
    }
}

/// The folders that a route stands in.
fn folders(route: &str) -> impl Iterator<Item = &str> {
    route.match_indices('/').map(|(at, _)| &route[..at])
}

fn told(policies: &Policies, page: &Page) -> String {
    let path = |policy: &usize| policies.all[*policy].path.clone();
    match page {
        Page::Version(policy, version)
        | Page::Earlier(policy, version, _)
        | Page::SourceOf(policy, version) => {
            let label = &policies.all[*policy].versions[*version].label;
            format!("version `{label}` of `{}`", path(policy))
        }
        Page::Policy(policy) | Page::Changelog(policy) | Page::Record(policy) => {
            format!("`{}`", path(policy))
        }
        _ => "a page of the site".to_string(),
    }
}

/// The files that texts show or link to, where they are regular files of a kind that is published.
fn files(policies: &Policies, reader: &Reader) -> Result<Files> {
    let mut files = Files::new();
    let texts = policies
        .all
        .iter()
        .flat_map(|p| &p.versions)
        .filter(|v| !v.hidden)
        .flat_map(|v| &v.texts);
    for text in texts {
        let revision = &text.revision;
        for target in &text.files {
            let Some(path) = links::joined(&revision.path, target) else {
                continue;
            };
            let commit = revision.commit.as_ref().map(|commit| commit.id);
            let Some((hash, source)) = find_file(reader, revision, &path)? else {
                continue;
            };
            if let Some(route) = links::file_route(&path, &hash) {
                files.insert((commit, path), ContentFile { route, source });
            }
        }
    }
    Ok(files)
}

fn find_file(
    reader: &Reader,
    revision: &crate::history::Revision,
    path: &str,
) -> Result<Option<(String, Source)>> {
    match &revision.commit {
        Some(commit) => {
            let found = reader.file_at(commit.id, path)?;
            Ok(found.map(|id| (id.to_string(), Source::Blob(id))))
        }
        None => reader.plain_file(&revision.source, &revision.path, path),
    }
}

/// Redirects from every address that an earlier path had, but where a live route is.
fn add_redirects(plan: &mut Plan, policies: &Policies) {
    let live: BTreeSet<String> = plan.routes.keys().cloned().collect();
    // The policies of today first, so that they win an address that several had.
    let (today, gone): (Vec<_>, Vec<_>) =
        (0..policies.all.len()).partition(|&index| policies.all[index].live);
    for index in today.into_iter().chain(gone) {
        let policy = &policies.all[index];
        for former in &policy.former {
            let moved = moved(plan, policy, &former.id, former.versions);
            add_host_redirects(plan, &live, &former.id, &policy.id, &moved);
            for (old, page) in moved {
                if !folders(&old).any(|folder| plan.routes.contains_key(folder)) {
                    plan.routes.entry(old).or_insert(page);
                }
            }
        }
    }
}

/// What hosts that read `_redirects` do: one rule for all of a former id, or where live routes stand below it, one for each
/// Markdown source, which has no page of its own that could lead on.
fn add_host_redirects(
    plan: &mut Plan,
    live: &BTreeSet<String>,
    former: &str,
    today: &str,
    moved: &[(String, Page)],
) {
    let folder = format!("{former}/");
    let shadows = live
        .range(folder.clone()..)
        .next()
        .is_some_and(|route| route.starts_with(&folder));
    if !shadows {
        plan.host_redirects
            .push((format!("{folder}*"), format!("{today}/")));
        return;
    }
    for (old, page) in moved {
        if let (Page::Redirect(target), Some(version)) = (page, old.strip_suffix("index.html")) {
            let source = target.replace("index.html", "source.md");
            if plan.routes.contains_key(&source) && !live.contains(old) {
                plan.host_redirects
                    .push((format!("{version}source.md"), source));
            }
        }
    }
}

/// What stood at a former id: its pages lead to those of today, its record is copied. A version's Markdown is not: only a
/// host can lead from there.
fn moved(plan: &Plan, policy: &Policy, former: &str, versions: usize) -> Vec<(String, Page)> {
    let own = format!("{}/", policy.id);
    let newer: Vec<String> = policy.versions[versions..]
        .iter()
        .map(|v| format!("{own}{}/", v.label))
        .collect();
    let mut routes = Vec::new();
    for (route, page) in plan
        .routes
        .range(own.clone()..)
        .take_while(|(route, _)| route.starts_with(&own))
    {
        if !is_of(page, policy, plan) || newer.iter().any(|newer| route.starts_with(newer.as_str()))
        {
            continue;
        }
        let page = match page {
            Page::SourceOf(..) => continue,
            Page::Record(_) => page.clone(),
            _ => Page::Redirect(route.clone()),
        };
        routes.push((format!("{former}/{}", &route[own.len()..]), page));
    }
    routes
}

/// Whether a page below a policy's folder is of that policy, not of another whose id begins with it.
fn is_of(page: &Page, policy: &Policy, plan: &Plan) -> bool {
    let own = plan
        .routes
        .get(&format!("{}/index.html", policy.id))
        .and_then(Page::policy);
    own.is_some() && page.policy() == own
}

impl Page {
    /// The policy that a page is of.
    pub fn policy(&self) -> Option<usize> {
        match self {
            Page::Policy(policy) | Page::Changelog(policy) | Page::Record(policy) => Some(*policy),
            Page::Version(policy, _) | Page::SourceOf(policy, _) | Page::Corrections(policy, _) => {
                Some(*policy)
            }
            Page::Earlier(policy, ..) => Some(*policy),
            _ => None,
        }
    }
}

/// Pages at the aliases that the newest texts claim: the first policy wins, and any route that is there already.
fn add_aliases(plan: &mut Plan, policies: &Policies, problems: &Problems) {
    for (index, policy) in policies.all.iter().enumerate() {
        for alias in &policy.aliases {
            let place = &*policy.path;
            let path = match aliases::read(alias) {
                Ok(path) => path,
                Err(why) => {
                    problems.warning(
                        "aliases left out",
                        place,
                        format!("alias `{}` {why}; it is left out", alias.escape_debug()),
                    );
                    continue;
                }
            };
            if let Err(why) = add_alias(plan, policies, index, &path) {
                problems.warning(
                    "aliases left out",
                    place,
                    format!("alias `/{path}` {why}; it is left out"),
                );
            }
        }
    }
}

fn add_alias(
    plan: &mut Plan,
    policies: &Policies,
    policy: usize,
    path: &str,
) -> Result<(), String> {
    let route = aliases::route(path);
    let target = policy_route(policies, policy);
    let first = path.split('/').next().unwrap_or_default();
    if first == "assets" || path.split('/').any(crate::reserved::is_file) {
        return Err("is kept for the site's own files".to_string());
    }
    if let Some(other) = plan.aliases.get(path).filter(|&&other| other != policy) {
        return Err(format!(
            "is claimed by `{}` already",
            policies.all[*other].path
        ));
    }
    if let Some(page) = plan.routes.get(&route) {
        let same = *page == Page::Redirect(target) || *page == Page::Policy(policy);
        if !same {
            return Err("is the address of a page of the site".to_string());
        }
        plan.aliases.insert(path.to_string(), policy);
        return Ok(());
    }
    let below = format!("{route}/");
    let needs_folder = plan
        .routes
        .range(below.clone()..)
        .next()
        .is_some_and(|(other, _)| other.starts_with(&below));
    if needs_folder || folders(&route).any(|folder| plan.routes.contains_key(folder)) {
        return Err("would need a folder where a file is".to_string());
    }
    plan.routes.insert(route, Page::Redirect(target.clone()));
    plan.aliases.insert(path.to_string(), policy);
    plan.host_redirects.push((
        path.to_string(),
        target.trim_end_matches("index.html").to_string(),
    ));
    Ok(())
}
