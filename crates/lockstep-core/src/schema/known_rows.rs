//! The rows of a table, where every one of them was written by statements that were read: few, small,
//! and shared between the schemas of all steps.

use smallvec::smallvec;
use triomphe::Arc;

use crate::effect::{ObjectName, RelationId};
use crate::expression::evaluate::Value;
use crate::name::Ident;
use crate::schema::Schema;
use crate::schema::constraint::Constraint;
use crate::schema::relation::{Rows, Table};
use crate::schema::sequence::LastValue;

/// One row: the value of attribute number one first, those of dropped columns among them.
pub type Row = Arc<[Value]>;

/// More rows, wider ones or longer values are counted only.
const MAX_ROWS: usize = 1000;
const MAX_COLUMNS: usize = 64;
const MAX_TEXT: usize = 1000;

/// Rows in the order of the heap, the newest batch outermost: to add some leaves the older ones shared.
#[derive(Debug, Clone, Default)]
pub struct KnownRows {
    newest: Option<Arc<Batch>>,
    count: usize,
    /// Some row was updated or deleted: where new versions went is not known.
    disordered: bool,
}

#[derive(Debug)]
struct Batch {
    before: Option<Arc<Batch>>,
    rows: Vec<Row>,
}

impl KnownRows {
    /// `None` where they are too many, or too wide.
    pub fn new(rows: Vec<Row>, disordered: bool) -> Option<KnownRows> {
        KnownRows { disordered, ..KnownRows::default() }.with(rows)
    }

    /// Behind those that are there.
    pub fn with(&self, rows: Vec<Row>) -> Option<KnownRows> {
        let count = self.count + rows.len();
        if count > MAX_ROWS || rows.iter().any(|row| row.len() > MAX_COLUMNS) {
            return None;
        }
        if rows.is_empty() {
            return Some(self.clone());
        }
        let rows = rows.into_iter().map(bounded).collect();
        let newest = Some(Arc::new(Batch { before: self.newest.clone(), rows }));
        Some(KnownRows { newest, count, disordered: self.disordered })
    }

    /// From the first on.
    pub fn all(&self) -> Vec<Row> {
        let mut batches = vec![];
        let mut next = self.newest.as_ref();
        while let Some(batch) = next {
            batches.push(batch);
            next = batch.before.as_ref();
        }
        batches.into_iter().rev().flat_map(|batch| batch.rows.iter().cloned()).collect()
    }

    pub fn is_in_order(&self) -> bool {
        !self.disordered
    }
}

/// What is long is known to be there, and no more.
fn bounded(row: Row) -> Row {
    let long = |value: &Value| matches!(value, Value::Text(text) | Value::Printed(text) if text.len() > MAX_TEXT);
    match row.iter().any(long) {
        true => row.iter().map(|it| if long(it) { Value::Something } else { it.clone() }).collect(),
        false => row,
    }
}

/// The same rows; where they came from makes no difference.
impl PartialEq for KnownRows {
    fn eq(&self, other: &KnownRows) -> bool {
        let same = match (&self.newest, &other.newest) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        self.count == other.count && (same || self.all() == other.all())
    }
}

impl Table {
    /// Every row, in order; `None` where they are not all known. What only counts or empties a table
    /// need not care for its known rows: they hold only where they agree with the count.
    pub fn known_rows(&self) -> Option<Vec<Row>> {
        // A partitioned table has none of its own: they are its partitions'.
        if self.is_partitioned() {
            return None;
        }
        let known = match (self.rows, &self.known) {
            (Rows::Empty, _) => return Some(vec![]),
            (Rows::Exactly(count), Some(known)) if known.count as u64 == count => known,
            _ => return None,
        };
        let rows = known.all();
        rows.iter().all(|row| row.len() == self.columns.len()).then_some(rows)
    }

    /// Rows that are known came in the order in which they were written.
    pub fn rows_are_in_order(&self) -> bool {
        self.rows == Rows::Empty || self.known.as_ref().is_some_and(KnownRows::is_in_order)
    }

    /// Behind those that are there, which are known.
    pub fn add_known_rows(&mut self, rows: Vec<Row>) {
        let before = match self.rows {
            Rows::Empty => KnownRows::default(),
            _ => self.known.take().unwrap_or_default(),
        };
        let count = before.count + rows.len();
        self.note_columns(&rows, before.count == 0);
        self.known = before.with(rows);
        self.rows = if count == 0 { Rows::Empty } else { Rows::Exactly(count as u64) };
    }

    /// In place of those that were there; `disordered`: they may lie in another order.
    pub fn set_known_rows(&mut self, rows: Vec<Row>, disordered: bool) {
        let was = self.known.as_ref().is_some_and(|it| it.disordered) && !rows.is_empty();
        let count = rows.len() as u64;
        let nulls = |place: usize| rows.iter().filter_map(move |row| row.get(place)).any(Value::is_null);
        let all = |place: usize| rows.iter().filter_map(move |row| row.get(place)).all(Value::is_value);
        self.columns.note_nulls(|place, column| match rows.is_empty() {
            true => (column.filled, false),
            false => (all(place), nulls(place)),
        });
        self.known = KnownRows::new(rows, was || disordered);
        self.rows = if count == 0 { Rows::Empty } else { Rows::Exactly(count) };
    }

    /// Nothing is known of the rows any more.
    pub fn forget_rows(&mut self) {
        self.known = None;
        self.rows = Rows::Unknown;
        self.columns.note_nulls(|_, _| (false, false));
    }

    /// What the rows say of nulls, for when they become too many to be kept.
    fn note_columns(&mut self, rows: &[Row], afresh: bool) {
        if rows.is_empty() {
            return;
        }
        self.columns.note_nulls(|place, column| {
            let values = || rows.iter().filter_map(|row| row.get(place));
            let filled = (afresh || column.filled) && values().all(Value::is_value);
            (filled, column.has_null || values().any(Value::is_null))
        });
    }
}

impl Schema {
    /// Rows of tables of those names, and the values of their sequences, are not known any more.
    pub fn forget_rows(&mut self, names: &[Ident]) {
        let mut ids: Vec<RelationId> = vec![];
        for namespace in self.namespaces.keys() {
            let full = |name: &Ident| ObjectName { schema: namespace.clone(), name: name.clone() };
            ids.extend(names.iter().filter_map(|name| self.find(&full(name))));
        }
        // What is written to a table may be written to the tables below it.
        let below: Vec<RelationId> = ids.iter().flat_map(|id| self.descendants(*id)).map(|(id, _)| id).collect();
        ids.extend(below);
        self.add_followers(&mut ids);
        for id in ids {
            let mut sequences = smallvec![id];
            if self.get(id).is_some_and(|it| it.table().is_some()) {
                let table = self.table_mut(id);
                if table.is_partitioned() {
                    continue;
                }
                table.forget_rows();
                sequences.clone_from(&table.sequences);
                let defaults = table.columns.iter().filter_map(|column| column.default.as_ref());
                sequences.extend(defaults.flat_map(|it| it.sequences().0).map(RelationId));
            }
            for sequence in sequences {
                if self.get(sequence).is_some_and(|it| it.sequence().is_some())
                    && let Some(sequence) = self.sequence_mut(sequence)
                {
                    sequence.last_value = LastValue::Unknown;
                }
            }
        }
    }

    /// Tables whose rows go, or change, with those of the others.
    fn add_followers(&self, ids: &mut Vec<RelationId>) {
        let mut at = 0;
        while let Some(id) = ids.get(at).copied() {
            at += 1;
            let Some(table) = self.get(id).and_then(|it| it.table()) else { continue };
            for child in &table.referenced_by {
                let keys = self.get(*child).and_then(|it| it.table()).map(|it| it.constraints.as_slice());
                let mut keys = keys.unwrap_or_default().iter().filter_map(Constraint::foreign_key);
                if keys.any(|key| key.references == id && key.follows()) && !ids.contains(child) {
                    ids.push(*child);
                }
            }
        }
    }
}
