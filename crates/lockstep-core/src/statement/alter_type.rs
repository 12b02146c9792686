//! `ALTER TYPE`: `RenameType`, `AlterTypeNamespace`, `AlterTypeOwner`, `RenameEnumLabel`. What changes
//! the attributes of a composite type is in [`crate::statement::composite_type`].

use triomphe::Arc;

use crate::effect::{ObjectName, PgError, RelationId};
use crate::name::{Ident, QualifiedName};
use crate::pg::lock_mode::LockMode;
use crate::pg::types;
use crate::pg::{behavior, sqlstate};
use crate::schema::dependency::Object;
use crate::schema::user_type::{TypeId, UserType, UserTypeKind};
use crate::statement::Command;
use crate::statement::composite_type;
use crate::statement::execution::{Execution, Outcome, fail, plain, unknown};
use crate::syntax::statement::{AlterType, ObjectType, TypeAction};

/// `LookupTypeName`.
pub(super) enum Found {
    Type(Arc<UserType>),
    /// Every table and view has a type of its name.
    RowType(RelationId),
    None,
}

pub(super) fn find(execution: &Execution, name: &QualifiedName) -> Outcome<Found> {
    let schemas = match &name.schema {
        Some(schema) => {
            if !["pg_catalog", "information_schema"].contains(&schema.as_str()) {
                execution.namespace(schema)?;
            }
            vec![schema.clone()]
        }
        None => execution.session.search_path.clone(),
    };
    for schema in schemas {
        let full = ObjectName { schema, name: name.name.clone() };
        let found = execution.schema.find_type(&full);
        let relation = execution.schema.find(&full);
        if let Some(why) =
            execution.schema.uncertain.about(&full.name, found.map(|id| id.0).or(relation.map(|id| id.0)))
        {
            return unknown(why);
        }
        if let Some(it) = found.and_then(|id| execution.schema.shared_type(id)) {
            return Ok(Found::Type(it.clone()));
        }
        if execution.reached(Some(&full.schema)).type_named(full.name.as_str()).is_some() {
            return unknown(format!("changes of {full}, which an extension brings, are not modelled"));
        }
        if let Some(id) = relation.filter(|id| !matches!(execution.schema.relation(*id).kind(), 'i' | 'S')) {
            return Ok(Found::RowType(id));
        }
    }
    let builtin = name.schema.as_ref().is_none_or(|schema| schema == "pg_catalog");
    match builtin && types::is_builtin_name(name.name.as_str()) {
        true => unknown(format!("changes of the server's own type {} are not modelled", name.name)),
        false => Ok(Found::None),
    }
}

/// `find_composite_type_dependencies`: the error for the column that it comes upon.
pub(super) fn is_used_by(execution: &Execution, type_: &Ident, table: RelationId, number: u16) -> Outcome {
    let relation = execution.schema.relation(table);
    let column = relation.columns().column_name(number);
    let (table, column) = (relation.name.name.as_str(), column.as_str());
    let message = format!("cannot alter type \"{}\" because column \"{table}.{column}\" uses it", type_.as_str());
    fail(sqlstate::FEATURE_NOT_SUPPORTED, message)
}

impl AlterType {
    pub(super) fn tag(&self) -> &'static str {
        match self.object {
            ObjectType::Domain => "ALTER DOMAIN",
            _ => "ALTER TYPE",
        }
    }
}

impl Command for AlterType {
    fn run(&self, execution: &mut Execution) -> Outcome {
        if matches!(self.action, TypeAction::DropValue(_)) {
            return match behavior::names_dropping_of_enum_values(execution.version) {
                true => fail(sqlstate::FEATURE_NOT_SUPPORTED, "dropping an enum value is not implemented"),
                false => fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"VALUE\""),
            };
        }
        execution.writable(self.tag())?;
        match &self.action {
            TypeAction::Attributes(actions) => return composite_type::alter(execution, &self.name, actions),
            TypeAction::RenameAttribute { from, to, cascade } => {
                return composite_type::rename_attribute(execution, &self.name, from, to, *cascade);
            }
            _ => {}
        }
        let it = match find(execution, &self.name)? {
            Found::Type(it) => it,
            Found::RowType(_) => return self.refuse_row_type(),
            Found::None => {
                return fail(sqlstate::UNDEFINED_OBJECT, format!("type \"{}\" does not exist", plain(&self.name)));
            }
        };
        if self.object == ObjectType::Domain && !matches!(it.kind, UserTypeKind::Domain { .. }) {
            return fail(sqlstate::WRONG_OBJECT_TYPE, format!("{} is not a domain", it.name));
        }
        match &self.action {
            TypeAction::RenameTo(name) => rename(execution, &it, name),
            TypeAction::SetSchema(schema) => set_schema(execution, &it, schema),
            TypeAction::OwnerTo(role) => change_owner(execution, &it, role),
            TypeAction::RenameValue { from, to } => rename_value(execution, &it, from, to),
            _ => unknown("this form of ALTER TYPE is not modelled"),
        }
    }
}

impl AlterType {
    fn refuse_row_type(&self) -> Outcome {
        let name = plain(&self.name);
        if self.object == ObjectType::Domain {
            return fail(sqlstate::WRONG_OBJECT_TYPE, format!("{name} is not a domain"));
        }
        if matches!(self.action, TypeAction::RenameValue { .. }) {
            return fail(sqlstate::WRONG_OBJECT_TYPE, format!("{name} is not an enum"));
        }
        let error = PgError::new(sqlstate::WRONG_OBJECT_TYPE, format!("{name} is a table's row type"));
        Err(error.hint("Use ALTER TABLE instead.").into())
    }
}

fn rename(execution: &mut Execution, it: &UserType, name: &Ident) -> Outcome {
    let new = ObjectName { schema: it.name.schema.clone(), name: name.clone() };
    let relation = execution.schema.find(&new);
    let existing = execution.schema.find_type(&new).map(|id| id.0).or(relation.map(|id| id.0));
    if let Some(why) = execution.schema.uncertain.about(name, existing) {
        return unknown(why);
    }
    if let Some(attributes) = execution.schema.attributes_of(it.id) {
        execution.lock(attributes, LockMode::AccessExclusive, "nobody may use a name while it changes");
        if relation.is_some() {
            return fail(sqlstate::DUPLICATE_TABLE, format!("relation \"{}\" already exists", name.as_str()));
        }
    }
    if is_type_name(execution, &new) {
        return fail(sqlstate::DUPLICATE_OBJECT, format!("type \"{}\" already exists", name.as_str()));
    }
    execution.schema.rename_type(it.id, new);
    Ok(())
}

/// A type, or a table or view, whose row type has that name.
fn is_type_name(execution: &Execution, name: &ObjectName) -> bool {
    let has_row_type = |id: RelationId| !matches!(execution.schema.relation(id).kind(), 'i' | 'S');
    execution.schema.find_type(name).is_some() || execution.schema.find(name).is_some_and(has_row_type)
}

/// `AlterTypeNamespaceInternal`.
fn set_schema(execution: &mut Execution, it: &UserType, schema: &Ident) -> Outcome {
    execution.namespace(schema)?;
    if *schema == it.name.schema {
        return Ok(());
    }
    let new = ObjectName { schema: schema.clone(), name: it.name.name.clone() };
    if is_type_name(execution, &new) {
        let message = format!("type \"{}\" already exists in schema \"{}\"", new.name.as_str(), schema.as_str());
        return fail(sqlstate::DUPLICATE_OBJECT, message);
    }
    execution.schema.rename_type(it.id, new);
    Ok(())
}

/// `AlterTypeOwner`: nothing happens where the owner is the same.
fn change_owner(execution: &mut Execution, it: &UserType, role: &Ident) -> Outcome {
    execution.role(role)?;
    let new = execution.owner_of(role);
    let object = Object::Type(it.id);
    if execution.schema.ownership.owner(&object) == new.as_ref() {
        return Ok(());
    }
    execution.schema.ownership.set_owner(object, new);
    if let Some(attributes) = execution.schema.attributes_of(it.id) {
        let reason = "the relation of a composite type changes its owner along";
        execution.lock(attributes, LockMode::AccessExclusive, reason);
    }
    Ok(())
}

/// `RenameEnumLabel`. Values are stored by number: what is stored shows the new name.
fn rename_value(execution: &mut Execution, it: &UserType, from: &str, to: &str) -> Outcome {
    let UserTypeKind::Enum { labels } = &it.kind else {
        return fail(sqlstate::WRONG_OBJECT_TYPE, format!("{} is not an enum", it.name));
    };
    super::enum_type::check_label(to)?;
    let Some(at) = labels.iter().position(|label| label == from) else {
        return fail(sqlstate::INVALID_PARAMETER_VALUE, format!("\"{from}\" is not an existing enum label"));
    };
    if labels.iter().any(|label| label == to) {
        return fail(sqlstate::DUPLICATE_OBJECT, format!("enum label \"{to}\" already exists"));
    }
    execution.schema.rename_label(it.id, at, to);
    rename_uncommitted(execution, it.id, from, to);
    Ok(())
}

/// A label that waits for its commit does so under its new name.
fn rename_uncommitted(execution: &mut Execution, id: TypeId, from: &str, to: &str) {
    if execution.uncommitted_enum_values.iter().any(|(of, label)| *of == id && label == from) {
        execution.record.new_enum_values.push((id, to.to_owned()));
    }
}
