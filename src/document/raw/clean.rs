//! Takes away from a fragment of HTML what content may not have, with ammonia.
//!
//! What policies need is let through, old presentational elements too: they are replaced where the fragment is read.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use super::super::targets;

const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];
const INLINES: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn",
    "em", "font", "i", "img", "ins", "kbd", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
];
const ANYWHERE: &[&str] = &["id", "title", "dir", "lang", "data-pg"];
const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "name"]),
    ("img", &["src", "alt"]),
    ("ol", &["start"]),
    ("details", &["open"]),
    ("td", &["align", "colspan", "rowspan"]),
    ("th", &["align", "colspan", "rowspan", "scope"]),
    ("time", &["datetime"]),
];
const SCHEMES: &[&str] = &["http", "https", "mailto", "tel"];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    let attributes = ATTRIBUTES.iter();
    let attributes = attributes.map(|(tag, names)| (*tag, names.iter().copied().collect()));
    builder
        .tags(BLOCKS.iter().chain(INLINES).copied().collect())
        .clean_content_tags(HashSet::from(["script", "style"]))
        .generic_attributes(ANYWHERE.iter().copied().collect())
        .tag_attributes(attributes.collect::<HashMap<_, HashSet<_>>>())
        .url_schemes(SCHEMES.iter().copied().collect())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .strip_comments(true)
        .attribute_filter(|_, attribute, value| {
            let is_allowed = match attribute {
                "href" => targets::link_is_allowed(value),
                "src" => targets::image_is_allowed(value),
                _ => true,
            };
            is_allowed.then(|| value.into())
        });
    builder
});

/// The fragment without what is forbidden.
pub(super) fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}
