//! What a default evaluates to when a column is added: the constant that `attmissingval` keeps.

use crate::effect::PgError;
use crate::expression::Volatility;
use crate::expression::literal::{self, element_text, float4_text, float8_text, numeric_with_scale};
use crate::expression::node::{Constant, Expression, Node, length_conversion};
use crate::expression::scope::{Refusal, Scope};
use crate::expression::typing::base_type;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::pg::types::format::numeric_parts;

/// What rows that exist get for a column added with a default (`attmissingval`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// As the server prints the array: `{active}`; the time of the statement is `<now>`, another one that is
    /// reckoned from it `<moment>`.
    Value(String),
    Null,
    /// The default is volatile: every row gets its own, by a rewrite.
    Volatile,
    /// Computing it fails.
    Error(PgError),
    Unknown,
}

/// The value of an expression without columns.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Null,
    Text(String),
    /// The transaction's time, or its day.
    Now,
    /// So much earlier or later.
    Moment,
}

/// What a default stores for the rows that exist.
pub fn constant_value(default: &Expression, scope: &dyn Scope) -> Stored {
    if default.volatility() == Volatility::Volatile {
        return Stored::Volatile;
    }
    let mut error = None;
    match evaluate(default, scope, &mut error) {
        None => error.map_or(Stored::Unknown, Stored::Error),
        Some(Value::Null) => Stored::Null,
        Some(Value::Now) => Stored::Value("{<now>}".to_owned()),
        Some(Value::Moment) => Stored::Value("{<moment>}".to_owned()),
        Some(Value::Text(text)) => Stored::Value(format!("{{{}}}", element_text(&text))),
    }
}

/// The value of a constant expression, as its type prints it: `Some(None)` is null, `None` not known.
pub fn constant_text(it: &Expression, scope: &dyn Scope) -> Option<Option<String>> {
    match evaluate(it, scope, &mut None)? {
        Value::Null => Some(None),
        Value::Text(text) => Some(Some(text)),
        Value::Now | Value::Moment => None,
    }
}

/// `None`: not known, or an error.
fn evaluate(it: &Expression, scope: &dyn Scope, error: &mut Option<PgError>) -> Option<Value> {
    match &it.node {
        Node::Constant(Constant::Null) => Some(Value::Null),
        Node::Constant(Constant::Text(text)) => Some(Value::Text(text.to_string())),
        Node::Relabel { operand, .. } | Node::ToDomain { operand, .. } | Node::Collate { operand, .. } => {
            evaluate(operand, scope, error)
        }
        Node::ThroughText { operand, .. } => {
            let target = base_type(it.type_, scope);
            match evaluate(operand, scope, error)? {
                Value::Text(text) => match note(literal::input(&text, target.bare(), scope), error)?.node {
                    Node::Constant(Constant::Text(text)) => Some(Value::Text(text.to_string())),
                    _ => None,
                },
                Value::Null => Some(Value::Null),
                Value::Now | Value::Moment => None,
            }
        }
        Node::Value(keyword) => {
            matches!(*keyword, "current_timestamp" | "current_date" | "localtimestamp").then_some(Value::Now)
        }
        Node::Array(elements) => array(elements, scope, error),
        Node::Coalesce(items) => items.iter().find_map(|item| match evaluate(item, scope, error) {
            Some(Value::Null) => None,
            other => Some(other),
        })?,
        Node::ConvertArray { operand, element, .. } if matches!(element.node, Node::Relabel { .. }) => {
            evaluate(operand, scope, error)
        }
        Node::ConvertArray { operand, .. } => evaluate(operand, scope, error)
            .filter(|value| *value == Value::Null || *value == Value::Text("{}".to_owned())),
        Node::Function { function, arguments, .. } => match (function.name, arguments.as_slice()) {
            ("now" | "transaction_timestamp" | "statement_timestamp", []) => Some(Value::Now),
            ("upper" | "lower" | "length", [operand]) if base_type(operand.type_, scope).bare().is(Type::TEXT) => {
                match evaluate(operand, scope, error)? {
                    // What other letters become is for the collation to say.
                    Value::Text(text) if function.name == "length" => {
                        Some(Value::Text(text.chars().count().to_string()))
                    }
                    Value::Text(text) if !text.is_ascii() => None,
                    Value::Text(text) if function.name == "upper" => Some(Value::Text(text.to_ascii_uppercase())),
                    Value::Text(text) => Some(Value::Text(text.to_ascii_lowercase())),
                    other => Some(other).filter(|it| *it == Value::Null),
                }
            }
            ("timezone", [_, time]) => {
                evaluate(time, scope, error).filter(|value| matches!(value, Value::Now | Value::Moment))
            }
            ("", [operand, ..]) => {
                let source = base_type(operand.type_, scope).bare();
                match evaluate(operand, scope, error)? {
                    Value::Text(text) => {
                        convert(&text, source, it.type_, length_conversion(arguments), error).map(Value::Text)
                    }
                    moment @ (Value::Now | Value::Moment)
                        if it.type_.is_any(&[Type::DATE, Type::TIMESTAMP, Type::TIMESTAMPTZ]) =>
                    {
                        Some(moment)
                    }
                    Value::Null => Some(Value::Null),
                    Value::Now | Value::Moment => None,
                }
            }
            _ => None,
        },
        Node::Operator { operator, arguments } => match arguments.as_slice() {
            [left, right] => {
                let (left_value, right_value) = (evaluate(left, scope, error)?, evaluate(right, scope, error)?);
                match (left_value, right_value) {
                    (Value::Text(first), Value::Text(second)) => {
                        operate(operator.symbol, left.type_, &first, &second, it.type_, error).map(Value::Text)
                    }
                    // A constant interval does not lead out of what the type can hold.
                    (Value::Now | Value::Moment, Value::Text(_))
                        if matches!(operator.symbol, "+" | "-")
                            && right.type_.is(Type::INTERVAL)
                            && it.type_.is_any(&[Type::TIMESTAMP, Type::TIMESTAMPTZ]) =>
                    {
                        Some(Value::Moment)
                    }
                    _ => None,
                }
            }
            _ => None,
        },
        _ => None,
    }
}

/// Integer arithmetic and the concatenation of strings.
fn operate(
    symbol: &str,
    type_: Type,
    first: &str,
    second: &str,
    result: Type,
    error: &mut Option<PgError>,
) -> Option<String> {
    if symbol == "||" && result.is(Type::TEXT) && type_.is(Type::TEXT) {
        return Some(format!("{first}{second}"));
    }
    if !result.is_any(&[Type::INT2, Type::INT4, Type::INT8]) {
        return None;
    }
    let (first, second): (i64, i64) = (first.parse().ok()?, second.parse().ok()?);
    if matches!(symbol, "/" | "%") && second == 0 {
        *error = Some(PgError::new(sqlstate::DIVISION_BY_ZERO, "division by zero"));
        return None;
    }
    let value = match symbol {
        "+" => first.checked_add(second),
        "-" => first.checked_sub(second),
        "*" => first.checked_mul(second),
        "/" => first.checked_div(second),
        "%" => first.checked_rem(second),
        _ => return None,
    };
    within(value, result, error).map(|it| it.to_string())
}

/// The value, or the error of a type that has no room for it.
fn within(value: Option<i64>, type_: Type, error: &mut Option<PgError>) -> Option<i64> {
    let found = value.filter(|it| fits(*it, type_));
    if found.is_none() {
        let word = match type_.bare() {
            Type::INT2 => "smallint",
            Type::INT4 => "integer",
            _ => "bigint",
        };
        *error = Some(PgError::new(sqlstate::NUMERIC_VALUE_OUT_OF_RANGE, format!("{word} out of range")));
    }
    found
}

/// The error of a conversion, if it is one of the server's.
fn note<T>(made: Result<T, Refusal>, error: &mut Option<PgError>) -> Option<T> {
    match made {
        Ok(made) => Some(made),
        Err(Refusal::Error(why)) => {
            *error = Some(why);
            None
        }
        Err(Refusal::Unknown(_)) => None,
    }
}

fn fits(value: i64, type_: Type) -> bool {
    match type_.bare() {
        Type::INT2 => i16::try_from(value).is_ok(),
        Type::INT4 => i32::try_from(value).is_ok(),
        _ => true,
    }
}

fn array(elements: &[Expression], scope: &dyn Scope, error: &mut Option<PgError>) -> Option<Value> {
    if elements.is_empty() {
        return Some(Value::Text("{}".to_owned()));
    }
    let mut texts = vec![];
    for element in elements {
        texts.push(match (evaluate(element, scope, error)?, element.type_.array) {
            (Value::Null, false) => "NULL".to_owned(),
            (Value::Text(text), false) => element_text(&text),
            (Value::Text(text), true) => text,
            _ => return None,
        });
    }
    Some(Value::Text(format!("{{{}}}", texts.join(","))))
}

/// The conversions of `pg_cast` that are functions.
fn convert(text: &str, source: Type, target: Type, length: Option<i32>, error: &mut Option<PgError>) -> Option<String> {
    let integers = [Type::INT2, Type::INT4, Type::INT8];
    let strings = [Type::TEXT, Type::VARCHAR, Type::BPCHAR];
    match (source, target.bare()) {
        (Type::NUMERIC, Type::NUMERIC) => {
            let (precision, scale) = numeric_parts(length?)?;
            note(numeric_with_scale(text, precision, scale), error)
        }
        (Type::BIT, Type::BIT) if text.len() == usize::try_from(length?).ok()? => Some(text.to_owned()),
        (Type::VARCHAR, Type::VARCHAR) => fit(text, length?, false, error),
        (Type::BPCHAR, Type::BPCHAR) => fit(text, length?, true, error),
        (Type::BPCHAR, to) if to.is_any(&strings) => Some(text.trim_end_matches(' ').to_owned()),
        (Type::NAME, to) if to.is_any(&strings) => Some(text.to_owned()),
        (Type::BOOL, to) if to.is_any(&strings) => Some(if text == "t" { "true" } else { "false" }.to_owned()),
        (Type::BOOL, Type::INT4) => Some(if text == "t" { "1" } else { "0" }.to_owned()),
        (Type::INT4, Type::BOOL) => Some(if text == "0" { "f" } else { "t" }.to_owned()),
        (from, to) if from.is_any(&integers) && to.is_any(&integers) => {
            within(Some(text.parse().ok()?), to, error).map(|_| text.to_owned())
        }
        (from, Type::NUMERIC) if from.is_any(&integers) => Some(text.to_owned()),
        (from, Type::FLOAT8) if from.is_any(&integers) || from.is(Type::NUMERIC) => {
            Some(float8_text(text.parse().ok()?))
        }
        (from, Type::FLOAT4) if from.is_any(&integers) || from.is(Type::NUMERIC) => {
            Some(float4_text(text.parse().ok()?))
        }
        (Type::FLOAT8, Type::FLOAT4) => Some(float4_text(text.parse().ok()?)),
        (Type::NUMERIC, to) if to.is_any(&integers) => {
            let rounded = numeric_with_scale(text, 20, 0).ok()?;
            within(rounded.parse().ok(), to, error).map(|it| it.to_string())
        }
        (Type::DATE, Type::TIMESTAMP) if !text.ends_with("infinity") => Some(format!("{text} 00:00:00")),
        (Type::TIMESTAMP, Type::DATE) if !text.ends_with("infinity") => text.split(' ').next().map(str::to_owned),
        (from, to)
            if from == to && !text.contains('.') && from.is_any(&[Type::TIMESTAMP, Type::TIMESTAMPTZ, Type::TIME]) =>
        {
            Some(text.to_owned())
        }
        _ => None,
    }
}

/// Cut or padded to `varchar(n)` or `char(n)`.
fn fit(text: &str, modifier: i32, pad: bool, error: &mut Option<PgError>) -> Option<String> {
    let most = usize::try_from(modifier - 4).ok()?;
    let count = text.chars().count();
    if count > most {
        let kept: String = text.chars().take(most).collect();
        let only_blanks = text.chars().skip(most).all(|it| it == ' ');
        if !only_blanks {
            let word = if pad { "character" } else { "character varying" };
            let message = format!("value too long for type {word}({most})");
            *error = Some(PgError::new(sqlstate::STRING_DATA_RIGHT_TRUNCATION, message));
            return None;
        }
        return Some(kept);
    }
    let blanks = if pad { most - count } else { 0 };
    Some(format!("{text}{}", " ".repeat(blanks.min(10_000))))
}
