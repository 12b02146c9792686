//! Ranges as their output function prints them: whether two of them overlap (`range_overlaps_internal`).

use std::cmp::Ordering;

use crate::expression::evaluate::value::{Value, compare};
use crate::pg::types::Type;

/// The type that a range is made of; `None` for other types.
fn element(type_: Type) -> Option<Type> {
    Some(match type_.row()?.name {
        "int4range" => Type::INT4,
        "int8range" => Type::INT8,
        "numrange" => Type::NUMERIC,
        "daterange" => Type::DATE,
        "tsrange" => Type::TIMESTAMP,
        _ => return None,
    })
}

struct Range {
    /// `None`: no bound.
    lower: Option<Value>,
    upper: Option<Value>,
    with_lower: bool,
    with_upper: bool,
}

/// `None` where it is not understood; an empty range is `Some(None)`.
fn read(text: &str, element: Type) -> Option<Option<Range>> {
    if text.trim().eq_ignore_ascii_case("empty") {
        return Some(None);
    }
    let text = text.trim();
    let (first, last) = (text.chars().next()?, text.chars().last()?);
    let inner = text.get(1..text.len().checked_sub(1)?)?;
    let (lower, upper) = inner.split_once(',')?;
    let plain = |it: &str| it.chars().all(|it| it.is_ascii_digit() || matches!(it, '-' | '.' | ':' | ' '));
    let bound = |it: &str| match it.trim().trim_matches('"') {
        "" => Some(None),
        it if plain(it) => Some(Some(Value::of(it, element))),
        _ => None,
    };
    let (lower, upper) = (bound(lower)?, bound(upper)?);
    let exact = |it: &Option<Value>| it.as_ref().is_none_or(Value::is_exact);
    let known = matches!(first, '[' | '(') && matches!(last, ']' | ')') && exact(&lower) && exact(&upper);
    let range = Range { lower, upper, with_lower: first == '[', with_upper: last == ']' };
    known.then_some(Some(range))
}

/// Whole numbers and days have another form for the same range: `[1,3]` is `[1,4)`.
fn is_discrete(element: Type) -> bool {
    element.is_any(&[Type::INT4, Type::INT8, Type::DATE])
}

pub(super) fn overlap(first: &Value, second: &Value, type_: Type) -> Option<bool> {
    let element = element(type_)?;
    let (Value::Printed(a), Value::Printed(b)) = (first, second) else { return None };
    let (Some(a), Some(b)) = (read(a, element)?, read(b, element)?) else { return Some(false) };
    // Each begins before the other ends.
    let before = |from: &Range, to: &Range| {
        let (Some(lower), Some(upper)) = (&from.lower, &to.upper) else { return Some(true) };
        Some(match compare(lower, upper, element, true)? {
            Ordering::Less if !is_discrete(element) || from.with_lower => true,
            // Between two neighbours there is nothing, which takes arithmetic to see.
            Ordering::Less => return None,
            Ordering::Equal => from.with_lower && to.with_upper,
            Ordering::Greater => false,
        })
    };
    let is_empty = |it: &Range| {
        let (Some(lower), Some(upper)) = (&it.lower, &it.upper) else { return Some(false) };
        Some(match compare(lower, upper, element, true)? {
            Ordering::Less => false,
            Ordering::Equal => !(it.with_lower && it.with_upper),
            Ordering::Greater => return None,
        })
    };
    if is_empty(&a)? || is_empty(&b)? {
        return Some(false);
    }
    Some(before(&a, &b)? && before(&b, &a)?)
}
