//! `UPDATE`: `ExecUpdate` for rows that are known.

use std::collections::BTreeSet;

use crate::effect::RelationId;
use crate::expression::Expression;
use crate::expression::evaluate::{Computed, Trouble, Value};
use crate::schema::index::Index;
use crate::schema::known_rows::Row;
use crate::statement::execution::Execution;
use crate::statement::known_rows::insert::{duplicate, is_deferred};
use crate::statement::known_rows::references::{self, Affected};
use crate::statement::known_rows::{RowScope, Verdict, checks, rows, sequences, uniqueness};

/// What the statement does where rows are known.
pub(in crate::statement) struct Updated {
    pub(in crate::statement) verdict: Verdict,
    /// All rows of the table, in their new order.
    pub(in crate::statement) rows: Vec<Row>,
    /// `None` where it is not known which rows the condition means.
    pub(in crate::statement) affected: Option<Vec<Affected>>,
    /// Foreign keys, by their place, that some row certainly asks after.
    pub(in crate::statement) asked: BTreeSet<usize>,
    /// Two rows certainly have the same key, which is looked at again when the transaction ends.
    pub(in crate::statement) collides_later: bool,
}

/// A row on its way: as it was, and as it will be where it is written.
struct Moving {
    old: Row,
    new: Option<Row>,
}

/// `assigned`: a column without an expression gets its default. `None`: the rows are not known.
pub(in crate::statement) fn update(
    execution: &mut Execution,
    table: RelationId,
    condition: Option<&Expression>,
    assigned: &[(u16, Option<Expression>)],
) -> Option<Updated> {
    let before = rows(execution, table)?;
    let scope = RowScope::new(execution);
    let in_order = execution.schema.table(table).rows_are_in_order();
    let mut moving: Vec<Moving> = vec![];
    let mut open = false;
    let mut failure: Option<Trouble> = None;
    let mut certain = true;
    for old in &before {
        let meant = match condition {
            None => Ok(true),
            Some(condition) => scope.over(old).truth(condition).map(|it| it == Some(true)),
        };
        let new = match meant {
            Ok(false) => None,
            Ok(true) => match assign(&scope, table, old, assigned) {
                Ok((row, exact)) => {
                    open |= !exact;
                    Some(row)
                }
                Err(trouble) => {
                    failure.get_or_insert(trouble);
                    break;
                }
            },
            Err(Trouble::Unknown) => {
                (open, certain) = (true, false);
                Some(perhaps(&scope, table, old, assigned))
            }
            Err(trouble) => {
                failure.get_or_insert(trouble);
                break;
            }
        };
        if let (Some(new), None, false) = (&new, &failure, open) {
            match checks::written(&scope, table, new) {
                Ok(()) => {}
                Err(Trouble::Unknown) => open = true,
                Err(trouble) => failure = Some(trouble),
            }
        }
        moving.push(Moving { old: old.clone(), new });
        if failure.is_some() {
            break;
        }
    }
    let mut asked = BTreeSet::new();
    let mut verdict = match failure {
        Some(_) if open => Verdict::Open,
        // An earlier row may have met another's key before that.
        Some(_) if unique(&scope, table, &moving, in_order, &mut false) != Ok(()) => Verdict::Open,
        Some(trouble) => Verdict::of(Err(trouble)),
        None if open => Verdict::Open,
        None => Verdict::Fine,
    };
    let mut collides_later = false;
    if verdict == Verdict::Fine {
        verdict = Verdict::of(unique(&scope, table, &moving, in_order, &mut collides_later));
    }
    if !matches!(verdict, Verdict::Fails(_)) {
        let found = foreign_keys(&scope, table, &moving, &mut asked);
        if verdict == Verdict::Fine {
            verdict = found;
        }
    }
    let moved = scope.sequences.take();
    let affected = certain.then(|| {
        let written = moving.iter().filter_map(|it| Some(Affected { old: it.old.clone(), new: Some(it.new.clone()?) }));
        written.collect()
    });
    let (written, kept): (Vec<Moving>, Vec<Moving>) = moving.into_iter().partition(|it| it.new.is_some());
    let rows = kept.into_iter().map(|it| it.old).chain(written.into_iter().filter_map(|it| it.new)).collect();
    sequences::keep(execution, moved);
    Some(Updated { verdict, rows, affected, asked, collides_later })
}

/// The new row, and whether all that it took is known.
fn assign(
    scope: &RowScope<'_>,
    table: RelationId,
    old: &Row,
    assigned: &[(u16, Option<Expression>)],
) -> Computed<(Row, bool)> {
    let columns = scope.scope.execution.schema.table(table);
    let mut row = old.to_vec();
    let mut exact = true;
    for (number, value) in assigned {
        let default = columns.attribute(*number).and_then(|it| it.default.as_deref());
        let value = match value.as_ref().or(default) {
            Some(expression) => {
                let over = scope.over(old);
                match over.value(expression) {
                    Err(Trouble::Unknown) => {
                        exact = false;
                        over.known(expression)?
                    }
                    other => other?,
                }
            }
            None => Value::Null,
        };
        row[usize::from(*number) - 1] = value;
    }
    match checks::compute_generated(scope, table, &mut row) {
        Ok(()) => {}
        Err(Trouble::Unknown) => exact = false,
        Err(error) => return Err(error),
    }
    Ok((row.into(), exact))
}

/// Old or new: what is the same either way stays.
fn perhaps(scope: &RowScope<'_>, table: RelationId, old: &Row, assigned: &[(u16, Option<Expression>)]) -> Row {
    let new = assign(scope, table, old, assigned).map(|(row, _)| row);
    let mixed = old.iter().enumerate().map(|(place, value)| match new.as_ref().ok().and_then(|it| it.get(place)) {
        Some(other) if other == value => value.clone(),
        Some(other) if other.is_value() && value.is_value() => Value::Something,
        _ => Value::Unknown,
    });
    mixed.collect()
}

/// Every new version gets its entries at once: a key that a later row is about to leave is still in the way.
fn unique(
    scope: &RowScope<'_>,
    table: RelationId,
    moving: &[Moving],
    in_order: bool,
    later: &mut bool,
) -> Computed<()> {
    let execution = scope.scope.execution;
    for (id, index) in uniqueness::indexes(execution, table) {
        let key = |row: &Row| uniqueness::key(scope, &index, row);
        for (place, it) in moving.iter().enumerate() {
            let Some(new) = &it.new else { continue };
            let (old_key, new_key) = (key(&it.old), key(new)?);
            let Some(new_key) = new_key else { continue };
            if matches!(&old_key, Ok(Some(old)) if *old == new_key) {
                continue;
            }
            if index.exclusion || execution.schema.index(id).exclusion {
                return Err(Trouble::Unknown);
            }
            let deferred = !index.immediate;
            for (other_place, other) in moving.iter().enumerate().filter(|(other, _)| *other != place) {
                let last = other.new.as_ref().unwrap_or(&other.old);
                if collides(scope, &index, &new_key, key(last)?)? {
                    return match is_deferred(execution, table, id) {
                        true => {
                            *later = true;
                            Err(Trouble::Unknown)
                        }
                        false => Err(Trouble::Error(duplicate(execution, id))),
                    };
                }
                if other.new.is_some() && !deferred && collides(scope, &index, &new_key, key(&other.old)?)? {
                    // Only for as long as the other one has not moved on.
                    match in_order && other_place > place {
                        true => return Err(Trouble::Error(duplicate(execution, id))),
                        false if in_order => {}
                        false => return Err(Trouble::Unknown),
                    }
                }
            }
        }
    }
    Ok(())
}

fn collides(scope: &RowScope<'_>, index: &Index, key: &[Value], other: Option<Vec<Value>>) -> Computed<bool> {
    match other {
        Some(other) => uniqueness::same_key(scope, index, key, &other),
        None => Ok(false),
    }
}

/// `RI_FKey_fk_upd_check_required`: rows whose key is another one now.
fn foreign_keys(scope: &RowScope<'_>, table: RelationId, moving: &[Moving], asked: &mut BTreeSet<usize>) -> Verdict {
    let execution = scope.scope.execution;
    let mut verdict = Verdict::Fine;
    for (place, constraint) in execution.schema.table(table).constraints.iter().enumerate() {
        let Some(key) = constraint.foreign_key().filter(|_| constraint.enforced) else { continue };
        let part = |row: &Row| key.columns.iter().map(|it| row.get(usize::from(*it) - 1).cloned()).collect::<Vec<_>>();
        let changed = moving.iter().filter_map(|it| {
            let new = it.new.as_ref()?;
            let inexact = part(new).iter().flatten().any(|it| !it.is_exact());
            (inexact || part(&it.old) != part(new)).then(|| new.clone())
        });
        let asking: Vec<Row> = changed.filter(|row| references::asks(key, row) != Ok(Some(false))).collect();
        if asking.is_empty() {
            continue;
        }
        asked.insert(place);
        if execution.pending.defers(constraint) || verdict != Verdict::Fine {
            continue;
        }
        let referenced = match key.references == table {
            true => Some(moving.iter().map(|it| it.new.clone().unwrap_or_else(|| it.old.clone())).collect()),
            false => rows(execution, key.references),
        };
        let fine = referenced.and_then(|it: Vec<Row>| references::all_refer(scope, table, key, &asking, &it).ok());
        verdict = match fine {
            Some(true) => Verdict::Fine,
            Some(false) => Verdict::Fails(references::orphan(execution, table, constraint.name.as_str())),
            None => Verdict::Open,
        };
    }
    verdict
}
