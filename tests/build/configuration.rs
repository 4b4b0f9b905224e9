//! `policygen.toml`, patterns, templates and themes.

use std::os::unix::fs::symlink;

use crate::support::Place;

fn several() -> Place {
    let place = Place::new();
    for path in [
        "README.md",
        "LICENSE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        ".github/pull.md",
        "privacy.md",
        "legal/terms.md",
        "legal/eu/terms.md",
        "legal/README.md",
    ] {
        place.write(path, format!("# {path}\n"));
    }
    place.commit("2024-01-01");
    place
}

#[test]
fn files_about_the_repository_are_left_out_unless_included() {
    let place = several();
    assert_eq!(
        place.build().site().ids(),
        ["legal/eu/terms", "legal/readme", "legal/terms", "privacy"]
    );
    let site = place
        .build()
        .args(["--include", "README.md", "--include", "legal/*.md"])
        .site();
    assert_eq!(site.ids(), ["legal/readme", "legal/terms", "readme"]);
}

#[test]
fn patterns_choose_what_is_published() {
    let place = several();
    assert_eq!(
        place
            .build()
            .args(["--include", "**/terms.md"])
            .site()
            .ids(),
        ["legal/eu/terms", "legal/terms"]
    );
    assert_eq!(
        place.build().args(["--exclude", "legal/**"]).site().ids(),
        ["privacy"]
    );
    place.write(
        "policygen.toml",
        "[content]\ninclude = [\"legal/**\"]\nexclude = [\"**/README.md\"]\n",
    );
    assert_eq!(
        place.build().site().ids(),
        ["legal/eu/terms", "legal/terms"]
    );
    let said = place.build().args(["--include", "a[b"]).fails();
    assert!(said.contains("`a[b`"), "{said}");
}

#[test]
fn an_unknown_key_suggests_the_nearest_known_one() {
    let place = Place::with_one_policy();
    for (text, line, wrong, right) in [
        ("[site]\ntitel = \"x\"\n", 2, "titel", "title"),
        ("[histroy]\nref = \"x\"\n", 1, "histroy", "history"),
        ("[content]\n\ninclud = []\n", 3, "includ", "include"),
    ] {
        place.write("policygen.toml", text);
        let said = place.build().fails();
        assert!(said.contains(&format!("policygen.toml:{line}`")), "{said}");
        assert!(
            said.contains(&format!("unknown key `{wrong}`; did you mean `{right}`?")),
            "{said}"
        );
    }
    assert!(!place.output().exists());
}

#[test]
fn a_wrong_value_names_its_line() {
    let place = Place::with_one_policy();
    for text in [
        "\n[content]\nhtml = \"keep\"\n",
        "\n[history]\nversions = \"all\"\n",
        "\n[site]\ntitle = 3\n",
        "\n\n[site\n",
    ] {
        place.write("policygen.toml", text);
        let said = place.build().fails();
        assert!(said.contains("policygen.toml:3`"), "{text}: {said}");
    }
    for text in [
        "[site]\nbase_url = \"example.com\"\n",
        "[site]\nlanguage = \"</html>\"\n",
        "[site]\ntheme = \"../x\"\n",
    ] {
        place.write("policygen.toml", text);
        assert!(place.build().fails().contains("expected"), "{text}");
    }
}

#[test]
fn the_configuration_sets_what_the_options_set() {
    let place = Place::with_one_policy();
    place.write("policygen.toml", "output = \"docs/site\"\n[site]\ntitle = \"Example Ltd\"\nbase_url = \"https://example.com/p\"\nlanguage = \"de\"\n");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_policygen"));
    let status = command
        .arg("build")
        .arg("--root")
        .arg(place.repo())
        .output()
        .unwrap()
        .status;
    assert!(status.success());
    let front = std::fs::read_to_string(place.repo().join("docs/site/index.html")).unwrap();
    assert!(
        front.contains("Example Ltd")
            && front.contains("lang=\"de\"")
            && front.contains("https://example.com/p/"),
        "{front}"
    );
}

#[test]
fn a_site_overrides_a_template() {
    let place = Place::with_one_policy();
    place.write(
        "templates/not_found.html",
        "<!doctype html><title>{{ site.title }}</title>Our own page.",
    );
    let site = place.build().site();
    assert_eq!(
        site.read("404.html"),
        "<!doctype html><title>Policies</title>Our own page."
    );
    assert!(site.read("privacy/").contains("<article class=\"policy\""));
}

#[test]
fn a_template_error_names_file_line_and_the_missing_value() {
    let place = Place::with_one_policy();
    let before = place.build().site().files();
    place.write("templates/changelog.html", "<p>\n<p>\n{{ polcy.title }}\n");
    let said = place.build().fails();
    assert!(
        said.contains("changelog.html:3") && said.contains("polcy"),
        "{said}"
    );
    place.write("templates/changelog.html", "<p>\n{% if %}\n");
    let said = place.build().fails();
    assert!(said.contains("changelog.html:2"), "{said}");
    assert_eq!(
        place.site().files(),
        before,
        "the site that was there stays"
    );
}

#[test]
fn a_theme_overrides_file_by_file() {
    let place = Place::with_one_policy();
    place
        .write("themes/ours/style.css", "body { color: teal }")
        .write("themes/ours/logo.png", "pixels")
        .write(
            "themes/ours/templates/not_found.html",
            "<!doctype html><title>x</title>The theme's page.",
        )
        .write("policygen.toml", "[site]\ntheme = \"ours\"\n");
    let site = place.build().site();
    let files = site.files();
    let style = files
        .keys()
        .find(|path| path.starts_with("assets/style.") && path.ends_with(".css"))
        .unwrap();
    assert_eq!(files[style], b"body { color: teal }");
    assert!(site.read("privacy/").contains(&format!("../{style}")));
    assert!(
        files
            .keys()
            .any(|path| path.starts_with("assets/logo.") && path.ends_with(".png"))
    );
    assert!(site.read("404.html").contains("The theme's page."));
    place.write("policygen.toml", "[site]\ntheme = \"theirs\"\n");
    assert!(place.build().fails().contains("themes/theirs"));
}

#[test]
fn a_changed_style_has_another_address() {
    let place = Place::with_one_policy();
    let style = |site: crate::support::Site| {
        site.files()
            .into_keys()
            .find(|path| path.starts_with("assets/style."))
            .unwrap()
    };
    let before = style(place.build().site());
    place.write("themes/default/style.css", "body{}");
    assert_ne!(style(place.build().site()), before);
}

#[test]
fn symbolic_links_in_theme_and_templates_are_not_followed() {
    let place = Place::with_one_policy();
    std::fs::write(place.folder().join("secret"), "Never to be seen").unwrap();
    place
        .write("themes/default/a.css", "a{}")
        .write("templates/x.html", "x");
    symlink("../../../secret", place.repo().join("themes/default/b.css")).unwrap();
    symlink(
        "../../secret",
        place.repo().join("templates/not_found.html"),
    )
    .unwrap();
    symlink("/etc", place.repo().join("themes/default/etc")).unwrap();
    let site = place.build().site();
    assert!(
        !site
            .files()
            .values()
            .any(|bytes| String::from_utf8_lossy(bytes).contains("Never to be seen"))
    );
    assert!(site.said.contains("symbolic link"), "{}", site.said);
}

#[test]
fn whole_folders_that_are_symbolic_links_are_not_followed() {
    let place = Place::with_one_policy();
    let outside = place.folder().join("outside");
    crate::support::write(&outside.join("style.css"), "Never to be seen");
    crate::support::write(&outside.join("not_found.html"), "Never to be seen");
    std::fs::create_dir(place.repo().join("themes")).unwrap();
    symlink(&outside, place.repo().join("themes/default")).unwrap();
    symlink(&outside, place.repo().join("templates")).unwrap();
    let said = place.build().run();
    if said.code == Some(0) {
        let files = place.site().files();
        assert!(
            !files
                .values()
                .any(|bytes| String::from_utf8_lossy(bytes).contains("Never to be seen"))
        );
    }
}
