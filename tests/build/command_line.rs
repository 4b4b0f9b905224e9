//! Exit codes, and what a run says.

use std::process::Command;

use crate::support::Place;

fn policygen(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_policygen"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn wrong_usage_ends_with_2_and_help_with_0() {
    for arguments in [
        &["buidl"][..],
        &["build", "--nope"],
        &[],
        &["build", "--date", "soon"],
        &["build", "--quiet", "--verbose"],
        &["build", "extra"],
    ] {
        let (code, _, said) = policygen(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(!said.is_empty());
    }
    for arguments in [&["--help"][..], &["build", "--help"], &["--version"]] {
        let (code, said, _) = policygen(arguments);
        assert_eq!(code, Some(0));
        assert!(said.contains("policygen"), "{said}");
    }
}

#[test]
fn the_help_names_every_option() {
    let (_, help, _) = policygen(&["build", "--help"]);
    for option in [
        "--root",
        "--content",
        "--output",
        "--base-url",
        "--date",
        "--include",
        "--exclude",
        "--strict",
        "--quiet",
        "--verbose",
    ] {
        assert!(help.contains(option), "{option}");
    }
}

#[test]
fn a_build_ends_with_one_line_that_sums_it_up() {
    let place = Place::with_one_policy();
    place
        .write("privacy.md", "# Privacy\n\nTwo.\n")
        .write("terms.md", "# Terms\n")
        .commit("2024-02-01");
    let said = place.build().run();
    assert_eq!(said.code, Some(0));
    let lines: Vec<&str> = said
        .stdout
        .lines()
        .chain(
            said.stderr
                .lines()
                .filter(|line| !line.starts_with("warning")),
        )
        .collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    for part in ["2 policies", "3 versions", "pages", " s"] {
        assert!(lines[0].contains(part), "{part}: {}", lines[0]);
    }
}

#[test]
fn quiet_says_nothing_but_errors() {
    let place = Place::with_one_policy();
    let said = place.build().args(["--quiet"]).run();
    assert_eq!(
        (said.code, said.stdout.as_str(), said.stderr.as_str()),
        (Some(0), "", "")
    );
    place
        .write("privacy.md", "---\neffective: soon\n---\n# P\n")
        .commit("2024-02-01");
    let said = place.build().args(["--quiet"]).run();
    assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""));
    assert!(
        said.stderr.contains("error: `privacy.md:2`") && !said.stderr.contains("warning"),
        "{}",
        said.stderr
    );
}

#[test]
fn a_hundred_warnings_of_one_kind_are_one_line_unless_verbose() {
    let place = Place::new();
    let links: String = (0..100)
        .map(|n| format!("[x](gone-{n:03}.md)\n\n"))
        .collect();
    place
        .write("privacy.md", format!("# P\n\n{links}"))
        .commit("2024-01-01");
    let brief = place.build().site().said;
    assert_eq!(brief.matches("gone-").count(), 1, "{brief}");
    assert!(brief.contains("100 "), "{brief}");
    let long = place.build().args(["-v"]).site().said;
    for n in 0..100 {
        assert!(long.contains(&format!("gone-{n:03}.md")), "{n}");
    }
}

#[test]
fn no_colours_reach_a_pipe() {
    let place = Place::with_one_policy();
    for variables in [
        vec![],
        vec![("NO_COLOR", "1")],
        vec![("TERM", "xterm-256color")],
    ] {
        let mut build = place.build();
        for (name, value) in variables {
            build = build.env(name, value);
        }
        let said = build.run();
        assert!(
            !said.stdout.contains('\u{1b}') && !said.stderr.contains('\u{1b}'),
            "{said:?}"
        );
    }
}

#[test]
fn errors_name_the_path_in_backticks_and_begin_in_lower_case() {
    let place = Place::with_one_policy();
    place.write("policygen.toml", "[site]\ntitel = 1\n");
    let said = place.build().fails();
    let message = said
        .lines()
        .find_map(|line| line.strip_prefix("error: "))
        .unwrap();
    assert!(
        message.starts_with(|c: char| c.is_lowercase() || c == '`'),
        "{message}"
    );
    assert!(message.contains("policygen.toml:2`"), "{message}");
}

#[test]
fn paths_of_the_command_line_are_relative_to_the_current_folder() {
    let place = Place::with_one_policy();
    let status = Command::new(env!("CARGO_BIN_EXE_policygen"))
        .current_dir(place.folder())
        .args(["build", "--root", "repo", "--output", "here", "--quiet"])
        .status()
        .unwrap();
    assert!(status.success());
    assert!(place.folder().join("here/privacy/index.html").exists());
    let status = Command::new(env!("CARGO_BIN_EXE_policygen"))
        .current_dir(place.repo())
        .args(["build", "--quiet"])
        .status()
        .unwrap();
    assert!(status.success());
    assert!(place.repo().join("public/privacy/index.html").exists());
}
