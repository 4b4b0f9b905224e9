//! Aliases: other addresses that content claims for a policy. Content is not trusted, so an alias is a plain absolute path or none.

use percent_encoding::percent_decode_str;

/// Reads an alias as written: its path, decoded, without the `/` before and behind it.
///
/// # Errors
///
/// Why it is not taken.
pub fn read(alias: &str) -> Result<String, &'static str> {
    if alias.contains(['#', '?']) {
        return Err("has a fragment or a query, which no page can answer to");
    }
    if alias.contains(['*', ':', '\\']) || alias.contains("//") {
        return Err("is no plain path");
    }
    let path = alias.strip_prefix('/').ok_or("does not begin with `/`")?;
    let decoded = percent_decode_str(path)
        .decode_utf8()
        .map_err(|_| "is not valid UTF-8 when decoded")?;
    let decoded = decoded.trim_end_matches('/');
    let decoded = decoded.strip_suffix("/index.html").unwrap_or(decoded);
    match decoded.split('/').find_map(fault) {
        Some(fault) => Err(fault),
        None => Ok(decoded.to_string()),
    }
}

fn fault(part: &str) -> Option<&'static str> {
    match part {
        "" => Some("leads to the front page"),
        "." | ".." => Some("leads out of its folder"),
        part if part.len() > 255 => Some("is too long"),
        part if part.contains(['\\', '*', ':']) || part.contains(char::is_control) => {
            Some("is no plain path")
        }
        part if part.trim() != part => Some("begins or ends with white space"),
        _ => None,
    }
}

/// The route of the page that stands at an alias.
pub fn route(path: &str) -> String {
    let is_file = path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.ends_with(".html") || name.ends_with(".htm"));
    if is_file {
        path.to_string()
    } else {
        format!("{path}/index.html")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_absolute_paths_are_taken() {
        assert_eq!(read("/tos"), Ok("tos".into()));
        assert_eq!(read("/articles/terms/"), Ok("articles/terms".into()));
        assert_eq!(read("/caf%C3%A9/index.html"), Ok("café".into()));
        assert_eq!(route("old/page.html"), "old/page.html");
        assert_eq!(route("old/page"), "old/page/index.html");
    }

    #[test]
    fn hostile_aliases_are_refused() {
        for alias in [
            "",
            "/",
            "tos",
            "//evil.example",
            "/a//b",
            "/*",
            "https://evil.example",
            "/a:b",
            "/../x",
            "/a/%2e%2e/b",
            "/a#b",
            "/a?b",
            "/%00",
            "/a\nLocation: x",
            "/%0d%0aX: y",
            "/a\\b",
            "/%5c",
            "/%2F%2Fevil",
            "/%ff",
            "/ a",
            "/%2a",
        ] {
            assert!(read(alias).is_err(), "{alias:?}");
        }
    }
}
