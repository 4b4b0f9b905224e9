//! The page that shows what readers were told of a version: the words as they were sent, and what had changed.

use std::collections::BTreeSet;

use anyhow::Result;
use serde::Serialize;

use super::Renderer;
use super::compared::{Pair, size};
use super::view::{NoticeView, PolicyView, VersionView};
use super::views::Views;
use crate::announced::Announcement;
use crate::comparisons::before;
use crate::ledger::entry::Why;

#[derive(Serialize)]
struct NoticeData {
    policy: PolicyView,
    version: VersionView,
    role: &'static str,
    /// Oldest first.
    notices: Vec<NoticeView>,
}

impl Renderer<'_> {
    /// What readers were told of a version.
    pub(super) fn notice(
        &self,
        views: &mut Views<'_, '_>,
        policy: usize,
        version: usize,
    ) -> Result<Vec<u8>> {
        let all = self.plan.announced.version(policy, version);
        let mut shown = BTreeSet::new();
        let mut notices = Vec::with_capacity(all.len());
        for (number, one) in all.iter().enumerate() {
            let pair = self.told(policy, version, one);
            // Those who were told of another day were shown the same change once more.
            let pair = pair.filter(|pair| shown.insert((pair.old, pair.new)));
            notices.push(self.told_view(views, (policy, version), (number, one), pair)?);
        }
        let size = notices.iter().map(|one| size(one.redline.as_ref())).sum();
        let own = NoticeData {
            policy: views.policy(policy)?,
            version: views.version(policy, version)?,
            role: "notice",
            notices,
        };
        let named = [
            ("title", &*self.policies.all[policy].title),
            ("version", &own.version.name),
        ];
        let page = self.past(views, self.words().titles.notice.fill(&named));
        self.page_with(views, ("announcement.html", size), page, own)
    }

    /// The texts whose difference was told; `None` where there is nothing to compare with, or nothing that should be shown.
    fn told(&self, policy: usize, version: usize, one: &Announcement) -> Option<Pair> {
        let all = &self.policies.all[policy];
        if one.why == Why::CalledOff || all.versions[version].hidden {
            return None;
        }
        let old = match one.why {
            Why::Correction => (version, one.text.checked_sub(1)?),
            _ => {
                let before = before(all, version)?;
                (before, all.versions[before].texts.len() - 1)
            }
        };
        Some(Pair {
            policy,
            old,
            new: (version, one.text),
        })
    }

    fn told_view(
        &self,
        views: &mut Views<'_, '_>,
        (policy, version): (usize, usize),
        (number, one): (usize, &Announcement),
        pair: Option<Pair>,
    ) -> Result<NoticeView> {
        let all = &self.policies.all[policy].versions;
        let redline = match pair {
            Some(pair) => Some(self.compared(views, pair, &format!("pg-n{number}-"))?),
            None => None,
        };
        let said = one.said.as_ref();
        let from = pair.map_or(version, |pair| pair.old.0);
        Ok(NoticeView {
            why: one.why.as_str(),
            date: views.date(one.on),
            subject: said.map(|said| said.subject.clone()),
            said: said.map(|said| said.said.clone()),
            changed: said
                .and_then(|said| said.changed.clone())
                .filter(|_| !all[version].hidden),
            redline: redline.filter(|redline| !redline.empty),
            from: all[from].label.clone(),
            to: all[version].label.clone(),
        })
    }
}
