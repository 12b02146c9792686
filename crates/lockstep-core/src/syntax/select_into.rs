//! `SELECT … INTO t`: `CREATE TABLE t AS` in other words.

use crate::syntax::cursor::Cursor;
use crate::syntax::query;
use crate::syntax::statement::{CreateTable, Persistence, Statement};

/// `None` where the query has no `INTO` of its own (`into_clause`, before `FROM`).
pub(super) fn read(cursor: &mut Cursor<'_>) -> Option<Statement> {
    let start = cursor.position();
    let made = read_here(cursor);
    if made.is_none() {
        cursor.rewind(start);
    }
    made
}

fn read_here(cursor: &mut Cursor<'_>) -> Option<Statement> {
    let begin = cursor.offset();
    let mut depth = 0usize;
    while !(depth == 0 && cursor.is_word("into")) {
        if depth == 0 && cursor.is_any(&["from", "union", "intersect", "except", "where"]) {
            return None;
        }
        if cursor.is_sign("(") || cursor.is_sign("[") {
            depth += 1;
        } else if cursor.is_sign(")") || cursor.is_sign("]") {
            depth = depth.checked_sub(1)?;
        }
        cursor.next()?;
    }
    let results = cursor.text_since(begin);
    cursor.next();
    // `OptTempTableName`.
    let scope =
        cursor.is_any(&["local", "global"]) && (cursor.is_word_at(1, "temp") || cursor.is_word_at(1, "temporary"));
    if scope {
        cursor.next();
    }
    let persistence = if cursor.accept_word("temporary") || cursor.accept_word("temp") {
        Persistence::Temporary
    } else if cursor.accept_word("unlogged") {
        Persistence::Unlogged
    } else {
        Persistence::Permanent
    };
    cursor.accept_word("table");
    let name = cursor.qualified_name().ok()?;
    let rest = cursor.offset();
    cursor.skip_to_end();
    let text = format!("{results} {}", cursor.text_since(rest));
    Some(Statement::CreateTable(Box::new(CreateTable {
        name,
        persistence,
        if_not_exists: false,
        elements: vec![],
        inherits: vec![],
        partition_by: None,
        partition_of: None,
        of_type: None,
        options: vec![],
        access_method: None,
        tablespace: None,
        on_commit: None,
        query: Some((query::describe(text.trim_end()), true)),
        query_columns: vec![],
        select_into: Some(results.len()),
    })))
}
