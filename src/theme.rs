//! The theme: templates, and the files that pages need.
//!
//! Built-in ones come first; those of the site's theme (`themes/<name>/templates/` and the other files of `themes/<name>/`)
//! override them file by file, and the site's own `templates/` override both. The words of the interface are overridden word by
//! word ([`Words`]); templates say them with the filter of [`say`].

#[cfg(test)]
mod literal;
mod say;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tera::{Context, Kwargs, State, Tera};

use crate::hash::{Hash, hex};
use crate::problems::Problems;
use crate::words::{self, Words};

/// The name of the theme that is built in.
const BUILT_IN: &str = "default";

/// The template of the front page, which shows the day.
const FRONT: &str = "front.html";

/// The template of what is said of a draft, with the day, where there is one.
const DRAFT: &str = "draft.html";

/// The style sheet of every theme.
const STYLE: &str = "style.css";

/// The script that tells readers who come back what changed.
const VISITS: &str = "visits.js";

/// The built-in templates, by name.
const TEMPLATES: &[(&str, &str)] = &[
    ("banner.html", include_str!("../templates/banner.html")),
    ("base.html", include_str!("../templates/base.html")),
    (
        "changelog.html",
        include_str!("../templates/changelog.html"),
    ),
    ("changes.html", include_str!("../templates/changes.html")),
    (
        "corrections.html",
        include_str!("../templates/corrections.html"),
    ),
    ("crumbs.html", include_str!("../templates/crumbs.html")),
    ("document.html", include_str!("../templates/document.html")),
    ("draft.html", include_str!("../templates/draft.html")),
    ("drafts.html", include_str!("../templates/drafts.html")),
    ("facts.html", include_str!("../templates/facts.html")),
    ("front.html", include_str!("../templates/front.html")),
    (
        "not_found.html",
        include_str!("../templates/not_found.html"),
    ),
    ("parts.html", include_str!("../templates/parts.html")),
    (
        "announcement.html",
        include_str!("../templates/announcement.html"),
    ),
    ("notice.html", include_str!("../templates/notice.html")),
    ("notice.txt", include_str!("../templates/notice.txt")),
    (
        "notice_subject.txt",
        include_str!("../templates/notice_subject.txt"),
    ),
    (
        "provenance.html",
        include_str!("../templates/provenance.html"),
    ),
    ("redirect.html", include_str!("../templates/redirect.html")),
    ("redline.html", include_str!("../templates/redline.html")),
    ("sections.html", include_str!("../templates/sections.html")),
    ("visits.html", include_str!("../templates/visits.html")),
];

/// The files of the built-in theme, by name.
const FILES: &[(&str, &str)] = &[
    (STYLE, include_str!("../themes/default/style.css")),
    (VISITS, include_str!("../themes/default/visits.js")),
];

/// Templates and files, loaded.
pub struct Theme {
    tera: Tera,
    words: Words,
    /// The hash of all templates.
    templates: Hash,
    /// See [`Theme::is_dated`].
    dated: bool,
    /// By name: route and bytes.
    files: BTreeMap<String, (String, Vec<u8>)>,
}

impl Theme {
    /// Loads the theme of this name for the site in `root`.
    ///
    /// # Errors
    ///
    /// There is no such theme, a file of it cannot be read, or a template is wrong (with its file and line).
    pub fn load(root: &Path, name: &str, problems: &Problems) -> Result<Theme> {
        let folder = root.join("themes").join(name);
        if name != BUILT_IN && !folder.is_dir() {
            bail!(
                "`{}`: there is no theme of that name; `{BUILT_IN}` is built in",
                folder.display()
            );
        }
        let own = [folder.join("templates"), root.join("templates")];
        let words = Words::with(&own.each_ref().map(|folder| folder.join(words::FILE)))?;
        let sources = sources(&own, problems)?;
        Ok(Theme {
            templates: digest(&sources),
            dated: may_show_the_day(&sources),
            tera: templates(sources, &words)?,
            words,
            files: files(&folder, problems)?,
        })
    }

    /// Renders a template with the fields of `data`. `size` is about how many bytes will come of it, to spare their copying.
    ///
    /// # Errors
    ///
    /// What the template lacks or does wrong, with its file and line.
    pub fn render(&self, template: &str, data: &impl Serialize, size: usize) -> Result<Vec<u8>> {
        let mut page = Vec::with_capacity(size);
        let render = |page: &mut Vec<u8>| {
            self.tera
                .render_to(template, &Context::from_serialize(data)?, page)
        };
        render(&mut page).map_err(|e| anyhow!("template `{template}`: {}", told(&e)))?;
        Ok(page)
    }

    /// The words of the interface.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The theme's files: name and route.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(name, (route, _))| (name.as_str(), route.as_str()))
    }

    /// The bytes of a file of the theme; `None` where it has none of that name.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(|(_, bytes)| bytes.as_slice())
    }

    /// The route of the style sheet.
    pub fn style(&self) -> &str {
        self.files.get(STYLE).map_or("", |(route, _)| route)
    }

    /// The route of the script that tells readers who come back what changed; `None` where it is left out.
    pub fn visits(&self) -> Option<&str> {
        self.files.get(VISITS).map(|(route, _)| route.as_str())
    }

    /// The hash of its templates and of the names and bytes of its files.
    pub fn digest(&self) -> Hash {
        let mut hash = Sha256::new_with_prefix(self.templates);
        hash.update(self.words.digest());
        for (name, (route, bytes)) in &self.files {
            for part in [name.as_bytes(), route.as_bytes(), bytes] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        hash.finalize().into()
    }

    /// Whether pages besides the front page and those of policies with a draft may show the day of the build.
    pub fn is_dated(&self) -> bool {
        self.dated
    }

    /// Leaves that script out.
    pub fn leave_out_visits(&mut self) {
        self.files.remove(VISITS);
    }
}

/// An error with its causes, without the colours of a terminal.
fn told(error: &tera::Error) -> String {
    let mut told = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        told = format!("{told}: {next}");
        cause = next.source();
    }
    told
}

/// The templates by name.
fn sources(own: &[std::path::PathBuf], problems: &Problems) -> Result<BTreeMap<String, String>> {
    let mut sources: BTreeMap<String, String> = TEMPLATES
        .iter()
        .map(|(name, text)| (name.to_string(), text.to_string()))
        .collect();
    for folder in own {
        for name in names(folder, "", problems)? {
            if name == words::FILE {
                continue;
            }
            let path = folder.join(&name);
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("`{}`: cannot be read", path.display()))?;
            sources.insert(name, text);
        }
    }
    Ok(sources)
}

fn digest(sources: &BTreeMap<String, String>) -> Hash {
    let mut hash = Sha256::new();
    for text in sources.iter().flat_map(|(name, source)| [name, source]) {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

/// Whether a page besides the front page, and those with a draft, may show `site.today`. A template of the site that only may, since it
/// takes `site` as a
/// whole, has its pages rendered anew every day, which is right too.
fn may_show_the_day(sources: &BTreeMap<String, String>) -> bool {
    let may = |(name, source): (&String, &String)| {
        let is_built_in = TEMPLATES.iter().any(|(_, text)| text == source);
        let names = |word: &str| source.contains(word);
        match (name.as_str(), is_built_in) {
            (FRONT, _) | (DRAFT, true) => false,
            (_, true) => names(".today"),
            (_, false) => ["today", FRONT, DRAFT].into_iter().any(names) || takes_whole(source),
        }
    };
    sources.iter().any(may)
}

/// Whether a template hands on `site`, or everything, or shows what others handed to it.
fn takes_whole(source: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let is_whole = |(at, word): (usize, &str)| {
        let mut behind = source[at + word.len()..].chars();
        let is_field = match behind.next() {
            Some('.') => behind.next().is_some_and(is_part),
            Some(c) => is_part(c),
            None => false,
        };
        !is_field && !source[..at].ends_with(is_part)
    };
    let words = ["__tera_context", "component"];
    words.iter().any(|word| source.contains(word)) || source.match_indices("site").any(is_whole)
}

fn templates(sources: BTreeMap<String, String>, words: &Words) -> Result<Tera> {
    let mut tera = Tera::default();
    tera.set_escape_fn(escape);
    let words = words.table().clone();
    let say =
        move |key: &str, values: Kwargs, state: &State<'_>| say::say(&words, key, &values, state);
    tera.register_filter("say", say);
    tera.add_raw_templates(sources)
        .map_err(|e| anyhow!("templates: {}", told(&e)))?;
    Ok(tera)
}

fn escape(text: &str, out: &mut dyn Write) -> std::io::Result<()> {
    out.write_all(escaped(text).as_bytes())
}

/// As in documents: what HTML forbids becomes U+FFFD. Attributes may stand in single quotes too.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    crate::document::html::escape(text, &mut escaped);
    escaped.replace('\'', "&#39;")
}

fn files(folder: &Path, problems: &Problems) -> Result<BTreeMap<String, (String, Vec<u8>)>> {
    let mut files: BTreeMap<String, Vec<u8>> = FILES
        .iter()
        .map(|(name, text)| Ok((name.to_string(), published(name, text)?.into_bytes())))
        .collect::<Result<_>>()?;
    for name in names(folder, "", problems)? {
        if !name.starts_with("templates/") {
            let path = folder.join(&name);
            let bytes = std::fs::read(&path)
                .with_context(|| format!("`{}`: cannot be read", path.display()))?;
            // A copy that nobody changed is the built-in file.
            if !FILES.contains(&(&name, &String::from_utf8_lossy(&bytes))) {
                files.insert(name, bytes);
            }
        }
    }
    Ok(files
        .into_iter()
        .map(|(name, bytes)| (name.clone(), (route(&name, &bytes), bytes)))
        .collect())
}

/// A built-in file as it is published: without comments and needless space, since every reader of a page waits for it. A
/// site's own files stay as they are: that this changes no rule is tested in a browser for the built-in sheet, and not true of any.
fn published(name: &str, text: &str) -> Result<String> {
    if name.ends_with(".css") {
        let small = minifier::css::minify(text);
        let small = small.map_err(|e| anyhow!("the built-in `{name}`: {e}"))?;
        return Ok(small.to_string().trim().replace(";}", "}"));
    }
    // No string of the script goes on over the end of a line.
    let lines = text.lines().map(str::trim_start);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// A name with the hash of the bytes in it, so that a browser never shows an old one.
fn route(name: &str, bytes: &[u8]) -> String {
    let hash = &hex(&Sha256::digest(bytes))[..12];
    match name.rsplit_once('.') {
        Some((stem, ending)) => format!("assets/{stem}.{hash}.{ending}"),
        None => format!("assets/{name}.{hash}"),
    }
}

/// The files of a folder and of those below it, by name; none where there is no such folder. Symbolic links are not followed.
fn names(folder: &Path, prefix: &str, problems: &Problems) -> Result<Vec<String>> {
    // A path that ends in `/` would be followed, were it a link.
    let place = match prefix.strip_suffix('/') {
        Some(inner) => folder.join(inner),
        None => folder.to_path_buf(),
    };
    let told = || format!("`{}`: cannot be read", place.display());
    if is_followed_nowhere(&place, problems) {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&place).with_context(told)? {
        let entry = entry.with_context(told)?;
        let kind = entry.file_type().with_context(told)?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        // Editors and file managers leave hidden files behind.
        if name.starts_with('.') {
            continue;
        }
        let full = format!("{prefix}{name}");
        if kind.is_symlink() {
            tell_link(&entry.path(), problems);
        } else if kind.is_dir() {
            names.extend(self::names(folder, &format!("{full}/"), problems)?);
        } else {
            names.push(full);
        }
    }
    names.sort();
    Ok(names)
}

/// Whether a folder is not there, or is a symbolic link, which is told.
fn is_followed_nowhere(folder: &Path, problems: &Problems) -> bool {
    match std::fs::symlink_metadata(folder) {
        Ok(found) if found.is_symlink() => {
            tell_link(folder, problems);
            true
        }
        Ok(found) => !found.is_dir(),
        Err(_) => true,
    }
}

fn tell_link(path: &Path, problems: &Problems) {
    let message = "is a symbolic link, which is not followed; put the file or folder itself there";
    problems.warning("symbolic links", path.display().to_string(), message);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root
    }

    fn rendered(theme: &Theme, template: &str, data: &BTreeMap<&str, &str>) -> String {
        String::from_utf8(theme.render(template, data, 0).unwrap()).unwrap()
    }

    #[test]
    fn the_built_in_theme_needs_no_files() {
        let root = site(&[]);
        let theme = Theme::load(root.path(), "default", &Problems::default()).unwrap();
        assert!(theme.style().starts_with("assets/style.") && theme.style().ends_with(".css"));
    }

    #[test]
    fn the_script_of_visits_is_small() {
        let root = site(&[]);
        let theme = Theme::load(root.path(), "default", &Problems::default()).unwrap();
        let script = theme.file(VISITS).unwrap();
        assert!(script.len() < 3000, "{}", script.len());
    }

    #[test]
    fn pages_are_rendered_anew_every_day_only_where_a_template_may_show_the_day() {
        let dated = |name: &str, text: &str| {
            let root = site(&[(name, text)]);
            let theme = Theme::load(root.path(), "default", &Problems::default()).unwrap();
            theme.is_dated()
        };
        let redirect = "templates/redirect.html";
        assert!(!dated("style.css", ""));
        assert!(!dated(
            redirect,
            "{{ site.title }} {{ page.website }} our_site"
        ));
        assert!(!dated("templates/front.html", "{{ site.today.text }}"));
        for text in [
            "{{ site.today.text }}",
            "{% for a, b in site %}{% endfor %}",
            "{{ site['to' ~ 'day'] }}",
            "{% include \"front.html\" %}",
        ] {
            assert!(dated(redirect, text), "{text}");
        }
    }

    #[test]
    fn a_site_overrides_file_by_file() {
        let root = site(&[
            ("themes/own/style.css", "body{}"),
            ("themes/own/templates/redirect.html", "theme"),
            ("themes/own/templates/not_found.html", "theme {{ word }}"),
            ("templates/redirect.html", "site {{ word }}"),
        ]);
        let theme = Theme::load(root.path(), "own", &Problems::default()).unwrap();
        let data = BTreeMap::from([("word", "<b>")]);
        assert_eq!(rendered(&theme, "redirect.html", &data), "site &lt;b&gt;");
        assert_eq!(rendered(&theme, "not_found.html", &data), "theme &lt;b&gt;");
        assert_eq!(theme.file("style.css").unwrap(), b"body{}");
    }

    /// What a template of this text makes of `title`, in a site with these words.
    fn said(template: &str, words: &str, title: &str) -> Result<String> {
        let root = site(&[
            ("templates/redirect.html", template),
            ("templates/words.toml", words),
        ]);
        let theme = Theme::load(root.path(), "default", &Problems::default())?;
        let bytes = theme.render("redirect.html", &BTreeMap::from([("title", title)]), 0)?;
        Ok(String::from_utf8(bytes)?)
    }

    const HOSTILE: &str = "</title><script>&\"'";
    const ESCAPED: &str = "&lt;/title&gt;&lt;script&gt;&amp;&quot;&#39;";

    #[test]
    fn what_is_filled_in_is_escaped_and_what_a_component_gives_is_not() {
        let template = "{{ \"sections.heading\" | say(title=title) }}";
        let expected = format!("Changes by section: {ESCAPED}");
        assert_eq!(said(template, "", HOSTILE).unwrap(), expected);
        let template = "{{ \"sections.heading\" | say(title=<titled title={title}/>) }}";
        let expected = format!("Changes by section: <span>{ESCAPED}</span>");
        assert_eq!(said(template, "", HOSTILE).unwrap(), expected);
        let template = "{{ \"sections.unchanged_since\" | say(version=title, page=title) }}";
        let expected = format!("Unchanged since <a href=\"{ESCAPED}\">{ESCAPED}</a>");
        assert_eq!(said(template, "", HOSTILE).unwrap(), expected);
    }

    #[test]
    fn words_are_escaped_and_the_form_of_a_plural_is_chosen() {
        let words = "[base]\nsite = \"A & <b>\"\n";
        let template = "{{ \"base.site\" | say }}";
        assert_eq!(said(template, words, "").unwrap(), "A &amp; &lt;b&gt;");
        let template =
            "{{ \"changelog.count\" | say(count=1) }} {{ \"changelog.count\" | say(count=2) }}";
        let expected = "1 version, newest first. 2 versions, newest first.";
        assert_eq!(said(template, "", "").unwrap(), expected);
    }

    #[test]
    fn a_template_that_says_what_is_not_there_is_an_error() {
        let error = |template: &str| said(template, "", "").unwrap_err().to_string();
        assert!(error("{{ \"base.sites\" | say }}").contains("there is no word `base.sites`"));
        let told = error("{{ \"sections.heading\" | say }}");
        assert!(told.contains("no value is given for `title`"), "{told}");
        assert!(error("{{ \"changelog.count\" | say }}").contains("count"));
        assert!(error("{{ \"dates.months\" | say(count=1) }}").contains("not a word"));
    }

    #[test]
    fn a_theme_says_words_otherwise_and_the_site_has_the_last_one() {
        let root = site(&[
            (
                "themes/own/templates/words.toml",
                "[base]\nsite = \"1\"\nskip = \"1\"\n",
            ),
            ("templates/words.toml", "[base]\nsite = \"2\"\n"),
            (
                "templates/redirect.html",
                "{{ \"base.site\" | say }}{{ \"base.skip\" | say }}",
            ),
        ]);
        let theme = Theme::load(root.path(), "own", &Problems::default()).unwrap();
        assert_eq!(rendered(&theme, "redirect.html", &BTreeMap::new()), "21");
    }

    #[test]
    fn a_template_error_names_file_line_and_the_missing_value() {
        let root = site(&[("templates/redirect.html", "one\n{{ polcy.title }}")]);
        let theme = Theme::load(root.path(), "default", &Problems::default()).unwrap();
        let error = theme
            .render("redirect.html", &BTreeMap::<String, String>::new(), 0)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("redirect.html") && error.contains("polcy") && error.contains(":2"),
            "{error}"
        );
    }

    #[test]
    fn a_template_that_does_not_parse_names_file_and_line() {
        let root = site(&[("templates/redirect.html", "one\n{% if %}")]);
        let error = Theme::load(root.path(), "default", &Problems::default())
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("redirect.html:2"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_are_not_followed() {
        let root = site(&[("secret", "x"), ("themes/default/a.css", "")]);
        std::os::unix::fs::symlink(
            root.path().join("secret"),
            root.path().join("themes/default/b.css"),
        )
        .unwrap();
        let problems = Problems::default();
        let theme = Theme::load(root.path(), "default", &problems).unwrap();
        assert!(theme.file("b.css").is_none() && theme.file("a.css").is_some());
        assert_eq!(problems.sorted().len(), 1);
    }

    #[test]
    fn an_unknown_theme_is_an_error() {
        let root = site(&[]);
        let error = Theme::load(root.path(), "nope", &Problems::default())
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("there is no theme of that name"), "{error}");
    }
}
