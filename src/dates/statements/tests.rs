use super::*;
use crate::dates::Stated::Unclear;
use jiff::civil::date;

/// A line in which `[…]` marks a link.
fn line(text: &str) -> Line {
    let mut line = Line::default();
    let mut begun = 0;
    for c in text.chars() {
        match c {
            '[' => begun = line.text.len(),
            ']' => line.links.push(begun..line.text.len()),
            c => line.text.push(c),
        }
    }
    line
}

fn found(lines: &[&str]) -> Statements {
    let lines: Vec<Line> = lines.iter().map(|text| line(text)).collect();
    statements(&lines)
}

/// `2024-02-01`, `?January 2025` or `-`.
fn short(stated: &Option<Stated>) -> String {
    match stated {
        None => "-".into(),
        Some(Stated::Day(day)) => day.to_string(),
        Some(Unclear(text)) => format!("?{text}"),
    }
}

#[track_caller]
fn reads(cases: &[(&str, &str, &str)]) {
    let read = |(text, _, _): &(&str, &str, &str)| {
        let found = found(&[text]);
        format!(
            "{text} => {}, {}",
            short(&found.effective),
            short(&found.stated)
        )
    };
    let said =
        |(text, effective, stated): &(&str, &str, &str)| format!("{text} => {effective}, {stated}");
    let read: Vec<String> = cases.iter().map(read).collect();
    let said: Vec<String> = cases.iter().map(said).collect();
    assert_eq!(read, said);
}

#[test]
fn effective_words_give_the_effective_date() {
    reads(&[
        ("Effective date: February 1, 2024", "2024-02-01", "-"),
        ("Effective: 30 September 2025", "2025-09-30", "-"),
        ("Effective starting: August 17, 2026", "2026-08-17", "-"),
        ("Effective as of May 25, 2018", "2018-05-25", "-"),
        ("Effective as of: September 1st, 2021", "2021-09-01", "-"),
        (
            "Version 3.3, effective December 23, 2021",
            "2021-12-23",
            "-",
        ),
        (
            "Effective 1 July 2023 | [Archived versions]",
            "2023-07-01",
            "-",
        ),
        (
            "Effective 1 July 2023 | [Archived versions] | [Download PDF]",
            "2023-07-01",
            "-",
        ),
        (
            "Version Effective Date: November 1, 2020",
            "2020-11-01",
            "-",
        ),
        ("Policy Effective Date: 2024-05-01", "2024-05-01", "-"),
        (
            "Privacy Policy Effective Date: May 1, 2024",
            "2024-05-01",
            "-",
        ),
        ("EFFECTIVE DATE – MAY 1, 2024", "2024-05-01", "-"),
        (
            "Effective Date\u{a0}: May\u{a0}1,\u{a0}2024",
            "2024-05-01",
            "-",
        ),
        ("Effective Date December 16, 2022", "2022-12-16", "-"),
        ("(Effective date: 3/25/2022)", "2022-03-25", "-"),
        ("Effective Date: (19 November 2023)", "2023-11-19", "-"),
        ("• Effective from 1 May 2024.", "2024-05-01", "-"),
        ("Effective on Wednesday, 1 May 2024", "2024-05-01", "-"),
        ("Effective May 1, 2024 at 12:00 am PT", "2024-05-01", "-"),
        ("v2.1 – effective 1 May 2024", "2024-05-01", "-"),
        ("Policy version 3.3 effective 1 May 2024", "2024-05-01", "-"),
        (
            "Version: 4.0-beta | Effective: May 1, 2024",
            "2024-05-01",
            "-",
        ),
        (
            "Version 2024-04-01, effective 1 May 2024",
            "2024-05-01",
            "-",
        ),
        ("Version 4 (effective 1 May 2024)", "2024-05-01", "-"),
        ("Effective 1 May 2024 (version 4.2)", "2024-05-01", "-"),
        (
            "Effective March 6, 2026 ([archived versions])",
            "2026-03-06",
            "-",
        ),
        (
            "Effective as of January 5, 2022 ([view previous version])",
            "2022-01-05",
            "-",
        ),
        (
            "Effective 1 May 2024 (the “Effective Date”)",
            "2024-05-01",
            "-",
        ),
        ("In force since 1 May 2024", "2024-05-01", "-"),
        ("With effect from 1st of May 2024", "2024-05-01", "-"),
        ("Entry into force: 1. May 2024", "2024-05-01", "-"),
        ("Applies from 1 May 2024", "2024-05-01", "-"),
        ("Commencement date: 1 May 2024", "2024-05-01", "-"),
        (
            "The effective date of this policy is 1 May 2024.",
            "2024-05-01",
            "-",
        ),
        (
            "This policy is effective as of 1 May 2024.",
            "2024-05-01",
            "-",
        ),
        (
            "This Lighthouse Service Addendum is effective 2 September 2021.",
            "2021-09-02",
            "-",
        ),
        (
            "These Terms of Service take effect on May 1, 2024",
            "2024-05-01",
            "-",
        ),
        ("Revision effective date: 1 May 2024", "2024-05-01", "-"),
        ("[Effective date]: 1 May 2024", "2024-05-01", "-"),
    ]);
}

#[test]
fn updated_words_give_the_stated_date() {
    reads(&[
        ("Last updated: April 20, 2023", "-", "2023-04-20"),
        ("Last Updated: Nov. 30, 2017", "-", "2017-11-30"),
        ("UPDATED: November 3, 2025", "-", "2025-11-03"),
        ("Last updated on 1 May 2024", "-", "2024-05-01"),
        ("Last updated, 1 May 2024.", "-", "2024-05-01"),
        ("Last Updated – 2022-01-28", "-", "2022-01-28"),
        ("Last updated: 15/04/2026", "-", "2026-04-15"),
        ("Last revised on December 13th, 2022.", "-", "2022-12-13"),
        (
            "Last revised on September 1, 2023 (a paragraph was added)",
            "-",
            "2023-09-01",
        ),
        ("Most recently modified 2024-05-01", "-", "2024-05-01"),
        ("Date of last revision: 4 January, 2022", "-", "2022-01-04"),
        (
            "Date of Last Revision: July 5, 2023 Date of Last Revision: July 5, 2023",
            "-",
            "2023-07-05",
        ),
        (
            "The date of last revision is 4 January 2022",
            "-",
            "2022-01-04",
        ),
        ("Last update: 1 May 2024", "-", "2024-05-01"),
        ("Update: 1 May 2024", "-", "2024-05-01"),
        ("Revised: 5 July 2023", "-", "2023-07-05"),
        ("(Revised on October 1, 2023)", "-", "2023-10-01"),
        ("Rev. 2024-05-01", "-", "2024-05-01"),
        ("Posted: Thursday, July 5th, 2023", "-", "2023-07-05"),
        ("Published on 5 July 2023", "-", "2023-07-05"),
        ("Publication date: 5 July 2023", "-", "2023-07-05"),
        ("Version 1.02, updated 2025-12-18.", "-", "2025-12-18"),
        ("Policy updated on Jul 23, 2026.", "-", "2026-07-23"),
        (
            "These Harbour Terms were last updated on March 7th 2024.",
            "-",
            "2024-03-07",
        ),
        (
            "Last modified on 06/30/2023 [See prior versions of the notice]",
            "-",
            "2023-06-30",
        ),
        (
            "Last updated: June 30, 2023. For past versions, [follow this link].",
            "-",
            "2023-06-30",
        ),
    ]);
}

#[test]
fn one_line_may_give_both() {
    reads(&[
        (
            "Last Updated and Effective: May 1, 2024",
            "2024-05-01",
            "2024-05-01",
        ),
        (
            "Effective / last revised: May 1, 2024",
            "2024-05-01",
            "2024-05-01",
        ),
        (
            "Effective: June 8, 2025. Last Revised: May 9, 2025.",
            "2025-06-08",
            "2025-05-09",
        ),
        (
            "Released August 4, 2025 • Effective September 3, 2025",
            "2025-09-03",
            "2025-08-04",
        ),
        (
            "Last updated: 1 May 2024 (effective 1 June 2024)",
            "2024-06-01",
            "2024-05-01",
        ),
        (
            "Last updated 1 May 2024 Effective 1 June 2024",
            "2024-06-01",
            "2024-05-01",
        ),
        (
            "This policy was last updated on May 1, 2024 and is effective as of June 1, 2024.",
            "2024-06-01",
            "2024-05-01",
        ),
    ]);
}

#[test]
fn unclear_dates_are_kept_as_they_stand() {
    reads(&[
        ("Effective: January 2025", "?January 2025", "-"),
        ("Effective 08/12/2026", "?08/12/2026", "-"),
        ("Effective 05/05/2026", "2026-05-05", "-"),
        ("Last updated: December 2025", "-", "?December 2025"),
        (
            "Last modified on 02/09/2021 [See prior versions]",
            "-",
            "?02/09/2021",
        ),
    ]);
}

#[test]
fn false_friends_give_nothing() {
    let lines = [
        "Effective February 15th, 2024, Barry (“Consultant”) and Company agree as follows:",
        "These terms were deprecated effective 30 November 2021",
        "deprecated effective 30 November 2021",
        "[Effective November 3, 2025]",
        "[Our next version is effective November 3, 2025]",
        "Effective [November 3, 2025]",
        "Last updated: [July 18, 2022]",
        "Next version: effective 1 May 2025",
        "New terms effective 1 May 2025",
        "Updated terms effective 1 May 2025",
        "The updated Privacy Policy will go into effect on May 1, 2025.",
        "We're changing our terms, effective 4 May 2025.",
        "The previous policy was effective until 1 May 2024",
        "The previous policy was posted on 2 January 2026.",
        "Effective until September 29, 2023",
        "Effective from 1 May 2021 to 24 May 2023",
        "Effective May 1, 2024 for users outside the European Union",
        "Effective Date in Norway & Iceland: April 3, 2024",
        "Effective May 1, 2024 (for existing users)",
        "Effective on 2 October 2023 if your account is older than 2 August 2023",
        "Terms of Service effective May 1, 2022",
        "First published on May 2, 2020",
        "Our guidelines were first published on May 2, 2020.",
        "Effective date: TBD",
        "Effective date: 31 February 2024",
        "Effective date: {{ page.date }}, 2024",
        "Last updated: April DD, 2020",
        "Last updated 3 days ago",
        "Effective 30 days after 1 May 2024",
        "Effective 24 hours",
        "Version 3.3",
        "May 1, 2024",
        "As of May 1, 2024",
        "Last reviewed: May 1, 2024",
        "Effective: 1 May 2024 (EU) / 1 June 2024 (US)",
        "Effective 1 May 2024 – 31 May 2024",
        "Copyright 2024",
        "2 January 2018: Revised the section on cookies.",
        "On 2 November 2024, we updated our terms.",
        "Regulation 12/34 of 2 March 1996, as amended",
        "Not effective 1 May 2024",
        "1",
        "()",
        "v",
        "v 1 v 2 v 3",
        "",
    ];
    for text in lines {
        assert_eq!(found(&[text]), Statements::default(), "{text}");
    }
}

#[test]
fn a_datetime_gives_the_exact_day() {
    let day = Some(Stated::Day(date(2022, 9, 28)));
    for lines in [
        &[
            "Effective September 28, 2022",
            "{: datetime=\"2022-09-28\" }",
        ][..],
        &["Effective September 2022", "{: datetime=\"2022-09-28\" }"],
        &["Effective September 2022 {: .note datetime=“2022-09-28” }"],
        &["Effective 09/08/2022", "{:datetime='2022-09-28'}"],
    ] {
        assert_eq!(found(lines).effective, day, "{lines:?}");
    }
    let stated = found(&["Last Updated: September 2022", "{: datetime=2022-09-28 }"]);
    assert_eq!(stated.stated, day);
}

#[test]
fn a_datetime_elsewhere_or_without_a_day_changes_nothing() {
    let july = Some(Unclear("July 2022".into()));
    for lines in [
        &["Effective July 2022", "{: datetime=\"2022\" }"][..],
        &["Effective July 2022", "{: .note }"],
        &[
            "Effective July 2022",
            "text",
            "{: datetime=\"2022-09-28\" }",
        ],
        &["Effective July 2022", "see {: datetime=\"2022-09-28\" }"],
        &["Effective July 2022 {: datetime= }"],
    ] {
        assert_eq!(found(lines).effective, july, "{lines:?}");
    }
    assert_eq!(
        found(&["{: datetime=\"2022-09-28\" }"]),
        Statements::default()
    );
}

#[test]
fn the_first_statement_of_each_kind_wins() {
    let lines = [
        "Privacy Policy",
        "[Effective 1 January 2026]",
        "Last updated: 1 March 2024",
        "Effective: 1 April 2024",
        "Effective: 1 May 2023",
        "Last updated: 1 May 2023",
    ];
    let found = found(&lines);
    assert_eq!(found.effective, Some(Stated::Day(date(2024, 4, 1))));
    assert_eq!(found.stated, Some(Stated::Day(date(2024, 3, 1))));
}

#[test]
fn hostile_lines_are_read_quickly_and_without_panic() {
    for part in [
        "Effective ",
        "(",
        "v1",
        "the ",
        "May ",
        "1 ",
        "2024-",
        "é",
        "{: datetime=",
        "\u{200b}",
        "|1/",
    ] {
        let text = part.repeat(100_000 / part.len());
        let short = part.repeat(LONGEST / part.len());
        for text in [
            text.as_str(),
            &short,
            &format!("Effective {short}"),
            &format!("Effective May 1, 2024 {short}"),
        ] {
            found(&[text, text]);
        }
    }
}
