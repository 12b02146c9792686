//! How long steps take, how long their locks are held and how much WAL they write: intervals, from
//! what is known of the tables and from measured costs ([`pg::cost`](crate::pg::cost)).
//!
//! Time spent waiting for locks is not in them: that depends on who holds them.

mod size;
#[cfg(test)]
mod tests;
mod work;

use std::ops::Add;

use crate::effect::{ObjectName, RelationId, Work, WorkKind};
use crate::pg::cost;
use crate::simulate::trace::{Outcome, Step, Trace};

/// From at least to at most.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Estimate {
    /// Milliseconds, and bytes of WAL.
    Known { time: Interval, wal: Interval },
    /// It depends on the size of these tables, of which nothing is known.
    Lacking(Vec<ObjectName>),
    /// It does not run, or what it does is not known.
    None,
}

/// One estimate for each step.
#[derive(Debug)]
pub struct Estimates(Vec<Estimate>);

impl Estimates {
    pub fn of(trace: &Trace) -> Self {
        Estimates(trace.steps.iter().map(|step| step_estimate(step, trace)).collect())
    }

    pub fn step(&self, step: &Step) -> &Estimate {
        self.0.get(step.index.wrapping_sub(1)).unwrap_or(&Estimate::None)
    }

    /// Milliseconds from when `step` has its locks until its transaction ends; `None` where one of
    /// the statements in between has no estimate, or nothing ends the transaction.
    pub fn held(&self, step: &Step, trace: &Trace) -> Option<Interval> {
        let transaction = trace.transactions.get(step.transaction.wrapping_sub(1))?;
        let open = transaction.end == crate::simulate::trace::TransactionEnd::Open;
        let steps = trace.steps.get(step.index - 1..transaction.last)?;
        let mut sum = Interval::default();
        for step in steps.iter().filter(|_| !open) {
            match self.step(step) {
                Estimate::Known { time, .. } => sum = sum + *time,
                Estimate::None if step.outcome == Outcome::Skipped => {}
                Estimate::Lacking(_) | Estimate::None => return None,
            }
        }
        (!open).then_some(sum)
    }

    /// Tables whose size would tell more, in the order of the steps.
    pub fn lacking(&self) -> Vec<&ObjectName> {
        let mut found: Vec<&ObjectName> = vec![];
        for estimate in &self.0 {
            if let Estimate::Lacking(tables) = estimate {
                for table in tables {
                    if !found.contains(&table) {
                        found.push(table);
                    }
                }
            }
        }
        found
    }
}

fn step_estimate(step: &Step, trace: &Trace) -> Estimate {
    // A failing step does part of its work, or none; nobody can say how much.
    let runs = step.succeeds() || (step.applied && matches!(step.outcome, Outcome::Unknown(_)));
    if !runs || step.statement.as_deref().is_none_or(work::is_unread) {
        return Estimate::None;
    }
    let mut time = Interval { low: cost::CATALOG_MS.0, high: cost::CATALOG_MS.1 };
    let mut wal = Interval::default();
    let mut lacking: Vec<ObjectName> = vec![];
    for (number, it) in step.work.iter().enumerate() {
        // The rows of one statement on one table are counted once.
        if it.kind == WorkKind::WriteRows && step.work[..number].iter().any(|earlier| same_rows(earlier, it)) {
            continue;
        }
        match work::estimate(it, step, trace) {
            Some((more_time, more_wal)) => {
                time = time + more_time;
                wal = wal + more_wal;
            }
            None if lacking.contains(&it.name) => {}
            None => lacking.push(it.name.clone()),
        }
    }
    match lacking.is_empty() {
        true => Estimate::Known { time, wal },
        false => Estimate::Lacking(lacking),
    }
}

fn same_rows(a: &Work, b: &Work) -> bool {
    (a.relation, a.kind) == (b.relation, b.kind)
}

/// Tables of which facts were given, but which the schema never has: a slip of the pen.
pub fn unknown_tables(trace: &Trace) -> Vec<&str> {
    let schemas = || {
        let after = trace.steps.iter().map(|step| &step.after);
        std::iter::once(&trace.start).chain(after)
    };
    let exists = |name: &str| {
        let (schema, table) = name.split_once('.').unwrap_or(("public", name));
        let (split, whole) = (ObjectName::new(schema, table), ObjectName::new("public", name));
        schemas().any(|it| it.find(&split).is_some() || it.find(&whole).is_some())
    };
    trace.plan.facts.tables().map(|(name, _)| name).filter(|name| !exists(name)).collect()
}

impl Interval {
    /// An estimate and the factor by which it may be wrong either way.
    fn around(value: f64, factor: f64) -> Self {
        Interval { low: value / factor, high: value * factor }
    }

    fn times(self, factor: f64) -> Self {
        Interval { low: self.low * factor, high: self.high * factor }
    }
}

impl Add for Interval {
    type Output = Interval;

    fn add(self, other: Interval) -> Interval {
        Interval { low: self.low + other.low, high: self.high + other.high }
    }
}

/// A relation's name at the start, where facts speak of it, or when the step runs.
fn known_as<'a>(relation: RelationId, step: &'a Step, trace: &'a Trace) -> Option<&'a ObjectName> {
    let schemas = [&trace.start, &step.before, &step.after];
    schemas.into_iter().find_map(|schema| schema.get(relation)).map(|it| &it.name)
}
