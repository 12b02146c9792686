//! What operators and `format()` give.

use crate::name::{quote_identifier, quote_literal};
use crate::statement::do_block::value::Value;
use crate::statement::execution::{Outcome, unknown};
use crate::syntax::expression::LikeKind;

pub(super) fn among(value: &Value, list: &[Value], negated: bool) -> Value {
    let compared: Vec<Option<bool>> = list.iter().map(|it| value.equals(it)).collect();
    if compared.contains(&Some(true)) {
        return Value::Bool(!negated);
    }
    match compared.contains(&None) {
        true if *value == Value::Unknown || list.contains(&Value::Unknown) => Value::Unknown,
        true => Value::Null,
        false => Value::Bool(negated),
    }
}

pub(super) fn compare(symbol: &str, left: &Value, right: &Value) -> Option<Value> {
    use std::cmp::Ordering;
    let order = match (left, right) {
        (Value::Int(left), Value::Int(right)) => left.cmp(right),
        (Value::Int(left), Value::Text(right)) => left.cmp(&right.trim().parse().ok()?),
        _ => return None,
    };
    Some(Value::Bool(match symbol {
        "=" => order == Ordering::Equal,
        "<>" | "!=" => order != Ordering::Equal,
        "<" => order == Ordering::Less,
        "<=" => order != Ordering::Greater,
        ">" => order == Ordering::Greater,
        ">=" => order != Ordering::Less,
        _ => return None,
    }))
}

pub(super) fn binary(symbol: &str, left: &Value, right: &Value) -> Outcome<Value> {
    if left.is_null() || right.is_null() {
        return Ok(Value::Null);
    }
    if *left == Value::Unknown || *right == Value::Unknown {
        return Ok(Value::Unknown);
    }
    if let Some(made) = compare(symbol, left, right) {
        return Ok(made);
    }
    let number = |made: Option<i64>| Ok(made.map_or(Value::Unknown, Value::Int));
    match (symbol, left, right) {
        ("=", ..) => Ok(left.equals(right).map_or(Value::Unknown, Value::Bool)),
        ("<>" | "!=", ..) => Ok(left.equals(right).map_or(Value::Unknown, |it| Value::Bool(!it))),
        ("||", ..) => match (left.print().flatten(), right.print().flatten()) {
            (Some(left), Some(right)) => Ok(Value::Text(left + &right)),
            _ => Ok(Value::Unknown),
        },
        ("+", Value::Int(left), Value::Int(right)) => number(left.checked_add(*right)),
        ("-", Value::Int(left), Value::Int(right)) => number(left.checked_sub(*right)),
        ("*", Value::Int(left), Value::Int(right)) => number(left.checked_mul(*right)),
        _ => unknown(format!("what {symbol} gives is not computed here")),
    }
}

pub(super) fn like(kind: LikeKind, value: &Value, pattern: &Value, negated: bool) -> Outcome<Value> {
    let (Value::Text(value), Value::Text(pattern)) = (value, pattern) else { return Ok(Value::Unknown) };
    let (value, pattern) = match kind {
        LikeKind::Like => (value.clone(), pattern.clone()),
        LikeKind::ILike => (value.to_lowercase(), pattern.to_lowercase()),
        LikeKind::SimilarTo => return unknown("SIMILAR TO is not computed here"),
    };
    let value: Vec<char> = value.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    Ok(Value::Bool(matches(&value, &pattern) != negated))
}

/// `MatchText`: one place after the other, going back to the last `%` where the text does not go on.
fn matches(value: &[char], pattern: &[char]) -> bool {
    let (mut at, mut place, mut back) = (0, 0, None);
    while at < value.len() {
        let escaped = pattern.get(place) == Some(&'\\');
        let wanted = pattern.get(place + usize::from(escaped));
        if !escaped && wanted == Some(&'%') {
            place += 1;
            back = Some((at, place));
        } else if wanted == Some(&value[at]) || (!escaped && wanted == Some(&'_')) {
            at += 1;
            place += 1 + usize::from(escaped);
        } else if let Some((from, after)) = back {
            at = from + 1;
            place = after;
            back = Some((at, after));
        } else {
            return false;
        }
    }
    pattern[place..].iter().all(|it| *it == '%')
}

/// `format()`: `%s`, `%I`, `%L` and `%%`, also with places.
pub(super) fn format(arguments: &[Value]) -> Outcome<Value> {
    let Some(Value::Text(pattern)) = arguments.first() else { return unknown("the format is not known") };
    let mut made = String::new();
    let mut next = 1;
    let mut rest = pattern.as_str();
    while let Some((before, after)) = rest.split_once('%') {
        made.push_str(before);
        let digits = after.chars().take_while(char::is_ascii_digit).count();
        let (place, after) = match after[digits..].strip_prefix('$') {
            Some(after) if digits > 0 => (rest_place(&rest[before.len() + 1..][..digits]), after),
            _ => (None, after),
        };
        let Some(kind) = after.chars().next() else { return unknown("the format is not complete") };
        rest = &after[kind.len_utf8()..];
        if kind == '%' {
            made.push('%');
            continue;
        }
        let at = place.unwrap_or(next);
        next = at + 1;
        let value = match arguments.get(at).map(Value::print) {
            Some(Some(value)) => value,
            _ => return unknown("what is put into the format is not known"),
        };
        match (kind, value) {
            ('s', value) => made.push_str(&value.unwrap_or_default()),
            ('I', Some(value)) => made.push_str(&quote_identifier(&value)),
            ('L', Some(value)) => made.push_str(&quote_literal(&value)),
            ('L', None) => made.push_str("NULL"),
            _ => return unknown("the format is not modelled"),
        }
    }
    made.push_str(rest);
    Ok(Value::Text(made))
}

fn rest_place(digits: &str) -> Option<usize> {
    digits.parse().ok()
}
