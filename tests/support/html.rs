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
    let start = page
        .find("<article class=\"policy\"")
        .unwrap_or_else(|| panic!("no article in {page}"));
    let end = page[start..].find("</article>").unwrap() + start;
    let inside = page[start..end].find('>').unwrap() + start + 1;
    &page[inside..end]
}

/// What a page has that could run, or that a strict Content-Security-Policy would refuse.
pub fn executable(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for element in elements(page) {
        let data = element.get("type") == Some("application/ld+json");
        let active = [
            "script", "iframe", "object", "embed", "form", "base", "style", "svg", "math", "input",
            "button",
        ];
        let task = element.name == "input"
            && element.get("type") == Some("checkbox")
            && element.get("disabled").is_some();
        if active.contains(&element.name.as_str()) && !data && !task {
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
