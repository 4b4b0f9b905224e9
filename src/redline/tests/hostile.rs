//! Hostile texts: exact within the budget, on a thread with the stack that workers have.

use super::*;

fn survives(old: String, new: String) {
    let run = move || {
        let (old, new) = (parsed(&old), parsed(&new));
        check(&old, &new);
        check(&new, &old);
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(run);
    thread
        .expect("a thread starts")
        .join()
        .expect("it ends well");
}

/// A build without optimisations tries a tenth.
const fn many(number: usize) -> usize {
    if cfg!(debug_assertions) {
        number / 10
    } else {
        number
    }
}

fn numbers(range: std::ops::Range<usize>, line: impl Fn(usize) -> String) -> String {
    range.map(line).collect()
}

#[test]
fn nothing_in_common_and_nothing_at_all() {
    let a = numbers(0..400, |n| format!("a{n} b{n} c{n} d{n}.\n\n"));
    let b = numbers(0..400, |n| format!("# w{n}\n\nx{n} y{n} z{n}.\n\n"));
    survives(a.clone(), b);
    survives(a, String::new());
    survives(String::new(), String::new());
}

#[test]
fn one_block_of_two_megabytes() {
    let a = numbers(0..many(250_000), |n| format!("w{} ", n * n % 9973));
    let b = numbers(0..many(250_000), |n| format!("w{} ", n * n % 9967));
    survives(a.clone(), a.replace("w17 ", "w18 "));
    survives(a, b);
}

#[test]
fn ten_thousand_rows() {
    let head = "| a | b |\n|---|---|\n";
    let same = numbers(0..many(10_000), |_| "| x | y |\n".into());
    survives(
        format!("{head}{same}"),
        format!("{head}{}", &same[..same.len() - 900]),
    );
    let other = numbers(0..many(10_000), |n| format!("| x | y {} |\n", n % 7));
    survives(format!("{head}{same}"), format!("{head}{other}"));
    let keyed = |k: usize| {
        numbers(0..many(5_000), |n| {
            format!("| {} | y {} |\n", n * k % 5_003, n)
        })
    };
    survives(format!("{head}{}", keyed(1)), format!("{head}{}", keyed(7)));
}

#[test]
fn ten_thousand_blocks_in_another_order() {
    let shuffled = |k: usize| {
        numbers(0..many(10_000), |n| {
            format!("word{} more\n\n", n * k % 10_007)
        })
    };
    survives(shuffled(1), shuffled(17));
    let alike = |k: usize| {
        numbers(0..many(1_000), |n| {
            format!("the same words in every block but {}\n\n", n * k)
        })
    };
    survives(alike(3), alike(7));
}

#[test]
fn deep_nesting() {
    let list = |word: &str| numbers(0..100, |n| format!("{}- item {n} {word}\n", "  ".repeat(n)));
    survives(list("old"), list("new"));
    survives(">".repeat(5_000) + "w", ">".repeat(4_000) + "x");
    survives("- ".repeat(5_000) + "w", "- ".repeat(90) + "x");
    survives("*[w".repeat(3_000), "*[x".repeat(3_000));
    survives(
        "*a ".repeat(3_000) + &"b* ".repeat(3_000),
        "**a ".repeat(3_000) + &"b** ".repeat(3_000),
    );
    survives("<div>".repeat(90) + "w", "<div>".repeat(80) + "x");
    survives(
        "<details><summary>a</summary>".repeat(90) + "w",
        "<details><summary>b</summary>".repeat(90) + "w",
    );
    survives("<b><i>w</b></i>".repeat(500), "<i><b>w</i></b>".repeat(500));
}

#[test]
fn scripts_and_signs() {
    for (old, new) in [
        (
            "نحن نجمع بياناتك. لا نبيعها.",
            "نحن لا نجمع بياناتك. لا نبيعها أبدا.",
        ),
        (
            "我们收集您的数据。我们不会出售。",
            "我们使用您的数据。我们不会出售数据。\n\n新的。",
        ),
        ("เราเก็บข้อมูลของคุณ", "เราใช้ข้อมูลของคุณ"),
        ("👩‍👩‍👧 family 🇩🇪", "👩‍👩‍👦 family 🇫🇷"),
        ("cafe\u{301} na\u{308}ive", "cafe nai\u{308}ve"),
        ("Daten\u{ad}schutz a\u{a0}b", "Datenschutz a b"),
        ("a\u{1}b\u{85}c\u{200b}d\u{feff}", "a\u{2}b c\u{200b}e"),
        ("<b onclick=x>&lt;script&gt;</b>", "`<script>` &amp;lt;"),
        ("a_b*c*d", "a_b *c* d"),
        ("x**Ireland**Automattic", "x Ireland\n\nAutomattic"),
        ("一二三四五六七八。一二三", "一二三四\n\n五六七八。一二三"),
    ] {
        survives(old.into(), new.into());
    }
}

#[test]
fn html_that_holds_only_certain_parts() {
    let row = "<tr><td rowspan=2>a long first cell</td><td>b</td></tr><tr><td>c</td></tr>";
    survives(
        format!("<table>{row}</table>"),
        format!("<table>{row}{row}</table>"),
    );
    survives(
        format!("<table>{row}</table>"),
        format!("<table>{}</table>", row.replace('c', "*d*")),
    );
    survives(
        "<details><summary>Some words here</summary><p>a</p></details>".into(),
        "<details><summary><h3>Others</h3></summary><ul><li>b</ul></details>".into(),
    );
    survives(
        "<figure><img src=a><figcaption>x</figcaption></figure>".into(),
        "<figure><figcaption>y</figcaption><img src=b></figure>".into(),
    );
    survives(
        "<dl><dt>a<dd>b<dt>c</dl>".into(),
        "<dl><dt>c<dd>b<dt>a<dd>e</dl>".into(),
    );
    survives(
        "<ruby>a<rt>b</rt></ruby>".into(),
        "<ruby>c<rt>b</rt></ruby>".into(),
    );
}
