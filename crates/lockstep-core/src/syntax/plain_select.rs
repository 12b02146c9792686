//! The plainest of queries: columns of one table, all of its rows.

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::Cursor;
use crate::syntax::expression::{PlainSelect, SelectedColumns};

/// `None` where the query is anything more, or cannot be read.
pub(super) fn read(text: &str) -> Option<PlainSelect> {
    let mut cursor = Cursor::new(text).ok()?;
    if !cursor.accept_word("select") {
        return None;
    }
    let columns = match cursor.accept_sign("*") {
        true => SelectedColumns::All,
        false => SelectedColumns::Named(cursor.list(column).ok()?),
    };
    if !cursor.accept_word("from") {
        return None;
    }
    let table = cursor.qualified_name().ok()?;
    cursor.at_end().then_some(PlainSelect { table, columns })
}

/// A column with the name that the result gives it.
fn column(cursor: &mut Cursor<'_>) -> super::Result<(QualifiedName, Ident)> {
    let name = cursor.qualified_name()?;
    let label = match cursor.accept_word("as") {
        true => cursor.label()?,
        false => name.name.clone(),
    };
    Ok((name, label))
}
