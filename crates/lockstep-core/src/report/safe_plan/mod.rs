//! The safe plan for people and machines: stages with what the application does between them.

mod markdown;
mod script;
#[cfg(test)]
mod tests;
pub mod wire;

use crate::pg::version::PgVersion;
use crate::report::wire::RollbackStatement;
use crate::report::wire::{Held, Precondition};
use crate::rewrite::draft::{Action, Phase};
use crate::rewrite::{PlannedStep, Proof, SafePlan, Verdict, VerdictKind, safe_plan, undo};
use crate::rollback::{Grade, Place, WayBack};
use crate::simulate::trace::{Outcome, Step, Trace};
use crate::syntax::statement::Statement;

pub use markdown::markdown;
pub use script::stage_script;

/// The plan of a trace, whole: its script is in it.
pub fn plan(trace: &Trace) -> wire::SafePlan {
    of_planned(trace, safe_plan(trace))
}

/// One that is made already.
pub(super) fn of_planned(trace: &Trace, plan: SafePlan) -> wire::SafePlan {
    let files = trace.plan.sources.iter().map(|it| it.name.to_string()).collect();
    let undone = undone(trace, &plan);
    let mut plan = view(plan, trace.version, files);
    plan.stages.iter_mut().zip(undone).for_each(|(stage, way)| stage.rollback = way);
    plan.sql = script::script(&plan);
    plan
}

/// The way back from each stage, in their order.
fn undone(trace: &Trace, plan: &SafePlan) -> Vec<Option<wire::Rollback>> {
    let stages = plan.steps.chunk_by(|a, b| a.draft.phase == b.draft.phase);
    let mut first = 1;
    stages
        .map(|steps| {
            let way = undo(trace, steps, first);
            first += steps.len();
            way.map(back)
        })
        .collect()
}

fn back(way: WayBack) -> wire::Rollback {
    let statement = |it: &crate::rollback::Action| RollbackStatement {
        sql: it.sql.clone(),
        outside_transaction: it.place != Place::Inside,
    };
    // Half a way would lead somewhere else.
    let ordered: &[Place] = match way.grade() {
        Grade::Impossible => &[],
        _ => &[Place::Before, Place::Inside, Place::After],
    };
    let actions = ordered.iter().flat_map(|place| way.actions.iter().filter(move |it| it.place == *place));
    wire::Rollback {
        grade: way.grade().word().into(),
        statements: actions.map(statement).collect(),
        unfinished: way.unfinished,
        stays: way.stays,
        lost: way.lost,
        impossible: way.impossible,
    }
}

fn view(plan: SafePlan, version: PgVersion, files: Vec<String>) -> wire::SafePlan {
    let mut stages: Vec<wire::Stage> = vec![];
    let mut phase: Option<Phase> = None;
    for (at, step) in plan.steps.iter().enumerate() {
        if phase != Some(step.draft.phase) {
            phase = Some(step.draft.phase);
            let word = step.draft.phase.word().to_owned();
            stages.push(wire::Stage {
                index: stages.len() + 1,
                phase: word,
                deploy: vec![],
                steps: vec![],
                rollback: None,
            });
        }
        let Some(stage) = stages.last_mut() else { continue };
        if let Some(needs) = &step.draft.needs
            && !stage.deploy.contains(needs)
        {
            stage.deploy.push(needs.clone());
        }
        stage.steps.push(planned(step, at + 1));
    }
    let (proof, objects) = match plan.proof {
        Proof::Same => ("same", vec![]),
        Proof::OrderDiffers(tables) => ("order_differs", tables),
        Proof::Differs(objects) => ("differs", objects),
    };
    wire::SafePlan {
        format: "lockstep-plan/1".into(),
        postgres: version.major(),
        files,
        stages,
        statements: plan.verdicts.iter().map(verdict).collect(),
        end: wire::End { schema: proof.into(), objects },
        stopped: plan.stopped,
        sql: String::new(),
    }
}

fn verdict(verdict: &Verdict) -> wire::Statement {
    let kind = match verdict.kind {
        VerdictKind::Kept => "kept",
        VerdictKind::Replaced => "replaced",
        VerdictKind::Unsolved => "unsolved",
        VerdictKind::LeftOut => "left_out",
    };
    wire::Statement {
        step: verdict.step,
        verdict: kind.into(),
        why: verdict.why.clone(),
        recipes: verdict.recipes.iter().map(|it| (*it).to_owned()).collect(),
    }
}

/// What makes an application wait no longer than it can bear: a lock is asked for that long, and again after a pause
/// that is at least ten times as long (measured: a longer one, or one asked for more often, is itself the stall).
const PATIENCE: wire::Patience = wire::Patience { lock_timeout_ms: 50, pause_low_ms: 500, pause_high_ms: 1_000 };

fn planned(step: &PlannedStep, index: usize) -> wire::Step {
    let (kind, statements, backfill) = match &step.draft.action {
        Action::Run(all) if all.len() == 1 => ("statement", all.clone(), None),
        Action::Run(all) => ("transaction", all.clone(), None),
        Action::Backfill(it) => {
            let view = wire::Backfill {
                table: it.table.to_string(),
                bounds: it.bounds_query(),
                batch: it.statement(Some(&it.range("$1::bigint", "$2::bigint"))),
                stride: it.stride(),
                vacuum: it.vacuum(),
                until_nothing_is_left: it.walk == crate::rewrite::backfill::Walk::Pages,
            };
            ("backfill", vec![it.block()], Some(view))
        }
    };
    let locks: Vec<_> = step.steps.iter().flat_map(Step::strongest_locks).filter(|it| it.toast.is_none()).collect();
    let blocks = locks.iter().any(|it| !it.private && it.mode.blocks_writes());
    let mut seen: Vec<Held> = vec![];
    for lock in &locks {
        let view = Held {
            relation: lock.relation_name(),
            kind: crate::schema::form::letter(lock.kind),
            mode: lock.mode.pg_locks_name().into(),
            since: index,
            blocks_reads: lock.mode.blocks_reads(),
            blocks_writes: lock.mode.blocks_writes(),
        };
        if !lock.private && !seen.contains(&view) {
            seen.push(view);
        }
    }
    wire::Step {
        index,
        origin: step.origin.clone(),
        recipe: step.recipe.map(|it| it.id.to_owned()),
        kind: kind.into(),
        outside_transaction: backfill.is_some() || step.steps.iter().any(must_stand_alone),
        statements,
        backfill,
        why: step.draft.why.clone(),
        patience: blocks.then_some(PATIENCE),
        gates: step.draft.checks.iter().map(|it| check(it)).chain(step.steps.iter().flat_map(gates)).collect(),
        locks: seen,
        findings: step
            .findings
            .iter()
            .map(|it| wire::Finding { id: it.hazard.id.into(), message: it.message.clone() })
            .collect(),
    }
}

/// What the step itself would not notice.
fn check(query: &str) -> Precondition {
    Precondition { query: query.to_owned(), expected: "0".into(), sqlstate: String::new() }
}

fn gates(step: &Step) -> Vec<Precondition> {
    match &step.outcome {
        Outcome::DependsOnData(all) => all
            .iter()
            .map(|it| Precondition {
                query: it.query.clone(),
                expected: it.expected.clone(),
                sqlstate: it.sqlstate_otherwise.to_string(),
            })
            .collect(),
        _ => vec![],
    }
}

/// `PreventInTransactionBlock`: what a tool must not wrap.
fn must_stand_alone(step: &Step) -> bool {
    match step.statement.as_deref() {
        Some(Statement::CreateIndex(it)) => it.concurrently,
        Some(Statement::Drop(it)) => it.concurrently,
        Some(Statement::Reindex(it)) => it.concurrently,
        Some(Statement::Vacuum(it)) => it.is_vacuum,
        Some(Statement::AlterTable(it)) => matches!(&it.action,
        crate::syntax::statement::AlterTableAction::Subcommands(all) if all.iter().any(|it| {
            matches!(it, crate::syntax::statement::Subcommand::DetachPartition { concurrently: true, .. })
        })),
        _ => false,
    }
}
