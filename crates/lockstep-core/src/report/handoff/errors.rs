//! Errors that this change can end in, and what to do then: those that the trace names, and those of the settings that
//! are in force while its steps wait.

use crate::report::handoff::wire::Scenario;
use crate::report::validation::wire::{Expectation, Validation};
use crate::session::milliseconds;
use crate::simulate::trace::{Outcome, Step, Trace};

pub(super) fn scenarios(trace: &Trace, validation: &Validation) -> Vec<Scenario> {
    let mut found: Vec<Scenario> = vec![];
    for step in &trace.steps {
        match &step.outcome {
            Outcome::Failed(error) => {
                let more = error.hint.as_deref().or(error.detail.as_deref());
                let more = more.map(|it| format!(". {}", it.trim_end_matches('.'))).unwrap_or_default();
                let when = format!("Step {} is sure to fail: {}{more}", step.index, error.message);
                add(&mut found, &error.sqlstate.to_string(), step.index, when, None);
            }
            Outcome::DependsOnData(conditions) => {
                for condition in conditions {
                    let state = condition.sqlstate_otherwise.to_string();
                    if !is_told(validation, step.index, &state) {
                        continue;
                    }
                    let query = query(validation, step.index, &state);
                    add(&mut found, &state, step.index, when(&state, step), query);
                }
            }
            _ => {}
        }
    }
    for step in &trace.steps {
        if limit(step, "lock_timeout") && waits(step) {
            let when = "The step waits for a lock longer than lock_timeout".to_owned();
            add(&mut found, "55P03", step.index, when, None);
        }
        if limit(step, "statement_timeout") && (waits(step) || !step.work.is_empty()) {
            let when = "The step, its wait for locks included, takes longer than statement_timeout".to_owned();
            add(&mut found, "57014", step.index, when, None);
        }
        if can_deadlock(step, trace) {
            let when = "The transaction keeps a lock on one table while it waits for another, and a query does it the other \
                        way round";
            add(&mut found, "40P01", step.index, when.into(), None);
        }
    }
    found
}

fn add(found: &mut Vec<Scenario>, state: &str, step: usize, when: String, query: Option<String>) {
    // Values that a type does not take end in one error or another.
    let is_same = |it: &&mut Scenario| {
        let of_values = query.is_some() && it.query == query && state.starts_with("22");
        it.sqlstates.iter().any(|it| it == state || of_values && it.starts_with("22"))
    };
    if let Some(known) = found.iter_mut().find(is_same) {
        if !known.sqlstates.iter().any(|it| it == state) {
            known.sqlstates.push(state.into());
        }
        if !known.steps.contains(&step) {
            known.steps.push(step);
        }
        known.query = known.query.take().or(query);
        return;
    }
    found.push(Scenario {
        sqlstates: vec![state.into()],
        when,
        steps: vec![step],
        resolution: resolution(state).iter().map(|it| (*it).into()).collect(),
        query,
    });
}

/// The validation query of that step and state that counts.
fn query(validation: &Validation, step: usize, state: &str) -> Option<String> {
    let asks = validation.checks.iter().filter(|it| it.step == Some(step) && it.expectation == Expectation::Equals);
    let mut asks = asks.filter(|it| it.sqlstates.iter().any(|it| it == state) && it.setup.is_empty());
    asks.next().map(|it| it.query.clone())
}

/// The questions of a step leave out errors that its types do not raise.
fn is_told(validation: &Validation, step: usize, state: &str) -> bool {
    validation.checks.iter().any(|it| it.step == Some(step) && it.sqlstates.iter().any(|it| it == state))
}

fn when(state: &str, step: &Step) -> String {
    let what = match state {
        "23502" => "rows hold a null where none is allowed",
        "23503" => "rows refer to a row that is not there",
        "23505" => "values stand more than once",
        "23514" => "rows break a check",
        "23P01" => "rows exclude each other",
        "22001" => "values are too long",
        "22003" => "numbers do not fit",
        "22P02" | "22007" | "22008" => "values cannot be read as the new type",
        "22012" => "an expression divides by zero",
        _ => "the rows are otherwise",
    };
    format!("Where {what}, {} of step {} fails", step.command, step.index)
}

fn limit(step: &Step, name: &str) -> bool {
    step.session.setting(name).and_then(milliseconds).is_some_and(|it| it > 0.0)
}

/// Somebody else may hold a lock that it waits for.
fn waits(step: &Step) -> bool {
    step.locks.iter().any(|it| !it.private && it.mode.blocks_writes())
}

fn can_deadlock(step: &Step, trace: &Trace) -> bool {
    let strong = |it: crate::effect::RelationId, kind: char| matches!(kind, 'r' | 'p') && !trace.is_made_by_plan(it);
    let own =
        step.locks.iter().find(|it| strong(it.relation, it.kind) && it.mode.blocks_writes() && it.toast.is_none());
    let Some(own) = own else { return false };
    step.held.iter().any(|it| it.relation != own.relation && strong(it.relation, it.kind) && it.mode.blocks_writes())
}

fn resolution(state: &str) -> &'static [&'static str] {
    match state {
        "23502" => &[
            "Count the rows with the validation query.",
            "Fill them in batches, and see that the application writes the column from now on.",
            "Run the step again.",
        ],
        "23503" => &[
            "Find the rows with the validation query.",
            "Delete them, point them elsewhere, or add what they refer to: that is the owner's decision.",
            "Add the key NOT VALID first, so that no new ones come, and VALIDATE it when none is left.",
        ],
        "23505" => &[
            "Find the keys with the validation query.",
            "Decide which row stays; move what refers to the others before deleting them.",
            "Drop the invalid index that CREATE INDEX CONCURRENTLY left, where it was one, and run the step again.",
        ],
        "23514" | "23P01" => &[
            "Find the rows with the validation query.",
            "Correct them, or the constraint.",
            "Add a check NOT VALID first, so that no new ones come, and VALIDATE it when none is left.",
        ],
        "22P02" | "22007" | "22008" | "22003" | "22001" | "22012" => &[
            "Count the values with the validation query.",
            "Correct them, or convert them by an expression of your own (USING).",
            "Where they have to stay, add a column of the new type beside the old one.",
        ],
        "42804" => &[
            "No cast does it by itself: write the conversion, USING column::type.",
            "Ask before which values it refuses, with the validation query.",
        ],
        "55P03" => &[
            "Nothing has changed: run the step again, after a pause that grows.",
            "Look for who holds the lock: pg_blocking_pids, pg_stat_activity (a long transaction, an idle one).",
        ],
        "57014" => &[
            "The step is undone. CREATE INDEX CONCURRENTLY leaves an invalid index: drop it.",
            "Set statement_timeout higher for this step alone, or do the work in smaller parts.",
        ],
        "40P01" => &[
            "The transaction is undone: run it again.",
            "Lock one table a transaction, or in the order in which the application does.",
        ],
        "42P01" | "42703" | "42704" => &[
            "The statement names what is not there at its turn: mend the name, or make it in a step before.",
            "Where the database has it, the starting schema is not that of the database: take a new dump, and simulate again.",
        ],
        "2BP01" => &["Drop or change first what depends on it, and make that anew afterwards where it is needed."],
        "42701" | "42P07" | "42710" => &["It is there already: see that it is the same, and go on from the next step."],
        _ => &["Go back as far as the way back says, mend the migration, and run it again."],
    }
}
