//! What `serve` adds to pages: a script that hears of changes, and pages of its own for where there is none of the site.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use tokio::sync::watch::Receiver;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::WatchStream;

use super::live::{Now, Trouble};
use crate::document::html::escape;

/// The script, as a route of the site.
pub(super) const SCRIPT_ROUTE: &str = "assets/policygen-live.js";

/// Where the script hears of changes.
pub(super) const CHANNEL: &str = "assets/policygen-live";

/// The script.
pub(super) const SCRIPT: &str = include_str!("live.js");

/// So often a browser that hears of nothing is told that somebody is there.
const ALIVE: Duration = Duration::from_secs(15);

/// Tells a browser what is shown now, and whenever that changes.
pub(super) fn channel(told: Receiver<Arc<str>>) -> Response {
    let told = WatchStream::new(told).filter(|told| !told.is_empty());
    let events = told.map(|told| Ok::<_, Infallible>(Event::default().data(&*told)));
    let alive = KeepAlive::new().interval(ALIVE);
    Sse::new(events).keep_alive(alive).into_response()
}

/// A page with the script, which is told what the page shows.
pub(super) fn with_script(page: Vec<u8>, now: &Now) -> Vec<u8> {
    let end = b"</body>";
    let at = page.windows(end.len()).rposition(|part| part == end);
    let at = at.unwrap_or(page.len());
    let mut with = Vec::with_capacity(page.len() + 128);
    with.extend_from_slice(&page[..at]);
    with.extend_from_slice(script(now).as_bytes());
    with.extend_from_slice(&page[at..]);
    with
}

fn script(now: &Now) -> String {
    let number = now.number;
    format!("<script src=\"/{SCRIPT_ROUTE}\" data-number=\"{number}\" defer></script>\n")
}

/// A page whose links start at the root.
pub(super) fn with_base(page: Vec<u8>) -> Vec<u8> {
    let head = b"<head>";
    let at = page.windows(head.len()).position(|part| part == head);
    let Some(at) = at.map(|at| at + head.len()) else {
        return page;
    };
    [&page[..at], b"\n<base href=\"/\">".as_slice(), &page[at..]].concat()
}

/// What is shown while no site could be built.
pub(super) fn no_site(now: &Now) -> Vec<u8> {
    own("There is no site yet", &now.troubles, now)
}

/// What is shown where a page could not be rendered.
pub(super) fn failed(now: &Now, error: &str) -> Vec<u8> {
    let trouble = Trouble {
        place: String::new(),
        message: error.to_string(),
    };
    own("This page cannot be shown", &[trouble], now)
}

fn own(title: &str, troubles: &[Trouble], now: &Now) -> Vec<u8> {
    let mut list = String::new();
    for Trouble { place, message } in troubles {
        list.push_str("<li><p>");
        if !place.is_empty() {
            list.push_str("<code>");
            escape(place, &mut list);
            list.push_str("</code>: ");
        }
        escape(message, &mut list);
        list.push_str("</p></li>\n");
    }
    let script = script(now);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n</head>\n<body>\n\
         <h1>{title}</h1>\n<ul>\n{list}</ul>\n<p>The page comes by itself once this is mended.</p>\n{script}</body>\n</html>\n"
    )
    .into_bytes()
}
