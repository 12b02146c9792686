//! What rows cannot be written to.

use crate::effect::RelationId;
use crate::pg::sqlstate;
use crate::schema::relation::Persistence;
use crate::statement::execution::{Execution, Outcome, fail, unknown};

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
