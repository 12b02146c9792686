//! Schemas, types, functions and everything else that is no relation: who may make, change and drop it.

use crate::name::{Ident, QualifiedName};
use crate::pg::lock_mode::LockMode;
use crate::schema::dependency::Object;
use crate::schema::object::ObjectClass;
use crate::schema::rights::Right;
use crate::statement::alter_type::{self, Found};
use crate::statement::execution::{Execution, Outcome};
use crate::statement::permission::before::{found, owns};
use crate::statement::{address, routine};
use crate::syntax::statement::{
    AlterObject, AlterRoutine, AlterRoutineAction, Comment, CreateFunction, CreateSchema, Drop, DropRoutine,
    ObjectAddress, ObjectChange, ObjectType, RoutineKind, RoutineName, RoutineOption, Statement, TypeAction,
};

/// Whether every check of the statement is known.
pub(super) fn check(statement: &Statement, execution: &mut Execution) -> Outcome<bool> {
    match statement {
        Statement::CreateSchema(it) => create_schema(it, execution),
        Statement::CreateEnum(it) => creates(execution, &it.name),
        Statement::CreateComposite(it) => creates(execution, &it.name),
        Statement::CreateDomain(it) => creates(execution, &it.name),
        Statement::CreateStatistics(it) => {
            owns(execution, &it.table)?;
            match &it.name {
                Some(name) => creates(execution, name),
                None => Ok(false),
            }
        }
        Statement::AlterDomain(it) => owns_type(execution, &it.name),
        Statement::AlterTypeAddValue(it) => owns_type(execution, &it.name),
        Statement::AlterType(it) => {
            owns_type(execution, &it.name)?;
            match &it.action {
                TypeAction::OwnerTo(role) => new_owner(execution, role),
                TypeAction::RenameTo(_) => Ok(true),
                TypeAction::SetSchema(schema) => execution.must_create_in(schema).map(|()| true),
                _ => Ok(true),
            }
        }
        Statement::CreateFunction(it) => create_function(it, execution),
        Statement::AlterRoutine(it) => alter_routine(it, execution),
        Statement::DropRoutine(it) => drop_routines(it, execution),
        Statement::Comment(it) => comment(it, execution),
        Statement::AlterObject(it) => alter_object(it, execution),
        Statement::CreateEventTrigger(it) => {
            let superuser = execution.schema.ownership.is_superuser(execution.session.role.as_ref());
            let name = it.name.as_str();
            execution.settle(superuser, || format!("permission denied to create event trigger \"{name}\""))?;
            Ok(true)
        }
        Statement::CreatePublication(_) => {
            execution.must_create_in_database()?;
            Ok(execution.schema.ownership.is_superuser(execution.session.role.as_ref()).is_yes())
        }
        // Settings of a database, operators, statistics targets and the rest.
        _ => Ok(execution.schema.ownership.is_superuser(execution.session.role.as_ref()).is_yes()),
    }
}

/// `CreateSchemaCommand`.
fn create_schema(statement: &CreateSchema, execution: &mut Execution) -> Outcome<bool> {
    execution.must_create_in_database()?;
    match &statement.authorization {
        Some(role) => new_owner(execution, role),
        None => Ok(true),
    }
}

/// `check_is_member_of_role`, `check_can_set_role`.
fn new_owner(execution: &mut Execution, role: &Ident) -> Outcome<bool> {
    let other = execution.owner_of(role);
    let ownership = &execution.schema.ownership;
    let right = ownership.can_become(execution.session.role.as_ref(), other.as_ref(), execution.version);
    let message = crate::pg::behavior::not_a_member(execution.version, role.as_str());
    execution.settle(right, || message)?;
    // Whether the new owner may create such objects is not followed.
    Ok(execution.schema.ownership.is_superuser(execution.session.role.as_ref()).is_yes())
}

/// `QualifiedNameGetCreationNamespace`.
fn creates(execution: &mut Execution, name: &QualifiedName) -> Outcome<bool> {
    if let Ok(full) = execution.creation_name(name) {
        execution.must_create_in(&full.schema)?;
    }
    Ok(true)
}

fn type_words(execution: &Execution, object: &Object) -> Option<String> {
    let Object::Type(id) = object else { return None };
    Some(format!("type {}", execution.schema.user_type(*id)?.name.name.as_str()))
}

fn owns_type(execution: &mut Execution, name: &QualifiedName) -> Outcome<bool> {
    let object = match alter_type::find(execution, name) {
        Ok(Found::Type(it)) => Object::Type(it.id),
        Ok(Found::RowType(_)) => return Ok(false),
        _ => return Ok(true),
    };
    let right = execution.owns(&object);
    let words = type_words(execution, &object).unwrap_or_default();
    execution.settle(right, || format!("must be owner of {words}"))?;
    Ok(true)
}

/// `CreateFunction`, and `ProcedureCreate` where one is replaced.
fn create_function(statement: &CreateFunction, execution: &mut Execution) -> Outcome<bool> {
    creates(execution, &statement.name)?;
    for option in &statement.options {
        match option {
            RoutineOption::Language(name) if matches!(name.as_str(), "c" | "internal") => {
                let superuser = execution.schema.ownership.is_superuser(execution.session.role.as_ref());
                execution.settle(superuser, || format!("permission denied for language {}", name.as_str()))?;
            }
            RoutineOption::Language(name) if matches!(name.as_str(), "sql" | "plpgsql") => {}
            RoutineOption::Language(_) | RoutineOption::Leakproof(true) | RoutineOption::Support(_) => {
                return Ok(false);
            }
            _ => {}
        }
    }
    if !statement.replace {
        return Ok(true);
    }
    let wanted = RoutineName { name: statement.name.clone(), arguments: Some(statement.parameters.clone()) };
    owns_routine(execution, statement.kind, &wanted, false)
}

/// The function, where there is one; finding it says nothing.
fn find_routine(execution: &mut Execution, kind: RoutineKind, wanted: &RoutineName) -> Option<Object> {
    let record = execution.record.clone();
    let found = routine::look_up(execution, kind, wanted, true);
    execution.record = record;
    found.ok().flatten().map(Object::Other)
}

fn owns_routine(execution: &mut Execution, kind: RoutineKind, wanted: &RoutineName, drops: bool) -> Outcome<bool> {
    let Some(object) = find_routine(execution, kind, wanted) else { return Ok(true) };
    let mut right = execution.owns(&object);
    if let (Some(schema), true) = (schema_of(execution, &object), drops) {
        right = right | execution.owns(&Object::Namespace(schema));
    }
    let name = wanted.name.name.as_str();
    let kind = kind.to_string().to_lowercase();
    execution.settle(right, || format!("must be owner of {kind} {name}"))?;
    Ok(true)
}

fn schema_of(execution: &Execution, object: &Object) -> Option<Ident> {
    match object {
        Object::Other(id) => execution.schema.object(*id)?.key.schema().cloned(),
        Object::Type(id) => Some(execution.schema.user_type(*id)?.name.schema.clone()),
        Object::Relation(id) => Some(execution.schema.get(*id)?.name.schema.clone()),
        _ => None,
    }
}

fn alter_routine(statement: &AlterRoutine, execution: &mut Execution) -> Outcome<bool> {
    owns_routine(execution, statement.kind, &statement.routine, false)?;
    match &statement.action {
        AlterRoutineAction::RenameTo(_) => {
            let object = find_routine(execution, statement.kind, &statement.routine);
            if let Some(schema) = object.and_then(|it| schema_of(execution, &it)) {
                execution.must_create_in(&schema)?;
            }
            Ok(true)
        }
        AlterRoutineAction::SetSchema(schema) => execution.must_create_in(schema).map(|()| true),
        AlterRoutineAction::OwnerTo(role) => new_owner(execution, role),
        AlterRoutineAction::DependsOnExtension { .. } => Ok(true),
        AlterRoutineAction::Options(options) => {
            Ok(!options.iter().any(|it| matches!(it, RoutineOption::Leakproof(true) | RoutineOption::Support(_))))
        }
    }
}

/// `RemoveObjects`: the owner, or that of the schema.
fn drop_routines(statement: &DropRoutine, execution: &mut Execution) -> Outcome<bool> {
    for wanted in &statement.routines {
        owns_routine(execution, statement.kind, wanted, true)?;
    }
    Ok(true)
}

/// The same for types and schemas.
pub(super) fn drop(statement: &Drop, execution: &mut Execution) -> Outcome<bool> {
    for name in &statement.names {
        let (object, words) = match statement.object {
            ObjectType::Schema if execution.schema.has_namespace(name.name.as_str()) => {
                (Object::Namespace(name.name.clone()), format!("schema {}", name.name.as_str()))
            }
            ObjectType::Schema => continue,
            ObjectType::Type | ObjectType::Domain => match alter_type::find(execution, name) {
                Ok(Found::Type(it)) => {
                    let object = Object::Type(it.id);
                    let words = type_words(execution, &object).unwrap_or_default();
                    (object, words)
                }
                Ok(Found::RowType(_)) => return Ok(false),
                _ => continue,
            },
            _ => return Ok(false),
        };
        let mut right = execution.owns(&object);
        if let Some(schema) = schema_of(execution, &object) {
            right = right | execution.owns(&Object::Namespace(schema));
        }
        execution.settle(right, || format!("must be owner of {words}"))?;
    }
    Ok(true)
}

/// The object of an address, without the locks of finding it.
fn find(execution: &mut Execution, address: &ObjectAddress) -> Option<Object> {
    let record = execution.record.clone();
    let found = address::find(execution, address, LockMode::AccessShare, "to see whose it is");
    execution.record = record;
    found.ok().flatten()
}

/// `check_object_ownership`. It comes when the object is locked: such locks go with the error.
fn comment(statement: &Comment, execution: &mut Execution) -> Outcome<bool> {
    owns_object(execution, &statement.address)
}

fn owns_object(execution: &mut Execution, address: &ObjectAddress) -> Outcome<bool> {
    if address.object == ObjectType::Schema && !execution.schema.has_namespace(address.name.name.as_str()) {
        return Ok(true);
    }
    let Some(object) = find(execution, address) else {
        return Ok(!matches!(address.object, ObjectType::Role | ObjectType::Database | ObjectType::Tablespace));
    };
    let name = address.name.name.as_str().to_owned();
    let (right, words) = match &object {
        Object::Relation(id) => (execution.owns(&object), execution.words_of(*id)),
        Object::Column(id, _) | Object::Constraint(id, _) => {
            (execution.owns(&Object::Relation(*id)), format!("relation {}", execution.bare_name(*id)))
        }
        Object::Type(_) => (execution.owns(&object), type_words(execution, &object).unwrap_or_default()),
        Object::Namespace(_) => (execution.owns(&object), format!("schema {name}")),
        Object::Other(id) => {
            let Some(class) = execution.schema.object(*id).map(|it| it.class()) else { return Ok(false) };
            match class {
                ObjectClass::Trigger | ObjectClass::Rule | ObjectClass::Policy => match found(execution, &address.name)
                {
                    Some(table) => (execution.owns(&Object::Relation(table)), format!("relation {name}")),
                    None => return Ok(false),
                },
                ObjectClass::Function
                | ObjectClass::Statistics
                | ObjectClass::Publication
                | ObjectClass::Collation
                | ObjectClass::Operator => (execution.owns(&object), format!("{} {name}", class.words())),
                _ => return Ok(false),
            }
        }
        Object::Default(..) | Object::DomainConstraint(..) => return Ok(false),
    };
    execution.settle(right, || format!("must be owner of {words}"))?;
    Ok(right != Right::Unsure)
}

/// `AlterObjectRename_internal`, `AlterObjectNamespace_internal`, `AlterObjectOwner_internal`.
fn alter_object(statement: &AlterObject, execution: &mut Execution) -> Outcome<bool> {
    if !owns_object(execution, &statement.address)? {
        return Ok(false);
    }
    match &statement.change {
        ObjectChange::RenameTo(_) if statement.address.object == ObjectType::Schema => {
            execution.must_create_in_database()?;
            Ok(true)
        }
        ObjectChange::RenameTo(_) => {
            let object = find(execution, &statement.address);
            if let Some(schema) = object.and_then(|it| schema_of(execution, &it)) {
                execution.must_create_in(&schema)?;
            }
            Ok(true)
        }
        ObjectChange::SetSchema(schema) => execution.must_create_in(schema).map(|()| true),
        ObjectChange::OwnerTo(role) => new_owner(execution, role),
        ObjectChange::DependsOnExtension { .. } => Ok(true),
    }
}
