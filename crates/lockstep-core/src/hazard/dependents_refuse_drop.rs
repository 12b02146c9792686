#![doc = include_str!("dependents_refuse_drop.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::refused;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "dependents_refuse_drop",
    severity: Severity::Error,
    page: include_str!("dependents_refuse_drop.md"),
    recipe: None,
    concerns: Concerns::REFUSED,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(error) = refused(step, sqlstate::DEPENDENT_OBJECTS_STILL_EXIST) else { return vec![] };
    let what = error.detail.as_deref().map(|it| it.lines().collect::<Vec<_>>().join("; ")).unwrap_or_else(|| error.message.clone());
    let message = format!("Something still needs it: {what}. Each of them has to be dropped or changed first, by name.");
    vec![Finding::new(&HAZARD, message)]
}
