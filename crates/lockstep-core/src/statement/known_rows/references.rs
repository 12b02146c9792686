//! Foreign keys over rows that are known: `RI_FKey_check`, and `RI_Initial_Check` for all rows at once.

use crate::effect::{PgError, RelationId};
use crate::expression::evaluate::{Computed, Trouble, Value};
use crate::pg::sqlstate;
use crate::schema::constraint::ForeignKey;
use crate::schema::known_rows::Row;
use crate::statement::execution::Execution;
use crate::statement::known_rows::uniqueness::type_of;
use crate::statement::known_rows::{RowScope, rows};

/// A row of a referenced table that changed, or is gone.
#[derive(Debug, Clone)]
pub(in crate::statement) struct Affected {
    pub(in crate::statement) old: Row,
    pub(in crate::statement) new: Option<Row>,
}

fn at(row: &[Value], column: u16) -> Value {
    row.get(usize::from(column) - 1).cloned().unwrap_or(Value::Unknown)
}

/// Whether the row of the one table refers to that of the other.
pub(in crate::statement) fn refers_to(
    scope: &RowScope<'_>,
    table: RelationId,
    key: &ForeignKey,
    row: &[Value],
    referenced: &[Value],
) -> Computed<bool> {
    let mut doubtful = false;
    for (ours, theirs) in key.columns.iter().zip(&key.referenced_columns) {
        let execution = scope.scope.execution;
        let types = (type_of(execution, table, *ours), type_of(execution, key.references, *theirs));
        match scope.same(&at(row, *ours), &at(referenced, *theirs), types) {
            Ok(false) => return Ok(false),
            Ok(true) => {}
            Err(_) => doubtful = true,
        }
    }
    if doubtful { Err(Trouble::Unknown) } else { Ok(true) }
}

/// Whether the row asks for a referenced one: not with a null in its key, unless all of it must be
/// null or nothing (`MATCH FULL`), where a part is a violation.
pub(super) fn asks(key: &ForeignKey, row: &[Value]) -> Computed<Option<bool>> {
    let values: Vec<Value> = key.columns.iter().map(|column| at(row, *column)).collect();
    let nulls = values.iter().filter(|it| it.is_null()).count();
    if nulls == values.len() || nulls > 0 && !key.match_full {
        return Ok(Some(false));
    }
    if values.contains(&Value::Unknown) {
        return Err(Trouble::Unknown);
    }
    Ok(if nulls > 0 { None } else { Some(true) })
}

/// Whether every one of the rows has its referenced row among those.
pub(super) fn all_refer(
    scope: &RowScope<'_>,
    table: RelationId,
    key: &ForeignKey,
    rows: &[Row],
    referenced: &[Row],
) -> Computed<bool> {
    let mut doubtful = false;
    for row in rows {
        match asks(key, row) {
            Ok(Some(false)) => continue,
            Ok(None) => return Ok(false),
            Ok(Some(true)) => {}
            Err(_) => {
                doubtful = true;
                continue;
            }
        }
        let (mut found, mut perhaps) = (false, false);
        for other in referenced {
            match refers_to(scope, table, key, row, other) {
                Ok(true) => found = true,
                Ok(false) => {}
                Err(_) => perhaps = true,
            }
        }
        match (found, perhaps) {
            (true, _) => {}
            (false, true) => doubtful = true,
            (false, false) => return Ok(false),
        }
    }
    if doubtful { Err(Trouble::Unknown) } else { Ok(true) }
}

/// `ri_ReportViolation` for a row without its referenced one.
pub(super) fn orphan(execution: &Execution, table: RelationId, constraint: &str) -> PgError {
    let relation = execution.bare_name(table);
    let message = format!("insert or update on table \"{relation}\" violates foreign key constraint \"{constraint}\"");
    PgError::new(sqlstate::FOREIGN_KEY_VIOLATION, message)
}

/// The error that validating the key ends with, or none; the outer `None`: not known.
pub(in crate::statement) fn orphans(
    execution: &Execution,
    table: RelationId,
    key: &ForeignKey,
    constraint: &str,
) -> Option<Option<PgError>> {
    let own = rows(execution, table)?;
    let scope = RowScope::new(execution);
    // Where no row asks for another one, those need not be known.
    let referenced = match own.iter().any(|row| asks(key, row) != Ok(Some(false))) {
        true => rows(execution, key.references)?,
        false => vec![],
    };
    let fine = all_refer(&scope, table, key, &own, &referenced).ok()?;
    Some((!fine).then(|| orphan(execution, table, constraint)))
}
