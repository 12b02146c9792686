//! `GRANT`, `REVOKE` and `ALTER DEFAULT PRIVILEGES`: `aclchk.c`; `GRANT role`: `GrantRole`.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::version::PgVersion;
use crate::schema::dependency::Object;
use crate::schema::object::ObjectClass;
use crate::schema::ownership::{DefaultKey, Held, PrivilegeKey, grant_word};
use crate::schema::relation::Body;
use crate::statement::Command;
use crate::statement::address;
use crate::statement::column::missing_column;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::role::object_words;
use crate::syntax::statement::{Grant, GrantRole, GrantTarget, ObjectType, Privilege};

const REASON: &str = "the relation must not be dropped while its privileges change";

impl Grant {
    pub(super) fn tag(&self) -> &'static str {
        match (&self.target, self.revoke) {
            (GrantTarget::Future { .. }, _) => "ALTER DEFAULT PRIVILEGES",
            (_, true) => "REVOKE",
            (_, false) => "GRANT",
        }
    }

    fn note_on_database(&self, execution: &mut Execution) {
        for grantee in &self.grantees {
            let grantee = execution.owner_of(grantee).unwrap_or_else(|| grantee.clone());
            let all = all_privileges(ObjectType::Database, execution.version);
            let named = self.privileges.iter().map(|it| if it.name == "temp" { "temporary" } else { it.name.as_str() });
            let names: Vec<&str> = if self.privileges.is_empty() { all } else { named.collect() };
            for name in names {
                execution.schema.ownership.note_on_database(grantee.clone(), name.to_owned(), self.held());
            }
        }
    }

    fn held(&self) -> Held {
        // Without its grant option a privilege is still held.
        let granted = !self.revoke || self.grant_option;
        Held { granted, grantable: !self.revoke && self.grant_option }
    }
}

impl Command for Grant {
    /// `ExecuteGrantStmt`: objects, then roles, then privileges.
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable(self.tag())?;
        if let GrantTarget::Future { object, roles, schemas } = &self.target {
            return future(self, execution, *object, roles, schemas);
        }
        let (object, found) = match &self.target {
            GrantTarget::Objects(ObjectType::Database, _) => {
                self.note_on_database(execution);
                (ObjectType::Database, named(self, execution)?)
            }
            GrantTarget::Objects(object, _) => (*object, named(self, execution)?),
            GrantTarget::AllInSchema(object, schemas) => (*object, all_in_schemas(execution, *object, schemas)?),
            GrantTarget::Future { .. } => return Ok(()),
        };
        grantees(self, execution)?;
        check_privileges(self, execution.version, object)?;
        for it in found {
            grant_on(self, execution, object, &it)?;
        }
        Ok(())
    }
}

fn grantees(statement: &Grant, execution: &mut Execution) -> Outcome {
    for role in &statement.grantees {
        match role == "public" {
            true if statement.grant_option && !statement.revoke => {
                return fail(sqlstate::INVALID_GRANT_OPERATION, "grant options can only be granted to roles");
            }
            true => {}
            false => execution.role(role)?,
        }
    }
    match &statement.granted_by {
        Some(role) if !super::role::is_own(role) => unknown("GRANTED BY another role is not modelled"),
        _ => Ok(()),
    }
}

/// `objectNamesToOids`: relations were looked up without a lock before 18.
fn named(statement: &Grant, execution: &mut Execution) -> Outcome<Vec<Object>> {
    let GrantTarget::Objects(object, addresses) = &statement.target else { return Ok(vec![]) };
    let mut found = vec![];
    for it in addresses {
        if matches!(object, ObjectType::Table | ObjectType::Sequence) {
            let id = execution.resolve(&it.name)?;
            if behavior::grant_locks_relations(execution.version) {
                execution.lock(id, LockMode::AccessShare, REASON);
            }
            found.push(Object::Relation(id));
            continue;
        }
        match address::find(execution, it, LockMode::AccessShare, REASON) {
            Ok(it) => found.extend(it),
            // The server's own objects have privileges, too, but the model holds none of them.
            Err(stop) if *object == ObjectType::Language && is_own_language(&it.name.name) => drop(stop),
            Err(stop) => return Err(stop),
        }
    }
    Ok(found)
}

fn is_own_language(name: &Ident) -> bool {
    matches!(name.as_str(), "sql" | "plpgsql")
}

/// `objectsInSchemaToOids`.
fn all_in_schemas(execution: &mut Execution, object: ObjectType, schemas: &[Ident]) -> Outcome<Vec<Object>> {
    let mut found = vec![];
    for schema in schemas {
        execution.namespace(schema)?;
        let relations = execution.schema.relations().filter(|it| it.name.schema == *schema);
        match object {
            ObjectType::Table => found.extend(
                relations
                    .filter(|it| matches!(it.body, Body::Table(_) | Body::View(_)))
                    .map(|it| Object::Relation(it.id)),
            ),
            ObjectType::Sequence => {
                found.extend(relations.filter(|it| it.sequence().is_some()).map(|it| Object::Relation(it.id)));
            }
            _ => {
                let functions = execution.schema.objects().filter(|it| it.class() == ObjectClass::Function);
                let inside = functions.filter(|it| it.key.schema() == Some(schema));
                found.extend(inside.map(|it| Object::Other(it.id)));
            }
        }
    }
    Ok(found)
}

/// Every privilege that objects of that kind have (`ACL_ALL_RIGHTS_*`).
fn all_privileges(object: ObjectType, version: PgVersion) -> Vec<&'static str> {
    match object {
        ObjectType::Sequence => vec!["select", "update", "usage"],
        ObjectType::Column => vec!["select", "insert", "update", "references"],
        ObjectType::Database => vec!["create", "temporary", "connect"],
        ObjectType::Function | ObjectType::Procedure | ObjectType::Routine | ObjectType::Aggregate => vec!["execute"],
        ObjectType::Schema => vec!["create", "usage"],
        ObjectType::Tablespace => vec!["create"],
        ObjectType::Table => {
            let mut all = vec!["select", "insert", "update", "delete", "truncate", "references", "trigger"];
            if behavior::has_maintain_privilege(version) {
                all.push("maintain");
            }
            all
        }
        _ => vec!["usage"],
    }
}

const NAMES: [&str; 16] = [
    "select",
    "insert",
    "update",
    "delete",
    "truncate",
    "references",
    "trigger",
    "execute",
    "usage",
    "create",
    "temporary",
    "temp",
    "connect",
    "set",
    "alter system",
    "rule",
];

/// `string_to_privilege`, then that objects of that kind have such a privilege.
fn check_privileges(statement: &Grant, version: PgVersion, object: ObjectType) -> Outcome {
    for Privilege { name, columns } in &statement.privileges {
        let name = name.as_str();
        let known = NAMES.contains(&name) || (name == "maintain" && behavior::has_maintain_privilege(version));
        if !known && name != "all" {
            return fail(sqlstate::SYNTAX_ERROR, format!("unrecognized privilege type \"{name}\""));
        }
        if !columns.is_empty() {
            if object != ObjectType::Table {
                let message = "column privileges are only valid for relations";
                return fail(sqlstate::INVALID_GRANT_OPERATION, message);
            }
            if name != "all" && !all_privileges(ObjectType::Column, version).contains(&name) {
                return invalid(name, "column");
            }
            continue;
        }
        let mut allowed = all_privileges(object, version);
        // What is named may yet turn out to be a sequence.
        if object == ObjectType::Table {
            allowed.push("usage");
        }
        let name = if name == "temp" { "temporary" } else { name };
        if !allowed.contains(&name) && name != "rule" {
            return invalid(name, object_words(object));
        }
    }
    Ok(())
}

fn invalid(privilege: &str, words: &str) -> Outcome {
    let message = format!("invalid privilege type {} for {words}", privilege.to_uppercase());
    fail(sqlstate::INVALID_GRANT_OPERATION, message)
}

/// `ExecGrant_Relation` and its siblings.
fn grant_on(statement: &Grant, execution: &mut Execution, object: ObjectType, on: &Object) -> Outcome {
    let mut kind = object;
    if let Object::Relation(id) = on {
        kind = relation_kind(statement, execution, object, *id)?;
    }
    let all = [Privilege { name: "all".to_owned(), columns: vec![] }];
    let privileges = if statement.privileges.is_empty() { &all[..] } else { &statement.privileges };
    for privilege in privileges {
        let mut on = vec![on.clone()];
        let mut kind = kind;
        if let (Object::Relation(id), false) = (&on[0], privilege.columns.is_empty()) {
            on = columns(execution, *id, &privilege.columns)?;
            kind = ObjectType::Column;
        }
        let names = match privilege.name.as_str() {
            "all" => all_privileges(kind, execution.version),
            "temp" => vec!["temporary"],
            name => all_privileges(kind, execution.version).into_iter().filter(|it| *it == name).collect(),
        };
        for object in on {
            for (name, grantee) in names.iter().flat_map(|name| statement.grantees.iter().map(move |it| (name, it))) {
                let grantee = match grantee.as_str() {
                    "current_user" | "current_role" => execution.session.role.as_ref().unwrap_or(grantee).clone(),
                    _ => grantee.clone(),
                };
                let privilege = (*name).to_owned();
                let key = PrivilegeKey { object: object.clone(), kind: grant_word(kind), grantee, privilege };
                super::permission::grant::note(execution, &key);
                execution.schema.ownership.note_privilege(key, statement.held());
            }
        }
    }
    Ok(())
}

/// What the relation is, and whether it can have privileges at all.
fn relation_kind(
    statement: &Grant,
    execution: &mut Execution,
    object: ObjectType,
    id: RelationId,
) -> Outcome<ObjectType> {
    let relation = execution.schema.relation(id);
    let name = relation.name.name.as_str().to_owned();
    match (&relation.body, object) {
        (Body::Index(_), _) => fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{name}\" is an index")),
        (Body::Sequence(_), _) => {
            let allowed = all_privileges(ObjectType::Sequence, execution.version);
            if statement.privileges.iter().any(|it| !allowed.contains(&it.name.as_str())) {
                execution.warning(&format!("sequence \"{name}\" only supports USAGE, SELECT, and UPDATE privileges"));
            }
            Ok(ObjectType::Sequence)
        }
        (_, ObjectType::Sequence) => fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{name}\" is not a sequence")),
        _ if statement.privileges.iter().any(|it| it.name == "usage") => {
            invalid("usage", "table").map(|()| ObjectType::Table)
        }
        _ => Ok(ObjectType::Table),
    }
}

fn columns(execution: &Execution, id: RelationId, names: &[Ident]) -> Outcome<Vec<Object>> {
    let relation = execution.schema.relation(id);
    let find = |name: &Ident| match relation.columns().find(name.as_str()) {
        Some((number, _)) => Ok(Object::Column(id, number)),
        None => Err(missing_column(name, relation.name.name.as_str()).into()),
    };
    names.iter().map(find).collect()
}

/// `ExecAlterDefaultPrivilegesStmt`.
fn future(
    statement: &Grant,
    execution: &mut Execution,
    object: ObjectType,
    roles: &[Ident],
    schemas: &[Ident],
) -> Outcome {
    grantees(statement, execution)?;
    check_privileges(statement, execution.version, object)?;
    if statement.privileges.iter().any(|it| !it.columns.is_empty()) {
        let message = "default privileges cannot be set for columns";
        return fail(sqlstate::INVALID_GRANT_OPERATION, message);
    }
    if object == ObjectType::Table && statement.privileges.iter().any(|it| it.name == "usage") {
        return invalid("usage", "relation");
    }
    roles.iter().try_for_each(|role| execution.role(role))?;
    if object == ObjectType::Schema && !schemas.is_empty() {
        let message = "cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS";
        return fail(sqlstate::INVALID_GRANT_OPERATION, message);
    }
    schemas.iter().try_for_each(|schema| execution.namespace(schema))?;
    let own = |role: &Ident| execution.owner_of(role);
    let roles: Vec<Option<Ident>> =
        if roles.is_empty() { vec![execution.session.role.clone()] } else { roles.iter().map(own).collect() };
    let schemas: Vec<Option<Ident>> =
        if schemas.is_empty() { vec![None] } else { schemas.iter().cloned().map(Some).collect() };
    let names: Vec<String> = match statement.privileges.is_empty() {
        true => all_privileges(object, execution.version).into_iter().map(ToOwned::to_owned).collect(),
        false => statement.privileges.iter().map(|it| it.name.clone()).collect(),
    };
    for role in &roles {
        for schema in &schemas {
            for grantee in &statement.grantees {
                for privilege in &names {
                    let key = DefaultKey {
                        role: role.clone(),
                        schema: schema.clone(),
                        objects: format!("{object}S"),
                        grantee: grantee.clone(),
                        privilege: privilege.clone(),
                    };
                    execution.schema.ownership.note_default(key, statement.held());
                }
            }
        }
    }
    Ok(())
}

impl GrantRole {
    pub(super) fn tag(&self) -> &'static str {
        if self.revoke { "REVOKE ROLE" } else { "GRANT ROLE" }
    }
}

impl GrantRole {
    /// `WITH INHERIT FALSE`, `SET OPTION FOR`.
    fn set_passing(&self, execution: &mut Execution, key: (Ident, Ident)) {
        let ownership = &mut execution.schema.ownership;
        let Some(mut passing) = ownership.passing(&key) else { return };
        for (option, value) in &self.options {
            let value = !self.revoke && !matches!(value.as_str(), "false" | "off");
            match option.as_str() {
                "inherit" => passing.inherit = value,
                "set" => passing.set = value,
                _ => {}
            }
        }
        ownership.set_passing(key, passing);
    }
}

impl Command for GrantRole {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable(self.tag())?;
        if let Some(role) = self.granted_by.as_ref().filter(|it| !super::role::is_own(it)) {
            execution.role(role)?;
        }
        self.grantees.iter().try_for_each(|it| execution.role(it))?;
        if self.roles.iter().chain(&self.grantees).any(|it| it == "pg_database_owner") {
            return unknown("who is a member of pg_database_owner is for the server to say");
        }
        for role in &self.roles {
            execution.role(role)?;
            if let Some(member) = self.grantees.iter().find(|it| *it == role) {
                let name = member.as_str();
                let message = format!("role \"{name}\" is a member of role \"{name}\"");
                return fail(sqlstate::INVALID_GRANT_OPERATION, message);
            }
            for member in &self.grantees {
                let admin = self.options.iter().any(|(option, value)| option == "admin" && value != "false");
                let held = Held { granted: !self.revoke || !self.options.is_empty(), grantable: !self.revoke && admin };
                let member = execution.owner_of(member).unwrap_or_else(|| member.clone());
                super::role::note_membership(execution, role.clone(), member.clone(), held);
                self.set_passing(execution, (role.clone(), member));
            }
        }
        Ok(())
    }
}
