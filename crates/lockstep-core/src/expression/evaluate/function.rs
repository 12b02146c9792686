//! The server's own functions, as far as their results are the same in every database.

use crate::expression::evaluate::arithmetic::in_range;
use crate::expression::evaluate::decimal::Decimal;
use crate::expression::evaluate::value::{self, Value};
use crate::expression::evaluate::{Computed, Trouble, error};
use crate::pg::sqlstate;
use crate::pg::types::Type;

/// Longer results are not made.
const MAX_LENGTH: usize = 10_000;

/// No argument of a strict function is null.
pub(super) fn call(name: &str, values: &[Value], types: &[Type]) -> Computed {
    match values {
        [Value::Text(text)] => of_text(name, text, types[0]),
        [Value::Text(text), Value::Integer(number)] => of_text_and_number(name, text, *number),
        [Value::Text(text), Value::Text(other)] => of_two_texts(name, text, other),
        [Value::Text(text), Value::Text(from), Value::Text(to)] if name == "replace" => {
            let made = if from.is_empty() { text.to_string() } else { text.replace(&**from, to) };
            bounded(made)
        }
        [Value::Text(text), Value::Integer(start), Value::Integer(length)]
            if matches!(name, "substr" | "substring") =>
        {
            if *length < 0 {
                return error(sqlstate::SUBSTRING_ERROR, "negative substring length not allowed");
            }
            Ok(Value::text(&substring(text, *start, Some(*length))))
        }
        [Value::Integer(a), Value::Integer(b)] if name == "mod" => match b {
            0 => error(sqlstate::DIVISION_BY_ZERO, "division by zero"),
            _ => in_range(i128::from(*a) % i128::from(*b), types[0]),
        },
        [Value::Integer(value)] if name == "abs" => in_range(i128::from(*value).abs(), types[0]),
        [Value::Decimal(value)] => of_decimal(name, *value),
        [Value::Decimal(value), Value::Integer(scale)] => {
            let scale = i32::try_from(*scale).ok().filter(|it| it.abs() <= 100).ok_or(Trouble::Unknown)?;
            match name {
                "round" => decimal(value.rounded_to(scale)),
                "trunc" => decimal(value.truncated_to(scale)),
                _ => Err(Trouble::Unknown),
            }
        }
        _ if name == "concat" => concatenation(values, types),
        _ => Err(Trouble::Unknown),
    }
}

fn decimal(value: Option<Decimal>) -> Computed {
    value.map(Value::Decimal).ok_or(Trouble::Unknown)
}

fn bounded(text: String) -> Computed {
    match text.len() <= MAX_LENGTH {
        true => Ok(Value::text(&text)),
        false => Ok(Value::Something),
    }
}

fn of_text(name: &str, text: &str, type_: Type) -> Computed {
    let blanks = [' '];
    Ok(match name {
        // Letters of ASCII are the same in every collation but the Turkic ones.
        "lower" if text.is_ascii() => Value::text(&text.to_ascii_lowercase()),
        "upper" if text.is_ascii() => Value::text(&text.to_ascii_uppercase()),
        "length" | "char_length" | "character_length" => {
            let counted = if type_.is(Type::BPCHAR) { text.trim_end_matches(blanks) } else { text };
            Value::Integer(counted.chars().count() as i64)
        }
        "octet_length" => Value::Integer(text.len() as i64),
        "btrim" | "trim" => Value::text(text.trim_matches(blanks)),
        "ltrim" => Value::text(text.trim_start_matches(blanks)),
        "rtrim" => Value::text(text.trim_end_matches(blanks)),
        "reverse" => Value::text(&text.chars().rev().collect::<String>()),
        "lower" | "upper" | "initcap" | "md5" => Value::Something,
        _ => return Err(Trouble::Unknown),
    })
}

fn of_text_and_number(name: &str, text: &str, number: i64) -> Computed {
    let count = text.chars().count() as i64;
    Ok(Value::text(&match name {
        "substr" | "substring" => substring(text, number, None),
        // Below zero: all but the last, or the first, so many.
        "left" => {
            let kept = if number < 0 { count.saturating_add(number) } else { number };
            text.chars().take(usize::try_from(kept).unwrap_or(0)).collect()
        }
        "right" => {
            let skipped = if number < 0 { number.saturating_neg() } else { count.saturating_sub(number) };
            text.chars().skip(usize::try_from(skipped).unwrap_or(0)).collect()
        }
        "repeat" => {
            match usize::try_from(number.max(0)).ok().filter(|it| it.saturating_mul(text.len()) <= MAX_LENGTH) {
                Some(times) => text.repeat(times),
                None => return Err(Trouble::Unknown),
            }
        }
        _ => return Err(Trouble::Unknown),
    }))
}

fn of_two_texts(name: &str, text: &str, other: &str) -> Computed {
    Ok(match name {
        "btrim" => Value::text(text.trim_matches(|it| other.contains(it))),
        "ltrim" => Value::text(text.trim_start_matches(|it| other.contains(it))),
        "rtrim" => Value::text(text.trim_end_matches(|it| other.contains(it))),
        "strpos" | "position" => Value::Integer(text.find(other).map_or(0, |at| text[..at].chars().count() as i64 + 1)),
        "starts_with" => Value::Boolean(text.starts_with(other)),
        _ => return Err(Trouble::Unknown),
    })
}

/// `text_substring`: places begin at one, and what lies before the text counts.
fn substring(text: &str, start: i64, length: Option<i64>) -> String {
    let end = length.map_or(i64::MAX, |length| start.saturating_add(length));
    let skipped = start.max(1) - 1;
    let taken = (end - 1).max(skipped) - skipped;
    text.chars()
        .skip(usize::try_from(skipped).unwrap_or(usize::MAX))
        .take(usize::try_from(taken).unwrap_or(usize::MAX))
        .collect()
}

fn of_decimal(name: &str, value: Decimal) -> Computed {
    match name {
        "abs" => Ok(Value::Decimal(value.absolute())),
        "round" => decimal(value.rounded_to(0)),
        "trunc" => decimal(value.truncated_to(0)),
        "floor" => decimal(value.to_whole(false)),
        "ceil" | "ceiling" => decimal(value.to_whole(true)),
        "sign" => Ok(Value::Decimal(Decimal::integer(value.signum()))),
        _ => Err(Trouble::Unknown),
    }
}

/// `text_concat`: nulls are left out; booleans are printed short.
fn concatenation(values: &[Value], types: &[Type]) -> Computed {
    let mut made = String::new();
    for (value, type_) in values.iter().zip(types) {
        match value {
            Value::Null => {}
            Value::Boolean(value) => made.push(if *value { 't' } else { 'f' }),
            Value::Text(text) => made.push_str(text),
            other => match value::to_text(other, *type_) {
                Some(text) => made.push_str(&text),
                None => return Ok(Value::Something),
            },
        }
    }
    bounded(made)
}
