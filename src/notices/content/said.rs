//! What happened, in the words of the site.

use super::{Content, Day};
use crate::ledger::entry::Why;
use crate::words::{Announced, Phrase};

/// In a few words, for a subject.
pub(super) fn subject(content: &Content, words: &Announced) -> String {
    let effective = content.effective.as_ref();
    let phrase = match content.why {
        Why::CalledOff if effective.is_some() => &words.subject_called_off_on,
        Why::CalledOff => &words.subject_called_off,
        Why::Postponed => &words.subject_postponed,
        Why::Correction => &words.subject_corrected,
        Why::New if content.is_first && content.is_upcoming => &words.subject_first_from,
        Why::New if content.is_first => &words.subject_first,
        Why::New if content.is_upcoming => &words.subject_upcoming,
        Why::New => &words.subject_changed,
    };
    filled(phrase, content)
}

/// In a sentence or two.
pub(super) fn said(content: &Content, words: &Announced) -> String {
    let phrase = match content.why {
        Why::CalledOff if content.effective.is_some() => &words.called_off_on,
        Why::CalledOff => &words.called_off,
        Why::Postponed if tells_another_day(content) => &words.postponed_from,
        Why::Postponed => &words.postponed,
        Why::Correction => &words.corrected,
        Why::New if content.is_first => &words.first,
        Why::New => &words.changed,
    };
    let said = filled(phrase, content);
    let is_dated = matches!(content.why, Why::New | Why::Correction);
    match content.effective.as_ref().filter(|_| is_dated) {
        Some(_) => format!("{said} {}", filled(&words.effective, content)),
        None => said,
    }
}

fn tells_another_day(content: &Content) -> bool {
    content.told_effective.is_some() && content.told_effective != content.effective
}

fn filled(phrase: &Phrase, content: &Content) -> String {
    let text = |day: &Option<Day>| day.as_ref().map(|day| day.text.clone()).unwrap_or_default();
    phrase.fill(&[
        ("policy", &content.policy.title),
        ("label", &content.label),
        ("date", &text(&content.effective)),
        ("before", &text(&content.told_effective)),
    ])
}
