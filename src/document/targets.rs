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
}
