//! The report of a failed migration: what failed, what state it left, and SQL that tells more or mends it.
//! A prediction, or what a server said of a step that the trace knows.

pub mod markdown;

mod advice;
mod rows;
mod subject;

use serde::{Deserialize, Serialize};

use crate::report::failure::subject::Subject;
use crate::report::{trace, wire, words};
use crate::simulate::trace::{Outcome, Step, Trace, TransactionKind};

/// What is known of a failure from elsewhere; all of it may be missing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Given {
    /// How the team calls the task; else the file's name.
    pub task_id: Option<String>,
    /// 1-based; else the first that is sure to fail.
    pub step: Option<usize>,
    pub sqlstate: Option<String>,
    /// The server's message.
    pub message: Option<String>,
}

/// A failure in the form in which tasks are reported. Every item of `resolution` is SQL that runs as it is, with a
/// comment that says what for; where several items are ways to do the same, the comment says `or`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    pub task_id: String,
    pub status: String,
    pub summary: String,
    pub files_changed: Vec<String>,
    pub test_results: String,
    pub blockers: Vec<String>,
    pub sqlstate: String,
    pub step: usize,
    pub state: String,
    pub resolution: Vec<String>,
}

/// Why there is nothing to report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nothing {
    /// No step is sure to fail, and none is named; the first that may.
    NoFailure(Option<usize>),
    /// The migration has only so many steps.
    NoStep(usize),
    /// The step is not said to fail, and no SQLSTATE is given.
    NoSqlState,
}

/// Reports the first failure of the request's migration, or the one that is given.
pub fn failure(request: &wire::Request, given: &Given) -> Result<Failure, Nothing> {
    of_trace(&trace(request), given)
}

pub(super) fn of_trace(trace: &Trace, given: &Given) -> Result<Failure, Nothing> {
    let step = match given.step {
        Some(index) => trace.step(index).ok_or(Nothing::NoStep(trace.steps.len()))?,
        None => failing(trace, given.sqlstate.as_deref()).ok_or_else(|| Nothing::NoFailure(doubtful(trace)))?,
    };
    let error = match &step.outcome {
        Outcome::Failed(error) => Some(error),
        _ => None,
    };
    let doubts = match &step.outcome {
        Outcome::DependsOnData(preconditions) => preconditions.as_slice(),
        _ => &[],
    };
    let predicted = error.map(|it| it.sqlstate.to_string());
    let predicted = predicted.or_else(|| Some(doubts.first()?.sqlstate_otherwise.to_string()));
    let sqlstate = given.sqlstate.clone().or(predicted).ok_or(Nothing::NoSqlState)?;
    let error = error.filter(|it| it.sqlstate.0 == sqlstate);
    let message = given.message.clone().or_else(|| Some(error?.message.clone())).unwrap_or_default();
    let subject = Subject::new(trace, step, sqlstate, message);
    let condition = words::condition(&subject.sqlstate).unwrap_or("failure");
    let what = if step.command.is_empty() { "statement" } else { &step.command };
    let because = if subject.message.is_empty() { String::new() } else { format!(": {}", subject.message) };
    let place = format!("{}:{}", step.source(trace).name, line(step, trace));
    Ok(Failure {
        task_id: given.task_id.clone().unwrap_or_else(|| task(&step.source(trace).name)),
        status: "failed".into(),
        summary: format!("Failed: {condition} ({}) in {what}{because}", subject.sqlstate),
        files_changed: vec![],
        test_results: format!("Migration up: FAILED at step {} of {}, {what} ({place})", step.index, trace.steps.len()),
        blockers: blockers(&subject, error.and_then(|it| it.detail.as_deref())),
        step: step.index,
        state: state(step, trace),
        resolution: advice::resolution(&subject),
        sqlstate: subject.sqlstate,
    })
}

/// The first that fails, with that SQLSTATE where one is given; without a failure the first that may.
fn failing<'a>(trace: &'a Trace, sqlstate: Option<&str>) -> Option<&'a Step> {
    let fits = |code: &str| sqlstate.is_none_or(|it| it == code);
    let fails = |it: &&Step| matches!(&it.outcome, Outcome::Failed(error) if fits(error.sqlstate.0));
    let may_fail = |it: &&Step| match &it.outcome {
        Outcome::DependsOnData(all) => all.iter().any(|it| Some(it.sqlstate_otherwise.0) == sqlstate),
        _ => false,
    };
    trace.steps.iter().find(fails).or_else(|| trace.steps.iter().find(may_fail))
}

fn doubtful(trace: &Trace) -> Option<usize> {
    trace.steps.iter().find(|it| matches!(it.outcome, Outcome::DependsOnData(_))).map(|it| it.index)
}

fn line(step: &Step, trace: &Trace) -> usize {
    let text = &step.source(trace).text;
    1 + text.get(..step.span.start as usize).map_or(0, |it| it.matches('\n').count())
}

/// A file's name without its folder and ending.
fn task(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.split('.').next().filter(|it| !it.is_empty()).unwrap_or(name).to_owned()
}

fn blockers(subject: &Subject, detail: Option<&str>) -> Vec<String> {
    let mut found: Vec<String> = vec![];
    let said = match (subject.message.as_str(), words::condition(&subject.sqlstate)) {
        ("", condition) => condition.unwrap_or_default(),
        (message, _) => message,
    };
    found.push(format!("{} {said}", subject.sqlstate).trim_end().to_owned());
    found.extend(detail.map(str::to_owned));
    for it in subject.questions().iter().take(rows::MOST) {
        found.push(format!("must answer {}: {}", it.expected, it.query));
    }
    found
}

/// What of the migration is in force once the error is over.
fn state(step: &Step, trace: &Trace) -> String {
    let transaction = trace.transaction_of(step);
    let first = transaction.filter(|it| it.kind != TransactionKind::Single).map_or(step.index, |it| it.first);
    let back = match first - 1 {
        0 => "rolled back to the start".to_owned(),
        kept => format!("rolled back to step {kept}"),
    };
    let remains = if step.waits.is_empty() {
        ""
    } else {
        "; what the statement had committed on its way stays, such as an index that is not valid"
    };
    let later = trace.steps.iter().any(|it| it.index > step.index && it.transaction != step.transaction);
    let goes_on = if later && trace.plan.runner.goes_on {
        format!("; {} goes on with what follows", trace.plan.runner.id)
    } else {
        String::new()
    };
    format!("{back}{remains}{goes_on}")
}
