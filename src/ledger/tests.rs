//! A ledger that is whole is read back; one that is not is mended or refused.

use super::*;

fn place() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn started(notice: &str) -> Entry {
    Entry::Started {
        notice: notice.to_owned(),
        said: None,
    }
}

/// Three lines.
fn written(root: &Path) -> String {
    let mut writer = Writer::open(root).unwrap();
    let begun = Entry::Begun {
        ledger: "x".to_owned(),
    };
    writer.append(Timestamp::UNIX_EPOCH, [begun]).unwrap();
    writer
        .append(Timestamp::UNIX_EPOCH, [started("a"), started("b")])
        .unwrap();
    std::fs::read_to_string(root.join(FILE_NAME)).unwrap()
}

fn put(root: &Path, text: impl AsRef<[u8]>) {
    std::fs::write(root.join(FILE_NAME), text).unwrap();
}

#[test]
fn lines_come_back_with_their_hashes() {
    let root = place();
    let text = written(root.path());
    let ledger = Ledger::read(root.path()).unwrap();
    assert_eq!(text.lines().count(), 3);
    assert_eq!((ledger.name(), ledger.cut), (Some("x"), 0));
    assert_eq!(ledger.lines[2].entry, started("b"));
    assert_eq!(ledger.lines[2].before, ledger.hashes[1]);
    assert_eq!(ledger.lines[0].at, "1970-01-01T00:00:00Z");
}

#[test]
fn no_file_is_a_ledger_without_lines() {
    assert_eq!(Ledger::read(place().path()).unwrap().lines, []);
}

#[test]
fn an_altered_line_is_refused_with_its_number() {
    let root = place();
    let text = written(root.path());
    for (from, to, number) in [
        ("\"ledger\":\"x\"", "\"ledger\":\"y\"", 1),
        ("\"notice\":\"a\"", "\"notice\":\"c\"", 2),
        ("\"notice\":\"b\"", "\"notice\":\"c\"", 3),
    ] {
        put(root.path(), text.replace(from, to));
        let error = format!("{:#}", Ledger::read(root.path()).unwrap_err());
        assert!(
            error.contains(&format!("notices.jsonl:{number}`")),
            "{error}"
        );
        assert!(error.contains("altered"), "{error}");
        assert!(Writer::open(root.path()).is_err());
    }
}

#[test]
fn a_removed_or_moved_line_is_refused() {
    let root = place();
    let text = written(root.path());
    let lines: Vec<&str> = text.lines().collect();
    for kept in [vec![1, 2], vec![0, 2], vec![0, 2, 1], vec![0, 1, 1, 2]] {
        let text: String = kept.iter().map(|&at| format!("{}\n", lines[at])).collect();
        put(root.path(), text);
        let error = format!("{:#}", Ledger::read(root.path()).unwrap_err());
        assert!(error.contains("removed, added or moved"), "{error}");
    }
}

#[test]
fn a_last_line_that_was_cut_off_is_taken_away_wherever() {
    let root = place();
    let text = written(root.path());
    let second = text.match_indices('\n').nth(1).unwrap().0 + 1;
    for end in second + 1..text.len() {
        put(root.path(), &text[..end]);
        let is_whole = end + 1 == text.len();
        let writer = Writer::open(root.path()).unwrap();
        assert_eq!(writer.ledger.cut > 0, !is_whole);
        drop(writer);
        let mended = std::fs::read_to_string(root.path().join(FILE_NAME)).unwrap();
        assert_eq!(mended, if is_whole { &text } else { &text[..second] });
    }
}

#[test]
fn a_mended_ledger_goes_on() {
    let root = place();
    let text = written(root.path());
    put(root.path(), &text[..text.len() - 9]);
    let mut writer = Writer::open(root.path()).unwrap();
    writer
        .append(Timestamp::UNIX_EPOCH, [started("c")])
        .unwrap();
    let ledger = Ledger::read(root.path()).unwrap();
    assert_eq!(ledger.lines.len(), 3);
    assert_eq!(ledger.lines[2].entry, started("c"));
}

#[test]
fn any_bytes_are_read_or_refused() {
    let root = place();
    for bytes in [
        &b"\n"[..],
        b"{}\n",
        b"\xff\xff\n",
        b"x",
        b"{\"hash\":\"\"}\n",
    ] {
        put(root.path(), bytes);
        let read = Ledger::read(root.path());
        assert!(read.map_or(true, |ledger| ledger.cut > 0));
    }
}

#[test]
fn only_one_writes() {
    let root = place();
    let _writer = Writer::open(root.path()).unwrap();
    let error = Writer::open(root.path()).err().unwrap();
    assert!(error.to_string().contains("another policygen"), "{error}");
}

#[test]
fn an_altered_last_line_is_refused_without_its_line_break_too() {
    let root = place();
    let text = written(root.path()).replace("\"notice\":\"b\"", "\"notice\":\"c\"");
    put(root.path(), text.trim_end());
    let error = format!("{:#}", Ledger::read(root.path()).unwrap_err());
    assert!(error.contains("altered"), "{error}");
}

#[test]
fn line_breaks_that_git_made_others_are_no_alteration() {
    let root = place();
    let text = written(root.path()).replace('\n', "\r\n");
    for text in [text.as_str(), text.trim_end(), &text[..text.len() - 1]] {
        put(root.path(), text);
        let mut writer = Writer::open(root.path()).unwrap();
        assert_eq!((writer.ledger.lines.len(), writer.ledger.cut), (3, 0));
        writer
            .append(Timestamp::UNIX_EPOCH, [started("c")])
            .unwrap();
        assert_eq!(Ledger::read(root.path()).unwrap().lines.len(), 4);
    }
}

#[test]
fn the_marks_of_a_conflict_are_told_as_such() {
    let root = place();
    let text = written(root.path());
    let at = text.find('\n').unwrap() + 1;
    put(
        root.path(),
        format!("{}<<<<<<< HEAD\n{}", &text[..at], &text[at..]),
    );
    let error = format!("{:#}", Ledger::read(root.path()).unwrap_err());
    assert!(
        error.contains("notices.jsonl:2`") && error.contains("conflict"),
        "{error}"
    );
}

#[test]
fn half_a_line_that_could_not_be_written_does_not_spoil_the_next() {
    let root = place();
    written(root.path());
    let mut writer = Writer::open(root.path()).unwrap();
    // As a disk does that is full in the middle of a line.
    writer.file.write_all(b"{\"line\":4").unwrap();
    writer.torn = true;
    writer
        .append(Timestamp::UNIX_EPOCH, [started("c")])
        .unwrap();
    assert_eq!(Ledger::read(root.path()).unwrap().lines.len(), 4);
}
