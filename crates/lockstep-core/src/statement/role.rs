//! Roles: `user.c`. They belong to the cluster, so whether one exists is often a question to it.

use crate::effect::PgError;
use crate::name::{Ident, quote_literal};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate::{self, SqlState};
use crate::schema::dependency::Object;
use crate::schema::ownership::{Attributes, Held, Passing, RoleState};
use crate::schema::rights::is_session_role;
use crate::statement::Command;
use crate::statement::deletion::delete;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::syntax::statement::{ObjectType, RoleCommand};

const REASSIGNED: &str = "everything that the role owns changes its owner";

/// Roles that every server has (`pg_authid.dat`), or that stand for the session's own.
pub(super) fn is_own(name: &Ident) -> bool {
    is_session_role(name)
}

impl Execution {
    /// `get_rolespec_oid`: 42704 where there is no such role.
    pub fn role(&mut self, name: &Ident) -> Outcome {
        self.role_or(name, sqlstate::UNDEFINED_OBJECT)
    }

    pub fn role_or(&mut self, name: &Ident, otherwise: SqlState) -> Outcome {
        if is_own(name) || name.as_str().starts_with("pg_") {
            return Ok(());
        }
        match self.schema.ownership.role(name) {
            Some(RoleState::Assumed | RoleState::Made) => return Ok(()),
            Some(RoleState::Dropped) => return fail(otherwise, format!("role \"{}\" does not exist", name.as_str())),
            None => {}
        }
        self.precondition(count_roles(name), "1", otherwise);
        self.schema.ownership.note_role(name.clone(), RoleState::Assumed);
        Ok(())
    }

    /// The owner as it is kept: `None` for the session's own role.
    pub fn owner_of(&self, role: &Ident) -> Option<Ident> {
        match role.as_str() {
            "current_user" | "current_role" => self.session.role.clone(),
            "session_user" => self.session.user.clone(),
            _ => (!is_own(role)).then(|| role.clone()),
        }
    }
}

fn count_roles(name: &Ident) -> String {
    format!("SELECT count(*) FROM pg_roles WHERE rolname = {}", quote_literal(name.as_str()))
}

impl RoleCommand {
    pub(super) fn tag(&self) -> &'static str {
        match self {
            RoleCommand::Create { .. } => "CREATE ROLE",
            RoleCommand::Alter { .. } | RoleCommand::Rename { .. } => "ALTER ROLE",
            RoleCommand::Drop { .. } => "DROP ROLE",
            RoleCommand::DropOwned { .. } => "DROP OWNED",
            RoleCommand::Reassign { .. } => "REASSIGN OWNED",
        }
    }
}

impl Command for RoleCommand {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable(self.tag())?;
        match self {
            RoleCommand::Create { name, members, options } => create(execution, name, members, options),
            RoleCommand::Alter { name, options } => match name {
                Some(name) => alter(execution, name, options),
                None => Ok(()),
            },
            RoleCommand::Rename { name, to } => rename(execution, name, to),
            RoleCommand::Drop { names, if_exists } => {
                names.iter().try_for_each(|name| drop_role(execution, name, *if_exists))
            }
            RoleCommand::DropOwned { roles, cascade } => drop_owned(execution, roles, *cascade),
            RoleCommand::Reassign { roles, to } => reassign(execution, roles, to),
        }
    }
}

/// `CreateRole`.
fn create(execution: &mut Execution, name: &Ident, members: &[Ident], options: &str) -> Outcome {
    new_name(execution, name)?;
    members.iter().filter(|it| *it != name).try_for_each(|it| execution.role(it))?;
    if members.contains(name) {
        let name = name.as_str();
        let message = format!("role \"{name}\" is a member of role \"{name}\"");
        return fail(sqlstate::INVALID_GRANT_OPERATION, message);
    }
    if members.iter().any(|it| it == "pg_database_owner") {
        return unknown("who is a member of pg_database_owner is for the server to say");
    }
    let words = words(options);
    let ownership = &mut execution.schema.ownership;
    ownership.note_role(name.clone(), RoleState::Made);
    let mut attributes = Attributes::default();
    set_attributes(&mut attributes, &words);
    ownership.set_attributes(name.clone(), attributes);
    let mut place = 0;
    while let Some(word) = words.get(place) {
        place += 1;
        let (into, admin) = match word.as_str() {
            "in" => (true, false),
            "role" | "user" => (false, false),
            "admin" => (false, true),
            _ => continue,
        };
        if into {
            place += 1;
        }
        while let Some(other) = words.get(place).filter(|it| members.iter().any(|member| member == it.as_str())) {
            place += 1;
            let other = Ident::new(other);
            let (role, member) = if into { (other, name.clone()) } else { (name.clone(), other) };
            note_membership(execution, role, member, Held { granted: true, grantable: admin });
        }
    }
    Ok(())
}

/// `AddRoleMems`: a new membership passes privileges on where the member inherits.
pub(super) fn note_membership(execution: &mut Execution, role: Ident, member: Ident, held: Held) {
    let ownership = &mut execution.schema.ownership;
    let key = (role, member);
    if ownership.membership(&key).is_none_or(|it| !it.granted) {
        let inherit = ownership.attributes(&key.1).is_none_or(|it| it.inherit);
        ownership.set_passing(key.clone(), Passing { inherit, set: true });
    }
    ownership.note_membership(key.0, key.1, held);
}

/// Folded words of the options; strings are left out.
fn words(options: &str) -> Vec<String> {
    let mut found = vec![];
    for (place, part) in options.split('\'').enumerate() {
        if place % 2 == 1 {
            continue;
        }
        let mut rest = part;
        while let Some(start) = rest.find(|it: char| it.is_alphanumeric() || matches!(it, '_' | '"')) {
            rest = &rest[start..];
            let quoted = rest.strip_prefix('"');
            let end = match quoted {
                Some(quoted) => quoted.find('"').map_or(rest.len(), |it| it + 2),
                None => rest.find(|it: char| !it.is_alphanumeric() && it != '_' && it != '$').unwrap_or(rest.len()),
            };
            let word = &rest[..end];
            found.push(if quoted.is_some() { word.trim_matches('"').to_owned() } else { word.to_lowercase() });
            rest = &rest[end..];
        }
    }
    found
}

fn set_attributes(attributes: &mut Attributes, words: &[String]) {
    for word in words {
        let (word, value) = match word.strip_prefix("no") {
            Some(word) => (word, false),
            None => (word.as_str(), true),
        };
        match word {
            "superuser" => attributes.superuser = value,
            "inherit" => attributes.inherit = value,
            "createrole" => attributes.create_role = value,
            "createdb" => attributes.create_database = value,
            "replication" => attributes.replication = value,
            "bypassrls" => attributes.bypass_row_security = value,
            _ => {}
        }
    }
}

/// `AlterRole`; settings of the role say nothing of what it may do.
fn alter(execution: &mut Execution, name: &Ident, options: &str) -> Outcome {
    execution.role(name)?;
    let words = words(options);
    let of_settings = words.iter().any(|it| matches!(it.as_str(), "set" | "reset"));
    if let (Some(mut attributes), false) = (execution.schema.ownership.attributes(name), of_settings) {
        set_attributes(&mut attributes, &words);
        execution.schema.ownership.set_attributes(name.clone(), attributes);
    }
    Ok(())
}

/// `IsReservedName`, and that no role has the name.
fn new_name(execution: &mut Execution, name: &Ident) -> Outcome {
    let text = name.as_str();
    if text.starts_with("pg_") || text == "public" || text == "none" {
        return fail(sqlstate::RESERVED_NAME, format!("role name \"{text}\" is reserved"));
    }
    match execution.schema.ownership.role(name) {
        Some(RoleState::Dropped) => {}
        Some(RoleState::Assumed | RoleState::Made) => {
            return fail(sqlstate::DUPLICATE_OBJECT, format!("role \"{text}\" already exists"));
        }
        None => execution.precondition(count_roles(name), "0", sqlstate::DUPLICATE_OBJECT),
    }
    Ok(())
}

/// `RenameRole`.
fn rename(execution: &mut Execution, name: &Ident, to: &Ident) -> Outcome {
    execution.role(name)?;
    if is_own(name) {
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, "session user cannot be renamed");
    }
    new_name(execution, to)?;
    let state = execution.schema.ownership.role(name).unwrap_or(RoleState::Assumed);
    execution.schema.ownership.note_role(name.clone(), RoleState::Dropped);
    execution.schema.ownership.note_role(to.clone(), state);
    execution.schema.ownership.replace_role(name, Some(to));
    execution.schema.ownership.replace_attributes(name, Some(to));
    Ok(())
}

/// Why what the role owns may not be there any more.
fn doubt_of_ownership(execution: &Execution, role: &Ident) -> Option<String> {
    let schema = &execution.schema;
    let owned = schema.ownership.owners().filter(|(_, owner)| *owner == role).map(|(object, _)| object);
    let mut owned = owned.filter(|it| schema.has_object(it));
    owned.find_map(|object| {
        let (name, id) = match object {
            Object::Relation(id) => (&schema.get(*id)?.name.name, id.0),
            Object::Type(id) => (&schema.user_type(*id)?.name.name, id.0),
            Object::Other(id) => (schema.object(*id)?.name(), id.0),
            _ => return None,
        };
        schema.uncertain.about(name, Some(id))
    })
}

/// `DropRole`.
fn drop_role(execution: &mut Execution, name: &Ident, if_exists: bool) -> Outcome {
    if is_own(name) || execution.session.role.as_ref() == Some(name) {
        return fail(sqlstate::OBJECT_IN_USE, "current user cannot be dropped");
    }
    if execution.session.user.as_ref() == Some(name) {
        return fail(sqlstate::OBJECT_IN_USE, "session user cannot be dropped");
    }
    let ownership = &execution.schema.ownership;
    match ownership.role(name) {
        Some(RoleState::Dropped) if if_exists => {
            execution.notice(format!("role \"{}\" does not exist, skipping", name.as_str()));
            return Ok(());
        }
        None if if_exists => {}
        _ => execution.role(name)?,
    }
    let ownership = &execution.schema.ownership;
    let has = ownership.owners().any(|(object, owner)| owner == name && execution.schema.has_object(object))
        || ownership
            .privileges()
            .any(|(key, held)| held.granted && key.grantee == *name && execution.schema.has_object(&key.object))
        || ownership
            .defaults()
            .any(|(key, held)| held.granted && (key.grantee == *name || key.role.as_ref() == Some(name)));
    if has && let Some(why) = doubt_of_ownership(execution, name) {
        return unknown(why);
    }
    if has {
        let message = format!("role \"{}\" cannot be dropped because some objects depend on it", name.as_str());
        return Err(PgError::new(sqlstate::DEPENDENT_OBJECTS_STILL_EXIST, message).into());
    }
    if ownership.role(name) != Some(RoleState::Made) {
        let query = format!(
            "SELECT count(*) FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid WHERE d.refclassid = \
             'pg_authid'::regclass AND r.rolname = {}",
            quote_literal(name.as_str())
        );
        execution.precondition(query, "0", sqlstate::DEPENDENT_OBJECTS_STILL_EXIST);
    }
    execution.schema.ownership.replace_role(name, None);
    execution.schema.ownership.replace_attributes(name, None);
    execution.schema.ownership.note_role(name.clone(), RoleState::Dropped);
    Ok(())
}

/// What a role owns, in the order in which it was made (`pg_shdepend` has no better one).
fn owned_by(execution: &Execution, roles: &[Ident]) -> Vec<Object> {
    let owners = execution.schema.ownership.owners();
    let owned = owners.filter(|(object, owner)| roles.contains(owner) && execution.schema.has_object(object));
    owned.map(|(object, _)| object.clone()).collect()
}

fn known_roles(execution: &mut Execution, roles: &[Ident]) -> Outcome {
    for role in roles {
        execution.role(role)?;
        if is_own(role) {
            return unknown("what the session's own role owns in the whole database is not known");
        }
    }
    Ok(())
}

/// `ReassignOwnedObjects`: `shdepReassignOwned`.
fn reassign(execution: &mut Execution, roles: &[Ident], to: &Ident) -> Outcome {
    known_roles(execution, roles)?;
    execution.role(to)?;
    let new = execution.owner_of(to);
    for object in owned_by(execution, roles) {
        match &object {
            // A table's own sequences went with it.
            _ if execution.schema.ownership.owner(&object) == new.as_ref() => {}
            Object::Relation(id) => {
                execution.lock(*id, LockMode::AccessExclusive, REASSIGNED);
                super::owner::change_relation(execution, *id, new.as_ref());
            }
            _ => execution.schema.ownership.set_owner(object, new.clone()),
        }
    }
    Ok(())
}

/// `DropOwnedObjects`: what the roles own is dropped, what they may do is revoked.
fn drop_owned(execution: &mut Execution, roles: &[Ident], cascade: bool) -> Outcome {
    known_roles(execution, roles)?;
    let owned = owned_by(execution, roles);
    // Parts go with the whole.
    let part = |object: &Object| match object {
        Object::Relation(id) => {
            let sequence = execution.schema.get(*id).and_then(|it| it.sequence()?.owner);
            sequence.is_some_and(|owner| owned.contains(&Object::Relation(owner.table)))
        }
        _ => false,
    };
    let targets: Vec<Object> = owned.iter().filter(|it| !part(it)).cloned().collect();
    for object in &targets {
        if let Object::Relation(id) = object {
            execution.data_change(*id, None, crate::effect::DataChangeKind::Dropped);
        }
    }
    delete(execution, &targets, cascade)?;
    for role in roles {
        execution.schema.ownership.replace_role(role, None);
    }
    Ok(())
}

/// The kind of object, as messages about privileges name it.
pub(super) fn object_words(object: ObjectType) -> &'static str {
    match object {
        ObjectType::Table => "relation",
        ObjectType::Sequence => "sequence",
        ObjectType::Database => "database",
        ObjectType::Function | ObjectType::Aggregate => "function",
        ObjectType::Procedure => "procedure",
        ObjectType::Routine => "routine",
        ObjectType::Language => "language",
        ObjectType::Schema => "schema",
        ObjectType::Tablespace => "tablespace",
        ObjectType::Type | ObjectType::Domain => "type",
        ObjectType::ForeignDataWrapper => "foreign-data wrapper",
        ObjectType::Server => "foreign server",
        _ => "object",
    }
}
