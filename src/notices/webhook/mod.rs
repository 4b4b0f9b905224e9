//! Webhooks: a notice as Standard Webhooks, Slack and Teams take it.
//!
//! Each is a pure function of what the notice says; [`signed`] adds what lets a receiver trust it.

pub mod retry;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::content::Content;
use crate::config::notices::Form;
use crate::ledger::entry::Why;
use crate::redline::fragment::shortened;

/// In a chat, so many characters of a sentence are shown.
const SHOWN: usize = 1500;

/// Slack takes no longer text in a block, with what is written for `&`, `<` and `>`.
const SLACK: usize = 3000;

/// The bytes that the key of a signature may have.
const KEY: std::ops::RangeInclusive<usize> = 24..=64;

/// A request, but for its URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// The body of a notice in a form.
///
/// # Errors
///
/// None is known.
pub fn body(form: Form, content: &Content) -> Result<String> {
    let value = match form {
        Form::Standard => standard(content),
        Form::Slack => slack(content),
        Form::Teams => teams(content),
    };
    serde_json::to_string(&value).context("a webhook")
}

/// A request without a signature.
pub fn plain(body: String) -> Request {
    Request {
        headers: vec![("content-type", "application/json".to_owned())],
        body,
    }
}

/// A request with the headers of Standard Webhooks: `id` is the same however often it is sent, `seconds` (since 1970) is when.
///
/// # Errors
///
/// The secret is not base64 of 24 to 64 bytes, with or without `whsec_` before it; it is not repeated.
pub fn signed(id: &str, seconds: i64, secret: &str, body: String) -> Result<Request> {
    let key = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = STANDARD
        .decode(key)
        .ok()
        .filter(|key| KEY.contains(&key.len()));
    let key = key.context(
        "the secret of a webhook is not as expected: `whsec_` and 24 to 64 bytes as base64",
    )?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key)
        .ok()
        .context("a signature")?;
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let mut request = plain(body);
    request.headers.extend([
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", format!("v1,{signature}")),
    ]);
    Ok(request)
}

fn kind(why: Why) -> &'static str {
    match why {
        Why::New => "policy.version.published",
        Why::Correction => "policy.version.corrected",
        Why::CalledOff => "policy.version.called_off",
        Why::Postponed => "policy.version.postponed",
    }
}

fn standard(content: &Content) -> Value {
    let day = |day: &Option<super::content::Day>| day.as_ref().map(|day| day.iso.clone());
    json!({
        "type": kind(content.why),
        // When it happened, which does not depend on when it is told.
        "timestamp": content.published_at,
        "data": {
            "site": {"title": content.site.title, "url": content.site.url},
            "policy": content.policy.id,
            "uid": content.policy.uid,
            "title": content.policy.title,
            "label": content.label,
            "change": content.class.map(|class| class.as_str()),
            "subject": content.subject,
            "summary": content.summary,
            "description": content.description,
            "published": content.published_at,
            "effective": day(&content.effective),
            "told_effective": day(&content.told_effective),
            "url": content.read_url,
            "changes_url": content.changes_url,
            "text_sha256": content.text_sha256,
        },
    })
}

fn slack(content: &Content) -> Value {
    let subject = format!("*{}*", for_slack(&content.subject));
    let links: Vec<String> = links(content)
        .iter()
        .map(|(words, url)| format!("<{url}|{}>", for_slack(words)))
        .collect();
    let mut texts = vec![subject];
    texts.extend(sentences(content).iter().map(|text| for_slack(text)));
    texts.push(links.join(" · "));
    // Verbatim: no `@name` or `#name` of a text calls anybody.
    let block = |text: &String| json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}});
    json!({
        "text": for_slack(&content.subject),
        "blocks": texts.iter().map(block).collect::<Vec<_>>(),
    })
}

/// Slack reads `&`, `<` and `>` as markup; stars and underscores at most change how words look.
fn for_slack(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Room for the stars of a subject.
    let room = SLACK - 10;
    for c in text.chars() {
        let length = out.len();
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
        // In bytes, of which there are no fewer than characters.
        if out.len() > room {
            out.truncate(length);
            out.push('…');
            break;
        }
    }
    out
}

fn teams(content: &Content) -> Value {
    let block = |text: &str, weight: &str| json!({"type": "TextBlock", "text": for_teams(text), "wrap": true, "weight": weight});
    let mut blocks = vec![block(&content.subject, "Bolder")];
    blocks.extend(
        sentences(content)
            .iter()
            .map(|sentence| block(sentence, "Default")),
    );
    let actions: Vec<Value> = links(content)
        .into_iter()
        .map(|(words, url)| json!({"type": "Action.OpenUrl", "title": words, "url": url}))
        .collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": blocks,
                "actions": actions,
            },
        }],
    })
}

/// Adaptive cards read Markdown: a link in content must not become one.
fn for_teams(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '[' | ']' | '*' | '_' | '`' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn sentences(content: &Content) -> Vec<String> {
    let told = content.summary.as_ref().or(content.description.as_ref());
    let told = told.filter(|_| content.why != Why::CalledOff);
    let all = [&content.said].into_iter().chain(told);
    all.map(|text| shortened(text, SHOWN)).collect()
}

fn links(content: &Content) -> Vec<(&str, &str)> {
    let words = &content.words;
    let changes = content.changes_url.as_deref();
    let changes = changes.map(|url| (words.see_changes.as_str(), url));
    [(words.read.as_str(), content.read_url.as_str())]
        .into_iter()
        .chain(changes)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_receivers_expect() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let now = jiff::Timestamp::now().as_second();
        let request = signed("msg_1", now, secret, "{\"a\":1}".to_owned()).unwrap();
        let webhook = standardwebhooks::Webhook::new(secret).unwrap();
        let mut headers = ureq_headers(&request);
        webhook.verify(request.body.as_bytes(), &headers).unwrap();
        assert!(webhook.verify(b"{\"a\":2}", &headers).is_err());
        headers.insert("webhook-id", "msg_2".parse().unwrap());
        assert!(webhook.verify(request.body.as_bytes(), &headers).is_err());
    }

    fn ureq_headers(request: &Request) -> http::HeaderMap {
        let headers = request.headers.iter();
        headers
            .map(|(name, value)| {
                let name: http::HeaderName = name.parse().unwrap();
                (name, value.parse().unwrap())
            })
            .collect()
    }

    #[test]
    fn a_wrong_secret_is_not_repeated() {
        for secret in ["whsec_!!!!", "whsec_c2hvcnQ=", "secret-text"] {
            let error = signed("a", 0, secret, String::new())
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("24 to 64") && !error.contains(&secret[secret.len() - 4..]),
                "{error}"
            );
        }
    }

    #[test]
    fn a_block_of_a_chat_is_never_too_long() {
        let escaped = for_slack(&"&ä".repeat(SLACK));
        assert!(
            escaped.len() <= SLACK && escaped.ends_with(['…']),
            "{}",
            escaped.len()
        );
        assert!(escaped.trim_end_matches('…').ends_with([';', 'ä']));
    }

    #[test]
    fn content_makes_no_markup_in_chats() {
        assert_eq!(
            for_slack("<!channel> & <x|y>"),
            "&lt;!channel&gt; &amp; &lt;x|y&gt;"
        );
        assert_eq!(for_teams("[a](b) *c*"), "\\[a\\](b) \\*c\\*");
    }
}
