//! Webhooks: signed, not redirected, and their URLs told nowhere.

use serde_json::Value;

use crate::desk::Desk;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn hooked(form: &str) -> Desk {
    let secret = if form == "standard" {
        "secret_env = \"HOOK_SECRET\"\n"
    } else {
        ""
    };
    let desk = Desk::new().configure(&format!(
        "[notices]\nchannels = [\"ops\"]\n[[notices.webhook]]\nname = \"ops\"\nform = \"{form}\"\nurl_env = \"HOOK_URL\"\n{secret}"
    ));
    let url = desk.web.url("secret-path");
    let desk = desk
        .variable("HOOK_URL", &url)
        .variable("HOOK_SECRET", SECRET);
    desk.change("2024-06-01", "material", "30");
    desk
}

#[test]
fn a_standard_webhook_is_signed_and_says_what_changed() {
    let desk = hooked("standard");
    desk.sends();
    let requests = desk.web.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    let mut headers = http::HeaderMap::new();
    for (name, value) in &request.headers {
        let name: http::HeaderName = name.parse().unwrap();
        headers.insert(name, value.parse().unwrap());
    }
    let webhook = standardwebhooks::Webhook::new(SECRET).unwrap();
    webhook.verify(request.body.as_bytes(), &headers).unwrap();
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body["type"], "policy.version.published");
    assert_eq!(body["data"]["label"], "2024-06-01");
    assert_eq!(body["data"]["effective"], "2025-03-01");
    assert_eq!(body["data"]["url"], desk.web.url("privacy/2024-06-01/"));
    desk.sends();
    assert_eq!(desk.web.requests().len(), 1);
}

#[test]
fn chats_get_words_and_links() {
    let desk = hooked("slack");
    desk.sends();
    let body: Value = serde_json::from_str(&desk.web.requests()[0].body).unwrap();
    let blocks = body["blocks"].as_array().unwrap();
    let text = blocks.last().unwrap()["text"]["text"].as_str().unwrap();
    assert!(text.contains("/privacy/2024-06-01/|Read it>"), "{text}");
    let desk = hooked("teams");
    desk.sends();
    let body: Value = serde_json::from_str(&desk.web.requests()[0].body).unwrap();
    assert_eq!(
        body["attachments"][0]["content"]["actions"][0]["title"],
        "Read it"
    );
}

#[test]
fn a_server_that_is_busy_is_asked_again_with_the_same_id() {
    let desk = hooked("standard");
    desk.web.answer(&[503]);
    desk.sends();
    let requests = desk.web.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(
        requests[0].headers["webhook-id"],
        requests[1].headers["webhook-id"]
    );
}

#[test]
fn redirects_are_not_followed_and_the_url_is_told_nowhere() {
    let desk = hooked("standard");
    desk.web.answer(&[307]);
    let said = desk.fails_to_send();
    assert!(
        said.contains("it redirects (status 307), which is not followed"),
        "{said}"
    );
    assert!(!said.contains("secret-path"), "{said}");
    assert_eq!(desk.web.requests().len(), 1);
    desk.sends();
    assert_eq!(desk.web.requests().len(), 2);
    let ledger = std::fs::read_to_string(desk.ledger_path()).unwrap();
    assert!(!ledger.contains("secret-path"));
}

#[test]
fn a_receiver_that_is_gone_is_not_asked_again() {
    let desk = hooked("standard");
    desk.web.answer(&[410]);
    let said = desk.fails_to_send();
    assert!(said.contains("gone for good"), "{said}");
    desk.sends();
    desk.sends();
    assert_eq!(desk.web.requests().len(), 1);
}

#[test]
fn an_answer_that_never_came_is_uncertain() {
    let desk = hooked("standard");
    desk.web.answer(&[0]);
    let said = desk.fails_to_send();
    assert!(said.contains("--resend-uncertain"), "{said}");
    desk.run(&["send", "--no-live-check"]);
    assert_eq!(desk.web.requests().len(), 1);
    desk.prints(&["send", "--no-live-check", "--resend-uncertain"]);
    assert_eq!(desk.web.requests().len(), 2);
}

#[test]
fn urls_that_are_not_safe_are_refused_and_not_told() {
    for url in [
        "http://hooks.example.org/secret-path",
        "https://10.0.0.1/secret-path",
        "secret-path",
    ] {
        let desk = hooked("slack").variable("HOOK_URL", url);
        let said = desk.fails_to_send();
        assert!(
            said.contains("the webhook `ops`") && !said.contains("secret-path"),
            "{said}"
        );
    }
}
