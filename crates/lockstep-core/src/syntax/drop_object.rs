//! `DROP` of objects that are neither relations, types nor schemas.

use std::fmt::{self, Display, Formatter};

use crate::syntax::address::{self, ObjectAddress, Unprefixed};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::print_statement::comma;
use crate::syntax::statement::{ObjectType, Statement};

#[derive(Debug, Clone, PartialEq)]
pub struct DropObject {
    pub object: ObjectType,
    pub addresses: Vec<ObjectAddress>,
    pub if_exists: bool,
    pub cascade: bool,
}

/// After `DROP`.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let Some(object) = address::kind(cursor) else { return Ok(None) };
    if matches!(object, ObjectType::Database | ObjectType::Tablespace) {
        return Ok(None);
    }
    let if_exists = cursor.accept(&["if", "exists"]);
    let addresses = cursor.list(|cursor| address::parse(cursor, object))?;
    let cascade = crate::syntax::object::behavior(cursor);
    Ok(Some(Statement::DropObject(DropObject { object, addresses, if_exists, cascade })))
}

impl Display for DropObject {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let guard = if self.if_exists { "IF EXISTS " } else { "" };
        let addresses = comma(self.addresses.iter().map(Unprefixed));
        write!(f, "DROP {} {guard}{addresses}{}", self.object, if self.cascade { " CASCADE" } else { "" })
    }
}
