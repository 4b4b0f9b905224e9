//! A feed as JSON Feed 1.1 (jsonfeed.org). Each document leads to the one with the entries before, down to the oldest.

use anyhow::Result;
use serde::Serialize;

use super::{Channel, Entry};

#[derive(Serialize)]
struct Feed<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<&'a str>,
    authors: [Author<'a>; 1],
    language: &'a str,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    content_html: &'a str,
    date_published: String,
    date_modified: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<[&'a str; 1]>,
    language: &'a str,
}

/// The bytes of a document.
pub(super) fn written(channel: &Channel) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(&Feed {
        version: "https://jsonfeed.org/version/1.1",
        title: &channel.title,
        home_page_url: &channel.page,
        feed_url: &channel.current,
        next_url: channel.archives.0.as_deref(),
        authors: [Author {
            name: &channel.author,
        }],
        language: &channel.language,
        items: channel.entries.iter().map(item).collect(),
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn item(entry: &Entry) -> Item<'_> {
    Item {
        id: &entry.id,
        url: &entry.page,
        title: &entry.title,
        summary: entry.summary.as_deref(),
        content_html: &entry.html,
        date_published: entry.published.rfc3339(),
        date_modified: entry.updated.rfc3339(),
        tags: entry.change.map(|change| [change]),
        language: &entry.language,
    }
}
