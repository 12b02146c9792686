//! Constraints that go from, or are validated on, the tables below as well.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::{behavior, hierarchy};
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::statement::alter_table::hierarchy::{refuse, refuse_only_on_partitioned};
use crate::statement::alter_table::queue::{Queue, REASON};
use crate::statement::alter_table::recursion::open_children;
use crate::statement::alter_table::{drop_constraint, not_null, validate};
use crate::statement::column::attribute;
use crate::statement::execution::{Execution, Outcome, unknown};

fn passes_on(constraint: &Constraint) -> bool {
    matches!(constraint.kind, ConstraintKind::Check { .. } | ConstraintKind::NotNull { .. })
        && !constraint.is_no_inherit()
}

/// `dropconstraint_internal`.
pub(super) fn drop_constraint(
    execution: &mut Execution,
    queue: &Queue,
    table: RelationId,
    name: &Ident,
    guards: (bool, bool),
    recurse: bool,
) -> Outcome {
    let (if_exists, cascade) = guards;
    let Some(constraint) = execution.schema.table(table).constraint(name.as_str()).cloned() else {
        return drop_constraint::run(execution, table, name, if_exists, cascade);
    };
    if constraint.inherited > 0 {
        let relation = execution.bare_name(table);
        let name = name.as_str();
        return refuse(format!("cannot drop inherited constraint \"{name}\" of relation \"{relation}\""));
    }
    if passes_on(&constraint)
        && !recurse
        && crate::pg::hierarchy::partitions_keep_constraints_to_the_end(execution.version)
    {
        refuse_only_on_partitioned(execution, table)?;
    }
    drop_constraint::run(execution, table, name, if_exists, cascade)?;
    if passes_on(&constraint) {
        forget_below(execution, queue, table, &constraint, recurse)?;
    }
    Ok(())
}

fn counterpart(execution: &Execution, above: RelationId, child: RelationId, constraint: &Constraint) -> Option<Ident> {
    let own = &execution.schema.table(child).constraints;
    let ConstraintKind::NotNull { column, .. } = constraint.kind else {
        let is_it = |it: &&Constraint| it.name == constraint.name && matches!(it.kind, ConstraintKind::Check { .. });
        return own.iter().find(is_it).map(|it| it.name.clone());
    };
    // `NOT NULL` goes by column, whatever its name.
    let column = execution.schema.table(above).column_name(column);
    let (number, _) = execution.schema.table(child).column(column.as_str())?;
    execution.schema.not_null_constraint(child, number).map(|it| it.name.clone())
}

fn forget_below(
    execution: &mut Execution,
    queue: &Queue,
    table: RelationId,
    constraint: &Constraint,
    recurse: bool,
) -> Outcome {
    for child in open_children(execution, queue, table)? {
        let Some(name) = counterpart(execution, table, child, constraint) else { continue };
        let Some(theirs) = execution.schema.table(child).constraint(name.as_str()).cloned() else { continue };
        if recurse && theirs.inherited == 1 && !theirs.local {
            if let ConstraintKind::NotNull { .. } = theirs.kind {
                not_null::forget(execution, child, &name);
            } else {
                drop_constraint::run(execution, child, &name, false, false)?;
            }
            forget_below(execution, queue, child, &theirs, true)?;
            continue;
        }
        let own = &mut execution.schema.table_mut(child).constraints;
        if let Some(it) = own.iter_mut().find(|it| it.name == name) {
            it.inherited = it.inherited.saturating_sub(1);
            it.local |= !recurse;
        }
    }
    Ok(())
}

/// `ATExecDropNotNull`, as far as tables above and below have a say.
pub(super) fn drop_not_null(
    execution: &mut Execution,
    queue: &Queue,
    table: RelationId,
    column: &Ident,
    recurse: bool,
) -> Outcome {
    let number = attribute(execution, table, column)?;
    if let Some(parent) = execution.schema.partition_parent(table) {
        let above = execution.schema.table(parent).column(column.as_str());
        if above.is_some_and(|(_, it)| it.not_null) {
            return refuse(format!("column \"{}\" is marked NOT NULL in parent table", column.as_str()));
        }
    }
    if !behavior::not_null_is_a_constraint(execution.version) {
        return not_null::drop(execution, table, column);
    }
    let Some(constraint) = execution.schema.not_null_constraint(table, number).cloned() else {
        return not_null::drop(execution, table, column);
    };
    if constraint.inherited > 0 {
        let (relation, name) = (execution.bare_name(table), constraint.name.as_str());
        return refuse(format!("cannot drop inherited constraint \"{name}\" of relation \"{relation}\""));
    }
    not_null::drop(execution, table, column)?;
    if passes_on(&constraint) {
        forget_below(execution, queue, table, &constraint, recurse)?;
    }
    Ok(())
}

/// `ATExecValidateConstraint`: a check holds on every table below, too.
pub(super) fn validate(
    execution: &mut Execution,
    queue: &mut Queue,
    table: RelationId,
    name: &Ident,
    recurse: bool,
) -> Outcome {
    let constraint = execution.schema.table(table).constraint(name.as_str()).cloned();
    let Some(constraint) = constraint.filter(|it| !it.validated && it.enforced) else {
        return validate::run(execution, table, queue.altered(table), name);
    };
    if passes_on(&constraint) {
        for (below, _) in execution.schema.descendants(table) {
            execution.lock(below, queue.mode, REASON);
            if !recurse {
                return refuse("constraint must be validated on child tables too");
            }
            let Some(theirs) = counterpart(execution, table, below, &constraint) else {
                let message = format!("constraint \"{}\" of a child is missing", name.as_str());
                return unknown(message);
            };
            execution.not_in_use(below, "ALTER TABLE")?;
            validate::run(execution, below, queue.altered(below), &theirs)?;
        }
    }
    if constraint.foreign_key().is_some() && !execution.schema.children(table).is_empty() {
        return validate_parts(execution, queue, table, name);
    }
    validate::run(execution, table, queue.altered(table), name)?;
    if hierarchy::keys_to_partitions_become_valid(execution.version) {
        mark_own_parts(execution, table, name);
    }
    Ok(())
}

/// What a key has for each partition of the table that it refers to: its parts become valid with it.
fn mark_own_parts(execution: &mut Execution, table: RelationId, name: &Ident) {
    let is_part = |it: &&Constraint| it.parent.as_ref().is_some_and(|(of, parent)| *of == table && parent == name);
    let parts = execution.schema.table(table).constraints.iter().filter(is_part);
    for part in parts.map(|it| it.name.clone()).collect::<Vec<_>>() {
        not_null::mark_valid(execution, table, &part);
        mark_own_parts(execution, table, &part);
    }
}

/// `QueueFKConstraintValidation`: each partition checks its own rows.
fn validate_parts(execution: &mut Execution, queue: &mut Queue, table: RelationId, name: &Ident) -> Outcome {
    if !execution.schema.table(table).is_partitioned() {
        return validate::run(execution, table, queue.altered(table), name);
    }
    for child in execution.schema.children(table) {
        let parts = &execution.schema.table(child).constraints;
        let is_part = |it: &&Constraint| it.parent.as_ref().is_some_and(|(of, parent)| *of == table && parent == name);
        let Some(part) = parts.iter().find(is_part).cloned() else { continue };
        execution.lock(child, queue.mode, REASON);
        if !part.validated {
            match execution.schema.table(child).is_partitioned() {
                true => validate_parts(execution, queue, child, &part.name)?,
                false => validate::run(execution, child, queue.altered(child), &part.name)?,
            }
        }
    }
    not_null::mark_valid(execution, table, name);
    Ok(())
}
