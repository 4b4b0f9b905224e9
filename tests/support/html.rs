//! What stands in a page, as a browser reads it.

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// An element and its attributes.
#[derive(Debug, Clone)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

impl Element {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Every element of a page, in document order.
pub fn elements(page: &str) -> Vec<Element> {
    let dom = parsed(page);
    let mut found = Vec::new();
    walk(&dom.document, &mut |node| {
        if let NodeData::Element { name, attrs, .. } = &node.data {
            let attributes = attrs.borrow();
            let told = attributes
                .iter()
                .map(|a| (a.name.local.to_string(), a.value.to_string()));
            found.push(Element {
                name: name.local.to_string(),
                attributes: told.collect(),
            });
        }
    });
    found
}

/// The words of a page or of a part of one: its text, white space run together.
pub fn words(page: &str) -> String {
    let dom = parsed(page);
    let mut text = String::new();
    walk(&dom.document, &mut |node| {
        if let NodeData::Text { contents } = &node.data {
            text.push_str(&contents.borrow());
            text.push(' ');
        }
    });
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The inside of the `<article class="policy">` of a page.
pub fn article(page: &str) -> &str {
    inside(page, "<article class=\"policy\"").unwrap_or_else(|| panic!("no article in {page}"))
}

/// The inside of the `<article class="redline">` of a page; `None` where it has none.
pub fn redline(page: &str) -> Option<&str> {
    inside(page, "<article class=\"redline\"")
}

fn inside<'a>(page: &'a str, opening: &str) -> Option<&'a str> {
    let start = page.find(opening)?;
    let end = page[start..].find("</article>")? + start;
    let inside = page[start..end].find('>')? + start + 1;
    Some(&page[inside..end])
}

/// The words of an element as a reader of one side of a redline sees them: without what the page itself adds (`ui`, `sr-only`),
/// and without the elements of one name.
pub fn words_without(html: &str, left_out: &str) -> String {
    let dom = parsed(html);
    let mut text = String::new();
    let is_left_out = |node: &Handle| match &node.data {
        NodeData::Element { name, attrs, .. } => {
            let attributes = attrs.borrow();
            let classes = attributes.iter().find(|a| &*a.name.local == "class");
            let mut classes = classes
                .map(|a| a.value.split_whitespace())
                .into_iter()
                .flatten();
            &*name.local == left_out || classes.any(|class| class == "ui" || class == "sr-only")
        }
        _ => false,
    };
    let mut open = vec![dom.document.clone()];
    while let Some(node) = open.pop() {
        if let NodeData::Text { contents } = &node.data {
            text.push_str(&contents.borrow());
        }
        if !is_left_out(&node) {
            open.extend(node.children.borrow().iter().rev().cloned());
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a page has that could run, or that a strict Content-Security-Policy would refuse.
pub fn executable(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for element in elements(page) {
        let data = matches!(
            element.get("type"),
            Some("application/ld+json" | "application/json")
        );
        let own = element.name == "script"
            && element.get("src").is_some_and(is_own_script)
            && element
                .attributes
                .iter()
                .all(|(name, _)| name == "src" || name == "defer");
        let active = [
            "script", "iframe", "object", "embed", "form", "base", "style", "svg", "math", "input",
            "button",
        ];
        let task = element.name == "input"
            && element.get("type") == Some("checkbox")
            && element.get("disabled").is_some();
        if active.contains(&element.name.as_str()) && !data && !own && !task {
            found.push(format!("<{}>", element.name));
        }
        for (name, value) in &element.attributes {
            let url: String = value
                .chars()
                .filter(|c| !c.is_whitespace() && !c.is_control())
                .collect();
            let url = url.to_ascii_lowercase();
            let runs = ["javascript:", "vbscript:", "data:"]
                .iter()
                .any(|scheme| url.starts_with(scheme));
            let is_url = ["href", "src", "action", "srcset", "poster", "formaction"]
                .contains(&name.as_str());
            if name.starts_with("on") || name == "style" || name == "srcdoc" || (is_url && runs) {
                found.push(format!("{name}={value}"));
            }
        }
    }
    found
}

/// Whether a URL is that of the theme's script, from anywhere in the site.
fn is_own_script(url: &str) -> bool {
    let path = url.trim_start_matches("../");
    let hash = path
        .strip_prefix("assets/visits.")
        .and_then(|rest| rest.strip_suffix(".js"));
    hash.is_some_and(|hash| hash.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn parsed(page: &str) -> RcDom {
    html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(page)
}

/// Document order, without recursion: pages may be deep.
fn walk(root: &Handle, visit: &mut dyn FnMut(&Handle)) {
    let mut open = vec![root.clone()];
    while let Some(node) = open.pop() {
        visit(&node);
        open.extend(node.children.borrow().iter().rev().cloned());
    }
}
