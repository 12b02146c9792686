//! What foreign keys make of referenced rows that are known: `ri_restrict`, `RI_FKey_cascade_del` and
//! its relatives of `ri_triggers.c`.

use crate::effect::{PgError, RelationId};
use crate::expression::evaluate::{Trouble, Value};
use crate::pg::behavior;
use crate::pg::sqlstate::{self, SqlState};
use crate::pg::version::PgVersion;
use crate::schema::constraint::{Constraint, ForeignKey, ReferentialAction};
use crate::schema::known_rows::Row;
use crate::statement::execution::Execution;
use crate::statement::known_rows::insert::duplicate;
use crate::statement::known_rows::references::{self, Affected, refers_to};
use crate::statement::known_rows::{RowScope, Verdict, checks, rows, uniqueness};

fn at(row: &[Value], column: u16) -> Option<&Value> {
    row.get(usize::from(column) - 1)
}

/// `RI_FKey_pk_upd_check_required`: rows whose key is gone, and held no null.
pub(in crate::statement) fn of_key(key: &ForeignKey, affected: &[Affected]) -> Vec<Affected> {
    let concerned = affected.iter().filter(|it| {
        let columns = || key.referenced_columns.iter();
        let null = columns().any(|column| at(&it.old, *column).is_some_and(Value::is_null));
        let same = it.new.as_ref().is_some_and(|new| {
            columns().all(|column| {
                let (old, new) = (at(&it.old, *column), at(new, *column));
                old == new && old.is_some_and(Value::is_exact)
            })
        });
        !null && !same
    });
    concerned.cloned().collect()
}

/// Whether a row still refers to one of those; `None`: not known.
pub(in crate::statement) fn refused(
    execution: &Execution,
    child: RelationId,
    key: &ForeignKey,
    action: ReferentialAction,
    affected: &[Affected],
) -> Option<bool> {
    let scope = RowScope::new(execution);
    let children = rows(execution, child)?;
    let mut doubtful = false;
    for row in &children {
        for it in affected {
            match refers_to(&scope, child, key, row, &it.old) {
                Ok(false) => {}
                Err(_) => doubtful = true,
                Ok(true) => {
                    // `ri_Check_Pk_Match`: another row may have taken the key over.
                    let others =
                        if action == ReferentialAction::NoAction { rows(execution, key.references)? } else { vec![] };
                    match references::all_refer(&scope, child, key, std::slice::from_ref(row), &others) {
                        Ok(false) => return Some(true),
                        Ok(true) => {}
                        Err(_) => doubtful = true,
                    }
                }
            }
        }
    }
    if doubtful { None } else { Some(false) }
}

pub(in crate::statement) fn refusal_state(version: PgVersion, action: ReferentialAction) -> SqlState {
    match action == ReferentialAction::Restrict && behavior::restrict_is_its_own_violation(version) {
        true => sqlstate::RESTRICT_VIOLATION,
        false => sqlstate::FOREIGN_KEY_VIOLATION,
    }
}

/// `ri_ReportViolation` for a row that others refer to.
pub(in crate::statement) fn refusal(
    execution: &Execution,
    table: RelationId,
    child: RelationId,
    constraint: &Constraint,
    action: ReferentialAction,
) -> PgError {
    let state = refusal_state(execution.version, action);
    let what = if state == sqlstate::RESTRICT_VIOLATION { "RESTRICT setting of foreign key" } else { "foreign key" };
    let (table, child, name) = (execution.bare_name(table), execution.bare_name(child), constraint.name.as_str());
    let message =
        format!("update or delete on table \"{table}\" violates {what} constraint \"{name}\" on table \"{child}\"");
    PgError::new(state, message)
}

/// Deletes or updates the rows that refer to those, and says which they were; `None`: not known.
pub(in crate::statement) fn carry_out(
    execution: &mut Execution,
    child: RelationId,
    key: &ForeignKey,
    action: ReferentialAction,
    affected: &[Affected],
) -> Option<(Verdict, Vec<Affected>)> {
    let before = rows(execution, child)?;
    let scope = RowScope::new(execution);
    let mut kept: Vec<Row> = vec![];
    let mut written: Vec<Affected> = vec![];
    let mut verdict = Verdict::Fine;
    for row in before {
        let mut cause = None;
        for it in affected {
            if refers_to(&scope, child, key, &row, &it.old).ok()? {
                cause = Some(it);
            }
        }
        let Some(cause) = cause else {
            kept.push(row);
            continue;
        };
        let new = match (&cause.new, action) {
            (None, ReferentialAction::Cascade) => None,
            _ => Some(follow(&scope, child, key, action, &row, cause)?),
        };
        if let (Some(new), Verdict::Fine) = (&new, &verdict) {
            verdict = Verdict::of(checks::written(&scope, child, new));
        }
        written.push(Affected { old: row, new });
    }
    let new: Vec<Row> = written.iter().filter_map(|it| it.new.clone()).collect();
    if verdict == Verdict::Fine && !new.is_empty() {
        verdict = of_keys(&scope, child, key, action, &kept, &new);
    }
    kept.extend(new);
    execution.schema.table_mut(child).set_known_rows(kept, !written.is_empty());
    Some((verdict, written))
}

/// The row as the action makes it.
fn follow(
    scope: &RowScope<'_>,
    child: RelationId,
    key: &ForeignKey,
    action: ReferentialAction,
    row: &Row,
    cause: &Affected,
) -> Option<Row> {
    let columns = scope.scope.execution.schema.table(child);
    let mut new = row.to_vec();
    for (ours, theirs) in key.columns.iter().zip(&key.referenced_columns) {
        let deleted = cause.new.is_none();
        if deleted && !key.on_delete_columns.is_empty() && !key.on_delete_columns.contains(ours) {
            continue;
        }
        let value = match (action, &cause.new) {
            (ReferentialAction::Cascade, Some(parent)) => {
                // Of another type it would be converted on the way.
                let types = |table, column| uniqueness::type_of(scope.scope.execution, table, column);
                let same = types(child, *ours) == types(key.references, *theirs);
                same.then(|| at(parent, *theirs).cloned()).flatten()?
            }
            (ReferentialAction::SetDefault, _) => match columns.attribute(*ours).and_then(|it| it.default.as_deref()) {
                Some(default) => scope.over(&[]).value(default).ok()?,
                None => Value::Null,
            },
            _ => Value::Null,
        };
        new[usize::from(*ours) - 1] = value;
    }
    match checks::compute_generated(scope, child, &mut new) {
        Ok(()) => Some(new.into()),
        Err(Trouble::Unknown | Trouble::Error(_)) => None,
    }
}

/// Keys of the child's own: unique ones, and for a default the foreign key again.
fn of_keys(
    scope: &RowScope<'_>,
    child: RelationId,
    key: &ForeignKey,
    action: ReferentialAction,
    kept: &[Row],
    new: &[Row],
) -> Verdict {
    let execution = scope.scope.execution;
    let all: Vec<Row> = kept.iter().chain(new).cloned().collect();
    for (id, index) in uniqueness::indexes(execution, child) {
        if !index.columns().iter().any(|column| key.columns.contains(column)) {
            continue;
        }
        match uniqueness::any_same(scope, &index, &all) {
            _ if index.exclusion => return Verdict::Open,
            Ok(false) => {}
            Ok(true) if index.immediate => return Verdict::Fails(duplicate(execution, id)),
            _ => return Verdict::Open,
        }
    }
    let constraints = execution.schema.table(child).constraints.iter().filter(|it| it.enforced);
    for constraint in constraints {
        let Some(other) = constraint.foreign_key() else { continue };
        let touched = other.columns.iter().any(|column| key.columns.contains(column));
        // What is set to null, or along with the referenced row, is right already.
        let own = other == key && action != ReferentialAction::SetDefault;
        if !touched || own || execution.pending.defers(constraint) {
            continue;
        }
        let referenced = rows(execution, other.references);
        match referenced.and_then(|it| references::all_refer(scope, child, other, new, &it).ok()) {
            Some(true) => {}
            Some(false) => {
                return Verdict::Fails(references::orphan(execution, child, constraint.name.as_str()));
            }
            None => return Verdict::Open,
        }
    }
    Verdict::Fine
}
