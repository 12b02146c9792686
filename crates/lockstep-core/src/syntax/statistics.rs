//! `CREATE STATISTICS` and `ALTER STATISTICS … SET STATISTICS`.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::Expr;
use crate::syntax::parse_expression::expression;
use crate::syntax::print_statement::comma;
use crate::syntax::statement::Statement;

#[derive(Debug, Clone, PartialEq)]
pub struct CreateStatistics {
    /// Missing: the server makes one up.
    pub name: Option<QualifiedName>,
    pub if_not_exists: bool,
    pub kinds: Vec<Ident>,
    /// A bare column name is [`Expr::Column`] of one part.
    pub keys: Vec<Expr>,
    pub table: QualifiedName,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlterStatistics {
    pub name: QualifiedName,
    pub if_exists: bool,
    /// `None`: `DEFAULT`.
    pub target: Option<i64>,
}

/// After `CREATE STATISTICS`.
pub(super) fn create(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let if_not_exists = cursor.accept(&["if", "not", "exists"]);
    let name = match cursor.is_sign("(") || cursor.is_word("on") {
        true => None,
        false => Some(cursor.qualified_name()?),
    };
    let kinds = if cursor.is_sign("(") { cursor.names()? } else { vec![] };
    cursor.expect(&["on"])?;
    let keys = cursor.list(key)?;
    cursor.expect(&["from"])?;
    let table = cursor.qualified_name()?;
    Ok(Some(Statement::CreateStatistics(CreateStatistics { name, if_not_exists, kinds, keys, table })))
}

/// `stats_param`: a column, a function call, or an expression in parentheses.
fn key(cursor: &mut Cursor<'_>) -> Result<Expr> {
    let bare = !cursor.is_sign_at(1, "(") && !cursor.is_sign_at(1, ".") && !cursor.is_sign("(");
    match bare {
        true => Ok(Expr::Column(vec![cursor.name()?])),
        false => expression(cursor),
    }
}

/// After `ALTER STATISTICS`.
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let if_exists = cursor.accept(&["if", "exists"]);
    let name = cursor.qualified_name()?;
    cursor.expect(&["set", "statistics"])?;
    let target = if cursor.accept_word("default") { None } else { Some(cursor.integer()?) };
    Ok(Some(Statement::AlterStatistics(AlterStatistics { name, if_exists, target })))
}

impl Display for CreateStatistics {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("CREATE STATISTICS ")?;
        if self.if_not_exists {
            f.write_str("IF NOT EXISTS ")?;
        }
        if let Some(name) = &self.name {
            write!(f, "{name} ")?;
        }
        if !self.kinds.is_empty() {
            write!(f, "({}) ", comma(&self.kinds))?;
        }
        let keys = self.keys.iter().map(|key| match key {
            Expr::Column(parts) if parts.len() == 1 => key.to_string(),
            key => format!("({key})"),
        });
        write!(f, "ON {} FROM {}", comma(keys), self.table)
    }
}

impl Display for AlterStatistics {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let guard = if self.if_exists { "IF EXISTS " } else { "" };
        write!(f, "ALTER STATISTICS {guard}{} SET STATISTICS ", self.name)?;
        match self.target {
            Some(target) => write!(f, "{target}"),
            None => f.write_str("DEFAULT"),
        }
    }
}
