//! Roles: `user.c`. They belong to the cluster, so whether one exists is often a question to it.

use crate::effect::PgError;
use crate::name::{Ident, quote_literal};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate::{self, SqlState};
use crate::schema::dependency::Object;
use crate::schema::ownership::RoleState;
use crate::statement::Command;
use crate::statement::deletion::delete;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::syntax::statement::{ObjectType, RoleCommand};

const REASSIGNED: &str = "everything that the role owns changes its owner";

/// Roles that every server has (`pg_authid.dat`), or that stand for the session's own.
pub(super) fn is_own(name: &Ident) -> bool {
    matches!(name.as_str(), "current_user" | "current_role" | "session_user" | "postgres")
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
        (!is_own(role)).then(|| role.clone())
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
            RoleCommand::Create { name, members, .. } => create(execution, name, members),
            RoleCommand::Alter { name, .. } => name.as_ref().map_or(Ok(()), |name| execution.role(name)),
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
fn create(execution: &mut Execution, name: &Ident, members: &[Ident]) -> Outcome {
    new_name(execution, name)?;
    members.iter().filter(|it| *it != name).try_for_each(|it| execution.role(it))?;
    execution.schema.ownership.note_role(name.clone(), RoleState::Made);
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
    Ok(())
}

/// `DropRole`.
fn drop_role(execution: &mut Execution, name: &Ident, if_exists: bool) -> Outcome {
    if is_own(name) {
        return fail(sqlstate::OBJECT_IN_USE, "current user cannot be dropped");
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
