//! The nearest of the names that are there, for one that is not.

/// The nearest name; `None` where none is near.
pub(super) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = names.map(|name| (strsim::damerau_levenshtein(wanted, name), name));
    let near = near.filter(|(distance, name)| {
        *distance <= name.chars().count().max(wanted.chars().count()) / 2
    });
    near.min().map(|(_, name)| name)
}

/// "; did you mean `x`?", or nothing.
pub(super) fn did_you_mean<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> String {
    nearest(wanted, names)
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

/// Names in backticks, at most ten of them.
pub(super) fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const MOST: usize = 10;
    let more = names.len().saturating_sub(MOST);
    let shown: Vec<String> = names.take(MOST).map(|name| format!("`{name}`")).collect();
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_suggested() {
        let names = ["2024-01-01", "2025-01-01", "draft"];
        let hint = |wanted: &str| did_you_mean(wanted, names.into_iter());
        assert_eq!(hint("drfat"), "; did you mean `draft`?");
        assert_eq!(hint("2024-01-11"), "; did you mean `2024-01-01`?");
        assert_eq!(hint("zzz"), "");
    }

    #[test]
    fn long_lists_end_with_a_count() {
        assert_eq!(listed(["a", "b"].into_iter()), "`a`, `b`");
        assert!(listed(["a"; 12].into_iter()).ends_with("`a` and 2 more"));
    }
}
