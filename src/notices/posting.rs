//! Tells a webhook of a notice.

use std::time::Duration;

use anyhow::{Context, Result, bail};

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
    let (url, secret) = secrets(hook).with_context(place)?;
    let body = webhook::body(hook.form, content)?;
    // A wrong secret should not begin anything.
    request(hook, content, secret.as_deref(), &body, 0).with_context(place)?;
    let meant = record.begin(content, resend_uncertain)?;
    let address = [hook.name.clone()];
    let intents = record.deliveries.intend(&content.notice, &address, meant)?;
    if intents != [Intent::Send] {
        return Ok(());
    }
    for tries in 1.. {
        let mut refusal = None;
        let seconds = (record.now)().as_second();
        let request = request(hook, content, secret.as_deref(), &body, seconds)?;
        set(hook, content, record, Stage::Handing, "")?;
        let reply = http::post(&url, hook.allow_private, &request.headers, &request.body);
        let (why, wait) = match reply {
            Reply::Status(status @ 200..=299, _) => {
                return set(hook, content, record, Stage::Accepted, &status.to_string());
            }
            Reply::Status(GONE, _) => {
                set(hook, content, record, Stage::Failed, &GONE.to_string())?;
                bail!(
                    "{}: it answered with status {GONE}, gone for good, so it is not told again; take it out of policygen.toml",
                    place()
                );
            }
            Reply::Status(status, asked) => {
                refusal = Some(refused(status));
                let wait = retry::wait(tries, asked).filter(|_| retry::is_for_now(status));
                (refused(status), wait)
            }
            Reply::NotSent(why) => (why, retry::wait(tries, None)),
            Reply::Unusable(why) => (why, None),
            Reply::Uncertain(why) => {
                set(hook, content, record, Stage::Uncertain, &why)?;
                bail!("{}: {why}{UNCERTAIN}", place());
            }
        };
        let Some(seconds) = wait else {
            match refusal {
                Some(_) => record
                    .deliveries
                    .put_off(&content.notice, &hook.name, &why)?,
                None => set(hook, content, record, Stage::Deferred, &why)?,
            }
            bail!("{}: {why}; the next run tries again", place());
        };
        std::thread::sleep(Duration::from_secs(seconds));
    }
    Ok(())
}

/// With this, Standard Webhooks has it, a receiver says that it wants nothing more.
const GONE: u16 = 410;

const UNCERTAIN: &str = ", after the notice was sent; nobody knows whether it was taken, so it is sent again only with --resend-uncertain";

fn set(
    hook: &Webhook,
    content: &Content,
    record: &Record<'_>,
    stage: Stage,
    answer: &str,
) -> Result<()> {
    let deliveries = &record.deliveries;
    deliveries.record(&content.notice, &hook.name, stage, answer)
}

/// Its URL, and the key of its signature.
fn secrets(hook: &Webhook) -> Result<(String, Option<String>)> {
    let url = hook.url.read()?;
    http::check(&url)?;
    let secret = hook.secret.as_ref().map(|secret| secret.read());
    Ok((url, secret.transpose()?))
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
