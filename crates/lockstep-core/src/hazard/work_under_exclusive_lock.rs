#![doc = include_str!("work_under_exclusive_lock.md")]

use crate::diagnostic::Severity;
use crate::effect::WorkKind;
use crate::hazard::exposure::{is_empty, runs};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "work_under_exclusive_lock",
    severity: Severity::Error,
    page: include_str!("work_under_exclusive_lock.md"),
    recipe: None,
    concerns: Concerns::WORK,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    // What an `ALTER TABLE` reads or writes under its own lock has pages of its own.
    let writes = step.work.iter().find(|it| it.kind == WorkKind::WriteRows && !trace.is_made_by_plan(it.relation));
    let Some(work) = writes.filter(|it| runs(step) && !is_empty(step, it.relation)) else { return vec![] };
    let mut kept = step.held.iter().filter(|it| {
        let of_others = !it.new && it.toast.is_none() && matches!(it.kind, 'r' | 'p' | 'v' | 'm');
        of_others && it.mode.blocks_writes() && !trace.is_made_by_plan(it.relation) && !is_empty(step, it.relation)
    });
    let Some(held) = kept.next() else { return vec![] };
    let who = if held.mode.blocks_reads() { "Reads and writes" } else { "Writes" };
    let message = format!(
        "{who} of {} wait until rows of {} are written: step {} of the same transaction took the {} lock, and it stays in \
         force until the end.",
        held.name, work.name, held.since, held.mode
    );
    vec![Finding::new(&HAZARD, message).about(&held.name)]
}
