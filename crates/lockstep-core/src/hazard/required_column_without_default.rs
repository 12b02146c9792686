#![doc = include_str!("required_column_without_default.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{altered, written_subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Outcome, Step, Trace};
use crate::syntax::statement::{ColumnConstraintKind, Subcommand};

pub(super) static HAZARD: Hazard = Hazard {
    id: "required_column_without_default",
    severity: Severity::Error,
    page: include_str!("required_column_without_default.md"),
    recipe: None,
    concerns: Concerns::ADDS,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let not_null = sqlstate::NOT_NULL_VIOLATION;
    let may_fail = match &step.outcome {
        Outcome::Failed(error) => error.sqlstate == not_null,
        Outcome::DependsOnData(questions) => questions.iter().any(|it| it.sqlstate_otherwise == not_null),
        _ => false,
    };
    let Some(relation) = altered(step, trace).map(|it| it.0).filter(|_| may_fail) else { return vec![] };
    let required = written_subcommands(step).iter().filter_map(|it| match it {
        Subcommand::AddColumn { column, .. } => {
            let has = |test: fn(&ColumnConstraintKind) -> bool| column.constraints.iter().any(|it| test(&it.kind));
            let required = has(|it| matches!(it, ColumnConstraintKind::NotNull { .. } | ColumnConstraintKind::PrimaryKey { .. }));
            (required && !has(|it| matches!(it, ColumnConstraintKind::Default(_)))).then_some(&column.name)
        }
        _ => None,
    });
    required
        .map(|column| {
            let message = format!(
                "{column} has no value in the rows that {} holds already: with a single one the step fails with 23502, \
                 not_null_violation.",
                relation.name
            );
            Finding::new(&HAZARD, message).about(&relation.name)
        })
        .collect()
}
