//! Rows that the plan added to tables that were there: they go by their keys, where the text says which they are and
//! nothing else depends on them.

use crate::effect::RelationId;
use crate::name::{Ident, quote_literal};
use crate::rollback::Work;
use crate::rollback::script::{self, Phase};
use crate::schema::Schema;
use crate::schema::object::ObjectClass;
use crate::simulate::trace::Step;
use crate::syntax::expression::{Expr, Literal};
use crate::syntax::row_statement::{Insert, InsertSource};
use crate::syntax::statement::Statement;

/// More are better deleted by a condition that somebody thinks of.
const MOST_ROWS: usize = 500;

/// Rows that a step adds.
pub(super) struct Inserted<'s> {
    pub(super) step: &'s Step,
    pub(super) table: RelationId,
}

impl Work<'_> {
    /// `updated`: tables whose rows the plan changed otherwise.
    pub(super) fn undo_inserted(&mut self, inserted: &[Inserted<'_>], updated: &[RelationId]) {
        let mut deletes: Vec<Option<String>> =
            inserted.iter().map(|it| if updated.contains(&it.table) { None } else { self.delete(it) }).collect();
        // What stays, or was changed, may refer to a row: then that stays too.
        loop {
            let kept = inserted.iter().zip(&deletes).filter(|(_, sql)| sql.is_none()).map(|(it, _)| it.table);
            let kept: Vec<RelationId> = kept.chain(updated.iter().copied()).collect();
            let held = |at: usize| kept.iter().any(|table| refers(self.now, *table, inserted[at].table));
            let Some(at) = (0..deletes.len()).find(|at| deletes[*at].is_some() && held(*at)) else { break };
            deletes[at] = None;
        }
        // In the opposite order: a row goes before those that it refers to.
        for (it, sql) in inserted.iter().zip(deletes).rev() {
            let (index, name) = (it.step.index, self.start.relation(it.table).name.clone());
            match sql {
                Some(sql) => {
                    let condition = script::relation_exists(&self.now.relation(it.table).name);
                    self.add_if(Phase::DeleteRow, condition, sql);
                    self.note(format!("The rows that step {index} inserts into {name} are deleted by their key."));
                }
                None => self.stay(format!("The rows that step {index} inserts into {name}.")),
            }
        }
    }

    /// Deletes exactly the rows of the step. `None` where the text does not tell which they are.
    fn delete(&self, inserted: &Inserted<'_>) -> Option<String> {
        let (step, table) = (inserted.step, inserted.table);
        let Some(Statement::Insert(statement)) = step.statement.as_deref() else { return None };
        let InsertSource::Values(rows) = &statement.source else { return None };
        let plain = !statement.opaque && statement.conflict.is_none() && statement.on_conflict_update.is_none();
        if !plain || rows.len() > MOST_ROWS || [&step.before, self.now].iter().any(|it| interferes(it, table)) {
            return None;
        }
        let columns = columns(step, statement, table);
        let keys = self.now.get(table)?.table()?.indexes.iter().map(|id| self.now.index(*id));
        // The key keeps rows apart since before they came.
        let keys = keys.filter(|it| it.unique && it.valid && it.immediate && it.predicate.is_none());
        keys.filter_map(|it| it.key_columns()).find_map(|key| {
            let unique = |number: &u16| step.before.table(table).attribute(*number).is_some_and(|it| !it.dropped);
            if !key.iter().all(unique) || !has_key(&step.before, table, &key) {
                return None;
            }
            let places: Vec<usize> =
                key.iter().map(|number| columns.iter().position(|it| it == number)).collect::<Option<_>>()?;
            let values: Vec<String> = rows
                .iter()
                .map(|row| {
                    let parts = places.iter().map(|at| row.get(*at).and_then(constant)).collect::<Option<Vec<_>>>()?;
                    Some(if parts.len() == 1 { parts[0].clone() } else { format!("({})", parts.join(", ")) })
                })
                .collect::<Option<_>>()?;
            let names: Vec<String> = key.iter().map(|it| self.now.table(table).column_name(*it).to_string()).collect();
            let names = if names.len() == 1 { names[0].clone() } else { format!("({})", names.join(", ")) };
            Some(format!("DELETE FROM {} WHERE {names} IN ({})", self.now.relation(table).name, values.join(", ")))
        })
    }
}

/// Attribute numbers that the statement gives values to, in its order.
fn columns(step: &Step, statement: &Insert, table: RelationId) -> Vec<u16> {
    let table = step.before.table(table);
    let number = |name: &Ident| table.column(name.as_str()).map_or(0, |(number, _)| number);
    match &statement.columns[..] {
        [] => table.live().map(|(number, _)| number).collect(),
        named => named.iter().map(number).collect(),
    }
}

fn has_key(schema: &Schema, table: RelationId, key: &[u16]) -> bool {
    let indexes = schema.table(table).indexes.iter().map(|id| schema.index(*id));
    indexes
        .filter(|it| it.unique && it.valid && it.immediate && it.predicate.is_none())
        .any(|it| it.key_columns().is_some_and(|it| it == key))
}

/// Triggers and rules may have written something else, or elsewhere too.
fn interferes(schema: &Schema, table: RelationId) -> bool {
    let Some(relation) = schema.get(table) else { return true };
    let mut triggers = schema.objects_on(ObjectClass::Trigger, table).filter_map(|it| it.trigger());
    !matches!(relation.kind(), 'r' | 'p') || triggers.any(|it| !it.internal) || schema.rules(table).next().is_some()
}

fn refers(schema: &Schema, from: RelationId, to: RelationId) -> bool {
    let Some(table) = schema.get(from).and_then(|it| it.table()) else { return false };
    from != to && table.constraints.iter().any(|it| it.foreign_key().is_some_and(|key| key.references == to))
}

/// A constant that is written the same way again; none for NULL, which no key finds.
fn constant(value: &Expr) -> Option<String> {
    match value {
        Expr::Literal(Literal::Integer(digits) | Literal::Decimal(digits)) => Some(digits.clone()),
        Expr::Literal(Literal::String(text)) => Some(quote_literal(text)),
        Expr::Literal(Literal::Boolean(value)) => Some(value.to_string()),
        _ => None,
    }
}
