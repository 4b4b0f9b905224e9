//! A thin view of the parsed fragment: children, names, attributes, text.

use html5ever::tendril::TendrilSink;
use html5ever::{LocalName, ParseOpts, QualName, local_name, ns, parse_fragment};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// The nodes of a fragment. The parse keeps them alive.
pub(super) struct Fragment {
    pub nodes: Vec<Handle>,
    _dom: RcDom,
}

pub(super) fn parse(html: &str) -> Fragment {
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let dom = parse_fragment(
        RcDom::default(),
        ParseOpts::default(),
        context,
        vec![],
        false,
    );
    let dom = dom.one(html);
    let root = dom.document.children.borrow().first().cloned();
    Fragment {
        nodes: root.map(|root| children(&root)).unwrap_or_default(),
        _dom: dom,
    }
}

pub(super) fn children(node: &Handle) -> Vec<Handle> {
    node.children.borrow().clone()
}

/// The name of an element; `None` for anything else.
pub(super) fn name(node: &Handle) -> Option<&LocalName> {
    match &node.data {
        NodeData::Element { name, .. } => Some(&name.local),
        _ => None,
    }
}

pub(super) fn is(node: &Handle, wanted: &str) -> bool {
    name(node).is_some_and(|name| &**name == wanted)
}

pub(super) fn attribute(node: &Handle, wanted: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else {
        return None;
    };
    let attrs = attrs.borrow();
    let found = attrs.iter().find(|a| &*a.name.local == wanted)?;
    Some(found.value.to_string())
}

/// The text inside a node. `<br>` counts as a line feed.
pub(super) fn text(node: &Handle) -> String {
    let mut text = String::new();
    let mut waiting = vec![node.clone()];
    while let Some(node) = waiting.pop() {
        match &node.data {
            NodeData::Text { contents } => text.push_str(&contents.borrow()),
            _ if is(&node, "br") => text.push('\n'),
            _ => waiting.extend(node.children.borrow().iter().rev().cloned()),
        }
    }
    text
}

/// Whether it is white space between elements, or nothing at all.
pub(super) fn is_blank(node: &Handle) -> bool {
    match &node.data {
        NodeData::Text { contents } => contents.borrow().trim_ascii().is_empty(),
        NodeData::Element { .. } => false,
        _ => true,
    }
}
