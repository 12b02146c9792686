//! Who is exposed to a step: relations that others use already, and which of their queries wait.

use crate::diagnostic::Severity;
use crate::effect::{RelationId, Work, WorkKind};
use crate::hazard::Finding;
use crate::pg::lock_mode::LockMode;
use crate::schema::Schema;
use crate::schema::relation::{Relation, Rows};
use crate::simulate::trace::{Outcome, Step, Trace};

/// Which queries on a relation wait, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Blocked {
    pub(super) mode: LockMode,
    /// The earlier step of the transaction whose lock it is; `None`: the step's own.
    pub(super) since: Option<usize>,
}

/// It runs to its end, or it is not known not to: what is recorded of it happens.
pub(crate) fn runs(step: &Step) -> bool {
    !matches!(step.outcome, Outcome::Failed(_) | Outcome::Skipped)
}

/// The schema in which the step's transaction began.
pub(super) fn before_transaction<'a>(step: &'a Step, trace: &'a Trace) -> &'a Schema {
    let first = trace.transaction_of(step).and_then(|it| trace.step(it.first));
    first.map_or(&step.before, |it| &it.before)
}

/// What others see once the step's transaction has ended.
pub(super) fn seen_by_others<'a>(step: &'a Step, trace: &'a Trace) -> &'a Schema {
    let last = trace.transaction_of(step).and_then(|it| trace.step(it.last));
    last.map_or(&step.after, |it| &it.after)
}

/// Tables of others that only this transaction can use while the step runs, once each, in the order
/// of their making: whatever is renamed or dropped is among them.
pub(super) fn exclusively_locked(step: &Step, trace: &Trace) -> impl Iterator<Item = RelationId> {
    let own = step.locks.iter().filter(|it| !it.new).map(|it| (it.relation, it.kind, it.mode));
    let held = step.held.iter().filter(|it| !it.new).map(|it| (it.relation, it.kind, it.mode));
    let mut relations: Vec<_> = own
        .chain(held)
        .filter(|(relation, kind, mode)| {
            *mode == LockMode::AccessExclusive && is_table(*kind) && !trace.is_made_by_plan(*relation)
        })
        .map(|it| it.0)
        .collect();
    relations.sort_unstable();
    relations.dedup();
    relations.into_iter()
}

/// By `pg_class.relkind`: ordinary and partitioned tables.
fn is_table(kind: char) -> bool {
    matches!(kind, 'r' | 'p')
}

/// Queries on the relation that wait while the step works: `None` where nobody does, or where the
/// plan made the relation, so that nobody uses it yet.
pub(crate) fn blocked(step: &Step, trace: &Trace, relation: RelationId) -> Option<Blocked> {
    if trace.is_made_by_plan(relation) {
        return None;
    }
    // The index of its TOAST table is no part that a query asks for.
    let asked = || step.locks.iter().filter(|it| !it.new && it.toast.is_none());
    let own = asked().filter(|it| it.relation == relation).map(|it| it.mode).max();
    // To plan a query is to open every index of its tables (`get_relation_info`).
    let is_index = |id| step.before.get(id).and_then(|it| it.index()).is_some_and(|it| it.table == relation);
    let index = asked().filter(|it| it.kind == 'i' && is_index(it.relation)).map(|it| it.mode).max();
    let own = own.map(|own| if own.blocks_writes() { own.max(index.unwrap_or(own)) } else { own });
    let held = step.held.iter().filter(|it| it.relation == relation && !it.new && it.toast.is_none());
    let held = held.max_by_key(|it| it.mode);
    let blocked = match held {
        Some(held) if own.is_none_or(|own| own < held.mode) => Blocked { mode: held.mode, since: Some(held.since) },
        _ => Blocked { mode: own?, since: None },
    };
    blocked.mode.blocks_writes().then_some(blocked)
}

impl Blocked {
    /// To begin a sentence with; a relation follows.
    pub(super) fn who(self) -> &'static str {
        match self.mode.blocks_reads() {
            true => "Reads and writes of",
            false => "Writes to",
        }
    }

    /// A sentence that names the earlier step whose lock it is, where the step itself would ask for
    /// no more than `own`.
    pub(super) fn because(self, own: LockMode) -> String {
        match self.since {
            Some(step) if self.mode > own => format!(
                " Step {step} of the same transaction took the {} lock, and it stays in force until the end.",
                self.mode
            ),
            _ => String::new(),
        }
    }
}

/// The table has rows, itself or in its partitions.
pub(crate) fn has_rows(step: &Step, table: RelationId) -> bool {
    !is_empty(step, table) || step.before.descendants(table).into_iter().any(|(id, _)| !is_empty(step, id))
}

/// Whether the table certainly holds no row when the step begins.
pub(crate) fn is_empty(step: &Step, table: RelationId) -> bool {
    let schema = &step.before;
    let Some(relation) = schema.get(table) else { return false };
    let table = match relation.index() {
        Some(index) => schema.get(index.table).and_then(|it| it.table()),
        None => relation.table(),
    };
    table.is_some_and(|it| it.rows == Rows::Empty)
}

/// A finding whose danger grows with the rows of a table: with few or none it is but a note.
pub(super) fn weighed(finding: Finding, step: &Step, trace: &Trace, table: RelationId) -> Finding {
    let Some(relation) = step.before.get(table) else { return finding };
    let how = if is_empty(step, table) {
        "is empty, so that takes no time".to_owned()
    } else if let Some(rows) =
        told_rows(trace, relation).filter(|it| *it < trace.plan.config.thresholds.large_table_rows)
    {
        format!("has {rows:.0} rows, so that takes hardly any time")
    } else {
        return finding;
    };
    let message = format!("{} Here {} {how}.", finding.message, relation.name);
    Finding { severity: Severity::Note, message, ..finding }
}

/// Rows of a table by the facts that are given: those of a text are a sample of what a database holds.
pub(super) fn told_rows(trace: &Trace, relation: &Relation) -> Option<f64> {
    trace.plan.facts.of(relation.name.schema.as_str(), relation.name.name.as_str())?.rows
}

/// Index builds that are the step's own: a rewrite builds all indexes anew, and it is the greater
/// danger, with a page of its own. An index that was there has nothing to be built from where the step leaves its table empty.
pub(super) fn index_builds(step: &Step) -> impl Iterator<Item = &Work> {
    let rewritten = |relation| step.work.iter().any(|it| it.kind == WorkKind::Rewrite && it.relation == relation);
    let emptied = |work: &Work| {
        let rows = step.after.get(work.relation).and_then(|it| it.table()).map(|table| table.rows);
        rows == Some(Rows::Empty) && work.object.as_ref().is_some_and(|it| step.before.find(it).is_some())
    };
    let builds = step.work.iter().filter(|it| it.kind == WorkKind::BuildIndex);
    builds.filter(move |it| !rewritten(it.relation) && !emptied(it))
}
