//! Which partition takes a row: `ExecFindPartition` and `ExecPartitionCheck`, for rows of constants.

use std::cmp::Ordering;

use crate::effect::RelationId;
use crate::expression::{self, Context, constants_are_equal};
use crate::name::{Ident, QualifiedName};
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::schema::index::KeyColumn;
use crate::schema::partition::{Bound, Datum, Limit};
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::partition::constraint::read_bound;
use crate::statement::partition::overlap::compare;
use crate::statement::rows::is_default;
use crate::statement::scope::{TableScope, Use};
use crate::syntax::expression::Expr;

/// A row of a statement: the values that it gives to columns.
struct Row<'a> {
    columns: &'a [Ident],
    values: &'a [Expr],
}

/// The rows of an `INSERT`, by the leaf partition that takes them.
pub(in crate::statement) fn distribute(
    execution: &Execution,
    root: RelationId,
    columns: &[Ident],
    rows: &[Vec<Expr>],
) -> Outcome<Vec<(RelationId, Vec<Vec<Expr>>)>> {
    let mut found: Vec<(RelationId, Vec<Vec<Expr>>)> = vec![];
    for values in rows {
        let row = Row { columns, values };
        let mut table = root;
        while execution.schema.table(table).is_partitioned() {
            let Some(partition) = choose(execution, table, &row)? else {
                let name = execution.bare_name(table);
                let message = format!("no partition of relation \"{name}\" found for row");
                return fail(sqlstate::CHECK_VIOLATION, message);
            };
            table = partition;
        }
        match found.iter_mut().find(|(it, _)| *it == table) {
            Some((_, rows)) => rows.push(values.clone()),
            None => found.push((table, vec![values.clone()])),
        }
    }
    Ok(found)
}

/// Rows that are written to a partition by its own name must be its own.
pub(in crate::statement) fn check(
    execution: &mut Execution,
    partition: RelationId,
    columns: &[Ident],
    rows: &[Vec<Expr>],
) -> Outcome {
    let mut chain = vec![];
    let mut table = partition;
    read_bound(execution, partition);
    while let Some(parent) = execution.schema.partition_parent(table) {
        chain.push((parent, table));
        table = parent;
    }
    for values in rows {
        for (parent, expected) in &chain {
            match choose(execution, *parent, &Row { columns, values }) {
                Ok(Some(chosen)) if chosen == *expected => {}
                Ok(_) => {
                    let name = execution.bare_name(partition);
                    let message = format!("new row for relation \"{name}\" violates partition constraint");
                    return fail(sqlstate::CHECK_VIOLATION, message);
                }
                Err(Stop::Unknown(why)) => execution.doubt(why),
                Err(stop) => return Err(stop),
            }
        }
    }
    Ok(())
}

/// The name that a statement could say.
pub(in crate::statement) fn name_of(execution: &Execution, table: RelationId) -> QualifiedName {
    let name = execution.schema.relation(table).name.clone();
    QualifiedName { schema: Some(name.schema), name: name.name }
}

fn choose(execution: &Execution, parent: RelationId, row: &Row<'_>) -> Outcome<Option<RelationId>> {
    let Some(key) = execution.schema.table(parent).partition_key.clone() else { return Ok(None) };
    let mut values: Vec<Datum> = vec![];
    for part in &key.keys {
        let KeyColumn::Attribute(number) = part.column else {
            return unknown("which partition takes a row is not known where the key is computed");
        };
        values.push(value(execution, parent, number, row)?);
    }
    let types = key.types();
    for partition in execution.schema.children(parent) {
        let Some(bound) = execution.schema.table(partition).bound.clone() else { continue };
        match holds(&types, &bound, &values) {
            Some(true) => return Ok(Some(partition)),
            Some(false) => {}
            None => return unknown("which partition takes a row is not known"),
        }
    }
    Ok(execution.schema.default_partition(parent))
}

fn holds(types: &[Type], bound: &Bound, values: &[Datum]) -> Option<bool> {
    match bound {
        Bound::Default => Some(false),
        Bound::Hash { .. } => None,
        Bound::List(listed) => {
            let mut sure = true;
            for other in listed {
                match (values.first()?, other) {
                    (None, None) => return Some(true),
                    (Some(a), Some(b)) => match constants_are_equal(types.first()?, a, b) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => sure = false,
                    },
                    _ => {}
                }
            }
            sure.then_some(false)
        }
        Bound::Range { from, to } => {
            let point: Option<Vec<Limit>> = values.iter().cloned().map(|it| it.map(Limit::Value)).collect();
            // A null belongs to no range.
            let Some(point) = point else { return Some(false) };
            let above = compare(types, from, &point).map(Ordering::is_le)?;
            let below = compare(types, &point, to).map(Ordering::is_lt)?;
            Some(above && below)
        }
    }
}

/// What the row has in a column: a constant, or null.
fn value(execution: &Execution, table: RelationId, number: u16, row: &Row<'_>) -> Outcome<Datum> {
    let Some(column) = execution.schema.table(table).attribute(number) else { return unknown("no such column") };
    let scope = TableScope { execution, table: None, alias: None };
    let place = row.columns.iter().position(|it| *it == column.name);
    let made = match place.and_then(|place| row.values.get(place)).filter(|it| !is_default(it)) {
        Some(written) => {
            let made = expression::analyze(written, &scope, Use::Value)?;
            expression::coerce_to_target(made, &column.type_, Context::Assignment, &scope)?
        }
        None => match &column.default {
            Some(default) => Some((**default).clone()),
            None => return Ok(None),
        },
    };
    match made.and_then(|made| expression::constant_text(&made, &scope)) {
        Some(text) => Ok(text.map(triomphe::Arc::from)),
        None => unknown("which partition takes a row is not known where a value is computed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(text: &str) -> Limit {
        Limit::Value(text.into())
    }

    #[test]
    fn a_range_holds_its_lower_end_and_not_its_upper_one() {
        let bound = Bound::Range { from: vec![limit("10")], to: vec![limit("20")] };
        let holds = |text: &str| holds(&[Type::INT4], &bound, &[Some(text.into())]);
        assert_eq!(holds("10"), Some(true));
        assert_eq!(holds("9"), Some(false));
        assert_eq!(holds("20"), Some(false));
    }

    #[test]
    fn null_belongs_to_the_list_that_names_it_and_to_no_range() {
        assert_eq!(holds(&[Type::TEXT], &Bound::List(vec![Some("a".into()), None]), &[None]), Some(true));
        assert_eq!(holds(&[Type::TEXT], &Bound::List(vec![Some("a".into())]), &[None]), Some(false));
        let everything = Bound::Range { from: vec![Limit::MinValue], to: vec![Limit::MaxValue] };
        assert_eq!(holds(&[Type::INT4], &everything, &[None]), Some(false));
    }
}
