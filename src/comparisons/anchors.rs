//! Where the anchors of older versions lead in a later one, so that a link to a section keeps working when its heading is
//! written otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use anyhow::Result;

use super::{Comparer, Comparison, Comparisons, before};
use crate::policies::Policies;

/// The anchors that older versions had and a later one has not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormerAnchors {
    /// By the anchor of today's heading: those that it had before, in alphabetical order.
    pub by_heading: BTreeMap<String, Vec<String>>,
    /// Those whose section is gone.
    pub lost: BTreeSet<String>,
}

/// Follows the anchors of all versions up to one, `target`, whose own anchors are `today`.
///
/// # Errors
///
/// A text cannot be read.
pub fn former(
    comparisons: &Comparisons,
    policies: &Policies,
    (policy, target): (usize, usize),
    today: &BTreeSet<&str>,
    comparer: &mut Comparer<'_>,
) -> Result<FormerAnchors> {
    let mut led = Led::default();
    let older = |version: &usize| before(&policies.all[policy], *version);
    let versions: Vec<usize> = iter::successors(Some(target), older).collect();
    for version in versions.into_iter().rev() {
        if let Some(comparison) = comparisons.of(policies, policy, version, comparer)? {
            led.follow(comparison);
        }
    }
    Ok(led.done(today))
}

/// Where former anchors lead so far; `None`: nowhere.
#[derive(Default)]
struct Led(BTreeMap<String, Option<String>>);

impl Led {
    fn follow(&mut self, comparison: &Comparison) {
        let renamed: BTreeMap<&str, &str> = comparison
            .renamed
            .iter()
            .map(|(old, new)| (old.as_str(), new.as_str()))
            .collect();
        for now in self.0.values_mut() {
            let Some(anchor) = now else { continue };
            if let Some(new) = renamed.get(anchor.as_str()) {
                *anchor = (*new).to_string();
            } else if comparison.lost.contains(anchor) {
                *now = None;
            }
        }
        let led = comparison
            .renamed
            .iter()
            .map(|(old, new)| (old.clone(), Some(new.clone())));
        self.0.extend(led);
        self.0
            .extend(comparison.lost.iter().map(|old| (old.clone(), None)));
    }

    /// An anchor that a heading of today has for itself leads there.
    fn done(self, today: &BTreeSet<&str>) -> FormerAnchors {
        let mut former = FormerAnchors::default();
        for (old, now) in self.0 {
            if today.contains(old.as_str()) {
                continue;
            }
            match now.filter(|now| today.contains(now.as_str())) {
                Some(now) => former.by_heading.entry(now).or_default().push(old),
                None => {
                    former.lost.insert(old);
                }
            }
        }
        former
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redline::Counts;

    fn step(renamed: &[(&str, &str)], lost: &[&str]) -> Comparison {
        Comparison {
            counts: Counts::default(),
            description: None,
            suggested: None,
            sections: Vec::new(),
            renamed: renamed
                .iter()
                .map(|(a, b)| (a.to_string(), b.to_string()))
                .collect(),
            lost: lost.iter().map(ToString::to_string).collect(),
        }
    }

    fn former(steps: &[Comparison], today: &[&str]) -> FormerAnchors {
        let mut led = Led::default();
        steps.iter().for_each(|step| led.follow(step));
        led.done(&today.iter().copied().collect())
    }

    #[test]
    fn an_anchor_is_followed_through_every_renaming() {
        let found = former(
            &[
                step(&[("cookies", "our-cookies")], &[]),
                step(&[("our-cookies", "trackers")], &[]),
            ],
            &["trackers"],
        );
        assert_eq!(found.by_heading["trackers"], ["cookies", "our-cookies"]);
        assert!(found.lost.is_empty());
    }

    #[test]
    fn what_was_removed_later_is_lost_with_all_its_names() {
        let steps = [step(&[("a", "b")], &[]), step(&[], &["b"])];
        let lost: Vec<String> = former(&steps, &["c"]).lost.into_iter().collect();
        assert_eq!(lost, ["a", "b"]);
    }

    #[test]
    fn an_anchor_that_came_back_is_neither_lost_nor_led() {
        let steps = [
            step(&[], &["a"]),
            step(&[("c", "a")], &[]),
            step(&[("a", "d")], &[]),
        ];
        assert_eq!(former(&steps[..2], &["a"]).lost.len(), 0);
        assert_eq!(former(&steps, &["d"]).by_heading["d"], ["a", "c"]);
    }

    #[test]
    fn two_headings_that_change_their_anchors_are_not_mixed_up() {
        let steps = [
            step(&[("x", "a"), ("y", "b")], &[]),
            step(&[("a", "b"), ("b", "a")], &[]),
        ];
        let found = former(&steps, &["a", "b"]);
        assert_eq!(found.by_heading["b"], ["x"]);
        assert_eq!(found.by_heading["a"], ["y"]);
    }
}
