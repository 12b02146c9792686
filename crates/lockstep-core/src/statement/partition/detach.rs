//! `DETACH PARTITION`: `ATExecDetachPartition`, `DetachPartitionFinalize`.

use crate::effect::RelationId;
use crate::name::QualifiedName;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::statement::execution::{Execution, Outcome, fail};
use crate::statement::partition::{adoption, attach, constraint, implied, keys, triggers};
use crate::statement::scope::{self, Use};

const REASON: &str = "the partition leaves its table";

/// The parent is opened already, in the mode of the statement's form.
pub(in crate::statement) fn detach(
    execution: &mut Execution,
    parent: RelationId,
    name: &QualifiedName,
    concurrently: bool,
) -> Outcome {
    refuse_index(execution, parent)?;
    attach::is_partitioned(execution, parent)?;
    if let Some(default) = execution.schema.default_partition(parent) {
        if concurrently {
            let message = "cannot detach partitions concurrently when a default partition exists";
            return fail(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, message);
        }
        let reason = "without the partition, the default partition may hold its rows";
        execution.lock(default, LockMode::AccessExclusive, reason);
    }
    let mode = if concurrently { LockMode::ShareUpdateExclusive } else { LockMode::AccessExclusive };
    let partition = execution.open(name, mode, REASON)?;
    is_partition_of(execution, partition, parent)?;
    keys::refuse_referenced(execution, parent, partition)?;
    if concurrently {
        // First everybody learns that the partition goes; it goes when nobody remembers it any more.
        add_constraint(execution, parent, partition)?;
        execution.wait(parent, LockMode::AccessExclusive);
        execution.lock(partition, LockMode::AccessExclusive, "the partition leaves its table for good");
    }
    leave(execution, parent, partition)
}

/// `ATSimplePermissions`: only `ATTACH` takes an index.
fn refuse_index(execution: &Execution, parent: RelationId) -> Outcome {
    if execution.schema.relation(parent).index().is_none() {
        return Ok(());
    }
    let name = execution.bare_name(parent);
    let message = format!("ALTER action DETACH PARTITION cannot be performed on relation \"{name}\"");
    fail(sqlstate::WRONG_OBJECT_TYPE, message)
}

fn is_partition_of(execution: &Execution, partition: RelationId, parent: RelationId) -> Outcome {
    if execution.schema.partition_parent(partition) == Some(parent) {
        return Ok(());
    }
    let (partition, parent) = (execution.bare_name(partition), execution.bare_name(parent));
    let message = format!("relation \"{partition}\" is not a partition of relation \"{parent}\"");
    fail(sqlstate::UNDEFINED_TABLE, message)
}

/// `FINALIZE`: only what `CONCURRENTLY` left half done.
pub(in crate::statement) fn finalize(execution: &mut Execution, parent: RelationId, name: &QualifiedName) -> Outcome {
    attach::is_partitioned(execution, parent)?;
    let partition = execution.open(name, LockMode::AccessExclusive, REASON)?;
    is_partition_of(execution, partition, parent)?;
    let partition = execution.bare_name(partition);
    let message = format!("cannot complete detaching partition \"{partition}\"");
    fail(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, message)
}

/// `DetachAddConstraintIfNeeded`: queries that are planned without the parent's bounds keep them.
fn add_constraint(execution: &mut Execution, parent: RelationId, partition: RelationId) -> Outcome {
    let Some(bound) = execution.schema.table(partition).bound.clone() else { return Ok(()) };
    let Some(condition) = constraint::of_bound(&execution.schema, parent, &bound) else { return Ok(()) };
    if implied::is_implied(execution, partition, &condition)? {
        return Ok(());
    }
    let Ok(parsed) = crate::syntax::parse_expression(&condition) else {
        return crate::statement::execution::unknown("the partition's condition cannot be read back");
    };
    let expression = scope::analyze(execution, partition, &parsed, Use::Check)?;
    let columns: Vec<u16> = expression.columns().into_iter().collect();
    let column = match columns.as_slice() {
        [only] => Some(execution.schema.table(partition).column_name(*only)),
        _ => None,
    };
    let full = execution.schema.relation(partition).name.clone();
    let name = execution.schema.choose_constraint_name(
        full.name.as_str(),
        column.as_ref().map(crate::name::Ident::as_str),
        "check",
        &full.schema,
        &[],
    );
    let kind = ConstraintKind::Check { expression, no_inherit: false };
    execution.schema.add_constraint(partition, Constraint::new(name, kind));
    Ok(())
}

fn leave(execution: &mut Execution, parent: RelationId, partition: RelationId) -> Outcome {
    adoption::separate(execution, partition, parent);
    if execution.schema.table(partition).is_partitioned() {
        execution.lock_descendants(
            partition,
            LockMode::AccessExclusive,
            "what rows its own partitions may hold changes",
        );
    }
    execution.schema.table_mut(partition).bound = None;
    keys::detach(execution, partition)?;
    triggers::detach(execution, partition);
    for id in execution.schema.table(partition).indexes.clone() {
        if execution.schema.index(id).parent.is_none() {
            continue;
        }
        execution.lock(id, LockMode::AccessExclusive, "the partition's index stands alone from now on");
        execution.schema.index_mut(id).parent = None;
        let constraints = &mut execution.schema.table_mut(partition).constraints;
        if let Some(constraint) = constraints.iter_mut().find(|it| it.index() == Some(id)) {
            (constraint.inherited, constraint.local) = (0, true);
        }
    }
    Ok(())
}
