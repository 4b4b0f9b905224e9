//! From policies to the data of templates.

use std::cmp::Reverse;

use jiff::civil::Date;

use anyhow::Result;

use super::view::{
    ChangeView, CorrectionView, DateView, OvertakingView, PageView, PolicyView, SiteView, TocEntry,
    VersionView,
};
use super::visits::shortened;
use crate::announced::Announced;
use crate::comparisons::{self, Comparer, Comparisons};
use crate::config::Site;
use crate::dates::Stated;
use crate::document::{self, Document};
use crate::history::ObjectId;
use crate::links;
use crate::plan::feeds::{Feed, Feeds, Part};
use crate::plan::{
    changelog_route, notice_route, policy_route, time_map_route, version_folder, version_route,
};
use crate::policies::{Policies, Policy};
use crate::theme::Theme;
use crate::versions::{Version, text_name};
use crate::words::Names;

/// The route of the page for an address that is none.
const NOT_FOUND: &str = "404.html";

/// What search engines are told of drafts.
const NO_DRAFT: &str = "noindex";

/// So many digits of a commit's name are shown.
const ABBREVIATED: usize = 10;

/// Makes views for the page at a route.
pub(super) struct Views<'a, 't> {
    pub site: &'a Site,
    pub policies: &'a Policies,
    pub theme: &'a Theme,
    pub comparisons: &'a Comparisons,
    pub feeds: &'a Feeds,
    pub announced: &'a Announced,
    pub route: &'a str,
    pub comparer: &'a mut Comparer<'t>,
}

impl<'a> Views<'a, '_> {
    /// The relative URL of another route. A host shows the page for an address that is none at any depth: from there only a
    /// base URL leads anywhere.
    pub fn to(&self, route: &str) -> String {
        if let (NOT_FOUND, Some(base)) = (self.route, &self.site.base_url) {
            return format!("{base}{}", links::encoded(route));
        }
        links::between(self.route, route)
    }

    /// The absolute URL of a route; `None` without a base URL.
    pub fn absolute(&self, route: &str) -> Option<String> {
        self.site
            .base_url
            .as_deref()
            .map(|base| absolute(base, route))
    }

    pub fn site(&self) -> SiteView<'a> {
        SiteView {
            title: &self.site.title,
            language: &self.site.language,
            generator: concat!("policygen ", env!("CARGO_PKG_VERSION")),
            today: self.date(self.policies.today),
            style: self.to(self.theme.style()),
            files: self
                .theme
                .files()
                .map(|(name, route)| (name, self.to(route)))
                .collect(),
            visits: self.theme.visits().map(|route| self.to(route)),
            front_url: self.to("index.html"),
            changes_url: self.to("changes/index.html"),
            feed_url: self.feed(None, Part::Atom),
            json_feed_url: self.feed(None, Part::Json),
        }
    }

    /// The URL of a feed; `None` where there is none.
    fn feed(&self, policy: Option<usize>, part: Part) -> Option<String> {
        self.feeds.entries(policy)?;
        Some(self.to(&Feed { policy, part }.route(self.policies)))
    }

    /// A page of this title that stands for itself.
    pub fn page(&self, title: String) -> PageView {
        PageView {
            root: links::to_root(self.route),
            title,
            description: None,
            canonical: self.absolute(self.route),
            robots: None,
        }
    }

    /// A page of this title that lists what is published of a policy, which may be nothing yet.
    pub fn page_of(&self, policy: usize, title: String) -> PageView {
        let is_published = self.policies.all[policy].published() > 0;
        PageView {
            robots: (!is_published).then(|| NO_DRAFT.to_string()),
            ..self.page(title)
        }
    }

    /// The page of a version: one that is not the policy's own page is left to whoever looks for the past.
    pub fn version_page(&self, policy: usize, version: usize, own: bool) -> PageView {
        let shown = &self.policies.all[policy].versions[version];
        let current = self.policies.all[policy].in_force() == Some(version);
        PageView {
            description: shown.description.as_deref().map(shortened),
            robots: match shown.draft {
                true => Some(NO_DRAFT.to_string()),
                false => (!own && !current).then(|| self.site.archive_robots.clone()),
            },
            ..self.page(self.title(policy, version))
        }
    }

    /// The page for an address that is none.
    pub fn not_found_page(&self) -> PageView {
        PageView {
            root: self.site.base_url.clone().unwrap_or_default(),
            canonical: None,
            robots: Some("noindex".to_string()),
            ..self.page(self.theme.words().titles.not_found.clone())
        }
    }

    fn title(&self, policy: usize, version: usize) -> String {
        let policy = &self.policies.all[policy];
        policy.versions[version]
            .title
            .clone()
            .unwrap_or_else(|| policy.title.clone())
    }

    pub fn policy(&mut self, index: usize) -> Result<PolicyView> {
        let policies = self.policies;
        let policy = &policies.all[index];
        let id = &policy.id;
        let shown = policy.shown();
        let in_force = policy
            .in_force()
            .map(|version| self.version(index, version));
        let upcoming = policy.upcoming().iter();
        Ok(PolicyView {
            id: id.clone(),
            title: policy.title.clone(),
            description: policy.versions[shown].description.clone(),
            lang: policy.versions[shown].lang.clone(),
            folder: folder(id).to_string(),
            url: self.to(&policy_route(policies, index)),
            changes_url: self.to(&changelog_route(policies, index)),
            sections_url: self.to(&format!("{id}/sections/index.html")),
            json_url: self.to(&format!("{id}/versions.json")),
            feed_url: self.feed(Some(index), Part::Atom),
            json_feed_url: self.feed(Some(index), Part::Json),
            time_map_url: self
                .feeds
                .entries(Some(index))
                .map(|_| self.to(&time_map_route(policies, index))),
            state: if policy.live { "live" } else { "withdrawn" },
            withdrawn: policy
                .withdrawals
                .last()
                .filter(|_| !policy.live)
                .map(|withdrawal| self.date(withdrawal.commit.date.date())),
            in_force: in_force.transpose()?,
            upcoming: upcoming
                .map(|&version| self.version(index, version))
                .collect::<Result<_>>()?,
            latest: self.version(
                index,
                match policy.live {
                    true => policy.latest(),
                    false => shown,
                },
            )?,
            draft: policy
                .draft()
                .map(|version| self.version(index, version))
                .transpose()?,
            called_off: policy
                .called_off()
                .iter()
                .map(|&version| self.version(index, version))
                .collect::<Result<_>>()?,
            count: policy.published(),
            initial: None,
            initials: Vec::new(),
            unread: None,
        })
    }

    pub fn version(&mut self, index: usize, number: usize) -> Result<VersionView> {
        let policies = self.policies;
        let comparison = self
            .comparisons
            .of(policies, index, number, self.comparer)?;
        let policy = &policies.all[index];
        let version = &policy.versions[number];
        let folder = version_folder(policies, index, number);
        let published = version.published.map(|moment| self.date(moment.date()));
        let suggested = comparison.and_then(|comparison| comparison.suggested);
        Ok(VersionView {
            label: version.label.clone(),
            name: name(version, published.as_ref(), &self.theme.words().names),
            title: self.title(index, number),
            url: self.to(&version_route(policies, index, number)),
            source_url: (!version.hidden && !version.draft)
                .then(|| self.to(&format!("{folder}source.md"))),
            changes_url: comparison.map(|_| self.to(&format!("{folder}changes/index.html"))),
            since_url: self.since(index, number),
            status: policy.status(number).as_str(),
            published,
            effective: version.effective.date.map(|date| self.date(date)),
            effective_as_written: version.effective.unclear.clone(),
            carried_over: version.effective.carried_over,
            stated: version.stated.as_ref().map(|stated| self.stated(stated)),
            reviewed: version.reviewed.map(|date| self.date(date)),
            change: version.change.map(|change| change.as_str()),
            suggested_change: suggested.map(|change| change.as_str()),
            summary: version.summary.clone(),
            description: comparison.and_then(|comparison| comparison.description.clone()),
            counts: comparison.map(|comparison| comparison.counts),
            becomes: version.becomes.map(|becomes| becomes.as_str()),
            lost_anchors: comparison
                .filter(|_| version.draft)
                .map(|comparison| comparison.lost.clone())
                .unwrap_or_default(),
            hidden: version.hidden,
            postponed_from: version.postponed_from.map(|date| self.date(date)),
            overtaken_by: self.overtaking(index, number),
            corrections: self.corrections(index, number),
            corrections_url: is_corrected(version)
                .then(|| self.to(&format!("{folder}corrections/index.html"))),
            announced: self.announced(index, number),
            notice_url: (self.announced.has_words(index, number) && !version.draft)
                .then(|| self.to(&notice_route(policies, index, number))),
            commits: version.revisions.iter().map(abbreviated).collect(),
            path: version.newest_text().revision.path.to_string(),
        })
    }

    /// The newer version that takes the place of one before its date. None of a withdrawn policy: it may not have come to that.
    fn overtaking(&self, index: usize, number: usize) -> Option<OvertakingView> {
        let policy = &self.policies.all[index];
        let newer = policy.overtaken_by(number).filter(|_| policy.live)?;
        let version = &policy.versions[newer];
        let published = version.published.map(|moment| self.date(moment.date()));
        let date = version.effective.date;
        Some(OvertakingView {
            name: name(version, published.as_ref(), &self.theme.words().names),
            title: self.title(index, newer),
            url: self.to(&version_route(self.policies, index, newer)),
            from: date
                .filter(|_| policy.upcoming().contains(&newer))
                .map(|date| self.date(date)),
        })
    }

    /// The day on which readers were first told of a version.
    fn announced(&self, index: usize, number: usize) -> Option<DateView> {
        let all = self.announced.version(index, number).iter();
        all.map(|one| one.on).min().map(|day| self.date(day))
    }

    pub fn date(&self, date: Date) -> DateView {
        DateView {
            iso: date.to_string(),
            text: self.theme.words().dates.day(date),
        }
    }

    /// The month in which a change was published, or a word for those that nobody dated.
    pub fn month(&self, change: &ChangeView) -> String {
        let dates = &self.theme.words().dates;
        let published = change.version.published.as_ref();
        let day = published.and_then(|date| date.iso.parse().ok());
        day.map_or_else(|| dates.undated.clone(), |day| dates.month(day))
    }

    fn stated(&self, stated: &Stated) -> String {
        match stated {
            Stated::Day(date) => self.theme.words().dates.day(*date),
            Stated::Unclear(text) => text.clone(),
        }
    }

    /// The redline from a version to the one in force.
    fn since(&self, index: usize, number: usize) -> Option<String> {
        let policy = &self.policies.all[index];
        let target = comparisons::since_target(policy).filter(|_| self.site.since)?;
        let shown = |version: usize| !policy.versions[version].hidden;
        let label = &policy.versions[number].label;
        (number < target && shown(number) && shown(target))
            .then(|| self.to(&format!("{}/since/{label}/index.html", policy.id)))
    }

    /// The texts of a version that was corrected, the original first.
    fn corrections(&self, index: usize, number: usize) -> Vec<CorrectionView> {
        let version = &self.policies.all[index].versions[number];
        match is_corrected(version) {
            true => (0..version.texts.len())
                .map(|text| self.correction(index, number, text))
                .collect(),
            false => Vec::new(),
        }
    }

    /// A text of a version; the newest stands at the version's own address.
    pub fn correction(&self, index: usize, number: usize, text: usize) -> CorrectionView {
        let version = &self.policies.all[index].versions[number];
        let folder = version_folder(self.policies, index, number);
        let newest = text + 1 == version.texts.len();
        let names = &self.theme.words().names;
        CorrectionView {
            name: match text {
                0 => names.original.clone(),
                n => names.correction.fill(&[("number", &n.to_string())]),
            },
            date: version.texts[text]
                .date
                .map(|moment| self.date(moment.date())),
            url: match newest {
                true => self.to(&version_route(self.policies, index, number)),
                false => self.to(&format!("{folder}{}/index.html", text_name(text))),
            },
        }
    }

    /// The version so many steps newer or older.
    pub fn neighbour(
        &mut self,
        policy: usize,
        version: usize,
        step: isize,
    ) -> Result<Option<VersionView>> {
        let count = self.policies.all[policy].versions.len();
        let other = version
            .checked_add_signed(step)
            .filter(|other| *other < count);
        other.map(|other| self.version(policy, other)).transpose()
    }

    /// The policies that are live and those that are withdrawn, by folder and title.
    pub fn by_folder(&self) -> (Vec<usize>, Vec<usize>) {
        let mut all: Vec<usize> = (0..self.policies.all.len()).collect();
        all.sort_by_key(|&index| {
            let policy = &self.policies.all[index];
            (folder(&policy.id), policy.title.to_lowercase(), &policy.id)
        });
        all.into_iter()
            .partition(|&index| self.policies.all[index].live)
    }

    /// The upcoming versions of all policies, the nearest first.
    pub fn upcoming(&mut self) -> Result<Vec<ChangeView>> {
        let policies = self.policies;
        let of = |(index, policy): (usize, &'a Policy)| {
            let upcoming = policy.upcoming().iter();
            upcoming.map(move |&version| (index, version))
        };
        let mut all: Vec<(usize, usize)> = policies.all.iter().enumerate().flat_map(of).collect();
        all.sort_by_key(|&(policy, version)| {
            (
                policies.all[policy].versions[version].effective.date,
                policy,
            )
        });
        all.into_iter()
            .map(|(policy, version)| self.change(policy, version))
            .collect()
    }

    /// So many versions of all policies, the one published last first.
    pub fn changes(&mut self, most: usize) -> Result<Vec<ChangeView>> {
        let policies = self.policies;
        let of = |(index, policy): (usize, &Policy)| {
            (0..policy.published()).map(move |version| (index, version))
        };
        let mut all: Vec<(usize, usize)> = policies.all.iter().enumerate().flat_map(of).collect();
        all.sort_by_key(|&(policy, number)| {
            let version = &policies.all[policy].versions[number];
            (
                Reverse(version.published.map(|moment| moment.seconds)),
                Reverse(version.position),
                policy,
                Reverse(number),
            )
        });
        all.into_iter()
            .take(most)
            .map(|(policy, version)| self.change(policy, version))
            .collect()
    }

    /// The drafts of all policies.
    pub fn drafts(&mut self) -> Result<Vec<ChangeView>> {
        let policies = self.policies;
        let all = policies.all.iter().enumerate();
        all.filter_map(|(index, policy)| Some((index, policy.draft()?)))
            .map(|(policy, version)| self.change(policy, version))
            .collect()
    }

    fn change(&mut self, policy: usize, version: usize) -> Result<ChangeView> {
        Ok(ChangeView {
            policy_title: self.policies.all[policy].title.clone(),
            policy_url: self.to(&policy_route(self.policies, policy)),
            version: self.version(policy, version)?,
            first: version == 0,
        })
    }
}

/// The absolute URL of a route: a page is named by its folder.
pub(super) fn absolute(base: &str, route: &str) -> String {
    let folder = match route.strip_suffix("index.html") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
        _ => route,
    };
    format!("{base}{}", links::encoded(folder))
}

/// What a version is called: `Version 2.0` where that is declared, else its date, with the number of the day's versions.
fn name(version: &Version, published: Option<&DateView>, names: &Names) -> String {
    match (&version.declared, published) {
        _ if version.draft => names.draft.clone(),
        (Some(declared), _) => names.version.fill(&[("version", declared)]),
        (None, Some(date)) => match version
            .label
            .strip_prefix(&date.iso)
            .and_then(|rest| rest.strip_prefix('-'))
        {
            Some(number) => names
                .dated
                .fill(&[("date", &date.text), ("number", number)]),
            None => date.text.clone(),
        },
        (None, None) => names.undated.clone(),
    }
}

/// Whether a version has earlier texts that may be shown.
fn is_corrected(version: &Version) -> bool {
    version.texts.len() > 1 && !version.hidden
}

fn abbreviated(commit: &ObjectId) -> String {
    commit.to_string()[..ABBREVIATED].to_string()
}

/// The folders of an id: `""` or `"github-terms"`.
fn folder(id: &str) -> &str {
    id.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The table of contents: the headings below the title, nested by their level.
pub(super) fn toc(document: &Document) -> Vec<TocEntry> {
    let mut open: Vec<(u8, TocEntry)> = Vec::new();
    let mut toc = Vec::new();
    let skipped = usize::from(document.begins_with_title());
    for heading in document.headings().into_iter().skip(skipped) {
        close(&mut open, &mut toc, heading.level);
        let entry = TocEntry {
            anchor: links::encoded(&heading.anchor),
            text: document::plain_text(&heading.content),
            children: Vec::new(),
        };
        open.push((heading.level, entry));
    }
    close(&mut open, &mut toc, 0);
    toc
}

/// Moves open entries of this level and below into those above them. At most six are open, since each is of a level below the last.
fn close(open: &mut Vec<(u8, TocEntry)>, toc: &mut Vec<TocEntry>, level: u8) {
    while open.last().is_some_and(|(last, _)| *last >= level) {
        let Some((_, done)) = open.pop() else { break };
        match open.last_mut() {
            Some((_, above)) => above.children.push(done),
            None => toc.push(done),
        }
    }
}
