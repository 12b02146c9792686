//! What foreign keys make of written rows: the queries of `ri_triggers.c`, their locks and their refusals.

use crate::effect::{DataChangeKind, RelationId, WorkKind};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::constraint::{Constraint, ForeignKey, ReferentialAction};
use crate::schema::relation::Rows;
use crate::statement::execution::Execution;
use crate::statement::select::lock_indexes;

/// `RI_FKey_check`: a row that refers to another looks it up and keeps it (`FOR KEY SHARE`).
pub(super) fn look_up_referenced(execution: &mut Execution, table: RelationId, written: &[u16], null: &[u16]) {
    for constraint in execution.schema.table(table).constraints.clone() {
        let Some(key) = constraint.foreign_key() else { continue };
        let written = key.columns.iter().any(|column| written.contains(column));
        // MATCH SIMPLE asks nothing of a key with a null in it.
        if !constraint.enforced || !written || key.columns.iter().any(|column| null.contains(column)) {
            continue;
        }
        if execution.pending.defers(&constraint) {
            execution.pending.certainly.insert(table);
        } else {
            let reason = "the foreign key looks up the referenced row and keeps it from going";
            execution.lock(key.references, LockMode::RowShare, reason);
            lock_indexes(execution, key.references, LockMode::RowShare);
        }
    }
}

/// What happens to a referenced row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event<'a> {
    Delete,
    /// Columns that may change.
    Update(&'a [u16]),
}

/// `RI_FKey_noaction_del` and its relatives: rows that refer to the written ones are looked up, or
/// written as well. `rows` is a query for the rows in question, `None` where there is none.
pub(super) fn follow(execution: &mut Execution, table: RelationId, event: Event<'_>, rows: Option<&str>) {
    let mut seen = vec![];
    follow_from(execution, table, event, rows, &mut seen);
}

fn follow_from(
    execution: &mut Execution,
    table: RelationId,
    event: Event<'_>,
    rows: Option<&str>,
    seen: &mut Vec<RelationId>,
) {
    if seen.contains(&table) || execution.schema.table(table).rows == Rows::Empty {
        return;
    }
    seen.push(table);
    let mut children: Vec<RelationId> = execution.schema.table(table).referenced_by.iter().copied().collect();
    children.push(table);
    for child in children {
        for constraint in execution.schema.table(child).constraints.clone() {
            let Some(key) = constraint.foreign_key().filter(|key| key.references == table) else { continue };
            if !constraint.enforced {
                continue;
            }
            let action = match event {
                Event::Delete => key.on_delete,
                Event::Update(columns) => {
                    if !key.referenced_columns.iter().any(|column| columns.contains(column)) {
                        continue;
                    }
                    key.on_update
                }
            };
            apply(execution, table, child, &constraint, key, action, event, rows, seen);
        }
    }
}

#[allow(clippy::too_many_arguments)] // One call of one trigger: every argument is a fact of it.
fn apply(
    execution: &mut Execution,
    table: RelationId,
    child: RelationId,
    constraint: &Constraint,
    key: &ForeignKey,
    action: ReferentialAction,
    event: Event<'_>,
    rows: Option<&str>,
    seen: &mut Vec<RelationId>,
) {
    match action {
        ReferentialAction::NoAction | ReferentialAction::Restrict => {
            if action == ReferentialAction::NoAction && execution.pending.defers(constraint) {
                execution.pending.certainly.insert(table);
                return;
            }
            let reason = "rows that refer to the written ones are looked for";
            execution.lock(child, LockMode::RowShare, reason);
            lock_indexes(execution, child, LockMode::RowShare);
            refers(execution, table, child, key, rows);
        }
        ReferentialAction::Cascade if event == Event::Delete => {
            write(execution, child, "rows that refer to the deleted ones are deleted as well");
            execution.data_change(child, None, DataChangeKind::Deleted);
            follow_from(execution, child, Event::Delete, None, seen);
        }
        ReferentialAction::Cascade | ReferentialAction::SetNull | ReferentialAction::SetDefault => {
            write(execution, child, "rows that refer to the written ones are updated");
            for column in &key.columns {
                execution.data_change(child, Some(*column), DataChangeKind::Overwritten);
            }
            follow_from(execution, child, Event::Update(&key.columns), None, seen);
        }
    }
}

fn write(execution: &mut Execution, child: RelationId, reason: &'static str) {
    execution.lock(child, LockMode::RowExclusive, reason);
    lock_indexes(execution, child, LockMode::RowExclusive);
    if execution.schema.table(child).rows != Rows::Empty {
        execution.work(child, WorkKind::WriteRows, None, reason);
        let table = execution.schema.table_mut(child);
        table.rows = Rows::Unknown;
        table.columns.iter_mut().for_each(|column| (column.filled, column.has_null) = (false, false));
    }
}

/// Rows of the child that refer to the rows in question.
fn refers(execution: &mut Execution, table: RelationId, child: RelationId, key: &ForeignKey, rows: Option<&str>) {
    if execution.schema.table(child).rows == Rows::Empty {
        return;
    }
    let Some(rows) = rows else {
        execution.doubt("whether rows refer to the written ones is not known");
        return;
    };
    let schema = &execution.schema;
    let child_name = &schema.relation(child).name;
    let (ours, theirs) = (schema.table(child), schema.table(table));
    let pairs = key.columns.iter().zip(&key.referenced_columns);
    let join: Vec<_> =
        pairs.map(|(a, b)| format!("p.{} = c.{}", theirs.column_name(*b), ours.column_name(*a))).collect();
    let query = format!(
        "SELECT count(*) FROM {child_name} AS c WHERE EXISTS (SELECT 1 FROM ({rows}) AS p WHERE {})",
        join.join(" AND ")
    );
    execution.precondition(query, "0", sqlstate::FOREIGN_KEY_VIOLATION);
}
