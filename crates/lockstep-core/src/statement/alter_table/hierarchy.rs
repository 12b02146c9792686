//! What a table's parents, children and partition key forbid.

use crate::effect::{PgError, RelationId};
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::index::KeyColumn;
use crate::statement::alter_table::queue::REASON;
use crate::statement::check_constraint::is_proven_not_null;
use crate::statement::execution::{Execution, Outcome, fail};

pub(super) fn refuse<T>(message: impl Into<String>) -> Outcome<T> {
    fail(sqlstate::INVALID_TABLE_DEFINITION, message)
}

const ONLY: &str = "Do not specify the ONLY keyword.";

/// `has_partition_attrs`: a column of the key cannot go, nor change its type.
pub(super) fn refuse_key_column(execution: &Execution, table: RelationId, column: &Ident, verb: &str) -> Outcome {
    let own = execution.schema.table(table);
    let (Some(key), Some((number, _))) = (&own.partition_key, own.column(column.as_str())) else { return Ok(()) };
    let name = execution.bare_name(table);
    let text = column.as_str();
    for part in &key.keys {
        match &part.column {
            KeyColumn::Attribute(of) if *of == number => {
                return refuse(format!(
                    "cannot {verb} column \"{text}\" because it is part of the partition key of relation \"{name}\""
                ));
            }
            KeyColumn::Expression(expression) if expression.columns().contains(&number) => {
                return refuse(format!(
                    "cannot {verb} column \"{text}\" because it is part of the partition key of relation \"{name}\""
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

fn inherited(execution: &Execution, table: RelationId, column: &Ident) -> u16 {
    execution.schema.table(table).column(column.as_str()).map_or(0, |(_, it)| it.inherited)
}

pub(super) fn check_type_change(execution: &Execution, table: RelationId, column: &Ident, recursing: bool) -> Outcome {
    if execution.schema.relation(table).table().is_none() {
        return Ok(());
    }
    if inherited(execution, table, column) > 0 && !recursing {
        return refuse(format!("cannot alter inherited column \"{}\"", column.as_str()));
    }
    refuse_key_column(execution, table, column, "alter")
}

/// A column that a child has from elsewhere as well would change under that other parent.
pub(super) fn check_types_below(execution: &Execution, table: RelationId, column: &Ident) -> Outcome {
    for (below, parents) in execution.schema.descendants(table) {
        if inherited(execution, below, column) > parents {
            let name = execution.bare_name(below);
            return refuse(format!("cannot alter inherited column \"{}\" of relation \"{name}\"", column.as_str()));
        }
    }
    Ok(())
}

pub(super) fn refuse_only(execution: &Execution, table: RelationId, column: &Ident) -> Outcome {
    match execution.schema.children(table).is_empty() {
        true => Ok(()),
        false => {
            refuse(format!("type of inherited column \"{}\" must be changed in child tables too", column.as_str()))
        }
    }
}

pub(super) fn refuse_only_on_partitioned(execution: &Execution, table: RelationId) -> Outcome {
    if !execution.schema.table(table).is_partitioned() || execution.schema.children(table).is_empty() {
        return Ok(());
    }
    let message = "cannot remove constraint from only the partitioned table when partitions exist";
    Err(PgError::new(sqlstate::INVALID_TABLE_DEFINITION, message).hint(ONLY).into())
}

pub(super) fn refuse_without_children<T>() -> Outcome<T> {
    let message = "constraint must be added to child tables too";
    Err(PgError::new(sqlstate::INVALID_TABLE_DEFINITION, message).hint(ONLY).into())
}

/// `ATExecCheckNotNull`: `ONLY` is fine where every partition holds no null already.
pub(super) fn children_are_not_null(
    execution: &mut Execution,
    table: RelationId,
    column: &Ident,
    mode: LockMode,
) -> Outcome {
    for (below, _) in execution.schema.descendants(table) {
        execution.lock(below, mode, REASON);
    }
    for (below, _) in execution.schema.descendants(table) {
        let Some((number, it)) = execution.schema.table(below).column(column.as_str()) else { continue };
        if !it.not_null && !is_proven_not_null(execution, below, number) {
            return refuse_without_children();
        }
    }
    Ok(())
}
