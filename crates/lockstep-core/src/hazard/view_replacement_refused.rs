#![doc = include_str!("view_replacement_refused.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::refused;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "view_replacement_refused",
    severity: Severity::Error,
    page: include_str!("view_replacement_refused.md"),
    recipe: None,
    concerns: Concerns::REFUSED,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(error) = refused(step, sqlstate::INVALID_TABLE_DEFINITION) else { return vec![] };
    let words = ["from view", "of view column"];
    if !words.iter().any(|it| error.message.contains(it)) {
        return vec![];
    }
    let message = format!("CREATE OR REPLACE VIEW may only add columns at the end: {}.", error.message);
    vec![Finding::new(&HAZARD, message)]
}
