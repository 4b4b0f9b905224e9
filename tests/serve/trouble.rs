//! Mistakes: each is told and shown, the last site that was right stays, and the server goes on.

use crate::server::Server;
use crate::{place, privacy};

#[test]
fn a_fault_in_front_matter_is_shown_until_it_is_mended() {
    let place = place();
    let mut server = Server::start(&place);
    place.write("privacy.md", privacy("sixty"));
    server.shows("/privacy/draft/", "sixty");
    let told = server.change(|| {
        place.write(
            "privacy.md",
            format!("---\neffective: soon\n---\n{}", privacy("ninety")),
        );
    });
    assert_eq!(told["troubles"][0]["place"], "privacy.md:2");
    let message = told["troubles"][0]["message"].as_str().unwrap();
    assert!(message.contains("`soon`"), "{message}");
    server.running.says("error: `privacy.md:2`");
    assert!(server.page("/privacy/draft/").contains("for sixty days"));
    let told = server.change(|| {
        place.write("privacy.md", privacy("ninety"));
    });
    assert_eq!(told["troubles"].as_array().unwrap().len(), 0);
    assert!(server.page("/privacy/draft/").contains("for ninety days"));
}

#[test]
fn a_template_that_does_not_parse_leaves_the_site_as_it_is() {
    let place = place();
    let mut server = Server::start(&place);
    let told = server.change(|| {
        place.write("templates/not_found.html", "one\n{% if %}");
    });
    let message = told["troubles"][0]["message"].as_str().unwrap();
    assert!(message.contains("not_found.html:2"), "{message}");
    server.running.says("not_found.html:2");
    assert!(server.page("/privacy/").contains("thirty"));
    server.change(|| {
        place.write("templates/not_found.html", "mended");
    });
    server.until("/nowhere/", |answer| answer.body.contains("mended"));
}

#[test]
fn a_template_that_lacks_a_value_is_shown_on_its_pages() {
    let place = place();
    let server = Server::start(&place);
    place.write(
        "templates/changes.html",
        "one\n{{ \"<script>\" }}{{ nothing.there }}",
    );
    let answer = server.until("/changes/", |answer| answer.status == 500);
    assert!(answer.body.contains("changes.html:2"), "{}", answer.body);
    assert!(answer.body.contains("policygen-live.js"));
    assert!(!answer.body.contains("<script>"), "{}", answer.body);
    assert!(server.page("/privacy/").contains("thirty"));
}

#[test]
fn a_wrong_configuration_leaves_the_site_as_it_is() {
    let place = place();
    place.write("policygen.toml", "[site]\ntitle = \"Acme\"\n");
    let mut server = Server::start(&place);
    let told = server.change(|| {
        place.write("policygen.toml", "[site]\ntitel = \"</script><b>\"\n");
    });
    let message = told["troubles"][0]["message"].as_str().unwrap();
    assert!(message.contains("policygen.toml:2"), "{message}");
    server.running.says("did you mean `title`?");
    assert!(server.page("/").contains("Acme"));
    // A change elsewhere does not make it right.
    place.write("privacy.md", privacy("sixty"));
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_ne!(server.told()["troubles"].as_array().unwrap().len(), 0);
    place.write("policygen.toml", "[site]\ntitle = \"Other\"\n");
    server.shows("/", "Other");
    server.shows("/privacy/draft/", "sixty");
    assert_eq!(server.told()["troubles"].as_array().unwrap().len(), 0);
}

#[test]
fn a_server_starts_with_a_mistake_and_shows_it() {
    let place = place();
    place.write("policygen.toml", "nonsense");
    let server = Server::start(&place);
    let answer = server.get("/privacy/");
    assert_eq!(answer.status, 500);
    assert!(answer.body.contains("policygen.toml:1"), "{}", answer.body);
    assert!(answer.body.contains("policygen-live.js"));
    let before = server.told();
    place.write("policygen.toml", "");
    server.shows("/privacy/", "thirty");
    assert_ne!(server.told()["number"], before["number"]);
}

#[test]
fn a_published_mistake_is_told_and_mended_in_a_draft() {
    let place = place();
    place
        .write(
            "privacy.md",
            format!("---\neffective: soon\n---\n{}", privacy("sixty")),
        )
        .commit("2024-02-01");
    let server = Server::start(&place);
    assert_eq!(server.told()["troubles"][0]["place"], "privacy.md:2");
    assert!(server.page("/privacy/").contains("for sixty days"));
    place.write("privacy.md", privacy("ninety"));
    server.shows("/privacy/draft/", "for ninety days");
    assert_eq!(server.told()["troubles"].as_array().unwrap().len(), 0);
}

#[test]
fn a_broken_link_is_told_beside_the_page_that_has_it() {
    let place = place();
    place.write("policygen.toml", "");
    let server = Server::start(&place);
    place.write("privacy.md", privacy("sixty") + "\n[Nowhere](nowhere.md)\n");
    server.shows("/privacy/draft/", "sixty");
    let told = server.told();
    assert_eq!(told["troubles"][0]["place"], "privacy.md:11", "{told}");
}

#[test]
fn a_repository_that_is_gone_for_a_while_is_told() {
    let place = place();
    let mut server = Server::start(&place);
    let (git, away) = (place.repo().join(".git"), place.folder().join("away"));
    std::fs::rename(&git, &away).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(200));
    std::fs::rename(&away, &git).unwrap();
    place.write("privacy.md", privacy("sixty"));
    server.shows("/privacy/draft/", "sixty");
    place.commit("2024-02-01");
    server.shows("/privacy/2024-02-01/", "sixty");
    assert!(server.running.runs());
}

#[test]
fn two_files_for_one_place_are_told() {
    let place = place();
    let server = Server::start(&place);
    let told = server.change(|| {
        place.write("privacy/index.md", "# Other\n");
    });
    assert_eq!(told["troubles"][0]["place"], "privacy/index.md");
    server.change(|| {
        place.remove("privacy/index.md");
    });
    assert_eq!(server.told()["troubles"].as_array().unwrap().len(), 0);
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let place = place();
    let server = Server::start(&place);
    let told = server.change(|| {
        place.write("privacy.md", b"# A\n\n\xff\xfe\n");
    });
    assert_eq!(told["troubles"][0]["place"], "privacy.md:3");
}

#[test]
fn a_template_that_fails_on_every_page_leaves_the_site_as_it_is() {
    let place = place();
    let mut server = Server::start(&place);
    let told = server.change(|| {
        place.write("templates/front.html", "one\n{{ nothing.there }}");
    });
    let message = told["troubles"][0]["message"].as_str().unwrap();
    assert!(message.contains("front.html:2"), "{message}");
    server.running.says("front.html:2");
    assert!(server.page("/").contains("Privacy"));
    place.write("templates/front.html", "mended");
    server.shows("/", "mended");
    assert!(server.told()["troubles"].as_array().unwrap().is_empty());
}

#[test]
fn a_page_that_cannot_be_shown_is_told_in_the_terminal() {
    let place = place();
    let mut server = Server::start(&place);
    place.write("templates/changes.html", "{{ nothing.there }}");
    server.until("/changes/", |answer| answer.status == 500);
    server.running.says("changes.html:1");
}

#[cfg(unix)]
#[test]
fn a_folder_that_nobody_may_read_is_told_until_it_may_be() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = place();
    let server = Server::start(&place);
    let folder = place.repo().join("closed");
    let may = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&folder, permissions).unwrap();
    };
    place.write("closed/terms.md", "# Terms\n");
    server.shows("/closed/terms/draft/", "Terms");
    may(0);
    // Some users may read everything.
    if std::fs::read_dir(&folder).is_err() {
        server.until("/", |_| {
            !server.told()["troubles"].as_array().unwrap().is_empty()
        });
    }
    may(0o755);
    place.write("closed/terms.md", "# Our terms\n");
    server.shows("/closed/terms/draft/", "Our terms");
    assert!(server.told()["troubles"].as_array().unwrap().is_empty());
}
