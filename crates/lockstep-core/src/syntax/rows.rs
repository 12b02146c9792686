//! `INSERT`, `UPDATE`, `DELETE` and `SELECT`.

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Common, Cursor, Result};
use crate::syntax::expression::{Expr, QueryText};
use crate::syntax::parse_expression::expression;
use crate::syntax::query;
use crate::syntax::statement::{Conflict, ConflictTarget, Insert, InsertSource, Overriding, RowStatement, Statement};

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
    let overriding = match cursor.accept_word("overriding") {
        true => {
            let system = cursor.accept_word("system");
            if !system {
                cursor.expect(&["user"])?;
            }
            cursor.expect(&["value"])?;
            Some(if system { Overriding::System } else { Overriding::User })
        }
        false => None,
    };
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
    let conflict = on_conflict(cursor, &mut reads, &mut opaque)?;
    let on_conflict_update = conflict.as_ref().map(|it| it.1);
    let conflict = conflict.map(|it| it.0);
    let returning = returning(cursor, &mut reads, &mut opaque)?;
    Ok(Statement::Insert(Box::new(Insert {
        table,
        alias,
        columns,
        overriding,
        source,
        on_conflict_update,
        conflict,
        returning,
        reads,
        opaque,
    })))
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

/// `opt_on_conflict`, with whether it is `DO UPDATE`.
fn on_conflict(
    cursor: &mut Cursor<'_>,
    reads: &mut Vec<QualifiedName>,
    opaque: &mut bool,
) -> Result<Option<(Conflict, bool)>> {
    if !cursor.accept(&["on", "conflict"]) {
        return Ok(None);
    }
    let target = conflict_target(cursor)?;
    cursor.expect(&["do"])?;
    let mut made = Conflict { target, assignments: vec![], condition: None };
    if cursor.accept_word("nothing") {
        return Ok(Some((made, false)));
    }
    cursor.expect(&["update", "set"])?;
    made.assignments = assignments(cursor, reads, opaque)?;
    if cursor.accept_word("where") {
        let condition = expression(cursor)?;
        collect_queries(&condition, reads, opaque);
        made.condition = Some(condition);
    }
    Ok(Some((made, true)))
}

/// `opt_conf_expr`.
fn conflict_target(cursor: &mut Cursor<'_>) -> Result<ConflictTarget> {
    if cursor.accept(&["on", "constraint"]) {
        return cursor.name().map(ConflictTarget::Constraint);
    }
    if !cursor.is_sign("(") {
        return Ok(ConflictTarget::None);
    }
    let (start, begin) = (cursor.offset(), cursor.position());
    if let Ok(columns) = cursor.names() {
        let predicate = if cursor.accept_word("where") { Some(expression(cursor)?) } else { None };
        return Ok(ConflictTarget::Columns { columns, predicate });
    }
    cursor.rewind(begin);
    cursor.expect_sign("(")?;
    cursor.skip_balanced();
    cursor.expect_sign(")")?;
    if cursor.accept_word("where") {
        expression(cursor)?;
    }
    Ok(ConflictTarget::Other(cursor.text[start..cursor.last_end()].to_owned()))
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
        // Rows that go from one partition to another have none.
        let system = |it: &Expr| matches!(it, Expr::Column(parts) if parts.last().is_some_and(is_of_versions));
        value.visit(&mut |it| *opaque |= system(it));
        if cursor.accept_word("as") || cursor.peek().is_some_and(|_| !cursor.is_sign(",")) {
            cursor.label()?;
        }
        Ok(())
    })?;
    Ok(true)
}

/// System columns of a version of a row.
fn is_of_versions(column: &Ident) -> bool {
    ["xmin", "xmax", "cmin", "cmax", "ctid"].contains(&column.as_str())
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
        sources: None,
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
        let names = |from: &[(QualifiedName, Option<Ident>)], common: &[Ident]| {
            from.iter().all(|(name, _)| name.schema.is_some() || !common.contains(&name.name))
        };
        match plain_sources(cursor) {
            Some(from) if names(&from, &cursor.common.names) => made.from = from,
            _ => {
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
                let sources = cursor.text_since(start);
                let text = format!("SELECT * FROM {sources}");
                made.sources = cursor.common.names.is_empty().then(|| sources.trim().to_owned());
                let read = query::describe_within(&cursor.common, &text);
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

/// `WITH … INSERT INTO t SELECT …`: the query means the same with the common table expressions before it.
fn with_insert(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let Statement::Insert(mut made) = insert(cursor)? else { return Ok(None) };
    if let InsertSource::Query(query) = &made.source {
        let others = made.reads.iter().filter(|name| !query.reads.contains(name)).cloned().collect::<Vec<_>>();
        let query = query::describe_within(&cursor.common, &query.text);
        made.opaque |= query.writes;
        made.reads = query.reads.clone();
        made.reads.extend(others);
        made.source = InsertSource::Query(query);
    }
    Ok(Some(Statement::Insert(made)))
}

/// Reads what stands before the main statement; `None` where it cannot be read or does more than read.
fn common_tables(cursor: &mut Cursor<'_>, ahead: usize) -> Option<()> {
    let start = cursor.offset();
    for _ in 0..ahead {
        cursor.next();
    }
    let text = cursor.text;
    let with = text.get(start..cursor.last_end())?;
    let names = query::common_names(with)?;
    if query::describe(&format!("{with} SELECT 1")).writes {
        return None;
    }
    cursor.common = Common { text: with, names };
    Some(())
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
                if is("merge") {
                    return Ok(None);
                }
                if is("insert") || is("update") || is("delete") {
                    return match common_tables(cursor, ahead) {
                        None => Ok(None),
                        Some(()) if is("insert") => with_insert(cursor),
                        Some(()) if is("update") => update(cursor).map(Some),
                        Some(()) => delete(cursor).map(Some),
                    };
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
