//! One piece of work: which measured cost it has, on how many rows.

use crate::effect::{Work, WorkKind};
use crate::estimate::Interval;
use crate::estimate::size::{Size, row_bytes, size};
use crate::expression::{Expression, Volatility};
use crate::pg::cost::{self, Cost};
use crate::pg::types::Type;
use crate::schema::index::{Index, KeyColumn};
use crate::schema::relation::Table;
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{InsertSource, Statement};

/// How much it does is not known, even where its outcome is.
pub(super) fn is_unread(statement: &Statement) -> bool {
    match statement {
        Statement::Insert(it) => matches!(it.source, InsertSource::Query(_)),
        Statement::Other(_) => true,
        _ => false,
    }
}

/// Milliseconds and WAL bytes; `None` where the table's size is not known.
pub(super) fn estimate(work: &Work, step: &Step, trace: &Trace) -> Option<(Interval, Interval)> {
    let table = size(work.relation, step, trace);
    match work.kind {
        WorkKind::WriteRows => rows_written(work, step, table),
        WorkKind::Verify => Some((bulk(verify(work, step), table?), Interval::default())),
        WorkKind::ValidateForeignKey => Some((bulk(cost::FOREIGN_KEY, table?), Interval::default())),
        WorkKind::Rewrite => {
            let table = table?;
            let pages = Interval { low: cost::REWRITE_WAL.0, high: cost::REWRITE_WAL.1 }.times(table.bytes);
            Some((bulk(rewrite(work, step), table), logged(pages, table)))
        }
        WorkKind::BuildIndex => {
            let table = table?;
            let (time, entry) = index(work, step);
            let mut time = bulk(time, table);
            if !step.waits.is_empty() {
                time = time.times(cost::CONCURRENT_BUILD);
            }
            Some((time, logged(entry.times(table.rows), table)))
        }
    }
}

fn bulk(cost: Cost, table: Size) -> Interval {
    Interval::around(cost.milliseconds(table.rows, table.bytes), cost::UNCALIBRATED)
}

fn logged(wal: Interval, table: Size) -> Interval {
    if table.logged { wal } else { Interval::default() }
}

/// The DEBUG1 message does not say what is verified: a step that adds or validates a CHECK does so.
fn verify(work: &Work, step: &Step) -> Cost {
    let checks = |schema: &crate::schema::Schema| {
        let table = schema.get(work.relation).and_then(|it| it.table());
        table.map_or(0, |table| table.constraints.iter().filter(|it| it.letter() == 'c' && it.validated).count())
    };
    if checks(&step.after) > checks(&step.before) { cost::SCAN_CHECK } else { cost::SCAN_NOT_NULL }
}

/// By the most expensive value that is computed for each row.
fn rewrite(work: &Work, step: &Step) -> Cost {
    let table = |schema: &crate::schema::Schema| schema.get(work.relation).and_then(|it| it.table().cloned());
    let Some(after) = table(&step.after) else { return cost::REWRITE };
    let before = table(&step.before);
    let is_new = |number: u16| before.as_ref().is_none_or(|it| it.attribute(number).is_none());
    let volatile = |it: &Expression| it.volatility() == Volatility::Volatile;
    let new = after.live().filter(|(number, _)| is_new(*number)).map(|(_, column)| column);
    let mut cost = cost::REWRITE;
    for column in new {
        match &column.default {
            Some(it) if volatile(it) && column.type_.is(Type::UUID) => return cost::REWRITE_UUID,
            Some(it) if volatile(it) => cost = cost::REWRITE_FUNCTION,
            _ => {}
        }
    }
    cost
}

/// Time, and bytes of WAL for each row.
fn index(work: &Work, step: &Step) -> (Cost, Interval) {
    let name = work.object.as_ref();
    let index = name.and_then(|name| step.after.find(name).and_then(|id| step.after.get(id)?.index()));
    let table = step.after.get(work.relation).and_then(|it| it.table());
    let number = Interval { low: cost::INDEX_ENTRY_BYTES.0, high: cost::INDEX_ENTRY_BYTES.1 };
    let text = Interval { low: cost::INDEX_ENTRY_BYTES.0, high: cost::INDEX_TEXT_ENTRY_BYTES };
    match (index, table) {
        (Some(index), Some(table)) if index.method == *"btree" => {
            let key = index.keys.first().map_or(Type::TEXT, |key| key.type_);
            match () {
                () if !is_fixed(&key) => (cost::INDEX_TEXT, text),
                () if ascends(index, table) => (cost::INDEX_SORTED, number),
                () => (cost::INDEX_NUMBER, number),
            }
        }
        // Other methods were not measured; text is the dearest of those that were.
        _ => (cost::INDEX_TEXT, text),
    }
}

fn is_fixed(type_: &Type) -> bool {
    !type_.array
        && [Type::BOOL, Type::INT2, Type::INT4, Type::INT8, Type::FLOAT4, Type::FLOAT8, Type::DATE, Type::UUID]
            .iter()
            .chain(&[Type::TIMESTAMP, Type::TIMESTAMPTZ, Type::OID])
            .any(|it| it.is(*type_))
}

/// Its first key counts upwards with the rows: identity, or a sequence's default.
fn ascends(index: &Index, table: &Table) -> bool {
    let Some(KeyColumn::Attribute(number)) = index.keys.first().map(|key| &key.column) else { return false };
    table.attribute(*number).is_some_and(|column| {
        column.identity.is_some() || column.default.as_ref().is_some_and(|it| !it.relations().is_empty())
    })
}

/// `INSERT`, `UPDATE`, `DELETE`: of how many rows.
fn rows_written(work: &Work, step: &Step, table: Option<Size>) -> Option<(Interval, Interval)> {
    let size = |rows: f64, table: Size| Size { rows, bytes: rows * table.bytes / table.rows.max(1.0), ..table };
    let schema = step.before.get(work.relation).or_else(|| step.after.get(work.relation));
    let row = schema.and_then(|it| it.table()).map_or(cost::ROW_OVERHEAD, row_bytes);
    let written = |low: Size, high: Size| {
        let time = Interval { low: bulk(cost::UPDATE, low).low, high: bulk(cost::UPDATE, high).high };
        let wal = Interval { low: low.bytes * cost::UPDATE_WAL.0, high: high.bytes * cost::UPDATE_WAL.1 };
        (time, logged(wal, high))
    };
    match step.statement.as_deref() {
        Some(Statement::Insert(it)) => match &it.source {
            InsertSource::Values(rows) => {
                let rows = rows.len() as f64;
                let new = Size { rows, bytes: rows * row, logged: table.is_none_or(|it| it.logged) };
                Some(written(new, new))
            }
            InsertSource::DefaultValues => Some((Interval::default(), Interval { low: row, high: row * 3.0 })),
            // It has no estimate.
            InsertSource::Query(_) => None,
        },
        // A condition may choose no row and all of them; finding them may read the whole table.
        Some(Statement::Update(it)) if it.condition.is_some() => Some(written(size(0.0, table?), table?)),
        Some(Statement::Delete(it)) if it.condition.is_some() => Some(written(size(0.0, table?), table?)),
        _ => Some(written(table?, table?)),
    }
}
