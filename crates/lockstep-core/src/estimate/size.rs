//! How many rows and bytes a table has when a step meets it.

use crate::effect::RelationId;
use crate::estimate::known_as;
use crate::pg::cost::{ROW_OVERHEAD, average_width};
use crate::schema::relation::{Persistence, Rows, Table};
use crate::simulate::trace::{Step, Trace};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    pub(super) rows: f64,
    pub(super) bytes: f64,
    /// What is written to it is logged.
    pub(super) logged: bool,
}

/// `None`: nothing is known. One of the two missing is guessed from the other by the columns' widths.
pub(super) fn size(relation: RelationId, step: &Step, trace: &Trace) -> Option<Size> {
    let it = step.before.get(relation).or_else(|| step.after.get(relation))?;
    let table = it.table()?;
    let logged = it.persistence == Persistence::Permanent;
    let row = row_bytes(table);
    let name = known_as(relation, step, trace)?;
    let facts = trace.plan.facts.of(name.schema.as_str(), name.name.as_str());
    let (rows, bytes) = match facts.map(|it| (it.rows, it.bytes)) {
        Some((Some(rows), Some(bytes))) => (rows, bytes),
        Some((Some(rows), None)) => (rows, rows * row),
        Some((None, Some(bytes))) => (bytes / row, bytes),
        // Without facts: the rows that the plan put in itself. Those of the starting schema are samples.
        _ => {
            let rows = match table.rows {
                Rows::Empty => 0.0,
                Rows::Exactly(rows) => rows as f64,
                Rows::Unknown => return None,
            };
            if !trace.is_made_by_plan(relation) {
                return None;
            }
            (rows, rows * row)
        }
    };
    Some(Size { rows, bytes, logged })
}

pub(super) fn row_bytes(table: &Table) -> f64 {
    ROW_OVERHEAD + table.live().map(|(_, column)| average_width(&column.type_)).sum::<f64>()
}
