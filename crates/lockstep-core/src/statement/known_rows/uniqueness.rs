//! Keys of unique indexes: `_bt_check_unique` for rows that come in, `comparetup_index_btree` for an
//! index that is built.

use crate::effect::RelationId;
use crate::expression::evaluate::{Computed, Trouble, Value};
use crate::pg::types::Type;
use crate::schema::index::{Index, IndexKey, KeyColumn};
use crate::schema::known_rows::Row;
use crate::statement::execution::Execution;
use crate::statement::known_rows::RowScope;

/// The values of the keys; `None` where the index has no entry for the row, or one that none equals.
pub(super) fn key(scope: &RowScope<'_>, index: &Index, row: &[Value]) -> Computed<Option<Vec<Value>>> {
    let over = scope.over(row);
    if let Some(predicate) = &index.predicate
        && over.truth(predicate)? != Some(true)
    {
        return Ok(None);
    }
    let mut made = vec![];
    let mut doubtful = false;
    for key in &index.keys {
        let value = match &key.column {
            KeyColumn::Attribute(number) => row.get(usize::from(*number) - 1).cloned().unwrap_or(Value::Unknown),
            KeyColumn::Expression(expression) => over.known(expression)?,
        };
        if value.is_null() && !index.nulls_not_distinct {
            return Ok(None);
        }
        doubtful |= value == Value::Unknown;
        made.push(value);
    }
    if doubtful { Err(Trouble::Unknown) } else { Ok(Some(made)) }
}

/// Collations of the server's own tell apart whatever differs; of others that is not known.
fn is_deterministic(scope: &RowScope<'_>, index: &Index) -> bool {
    let schema = &scope.scope.execution.schema;
    index.keys.iter().all(|key| {
        let column = match &key.column {
            KeyColumn::Attribute(number) => schema.get(index.table).and_then(|it| it.table()?.attribute(*number)),
            KeyColumn::Expression(_) => None,
        };
        let own = column.and_then(|it| it.collation.as_ref());
        [own, key.collation.as_ref()]
            .into_iter()
            .flatten()
            .all(|it| matches!(it.name.as_str(), "C" | "POSIX" | "default"))
    })
}

/// Whether two keys are equal, nulls included where the index says so.
pub(super) fn same_key(scope: &RowScope<'_>, index: &Index, first: &[Value], second: &[Value]) -> Computed<bool> {
    let mut doubtful = false;
    for ((a, b), key) in first.iter().zip(second).zip(&index.keys) {
        let same = match (a.is_null(), b.is_null()) {
            (true, true) => Ok(true),
            (true, false) | (false, true) => Ok(false),
            (false, false) => scope.same(a, b, (key.type_, key.type_)),
        };
        match same {
            Ok(false) => return Ok(false),
            Ok(true) => {}
            Err(_) => doubtful = true,
        }
    }
    if doubtful || !is_deterministic(scope, index) { Err(Trouble::Unknown) } else { Ok(true) }
}

/// Whether any two of the rows have the same key.
pub(super) fn any_same(scope: &RowScope<'_>, index: &Index, rows: &[Row]) -> Computed<bool> {
    let mut keys: Vec<Vec<Value>> = vec![];
    let mut doubtful = false;
    for row in rows {
        match key(scope, index, row) {
            Ok(Some(key)) => keys.push(key),
            Ok(None) => {}
            Err(Trouble::Unknown) => doubtful = true,
            Err(error) => return Err(error),
        }
    }
    for (place, first) in keys.iter().enumerate() {
        for second in &keys[..place] {
            match same_key(scope, index, first, second) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(_) => doubtful = true,
            }
        }
    }
    if doubtful { Err(Trouble::Unknown) } else { Ok(false) }
}

/// Another unique index keeps all rows apart by some of the columns already, whatever they are.
fn is_kept_apart(execution: &Execution, index: &Index) -> bool {
    let schema = &execution.schema;
    let Some(table) = schema.get(index.table).and_then(|it| it.table()) else { return false };
    // The same equality: no collation or operator class of its own.
    let plain = |it: &Index| {
        let own = |key: &IndexKey| key.collation.is_some() || key.operator_class.is_some();
        it.key_columns().filter(|_| !it.keys.iter().any(own))
    };
    let Some(columns) = plain(index) else { return false };
    table.indexes.iter().filter_map(|id| schema.get(*id)?.index()).any(|other| {
        let enforced = other.unique && other.valid && other.immediate && !other.exclusion && other.predicate.is_none();
        let within = plain(other).filter(|keys| keys.iter().all(|it| columns.contains(it)));
        // Rows with a null may repeat there; here they do not count, unless it is said otherwise.
        let nulls = |keys: &[u16]| {
            !index.nulls_not_distinct
                || other.nulls_not_distinct
                || keys.iter().all(|it| table.attribute(*it).is_some_and(|it| it.not_null))
        };
        enforced && within.is_some_and(|it| nulls(&it))
    })
}

/// Whether an index over the rows that are known now cannot be built; `None`: not known.
pub(in crate::statement) fn has_duplicates(execution: &Execution, index: &Index) -> Option<bool> {
    if is_kept_apart(execution, index) {
        return Some(false);
    }
    let rows = super::rows(execution, index.table)?;
    any_same(&RowScope::new(execution), index, &rows).ok()
}

/// Whether some two of the rows that are known exclude each other; `None`: not known.
pub(in crate::statement) fn has_conflicts(execution: &Execution, index: &Index, operators: &[&str]) -> Option<bool> {
    let rows = super::rows(execution, index.table)?;
    let scope = RowScope::new(execution);
    let mut keys: Vec<Vec<Value>> = vec![];
    for row in &rows {
        keys.extend(key(&scope, index, row).ok()?);
    }
    let mut doubtful = false;
    for (place, first) in keys.iter().enumerate() {
        for second in &keys[..place] {
            match excludes(&scope, index, operators, first, second) {
                Ok(true) => return Some(true),
                Ok(false) => {}
                Err(_) => doubtful = true,
            }
        }
    }
    (!doubtful).then_some(false)
}

fn excludes(scope: &RowScope<'_>, index: &Index, operators: &[&str], a: &[Value], b: &[Value]) -> Computed<bool> {
    for ((key, operator), (a, b)) in index.keys.iter().zip(operators).zip(a.iter().zip(b)) {
        let holds = match *operator {
            "=" => scope.same(a, b, (key.type_, key.type_))?,
            "&&" if a.is_exact() && b.is_exact() => scope.over(&[]).overlap(a, b, key.type_)?,
            _ => return Err(Trouble::Unknown),
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The unique indexes of a table that take part in writes, in the order in which they are tried.
pub(super) fn indexes(execution: &Execution, table: RelationId) -> Vec<(RelationId, Index)> {
    let ids = execution.schema.table(table).indexes.iter();
    let all = ids.map(|id| (*id, execution.schema.index(*id).clone()));
    all.filter(|(_, it)| (it.unique || it.exclusion) && it.ready).collect()
}

/// The type of a column, without its modifier.
pub(super) fn type_of(execution: &Execution, table: RelationId, column: u16) -> Type {
    let column = execution.schema.table(table).attribute(column);
    column.map_or(Type::UNKNOWN, |it| it.type_.bare())
}
