//! How long each stage takes: parsing a text, its digest and facts (without and with the memory of a neighbour that has the
//! same blocks), writing HTML, walking a history, and a full build.
//!
//! Everything is made here, the same in each run: a text, and a repository of [`POLICIES`] policies with [`VERSIONS`] versions
//! each. Where `POLICYGEN_BENCH_REPO` names a clone, its history is walked too.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use policygen::build;
use policygen::config::{Config, Overrides};
use policygen::document::html::{self, ImageAs, LinkTo, Resolve};
use policygen::document::{self, Memory, Options};
use policygen::facts;
use policygen::history::{self, Repository, Scope};
use policygen::problems::Problems;
use policygen::progress::Progress;
use policygen::site::Site;
use tempfile::TempDir;

const POLICIES: usize = 10;
const VERSIONS: usize = 40;

/// So many sections give a text of about 20 kB.
const SECTIONS: usize = 20;

const WORDS: [&str; 24] = [
    "account",
    "agreement",
    "archive",
    "before",
    "consent",
    "customer",
    "delete",
    "every",
    "from",
    "keep",
    "law",
    "month",
    "notice",
    "of",
    "payment",
    "person",
    "reason",
    "record",
    "request",
    "service",
    "shop",
    "store",
    "with",
    "you",
];

criterion_group!(stages, texts, walks, builds);
criterion_main!(stages);

fn facts_of(text: &str, memory: &mut Memory) -> facts::Facts {
    let bytes = text.as_bytes();
    facts::facts(bytes, &facts::read(bytes, memory))
}

/// One text: parse, digest, facts, HTML.
fn texts(criterion: &mut Criterion) {
    let text = text(1, 0);
    let body = text.split_once("\n---\n").map_or("", |(_, body)| body);
    let parsed = document::parse(body, Options::default());
    let mut group = criterion.benchmark_group("text");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("parse", |b| {
        b.iter(|| document::parse(black_box(body), Options::default()));
    });
    group.bench_function("digest", |b| {
        b.iter(|| black_box(&parsed.document).digest(Some("Policy")));
    });
    group.bench_function("facts", |b| {
        b.iter(|| facts_of(black_box(&text), &mut Memory::new(Options::default())));
    });
    group.bench_function("facts of a neighbour", |b| {
        let mut memory = Memory::new(Options::default());
        b.iter(|| facts_of(black_box(&text), &mut memory));
    });
    group.bench_function("html", |b| {
        b.iter(|| {
            let mut page = String::new();
            html::write(black_box(&parsed.document), &AsWritten, &mut page);
            page
        });
    });
    group.finish();
}

/// The history walk alone.
fn walks(criterion: &mut Criterion) {
    let generated = repository();
    let mut group = criterion.benchmark_group("walk");
    group.sample_size(20);
    group.bench_function("generated", |b| b.iter(|| walk(generated.path())));
    if let Some(clone) = std::env::var_os("POLICYGEN_BENCH_REPO").map(PathBuf::from) {
        let name = clone.file_name().unwrap_or_default().to_string_lossy();
        group.bench_function(name.as_ref(), |b| b.iter(|| walk(&clone)));
    }
    group.finish();
}

/// A whole site, on top of the one of the run before.
fn builds(criterion: &mut Criterion) {
    let generated = repository();
    let site = tempfile::tempdir().expect("a folder for the site");
    let mut group = criterion.benchmark_group("build");
    group.sample_size(10);
    group.bench_function("generated", |b| {
        b.iter(|| publish(generated.path(), &site.path().join("site")));
    });
    group.finish();
}

fn walk(clone: &Path) -> usize {
    let repository = Repository::discover(clone)
        .expect("a readable repository")
        .expect("a repository");
    let scope = Scope {
        tip: repository.resolve("HEAD").expect("a commit"),
        prefix: "",
        is_policy: &|_| true,
        by_author: false,
        mends: &[],
    };
    history::published(&repository, &scope, &|| {})
        .expect("a readable history")
        .policies
        .len()
}

fn publish(clone: &Path, site: &Path) {
    let overrides = Overrides {
        output: Some(site.to_path_buf()),
        ..Overrides::default()
    };
    let config = Config::load(clone, overrides).expect("a configuration");
    let today = jiff::civil::date(2026, 1, 1);
    let problems = Problems::default();
    let progress = Progress::new(false);
    let site = Site::load(config, today, false, &problems, &progress).expect("a history");
    let built = build::build(&site, false, &problems, &progress);
    let summary = built.expect("a site").expect("a site without errors");
    assert_eq!(summary.versions, POLICIES * VERSIONS);
}

/// Leaves links and images as they are.
struct AsWritten;

impl Resolve for AsWritten {
    fn link<'a>(&'a self, target: &'a str) -> LinkTo<'a> {
        LinkTo::Href(target.into())
    }

    fn image<'a>(&'a self, _source: &'a str) -> ImageAs<'a> {
        ImageAs::Missing
    }
}

/// A bare repository: in each commit one policy changes one section.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the repository");
    git(folder.path(), &["init", "--quiet", "--bare"], &[]);
    git(
        folder.path(),
        &["symbolic-ref", "HEAD", "refs/heads/main"],
        &[],
    );
    git(
        folder.path(),
        &["fast-import", "--quiet"],
        commits().as_bytes(),
    );
    folder
}

fn git(folder: &Path, arguments: &[&str], input: &[u8]) {
    let mut child = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .spawn()
        .expect("git is installed");
    // Dropped at the end of the statement, which closes it.
    child
        .stdin
        .take()
        .expect("it was piped")
        .write_all(input)
        .expect("git reads");
    let status = child.wait().expect("git ends");
    assert!(status.success(), "git {arguments:?}: {status}");
}

/// The commits as `git fast-import` reads them.
fn commits() -> String {
    let mut stream = String::new();
    for version in 0..VERSIONS {
        for policy in 0..POLICIES {
            let seconds = 1_600_000_000 + (version * POLICIES + policy) * 86_400;
            let text = text(policy, version);
            let _ = write!(
                stream,
                "commit refs/heads/main\ncommitter A <a@example.org> {seconds} +0000\ndata 6\nChange\n\
                 M 100644 inline policy-{policy}.md\ndata {}\n{text}\n",
                text.len()
            );
        }
    }
    stream
}

/// A policy's text: headings, paragraphs with links and emphasis, a list, a table.
fn text(policy: usize, version: usize) -> String {
    let mut text = format!("---\ntitle: Policy {policy}\nowner: legal\n---\n\n");
    for section in 0..SECTIONS {
        // One section changes from version to version.
        let edition = if section == version % SECTIONS {
            version
        } else {
            0
        };
        let mut words = words(policy * 10_007 + section * 101 + edition * 7);
        let mut sentence = |count: usize| words.by_ref().take(count).collect::<Vec<_>>().join(" ");
        let _ = write!(
            text,
            "## {}\n\n{}, **{}** and [{}](https://example.org/{section}).\n\n{}.\n\n- {}\n- {}\n\n\
             | {} | {} |\n| --- | --- |\n| {} | {} |\n\n",
            sentence(3),
            sentence(40),
            sentence(3),
            sentence(2),
            sentence(60),
            sentence(8),
            sentence(8),
            sentence(1),
            sentence(1),
            sentence(4),
            sentence(4),
        );
    }
    text
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
