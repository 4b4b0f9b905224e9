//! Files that hosts and crawlers read.

use std::fmt::Write as _;

use anyhow::Result;

use super::views::absolute;
use crate::config::Site;
use crate::links::encoded;
use crate::plan::{Plan, policy_route};
use crate::policies::Policies;
use crate::theme::Theme;
use crate::words::Words;

/// What a page may load: its own styles, scripts and images, and nothing from elsewhere, unless the configuration keeps images of
/// other servers.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `assets/policy-notice.js`: tells visitors of the publisher's other pages that a policy changed. Its name never changes, since
/// those pages name it.
const POLICY_NOTICE: &str = include_str!("../../themes/policy-notice.js");

/// The same with its words: where one belongs, the script has its key, as `"notice.close"`.
pub(super) fn policy_notice(words: &Words) -> Result<String> {
    let mut script = POLICY_NOTICE.to_owned();
    for (key, word) in words.notice.all() {
        let word = serde_json::to_string(word)?;
        script = script.replace(&format!("\"notice.{key}\""), &word);
    }
    Ok(script)
}

/// `sitemap.xml` (sitemaps.org): the front page, the changes, and the page of each live policy.
pub(super) fn sitemap(site: &Site, policies: &Policies) -> String {
    let base = site.base_url.as_deref().unwrap_or_default();
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for route in ["index.html", "changes/index.html"] {
        url(&mut xml, &absolute(base, route), None);
    }
    for (index, policy) in policies
        .all
        .iter()
        .enumerate()
        .filter(|(_, policy)| policy.live && policy.published() > 0)
    {
        let shown = &policy.versions[policy.shown()];
        let changed = shown.texts.iter().rev().find_map(|text| text.date);
        url(
            &mut xml,
            &absolute(base, &policy_route(policies, index)),
            changed.map(|moment| moment.rfc3339()),
        );
    }
    xml.push_str("</urlset>\n");
    xml
}

/// A URL of the sitemap. An encoded URL has nothing that XML would need escaped.
fn url(xml: &mut String, location: &str, changed: Option<String>) {
    let changed = changed
        .map(|date| format!("<lastmod>{date}</lastmod>"))
        .unwrap_or_default();
    let _ = writeln!(xml, "  <url><loc>{location}</loc>{changed}</url>");
}

/// `robots.txt` (RFC 9309).
pub(super) fn robots(site: &Site) -> String {
    let mut text = String::from("User-agent: *\nAllow: /\n");
    if let Some(base) = &site.base_url {
        let _ = write!(text, "\nSitemap: {base}sitemap.xml\n");
    }
    text
}

/// What a server should send as `Content-Security-Policy`.
pub fn content_security_policy(remote_images: bool) -> String {
    match remote_images {
        true => CONTENT_SECURITY_POLICY.replace("img-src 'self'", "img-src 'self' https: http:"),
        false => CONTENT_SECURITY_POLICY.to_string(),
    }
}

/// `_headers`, for hosts that read it.
pub(super) fn headers(site: &Site, theme: &Theme, remote_images: bool) -> String {
    let path = base_path(site);
    let policy = content_security_policy(remote_images);
    // A pattern for all of `assets/` would take in the notice, whose name has no hash; some hosts join values that meet.
    let files = theme.files().map(|(_, route)| encoded(route));
    let immutable: String = files
        .chain(["assets/content/*".to_string()])
        .map(|file| {
            format!("{path}{file}\n  Cache-Control: public, max-age=31536000, immutable\n\n")
        })
        .collect();
    format!(
        "{path}*\n  Content-Security-Policy: {policy}\n  X-Content-Type-Options: nosniff\n  Referrer-Policy: strict-origin-when-cross-origin\n\n\
         {immutable}\
         {path}assets/policy-notice.js\n  Cache-Control: public, max-age=3600\n\n\
         {path}*/versions.json\n  Access-Control-Allow-Origin: *\n\n\
         {path}*/source.md\n  Content-Type: text/plain; charset=utf-8\n\n\
         {path}*.atom\n  Content-Type: application/atom+xml; charset=utf-8\n\n\
         {path}*feed.json\n  Content-Type: application/feed+json; charset=utf-8\n\n\
         {path}*/timemap.link\n  Content-Type: application/link-format\n"
    )
}

/// `_redirects`, for hosts that read it: they answer with 301 where the pages can only refresh.
pub(super) fn redirects(site: &Site, plan: &Plan) -> String {
    let base = base_path(site);
    let mut text = String::new();
    for (from, to) in &plan.host_redirects {
        let splat = from.strip_suffix('*');
        let from = encoded(splat.unwrap_or(from));
        let (star, rest) = if splat.is_some() {
            ("*", ":splat")
        } else {
            ("", "")
        };
        let _ = writeln!(text, "{base}{from}{star} {base}{}{rest} 301", encoded(to));
    }
    text
}

/// The path of the base URL, with a `/` at both ends.
fn base_path(site: &Site) -> String {
    let base = site.base_url.as_deref().unwrap_or("/");
    let rest = base.split_once("://").map_or(base, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..]).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problems::Problems;

    fn site(base_url: Option<&str>) -> Site {
        Site {
            title: "Policies".into(),
            base_url: base_url.map(str::to_string),
            language: "en".into(),
            theme: "default".into(),
            since: true,
            archive_robots: "noindex, follow".into(),
            remember_visits: true,
        }
    }

    #[test]
    fn host_files_stand_below_the_path_of_the_base_url() {
        let root = tempfile::tempdir().unwrap();
        let theme = Theme::load(root.path(), "default", &Problems::default()).unwrap();
        let at = |base| headers(&site(base), &theme, false);
        assert!(at(None).starts_with("/*\n"));
        let below = at(Some("https://a.example/legal/"));
        assert!(below.starts_with("/legal/*\n") && !below.contains("\n/legal/assets/*\n"));
        let plan = Plan {
            host_redirects: vec![
                ("old name/*".into(), "new/".into()),
                ("tos".into(), "terms/".into()),
            ],
            ..Plan::default()
        };
        assert_eq!(
            redirects(&site(Some("https://a.example/legal/")), &plan),
            "/legal/old%20name/* /legal/new/:splat 301\n/legal/tos /legal/terms/ 301\n"
        );
    }

    #[test]
    fn robots_name_the_sitemap_where_there_is_one() {
        assert!(!robots(&site(None)).contains("Sitemap"));
        assert!(
            robots(&site(Some("https://a.example/")))
                .contains("Sitemap: https://a.example/sitemap.xml")
        );
    }
}
