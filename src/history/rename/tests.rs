//! Small cases by hand, and random histories against git itself.

use super::*;
use std::io::Write;
use std::process::{Command, Stdio};

/// Path to mode and contents.
type Tree = BTreeMap<String, (u32, Vec<u8>)>;

fn tree(files: &[(&str, &str)]) -> Tree {
    let file = |&(path, text): &(&str, &str)| (path.into(), (0o100644, text.into()));
    files.iter().map(file).collect()
}

/// The files of `tree` whose path `other` lacks; equal contents have equal ids.
fn only_in<'a>(tree: &'a Tree, other: &Tree, ids: &BTreeMap<&[u8], u32>) -> Vec<Entry<'a>> {
    let only = tree.iter().filter(|(path, _)| !other.contains_key(*path));
    let entries = only.map(|(path, (mode, text))| {
        let mut id = [7; 20];
        id[..4].copy_from_slice(&ids[text.as_slice()].to_be_bytes());
        Entry {
            path: path.as_bytes(),
            mode: *mode,
            id,
        }
    });
    entries.collect()
}

/// The renames between two trees as "old => new", by new path.
fn renames(old: &Tree, new: &Tree) -> Vec<String> {
    let texts = || {
        old.values()
            .chain(new.values())
            .map(|(_, text)| text.as_slice())
    };
    let ids = texts().zip(1..).collect();
    let (gone, come) = (only_in(old, new, &ids), only_in(new, old, &ids));
    let mut seen = Vec::new();
    let mut read = |entry: &Entry| {
        assert!(!seen.contains(&entry.id), "read twice");
        seen.push(entry.id);
        let text = texts().find(|text| ids[text].to_be_bytes() == entry.id[..4]);
        text.map(<[u8]>::to_vec).ok_or(())
    };
    let pairs = pair(&gone, &come, &mut read).unwrap().pairs;
    let path = |entry: &Entry| String::from_utf8_lossy(entry.path).into_owned();
    let words = |&(from, to)| format!("{} => {}", path(&gone[from]), path(&come[to]));
    pairs.iter().map(words).collect()
}

/// Runs git on a repository of its own, without the configuration of the machine.
fn git(repository: &std::path::Path, arguments: &[&str], input: Vec<u8>) -> String {
    let mut command = Command::new("git");
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap());
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    command.arg("--git-dir").arg(repository).args(arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {complaint}");
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// A history in the form that `git fast-import` reads.
fn import_stream(trees: &[Tree]) -> Vec<u8> {
    let mut stream = Vec::new();
    for tree in trees {
        stream.extend(b"commit refs/heads/main\ncommitter a <a@example.org> 1 +0000\n");
        stream.extend(b"data 0\n\ndeleteall\n");
        for (path, (mode, text)) in tree {
            let head = format!("M {mode:o} inline {path}\ndata {}\n", text.len());
            stream.extend(head.as_bytes());
            stream.extend(text);
            stream.push(b'\n');
        }
    }
    stream
}

/// What git says that [`renames`] should say, for each tree and the one before it.
fn renames_by_git(trees: &[Tree], name: &str) -> Vec<Vec<String>> {
    let name = format!("policygen-{name}-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    git(&folder, &["init", "--quiet", "--bare"], Vec::new());
    git(&folder, &["fast-import", "--quiet"], import_stream(trees));
    let log = "-c core.quotePath=false log --reverse --raw -M50% -l0 --format=tformat:# main";
    let log = git(&folder, &log.split(' ').collect::<Vec<_>>(), Vec::new());
    std::fs::remove_dir_all(&folder).unwrap();
    let paths = |line: &str| line.split('\t').skip(1).collect::<Vec<_>>().join(" => ");
    let commit = |text: &str| {
        text.lines()
            .filter(|line| line.contains(" R"))
            .map(paths)
            .collect()
    };
    log.split('#').skip(1).map(commit).collect()
}

/// Older git leaves a last line without line end out of the comparison.
fn git_is_recent() -> bool {
    let version = Command::new("git").arg("version").output().ok();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let mut numbers = version.iter().flat_map(|words| words.split([' ', '.']));
    let mut number = || numbers.find_map(|word| word.parse::<u32>().ok());
    (number(), number()) >= (Some(2), Some(44))
}

fn assert_as_git(trees: &[Tree], name: &str) {
    if !git_is_recent() {
        panic!("{name}: cannot be compared; these tests need git 2.44 or later");
    }
    let expected = renames_by_git(trees, name);
    assert_eq!(expected.len(), trees.len());
    let mut found = 0;
    for (step, (two, expected)) in trees.windows(2).zip(&expected[1..]).enumerate() {
        let mut expected = expected.clone();
        let mut ours = renames(&two[0], &two[1]);
        expected.sort();
        ours.sort();
        found += ours.len();
        assert_eq!(ours, expected, "{name}, step {step}: {:#?}", two);
    }
    println!("{name}: {found} renames in {} steps", trees.len());
}

/// A small generator of numbers, so that every run tests the same trees.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn path(&mut self) -> String {
        let folder = self.pick(&["", "a/", "a/b/", "a.d/", "terms/", "terms/old/", "z-/"]);
        let extra = self.pick(&["", "", "", "1", "2", "x-", "\u{e4}"]);
        let name = self.pick(&["a", "b.md", "index.md", "privacy.md", "md", "terms", "0"]);
        format!("{folder}{extra}{name}")
    }

    /// A line of a small stock, so that files share many and equal scores are common.
    fn line(&mut self, kind: usize) -> Vec<u8> {
        let word = self.below(30);
        let mut line = match kind {
            0 => format!("line {word:04} of fixed width").into_bytes(),
            1 => "word ".repeat(word).into_bytes(),
            2 => format!("{word} a long line ")
                .repeat(1 + word * 2)
                .into_bytes(),
            3 => vec![word as u8; 1 + word % 5],
            _ => Vec::new(),
        };
        line.extend(self.pick(&[b"\n".as_slice(), b"\n", b"\n", b"\r\n", b"\r", b""]));
        line
    }

    fn text(&mut self) -> Vec<u8> {
        let most = self.pick(&[1, 3, 10, 10, 40]);
        let kind = self.pick(&[0, 0, 0, 1, 2, 3, 4]);
        (0..self.below(most))
            .flat_map(|_| self.line(kind))
            .collect()
    }

    fn edited(&mut self, text: &[u8]) -> Vec<u8> {
        let mut lines: Vec<_> = text
            .split_inclusive(|&b| b == b'\n')
            .map(Vec::from)
            .collect();
        let (kind, share) = (self.below(4), self.pick(&[0, 1, 2, 4, 5, 5, 6]));
        for line in &mut lines {
            if self.below(10) < share {
                *line = self.line(kind);
            }
        }
        match self.below(8) {
            0 => lines.truncate(lines.len() / 2),
            1 => lines.extend(lines.clone()),
            2 => lines.reverse(),
            3 => {
                return String::from_utf8_lossy(&lines.concat())
                    .replace('\n', "\r\n")
                    .into();
            }
            4 => lines.extend([self.line(kind), self.line(kind), self.text()]),
            _ => {}
        }
        lines.concat()
    }

    /// A tree in which files of `old` stand, moved, copied, edited or not at all, and new ones.
    fn next(&mut self, old: &Tree, most: usize) -> Tree {
        let mut new = Tree::new();
        for (path, (mode, text)) in old {
            for _ in 0..self.pick(&[0, 1, 1, 1, 1, 2, 3]) {
                let name = path.rsplit('/').next().unwrap_or(path);
                let target = match self.below(4) {
                    0 => path.clone(),
                    1 => format!("{}{name}", self.pick(&["new/", "a/", "terms/new/"])),
                    _ => self.path(),
                };
                let mode = self.pick(&[*mode, *mode, *mode, *mode, 0o100644, 0o100755, 0o120000]);
                let same = self.below(3) == 0;
                let text = if same {
                    text.clone()
                } else {
                    self.edited(text)
                };
                put(&mut new, target, (mode, text), most);
            }
        }
        while self.below(5) > 0 {
            put(&mut new, self.path(), (0o100644, self.text()), most);
        }
        new
    }
}

/// Adds a file where no folder of its name, and no file of a folder's name, is in the way.
fn put(tree: &mut Tree, path: String, file: (u32, Vec<u8>), most: usize) {
    let within = |inner: &str, outer: &str| inner.starts_with(&format!("{outer}/"));
    let clash = tree
        .keys()
        .any(|other| within(other, &path) || within(&path, other));
    if !clash && tree.len() < most {
        tree.insert(path, file);
    }
}

fn random_trees(seed: u64, steps: usize, most: usize) -> Vec<Tree> {
    let mut dice = Dice(seed);
    let mut trees = vec![tree(&[("index.md", "start\n")])];
    while trees.len() < steps {
        let next = dice.next(&trees[trees.len() - 1], most);
        trees.push(next);
    }
    trees
}

/// Files that hold the same lines in another order or almost so: many equal scores.
fn shuffled_crowds(seed: u64) -> Vec<Tree> {
    let mut dice = Dice(seed);
    let lines: Vec<String> = (0..12).map(|i| format!("line {i:02}\n")).collect();
    let mut trees = Vec::new();
    for step in 0..40 {
        let mut tree = Tree::new();
        for _ in 0..20 {
            let mut text = lines.clone();
            for i in 1..text.len() {
                text.swap(i, dice.below(i + 1));
            }
            text.truncate(text.len() - dice.pick(&[0, 0, 0, 1, 2, 6]));
            let name = dice.pick(&["index.md", "a.md", "b.md", "c.md"]);
            let path = format!("{step}/{}/{name}", dice.below(9));
            tree.insert(path, (0o100644, text.concat().into_bytes()));
        }
        trees.push(tree);
    }
    trees
}

/// Pairs that stand a byte below 50 %, unless git's hash takes different lines for equal.
fn collisions() -> Vec<Tree> {
    let mut dice = Dice(4);
    let mut lines = |count| -> String {
        let line = |_| format!("{:010}\n", dice.below(1 << 31));
        (0..count).map(line).collect()
    };
    let common = lines(300);
    let pages = (0..20).map(|i| (format!("page{i:02}"), common.clone() + &lines(302)));
    pages.map(|(name, text)| tree(&[(&name, &text)])).collect()
}

/// Cases that chance seldom makes: each tree is compared with the one before it.
fn borders() -> Vec<Tree> {
    let lines = |words: &[&str]| -> String {
        let line = |word: &&str| format!("{word:_>24}\n");
        words.iter().map(line).collect()
    };
    let whole = &lines(&["1", "2", "3", "4"]);
    let (reordered, edited) = (&lines(&["2", "1", "3", "4"]), &lines(&["1", "2", "3", "5"]));
    let one_byte_more = &format!("{edited}\n");
    vec![
        tree(&[("a/x.md", whole)]),
        tree(&[("b/x.md", edited), ("c/y.md", reordered)]),
        tree(&[("a/x.md", whole)]),
        tree(&[("b/x.md", one_byte_more), ("c/y.md", reordered)]),
        tree(&[("open-end", "aa\nbbbb")]),
        tree(&[("other-start", "cc\nbbbb")]),
        tree(&[("line-end", "cc\nbbbb\n")]),
    ]
}

/// Files whose namesake stands just within, or just past, those that step 1 looks at.
fn identical_crowds() -> Vec<Tree> {
    let crowd = |count: usize| (0..count).map(|i| (format!("a/{i:04}.md"), (0o100644, vec![b'x'])));
    let mut trees = Vec::new();
    for count in 98..103 {
        trees.push(
            crowd(count)
                .chain([("a/z.md".into(), (0o100644, vec![b'x']))])
                .collect(),
        );
        trees.push(tree(&[("b/y.md", "x"), ("b/z.md", "x"), ("c/z.md", "x")]));
    }
    trees
}

#[test]
fn identical_files_pair_by_name_first_then_by_path() {
    let old = tree(&[("a/x.md", "1"), ("b/y.md", "1"), ("c/z.md", "1")]);
    let new = tree(&[("d/y.md", "1"), ("e/new.md", "1")]);
    assert_eq!(
        renames(&old, &new),
        ["b/y.md => d/y.md", "a/x.md => e/new.md"]
    );
}

#[test]
fn a_folder_page_keeps_its_history_when_half_of_it_is_rewritten() {
    let old = tree(&[("refund.md", "one\ntwo\n")]);
    let half = tree(&[("refund/index.md", "one\n2!!\n")]);
    let less = tree(&[("refund/index.md", "one\n2!!!\n")]);
    assert_eq!(renames(&old, &half), ["refund.md => refund/index.md"]);
    assert!(renames(&old, &less).is_empty());
}

#[test]
fn a_source_is_used_once_and_a_survivor_never() {
    let old = tree(&[("a.md", "text\n"), ("b.md", "other\n")]);
    let new = tree(&[
        ("b.md", "other\n"),
        ("c.md", "other\n"),
        ("d.md", "text\n"),
        ("e.md", "text\n"),
    ]);
    assert_eq!(renames(&old, &new), ["a.md => d.md"]);
}

#[test]
fn a_link_is_no_rename_of_a_file() {
    let mut link = tree(&[("link", "target")]);
    link.insert("link".into(), (0o120000, b"target".to_vec()));
    assert!(renames(&link, &tree(&[("file", "target")])).is_empty());
    let moved = BTreeMap::from([("moved".into(), (0o120000, b"target".to_vec()))]);
    assert_eq!(renames(&link, &moved), ["link => moved"]);
}

#[test]
fn empty_files_pair_only_with_empty_files() {
    let old = tree(&[("a", ""), ("b", "\n")]);
    assert_eq!(renames(&old, &tree(&[("c", ""), ("d", "x")])), ["a => c"]);
}

#[test]
fn entries_may_come_in_any_order() {
    let entry = |path: &'static str, id| Entry {
        path: path.as_bytes(),
        mode: 0o100644,
        id: [id; 20],
    };
    let vanished = [entry("b", 1), entry("a", 1)];
    let appeared = [entry("c", 1), entry("d", 1)];
    let pairs = pair::<()>(&vanished, &appeared, &mut |_| Err(()));
    assert_eq!(pairs.unwrap().pairs, [(1, 0), (0, 1)]);
}

#[test]
fn a_file_that_cannot_be_read_ends_the_search() {
    let entry = |path: &'static str, id| Entry {
        path: path.as_bytes(),
        mode: 0o100644,
        id: [id; 20],
    };
    let result = pair(&[entry("a", 1)], &[entry("b", 2)], &mut |_| Err("gone"));
    assert_eq!(result, Err("gone"));
}

#[test]
fn too_many_files_leave_the_last_step_out_and_say_so() {
    let file = |side| Entry {
        path: b"same-name.md",
        mode: 0o100644,
        id: [side; 20],
    };
    let found = pair(&[file(1); 7_100], &[file(2); 7_100], &mut |_| Err("read"));
    let pairs = Vec::new();
    assert_eq!(
        found,
        Ok(Renames {
            pairs,
            complete: false
        })
    );
}

#[test]
fn random_histories_have_the_renames_that_git_finds() {
    assert_as_git(&random_trees(1, 150, 15), "small");
    assert_as_git(&random_trees(2, 40, 60), "large");
    assert_as_git(&identical_crowds(), "crowds");
    assert_as_git(&shuffled_crowds(3), "shuffled");
    assert_as_git(&collisions(), "collisions");
    assert_as_git(&borders(), "borders");
}
