//! Intervals: amounts with units, times, and ISO 8601 durations (`interval_in`), printed in the
//! server's default style (`interval_out`).

use crate::effect::PgError;
use crate::expression::scope::Refusal;
use crate::pg::sqlstate;

#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Interval {
    months: i64,
    days: i64,
    micros: i64,
}

const SECOND: i64 = 1_000_000;

/// What one of a unit is.
fn unit(word: &str) -> Option<Interval> {
    let months = |months| Some(Interval { months, ..Interval::default() });
    let days = |days| Some(Interval { days, ..Interval::default() });
    let micros = |micros| Some(Interval { micros, ..Interval::default() });
    match word {
        "y" | "yr" | "yrs" | "year" | "years" => months(12),
        "mon" | "mons" | "month" | "months" => months(1),
        "decade" | "decades" | "dec" | "decs" => months(120),
        "c" | "cent" | "century" | "centuries" => months(1200),
        "w" | "week" | "weeks" => days(7),
        "d" | "day" | "days" => days(1),
        "h" | "hr" | "hrs" | "hour" | "hours" => micros(3600 * SECOND),
        "m" | "min" | "mins" | "minute" | "minutes" => micros(60 * SECOND),
        "s" | "sec" | "secs" | "second" | "seconds" => micros(SECOND),
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => micros(1000),
        "us" | "usec" | "usecs" | "microsecond" | "microseconds" => micros(1),
        _ => None,
    }
}

/// `None`: a form that is not known here.
pub(super) fn input(text: &str) -> Result<Option<String>, Refusal> {
    let trimmed = text.trim().to_ascii_lowercase();
    let plausible =
        trimmed.bytes().any(|it| it.is_ascii_digit()) || matches!(trimmed.as_str(), "infinity" | "-infinity");
    if !plausible {
        let message = format!("invalid input syntax for type interval: \"{text}\"");
        return Err(PgError::new(sqlstate::INVALID_DATETIME_FORMAT, message).into());
    }
    let read = match trimmed.strip_prefix('p') {
        Some(rest) => duration(rest),
        None => amounts(&trimmed),
    };
    Ok(read.and_then(Interval::print))
}

impl Interval {
    fn plus(self, unit: Interval, count: i64) -> Option<Interval> {
        Some(Interval {
            months: self.months.checked_add(unit.months.checked_mul(count)?)?,
            days: self.days.checked_add(unit.days.checked_mul(count)?)?,
            micros: self.micros.checked_add(unit.micros.checked_mul(count)?)?,
        })
    }

    /// `EncodeInterval`, `INTSTYLE_POSTGRES`. Mixed signs are not printed here.
    fn print(self) -> Option<String> {
        let parts = [self.months, self.days, self.micros];
        if parts.iter().any(|it| *it < 0) && parts.iter().any(|it| *it > 0) {
            return None;
        }
        if i32::try_from(self.months).is_err() || i32::try_from(self.days).is_err() {
            return None;
        }
        let mut words = vec![];
        let mut count = |count: i64, word: &str| {
            if count != 0 {
                words.push(format!("{count} {word}{}", if count == 1 { "" } else { "s" }));
            }
        };
        count(self.months / 12, "year");
        count(self.months % 12, "mon");
        count(self.days, "day");
        if self.micros != 0 || words.is_empty() {
            let sign = if self.micros < 0 { "-" } else { "" };
            let micros = self.micros.unsigned_abs();
            let seconds = micros / SECOND as u64;
            let mut clock = format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
            let fraction = micros % SECOND as u64;
            if fraction > 0 {
                clock.push_str(format!(".{fraction:06}").trim_end_matches('0'));
            }
            words.push(clock);
        }
        Some(words.join(" "))
    }
}

/// `1 day 2 hours`, `1day`, `01:30:00`, `1 year 04:05`.
fn amounts(text: &str) -> Option<Interval> {
    let mut total = Interval::default();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end =
            rest.find(|it: char| !(it.is_ascii_digit() || matches!(it, '-' | '+' | '.' | ':'))).unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        if number.contains(':') {
            total = total.plus(clock(number)?, 1)?;
            rest = after.trim_start();
            continue;
        }
        let after = after.trim_start();
        let end = after.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(after.len());
        let (word, after) = after.split_at(end);
        // A number alone counts seconds.
        let one = unit(if word.is_empty() && after.is_empty() { "s" } else { word })?;
        total = add(total, number, one)?;
        rest = after.trim_start();
    }
    Some(total)
}

/// A fraction only of a unit of time: that of a month or a day spills into smaller units.
fn add(total: Interval, number: &str, one: Interval) -> Option<Interval> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let negative = whole.starts_with('-');
    let count: i64 = whole.strip_prefix('+').unwrap_or(whole).parse().ok()?;
    let total = total.plus(one, count)?;
    if fraction.is_empty() {
        return Some(total);
    }
    if one.micros == 0 || fraction.len() > 6 || !fraction.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let millionths: i64 = format!("{fraction:0<6}").parse().ok()?;
    let micros = millionths.checked_mul(one.micros)? / SECOND;
    total.plus(Interval { micros: 1, ..Interval::default() }, if negative { -micros } else { micros })
}

fn clock(text: &str) -> Option<Interval> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let parts: Vec<&str> = unsigned.split(':').collect();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (*hours, *minutes, "0"),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    // `MM:SS.ff` is read as minutes and seconds: not modelled.
    if minutes.contains('.') {
        return None;
    }
    let mut total = Interval::default().plus(unit("h")?, hours.parse().ok()?)?;
    total = total.plus(unit("m")?, minutes.parse().ok().filter(|it| (0..60).contains(it))?)?;
    total = add(total, seconds, unit("s")?)?;
    Interval::default().plus(total, if negative { -1 } else { 1 })
}

/// `1Y2M3DT4H5M6S`, without the `P`.
fn duration(text: &str) -> Option<Interval> {
    let (date, time) = text.split_once('t').unwrap_or((text, ""));
    let mut total = Interval::default();
    for (part, units) in [(date, ["y", "mon", "w", "d"]), (time, ["h", "m", "s", ""])] {
        let mut rest = part;
        while !rest.is_empty() {
            let end = rest.find(|it: char| it.is_ascii_alphabetic())?;
            let (number, after) = rest.split_at(end);
            let letter = &after[..1];
            let word = if letter == "m" && units[0] == "y" { "mon" } else { letter };
            if !units.contains(&word) {
                return None;
            }
            total = add(total, number, unit(word)?)?;
            rest = &after[1..];
        }
    }
    Some(total)
}
