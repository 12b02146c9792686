//! Roles: `CREATE`, `ALTER` and `DROP ROLE`, and what is owned by them as a whole.

use std::fmt::{self, Display, Formatter};

use crate::name::Ident;
use crate::syntax::address;
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::statement::Statement;

#[derive(Debug, Clone, PartialEq)]
pub enum RoleCommand {
    /// `options` as written; `members` are the roles that they name.
    Create {
        name: Ident,
        options: String,
        members: Vec<Ident>,
    },
    /// Also `SET` and `RESET` of a setting. `ALL` is no name.
    Alter {
        name: Option<Ident>,
        options: String,
    },
    Rename {
        name: Ident,
        to: Ident,
    },
    Drop {
        names: Vec<Ident>,
        if_exists: bool,
    },
    /// `DROP OWNED BY`.
    DropOwned {
        roles: Vec<Ident>,
        cascade: bool,
    },
    /// `REASSIGN OWNED BY … TO`.
    Reassign {
        roles: Vec<Ident>,
        to: Ident,
    },
}

/// `ALTER DATABASE … SET` or `RESET` of a setting, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterDatabase {
    pub name: Ident,
    pub change: String,
}

const WORDS: [&str; 3] = ["role", "user", "group"];

/// After `CREATE`.
pub(super) fn create(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    if !accept_kind(cursor) {
        return Ok(None);
    }
    let name = cursor.label()?;
    let start = cursor.position();
    let mut members = vec![];
    while let Some(token) = cursor.next() {
        let word = cursor.raw(token).to_ascii_lowercase();
        if matches!(word.as_str(), "role" | "user" | "group" | "admin") {
            members.extend(cursor.list(Cursor::label)?);
        }
    }
    let options = rest(cursor, start);
    Ok(Some(Statement::Role(RoleCommand::Create { name, options, members })))
}

/// After `ALTER`.
pub(super) fn alter(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let group = cursor.is_word("group");
    if !accept_kind(cursor) {
        return Ok(None);
    }
    let name = if cursor.accept_word("all") { None } else { Some(cursor.label()?) };
    if let (Some(name), true) = (&name, cursor.accept(&["rename", "to"])) {
        return Ok(Some(Statement::Role(RoleCommand::Rename { name: name.clone(), to: cursor.label()? })));
    }
    // `ALTER GROUP … ADD USER` is a grant in another dress.
    if group {
        return Ok(None);
    }
    let start = cursor.position();
    cursor.skip_to_end();
    Ok(Some(Statement::Role(RoleCommand::Alter { name, options: rest(cursor, start) })))
}

/// After `ALTER DATABASE`; `None` where no setting changes.
pub(super) fn alter_database(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let name = cursor.name()?;
    if !cursor.is_any(&["set", "reset"]) || cursor.is_word_at(1, "tablespace") {
        return Ok(None);
    }
    let start = cursor.position();
    cursor.skip_to_end();
    Ok(Some(Statement::AlterDatabase(AlterDatabase { name, change: rest(cursor, start) })))
}

/// After `DROP`.
pub(super) fn drop(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    if cursor.accept(&["owned", "by"]) {
        let roles = cursor.list(Cursor::label)?;
        let cascade = crate::syntax::object::behavior(cursor);
        return Ok(Some(Statement::Role(RoleCommand::DropOwned { roles, cascade })));
    }
    if !accept_kind(cursor) {
        return Ok(None);
    }
    let if_exists = cursor.accept(&["if", "exists"]);
    let names = cursor.list(Cursor::label)?;
    Ok(Some(Statement::Role(RoleCommand::Drop { names, if_exists })))
}

pub(super) fn reassign(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    cursor.expect(&["reassign", "owned", "by"])?;
    let roles = cursor.list(Cursor::label)?;
    cursor.expect(&["to"])?;
    let to = cursor.label()?;
    Ok(Some(Statement::Role(RoleCommand::Reassign { roles, to })))
}

/// `USER MAPPING` is something else.
fn accept_kind(cursor: &mut Cursor<'_>) -> bool {
    !cursor.is_word_at(1, "mapping") && WORDS.iter().any(|word| cursor.accept_word(word))
}

fn rest(cursor: &mut Cursor<'_>, start: usize) -> String {
    let end = cursor.last_end();
    cursor.rewind(start);
    let from = cursor.offset();
    cursor.skip_to_end();
    cursor.text.get(from..end.max(from)).unwrap_or_default().trim().to_owned()
}

impl Display for AlterDatabase {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER DATABASE {} {}", self.name, self.change)
    }
}

impl Display for RoleCommand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            RoleCommand::Create { name, options, .. } => {
                write!(f, "CREATE ROLE {name}")?;
                if options.is_empty() { Ok(()) } else { write!(f, " {options}") }
            }
            RoleCommand::Alter { name, options } => {
                let name = name.as_ref().map_or_else(|| "ALL".to_owned(), address::role);
                write!(f, "ALTER ROLE {name} {options}")
            }
            RoleCommand::Rename { name, to } => write!(f, "ALTER ROLE {name} RENAME TO {to}"),
            RoleCommand::Drop { names, if_exists } => {
                let guard = if *if_exists { "IF EXISTS " } else { "" };
                write!(f, "DROP ROLE {guard}{}", address::roles(names))
            }
            RoleCommand::DropOwned { roles, cascade } => {
                write!(f, "DROP OWNED BY {}{}", address::roles(roles), if *cascade { " CASCADE" } else { "" })
            }
            RoleCommand::Reassign { roles, to } => {
                write!(f, "REASSIGN OWNED BY {} TO {}", address::roles(roles), address::role(to))
            }
        }
    }
}
