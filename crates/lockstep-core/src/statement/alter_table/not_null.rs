//! `SET NOT NULL` and `DROP NOT NULL`: `ATExecSetNotNull`, `ATExecDropNotNull`.

use crate::effect::{PgError, Precondition, RelationId};
use crate::name::Ident;
use crate::pg::sqlstate;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::schema::relation::Rows;
use crate::statement::alter_table::Altered;
use crate::statement::check_constraint::{add_not_null, find_not_null, is_proven_not_null};
use crate::statement::column::attribute;
use crate::statement::composite_type::is_row_type;
use crate::statement::execution::{Execution, Outcome, fail};

pub(super) fn set(execution: &mut Execution, table: RelationId, altered: &mut Altered, name: &Ident) -> Outcome {
    let number = attribute(execution, table, name)?;
    if let Some(constraint) = find_not_null(execution, table, number) {
        let (constraint_name, valid) = (constraint.name.clone(), constraint.validated);
        if !valid {
            // `ATExecSetNotNull` queues the validation of the constraint that is there.
            mark_valid(execution, table, &constraint_name);
            verify(execution, table, altered, number)?;
        }
        return Ok(());
    }
    if execution.schema.table(table).attribute(number).is_some_and(|column| column.not_null) {
        return Ok(());
    }
    require(execution, table, altered, number, None, false)
}

/// Makes the column `NOT NULL` and has its rows read, unless a constraint proves it.
pub(super) fn require(
    execution: &mut Execution,
    table: RelationId,
    altered: &mut Altered,
    number: u16,
    name: Option<&Ident>,
    no_inherit: bool,
) -> Outcome {
    let proven = is_proven_not_null(execution, table, number);
    add_not_null(execution, table, number, name, no_inherit, true)?;
    if !proven {
        verify(execution, table, altered, number)?;
    }
    Ok(())
}

pub(super) fn mark_valid(execution: &mut Execution, table: RelationId, name: &Ident) {
    let constraints = &mut execution.schema.table_mut(table).constraints;
    if let Some(constraint) = constraints.iter_mut().find(|it| it.name == *name) {
        constraint.validated = true;
    }
}

pub(super) fn verify(execution: &mut Execution, table: RelationId, altered: &mut Altered, number: u16) -> Outcome {
    let reason = "no valid constraint proves that the column holds no null, so every row is read";
    altered.verify = altered.verify.or(Some(reason));
    let full = execution.schema.relation(table).name.clone();
    let (rows, column) = {
        let table = execution.schema.table(table);
        (table.rows, table.attribute(number).cloned())
    };
    let Some(column) = column else { return Ok(()) };
    altered.scan.nulls = true;
    if column.has_null {
        let relation = execution.bare_name(table);
        let message = format!("column \"{}\" of relation \"{relation}\" contains null values", column.name.as_str());
        altered.scan.fails(PgError::new(sqlstate::NOT_NULL_VIOLATION, message));
    } else if rows != Rows::Empty && !column.filled {
        // A row whose fields are all null is none.
        let null = if is_row_type(execution, &column.type_) { "IS NOT DISTINCT FROM NULL" } else { "IS NULL" };
        let query = format!("SELECT count(*) FROM {full} WHERE {} {null}", column.name);
        altered.scan.questions.push(Precondition::new(query, "0", sqlstate::NOT_NULL_VIOLATION));
    }
    Ok(())
}

pub(super) fn drop(execution: &mut Execution, table: RelationId, name: &Ident) -> Outcome {
    let number = attribute(execution, table, name)?;
    let relation = execution.bare_name(table);
    let schema = &execution.schema;
    let columns = schema.table(table);
    if columns.attribute(number).is_some_and(|column| column.identity.is_some()) {
        return fail(
            sqlstate::SYNTAX_ERROR,
            format!("column \"{}\" of relation \"{relation}\" is an identity column", name.as_str()),
        );
    }
    let key = columns.primary_key().and_then(Constraint::index);
    if key.is_some_and(|index| schema.index(index).columns().contains(&number)) {
        return fail(sqlstate::INVALID_TABLE_DEFINITION, format!("column \"{}\" is in a primary key", name.as_str()));
    }
    let replica = columns
        .indexes
        .iter()
        .map(|index| schema.index(*index))
        .any(|index| index.replica_identity && index.columns().contains(&number));
    if replica {
        return fail(
            sqlstate::INVALID_TABLE_DEFINITION,
            format!("column \"{}\" is in index used as replica identity", name.as_str()),
        );
    }
    let table = execution.schema.table_mut(table);
    table.constraints.retain(|it| !matches!(it.kind, ConstraintKind::NotNull { column, .. } if column == number));
    if let Some(column) = table.attribute_mut(number) {
        column.not_null = false;
    }
    Ok(())
}

/// Takes away a constraint that came from a table above, and the mark on its column.
pub(super) fn forget(execution: &mut Execution, table: RelationId, name: &Ident) {
    let table = execution.schema.table_mut(table);
    let column = table.constraint(name.as_str()).and_then(|it| match it.kind {
        ConstraintKind::NotNull { column, .. } => Some(column),
        _ => None,
    });
    table.constraints.retain(|it| it.name != *name);
    if let Some(column) = column.and_then(|number| table.attribute_mut(number)) {
        column.not_null = false;
    }
}
