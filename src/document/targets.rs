//! Which targets of links and images are let through: those of a few schemes, and relative ones.

const LINKS: &[&str] = &["http", "https", "mailto", "tel"];
const IMAGES: &[&str] = &["http", "https"];

pub(super) fn link_is_allowed(target: &str) -> bool {
    is_allowed(target, LINKS)
}

pub(super) fn image_is_allowed(source: &str) -> bool {
    is_allowed(source, IMAGES)
}

/// A browser drops control characters and white space before it looks for the scheme, so we do.
fn is_allowed(target: &str, schemes: &[&str]) -> bool {
    let mut seen = String::new();
    let kept = target.bytes().filter(|b| *b > b' ' && *b != 0x7f);
    for byte in kept {
        match byte {
            b':' => return schemes.contains(&seen.as_str()),
            b'/' | b'?' | b'#' => return true,
            b'a'..=b'z' | b'A'..=b'Z' => seen.push(byte.to_ascii_lowercase() as char),
            b'0'..=b'9' | b'+' | b'-' | b'.' if !seen.is_empty() => seen.push(byte as char),
            // No scheme has such a character: the target is relative.
            _ => return true,
        }
    }
    true
}

/// Whether a URL names a host that can be, or needs none. A link to `https://../` or `http:/x` is invalid HTML, and so is one with
/// a password.
pub(super) fn may_lead(url: &str) -> bool {
    match authority(url) {
        None => true,
        Some("") => false,
        Some(authority) if authority.starts_with('[') => true,
        Some(authority) => {
            let host = authority.split(':').next().unwrap_or_default();
            let host = host.strip_suffix('.').unwrap_or(host);
            !authority.contains(['@', '\\']) && is_name(host) && !is_odd_address(host)
        }
    }
}

/// Whether a URL leads to a site by its full address.
pub(super) fn is_web(url: &str) -> bool {
    after_scheme(url).is_some()
}

/// What stands between `//` and the path of a URL of the web, empty where that is missing; `None` for any other.
fn authority(url: &str) -> Option<&str> {
    let web = after_scheme(url);
    match web.unwrap_or(url).strip_prefix("//") {
        Some(rest) => rest.split(['/', '?', '#']).next(),
        None => web.map(|_| ""),
    }
}

fn after_scheme(url: &str) -> Option<&str> {
    let after = |scheme: &str| {
        let start = url.get(..scheme.len())?;
        let is_it = start.eq_ignore_ascii_case(scheme);
        is_it.then(|| &url[scheme.len()..])
    };
    after("http:").or_else(|| after("https:"))
}

fn is_name(host: &str) -> bool {
    host.split('.').all(|label| (1..=63).contains(&label.len()))
}

/// Whether a browser reads it as an IPv4 address, though it is not written as one.
fn is_odd_address(host: &str) -> bool {
    let is_number = |label: &str| label.bytes().all(|b| b.is_ascii_digit());
    let is_hexadecimal =
        |label: &str| label.len() > 1 && label.as_bytes()[..2].eq_ignore_ascii_case(b"0x");
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_plain = || {
        let parts: Vec<Result<u8, _>> = host.split('.').map(str::parse).collect();
        let has_zeros = || host.split('.').any(|l| l.len() > 1 && l.starts_with('0'));
        parts.len() == 4 && parts.iter().all(Result::is_ok) && !has_zeros()
    };
    (is_number(last) || is_hexadecimal(last)) && !is_plain()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_schemes_and_relative_targets_pass() {
        for good in [
            "",
            "a.md",
            "/a:b",
            "#a:b",
            "?a:b",
            "HTTPS://x",
            "mailto:a@b.c",
            "tel:+1",
            "é:x",
            "//x.y",
        ] {
            assert!(link_is_allowed(good), "{good}");
        }
        for bad in [
            "javascript:x",
            "java\nscript:x",
            " \u{1}JaVaScript:x",
            "data:text/html,x",
            "vbscript:x",
            "file:///x",
            ":x",
        ] {
            assert!(!link_is_allowed(bad), "{bad}");
        }
        assert!(!image_is_allowed("mailto:a@b.c"));
        assert!(image_is_allowed("img/a.png"));
    }

    #[test]
    fn a_url_of_the_web_needs_a_host_that_can_be() {
        for good in [
            "",
            "#a",
            "a/b",
            "/a",
            "mailto:a@b.example",
            "tel:+1",
            "http://a",
            "HTTPS://a.example./b?c@d",
            "//a.example:80",
            "http://[::1]:8/",
            "http://192.0.2.1/",
            "http://é.example",
            "http://_a-.example#x",
        ] {
            assert!(may_lead(good), "{good}");
        }
        for bad in [
            "http:",
            "http:x",
            "https:/x",
            "https:///x",
            "//",
            "///x",
            "https://../",
            "http://a..example",
            "http://.example",
            "http://a.example../",
            "http://a:b@c.example",
            "http://@a",
            "http:\\\\a",
            "http://a\\b",
            "http://0x1/",
            "http://1.2.3.999/",
            "http://01.2.3.4",
            "http://?a",
        ] {
            assert!(!may_lead(bad), "{bad}");
        }
    }
}
