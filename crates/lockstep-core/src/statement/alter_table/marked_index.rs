//! Indexes that a table is marked with: `ATExecReplicaIdentity`, `ATExecClusterOn`.

use crate::effect::ObjectName;
use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::index::{Index, KeyColumn};
use crate::schema::relation::ReplicaIdentity as Marked;
use crate::statement::execution::{Execution, Outcome, fail};
use crate::syntax::statement::ReplicaIdentity;

pub(super) fn replica_identity(execution: &mut Execution, table: RelationId, to: &ReplicaIdentity) -> Outcome {
    let (mark, index) = match to {
        ReplicaIdentity::Default => (Marked::Default, None),
        ReplicaIdentity::Full => (Marked::Full, None),
        ReplicaIdentity::Nothing => (Marked::Nothing, None),
        ReplicaIdentity::Index(name) => {
            let id = find(execution, table, name)?;
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

/// `check_index_is_clusterable`, `mark_index_clustered`.
pub(super) fn cluster_on(execution: &mut Execution, table: RelationId, name: &Ident) -> Outcome {
    let id = find(execution, table, name)?;
    let reason = "the index must stay while it becomes the one to cluster by";
    // The lock of the whole statement.
    let mode = execution.record.locks.iter().filter(|it| it.relation == table).map(|it| it.mode).max();
    execution.lock(id, mode.unwrap_or(LockMode::ShareUpdateExclusive), reason);
    let index = indexed(execution, table, id)?;
    let name = name.as_str();
    let why = if !matches!(index.method.as_str(), "btree" | "gist") {
        Some(format!("cannot cluster on index \"{name}\" because access method does not support clustering"))
    } else if index.predicate.is_some() {
        Some(format!("cannot cluster on partial index \"{name}\""))
    } else if !index.valid {
        Some(format!("cannot cluster on invalid index \"{name}\""))
    } else if execution.schema.relation(table).kind() == 'p' {
        Some("cannot mark index clustered in partitioned table".to_owned())
    } else {
        None
    };
    match why {
        Some(message) => fail(sqlstate::FEATURE_NOT_SUPPORTED, message),
        None => {
            mark_one(execution, table, Some(id), |it| &mut it.clustered);
            Ok(())
        }
    }
}

/// `ATExecDropCluster`.
pub(super) fn without_cluster(execution: &mut Execution, table: RelationId) -> Outcome {
    if execution.schema.relation(table).kind() == 'p' {
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, "cannot mark index clustered in partitioned table");
    }
    mark_one(execution, table, None, |it| &mut it.clustered);
    Ok(())
}

/// `get_relname_relid` in the table's schema.
fn find(execution: &Execution, table: RelationId, name: &Ident) -> Outcome<RelationId> {
    let schema = execution.schema.relation(table).name.schema.clone();
    match execution.schema.find(&ObjectName { schema, name: name.clone() }) {
        Some(id) => Ok(id),
        None => {
            if let Some(why) = execution.schema.uncertain.about(name, None) {
                return crate::statement::execution::unknown(why);
            }
            let table = execution.bare_name(table);
            fail(
                sqlstate::UNDEFINED_OBJECT,
                format!("index \"{}\" for table \"{table}\" does not exist", name.as_str()),
            )
        }
    }
}

fn indexed(execution: &Execution, table: RelationId, id: RelationId) -> Outcome<&Index> {
    match execution.schema.relation(id).index() {
        Some(index) if index.table == table => Ok(index),
        _ => {
            let (name, table) = (execution.bare_name(id), execution.bare_name(table));
            fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{name}\" is not an index for table \"{table}\""))
        }
    }
}

/// Of a table's indexes only this one carries the mark.
fn mark_one(
    execution: &mut Execution,
    table: RelationId,
    marked: Option<RelationId>,
    mark: impl Fn(&mut Index) -> &mut bool,
) {
    for id in execution.schema.table(table).indexes.clone() {
        if *mark(&mut execution.schema.index(id).clone()) != (marked == Some(id)) {
            *mark(execution.schema.index_mut(id)) = marked == Some(id);
        }
    }
}
