#![doc = include_str!("limit_in_update.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::refused;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "limit_in_update",
    severity: Severity::Error,
    page: include_str!("limit_in_update.md"),
    recipe: None,
    concerns: Concerns::REFUSED,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(error) = refused(step, sqlstate::SYNTAX_ERROR) else { return vec![] };
    let text = step.text.trim_start().to_ascii_lowercase();
    let changes = text.starts_with("update") || text.starts_with("delete");
    let at = error.message.to_ascii_lowercase();
    if !changes || !(at.contains("\"limit\"") || at.contains("\"order\"")) {
        return vec![];
    }
    let message = "PostgreSQL has no LIMIT or ORDER BY for UPDATE and DELETE: the rows have to be chosen by a condition.".to_owned();
    vec![Finding::new(&HAZARD, message)]
}
