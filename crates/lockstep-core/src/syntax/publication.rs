//! `CREATE PUBLICATION` and `ALTER PUBLICATION`.

use std::fmt::{self, Display, Formatter};

use crate::name::{Ident, QualifiedName};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::expression::Expr;
use crate::syntax::object::options;
use crate::syntax::print_statement::{comma, options as print_options};
use crate::syntax::statement::Statement;

#[derive(Debug, Clone, PartialEq)]
pub struct CreatePublication {
    pub name: Ident,
    pub all_tables: bool,
    pub objects: Vec<PublicationObject>,
    pub options: Vec<(Ident, Option<String>)>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AlterPublication {
    pub name: Ident,
    pub change: PublicationChange,
}

#[derive(Debug, Clone, PartialEq)]
pub enum PublicationChange {
    Add(Vec<PublicationObject>),
    Set(Vec<PublicationObject>),
    Drop(Vec<PublicationObject>),
    Options(Vec<(Ident, Option<String>)>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum PublicationObject {
    Table { only: bool, name: QualifiedName, columns: Option<Vec<Ident>>, filter: Option<Expr> },
    TablesInSchema(Ident),
}

/// After `CREATE PUBLICATION`.
pub(super) fn create(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let name = cursor.name()?;
    let all_tables = cursor.accept(&["for", "all", "tables"]);
    let objects = if !all_tables && cursor.accept_word("for") { objects(cursor)? } else { vec![] };
    let options = if cursor.accept_word("with") { options(cursor)? } else { vec![] };
    Ok(Some(Statement::CreatePublication(CreatePublication { name, all_tables, objects, options })))
}

/// After `ALTER PUBLICATION`; `None` where it is a command of all objects.
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let name = cursor.name()?;
    let change = if cursor.accept_word("add") {
        PublicationChange::Add(objects(cursor)?)
    } else if cursor.accept_word("drop") {
        PublicationChange::Drop(objects(cursor)?)
    } else if cursor.accept_word("set") {
        match cursor.is_sign("(") {
            true => PublicationChange::Options(options(cursor)?),
            false => PublicationChange::Set(objects(cursor)?),
        }
    } else {
        return Ok(None);
    };
    Ok(Some(Statement::AlterPublication(AlterPublication { name, change })))
}

/// `pub_obj_list`: a kind holds until the next one is named.
fn objects(cursor: &mut Cursor<'_>) -> Result<Vec<PublicationObject>> {
    let mut in_schema = false;
    cursor.list(|cursor| {
        if cursor.accept_word("table") {
            in_schema = false;
        } else if cursor.accept(&["tables", "in", "schema"]) {
            in_schema = true;
        }
        if in_schema {
            return Ok(PublicationObject::TablesInSchema(cursor.label()?));
        }
        let only = cursor.accept_word("only");
        let parenthesised = only && cursor.accept_sign("(");
        let name = cursor.qualified_name()?;
        cursor.accept_sign("*");
        if parenthesised {
            cursor.expect_sign(")")?;
        }
        let columns = if cursor.is_sign("(") { Some(cursor.names()?) } else { None };
        let filter = match cursor.accept_word("where") {
            true => Some(crate::syntax::constraint::parenthesised_expression(cursor)?),
            false => None,
        };
        Ok(PublicationObject::Table { only, name, columns, filter })
    })
}

impl Display for PublicationObject {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            PublicationObject::TablesInSchema(schema) => write!(f, "TABLES IN SCHEMA {schema}"),
            PublicationObject::Table { only, name, columns, filter } => {
                write!(f, "TABLE {}{name}", if *only { "ONLY " } else { "" })?;
                if let Some(columns) = columns {
                    write!(f, " ({})", comma(columns))?;
                }
                filter.as_ref().map_or(Ok(()), |filter| write!(f, " WHERE ({filter})"))
            }
        }
    }
}

impl Display for CreatePublication {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "CREATE PUBLICATION {}", self.name)?;
        if self.all_tables {
            f.write_str(" FOR ALL TABLES")?;
        } else if !self.objects.is_empty() {
            write!(f, " FOR {}", comma(&self.objects))?;
        }
        match self.options.is_empty() {
            true => Ok(()),
            false => write!(f, " WITH {}", print_options(&self.options)),
        }
    }
}

impl Display for AlterPublication {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER PUBLICATION {} ", self.name)?;
        match &self.change {
            PublicationChange::Add(objects) => write!(f, "ADD {}", comma(objects)),
            PublicationChange::Set(objects) => write!(f, "SET {}", comma(objects)),
            PublicationChange::Drop(objects) => write!(f, "DROP {}", comma(objects)),
            PublicationChange::Options(options) => write!(f, "SET {}", print_options(options)),
        }
    }
}
