//! Documents made of pieces at random, and edits of them: every pair can be read back.

use proptest::prelude::*;

use super::*;

/// Words that stand together in many ways.
fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "we",
        "may",
        "share",
        "data",
        "with",
        "partners",
        "not",
        "cookies",
        "30",
        "days",
        "e.g.",
        "third-party",
        "you",
        "GitHub’s",
        "数据",
        "é",
        "👩‍👧",
        "(see",
        "below)",
        "_",
    ])
    .prop_map(str::to_owned)
}

fn phrase() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 1..6).prop_map(|words| words.join(" "))
}

fn inline() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => phrase(),
        1 => phrase().prop_map(|p| format!("*{p}*")),
        1 => phrase().prop_map(|p| format!("**{p}**")),
        1 => phrase().prop_map(|p| format!("**a *{p}* b**")),
        1 => phrase().prop_map(|p| format!("`{p}`")),
        1 => (phrase(), 0..3).prop_map(|(p, n)| format!("[{p}](/t{n})")),
        1 => (phrase(), 0..3).prop_map(|(p, n)| format!("[**{p}** more](/t{n})")),
        1 => (0..3).prop_map(|n| format!("![alt{n}](i{n}.png)")),
        1 => (1..4).prop_map(|n| format!("x[^{n}]")),
        1 => Just("<br>".to_owned()),
        1 => phrase().prop_map(|p| format!("<kbd id=k>{p}</kbd>")),
        1 => Just("~~struck~~".to_owned()),
        1 => Just("*".to_owned()),
        1 => Just("tight**bold**tight".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        (inline(), prop::sample::select(vec![" ", ". ", ", ", "\n"])),
        1..6,
    )
    .prop_map(|parts| {
        parts
            .into_iter()
            .map(|(inline, end)| inline + end)
            .collect::<String>()
            .trim()
            .to_owned()
    })
}

fn line() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.replace('\n', " "))
}

fn block() -> impl Strategy<Value = String> {
    let items = |mark: &'static str| {
        prop::collection::vec(line(), 1..5).prop_map(move |items| {
            items
                .iter()
                .map(|item| format!("{mark} {item}\n"))
                .collect::<String>()
        })
    };
    prop_oneof![
        5 => text(),
        2 => (1..4_usize, line()).prop_map(|(level, line)| format!("{} {line}", "#".repeat(level))),
        2 => items("-"),
        1 => items("2."),
        1 => items("- [x]"),
        1 => (line(), line(), line()).prop_map(|(a, b, c)| format!("- {a}\n\n  {b}\n  - {c}\n")),
        1 => text().prop_map(|text| format!("> {}", text.replace('\n', "\n> "))),
        1 => text().prop_map(|text| format!("```x\n{text}\n\n```")),
        2 => prop::collection::vec((phrase(), phrase()), 1..4).prop_map(|rows| {
            rows.iter().fold("| a | b |\n|---|:-:|\n".to_owned(), |table, (a, b)| format!("{table}| {a} | {b} |\n"))
        }),
        1 => prop::collection::vec((phrase(), phrase(), phrase()), 1..3).prop_map(|rows| {
            rows.iter().fold("| a | c | b |\n|---|---|---|\n".to_owned(), |table, (a, b, c)| format!("{table}| {a} | {b} | {c} |\n"))
        }),
        1 => (phrase(), line()).prop_map(|(a, b)| format!("{a}\n: {b}\n")),
        1 => (phrase(), text()).prop_map(|(a, b)| format!("<details><summary>{a}</summary>\n\n{b}\n\n</details>")),
        1 => text().prop_map(|text| format!("<div>\n\n{text}\n\n</div>")),
        1 => Just("---".to_owned()),
        1 => (1..4, line()).prop_map(|(n, line)| format!("[^{n}]: {line}")),
        1 => Just("<a name=\"x\"></a>".to_owned()),
    ]
}

fn document() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(block(), 0..12)
}

/// An edit of a document: what to do, and where.
fn edits() -> impl Strategy<Value = Vec<(u8, usize, usize, String)>> {
    prop::collection::vec((0..9_u8, any::<usize>(), any::<usize>(), block()), 1..6)
}

fn edited(blocks: &[String], edits: Vec<(u8, usize, usize, String)>) -> Vec<String> {
    let mut blocks = blocks.to_vec();
    for (what, a, b, block) in edits {
        if blocks.is_empty() {
            blocks.push(block);
            continue;
        }
        let at = a % blocks.len();
        match what {
            0 => drop(blocks.remove(at)),
            1 => blocks.insert(at, block),
            2 => {
                let moved = blocks.remove(at);
                blocks.insert(b % (blocks.len() + 1), moved);
            }
            3 => blocks[at] = block,
            4 => blocks[at] = blocks[at].replacen(' ', "\n\n", 1 + b % 3),
            5 => blocks[at] = blocks[at].replacen("a", "changed ", 1 + b % 3),
            6 => blocks[at] = blocks[at].replace("**", ""),
            7 => blocks[at] = blocks[at].replace("/t", "/u"),
            _ => {
                let joined = blocks.remove(at);
                match blocks.get_mut(at) {
                    Some(next) => *next = format!("{joined} {next}"),
                    None => blocks.push(joined),
                }
            }
        }
    }
    blocks
}

/// The same eight words each time, some of them within markup.
fn marked_up() -> impl Strategy<Value = String> {
    let marks = prop::sample::select(vec![
        ("*", "*"),
        ("**", "**"),
        ("[", "](/a)"),
        ("[", "](/b)"),
        ("<u>", "</u>"),
    ]);
    prop::collection::vec((marks, 1..4_usize, any::<bool>()), 8).prop_map(|holders| {
        let words = [
            "you", "must", "not", "share", "the", "data", "with", "partners",
        ];
        let mut text = Vec::new();
        let mut rest = &words[..];
        for ((before, after), length, is_held) in holders {
            let (held, others) = rest.split_at(length.min(rest.len()));
            let held_words = held.join(" ");
            text.push(match is_held && !held.is_empty() {
                true => format!("{before}{held_words}{after}"),
                false => held_words,
            });
            rest = others;
        }
        text.join(" ").trim().to_owned()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_two_documents_are_read_back(old in document(), new in document()) {
        check(&parsed(&old.join("\n\n")), &parsed(&new.join("\n\n")));
    }

    #[test]
    fn a_document_and_its_edit_are_read_back(old in document(), edits in edits()) {
        let new = edited(&old, edits);
        check(&parsed(&old.join("\n\n")), &parsed(&new.join("\n\n")));
    }

    #[test]
    fn a_memory_changes_nothing(old in document(), first in edits(), second in edits()) {
        let texts = [edited(&old, first.clone()), old.clone(), edited(&edited(&old, first), second)];
        let versions: Vec<Document> = texts.iter().map(|text| parsed(&text.join("\n\n"))).collect();
        let mut memory = Memory::new();
        for old in &versions {
            for new in &versions {
                let with = written(&compare(old, new, &mut memory));
                prop_assert_eq!(with, written(&compare(old, new, &mut Memory::new())));
            }
        }
    }

    #[test]
    fn markup_that_changed_is_noted(old in marked_up(), new in marked_up()) {
        let redline = check(&parsed(&old), &parsed(&new));
        let html = written(&redline);
        prop_assert_eq!(redline.is_empty(), !html.contains("pg-note"), "{} / {}: {}", old, new, html);
        prop_assert!(!html.contains("(invisible change)"), "{} / {}: {}", old, new, html);
    }
}
