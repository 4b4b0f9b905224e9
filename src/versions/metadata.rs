//! What each version says of itself: dates, class, summary, from its newest front matter, the trailers of its commits, the
//! text, and over them all `versions.toml`.

use jiff::civil::Date;

use super::annotations::Annotation;
use super::decide::{Draft, Rules};
use super::{Effective, EffectiveFrom, Version};
use crate::dates::{self, Stated};
use crate::front_matter::{Change, FrontMatter};
use crate::history::Trailers;
use crate::problems::Problems;

/// Fills in what the versions of a policy say, oldest first.
pub(super) fn fill(drafts: &mut [Draft], rules: &Rules<'_>) {
    for index in 0..drafts.len() {
        let (before, rest) = drafts.split_at_mut(index);
        if let Some(draft) = rest.first_mut() {
            fill_one(draft, before.last(), rules);
        }
    }
}

/// Fills in what one version says; `before` is the one before it.
pub(super) fn fill_one(draft: &mut Draft, before: Option<&Draft>, rules: &Rules<'_>) {
    let trailers = trailers(draft);
    let commits = draft.version.revisions.clone();
    let label = draft.version.label.clone();
    let annotations: Vec<_> = rules
        .annotations
        .of(rules.names, &label, &commits)
        .collect();
    let problems = rules.problems;

    draft.version.title.clone_from(&draft.facts.title);
    draft
        .version
        .description
        .clone_from(&draft.front.description);
    draft.version.lang.clone_from(&draft.front.lang);
    draft.version.stated.clone_from(&draft.facts.stated);
    draft.version.reviewed = draft.front.reviewed;
    draft.version.change = change(draft, before, &trailers, &annotations, problems);
    draft.version.summary = summary(draft, before, &trailers, &annotations, problems);
    draft.version.hidden = annotations.iter().any(|a| a.hidden);
    draft.version.aliases.clone_from(&draft.front.aliases);
    let called_off = |front: &FrontMatter| front.called_off.then_some(true);
    let declared = own(draft, before, called_off, "called_off", problems);
    draft.version.called_off = declared.is_some() || annotations.iter().any(|a| a.called_off);
    set_effective(draft, before, &trailers, &annotations, problems);
    if draft.version.hidden {
        withhold(draft, &annotations);
    }
}

/// Takes back all words of a hidden version that its text or its editors gave it.
fn withhold(draft: &mut Draft, annotations: &[&Annotation]) {
    let version = &mut draft.version;
    version.title = None;
    version.description = None;
    version.stated = None;
    version.aliases = Vec::new();
    version.effective.unclear = None;
    version.summary = annotations.iter().find_map(|a| a.summary.clone());
}

/// Of each trailer the newest among the version's commits.
fn trailers(draft: &Draft) -> Trailers {
    let mut all = Trailers::default();
    for commit in &draft.commits {
        let of = &commit.trailers;
        all.summary = of.summary.clone().or(all.summary);
        all.change = of.change.clone().or(all.change);
        all.effective = of.effective.clone().or(all.effective);
    }
    all
}

fn change(
    draft: &Draft,
    before: Option<&Draft>,
    trailers: &Trailers,
    annotations: &[&Annotation],
    problems: &Problems,
) -> Option<Change> {
    let annotated = annotations.iter().find_map(|a| a.change);
    let declared = fresh(draft, before, |front| &front.change, "change", problems);
    let trailer = trailers.change.as_deref().and_then(|word| {
        let parsed = word.parse().ok();
        if parsed.is_none() {
            let message =
                format!("trailer `Version-Change: {word}`: expected material, minor or editorial");
            problems.warning("faulty trailers", &*draft.place, message);
        }
        parsed
    });
    annotated.or(declared).or(trailer)
}

fn summary(
    draft: &Draft,
    before: Option<&Draft>,
    trailers: &Trailers,
    annotations: &[&Annotation],
    problems: &Problems,
) -> Option<String> {
    let annotated = annotations.iter().find_map(|a| a.summary.clone());
    let declared = fresh(draft, before, |front| &front.summary, "summary", problems);
    annotated.or(declared).or_else(|| trailers.summary.clone())
}

/// A value of the front matter that describes this version: it, or `version`, changed since the version before. Left over
/// from the last edit it counts as absent.
fn fresh<T: Clone + PartialEq>(
    draft: &Draft,
    before: Option<&Draft>,
    value: impl Fn(&FrontMatter) -> &Option<T>,
    key: &str,
    problems: &Problems,
) -> Option<T> {
    let now = value(&draft.front).clone()?;
    let stale = before.is_some_and(|before| {
        value(&before.front).as_ref() == Some(&now) && before.front.version == draft.front.version
    });
    if !stale {
        return Some(now);
    }
    let label = &draft.version.label;
    let message = format!(
        "`{key}` stands as it was for the version before `{label}`, so it is taken as left over; change it, remove it, or declare a `version`"
    );
    problems.warning(
        "left-over descriptions of the last change",
        &*draft.place,
        message,
    );
    None
}

/// A value of the front matter that calls this version off or postpones it. One that stood already in the version before was
/// about that one.
fn own<T: PartialEq>(
    draft: &Draft,
    before: Option<&Draft>,
    value: impl Fn(&FrontMatter) -> Option<T>,
    key: &str,
    problems: &Problems,
) -> Option<T> {
    let now = value(&draft.front)?;
    let is_left_over = before.is_some_and(|before| value(&before.front).as_ref() == Some(&now));
    if !is_left_over {
        return Some(now);
    }
    let label = &draft.version.label;
    let message = format!(
        "`{key}` stands as it was for the version before `{label}`, so it is taken as left over; remove it, or say it of `{label}` in `versions.toml`"
    );
    problems.warning(
        "left-over descriptions of the last change",
        &*draft.place,
        message,
    );
    None
}

fn set_effective(
    draft: &mut Draft,
    before: Option<&Draft>,
    trailers: &Trailers,
    annotations: &[&Annotation],
    problems: &Problems,
) {
    let mut effective = effective(draft, trailers, annotations, problems);
    let postponed = annotations
        .iter()
        .find_map(|a| a.postponed_to)
        .map(|date| (date, EffectiveFrom::Annotation))
        .or_else(|| {
            let declared = own(
                draft,
                before,
                |front| front.postponed_to,
                "postponed_to",
                problems,
            );
            declared.map(|date| (date, EffectiveFrom::FrontMatter))
        });
    if let Some((date, from)) = postponed {
        let first = draft.moved_from.or(effective.date);
        draft.version.postponed_from = first.filter(|&old| old < date);
        warn_of_earlier(draft, effective.date, date, problems);
        effective.date = Some(date);
        effective.from = Some(from);
    } else if effective.from == Some(EffectiveFrom::FrontMatter) {
        let moved = draft.moved_from;
        draft.version.postponed_from = moved.filter(|&old| Some(old) < effective.date);
    }
    effective.planned = postponed.is_some()
        || draft.version.postponed_from.is_some()
        || effective.from == Some(EffectiveFrom::Annotation);
    let previous = before.and_then(|before| before.version.effective.date);
    effective.carried_over = effective.date.is_some() && effective.date == previous;
    draft.version.effective = effective;
    warn_of_effective(draft, problems);
}

fn warn_of_earlier(
    draft: &Draft,
    effective: Option<Date>,
    postponed_to: Date,
    problems: &Problems,
) {
    if let Some(effective) = effective.filter(|&effective| effective > postponed_to) {
        let label = &draft.version.label;
        let message = format!(
            "version `{label}` is postponed to {postponed_to}, before its effective date {effective}; it takes effect on {postponed_to}"
        );
        problems.warning("postponed to an earlier day", &*draft.place, message);
    }
}

fn effective(
    draft: &Draft,
    trailers: &Trailers,
    annotations: &[&Annotation],
    problems: &Problems,
) -> Effective {
    let annotated = annotations.iter().find_map(|a| a.effective.clone());
    let trailer = || {
        let text = trailers.effective.as_deref()?;
        let parsed = dates::parse(text);
        if parsed.is_none() {
            let message =
                format!("trailer `Effective: {text}`: expected a date such as 2024-02-01");
            problems.warning("faulty trailers", &*draft.place, message);
        }
        parsed
    };
    let found = annotated
        .map(|stated| (stated, EffectiveFrom::Annotation))
        .or_else(|| {
            Some((
                draft.front.effective.clone()?.stated,
                EffectiveFrom::FrontMatter,
            ))
        })
        .or_else(|| Some((trailer()?, EffectiveFrom::Trailer)))
        .or_else(|| Some((draft.facts.effective.clone()?, EffectiveFrom::Text)));
    match found {
        None => Effective::default(),
        Some((stated, from)) => Effective {
            date: stated.day(),
            from: Some(from),
            unclear: match stated {
                Stated::Unclear(text) => Some(text),
                Stated::Day(_) => None,
            },
            carried_over: false,
            planned: false,
        },
    }
}

fn warn_of_effective(draft: &Draft, problems: &Problems) {
    let version = &draft.version;
    let Some(date) = version.effective.date else {
        return;
    };
    let label = &version.label;
    if version.effective.carried_over && draft.visible {
        let message = format!(
            "version `{label}` has another text than the one before, but the same effective date, {date}"
        );
        problems.warning("effective dates carried over", &*draft.place, message);
    }
    if is_far(version) {
        let message = format!(
            "version `{label}` is effective from {date}, more than a year after it was published; it is shown, but not as upcoming"
        );
        problems.warning("effective dates far ahead", &*draft.place, message);
    }
}

/// Whether an effective date is more than a year after the publication: more likely a slip than a plan, but where somebody
/// put it there in a second step.
pub(super) fn is_far(version: &Version) -> bool {
    let limit = jiff::Span::new().years(1);
    let published = version.published.map(|moment| moment.date());
    let (Some(effective), Some(published)) = (version.effective.date, published) else {
        return false;
    };
    !version.effective.planned
        && published
            .checked_add(limit)
            .is_ok_and(|limit| effective > limit)
}
