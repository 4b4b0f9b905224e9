//! Tries out templates: one page of each kind is rendered, so that a mistake which shows only then is told before anybody looks.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::comparisons::Comparer;
use crate::plan::Page;
use crate::problems::Problems;
use crate::site::Site;

/// What a page may show that another one of its template does not.
type Kind = (&'static str, bool);

/// Renders one page of each kind.
///
/// # Errors
///
/// One cannot be rendered; the first is told.
pub fn try_templates(site: &Site) -> Result<()> {
    // Faults of texts are told elsewhere.
    let problems = Problems::default();
    let renderer = site.renderer(&problems);
    let mut comparer = Comparer::new(site.library.texts()).in_words(site.theme.words());
    let mut tried = BTreeSet::new();
    for (route, page) in &site.plan.routes {
        let is_new = kind(site, page).is_some_and(|kind| tried.insert(kind));
        if is_new {
            renderer.render(route, page, &mut comparer)?;
        }
    }
    Ok(())
}

/// `None` for what no template makes, and for the list of all changes, which needs to know of each.
fn kind(site: &Site, page: &Page) -> Option<Kind> {
    let is_draft = |policy: usize, version: usize| {
        let policy = &site.policies.all[policy];
        policy.versions[version].draft
    };
    Some(match *page {
        Page::Policy(_) => ("policy", false),
        Page::Version(policy, version) => ("version", is_draft(policy, version)),
        Page::Earlier(..) => ("earlier", false),
        Page::Corrections(..) => ("corrections", false),
        Page::Redline(policy, version) => ("redline", is_draft(policy, version)),
        Page::Since(..) => ("since", false),
        Page::Sections(_) => ("sections", false),
        Page::Changelog(_) => ("changelog", false),
        Page::Front => ("front", false),
        Page::NotFound => ("not found", false),
        Page::Redirect(_) => ("redirect", false),
        _ => return None,
    })
}
