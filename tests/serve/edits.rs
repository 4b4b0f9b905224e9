//! Files that change while somebody looks.

use std::fs;

use crate::server::Server;
use crate::support::Place;
use crate::support::html;
use crate::{place, privacy};

#[test]
fn a_saved_file_is_shown_as_a_draft_with_its_redline() {
    let place = place();
    let server = Server::start(&place);
    server.lacks("/privacy/draft/");
    server.change(|| {
        place.write("privacy.md", privacy("sixty"));
    });
    let draft = server.page("/privacy/draft/");
    assert!(html::words(html::article(&draft)).contains("logs for sixty days"));
    let page = server.page("/privacy/draft/changes/");
    let redline = html::redline(&page).unwrap();
    assert!(html::words_without(redline, "ins").contains("for thirty days"));
    assert!(html::words_without(redline, "del").contains("for sixty days"));
    server.change(|| {
        place.write("privacy.md", privacy("ninety"));
    });
    assert!(server.page("/privacy/draft/").contains("for ninety days"));
}

#[test]
fn what_is_undone_is_no_draft_any_more() {
    let place = place();
    let server = Server::start(&place);
    place.write("privacy.md", privacy("sixty"));
    server.shows("/privacy/draft/", "sixty");
    place.git(&["checkout", "--quiet", "privacy.md"]);
    server.lacks("/privacy/draft/");
    server.lacks("/privacy/draft/changes/");
}

#[test]
fn what_nobody_can_see_is_no_draft() {
    let place = place();
    let server = Server::start(&place);
    place
        .write("privacy.md", privacy("thirty").replace('\n', "\r\n"))
        .write("terms.md", "# Terms\n");
    server.shows("/terms/draft/", "Terms");
    server.lacks("/privacy/draft/");
}

#[test]
fn every_way_to_save_is_seen() {
    let place = place();
    let server = Server::start(&place);
    let path = place.repo().join("privacy.md");
    // In place.
    fs::write(&path, privacy("one")).unwrap();
    server.shows("/privacy/draft/", "for one days");
    // Beside it, and renamed over it.
    let beside = place.repo().join(".privacy.md.swp");
    fs::write(&beside, privacy("two")).unwrap();
    fs::rename(&beside, &path).unwrap();
    server.shows("/privacy/draft/", "for two days");
    // The old one is kept under another name.
    let old = place.repo().join("privacy.md~");
    fs::rename(&path, &old).unwrap();
    fs::write(&path, privacy("three")).unwrap();
    server.shows("/privacy/draft/", "for three days");
    fs::remove_file(&old).unwrap();
    // Removed first.
    fs::remove_file(&path).unwrap();
    fs::write(&path, privacy("four")).unwrap();
    server.shows("/privacy/draft/", "for four days");
}

#[test]
fn a_new_file_is_a_draft_policy_until_it_is_removed() {
    let place = place();
    let server = Server::start(&place);
    place.write(
        "legal/terms.md",
        "# Terms\n\nSee [privacy](../privacy.md).\n",
    );
    let page = server.shows("/legal/terms/", "This is a draft.").body;
    assert!(page.contains("href=\"../../privacy/index.html\""), "{page}");
    assert!(page.contains("<meta name=\"robots\" content=\"noindex\">"));
    assert!(server.page("/").contains("Terms"));
    assert!(!server.page("/index.json").contains("Terms"));
    place.remove("legal/terms.md");
    server.lacks("/legal/terms/");
}

#[test]
fn a_renamed_file_keeps_its_policy() {
    let place = place();
    let server = Server::start(&place);
    place
        .remove("privacy.md")
        .write("privacy/index.md", privacy("sixty"));
    server.shows("/privacy/draft/", "sixty");
    assert!(server.page("/privacy/").contains("for thirty days"));
}

#[test]
fn a_removed_file_leaves_what_is_published() {
    let place = place();
    let server = Server::start(&place);
    place.write("privacy.md", privacy("sixty"));
    server.shows("/privacy/draft/", "sixty");
    place.remove("privacy.md");
    server.lacks("/privacy/draft/");
    assert!(server.page("/privacy/").contains("for thirty days"));
}

#[test]
fn a_file_written_in_pieces_ends_as_it_was_written() {
    use std::io::Write;
    let place = place();
    let server = Server::start(&place);
    let mut file = fs::File::create(place.repo().join("privacy.md")).unwrap();
    for piece in privacy("sixty").as_bytes().chunks(10) {
        file.write_all(piece).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(12));
    }
    drop(file);
    let page = server.shows("/privacy/draft/", "Nothing else.").body;
    assert!(page.contains("for sixty days"));
}

#[test]
fn of_a_hundred_saves_the_last_one_is_shown() {
    let place = place();
    let mut server = Server::start(&place);
    for number in 0..100 {
        place.write("privacy.md", privacy(&format!("{number}")));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    server.shows("/privacy/draft/", "for 99 days");
    assert!(server.running.runs());
}

#[test]
fn a_file_replaced_by_a_folder_is_gone_until_it_is_back() {
    let place = place();
    let server = Server::start(&place);
    place.write("privacy.md", privacy("sixty"));
    server.shows("/privacy/draft/", "sixty");
    place.remove("privacy.md");
    fs::create_dir(place.repo().join("privacy.md")).unwrap();
    server.lacks("/privacy/draft/");
    fs::remove_dir(place.repo().join("privacy.md")).unwrap();
    place.write("privacy.md", privacy("ninety"));
    server.shows("/privacy/draft/", "ninety");
}

#[test]
fn the_content_folder_may_go_and_come_back() {
    let place = crate::Place::new();
    place
        .write("content/privacy.md", privacy("thirty"))
        .commit("2024-01-01");
    let mut server = Server::start(&place);
    place.write("content/privacy.md", privacy("sixty"));
    server.shows("/privacy/draft/", "sixty");
    fs::remove_dir_all(place.repo().join("content")).unwrap();
    server.lacks("/privacy/draft/");
    assert!(server.page("/privacy/").contains("for thirty days"));
    place.write("content/privacy.md", privacy("ninety"));
    server.shows("/privacy/draft/", "ninety");
    place.write("content/privacy.md", privacy("eighty"));
    server.shows("/privacy/draft/", "eighty");
    assert!(server.running.runs());
}

#[test]
fn an_image_of_a_draft_is_shown_as_it_is() {
    let place = place();
    place.write("logo.png", "one");
    let server = Server::start(&place);
    place.write("privacy.md", "# Privacy\n\n![Logo](logo.png)\n");
    let image = || {
        let page = server.page("/privacy/draft/");
        let rest = page
            .split("src=\"../../assets/content/")
            .nth(1)?
            .to_string();
        Some(format!("/assets/content/{}", rest.split('"').next()?))
    };
    server.shows("/privacy/draft/", "assets/content/");
    let first = image().unwrap();
    assert_eq!(server.page(&first), "one");
    place.write("logo.png", "two");
    server.lacks(&first);
    assert_eq!(server.page(&image().unwrap()), "two");
}

#[test]
fn templates_themes_and_configuration_are_seen() {
    let place = place();
    let server = Server::start(&place);
    place.write("templates/not_found.html", "own {{ site.title }}");
    server.until("/nowhere/", |answer| answer.body.contains("own Policies"));
    place.write("policygen.toml", "[site]\ntitle = \"Acme\"\n");
    server.until("/nowhere/", |answer| answer.body.contains("own Acme"));
    place.write("themes/default/style.css", "body{}");
    server.until("/privacy/", |answer| {
        let style = answer.body.split("href=\"../assets/").nth(1).unwrap();
        let style = style.split('"').next().unwrap();
        server.get(&format!("/assets/{style}")).body == "body{}"
    });
    fs::remove_dir_all(place.repo().join("templates")).unwrap();
    server.until("/nowhere/", |answer| !answer.body.contains("own Acme"));
}

#[test]
fn annotations_are_seen() {
    let place = place();
    let server = Server::start(&place);
    place.write(
        "versions.toml",
        "[[version]]\npolicy = \"privacy\"\nlabel = \"2024-01-01\"\nsummary = \"What is told.\"\n",
    );
    server.shows("/privacy/", "What is told.");
}

#[test]
fn folders_that_are_looked_at_are_seen_too() {
    let place = place();
    let server = Server::with(&place, &["--poll"]);
    place.write("privacy.md", privacy("sixty"));
    server.shows("/privacy/draft/", "sixty");
    place.commit("2024-02-01");
    server.shows("/privacy/", "sixty");
}

#[test]
fn a_folder_without_git_is_shown_as_it_is() {
    let place = crate::Place::without_git();
    place.write("privacy.md", privacy("thirty"));
    let server = Server::start(&place);
    assert!(server.page("/privacy/").contains("thirty"));
    place.write("privacy.md", privacy("sixty"));
    server.shows("/privacy/", "sixty");
    place.write("terms.md", "# Terms\n");
    server.shows("/terms/", "Terms");
    place.remove("terms.md");
    server.lacks("/terms/");
}

#[test]
fn a_file_that_moved_and_says_much_the_same_keeps_its_policy() {
    let place = place();
    let server = Server::start(&place);
    place
        .remove("privacy.md")
        .write("legal/data.md", privacy("sixty"));
    server.shows("/privacy/draft/changes/", "sixty");
    server.lacks("/legal/data/");
    place.write("legal/data.md", "# Data\n\nOf another kind.\n");
    server.shows("/legal/data/draft/", "another kind");
    server.lacks("/privacy/draft/");
}

#[test]
fn an_older_file_of_the_same_length_is_seen() {
    let place = place();
    let server = Server::start(&place);
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(1_000_000);
    let save = |days: &str| {
        place.write("saved", privacy(days));
        let file = std::fs::File::options()
            .append(true)
            .open(place.repo().join("saved"));
        file.unwrap().set_modified(long_ago).unwrap();
        place.rename("saved", "privacy.md");
        server.shows("/privacy/draft/", &format!("{days} days"));
    };
    save("forty");
    save("fifty");
}

#[test]
fn a_list_of_what_is_ignored_is_seen_wherever_it_is() {
    let place = Place::new();
    place
        .write("content/privacy.md", privacy("thirty"))
        .commit("2024-01-01");
    let server = Server::start(&place);
    place.write("content/notes/terms.md", "# Terms\n");
    server.shows("/notes/terms/draft/", "Terms");
    place.write(".gitignore", "notes/\n");
    server.lacks("/notes/terms/draft/");
    place.write(".gitignore", "other/\n");
    server.shows("/notes/terms/draft/", "Terms");
    place.write("content/notes/terms.md", "# Our terms\n");
    server.shows("/notes/terms/draft/", "Our terms");
}
