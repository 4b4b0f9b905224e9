//! How long a redline takes: neighbours with a small edit, two versions many edits apart, a large table, and two documents that
//! have nothing in common; then all redlines to the newest version, with one memory, as a build makes them.
//!
//! Every document is made here, the same in each run.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use policygen::document::{self, Document, Options};
use policygen::redline::{Memory, Redline, compare};

const WORDS: [&str; 32] = [
    "account", "address", "agree", "archive", "before", "bicycle", "consent", "courier",
    "customer", "delete", "every", "from", "garden", "invoice", "keep", "law", "month", "notice",
    "of", "order", "payment", "person", "reason", "record", "request", "service", "shop", "store",
    "terms", "time", "with", "you",
];

/// So many sections give a policy of about 40 kB.
const SECTIONS: usize = 40;
/// So many versions lead to the newest one.
const VERSIONS: usize = 60;
const ROWS: usize = 400;

criterion_group!(redlines, pairs, histories);
criterion_main!(redlines);

/// Each pair without a memory.
fn pairs(criterion: &mut Criterion) {
    let policy = |edits: usize| parsed(&policy(1, edits));
    let cases = [
        ("neighbours", policy(0), policy(1)),
        ("many edits", policy(0), policy(VERSIONS)),
        ("table", parsed(&table(0)), parsed(&table(20))),
        ("nothing in common", policy(0), parsed(&foreign())),
    ];
    let mut group = criterion.benchmark_group("pair");
    for (name, old, new) in &cases {
        group.bench_function(*name, |b| b.iter(|| fresh(old, new)));
    }
    group.finish();
}

/// Each version with the newest, with one memory.
fn histories(criterion: &mut Criterion) {
    let mut parser = document::Memory::new(Options::default());
    let versions: Vec<Document> = (0..=VERSIONS)
        .map(|edits| parser.parse(&policy(1, edits)).document)
        .collect();
    let newest = &versions[VERSIONS];
    let mut group = criterion.benchmark_group("history");
    group.sample_size(20);
    group.throughput(Throughput::Elements(VERSIONS as u64));
    group.bench_function("neighbours", |b| {
        b.iter(|| {
            let mut memory = Memory::new();
            let pairs = versions.windows(2);
            pairs.for_each(|pair| drop(compare(&pair[0], &pair[1], &mut memory)));
        });
    });
    group.bench_function("since", |b| {
        b.iter(|| {
            let mut memory = Memory::new();
            let older = versions[..VERSIONS].iter();
            older.for_each(|old| drop(compare(old, newest, &mut memory)));
        });
    });
    group.finish();
}

fn fresh(old: &Document, new: &Document) -> Redline {
    compare(black_box(old), black_box(new), &mut Memory::new())
}

fn parsed(text: &str) -> Document {
    document::parse(text, Options::default()).document
}

/// A policy after so many edits, each of which changes a sentence in one section, and sometimes adds a paragraph or an item.
fn policy(seed: usize, edits: usize) -> String {
    let mut text = String::new();
    for section in 0..SECTIONS {
        let edition = (0..edits)
            .filter(|edit| edit * 7 % SECTIONS == section)
            .count();
        let mut words = words(seed * 10_007 + section * 101);
        let mut sentence = |count: usize| sentence(&mut words, count);
        let edited = sentence_of(section * 31 + edition, 14);
        let _ = write!(
            text,
            "## {}\n\n{}. {edited}. {}, **{}** and [{}](https://example.org/{section}).\n\n{}.\n\n- {}\n- {}\n- {}\n\n",
            sentence(3),
            sentence(25),
            sentence(20),
            sentence(3),
            sentence(2),
            sentence(50),
            sentence(12),
            sentence(9),
            sentence_of(section * 17 + edition / 2, 11),
        );
        if edition % 3 == 2 {
            let _ = write!(text, "{}.\n\n", sentence_of(section + 5_000, 30));
        }
    }
    text
}

/// The same form with other words.
fn foreign() -> String {
    policy(77, 0)
        .split(' ')
        .map(|word| word.chars().rev().collect::<String>() + " ")
        .collect()
}

/// A table in which so many cells were edited, and as many rows added.
fn table(edits: usize) -> String {
    let mut text = "| Supplier | Purpose | Country |\n| --- | --- | --- |\n".to_owned();
    for row in 0..ROWS {
        let purpose = match row * edits % ROWS < edits {
            true => row + 900,
            false => row,
        };
        let _ = writeln!(
            text,
            "| Supplier {row} | {} | {} |",
            sentence_of(purpose, 8),
            sentence_of(row, 1)
        );
        if edits > 0 && row % (ROWS / edits) == 3 {
            let _ = writeln!(
                text,
                "| New {row} | {} | {} |",
                sentence_of(row, 6),
                sentence_of(row, 1)
            );
        }
    }
    text
}

fn sentence_of(seed: usize, count: usize) -> String {
    sentence(&mut words(seed), count)
}

fn sentence(words: &mut impl Iterator<Item = &'static str>, count: usize) -> String {
    words.take(count).collect::<Vec<_>>().join(" ")
}

/// An endless row of words, the same for the same seed (a linear congruential generator).
fn words(seed: usize) -> impl Iterator<Item = &'static str> {
    let mut state = seed as u64 + 1;
    std::iter::repeat_with(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        WORDS[(state >> 33) as usize % WORDS.len()]
    })
}
