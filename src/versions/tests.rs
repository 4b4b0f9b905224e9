//! A policy told text by text, and the versions that come of it.

use std::sync::Arc;

use jiff::civil::{Date, date};

use super::annotations::{Annotation, Annotations, Which};
use super::*;
use crate::config::Versions;
use crate::document::{Memory, Options};
use crate::facts;
use crate::history::{Commit, Source, Trailers};
use crate::problems::Problems;

/// Texts of one policy, a day between them, the first on 1 January 2024.
struct Told {
    texts: Vec<(String, Trailers)>,
    mode: Versions,
    annotations: Annotations,
    problems: Problems,
}

fn told(texts: &[&str]) -> Told {
    Told {
        texts: texts
            .iter()
            .map(|text| (text.to_string(), Trailers::default()))
            .collect(),
        mode: Versions::Auto,
        annotations: Annotations::default(),
        problems: Problems::default(),
    }
}

impl Told {
    fn mode(mut self, mode: Versions) -> Told {
        self.mode = mode;
        self
    }

    fn annotated(mut self, label: &str, change: impl FnOnce(&mut Annotation)) -> Told {
        let mut annotation = Annotation {
            policy: "p".into(),
            version: Which::Label(label.into()),
            effective: None,
            change: None,
            summary: None,
            hidden: false,
            called_off: false,
            postponed_to: None,
        };
        change(&mut annotation);
        self.annotations.versions.push(annotation);
        self
    }

    fn trailers(mut self, text: usize, change: impl FnOnce(&mut Trailers)) -> Told {
        change(&mut self.texts[text].1);
        self
    }

    fn decide(&self) -> Decided {
        let mut memory = Memory::new(Options::default());
        let known: Vec<Known> = self
            .texts
            .iter()
            .map(|(text, _)| {
                Ok(Arc::new(facts::facts(
                    text.as_bytes(),
                    &facts::read(text.as_bytes(), &mut memory),
                )))
            })
            .collect();
        let history = PolicyHistory {
            revisions: self
                .texts
                .iter()
                .enumerate()
                .map(|(n, (_, trailers))| revision(n, trailers.clone()))
                .collect(),
            withdrawals: Vec::new(),
            live: true,
        };
        decide(
            &history,
            &known,
            &Rules {
                versions: self.mode,
                annotations: &self.annotations,
                names: &["p".to_string()],
                problems: &self.problems,
            },
        )
    }

    fn labels(&self) -> Vec<String> {
        self.decide()
            .versions
            .into_iter()
            .map(|version| version.label)
            .collect()
    }

    fn messages(&self) -> Vec<String> {
        self.problems
            .sorted()
            .iter()
            .map(ToString::to_string)
            .collect()
    }
}

fn revision(position: usize, trailers: Trailers) -> Revision {
    let commit = Commit {
        id: ObjectId([position as u8; 20]),
        position,
        date: Moment {
            seconds: 1_704_067_200 + position as i64 * 86_400,
            offset_minutes: 0,
        },
        trailers,
    };
    Revision {
        commit: Some(Arc::new(commit)),
        path: "p.md".into(),
        source: Source::Blob(ObjectId([position as u8; 20])),
    }
}

fn standing_of(decided: &Decided, today: Date) -> (Option<&str>, Vec<&str>) {
    let standing = standing(&decided.versions, today);
    let label = |index: &usize| decided.versions[*index].label.as_str();
    (
        standing.in_force.as_ref().map(label),
        standing.upcoming.iter().map(label).collect(),
    )
}

#[test]
fn every_visible_change_is_a_version_where_none_is_declared() {
    let told = told(&["one\n", "one two\n", "one\ntwo\n", "three\n"]);
    assert_eq!(told.labels(), ["2024-01-01", "2024-01-02", "2024-01-04"]);
    assert_eq!(told.decide().unchanged, [ObjectId([2; 20])]);
}

#[test]
fn a_declared_version_begins_when_its_value_changes_and_else_is_corrected() {
    let told = told(&[
        "---\nversion: 1.10\n---\none\n",
        "---\nversion: 1.10\n---\ntwo\n",
        "---\nversion: 2\n---\ntwo\n",
        "---\nversion: 1.10\n---\ntwo\n",
    ]);
    let decided = told.decide();
    assert_eq!(told.labels(), ["1.10", "2", "1.10-2"]);
    assert_eq!(decided.versions[0].texts.len(), 2);
    assert_eq!(
        decided.versions[0]
            .earlier_texts()
            .map(|(name, _)| name)
            .collect::<Vec<_>>(),
        ["original"]
    );
}

#[test]
fn auto_decides_revision_by_revision() {
    let told = told(&[
        "one\n",
        "---\nversion: 1\n---\none\n",
        "two\n",
        "---\nversion: 1\n---\ntwo\n",
    ]);
    assert_eq!(told.labels(), ["2024-01-01", "1", "2024-01-03", "1-2"]);
}

#[test]
fn the_configuration_can_count_declared_versions_only_or_none() {
    let texts = [
        "---\nversion: 1\n---\none\n",
        "two\n",
        "---\nversion: 1\n---\nthree\n",
    ];
    assert_eq!(told(&texts).mode(Versions::Declared).labels(), ["1"]);
    assert_eq!(
        told(&texts).mode(Versions::EveryChange).labels(),
        ["2024-01-01", "2024-01-02", "2024-01-03"]
    );
}

#[test]
fn reserved_and_taken_labels_get_a_number() {
    let declared = |value: &str| format!("---\nversion: {value}\n---\ntext {value}\n");
    let texts = [
        "draft",
        "1",
        "draft",
        "Draft!",
        "correction-1",
        "../x",
        "..",
    ]
    .map(declared);
    let told = told(&texts.each_ref().map(String::as_str));
    assert_eq!(
        told.labels(),
        [
            "draft-1",
            "1",
            "draft-2",
            "draft-",
            "correction-1-1",
            "..-x",
            "-"
        ]
    );
}

#[test]
fn an_invisible_revision_can_correct_a_date_afterwards() {
    let told = told(&[
        "---\nversion: 1\neffective: 2024-02-01\n---\none\n",
        "---\nversion: 1\neffective: 2024-03-01\n---\none\n",
        "---\nversion: 1\neffective: 2024-03-01\nunknown: x\n---\none\n",
    ]);
    let decided = told.decide();
    assert_eq!(decided.versions[0].effective.date, Some(date(2024, 3, 1)));
    assert_eq!(decided.versions[0].revisions.len(), 2);
    assert_eq!(decided.unchanged.len(), 1);
}

#[test]
fn what_was_said_of_the_last_change_does_not_describe_this_one() {
    let said = |version: &str, text: &str| {
        format!("---\n{version}change: material\nsummary: We say more.\n---\n{text}\n")
    };
    let left_over = told(&[&said("", "one"), &said("", "two")]);
    let decided = left_over.decide();
    assert_eq!(
        (decided.versions[0].change, decided.versions[1].change),
        (Some(Change::Material), None)
    );
    assert_eq!(decided.versions[1].summary, None);
    assert_eq!(left_over.messages().len(), 2);
    let declared = told(&[&said("version: 1\n", "one"), &said("version: 2\n", "two")]);
    assert_eq!(declared.decide().versions[1].change, Some(Change::Material));
    assert!(declared.messages().is_empty());
}

#[test]
fn effective_dates_come_from_the_nearest_to_the_publisher() {
    let front = "---\neffective: 2024-02-01\n---\nEffective date: March 3, 2024\n";
    let text = "Effective date: March 3, 2024\n";
    let from = |told: Told| {
        let version = told.decide().versions.remove(0);
        (version.effective.date, version.effective.from)
    };
    let trailer = |trailers: &mut Trailers| trailers.effective = Some("2024-02-02".into());
    let annotation = |a: &mut Annotation| a.effective = Some(Stated::Day(date(2024, 1, 31)));
    assert_eq!(
        from(told(&[text])),
        (Some(date(2024, 3, 3)), Some(EffectiveFrom::Text))
    );
    assert_eq!(
        from(told(&[text]).trailers(0, trailer)),
        (Some(date(2024, 2, 2)), Some(EffectiveFrom::Trailer))
    );
    assert_eq!(
        from(told(&[front]).trailers(0, trailer)),
        (Some(date(2024, 2, 1)), Some(EffectiveFrom::FrontMatter))
    );
    let annotated = told(&[front]).annotated("2024-01-01", annotation);
    assert_eq!(
        from(annotated),
        (Some(date(2024, 1, 31)), Some(EffectiveFrom::Annotation))
    );
}

#[test]
fn a_date_taken_over_unchanged_is_carried_over_and_warned_of() {
    let told = told(&[
        "Effective date: March 3, 2024\n\none\n",
        "Effective date: March 3, 2024\n\ntwo\n",
    ]);
    let carried: Vec<bool> = told
        .decide()
        .versions
        .iter()
        .map(|version| version.effective.carried_over)
        .collect();
    assert_eq!(carried, [false, true]);
    assert_eq!(told.messages().len(), 1);
}

#[test]
fn the_newest_version_whose_date_has_come_is_in_force() {
    let told = told(&[
        "---\nversion: 1\n---\none\n",
        "---\nversion: 2\neffective: 2024-06-01\n---\ntwo\n",
        "---\nversion: 3\neffective: 2024-05-01\n---\nthree\n",
    ]);
    let decided = told.decide();
    assert_eq!(
        standing_of(&decided, date(2024, 4, 30)),
        (Some("1"), vec!["3"]),
        "2 never holds: 3 does before it"
    );
    assert_eq!(standing_of(&decided, date(2024, 5, 1)), (Some("3"), vec![]));
    assert_eq!(standing_of(&decided, date(2024, 7, 1)), (Some("3"), vec![]));
}

#[test]
fn a_date_more_than_a_year_ahead_makes_nothing_upcoming() {
    let told = told(&[
        "---\nversion: 1\n---\none\n",
        "---\nversion: 2\neffective: 2034-06-01\n---\ntwo\n",
    ]);
    assert_eq!(
        standing_of(&told.decide(), date(2024, 2, 1)),
        (Some("2"), vec![])
    );
    assert!(told.messages()[0].contains("more than a year"));
}

#[test]
fn versions_called_off_are_never_in_force_and_postponed_ones_later() {
    let texts = [
        "---\nversion: 1\n---\none\n",
        "---\nversion: 2\neffective: 2024-06-01\n---\ntwo\n",
    ];
    let today = date(2024, 6, 2);
    assert_eq!(
        standing_of(&told(&texts).decide(), today),
        (Some("2"), vec![])
    );
    let off = told(&texts).annotated("2", |a| a.called_off = true);
    assert_eq!(standing_of(&off.decide(), today), (Some("1"), vec![]));
    let hidden = told(&texts).annotated("2", |a| a.hidden = true);
    assert_eq!(standing_of(&hidden.decide(), today), (Some("2"), vec![]));
    let postponed = told(&texts)
        .annotated("2", |a| a.postponed_to = Some(date(2024, 9, 1)))
        .decide();
    assert_eq!(standing_of(&postponed, today), (Some("1"), vec!["2"]));
    assert_eq!(postponed.versions[1].postponed_from, Some(date(2024, 6, 1)));
}

#[test]
fn labels_do_not_change_when_history_grows() {
    let texts = [
        "a\n",
        "---\nversion: 1\n---\nb\n",
        "---\nversion: 1\n---\nc\n",
        "d\n",
        "---\nversion: 1\n---\nd\n",
        "e\n",
    ];
    let whole = told(&texts).labels();
    for length in 1..texts.len() {
        let labels = told(&texts[..length]).labels();
        assert_eq!(labels, whole[..labels.len()]);
    }
}
