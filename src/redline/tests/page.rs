//! Reads a page as one does who does not know how it was made: what it says without `<del>`, and without `<ins>`.

/// What a page says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub words: Vec<String>,
    /// The name and the words of each heading that has words.
    pub headings: Vec<(String, String)>,
    /// The target and the words of each link that has words.
    pub links: Vec<(String, String)>,
}

const BLOCKS: &[&str] = &[
    "p",
    "li",
    "td",
    "th",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "br",
    "tr",
    "div",
    "pre",
    "blockquote",
    "dt",
    "dd",
    "summary",
    "details",
    "section",
    "hr",
    "caption",
    "figure",
    "ul",
    "ol",
    "table",
];
const VOID: &[&str] = &["br", "hr", "img", "wbr", "col"];
const PARTS_ONLY: &[&str] = &["ul", "ol", "table", "thead", "tbody", "tfoot", "tr", "dl"];

/// An element, or text.
#[derive(Debug)]
pub enum Node {
    Element {
        name: String,
        attributes: String,
        children: Vec<Node>,
    },
    Text(String),
}

/// The tree of a page that nests well.
pub fn read(html: &str) -> Vec<Node> {
    let mut open: Vec<(String, String, Vec<Node>)> =
        vec![(String::new(), String::new(), Vec::new())];
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        add(&mut open, Node::Text(unescape(&rest[..at])));
        let end = rest[at..].find('>').expect("a tag ends") + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let (opened, attributes, children) = open.pop().expect("something is open");
            assert_eq!(opened, name, "tags nest");
            add(
                &mut open,
                Node::Element {
                    name: opened,
                    attributes,
                    children,
                },
            );
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        match VOID.contains(&name) {
            true => add(
                &mut open,
                Node::Element {
                    name: name.into(),
                    attributes: attributes.into(),
                    children: Vec::new(),
                },
            ),
            false => open.push((name.into(), attributes.into(), Vec::new())),
        }
    }
    add(&mut open, Node::Text(unescape(rest)));
    assert_eq!(open.len(), 1, "all tags are closed");
    open.remove(0).2
}

fn add(open: &mut [(String, String, Vec<Node>)], node: Node) {
    open.last_mut().expect("the page is open").2.push(node);
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

fn classes(attributes: &str) -> Vec<&str> {
    attribute(attributes, "class")
        .unwrap_or_default()
        .split(' ')
        .collect()
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let at = format!(" {attributes}").find(&format!(" {name}=\""))?;
    attributes[at + name.len() + 2..].split('"').next()
}

/// What a page says without one of the marks.
pub fn said(nodes: &[Node], without: &str) -> Said {
    let mut said = Said::default();
    let mut text = String::new();
    walk(nodes, without, &mut text, &mut said);
    said.words = words(&text);
    said
}

fn walk(nodes: &[Node], without: &str, text: &mut String, said: &mut Said) {
    for node in nodes {
        match node {
            Node::Text(more) => text.push_str(more),
            Node::Element {
                name,
                attributes,
                children,
            } => {
                if name == without
                    || classes(attributes)
                        .iter()
                        .any(|class| ["ui", "sr-only"].contains(class))
                {
                    continue;
                }
                let is_block = BLOCKS.contains(&name.as_str());
                text.push_str(if is_block { " " } else { "" });
                let start = text.len();
                let link = said.links.len();
                let href = attribute(attributes, "href").filter(|_| name == "a");
                if let Some(href) = href {
                    said.links.push((unescape(href), String::new()));
                }
                walk(children, without, text, said);
                let inside = words(&text[start..]).concat();
                if name.len() == 2 && name.starts_with('h') && name != "hr" && !inside.is_empty() {
                    said.headings.push((name.clone(), inside.clone()));
                }
                match href {
                    Some(_) if inside.is_empty() => drop(said.links.remove(link)),
                    Some(_) => said.links[link].1 = inside,
                    None => {}
                }
                text.push_str(if is_block { " " } else { "" });
            }
        }
    }
}

pub fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut inside = false;
    for c in text.chars() {
        let is_word = c.is_alphanumeric() || c == '_';
        match words.last_mut() {
            Some(last) if is_word && inside => last.push(c),
            _ if !c.is_whitespace() => words.push(c.into()),
            _ => {}
        }
        inside = is_word;
    }
    words
}

/// How many marks there are, and how many words stand in the outermost ones. Fails where one stands where none may.
pub fn marks(nodes: &[Node]) -> (usize, usize) {
    let mut found = (0, 0);
    count(nodes, "", false, &mut found);
    found
}

fn count(nodes: &[Node], parent: &str, in_mark: bool, found: &mut (usize, usize)) {
    for node in nodes {
        let Node::Element { name, children, .. } = node else {
            continue;
        };
        let is_mark = name == "ins" || name == "del";
        if is_mark {
            assert!(!PARTS_ONLY.contains(&parent), "{name} straight in {parent}");
            found.0 += 1;
            if !in_mark {
                let mut text = String::new();
                walk(children, "", &mut text, &mut Said::default());
                found.1 += words(&text).len();
            }
        }
        count(children, name, in_mark || is_mark, found);
    }
}

/// Fails where a heading lies more than one level below the heading before it, or the title above the page.
pub fn levels(nodes: &[Node], last: &mut u8) {
    for node in nodes {
        if let Node::Element { name, children, .. } = node {
            if let Some(level @ 1..=6) = name.strip_prefix('h').and_then(|l| l.parse().ok()) {
                assert!(level <= *last + 1, "{name} follows h{last}");
                *last = level;
            }
            levels(children, last);
        }
    }
}

/// All ids of a page.
pub fn ids(nodes: &[Node], ids: &mut Vec<String>) {
    for node in nodes {
        if let Node::Element {
            attributes,
            children,
            ..
        } = node
        {
            ids.extend(attribute(attributes, "id").map(str::to_owned));
            self::ids(children, ids);
        }
    }
}
