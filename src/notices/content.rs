//! What a notice says, for any channel: gathered once, then only written down.

mod said;

use anyhow::{Context, Result};
use jiff::civil::Date;
use serde::Serialize;

use super::due::Short;
use crate::announced::Place;
use crate::comparisons::{Comparer, before, title_change, told_title};
use crate::config::Config;
use crate::history::Source;
use crate::ledger::entry::{Class, Planned, Why};
use crate::links::encoded;
use crate::plan::{changelog_route, version_folder, version_route};
use crate::policies::{Policies, Policy};
use crate::redline::fragment::{fragment, shortened};
use crate::redline::{Redline, letter, terminal};
use crate::theme::Theme;
use crate::versions::{Text, Version};
use crate::words::Words;

/// The redline in a message has at most so many bytes as HTML. Some mail programs cut a message off at 102 KB, as it is encoded.
const EXCERPT: usize = 40 * 1024;

/// And so many as text.
const EXCERPT_TEXT: usize = 20 * 1024;

/// Columns of text.
const COLUMNS: usize = 72;

/// What is said of a change has at most so many characters.
const LONGEST: usize = 2000;

/// A subject has at most so many characters.
const SUBJECT: usize = 200;

/// What is missing where no link could be written.
pub const NO_BASE_URL: &str =
    "notices lead to the site, whose address is not known; set [site] base_url in policygen.toml";

/// What a notice says.
#[derive(Debug, Clone, Serialize)]
pub struct Content {
    /// The name of the notice in the ledger.
    pub notice: String,
    pub why: Why,
    /// In one line: what happened, and with it in the end what the template adds.
    pub subject: String,
    /// What happened, in a sentence or two, with the effective date.
    pub said: String,
    pub words: ContentWords,
    pub site: SiteWords,
    pub policy: PolicyWords,
    pub label: String,
    /// Whether nothing was published before it.
    pub is_first: bool,
    pub class: Option<Class>,
    pub published: Option<Day>,
    /// When it was published, to the second, as RFC 3339.
    pub published_at: Option<String>,
    pub effective: Option<Day>,
    /// The effective date that readers were told before, in a notice that says another.
    pub told_effective: Option<Day>,
    /// Whether its effective date lies ahead.
    pub is_upcoming: bool,
    /// What changed, in the publisher's words.
    pub summary: Option<String>,
    /// What changed, told from the redline.
    pub description: Option<String>,
    /// Where to read it, to see what changed, and to find everything that changed before.
    pub read_url: String,
    pub changes_url: Option<String>,
    pub changelog_url: String,
    pub text_sha256: String,
    /// The changed sections, as HTML without attributes; empty where there is nothing to show.
    pub changes_html: String,
    /// The same as text: `{+inserted+}`, `[-removed-]`.
    pub changes_text: String,
}

/// The words around what a notice says.
#[derive(Debug, Clone, Serialize)]
pub struct ContentWords {
    /// The language of the words, a BCP 47 tag.
    pub language: String,
    pub added: String,
    pub removed: String,
    /// What the marks of the text mean.
    pub marks: String,
    pub what_changed: String,
    pub read: String,
    pub see_changes: String,
    pub all_changes: String,
    pub leave: String,
}

impl ContentWords {
    fn of(words: &Words) -> ContentWords {
        let language = words.language.clone();
        let words = words.announced.clone();
        let marks = [("added", "{+…+}"), ("removed", "[-…-]")];
        ContentWords {
            language,
            marks: words.marks.fill(&marks),
            added: words.added,
            removed: words.removed,
            what_changed: words.what_changed,
            read: words.read,
            see_changes: words.see_changes,
            all_changes: words.all_changes,
            leave: words.leave,
        }
    }
}

/// What the site says of itself.
#[derive(Debug, Clone, Serialize)]
pub struct SiteWords {
    pub title: String,
    pub language: String,
    pub url: String,
}

/// What a policy says of itself.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyWords {
    pub uid: String,
    pub id: String,
    pub title: String,
    /// The language of the text, a BCP 47 tag.
    pub language: String,
}

/// A day, for machines and for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Day {
    pub iso: String,
    pub text: String,
}

impl Day {
    fn of(date: Date, words: &Words) -> Day {
        Day {
            iso: date.to_string(),
            text: words.dates.day(date),
        }
    }
}

/// What changed.
#[derive(Default)]
struct Changes {
    description: Option<String>,
    html: String,
    text: String,
}

/// What contents are gathered from.
pub struct Gatherer<'a> {
    pub config: &'a Config,
    pub policies: &'a Policies,
    pub theme: &'a Theme,
    pub comparer: Comparer<'a>,
}

impl Gatherer<'_> {
    /// What a notice of the text at `place` says. `told` is the effective date that was told before.
    ///
    /// # Errors
    ///
    /// There is no base URL, a text cannot be read, or a template is wrong.
    pub fn content(
        &mut self,
        planned: &Planned,
        place: Place,
        told: Option<&str>,
    ) -> Result<Content> {
        let policy = &self.policies.all[place.policy];
        let version = &policy.versions[place.version];
        let changes = self.changes(planned.why, policy, place)?;
        let links = self.links(planned.why, place)?;
        let day = |date: Date| Day::of(date, self.theme.words());
        let effective = version.effective.date;
        let mut content = Content {
            notice: planned.notice.clone(),
            why: planned.why,
            subject: String::new(),
            said: String::new(),
            words: ContentWords::of(self.theme.words()),
            site: self.site()?,
            policy: PolicyWords {
                uid: policy.uid.clone(),
                id: policy.id.clone(),
                title: line(&policy.title),
                language: self.language(version),
            },
            label: version.label.clone(),
            is_first: before(policy, place.version).is_none(),
            class: planned.change,
            published: version.published.map(|moment| day(moment.date())),
            published_at: version.published.map(|moment| moment.rfc3339()),
            effective: effective.map(day),
            told_effective: told.and_then(|told| told.parse().ok()).map(day),
            is_upcoming: effective.is_some_and(|date| date > self.policies.today),
            summary: version
                .summary
                .as_deref()
                .map(|summary| shortened(summary, LONGEST)),
            description: changes.description,
            read_url: links.0,
            changes_url: links.1,
            changelog_url: self.url(&changelog_route(self.policies, place.policy))?,
            text_sha256: planned.text_sha256.clone(),
            changes_html: changes.html,
            changes_text: changes.text,
        };
        let words = &self.theme.words().announced;
        content.said = said::said(&content, words);
        content.subject = said::subject(&content, words);
        content.subject = self.subject(&content)?;
        Ok(content)
    }

    /// What changed, in a sentence and in full.
    fn changes(&mut self, why: Why, policy: &Policy, place: Place) -> Result<Changes> {
        let Some(redline) = self.redline(why, policy, place)? else {
            return Ok(Changes::default());
        };
        let retitled = self.retitled(policy, place)?;
        let words = self.theme.words();
        let told = redline.summary(words).description.or(retitled);
        Ok(Changes {
            description: told.map(|told| shortened(&told, LONGEST)),
            html: raised(fragment(&redline, EXCERPT, words)),
            text: letter::letter(&redline, EXCERPT_TEXT, COLUMNS, words),
        })
    }

    fn language(&self, version: &Version) -> String {
        let own = version.lang.as_ref();
        own.unwrap_or(&self.config.site.language).clone()
    }

    fn site(&self) -> Result<SiteWords> {
        Ok(SiteWords {
            title: line(&self.config.site.title),
            language: self.config.site.language.clone(),
            url: self.base_url()?.to_owned(),
        })
    }

    fn base_url(&self) -> Result<&str> {
        let url = self.config.site.base_url.as_deref();
        url.context(NO_BASE_URL)
    }

    fn url(&self, route: &str) -> Result<String> {
        // A page is named by its folder.
        let folder = route.strip_suffix("index.html").unwrap_or(route);
        Ok(format!("{}{}", self.base_url()?, encoded(folder)))
    }

    /// Where to read a version, and where to see what changed in it.
    fn links(&self, why: Why, place: Place) -> Result<(String, Option<String>)> {
        let policy = &self.policies.all[place.policy];
        let folder = version_folder(self.policies, place.policy, place.version);
        let changes = match why {
            Why::Correction => Some("corrections"),
            _ => before(policy, place.version).map(|_| "changes"),
        };
        let changes = changes.map(|page| self.url(&format!("{folder}{page}/index.html")));
        let read = self.url(&version_route(self.policies, place.policy, place.version))?;
        Ok((read, changes.transpose()?))
    }

    /// What changed; `None` where there is nothing to compare with, or nothing that should be shown.
    fn redline(
        &mut self,
        why: Why,
        policy: &Policy,
        place: Place,
    ) -> Result<Option<std::sync::Arc<Redline>>> {
        if why == Why::CalledOff {
            return Ok(None);
        }
        let Some((old, new)) = pair(policy, place, why == Why::Correction) else {
            return Ok(None);
        };
        self.comparer.redline(old, new).map(Some)
    }

    fn retitled(&mut self, policy: &Policy, place: Place) -> Result<Option<String>> {
        let Some(old) = before(policy, place.version) else {
            return Ok(None);
        };
        let change = title_change(policy, (old, place.version), &mut self.comparer)?;
        let words = self.theme.words();
        Ok(change.map(|(old, new)| line(&told_title(old, new, words))))
    }

    /// From its template, in one line.
    fn subject(&self, content: &Content) -> Result<String> {
        let bytes = self.theme.render(SUBJECT_TEMPLATE, content, 200)?;
        let said = line(&String::from_utf8_lossy(&bytes));
        Ok(shortened(&said, SUBJECT))
    }
}

const SUBJECT_TEMPLATE: &str = "notice_subject.txt";

/// The texts that are compared to tell what is new in one: of a correction, the text before it; else, the version before.
pub fn pair(policy: &Policy, place: Place, is_correction: bool) -> Option<(&Source, &Source)> {
    fn source(text: &Text) -> &Source {
        &text.revision.source
    }
    let version: &Version = &policy.versions[place.version];
    if version.hidden {
        return None;
    }
    let new = source(&version.texts[place.text]);
    let old = match is_correction {
        true => &version.texts[place.text.checked_sub(1)?],
        false => policy.versions[before(policy, place.version)?].newest_text(),
    };
    Some((source(old), new))
}

/// That readers are given less time than they should be, in a sentence.
pub fn told_short(short: Short) -> String {
    let wanted = short.wanted;
    match short.effective {
        None => format!(
            "it has no effective date, so readers get no notice; {wanted} days are declared"
        ),
        Some(date) => {
            let given = short.given;
            let days = if given == 1 { "day" } else { "days" };
            format!(
                "effective from {date}, it gives readers {given} {days} of notice; {wanted} are declared"
            )
        }
    }
}

/// Words in one line, without what could steer a terminal or end a header.
fn line(text: &str) -> String {
    let text = terminal::harmless(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// HTML whose highest headings stand right below those of the mail, whatever they were in the text.
fn raised(html: String) -> String {
    let tags = |level: usize| (format!("<h{level}>"), format!("</h{level}>"));
    let levels = HIGHEST..=6;
    let Some(highest) = levels.clone().find(|level| html.contains(&tags(*level).0)) else {
        return html;
    };
    levels
        .skip_while(|level| *level < highest)
        .fold(html, |html, level| {
            let ((begin, end), (to_begin, to_end)) = (tags(level), tags(level - highest + HIGHEST));
            html.replace(&begin, &to_begin).replace(&end, &to_end)
        })
}

/// The level below that of "what changed".
const HIGHEST: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_headings_come_right_below_those_of_the_mail() {
        let raised = |html: &str| raised(html.to_owned());
        assert_eq!(raised("<h4>a</h4><h5>b</h5>"), "<h3>a</h3><h4>b</h4>");
        assert_eq!(raised("<h3>a</h3><h5>b</h5>"), "<h3>a</h3><h5>b</h5>");
        assert_eq!(raised("<p>a</p>"), "<p>a</p>");
    }
}
