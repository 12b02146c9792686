//! From the core's trace to the JSON views that faces and scripts read.

use std::rc::Rc;

use serde_json::Value;

use crate::diagnostic::Severity;
use crate::effect::{ObjectName, RelationId};
use crate::estimate::Estimates;
use crate::hazard;
use crate::pg::lock_mode::LockMode;
use crate::report::position::Walker;
use crate::report::{caption, estimate, wire};
use crate::schema::Schema;
use crate::schema::relation::Relation;
use crate::simulate::trace::{self, Outcome, Step, Trace, TransactionEnd, TransactionKind};

pub fn trace(trace: &Trace) -> wire::Trace {
    let mut walkers: Vec<Walker<'_>> = trace.plan.sources.iter().map(|source| Walker::new(&source.text)).collect();
    let estimates = Estimates::of(trace);
    let steps = trace.steps.iter().map(|it| wire::Step {
        estimate: estimate::estimate(it, &estimates, trace),
        ..step(it, trace, &mut walkers[it.source])
    });
    wire::Trace {
        format: "lockstep-trace/1".into(),
        postgres: trace.version.major(),
        runner: trace.plan.runner.id.into(),
        diagnostics: diagnostics(trace),
        steps: steps.collect(),
        transactions: trace.transactions.iter().map(transaction).collect(),
        size_unknown: estimates.lacking().into_iter().map(ObjectName::to_string).collect(),
        schema: trace.end.normal_form(),
    }
}

fn diagnostics(trace: &Trace) -> Vec<wire::Diagnostic> {
    let mut found: Vec<wire::Diagnostic> = vec![];
    for (source, diagnostic) in &trace.plan.diagnostics {
        let mut walker = Walker::new(&source.text);
        let from = walker.position(diagnostic.span.start);
        let to = walker.position(diagnostic.span.end);
        found.push(wire::Diagnostic {
            severity: diagnostic.severity.word().into(),
            message: diagnostic.message.clone(),
            file: source.name.to_string(),
            line: from.line,
            column: from.column,
            from: from.utf16,
            to: to.utf16,
            hints: diagnostic.hints.clone(),
        });
    }
    for trouble in &trace.start_troubles {
        found.push(wire::Diagnostic {
            severity: Severity::Warning.word().into(),
            message: format!("in the starting schema, {}", trouble.message),
            file: trouble.file.to_string(),
            line: trouble.line,
            column: 1,
            from: 0,
            to: 0,
            hints: vec!["What it names is treated as unknown.".into()],
        });
    }
    found.extend(estimate::diagnostics(trace));
    found
}

fn transaction(it: &trace::Transaction) -> wire::Transaction {
    wire::Transaction {
        index: it.index,
        kind: match it.kind {
            TransactionKind::Explicit => "explicit",
            TransactionKind::Runner => "runner",
            TransactionKind::Single => "single",
        }
        .into(),
        end: match it.end {
            TransactionEnd::Commit => "commit",
            TransactionEnd::Rollback => "rollback",
            TransactionEnd::Open => "open",
        }
        .into(),
        first: it.first,
        last: it.last,
    }
}

fn step(step: &Step, trace: &Trace, walker: &mut Walker<'_>) -> wire::Step {
    let from = walker.position(step.span.start);
    let to = walker.position(step.span.end);
    wire::Step {
        file: step.source(trace).name.to_string(),
        line: from.line,
        end_line: to.line,
        from: from.utf16,
        to: to.utf16,
        caption: caption::caption(step, trace),
        findings: hazard::findings(step, trace).into_iter().map(finding).collect(),
        changes: changes(&step.before, &step.after),
        ..claims(step)
    }
}

/// What the step says by itself, which a server can confirm or refute: neither its place in a text nor what
/// follows from the steps around it.
pub fn claims(step: &Step) -> wire::Step {
    let (outcome, error, why) = match &step.outcome {
        Outcome::Done => ("done", None, None),
        Outcome::Failed(error) => ("failed", Some(error), None),
        Outcome::DependsOnData(_) => ("depends_on_data", None, None),
        Outcome::Skipped => ("skipped", None, None),
        Outcome::Unknown(why) => ("unknown", None, Some(why.clone())),
    };
    let preconditions = match &step.outcome {
        Outcome::DependsOnData(preconditions) => preconditions.as_slice(),
        _ => &[],
    };
    wire::Step {
        index: step.index,
        file: String::new(),
        line: 0,
        end_line: 0,
        from: 0,
        to: 0,
        caption: String::new(),
        sql: step.text.to_string(),
        command: step.command.clone(),
        transaction: step.transaction,
        outcome: outcome.into(),
        sqlstate: error.map(|it| it.sqlstate.to_string()),
        message: error.map(|it| it.message.clone()).or(why),
        detail: error.and_then(|it| it.detail.clone()),
        hint: error.and_then(|it| it.hint.clone()),
        notices: step.notices.clone(),
        preconditions: preconditions
            .iter()
            .map(|it| wire::Precondition {
                query: it.query.clone(),
                expected: it.expected.clone(),
                sqlstate: it.sqlstate_otherwise.to_string(),
            })
            .collect(),
        locks: locks(step),
        held: held(step),
        waits_for: step
            .waits
            .iter()
            .map(|it| wire::WaitsFor { relation: it.name.to_string(), mode: it.mode.pg_locks_name().into() })
            .collect(),
        work: step
            .work
            .iter()
            .map(|it| wire::Work {
                relation: it.name.to_string(),
                kind: it.kind.word().into(),
                object: it.object.as_ref().map(ObjectName::plain),
                reason: it.reason.into(),
            })
            .collect(),
        findings: vec![],
        changes: vec![],
        estimate: None,
    }
}

fn finding(it: hazard::Finding) -> wire::Finding {
    wire::Finding {
        id: it.hazard.id.into(),
        severity: it.severity.word().into(),
        title: it.hazard.title().into(),
        message: it.message,
        recipe: it.hazard.recipe.map(Into::into),
    }
}

fn locks(step: &Step) -> Vec<wire::Lock> {
    let strongest = step.strongest_locks();
    let made = strongest.into_iter().map(|it| wire::Lock {
        relation: it.relation_name(),
        kind: it.kind.to_string(),
        mode: it.mode.pg_locks_name().into(),
        new: it.new,
        toast: it.toast.is_some(),
        reason: it.reason.into(),
        blocks_reads: it.mode.blocks_reads(),
        blocks_writes: it.mode.blocks_writes(),
    });
    made.collect()
}

fn held(step: &Step) -> Vec<wire::Held> {
    let mut strongest: Vec<(&trace::Held, LockMode)> = vec![];
    for it in step.held.iter().filter(|it| !it.new && it.toast.is_none()) {
        match strongest.iter_mut().find(|(other, _)| other.relation == it.relation) {
            Some(other) if other.1 < it.mode => *other = (it, it.mode),
            Some(_) => {}
            None => strongest.push((it, it.mode)),
        }
    }
    let made = strongest.into_iter().map(|(it, mode)| wire::Held {
        relation: it.name.to_string(),
        kind: it.kind.to_string(),
        mode: mode.pg_locks_name().into(),
        since: it.since,
        blocks_reads: mode.blocks_reads(),
        blocks_writes: mode.blocks_writes(),
    });
    made.collect()
}

/// Relations and types that differ, an index as a part of its table.
fn changes(before: &Schema, after: &Schema) -> Vec<wire::Change> {
    let mut ids: Vec<RelationId> = vec![];
    let mut note = |relation: &Rc<Relation>| {
        let id = relation.index().map_or(relation.id, |index| index.table);
        if !ids.contains(&id) {
            ids.push(id);
        }
    };
    for relation in after.changed_since(before) {
        note(relation);
    }
    for relation in before.changed_since(after) {
        note(relation);
    }
    let mut made = vec![];
    for id in ids {
        let form = |schema: &Schema| schema.get(id).map(|it| (it.name.to_string(), schema.relation_form(it)));
        made.extend(change("relation", form(before), form(after)));
    }
    for id in after.changed_types_since(before) {
        let form = |schema: &Schema| schema.user_type(id).map(|it| (it.name.to_string(), schema.type_form(it)));
        made.extend(change("type", form(before), form(after)));
    }
    for name in after.namespaces().filter(|name| !before.has_namespace(name.as_str())) {
        made.extend(change("schema", None, Some((name.to_string(), Value::Object(Default::default())))));
    }
    made
}

fn change(object: &str, before: Option<(String, Value)>, after: Option<(String, Value)>) -> Option<wire::Change> {
    if before == after {
        return None;
    }
    let (old, before) = before.map_or((None, Value::Null), |(name, form)| (Some(name), form));
    let (new, after) = after.map_or((None, Value::Null), |(name, form)| (Some(name), form));
    let name = new.clone().or(old.clone())?;
    let renamed_from = old.filter(|old| new.as_ref().is_some_and(|new| new != old));
    Some(wire::Change { object: object.into(), name, renamed_from, before, after })
}
