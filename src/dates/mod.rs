//! Moments of the history, and the dates that people write.
//!
//! 1. [`Moment`] is when a commit was made, in the offset that the commit records.
//! 2. [`parse`] reads one written date in any of the usual English forms; [`Stated`] tells a day from what names no day
//!    or can be read two ways.
//! 3. [`statements()`] finds the lines of a text that say nothing but when it took effect or was last changed.
//!
//! Nothing here knows what day it is.

mod labels;
mod statements;
mod tokens;
mod written;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

pub use statements::{Statements, statements};

/// A moment of the history: seconds since 1970 and the offset that the commit records, in minutes east of UTC.
///
/// Both come from commits as they are; what no calendar can show is brought to the nearest that one can (the years 1 to
/// 9999, offsets of less than a day).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    pub seconds: i64,
    pub offset_minutes: i32,
}

/// 0001-01-02T00:00:00Z and 9999-12-29T00:00:00Z: far enough from either end of what jiff holds for any offset.
const SHOWN_SECONDS: (i64, i64) = (-62_135_510_400, 253_402_041_600);

/// The largest offset that RFC 3339 can write, 23:59.
const SHOWN_OFFSET: i32 = 24 * 60 - 1;

impl Moment {
    /// The day in the moment's own offset.
    pub fn date(&self) -> Date {
        self.civil().date()
    }

    /// As RFC 3339 in the moment's own offset: `2024-02-01T10:00:00+01:00`; UTC is `+00:00`.
    pub fn rfc3339(&self) -> String {
        let at = self.civil();
        let minutes = self.shown_offset();
        let sign = if minutes < 0 { '-' } else { '+' };
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second(),
            minutes.abs() / 60,
            minutes.abs() % 60,
        )
    }

    /// As HTTP writes it (RFC 9110), in UTC: `Thu, 01 Feb 2024 09:00:00 GMT`.
    pub fn http(&self) -> String {
        let seconds = self.seconds.clamp(SHOWN_SECONDS.0, SHOWN_SECONDS.1);
        // Cannot fail: the second lies within the years 1 to 9999.
        let at = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
        at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    fn shown_offset(&self) -> i32 {
        self.offset_minutes.clamp(-SHOWN_OFFSET, SHOWN_OFFSET)
    }

    fn civil(&self) -> DateTime {
        let seconds = self.seconds.clamp(SHOWN_SECONDS.0, SHOWN_SECONDS.1);
        let local = seconds + i64::from(self.shown_offset()) * 60;
        // Cannot fail: the clamped second plus less than a day lies within the years 1 to 9999.
        let timestamp = Timestamp::from_second(local).unwrap_or(Timestamp::UNIX_EPOCH);
        Offset::UTC.to_datetime(timestamp)
    }
}

/// What a date in a text or in front matter says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub enum Stated {
    /// One day.
    Day(Date),
    /// No day ("January 2025"), or one that can be read two ways ("08/12/2026"): shown as it stands, moves nothing.
    Unclear(String),
}

impl Stated {
    /// The day, if it names one.
    pub fn day(&self) -> Option<Date> {
        match self {
            Stated::Day(date) => Some(*date),
            Stated::Unclear(_) => None,
        }
    }
}

/// Reads a date that stands alone; brackets or quotes around it, a weekday before it and a time of day after it are
/// passed over. `None`: no date, or one that no calendar has (31 February).
pub fn parse(text: &str) -> Option<Stated> {
    let tokens = tokens::tokens(text);
    let first = tokens.iter().position(|token| !token.is_bracket())?;
    let found = written::date_at(text, &tokens, first)?;
    let rest = &tokens[found.next..];
    rest.iter()
        .all(|token| token.is_bracket() || token.is_closing())
        .then_some(found.stated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn moment(seconds: i64, offset_minutes: i32) -> Moment {
        Moment {
            seconds,
            offset_minutes,
        }
    }

    #[test]
    fn a_moment_is_shown_in_its_own_offset() {
        let evening = moment(1_706_742_000, 60);
        assert_eq!(evening.rfc3339(), "2024-02-01T00:00:00+01:00");
        assert_eq!(evening.date(), date(2024, 2, 1));
        assert_eq!(
            moment(1_706_742_000, 0).rfc3339(),
            "2024-01-31T23:00:00+00:00"
        );
        assert_eq!(moment(0, -210).rfc3339(), "1969-12-31T20:30:00-03:30");
        assert_eq!(moment(0, -30).rfc3339(), "1969-12-31T23:30:00-00:30");
    }

    #[test]
    fn absurd_moments_are_brought_to_what_can_be_shown() {
        for seconds in [i64::MIN, -1, 0, i64::MAX] {
            for offset in [i32::MIN, -5999, -1, 0, 5999, i32::MAX] {
                let moment = moment(seconds, offset);
                assert_eq!(moment.rfc3339().len(), 25);
                assert!((1..=9999).contains(&moment.date().year()));
            }
        }
        assert_eq!(
            moment(i64::MAX, i32::MAX).rfc3339(),
            "9999-12-29T23:59:00+23:59"
        );
        assert_eq!(
            moment(i64::MIN, i32::MIN).rfc3339(),
            "0001-01-01T00:01:00-23:59"
        );
    }

    #[test]
    fn a_moment_as_http_writes_it() {
        let http = |seconds| moment(seconds, 60).http();
        assert_eq!(http(1_706_742_000), "Wed, 31 Jan 2024 23:00:00 GMT");
        assert_eq!(http(i64::MIN), "Tue, 02 Jan 0001 00:00:00 GMT");
        assert_eq!(http(i64::MAX), "Wed, 29 Dec 9999 00:00:00 GMT");
    }

    #[track_caller]
    fn day(text: &str, year: i16, month: i8, day: i8) {
        assert_eq!(
            parse(text),
            Some(Stated::Day(date(year, month, day))),
            "{text}"
        );
    }

    #[test]
    fn the_usual_forms_of_a_day() {
        for text in [
            "2024-02-01",
            "2024-2-1",
            "2024/02/01",
            "2024.02.01",
            "2024–02–01",
            "2024 Feb 1",
            "2024-Feb-01",
            "1 February 2024",
            "01 February 2024",
            "1 February, 2024",
            "1st February 2024",
            "1st of February 2024",
            "1st of February, 2024",
            "the 1st of February 2024",
            "the 1st day of February, 2024",
            "1. February 2024",
            "1-Feb-2024",
            "1/Feb/2024",
            "1 Feb. 2024",
            "February 1, 2024",
            "February 1 2024",
            "February 1st, 2024",
            "February 1st 2024",
            "February 01, 2024",
            "February 1 , 2024",
            "February, 1, 2024",
            "February 1,2024",
            "Feb 1, 2024",
            "Feb. 1, 2024",
            "FEBRUARY 1, 2024",
            "february 1, 2024",
            "Thursday, February 1, 2024",
            "Thursday 1 February 2024",
            "Thu, 1 Feb 2024",
            "Thurs. Feb. 1, 2024",
            " February\u{a0}1,\u{a0}2024 ",
            "February 1, 2024.",
            "(February 1, 2024)",
            "[1 February 2024]",
            "“1 February 2024”",
            "2024-02-01T10:00:00Z",
            "2024-02-01T10:00:00.5+01:00",
            "2024-02-01 10:00:00 +0100",
            "2024-02-01 00:00",
            "February 1, 2024 at 12:00 am PT",
            "February 1, 2024, 9 a.m. (UTC+1)",
            "1 February 2024 00:01 UTC",
            "February 1, 2024 at midnight",
        ] {
            day(text, 2024, 2, 1);
        }
        day("Nov. 30, 2017", 2017, 11, 30);
        day("Sept 3 2021", 2021, 9, 3);
        day("Sept. 3, 2021", 2021, 9, 3);
        day("30. September 2025", 2025, 9, 30);
        day("May 25th, 2018", 2018, 5, 25);
        day("29 February 2024", 2024, 2, 29);
    }

    #[test]
    fn numbers_with_slashes_are_a_day_only_if_read_one_way() {
        day("25/12/2024", 2024, 12, 25);
        day("12/25/2024", 2024, 12, 25);
        day("05/05/2024", 2024, 5, 5);
        day("30.11.2021", 2021, 11, 30);
        for text in [
            "02/01/2024",
            "08/12/2026",
            "2.04.2022",
            "3-4-2024",
            "12/2/2022",
            "02/01/24",
            "25/12/24",
        ] {
            assert_eq!(parse(text), Some(Stated::Unclear(text.into())), "{text}");
        }
    }

    #[test]
    fn a_date_without_a_day_is_unclear() {
        for text in [
            "January 2025",
            "Jan. 2025",
            "January, 2025",
            "May of 2024",
            "2024-02",
            "2024",
        ] {
            assert_eq!(parse(text), Some(Stated::Unclear(text.into())), "{text}");
        }
        assert_eq!(
            parse(" (October 2023). "),
            Some(Stated::Unclear("October 2023".into()))
        );
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            " ",
            "soon",
            "TBD",
            "April DD, 2020",
            "31 February 2024",
            "February 30, 2023",
            "29 February 2023",
            "2024-02-30",
            "2024-13-01",
            "31/02/2024",
            "04/31/2024",
            "13/13/2024",
            "0/0/2024",
            "00/00/00",
            "0000-00-00",
            "May 5",
            "5 May",
            "1",
            "12",
            "1.10",
            "20240201",
            "May 1-3, 2024",
            "May 32, 2024",
            "1 May 20245",
            "99999999999999999999-01-01",
            "1 May 2024 and more",
            "2024-05-01 to 2024-06-01",
            "on 1 May 2024",
            "1 Mayor 2024",
            "{{ page.date }}",
            "(",
            "1st",
            "March",
            "２０２４-02-01",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
