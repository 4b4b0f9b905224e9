//! `[notices]`: whom to tell of new versions, and how. No secret stands in it, only where each is found.

use std::collections::BTreeMap;
use std::fmt::Formatter;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use crate::address::{Address, named};

/// Readers are given so many days between a notice and the effective date, unless the configuration says otherwise.
const NOTICE_DAYS: u16 = 30;

/// Seconds after which a server that says nothing is given up.
const TIMEOUT: u16 = 60;

/// The name of the channel of mail.
pub const EMAIL: &str = "email";

/// Whom to tell of new versions.
#[derive(Debug, Clone, Default)]
pub struct Notices {
    notice_days: u16,
    /// By id or uid of the policy.
    pub policies: BTreeMap<String, u16>,
    /// In the order in which they are used.
    pub channels: Vec<Channel>,
}

/// One way to tell of a version.
#[derive(Debug, Clone)]
pub enum Channel {
    Email(Box<Email>),
    Webhook(Webhook),
}

/// Mail to a list, or to each recipient of a file.
#[derive(Debug, Clone)]
pub struct Email {
    /// The sender: an address, or a name with one in angle brackets.
    pub from: String,
    pub reply_to: Option<String>,
    pub to: To,
    pub server: Server,
    /// The value of `List-Id`, without angle brackets.
    pub list_id: Option<String>,
    /// A URL for one recipient, with `{address}` and other columns of the file.
    pub unsubscribe: Option<String>,
    /// A `mailto:` URL, likewise.
    pub unsubscribe_mail: Option<String>,
}

/// Who gets the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// The address of a list.
    List(String),
    /// A CSV file with a column `address`.
    File(PathBuf),
}

/// The SMTP server that mail is handed to.
#[derive(Debug, Clone)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// A PEM file with the certificate of an authority of one's own.
    pub ca: Option<PathBuf>,
    /// `None`: the server asks for none.
    pub login: Option<Login>,
    /// In seconds.
    pub timeout: u16,
}

/// User name and password.
#[derive(Debug, Clone)]
pub struct Login {
    pub user: Secret,
    pub password: Secret,
}

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(
    rename_all = "lowercase",
    expecting = "`starttls`, `tls` or `none` in quotes"
)]
pub enum Tls {
    /// After `STARTTLS`; a server that does not offer it gets nothing.
    #[default]
    Starttls,
    /// From the first byte.
    Tls,
    /// Not at all.
    None,
}

/// A program that is told over HTTP.
#[derive(Debug, Clone)]
pub struct Webhook {
    pub name: String,
    pub form: Form,
    pub url: Secret,
    /// The key of the signature; in the form `standard` alone.
    pub secret: Option<Secret>,
    /// Whether its host may have an address of a private network.
    pub allow_private: bool,
}

/// What a webhook understands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Standard Webhooks.
    #[default]
    Standard,
    Slack,
    /// A workflow of Microsoft Teams.
    Teams,
}

/// Where a secret is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret {
    /// A variable of the environment.
    Variable(String),
    File(PathBuf),
}

impl Notices {
    /// How many days readers of a policy are given.
    pub fn days(&self, id: &str, uid: &str) -> u16 {
        let own = self.policies.get(uid).or_else(|| self.policies.get(id));
        own.copied().unwrap_or(self.notice_days)
    }
}

impl Channel {
    /// What it is called in the configuration, on the command line and in the ledger.
    pub fn name(&self) -> &str {
        match self {
            Channel::Email(_) => EMAIL,
            Channel::Webhook(webhook) => &webhook.name,
        }
    }
}

/// `[notices]` as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table, [notices]")]
pub(super) struct Table {
    notice_days: Option<Number>,
    channels: Option<Vec<String>>,
    policies: BTreeMap<String, PolicyTable>,
    email: Option<EmailTable>,
    webhook: Vec<WebhookTable>,
}

#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table, [notices.policies.ID], with `notice_days`"
)]
struct PolicyTable {
    notice_days: Number,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, [notices.email]")]
struct EmailTable {
    from: String,
    reply_to: Option<String>,
    to: Option<String>,
    recipients: Option<PathBuf>,
    host: String,
    port: Option<Number>,
    #[serde(default)]
    tls: Tls,
    ca: Option<PathBuf>,
    user_env: Option<String>,
    user_file: Option<PathBuf>,
    password_env: Option<String>,
    password_file: Option<PathBuf>,
    timeout: Option<Number>,
    list_id: Option<String>,
    unsubscribe: Option<String>,
    unsubscribe_mail: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, [[notices.webhook]]")]
struct WebhookTable {
    name: String,
    #[serde(default)]
    form: Form,
    url_env: Option<String>,
    url_file: Option<PathBuf>,
    secret_env: Option<String>,
    secret_file: Option<PathBuf>,
    #[serde(default)]
    allow_private: bool,
}

/// A number of days, of seconds or of a port.
#[derive(Debug, Clone, Copy)]
struct Number(u16);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
        deserializer.deserialize_i64(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, out: &mut Formatter<'_>) -> std::fmt::Result {
        out.write_str("a whole number from 0 to 65535")
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Number, E> {
        let small = u16::try_from(number);
        small
            .map(Number)
            .map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
    }
}

impl Table {
    /// The checked form; files are found from `root`.
    pub(super) fn check(self, root: &Path) -> Result<Notices> {
        let mut channels = Vec::new();
        if let Some(email) = self.email {
            channels.push(Channel::Email(Box::new(email.check(root)?)));
        }
        for webhook in self.webhook {
            channels.push(Channel::Webhook(webhook.check(root)?));
        }
        Ok(Notices {
            notice_days: self.notice_days.map_or(NOTICE_DAYS, |days| days.0),
            policies: self
                .policies
                .into_iter()
                .map(|(name, table)| (name, table.notice_days.0))
                .collect(),
            channels: chosen(channels, self.channels)?,
        })
    }
}

/// The channels of these names, in this order; all without names.
fn chosen(mut channels: Vec<Channel>, names: Option<Vec<String>>) -> Result<Vec<Channel>> {
    let twice = (1..channels.len()).find(|&at| {
        let before = &channels[..at];
        before
            .iter()
            .any(|other| other.name() == channels[at].name())
    });
    if let Some(at) = twice {
        bail!(
            "`{}`: two channels of [notices] have this name",
            channels[at].name()
        );
    }
    let Some(names) = names else {
        return Ok(channels);
    };
    let mut chosen: Vec<Channel> = Vec::new();
    for name in names {
        if chosen.iter().any(|channel| channel.name() == name) {
            bail!("`{name}`: [notices] channels names it twice");
        }
        match channels.iter().position(|channel| channel.name() == name) {
            Some(at) => chosen.push(channels.remove(at)),
            None => bail!(
                "`{name}`: [notices] channels names it, but there is no such channel; add [notices.email] or a [[notices.webhook]] of that name"
            ),
        }
    }
    Ok(chosen)
}

impl EmailTable {
    fn check(self, root: &Path) -> Result<Email> {
        self.addresses()?;
        let to = match (&self.to, &self.recipients) {
            (Some(list), None) => To::List(list.clone()),
            (None, Some(file)) => To::File(root.join(file)),
            _ => bail!("[notices.email]: expected either `to` or `recipients`"),
        };
        let is_list = matches!(to, To::List(_));
        for (key, text, start) in [
            ("unsubscribe", &self.unsubscribe, "https://"),
            ("unsubscribe_mail", &self.unsubscribe_mail, "mailto:"),
        ] {
            url_template(key, text.as_deref(), start, is_list)?;
        }
        if let Some(id) = &self.list_id {
            list_id(id)?;
        }
        Ok(Email {
            from: self.from.clone(),
            reply_to: self.reply_to.clone(),
            to,
            list_id: self.list_id.clone(),
            unsubscribe: self.unsubscribe.clone(),
            unsubscribe_mail: self.unsubscribe_mail.clone(),
            server: self.server(root)?,
        })
    }

    /// Checks those that stand in the configuration.
    fn addresses(&self) -> Result<()> {
        let all = [
            ("from", Some(&self.from)),
            ("reply_to", self.reply_to.as_ref()),
        ];
        for (key, text) in all {
            if let Some(text) = text {
                named(text).map_err(|why| is_no_address(key, text, &why))?;
            }
        }
        if let Some(list) = &self.to {
            Address::parse(list).map_err(|why| is_no_address("to", list, &why))?;
        }
        Ok(())
    }

    fn server(self, root: &Path) -> Result<Server> {
        let host = host(&self.host)?;
        let user = secret(self.user_env, self.user_file, root, "user")?;
        let password = secret(self.password_env, self.password_file, root, "password")?;
        let login = match (user, password) {
            (Some(user), Some(password)) => Some(Login { user, password }),
            (None, None) => None,
            _ => bail!("[notices.email]: expected both a user and a password, or neither"),
        };
        if login.is_some() && self.tls == Tls::None && !is_loopback(&self.host) {
            bail!(
                "[notices.email]: a password would go to `{}` unencrypted; set tls to \"starttls\" or \"tls\"",
                self.host
            );
        }
        let usual = match self.tls {
            Tls::Starttls => 587,
            Tls::Tls => 465,
            Tls::None => 25,
        };
        let more_than_none = |key: &str, number: Option<Number>, usual: u16| match number {
            Some(Number(0)) => bail!("[notices.email]: expected a {key} of 1 or more"),
            number => Ok(number.map_or(usual, |number| number.0)),
        };
        Ok(Server {
            host,
            port: more_than_none("port", self.port, usual)?,
            tls: self.tls,
            ca: self.ca.map(|file| root.join(file)),
            login,
            timeout: more_than_none("timeout", self.timeout, TIMEOUT)?,
        })
    }
}

impl WebhookTable {
    fn check(self, root: &Path) -> Result<Webhook> {
        let name = self.name;
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        if name.is_empty() || name == EMAIL || !name.bytes().all(is_plain) {
            bail!(
                "`{name}`: expected a name for a [[notices.webhook]] of letters, digits, `-`, `_` and `.`, other than `{EMAIL}`"
            );
        }
        let Some(url) = secret(self.url_env, self.url_file, root, "url")? else {
            bail!("`{name}`: expected `url_env` or `url_file` in its [[notices.webhook]]");
        };
        let secret = secret(self.secret_env, self.secret_file, root, "secret")?;
        match (self.form, secret.is_some()) {
            (Form::Standard, false) => bail!(
                "`{name}`: expected `secret_env` or `secret_file` in its [[notices.webhook]], the key that signs the form `standard`"
            ),
            (Form::Slack | Form::Teams, true) => bail!(
                "`{name}`: `secret_env` and `secret_file` sign the form `standard`, and no other; take them out of its [[notices.webhook]]"
            ),
            _ => {}
        }
        Ok(Webhook {
            name,
            form: self.form,
            url,
            secret,
            allow_private: self.allow_private,
        })
    }
}

fn secret(
    variable: Option<String>,
    file: Option<PathBuf>,
    root: &Path,
    key: &str,
) -> Result<Option<Secret>> {
    match (variable, file) {
        (None, None) => Ok(None),
        (Some(name), None) if name.is_empty() || name.contains(['=', '\0']) => {
            bail!(
                "`{}`: expected the name of a variable in `{key}_env`",
                name.escape_debug()
            )
        }
        (Some(name), None) => Ok(Some(Secret::Variable(name))),
        (None, Some(file)) => Ok(Some(Secret::File(root.join(file)))),
        (Some(_), Some(_)) => bail!("expected either `{key}_env` or `{key}_file`, not both"),
    }
}

fn is_no_address(key: &str, text: &str, why: &str) -> anyhow::Error {
    let text = text.escape_debug();
    anyhow!("`{text}`: is no address: {why}; see [notices.email] {key}")
}

/// The name or address of a server.
fn host(text: &str) -> Result<String> {
    let is_host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    // Only addresses have colons.
    let is_name = !bare.contains(':') || bare.parse::<std::net::Ipv6Addr>().is_ok();
    if bare.is_empty() || !bare.chars().all(is_host) || !is_name {
        bail!(
            "`{}`: expected the name of a server alone in [notices.email] host; its port is the key `port`",
            text.escape_debug()
        );
    }
    Ok(text.to_owned())
}

/// A name as those of domains, which stands in angle brackets in its header.
fn list_id(text: &str) -> Result<()> {
    plain("list_id", text)?;
    if text.contains(['<', '>', ' ', '"', ',']) {
        bail!(
            "`{text}`: expected a name such as `policies.example.org` in [notices.email] list_id"
        );
    }
    Ok(())
}

/// A URL in which columns of the recipients stand in braces. A list has only an address.
fn url_template(key: &str, text: Option<&str>, start: &str, is_list: bool) -> Result<()> {
    let Some(text) = text else {
        return Ok(());
    };
    plain(key, text)?;
    if !text.starts_with(start) || text.contains(['<', '>', ',', ' ']) {
        bail!("`{text}`: expected a URL that begins with `{start}` in [notices.email] {key}");
    }
    let Some(columns) = columns(text) else {
        bail!("`{text}`: a brace is not closed in [notices.email] {key}");
    };
    match columns.iter().find(|name| is_list && **name != "address") {
        Some(name) => bail!(
            "`{name}`: [notices.email] {key} names this column, but a list has only `{{address}}`"
        ),
        None => Ok(()),
    }
}

/// The columns that a template of a URL names; `None` where a brace is not closed.
pub fn columns(template: &str) -> Option<Vec<&str>> {
    let mut parts = template.split('{');
    parts.next();
    parts
        .map(|part| Some(part.split_once('}')?.0.trim()))
        .collect()
}

/// A value that can stand in a header as it is.
fn plain(key: &str, text: &str) -> Result<()> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
        bail!(
            "`{}`: expected plain ASCII in [notices.email] {key}",
            text.escape_debug()
        );
    }
    Ok(())
}

/// Whether a host is this machine.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
