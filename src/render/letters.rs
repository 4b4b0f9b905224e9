//! Letters to find a policy by, where a folder of the front page holds many.

use super::view::PolicyView;

/// So many policies of a folder are seen at a glance.
const FEW: usize = 24;

/// More letters than this find nothing faster than the list does.
const MOST: usize = 40;

/// Gives the first policy under each letter its initial, and the first of each long folder all initials there. The policies stand
/// by folder and title; one whose title begins with no letter has none.
pub(super) fn add(policies: &mut [PolicyView]) {
    for folder in policies.chunk_by_mut(|a, b| a.folder == b.folder) {
        if folder.len() > FEW {
            add_to(folder);
        }
    }
}

fn add_to(folder: &mut [PolicyView]) {
    let mut initials: Vec<String> = Vec::new();
    for policy in folder.iter_mut() {
        policy.initial = initial(&policy.title).filter(|letter| !initials.contains(letter));
        initials.extend(policy.initial.clone());
    }
    match initials.len() {
        2..=MOST => folder[0].initials = initials,
        _ => folder.iter_mut().for_each(|policy| policy.initial = None),
    }
}

fn initial(title: &str) -> Option<String> {
    let first = title.chars().next()?;
    first
        .is_alphabetic()
        .then(|| first.to_lowercase().flat_map(char::to_uppercase).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_the_same_in_either_case() {
        let initials = ["öffnungszeiten", "Öl", "zoo", "2024 terms", ""].map(initial);
        let of = |letter: &str| Some(letter.to_string());
        assert_eq!(initials, [of("Ö"), of("Ö"), of("Z"), None, None]);
    }
}
