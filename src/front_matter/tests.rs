use jiff::civil::date;

use super::*;

fn yaml(text: &str) -> (FrontMatter, Vec<Fault>) {
    parse(&Raw {
        format: Format::Yaml,
        text,
        first_line: 2,
    })
}

fn toml(text: &str) -> (FrontMatter, Vec<Fault>) {
    parse(&Raw {
        format: Format::Toml,
        text,
        first_line: 2,
    })
}

#[track_caller]
fn clean(read: (FrontMatter, Vec<Fault>)) -> FrontMatter {
    assert_eq!(read.1, []);
    read.0
}

/// The one fault's line and message.
#[track_caller]
fn fault(read: (FrontMatter, Vec<Fault>)) -> (usize, String) {
    let [fault] = read.1.as_slice() else {
        panic!("{:?}", read.1)
    };
    (fault.line, fault.message.clone())
}

fn effective(raw: &str, stated: Stated) -> Option<Effective> {
    Some(Effective {
        raw: raw.into(),
        stated,
    })
}

fn everything() -> FrontMatter {
    FrontMatter {
        title: Some("Privacy: all of it".into()),
        description: Some("What we do".into()),
        id: Some("privacy".into()),
        version: Some("1.10".into()),
        effective: effective("1 February 2024", Stated::Day(date(2024, 2, 1))),
        change: Some(Change::Minor),
        summary: Some("Shorter".into()),
        reviewed: Some(date(2024, 3, 1)),
        lang: Some("en-GB".into()),
        draft: true,
        aliases: vec!["/privacy".into(), "/old".into(), "/older".into()],
        called_off: true,
        postponed_to: Some(date(2024, 4, 1)),
    }
}

#[test]
fn all_keys_of_yaml() {
    let text = "title: 'Privacy: all of it'\ndescription: >\n  What\n  we do\nid: privacy\nversion: 1.10\n\
        effective: 1 February 2024\nchange: Minor\nsummary: |\n  Shorter\nreviewed: 2024-03-01\nlang: en_GB\n\
        draft: true\naliases: [/privacy, \"/old\"]\nredirect_from: /older\ncalled_off: yes\npostponed_to: 2024-04-01\n";
    assert_eq!(clean(yaml(text)), everything());
    assert_eq!(clean(yaml(&text.replace('\n', "\r\n"))), everything());
}

#[test]
fn all_keys_of_toml() {
    let text = "title = 'Privacy: all of it'\ndescription = '''\nWhat we do'''\nid = \"privacy\"\nversion = 1.10\n\
        effective = \"1 February 2024\"\nchange = \"Minor\"\nsummary = 'Shorter'\nreviewed = 2024-03-01\nlang = 'en_GB'\n\
        draft = true\naliases = ['/privacy', \"/old\"]\nredirect_from = '/older'\ncalled_off = true\npostponed_to = 2024-04-01\n";
    assert_eq!(clean(toml(text)), everything());
    assert_eq!(clean(toml(&text.replace('\n', "\r\n"))), everything());
}

#[test]
fn a_version_is_the_text_as_written() {
    for version in [
        "1.10",
        "2",
        "2024-05-01",
        "1_000",
        "0x1F",
        "1e3",
        "true",
        "01:20:00",
    ] {
        let read = clean(yaml(&format!("version: {version} # as written\n")));
        assert_eq!(read.version.as_deref(), Some(version));
        let read = clean(yaml(&format!("version: \"{version}\"\n")));
        assert_eq!(read.version.as_deref(), Some(version));
    }
    for version in [
        "1.10",
        "2",
        "2024-05-01",
        "1_000",
        "0x1F",
        "1e3",
        "true",
        "+1.0",
    ] {
        let read = clean(toml(&format!("version = {version} # as written\n")));
        assert_eq!(read.version.as_deref(), Some(version));
        let read = clean(toml(&format!("version = '{version}'\n")));
        assert_eq!(read.version.as_deref(), Some(version));
    }
    for version in ["v3", "1.2.3", "no", "Off", "1.10 beta"] {
        assert_eq!(
            clean(yaml(&format!("version: {version}\n")))
                .version
                .as_deref(),
            Some(version)
        );
    }
}

#[test]
fn titles_of_any_scalar_are_text() {
    for title in ["404", "true", "2024-05-01", "1.50"] {
        assert_eq!(
            clean(yaml(&format!("title: {title}\n"))).title.as_deref(),
            Some(title)
        );
        assert_eq!(
            clean(toml(&format!("title = {title}\n"))).title.as_deref(),
            Some(title)
        );
    }
    assert_eq!(clean(yaml("lang: no\n")).lang.as_deref(), Some("no"));
    assert_eq!(
        clean(yaml("title: |\n  One\n  two\n")).title.as_deref(),
        Some("One two")
    );
}

#[test]
fn null_and_empty_count_as_absent() {
    let keys = [
        "title",
        "version",
        "effective",
        "change",
        "reviewed",
        "lang",
        "draft",
        "aliases",
        "postponed_to",
    ];
    for key in keys {
        for value in ["", "~", "null", "\"\"", "''", "\"  \""] {
            assert_eq!(
                clean(yaml(&format!("{key}: {value}\n"))),
                FrontMatter::default(),
                "{key}: {value}"
            );
        }
        assert_eq!(
            clean(toml(&format!("{key} = ''\n"))),
            FrontMatter::default()
        );
    }
    assert_eq!(
        clean(yaml("title: \"null\"\n")).title.as_deref(),
        Some("null")
    );
    assert_eq!(clean(yaml("aliases:\n  -\n  - /a\n")).aliases, ["/a"]);
    for text in ["", "\n\n", "# nothing\n"] {
        assert_eq!(clean(yaml(text)), FrontMatter::default());
        assert_eq!(clean(toml(text)), FrontMatter::default());
    }
}

#[test]
fn unknown_keys_are_ignored_whatever_they_hold() {
    let text = "layout: page\nversions:\n  fpt: '*'\n  list: [1, {title: x}]\n? [a, b]\n: c\n? {title: wrong}\n: {id: wrong}\n1: 2\n\
        defaults: &d {title: wrong}\nother: *d\nlost: *nowhere\n<<: *d\ntagged: !Foo {a: b}\ndraft: no\nTitle: other\n\
        name: \"{{ site.name }}\"\ntitle: Right\n";
    let expected = FrontMatter {
        title: Some("Right".into()),
        ..FrontMatter::default()
    };
    assert_eq!(clean(yaml(text)), expected);
    let text = "layout = 'page'\nweights = [1, {title = 'wrong'}]\ntitle = 'Right'\n[params]\ntitle = 'wrong'\n[[menu]]\nid = 'wrong'\n";
    assert_eq!(clean(toml(text)), expected);
}

#[test]
fn anchors_and_tags_of_scalars_are_read() {
    let read = clean(yaml(
        "date: &day 2024-02-01\neffective: *day\nversion: !!str 1.10\ntitle: !x A\n",
    ));
    assert_eq!(
        read.effective,
        effective("2024-02-01", Stated::Day(date(2024, 2, 1)))
    );
    assert_eq!(read.version.as_deref(), Some("1.10"));
    assert_eq!(read.title.as_deref(), Some("A"));
}

#[test]
fn effective_dates_are_read_as_dates_of_texts() {
    let day = Stated::Day(date(2024, 2, 1));
    for raw in [
        "2024-02-01",
        "February 1st, 2024",
        "1 Feb 2024",
        "2024-02-01T00:00:00Z",
    ] {
        assert_eq!(
            clean(yaml(&format!("effective: {raw}\n"))).effective,
            effective(raw, day.clone())
        );
        assert_eq!(
            clean(yaml(&format!("effective_date: '{raw}'\n"))).effective,
            effective(raw, day.clone())
        );
    }
    for raw in ["2024-02-01", "2024-02-01T10:00:00Z", "2024-02-01 10:00:00"] {
        assert_eq!(
            clean(toml(&format!("effective = {raw}\n"))).effective,
            effective(raw, day.clone())
        );
    }
    for raw in ["January 2025", "08/12/2026", "2025"] {
        let read = clean(yaml(&format!("effective: {raw}\n")));
        assert_eq!(read.effective, effective(raw, Stated::Unclear(raw.into())));
    }
}

#[test]
fn what_is_no_date_is_a_fault() {
    for raw in ["soon", "TBD", "2024-02-31", "true", "1.5"] {
        let (line, message) = fault(yaml(&format!("title: A\neffective: {raw}\n")));
        assert_eq!(line, 3);
        assert_eq!(
            message,
            format!("`effective` is `{raw}`, which is no date: write it as 2024-02-01")
        );
    }
    let (line, message) = fault(toml("\nreviewed = 'May 2024'\n"));
    assert_eq!(
        (line, message.as_str()),
        (
            3,
            "`reviewed` is `May 2024`, expected one day: write it as 2024-02-01"
        )
    );
}

#[test]
fn a_wrong_value_is_one_fault_and_the_rest_is_read() {
    let (front, faults) = yaml(
        "title: [A]\nid: {a: b}\nversion:\n  - 1\nchange: huge\ndraft: 3\nlang: \"!\"\naliases:\n  - /a\n  - [b]\n  - {c: d}\nsummary: Good\n",
    );
    assert_eq!(
        front,
        FrontMatter {
            summary: Some("Good".into()),
            aliases: vec!["/a".into()],
            ..FrontMatter::default()
        }
    );
    let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [2, 3, 4, 6, 7, 8, 11, 12]);
    assert_eq!(
        faults[0].message,
        "`title` is a list, expected one text: write it on one line, in quotes"
    );
    assert_eq!(
        faults[3].message,
        "`change` is `huge`, expected `material`, `minor` or `editorial`"
    );
    let (_, faults) = toml("title = []\nid.a = 1\nchange = 2\n[version]\n");
    assert_eq!(
        faults.iter().map(|fault| fault.line).collect::<Vec<_>>(),
        [2, 3, 4, 5]
    );
}

#[test]
fn repeated_keys_are_a_fault() {
    let read = yaml("title: A\nid: a\ntitle: B\n");
    assert_eq!(read.0.title.as_deref(), Some("A"));
    assert_eq!(
        fault(read),
        (
            4,
            "`title` stands here again (first on line 2): keep one".into()
        )
    );
    assert_eq!(fault(toml("title = 'A'\ntitle = 'B'\n")).0, 3);
    assert_eq!(
        clean(yaml(
            "effective: 2024-02-01\neffective_date: 1 February 2024\n"
        ))
        .effective
        .map(|date| date.raw)
        .as_deref(),
        Some("2024-02-01")
    );
    let read = yaml("effective_date: 2024-02-01\neffective: 2024-03-01\n");
    assert_eq!(
        read.0.effective.as_ref().map(|date| date.raw.as_str()),
        Some("2024-03-01")
    );
    assert_eq!(fault(read).0, 3);
}

#[test]
fn text_that_does_not_parse_is_one_fault_with_its_line() {
    for (text, line) in [
        ("title: A\nid: [a\nversion: 1\n", 4),
        ("title: A\n\tid: a\n", 2),
        ("title: \"A\n", 2),
        ("title: a: b\n", 2),
        ("{% ifversion fpt %}\ntitle: A\n{% endif %}\n", 2),
        ("title: A\n{{ x }}\n", 3),
        ("title: @a\n", 2),
        ("- a\n", 2),
        ("just text\n", 2),
    ] {
        let (front, faults) = yaml(text);
        assert_eq!(front, FrontMatter::default(), "{text}");
        assert_eq!(faults.len(), 1, "{text}");
        assert_eq!(faults[0].line, line, "{text}: {}", faults[0].message);
    }
    for (text, line) in [
        ("title = A\n", 2),
        ("id = 'a'\ntitle: A\n", 3),
        ("title = 'A\n", 2),
        ("a = [1\n", 2),
    ] {
        let read = toml(text);
        assert_eq!(read.0, FrontMatter::default());
        assert_eq!(fault(read).0, line, "{text}");
    }
}

#[test]
fn messages_are_short_and_without_control_characters() {
    let long = "x".repeat(1000);
    let (_, faults) = yaml(&format!(
        "effective: \"a\\0\\e[2J`{long}\"\nchange: \"a\\nb\"\n"
    ));
    assert_eq!(faults.len(), 2);
    assert!(
        faults
            .iter()
            .all(|fault| fault.message.len() < 200 && !fault.message.contains(char::is_control))
    );
    assert_eq!(
        clean(yaml("title: \"a\\u0000b\\tc\"\n")).title.as_deref(),
        Some("ab c")
    );
}

/// Runs on a small stack, as the threads of a build have.
fn on_small_stack(test: fn()) {
    let thread = std::thread::Builder::new()
        .stack_size(512 * 1024)
        .spawn(test);
    assert!(thread.expect("a thread").join().is_ok());
}

#[test]
fn aliases_do_not_multiply() {
    on_small_stack(|| {
        let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for level in 1..60 {
            let before = format!("*a{}", level - 1);
            text += &format!(
                "a{level}: &a{level} [{}]\n",
                [before.as_str(); 9].join(", ")
            );
        }
        text += "title: Here\naliases: *a59\n";
        let (front, faults) = yaml(&text);
        assert_eq!(front.title.as_deref(), Some("Here"));
        assert_eq!(faults.len(), 1);
    });
}

#[test]
fn deep_nesting_is_a_fault_and_no_overflow() {
    on_small_stack(|| {
        for (open, close) in [
            ("[", "]"),
            ("{a: ", "}"),
            ("[", ""),
            ("{", "}"),
            ("- ", ""),
            ("? ", ""),
            ("{\"", ""),
        ] {
            for depth in [200, 50_000] {
                let text = format!(
                    "title: A\nx:\n  {}1{}\n",
                    open.repeat(depth),
                    close.repeat(depth)
                );
                let (_, faults) = yaml(&text);
                assert!(depth < 300 || faults.len() == 1, "{open}");
            }
        }
        for text in [
            format!("a = {}1{}\n", "[".repeat(100_000), "]".repeat(100_000)),
            format!("a = {}1{}\n", "{a=".repeat(50_000), "}".repeat(50_000)),
            format!("{} = 1\n", vec!["a"; 50_000].join(".")),
            format!("[{}]\n", vec!["a"; 50_000].join(".")),
        ] {
            fault(toml(&text));
        }
    });
}

#[test]
fn large_front_matter_is_not_read() {
    assert_eq!(fault(yaml(&"# x\n".repeat(100_000))).0, 2);
    assert_eq!(fault(toml(&"# x\n".repeat(100_000))).0, 2);
}

/// Every short text over the marks that mean something, and cut-off real text.
#[test]
fn no_text_panics() {
    let marks = [
        "---", "\n", " ", ":", "- ", "[", "]", "{", "}", "&a", "*a", "!", "|", ">", "'", "\"", "%",
        "#", "\t", "é", "\r", "\\", "=", "title",
    ];
    for first in marks {
        for second in marks {
            for third in marks {
                for text in [
                    format!("{first}{second}{third}"),
                    format!("title: {first}{second}{third}\nid: a"),
                ] {
                    yaml(&text);
                    toml(&text);
                    split(&format!("---\n{text}\n---\n"));
                    split(&text);
                }
            }
        }
    }
}
