//! Conversions between types: the functions of `pg_cast`, and `CoerceViaIO`.

use crate::expression::evaluate::arithmetic::in_range;
use crate::expression::evaluate::decimal::Decimal;
use crate::expression::evaluate::value::{self, Value};
use crate::expression::evaluate::{Computed, Trouble, error};
use crate::expression::literal::{self, float4_text, float8_text, numeric_with_scale};
use crate::expression::node::{Constant, Node};
use crate::expression::scope::{Refusal, Scope};
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::pg::types::format::numeric_parts;

/// `OutputFunctionCall` and `InputFunctionCall`.
pub(super) fn through_text(value: &Value, from: Type, to: Type, scope: &dyn Scope) -> Computed {
    let text = match value {
        Value::Null => return Ok(Value::Null),
        Value::Boolean(value) => if *value { "t" } else { "f" }.to_owned(),
        // Unlike a cast, the output function keeps the blanks of `char(n)`.
        Value::Text(text) => text.to_string(),
        // Labels of an enum are their own text.
        Value::Printed(text) if from.row().is_none() && !from.array => text.to_string(),
        other => match value::to_text(other, from) {
            Some(text) => text,
            None if to.is_any(&[Type::TEXT, Type::VARCHAR]) && value.is_value() => return Ok(Value::Something),
            None => return Err(Trouble::Unknown),
        },
    };
    match literal::input(&text, to.bare(), scope) {
        Ok(made) => match &made.node {
            Node::Constant(Constant::Text(text)) => Ok(Value::of(text, to)),
            _ => Err(Trouble::Unknown),
        },
        Err(Refusal::Error(error)) => Err(Trouble::Error(error)),
        Err(Refusal::Unknown(_)) => Err(Trouble::Unknown),
    }
}

/// A conversion function: the value, and for some types a modifier, and whether it is explicit.
pub(super) fn cast(values: &[Value], types: &[Type], to: Type) -> Computed {
    let ([value, rest @ ..], [from, ..]) = (values, types) else { return Err(Trouble::Unknown) };
    let modifier = match rest.first() {
        Some(Value::Integer(modifier)) => i32::try_from(*modifier).ok(),
        _ => None,
    };
    let explicit = matches!(rest.get(1), Some(Value::Boolean(true)));
    let (from, to) = (from.bare(), to.bare());
    let strings = [Type::TEXT, Type::VARCHAR, Type::BPCHAR];
    let integers = [Type::INT2, Type::INT4, Type::INT8];
    match (value, from, to) {
        _ if from.array || to.array => Err(Trouble::Unknown),
        (Value::Decimal(value), Type::NUMERIC, Type::NUMERIC) => to_scale(*value, modifier.ok_or(Trouble::Unknown)?),
        (Value::Text(text), Type::VARCHAR, Type::VARCHAR) => {
            to_length(text, modifier.ok_or(Trouble::Unknown)?, explicit, false)
        }
        (Value::Text(text), Type::BPCHAR, Type::BPCHAR) => {
            to_length(text, modifier.ok_or(Trouble::Unknown)?, explicit, true)
        }
        (Value::Text(text), Type::BPCHAR, to) if to.is_any(&strings) => Ok(Value::text(text.trim_end_matches(' '))),
        (Value::Text(_), Type::NAME, to) if to.is_any(&strings) => Ok(value.clone()),
        (Value::Boolean(value), Type::BOOL, to) if to.is_any(&strings) => {
            Ok(Value::text(if *value { "true" } else { "false" }))
        }
        (Value::Boolean(value), Type::BOOL, Type::INT4) => Ok(Value::Integer((*value).into())),
        (Value::Integer(value), Type::INT4, Type::BOOL) => Ok(Value::Boolean(*value != 0)),
        (Value::Integer(value), from, to) if from.is_any(&integers) && to.is_any(&integers) => {
            in_range((*value).into(), to)
        }
        (Value::Integer(value), from, Type::NUMERIC) if from.is_any(&integers) => {
            Ok(Value::Decimal(Decimal::integer(*value)))
        }
        (Value::Decimal(value), Type::NUMERIC, to) if to.is_any(&integers) => match value.to_integer() {
            Some(value) => in_range(value.into(), to),
            None => in_range(i128::MAX, to),
        },
        (Value::Integer(_) | Value::Decimal(_), from, Type::FLOAT4 | Type::FLOAT8)
            if from.is_any(&integers) || from.is(Type::NUMERIC) =>
        {
            let text = value::to_text(value, from).ok_or(Trouble::Unknown)?;
            let made = match to {
                Type::FLOAT4 => text.parse().ok().filter(|it: &f32| it.is_finite()).map(float4_text),
                _ => text.parse().ok().filter(|it: &f64| it.is_finite()).map(float8_text),
            };
            made.map(|text| Value::Printed(text.into())).ok_or(Trouble::Unknown)
        }
        (Value::Printed(text), Type::DATE, Type::TIMESTAMP) if !text.ends_with("infinity") && !text.ends_with("BC") => {
            Ok(Value::Printed(format!("{text} 00:00:00").into()))
        }
        (Value::Printed(text), Type::TIMESTAMP, Type::DATE) if !text.ends_with("infinity") && !text.ends_with("BC") => {
            Ok(Value::Printed(text.split(' ').next().unwrap_or(text).into()))
        }
        (Value::Printed(text), from, to)
            if from == to && !text.contains('.') && from.is_any(&[Type::TIMESTAMP, Type::TIMESTAMPTZ, Type::TIME]) =>
        {
            Ok(value.clone())
        }
        (Value::Printed(bits), Type::BIT, Type::BIT) => bit(bits, modifier.ok_or(Trouble::Unknown)?, explicit),
        (Value::Printed(bits), Type::VARBIT, Type::VARBIT) => {
            varying_bit(bits, modifier.ok_or(Trouble::Unknown)?, explicit)
        }
        _ => Err(Trouble::Unknown),
    }
}

/// `apply_typmod`.
fn to_scale(value: Decimal, modifier: i32) -> Computed {
    let Some((precision, scale)) = numeric_parts(modifier) else { return Ok(Value::Decimal(value)) };
    match numeric_with_scale(&value.to_string(), precision, scale) {
        Ok(text) => Decimal::parse(&text).map(Value::Decimal).ok_or(Trouble::Unknown),
        Err(Refusal::Error(error)) => Err(Trouble::Error(error)),
        Err(Refusal::Unknown(_)) => Err(Trouble::Unknown),
    }
}

/// `varchar()` and `bpchar()`: an explicit conversion cuts, any other refuses more than blanks.
fn to_length(text: &str, modifier: i32, explicit: bool, pads: bool) -> Computed {
    let Some(most) = usize::try_from(modifier - 4).ok() else { return Ok(Value::text(text)) };
    let count = text.chars().count();
    if count <= most {
        let blanks = if pads { most - count } else { 0 };
        return Ok(match blanks > 10_000 {
            true => Value::Something,
            false => Value::text(&format!("{text}{}", " ".repeat(blanks))),
        });
    }
    if !explicit && text.chars().skip(most).any(|it| it != ' ') {
        let name = if pads { "character" } else { "character varying" };
        let message = format!("value too long for type {name}({most})");
        return error(sqlstate::STRING_DATA_RIGHT_TRUNCATION, message);
    }
    Ok(Value::text(&text.chars().take(most).collect::<String>()))
}

/// `bit()`: of exactly that length, unless the conversion is explicit.
fn bit(bits: &str, modifier: i32, explicit: bool) -> Computed {
    let Some(length) = usize::try_from(modifier).ok().filter(|it| *it > 0) else {
        return Ok(Value::Printed(bits.into()));
    };
    if bits.len() == length {
        return Ok(Value::Printed(bits.into()));
    }
    if !explicit {
        let message = format!("bit string length {} does not match type bit({length})", bits.len());
        return error(sqlstate::STRING_DATA_LENGTH_MISMATCH, message);
    }
    let kept: String = bits.chars().chain(std::iter::repeat('0')).take(length).collect();
    Ok(Value::Printed(kept.into()))
}

/// `varbit()`.
fn varying_bit(bits: &str, modifier: i32, explicit: bool) -> Computed {
    let Some(most) = usize::try_from(modifier).ok().filter(|it| *it > 0) else {
        return Ok(Value::Printed(bits.into()));
    };
    if bits.len() <= most {
        return Ok(Value::Printed(bits.into()));
    }
    if !explicit {
        let message = format!("bit string too long for type bit varying({most})");
        return error(sqlstate::STRING_DATA_RIGHT_TRUNCATION, message);
    }
    Ok(Value::Printed(bits[..most].into()))
}
