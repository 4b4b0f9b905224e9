//! What kind of file a route is, for browsers.

/// The value of `Content-Type`.
pub(super) fn of(route: &str) -> &'static str {
    let name = route.rsplit('/').next().unwrap_or(route);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" if name == "feed.json" => "application/feed+json; charset=utf-8",
        "json" => "application/json",
        "atom" => "application/atom+xml; charset=utf-8",
        "xml" => "application/xml",
        "link" => "application/link-format",
        "md" | "txt" | "" | "nojekyll" => "text/plain; charset=utf-8",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "svg" => "image/svg+xml",
        "ico" => "image/x-icon",
        "pdf" => "application/pdf",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_endings() {
        assert_eq!(of("privacy/1.0/source.md"), "text/plain; charset=utf-8");
        assert_eq!(
            of("privacy/feed.json"),
            "application/feed+json; charset=utf-8"
        );
        assert_eq!(of("_headers"), "text/plain; charset=utf-8");
        assert_eq!(of("assets/a.exe"), "application/octet-stream");
    }
}
