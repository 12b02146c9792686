//! What the fields of a date and time mean: `DecodeDateTime`, without words that stand for the present
//! moment, names of time zones, and labels before numbers.

use crate::expression::literal::datetime::fields::{FieldKind, Word, fields, word};
use crate::expression::literal::datetime::{Day, Failure, days_before, month_length};
use crate::pg::date_order::DateOrder;

/// Which parts were read: bits of `fmask`.
const YEAR: u16 = 1;
const MONTH: u16 = 2;
const DAY: u16 = 4;
const DATE: u16 = YEAR | MONTH | DAY;
const TIME: u16 = 8;
const ZONE: u16 = 16;
const DAY_OF_YEAR: u16 = 32;
const WEEKDAY: u16 = 64;
const HALF: u16 = 128;
const ERA: u16 = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) day: Day,
    /// Since midnight; may be more than a day.
    pub(super) micros: i64,
    /// Seconds east of UTC.
    pub(super) zone: Option<i64>,
}

#[derive(Debug, Default)]
struct Decoder {
    seen: u16,
    year: i64,
    month: i64,
    day: i64,
    day_of_year: i64,
    hour: i64,
    minute: i64,
    second: i64,
    fraction: i64,
    zone: i64,
    two_digits: bool,
    text_month: bool,
    half: Option<Word>,
    order: DateOrder,
}

type Decoding<T = ()> = Result<T, Failure>;

pub(super) fn decode(text: &str, order: DateOrder) -> Decoding<Decoded> {
    let fields = fields(text)?;
    let mut decoder = Decoder { order, ..Decoder::default() };
    let mut time_follows = false;
    for (place, field) in fields.iter().enumerate() {
        let found = match field.kind {
            FieldKind::Date if time_follows || decoder.seen & (MONTH | DAY) == MONTH | DAY => {
                return Err(Failure::Unknown);
            }
            FieldKind::Date => decoder.date(&field.text)?,
            FieldKind::Time => {
                time_follows = false;
                decoder.time(&field.text)?
            }
            FieldKind::Zone => decoder.zone(&field.text)?,
            FieldKind::Number if time_follows => {
                time_follows = false;
                let found = decoder.number_field(&field.text, decoder.seen | DATE)?;
                if found != TIME {
                    return Err(Failure::BadFormat);
                }
                found
            }
            FieldKind::Number => decoder.number(&field.text)?,
            FieldKind::Word => match word(&field.text) {
                Word::Ignored => continue,
                Word::IsoTime => {
                    let next = fields.get(place + 1).map(|it| it.kind);
                    let time = matches!(next, Some(FieldKind::Number | FieldKind::Time | FieldKind::Date));
                    if decoder.seen & DATE != DATE || !time {
                        return Err(Failure::BadFormat);
                    }
                    time_follows = true;
                    0
                }
                it => decoder.word(it)?,
            },
        };
        if found & decoder.seen != 0 {
            return Err(Failure::BadFormat);
        }
        decoder.seen |= found;
    }
    decoder.finish()
}

impl Decoder {
    fn word(&mut self, word: Word) -> Decoding<u16> {
        Ok(match word {
            Word::Month(month) => {
                let exchanged = self.seen & MONTH != 0
                    && !self.text_month
                    && self.seen & DAY == 0
                    && (1..=31).contains(&self.month);
                if exchanged {
                    self.day = self.month;
                }
                self.text_month = true;
                self.month = month;
                if exchanged { DAY } else { MONTH }
            }
            Word::Weekday => WEEKDAY,
            Word::BeforeNoon | Word::AfterNoon => {
                self.half = Some(word);
                HALF
            }
            Word::CommonEra => ERA,
            Word::Utc => {
                self.zone = 0;
                ZONE
            }
            Word::Ignored | Word::IsoTime | Word::Other => return Err(Failure::Unknown),
        })
    }

    /// `DecodeDate`.
    fn date(&mut self, text: &str) -> Decoding<u16> {
        let mut parts = vec![];
        let mut rest = text;
        while !rest.is_empty() {
            rest = rest.trim_start_matches(|it: char| !it.is_ascii_alphanumeric());
            let first = rest.chars().next().ok_or(Failure::BadFormat)?;
            let like = |it: char| if first.is_ascii_digit() { it.is_ascii_digit() } else { it.is_ascii_alphabetic() };
            let end = rest.find(|it| !like(it)).unwrap_or(rest.len());
            parts.push(&rest[..end]);
            // The character behind is lost, whatever it is.
            rest = rest.get(end + 1..).unwrap_or("");
        }
        let (mut seen, mut found, mut text_month) = (self.seen, 0, false);
        let numeric = |it: &&&str| it.starts_with(|it: char| it.is_ascii_digit());
        for part in parts.iter().filter(|it| !numeric(it)) {
            match word(part) {
                Word::Month(_) if seen & MONTH != 0 => return Err(Failure::BadFormat),
                Word::Month(month) => {
                    self.month = month;
                    text_month = true;
                    seen |= MONTH;
                    found |= MONTH;
                }
                _ => return Err(Failure::Unknown),
            }
        }
        for part in parts.iter().filter(numeric) {
            let next = self.plain_number(part, text_month, seen)?;
            if seen & next != 0 {
                return Err(Failure::BadFormat);
            }
            seen |= next;
            found |= next;
        }
        if seen & !(DAY_OF_YEAR | ZONE) != DATE {
            return Err(Failure::BadFormat);
        }
        Ok(found)
    }

    /// A number by itself, perhaps with a fraction.
    fn number(&mut self, text: &str) -> Decoding<u16> {
        match text.find('.') {
            Some(_) if self.seen & DATE == 0 => self.date(text),
            Some(point) if point > 2 => self.number_field(text, self.seen),
            _ if text.len() >= 6 && (self.seen & DATE == 0 || self.seen & TIME == 0) => {
                self.number_field(text, self.seen)
            }
            _ => self.plain_number(text, self.text_month, self.seen),
        }
    }

    /// `DecodeNumber`.
    fn plain_number(&mut self, text: &str, text_month: bool, seen: u16) -> Decoding<u16> {
        let (digits, fraction) = match text.split_once('.') {
            Some((digits, _)) => (digits, Some(&text[digits.len()..])),
            None => (text, None),
        };
        let value = if digits.is_empty() { return Err(Failure::BadFormat) } else { integer(digits)? };
        if let Some(fraction) = fraction {
            if digits.len() > 2 {
                return self.number_field(text, seen | DATE);
            }
            self.fraction = micros(fraction)?;
        }
        if text.len() == 3 && seen & DATE == YEAR && (1..=366).contains(&value) {
            self.day_of_year = value;
            return Ok(DAY_OF_YEAR | MONTH | DAY);
        }
        let year_first = text.len() >= 3 || self.order == DateOrder::Ymd;
        let found = match seen & DATE {
            0 if year_first => YEAR,
            0 if self.order == DateOrder::Dmy => DAY,
            0 => MONTH,
            YEAR | DAY => MONTH,
            MONTH if text_month && year_first => YEAR,
            MONTH => DAY,
            it if it == YEAR | MONTH => {
                // `DD-MON-YYYY` even where years come first: the first number was the day.
                if text_month && text.len() >= 3 && self.two_digits {
                    self.day = self.year;
                    self.year = value;
                    self.two_digits = false;
                    return Ok(DAY);
                }
                DAY
            }
            it if it == MONTH | DAY => YEAR,
            DATE => return self.number_field(text, seen),
            _ => return Err(Failure::BadFormat),
        };
        match found {
            YEAR => {
                self.year = value;
                self.two_digits = text.len() <= 2;
            }
            MONTH => self.month = value,
            _ => self.day = value,
        }
        Ok(found)
    }

    /// `DecodeNumberField`: digits without anything between them.
    fn number_field(&mut self, text: &str, seen: u16) -> Decoding<u16> {
        let digits = match text.split_once('.') {
            Some((digits, "")) => {
                self.fraction = 0;
                digits
            }
            Some((digits, _)) => {
                self.fraction = micros(&text[digits.len()..])?;
                digits
            }
            None => {
                if seen & DATE != DATE && text.len() >= 6 {
                    let year = text.len() - 4;
                    self.day = integer(&text[year + 2..])?;
                    self.month = integer(&text[year..year + 2])?;
                    // `atoi` does not tell what is too large.
                    self.year = integer(&text[..year]).map_err(|_| Failure::Unknown)?;
                    self.two_digits |= year == 2;
                    return Ok(DATE);
                }
                text
            }
        };
        if seen & TIME != 0 || !matches!(digits.len(), 4 | 6) {
            return Err(Failure::BadFormat);
        }
        self.second = if digits.len() == 6 { integer(&digits[4..])? } else { 0 };
        self.minute = integer(&digits[2..4])?;
        self.hour = integer(&digits[..2])?;
        Ok(TIME)
    }

    /// `DecodeTimeCommon` and `time_overflows`.
    fn time(&mut self, text: &str) -> Decoding<u16> {
        let (hour, rest) = text.split_once(':').ok_or(Failure::BadFormat)?;
        let hour: i64 = hour.parse().map_err(|_| Failure::Overflow)?;
        let (minute, rest) = rest.split_at(rest.find([':', '.']).unwrap_or(rest.len()));
        let minute = integer(minute)?;
        self.fraction = 0;
        let (hour, minute, second) = match rest.strip_prefix(':') {
            None if rest.is_empty() => (hour, minute, 0),
            // Minutes and seconds.
            None => {
                self.fraction = micros(rest)?;
                (0, hour, minute)
            }
            Some(rest) => {
                let (second, rest) = rest.split_at(rest.find([':', '.']).unwrap_or(rest.len()));
                let second = integer(second)?;
                if !rest.is_empty() {
                    self.fraction = micros(rest)?;
                }
                (hour, minute, second)
            }
        };
        let fits = minute < 60 && second <= 60 && hour <= 24;
        (self.hour, self.minute, self.second) = (hour, minute, second);
        if !fits || self.time_of_day() > 86_400_000_000 { Err(Failure::Overflow) } else { Ok(TIME) }
    }

    /// `DecodeTimezone`.
    fn zone(&mut self, text: &str) -> Decoding<u16> {
        let (sign, rest) = text.split_at(1);
        let end = |it: &str| it.find(|it: char| !it.is_ascii_digit()).unwrap_or(it.len());
        let displacement =
            |it: &str| if it.is_empty() { Ok(0) } else { integer(it).map_err(|_| Failure::Displacement) };
        let (hour, rest) = rest.split_at(end(rest));
        let hour = displacement(hour)?;
        let (mut minute, mut second, mut behind) = (0, 0, rest);
        let mut hours = hour;
        if let Some(rest) = rest.strip_prefix(':') {
            let (digits, rest) = rest.split_at(end(rest));
            minute = displacement(digits)?;
            behind = rest;
            if let Some(rest) = rest.strip_prefix(':') {
                let (digits, rest) = rest.split_at(end(rest));
                second = displacement(digits)?;
                behind = rest;
            }
        } else if rest.is_empty() && text.len() > 3 {
            (hours, minute) = (hour / 100, hour % 100);
        }
        if hours > 15 || minute >= 60 || second >= 60 {
            return Err(Failure::Displacement);
        }
        self.zone = hours * 3600 + minute * 60 + second;
        if sign == "-" {
            self.zone = -self.zone;
        }
        if behind.is_empty() { Ok(ZONE) } else { Err(Failure::BadFormat) }
    }

    /// `ValidateDate`, and what is left to do for a whole date.
    fn finish(mut self) -> Decoding<Decoded> {
        if self.seen & YEAR != 0 {
            if self.two_digits {
                self.year += match self.year {
                    0..70 => 2000,
                    70..100 => 1900,
                    _ => 0,
                };
            } else if self.year <= 0 {
                return Err(Failure::Overflow);
            }
        }
        if self.seen & DAY_OF_YEAR != 0 {
            self.by_day_of_year();
        }
        let wrong = |part: u16, value: i64, max: i64| self.seen & part != 0 && !(1..=max).contains(&value);
        if wrong(MONTH, self.month, 12) || wrong(DAY, self.day, 31) {
            return Err(Failure::Overflow);
        }
        if self.seen & DATE == DATE && self.day > month_length(self.year, self.month) {
            return Err(Failure::Overflow);
        }
        if self.half.is_some() && self.hour > 12 {
            return Err(Failure::Overflow);
        }
        match self.half {
            Some(Word::BeforeNoon) if self.hour == 12 => self.hour = 0,
            Some(Word::AfterNoon) if self.hour != 12 => self.hour += 12,
            _ => {}
        }
        if self.seen & DATE != DATE {
            return Err(Failure::BadFormat);
        }
        // Years of other lengths have limits of their own.
        if self.year > 9998 {
            return Err(Failure::Unknown);
        }
        let day = Day { year: self.year, month: self.month, day: self.day };
        Ok(Decoded { day, micros: self.time_of_day(), zone: (self.seen & ZONE != 0).then_some(self.zone) })
    }

    fn by_day_of_year(&mut self) {
        let mut left = self.day_of_year;
        let length = days_before(self.year + 1) - days_before(self.year);
        if left > length {
            left -= length;
            self.year += 1;
        }
        self.month = 1;
        while left > month_length(self.year, self.month) {
            left -= month_length(self.year, self.month);
            self.month += 1;
        }
        self.day = left;
    }

    fn time_of_day(&self) -> i64 {
        ((self.hour * 60 + self.minute) * 60 + self.second) * 1_000_000 + self.fraction
    }
}

/// `strtoint` of digits alone; nothing is zero.
fn integer(digits: &str) -> Decoding<i64> {
    if digits.is_empty() {
        return Ok(0);
    }
    digits.parse::<i32>().map(i64::from).map_err(|_| Failure::Overflow)
}

/// `ParseFractionalSecond`: a point and digits.
fn micros(fraction: &str) -> Decoding<i64> {
    if fraction == "." {
        return Ok(0);
    }
    let value: f64 = fraction.parse().map_err(|_| Failure::BadFormat)?;
    Ok((value * 1_000_000.0).round_ties_even() as i64)
}
