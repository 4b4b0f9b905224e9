//! What the parts of the module do together.

use std::borrow::Cow;

use super::html::{ImageAs, LinkTo, Resolve};
use super::*;

pub(super) struct AsWritten;

impl Resolve for AsWritten {
    fn link<'a>(&'a self, target: &'a str) -> LinkTo<'a> {
        match target {
            "nowhere" => LinkTo::Nowhere,
            _ => LinkTo::Href(Cow::Borrowed(target)),
        }
    }

    fn image<'a>(&'a self, source: &'a str) -> ImageAs<'a> {
        match source {
            "far" => ImageAs::Linked(Cow::Borrowed("https://far/")),
            "gone" => ImageAs::Missing,
            _ => ImageAs::Shown(Cow::Borrowed(source)),
        }
    }
}

fn parsed(body: &str) -> Document {
    parse(body, Options::default()).document
}

/// The page without line feeds and without the marks of headings.
fn page(body: &str) -> String {
    written(&parsed(body))
}

fn written(document: &Document) -> String {
    let mut out = String::new();
    html::write(document, &AsWritten, &mut out);
    let mut page = out.replace('\n', "");
    while let Some(at) = page.find(" <a class=\"ui pg-anchor\"") {
        let end = page[at..]
            .find("</a>")
            .map_or(page.len(), |end| at + end + 4);
        page.replace_range(at..end, "");
    }
    page
}

fn anchors(body: &str) -> Vec<String> {
    let document = parsed(body);
    let anchors = document.headings().into_iter().map(|h| h.anchor.clone());
    anchors.collect()
}

#[test]
fn the_wrapping_of_lines_makes_no_difference() {
    assert_eq!(parsed("a *b\n  c*\nd\n"), parsed("a *b  c* d"));
    assert_eq!(parsed("a<br>\n   b"), parsed("a  \nb"));
    assert_eq!(page("a\u{a0}\u{a0}b"), "<p>a\u{a0}\u{a0}b</p>");
    assert_eq!(page("`a  b`"), "<p><code>a  b</code></p>");
}

#[test]
fn only_real_attributes_leave_a_heading() {
    assert_eq!(page("## A {#b .c d=e}"), "<h2 id=\"b\">A</h2>");
    for words in [
        "A {% tag %}",
        "A {:.no_toc}",
        "A {}",
        "A {b}",
        "A {{ site.name }}",
    ] {
        let heading = parsed(&format!("## {words}")).headings()[0].clone();
        assert_eq!(plain_text(&heading.content), words);
        assert_eq!(heading.declared_id, None);
    }
    assert_eq!(anchors("## A \\{#b}"), ["a-b"]);
}

#[test]
fn anchors_are_unique_and_never_the_pages_own() {
    assert_eq!(
        anchors("# A b!\n# A b\n# a-b-1\n# !"),
        ["a-b", "a-b-1", "a-b-1-1", "section"]
    );
    assert_eq!(anchors("# Über ćà"), ["über-ćà"]);
    assert_eq!(anchors("# हिन्दी 日本"), ["हिन्दी-日本"]);
    assert_eq!(anchors("# PG-x\n# y {#Pg-y}"), ["section-pg-x", "y"]);
    assert_eq!(anchors("# a\n\n<i id=a></i>"), ["a-1"]);
    assert_eq!(anchors("# a {#x}\n# b {#x}"), ["x", "b"]);
    assert_eq!(anchors("# fn-1\n\nx[^a]\n\n[^a]: y"), ["fn-1-1"]);
}

#[test]
fn refused_schemes_leave_their_words() {
    let body = "[*a*](JAVA&#10;script:x) ![b](data:x) <irc://c> [d](vbscript:x)";
    let parsed = parse(body, Options::default());
    assert_eq!(written(&parsed.document), "<p><em>a</em> b irc://c d</p>");
    assert_eq!(parsed.dropped.len(), 4);
    assert_eq!(
        page("<a href='java\nscript:x'>a</a><img src=data:x alt=b>"),
        "<p>ab</p>"
    );
}

#[test]
fn raw_html_becomes_part_of_the_tree() {
    assert_eq!(page("a <b>*c*</b>"), page("a **_c_**"));
    assert_eq!(parsed("<p>a <em>b</em></p>"), parsed("a *b*"));
    assert_eq!(page("a<!-- b -->c"), "<p>ac</p>");
    assert_eq!(page("<!-- b -->\n"), "");
    assert_eq!(
        page("x <script>y</script><style>z</style> <TikTok a> w"),
        "<p>x w</p>"
    );
    assert_eq!(
        page("<ins>a</ins> <del>b</del>"),
        "<p><u>a</u> <s>b</s></p>"
    );
    assert_eq!(
        page("<center><font color=red>a</font></center>"),
        "<div>a</div>"
    );
    assert_eq!(
        page("<p class=a style=b onclick=c id=d>e</p>"),
        "<p><span id=\"d\"></span>e</p>"
    );
    assert_eq!(page("a <img src=b alt=c> d"), page("a ![c](b) d"));
}

#[test]
fn markdown_stands_in_an_element_that_blocks_of_html_open_and_close() {
    let page =
        page("<details>\n<summary>a</summary>\n\n*b*[^1]\n\n- [x] c\n\n</details>\n\nd\n\n[^1]: e");
    assert!(page.starts_with(
        "<details><summary>a</summary><p><em>b</em><sup class=\"pg-footnote\"><a id=\"fnref-1\""
    ));
    assert!(page.contains("<li class=\"pg-task\">"));
    assert!(page.contains("</details><p>d</p>"));
}

#[test]
fn an_element_that_is_never_closed_takes_nothing_with_it() {
    assert_eq!(page("<div>\n\n*a*"), "<p><em>a</em></p>");
    assert_eq!(page("<details>\n\na"), page("a"));
}

#[test]
fn blocks_are_lifted_out_of_inlines() {
    assert_eq!(
        page("<div><b>a<p>b</p>c</b></div>"),
        "<div><strong>a</strong><p><strong>b</strong></p><strong>c</strong></div>"
    );
    assert_eq!(
        page("<ul>a<li>b<ul><li>c</ul></ul>"),
        "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"
    );
    assert_eq!(page("<h2>a <div>b</div></h2>"), "<h2 id=\"a-b\">a b</h2>");
    assert_eq!(page("<details>a</details>"), "<div>a</div>");
}

#[test]
fn a_table_of_html_is_a_table_where_it_can_be() {
    let markdown = parsed("|a|b|\n|-|:-:|\n|c|d|");
    assert_eq!(
        parsed("<table border=1><tr><th>a<th align=center>b<tr><td>c<td>d</table>"),
        markdown
    );
    assert_eq!(parsed("|a|b|\n|-|:-:|\n|c|<i></i>d|"), markdown);
    assert_eq!(
        page("<table><tr><td colspan=9>a<tr><td>b<td rowspan=5>c</table>"),
        "<div class=\"pg-table\"><table><tbody><tr><td colspan=\"2\">a</td></tr><tr><td>b</td><td>c</td></tr></tbody></table></div>"
    );
}

#[test]
fn html_is_shown_as_text_where_the_policy_says_so() {
    let options = Options {
        html: HtmlPolicy::Escape,
    };
    let document = parse("a <b>c</b>\n\n<div>\n*d*\n</div>", options).document;
    assert_eq!(
        written(&document),
        "<p>a &lt;b&gt;c&lt;/b&gt;</p><p>&lt;div&gt; *d* &lt;/div&gt;</p>"
    );
}

#[test]
fn the_digest_sees_what_a_reader_can_notice() {
    let digest = |body: &str| parsed(body).digest(None);
    let same = [
        ("* a\n* b", "- a\n- b"),
        ("a\nb", "a b"),
        ("# a {#b}", "# a"),
        ("```x\na\n```", "    a"),
        ("[a](b \"c\")", "[a](b)"),
        ("a <!-- b -->", "a"),
        ("|a|\n|-|\n|b|", "|a|\n|:-:|\n|b|"),
        ("<a name=x></a>\n\na", "a"),
    ];
    for (a, b) in same {
        assert_eq!(digest(a), digest(b), "{a} / {b}");
    }
    let different = [
        "a", "*a*", "**a**", "`a`", "# a", "## a", "- a", "1. a", "2. a", "- [ ] a", "- [x] a",
        "> a", "[a](b)", "![a](b)", "![a](c)", "~~a~~", "a<br>b", "a\n\nb", "ab",
    ];
    let digests: BTreeSet<[u8; 32]> = different.iter().map(|body| digest(body).words).collect();
    assert_eq!(digests.len(), different.len());
    let (one, other) = (digest("[a](b)"), digest("[a](c)"));
    assert_eq!(one.words, other.words);
    assert_ne!(one.text, other.text);
    assert_ne!(parsed("a").digest(Some("t")), digest("a"));
}

#[test]
fn the_title_is_the_first_level_one_heading() {
    assert_eq!(parsed("## a\n\n# *b*  c").title().as_deref(), Some("b c"));
    assert_eq!(parsed("#\n\n## a").title(), None);
}

#[test]
fn footnotes_are_numbered_by_their_first_reference() {
    let document = parsed("a[^x] [^y] [^X]\n\n[^y]: one[^z]\n[^x]: two\n[^z]: three\n[^u]: four");
    let labels: Vec<&str> = document
        .footnotes
        .iter()
        .map(|f| f.label.as_str())
        .collect();
    assert_eq!(labels, ["x", "y", "z"]);
    let page = written(&document);
    assert!(page.contains("id=\"fnref-1-2\" href=\"#fn-1\""));
    assert!(!page.contains("four"));
}

#[test]
fn links_do_not_stand_in_links() {
    let page = page("[![a](far)](b) ![c](far) ![d](gone) [e](nowhere)");
    assert_eq!(
        page,
        "<p><a href=\"b\"><span class=\"ui pg-image\">Image: a</span></a> \
         <a class=\"ui pg-image\" href=\"https://far/\" rel=\"noopener\">Image: c</a> \
         <span class=\"ui pg-image\">Image: d</span> <a>e</a></p>"
    );
}

#[test]
fn what_html_forbids_is_not_written() {
    assert_eq!(page("a\u{1}b\u{85}c&d"), "<p>a\u{fffd}b\u{fffd}c&amp;d</p>");
    assert_eq!(
        page("[a](<b c%zz%20\"#d#e>)"),
        "<p><a href=\"b%20c%25zz%20%22#d%23e\">a</a></p>"
    );
}

#[test]
fn edge_lines_are_those_of_the_source() {
    let body =
        "# T\n\nEffective: *May 1*\nUpdated: [May 2](x) now<br>c\n\n- d\n\n|e|\n|-|\n\n<p>f\ng</p>";
    let lines = parse(body, Options::default()).edge_lines;
    let texts: Vec<&str> = lines.iter().map(|l| l.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "T",
            "Effective: May 1",
            "Updated: May 2 now",
            "c",
            "d",
            "f",
            "g"
        ]
    );
    assert_eq!(lines[2].links.len(), 1);
    assert_eq!(&lines[2].text[lines[2].links[0].clone()], "May 2");
    let many: String = (0..30).map(|n| format!("{n}\n\n")).collect();
    let texts = parse(&many, Options::default()).edge_lines;
    assert_eq!(texts.len(), 24);
    assert_eq!(texts[12].text, "18");
}

/// On a thread with the stack that workers have.
fn survives(body: String) {
    let words = body.matches('w').count();
    let run = move || {
        let document = parsed(&body);
        document.digest(None);
        assert_eq!(written(&document.clone()).matches('w').count(), words);
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run);
    thread
        .expect("a thread starts")
        .join()
        .expect("it ends well");
}

#[test]
fn deep_nesting_is_survived_with_all_words() {
    let n = 5_000;
    survives(">".repeat(n) + "w");
    survives("- ".repeat(n) + "w");
    survives("*[w".repeat(n));
    survives("*a ".repeat(n) + "w" + &"b* ".repeat(n));
    survives("<div>".repeat(n) + "w");
    survives("<div>\n\n".repeat(n) + "w" + &"\n\n</div>".repeat(n));
    survives("<b><i>w</b></i>".repeat(n));
    survives("<ul><li>".repeat(49) + "w");
    survives("<table><tr><td>".repeat(32) + "w");
    survives("<details><summary>a</summary>".repeat(90) + "w");
    survives("> ".repeat(100) + &"<div>".repeat(95) + "w");
}
