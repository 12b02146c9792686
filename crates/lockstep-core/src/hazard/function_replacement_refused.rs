#![doc = include_str!("function_replacement_refused.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::refused;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "function_replacement_refused",
    severity: Severity::Error,
    page: include_str!("function_replacement_refused.md"),
    recipe: None,
    concerns: Concerns::REFUSED,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(error) = refused(step, sqlstate::INVALID_FUNCTION_DEFINITION) else { return vec![] };
    let replaces = matches!(step.statement.as_deref(), Some(Statement::CreateFunction(it)) if it.replace);
    if !replaces || !error.message.starts_with("cannot change") {
        return vec![];
    }
    let message = format!("CREATE OR REPLACE keeps what callers rely on: {}.", error.message);
    vec![Finding::new(&HAZARD, message)]
}
