//! The plainest of queries: results without anything that they are read from.

use crate::syntax::cursor::Cursor;
use crate::syntax::expression::Expr;
use crate::syntax::parse_expression::expression;

/// The results of a query that reads nothing: `SELECT a, b`.
pub(super) fn results(text: &str) -> Option<Vec<Expr>> {
    let mut cursor = Cursor::new(text).ok()?;
    if !cursor.accept_word("select") {
        return None;
    }
    let results = cursor.list(|cursor| {
        let made = expression(cursor)?;
        if cursor.accept_word("as") {
            cursor.label()?;
        } else {
            cursor.accept_name();
        }
        Ok(made)
    });
    results.ok().filter(|_| cursor.at_end())
}
