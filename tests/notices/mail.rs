//! What a mail says, and to whom it goes.

use mailparse::{MailHeaderMap, ParsedMail};

use crate::desk::{Desk, privacy};

fn parsed(message: &str) -> ParsedMail<'_> {
    mailparse::parse_mail(message.as_bytes()).unwrap()
}

/// Text and HTML.
fn bodies(mail: &ParsedMail<'_>) -> (String, String) {
    assert_eq!(mail.ctype.mimetype, "multipart/alternative");
    let kinds: Vec<&str> = mail
        .subparts
        .iter()
        .map(|part| part.ctype.mimetype.as_str())
        .collect();
    assert_eq!(kinds, ["text/plain", "text/html"]);
    let body = |at: usize| mail.subparts[at].get_body().unwrap().replace("\r\n", "\n");
    (body(0), body(1))
}

#[test]
fn a_mail_says_what_changed_when_and_where_to_read_it() {
    let desk = Desk::with(
        "to = \"readers@example.org\"\nlist_id = \"policies.example.org\"\nunsubscribe = \"https://example.org/leave?who={address}\"\nunsubscribe_mail = \"mailto:leave@example.org?subject={address}\"\n",
    );
    desk.change("2024-06-01", "material", "30");
    desk.sends();
    let messages = desk.office.messages();
    let mail = parsed(&messages[0].1);
    let header = |name: &str| mail.headers.get_first_value(name).unwrap_or_default();
    assert_eq!(
        header("Subject"),
        "Privacy policy: new version from 1 March 2025 – Example Ltd"
    );
    assert_eq!(header("From"), "\"Example Legal\" <legal@example.org>");
    assert_eq!(header("To"), "readers@example.org");
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(header("List-Id"), "<policies.example.org>");
    assert_eq!(
        header("List-Unsubscribe"),
        "<https://example.org/leave?who=readers%40example.org>, <mailto:leave@example.org?subject=readers%40example.org>"
    );
    assert_eq!(
        header("List-Unsubscribe-Post"),
        "List-Unsubscribe=One-Click"
    );
    assert!(header("Message-ID").ends_with("@example.org>"));
    let (text, html) = bodies(&mail);
    let root = desk.web.url("privacy/");
    for said in [
        "Logs are kept for 30 days.".to_owned(),
        "It is effective\nfrom 1 March 2025".to_owned(),
        format!("{root}2024-06-01/\n"),
        format!("{root}2024-06-01/changes/\n"),
        "We keep logs for [-60-]{+30+} days.".to_owned(),
    ] {
        assert!(text.contains(&said), "{said}: {text}");
    }
    assert!(
        html.contains("We keep logs for <del>60</del><ins>30</ins> days."),
        "{html}"
    );
    assert!(
        html.contains(&format!("<a href=\"{root}2024-06-01/\">")),
        "{html}"
    );
}

#[test]
fn message_ids_are_derived_from_policy_version_and_recipient() {
    let ids = |people: &str| -> Vec<String> {
        let desk = Desk::mailing_to(people);
        desk.change("2024-06-01", "material", "30");
        desk.sends();
        let of = |(_, message): &(String, String)| {
            parsed(message)
                .headers
                .get_first_value("Message-ID")
                .unwrap()
        };
        desk.office.messages().iter().map(of).collect()
    };
    let first = ids("address\nada@example.org\nbo@example.org\n");
    assert_ne!(first[0], first[1]);
    assert_eq!(first, ids("address\nada@example.org\nbo@example.org\n"));
}

#[test]
fn several_recipients_share_a_connection_and_each_gets_one_mail() {
    let people: String = (0..150)
        .map(|n| format!("p{n}@example.org,P {n}\n"))
        .collect();
    let desk = Desk::mailing_to(&format!("address,name\n{people}P7@Example.org,again\n"));
    desk.change("2024-06-01", "material", "30");
    let printed = desk.run(&["send", "--no-live-check"]);
    assert_eq!(printed.code, Some(0), "{printed:?}");
    assert!(
        printed
            .err
            .contains("one recipient stands in the file more than once"),
        "{printed:?}"
    );
    assert_eq!(desk.office.recipients().len(), 150);
    assert_eq!(desk.office.connections(), 1);
    assert_eq!(
        parsed(&desk.office.messages()[3].1)
            .headers
            .get_first_value("To")
            .unwrap(),
        "\"P 3\" <p3@example.org>"
    );
}

#[test]
fn odd_recipients_get_theirs_and_lines_that_are_no_address_are_told_by_number() {
    let desk = Desk::mailing_to(
        "address,name\n\"\"\"ada@b\"\"@example.org\",\"A\r\nBcc: x@example.org\r\n\r\n.\r\n\"\nada@bücher.example,Ä\nnobody,\n\"c\r\nRCPT TO:<x@example.org>\r\n@example.org\",\nlast@example.org,\n",
    );
    desk.change("2024-06-01", "material", "30");
    let printed = desk.run(&["send", "--no-live-check"]);
    assert_eq!(printed.code, Some(0), "{printed:?}");
    let recipients = [
        "\"ada@b\"@example.org",
        "ada@xn--bcher-kva.example",
        "last@example.org",
    ];
    assert_eq!(desk.office.recipients(), recipients);
    assert!(printed.err.contains("recipients:8"), "{printed:?}");
    assert!(!printed.err.contains("nobody"), "{printed:?}");
    let messages = desk.office.messages();
    let mail = parsed(&messages[0].1);
    assert!(mail.headers.get_first_value("Bcc").is_none());
    bodies(&mail);
}

#[test]
fn hostile_content_stays_content() {
    let desk = Desk::new();
    let title = "A\\r\\nBcc: x@example.org\\r\\n\\r\\n.\\r\\nQUIT\\r\\n <b>é";
    let front =
        format!("title: \"{title}\"\nchange: material\nsummary: \"one\\r\\n.\\r\\ntwo <script>\"");
    let text = format!(
        "---\n{front}\n---\n# P\n\nline\n\n.\n\n..x\n\n```\n.\n\n.\n```\n\n<script>alert(1)</script>\n"
    );
    desk.place.write("privacy.md", text).commit("2024-06-01");
    desk.sends();
    let messages = desk.office.messages();
    assert_eq!(messages.len(), 1);
    let mail = parsed(&messages[0].1);
    assert!(mail.headers.get_first_value("Bcc").is_none());
    let subject = mail.headers.get_first_value("Subject").unwrap();
    assert!(
        subject.contains("<b>é") && !subject.contains('\n'),
        "{subject:?}"
    );
    let (text, html) = bodies(&mail);
    assert!(text.contains("\n.\n") && text.contains("..x"), "{text}");
    assert!(!html.contains("<script"), "{html}");
}

#[test]
fn no_field_of_the_configuration_or_a_recipient_makes_a_header() {
    let evil = "\\r\\nBcc: x@example.org\\r\\n\\r\\n.\\r\\n";
    let desk = Desk::mailing_to(
        "address,name,plan\nada@example.org,Ada,\"p\r\nBcc: x@example.org\r\n.\r\n\"\n",
    );
    let path = desk.place.repo().join("policygen.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text
        .replace("Example Ltd", &format!("Example{evil}Ltd"))
        .replace("Example Legal", &format!("Example{evil}Legal"));
    let more = format!(
        "reply_to = \"A{evil} <reply@example.org>\"\nunsubscribe = \"https://example.org/?p={{plan}}\"\n"
    );
    desk.place.write("policygen.toml", text + &more);
    let front =
        format!("title: \"T{evil}\"\nversion: \"2{evil}\"\nchange: material\nsummary: \"S{evil}\"");
    desk.place
        .write("privacy.md", privacy(&front, "30"))
        .commit_saying("2024-06-01", "Subject\r\nBcc: x@example.org");
    desk.sends();
    let messages = desk.office.messages();
    assert_eq!(messages.len(), 1);
    let mail = parsed(&messages[0].1);
    let names: Vec<String> = mail.headers.iter().map(|header| header.get_key()).collect();
    let allowed = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Reply-To",
        "Auto-Submitted",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    ];
    assert!(
        names.iter().all(|name| allowed.contains(&name.as_str())),
        "{names:?}"
    );
    bodies(&mail);
    // What cannot stand in a header as it is, is refused.
    let text = std::fs::read_to_string(&path).unwrap();
    desk.place
        .write("policygen.toml", format!("{text}list_id = \"a{evil}\"\n"));
    assert!(desk.fails_to_send().contains("plain ASCII"));
}

#[test]
fn user_name_and_password_come_from_elsewhere_and_are_told_nowhere() {
    let desk = Desk::with(
        "to = \"readers@example.org\"\nuser_env = \"MAIL_USER\"\npassword_file = \"../password\"\n",
    )
    .variable("MAIL_USER", "the-user");
    desk.office.ask_for_login();
    let password = desk.place.folder().join("password");
    std::fs::write(&password, "wrong-secret\n").unwrap();
    desk.change("2024-06-01", "material", "30");
    let said = desk.fails_to_send();
    assert!(
        said.contains("refused user name and password (535)"),
        "{said}"
    );
    std::fs::write(&password, "right\n").unwrap();
    let said = said + &desk.sends();
    assert_eq!(desk.office.recipients().len(), 1);
    let login = |password: &str| ("the-user".to_owned(), password.to_owned());
    assert_eq!(
        desk.office.logins(),
        [login("wrong-secret"), login("right")]
    );
    let ledger = std::fs::read_to_string(desk.ledger_path()).unwrap();
    for secret in ["the-user", "wrong-secret"] {
        assert!(!said.contains(secret) && !ledger.contains(secret), "{said}");
    }
}

#[test]
fn neither_ledger_nor_state_names_a_recipient() {
    let desk = Desk::mailing_to("address,name\nadalovelace@example.org,Ada Lovelace\n");
    desk.office.refuse("adalovelace@example.org", 550);
    desk.change("2024-06-01", "material", "30");
    let printed = desk.run(&["send", "--no-live-check"]);
    assert!(
        !printed.err.to_lowercase().contains("lovelace"),
        "{printed:?}"
    );
    for (path, bytes) in crate::support::files(&desk.place.folder()) {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        assert!(path == "people.csv" || !text.contains("lovelace"), "{path}");
    }
    let files = crate::support::files(&desk.place.folder().join("home"));
    assert!(files.keys().any(|path| path.ends_with("deliveries.sqlite")));
}

#[test]
fn a_preview_writes_what_would_go_out() {
    let desk = Desk::new();
    desk.change("2024-06-01", "material", "30");
    let out = desk.place.folder().join("out");
    let said = desk.prints(&["preview", "--output", out.to_str().unwrap()]);
    assert!(
        said.contains("We keep logs for [-60-]{+30+} days."),
        "{said}"
    );
    let files = crate::support::files(&out);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let folder = "privacy@2024-06-01";
    let expected: Vec<String> = ["eml", "html", "txt"]
        .iter()
        .map(|end| format!("{folder}/email.{end}"))
        .collect();
    assert_eq!(names, expected);
    bodies(&parsed(std::str::from_utf8(&files[&expected[0]]).unwrap()));
    let of_old = desk.prints(&["preview", "privacy", "2024-01-01", "--channel", "email"]);
    assert!(
        of_old.contains("We published “Privacy policy”, version 2024-01-01."),
        "{of_old}"
    );
    assert_eq!(desk.office.connections(), 0);
}

#[test]
fn templates_of_the_site_see_the_columns_of_a_recipient() {
    let desk = Desk::mailing_to("address,name,plan\nada@example.org,Ada,Pro\n");
    desk.place.write(
        "templates/notice.txt",
        "Dear {{ recipient.name }} on {{ recipient.columns.plan }}: {{ notice.read_url }}",
    );
    desk.place
        .write("privacy.md", privacy("change: material", "30"))
        .commit("2024-06-01");
    desk.sends();
    let messages = desk.office.messages();
    let (text, _) = bodies(&parsed(&messages[0].1));
    assert!(text.starts_with("Dear Ada on Pro: http"), "{text}");
}
