//! Mail: a notice as a message with text and HTML, one for each recipient.
//!
//! 1. [`Sender`] holds what all messages of a channel have in common.
//! 2. [`Sender::message`] writes one; a pure function of what it is given.
//! 3. [`smtp`] hands messages to a server.

pub mod smtp;

use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart, header};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::content::Content;
use super::recipients::Recipient;
use crate::address::{Address, named};
use crate::config::notices::Email;
use crate::hash::hex;
use crate::links::encoded_part;
use crate::redline::terminal::columns;
use crate::theme::Theme;

/// A line of text takes at most so many columns, unless a word is longer.
const COLUMNS: usize = 72;

/// What all messages of the channel have in common.
pub struct Sender<'a> {
    email: &'a Email,
    theme: &'a Theme,
    from: (String, Address),
    reply_to: Option<(String, Address)>,
}

/// A message, and what its parts say.
pub struct Written {
    /// As it goes over the wire, but for the dots that SMTP doubles.
    pub bytes: Vec<u8>,
    pub text: String,
    pub html: String,
}

/// What the templates of the bodies see.
#[derive(Serialize)]
struct Body<'a> {
    notice: &'a Content,
    recipient: &'a Recipient,
    /// URL.
    unsubscribe: Option<&'a str>,
}

impl<'a> Sender<'a> {
    /// Checks the addresses of the configuration.
    ///
    /// # Errors
    ///
    /// One is none.
    pub fn new(email: &'a Email, theme: &'a Theme) -> Result<Sender<'a>> {
        let read = |key: &str, text: &str| {
            named(text).map_err(|why| {
                let text = text.escape_debug();
                anyhow!("`{text}`: is no address: {why}; see [notices.email] {key}")
            })
        };
        let reply_to = email.reply_to.as_deref();
        Ok(Sender {
            email,
            theme,
            from: read("from", &email.from)?,
            reply_to: reply_to.map(|text| read("reply_to", text)).transpose()?,
        })
    }

    /// Whose messages these are.
    pub fn from(&self) -> &Address {
        &self.from.1
    }

    /// The message of a notice to a recipient, dated so.
    ///
    /// # Errors
    ///
    /// A template is wrong.
    pub fn message(&self, content: &Content, to: &Recipient, date: Timestamp) -> Result<Written> {
        let unsubscribe = self.unsubscribe(to);
        let body = Body {
            notice: content,
            recipient: to,
            unsubscribe: unsubscribe.first().map(String::as_str),
        };
        let text = wrapped(&self.rendered("notice.txt", &body)?);
        let html = self.rendered("notice.html", &body)?;
        let id = message_id(content, to, self.from.1.domain());
        let parts = MultiPart::alternative()
            .boundary(format!("=_{}", &id[1..33]))
            .singlepart(SinglePart::plain(text.clone()))
            .singlepart(SinglePart::html(html.clone()));
        let since = u64::try_from(date.as_second()).unwrap_or_default();
        // lettre would find the recipient by reading the header again, and stumbles over quoted ones.
        let (own, theirs) = (for_lettre(&self.from.1), for_lettre(&to.address));
        let envelope = Envelope::new(Some(own), vec![theirs]).context("a message")?;
        let mut message = Message::builder()
            .envelope(envelope)
            .from(mailbox(&self.from.0, &self.from.1))
            .to(mailbox(&to.name, &to.address))
            .subject(&content.subject)
            .date(UNIX_EPOCH + Duration::from_secs(since))
            .message_id(Some(id));
        if let Some((name, address)) = &self.reply_to {
            message = message.reply_to(mailbox(name, address));
        }
        for (name, value) in self.list_headers(&unsubscribe) {
            message = message.raw_header(plain_header(name, value));
        }
        let message = message
            .header(header::MIME_VERSION_1_0)
            .multipart(parts)
            .context("a message")?;
        Ok(Written {
            bytes: message.formatted(),
            text,
            html,
        })
    }

    fn rendered(&self, template: &str, body: &Body<'_>) -> Result<String> {
        let bytes = self.theme.render(template, body, 4096)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What tells mail programs that this is a list, that no person wrote it, and how to leave it.
    fn list_headers(&self, unsubscribe: &[String]) -> Vec<(&'static str, String)> {
        let mut headers = vec![("Auto-Submitted", "auto-generated".to_owned())];
        if let Some(id) = &self.email.list_id {
            headers.push(("List-Id", format!("<{id}>")));
        }
        if !unsubscribe.is_empty() {
            let all: Vec<String> = unsubscribe.iter().map(|url| format!("<{url}>")).collect();
            headers.push(("List-Unsubscribe", all.join(", ")));
        }
        // Only a server can take what a click sends.
        if self.email.unsubscribe.is_some() {
            let click = "List-Unsubscribe=One-Click".to_owned();
            headers.push(("List-Unsubscribe-Post", click));
        }
        headers
    }

    /// The URLs with which a recipient leaves, the best first.
    fn unsubscribe(&self, to: &Recipient) -> Vec<String> {
        let templates = [&self.email.unsubscribe, &self.email.unsubscribe_mail];
        let templates = templates.into_iter().flatten();
        templates.map(|template| filled(template, to)).collect()
    }
}

/// An address with a name before it; none where the name is empty.
fn mailbox(name: &str, address: &Address) -> Mailbox {
    let name: String = name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    Mailbox::new(name, for_lettre(address))
}

/// It was checked when it was read.
fn for_lettre(address: &Address) -> lettre::Address {
    lettre::Address::new_dangerous(address.local(), address.domain())
}

/// The value is plain ASCII: lines are not folded, so that no program has to put a URL together again.
fn plain_header(name: &'static str, value: String) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value)
}

/// The text with its long lines wrapped at spaces: programs that show plain text do not all wrap it. URLs stay whole.
fn wrapped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if columns(line) <= COLUMNS {
            out.push_str(line);
            continue;
        }
        let indent = &line[..line.len() - line.trim_start_matches(' ').len()];
        let mut row = String::new();
        for word in line.split_ascii_whitespace() {
            if !row.is_empty() && columns(&row) + 1 + columns(word) > COLUMNS {
                out.push_str(row.trim_end());
                out.push('\n');
                row.clear();
            }
            row.push_str(if row.is_empty() { indent } else { " " });
            row.push_str(word);
        }
        out.push_str(&row);
        out.push('\n');
    }
    out
}

/// A template of a URL with the columns of a recipient, percent-encoded, in the place of `{column}`.
fn filled(template: &str, to: &Recipient) -> String {
    let mut url = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        url.push_str(before);
        let Some((name, after)) = behind.split_once('}') else {
            url.push('{');
            rest = behind;
            continue;
        };
        url.push_str(&encoded_part(to.column(name.trim()).unwrap_or_default()));
        rest = after;
    }
    url.push_str(rest);
    url
}

/// Derived from policy, version and recipient: whoever gets a message twice has a program that can see it.
fn message_id(content: &Content, to: &Recipient, domain: &str) -> String {
    let mut hash = Sha256::new();
    for part in [&content.policy.uid, &content.notice, &to.address.identity()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    format!("<{}@{domain}>", &hex(&hash.finalize())[..32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_wrapped_and_urls_stay_whole() {
        let url = format!("https://example.org/{}", "x".repeat(80));
        let text = format!(
            "{}\n  {}\n{url}\n-- \n\nend\n",
            "a ".repeat(50).trim(),
            "b ".repeat(40).trim()
        );
        let wrapped = wrapped(&text);
        let rows: Vec<&str> = wrapped.lines().collect();
        assert!(
            rows.iter().all(|row| row.len() <= COLUMNS || *row == url),
            "{wrapped}"
        );
        assert!(rows[3].starts_with("  b"), "{wrapped}");
        assert!(
            wrapped.ends_with(&format!("\n{url}\n-- \n\nend\n")),
            "{wrapped}"
        );
    }
}
