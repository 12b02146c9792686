//! A date or time cut into fields: `ParseDateTime`.

use crate::expression::literal::datetime::Failure;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    Number,
    Date,
    Time,
    Zone,
    Word,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) kind: FieldKind,
    /// In lower case.
    pub(super) text: String,
}

/// `MAXDATEFIELDS`.
const MAX_FIELDS: usize = 25;
/// `MAXDATELEN`: longer texts depend on how much the buffer takes.
const MAX_LENGTH: usize = 100;

/// What a word of `datetktbl` means, as far as it is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Month(i64),
    Weekday,
    BeforeNoon,
    AfterNoon,
    Ignored,
    /// The `T` between date and time.
    IsoTime,
    /// `AD`.
    CommonEra,
    Utc,
    /// Whether and how it is read is not known here.
    Other,
}

pub(super) fn word(text: &str) -> Word {
    const MONTHS: [(&str, &str); 12] = [
        ("jan", "january"),
        ("feb", "february"),
        ("mar", "march"),
        ("apr", "april"),
        ("may", "may"),
        ("jun", "june"),
        ("jul", "july"),
        ("aug", "august"),
        ("sep", "september"),
        ("oct", "october"),
        ("nov", "november"),
        ("dec", "december"),
    ];
    let month = MONTHS.iter().position(|(short, long)| text == *short || text == *long);
    match (month, text) {
        (Some(place), _) => Word::Month(place as i64 + 1),
        (_, "sept") => Word::Month(9),
        (_, "sun" | "sunday" | "mon" | "monday" | "tue" | "tues" | "tuesday" | "wed" | "weds" | "wednesday") => {
            Word::Weekday
        }
        (_, "thu" | "thur" | "thurs" | "thursday" | "fri" | "friday" | "sat" | "saturday") => Word::Weekday,
        (_, "am") => Word::BeforeNoon,
        (_, "pm") => Word::AfterNoon,
        (_, "at" | "on") => Word::Ignored,
        (_, "t") => Word::IsoTime,
        (_, "ad") => Word::CommonEra,
        (_, "z" | "zulu" | "utc" | "gmt" | "uct" | "ut") => Word::Utc,
        _ => Word::Other,
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    text: String,
}

impl Reader<'_> {
    fn next(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn take(&mut self) {
        if let Some((first, rest)) = self.rest.split_first() {
            self.text.push(first.to_ascii_lowercase() as char);
            self.rest = rest;
        }
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.next().is_some_and(&wanted) {
            self.take();
        }
    }
}

pub(super) fn fields(text: &str) -> Result<Vec<Field>, Failure> {
    // What other letters are depends on the locale.
    if !text.is_ascii() || text.len() > MAX_LENGTH {
        return Err(Failure::Unknown);
    }
    let mut reader = Reader { rest: text.as_bytes(), text: String::new() };
    let mut fields = vec![];
    while let Some(first) = reader.next() {
        if is_space(first) {
            reader.rest = &reader.rest[1..];
            continue;
        }
        if fields.len() >= MAX_FIELDS {
            return Err(Failure::BadFormat);
        }
        reader.text.clear();
        let kind = match first {
            b'0'..=b'9' => number_first(&mut reader),
            b'.' => {
                reader.take();
                reader.take_while(|it| it.is_ascii_digit());
                FieldKind::Number
            }
            it if it.is_ascii_alphabetic() => letter_first(&mut reader)?,
            b'+' | b'-' => sign_first(&mut reader)?,
            it if it.is_ascii_punctuation() => {
                reader.rest = &reader.rest[1..];
                continue;
            }
            _ => return Err(Failure::BadFormat),
        };
        fields.push(Field { kind, text: reader.text.clone() });
    }
    Ok(fields)
}

fn is_space(byte: u8) -> bool {
    byte == b' ' || (9..=13).contains(&byte)
}

fn number_first(reader: &mut Reader<'_>) -> FieldKind {
    reader.take_while(|it| it.is_ascii_digit());
    match reader.next() {
        Some(b':') => {
            reader.take_while(|it| it.is_ascii_digit() || it == b':' || it == b'.');
            FieldKind::Time
        }
        Some(delimiter @ (b'-' | b'/' | b'.')) => {
            reader.take();
            if !reader.next().is_some_and(|it| it.is_ascii_digit()) {
                reader.take_while(|it| it.is_ascii_alphanumeric() || it == delimiter);
                return FieldKind::Date;
            }
            reader.take_while(|it| it.is_ascii_digit());
            if reader.next() == Some(delimiter) {
                reader.take_while(|it| it.is_ascii_digit() || it == delimiter);
                return FieldKind::Date;
            }
            if delimiter == b'.' { FieldKind::Number } else { FieldKind::Date }
        }
        _ => FieldKind::Number,
    }
}

fn letter_first(reader: &mut Reader<'_>) -> Result<FieldKind, Failure> {
    reader.take_while(|it| it.is_ascii_alphabetic());
    let is_date = match reader.next() {
        Some(b'-' | b'/' | b'.') => true,
        Some(it) if it == b'+' || it.is_ascii_digit() => match word(&reader.text) {
            // Whether the table has the word is not known here.
            Word::Other | Word::Utc => return Err(Failure::Unknown),
            _ => false,
        },
        _ => false,
    };
    if !is_date {
        return Ok(FieldKind::Word);
    }
    reader.take_while(|it| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'-' | b'/' | b'_' | b'.' | b':'));
    Ok(FieldKind::Date)
}

fn sign_first(reader: &mut Reader<'_>) -> Result<FieldKind, Failure> {
    reader.take();
    while reader.next().is_some_and(is_space) {
        reader.rest = &reader.rest[1..];
    }
    match reader.next() {
        Some(it) if it.is_ascii_digit() => {
            reader.take_while(|it| it.is_ascii_digit() || matches!(it, b':' | b'.' | b'-'));
            Ok(FieldKind::Zone)
        }
        Some(it) if it.is_ascii_alphabetic() => {
            reader.take_while(|it| it.is_ascii_alphabetic());
            Ok(FieldKind::Word)
        }
        _ => Err(Failure::BadFormat),
    }
}
