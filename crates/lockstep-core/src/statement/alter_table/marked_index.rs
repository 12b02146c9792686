//! Indexes that a table is marked with: `ATExecReplicaIdentity`, `ATExecClusterOn`.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::index::KeyColumn;
use crate::schema::relation::ReplicaIdentity as Marked;
use crate::statement::cluster::{check_clusterable, find_index, indexed, mark_one};
use crate::statement::execution::{Execution, Outcome, fail};
use crate::syntax::statement::ReplicaIdentity;

pub(super) fn replica_identity(execution: &mut Execution, table: RelationId, to: &ReplicaIdentity) -> Outcome {
    let (mark, index) = match to {
        ReplicaIdentity::Default => (Marked::Default, None),
        ReplicaIdentity::Full => (Marked::Full, None),
        ReplicaIdentity::Nothing => (Marked::Nothing, None),
        ReplicaIdentity::Index(name) => {
            let id = find_index(execution, table, name)?;
            execution.lock(id, LockMode::Share, "the index must stay while it becomes the table's replica identity");
            check_identity(execution, table, id)?;
            (Marked::Index, Some(id))
        }
    };
    execution.schema.table_mut(table).replica_identity = mark;
    mark_one(execution, table, index, |it| &mut it.replica_identity);
    Ok(())
}

fn check_identity(execution: &Execution, table: RelationId, id: RelationId) -> Outcome {
    let name = execution.bare_name(id);
    let index = indexed(execution, table, id)?;
    let refuse = |state, what: &str| fail(state, format!("cannot use {what} index \"{name}\" as replica identity"));
    if !index.unique {
        return refuse(sqlstate::WRONG_OBJECT_TYPE, "non-unique");
    }
    if !index.immediate {
        return refuse(sqlstate::FEATURE_NOT_SUPPORTED, "non-immediate");
    }
    if index.has_expressions() {
        return refuse(sqlstate::FEATURE_NOT_SUPPORTED, "expression");
    }
    if index.predicate.is_some() {
        return refuse(sqlstate::FEATURE_NOT_SUPPORTED, "partial");
    }
    for key in &index.keys {
        let KeyColumn::Attribute(number) = key.column else { continue };
        let Some(column) = execution.schema.table(table).attribute(number) else { continue };
        if !column.not_null {
            let column = column.name.as_str();
            return fail(
                sqlstate::WRONG_OBJECT_TYPE,
                format!("index \"{name}\" cannot be used as replica identity because column \"{column}\" is nullable"),
            );
        }
    }
    Ok(())
}

/// `ATExecClusterOn`.
pub(super) fn cluster_on(execution: &mut Execution, table: RelationId, name: &Ident) -> Outcome {
    let id = find_index(execution, table, name)?;
    let reason = "the index must stay while it becomes the one to cluster by";
    // The lock of the whole statement.
    let mode = execution.record.locks.iter().filter(|it| it.relation == table).map(|it| it.mode).max();
    execution.lock(id, mode.unwrap_or(LockMode::ShareUpdateExclusive), reason);
    check_clusterable(execution, table, id)?;
    if execution.schema.relation(table).kind() == 'p' {
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, "cannot mark index clustered in partitioned table");
    }
    mark_one(execution, table, Some(id), |it| &mut it.clustered);
    Ok(())
}

/// `ATExecDropCluster`.
pub(super) fn without_cluster(execution: &mut Execution, table: RelationId) -> Outcome {
    if execution.schema.relation(table).kind() == 'p' {
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, "cannot mark index clustered in partitioned table");
    }
    mark_one(execution, table, None, |it| &mut it.clustered);
    Ok(())
}
