//! `INTO` of a statement in SQL: where PL/pgSQL puts the result (`make_execsql_stmt`).

use crate::name::Ident;
use crate::syntax::lexer::{self, Kind, Token};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Into {
    pub variables: Vec<Ident>,
    pub strict: bool,
}

/// The statement without the clause, and what the clause says; `None` where there is none.
pub fn split_into(text: &str) -> Option<(String, Into)> {
    let (mut tokens, mut at): (Vec<Token>, usize) = (vec![], 0);
    while let Some(token) = lexer::next(text, at) {
        at = token.end;
        tokens.extend((token.kind != Kind::Comment).then_some(token));
    }
    let raw = |place: usize| tokens.get(place).map_or("", |it| &text[it.start..it.end]);
    let is = |place: usize, word: &str| raw(place).eq_ignore_ascii_case(word);
    let mut depth = 0usize;
    let mut clause = None;
    for place in 0..tokens.len() {
        match raw(place) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            // `INSERT INTO` and `MERGE INTO` name a table.
            _ if depth == 0
                && is(place, "into")
                && place > 0
                && !is(place - 1, "insert")
                && !is(place - 1, "merge") =>
            {
                clause = Some(place);
                break;
            }
            _ => {}
        }
    }
    let start = clause?;
    let strict = is(start + 1, "strict");
    let mut next = start + 1 + usize::from(strict);
    let mut variables = vec![];
    loop {
        let token = tokens.get(next)?;
        variables.push(match token.kind {
            Kind::Word => Ident::folded(raw(next)),
            Kind::QuotedWord => Ident::new(&lexer::value(text, *token)),
            _ => return None,
        });
        next += 1;
        while raw(next) == "." {
            next += 2;
        }
        if raw(next) != "," {
            break;
        }
        next += 1;
    }
    let end = tokens[next - 1].end;
    let rest = format!("{} {}", &text[..tokens[start].start], &text[end..]);
    Some((rest.trim().to_owned(), Into { variables, strict }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clause_stands_anywhere_in_a_query() {
        for (text, rest, strict) in [
            ("SELECT a, b INTO x, y FROM t", "SELECT a, b   FROM t", false),
            ("SELECT a FROM t WHERE b = 1 INTO STRICT x, \"y\"", "SELECT a FROM t WHERE b = 1", true),
            ("UPDATE t SET a = 1 RETURNING a, b INTO x, y", "UPDATE t SET a = 1 RETURNING a, b", false),
        ] {
            let (found, into) = split_into(text).unwrap();
            assert_eq!((found.as_str(), into.strict), (rest, strict));
            assert_eq!(into.variables, [Ident::new("x"), Ident::new("y")]);
        }
        assert_eq!(split_into("INSERT INTO t SELECT (SELECT 1 INTO x)"), None);
    }
}
