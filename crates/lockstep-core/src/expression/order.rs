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
        _ => compare_constants(type_, a, b).map(Ordering::is_eq),
    }
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
