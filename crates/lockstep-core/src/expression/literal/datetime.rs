//! Dates and times in ISO 8601, the one form that means the same under every `DateStyle`. Other forms
//! are not known here, unless no word in them is one that the server reads.

use crate::effect::PgError;
use crate::expression::scope::{Refusal, Scope};
use crate::pg::sqlstate;

type Read = Result<Option<String>, Refusal>;

#[derive(Debug, Clone, Copy, PartialEq)]
struct Day {
    year: i64,
    month: i64,
    day: i64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Time {
    seconds: i64,
    micros: i64,
}

/// What follows a time.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Zone {
    None,
    /// Seconds east of UTC.
    Offset(i64),
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

pub(super) fn date(text: &str) -> Read {
    if infinite(text).is_some() {
        return Ok(infinite(text));
    }
    if text.trim().eq_ignore_ascii_case("epoch") {
        return Ok(Some("1970-01-01".to_owned()));
    }
    match split(text) {
        Some((day, _, _)) => {
            validate(day, text)?;
            Ok(Some(day.print()))
        }
        None => other_form(text, "date"),
    }
}

pub(super) fn timestamp(text: &str) -> Read {
    if infinite(text).is_some() {
        return Ok(infinite(text));
    }
    if text.trim().eq_ignore_ascii_case("epoch") {
        return Ok(Some("1970-01-01 00:00:00".to_owned()));
    }
    match split(text) {
        Some((day, time, _)) => {
            validate(day, text)?;
            let time = checked(time, text)?;
            let (day, time) = carried(day, time);
            Ok(Some(format!("{} {}", day.print(), time.print())))
        }
        None => other_form(text, "timestamp"),
    }
}

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
    let Some((day, time, zone)) = split(text) else {
        return other_form(text, "timestamp with time zone");
    };
    validate(day, text)?;
    let time = checked(time, text)?;
    let offset = match zone {
        Zone::Offset(seconds) => seconds,
        Zone::None if utc == Some(true) => 0,
        Zone::None => return Ok(None),
    };
    let (day, time) = carried(day, Time { seconds: time.seconds - offset, ..time });
    Ok(Some(format!("{} {}+00", day.print(), time.print())))
}

pub(super) fn time(text: &str) -> Read {
    match clock(text.trim()) {
        Some(time) => {
            let time = checked(time, text)?;
            Ok(Some(time.print()))
        }
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

/// `YYYY-MM-DD[( |T)HH:MM[:SS[.ffffff]][zone]]`.
fn split(text: &str) -> Option<(Day, Time, Zone)> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let dashed = bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-';
    if !dashed || !text.is_char_boundary(10) {
        return None;
    }
    let day = Day { year: digits(&text[..4])?, month: digits(&text[5..7])?, day: digits(&text[8..10])? };
    let midnight = Time { seconds: 0, micros: 0 };
    let rest = &text[10..];
    if rest.is_empty() {
        return Some((day, midnight, Zone::None));
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?.trim_start();
    let end = rest.find(|it: char| !(it.is_ascii_digit() || matches!(it, ':' | '.'))).unwrap_or(rest.len());
    let time = clock(&rest[..end])?;
    let zone = zone(rest[end..].trim())?;
    Some((day, time, zone))
}

fn digits(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// `HH:MM[:SS[.ffffff]]`; more than six digits are rounded, which is not done here.
fn clock(text: &str) -> Option<Time> {
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
    let valid = hours <= 24 && minutes < 60 && seconds <= 60;
    let total = hours * 3600 + minutes * 60 + seconds;
    let valid = valid && (total < 86_400 || total == 86_400 && micros == 0);
    Some(Time { seconds: if valid { total } else { -1 }, micros })
}

fn zone(text: &str) -> Option<Zone> {
    if text.is_empty() {
        return Some(Zone::None);
    }
    if matches!(text.to_ascii_lowercase().as_str(), "z" | "utc" | "gmt" | "zulu") {
        return Some(Zone::Offset(0));
    }
    let sign = match text.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let rest = &text[1..];
    let (hours, minutes) = match (rest.split_once(':'), rest.len()) {
        (Some((hours, minutes)), _) => (digits(hours)?, digits(minutes)?),
        (None, 1 | 2) => (digits(rest)?, 0),
        (None, 4) if rest.is_ascii() => (digits(&rest[..2])?, digits(&rest[2..])?),
        _ => return None,
    };
    (hours < 16 && minutes < 60).then_some(Zone::Offset(sign * (hours * 3600 + minutes * 60)))
}

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

/// `ValidateDate`.
fn validate(day: Day, text: &str) -> Result<(), Refusal> {
    if !(1..=12).contains(&day.month) || day.day < 1 || day.year == 0 || day.day > month_length(day.year, day.month) {
        return Err(out_of_range(text));
    }
    Ok(())
}

fn checked(time: Time, text: &str) -> Result<Time, Refusal> {
    if time.seconds < 0 { Err(out_of_range(text)) } else { Ok(time) }
}

/// Seconds outside of the day carried over to the next one or the one before.
fn carried(mut day: Day, mut time: Time) -> (Day, Time) {
    while time.seconds >= 86_400 {
        time.seconds -= 86_400;
        day.day += 1;
        if day.day > month_length(day.year, day.month) {
            (day.day, day.month) = (1, day.month + 1);
        }
        if day.month > 12 {
            (day.month, day.year) = (1, day.year + 1);
        }
    }
    while time.seconds < 0 {
        time.seconds += 86_400;
        day.day -= 1;
        if day.day < 1 {
            day.month -= 1;
            if day.month < 1 {
                (day.month, day.year) = (12, day.year - 1);
            }
            day.day = month_length(day.year, day.month);
        }
    }
    (day, time)
}

impl Day {
    fn print(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Time {
    fn print(self) -> String {
        let (hours, minutes, seconds) = (self.seconds / 3600, self.seconds / 60 % 60, self.seconds % 60);
        let mut text = format!("{hours:02}:{minutes:02}:{seconds:02}");
        if self.micros > 0 {
            let fraction = format!("{:06}", self.micros);
            text.push('.');
            text.push_str(fraction.trim_end_matches('0'));
        }
        text
    }
}
