//! A time map in the link format (RFC 6690, RFC 7089).

use std::path::Path;

use jiff::fmt::rfc2822;

use crate::check::is_there;

/// A link with its parameters.
struct Link<'t> {
    url: &'t str,
    parameters: Vec<(&'t str, &'t str)>,
}

impl Link<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.parameters.iter().filter(|(own, _)| *own == name);
        found.next().map(|(_, value)| *value)
    }

    fn has(&self, relation: &str) -> bool {
        let relations = self.get("rel").unwrap_or_default();
        relations.split(' ').any(|one| one == relation)
    }
}

/// What is wrong with a time map of a site.
pub fn faults(text: &str, site: &Path) -> Vec<String> {
    let links = match read(text) {
        Ok(links) => links,
        Err(rest) => {
            let rest: String = rest.chars().take(80).collect();
            return vec![format!("a link was expected at `{rest}`")];
        }
    };
    let mut faults = Vec::new();
    for (relation, expected) in [("original", 1), ("self", 1), ("first", 1), ("last", 1)] {
        let count = links.iter().filter(|link| link.has(relation)).count();
        let mementos = links.iter().filter(|link| link.has("memento")).count();
        let is_empty = mementos == 0 && matches!(relation, "first" | "last");
        if count != expected && !is_empty {
            faults.push(format!("{count} links are `{relation}`"));
        }
    }
    for link in &links {
        if !is_there(link.url, site) {
            faults.push(format!("`{}` is not there", link.url));
        }
        let moments = ["datetime", "from", "until"].map(|name| (name, link.get(name)));
        for (name, moment) in moments {
            if moment.is_some_and(|moment| rfc2822::parse(moment).is_err()) {
                faults.push(format!("{name} of `{}` is no date", link.url));
            }
        }
        if link.has("memento") && link.get("datetime").is_none() {
            faults.push(format!("`{}` has no datetime", link.url));
        }
    }
    faults
}

/// The links of a text, or from where it is none.
fn read(text: &str) -> Result<Vec<Link<'_>>, &str> {
    let mut links = Vec::new();
    let mut rest = text.trim_end();
    loop {
        let (link, after) = link(rest).ok_or(rest)?;
        links.push(link);
        match after.strip_prefix(',') {
            Some(next) => rest = next.trim_start(),
            None if after.is_empty() => return Ok(links),
            None => return Err(after),
        }
    }
}

fn link(text: &str) -> Option<(Link<'_>, &str)> {
    let (url, mut rest) = text.strip_prefix('<')?.split_once('>')?;
    if url.contains([' ', '"', '<']) {
        return None;
    }
    let mut parameters = Vec::new();
    while let Some(parameter) = rest.strip_prefix(';') {
        let (name, value) = parameter.trim_start().split_once("=\"")?;
        let (value, after) = value.split_once('"')?;
        parameters.push((name, value));
        rest = after;
    }
    Some((Link { url, parameters }, rest))
}
