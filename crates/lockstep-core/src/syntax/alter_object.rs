//! What `ALTER` can do to an object of any kind: another name, schema, owner, or an extension to go with.

use std::fmt::{self, Display, Formatter};

use crate::name::Ident;
use crate::syntax::address::{self, ObjectAddress};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::statement::Statement;

#[derive(Debug, Clone, PartialEq)]
pub struct AlterObject {
    pub address: ObjectAddress,
    pub change: ObjectChange,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ObjectChange {
    OwnerTo(Ident),
    RenameTo(Ident),
    SetSchema(Ident),
    DependsOnExtension { extension: Ident, no: bool },
}

/// After `ALTER`; `None` where the command is none of these.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let Some(object) = address::kind(cursor) else { return Ok(None) };
    let address = address::parse(cursor, object)?;
    let change = if cursor.accept(&["owner", "to"]) {
        ObjectChange::OwnerTo(cursor.label()?)
    } else if cursor.accept(&["rename", "to"]) {
        ObjectChange::RenameTo(cursor.name()?)
    } else if cursor.accept(&["set", "schema"]) {
        ObjectChange::SetSchema(cursor.name()?)
    } else {
        let no = cursor.accept_word("no");
        if !cursor.accept(&["depends", "on", "extension"]) {
            return Ok(None);
        }
        ObjectChange::DependsOnExtension { extension: cursor.name()?, no }
    };
    Ok(Some(Statement::AlterObject(AlterObject { address, change })))
}

impl Display for AlterObject {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER {} ", self.address)?;
        match &self.change {
            ObjectChange::OwnerTo(role) => write!(f, "OWNER TO {}", address::role(role)),
            ObjectChange::RenameTo(name) => write!(f, "RENAME TO {name}"),
            ObjectChange::SetSchema(name) => write!(f, "SET SCHEMA {name}"),
            ObjectChange::DependsOnExtension { extension, no } => {
                write!(f, "{}DEPENDS ON EXTENSION {extension}", if *no { "NO " } else { "" })
            }
        }
    }
}
