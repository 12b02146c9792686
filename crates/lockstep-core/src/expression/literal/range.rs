//! Ranges: `range_parse`, and the one form that those over whole numbers and days have
//! (`int4range_canonical`). Bounds in quotes are not read.

use crate::effect::PgError;
use crate::expression::literal::builtin;
use crate::expression::scope::{Refusal, Scope};
use crate::pg::sqlstate;
use crate::pg::types::Type;

/// `None`: not known.
pub(super) fn input(text: &str, typed: Type, scope: &dyn Scope) -> Result<Option<String>, Refusal> {
    let element = match typed.row().map(|row| row.name) {
        Some("int4range") => Type::INT4,
        Some("int8range") => Type::INT8,
        Some("daterange") => Type::DATE,
        _ => return Ok(None),
    };
    let text = text.trim();
    if text.eq_ignore_ascii_case("empty") {
        return Ok(Some("empty".to_owned()));
    }
    let parts = (text.chars().next(), text.chars().last(), text.get(1..text.len().saturating_sub(1)));
    let (Some(open @ ('[' | '(')), Some(close @ (']' | ')')), Some(inner)) = parts else { return Ok(None) };
    let Some((lower, upper)) = inner.split_once(',') else { return Ok(None) };
    if inner.contains(['"', '\\', '(', ')', '[', ']']) || upper.contains(',') {
        return Ok(None);
    }
    let bound = |text: &str| match text {
        "" => Ok(Some(None)),
        text => builtin(text, element, scope).map(|value| value.map(Some)),
    };
    let (Some(lower), Some(upper)) = (bound(lower)?, bound(upper)?) else { return Ok(None) };
    let (with_lower, with_upper) = (open == '[' && lower.is_some(), close == ']' && upper.is_some());
    if element.is_any(&[Type::INT4, Type::INT8]) {
        return whole(lower.as_deref(), upper.as_deref(), with_lower, with_upper, element);
    }
    // Years of four digits sort as text.
    let plain = |it: &String| it.as_bytes().get(4) == Some(&b'-') && it.is_ascii() && !it.ends_with("BC");
    if ![&lower, &upper].into_iter().flatten().all(plain) {
        return Ok(None);
    }
    if let (Some(lower), Some(upper)) = (&lower, &upper) {
        match lower.cmp(upper) {
            std::cmp::Ordering::Greater => return Err(disordered().into()),
            std::cmp::Ordering::Equal => return Ok(None),
            std::cmp::Ordering::Less => {}
        }
    }
    if element.is(Type::DATE) && (lower.is_some() && !with_lower || with_upper) {
        return Ok(None);
    }
    let quoted = |it: &Option<String>| match it {
        Some(it) if it.contains(' ') => format!("\"{it}\""),
        Some(it) => it.clone(),
        None => String::new(),
    };
    let (open, close) = (if with_lower { '[' } else { '(' }, if with_upper { ']' } else { ')' });
    Ok(Some(format!("{open}{},{}{close}", quoted(&lower), quoted(&upper))))
}

fn disordered() -> PgError {
    PgError::new(sqlstate::DATA_EXCEPTION, "range lower bound must be less than or equal to range upper bound")
}

fn whole(
    lower: Option<&str>,
    upper: Option<&str>,
    with_lower: bool,
    with_upper: bool,
    element: Type,
) -> Result<Option<String>, Refusal> {
    let number = |it: Option<&str>| it.map(|it| it.parse::<i64>().ok());
    let (lower, upper) = (number(lower), number(upper));
    if lower == Some(None) || upper == Some(None) {
        return Ok(None);
    }
    let (lower, upper) = (lower.flatten(), upper.flatten());
    if let (Some(lower), Some(upper)) = (lower, upper)
        && lower > upper
    {
        return Err(disordered().into());
    }
    let most = if element.is(Type::INT4) { i64::from(i32::MAX) } else { i64::MAX };
    let next = |it: Option<i64>, step: bool| match it {
        Some(it) if step && it == most => None,
        Some(it) => Some(Some(it + i64::from(step))),
        None => Some(None),
    };
    // The next number may be out of range.
    let (Some(lower), Some(upper)) = (next(lower, !with_lower), next(upper, with_upper)) else { return Ok(None) };
    if let (Some(lower), Some(upper)) = (lower, upper)
        && lower >= upper
    {
        return Ok(Some("empty".to_owned()));
    }
    let open = if lower.is_some() { '[' } else { '(' };
    let text = |it: Option<i64>| it.map_or_else(String::new, |it| it.to_string());
    Ok(Some(format!("{open}{},{})", text(lower), text(upper))))
}
