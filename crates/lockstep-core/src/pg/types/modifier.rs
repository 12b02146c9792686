//! Type modifiers: the `typmodin` functions, in their words.

use crate::effect::PgError;
use crate::pg::catalog::TypeRow;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::pg::version::PgVersion;
use crate::syntax::expression::TypeName;

/// `MaxAttrSize`.
const MAX_LENGTH: i64 = 10 * 1024 * 1024;
/// `MAX_TIMESTAMP_PRECISION`.
pub(crate) const MAX_PRECISION: i64 = 6;
/// `INTERVAL_FULL_RANGE` and `INTERVAL_FULL_PRECISION`.
pub(crate) const FULL_RANGE: i32 = 0x7FFF;
pub(crate) const FULL_PRECISION: i32 = 0xFFFF;

fn invalid(message: impl Into<String>) -> PgError {
    PgError::new(sqlstate::INVALID_PARAMETER_VALUE, message)
}

/// `float(n)` is another type for each half of the range (`opt_float` of `gram.y`).
pub(super) fn float(name: &TypeName) -> Result<Option<Type>, PgError> {
    if name.name.schema.is_some() || name.name.name != "float" {
        return Ok(None);
    }
    let Some(bits) = name.modifiers.first() else { return Ok(Some(Type::FLOAT8)) };
    match integer(bits)? {
        ..1 => Err(invalid("precision for type float must be at least 1 bit")),
        1..=24 => Ok(Some(Type::FLOAT4)),
        25..=53 => Ok(Some(Type::FLOAT8)),
        _ => Err(invalid("precision for type float must be less than 54 bits")),
    }
}

/// `typenameTypeMod`.
pub(super) fn of(name: &TypeName, bare: Type, row: &TypeRow, version: PgVersion) -> Result<i32, PgError> {
    let grammar = name.name.schema.is_none();
    if bare.is(Type::INTERVAL) {
        return interval(name);
    }
    if name.modifiers.is_empty() {
        // `character` and `bit` alone mean one of them; their catalog names do not.
        return Ok(match name.name.name.as_str() {
            "character" if grammar => 5,
            "bit" if grammar => 1,
            _ => -1,
        });
    }
    if !row.has_modifier {
        let word = name.name.name.as_str();
        return Err(PgError::new(sqlstate::SYNTAX_ERROR, format!("type modifier is not allowed for type \"{word}\"")));
    }
    let values = name.modifiers.iter().map(|text| integer(text)).collect::<Result<Vec<i64>, _>>()?;
    match bare {
        Type::VARCHAR => length(&values, "varchar", MAX_LENGTH).map(|it| it + 4),
        Type::BPCHAR => length(&values, "char", MAX_LENGTH).map(|it| it + 4),
        Type::BIT => length(&values, "bit", MAX_LENGTH * 8),
        Type::VARBIT => length(&values, "varbit", MAX_LENGTH * 8),
        Type::NUMERIC => numeric(&values, version),
        Type::TIMESTAMP => precision(&values, "TIMESTAMP", ""),
        Type::TIMESTAMPTZ => precision(&values, "TIMESTAMP", " WITH TIME ZONE"),
        Type::TIME => precision(&values, "TIME", ""),
        Type::TIMETZ => precision(&values, "TIME", " WITH TIME ZONE"),
        _ => Err(invalid("invalid type modifier")),
    }
}

fn integer(text: &str) -> Result<i64, PgError> {
    let value: i64 = text.parse().map_err(|_| {
        PgError::new(
            sqlstate::INVALID_TEXT_REPRESENTATION,
            format!("invalid input syntax for type integer: \"{text}\""),
        )
    })?;
    match i32::try_from(value) {
        Ok(value) => Ok(value.into()),
        Err(_) => Err(PgError::new(
            sqlstate::NUMERIC_VALUE_OUT_OF_RANGE,
            format!("value \"{text}\" is out of range for type integer"),
        )),
    }
}

/// `anychar_typmodin` and `anybit_typmodin`.
fn length(values: &[i64], name: &str, most: i64) -> Result<i32, PgError> {
    match values {
        [value] if *value < 1 => Err(invalid(format!("length for type {name} must be at least 1"))),
        [value] if *value > most => Err(invalid(format!("length for type {name} cannot exceed {most}"))),
        [value] => Ok(*value as i32),
        _ => Err(invalid("invalid type modifier")),
    }
}

/// `numerictypmodin`: a scale may be negative, or beyond the precision, from 15 on.
fn numeric(values: &[i64], version: PgVersion) -> Result<i32, PgError> {
    let (precision, scale) = match values {
        [precision] => (*precision, 0),
        [precision, scale] => (*precision, *scale),
        _ => return Err(invalid("invalid NUMERIC type modifier")),
    };
    if !(1..=1000).contains(&precision) {
        return Err(invalid(format!("NUMERIC precision {precision} must be between 1 and 1000")));
    }
    if version >= PgVersion::V15 {
        if !(-1000..=1000).contains(&scale) {
            return Err(invalid(format!("NUMERIC scale {scale} must be between -1000 and 1000")));
        }
    } else if !(0..=precision).contains(&scale) {
        return Err(invalid(format!("NUMERIC scale {scale} must be between 0 and precision {precision}")));
    }
    Ok((((precision as i32) << 16) | (scale as i32 & 0x7FF)) + 4)
}

/// `anytimestamp_typmod_check`: more than six digits only raises a warning.
fn precision(values: &[i64], name: &str, zone: &str) -> Result<i32, PgError> {
    match values {
        [value] if *value < 0 => Err(invalid(format!("{name}({value}){zone} precision must not be negative"))),
        [value] => Ok((*value).min(MAX_PRECISION) as i32),
        _ => Err(invalid("invalid type modifier")),
    }
}

/// The bit of each field in an interval's range (`INTERVAL_MASK` of `timestamp.h`).
const FIELDS: [(&str, i32); 6] =
    [("year", 1 << 2), ("month", 1 << 1), ("day", 1 << 3), ("hour", 1 << 10), ("minute", 1 << 11), ("second", 1 << 12)];

/// `intervaltypmodin`.
fn interval(name: &TypeName) -> Result<i32, PgError> {
    let range = name.interval_fields.as_deref().map(interval_range).unwrap_or(FULL_RANGE);
    let precision = match name.modifiers.as_slice() {
        [] if name.interval_fields.is_none() => return Ok(-1),
        [] => FULL_PRECISION,
        [text] => match integer(text)? {
            value @ ..0 => {
                return Err(invalid(format!("INTERVAL({value}) precision must not be negative")));
            }
            value => value.min(MAX_PRECISION) as i32,
        },
        _ => return Err(invalid("invalid INTERVAL type modifier")),
    };
    Ok((range << 16) | precision)
}

/// `year to month` names all fields from the first to the last.
fn interval_range(fields: &str) -> i32 {
    let place = |word: &str| FIELDS.iter().position(|(name, _)| *name == word);
    let (first, last) = fields.split_once(" to ").unwrap_or((fields, fields));
    match (place(first), place(last)) {
        (Some(first), Some(last)) if first <= last => FIELDS[first..=last].iter().fold(0, |mask, (_, bit)| mask | bit),
        _ => FULL_RANGE,
    }
}

/// The fields of a range as `intervaltypmodout` prints them, with the blank in front.
pub(super) fn interval_words(range: i32) -> String {
    if range == FULL_RANGE {
        return String::new();
    }
    let named: Vec<&str> = FIELDS.iter().filter(|(_, bit)| range & bit != 0).map(|(name, _)| *name).collect();
    match named.as_slice() {
        [only] => format!(" {only}"),
        [first, .., last] => format!(" {first} to {last}"),
        [] => String::new(),
    }
}
