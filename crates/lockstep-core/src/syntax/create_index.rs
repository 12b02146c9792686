//! `CREATE INDEX`.

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::Expr;
use crate::syntax::lexer::Kind;
use crate::syntax::parse_expression::expression;
use crate::syntax::statement::{CreateIndex, IndexKey, Statement};
use crate::syntax::{object, parse_function};

/// After `CREATE [UNIQUE] INDEX`.
pub(super) fn parse(cursor: &mut Cursor<'_>, unique: bool) -> Result<Statement> {
    let concurrently = cursor.accept_word("concurrently");
    let if_not_exists = cursor.accept(&["if", "not", "exists"]);
    let name = match !if_not_exists && cursor.is_word("on") {
        true => None,
        false => Some(cursor.name()?),
    };
    cursor.expect(&["on"])?;
    let only = cursor.accept_word("only");
    let table = cursor.qualified_name()?;
    cursor.accept_sign("*");
    let method = match cursor.accept_word("using") {
        true => Some(cursor.name()?),
        false => None,
    };
    let keys = cursor.parenthesised(key)?;
    let include = match cursor.accept_word("include") {
        true => cursor.parenthesised(Cursor::name)?,
        false => vec![],
    };
    let nulls_not_distinct = match cursor.accept_word("nulls") {
        true => {
            let not = cursor.accept_word("not");
            cursor.expect(&["distinct"])?;
            not
        }
        false => false,
    };
    let options = if cursor.accept_word("with") { object::options(cursor)? } else { vec![] };
    let tablespace = match cursor.accept_word("tablespace") {
        true => Some(cursor.name()?),
        false => None,
    };
    let predicate = match cursor.accept_word("where") {
        true => Some(expression(cursor)?),
        false => None,
    };
    Ok(Statement::CreateIndex(CreateIndex {
        unique,
        concurrently,
        if_not_exists,
        name,
        only,
        table,
        method,
        keys,
        include,
        nulls_not_distinct,
        options,
        tablespace,
        predicate,
    }))
}

/// `index_elem`: a column, a call, or any expression in parentheses.
pub(super) fn key(cursor: &mut Cursor<'_>) -> Result<IndexKey> {
    let made = if cursor.accept_sign("(") {
        let inner = expression(cursor)?;
        cursor.expect_sign(")")?;
        inner
    } else if is_call(cursor) {
        parse_function::word(cursor)?
    } else {
        Expr::Column(vec![cursor.name()?])
    };
    let collation = match cursor.accept_word("collate") {
        true => Some(cursor.qualified_name()?),
        false => None,
    };
    let mut operator_class: Option<QualifiedName> = None;
    let mut operator_class_options: Vec<(Ident, Option<String>)> = vec![];
    let is_name = cursor.peek().is_some_and(|token| matches!(token.kind, Kind::Word | Kind::QuotedWord));
    if is_name && !cursor.is_any(&["asc", "desc", "nulls", "with"]) {
        operator_class = Some(cursor.qualified_name()?);
        if cursor.is_sign("(") {
            operator_class_options = object::options(cursor)?;
        }
    }
    let descending = if cursor.accept_word("desc") {
        Some(true)
    } else if cursor.accept_word("asc") {
        Some(false)
    } else {
        None
    };
    let nulls_first = if cursor.accept(&["nulls", "first"]) {
        Some(true)
    } else if cursor.accept(&["nulls", "last"]) {
        Some(false)
    } else {
        None
    };
    Ok(IndexKey { expression: made, collation, operator_class, operator_class_options, descending, nulls_first })
}

/// `func_expr_windowless`: a name, perhaps qualified, with an opening parenthesis behind; or one of
/// the forms with a grammar of their own.
fn is_call(cursor: &Cursor<'_>) -> bool {
    let mut ahead = 1;
    while cursor.is_sign_at(ahead, ".") {
        ahead += 2;
    }
    cursor.is_sign_at(ahead, "(")
}
