#![doc = include_str!("delete_breaks_foreign_key.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{of_others, running};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Outcome, Step, Trace};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "delete_breaks_foreign_key",
    severity: Severity::Warning,
    page: include_str!("delete_breaks_foreign_key.md"),
    recipe: None,
    concerns: Concerns::ROWS,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::Delete(delete)) = running(step) else { return vec![] };
    let Outcome::DependsOnData(questions) = &step.outcome else { return vec![] };
    if !questions.iter().any(|it| it.sqlstate_otherwise == sqlstate::FOREIGN_KEY_VIOLATION) {
        return vec![];
    }
    let Some(table) = of_others(step, trace, &delete.table) else { return vec![] };
    let message = format!("A row of another table that points to one of these rows of {} makes the whole statement fail (23503).", table.name);
    vec![Finding::new(&HAZARD, message).about(&table.name)]
}
