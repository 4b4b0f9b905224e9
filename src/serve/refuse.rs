//! What is not answered: whatever a browser that shows the site would not ask for.
//!
//! Any page on the web can have a reader's browser ask `http://127.0.0.1:4747/`, and a name of its own can lead there too (DNS
//! rebinding): it must not read drafts. So requests count only under names of this machine.

use std::net::SocketAddr;

use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use percent_encoding::percent_decode_str;

/// A refusal: its status, and why.
pub(super) type Refusal = (StatusCode, &'static str);

/// The names under which the server answers.
pub(super) struct Hosts {
    /// Those of this machine.
    own: Vec<String>,
    allowed: Vec<String>,
    port: u16,
}

impl Hosts {
    /// Those of this machine, the address itself, and those that are allowed.
    pub fn new(address: SocketAddr, allowed: &[String]) -> Hosts {
        let mut own: Vec<String> = ["localhost", "127.0.0.1", "[::1]"]
            .map(str::to_string)
            .into();
        if !address.ip().is_unspecified() {
            own.push(name(&address.to_string()).to_string());
        }
        let allowed = allowed.iter();
        Hosts {
            own,
            allowed: allowed
                .map(|host| name(host).to_ascii_lowercase())
                .collect(),
            port: address.port(),
        }
    }

    /// Whether a host, with a port or without, is one of them.
    fn allow(&self, host: &str) -> bool {
        let name = name(host).to_ascii_lowercase();
        self.own.contains(&name) || self.allowed.contains(&name)
    }

    /// Whether an origin is this server's: `http://localhost:4747`, or one of an allowed name, which may stand before it with
    /// another port.
    fn allow_origin(&self, origin: &str) -> bool {
        let host = origin
            .strip_prefix("http://")
            .or_else(|| origin.strip_prefix("https://"));
        let Some(host) = host.filter(|host| self.allow(host)) else {
            return false;
        };
        let name = name(host);
        // Browsers leave out the port that goes without saying.
        let port = match &host[name.len()..] {
            "" => ":80",
            port => port,
        };
        let is_own_port = port == format!(":{}", self.port);
        is_own_port || self.allowed.contains(&name.to_ascii_lowercase())
    }
}

/// A host without its port.
fn name(host: &str) -> &str {
    let port = host.rsplit_once(':').filter(|(_, port)| {
        let is_number = port.bytes().all(|b| b.is_ascii_digit());
        is_number && !port.contains(']')
    });
    port.map_or(host, |(name, _)| name)
}

/// Refuses requests that are not for this server, or want more than to read.
pub(super) fn check(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    hosts: &Hosts,
) -> Result<(), Refusal> {
    let wrong = StatusCode::BAD_REQUEST;
    if method != Method::GET && method != Method::HEAD {
        return Err((
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET and HEAD are answered",
        ));
    }
    if uri.scheme().is_some() || uri.authority().is_some() {
        return Err((wrong, "expected a path, not a whole address"));
    }
    let host = single(headers, &header::HOST).ok_or((wrong, "expected one Host"))?;
    if !hosts.allow(host) {
        return Err((
            StatusCode::FORBIDDEN,
            "this Host is not answered; --allow-host names others",
        ));
    }
    Ok(())
}

/// Refuses pages of other origins.
pub(super) fn check_origin(headers: &HeaderMap, hosts: &Hosts) -> Result<(), Refusal> {
    let refused = Err((StatusCode::FORBIDDEN, "this Origin is not answered"));
    if !headers.contains_key(header::ORIGIN) {
        return Ok(());
    }
    match single(headers, &header::ORIGIN) {
        Some(origin) if hosts.allow_origin(origin) => Ok(()),
        _ => refused,
    }
}

fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(first)
}

/// The path of a request, decoded once, without the `/` before it.
///
/// # Errors
///
/// It could mean a place outside of the site, or the same place in two ways.
pub(super) fn path(uri: &Uri) -> Result<String, Refusal> {
    let wrong = |why| Err((StatusCode::BAD_REQUEST, why));
    let Ok(decoded) = percent_decode_str(uri.path()).decode_utf8() else {
        return wrong("the path is not valid UTF-8");
    };
    let Some(path) = decoded.strip_prefix('/') else {
        return wrong("expected a path");
    };
    if path.chars().any(|c| c.is_control() || c == '\\') {
        return wrong("the path has a character that no address of the site has");
    }
    let parts: Vec<&str> = path.split('/').collect();
    let (last, folders) = parts.split_last().unwrap_or((&"", &[]));
    if folders.iter().any(|part| part.is_empty()) {
        return wrong("the path has an empty folder");
    }
    if folders
        .iter()
        .chain([last])
        .any(|part| [".", ".."].contains(part))
    {
        return wrong("the path leads out of its folder");
    }
    Ok(path.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> Hosts {
        let allowed = ["Preview.example".to_string()];
        Hosts::new("127.0.0.1:4747".parse().unwrap(), &allowed)
    }

    #[test]
    fn only_names_of_this_machine_are_hosts() {
        for host in [
            "localhost",
            "LOCALHOST:4747",
            "127.0.0.1:1",
            "[::1]",
            "[::1]:4747",
            "preview.example:80",
        ] {
            assert!(hosts().allow(host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "evil.example:4747",
            "127.0.0.1.evil.example",
            "localhost:4747@evil.example",
            "",
            ":4747",
            "[::1",
            "127.0.0.2",
        ] {
            assert!(!hosts().allow(host), "{host}");
        }
    }

    #[test]
    fn origins_are_those_of_the_hosts() {
        assert!(hosts().allow_origin("http://localhost:4747"));
        assert!(hosts().allow_origin("https://preview.example"));
        for origin in [
            "null",
            "http://evil.example",
            "http://localhost:8000",
            "http://localhost",
            "ftp://localhost",
            "localhost",
        ] {
            assert!(!hosts().allow_origin(origin), "{origin}");
        }
    }

    #[test]
    fn paths_are_decoded_once_and_stay_in_the_site() {
        let path = |text: &str| path(&text.parse().unwrap()).map_err(|(status, _)| status);
        assert_eq!(path("/a/b%20c/?x#y").as_deref(), Ok("a/b c/"));
        assert_eq!(path("/%252e%252e/").as_deref(), Ok("%2e%2e/"));
        for wrong in [
            "/../x",
            "/a/..",
            "/%2e%2e%2fx",
            "/..%5cx",
            "/a//b",
            "//",
            "/a%00",
            "/%ff",
            "/./a",
            "/%2e",
            "/a%0a",
        ] {
            assert_eq!(path(wrong), Err(StatusCode::BAD_REQUEST), "{wrong}");
        }
    }
}
