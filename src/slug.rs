//! Slugs: the form that paths and labels take in URLs.

use unicode_normalization::UnicodeNormalization;

/// Longest part of a URL, in bytes: file systems allow 255, and a part may get `-until-<date>` or `-2` behind it.
const LONGEST: usize = 200;

/// The slug of one word: NFC, lower case, letters and digits of any script, `.` and `_`; any other run becomes one `-`.
///
/// Never empty, and never a name that stands for a folder (`.`, `..`): those become `-`.
pub fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.nfc().flat_map(char::to_lowercase).nfc() {
        if c.is_alphanumeric() || is_mark(c) || c == '.' || c == '_' {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.floor_char_boundary(LONGEST));
    if slug.bytes().all(|b| b == b'.') {
        return "-".to_string();
    }
    slug
}

/// A combining mark belongs to the letter before it (the vowel signs of Devanagari, for one).
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// The id of a policy whose source is at this path inside the content folder: the slug of each folder and of the name,
/// without `.md` and a trailing `/index`. A root `index.md` is `index`.
pub fn id_of_path(path: &str) -> String {
    let path = path.strip_suffix(".md").unwrap_or(path);
    let path = path.strip_suffix("/index").unwrap_or(path);
    path.split('/').map(slug).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_letters_of_any_script_and_joins_the_rest() {
        assert_eq!(slug("Terms of Service"), "terms-of-service");
        assert_eq!(slug("2.0_beta (final)!"), "2.0_beta-final-");
        assert_eq!(slug("Datenschutzerklärung"), "datenschutzerklärung");
        assert_eq!(slug("Cafe\u{301}"), "café");
        assert_eq!(slug("プライバシー ポリシー"), "プライバシー-ポリシー");
        assert_eq!(slug("हिन्दी"), "हिन्दी");
    }

    #[test]
    fn never_names_a_folder_above() {
        for text in ["", ".", "..", "....", "../x", "/etc/passwd", "a\\b", "a\0b"] {
            let slug = slug(text);
            assert!(!slug.is_empty() && !slug.contains(['/', '\\', '\0']));
            assert!(slug != "." && slug != "..");
        }
    }

    #[test]
    fn an_overlong_word_is_cut_between_letters() {
        assert!(slug(&"ä".repeat(500)).len() <= LONGEST);
    }

    #[test]
    fn ids_drop_the_ending_and_a_trailing_index() {
        assert_eq!(id_of_path("refund/index.md"), id_of_path("refund.md"));
        assert_eq!(id_of_path("index.md"), "index");
        assert_eq!(
            id_of_path("Facebook/Developer Terms.md"),
            "facebook/developer-terms"
        );
        assert_eq!(id_of_path("a/index/index.md"), "a/index");
        assert_eq!(id_of_path("CON.md"), "con");
    }
}
