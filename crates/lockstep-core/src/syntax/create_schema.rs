//! `CREATE SCHEMA`, with the statements inside it.

use crate::syntax::address;
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::lexer::Kind;
use crate::syntax::statement::{CreateSchema, Statement};

/// After `CREATE SCHEMA`; `None` where it has no tree.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let if_not_exists = cursor.accept(&["if", "not", "exists"]);
    let named = if cursor.is_word("authorization") { None } else { Some(cursor.name()?) };
    let authorization = if cursor.accept_word("authorization") { Some(cursor.label()?) } else { None };
    let name = match (named, &authorization) {
        (Some(name), _) => name,
        // The schema is called after the role, whose name must be known.
        (None, Some(role)) if address::role(role) == role.to_string() => role.clone(),
        _ => return Ok(None),
    };
    let mut elements = vec![];
    while !cursor.at_end() {
        let start = cursor.offset();
        cursor.next();
        while cursor.peek().is_some_and(|it| it.kind != Kind::Word || !(cursor.is_any(&["create", "grant"]))) {
            cursor.next();
        }
        let Ok(element) = crate::syntax::parse(&cursor.text[start..cursor.last_end()]) else { return Ok(None) };
        elements.push(element);
    }
    Ok(Some(Statement::CreateSchema(CreateSchema { name, if_not_exists, authorization, elements })))
}
