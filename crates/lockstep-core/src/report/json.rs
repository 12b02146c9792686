//! From the core's trace to the JSON views that faces and scripts read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diagnostic::Severity;
use crate::effect::ObjectName;
use crate::estimate::{Estimates, UnknownTables};
use crate::facts::Facts;
use crate::hazard;
use crate::hazard::ignore::{Ledger, Verdict};
use crate::input::ignore::Ignore;
use crate::pg::lock_mode::LockMode;
use crate::report::position::Walker;
use crate::report::wire::FORMAT;
use crate::report::{caption, changes, estimate, wire};
use crate::rewrite;
use crate::schema::form::letter;
use crate::simulate::trace::{self, Outcome, Step, Trace, TransactionEnd, TransactionKind};

/// A trace that is held as a whole.
pub fn trace(trace: &Trace) -> wire::Trace {
    let mut stream = Stream::new(&trace.plan.facts);
    let mut steps = vec![];
    stream.piece(trace, &mut |step| steps.push(step));
    wire::Trace { steps, schema: trace.end.normal_form(), ..stream.end(trace) }
}

/// So many steps.
const TOGETHER: usize = 32;

/// Turns a trace into its JSON view piece by piece, as the simulation goes on.
pub(super) struct Stream<'a> {
    unknown_tables: UnknownTables<'a>,
    /// In the order of the steps.
    size_unknown: Vec<String>,
    told: BTreeSet<String>,
    ledger: Ledger,
}

impl<'a> Stream<'a> {
    pub(super) fn new(facts: &'a Facts) -> Self {
        Stream {
            unknown_tables: UnknownTables::of(facts),
            size_unknown: vec![],
            told: BTreeSet::new(),
            ledger: Ledger::default(),
        }
    }

    /// The steps that the trace holds.
    pub(super) fn piece(&mut self, trace: &Trace, each: &mut dyn FnMut(wire::Step)) {
        let estimates = Estimates::of(trace);
        for table in estimates.lacking().map(ObjectName::to_string) {
            if self.told.insert(table.clone()) {
                self.size_unknown.push(table);
            }
        }
        let mut walker: Option<(usize, Walker<'_>)> = None;
        // A few steps at a time go through each part of the work: its instructions are at hand then.
        for some in trace.steps.chunks(TOGETHER) {
            let changes: Vec<_> = some.iter().map(changes::of).collect();
            let findings = hazard::findings_of(some, trace);
            let claims: Vec<wire::Step> = some.iter().map(claims).collect();
            let estimates: Vec<_> = some.iter().map(|it| estimate::estimate(it, &estimates)).collect();
            let captions: Vec<String> = some.iter().map(|it| caption::caption(it, trace)).collect();
            let made = changes.into_iter().zip(findings).zip(claims).zip(estimates).zip(captions);
            let steps = some.iter().zip(made).map(|(it, ((((changes, findings), claims), estimate), caption))| {
                self.unknown_tables.meet(&it.after);
                let walker = match &mut walker {
                    Some((source, walker)) if *source == it.source => walker,
                    other => &mut other.insert((it.source, Walker::new(&it.source(trace).text))).1,
                };
                let verdict = self.ledger.judge(it, findings, trace);
                wire::Step { changes, estimate, caption, ..step(it, claims, trace, walker, verdict) }
            });
            steps.collect::<Vec<_>>().into_iter().for_each(&mut *each);
        }
    }

    /// All but the steps and the schema, when they are through.
    pub(super) fn end(mut self, trace: &Trace) -> wire::Trace {
        self.unknown_tables.meet(&trace.start);
        wire::Trace {
            format: FORMAT.into(),
            postgres: trace.version.major(),
            runner: trace.plan.runner.id.into(),
            diagnostics: diagnostics(self.unknown_tables, &self.ledger, trace),
            steps: vec![],
            transactions: trace.transactions.iter().map(transaction).collect(),
            size_unknown: self.size_unknown,
            schema: Value::Null,
        }
    }
}

fn diagnostics(unknown_tables: UnknownTables<'_>, ledger: &Ledger, trace: &Trace) -> Vec<wire::Diagnostic> {
    let mut found: Vec<wire::Diagnostic> = vec![];
    let mut walkers: BTreeMap<&str, Walker<'_>> = BTreeMap::new();
    let complaints = ledger.complaints(&trace.plan);
    for (source, diagnostic) in trace.plan.diagnostics.iter().chain(&complaints) {
        let walker = walkers.entry(&source.name).or_insert_with(|| Walker::new(&source.text));
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
    found.extend(estimate::diagnostics(unknown_tables, trace));
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

fn step(step: &Step, claims: wire::Step, trace: &Trace, walker: &mut Walker<'_>, verdict: Verdict<'_>) -> wire::Step {
    let from = walker.position(step.span.start);
    let to = walker.position(step.span.end);
    wire::Step {
        file: step.source(trace).name.to_string(),
        line: from.line,
        end_line: to.line,
        from: from.utf16,
        to: to.utf16,
        findings: verdict.findings.into_iter().map(|it| finding(step, it)).collect(),
        ignored: verdict.ignored.into_iter().map(|(it, ignore)| ignored(it, ignore)).collect(),
        ..claims
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
            .map(|it| wire::WaitsFor { relation: it.name.shown(), mode: it.mode.pg_locks_name().into() })
            .collect(),
        work: step
            .work
            .iter()
            .map(|it| wire::Work {
                relation: it.name.shown(),
                kind: it.kind.word().into(),
                object: it.object.as_ref().map(ObjectName::plain),
                reason: it.reason.into(),
            })
            .collect(),
        findings: vec![],
        ignored: vec![],
        changes: vec![],
        estimate: None,
    }
}

fn finding(step: &Step, it: hazard::Finding) -> wire::Finding {
    let recipe = rewrite::answer(step, &it).map(|it| it.id.into());
    wire::Finding {
        recipe,
        id: it.hazard.id.into(),
        severity: it.severity.word().into(),
        title: it.hazard.title().into(),
        message: it.message,
    }
}

fn ignored(it: hazard::Finding, ignore: &Ignore) -> wire::Ignored {
    wire::Ignored {
        id: it.hazard.id.into(),
        severity: it.severity.word().into(),
        title: it.hazard.title().into(),
        message: it.message,
        reason: ignore.reason.clone(),
        line: ignore.line,
    }
}

fn locks(step: &Step) -> Vec<wire::Lock> {
    let strongest = step.strongest_locks();
    let made = strongest.into_iter().map(|it| wire::Lock {
        relation: it.relation_name(),
        kind: letter(it.kind),
        mode: it.mode.pg_locks_name().into(),
        new: it.new,
        toast: it.toast.is_some(),
        if_rows: it.if_rows,
        reason: match it.if_rows {
            true => format!("{}, where a row is written", it.reason).into(),
            false => it.reason.into(),
        },
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
        relation: it.name.shown(),
        kind: letter(it.kind),
        mode: mode.pg_locks_name().into(),
        since: it.since,
        blocks_reads: mode.blocks_reads(),
        blocks_writes: mode.blocks_writes(),
    });
    made.collect()
}
