//! A row that is written: its computed columns, and what `ExecConstraints` asks of it.

use crate::effect::{PgError, RelationId};
use crate::expression::evaluate::{Computed, Trouble, Value};
use crate::pg::sqlstate;
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::statement::known_rows::RowScope;

/// Stored generated columns follow the others (`ExecComputeStoredGenerated`).
pub(in crate::statement) fn compute_generated(
    scope: &RowScope<'_>,
    table: RelationId,
    row: &mut [Value],
) -> Computed<()> {
    let execution = scope.scope.execution;
    let mut open = false;
    for (number, column) in execution.schema.table(table).live() {
        let Some(generated) = &column.generated else { continue };
        let value = match scope.over(row).value(&generated.expression) {
            Err(Trouble::Unknown) => {
                open = true;
                scope.over(row).known(&generated.expression)?
            }
            other => other?,
        };
        row[usize::from(number) - 1] = value;
    }
    if open { Err(Trouble::Unknown) } else { Ok(()) }
}

fn violation(sqlstate: sqlstate::SqlState, message: String) -> Computed<()> {
    Err(Trouble::Error(PgError::new(sqlstate, message)))
}

/// `ExecConstraints`: nulls first, in the order of the columns, then checks by name. Something that is
/// not known stands before whatever comes after it.
pub(super) fn written(scope: &RowScope<'_>, table: RelationId, row: &[Value]) -> Computed<()> {
    let execution = scope.scope.execution;
    let relation = execution.bare_name(table);
    let columns = execution.schema.table(table);
    for (number, column) in columns.live().filter(|(_, column)| column.not_null) {
        match row.get(usize::from(number) - 1) {
            Some(Value::Null) => {
                let name = column.name.as_str();
                let message =
                    format!("null value in column \"{name}\" of relation \"{relation}\" violates not-null constraint");
                return violation(sqlstate::NOT_NULL_VIOLATION, message);
            }
            Some(Value::Unknown) | None => return Err(Trouble::Unknown),
            Some(_) => {}
        }
    }
    let mut checks: Vec<&Constraint> = columns.constraints.iter().filter(|it| it.enforced).collect();
    checks.sort_by(|a, b| a.name.cmp(&b.name));
    for constraint in checks {
        let ConstraintKind::Check { expression, .. } = &constraint.kind else { continue };
        if scope.over(row).truth(expression)? == Some(false) {
            let name = constraint.name.as_str();
            let message = format!("new row for relation \"{relation}\" violates check constraint \"{name}\"");
            return violation(sqlstate::CHECK_VIOLATION, message);
        }
    }
    Ok(())
}
