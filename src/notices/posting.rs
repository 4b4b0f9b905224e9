//! Tells a webhook of a notice.

use std::time::Duration;

use anyhow::{Context, Result, anyhow};

use super::content::Content;
use super::deliveries::{Intent, Stage};
use super::http::{self, Reply};
use super::record::Record;
use super::webhook::{self, Request, retry};
use crate::config::notices::{Form, Webhook};

/// Posts a notice, and once more after a few seconds where that is worth a try.
///
/// # Errors
///
/// Its URL or secret is not there, or it did not take the notice; that is recorded, and a later run tries again. No error tells
/// the URL.
pub fn post(
    hook: &Webhook,
    content: &Content,
    resend_uncertain: bool,
    record: &mut Record<'_>,
) -> Result<()> {
    let place = || format!("the webhook `{}`", hook.name);
    let url = hook.url.read().with_context(place)?;
    http::check(&url).with_context(place)?;
    let secret = hook.secret.as_ref().map(|secret| secret.read());
    let secret = secret.transpose().with_context(place)?;
    let body = webhook::body(hook.form, content)?;
    // A wrong secret should not begin anything.
    request(hook, content, secret.as_deref(), &body, 0).with_context(place)?;
    record.begin(&content.notice)?;
    let address = [hook.name.clone()];
    let intents = record
        .deliveries
        .intend(&content.notice, &address, resend_uncertain)?;
    if intents != [Intent::Send] {
        return Ok(());
    }
    let set = |record: &Record<'_>, stage, answer: &str| {
        record
            .deliveries
            .record(&content.notice, &hook.name, stage, answer)
    };
    for tries in 1.. {
        let seconds = (record.now)().as_second();
        let request = request(hook, content, secret.as_deref(), &body, seconds)?;
        set(record, Stage::Handing, "")?;
        let (why, wait) = match http::post(
            &url,
            hook.allow_private,
            &request.headers,
            &request.body,
        ) {
            Reply::Status(status @ 200..=299, _) => {
                return set(record, Stage::Accepted, &status.to_string());
            }
            Reply::Status(status, asked) => {
                let wait = retry::wait(tries, asked).filter(|_| retry::is_for_now(status));
                (refused(status), wait)
            }
            Reply::NotSent(why) => (why, retry::wait(tries, None)),
            Reply::Uncertain(why) => {
                set(record, Stage::Uncertain, &why)?;
                return Err(anyhow!(
                    "{}: {why}, after the notice was sent; nobody knows whether it was taken, so it is sent again only with --resend-uncertain",
                    place()
                ));
            }
        };
        let Some(seconds) = wait else {
            set(record, Stage::Deferred, &why)?;
            return Err(anyhow!("{}: {why}; the next run tries again", place()));
        };
        std::thread::sleep(Duration::from_secs(seconds));
    }
    Ok(())
}

fn refused(status: u16) -> String {
    match status {
        300..=399 => format!("it redirects (status {status}), which is not followed"),
        _ => format!("it answered with status {status}"),
    }
}

fn request(
    hook: &Webhook,
    content: &Content,
    secret: Option<&str>,
    body: &str,
    seconds: i64,
) -> Result<Request> {
    match (hook.form, secret) {
        (Form::Standard, Some(secret)) => {
            let id = format!("notice_{}", content.notice);
            webhook::signed(&id, seconds, secret, body.to_owned())
        }
        _ => Ok(webhook::plain(body.to_owned())),
    }
}
