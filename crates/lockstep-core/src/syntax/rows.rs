//! `INSERT`, `UPDATE`, `DELETE` and `SELECT`.

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::{Expr, QueryText};
use crate::syntax::parse_expression::expression;
use crate::syntax::query;
use crate::syntax::statement::{Insert, InsertSource, RowStatement, Statement};

/// Rows of `VALUES` that are kept as trees; the rest is read and counted.
pub(super) fn insert(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.expect(&["insert", "into"])?;
    let table = cursor.qualified_name()?;
    let alias = if cursor.accept_word("as") { Some(cursor.name()?) } else { None };
    let mut columns = vec![];
    let mut opaque = false;
    if cursor.is_sign("(") && !query::is_next(cursor) {
        columns = cursor.parenthesised(|cursor| {
            let name = cursor.name()?;
            while cursor.is_sign("[") || cursor.is_sign(".") {
                opaque = true;
                if cursor.accept_sign("[") {
                    expression(cursor)?;
                    cursor.expect_sign("]")?;
                } else {
                    cursor.next();
                    cursor.label()?;
                }
            }
            Ok(name)
        })?;
    }
    if cursor.accept_word("overriding") {
        opaque = true;
        if !cursor.accept_word("system") {
            cursor.expect(&["user"])?;
        }
        cursor.expect(&["value"])?;
    }
    let mut reads = vec![];
    let source = if cursor.accept(&["default", "values"]) {
        InsertSource::DefaultValues
    } else if cursor.is_word("values") && cursor.is_sign_at(1, "(") {
        cursor.next();
        let rows = cursor.list(|cursor| cursor.parenthesised(expression))?;
        for value in rows.iter().flatten() {
            collect_queries(value, &mut reads, &mut opaque);
        }
        InsertSource::Values(rows)
    } else {
        let text = source_text(cursor)?;
        reads.extend(text.reads.iter().cloned());
        opaque |= text.writes;
        InsertSource::Query(text)
    };
    let on_conflict_update = on_conflict(cursor, &mut reads, &mut opaque)?;
    let returning = returning(cursor, &mut reads, &mut opaque)?;
    Ok(Statement::Insert(Insert { table, alias, columns, source, on_conflict_update, returning, reads, opaque }))
}

/// A query up to `ON CONFLICT`, `RETURNING` or the end.
fn source_text(cursor: &mut Cursor<'_>) -> Result<QueryText> {
    if !query::is_next(cursor) {
        return cursor.error();
    }
    let start = cursor.offset();
    while !cursor.at_end() && !cursor.are_words(&["on", "conflict"]) && !cursor.is_word("returning") {
        if cursor.accept_sign("(") {
            cursor.skip_balanced();
            cursor.expect_sign(")")?;
        } else {
            cursor.next();
        }
    }
    Ok(query::describe(cursor.text_since(start)))
}

fn on_conflict(cursor: &mut Cursor<'_>, reads: &mut Vec<QualifiedName>, opaque: &mut bool) -> Result<Option<bool>> {
    if !cursor.accept(&["on", "conflict"]) {
        return Ok(None);
    }
    if cursor.accept_sign("(") {
        cursor.skip_balanced();
        cursor.expect_sign(")")?;
        if cursor.accept_word("where") {
            expression(cursor)?;
        }
    } else if cursor.accept(&["on", "constraint"]) {
        cursor.name()?;
    }
    cursor.expect(&["do"])?;
    if cursor.accept_word("nothing") {
        return Ok(Some(false));
    }
    cursor.expect(&["update", "set"])?;
    assignments(cursor, reads, opaque)?;
    if cursor.accept_word("where") {
        let condition = expression(cursor)?;
        collect_queries(&condition, reads, opaque);
    }
    Ok(Some(true))
}

fn returning(cursor: &mut Cursor<'_>, reads: &mut Vec<QualifiedName>, opaque: &mut bool) -> Result<bool> {
    if !cursor.accept_word("returning") {
        return Ok(false);
    }
    cursor.list(|cursor| {
        if cursor.accept_sign("*") {
            return Ok(());
        }
        let value = expression(cursor)?;
        collect_queries(&value, reads, opaque);
        if cursor.accept_word("as") || cursor.peek().is_some_and(|_| !cursor.is_sign(",")) {
            cursor.label()?;
        }
        Ok(())
    })?;
    Ok(true)
}

fn assignments(
    cursor: &mut Cursor<'_>,
    reads: &mut Vec<QualifiedName>,
    opaque: &mut bool,
) -> Result<Vec<(Ident, Expr)>> {
    let mut made = vec![];
    cursor.list(|cursor| {
        if cursor.is_sign("(") {
            // `(a, b) = (…)`: columns are known, their values are not told apart.
            cursor.names()?;
            *opaque = true;
            cursor.expect_sign("=")?;
            cursor.accept_word("row");
            let value = expression(cursor)?;
            collect_queries(&value, reads, opaque);
            return Ok(());
        }
        let name = cursor.name()?;
        let mut plain = true;
        while cursor.is_sign("[") || cursor.is_sign(".") {
            plain = false;
            if cursor.accept_sign("[") {
                expression(cursor)?;
                cursor.expect_sign("]")?;
            } else {
                cursor.next();
                cursor.label()?;
            }
        }
        cursor.expect_sign("=")?;
        let value = expression(cursor)?;
        collect_queries(&value, reads, opaque);
        match plain {
            true => made.push((name, value)),
            false => *opaque = true,
        }
        Ok(())
    })?;
    Ok(made)
}

pub(super) fn update(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.expect(&["update"])?;
    let mut made = target(cursor, "set")?;
    cursor.expect(&["set"])?;
    made.assignments = assignments(cursor, &mut made.reads, &mut made.opaque)?;
    rest(cursor, &mut made, "from")?;
    Ok(Statement::Update(made))
}

pub(super) fn delete(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.expect(&["delete", "from"])?;
    let mut made = target(cursor, "using")?;
    rest(cursor, &mut made, "using")?;
    Ok(Statement::Delete(made))
}

fn target(cursor: &mut Cursor<'_>, before: &str) -> Result<RowStatement> {
    let only = cursor.accept_word("only");
    let table = cursor.qualified_name()?;
    cursor.accept_sign("*");
    let alias = alias(cursor, &[before, "where", "returning"])?;
    Ok(RowStatement {
        table,
        only,
        alias,
        assignments: vec![],
        from: vec![],
        condition: None,
        returning: false,
        reads: vec![],
        opaque: false,
    })
}

fn alias(cursor: &mut Cursor<'_>, not: &[&str]) -> Result<Option<Ident>> {
    if cursor.accept_word("as") {
        return cursor.name().map(Some);
    }
    if cursor.is_any(not) {
        return Ok(None);
    }
    Ok(cursor.accept_name())
}

/// `FROM` or `USING`, `WHERE`, `RETURNING`.
fn rest(cursor: &mut Cursor<'_>, made: &mut RowStatement, clause: &str) -> Result<()> {
    if cursor.accept_word(clause) {
        let start = cursor.offset();
        let begin = cursor.position();
        match plain_sources(cursor) {
            Some(from) => made.from = from,
            None => {
                // Joins and subqueries: only what they read is known.
                cursor.rewind(begin);
                while !cursor.at_end() && !cursor.is_any(&["where", "returning"]) {
                    if cursor.accept_sign("(") {
                        cursor.skip_balanced();
                        cursor.expect_sign(")")?;
                    } else {
                        cursor.next();
                    }
                }
                let text = format!("SELECT * FROM {}", cursor.text_since(start));
                let read = query::describe(&text);
                made.opaque |= read.writes;
                made.reads.extend(read.reads);
                made.from.push((QualifiedName::new(None, ""), None));
            }
        }
    }
    if cursor.accept_word("where") {
        if cursor.accept(&["current", "of"]) {
            cursor.name()?;
            made.opaque = true;
        } else {
            let condition = expression(cursor)?;
            collect_queries(&condition, &mut made.reads, &mut made.opaque);
            made.condition = Some(condition);
        }
    }
    let (mut reads, mut opaque) = (vec![], false);
    made.returning = returning(cursor, &mut reads, &mut opaque)?;
    made.reads.extend(reads);
    made.opaque |= opaque;
    Ok(())
}

/// `a, s.b AS c`: nothing but names.
fn plain_sources(cursor: &mut Cursor<'_>) -> Option<Vec<(QualifiedName, Option<Ident>)>> {
    let mut made = vec![];
    loop {
        cursor.accept_word("only");
        let name = cursor.qualified_name().ok()?;
        let alias =
            alias(cursor, &["where", "returning", "cross", "join", "left", "inner", "natural", "full", "right"])
                .ok()?;
        made.push((name, alias));
        if cursor.at_end() || cursor.is_any(&["where", "returning"]) {
            return Some(made);
        }
        if !cursor.accept_sign(",") {
            return None;
        }
    }
}

pub(super) fn select(cursor: &mut Cursor<'_>) -> Result<Statement> {
    let text = cursor.text;
    cursor.skip_to_end();
    Ok(Statement::Select(query::describe(text)))
}

/// `WITH … SELECT` is a query; with any other main statement it has no tree.
pub(super) fn with(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let mut ahead = 0;
    let mut depth = 0usize;
    while let Some(token) = cursor.peek_at(ahead) {
        match cursor.raw(token) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            word if depth == 0 => {
                let is = |other: &str| word.eq_ignore_ascii_case(other);
                if is("insert") || is("update") || is("delete") || is("merge") {
                    return Ok(None);
                }
                if is("select") || is("values") {
                    return select(cursor).map(Some);
                }
            }
            _ => {}
        }
        ahead += 1;
    }
    select(cursor).map(Some)
}

/// Relations of the subqueries inside an expression.
fn collect_queries(expression: &Expr, reads: &mut Vec<QualifiedName>, opaque: &mut bool) {
    expression.visit(&mut |it| match it {
        Expr::Query(query) => {
            *opaque |= query.writes;
            for name in &query.reads {
                if !reads.contains(name) {
                    reads.push(name.clone());
                }
            }
        }
        Expr::Opaque(_) => *opaque = true,
        _ => {}
    });
}
