//! Arithmetic of integers (`int.c`, `int8.c`) and numerics (`numeric.c`).

use crate::expression::evaluate::decimal::Decimal;
use crate::expression::evaluate::value::Value;
use crate::expression::evaluate::{Computed, Trouble, error};
use crate::pg::sqlstate;
use crate::pg::types::Type;

/// 22003 where an integer is beyond its type.
pub(super) fn in_range(value: i128, type_: Type) -> Computed {
    let (least, most, name) = match type_.bare() {
        Type::INT2 => (i128::from(i16::MIN), i128::from(i16::MAX), "smallint"),
        Type::INT4 => (i128::from(i32::MIN), i128::from(i32::MAX), "integer"),
        Type::INT8 => (i128::from(i64::MIN), i128::from(i64::MAX), "bigint"),
        _ => return Err(Trouble::Unknown),
    };
    match i64::try_from(value) {
        Ok(fits) if (least..=most).contains(&value) => Ok(Value::Integer(fits)),
        _ => error(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE, format!("{name} out of range")),
    }
}

fn division_by_zero() -> Computed {
    error(sqlstate::DIVISION_BY_ZERO, "division by zero")
}

fn decimal(value: Option<Decimal>) -> Computed {
    value.map(Value::Decimal).ok_or(Trouble::Unknown)
}

pub(super) fn unary(symbol: &str, values: &[Value], type_: Type) -> Computed {
    match (symbol, values) {
        ("+", [value @ (Value::Integer(_) | Value::Decimal(_))]) => Ok(value.clone()),
        ("-", [Value::Integer(value)]) => in_range(-i128::from(*value), type_),
        ("@", [Value::Integer(value)]) => in_range(i128::from(*value).abs(), type_),
        ("-", [Value::Decimal(value)]) => Ok(Value::Decimal(value.negated())),
        ("@", [Value::Decimal(value)]) => Ok(Value::Decimal(value.absolute())),
        _ => Err(Trouble::Unknown),
    }
}

pub(super) fn binary(symbol: &str, first: &Value, second: &Value, type_: Type) -> Computed {
    match (first, second) {
        (Value::Integer(a), Value::Integer(b)) => integers(symbol, i128::from(*a), i128::from(*b), type_),
        (Value::Decimal(a), Value::Decimal(b)) => decimals(symbol, *a, *b),
        _ => Err(Trouble::Unknown),
    }
}

fn integers(symbol: &str, a: i128, b: i128, type_: Type) -> Computed {
    match symbol {
        "+" => in_range(a + b, type_),
        "-" => in_range(a - b, type_),
        "*" => in_range(a * b, type_),
        "/" | "%" if b == 0 => division_by_zero(),
        "/" => in_range(a / b, type_),
        "%" => in_range(a % b, type_),
        "&" => in_range(a & b, type_),
        "|" => in_range(a | b, type_),
        "#" => in_range(a ^ b, type_),
        _ => Err(Trouble::Unknown),
    }
}

fn decimals(symbol: &str, a: Decimal, b: Decimal) -> Computed {
    match symbol {
        "+" => decimal(a.plus(b)),
        "-" => decimal(a.plus(b.negated())),
        "*" => decimal(a.times(b)),
        "/" | "%" if b.is_zero() => division_by_zero(),
        "/" => decimal(a.divided_by(b)),
        "%" => decimal(a.remainder(b)),
        _ => Err(Trouble::Unknown),
    }
}
