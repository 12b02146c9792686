//! `OWNER TO`: `ATExecChangeOwner`. Owners are not modelled, what changing them locks is.

use crate::effect::RelationId;
use crate::name::{Ident, quote_literal};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::statement::execution::Execution;

const REASON: &str = "everything that belongs to the table changes its owner with it";

pub(super) fn change(execution: &mut Execution, id: RelationId, role: &Ident) {
    let current = ["current_user", "current_role", "session_user"].contains(&role.as_str());
    if !current {
        let query = format!("SELECT count(*) FROM pg_roles WHERE rolname = {}", quote_literal(role.as_str()));
        execution.precondition(query, "1", sqlstate::UNDEFINED_OBJECT);
    }
    let Some(table) = execution.schema.relation(id).table().cloned() else { return };
    for part in table.indexes.iter().chain(&table.sequences) {
        execution.lock(*part, LockMode::AccessExclusive, REASON);
    }
    execution.lock_toast_index(id, REASON);
}
