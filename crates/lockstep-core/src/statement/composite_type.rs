//! Composite types: `DefineCompositeType`, and `ALTER TYPE … ATTRIBUTE`, which the server runs through
//! `ALTER TABLE` on the relation that holds the attributes.

use crate::effect::{PgError, RelationId};
use crate::name::{Ident, QualifiedName};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::types::{Type, TypeRef};
use crate::schema::dependency::Object;
use crate::schema::relation::{Column, Columns, Persistence};
use crate::schema::user_type::{TypeId, UserTypeKind};
use crate::statement::Command;
use crate::statement::alter_table;
use crate::statement::alter_type::is_used_by;
use crate::statement::column::{
    base_type, check_columns, check_name, empty_column, missing_column, resolve_type, transform_collation,
};
use crate::statement::deletion::delete;
use crate::statement::domain::reread_check;
use crate::statement::enum_type::new_type_name;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::syntax::statement::{Attribute, AttributeAction, ColumnDefinition, CreateComposite, Subcommand};

const CHANGES: &str = "nobody may use a composite type while its attributes change";
const TYPED: &str = "a table of the type changes its columns along";

impl Command for CreateComposite {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE TYPE")?;
        let name = new_type_name(execution, &self.name)?;
        let mut columns: Vec<Column> = vec![];
        for attribute in &self.attributes {
            if columns.iter().any(|it| it.name == attribute.name) {
                let message = format!("column \"{}\" specified more than once", attribute.name.as_str());
                return fail(sqlstate::DUPLICATE_COLUMN, message);
            }
            check_name(&attribute.name)?;
            columns.push(column(execution, attribute)?);
        }
        check_columns(execution, &columns)?;
        if execution.new_relation(&self.name, Persistence::Permanent, false)?.is_none() {
            return Ok(());
        }
        let (_, relation) = execution.schema.add_composite(name, Columns(columns.into()));
        execution.lock(relation, LockMode::AccessExclusive, "a new relation is locked by the statement that makes it");
        Ok(())
    }
}

fn column(execution: &Execution, attribute: &Attribute) -> Outcome<Column> {
    let type_ = resolve_type(execution, &attribute.type_name)?;
    let mut column = empty_column(attribute.name.clone(), type_);
    if let Some(collation) = &attribute.collation {
        column.collation = transform_collation(execution, &type_, collation)?;
    }
    Ok(column)
}

/// `RangeVarGetRelidExtended` for `ALTER TYPE`: the name of a relation, which must be a composite type's.
fn open(execution: &mut Execution, name: &QualifiedName) -> Outcome<(TypeId, RelationId)> {
    let relation = execution.resolve(name)?;
    let Some(type_) = execution.schema.composite_over(relation) else {
        let message = format!("\"{}\" is not a composite type", execution.bare_name(relation));
        return fail(sqlstate::WRONG_OBJECT_TYPE, message);
    };
    execution.lock(relation, LockMode::AccessExclusive, CHANGES);
    Ok((type_, relation))
}

/// `find_typed_table_dependencies`: the tables that change along, or the error without `CASCADE`.
fn typed_tables(execution: &mut Execution, type_: TypeId, cascade: bool) -> Outcome<Vec<RelationId>> {
    let tables = execution.schema.typed_tables(type_);
    if !tables.is_empty() && !cascade {
        let name = execution.schema.user_type(type_).map(|it| it.name.name.as_str().to_owned()).unwrap_or_default();
        let message = format!("cannot alter type \"{name}\" because it is the type of a typed table");
        let error = PgError::new(sqlstate::DEPENDENT_OBJECTS_STILL_EXIST, message);
        return Err(error.hint("Use ALTER ... CASCADE to alter the typed tables too.").into());
    }
    for table in &tables {
        execution.lock(*table, LockMode::AccessExclusive, TYPED);
    }
    Ok(tables)
}

/// `ATController`: everything is prepared in the order in which it stands, then attributes go, change
/// their type, and come.
pub(super) fn alter(execution: &mut Execution, name: &QualifiedName, actions: &[AttributeAction]) -> Outcome {
    let (type_, relation) = open(execution, name)?;
    let mut on_tables: Vec<(RelationId, Vec<Subcommand>)> = vec![];
    let mut retyped: Vec<(u16, Column)> = vec![];
    for action in actions {
        if let AttributeAction::SetType { attribute, .. } = action {
            let number = find(execution, relation, &attribute.name)?;
            if retyped.iter().any(|(other, _)| *other == number) {
                let message = format!("cannot alter type of column \"{}\" twice", attribute.name.as_str());
                return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
            }
            let made = column(execution, attribute)?;
            check_columns(execution, std::slice::from_ref(&made))?;
            refuse_itself(execution, type_, &made.type_)?;
            if let Some((table, number)) = execution.schema.column_that_holds(type_) {
                let name = execution.schema.relation(relation).name.name.clone();
                return is_used_by(execution, &name, table, number);
            }
            rows_are_written(execution, type_)?;
            retyped.push((number, made));
        }
        let cascade = match action {
            AttributeAction::Add { cascade, .. }
            | AttributeAction::Drop { cascade, .. }
            | AttributeAction::SetType { cascade, .. } => *cascade,
        };
        for table in typed_tables(execution, type_, cascade)? {
            match on_tables.iter_mut().find(|(it, _)| *it == table) {
                Some((_, subcommands)) => subcommands.push(as_subcommand(action)),
                None => on_tables.push((table, vec![as_subcommand(action)])),
            }
        }
    }
    for action in actions {
        if let AttributeAction::Drop { name, if_exists, cascade } = action {
            drop_attribute(execution, relation, name, *if_exists, *cascade)?;
        }
    }
    let checks = checks_of_fields(execution, relation, &retyped)?;
    for (number, made) in retyped {
        let columns = execution.schema.relation_mut(relation).columns_mut();
        if let Some(column) = columns.and_then(|it| it.attribute_mut(number)) {
            (column.type_, column.collation) = (made.type_, made.collation.clone());
        }
    }
    for (domain, name, text) in checks {
        reread_check(execution, domain, &name, &text)?;
    }
    for action in actions {
        if let AttributeAction::Add { attribute, .. } = action {
            add_attribute(execution, type_, relation, attribute)?;
        }
    }
    for (table, subcommands) in on_tables {
        alter_table::alter(execution, table, &subcommands, LockMode::AccessExclusive, true)?;
    }
    Ok(())
}

/// Rows that expressions write out have the attributes of the time.
fn rows_are_written(execution: &Execution, type_: TypeId) -> Outcome {
    let mut found = vec![];
    execution.schema.expressions_that(&|it| it.makes_rows_of(type_.0), &mut found);
    match found.is_empty() {
        true => Ok(()),
        false => unknown("what becomes of rows that an expression puts together is not modelled"),
    }
}

/// Checks of domains that look at the attributes, as texts to be read again (`RememberConstraintForRebuilding`).
fn checks_of_fields(
    execution: &Execution,
    relation: RelationId,
    retyped: &[(u16, Column)],
) -> Outcome<Vec<(TypeId, Ident, String)>> {
    let mut made = vec![];
    for (number, _) in retyped {
        for (object, _) in execution.schema.dependents(&Object::Column(relation, *number), execution.version) {
            let Object::DomainConstraint(domain, name) = object else {
                return unknown("what an expression makes of another type of the attribute is not modelled");
            };
            let kind = execution.schema.user_type(domain).map(|it| &it.kind);
            if let Some(UserTypeKind::Domain { checks, .. }) = kind
                && let Some(check) = checks.iter().find(|it| it.name == name)
                && !made.iter().any(|(other, of, _)| (*other, of) == (domain, &name))
            {
                made.push((domain, name, execution.schema.print_domain_expression(&check.expression)));
            }
        }
    }
    Ok(made)
}

/// What the typed tables do for themselves.
fn as_subcommand(action: &AttributeAction) -> Subcommand {
    match action {
        AttributeAction::Add { attribute, .. } => Subcommand::AddColumn {
            column: ColumnDefinition {
                name: attribute.name.clone(),
                type_name: Some(attribute.type_name.clone()),
                collation: attribute.collation.clone(),
                storage: None,
                compression: None,
                constraints: vec![],
            },
            if_not_exists: false,
        },
        AttributeAction::Drop { name, if_exists, cascade } => {
            Subcommand::DropColumn { name: name.clone(), if_exists: *if_exists, cascade: *cascade }
        }
        AttributeAction::SetType { attribute, .. } => Subcommand::SetType {
            column: attribute.name.clone(),
            type_name: attribute.type_name.clone(),
            collation: attribute.collation.clone(),
            using: None,
        },
    }
}

fn find(execution: &Execution, relation: RelationId, name: &Ident) -> Outcome<u16> {
    match execution.schema.relation(relation).columns().find(name.as_str()) {
        Some((number, _)) => Ok(number),
        None => Err(missing_column(name, &execution.bare_name(relation)).into()),
    }
}

fn drop_attribute(
    execution: &mut Execution,
    relation: RelationId,
    name: &Ident,
    if_exists: bool,
    cascade: bool,
) -> Outcome {
    if execution.schema.relation(relation).columns().find(name.as_str()).is_none() && if_exists {
        let of = execution.bare_name(relation);
        execution.notice(format!("column \"{}\" of relation \"{of}\" does not exist, skipping", name.as_str()));
        return Ok(());
    }
    let number = find(execution, relation, name)?;
    if let Some(type_) = execution.schema.composite_over(relation) {
        rows_are_written(execution, type_)?;
    }
    delete(execution, &[Object::Column(relation, number)], cascade)
}

fn add_attribute(execution: &mut Execution, type_: TypeId, relation: RelationId, attribute: &Attribute) -> Outcome {
    if execution.schema.relation(relation).columns().find(attribute.name.as_str()).is_some() {
        let of = execution.bare_name(relation);
        let message = format!("column \"{}\" of relation \"{of}\" already exists", attribute.name.as_str());
        return fail(sqlstate::DUPLICATE_COLUMN, message);
    }
    check_name(&attribute.name)?;
    let made = column(execution, attribute)?;
    refuse_itself(execution, type_, &made.type_)?;
    if let Some(columns) = execution.schema.relation_mut(relation).columns_mut() {
        columns.push(made);
    }
    Ok(())
}

/// `CheckAttributeType`: no composite type may hold itself, not even by way of others.
pub(super) fn refuse_itself(execution: &Execution, type_: TypeId, member: &Type) -> Outcome {
    let TypeRef::User(id) = member.base else { return Ok(()) };
    if id == type_.0 {
        let name = execution.schema.type_name(id);
        let message = format!("composite type {name} cannot be made a member of itself");
        return fail(sqlstate::INVALID_TABLE_DEFINITION, message);
    }
    let schema = &execution.schema;
    let inside: Vec<Type> = match schema.user_type(TypeId(id)).map(|it| &it.kind) {
        Some(UserTypeKind::Domain { base, .. }) => vec![*base],
        Some(UserTypeKind::Enum { .. }) => return Ok(()),
        Some(UserTypeKind::Composite { .. }) | None => {
            let fields = schema.attributes_of(TypeId(id)).and_then(|it| schema.get(it));
            let fields = fields.or_else(|| schema.row_type(TypeId(id)));
            fields.into_iter().flat_map(|it| it.columns().live()).map(|(_, it)| it.type_).collect()
        }
    };
    inside.iter().try_for_each(|member| refuse_itself(execution, type_, member))
}

/// `type_is_rowtype`.
pub(super) fn is_row_type(execution: &Execution, type_: &Type) -> bool {
    let base = base_type(execution, type_);
    let TypeRef::User(id) = base.base else { return false };
    let (id, schema) = (TypeId(id), &execution.schema);
    !base.array && (schema.attributes_of(id).is_some() || schema.row_type(id).is_some())
}

/// `renameatt` of a composite type.
pub(super) fn rename_attribute(
    execution: &mut Execution,
    name: &QualifiedName,
    from: &Ident,
    to: &Ident,
    cascade: bool,
) -> Outcome {
    let (type_, relation) = open(execution, name)?;
    let mut renamed = vec![];
    for id in typed_tables(execution, type_, cascade)? {
        renamed.push(id);
        let reason = "the column of a typed table has another name in the tables below as well";
        execution.lock_descendants(id, LockMode::AccessExclusive, reason);
        renamed.extend(execution.schema.descendants(id).into_iter().map(|(below, _)| below));
    }
    for id in renamed.into_iter().chain([relation]) {
        let columns = execution.schema.relation(id).columns();
        let Some((number, _)) = columns.find(from.as_str()) else {
            return fail(sqlstate::UNDEFINED_COLUMN, format!("column \"{}\" does not exist", from.as_str()));
        };
        check_name(to)?;
        if columns.find(to.as_str()).is_some() {
            let of = execution.bare_name(id);
            let message = format!("column \"{}\" of relation \"{of}\" already exists", to.as_str());
            return fail(sqlstate::DUPLICATE_COLUMN, message);
        }
        let columns = execution.schema.relation_mut(id).columns_mut();
        match columns.and_then(|it| it.attribute_mut(number)) {
            Some(column) => column.name = to.clone(),
            None => return unknown("no such attribute"),
        }
    }
    Ok(())
}
