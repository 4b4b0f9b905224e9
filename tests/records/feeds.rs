//! A feed as its readers see it, Atom or JSON.

use std::collections::BTreeSet;
use std::path::Path;

use feed_rs::model::{Entry, Feed, Link};

use crate::check::is_there;

/// So many entries, and so many bytes of each, are in a feed at most.
const ENTRIES: usize = 20;
const CONTENT: usize = 50_000;

/// What is wrong with a feed of a site.
pub fn faults(text: &str, site: &Path) -> Vec<String> {
    let parser = feed_rs::parser::Builder::new().sanitize_content(false);
    let feed = match parser.build().parse(text.as_bytes()) {
        Ok(feed) => feed,
        Err(e) => return vec![format!("a feed parser stumbles: {e}")],
    };
    let mut faults = of_feed(&feed, site);
    for entry in &feed.entries {
        let told = of_entry(entry, site);
        faults.extend(
            told.into_iter()
                .map(|fault| format!("{}: {fault}", entry.id)),
        );
    }
    faults
}

fn of_feed(feed: &Feed, site: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |holds: bool, fault: &str| {
        if !holds {
            faults.push(fault.to_string());
        }
    };
    let is_json = feed.feed_type == feed_rs::model::FeedType::JSON;
    must(
        feed.title
            .as_ref()
            .is_some_and(|title| !title.content.is_empty()),
        "no title",
    );
    must(!feed.authors.is_empty(), "no author");
    must(feed.entries.len() <= ENTRIES, "too many entries");
    must(
        is_json || feed.id.starts_with("urn:policygen:"),
        "another id",
    );
    must(is_json || feed.updated.is_some(), "updated is no date");
    must(
        is_json || relation(&feed.links, "self").is_some_and(|url| is_there(url, site)),
        "the address of itself is not there",
    );
    for link in &feed.links {
        must(
            is_there(&link.href, site),
            &format!("`{}` is not there", link.href),
        );
    }
    let ids: BTreeSet<&str> = feed.entries.iter().map(|entry| &*entry.id).collect();
    must(ids.len() == feed.entries.len(), "two entries have one id");
    faults
}

fn of_entry(entry: &Entry, site: &Path) -> Vec<String> {
    let content = entry
        .content
        .as_ref()
        .and_then(|content| content.body.as_deref());
    let is_titled = entry
        .title
        .as_ref()
        .is_some_and(|title| !title.content.is_empty());
    let checks = [
        (entry.id.starts_with("urn:policygen:"), "another id"),
        (is_titled, "no title"),
        (entry.published.is_some(), "published is no date"),
        (entry.updated.is_some(), "updated is no date"),
        (content.is_some_and(|html| !html.is_empty()), "no content"),
        (
            content.is_none_or(|html| html.len() <= CONTENT),
            "too much content",
        ),
        (!entry.links.is_empty(), "no link"),
        (
            entry.links.iter().all(|link| is_there(&link.href, site)),
            "a link to what is not there",
        ),
    ];
    let failed = checks.into_iter().filter(|(holds, _)| !holds);
    failed.map(|(_, fault)| fault.to_string()).collect()
}

fn relation<'f>(links: &'f [Link], relation: &str) -> Option<&'f str> {
    let mut found = links
        .iter()
        .filter(|link| link.rel.as_deref() == Some(relation));
    found.next().map(|link| &*link.href)
}
