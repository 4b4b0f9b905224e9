//! `policygen notices preview`: what would go out, without sending it.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use jiff::Timestamp;
use serde::Serialize;

use super::content::{Content, Gatherer};
use super::due::{self, Due};
use super::email::Sender;
use super::recipients::{Recipient, Recipients};
use super::send::told_before;
use super::webhook;
use crate::address::Address;
use crate::announced::{Place, Places};
use crate::config::notices::{Channel, Email, To};
use crate::ledger::entry::{Class, Planned, Why};
use crate::ledger::known::State;
use crate::policies::Policy;
use crate::theme::Theme;

/// A file that shows one side of a notice.
#[derive(Debug, Serialize)]
pub struct Shown {
    pub channel: String,
    /// Folder and name of the file.
    pub file: String,
    pub content: String,
}

/// The address that messages are made out to where no list address is configured.
const SOMEBODY: &str = "recipient@example.org";

/// What would go out of these notices, as far as the ledger says so; of a channel alone where one is named.
///
/// # Errors
///
/// A text cannot be read, or a template is wrong.
pub fn preview(
    gatherer: &mut Gatherer<'_>,
    theme: &Theme,
    (chosen, state): (&[(Planned, Place)], &State),
    channel: Option<&str>,
    now: Timestamp,
) -> Result<Vec<Shown>> {
    let channels = &gatherer.config.notices.channels;
    let wanted = |name: &str| channel.is_none_or(|wanted| wanted == name);
    let mut all = Vec::new();
    let places = Places::of(gatherer.policies);
    for (planned, place) in chosen
        .iter()
        .filter(|(planned, _)| wanted(&planned.channel))
    {
        let (_, told) = told_before(planned, state, &places);
        let content = gatherer.content(planned, *place, told.as_deref())?;
        match channels.iter().find(|c| c.name() == planned.channel) {
            Some(Channel::Email(email)) => all.extend(mail(email, theme, &content, now)?),
            Some(Channel::Webhook(hook)) => {
                let value: serde_json::Value =
                    serde_json::from_str(&webhook::body(hook.form, &content)?)
                        .context("a webhook")?;
                all.push(Shown {
                    channel: hook.name.clone(),
                    file: format!("{}/{}.json", folder(&content), hook.name),
                    content: crate::json::written(&value)?,
                });
            }
            None => {}
        }
    }
    Ok(all)
}

fn mail(email: &Email, theme: &Theme, content: &Content, now: Timestamp) -> Result<Vec<Shown>> {
    let written = Sender::new(email, theme)?.message(content, &somebody(email)?, now)?;
    let bytes = String::from_utf8(written.bytes).context("a message is ASCII")?;
    let parts = [
        ("email.eml", bytes),
        ("email.txt", written.text),
        ("email.html", written.html),
    ];
    let shown = |(name, text)| Shown {
        channel: crate::config::notices::EMAIL.to_owned(),
        file: format!("{}/{name}", folder(content)),
        content: text,
    };
    Ok(parts.into_iter().map(shown).collect())
}

/// The list, or a made-up recipient: a preview may be shown to many, and should name nobody.
fn somebody(email: &Email) -> Result<Recipient> {
    let address = match &email.to {
        To::List(list) => list.clone(),
        To::File(_) => SOMEBODY.to_owned(),
    };
    let to = To::List(address);
    match Recipients::open(&to)?.next() {
        Some(Ok(Ok(one))) => Ok(one),
        _ => Err(anyhow!("`{}`: is no address", SOMEBODY)),
    }
}

/// A folder of its own for each notice: neither ids nor labels have two hyphens or an `@`.
fn folder(content: &Content) -> String {
    let why = match content.why {
        Why::New => String::new(),
        why => format!("@{}", why.as_str()),
    };
    let id = content.policy.id.replace('/', "--");
    format!("{id}@{}{why}", content.label)
}

/// The notices that are planned or begun, each with its place in the history.
pub fn of_open(gatherer: &Gatherer<'_>, state: &State) -> Vec<(Planned, Place)> {
    let places = Places::of(gatherer.policies);
    let open = state.notices.iter().filter(|notice| notice.stage.is_open());
    open.filter_map(|notice| {
        let place = places.get(&notice.planned)?;
        Some((notice.planned.clone(), place))
    })
    .collect()
}

/// The notices of what is due, each with its place in the history. What has no class yet is shown as if it were material.
pub fn of_due(gatherer: &Gatherer<'_>, dues: &[Due]) -> Vec<(Planned, Place)> {
    let mut all = Vec::new();
    for due in dues {
        let policy = &gatherer.policies.all[due.policy];
        let place = place(policy, (due.policy, due.version));
        match due.class {
            None => all.extend(of_version(gatherer, (due.policy, due.version), due.why)),
            Some(_) => all.extend(due.notices.iter().cloned().map(|planned| (planned, place))),
        }
    }
    all
}

/// A version as if it were to be announced on every channel.
pub fn of_version(
    gatherer: &Gatherer<'_>,
    (policy, version): (usize, usize),
    why: Why,
) -> Vec<(Planned, Place)> {
    let its = &gatherer.policies.all[policy];
    let known = due::known(its, version, its.versions[version].change.map(Class::from));
    let (text_sha256, time) = known
        .texts
        .last()
        .map(|text| (text.text_sha256.clone(), text.time))
        .unwrap_or_default();
    let channels = gatherer.config.notices.channels.iter();
    let planned = |channel: &Channel| Planned {
        notice: "preview".to_owned(),
        channel: channel.name().to_owned(),
        why,
        uid: known.uid.clone(),
        policy: known.policy.clone(),
        label: known.label.clone(),
        text_sha256: text_sha256.clone(),
        time,
        effective: known.effective.clone(),
        change: known.change,
    };
    let place = place(its, (policy, version));
    channels.map(|channel| (planned(channel), place)).collect()
}

fn place(its: &Policy, (policy, version): (usize, usize)) -> Place {
    Place {
        policy,
        version,
        text: its.versions[version].texts.len() - 1,
    }
}

/// The version of a policy with this label.
///
/// # Errors
///
/// There is none.
pub fn version(policy: &Policy, label: &str) -> Result<usize> {
    let found = policy
        .versions
        .iter()
        .position(|version| version.label == label);
    found.with_context(|| {
        format!(
            "`{label}`: `{}` has no version of this label; `policygen log {}` lists them",
            policy.id, policy.id
        )
    })
}

/// Writes the files into a folder.
///
/// # Errors
///
/// One cannot be written.
pub fn write(shown: &[Shown], output: &Path) -> Result<()> {
    for one in shown {
        let path = output.join(&one.file);
        let Some(folder) = path.parent() else {
            bail!("`{}`: is no file", path.display());
        };
        std::fs::create_dir_all(folder)
            .with_context(|| format!("`{}`: cannot be made", folder.display()))?;
        std::fs::write(&path, &one.content)
            .with_context(|| format!("`{}`: cannot be written", path.display()))?;
    }
    Ok(())
}

/// For reading in a terminal: the text of mail, the JSON of webhooks.
pub fn text(shown: &[Shown]) -> String {
    let readable = shown
        .iter()
        .filter(|one| !one.file.ends_with(".eml") && !one.file.ends_with(".html"));
    let mut out = String::new();
    for one in readable {
        out.push_str(&format!("==> {} <==\n", one.file));
        out.push_str(&crate::redline::terminal::harmless(&one.content));
        out.push('\n');
    }
    match out.is_empty() {
        true => "nothing is to be announced\n".to_owned(),
        false => out,
    }
}

/// Whether an address can be mailed to; for what is forgotten.
///
/// # Errors
///
/// It is none.
pub fn identity(address: &str) -> Result<String> {
    let read = Address::parse(address.trim());
    let read = read.map_err(|why| anyhow!("`{}`: is no address: {why}", address.escape_debug()))?;
    Ok(read.identity())
}
