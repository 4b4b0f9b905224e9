//! A feed as Atom (RFC 4287), its archives as RFC 5005 has them.

use std::borrow::Cow;
use std::io;

use anyhow::Result;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Channel, Entry};

type Xml = Writer<Vec<u8>>;

/// The bytes of a document.
pub(super) fn written(channel: &Channel) -> Result<Vec<u8>> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let attributes = [
        ("xmlns", "http://www.w3.org/2005/Atom"),
        ("xmlns:fh", "http://purl.org/syndication/history/1.0"),
        ("xml:lang", &channel.language),
    ];
    let feed = xml.create_element("feed").with_attributes(attributes);
    feed.write_inner_content(|xml| {
        head(xml, channel)?;
        channel
            .entries
            .iter()
            .try_for_each(|one| entry(xml, one, channel))
    })?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

fn head(xml: &mut Xml, channel: &Channel) -> io::Result<()> {
    text(xml, "id", &channel.id)?;
    text(xml, "title", &channel.title)?;
    text(xml, "updated", &channel.updated.rfc3339())?;
    link(xml, "self", &channel.own, "application/atom+xml")?;
    link(xml, "alternate", &channel.page, "text/html")?;
    if channel.is_archive {
        xml.create_element("fh:archive").write_empty()?;
        link(xml, "current", &channel.current, "application/atom+xml")?;
    }
    let (before, after) = &channel.archives;
    for (relation, url) in [("prev-archive", before), ("next-archive", after)] {
        if let Some(url) = url {
            link(xml, relation, url, "application/atom+xml")?;
        }
    }
    let author = xml.create_element("author");
    author.write_inner_content(|xml| text(xml, "name", &channel.author))?;
    text(xml, "generator", "policygen")
}

fn entry(xml: &mut Xml, entry: &Entry, channel: &Channel) -> io::Result<()> {
    let element = xml.create_element("entry");
    let element = match entry.language == channel.language {
        true => element,
        false => element.with_attribute(("xml:lang", &*entry.language)),
    };
    element.write_inner_content(|xml| {
        text(xml, "id", &entry.id)?;
        text(xml, "title", &entry.title)?;
        text(xml, "published", &entry.published.rfc3339())?;
        text(xml, "updated", &entry.updated.rfc3339())?;
        link(xml, "alternate", &entry.page, "text/html")?;
        if let Some(changes) = &entry.changes {
            link(xml, "related", changes, "text/html")?;
        }
        if let Some(change) = entry.change {
            let category = xml.create_element("category");
            category.with_attribute(("term", change)).write_empty()?;
        }
        if let Some(summary) = &entry.summary {
            text(xml, "summary", summary)?;
        }
        let content = xml
            .create_element("content")
            .with_attribute(("type", "html"));
        content.write_text_content(BytesText::new(&allowed(&entry.html)))?;
        Ok(())
    })?;
    Ok(())
}

fn text(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    let element = xml.create_element(name);
    element.write_text_content(BytesText::new(&allowed(text)))?;
    Ok(())
}

fn link(xml: &mut Xml, relation: &str, url: &str, kind: &str) -> io::Result<()> {
    let attributes = [("rel", relation), ("type", kind), ("href", url)];
    let element = xml.create_element("link").with_attributes(attributes);
    element.write_empty()?;
    Ok(())
}

/// A text with U+FFFD for each character that XML 1.0 has no way to write (its section 2.2).
fn allowed(text: &str) -> Cow<'_, str> {
    let is_forbidden = |c: char| {
        let is_control = c < ' ' && !matches!(c, '\t' | '\n' | '\r');
        is_control || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    match text.contains(is_forbidden) {
        true => text.replace(is_forbidden, "\u{fffd}").into(),
        false => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_write_is_replaced() {
        assert_eq!(
            allowed("a\u{0}b\u{1b}\u{ffff}\tc\n"),
            "a\u{fffd}b\u{fffd}\u{fffd}\tc\n"
        );
    }
}
