#![doc = include_str!("type_change_needs_using.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::refused;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "type_change_needs_using",
    severity: Severity::Error,
    page: include_str!("type_change_needs_using.md"),
    recipe: None,
    concerns: Concerns::REFUSED,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(error) = refused(step, sqlstate::DATATYPE_MISMATCH) else { return vec![] };
    if !error.message.contains("cannot be cast automatically to type") {
        return vec![];
    }
    let message = format!("{}: USING has to say how, and may then fail on a value (22P02).", error.message);
    vec![Finding::new(&HAZARD, message)]
}
