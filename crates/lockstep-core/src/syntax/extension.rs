//! `CREATE EXTENSION` and `ALTER EXTENSION`.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, quote_literal};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::statement::Statement;

#[derive(Debug, Clone, PartialEq)]
pub struct CreateExtension {
    pub name: Ident,
    pub if_not_exists: bool,
    pub schema: Option<Ident>,
    pub version: Option<String>,
    pub cascade: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlterExtension {
    pub name: Ident,
    pub action: ExtensionAction,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExtensionAction {
    Update(Option<String>),
    SetSchema(Ident),
}

/// After `CREATE EXTENSION`.
pub(super) fn create(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let if_not_exists = cursor.accept(&["if", "not", "exists"]);
    let name = cursor.name()?;
    cursor.accept_word("with");
    let mut made = CreateExtension { name, if_not_exists, schema: None, version: None, cascade: false };
    loop {
        if made.schema.is_none() && cursor.accept_word("schema") {
            made.schema = Some(cursor.name()?);
        } else if made.version.is_none() && cursor.accept_word("version") {
            made.version = Some(version(cursor)?);
        } else if !made.cascade && cursor.accept_word("cascade") {
            made.cascade = true;
        } else {
            // `FROM 'unpackaged'` is read and refused.
            return Ok((!cursor.is_word("from")).then_some(Statement::CreateExtension(made)));
        }
    }
}

/// After `ALTER EXTENSION`; `None` for what adds and drops members.
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let name = cursor.name()?;
    let action = if cursor.accept_word("update") {
        ExtensionAction::Update(if cursor.accept_word("to") { Some(version(cursor)?) } else { None })
    } else if cursor.accept(&["set", "schema"]) {
        ExtensionAction::SetSchema(cursor.name()?)
    } else {
        return Ok(None);
    };
    Ok(Some(Statement::AlterExtension(AlterExtension { name, action })))
}

/// `NonReservedWord_or_Sconst`.
fn version(cursor: &mut Cursor<'_>) -> Result<String> {
    match cursor.accept_string() {
        Some(text) => Ok(text),
        None => cursor.label().map(|it| it.as_str().to_owned()),
    }
}

impl Display for CreateExtension {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let guard = if self.if_not_exists { "IF NOT EXISTS " } else { "" };
        write!(f, "CREATE EXTENSION {guard}{}", self.name)?;
        if let Some(schema) = &self.schema {
            write!(f, " SCHEMA {schema}")?;
        }
        if let Some(version) = &self.version {
            write!(f, " VERSION {}", quote_literal(version))?;
        }
        write!(f, "{}", if self.cascade { " CASCADE" } else { "" })
    }
}

impl Display for AlterExtension {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER EXTENSION {} ", self.name)?;
        match &self.action {
            ExtensionAction::Update(None) => write!(f, "UPDATE"),
            ExtensionAction::Update(Some(version)) => write!(f, "UPDATE TO {}", quote_literal(version)),
            ExtensionAction::SetSchema(schema) => write!(f, "SET SCHEMA {schema}"),
        }
    }
}
