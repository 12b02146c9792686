//! What an `INSERT` gives the columns of its table: values, or defaults.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::statement::column::domain_default;
use crate::statement::execution::Execution;
use crate::statement::rows::{is_default, is_null, never_null};
use crate::statement::scope::{Stored, stored_value};
use crate::syntax::expression::Expr;

/// What each live column gets.
pub(super) struct Given {
    pub(super) number: u16,
    pub(super) name: Ident,
    /// Certainly no null in any row.
    pub(super) never_null: bool,
    /// Certainly a null in some row.
    pub(super) null: bool,
    /// Certainly a null in every row.
    pub(super) only_nulls: bool,
    /// A value of the statement's own, rather than a default.
    pub(super) written: bool,
    /// Its default in some row.
    pub(super) defaulted: bool,
}

pub(super) fn given(
    execution: &Execution,
    table: RelationId,
    targets: &[u16],
    rows: Option<&[Vec<Expr>]>,
) -> Vec<Given> {
    let columns = execution.schema.table(table);
    let made = columns.live().map(|(number, column)| {
        let defaulted = column.default.is_some() || column.generated.is_some() || column.identity.is_some();
        // A sequence always has a next value.
        let default = column.default.clone().or_else(|| domain_default(execution, &column.type_));
        let default_is_value = column.identity.is_some()
            || default.as_ref().is_some_and(|it| {
                !it.relations().is_empty() || matches!(stored_value(it, execution), Stored::Value(_))
            });
        let null_by_default = match &default {
            Some(default) => matches!(stored_value(default, execution), Stored::Null),
            None => !defaulted,
        };
        let place = targets.iter().position(|target| *target == number);
        let mut it = Given {
            number,
            name: column.name.clone(),
            never_null: true,
            null: false,
            only_nulls: true,
            written: false,
            defaulted: false,
        };
        let mut see = |value: Option<&Expr>| match value {
            Some(value) if !is_default(value) => {
                it.written = true;
                it.never_null &= never_null(value);
                it.null |= is_null(value);
                it.only_nulls &= is_null(value);
            }
            _ => {
                it.defaulted = true;
                it.never_null &= default_is_value;
                it.null |= null_by_default;
                it.only_nulls &= null_by_default;
            }
        };
        match (rows, place) {
            (Some([]), _) | (_, None) => see(None),
            (Some(rows), Some(place)) => rows.iter().for_each(|row| see(row.get(place))),
            (None, Some(_)) => (it.written, it.never_null, it.only_nulls) = (true, false, false),
        }
        it
    });
    made.collect()
}
