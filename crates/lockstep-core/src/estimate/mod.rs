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
use crate::facts::Facts;
use crate::pg::cost;
use crate::schema::Schema;
use crate::simulate::trace::{Outcome, Step, Trace, TransactionEnd};

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

/// One estimate for each step that the trace holds.
#[derive(Debug)]
pub struct Estimates {
    /// The index of the first of them.
    first: usize,
    steps: Vec<Estimate>,
    held: Vec<Option<Interval>>,
}

impl Estimates {
    pub fn of(trace: &Trace) -> Self {
        let steps: Vec<Estimate> = trace.steps.iter().map(|step| step_estimate(step, trace)).collect();
        let mut held = vec![None; steps.len()];
        // From the end of each transaction to its beginning.
        let mut sum = None;
        for (place, step) in trace.steps.iter().enumerate().rev() {
            if let Some(transaction) = trace.transaction_of(step).filter(|it| it.last == step.index) {
                sum = (transaction.end != TransactionEnd::Open).then(Interval::default);
            }
            sum = match &steps[place] {
                Estimate::Known { time, .. } => sum.map(|it| it + *time),
                Estimate::None if step.outcome == Outcome::Skipped => sum,
                Estimate::Lacking(_) | Estimate::None => None,
            };
            held[place] = sum;
        }
        Estimates { first: trace.forgotten + 1, steps, held }
    }

    fn place(&self, step: &Step) -> Option<usize> {
        step.index.checked_sub(self.first)
    }

    pub fn step(&self, step: &Step) -> &Estimate {
        self.place(step).and_then(|place| self.steps.get(place)).unwrap_or(&Estimate::None)
    }

    /// Milliseconds from when `step` has its locks until its transaction ends; `None` where one of
    /// the statements in between has no estimate, or nothing ends the transaction.
    pub fn held(&self, step: &Step) -> Option<Interval> {
        *self.held.get(self.place(step)?)?
    }

    /// Tables whose size would tell more, in the order of the steps; some more than once.
    pub fn lacking(&self) -> impl Iterator<Item = &ObjectName> {
        let lacking = self.steps.iter().filter_map(|it| match it {
            Estimate::Lacking(tables) => Some(tables),
            _ => None,
        });
        lacking.flatten()
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
#[derive(Debug)]
pub struct UnknownTables<'a>(Vec<&'a str>);

impl<'a> UnknownTables<'a> {
    pub fn of(facts: &'a Facts) -> Self {
        UnknownTables(facts.tables().map(|(name, _)| name).collect())
    }

    /// Those that the schema has are not unknown.
    pub fn meet(&mut self, schema: &Schema) {
        self.0.retain(|name| schema.find_plain(name).is_none());
    }

    pub fn names(self) -> Vec<&'a str> {
        self.0
    }
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
