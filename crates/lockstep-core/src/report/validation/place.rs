//! When a question can be asked: from after which step on, and until which.

use crate::effect::RelationId;
use crate::schema::Schema;
use crate::simulate::trace::{Step, Trace, TransactionEnd};

/// The steps after which a query says what it is asked for; 0: before anything ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Window {
    /// Before `step`, as soon as nothing in between makes other tables or other rows of them.
    pub(super) fn before(step: &Step, tables: &[RelationId], trace: &Trace) -> Window {
        let earlier = trace.steps.iter().rev().filter(|it| it.index < step.index);
        let last = earlier.filter(|it| ran(it)).find(|it| reshapes(it, tables) || writes(it, tables));
        Window { from: last.map_or(0, |it| it.index), to: step.index - 1 }
    }

    /// From after `step` on, as long as the tables keep their columns.
    pub(super) fn after(step: usize, tables: &[RelationId], trace: &Trace) -> Window {
        let later = trace.steps.iter().find(|it| it.index > step && ran(it) && reshapes(it, tables));
        Window { from: step, to: later.map_or(trace.steps.len(), |it| it.index - 1) }
    }

    pub(super) fn end(trace: &Trace) -> Window {
        Window { from: trace.steps.len(), to: trace.steps.len() }
    }

    /// Another session never sees the database in between.
    pub(super) fn is_inside_transaction(self, trace: &Trace) -> bool {
        let committed = |at: usize| {
            at == 0 || trace.transactions.iter().any(|it| it.last == at && it.end == TransactionEnd::Commit)
        };
        !(self.from..=self.to).any(committed) && self.to < trace.steps.len()
    }
}

/// It ran on the model, whatever its outcome.
pub(super) fn ran(step: &Step) -> bool {
    step.succeeds() || step.applied
}

/// Tables that the step locks, or that its transaction holds already: those that it can change.
pub(in crate::report) fn tables(step: &Step) -> Vec<RelationId> {
    let taken = step.locks.iter().filter(|it| it.toast.is_none()).map(|it| (it.kind, it.relation));
    let held = step.held.iter().filter(|it| it.toast.is_none()).map(|it| (it.kind, it.relation));
    let mut ids: Vec<RelationId> =
        taken.chain(held).filter(|(kind, _)| matches!(kind, 'r' | 'p')).map(|(_, id)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// One of the tables has another name or other columns after the step than before.
fn reshapes(step: &Step, tables: &[RelationId]) -> bool {
    tables.iter().any(|id| shape(&step.before, *id) != shape(&step.after, *id))
}

fn writes(step: &Step, tables: &[RelationId]) -> bool {
    step.data_changes.iter().any(|it| tables.contains(&it.relation))
}

type Shape = Vec<(u16, String, String)>;

fn shape(schema: &Schema, id: RelationId) -> Option<(String, Shape)> {
    let relation = schema.get(id)?;
    let columns = relation.columns().live();
    let columns = columns.map(|(number, it)| (number, it.name.to_string(), schema.format_type(&it.type_)));
    Some((relation.name.to_string(), columns.collect()))
}
