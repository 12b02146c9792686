//! Temporal keys: `WITHOUT OVERLAPS` and `PERIOD`, from 18 on.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::types::{Type, TypeRef};
use crate::pg::{behavior, sqlstate};
use crate::schema::relation::Rows;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::row_checks;
use crate::syntax::statement::{References, ReferentialAction};

/// `transformIndexConstraint`: the last column of the key is the range that must not overlap.
pub(super) fn check_key(execution: &Execution, table: RelationId, columns: &[Ident]) -> Outcome {
    if !behavior::has_temporal_keys(execution.version) {
        return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"WITHOUT\"");
    }
    let [_, .., last] = columns else {
        return fail(sqlstate::SYNTAX_ERROR, "constraint using WITHOUT OVERLAPS needs at least two columns");
    };
    let Some((_, column)) = execution.schema.table(table).column(last.as_str()) else { return Ok(()) };
    match is_range(&column.type_) {
        Some(true) => Ok(()),
        Some(false) => fail(
            sqlstate::DATATYPE_MISMATCH,
            format!("column \"{}\" in WITHOUT OVERLAPS is not a range or multirange type", last.as_str()),
        ),
        None => unknown(format!("the type of {last} is not modelled")),
    }
}

fn is_range(type_: &Type) -> Option<bool> {
    match type_.base {
        TypeRef::User(_) if !type_.array => None,
        _ => Some(!type_.array && type_.row().is_some_and(|row| matches!(row.kind, 'r' | 'm'))),
    }
}

/// What the rows have to answer when the key is made (`ExecWithoutOverlapsNotEmpty`).
pub(super) fn check_rows(
    execution: &mut Execution,
    table: RelationId,
    index: RelationId,
    columns: &[Ident],
) -> Outcome {
    let Some(last) = columns.last() else { return Ok(()) };
    let mut operators = vec!["="; columns.len() - 1];
    operators.push("&&");
    row_checks::exclusion(execution, index, &operators)?;
    if execution.schema.table(table).rows != Rows::Empty {
        let name = execution.schema.relation(table).name.clone();
        let query = format!("SELECT count(*) FROM {name} WHERE isempty({last})");
        execution.precondition(query, "0", sqlstate::CHECK_VIOLATION);
    }
    Ok(())
}

/// `ATAddForeignKeyConstraint`: both sides or neither have a period.
pub(super) fn check_period(execution: &Execution, period: bool, references: &References) -> Outcome {
    let invalid = |message: &str| fail(sqlstate::INVALID_FOREIGN_KEY, message);
    if (period || references.period) && !behavior::has_temporal_keys(execution.version) {
        return fail(sqlstate::SYNTAX_ERROR, "syntax error");
    }
    if references.period && !period {
        return invalid("foreign key uses PERIOD on the referenced table but not the referencing table");
    }
    if period && !references.period && !references.columns.is_empty() {
        return invalid("foreign key uses PERIOD on the referencing table but not the referenced table");
    }
    Ok(())
}

/// The same against the index that the key relies on.
pub(super) fn check_referenced(
    execution: &Execution,
    index: RelationId,
    period: bool,
    references: &References,
) -> Outcome {
    let invalid = |message: &str| fail(sqlstate::INVALID_FOREIGN_KEY, message);
    let without_overlaps = execution.schema.index(index).is_temporal();
    match (without_overlaps, period) {
        (true, false) if references.columns.is_empty() => {
            invalid("foreign key uses PERIOD on the referenced table but not the referencing table")
        }
        (true, false) => invalid("foreign key must use PERIOD when referencing a primary key using WITHOUT OVERLAPS"),
        (false, true) => {
            let name = execution.bare_name(execution.schema.index(index).table);
            invalid(&format!("there is no unique constraint matching given keys for referenced table \"{name}\""))
        }
        _ => Ok(()),
    }
}

/// Only `NO ACTION` is there for a key with a period.
pub(super) fn check_actions(references: &References) -> Outcome {
    for (event, action) in [("UPDATE", references.on_update), ("DELETE", references.on_delete)] {
        if action != ReferentialAction::NoAction {
            let message = format!("unsupported ON {event} action for foreign key constraint using PERIOD");
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
    }
    Ok(())
}

/// `validateForeignKeyConstraint` of a key with a period asks row by row, by way of the trigger.
pub(super) fn lock_indexes(execution: &mut Execution, table: RelationId, referenced: RelationId) {
    if execution.schema.table(table).rows == Rows::Empty {
        return;
    }
    for index in execution.schema.table(referenced).indexes.clone() {
        execution.lock(index, LockMode::RowShare, "the query that checks each row may use any index");
    }
}
