use super::*;

fn checked(text: &str) -> Result<Notices> {
    let table: Table = crate::strict_toml::parse(Path::new("policygen.toml"), text)?;
    table.check(Path::new("/site"))
}

fn fails(text: &str) -> String {
    checked(text).unwrap_err().to_string()
}

const EMAIL_TABLE: &str =
    "[email]\nfrom = \"a@example.org\"\nto = \"list@example.org\"\nhost = \"mail.example.org\"\n";

#[test]
fn days_are_those_of_the_policy_else_the_sites() {
    let notices = checked("notice_days = 10\n[policies.terms]\nnotice_days = 15\n").unwrap();
    assert_eq!(notices.days("terms", "u"), 15);
    assert_eq!(notices.days("privacy", "u"), 10);
    assert_eq!(checked("").unwrap().days("privacy", "u"), 30);
}

#[test]
fn channels_come_in_the_order_that_is_given() {
    let text =
        format!("{EMAIL_TABLE}[[webhook]]\nname = \"ops\"\nform = \"slack\"\nurl_env = \"OPS\"\n");
    let names = |text: &str| -> Vec<String> {
        let notices = checked(text).unwrap();
        notices
            .channels
            .iter()
            .map(|c| c.name().to_owned())
            .collect()
    };
    assert_eq!(names(&text), ["email", "ops"]);
    assert_eq!(names(&format!("channels = [\"ops\"]\n{text}")), ["ops"]);
    assert!(fails(&format!("channels = [\"pager\"]\n{text}")).contains("`pager`"));
}

#[test]
fn secrets_are_never_in_the_configuration() {
    let hook = |rest: &str| fails(&format!("[[webhook]]\nname = \"ops\"\n{rest}"));
    assert!(hook("url = \"https://x\"\n").contains("unknown key `url`"));
    assert!(hook("").contains("`url_env` or `url_file`"));
    assert!(hook("url_env = \"A\"\nurl_file = \"b\"\n").contains("not both"));
    assert!(hook("url_env = \"A\"\n").contains("signs the form `standard`"));
    assert!(hook("url_env = \"\"\n").contains("name of a variable"));
    let slack = "form = \"slack\"\nurl_env = \"A\"\nsecret_env = \"B\"\n";
    assert!(hook(slack).contains("take them out"));
    assert!(fails(&format!("{EMAIL_TABLE}password = \"x\"\n")).contains("unknown key"));
}

#[test]
fn a_password_is_not_sent_unencrypted() {
    let text = format!("{EMAIL_TABLE}tls = \"none\"\nuser_env = \"U\"\npassword_env = \"P\"\n");
    assert!(fails(&text).contains("unencrypted"));
    assert!(checked(&text.replace("mail.example.org", "127.0.0.1")).is_ok());
}

#[test]
fn what_stands_in_headers_is_plain() {
    let with = |line: &str| fails(&format!("{EMAIL_TABLE}{line}\n"));
    assert!(with("list_id = \"a\\r\\nBcc: b@example.org\"").contains("plain ASCII"));
    assert!(with("unsubscribe = \"http://x\"").contains("`https://`"));
    assert!(with("unsubscribe_mail = \"x@example.org\"").contains("`mailto:`"));
}
#[test]
fn values_that_cannot_be_right_are_told() {
    for (line, told) in [
        ("port = 0", "port of 1 or more"),
        ("timeout = 0", "timeout of 1 or more"),
        ("timeout = \"1\"", "a whole number"),
        ("list_id = \"<a b>\"", "`policies.example.org`"),
        ("reply_to = \"nobody\"", "[notices.email] reply_to"),
        ("unsubscribe = \"https://x/{address\"", "not closed"),
        ("unsubscribe = \"https://x/{plan}\"", "only `{address}`"),
    ] {
        let error = fails(&format!("{EMAIL_TABLE}{line}\n"));
        assert!(error.contains(told), "{line}: {error}");
    }
    for (key, value) in [
        ("from", "nobody"),
        ("host", ""),
        ("host", "smtp://mail.example.org"),
        ("host", "mail.example.org:25"),
        ("host", "a\\r\\nb"),
    ] {
        let lines = EMAIL_TABLE.lines().filter(|line| !line.starts_with(key));
        let rest: String = lines.map(|line| format!("{line}\n")).collect();
        let error = fails(&format!("{rest}{key} = \"{value}\"\n"));
        assert!(error.contains(&format!("[notices.email] {key}")), "{error}");
    }
    assert!(fails("notice_days = -1\n").contains("a whole number"));
    assert!(fails("notice_days = 70000\n").contains("a whole number"));
    assert!(fails("[policies.terms]\n").contains("missing field `notice_days`"));
    assert!(fails("[policies]\nterms = 15\n").contains("a table"));
    let twice = format!("channels = [\"email\", \"email\"]\n{EMAIL_TABLE}");
    assert!(fails(&twice).contains("twice"));
}
