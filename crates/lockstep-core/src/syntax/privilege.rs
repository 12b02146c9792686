//! `GRANT`, `REVOKE` and `ALTER DEFAULT PRIVILEGES`.

use std::fmt::{self, Display, Formatter};

use crate::name::Ident;
use crate::syntax::address::{self, ObjectAddress, Unprefixed};
use crate::syntax::cursor::{Cursor, Result};
use crate::syntax::print_statement::comma;
use crate::syntax::statement::{ObjectType, Statement};

#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    pub revoke: bool,
    /// Empty: all of the object's privileges.
    pub privileges: Vec<Privilege>,
    pub target: GrantTarget,
    /// `public` is everybody.
    pub grantees: Vec<Ident>,
    /// `WITH GRANT OPTION`, `GRANT OPTION FOR`.
    pub grant_option: bool,
    pub granted_by: Option<Ident>,
    pub cascade: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Privilege {
    /// Lower case; `all` with columns stands for all that a column has.
    pub name: String,
    pub columns: Vec<Ident>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum GrantTarget {
    Objects(ObjectType, Vec<ObjectAddress>),
    /// `ALL TABLES IN SCHEMA`.
    AllInSchema(ObjectType, Vec<Ident>),
    /// `ALTER DEFAULT PRIVILEGES`: objects that those roles will make in those schemas.
    Future {
        object: ObjectType,
        roles: Vec<Ident>,
        schemas: Vec<Ident>,
    },
}

/// `GRANT role TO role`.
#[derive(Debug, Clone, PartialEq)]
pub struct GrantRole {
    pub revoke: bool,
    pub roles: Vec<Ident>,
    pub grantees: Vec<Ident>,
    /// `WITH ADMIN TRUE`, `ADMIN OPTION FOR`: the option and its value.
    pub options: Vec<(Ident, Ident)>,
    pub granted_by: Option<Ident>,
    pub cascade: bool,
}

const PLURALS: [(&[&str], ObjectType); 7] = [
    (&["tables"], ObjectType::Table),
    (&["sequences"], ObjectType::Sequence),
    (&["functions"], ObjectType::Function),
    (&["procedures"], ObjectType::Procedure),
    (&["routines"], ObjectType::Routine),
    (&["types"], ObjectType::Type),
    (&["schemas"], ObjectType::Schema),
];

/// `GRANT …` or `REVOKE …`; `None` where it has no tree.
pub(super) fn grant(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let revoke = cursor.accept_word("revoke");
    if !revoke {
        cursor.expect(&["grant"])?;
    }
    let grant_option = revoke && cursor.accept(&["grant", "option", "for"]);
    let mut options = vec![];
    if revoke && !grant_option && cursor.is_word_at(1, "option") && cursor.is_word_at(2, "for") {
        options.push((cursor.label()?, Ident::new("option")));
        cursor.expect(&["option", "for"])?;
    }
    let privileges = privileges(cursor)?;
    if cursor.accept_word("on") {
        let Some(target) = target(cursor)? else { return Ok(None) };
        return rest(cursor, revoke, grant_option, privileges, target).map(Some);
    }
    cursor.expect(&[if revoke { "from" } else { "to" }])?;
    let roles = privileges.iter().map(|it| Ident::folded(&it.name)).collect();
    let grantees = cursor.list(grantee)?;
    if !revoke && cursor.accept_word("with") {
        options = cursor.list(|cursor| Ok((cursor.label()?, cursor.label()?)))?;
    }
    let granted_by = granted_by(cursor)?;
    let cascade = crate::syntax::object::behavior(cursor);
    Ok(Some(Statement::GrantRole(GrantRole { revoke, roles, grantees, options, granted_by, cascade })))
}

/// After `ALTER DEFAULT PRIVILEGES`.
pub(super) fn default_privileges(cursor: &mut Cursor<'_>) -> Result<Option<Statement>> {
    let (mut roles, mut schemas) = (vec![], vec![]);
    loop {
        if cursor.accept(&["for", "role"]) || cursor.accept(&["for", "user"]) {
            roles = cursor.list(grantee)?;
        } else if cursor.accept(&["in", "schema"]) {
            schemas = cursor.list(Cursor::name)?;
        } else {
            break;
        }
    }
    let revoke = cursor.accept_word("revoke");
    if !revoke {
        cursor.expect(&["grant"])?;
    }
    let grant_option = revoke && cursor.accept(&["grant", "option", "for"]);
    let privileges = privileges(cursor)?;
    cursor.expect(&["on"])?;
    let Some((_, object)) = PLURALS.iter().find(|(words, _)| cursor.accept(words)) else { return Ok(None) };
    let target = GrantTarget::Future { object: *object, roles, schemas };
    rest(cursor, revoke, grant_option, privileges, target).map(Some)
}

fn rest(
    cursor: &mut Cursor<'_>,
    revoke: bool,
    mut grant_option: bool,
    privileges: Vec<Privilege>,
    target: GrantTarget,
) -> Result<Statement> {
    cursor.expect(&[if revoke { "from" } else { "to" }])?;
    let grantees = cursor.list(grantee)?;
    grant_option |= !revoke && cursor.accept(&["with", "grant", "option"]);
    let granted_by = granted_by(cursor)?;
    let cascade = crate::syntax::object::behavior(cursor);
    Ok(Statement::Grant(Grant { revoke, privileges, target, grantees, grant_option, granted_by, cascade }))
}

fn granted_by(cursor: &mut Cursor<'_>) -> Result<Option<Ident>> {
    Ok(if cursor.accept(&["granted", "by"]) { Some(cursor.label()?) } else { None })
}

fn grantee(cursor: &mut Cursor<'_>) -> Result<Ident> {
    if cursor.is_word("group") && !cursor.is_sign_at(1, ",") {
        cursor.next();
    }
    cursor.label()
}

/// Empty for `ALL [PRIVILEGES]` without columns.
fn privileges(cursor: &mut Cursor<'_>) -> Result<Vec<Privilege>> {
    if cursor.accept_word("all") {
        cursor.accept_word("privileges");
        return match cursor.is_sign("(") {
            true => Ok(vec![Privilege { name: "all".to_owned(), columns: cursor.names()? }]),
            false => Ok(vec![]),
        };
    }
    cursor.list(|cursor| {
        let mut name = cursor.label()?.as_str().to_owned();
        if name == "alter" && cursor.accept_word("system") {
            name.push_str(" system");
        }
        let columns = if cursor.is_sign("(") { cursor.names()? } else { vec![] };
        Ok(Privilege { name, columns })
    })
}

fn target(cursor: &mut Cursor<'_>) -> Result<Option<GrantTarget>> {
    if cursor.is_word("all") {
        cursor.next();
        let Some((_, object)) = PLURALS.iter().find(|(words, _)| cursor.accept(words)) else { return Ok(None) };
        cursor.expect(&["in", "schema"])?;
        return Ok(Some(GrantTarget::AllInSchema(*object, cursor.list(Cursor::name)?)));
    }
    if cursor.are_words(&["large", "object"]) || (cursor.is_word("parameter") && !cursor.is_sign_at(1, ",")) {
        return Ok(None);
    }
    const GRANTABLE: [ObjectType; 13] = [
        ObjectType::Table,
        ObjectType::Sequence,
        ObjectType::ForeignDataWrapper,
        ObjectType::Server,
        ObjectType::Function,
        ObjectType::Procedure,
        ObjectType::Routine,
        ObjectType::Database,
        ObjectType::Domain,
        ObjectType::Language,
        ObjectType::Schema,
        ObjectType::Tablespace,
        ObjectType::Type,
    ];
    let start = cursor.position();
    let object = match address::kind(cursor) {
        Some(object) if GRANTABLE.contains(&object) && !cursor.is_word("to") && !cursor.is_word("from") => object,
        _ => {
            cursor.rewind(start);
            ObjectType::Table
        }
    };
    let addresses = cursor.list(|cursor| address::parse(cursor, object))?;
    Ok(Some(GrantTarget::Objects(object, addresses)))
}

impl Display for Grant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let plural = |object: &ObjectType| format!("{object}S");
        if let GrantTarget::Future { roles, schemas, .. } = &self.target {
            f.write_str("ALTER DEFAULT PRIVILEGES ")?;
            if !roles.is_empty() {
                write!(f, "FOR ROLE {} ", address::roles(roles))?;
            }
            if !schemas.is_empty() {
                write!(f, "IN SCHEMA {} ", comma(schemas))?;
            }
        }
        f.write_str(if self.revoke { "REVOKE " } else { "GRANT " })?;
        if self.revoke && self.grant_option {
            f.write_str("GRANT OPTION FOR ")?;
        }
        match self.privileges.is_empty() {
            true => f.write_str("ALL")?,
            false => f.write_str(&comma(&self.privileges))?,
        }
        match &self.target {
            GrantTarget::Objects(object, addresses) => {
                let object = match object {
                    ObjectType::Server => "FOREIGN SERVER".to_owned(),
                    object => object.to_string(),
                };
                write!(f, " ON {object} {}", comma(addresses.iter().map(Unprefixed)))?;
            }
            GrantTarget::AllInSchema(object, schemas) => {
                write!(f, " ON ALL {} IN SCHEMA {}", plural(object), comma(schemas))?;
            }
            GrantTarget::Future { object, .. } => write!(f, " ON {}", plural(object))?,
        }
        write!(f, " {} {}", if self.revoke { "FROM" } else { "TO" }, address::roles(&self.grantees))?;
        if !self.revoke && self.grant_option {
            f.write_str(" WITH GRANT OPTION")?;
        }
        end(f, self.granted_by.as_ref(), self.cascade)
    }
}

impl Display for Privilege {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.name.as_str() {
            "alter system" => f.write_str("ALTER SYSTEM")?,
            name if name.bytes().all(|it| it.is_ascii_lowercase()) => f.write_str(&name.to_uppercase())?,
            name => write!(f, "{}", Ident::new(name))?,
        }
        match self.columns.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", comma(&self.columns)),
        }
    }
}

impl Display for GrantRole {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.revoke { "REVOKE " } else { "GRANT " })?;
        if let (true, Some((option, _))) = (self.revoke, self.options.first()) {
            write!(f, "{} OPTION FOR ", option.as_str().to_uppercase())?;
        }
        write!(f, "{} ", address::roles(&self.roles))?;
        write!(f, "{} {}", if self.revoke { "FROM" } else { "TO" }, address::roles(&self.grantees))?;
        if !self.revoke && !self.options.is_empty() {
            let options = self.options.iter().map(|(option, value)| format!("{} {}", option.as_str(), value.as_str()));
            write!(f, " WITH {}", comma(options))?;
        }
        end(f, self.granted_by.as_ref(), self.cascade)
    }
}

fn end(f: &mut Formatter<'_>, granted_by: Option<&Ident>, cascade: bool) -> fmt::Result {
    if let Some(role) = granted_by {
        write!(f, " GRANTED BY {}", address::role(role))?;
    }
    if cascade { f.write_str(" CASCADE") } else { Ok(()) }
}
