//! Which routes there are, and which wins where two want one place.

use std::collections::BTreeMap;

use anyhow::Result;

use super::{
    Feeds, Page, Plan, aliases, notice_route, policy_route, time_map_route, version_folder,
    version_route,
};
use crate::announced::Announced;
use crate::history::{Reader, Source};
use crate::ledger::known::State;
use crate::links::{self, ContentFile, Files};
use crate::policies::{Former, Policies};
use crate::problems::Problems;
use crate::theme::Theme;
use crate::versions::text_name;

/// What a plan is made from.
pub struct Planning<'a> {
    pub policies: &'a Policies,
    pub reader: &'a Reader,
    pub theme: &'a Theme,
    /// Whether there is a base URL.
    pub absolute: bool,
    /// Whether versions declared editorial stand in feeds.
    pub editorial: bool,
    /// The files that published texts show or link to ([`published_files`]).
    pub files: &'a Files,
    /// What the ledger says.
    pub ledger: &'a State,
}

/// Plans a site.
///
/// # Errors
///
/// The trees in which files of the content are looked up cannot be read.
pub fn plan(planning: &Planning<'_>, problems: &Problems) -> Result<Plan> {
    let mut files = planning.files.clone();
    add_files(&mut files, planning.policies, planning.reader, true)?;
    let announced = Announced::of(planning.policies, planning.ledger);
    let mut routes = Routes::default();
    for index in 0..planning.policies.all.len() {
        routes.policy(planning.policies, index);
    }
    routes.notices(planning.policies, &announced);
    routes.site(planning);
    let feeds = match planning.absolute {
        true => Feeds::of(planning.policies, planning.editorial),
        false => Feeds::default(),
    };
    routes.feeds(planning.policies, &feeds);
    let routes = routes.settled(planning.policies, &files, problems);
    tell_files_in_the_way(&routes, problems);
    let mut plan = Plan {
        routes,
        files,
        feeds,
        announced,
        ..Plan::default()
    };
    let moved = add_redirects(&mut plan, planning.policies);
    add_aliases(&mut plan, planning.policies, problems);
    add_host_redirects(&mut plan, &moved);
    Ok(plan)
}

/// What wants a route, in the order of who wins one.
#[derive(Default)]
struct Routes {
    all: Vec<(String, Page)>,
}

impl Routes {
    fn policy(&mut self, policies: &Policies, index: usize) {
        let policy = &policies.all[index];
        let id = &policy.id;
        if policies.with_id(id) != Some(index) {
            // Two policies of one id were told already.
            return;
        }
        self.add(policy_route(policies, index), Page::Policy(index));
        self.add(format!("{id}/changes/index.html"), Page::Changelog(index));
        let sections = format!("{id}/sections/index.html");
        self.add(sections, Page::Sections(index));
        self.add(format!("{id}/versions.json"), Page::Record(index));
        for version in 0..policy.versions.len() {
            self.version(policies, index, version);
        }
    }

    fn version(&mut self, policies: &Policies, index: usize, number: usize) {
        let folder = version_folder(policies, index, number);
        let version = &policies.all[index].versions[number];
        self.add(
            version_route(policies, index, number),
            Page::Version(index, number),
        );
        if number > 0 {
            let changes = format!("{folder}changes/index.html");
            self.add(changes, Page::Redline(index, number));
        }
        if version.draft {
            return;
        }
        // A redline keeps its address whether or not its texts are hidden, and whichever version is in force.
        let since = format!(
            "{}/since/{}/index.html",
            policies.all[index].id, version.label
        );
        self.add(since, Page::Since(index, number));
        if version.hidden {
            return self.hidden_texts(policies, index, number);
        }
        self.add(format!("{folder}source.md"), Page::SourceOf(index, number));
        for text in 0..version.texts.len() - 1 {
            let route = format!("{folder}{}/index.html", text_name(text));
            self.add(route, Page::Earlier(index, number, text));
        }
        if version.texts.len() > 1 {
            self.add(
                format!("{folder}corrections/index.html"),
                Page::Corrections(index, number),
            );
        }
    }

    /// The notices of versions that were announced.
    fn notices(&mut self, policies: &Policies, announced: &Announced) {
        for (index, policy) in policies.all.iter().enumerate() {
            for version in 0..policy.versions.len() {
                let is_shown = policies.with_id(&policy.id) == Some(index);
                if is_shown && announced.has_words(index, version) {
                    let route = notice_route(policies, index, version);
                    self.add(route, Page::Notice(index, version));
                }
            }
        }
    }

    /// The texts of a version that was hidden may have been published before: their pages lead to its own, which says so.
    fn hidden_texts(&mut self, policies: &Policies, index: usize, number: usize) {
        let folder = version_folder(policies, index, number);
        let texts = policies.all[index].versions[number].texts.len();
        if texts < 2 {
            return;
        }
        let names = (0..texts - 1).map(text_name);
        for name in names.chain(["corrections".to_string()]) {
            let target = version_route(policies, index, number);
            let route = format!("{folder}{name}/index.html");
            self.add(route, Page::Redirect(target));
        }
    }

    fn site(&mut self, planning: &Planning<'_>) {
        let fixed = [
            ("index.html", Page::Front),
            ("changes/index.html", Page::Changes),
            ("404.html", Page::NotFound),
            ("index.json", Page::Index),
            ("robots.txt", Page::Robots),
            ("_headers", Page::Headers),
            ("_redirects", Page::HostRedirects),
            (".nojekyll", Page::NoJekyll),
            ("assets/policy-notice.js", Page::PolicyNotice),
        ];
        let fixed = fixed
            .into_iter()
            .map(|(route, page)| (route.to_string(), page));
        let sitemap = planning
            .absolute
            .then(|| ("sitemap.xml".to_string(), Page::Sitemap));
        let theme = planning
            .theme
            .files()
            .map(|(name, route)| (route.to_string(), Page::ThemeFile(name.to_string())));
        for (route, page) in fixed.chain(sitemap).chain(theme) {
            self.add(route, page);
        }
    }

    /// What needs absolute URLs and dates.
    fn feeds(&mut self, policies: &Policies, feeds: &Feeds) {
        for index in 0..policies.all.len() {
            let is_shown = policies.with_id(&policies.all[index].id) == Some(index);
            if is_shown && feeds.entries(Some(index)).is_some() {
                let route = time_map_route(policies, index);
                self.add(route, Page::TimeMap(index));
                self.documents(policies, feeds, Some(index));
            }
        }
        self.documents(policies, feeds, None);
    }

    fn documents(&mut self, policies: &Policies, feeds: &Feeds, of: Option<usize>) {
        for feed in feeds.documents(of) {
            self.add(feed.route(policies), Page::Feed(feed));
        }
    }

    fn add(&mut self, route: String, page: Page) {
        self.all.push((route, page));
    }

    /// The routes with who won each. Files of the content have names of their own; the rest that wants one place is told.
    fn settled(
        mut self,
        policies: &Policies,
        files: &Files,
        problems: &Problems,
    ) -> BTreeMap<String, Page> {
        // One sort of all costs far less than to look each up: they come nearly in order.
        self.all.sort_by(|a, b| a.0.cmp(&b.0));
        self.all.dedup_by(|other, first| {
            let collides = other.0 == first.0;
            if collides {
                tell_collision(policies, &first.1, other, problems);
            }
            collides
        });
        let mut routes: BTreeMap<String, Page> = self.all.into_iter().collect();
        let content = files
            .values()
            .map(|file| (file.route.clone(), Page::ContentFile(file.source.clone())));
        routes.extend(content);
        routes
    }
}

fn tell_collision(
    policies: &Policies,
    first: &Page,
    (route, page): &(String, Page),
    problems: &Problems,
) {
    let message = format!(
        "{} and {} would both be published at `/{}`; give one of the policies another place with `id:` in its front matter",
        told(policies, first),
        told(policies, page),
        route.trim_end_matches("index.html"),
    );
    problems.error("routes that collide", "", message);
}

/// A file cannot stand where another route needs a folder.
fn tell_files_in_the_way(routes: &BTreeMap<String, Page>, problems: &Problems) {
    let mut before = "";
    for route in routes.keys() {
        // The folders that the route before stands in too are looked up already.
        let shared = route
            .bytes()
            .zip(before.bytes())
            .take_while(|(a, b)| a == b);
        let shared = shared.count();
        let mut new = folders(route).filter(|folder| folder.len() >= shared);
        if let Some(file) = new.find(|folder| routes.contains_key(*folder)) {
            let message = format!(
                "`/{file}` is a file of the site, and `/{route}` needs a folder of that name"
            );
            problems.error("routes that collide", "", message);
        }
        before = route;
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
        | Page::Redline(policy, version)
        | Page::Notice(policy, version)
        | Page::Since(policy, version)
        | Page::SourceOf(policy, version) => {
            let label = &policies.all[*policy].versions[*version].label;
            format!("version `{label}` of `{}`", path(policy))
        }
        Page::Policy(policy)
        | Page::Changelog(policy)
        | Page::Sections(policy)
        | Page::Record(policy)
        | Page::TimeMap(policy)
        | Page::MovedRecord(policy) => {
            format!("`{}`", path(policy))
        }
        _ => "a page of the site".to_string(),
    }
}

/// The files that published texts show or link to, where they are regular files of a kind that is published.
///
/// # Errors
///
/// The trees in which they are looked up cannot be read.
pub fn published_files(policies: &Policies, reader: &Reader) -> Result<Files> {
    let mut files = Files::new();
    add_files(&mut files, policies, reader, false)?;
    Ok(files)
}

/// Adds the files of drafts, or those of all other versions.
fn add_files(files: &mut Files, policies: &Policies, reader: &Reader, drafts: bool) -> Result<()> {
    let texts = policies
        .all
        .iter()
        .flat_map(|p| &p.versions)
        .filter(|v| v.draft == drafts && !v.hidden)
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
    Ok(())
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

/// Redirects from every address that an earlier path had, but where a live route is; gives them by former id.
fn add_redirects(plan: &mut Plan, policies: &Policies) -> Vec<Moved> {
    // The policies of today first, so that they win an address that several had.
    let (today, gone): (Vec<_>, Vec<_>) =
        (0..policies.all.len()).partition(|&index| policies.all[index].live);
    let mut all = Vec::new();
    for index in today.into_iter().chain(gone) {
        for former in &policies.all[index].former {
            let mut moved = moved(plan, policies, index, former);
            moved.routes.retain(|(old, page)| {
                let free = !folders(old).any(|folder| plan.routes.contains_key(folder));
                if free {
                    plan.routes
                        .entry(old.clone())
                        .or_insert_with(|| page.clone());
                }
                plan.routes.get(old) == Some(page)
            });
            all.push(moved);
        }
    }
    all
}

/// What stood at a former id.
struct Moved {
    /// The former id, and that of today, with a `/` behind each.
    former: String,
    today: String,
    /// The routes of then, and what is there now.
    routes: Vec<(String, Page)>,
}

/// Pages and the record lead to those of today, feeds are the same as today's: no reader of them would follow a page.
/// Nothing stands where a version's Markdown was: only a host can lead from there.
fn moved(plan: &Plan, policies: &Policies, policy: usize, former: &Former) -> Moved {
    let today = format!("{}/", policies.all[policy].id);
    let mut routes = Vec::new();
    let below = plan.routes.range(today.clone()..);
    for (route, page) in below.take_while(|(route, _)| route.starts_with(&today)) {
        let newer = page
            .version()
            .is_some_and(|version| version >= former.versions);
        let page = match page {
            _ if page.policy() != Some(policy) || newer => continue,
            Page::SourceOf(..) => continue,
            Page::Record(policy) => Page::MovedRecord(*policy),
            Page::Feed(_) | Page::TimeMap(_) => page.clone(),
            _ => Page::Redirect(route.clone()),
        };
        routes.push((format!("{}/{}", former.id, &route[today.len()..]), page));
    }
    Moved {
        former: format!("{}/", former.id),
        today,
        routes,
    }
}

/// What hosts that read `_redirects` do: one rule for all of a former id where nothing else stands below it, else one for
/// each page, for each record, and for each Markdown source, which has no page of its own that could lead on.
fn add_host_redirects(plan: &mut Plan, all: &[Moved]) {
    for moved in all {
        let below = plan.routes.range(moved.former.clone()..);
        let there = below
            .take_while(|(route, _)| route.starts_with(&moved.former))
            .count();
        if there == moved.routes.len() {
            plan.host_redirects
                .push((format!("{}*", moved.former), moved.today.clone()));
            continue;
        }
        for (old, page) in &moved.routes {
            let (Page::Redirect(target), Some(folder)) = (page, old.strip_suffix("index.html"))
            else {
                continue;
            };
            let target = target.trim_end_matches("index.html");
            plan.host_redirects
                .push((folder.to_string(), target.to_string()));
            for file in ["source.md", "versions.json"] {
                let today = format!("{target}{file}");
                if plan.routes.contains_key(&today) {
                    plan.host_redirects.push((format!("{folder}{file}"), today));
                }
            }
        }
    }
}

impl Page {
    /// The policy that a page is of.
    pub fn policy(&self) -> Option<usize> {
        match self {
            Page::Policy(policy)
            | Page::Changelog(policy)
            | Page::Sections(policy)
            | Page::Record(policy)
            | Page::MovedRecord(policy)
            | Page::TimeMap(policy)
            | Page::Version(policy, _)
            | Page::SourceOf(policy, _)
            | Page::Corrections(policy, _)
            | Page::Redline(policy, _)
            | Page::Notice(policy, _)
            | Page::Since(policy, _)
            | Page::Earlier(policy, ..) => Some(*policy),
            Page::Feed(feed) => feed.policy,
            _ => None,
        }
    }

    /// The version that a page is of.
    pub fn version(&self) -> Option<usize> {
        match self {
            Page::Version(_, version)
            | Page::SourceOf(_, version)
            | Page::Corrections(_, version)
            | Page::Redline(_, version)
            | Page::Notice(_, version)
            | Page::Since(_, version)
            | Page::Earlier(_, version, _) => Some(*version),
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
