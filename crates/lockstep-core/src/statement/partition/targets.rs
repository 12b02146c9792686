//! `UPDATE` and `DELETE` of tables that stand above or below others.

use crate::effect::{DataChangeKind, RelationId, WorkKind};
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::constraint::ReferentialAction;
use crate::schema::relation::Rows;
use crate::statement::execution::{Execution, Outcome, unknown};
use crate::statement::firing::{self, RowEvent};
use crate::statement::partition::constraint::read_bound;
use crate::statement::partition::spread;
use crate::statement::query::{self, Ask, Below, Purpose};
use crate::statement::referential;
use crate::statement::select::lock_indexes_for_rows;
use crate::syntax::expression::Expr;
use crate::syntax::statement::RowStatement;

/// Opens what belongs to the target; the target itself is open.
pub(in crate::statement) fn open(statement: &RowStatement, execution: &mut Execution, table: RelationId) -> Outcome {
    let own = execution.schema.table(table);
    let alone = !own.is_partitioned() && (own.children.is_empty() || statement.only);
    if alone {
        return stays(statement, execution, table);
    }
    let deletes = statement.assignments.is_empty() && !statement.opaque;
    if statement.opaque {
        return unknown("what an UPDATE does to the tables below is not modelled");
    }
    let below = match statement.condition.is_some() || !statement.from.is_empty() || !deletes {
        true => below(statement, execution, table, Purpose::Run)?,
        false => {
            let all = execution.schema.descendants(table).into_iter().map(|(id, _)| id);
            Below { tables: all.collect(), certain: true }
        }
    };
    let names: Vec<Ident> = statement.assignments.iter().map(|(name, _)| name.clone()).collect();
    let text = as_query(statement).unwrap_or_default();
    for id in below.tables.iter().chain([&table]) {
        let changed = (!deletes).then(|| spread::numbers(execution, *id, &names));
        follow_perhaps(execution, *id, changed.as_deref(), &text, &mut vec![])?;
    }
    below.lock(execution, "rows of the tables below are written as well");
    match deletes {
        true => delete_below(execution, &below.tables),
        false => update_below(statement, execution, table, &below.tables),
    }
}

/// What of the tables below is opened; what else the statement reads is locked.
pub(in crate::statement) fn below(
    statement: &RowStatement,
    execution: &mut Execution,
    table: RelationId,
    purpose: Purpose,
) -> Outcome<Below> {
    let Some(text) = as_query(statement) else { return unknown("the rows that are written are not known") };
    let target = query::Target { table, only: statement.only, asks: &asks(statement), assigned: &assigned(statement) };
    query::beside_target(&text, &target, purpose, execution)
}

/// What policies on the target ask of its rows.
pub(in crate::statement) fn asks(statement: &RowStatement) -> Vec<Ask> {
    let mut reads = statement.returning;
    let computed = statement.assignments.iter().map(|(_, value)| value).chain(&statement.condition);
    computed.for_each(|it| it.visit(&mut |it| reads |= matches!(it, Expr::Column(_))));
    match statement.assignments.is_empty() && !statement.opaque {
        true => Ask::of_delete(reads),
        false => Ask::of_update(reads),
    }
}

/// The rows that are meant, as a query.
pub(in crate::statement) fn rows(statement: &RowStatement) -> String {
    as_query(statement).unwrap_or_else(|| format!("TABLE {}", statement.table))
}

/// The columns with a value of their own.
fn assigned(statement: &RowStatement) -> Vec<Ident> {
    let values = statement.assignments.iter().filter(|(_, value)| !matches!(value, Expr::Default));
    values.map(|(name, _)| name.clone()).collect()
}

/// The values that are assigned, of the rows that are meant.
fn as_query(statement: &RowStatement) -> Option<String> {
    let values = statement.assignments.iter().filter(|(_, value)| !matches!(value, Expr::Default));
    let values: Vec<String> = values.map(|(_, value)| value.to_string()).collect();
    let values = if values.is_empty() { "1".to_owned() } else { values.join(", ") };
    let alias = |alias: &Option<Ident>| alias.as_ref().map(|it| format!(" AS {it}")).unwrap_or_default();
    let only = if statement.only { "ONLY " } else { "" };
    let mut text = format!("SELECT {values} FROM {only}{}{}", statement.table, alias(&statement.alias));
    for (name, other) in &statement.from {
        match name.name.as_str().is_empty() {
            true => text.push_str(&format!(", {}", statement.sources.as_ref()?)),
            false => text.push_str(&format!(", {name}{}", alias(other))),
        }
    }
    if let Some(condition) = &statement.condition {
        text.push_str(&format!(" WHERE {condition}"));
    }
    Some(text)
}

/// Rows of a partition that is named itself stay there, or are refused (`ExecPartitionCheck`).
fn stays(statement: &RowStatement, execution: &mut Execution, table: RelationId) -> Outcome {
    if statement.assignments.is_empty() {
        return Ok(());
    }
    read_bound(execution, table);
    if statement.assignments.iter().any(|(column, _)| is_in_key_above(execution, table, column)) {
        let Some(text) = as_query(statement) else {
            return unknown("whether the rows stay in their partition is not known");
        };
        execution.precondition(text, "values that the partition takes", sqlstate::CHECK_VIOLATION);
    }
    Ok(())
}

/// What refers to rows of one of several tables, which may hold none of them: `None` where they are deleted, else
/// the columns that change.
fn follow_perhaps(
    execution: &mut Execution,
    table: RelationId,
    changed: Option<&[u16]>,
    text: &str,
    seen: &mut Vec<RelationId>,
) -> Outcome {
    if seen.contains(&table) {
        return Ok(());
    }
    seen.push(table);
    if !execution.schema.table(table).referenced_by.is_empty() {
        // `ri_Check_Pk_Match`: another row may have taken the place of the one that is gone.
        let top = execution.schema.ancestors(table).last().copied().unwrap_or(table);
        let family: Vec<RelationId> = execution.schema.descendants(top).into_iter().map(|(id, _)| id).collect();
        for id in std::iter::once(top).chain(family) {
            execution.lock_for_rows(id, LockMode::RowShare, "a row of the same key is looked for", false);
            lock_indexes_for_rows(execution, id, LockMode::RowShare, false);
        }
    }
    for child in execution.schema.table(table).referenced_by.clone() {
        for constraint in execution.schema.table(child).constraints.clone() {
            let Some(key) = constraint.foreign_key().filter(|key| key.references == table) else { continue };
            let action = match changed {
                None => key.on_delete,
                Some(columns) if key.referenced_columns.iter().any(|it| columns.contains(it)) => key.on_update,
                Some(_) => continue,
            };
            if !constraint.enforced {
                continue;
            }
            // Of actions only the look-up waits.
            if action == ReferentialAction::NoAction && execution.pending.defers(&constraint) {
                execution.pending.perhaps.insert(table);
                continue;
            }
            let looks = matches!(action, ReferentialAction::NoAction | ReferentialAction::Restrict);
            let mode = if looks { LockMode::RowShare } else { LockMode::RowExclusive };
            let below: Vec<RelationId> = execution.schema.descendants(child).into_iter().map(|(id, _)| id).collect();
            for id in std::iter::once(child).chain(below) {
                execution.lock_for_rows(id, mode, "rows that refer to the written ones are looked for", false);
                lock_indexes_for_rows(execution, id, mode, false);
                if !looks {
                    let deletes = action == ReferentialAction::Cascade && changed.is_none();
                    firing::fire(execution, id, if deletes { RowEvent::Delete } else { RowEvent::Update })?;
                    execution.schema.table_mut(id).forget_rows();
                    let theirs = (!deletes).then_some(key.columns.as_slice());
                    read_bound(execution, id);
                    if let Some(columns) = theirs {
                        referential::look_up_perhaps(execution, id, columns);
                    }
                    if action == ReferentialAction::SetDefault {
                        // `ri_set` ends with the look-up of `NO ACTION`.
                        execution.lock_for_rows(id, LockMode::RowShare, "rows that still refer are looked for", false);
                        lock_indexes_for_rows(execution, id, LockMode::RowShare, false);
                    }
                    follow_perhaps(execution, id, theirs, text, seen)?;
                }
            }
            let expected = "rows that no other row refers to";
            for state in [sqlstate::FOREIGN_KEY_VIOLATION, sqlstate::RESTRICT_VIOLATION] {
                execution.precondition(text.to_owned(), expected, state);
            }
            if !looks {
                for state in [sqlstate::NOT_NULL_VIOLATION, sqlstate::CHECK_VIOLATION, sqlstate::UNIQUE_VIOLATION] {
                    execution.precondition(text.to_owned(), expected, state);
                }
            }
        }
    }
    seen.pop();
    Ok(())
}

fn delete_below(execution: &mut Execution, below: &[RelationId]) -> Outcome {
    for id in below {
        if execution.schema.table(*id).is_partitioned() || execution.schema.table(*id).rows == Rows::Empty {
            continue;
        }
        firing::fire(execution, *id, RowEvent::Delete)?;
        execution.work(*id, WorkKind::WriteRows, None, "rows are deleted");
        execution.data_change(*id, None, DataChangeKind::Deleted);
        execution.schema.table_mut(*id).forget_rows();
    }
    Ok(())
}

fn update_below(
    statement: &RowStatement,
    execution: &mut Execution,
    table: RelationId,
    below: &[RelationId],
) -> Outcome {
    let names: Vec<Ident> = statement.assignments.iter().map(|(name, _)| name.clone()).collect();
    let text = as_query(statement).unwrap_or_default();
    let moves = below.iter().any(|id| names.iter().any(|name| is_in_key_above(execution, *id, name)));
    for id in below {
        if execution.schema.table(*id).is_partitioned() {
            continue;
        }
        firing::fire(execution, *id, RowEvent::Update)?;
        let numbers = spread::numbers(execution, *id, &names);
        referential::look_up_referenced(execution, *id, &numbers, &[], &[]);
        spread::ask_others(execution, None, *id, &names, &text);
        execution.work(*id, WorkKind::WriteRows, None, "rows are updated: each gets a new version");
        for number in &numbers {
            execution.data_change(*id, Some(*number), DataChangeKind::Overwritten);
        }
        execution.schema.table_mut(*id).forget_rows();
    }
    if moves {
        execution.precondition(text.clone(), "values that a partition takes", sqlstate::CHECK_VIOLATION);
        let referenced = |(id, _): &(RelationId, u16)| !execution.schema.table(*id).referenced_by.is_empty();
        if execution.schema.descendants(table).iter().any(referenced) {
            // `ExecCrossPartitionUpdateForeignKey`
            execution.precondition(text, "rows that stay in their partition", sqlstate::FEATURE_NOT_SUPPORTED);
        }
        for (id, _) in execution.schema.descendants(table) {
            read_bound(execution, id);
            execution.lock_for_rows(id, LockMode::RowExclusive, "rows may move to the partition", false);
            lock_indexes_for_rows(execution, id, LockMode::RowExclusive, false);
            for event in [RowEvent::Delete, RowEvent::Insert] {
                firing::fire(execution, id, event)?;
            }
            execution.schema.table_mut(id).forget_rows();
        }
    }
    Ok(())
}

/// A new value there may belong to another partition.
fn is_in_key_above(execution: &Execution, table: RelationId, column: &Ident) -> bool {
    let mut current = table;
    while let Some(parent) = execution.schema.partition_parent(current) {
        let above = execution.schema.table(parent);
        let columns = above.partition_key.as_ref().map(|key| key.columns()).unwrap_or_default();
        if columns.iter().any(|number| above.column_name(*number) == *column) {
            return true;
        }
        current = parent;
    }
    false
}
