//! `ALTER INDEX … ATTACH PARTITION`: `ATExecAttachPartitionIdx`.

use crate::effect::{PgError, RelationId};
use crate::name::QualifiedName;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::statement::execution::{Execution, Outcome, fail};
use crate::statement::partition::indexes::{constraint_of, matches, set_parent};

/// The parent index is opened already.
pub(super) fn run(execution: &mut Execution, parent: RelationId, name: &QualifiedName) -> Outcome {
    let Some(index) = execution.schema.relation(parent).index().cloned().filter(|it| it.partitioned) else {
        let name = execution.bare_name(parent);
        let message = format!("ALTER action ATTACH PARTITION cannot be performed on relation \"{name}\"");
        return fail(sqlstate::WRONG_OBJECT_TYPE, message);
    };
    let child = execution.resolve(name)?;
    let Some(part) = execution.schema.relation(child).index().cloned() else {
        let name = execution.bare_name(child);
        return fail(sqlstate::INVALID_OBJECT_DEFINITION, format!("\"{name}\" is not an index"));
    };
    let reason = "the tables of both indexes must stay while one becomes a part of the other";
    execution.lock(part.table, LockMode::AccessShare, reason);
    execution.lock(child, LockMode::AccessExclusive, "the index becomes a part of the other");
    execution.lock(index.table, LockMode::AccessShare, reason);
    if part.parent == Some(parent) {
        return Ok(());
    }
    let (parent_name, child_name) = (execution.bare_name(parent), execution.bare_name(child));
    let message = format!("cannot attach index \"{child_name}\" as a partition of index \"{parent_name}\"");
    let refuse = |state, detail: String| Err(PgError::new(state, message.clone()).detail(detail).into());
    let attached = execution.schema.table(part.table).indexes.iter().copied();
    let other = attached.into_iter().find(|it| execution.schema.index(*it).parent == Some(parent));
    if other.is_some() {
        let table = execution.bare_name(part.table);
        let detail = format!("Another index is already attached for partition \"{table}\".");
        return refuse(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, detail);
    }
    if part.parent.is_some() {
        let detail = format!("Index \"{child_name}\" is already attached to another index.");
        return refuse(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, detail);
    }
    if execution.schema.partition_parent(part.table) != Some(index.table) {
        let table = execution.bare_name(index.table);
        let detail = format!("Index \"{child_name}\" is not an index on any partition of table \"{table}\".");
        return refuse(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, detail);
    }
    if !matches(execution, &index, &part) {
        return refuse(sqlstate::INVALID_OBJECT_DEFINITION, "The index definitions do not match.".to_owned());
    }
    if constraint_of(execution, parent).is_some() && constraint_of(execution, child).is_none() {
        let table = execution.bare_name(index.table);
        let detail = format!(
            "The index \"{parent_name}\" belongs to a constraint in table \"{table}\" but no constraint exists for \
             index \"{child_name}\"."
        );
        return refuse(sqlstate::INVALID_OBJECT_DEFINITION, detail);
    }
    set_parent(execution, child, parent);
    validate(execution, parent);
    Ok(())
}

/// `validatePartitionedIndex`: valid as soon as every partition has a valid part; then those above may be.
fn validate(execution: &mut Execution, index: RelationId) {
    let it = execution.schema.index(index).clone();
    let complete = execution.schema.children(it.table).into_iter().all(|partition| {
        let own = &execution.schema.table(partition).indexes;
        own.iter().map(|id| execution.schema.index(*id)).any(|part| part.parent == Some(index) && part.valid)
    });
    if it.valid || !complete {
        return;
    }
    execution.schema.index_mut(index).valid = true;
    if let Some(above) = it.parent {
        validate(execution, above);
    }
}
