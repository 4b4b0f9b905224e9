//! HTTP as notices use it: no redirects, HTTPS unless the host is this machine, private addresses only where they are allowed.
//! A URL is a secret: no error repeats it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use anyhow::{Result, bail};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error};

use crate::config::notices::is_loopback;

/// A server has so long to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Of an answer so many bytes are read.
const LONGEST: u64 = 64 * 1024 * 1024;

/// How a request went.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    /// The server answered with this status, and asks to wait so many seconds before the next try.
    Status(u16, Option<u64>),
    /// The request did not reach the server.
    NotSent(String),
    /// Nor will it the next time: the URL may not be called, or its server is not to be trusted.
    Unusable(String),
    /// The connection died after the request was sent.
    Uncertain(String),
}

/// Whether a URL may be called.
///
/// # Errors
///
/// It is no URL, or not encrypted and not this machine's.
pub fn check(url: &str) -> Result<()> {
    let Ok(uri) = url.parse::<Uri>() else {
        bail!("expected a URL that begins with https://");
    };
    let host = uri.host().unwrap_or_default();
    match uri.scheme_str() {
        Some("https") if !host.is_empty() => Ok(()),
        Some("http") if is_loopback(host) => Ok(()),
        _ => bail!("expected a URL that begins with https:// (http:// is for this machine alone)"),
    }
}

/// Sends a body with headers.
pub fn post(url: &str, allow_private: bool, headers: &[(&str, String)], body: &str) -> Reply {
    let loopback = url
        .parse::<Uri>()
        .is_ok_and(|uri| is_loopback(uri.host().unwrap_or_default()));
    let agent = agent(allow_private || loopback);
    let mut request = agent.post(url);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    match request.send(body) {
        Ok(response) => {
            let wait = response.headers().get("retry-after");
            let wait = wait.and_then(|value| value.to_str().ok()?.trim().parse().ok());
            Reply::Status(response.status().as_u16(), wait)
        }
        Err(error) if is_unusable(&error) => Reply::Unusable(told(&error)),
        Err(error) if never_left(&error) => Reply::NotSent(told(&error)),
        Err(error) => Reply::Uncertain(told(&error)),
    }
}

/// The body at a URL of the site; `None` where there is none (404).
///
/// # Errors
///
/// The server cannot be reached, or answers otherwise.
pub fn get(url: &str) -> Result<Option<String>> {
    let mut response = match agent(true).get(url).call() {
        Ok(response) => response,
        Err(error) => bail!("the server cannot be reached: {}", told(&error)),
    };
    match response.status().as_u16() {
        200 => match response
            .body_mut()
            .with_config()
            .limit(LONGEST)
            .read_to_string()
        {
            Ok(body) => Ok(Some(body)),
            Err(error) => bail!("its answer cannot be read: {}", told(&error)),
        },
        404 | 410 => Ok(None),
        status => bail!("the server answers with status {status}"),
    }
}

fn agent(allow_private: bool) -> Agent {
    let config = Config::builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        // A proxy would look the host up by itself, and find a private address.
        .proxy(None)
        .user_agent("policygen")
        .timeout_global(Some(TIMEOUT))
        .build();
    let resolver = Guarded { allow_private };
    Agent::with_parts(config, DefaultConnector::new(), resolver)
}

/// Finds no address of a private network where none is allowed. The address that is checked is the one that is connected to.
#[derive(Debug)]
struct Guarded {
    allow_private: bool,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout);
        // Whatever keeps a host from being found, nothing was sent; the library tells some of it as a broken connection.
        let found = found.map_err(|error| match error {
            Error::Io(_) => Error::HostNotFound,
            error => error,
        })?;
        let is_private = found.iter().any(|address| is_private(address.ip()));
        match is_private && !self.allow_private {
            true => Err(Error::Io(std::io::Error::new(
                std::io::ErrorKind::HostUnreachable,
                PRIVATE,
            ))),
            false => Ok(found),
        }
    }
}

const PRIVATE: &str = "its address is one of a private network; set allow_private in its [[notices.webhook]] if it should be";

/// Whether an address is none of the public internet.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => match wrapped(address) {
            Some(inner) => is_private_v4(inner),
            None => is_private_v6(address),
        },
    }
}

/// The older address that a newer one only wraps: `::ffff:a.b.c.d`, `64:ff9b::a.b.c.d`, 6to4.
fn wrapped(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(of(high, low))
        }
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || a == 0
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
}

/// All but 2000::/3, and of that what is reserved for protocols and documentation.
fn is_private_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    first & 0xe000 != 0x2000 || first == 0x2001 && (second < 0x200 || second == 0xdb8)
}

/// Whether the next try would fail as this one did, before anything is sent.
fn is_unusable(error: &Error) -> bool {
    match error {
        Error::Io(e) => e
            .get_ref()
            .is_some_and(|inner| inner.to_string() == PRIVATE),
        Error::BadUri(_)
        | Error::Http(_)
        | Error::Tls(_)
        | Error::TlsRequired
        | Error::Rustls(_)
        | Error::RequireHttpsOnly(_) => true,
        _ => false,
    }
}

/// Whether an error came before anything was sent.
fn never_left(error: &Error) -> bool {
    match error {
        Error::Io(e) => matches!(
            e.kind(),
            std::io::ErrorKind::ConnectionRefused
                | std::io::ErrorKind::HostUnreachable
                | std::io::ErrorKind::NetworkUnreachable
                | std::io::ErrorKind::AddrNotAvailable
        ),
        Error::Timeout(which) => matches!(which, ureq::Timeout::Resolve | ureq::Timeout::Connect),
        Error::HostNotFound | Error::ConnectionFailed => true,
        _ => is_unusable(error),
    }
}

/// What went wrong, without the URL, which some errors repeat.
fn told(error: &Error) -> String {
    match error {
        Error::Io(e) => match e.get_ref() {
            Some(inner) if inner.to_string() == PRIVATE => PRIVATE.to_owned(),
            _ => e.kind().to_string(),
        },
        Error::Timeout(_) => "it took too long".to_owned(),
        Error::HostNotFound => "its host is not found".to_owned(),
        Error::Rustls(_) | Error::Tls(_) => {
            "its certificate is not trusted, or encryption failed".to_owned()
        }
        Error::BadUri(_) | Error::Http(_) => "its URL cannot be used".to_owned(),
        _ => "the connection failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_encrypted_unless_they_are_this_machines() {
        for right in [
            "https://a.example/x",
            "http://127.0.0.1:8/x",
            "http://localhost/",
            "http://[::1]:1/",
        ] {
            assert!(check(right).is_ok(), "{right}");
        }
        for wrong in [
            "http://a.example/x",
            "ftp://a.example",
            "a.example",
            "",
            "https://",
            "http://10.0.0.1/",
        ] {
            let error = check(wrong).unwrap_err().to_string();
            assert!(
                !error.contains("example") && !error.contains("10.0"),
                "{error}"
            );
        }
    }

    #[test]
    fn private_addresses_are_told_from_public_ones() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "ff02::1",
            "2001:db8::1",
        ] {
            let is = is_private(text.parse().unwrap());
            assert!(is, "{text}");
        }
        for text in [
            "93.184.216.34",
            "1.1.1.1",
            "2606:4700::1111",
            "::ffff:1.1.1.1",
        ] {
            assert!(!is_private(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn nothing_was_sent_to_a_host_that_is_not_found() {
        let reply = post("https://nowhere.invalid/secret", false, &[], "{}");
        assert_eq!(reply, Reply::NotSent("its host is not found".to_owned()));
    }

    #[test]
    fn a_private_address_is_refused_and_the_url_is_not_told() {
        let reply = post("https://192.168.255.254/secret", false, &[], "{}");
        let Reply::Unusable(why) = reply else {
            panic!("{reply:?}")
        };
        assert!(
            why.contains("private network") && !why.contains("secret"),
            "{why}"
        );
    }
}
