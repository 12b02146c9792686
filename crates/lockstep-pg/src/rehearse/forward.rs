//! The way up: the trace's steps, in the trace's transactions, each observed and compared.

use std::sync::atomic::AtomicBool;

use lockstep_core::report::wire;

use crate::error::Result;
use crate::observe::{Observation, Observer, Place, Seen, first_word, has_word};
use crate::rehearse::report::{Aspects, Measured, Predicted, Step, Transaction, Verdict};
use crate::rehearse::{Interruption, compare, stop_if};
use crate::session::Failure;

pub(super) struct Rules<'a> {
    pub(super) makes_roles: bool,
    /// Whether the server's messages are in English.
    pub(super) understood: bool,
    pub(super) interrupted: &'a AtomicBool,
}

pub(super) struct Up {
    pub(super) steps: Vec<Step>,
    pub(super) transactions: Vec<Transaction>,
    pub(super) notes: Vec<String>,
    /// The last step up to which all went as predicted and is committed; 0 where nothing is.
    pub(super) settled: usize,
    /// All steps went as predicted.
    pub(super) complete: bool,
}

/// Stops where the server goes another way than the trace: what is predicted after that assumes
/// something else.
pub(super) fn run(
    trace: &wire::Trace,
    observer: &mut Observer,
    rules: &Rules<'_>,
) -> std::result::Result<Up, Interruption> {
    let mut up = Up { steps: vec![], transactions: vec![], notes: vec![], settled: 0, complete: true };
    for transaction in &trace.transactions {
        let steps = &trace.steps[transaction.first - 1..transaction.last];
        run_transaction(transaction, steps, observer, rules, &mut up)?;
        if up.complete {
            up.settled = transaction.last;
        }
    }
    Ok(up)
}

fn run_transaction(
    transaction: &wire::Transaction,
    steps: &[wire::Step],
    observer: &mut Observer,
    rules: &Rules<'_>,
    up: &mut Up,
) -> std::result::Result<(), Interruption> {
    let opened_by_runner = transaction.kind == "runner" && steps.iter().any(|it| it.outcome != "skipped");
    let reached = up.complete;
    if opened_by_runner && reached {
        observer.session.client().batch_execute("BEGIN")?;
    }
    let place = if transaction.kind == "single" { Place::Alone } else { Place::InTransaction };
    let mut failed = false;
    for predicted in steps {
        stop_if(rules.interrupted)?;
        let predicted = &without_toast(predicted);
        let measured = if !up.complete {
            Err(not_run("not_reached", "the prediction assumes another outcome of an earlier step"))
        } else if predicted.outcome == "skipped" {
            Err(not_run("skipped", predicted.message.as_deref().unwrap_or("the runner stopped before it")))
        } else if let Some(why) = cannot_run(&predicted.sql) {
            Err(not_run("skipped", why))
        } else {
            Ok(observer.run(&predicted.sql, place, &predicted.waits_for)?)
        };
        let (measured, agreement) = match measured {
            Err(measured) => {
                let why = Verdict::not_measured(measured.message.clone().unwrap_or_default());
                (measured, Aspects { outcome: why.clone(), locks: why.clone(), work: why, ..Aspects::default() })
            }
            Ok(observation) => {
                stop_if(rules.interrupted)?;
                let agreement = compare::step(predicted, &observation, rules.understood);
                failed |= observation.outcome.is_err();
                if observation.outcome.is_err() != (predicted.outcome == "failed") {
                    if let Some(role) = observation.outcome.as_ref().err().and_then(missing_role)
                        && rules.makes_roles
                    {
                        return Err(Interruption::MissingRole(role));
                    }
                    up.complete = false;
                    let rest = "the steps after it assume otherwise and did not run";
                    up.notes.push(match &*predicted.outcome {
                        "depends_on_data" => {
                            format!("step {} fails on the rows that are there; {rest}", predicted.index)
                        }
                        "unknown" => format!("step {} fails, which was not predicted; {rest}", predicted.index),
                        _ => format!("step {} went another way than predicted; {rest}", predicted.index),
                    });
                }
                (measured_from(observation), agreement)
            }
        };
        up.steps.push(step(predicted, measured, agreement));
    }
    let (measured, agreement) = match (reached, &*transaction.kind) {
        (false, _) => ("not_reached".to_owned(), Verdict::not_measured("an earlier step had another outcome")),
        (true, "runner") if opened_by_runner => end_for_runner(transaction, steps, observer, failed, up)?,
        (true, "explicit") if !up.complete || transaction.end == "open" => {
            // Inside a transaction it ends it; outside it warns.
            observer.session.client().batch_execute("ROLLBACK")?;
            let why = "the text ends inside the transaction, or an earlier step had another outcome";
            ("rollback".to_owned(), Verdict::not_measured(why))
        }
        // Its steps end it themselves, and their outcomes are compared.
        (true, _) => (if failed { "rollback" } else { &*transaction.end }.to_owned(), Verdict::agrees()),
    };
    if transaction.kind == "runner" || transaction.kind == "explicit" {
        up.transactions.push(Transaction {
            index: transaction.index,
            kind: transaction.kind.to_string(),
            first: transaction.first,
            last: transaction.last,
            predicted: transaction.end.to_string(),
            measured,
            agreement,
        });
    }
    Ok(())
}

/// TOAST belongs to its table and is not watched. No printed name has parentheses outside of quotes.
fn without_toast(step: &wire::Step) -> wire::Step {
    let mut step = step.clone();
    step.locks.retain(|it| !it.toast);
    step
}

/// COMMIT or ROLLBACK, as the tool would. Deferred constraints are checked here.
fn end_for_runner(
    transaction: &wire::Transaction,
    steps: &[wire::Step],
    observer: &mut Observer,
    failed: bool,
    up: &mut Up,
) -> Result<(String, Verdict)> {
    if failed {
        observer.session.client().batch_execute("ROLLBACK")?;
        let agrees = transaction.end == "rollback" || !up.complete;
        let verdict = match agrees {
            true => Verdict::agrees(),
            false => Verdict::contradicts(format!("predicted {}, measured rollback", transaction.end)),
        };
        return Ok(("rollback".into(), verdict));
    }
    match observer.session.quietly("COMMIT") {
        Ok(()) if transaction.end == "commit" || !up.complete => Ok(("commit".into(), Verdict::agrees())),
        Ok(()) => {
            Ok(("commit".into(), Verdict::contradicts(format!("predicted {}, measured commit", transaction.end))))
        }
        Err(failure) => {
            up.complete = false;
            up.notes.push(format!("transaction {} fails when it commits; the rest did not run", transaction.index));
            let foreseen = steps.iter().flat_map(|it| &it.preconditions).any(|it| it.sqlstate == failure.sqlstate);
            let verdict = match foreseen {
                true => Verdict::agrees(),
                false => Verdict::contradicts(format!(
                    "predicted commit, measured failed {}: {}",
                    failure.sqlstate, failure.message
                )),
            };
            Ok(("rollback".into(), verdict))
        }
    }
}

/// Why a statement is left out: the rows that it reads are no part of it.
pub(super) fn cannot_run(sql: &str) -> Option<&'static str> {
    let copies = first_word(sql) == "COPY";
    if copies && has_word(sql, "stdin") {
        return Some("COPY FROM stdin is not rehearsed: its rows are left out");
    }
    if copies && has_word(sql, "stdout") {
        return Some("COPY TO stdout is not rehearsed: it changes nothing");
    }
    sql.trim_start().starts_with('\\').then_some("a command of psql's own is not rehearsed")
}

/// The role that a statement lacks, by the server's message: `role "app" does not exist`.
pub(super) fn missing_role(failure: &Failure) -> Option<String> {
    let role = failure.message.strip_prefix("role \"")?.strip_suffix("\" does not exist")?;
    (failure.sqlstate == "42704").then(|| role.to_owned())
}

fn not_run(outcome: &str, why: &str) -> Measured {
    Measured {
        outcome: outcome.into(),
        sqlstate: None,
        message: Some(why.into()),
        detail: None,
        hint: None,
        notices: vec![],
        locks: vec![],
        seen: Seen::Not,
        work: vec![],
        new_files: vec![],
        waited: None,
        ms: 0.0,
    }
}

fn measured_from(it: Observation) -> Measured {
    let failure = it.outcome.err();
    Measured {
        outcome: if failure.is_some() { "failed" } else { "done" }.into(),
        sqlstate: failure.as_ref().map(|it| it.sqlstate.clone()),
        message: failure.as_ref().map(|it| it.message.clone()),
        detail: failure.as_ref().and_then(|it| it.detail.clone()),
        hint: failure.and_then(|it| it.hint),
        notices: it.messages.iter().map(|it| format!("{}: {}", it.severity, it.text)).collect(),
        locks: it.locks,
        seen: it.seen,
        work: it.work,
        new_files: it.new_files,
        waited: it.waited,
        ms: (it.time.as_secs_f64() * 100_000.0).round() / 100.0,
    }
}

fn step(predicted: &wire::Step, measured: Measured, agreement: Aspects) -> Step {
    Step {
        index: predicted.index,
        file: predicted.file.clone(),
        line: predicted.line,
        sql: predicted.sql.clone(),
        command: predicted.command.to_string(),
        transaction: predicted.transaction,
        predicted: Predicted {
            outcome: predicted.outcome.to_string(),
            sqlstate: predicted.sqlstate.clone(),
            message: predicted.message.clone(),
            preconditions: predicted.preconditions.clone(),
            locks: predicted.locks.clone(),
            waits_for: predicted.waits_for.clone(),
            work: predicted.work.clone(),
        },
        measured,
        agreement,
    }
}
