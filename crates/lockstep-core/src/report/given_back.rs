//! Ways back that somebody wrote, each with what was found out about it and what should stand there instead.

use serde::{Deserialize, Serialize};

use crate::effect::Precondition;
use crate::report::{rollback_script, trace, wire};
use crate::rollback::given::{Check, Kind, Refusal, Verdict, check};
use crate::simulate::trace::{GivenBack, Trace};

/// The answer of `rollback --check`, format `lockstep-rollback-check/1`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RollbackCheck {
    pub format: String,
    pub postgres: u8,
    pub runner: String,
    pub ways_back: Vec<GivenWayBack>,
    /// Files for which nobody wrote one.
    pub without: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GivenWayBack {
    /// The migration that it undoes.
    pub file: String,
    /// The file that it stands in.
    pub name: String,
    /// `restores`, `column_order`, `empty`, `unknown`, `loses_more`, `fails_on_filled_table`, `another_schema` or
    /// `fails`: its worst trait.
    pub verdict: String,
    /// Whether it should be mended.
    pub wrong: bool,
    pub differences: Vec<SchemaDifference>,
    /// Tables whose columns are there again in another order.
    pub reordered: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failure: Option<RefusedStep>,
    /// What fails as soon as a table holds a row.
    pub on_filled_tables: Vec<RefusedStep>,
    /// What rows decide otherwise.
    pub preconditions: Vec<StepPrecondition>,
    /// Why steps may fail that otherwise do what they should, one sentence each.
    pub doubts: Vec<String>,
    pub losses: Vec<String>,
    /// Why something is not known, one sentence each.
    pub unknown: Vec<String>,
    /// The way back that the schemas themselves give, where this one is wrong, empty or in another order.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub corrected: Option<wire::Rollback>,
}

/// From the schema before the migration to that after the way back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SchemaDifference {
    /// `missing`, `left_behind` or `differs`.
    pub kind: String,
    pub object: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedStep {
    /// 1-based, within the way back.
    pub step: usize,
    pub command: String,
    pub sqlstate: String,
    pub message: String,
    /// The statement as written.
    pub sql: String,
    /// Its first line, in the file that it stands in.
    pub line: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepPrecondition {
    pub step: usize,
    pub query: String,
    pub expected: String,
    pub sqlstate: String,
}

/// Checks every way back that the request gives for its files.
pub fn check_rollback(request: &wire::Request) -> RollbackCheck {
    let trace = trace(request);
    let ways_back: Vec<GivenWayBack> = trace.given_back.iter().map(|it| given(&trace, it)).collect();
    let sources = trace.plan.sources.iter().enumerate();
    let without = sources.filter(|(at, _)| !trace.given_back.iter().any(|it| it.source == *at));
    RollbackCheck {
        format: "lockstep-rollback-check/1".into(),
        postgres: trace.version.major(),
        runner: trace.plan.runner.id.into(),
        without: without.map(|(_, source)| source.name.to_string()).collect(),
        ways_back,
    }
}

fn given(trace: &Trace, back: &GivenBack) -> GivenWayBack {
    let found = check(back);
    let verdict = found.verdict();
    let mends = verdict.is_wrong() || matches!(verdict, Verdict::Empty | Verdict::ColumnOrder);
    let refused = |it: &Refusal| refused(back, it);
    let Check { differences, reordered, failure, on_filled_tables, on_some_rows, doubts, losses, unknown, .. } = found;
    GivenWayBack {
        file: trace.plan.sources[back.source].name.to_string(),
        name: back.trace.plan.sources.first().map(|it| it.name.to_string()).unwrap_or_default(),
        verdict: verdict.word().into(),
        wrong: verdict.is_wrong(),
        differences: differences
            .into_iter()
            .map(|it| SchemaDifference { kind: kind(it.kind).into(), object: it.object, text: it.text })
            .collect(),
        reordered,
        failure: failure.as_ref().map(refused),
        on_filled_tables: on_filled_tables.iter().map(refused).collect(),
        preconditions: on_some_rows.into_iter().map(|(step, it)| precondition(step, it)).collect(),
        doubts,
        losses,
        unknown,
        corrected: mends.then(|| rollback_script::rollback(&back.forward(trace), None)),
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Missing => "missing",
        Kind::LeftBehind => "left_behind",
        Kind::Differs => "differs",
    }
}

fn refused(back: &GivenBack, refusal: &Refusal) -> RefusedStep {
    let step = back.trace.step(refusal.step);
    let line = step.map(|step| {
        let text = &step.source(&back.trace).text;
        1 + text[..step.span.start as usize].matches('\n').count()
    });
    RefusedStep {
        step: refusal.step,
        command: refusal.command.clone(),
        sqlstate: refusal.sqlstate.clone(),
        message: refusal.message.clone(),
        sql: step.map(|it| it.text.to_string()).unwrap_or_default(),
        line: line.unwrap_or(1),
    }
}

fn precondition(step: usize, it: Precondition) -> StepPrecondition {
    StepPrecondition { step, query: it.query, expected: it.expected, sqlstate: it.sqlstate_otherwise.to_string() }
}
