//! `UPDATE` and `DELETE` of tables that stand above or below others.

use crate::effect::{DataChangeKind, RelationId, WorkKind};
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::schema::relation::Rows;
use crate::statement::execution::{Execution, Outcome, unknown};
use crate::statement::select::lock_indexes;
use crate::syntax::statement::RowStatement;

/// Opens what belongs to the target; the target itself is open.
pub(in crate::statement) fn open(statement: &RowStatement, execution: &mut Execution, table: RelationId) -> Outcome {
    let own = execution.schema.table(table);
    let alone = !own.is_partitioned() && (own.children.is_empty() || statement.only);
    if alone {
        let moves = statement.assignments.iter().any(|(column, _)| is_in_key_above(execution, table, column));
        return match moves {
            true => unknown("whether the rows stay in their partition is not known"),
            false => Ok(()),
        };
    }
    if !statement.assignments.is_empty() || statement.opaque {
        return unknown("what an UPDATE does to the tables below is not modelled");
    }
    if own.is_partitioned() && (statement.condition.is_some() || !statement.from.is_empty()) {
        return unknown("which partitions hold the rows is not known");
    }
    let below: Vec<RelationId> = execution.schema.descendants(table).into_iter().map(|(id, _)| id).collect();
    let referenced = |id: &RelationId| !execution.schema.table(*id).referenced_by.is_empty();
    if referenced(&table) || below.iter().any(referenced) {
        return unknown("what foreign keys make of rows of several tables is not modelled");
    }
    for id in below {
        execution.lock(id, LockMode::RowExclusive, "rows of the tables below are deleted as well");
        lock_indexes(execution, id, LockMode::RowExclusive);
        if execution.schema.table(id).is_partitioned() || execution.schema.table(id).rows == Rows::Empty {
            continue;
        }
        execution.work(id, WorkKind::WriteRows, None, "rows are deleted");
        execution.data_change(id, None, DataChangeKind::Deleted);
        execution.schema.table_mut(id).forget_rows();
    }
    Ok(())
}

/// A new value there may belong to another partition.
fn is_in_key_above(execution: &Execution, table: RelationId, column: &Ident) -> bool {
    let mut current = table;
    while let Some(parent) = execution.schema.partition_parent(current) {
        let above = execution.schema.table(parent);
        let columns = above.partition_key.as_ref().map(|key| key.columns()).unwrap_or_default();
        if columns.iter().any(|number| above.column_name(*number) == *column) {
            return true;
        }
        current = parent;
    }
    false
}
