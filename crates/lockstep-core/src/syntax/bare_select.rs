//! The barest of queries: expressions, and nothing that they are read from.

use crate::syntax::cursor::Cursor;
use crate::syntax::expression::Expr;
use crate::syntax::parse_expression::expression;

/// Its results; `None` where the query is anything more, or cannot be read.
pub fn read(text: &str) -> Option<Vec<Expr>> {
    let mut cursor = Cursor::new(text).ok()?;
    if !cursor.accept_word("select") || cursor.is_any(&["distinct", "all", "into"]) {
        return None;
    }
    let result = |cursor: &mut Cursor<'_>| {
        let made = expression(cursor)?;
        if cursor.accept_word("as") {
            cursor.label()?;
        } else if !cursor.at_end() && !cursor.is_sign(",") {
            cursor.name()?;
        }
        Ok(made)
    };
    let results = cursor.list(result).ok()?;
    cursor.at_end().then_some(results)
}
