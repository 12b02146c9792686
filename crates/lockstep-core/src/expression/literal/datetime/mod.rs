//! Dates and times: `date_in`, `timestamp_in`, `timestamptz_in`, `time_in`. What depends on the moment or on
//! tables of time zones is not known here, unless no word in it is one that the server reads.

mod decode;
mod fields;

use decode::Decoded;

use crate::effect::PgError;
use crate::expression::scope::{Refusal, Scope};
use crate::pg::date_order::DateOrder;
use crate::pg::sqlstate;

type Read = Result<Option<String>, Refusal>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Day {
    year: i64,
    month: i64,
    day: i64,
}

/// `DTERR_…`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    BadFormat,
    Overflow,
    Displacement,
    /// Not read here.
    Unknown,
}

fn invalid(type_name: &str, text: &str) -> Refusal {
    let message = format!("invalid input syntax for type {type_name}: \"{text}\"");
    PgError::new(sqlstate::INVALID_DATETIME_FORMAT, message).into()
}

fn out_of_range(text: &str) -> Refusal {
    let message = format!("date/time field value out of range: \"{text}\"");
    PgError::new(sqlstate::DATETIME_FIELD_OVERFLOW, message).into()
}

/// Neither ISO nor certainly wrong: not known. A single word that the server has no meaning for is wrong.
fn other_form(text: &str, type_name: &str) -> Read {
    const WORDS: [&str; 12] = [
        "now",
        "today",
        "tomorrow",
        "yesterday",
        "epoch",
        "infinity",
        "allballs",
        "noon",
        "midnight",
        "zulu",
        "utc",
        "gmt",
    ];
    let word = text.trim().to_ascii_lowercase();
    let wordlike = word.len() > 4 && word.bytes().all(|it| it.is_ascii_alphabetic());
    let months_and_days = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "sun", "mon", "tue", "wed",
        "thu", "fri", "sat",
    ];
    let listed = WORDS.contains(&word.as_str()) || months_and_days.iter().any(|it| word.starts_with(it));
    match word.is_empty() || word == "abc" || wordlike && !listed {
        true => Err(invalid(type_name, text)),
        false => Ok(None),
    }
}

/// `infinity` and `-infinity`.
fn infinite(text: &str) -> Option<String> {
    let word = text.trim().to_ascii_lowercase();
    match word.as_str() {
        "infinity" | "+infinity" => Some("infinity".to_owned()),
        "-infinity" => Some("-infinity".to_owned()),
        _ => None,
    }
}

pub(super) fn date(text: &str, scope: &dyn Scope) -> Read {
    if infinite(text).is_some() {
        return Ok(infinite(text));
    }
    if text.trim().eq_ignore_ascii_case("epoch") {
        return Ok(Some("1970-01-01".to_owned()));
    }
    match read(text, "date", scope)? {
        Some(it) => Ok(Some(it.day.print())),
        None => other_form(text, "date"),
    }
}

/// `None`: not known. Without a known order of days and months only what every order reads alike is.
fn read(text: &str, type_name: &str, scope: &dyn Scope) -> Result<Option<Decoded>, Refusal> {
    let decoded = match scope.date_order() {
        Some(order) => decode::decode(text, order),
        None => {
            let [one, two, three] = DateOrder::ALL.map(|order| decode::decode(text, order));
            if one == two && two == three { one } else { Err(Failure::Unknown) }
        }
    };
    match decoded {
        Ok(decoded) => Ok(Some(decoded)),
        Err(Failure::Unknown) => Ok(None),
        Err(Failure::BadFormat) => Err(invalid(type_name, text)),
        Err(Failure::Overflow) => Err(out_of_range(text)),
        Err(Failure::Displacement) => {
            let message = format!("time zone displacement out of range: \"{text}\"");
            Err(PgError::new(sqlstate::INVALID_TIME_ZONE_DISPLACEMENT_VALUE, message).into())
        }
    }
}

pub(super) fn timestamp(text: &str, scope: &dyn Scope) -> Read {
    if infinite(text).is_some() {
        return Ok(infinite(text));
    }
    if text.trim().eq_ignore_ascii_case("epoch") {
        return Ok(Some("1970-01-01 00:00:00".to_owned()));
    }
    match read(text, "timestamp", scope)? {
        Some(it) => {
            let (day, micros) = carried(it.day, it.micros);
            Ok(Some(format!("{} {}", day.print(), print_time(micros))))
        }
        None => other_form(text, "timestamp"),
    }
}

/// Why a time without a zone of its own is not known.
pub const ZONE: &str = "which moment the text means depends on the session's TimeZone, which is not known";

/// Printed in UTC; without a zone of its own the value depends on the session's.
pub(super) fn timestamp_with_zone(text: &str, scope: &dyn Scope) -> Read {
    if infinite(text).is_some() {
        return Ok(infinite(text));
    }
    let session = scope.time_zone();
    let utc = session.as_deref().map(is_utc);
    if utc == Some(false) {
        return Ok(None);
    }
    if text.trim().eq_ignore_ascii_case("epoch") {
        return Ok(Some("1970-01-01 00:00:00+00".to_owned()));
    }
    let Some(it) = read(text, "timestamp with time zone", scope)? else {
        return other_form(text, "timestamp with time zone");
    };
    let offset = match it.zone {
        Some(seconds) => seconds,
        None if utc == Some(true) => 0,
        None => return Err(Refusal::Unknown(ZONE.to_owned())),
    };
    let (day, micros) = carried(it.day, it.micros - offset * 1_000_000);
    // The year before the first has a form of its own.
    Ok((day.year > 0).then(|| format!("{} {}+00", day.print(), print_time(micros))))
}

pub(super) fn time(text: &str) -> Read {
    match clock(text.trim()) {
        Some(Some(micros)) => Ok(Some(print_time(micros))),
        Some(None) => Err(out_of_range(text)),
        None => other_form(text, "time"),
    }
}

/// Whether the zone never differs from UTC.
pub(in crate::expression) fn is_utc(zone: &str) -> bool {
    matches!(
        zone.to_ascii_lowercase().as_str(),
        "utc"
            | "gmt"
            | "etc/utc"
            | "etc/gmt"
            | "uct"
            | "etc/uct"
            | "zulu"
            | "etc/zulu"
            | "universal"
            | "etc/universal"
            | "greenwich"
            | "etc/greenwich"
            | "0"
            | "+0"
            | "-0"
            | "00"
            | "+00"
            | "+00:00"
    )
}

fn digits(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// `HH:MM[:SS[.ffffff]]`; `Some(None)` is out of range. More than six digits are rounded, which is not done here.
fn clock(text: &str) -> Option<Option<i64>> {
    let mut parts = text.split(':');
    let hours = parts.next().filter(|it| it.len() <= 2).and_then(digits)?;
    let minutes = parts.next().filter(|it| it.len() <= 2).and_then(digits)?;
    let (seconds, micros) = match parts.next() {
        None => (0, 0),
        Some(part) => {
            let (whole, fraction) = part.split_once('.').unwrap_or((part, "0"));
            if fraction.len() > 6 || whole.len() > 2 {
                return None;
            }
            (digits(whole)?, digits(&format!("{fraction:0<6}"))?)
        }
    };
    if parts.next().is_some() {
        return None;
    }
    // Kept apart until checked: 25 hours are no later day but an error.
    let total = (hours * 3600 + minutes * 60 + seconds) * 1_000_000 + micros;
    let valid = hours <= 24 && minutes < 60 && seconds <= 60 && total <= DAY_MICROS;
    Some(valid.then_some(total))
}

const DAY_MICROS: i64 = 86_400_000_000;

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days before the first of January.
fn days_before(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}

/// Time outside of the day carried over to later days or earlier ones.
fn carried(mut day: Day, mut micros: i64) -> (Day, i64) {
    while micros >= DAY_MICROS {
        micros -= DAY_MICROS;
        day.day += 1;
        if day.day > month_length(day.year, day.month) {
            (day.day, day.month) = (1, day.month + 1);
        }
        if day.month > 12 {
            (day.month, day.year) = (1, day.year + 1);
        }
    }
    while micros < 0 {
        micros += DAY_MICROS;
        day.day -= 1;
        if day.day < 1 {
            day.month -= 1;
            if day.month < 1 {
                (day.month, day.year) = (12, day.year - 1);
            }
            day.day = month_length(day.year, day.month);
        }
    }
    (day, micros)
}

impl Day {
    fn print(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn print_time(micros: i64) -> String {
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = format!("{hours:02}:{minutes:02}:{seconds:02}");
    if micros > 0 {
        let fraction = format!("{micros:06}");
        text.push('.');
        text.push_str(fraction.trim_end_matches('0'));
    }
    text
}
