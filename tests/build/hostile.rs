//! Repositories that want to do harm.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::html::{elements, executable};
use crate::support::{Place, write};

#[test]
fn nothing_that_a_repository_configures_ever_runs() {
    let place = Place::with_one_policy();
    let canaries = place.folder().join("canaries");
    std::fs::create_dir(&canaries).unwrap();
    let canary = |name: &str| format!("touch {}", canaries.join(name).display());
    place
        .write(
            ".gitattributes",
            "*.md filter=evil diff=evil merge=evil text eol=crlf ident\n",
        )
        .write("privacy.md", "# Privacy\n\n$Id$ Two.\n");
    place.commit("2024-02-01");
    for (key, name) in [
        ("core.fsmonitor", "fsmonitor"),
        ("core.sshCommand", "ssh"),
        ("core.pager", "pager"),
        ("core.editor", "editor"),
        ("core.askPass", "askpass"),
        ("core.gitProxy", "proxy"),
        ("core.alternateRefsCommand", "alternates"),
        ("diff.external", "external"),
        ("diff.evil.command", "diff"),
        ("diff.evil.textconv", "textconv"),
        ("merge.evil.driver", "merge"),
        ("filter.evil.clean", "clean"),
        ("filter.evil.smudge", "smudge"),
        ("filter.evil.process", "process"),
        ("credential.helper", "credential"),
        ("gpg.program", "gpg"),
        ("uploadpack.packObjectsHook", "pack"),
        ("alias.log", "alias"),
    ] {
        let value = if name == "alias" {
            format!("!{}", canary(name))
        } else {
            canary(name)
        };
        place.git(&["config", key, &value]);
    }
    for (key, value) in [
        ("filter.evil.required", "true"),
        ("log.showSignature", "true"),
        ("core.hooksPath", ".git/hooks"),
        ("core.autocrlf", "true"),
    ] {
        place.git(&["config", key, value]);
    }
    for hook in [
        "post-checkout",
        "pre-commit",
        "post-index-change",
        "reference-transaction",
        "pre-auto-gc",
        "post-rewrite",
        "fsmonitor-watchman",
    ] {
        write(
            &place.repo().join(".git/hooks").join(hook),
            format!("#!/bin/sh\n{}\n", canary(hook)),
        );
        std::fs::set_permissions(
            place.repo().join(".git/hooks").join(hook),
            std::fs::Permissions::from_mode(0o755),
        )
        .unwrap();
    }
    let site = place.build().site();
    assert_eq!(site.labels("privacy"), ["2024-01-01", "2024-02-01"]);
    assert_eq!(
        site.read("privacy/2024-02-01/source.md"),
        "# Privacy\n\n$Id$ Two.\n",
        "as committed, without filters"
    );
    let found: Vec<_> = std::fs::read_dir(&canaries)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_text_that_is_missing_is_not_fetched() {
    let place = Place::with_one_policy();
    place
        .write("privacy.md", "# Privacy\n\nTwo.\n")
        .commit("2024-02-01");
    let canary = place.folder().join("canary");
    place.lose("HEAD~1:privacy.md");
    for (key, value) in [
        (
            "remote.origin.url",
            format!("ext::sh -c 'touch {}'", canary.display()),
        ),
        ("remote.origin.promisor", "true".to_string()),
        ("remote.origin.partialclonefilter", "blob:none".to_string()),
        (
            "remote.origin.uploadpack",
            format!("touch {}", canary.display()),
        ),
        ("protocol.ext.allow", "always".to_string()),
        ("core.repositoryformatversion", "1".to_string()),
        ("extensions.partialClone", "origin".to_string()),
    ] {
        place.git(&["config", key, &value]);
    }
    let said = place.build().run();
    assert!(matches!(said.code, Some(0 | 1)), "{said:?}");
    assert!(
        said.stderr.contains("privacy.md") || said.code == Some(1),
        "{}",
        said.stderr
    );
    assert!(!canary.exists());
}

#[test]
fn a_repository_that_lies_about_its_place_does_no_harm() {
    let place = Place::with_one_policy();
    for (key, value) in [
        ("core.worktree", "/"),
        ("core.bare", "true"),
        ("include.path", "/etc/passwd"),
        ("core.excludesFile", "/dev/zero"),
        ("core.attributesFile", "/dev/zero"),
    ] {
        place.git(&["config", key, value]);
        let said = place.build().run();
        assert!(matches!(said.code, Some(0 | 1)), "{key}: {said:?}");
        assert!(!said.stderr.contains("root:x:0"), "{key}: {}", said.stderr);
        // git itself may refuse what was written.
        std::fs::write(
            place.repo().join(".git/config"),
            "[core]\n\trepositoryformatversion = 0\n",
        )
        .unwrap();
    }
}

#[test]
fn the_repository_is_left_as_it_is() {
    let place = Place::with_one_policy();
    place
        .write("privacy.md", "# Privacy\n\nUncommitted.\n")
        .write("untracked.md", "# X\n");
    let before = crate::support::files(&place.repo());
    place.build().site();
    assert_eq!(crate::support::files(&place.repo()), before);
}

const HOSTILE: &str = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(2)> & <!-- ]]> {{ 7*7 }} \u{202e}";

#[test]
fn hostile_words_are_shown_as_words_on_every_page() {
    let quoted = HOSTILE.replace('"', "\\\"");
    let place = Place::new();
    let front = |version: &str| {
        format!(
            "---\ntitle: \"{quoted}\"\ndescription: \"{quoted}\"\nsummary: \"{version} {quoted}\"\nversion: \"{version} {quoted}\"\nid: \"{quoted}\"\n\
             effective: \"January 2025\"\nchange: minor\naliases: [\"/</script><script>alert(3)</script>\", \"/a\\\"onload=x\"]\nlayout: \"{quoted}\"\n---\n"
        )
    };
    place
        .write(
            "a\"><script>x</script>.md",
            format!("{}# One\n", front("1")),
        )
        .commit_saying(
            "2024-01-01",
            &format!("{HOSTILE}\n\nVersion-Summary: {HOSTILE}"),
        );
    place
        .write(
            "a\"><script>x</script>.md",
            format!("{}# Two\n", front("1")),
        )
        .commit("2024-02-01");
    place
        .write(
            "a\"><script>x</script>.md",
            format!("{}# Three {HOSTILE}\n\nText.\n", front("2")),
        )
        .commit("2024-03-01");
    place
        .write(
            "gone.md",
            format!("{}# Gone\n", front("3").replace("id:", "other:")),
        )
        .commit("2024-04-01");
    place.remove("gone.md").commit("2024-05-01");
    place.write(
        "policygen.toml",
        format!("[site]\ntitle = '''{HOSTILE}'''\n[content]\nbroken_links = \"warn\"\n"),
    );
    let site = place
        .build()
        .args(["--base-url", "https://example.com/"])
        .site();
    for (route, page) in site.pages() {
        assert_eq!(executable(&page), Vec::<String>::new(), "{route}");
        let foreign = elements(&page).iter().any(|e| e.name == "img");
        assert!(!foreign, "{route}");
        assert!(
            !page.contains(">49<") && !page.contains(" 49 "),
            "{route}: content was run as a template"
        );
    }
    for (path, bytes) in site.files() {
        if path.ends_with(".json") {
            serde_json::from_slice::<serde_json::Value>(&bytes)
                .unwrap_or_else(|e| panic!("{path}: {e}"));
        }
        if path.ends_with(".xml") || path.starts_with('_') {
            assert!(
                !String::from_utf8_lossy(&bytes).contains("<script"),
                "{path}"
            );
        }
    }
    let title =
        site.record(&site.ids().into_iter().find(|id| id != "gone").unwrap())["title"].clone();
    assert!(
        title
            .as_str()
            .unwrap()
            .contains("</title><script>alert(1)</script>"),
        "JSON keeps the words: {title}"
    );
}

#[test]
fn messages_cannot_steer_the_terminal() {
    let place = Place::new();
    place
        .write(
            "a\u{1b}[2J.md",
            "---\neffective: \"\\e[31msoon\\u0007\"\n---\n# A\n\n[x](\u{1b}]0;owned\u{7}.md)\n",
        )
        .commit("2024-01-01");
    let said = place.build().run();
    assert!(
        !said.stderr.contains('\u{1b}') && !said.stderr.contains('\u{7}'),
        "{:?}",
        said.stderr
    );
    assert!(!said.stdout.contains('\u{1b}'), "{:?}", said.stdout);
}

#[test]
fn what_a_repository_tells_about_itself_is_no_way_out_of_the_root() {
    let place = Place::with_one_policy();
    for content in ["..", "../..", "/etc"] {
        let said = place.build().args(["--content", content]).fails();
        assert!(said.contains("outside"), "{content}: {said}");
    }
}

#[test]
fn a_version_with_the_name_of_a_way_up_stays_in_its_folder() {
    let place = Place::new();
    for (number, version) in [
        "..",
        ".",
        "../../x",
        "/etc",
        "a/b",
        "",
        " ",
        "💥",
        "..%2f",
        "CON",
        "\u{202e}x",
        "-",
    ]
    .iter()
    .enumerate()
    {
        place
            .write(
                "privacy.md",
                format!("---\nversion: \"{version}\"\n---\n# P\n\nText {number}.\n"),
            )
            .commit(&format!("2024-01-{:02}", number + 1));
    }
    let said = place.build().run();
    assert!(matches!(said.code, Some(0 | 1)), "{said:?}");
    if said.code == Some(0) {
        let site = place.site();
        for label in site.labels("privacy") {
            assert!(
                !label.contains('/') && label != "." && label != ".." && !label.is_empty(),
                "`{label}`"
            );
            assert!(site.has(&format!("privacy/{label}/")), "`{label}`");
        }
        assert_eq!(site.labels("privacy").len(), 12);
    }
}

#[test]
fn a_manifest_of_someone_else_makes_nothing_outside_vanish() {
    let place = Place::with_one_policy();
    place.build().site();
    let victim = place.folder().join("victim.txt");
    std::fs::write(&victim, "mine").unwrap();
    let manifest = place.output().join(".policygen-manifest.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let list = value["files"].as_array_mut().expect("a list of files");
    list.push("../victim.txt".into());
    list.push(victim.to_str().unwrap().into());
    std::fs::write(&manifest, value.to_string()).unwrap();
    let said = place.build().run();
    assert!(matches!(said.code, Some(0 | 1)), "{said:?}");
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "mine");
}
