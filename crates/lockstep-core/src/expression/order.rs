//! The order of constants, as the default B-tree classes of their types see it.

use std::cmp::Ordering;

use crate::pg::types::Type;

/// Compares two values as their type prints them; `None` where the order is not known, as with strings
/// in a collation that only the server knows.
pub fn compare_constants(type_: &Type, a: &str, b: &str) -> Option<Ordering> {
    if a == b {
        return Some(Ordering::Equal);
    }
    match type_.bare() {
        Type::INT2 | Type::INT4 | Type::INT8 => Some(a.parse::<i64>().ok()?.cmp(&b.parse::<i64>().ok()?)),
        Type::NUMERIC => numeric(a, b),
        Type::BOOL => Some(a.cmp(b)),
        Type::DATE | Type::TIMESTAMP => moments(a, b),
        Type::TIMESTAMPTZ => {
            let ((a, zone_a), (b, zone_b)) = (zone(a)?, zone(b)?);
            if zone_a == zone_b { moments(a, b) } else { None }
        }
        Type::UUID => Some(a.cmp(b)),
        Type::OID => Some(a.parse::<u32>().ok()?.cmp(&b.parse::<u32>().ok()?)),
        // Both are compared by their bytes, whatever the collation.
        Type::NAME | Type::CHAR => Some(a.cmp(b)),
        Type::BPCHAR => strings(a.trim_end_matches(' '), b.trim_end_matches(' ')),
        Type::FLOAT4 | Type::FLOAT8 => numbers(a, b),
        Type::TEXT | Type::VARCHAR => strings(a, b),
        _ => None,
    }
}

/// Whether two constants are certainly equal (true) or certainly not (false).
pub fn constants_are_equal(type_: &Type, a: &str, b: &str) -> Option<bool> {
    match type_.bare() {
        _ if a == b => Some(true),
        // Collations that are not deterministic cannot be those of a partition key.
        Type::TEXT | Type::VARCHAR => Some(false),
        Type::BPCHAR => Some(a.trim_end_matches(' ') == b.trim_end_matches(' ')),
        // Of elements with one text for each value, and of the ranges of whole numbers and days.
        it if it.array && ONE_TEXT.iter().any(|element| Type { array: false, ..it }.is(*element)) => Some(false),
        it if it.row().is_some_and(|row| matches!(row.name, "int4range" | "int8range" | "daterange")) && !it.array => {
            Some(false)
        }
        // Labels of an enum.
        it if it.row().is_none() && !it.array && is_word(a) && is_word(b) => Some(false),
        _ => compare_constants(type_, a, b).map(Ordering::is_eq),
    }
}

const ONE_TEXT: [Type; 8] =
    [Type::INT2, Type::INT4, Type::INT8, Type::TEXT, Type::VARCHAR, Type::BOOL, Type::UUID, Type::DATE];

fn is_word(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_alphabetic()) && !text.starts_with("inf")
}

/// Floating point numbers, infinite ones too.
fn numbers(a: &str, b: &str) -> Option<Ordering> {
    let (a, b): (f64, f64) = (a.parse().ok()?, b.parse().ok()?);
    a.partial_cmp(&b)
}

fn numeric(a: &str, b: &str) -> Option<Ordering> {
    let plain = |text: &str| text.len() < 16 && text.chars().all(|it| it.is_ascii_digit() || matches!(it, '.' | '-'));
    if !plain(a) || !plain(b) {
        return None;
    }
    a.parse::<f64>().ok()?.partial_cmp(&b.parse::<f64>().ok()?)
}

/// ISO dates and times of four-digit years stand in their own order.
fn moments(a: &str, b: &str) -> Option<Ordering> {
    let rank = |text: &str| match text {
        "-infinity" => Some(0),
        "infinity" => Some(2),
        _ => (text.as_bytes().get(4) == Some(&b'-') && !text.ends_with("BC")).then_some(1),
    };
    let (first, second) = (rank(a)?, rank(b)?);
    Some(first.cmp(&second).then_with(|| a.cmp(b)))
}

fn zone(text: &str) -> Option<(&str, &str)> {
    if text.ends_with("infinity") {
        return Some((text, "+00"));
    }
    match text.rfind(['+', '-']).filter(|at| *at > 10) {
        Some(at) => Some((&text[..at], &text[at..])),
        // In the time zone of the session, whichever it is.
        None => Some((text, "")),
    }
}

/// Letters of one case and digits stand in the same order in every usual collation.
fn strings(a: &str, b: &str) -> Option<Ordering> {
    let kinds: [fn(u8) -> bool; 2] =
        [|it| it.is_ascii_lowercase() || it.is_ascii_digit(), |it| it.is_ascii_uppercase() || it.is_ascii_digit()];
    let same = kinds.iter().any(|kind| a.bytes().chain(b.bytes()).all(kind));
    same.then(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_the_order_of_their_type_and_not_of_their_text() {
        assert_eq!(compare_constants(&Type::INT4, "9", "10"), Some(Ordering::Less));
        assert_eq!(compare_constants(&Type::NUMERIC, "9.5", "10"), Some(Ordering::Less));
        assert_eq!(compare_constants(&Type::DATE, "2024-01-01", "infinity"), Some(Ordering::Less));
        assert_eq!(compare_constants(&Type::TIMESTAMPTZ, "2024-01-01 00:00:00+00", "2024-01-01 00:00:00-07"), None);
    }

    #[test]
    fn strings_are_ordered_only_where_every_collation_agrees() {
        assert_eq!(compare_constants(&Type::TEXT, "a", "b"), Some(Ordering::Less));
        assert_eq!(compare_constants(&Type::TEXT, "a", "B"), None);
        assert_eq!(constants_are_equal(&Type::TEXT, "a", "B"), Some(false));
    }
}
