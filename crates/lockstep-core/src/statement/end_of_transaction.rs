//! What a commit does to temporary tables: `register_on_commit_action`, `PreCommit_on_commit_actions`.

use crate::effect::RelationId;
use crate::pg::lock_mode::LockMode;
use crate::schema::dependency::Object;
use crate::schema::relation::Rows;
use crate::session::OnCommit;
use crate::statement::deletion;
use crate::statement::execution::Execution;

/// Notes `ON COMMIT` of a new table, as it is written.
pub(super) fn register(execution: &mut Execution, id: RelationId, words: Option<&str>) {
    let action = match words {
        Some(words) if words.starts_with("drop") => OnCommit::Drop,
        Some(words) if words.starts_with("delete") => OnCommit::DeleteRows,
        _ => return,
    };
    execution.session.on_commit.push((id, action));
}

pub fn before_commit(execution: &mut Execution) {
    for (id, action) in std::mem::take(&mut execution.session.on_commit) {
        if execution.schema.get(id).is_none_or(|it| it.table().is_none()) {
            continue;
        }
        match action {
            OnCommit::Drop => {
                // `performMultipleDeletions` with CASCADE cannot be refused.
                let dropped = deletion::delete(execution, &[Object::Relation(id)], true);
                debug_assert!(dropped.is_ok(), "{dropped:?}");
            }
            OnCommit::DeleteRows => {
                let table = execution.schema.table_mut(id);
                table.rows = Rows::Empty;
                table.columns.note_nulls(|_, _| (false, false));
                execution.session.on_commit.push((id, action));
            }
        }
    }
}

/// `PreCommit_on_commit_actions` empties tables when a statement that is a transaction by itself ends, if it has used
/// anything temporary.
pub fn lock_at_commit(execution: &mut Execution) {
    if execution.session.on_commit.is_empty() {
        return;
    }
    let temporary = execution.record.locks.iter().any(|it| it.name.schema == "pg_temp");
    if !temporary {
        return;
    }
    for (id, action) in execution.session.on_commit.clone() {
        if action == OnCommit::DeleteRows && execution.schema.get(id).is_some() {
            execution.lock_for_rows(id, LockMode::AccessExclusive, "its rows go when the transaction ends", false);
        }
    }
}
