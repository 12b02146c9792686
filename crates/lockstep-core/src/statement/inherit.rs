//! What a new table takes from its parents: `MergeAttributes` of `tablecmds.c`.

use triomphe::Arc;

use crate::effect::RelationId;
use crate::expression::Expression;
use crate::name::{Ident, QualifiedName};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::{behavior, hierarchy};
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::relation::{Column, ColumnDetails, Persistence, TableKind};
use crate::statement::column::{Definition, empty_column};
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::scope::{self, Use, read_back};
use crate::syntax::expression::Expr;
use crate::syntax::statement::CreateTable;

/// The parents of a table to be, opened and looked through.
#[derive(Default)]
pub(super) struct Inheritance {
    pub(super) parents: Vec<RelationId>,
    pub(super) is_partition: bool,
    checks: Vec<InheritedCheck>,
    pub(super) not_nulls: Vec<InheritedNotNull>,
}

struct InheritedCheck {
    name: Ident,
    expression: Expr,
    /// As the server prints it, to tell whether two are the same.
    printed: String,
    validated: bool,
    enforced: bool,
    count: u16,
}

pub(super) struct InheritedNotNull {
    pub(super) column: Ident,
    /// Where the server's version gives such constraints names.
    pub(super) name: Option<Ident>,
    pub(super) count: u16,
}

/// Locks the parents, in order.
pub(super) fn open(execution: &mut Execution, statement: &CreateTable) -> Outcome<Inheritance> {
    let mut made = Inheritance { is_partition: statement.partition_of.is_some(), ..Inheritance::default() };
    let (names, mode): (Vec<&QualifiedName>, LockMode) = match &statement.partition_of {
        Some((parent, _)) => (vec![parent], LockMode::AccessExclusive),
        None => (statement.inherits.iter().collect(), LockMode::ShareUpdateExclusive),
    };
    let reason = match made.is_partition {
        true => "a new partition changes which rows go where, so nobody may use the table meanwhile",
        false => "a parent's columns and constraints must not change while a child is made",
    };
    for name in names {
        let parent = execution.open(name, mode, reason)?;
        if made.parents.contains(&parent) {
            let name = execution.bare_name(parent);
            let message = format!("relation \"{name}\" would be inherited from more than once");
            return fail(sqlstate::DUPLICATE_TABLE, message);
        }
        made.parents.push(parent);
    }
    for parent in made.parents.clone() {
        check_parent(execution, parent, statement)?;
    }
    Ok(made)
}

fn check_parent(execution: &Execution, parent: RelationId, statement: &CreateTable) -> Outcome {
    let relation = execution.schema.relation(parent);
    let name = relation.name.name.as_str();
    let wrong = |message: String| fail(sqlstate::WRONG_OBJECT_TYPE, message);
    let Some(table) = relation.table() else {
        return match statement.partition_of {
            Some(_) => unknown(format!("{name} is no table")),
            None => wrong(format!("inherited relation \"{name}\" is not a table or foreign table")),
        };
    };
    if statement.partition_of.is_some() {
        if !table.is_partitioned() {
            return fail(sqlstate::INVALID_OBJECT_DEFINITION, format!("\"{name}\" is not partitioned"));
        }
        if relation.persistence == Persistence::Temporary && statement.persistence != Persistence::Temporary {
            return wrong(format!("cannot create a permanent relation as partition of temporary relation \"{name}\""));
        }
        if statement.persistence == Persistence::Temporary && relation.persistence != Persistence::Temporary {
            return wrong(format!("cannot create a temporary relation as partition of permanent relation \"{name}\""));
        }
        if hierarchy::partitions_share_identity(execution.version)
            && table.live().any(|(_, column)| column.identity.is_some())
        {
            return unknown("identity columns of partitions are not modelled");
        }
        return Ok(());
    }
    match table.kind {
        TableKind::Ordinary => {}
        TableKind::Partitioned => return wrong(format!("cannot inherit from partitioned table \"{name}\"")),
        TableKind::Materialized => {
            return wrong(format!("inherited relation \"{name}\" is not a table or foreign table"));
        }
        TableKind::Foreign => return unknown("inheriting from a foreign table is not modelled"),
    }
    if table.is_partition() {
        return wrong(format!("cannot inherit from partition \"{name}\""));
    }
    if relation.persistence == Persistence::Temporary && statement.persistence != Persistence::Temporary {
        return wrong(format!("cannot inherit from temporary relation \"{name}\""));
    }
    Ok(())
}

/// The columns of the table to be: those of the parents first, then its own.
pub(super) fn merge(
    execution: &mut Execution,
    inheritance: &mut Inheritance,
    own: Vec<Definition>,
) -> Outcome<Vec<Definition>> {
    let mut merged: Vec<Definition> = vec![];
    // Columns whose defaults differ from parent to parent (`bogus_marker`).
    let mut conflicting: Vec<Ident> = vec![];
    for parent in inheritance.parents.clone() {
        for (number, column) in execution.schema.table(parent).columns.clone().live() {
            let name = column.name.clone();
            if let Some(constraint) = inherited_not_null(execution, parent, number) {
                note_not_null(inheritance, &name, constraint.map(|it| it.name.clone()));
            }
            if let Some(at) = merged.iter().position(|it| it.column.name == name) {
                let text = name.as_str();
                execution.notice(format!("merging multiple inherited definitions of column \"{text}\""));
                let before = &mut merged[at].column;
                if before.type_ != column.type_ {
                    let message = format!("inherited column \"{text}\" has a type conflict");
                    return fail(sqlstate::DATATYPE_MISMATCH, message);
                }
                if before.collation != column.collation {
                    let message = format!("inherited column \"{text}\" has a collation conflict");
                    return fail(sqlstate::COLLATION_MISMATCH, message);
                }
                if before.storage != column.storage {
                    let message = format!("inherited column \"{text}\" has a storage parameter conflict");
                    return fail(sqlstate::DATATYPE_MISMATCH, message);
                }
                before.inherited += 1;
                let (default, generated) = inherited_value(execution, parent, column)?;
                let before = &mut merged[at];
                let kind = |it: &Option<(Expr, Option<bool>)>| it.as_ref().map(|it| it.1);
                if kind(&before.generated) != kind(&generated) {
                    let message = format!("inherited column \"{text}\" has a generation conflict");
                    return fail(sqlstate::DATATYPE_MISMATCH, message);
                }
                let differs = match (&before.default, &default) {
                    (Some(one), Some(other)) => one != other,
                    _ => before.generated != generated,
                };
                if differs {
                    conflicting.push(name.clone());
                }
                before.default = before.default.take().or(default);
                continue;
            }
            let mut copy = empty_column(name, column.type_);
            let (collation, storage) = (column.collation.clone(), column.storage.clone());
            let compression = column.compression.clone();
            copy.details = ColumnDetails { collation, storage, compression, ..ColumnDetails::default() }.into();
            copy.inherited = 1;
            copy.local = false;
            let (default, generated) = inherited_value(execution, parent, column)?;
            merged.push(Definition {
                column: copy,
                default,
                serial: None,
                identity: None,
                generated,
                not_null: None,
                constraints: vec![],
            });
        }
        inherit_checks(execution, inheritance, parent)?;
    }
    for definition in own {
        let name = definition.column.name.clone();
        let Some(at) = merged.iter().position(|it| it.column.name == name) else {
            if inheritance.is_partition {
                let message = format!("column \"{}\" does not exist", name.as_str());
                return fail(sqlstate::UNDEFINED_COLUMN, message);
            }
            merged.push(definition);
            continue;
        };
        let settles = definition.default.is_some() || definition.generated.is_some() || definition.serial.is_some();
        merge_own(execution, inheritance.is_partition, &mut merged[at], definition)?;
        conflicting.retain(|it| *it != name || !settles);
    }
    let unsettled = merged.iter().find(|it| conflicting.contains(&it.column.name));
    match unsettled.map(|it| (it.column.name.as_str(), it.generated.is_some())) {
        None => Ok(merged),
        Some((name, generated)) => {
            let what = if generated { "generation expressions" } else { "default values" };
            let message = format!("column \"{name}\" inherits conflicting {what}");
            fail(sqlstate::INVALID_COLUMN_DEFINITION, message)
        }
    }
}

/// A parent's default, or its generation expression and whether that is stored.
type InheritedValue = (Option<Expr>, Option<(Expr, Option<bool>)>);

fn inherited_value(execution: &Execution, parent: RelationId, column: &Column) -> Outcome<InheritedValue> {
    let default = column.default.as_ref().map(|it| read_back(execution, parent, it)).transpose()?;
    let generated = column.generated.as_ref().map(|it| {
        let expression = read_back(execution, parent, &it.expression)?;
        Ok::<_, Stop>((expression, Some(it.stored)))
    });
    Ok((default, generated.transpose()?))
}

/// A column that a parent has and the statement defines as well.
fn merge_own(execution: &mut Execution, is_partition: bool, merged: &mut Definition, own: Definition) -> Outcome {
    let name = own.column.name.as_str().to_owned();
    if !is_partition {
        execution.notice(format!("merging column \"{name}\" with inherited definition"));
        if merged.column.type_ != own.column.type_ {
            return fail(sqlstate::DATATYPE_MISMATCH, format!("column \"{name}\" has a type conflict"));
        }
        if merged.column.collation != own.column.collation {
            return fail(sqlstate::COLLATION_MISMATCH, format!("column \"{name}\" has a collation conflict"));
        }
        merged.column.local = true;
    }
    if is_partition && (own.identity.is_some() || own.serial.is_some()) {
        return unknown("a numbered column of a partition is not modelled");
    }
    let conflicts = own.column.storage.is_some() && own.column.storage != merged.column.storage;
    if conflicts && !is_partition {
        return fail(sqlstate::DATATYPE_MISMATCH, format!("column \"{name}\" has a storage parameter conflict"));
    }
    merge_value(execution, &name, merged, &own)?;
    let mut details = ColumnDetails::clone(&merged.column.details);
    details.storage = own.column.storage.clone().or(details.storage);
    details.compression = own.column.compression.clone().or(details.compression);
    merged.column.details = details.into();
    if own.default.is_some() || own.generated.is_some() || own.serial.is_some() {
        merged.default = own.default;
        merged.generated = own.generated;
        merged.serial = own.serial;
    }
    // Never inherited: the column's own is taken.
    merged.identity = own.identity;
    merged.not_null = own.not_null;
    merged.constraints = own.constraints;
    Ok(())
}

/// Conflicts of generated columns.
fn merge_value(execution: &Execution, name: &str, merged: &Definition, own: &Definition) -> Outcome {
    let refuse = |message: String| fail(sqlstate::INVALID_COLUMN_DEFINITION, message);
    let overrides = behavior::children_override_generation(execution.version);
    match (&merged.generated, &own.generated) {
        (Some(_), Some(_)) if !overrides => refuse(format!("child column \"{name}\" specifies generation expression")),
        (Some((_, kind)), Some((_, own))) if kind.unwrap_or(false) != own.unwrap_or(false) => {
            refuse(format!("column \"{name}\" inherits from generated column of different kind"))
        }
        (None, Some(_)) if overrides => refuse(format!("child column \"{name}\" specifies generation expression")),
        (Some(_), None) if own.default.is_some() || own.serial.is_some() => {
            refuse(format!("column \"{name}\" inherits from generated column but specifies default"))
        }
        (Some(_), None) if own.identity.is_some() => {
            refuse(format!("column \"{name}\" inherits from generated column but specifies identity"))
        }
        _ => Ok(()),
    }
}

/// A parent's `NOT NULL` that its children must have: `Some(None)` where it has no name.
fn inherited_not_null(execution: &Execution, parent: RelationId, number: u16) -> Option<Option<&Constraint>> {
    let table = execution.schema.table(parent);
    if !table.attribute(number)?.not_null {
        return None;
    }
    let constraint = execution.schema.not_null_constraint(parent, number);
    match constraint {
        Some(constraint) if constraint.is_no_inherit() => None,
        Some(constraint) => Some(Some(constraint)),
        None => Some(None),
    }
}

fn note_not_null(inheritance: &mut Inheritance, column: &Ident, name: Option<Ident>) {
    match inheritance.not_nulls.iter_mut().find(|it| it.column == *column) {
        Some(it) => it.count += 1,
        None => inheritance.not_nulls.push(InheritedNotNull { column: column.clone(), name, count: 1 }),
    }
}

fn inherit_checks(execution: &Execution, inheritance: &mut Inheritance, parent: RelationId) -> Outcome {
    for constraint in &execution.schema.table(parent).constraints {
        let ConstraintKind::Check { expression, no_inherit: false } = &constraint.kind else { continue };
        let printed = execution.schema.print_expression(parent, expression);
        if let Some(same) = inheritance.checks.iter_mut().find(|it| it.name == constraint.name) {
            if same.printed != printed {
                let message = format!(
                    "check constraint name \"{}\" appears multiple times but with different expressions",
                    constraint.name.as_str()
                );
                return fail(sqlstate::DUPLICATE_OBJECT, message);
            }
            same.count += 1;
            continue;
        }
        inheritance.checks.push(InheritedCheck {
            name: constraint.name.clone(),
            expression: read_back(execution, parent, expression)?,
            printed,
            validated: constraint.enforced,
            enforced: constraint.enforced,
            count: 1,
        });
    }
    Ok(())
}

impl Inheritance {
    /// The parents' checks on the new table (`StoreConstraints`): there is no row to violate them.
    pub(super) fn add_checks(&self, execution: &mut Execution, table: RelationId) -> Outcome {
        for check in &self.checks {
            let expression = scope::analyze(execution, table, &check.expression, Use::Check)?;
            let kind = ConstraintKind::Check { expression, no_inherit: false };
            let mut constraint = Constraint::new(check.name.clone(), kind);
            (constraint.validated, constraint.enforced) = (check.validated, check.enforced);
            (constraint.inherited, constraint.local) = (check.count, false);
            execution.schema.add_constraint(table, constraint);
        }
        Ok(())
    }
}

/// `MergeWithExistingConstraint`: a check of that name that the table has from its parents, or is about
/// to have from them. True where it was merged into the one that exists.
pub(super) fn merge_check(
    execution: &mut Execution,
    table: RelationId,
    name: &Ident,
    expression: &Arc<Expression>,
    no_inherit: bool,
    (local, is_new_table): (bool, bool),
) -> Outcome<bool> {
    let relation = execution.bare_name(table);
    let partition = execution.schema.table(table).is_partition();
    let Some(existing) = execution.schema.table(table).constraint(name.as_str()) else { return Ok(false) };
    let same = match &existing.kind {
        ConstraintKind::Check { expression: theirs, .. } => theirs == expression,
        _ => false,
    };
    let may_merge = !local || is_new_table || (!existing.local && !partition);
    if !same || !may_merge {
        let message = format!("constraint \"{}\" for relation \"{relation}\" already exists", name.as_str());
        return fail(sqlstate::DUPLICATE_OBJECT, message);
    }
    let refuse = |what: &str| {
        let message = format!("constraint \"{}\" conflicts with {what} on relation \"{relation}\"", name.as_str());
        fail(sqlstate::INVALID_OBJECT_DEFINITION, message)
    };
    if existing.is_no_inherit() {
        return refuse("non-inherited constraint");
    }
    if existing.inherited > 0 && no_inherit {
        return refuse("inherited constraint");
    }
    if !existing.validated && existing.enforced {
        return refuse("NOT VALID constraint");
    }
    execution.notice(format!("merging constraint \"{}\" with inherited definition", name.as_str()));
    let constraints = &mut execution.schema.table_mut(table).constraints;
    if let Some(existing) = constraints.iter_mut().find(|it| it.name == *name) {
        match local {
            true => existing.local = true,
            false => existing.inherited += 1,
        }
        if partition {
            existing.local = false;
        }
    }
    Ok(true)
}
