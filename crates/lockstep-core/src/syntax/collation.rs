//! `CREATE COLLATION`.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, QualifiedName, quote_literal};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::print_statement::comma;
use crate::syntax::statement::Statement;

#[derive(Debug, Clone, PartialEq)]
pub struct CreateCollation {
    pub name: QualifiedName,
    pub if_not_exists: bool,
    /// In the order in which they are written.
    pub options: Vec<(Ident, String)>,
}

/// After `CREATE COLLATION`; `None` for a copy of another one.
pub(super) fn create(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let if_not_exists = cursor.accept(&["if", "not", "exists"]);
    let name = cursor.qualified_name()?;
    if !cursor.is_sign("(") {
        return Ok(None);
    }
    let options = cursor.parenthesised(|cursor| {
        let option = cursor.label()?;
        cursor.expect_sign("=")?;
        let value = match cursor.accept_string() {
            Some(text) => text,
            None => cursor.label()?.as_str().to_owned(),
        };
        Ok((option, value))
    })?;
    Ok(Some(Statement::CreateCollation(CreateCollation { name, if_not_exists, options })))
}

impl Display for CreateCollation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let guard = if self.if_not_exists { "IF NOT EXISTS " } else { "" };
        let options = self.options.iter().map(|(name, value)| format!("{name} = {}", quote_literal(value)));
        write!(f, "CREATE COLLATION {guard}{} ({})", self.name, comma(options))
    }
}
