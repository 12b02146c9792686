//! Code that sends messages and returns a value: what it says changes nothing.

use crate::syntax;
use crate::syntax::expression::Expr;

/// Levels of `RAISE` that go on.
const LEVELS: [&str; 5] = ["debug", "log", "info", "notice", "warning"];

/// The expression of `BEGIN RAISE NOTICE …; RETURN expression; END`, messages of names alone before it.
pub(super) fn only_returns(source: &str) -> Option<Expr> {
    let text = word(source.trim(), "begin")?;
    let mut text = text.trim_start();
    while let Some(message) = word(text, "raise") {
        let (message, rest) = statement(message)?;
        if !goes_on(message) {
            return None;
        }
        text = rest.trim_start();
    }
    let (expression, rest) = statement(word(text, "return")?)?;
    let rest = rest.trim().trim_end_matches(';').trim_end();
    rest.eq_ignore_ascii_case("end").then(|| syntax::parse_expression(expression).ok()).flatten()
}

/// What follows a word.
fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (first, rest) = text.split_at_checked(word.len())?;
    let ends = !rest.starts_with(|it: char| it.is_alphanumeric() || it == '_');
    (first.eq_ignore_ascii_case(word) && ends).then_some(rest)
}

/// A statement up to its semicolon, and what follows.
fn statement(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let end = text.char_indices().find(|(_, it)| {
        quoted ^= *it == '\'';
        *it == ';' && !quoted
    });
    end.map(|(at, _)| (&text[..at], &text[at + 1..]))
}

/// `NOTICE 'format', $1, name`: nothing in it is computed, and there is a value for each place.
fn goes_on(message: &str) -> bool {
    let message = message.trim();
    let Some(rest) = LEVELS.iter().find_map(|level| word(message, level)) else { return false };
    let Some(rest) = rest.trim().strip_prefix('\'') else { return false };
    let Some(end) = rest.find('\'') else { return false };
    let (format, rest) = (&rest[..end], rest[end + 1..].trim());
    let values: Vec<&str> = match rest.strip_prefix(',') {
        Some(values) => values.split(',').map(str::trim).collect(),
        None if rest.is_empty() => vec![],
        None => return false,
    };
    let plain = |it: &&str| !it.is_empty() && it.chars().all(|it| it.is_alphanumeric() || it == '_' || it == '$');
    values.iter().all(plain) && format.replace("%%", "").matches('%').count() == values.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_plain_names_are_read_over() {
        assert!(only_returns("BEGIN RAISE NOTICE 'a; % => %', $1, x; RETURN true; END").is_some());
        assert!(only_returns("begin return $1 + 1; end;").is_some());
        for other in [
            "BEGIN RAISE NOTICE '%', 1 / x; RETURN true; END",
            "BEGIN RAISE NOTICE '%'; RETURN true; END",
            "BEGIN RAISE EXCEPTION 'no'; RETURN true; END",
            "BEGIN RETURN 1; RETURN 2; END",
        ] {
            assert!(only_returns(other).is_none(), "{other}");
        }
    }
}
