#![doc = include_str!("view_refuses_change.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::refused;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "view_refuses_change",
    severity: Severity::Error,
    page: include_str!("view_refuses_change.md"),
    recipe: None,
    concerns: Concerns::REFUSED,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(error) = refused(step, sqlstate::FEATURE_NOT_SUPPORTED) else { return vec![] };
    if !error.message.contains("used by a view or rule") {
        return vec![];
    }
    let by = error.detail.as_deref().map(|it| format!(" ({it})")).unwrap_or_default();
    let message = format!("A view keeps the column as it is{by}: it has to go first and be made again after the change.");
    vec![Finding::new(&HAZARD, message)]
}
