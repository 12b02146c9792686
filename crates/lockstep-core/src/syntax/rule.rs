//! `CREATE RULE`, `ALTER RULE`, `DROP RULE`.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::Expr;
use crate::syntax::object::behavior;
use crate::syntax::parse_expression::expression;
use crate::syntax::statement::Statement;

#[derive(Debug, Clone, PartialEq)]
pub struct CreateRule {
    pub name: Ident,
    pub replace: bool,
    /// Lower case: `select`, `insert`, `update`, `delete`.
    pub event: String,
    pub table: QualifiedName,
    pub condition: Option<Expr>,
    pub instead: bool,
    /// Each command as written; none for `NOTHING`.
    pub actions: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlterRule {
    pub name: Ident,
    pub table: QualifiedName,
    pub to: Ident,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DropRule {
    pub name: Ident,
    pub table: QualifiedName,
    pub if_exists: bool,
    pub cascade: bool,
}

/// After `CREATE [OR REPLACE]`.
pub(super) fn create(cursor: &mut Cursor<'_>, replace: bool) -> Result<Statement> {
    cursor.expect(&["rule"])?;
    let name = cursor.name()?;
    cursor.expect(&["as", "on"])?;
    let Some(event) = ["select", "insert", "update", "delete"].into_iter().find(|it| cursor.accept_word(it)) else {
        return cursor.error();
    };
    cursor.expect(&["to"])?;
    let table = cursor.qualified_name()?;
    let condition = if cursor.accept_word("where") { Some(expression(cursor)?) } else { None };
    cursor.expect(&["do"])?;
    let instead = cursor.accept_word("instead");
    if !instead {
        cursor.accept_word("also");
    }
    let mut actions = vec![];
    if cursor.accept_word("nothing") {
    } else if cursor.accept_sign("(") {
        let start = cursor.offset();
        cursor.skip_balanced();
        let text = &cursor.text[start..cursor.last_end().max(start)];
        actions = split(text);
        cursor.expect_sign(")")?;
    } else {
        if !cursor.is_any(&["select", "insert", "update", "delete", "notify", "with", "values"]) {
            return cursor.error();
        }
        let start = cursor.offset();
        cursor.skip_to_end();
        actions.push(cursor.text[start..cursor.last_end()].to_owned());
    }
    let event = event.to_owned();
    Ok(Statement::CreateRule(Box::new(CreateRule { name, replace, event, table, condition, instead, actions })))
}

/// The commands of a list, without the semicolons between.
fn split(text: &str) -> Vec<String> {
    let mut found = vec![];
    let (mut start, mut at) = (0, 0);
    while let Some(token) = crate::syntax::lexer::next(text, at) {
        at = token.end;
        if &text[token.start..token.end] == ";" {
            found.push(&text[start..token.start]);
            start = token.end;
        }
    }
    found.push(&text[start..]);
    found.into_iter().map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
}

/// After `ALTER`.
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.expect(&["rule"])?;
    let name = cursor.name()?;
    cursor.expect(&["on"])?;
    let table = cursor.qualified_name()?;
    cursor.expect(&["rename", "to"])?;
    Ok(Statement::AlterRule(AlterRule { name, table, to: cursor.name()? }))
}

/// After `DROP`.
pub(super) fn drop(cursor: &mut Cursor<'_>) -> Result<Statement> {
    cursor.expect(&["rule"])?;
    let if_exists = cursor.accept(&["if", "exists"]);
    let name = cursor.name()?;
    cursor.expect(&["on"])?;
    let table = cursor.qualified_name()?;
    Ok(Statement::DropRule(DropRule { name, table, if_exists, cascade: behavior(cursor) }))
}

impl Display for CreateRule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let replace = if self.replace { "OR REPLACE " } else { "" };
        let event = self.event.to_uppercase();
        write!(f, "CREATE {replace}RULE {} AS ON {event} TO {}", self.name, self.table)?;
        if let Some(condition) = &self.condition {
            write!(f, " WHERE {condition}")?;
        }
        f.write_str(if self.instead { " DO INSTEAD " } else { " DO ALSO " })?;
        match self.actions.as_slice() {
            [] => f.write_str("NOTHING"),
            actions => write!(f, "({})", actions.join("; ")),
        }
    }
}

impl Display for AlterRule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER RULE {} ON {} RENAME TO {}", self.name, self.table, self.to)
    }
}

impl Display for DropRule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let guard = if self.if_exists { "IF EXISTS " } else { "" };
        write!(f, "DROP RULE {guard}{} ON {}", self.name, self.table)?;
        f.write_str(if self.cascade { " CASCADE" } else { "" })
    }
}
