//! The words before a date that say what the date is: "Effective", "Last updated on", "This policy is effective as of".
//!
//! A label is made of known words alone, and one of them is a key. A sentence may also name its document in words of
//! its own ("These Harbour Terms were last updated on"), between a determiner and a verb. A word that is not known
//! ("until", "next", "previous", "deprecated", a region) makes it no label: it would say something else.

use super::tokens::{Token, one_of};

/// What a label says of its date; at least one is true.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kinds {
    pub effective: bool,
    pub stated: bool,
}

const EFFECTIVE: &[&str] = &["effective", "eff"];

/// Keys of an effective date only after [`INTO`]: "in force", "takes effect".
const FORCE: &[&str] = &["effect", "force"];
const INTO: &[&str] = &["in", "into", "with", "takes", "take", "took"];

/// Keys of an effective date only before [`SINCE`]: "applies from".
const APPLIES: &[&str] = &["applies", "apply", "applicable", "valid"];
const SINCE: &[&str] = &["from", "as", "since", "starting", "beginning"];

const UPDATED: &[&str] = &[
    "updated",
    "revised",
    "modified",
    "published",
    "posted",
    "amended",
    "changed",
    "edited",
    "issued",
    "released",
    "rev",
];

/// Keys of a stated date only as "last update", "date of publication", or alone.
const UPDATE: &[&str] = &[
    "update",
    "revision",
    "modification",
    "amendment",
    "change",
    "edit",
    "publication",
    "issue",
    "release",
];
const LAST: &[&str] = &[
    "last", "latest", "most", "recent", "recently", "date", "dates",
];

const DETERMINERS: &[&str] = &["this", "these", "the", "our"];

const VERBS: &[&str] = &[
    "is", "are", "was", "were", "has", "have", "shall", "will", "becomes", "become", "became",
    "takes", "take", "took", "comes", "come", "came", "goes", "go", "went", "enters", "entered",
    "applies", "apply",
];

const DOCUMENTS: &[&str] = &[
    "policy",
    "policies",
    "notice",
    "statement",
    "terms",
    "conditions",
    "agreement",
    "addendum",
    "guidelines",
    "rules",
    "code",
    "document",
    "page",
    "version",
    "license",
    "licence",
    "disclosure",
    "list",
    "annex",
    "appendix",
    "schedule",
];

const FILLERS: &[&str] = &[
    "reviewed",
    "on",
    "of",
    "as",
    "from",
    "since",
    "starting",
    "starts",
    "start",
    "beginning",
    "begins",
    "and",
    "been",
    "be",
    "also",
    "in",
    "into",
    "with",
    "enter",
    "entry",
    "at",
    "privacy",
    "cookie",
    "cookies",
    "service",
    "use",
];

/// Words that make a sentence speak of another text, or of a part of this one.
const OTHERS: &[&str] = &[
    "previous",
    "prior",
    "former",
    "old",
    "older",
    "earlier",
    "original",
    "first",
    "next",
    "new",
    "upcoming",
    "following",
    "future",
    "coming",
    "proposed",
    "draft",
    "change",
    "changes",
    "update",
    "updates",
    "updated",
    "revised",
    "amended",
    "modified",
    "amendment",
    "amendments",
    "section",
    "sections",
    "paragraph",
    "clause",
    "not",
    "no",
    "any",
    "each",
    "until",
    "till",
    "if",
    "when",
    "which",
    "that",
    "we",
    "you",
    "offer",
];

/// The most words that a label has.
const LONGEST: usize = 20;

/// What these tokens, which stand right before a date, say of it. `None`: they are no label.
pub(super) fn kinds(label: &[Token<'_>]) -> Option<Kinds> {
    let punctuation = label
        .iter()
        .all(|token| token.word().is_some() || is_label_mark(token));
    let words: Vec<&str> = label.iter().filter_map(Token::word).collect();
    if !punctuation || words.len() > LONGEST {
        return None;
    }
    let said = predicate(&words)?;
    let followed = label
        .last()
        .is_some_and(|token| token.is_mark(':') || token.is_dash());
    if names_another_text(&words, followed) {
        return None;
    }
    let effective = is_effective(said);
    let stated = is_stated(said, effective);
    (effective || stated).then_some(Kinds { effective, stated })
}

fn is_label_mark(token: &Token<'_>) -> bool {
    token.is_bracket()
        || token.is_dash()
        || token.mark().is_some_and(|mark| ":,./&|：".contains(mark))
}

/// The words without the sentence's own name for its document; all of them are known.
fn predicate<'w, 'a>(words: &'w [&'a str]) -> Option<&'w [&'a str]> {
    if words.iter().all(|word| is_known(word)) {
        return Some(words);
    }
    let verb = words.iter().position(|word| one_of(word, VERBS))?;
    let (subject, rest) = words.split_at(verb);
    let (determiner, name) = subject.split_first()?;
    let sentence = one_of(determiner, DETERMINERS)
        && name.iter().any(|word| one_of(word, DOCUMENTS))
        && !name.iter().any(|word| one_of(word, OTHERS))
        && rest.iter().all(|word| is_known(word));
    sentence.then_some(rest)
}

fn is_known(word: &str) -> bool {
    [
        EFFECTIVE,
        FORCE,
        APPLIES,
        UPDATED,
        UPDATE,
        LAST,
        DETERMINERS,
        VERBS,
        DOCUMENTS,
        FILLERS,
    ]
    .iter()
    .any(|words| one_of(word, words))
        || word.eq_ignore_ascii_case("commencement")
}

/// "Updated terms effective …" announces another text, and "Terms of Service effective …" is an entry in a list of texts.
fn names_another_text(words: &[&str], followed: bool) -> bool {
    let pairs = || words.windows(2);
    let announced = pairs().any(|pair| one_of(pair[0], UPDATED) && is_name(pair[1]));
    let entry = pairs().any(|pair| is_name(pair[0]) && one_of(pair[1], EFFECTIVE));
    let said = words
        .iter()
        .any(|word| one_of(word, VERBS) || one_of(word, &["date", "last"]));
    announced || (entry && !said && !followed)
}

fn is_name(word: &str) -> bool {
    one_of(word, DOCUMENTS) || one_of(word, &["privacy", "cookie", "cookies", "service", "use"])
}

fn is_effective(words: &[&str]) -> bool {
    let pair = |first: &[&str], second: &[&str]| {
        words
            .windows(2)
            .any(|pair| one_of(pair[0], first) && one_of(pair[1], second))
    };
    words.iter().any(|word| one_of(word, EFFECTIVE))
        || pair(INTO, FORCE)
        || pair(APPLIES, SINCE)
        || pair(&["commencement"], &["date"])
}

fn is_stated(words: &[&str], effective: bool) -> bool {
    let has = |keys: &[&str]| words.iter().any(|word| one_of(word, keys));
    has(UPDATED) || (!effective && has(UPDATE) && (has(LAST) || words.len() == 1))
}
