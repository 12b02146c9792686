//! Queries plain enough to be computed: expressions over the rows of one table, of
//! `generate_series`, or of nothing, with a condition at most.

use crate::name::Ident;
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::{Expr, RowQuery, RowSource};
use crate::syntax::parse_expression::expression;

/// `None` where the query is anything more, or cannot be read.
pub(super) fn read(text: &str) -> Option<RowQuery> {
    let mut cursor = Cursor::new(text).ok()?;
    let made = query(&mut cursor).ok()??;
    cursor.at_end().then_some(made)
}

fn query(cursor: &mut Cursor<'_>) -> Result<Option<RowQuery>> {
    if !cursor.accept_word("select") || cursor.is_any(&["distinct", "all"]) {
        return Ok(None);
    }
    let results = match cursor.accept_sign("*") {
        true => None,
        false => Some(cursor.list(result)?),
    };
    let source = match cursor.accept_word("from") {
        false => RowSource::Nothing,
        true => source(cursor)?,
    };
    let condition = match cursor.accept_word("where") {
        true => Some(expression(cursor)?),
        false => None,
    };
    Ok(Some(RowQuery { results, source, condition }))
}

fn result(cursor: &mut Cursor<'_>) -> Result<Expr> {
    let value = expression(cursor)?;
    if cursor.accept_word("as") {
        cursor.label()?;
    } else {
        cursor.accept_name();
    }
    Ok(value)
}

fn source(cursor: &mut Cursor<'_>) -> Result<RowSource> {
    let name = cursor.qualified_name()?;
    if !cursor.is_sign("(") {
        return Ok(RowSource::Table { name, alias: alias(cursor)? });
    }
    if name.name != "generate_series" || name.schema.as_ref().is_some_and(|it| *it != "pg_catalog") {
        return cursor.error();
    }
    let bounds = cursor.parenthesised(expression)?;
    let alias = alias(cursor)?;
    let column = match alias.is_some() && cursor.accept_sign("(") {
        true => {
            let column = cursor.name()?;
            cursor.expect_sign(")")?;
            Some(column)
        }
        false => None,
    };
    let alias = alias.unwrap_or(name.name);
    let column = column.unwrap_or_else(|| alias.clone());
    Ok(RowSource::Series { bounds, alias, column })
}

fn alias(cursor: &mut Cursor<'_>) -> Result<Option<Ident>> {
    if cursor.accept_word("as") {
        return cursor.name().map(Some);
    }
    Ok(if cursor.is_word("where") { None } else { cursor.accept_name() })
}
