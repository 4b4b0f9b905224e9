//! The history of each section: which versions changed it.

use std::collections::BTreeMap;

use anyhow::Result;

use super::{Comparer, Comparison, Comparisons, before};
use crate::document::Document;
use crate::document::plain_text;
use crate::policies::Policies;
use crate::redline::Kind;

/// A section of a version, through all versions up to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionHistory {
    /// The words of its heading; empty for what stands before the first one.
    pub heading: String,
    /// 1 to 6; 1 for what stands before the first heading.
    pub level: u8,
    pub anchor: String,
    /// The versions that changed it, newest first, with what they did to it.
    pub changes: Vec<Change>,
    /// The version in which it began.
    pub first: usize,
}

/// What a version did to a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub version: usize,
    pub kind: Kind,
    /// The section's anchor in that version.
    pub anchor: String,
}

/// The sections of a version in their order.
///
/// # Errors
///
/// A text cannot be read.
pub fn history(
    comparisons: &Comparisons,
    policies: &Policies,
    (policy, version): (usize, usize),
    comparer: &mut Comparer<'_>,
) -> Result<Vec<SectionHistory>> {
    let source = &policies.all[policy].versions[version]
        .newest_text()
        .revision
        .source;
    let text = comparer.texts.text(source)?;
    let mut all = Walk::new(&text.document, version);
    let mut at = Some(version);
    while let Some(number) = at {
        if let Some(comparison) = comparisons.of(policies, policy, number, comparer)? {
            all.step(number, comparison);
        }
        at = before(&policies.all[policy], number);
        all.reach(at.unwrap_or(number));
    }
    Ok(all.done())
}

/// Goes back through the versions, with each section's anchor of then.
struct Walk {
    sections: Vec<SectionHistory>,
    /// `None` before the version in which the section began.
    anchors: Vec<Option<String>>,
}

impl Walk {
    fn new(document: &Document, version: usize) -> Walk {
        let section = |heading: String, level: u8, anchor: &str| SectionHistory {
            heading,
            level,
            anchor: anchor.to_string(),
            changes: Vec::new(),
            first: version,
        };
        let headings = document
            .headings()
            .into_iter()
            .map(|h| section(plain_text(&h.content), h.level, &h.anchor));
        let sections: Vec<SectionHistory> = std::iter::once(section(String::new(), 1, ""))
            .chain(headings)
            .collect();
        Walk {
            anchors: sections
                .iter()
                .map(|section| Some(section.anchor.clone()))
                .collect(),
            sections,
        }
    }

    fn step(&mut self, version: usize, comparison: &Comparison) {
        let kinds: BTreeMap<&str, Kind> = comparison
            .sections
            .iter()
            .filter(|change| change.kind != Kind::Removed)
            .map(|change| (change.anchor.as_str(), change.kind))
            .collect();
        let before: BTreeMap<&str, &str> = comparison
            .renamed
            .iter()
            .map(|(old, new)| (new.as_str(), old.as_str()))
            .collect();
        for (section, anchor) in self.sections.iter_mut().zip(&mut self.anchors) {
            let Some(then) = anchor.as_deref() else {
                continue;
            };
            let kind = kinds.get(then).copied();
            section.changes.extend(kind.map(|kind| Change {
                version,
                kind,
                anchor: then.to_string(),
            }));
            *anchor = match kind {
                Some(Kind::Added) => None,
                _ => Some(before.get(then).map_or(then, |old| old).to_string()),
            };
        }
    }

    /// The sections that are still there were there in this version.
    fn reach(&mut self, version: usize) {
        for (section, anchor) in self.sections.iter_mut().zip(&self.anchors) {
            if anchor.is_some() {
                section.first = version;
            }
        }
    }

    /// What stands before the first heading is told of only where it changed.
    fn done(mut self) -> Vec<SectionHistory> {
        if self.sections[0].changes.is_empty() {
            self.sections.remove(0);
        }
        self.sections
    }
}
