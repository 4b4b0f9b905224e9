//! Hands messages to an SMTP server, several over one connection, and tells what is known of each.
//!
//! A message counts as handed over once its last byte may have reached the server: if the connection dies then, nobody can tell
//! whether it was accepted (RFC 1047). Each command is sent by itself, so that it is known how far a message came.

use std::fmt;
use std::io::ErrorKind;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Response, Severity};

use super::for_lettre;
use crate::address::Address;
use crate::config::notices::{Server, Tls};

/// What is known of a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server took it; its answer.
    Accepted(String),
    /// The server refused it, for good or for now; its answer.
    Refused { answer: String, for_good: bool },
    /// The connection died before the message was handed over.
    NotSent(String),
    /// The connection died after the message was handed over.
    Uncertain(String),
}

/// A connection to a server that takes messages.
pub struct Session {
    connection: SmtpConnection,
    /// Whether it is not known any more which answer belongs to which command.
    is_dead: bool,
    /// User name and password, which no answer may repeat.
    secrets: Vec<String>,
}

impl Session {
    /// Connects, encrypts and logs in as the configuration says; `from` gives the name by which we greet.
    ///
    /// # Errors
    ///
    /// One of them fails. No error repeats user name or password.
    pub fn open(server: &Server, from: &Address) -> Result<Session> {
        let place = format!("`{}:{}`", server.host, server.port);
        let hello = ClientId::Domain(from.domain().to_owned());
        let tls = tls(server)?;
        let at_once = tls.as_ref().filter(|_| server.tls == Tls::Tls);
        let timeout = Some(Duration::from_secs(server.timeout.into()));
        let address = (server.host.as_str(), server.port);
        let mut connection = SmtpConnection::connect(address, timeout, &hello, at_once, None)
            .map_err(|e| anyhow!("{place}: the mail server cannot be reached: {}", told(&e)))?;
        if let (Tls::Starttls, Some(tls)) = (server.tls, &tls) {
            if !connection.can_starttls() {
                connection.abort();
                bail!(
                    "{place}: the mail server offers no encryption (STARTTLS), so nothing is sent; see [notices.email] tls"
                );
            }
            connection.starttls(tls, &hello).map_err(|e| {
                anyhow!("{place}: the connection cannot be encrypted: {}", told(&e))
            })?;
        }
        let mut session = Session {
            connection,
            is_dead: false,
            secrets: Vec::new(),
        };
        session.log_in(server).with_context(|| place)?;
        Ok(session)
    }

    fn log_in(&mut self, server: &Server) -> Result<()> {
        let Some(login) = &server.login else {
            return Ok(());
        };
        let (user, password) = (login.user.read()?, login.password.read()?);
        self.secrets = vec![password.clone(), user.clone()];
        let credentials = Credentials::new(user, password);
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        match self.connection.auth(&mechanisms, &credentials) {
            Ok(_) => Ok(()),
            // The answer of a server may repeat what it was given.
            Err(e) => match e.status() {
                Some(code) => bail!("the mail server refused user name and password ({code})"),
                None if !e.is_client() => {
                    bail!("the connection died while logging in: {}", self.told(&e))
                }
                None => bail!(
                    "the mail server offers no way to log in that is known here (PLAIN, LOGIN)"
                ),
            },
        }
    }

    /// Hands over one message. `before` is called right before it may reach the server; if it fails, nothing is handed over.
    ///
    /// # Errors
    ///
    /// `before` fails, or the server refuses the sender: it would refuse every message.
    pub fn send(
        &mut self,
        (from, to): (&Address, &Address),
        message: &[u8],
        before: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Outcome> {
        if self.is_dead {
            return Ok(Outcome::NotSent("the connection died".to_owned()));
        }
        let mail = Mail::new(Some(for_lettre(from)), Vec::new());
        match self.step(mail, Severity::PositiveCompletion) {
            Step::Done(_) => {}
            Step::Refused(answer, true) => {
                bail!(
                    "the mail server refuses mail from `{}`: {answer}",
                    from.shown()
                )
            }
            step => return Ok(self.ended(step)),
        }
        let rcpt = Rcpt::new(for_lettre(to), Vec::new());
        match self.step(rcpt, Severity::PositiveCompletion) {
            Step::Done(_) => {}
            step => return Ok(self.ended(step)),
        }
        match self.step(Data, Severity::PositiveIntermediate) {
            Step::Done(_) => {}
            step => return Ok(self.ended(step)),
        }
        before()?;
        match self.step(Dotted(message), Severity::PositiveCompletion) {
            Step::Done(answer) => Ok(Outcome::Accepted(answer)),
            Step::Refused(answer, for_good) => Ok(Outcome::Refused { answer, for_good }),
            // It said that it did not take it.
            Step::Closing(answer) => {
                self.is_dead = true;
                Ok(Outcome::Refused {
                    answer,
                    for_good: false,
                })
            }
            Step::Lost(why) => Ok(Outcome::Uncertain(why)),
        }
    }

    /// Sends a command, and reads its answer, which should be of this kind.
    fn step(&mut self, command: impl fmt::Display, kind: Severity) -> Step {
        match self.connection.command(command) {
            Ok(answer) if answer.code().severity == kind => {
                Step::Done(self.without_secrets(answered(&answer)))
            }
            Ok(answer) => Step::Lost(format!(
                "it gave an answer to something else: {}",
                answer.code()
            )),
            // 421: the server closes the connection.
            Err(e) if e.status().is_some_and(|code| u16::from(code) == 421) => {
                Step::Closing(self.told(&e))
            }
            Err(e) if e.is_permanent() => Step::Refused(self.told(&e), true),
            Err(e) if e.is_transient() => Step::Refused(self.told(&e), false),
            Err(e) => Step::Lost(self.told(&e)),
        }
    }

    fn told(&self, error: &Error) -> String {
        self.without_secrets(told(error))
    }

    fn without_secrets(&self, said: String) -> String {
        without(&self.secrets, said)
    }

    /// A message that was not handed over; the connection is made ready for the next.
    fn ended(&mut self, step: Step) -> Outcome {
        match step {
            Step::Refused(answer, for_good) => {
                // An answer that comes late would be taken for that to the next command.
                self.is_dead = self.connection.command(Rset).is_err();
                Outcome::Refused { answer, for_good }
            }
            Step::Lost(why) | Step::Closing(why) | Step::Done(why) => Outcome::NotSent(why),
        }
    }

    /// Takes leave.
    pub fn close(mut self) {
        // Everything is recorded already.
        let _ = self.connection.quit();
    }
}

/// How a command went.
enum Step {
    Done(String),
    /// Whether for good.
    Refused(String, bool),
    /// Refused for now, and the server closes the connection.
    Closing(String),
    Lost(String),
}

/// The content of a message as SMTP wants it: a dot at the beginning of a line is doubled, and a dot alone ends it. In one piece:
/// what is written in two waits for the server's acknowledgement in between.
struct Dotted<'a>(&'a [u8]);

impl fmt::Display for Dotted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Our messages are ASCII with CRLF throughout; whatever is not, is made so here.
        let text = String::from_utf8_lossy(self.0);
        let mut lines = text.split('\n').peekable();
        while let Some(line) = lines.next() {
            let line = line.trim_end_matches('\r');
            if lines.peek().is_none() && line.is_empty() {
                break;
            }
            if line.starts_with('.') {
                f.write_str(".")?;
            }
            f.write_str(&line.replace('\r', " "))?;
            f.write_str("\r\n")?;
        }
        f.write_str(".\r\n")
    }
}

fn tls(server: &Server) -> Result<Option<TlsParameters>> {
    if server.tls == Tls::None {
        return Ok(None);
    }
    let mut builder = TlsParameters::builder(server.host.clone());
    if let Some(path) = &server.ca {
        let context = || format!("`{}`: expected a certificate as PEM", path.display());
        let pem = std::fs::read(path).with_context(context)?;
        let certificate = Certificate::from_pem(&pem).with_context(context)?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map(Some).context("encryption for mail")
}

/// Words without those that nobody should read.
fn without(secrets: &[String], said: String) -> String {
    let secrets = secrets.iter();
    secrets.fold(said, |said, secret| said.replace(secret.as_str(), "…"))
}

fn answered(response: &Response) -> String {
    let lines: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), lines.join(" "))
}

/// An error with its causes.
fn told(error: &Error) -> String {
    if is_timeout(error) {
        return "it said nothing for too long".to_owned();
    }
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let more = next.to_string();
        if !said.contains(&more) {
            said = format!("{said}: {more}");
        }
        cause = next.source();
    }
    said
}

/// Whether the server said nothing in time. The system calls that by one of two names.
fn is_timeout(error: &Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let kind = next
            .downcast_ref::<std::io::Error>()
            .map(std::io::Error::kind);
        if matches!(kind, Some(ErrorKind::TimedOut | ErrorKind::WouldBlock)) {
            return true;
        }
        cause = next.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_repeats_the_user_name() {
        let secrets = ["s3cret".to_owned(), "legal-robot".to_owned()];
        let said = "553 not owned by user legal-robot".to_owned();
        assert_eq!(without(&secrets, said), "553 not owned by user …");
    }

    #[test]
    fn dots_are_doubled_and_nothing_ends_the_message_early() {
        let dotted = |text: &str| Dotted(text.as_bytes()).to_string();
        assert_eq!(dotted("a\r\nb\r\n"), "a\r\nb\r\n.\r\n");
        assert_eq!(dotted("a\r\n.\r\nb"), "a\r\n..\r\nb\r\n.\r\n");
        assert_eq!(dotted(".a\n..b\n"), "..a\r\n...b\r\n.\r\n");
        assert_eq!(dotted("a\r.\rb"), "a . b\r\n.\r\n");
        assert_eq!(dotted(""), ".\r\n");
    }
}
