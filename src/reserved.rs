//! Names that the site keeps for itself: a policy's folder or a version's label cannot be one of them.

/// Files with a fixed name. No folder of an id may have such a name, wherever it stands.
const FILES: [&str; 15] = [
    ".nojekyll",
    ".policygen-manifest.json",
    "404.html",
    "_headers",
    "_redirects",
    "feed.atom",
    "feed.json",
    "index.html",
    "index.json",
    "policy-notice.js",
    "robots.txt",
    "sitemap.xml",
    "source.md",
    "timemap.link",
    "versions.json",
];

/// The label of what the working tree says.
pub const DRAFT: &str = "draft";

/// Folders with a fixed name below the root, a policy or a version.
const FOLDERS: [&str; 8] = [
    "assets",
    "changes",
    "corrections",
    DRAFT,
    "notice",
    "original",
    "sections",
    "since",
];

/// Whether a name is kept for the site, as last folder of an id and as label.
pub fn is_reserved(name: &str) -> bool {
    is_file(name) || FOLDERS.contains(&name) || is_correction(name)
}

/// Whether a name is that of a fixed file, which no folder can have.
pub fn is_file(name: &str) -> bool {
    FILES.contains(&name) || is_archive(name)
}

fn is_correction(name: &str) -> bool {
    name.strip_prefix("correction-").is_some_and(is_number)
}

/// Whether a name is that of an archived feed: `feed-1.atom`.
fn is_archive(name: &str) -> bool {
    let name = name.strip_prefix("feed-").unwrap_or_default();
    let number = name.strip_suffix(".atom").or(name.strip_suffix(".json"));
    number.is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_names_are_reserved_and_others_are_not() {
        for name in [
            "changes",
            "draft",
            "original",
            "correction-12",
            "versions.json",
            "robots.txt",
            "feed-1.atom",
            "feed-20.json",
        ] {
            assert!(is_reserved(name), "{name}");
        }
        for name in [
            "index",
            "privacy",
            "correction",
            "correction-a",
            "feed-.atom",
            "feed-1",
            "2024-01-01",
        ] {
            assert!(!is_reserved(name), "{name}");
        }
        assert!(!is_file("changes"));
    }
}
