//! What foreign keys make of written rows: the queries of `ri_triggers.c`, their locks and their refusals.

use std::collections::BTreeSet;

use crate::effect::{DataChangeKind, RelationId, WorkKind};
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::constraint::{Constraint, ForeignKey, ReferentialAction};
use crate::schema::relation::Rows;
use crate::statement::execution::{Execution, Outcome, unknown};
use crate::statement::known_rows::{Affected, Verdict, cascade};
use crate::statement::partition::constraint::read_bound;
use crate::statement::partition::spread::ask_others;
use crate::statement::select::lock_indexes_for_rows;

/// `RI_FKey_check`: a row that refers to another looks it up and keeps it (`FOR KEY SHARE`). `surely` are
/// columns that have a value in a row which is certainly written.
pub(super) fn look_up_referenced(
    execution: &mut Execution,
    table: RelationId,
    written: &[u16],
    null: &[u16],
    surely: &[u16],
) {
    for constraint in execution.schema.table(table).constraints.clone() {
        let Some(key) = constraint.foreign_key() else { continue };
        let written = key.columns.iter().any(|column| written.contains(column));
        // MATCH SIMPLE asks nothing of a key with a null in it.
        let beside = constraint.parent.as_ref().is_some_and(|(of, _)| *of == table);
        if beside || !constraint.enforced || !written || key.columns.iter().any(|column| null.contains(column)) {
            continue;
        }
        let certain = key.columns.iter().all(|column| surely.contains(column));
        look_up(execution, table, &constraint, certain);
    }
}

/// The same where rows may be written.
pub(super) fn look_up_perhaps(execution: &mut Execution, table: RelationId, written: &[u16]) {
    look_up_referenced(execution, table, written, &[], &[]);
}

/// The same for rows that are known: `asked` are the places of the keys that some row has.
pub(super) fn look_up_by_rows(execution: &mut Execution, table: RelationId, asked: &BTreeSet<usize>) {
    for place in asked {
        let Some(constraint) = execution.schema.table(table).constraints.get(*place).cloned() else { continue };
        look_up(execution, table, &constraint, true);
    }
}

fn look_up(execution: &mut Execution, table: RelationId, constraint: &Constraint, certain: bool) {
    let Some(key) = constraint.foreign_key().filter(|key| !is_part(execution, table, key)) else { return };
    if execution.pending.defers(constraint) {
        execution.pending.certainly.insert(table);
    } else {
        // Of a partitioned table the look-up opens what its plan needs.
        let certain = certain && !execution.schema.table(key.references).is_partitioned();
        // What is deferred looks when the statement's own transaction ends.
        let certain = certain && !constraint.initially_deferred;
        let reason = "the foreign key looks up the referenced row and keeps it from going";
        execution.lock_for_rows(key.references, LockMode::RowShare, reason, certain);
        lock_indexes_for_rows(execution, key.references, LockMode::RowShare, certain);
        perhaps_below(execution, key.references, reason);
    }
}

/// What refers to a partition beside a key that refers to the whole: `addFkRecurseReferenced` makes it without a
/// trigger that looks rows up.
fn is_part(execution: &Execution, table: RelationId, key: &ForeignKey) -> bool {
    let above = execution.schema.ancestors(key.references);
    let keys = execution.schema.table(table).constraints.iter().filter_map(|it| it.foreign_key());
    keys.into_iter().any(|it| above.contains(&it.references) && it.columns == key.columns)
}

/// Which partitions a look-up opens is known only when it runs.
fn perhaps_below(execution: &mut Execution, table: RelationId, reason: &'static str) {
    if !execution.schema.table(table).is_partitioned() {
        return;
    }
    for (below, _) in execution.schema.descendants(table) {
        execution.lock_for_rows(below, LockMode::RowShare, reason, false);
        lock_indexes_for_rows(execution, below, LockMode::RowShare, false);
    }
}

/// What happens to a referenced row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event<'a> {
    Delete,
    /// Columns that may change.
    Update(&'a [u16]),
}

/// `RI_FKey_noaction_del` and its relatives: rows that refer to the written ones are looked up, or
/// written as well. `rows` is a query for the rows in question, `None` where there is none; `affected`
/// are those rows, where they are known.
pub(super) fn follow(
    execution: &mut Execution,
    table: RelationId,
    event: Event<'_>,
    rows: Option<&str>,
    affected: Option<Vec<Affected>>,
) -> Outcome {
    let mut seen = vec![];
    Written { table, event, rows, affected }.follow(execution, &mut seen)
}

/// Rows of a referenced table that were written.
struct Written<'a> {
    table: RelationId,
    event: Event<'a>,
    rows: Option<&'a str>,
    affected: Option<Vec<Affected>>,
}

/// Cascades of known rows go no deeper.
const MAX_DEPTH: usize = 50;

impl Written<'_> {
    fn follow(&self, execution: &mut Execution, seen: &mut Vec<RelationId>) -> Outcome {
        let table = self.table;
        match &self.affected {
            // Triggers fire for rows: without any, nothing is looked up.
            Some(affected) if affected.is_empty() => return Ok(()),
            Some(_) if seen.len() > MAX_DEPTH => return unknown("how far the cascade goes is not followed"),
            Some(_) => {}
            None if seen.contains(&table) || execution.schema.table(table).rows == Rows::Empty => return Ok(()),
            None => {}
        }
        if refers_to_itself_above(execution, table) {
            execution.doubt("what a partitioned table that refers to itself makes of its rows is not modelled");
        }
        seen.push(table);
        let mut children: Vec<RelationId> = execution.schema.table(table).referenced_by.iter().copied().collect();
        children.push(table);
        for child in children {
            for constraint in execution.schema.table(child).constraints.clone() {
                let Some(key) = constraint.foreign_key().filter(|key| key.references == table) else { continue };
                if !constraint.enforced {
                    continue;
                }
                let action = match self.event {
                    Event::Delete => key.on_delete,
                    Event::Update(columns) => {
                        if !key.referenced_columns.iter().any(|column| columns.contains(column)) {
                            continue;
                        }
                        key.on_update
                    }
                };
                let affected = self.affected.as_ref().map(|it| cascade::of_key(key, it));
                if affected.as_ref().is_some_and(Vec::is_empty) {
                    continue;
                }
                let one = Written { affected, ..*self };
                one.apply(execution, child, &constraint, key, action, seen)?;
            }
        }
        seen.pop();
        Ok(())
    }

    /// A query of a trigger: it runs where a row was written, and that is certain of rows that are known. Which
    /// partitions it opens depends on the row.
    fn lock(
        &self,
        execution: &mut Execution,
        child: RelationId,
        key: &ForeignKey,
        mode: LockMode,
        reason: &'static str,
    ) {
        let certain = self.affected.is_some() && !is_left_out(execution, child, &key.columns);
        execution.lock_for_rows(child, mode, reason, certain);
        lock_indexes_for_rows(execution, child, mode, certain);
        for (below, _) in execution.schema.descendants(child) {
            execution.lock_for_rows(below, mode, reason, false);
            lock_indexes_for_rows(execution, below, mode, false);
        }
    }

    /// What may refuse the rows that get other keys.
    fn ask_of_followers(&self, execution: &mut Execution, child: RelationId, key: &ForeignKey) {
        let own = execution.schema.table(child);
        if own.rows == Rows::Empty && !own.is_partitioned() {
            return;
        }
        let names: Vec<Ident> = key.columns.iter().map(|it| own.column_name(*it)).collect();
        let name = execution.schema.relation(self.table).name.to_string();
        let text = self.rows.map_or_else(|| format!("TABLE {name}"), str::to_owned);
        ask_others(execution, None, child, &names, &text);
        if is_pruned_by(execution, child, &key.columns) || is_left_out(execution, child, &key.columns) {
            execution.precondition(text, "rows that a partition takes", sqlstate::CHECK_VIOLATION);
        }
    }

    /// One call of one trigger.
    fn apply(
        &self,
        execution: &mut Execution,
        child: RelationId,
        constraint: &Constraint,
        key: &ForeignKey,
        action: ReferentialAction,
        seen: &mut Vec<RelationId>,
    ) -> Outcome {
        match action {
            ReferentialAction::NoAction | ReferentialAction::Restrict => {
                if action == ReferentialAction::NoAction && execution.pending.defers(constraint) {
                    execution.pending.certainly.insert(self.table);
                    return Ok(());
                }
                let reason = "rows that refer to the written ones are looked for";
                self.lock(execution, child, key, LockMode::RowShare, reason);
                let found = self.affected.as_ref().map(|it| cascade::refused(execution, child, key, action, it));
                match found {
                    Some(Some(false)) => Ok(()),
                    Some(Some(true)) => Err(cascade::refusal(execution, self.table, child, constraint, action).into()),
                    Some(None) | None => {
                        refers(execution, self.table, child, key, action, self.rows);
                        Ok(())
                    }
                }
            }
            ReferentialAction::Cascade | ReferentialAction::SetNull | ReferentialAction::SetDefault => {
                let deletes = action == ReferentialAction::Cascade && self.event == Event::Delete;
                let reason = match deletes {
                    true => "rows that refer to the deleted ones are deleted as well",
                    false => "rows that refer to the written ones are updated",
                };
                self.lock(execution, child, key, LockMode::RowExclusive, reason);
                let below: Vec<RelationId> =
                    execution.schema.descendants(child).into_iter().map(|(id, _)| id).collect();
                if !deletes {
                    look_up_perhaps(execution, child, &key.columns);
                    below.iter().chain([&child]).for_each(|it| read_bound(execution, *it));
                }
                if action == ReferentialAction::SetDefault {
                    // `ri_set` ends with the look-up of `NO ACTION`.
                    let looked = Written { affected: None, ..*self };
                    looked.lock(execution, child, key, LockMode::RowShare, "rows that still refer are looked for");
                }
                let known = self.affected.as_ref().and_then(|it| cascade::carry_out(execution, child, key, action, it));
                let affected = match known {
                    Some((Verdict::Fails(error), _)) => return Err(error.into()),
                    Some((verdict, affected)) => {
                        if !affected.is_empty() {
                            execution.work(child, WorkKind::WriteRows, None, reason);
                        }
                        if verdict == Verdict::Open {
                            execution.doubt("whether the rows that follow satisfy their constraints is not known");
                        }
                        Some(affected)
                    }
                    None => {
                        if !deletes {
                            self.ask_of_followers(execution, child, key);
                        }
                        write(execution, child, reason);
                        None
                    }
                };
                if affected.as_ref().is_none_or(|it| !it.is_empty()) {
                    match deletes {
                        true => execution.data_change(child, None, DataChangeKind::Deleted),
                        false => {
                            for column in &key.columns {
                                execution.data_change(child, Some(*column), DataChangeKind::Overwritten);
                            }
                        }
                    }
                }
                let event = if deletes { Event::Delete } else { Event::Update(&key.columns) };
                Written { table: child, event, rows: None, affected }.follow(execution, seen)
            }
        }
    }
}

/// Whether a look-up by these columns from above may leave the partition out.
fn is_left_out(execution: &Execution, table: RelationId, columns: &[u16]) -> bool {
    let own = execution.schema.table(table);
    let names: Vec<_> = columns.iter().map(|it| own.column_name(*it)).collect();
    execution.schema.ancestors(table).into_iter().any(|above| {
        let part = execution.schema.table(above);
        let theirs: Vec<u16> = names.iter().filter_map(|it| Some(part.column(it.as_str())?.0)).collect();
        part.is_partitioned() && is_pruned_by(execution, above, &theirs)
    })
}

/// Whether a value for these columns leaves partitions out, here or further down.
fn is_pruned_by(execution: &Execution, table: RelationId, columns: &[u16]) -> bool {
    let own = execution.schema.table(table);
    let Some(key) = &own.partition_key else { return false };
    let names: Vec<_> = columns.iter().map(|it| own.column_name(*it)).collect();
    key.columns().iter().any(|it| columns.contains(it))
        || execution.schema.children(table).into_iter().any(|below| {
            let part = execution.schema.table(below);
            let theirs: Vec<u16> = names.iter().filter_map(|it| Some(part.column(it.as_str())?.0)).collect();
            is_pruned_by(execution, below, &theirs)
        })
}

/// A partitioned table that refers to itself: its partitions' rows are looked up from the whole.
fn refers_to_itself_above(execution: &Execution, table: RelationId) -> bool {
    let above = execution.schema.ancestors(table);
    above.into_iter().any(|it| {
        let keys = execution.schema.table(it).constraints.iter().filter_map(|it| it.foreign_key());
        execution.schema.table(it).is_partitioned() && keys.into_iter().any(|key| key.references == it)
    })
}

fn write(execution: &mut Execution, child: RelationId, reason: &'static str) {
    if execution.schema.table(child).rows != Rows::Empty {
        execution.work(child, WorkKind::WriteRows, None, reason);
        execution.schema.table_mut(child).forget_rows();
    }
}

/// Rows of the child that refer to the rows in question.
fn refers(
    execution: &mut Execution,
    table: RelationId,
    child: RelationId,
    key: &ForeignKey,
    action: ReferentialAction,
    rows: Option<&str>,
) {
    if execution.schema.table(child).rows == Rows::Empty {
        return;
    }
    let Some(rows) = rows else {
        execution.doubt("whether rows refer to the written ones is not known");
        return;
    };
    let schema = &execution.schema;
    let child_name = &schema.relation(child).name;
    let (ours, theirs) = (schema.table(child), schema.table(table));
    let pairs = key.columns.iter().zip(&key.referenced_columns);
    let join: Vec<_> =
        pairs.map(|(a, b)| format!("p.{} = c.{}", theirs.column_name(*b), ours.column_name(*a))).collect();
    let query = format!(
        "SELECT count(*) FROM {child_name} AS c WHERE EXISTS (SELECT 1 FROM ({rows}) AS p WHERE {})",
        join.join(" AND ")
    );
    execution.precondition(query, "0", cascade::refusal_state(execution.version, action));
}
