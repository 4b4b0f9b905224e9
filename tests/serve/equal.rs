//! Whatever happens to the files, what is served is what a build publishes.

use crate::server::{Answer, Server};
use crate::support::Place;
use crate::{place, privacy};

/// Numbers that look random, and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// So many edits may be commits.
const COMMITTED: usize = 500;

fn edit(place: &Place, dice: &mut Dice, number: usize) {
    let name = ["privacy.md", "terms.md", "legal/cookies.md", "legal/ai.md"];
    let name = name[dice.roll(4) as usize];
    let path = place.repo().join(name);
    match dice.roll(10) {
        0 if path.exists() => std::fs::remove_file(&path).unwrap(),
        // A history that grows for ever would cost more by itself.
        1 if number < COMMITTED => {
            place.commit(&format!("2024-02-{:02}", number % 28 + 1));
        }
        2 => drop(place.git(&["stash", "--quiet", "--include-untracked"])),
        3 => drop(place.git(&[
            "commit",
            "--quiet",
            "--amend",
            "--allow-empty",
            "-m",
            "Amended",
        ])),
        4 => {
            let text = format!("---\nsummary: Number {number}.\n---\n{}", privacy("front"));
            place.write(name, text);
        }
        _ => {
            let text = privacy(&format!("{number}")) + &format!("\n## Part {number}\n\nMore.\n");
            place.write(name, text);
        }
    }
}

/// A page without what only a server adds.
fn plain(answer: &Answer) -> String {
    let lines = answer.body.split_inclusive('\n');
    let own = lines.filter(|line| !line.starts_with("<script src=\"/assets/policygen-live.js\""));
    own.collect()
}

fn are_equal(server: &Server, place: &Place) -> Result<(), String> {
    let site = place.build().args(["--drafts", "--no-cache"]).site();
    for (path, bytes) in site.files() {
        if path == ".policygen-manifest.json" {
            continue;
        }
        let target = format!("/{}", path.trim_end_matches("index.html"));
        let answer = server.get(&target);
        if plain(&answer).into_bytes() != bytes {
            return Err(format!(
                "{target} differs: {} {}",
                answer.status, answer.body
            ));
        }
    }
    Ok(())
}

#[track_caller]
fn become_equal(server: &Server, place: &Place) {
    let mut last = String::new();
    for _ in 0..40 {
        match are_equal(server, place) {
            Ok(()) => return,
            Err(why) => last = why,
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("{last}");
}

/// How many random edits are made: `POLICYGEN_EDITS`, for a soak, or a few.
fn edits() -> usize {
    let named = std::env::var("POLICYGEN_EDITS").ok();
    named.map_or(96, |named| named.parse().unwrap())
}

#[test]
fn after_random_edits_every_page_is_what_a_build_publishes() {
    let place = place();
    let server = Server::start(&place);
    let mut dice = Dice(0x5eed);
    let edits = edits();
    let (every, quarter) = ((edits / 100).max(12), edits / 4);
    let mut before = 0;
    for number in 0..edits {
        edit(&place, &mut dice, number);
        if number % every == every - 1 {
            become_equal(&server, &place);
        }
        if number == quarter.max(COMMITTED) {
            before = server.running.memory();
        }
    }
    become_equal(&server, &place);
    let after = server.running.memory();
    println!("after {edits} edits: {after} bytes of memory, after a quarter {before}");
    assert!(
        before == 0 || after < before + 16 * 1024 * 1024,
        "{before} became {after}"
    );
}

#[test]
fn a_thousand_edits_leave_memory_flat() {
    let place = place();
    let server = Server::start(&place);
    let many = |from: usize, to: usize| {
        for number in from..to {
            place.write("privacy.md", privacy(&format!("{number}")));
            if number % 50 == 0 {
                server.shows("/privacy/draft/", &format!("for {number} days"));
                server.page("/privacy/draft/changes/");
                server.page("/");
            }
        }
        server.shows("/privacy/draft/", &format!("for {} days", to - 1));
    };
    many(0, 500);
    let before = server.running.memory();
    many(500, 1000);
    let after = server.running.memory();
    assert!(after < before + 8 * 1024 * 1024, "{before} became {after}");
    become_equal(&server, &place);
}
