//! Points and what is made of them: whether their input functions read a text (`path_decode`, `pair_decode`).

use crate::pg::types::Type;

/// Whether the text is certainly one of the type; how it would be printed is not told.
pub(super) fn is_read(text: &str, type_: Type) -> bool {
    let Some(row) = type_.row().filter(|_| !type_.array) else { return false };
    let Some(pairs) = pairs(text, row.name == "circle") else { return false };
    match row.name {
        "point" => pairs == 1,
        "box" | "lseg" => pairs == 2,
        "polygon" => pairs > 0,
        "circle" => pairs == 1,
        _ => false,
    }
}

/// How many pairs of numbers there are, each in parentheses or none; of a circle one, and the radius.
fn pairs(text: &str, circle: bool) -> Option<usize> {
    let text = text.trim();
    let inside = match circle {
        true => {
            let inside = text.strip_prefix('<')?.strip_suffix('>')?;
            let (pair, radius) = inside.rsplit_once(',')?;
            number(radius).filter(|it| *it >= 0.0)?;
            pair
        }
        false => text,
    };
    let inside = inside.trim();
    // An outer pair of parentheses around all of them.
    let nested = inside.starts_with("((") && inside.ends_with("))");
    let inside = if nested { &inside[1..inside.len() - 1] } else { inside };
    if !inside.starts_with('(') {
        let (x, y) = inside.split_once(',')?;
        return (number(x).is_some() && number(y).is_some()).then_some(1);
    }
    let (mut count, mut rest) = (0, inside);
    loop {
        let (pair, behind) = rest.strip_prefix('(')?.split_once(')')?;
        let (x, y) = pair.split_once(',')?;
        number(x)?;
        number(y)?;
        count += 1;
        match behind.trim_start().strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None => return behind.trim().is_empty().then_some(count),
        }
    }
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain =
        !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'.' | b'-' | b'+' | b'e'));
    text.parse::<f64>().ok().filter(|it| plain && it.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_has_as_many_numbers_as_it_needs() {
        for (text, pairs_in) in [("0,1", 1), ("(0, 1)", 1), ("(1,2),(3,4)", 2), ("((1,2),(3,4),(5,6))", 3)] {
            assert_eq!(pairs(text, false), Some(pairs_in), "{text}");
        }
        assert_eq!(pairs("<(500,500),500>", true), Some(1));
        for text in ["", "(1)", "(1,2", "(1,x)", "1,2,3,4", "(1,2)(3,4)"] {
            assert_eq!(pairs(text, false), None, "{text}");
        }
    }
}
