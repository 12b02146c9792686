#![doc = include_str!("validate_in_same_transaction.md")]

use crate::diagnostic::Severity;
use crate::effect::{Work, WorkKind};
use crate::hazard::exposure::{before_transaction, blocked, runs, weighed};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::schema::relation::Table;
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{AlterTableAction, Statement, Subcommand};

pub(super) static HAZARD: Hazard = Hazard {
    id: "validate_in_same_transaction",
    severity: Severity::Error,
    page: include_str!("validate_in_same_transaction.md"),
    recipe: None,
    concerns: Concerns::WORK,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    step.work
        .iter()
        .filter_map(|work| {
            let constraint = validated_too_early(step, trace, work)?;
            let blocked = blocked(step, trace, work.relation)?;
            let (who, table, mode) = (blocked.who(), &work.name, blocked.mode);
            let since = blocked.since.map_or_else(String::new, |step| format!(" of step {step}"));
            let message = format!(
                "{who} {table} wait while {constraint} is validated: the {mode} lock{since} is held to the end of \
                 the transaction that also added the constraint."
            );
            Some(weighed(Finding::new(&HAZARD, message).about(table), step, trace, work.relation))
        })
        .collect()
}

/// The constraint that this work validates, where the same transaction added it and others wait for
/// the lock that adding it took. `VALIDATE` alone would let them go on.
pub(super) fn validated_too_early(step: &Step, trace: &Trace, work: &Work) -> Option<String> {
    if !matches!(work.kind, WorkKind::Verify | WorkKind::ValidateForeignKey) || !only_validates(step) {
        return None;
    }
    blocked(step, trace, work.relation)?.since?;
    let table_of = |schema: &crate::schema::Schema| -> Option<Table> {
        Some(schema.get(work.relation)?.table()?.clone())
    };
    let (earliest, earlier, later) =
        (table_of(before_transaction(step, trace))?, table_of(&step.before)?, table_of(&step.after)?);
    let constraint = later.constraints.iter().find(|it| {
        let name = it.name.as_str();
        it.validated
            && work.object.as_ref().is_none_or(|object| object.name == it.name)
            && earlier.constraint(name).is_some_and(|it| !it.validated)
            && earliest.constraint(name).is_none()
    })?;
    Some(constraint.name.to_string())
}

/// Every subcommand is `VALIDATE CONSTRAINT`: none of them needs the lock that makes others wait.
pub(super) fn only_validates(step: &Step) -> bool {
    match step.statement.as_deref() {
        Some(Statement::AlterTable(it)) => match &it.action {
            AlterTableAction::Subcommands(all) => {
                all.iter().all(|it| matches!(it, Subcommand::ValidateConstraint { .. }))
            }
            _ => false,
        },
        _ => false,
    }
}
