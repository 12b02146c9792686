//! `LOCK TABLE`: `LockTableCommand` of `lockcmds.c`.

use crate::effect::RelationId;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::statement::Command;
use crate::statement::execution::{Execution, Outcome, fail};
use crate::syntax::statement::LockTable;

/// `LockViewRecurse`: whatever the view reads is locked in the same mode. `within`: the views that led here; two that
/// read each other are not gone into again.
fn lock_view(execution: &mut Execution, view: RelationId, mode: LockMode, within: &mut Vec<RelationId>) {
    within.push(view);
    for id in execution.schema.read_by_view(view) {
        let relation = execution.schema.relation(id);
        if relation.materialized().is_some() || within.contains(&id) {
            continue;
        }
        let is_view = relation.view().is_some();
        execution.lock(id, mode, "the view that is locked reads it");
        if is_view {
            lock_view(execution, id, mode, within);
        }
    }
    within.pop();
}

impl Command for LockTable {
    fn run(&self, execution: &mut Execution) -> Outcome {
        if !execution.in_block {
            return fail(sqlstate::NO_ACTIVE_SQL_TRANSACTION, "LOCK TABLE can only be used in transaction blocks");
        }
        let mode = self.mode.unwrap_or(LockMode::AccessExclusive);
        for (name, only) in &self.tables {
            let id = execution.resolve(name)?;
            let relation = execution.schema.relation(id);
            if relation.view().is_some() {
                execution.lock(id, mode, "the statement asks for this lock");
                lock_view(execution, id, mode, &mut vec![]);
                continue;
            }
            if relation.table().is_none() || relation.materialized().is_some() {
                let name = relation.name.name.as_str();
                return fail(sqlstate::WRONG_OBJECT_TYPE, format!("cannot lock relation \"{name}\""));
            }
            execution.lock(id, mode, "the statement asks for this lock");
            if !only {
                execution.lock_descendants(id, mode, "the tables below are locked with the one that is named");
            }
        }
        Ok(())
    }
}
