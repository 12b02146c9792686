//! Whether a table's constraints prove a condition: `ConstraintImpliedByRelConstraint`.

use crate::effect::RelationId;
use crate::expression::Expression;
use crate::schema::constraint::ConstraintKind;
use crate::statement::execution::{Execution, Outcome, unknown};
use crate::statement::scope::{self, Use};

/// The condition names the table's columns. Not known where constants cannot be compared.
pub(in crate::statement) fn is_implied(execution: &Execution, table: RelationId, condition: &str) -> Outcome<bool> {
    let own = execution.schema.table(table);
    let checks: Vec<&Expression> = own
        .constraints
        .iter()
        .filter(|it| it.validated && it.enforced)
        .filter_map(|it| match &it.kind {
            ConstraintKind::Check { expression, .. } => Some(&**expression),
            _ => None,
        })
        .collect();
    if checks.is_empty() {
        // `NOT NULL` alone proves no bound.
        return Ok(false);
    }
    if condition.contains("satisfies_hash_partition(") {
        return Ok(false);
    }
    let Ok(parsed) = crate::syntax::parse_expression(condition) else {
        return unknown("the partition's condition cannot be read back");
    };
    let wanted = scope::analyze(execution, table, &parsed, Use::Check)?;
    let not_null: Vec<u16> = own.live().filter(|(_, it)| it.not_null).map(|(number, _)| number).collect();
    match wanted.is_implied_by(&checks, &not_null) {
        Some(implied) => Ok(implied),
        None => unknown("whether the table's constraints prove that its rows belong to the partition is not known"),
    }
}
