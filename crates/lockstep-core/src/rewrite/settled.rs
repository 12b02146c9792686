//! Statements of a migration as a plan takes them, and which of their dangers it takes care of.

use crate::diagnostic::Severity;
use crate::effect::RelationId;
use crate::hazard::Finding;
use crate::hazard::exposure::is_empty;
use crate::rewrite::draft::{Action, Draft};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{Set, Statement};

/// The text of a statement; data that follows a `COPY` is a part of it.
pub(super) fn text(step: &Step) -> String {
    match step.statement.as_deref() {
        Some(Statement::Copy(copy)) => match &copy.data {
            Some(data) => format!("{};\n{}\\.", step.text, data),
            None => step.text.to_string(),
        },
        _ => step.text.to_string(),
    }
}

pub(super) fn is_boundary(step: &Step) -> bool {
    matches!(step.statement.as_deref(), Some(Statement::Transaction(_)))
}

/// Nothing of it was committed, and no error of its own ended it.
pub(super) fn undone(steps: &[Step]) -> bool {
    steps.iter().all(Step::succeeds)
}

pub(super) fn sets_timeout(step: &Step) -> bool {
    let name = match step.statement.as_deref() {
        Some(Statement::Set(Set::Set { name, .. } | Set::Reset { name })) => name,
        _ => return false,
    };
    ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"].contains(&name.as_str())
}

/// What the plan itself takes care of, or what is no danger.
pub(super) fn is_settled(finding: &Finding, draft: Option<&Draft>) -> bool {
    let by_plan = |ids: &[&str]| ids.contains(&finding.hazard.id);
    finding.severity == Severity::Note
        // Each step has the timeout that it needs.
        || by_plan(&["missing_lock_timeout"])
        || draft.is_some_and(|it| it.settles.contains(&finding.hazard.id))
        || draft.is_some_and(|it| match &it.action {
            Action::Backfill(_) => by_plan(&["unbatched_update", "deletes_every_row"]),
            // Locked for a moment, and the application has moved on before it.
            Action::Run(all) => {
                all.len() == 1 && by_plan(&["foreign_key_drop_locks_parent"])
                    || it.needs.is_some() && by_plan(&["drop_breaks_application", "rename_breaks_application"])
            }
        })
}

/// It alone locks several tables that others use against writes: each should be a transaction of its own.
pub(super) fn locks_several(step: &Step, trace: &Trace) -> bool {
    let hot = step.locks.iter().filter(|it| {
        matches!(it.kind, 'r' | 'p')
            && it.mode.blocks_writes()
            && !it.new
            && it.toast.is_none()
            && !trace.is_made_by_plan(it.relation)
            && !is_empty(step, it.relation)
    });
    let mut hot: Vec<RelationId> = hot.map(|it| it.relation).collect();
    hot.sort_unstable();
    hot.dedup();
    // Parts of one hierarchy are locked together in any case.
    let family =
        |a: RelationId, b: RelationId| step.before.ancestors(a).contains(&b) || step.before.ancestors(b).contains(&a);
    hot.first().is_some_and(|first| hot.iter().skip(1).any(|it| !family(*first, *it)))
}
