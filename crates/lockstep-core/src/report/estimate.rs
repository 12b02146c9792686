//! Table facts and estimates between the core's types and the wire's.

use crate::diagnostic::Severity;
use crate::estimate::{Estimate, Estimates, Interval, UnknownTables};
use crate::facts::TableFacts;
use crate::report::wire;
use crate::simulate::trace::{Step, Trace};

/// What a number is worth when it comes from a file: not negative, not infinite.
fn number(it: Option<f64>) -> Option<f64> {
    it.filter(|it| it.is_finite() && *it >= 0.0)
}

impl From<&wire::TableFacts> for TableFacts {
    fn from(it: &wire::TableFacts) -> Self {
        TableFacts {
            rows: number(it.rows),
            bytes: number(it.bytes),
            index_bytes: number(it.index_bytes),
            reads_per_s: number(it.reads_per_s),
            writes_per_s: number(it.writes_per_s),
            dead_rows: number(it.dead_rows),
        }
    }
}

/// Nothing for statements that neither lock nor work: `BEGIN`, `SET`.
pub(super) fn estimate(step: &Step, estimates: &Estimates) -> Option<wire::Estimate> {
    let Estimate::Known { time, wal } = estimates.step(step) else { return None };
    if step.locks.is_empty() && step.work.is_empty() {
        return None;
    }
    let held = estimates.held(step).filter(|_| !step.locks.is_empty());
    let (low_ms, high_ms) = (round(time.low), round(time.high));
    Some(wire::Estimate { low_ms, high_ms, wal_bytes: interval(*wal), held_ms: held.map(interval) })
}

fn interval(it: Interval) -> wire::Interval {
    wire::Interval { low: round(it.low), high: round(it.high) }
}

/// To a tenth: an estimate has no more digits.
fn round(it: f64) -> f64 {
    (it * 10.0).round() / 10.0
}

/// Facts about tables that are nowhere.
pub(super) fn diagnostics(tables: UnknownTables<'_>, trace: &Trace) -> impl Iterator<Item = wire::Diagnostic> {
    let file = trace.plan.sources.first().map(|it| it.name.to_string()).unwrap_or_default();
    tables.names().into_iter().map(move |table| wire::Diagnostic {
        severity: Severity::Warning.word().into(),
        message: format!("facts are given of table \"{table}\", which is neither in the starting schema nor made here"),
        file: file.clone(),
        line: 1,
        column: 1,
        from: 0,
        to: 0,
        hints: vec!["Outside of public, write the schema too: app.users.".into()],
    })
}
