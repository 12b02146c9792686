#![doc = include_str!("missing_lock_timeout.md")]

use crate::diagnostic::Severity;
use crate::effect::Lock;
use crate::hazard::exposure::{is_empty, runs};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::session::milliseconds;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "missing_lock_timeout",
    severity: Severity::Warning,
    page: include_str!("missing_lock_timeout.md"),
    recipe: None,
    concerns: Concerns::LOCKS,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(lock) = unbounded_lock(step, trace) else { return vec![] };
    // One finding says it for the file, and for the transaction.
    let earlier = trace.steps.iter().rev().skip_while(|it| it.index >= step.index);
    let told = earlier
        .take_while(|it| it.source == step.source || it.transaction == step.transaction)
        .any(|it| unbounded_lock(it, trace).is_some() && trace.plan.ignore_of(it.source, it.span, HAZARD.id).is_none());
    if told {
        return vec![];
    }
    let limit = match step.session.setting("lock_timeout").map(|it| (it, milliseconds(it))) {
        None => "lock_timeout is not set".to_owned(),
        Some((_, Some(0.0))) => "lock_timeout is 0, which means forever".to_owned(),
        Some((value, _)) => format!("lock_timeout is {value}"),
    };
    let (mode, name) = (lock.mode, &lock.name);
    let who = if mode.blocks_reads() { "every new query on it" } else { "every new write to it" };
    let message = format!(
        "{} may wait long for its {mode} lock on {name} ({limit}), and {who} queues behind it.",
        step.command
    );
    vec![Finding::new(&HAZARD, message).about(name)]
}

/// The strongest lock that others wait for and that this step may itself wait long for.
fn unbounded_lock<'a>(step: &'a Step, trace: &Trace) -> Option<&'a Lock> {
    if !runs(step) || is_bounded(step, trace.plan.config.thresholds.lock_timeout_ms) {
        return None;
    }
    // A concurrent command asks for such a lock only when it has waited for everybody else.
    if !step.waits.is_empty() {
        return None;
    }
    // Held already in a mode as strong: granted at once.
    let waits = |lock: &Lock| !step.held.iter().any(|it| it.relation == lock.relation && it.mode >= lock.mode);
    let of_others = step.locks.iter().filter(|it| {
        it.mode.blocks_writes() && !it.new && !trace.is_made_by_plan(it.relation) && waits(it) && !is_empty(step, it.relation)
    });
    let tables_first = |it: &&Lock| (it.mode, it.kind != 'i');
    // The first of the strongest: `max_by_key` would yield the last.
    of_others.rev().max_by_key(tables_first)
}

/// A longer wait is a stall that users notice. `statement_timeout` counts the wait for locks as well.
fn is_bounded(step: &Step, longest_ms: f64) -> bool {
    ["lock_timeout", "statement_timeout"].into_iter().any(|name| {
        let value = step.session.setting(name).and_then(milliseconds);
        value.is_some_and(|it| it > 0.0 && it <= longest_ms)
    })
}
