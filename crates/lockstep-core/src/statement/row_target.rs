//! What rows cannot be written to, and what policies ask of those that are.

use crate::effect::RelationId;
use crate::pg::sqlstate;
use crate::schema::relation::Persistence;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::query::Ask;
use crate::statement::rows::is_default;
use crate::syntax::expression::Expr;
use crate::syntax::statement::{ConflictTarget, Insert, InsertSource};

/// `CheckValidResultRel`, and what `rewriteTargetView` would make of a view.
pub(super) fn refuse_view(execution: &Execution, id: RelationId) -> Outcome {
    let relation = execution.schema.relation(id);
    if relation.materialized().is_some() {
        let message = format!("cannot change materialized view \"{}\"", relation.name.name.as_str());
        return fail(sqlstate::WRONG_OBJECT_TYPE, message);
    }
    match relation.view().is_some() {
        true => unknown("writing through a view is not modelled"),
        false => Ok(()),
    }
}

/// `ExecCheckXactReadOnly`: rows of temporary tables may be written whatever the transaction.
pub(super) fn writable(execution: &Execution, command: &str, id: RelationId) -> Outcome {
    match execution.schema.relation(id).persistence {
        Persistence::Temporary => Ok(()),
        _ => execution.writable(command),
    }
}

impl Insert {
    /// What policies on the table ask of the rows.
    pub(super) fn asks(&self) -> Vec<Ask> {
        let updates = self.on_conflict_update == Some(true);
        let infers = self.conflict.as_ref().is_some_and(|it| {
            matches!(it.target, ConflictTarget::Columns { .. } | ConflictTarget::Other(_)) || it.condition.is_some()
        });
        Ask::of_insert(self.returning || infers, updates)
    }

    /// The rows, as a query.
    pub(super) fn rows(&self) -> String {
        match &self.source {
            InsertSource::Query(query) => query.text.clone(),
            InsertSource::Values(rows) => values(rows),
            InsertSource::DefaultValues => format!("TABLE {}", self.table),
        }
    }
}

/// Rows as they are written.
pub(super) fn values(rows: &[Vec<Expr>]) -> String {
    let rows = rows.iter().map(|row| {
        let values = row.iter().map(|value| match is_default(value) {
            true => "NULL".to_owned(),
            false => value.to_string(),
        });
        format!("({})", values.collect::<Vec<_>>().join(", "))
    });
    format!("VALUES {}", rows.collect::<Vec<_>>().join(", "))
}
