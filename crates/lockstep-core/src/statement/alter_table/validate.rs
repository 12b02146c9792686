//! `VALIDATE CONSTRAINT`: `ATExecValidateConstraint`.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::constraint::ConstraintKind;
use crate::statement::alter_table::scan::Check;
use crate::statement::alter_table::{Altered, not_null};
use crate::statement::execution::{Execution, Outcome, fail};
use crate::statement::row_checks;

pub(super) fn run(execution: &mut Execution, table: RelationId, altered: &mut Altered, name: &Ident) -> Outcome {
    let relation = execution.bare_name(table);
    let Some(constraint) = execution.schema.table(table).constraint(name.as_str()).cloned() else {
        return fail(
            sqlstate::UNDEFINED_OBJECT,
            format!("constraint \"{}\" of relation \"{relation}\" does not exist", name.as_str()),
        );
    };
    let kind_is_valid = matches!(
        constraint.kind,
        ConstraintKind::Check { .. } | ConstraintKind::NotNull { .. } | ConstraintKind::ForeignKey(_)
    );
    if !kind_is_valid {
        return fail(
            sqlstate::WRONG_OBJECT_TYPE,
            format!(
                "constraint \"{}\" of relation \"{relation}\" is not a foreign key or check constraint",
                name.as_str()
            ),
        );
    }
    if !constraint.enforced {
        return fail(sqlstate::WRONG_OBJECT_TYPE, "cannot validate NOT ENFORCED constraint");
    }
    if constraint.validated {
        return Ok(());
    }
    match &constraint.kind {
        ConstraintKind::Check { expression, .. } => {
            altered.verify = altered.verify.or(Some("every row must satisfy the constraint"));
            let question = row_checks::violations(execution, table, expression);
            altered.scan.checks.push(Check { name: name.clone(), expression: expression.clone(), question });
        }
        ConstraintKind::NotNull { column, .. } => not_null::verify(execution, table, altered, *column)?,
        ConstraintKind::ForeignKey(key) => {
            let reason = "the referenced rows must not go while they are looked up";
            execution.lock(key.references, LockMode::RowShare, reason);
            altered.foreign_keys.push(name.clone());
        }
        _ => {}
    }
    not_null::mark_valid(execution, table, name);
    Ok(())
}
