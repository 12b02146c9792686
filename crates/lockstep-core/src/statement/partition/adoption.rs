//! A table that exists comes under a parent, or leaves it: `CreateInheritance` and `RemoveInheritance`.

use crate::effect::{PgError, RelationId};
use crate::expression::Expression;
use crate::name::QualifiedName;
use crate::pg::lock_mode::LockMode;
use crate::pg::{behavior, sqlstate};
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::relation::Persistence;
use crate::statement::execution::{Execution, Outcome, fail};

fn mismatch<T>(message: String) -> Outcome<T> {
    fail(sqlstate::DATATYPE_MISMATCH, message)
}

/// `MergeAttributesIntoExisting` and `MergeConstraintsIntoExisting`.
pub(in crate::statement) fn merge(
    execution: &mut Execution,
    child: RelationId,
    parent: RelationId,
    is_partition: bool,
) -> Outcome {
    merge_columns(execution, child, parent, is_partition)?;
    merge_constraints(execution, child, parent, is_partition)
}

fn must_be_not_null<T>(execution: &Execution, child: &str, column: &str) -> Outcome<T> {
    match behavior::not_null_is_a_constraint(execution.version) {
        true => mismatch(format!("column \"{column}\" in child table \"{child}\" must be marked NOT NULL")),
        false => mismatch(format!("column \"{column}\" in child table must be marked NOT NULL")),
    }
}

fn merge_columns(execution: &mut Execution, child: RelationId, parent: RelationId, is_partition: bool) -> Outcome {
    let child_name = execution.bare_name(child);
    let mut merged = vec![];
    for (above, column) in execution.schema.table(parent).live() {
        let name = column.name.as_str();
        let Some((number, own)) = execution.schema.table(child).column(name) else {
            return mismatch(format!("child table is missing column \"{name}\""));
        };
        if own.type_ != column.type_ {
            return mismatch(format!("child table \"{child_name}\" has different type for column \"{name}\""));
        }
        if own.collation != column.collation {
            let message = format!("child table \"{child_name}\" has different collation for column \"{name}\"");
            return fail(sqlstate::COLLATION_MISMATCH, message);
        }
        let constraint = execution.schema.not_null_constraint(parent, above);
        let passes_on = constraint.is_none_or(|it| !it.is_no_inherit());
        if column.not_null && passes_on && !own.not_null {
            return must_be_not_null(execution, &child_name, name);
        }
        match (&column.generated, &own.generated) {
            (Some(_), None) => {
                return mismatch(format!("column \"{name}\" in child table must be a generated column"));
            }
            (None, Some(_)) if behavior::children_override_generation(execution.version) => {
                return mismatch(format!("column \"{name}\" in child table must not be a generated column"));
            }
            (Some(above), Some(own)) if !behavior::children_override_generation(execution.version) => {
                let print = |id, it: &Expression| execution.schema.print_expression(id, it);
                if print(parent, &above.expression) != print(child, &own.expression) {
                    let message = format!("column \"{name}\" in child table has a conflicting generation expression");
                    return mismatch(message);
                }
            }
            (Some(above), Some(own)) if above.stored != own.stored => {
                return mismatch(format!("column \"{name}\" inherits from generated column of different kind"));
            }
            _ => {}
        }
        merged.push(number);
    }
    for number in merged {
        if let Some(column) = execution.schema.table_mut(child).attribute_mut(number) {
            column.inherited += 1;
            column.local &= !is_partition;
        }
    }
    Ok(())
}

fn merge_constraints(execution: &mut Execution, child: RelationId, parent: RelationId, is_partition: bool) -> Outcome {
    let child_name = execution.bare_name(child);
    for constraint in execution.schema.table(parent).constraints.clone() {
        let is_check = matches!(constraint.kind, ConstraintKind::Check { .. });
        let is_not_null = matches!(constraint.kind, ConstraintKind::NotNull { .. });
        if constraint.is_no_inherit() || !(is_check || is_not_null) {
            continue;
        }
        let text = constraint.name.as_str().to_owned();
        let Some(own) = counterpart(execution, parent, child, &constraint) else {
            return match constraint.kind {
                ConstraintKind::NotNull { column, .. } => {
                    let column = execution.schema.table(parent).column_name(column);
                    must_be_not_null(execution, &child_name, column.as_str())
                }
                _ => mismatch(format!("child table is missing constraint \"{text}\"")),
            };
        };
        if let (ConstraintKind::Check { expression: a, .. }, ConstraintKind::Check { expression: b, .. }) =
            (&constraint.kind, &own.kind)
        {
            let schema = &execution.schema;
            if schema.print_expression(parent, a) != schema.print_expression(child, b) {
                let message =
                    format!("child table \"{child_name}\" has different definition for check constraint \"{text}\"");
                return mismatch(message);
            }
        }
        let conflict = |what: &str| {
            let message =
                format!("constraint \"{text}\" conflicts with {what} constraint on child table \"{child_name}\"");
            fail(sqlstate::INVALID_OBJECT_DEFINITION, message)
        };
        if own.is_no_inherit() {
            return conflict("non-inherited");
        }
        if constraint.validated && own.enforced && !own.validated {
            return conflict("NOT VALID");
        }
        if constraint.enforced && !own.enforced {
            return conflict("NOT ENFORCED");
        }
        let constraints = &mut execution.schema.table_mut(child).constraints;
        if let Some(it) = constraints.iter_mut().find(|it| it.name == own.name) {
            it.inherited += 1;
            it.local &= !is_partition;
        }
    }
    Ok(())
}

/// The child's constraint that answers to a parent's: a check by name, `NOT NULL` by column.
fn counterpart(
    execution: &Execution,
    parent: RelationId,
    child: RelationId,
    constraint: &Constraint,
) -> Option<Constraint> {
    if let ConstraintKind::NotNull { column, .. } = constraint.kind {
        let name = execution.schema.table(parent).column_name(column);
        let (number, _) = execution.schema.table(child).column(name.as_str())?;
        return execution.schema.not_null_constraint(child, number).cloned();
    }
    let own = execution.schema.table(child).constraint(constraint.name.as_str())?;
    matches!(own.kind, ConstraintKind::Check { .. }).then(|| own.clone())
}

/// `RemoveInheritance`: what came from the parent becomes the table's own.
pub(in crate::statement) fn separate(execution: &mut Execution, child: RelationId, parent: RelationId) {
    let names: Vec<_> = execution.schema.table(parent).live().map(|(_, column)| column.name.clone()).collect();
    for name in names {
        let Some((number, _)) = execution.schema.table(child).column(name.as_str()) else { continue };
        if let Some(column) = execution.schema.table_mut(child).attribute_mut(number) {
            column.inherited = column.inherited.saturating_sub(1);
            column.local |= column.inherited == 0;
        }
    }
    for constraint in execution.schema.table(parent).constraints.clone() {
        let passes_on = matches!(constraint.kind, ConstraintKind::Check { .. } | ConstraintKind::NotNull { .. });
        if !passes_on || constraint.is_no_inherit() {
            continue;
        }
        let Some(own) = counterpart(execution, parent, child, &constraint) else { continue };
        let constraints = &mut execution.schema.table_mut(child).constraints;
        if let Some(it) = constraints.iter_mut().find(|it| it.name == own.name) {
            it.inherited = it.inherited.saturating_sub(1);
            it.local |= it.inherited == 0;
        }
    }
    execution.schema.disown(child, parent);
}

/// `ATPrepAddInherit`.
fn check_child(execution: &Execution, child: RelationId) -> Outcome {
    let Some(table) = execution.schema.relation(child).table() else { return Ok(()) };
    if table.is_partition() {
        return fail(sqlstate::WRONG_OBJECT_TYPE, "cannot change inheritance of a partition");
    }
    if table.is_partitioned() {
        return fail(sqlstate::WRONG_OBJECT_TYPE, "cannot change inheritance of partitioned table");
    }
    Ok(())
}

/// `INHERIT parent`: `ATExecAddInherit`. The child is opened already.
pub(in crate::statement) fn inherit(execution: &mut Execution, child: RelationId, name: &QualifiedName) -> Outcome {
    check_child(execution, child)?;
    let reason = "a parent's columns and constraints must not change while a child is added";
    let parent = execution.open(name, LockMode::ShareUpdateExclusive, reason)?;
    let relation = execution.schema.relation(parent);
    let parent_name = relation.name.name.as_str().to_owned();
    let wrong = |message: String| fail(sqlstate::WRONG_OBJECT_TYPE, message);
    let Some(table) = relation.table() else {
        return wrong(format!("\"{parent_name}\" is not a table or foreign table"));
    };
    if table.is_partitioned() {
        return wrong(format!("cannot inherit from partitioned table \"{parent_name}\""));
    }
    if table.is_partition() {
        return wrong("cannot inherit from a partition".to_owned());
    }
    let temporary = |id| execution.schema.relation(id).persistence == Persistence::Temporary;
    if temporary(parent) && !temporary(child) {
        return wrong(format!("cannot inherit from temporary relation \"{parent_name}\""));
    }
    let child_name = execution.bare_name(child);
    execution.lock_descendants(child, LockMode::AccessShare, "a parent must not be one of the table's own children");
    if parent == child || execution.schema.ancestors(parent).contains(&child) {
        let error = PgError::new(sqlstate::DUPLICATE_TABLE, "circular inheritance not allowed");
        return Err(error.detail(format!("\"{parent_name}\" is already a child of \"{child_name}\".")).into());
    }
    if execution.schema.table(child).inherits.contains(&parent) {
        let message = format!("relation \"{parent_name}\" would be inherited from more than once");
        return fail(sqlstate::DUPLICATE_TABLE, message);
    }
    crate::statement::partition::triggers::refuse_transitions(execution, child, "an inheritance child")?;
    merge(execution, child, parent, false)?;
    execution.schema.adopt(child, parent);
    Ok(())
}

/// `NO INHERIT parent`: `ATExecDropInherit`.
pub(in crate::statement) fn no_inherit(execution: &mut Execution, child: RelationId, name: &QualifiedName) -> Outcome {
    if execution.schema.relation(child).table().is_some_and(|it| it.is_partition()) {
        return fail(sqlstate::WRONG_OBJECT_TYPE, "cannot change inheritance of a partition");
    }
    let parent = execution.open(name, LockMode::AccessShare, "the parent must stay while a child leaves it")?;
    let is_parent = execution.schema.relation(child).table().is_some_and(|it| it.inherits.contains(&parent));
    if !is_parent {
        let (parent, child) = (execution.bare_name(parent), execution.bare_name(child));
        let message = format!("relation \"{parent}\" is not a parent of relation \"{child}\"");
        return fail(sqlstate::UNDEFINED_TABLE, message);
    }
    separate(execution, child, parent);
    Ok(())
}
