#![doc = include_str!("pending_trigger_events.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::refused;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "pending_trigger_events",
    severity: Severity::Error,
    page: include_str!("pending_trigger_events.md"),
    recipe: None,
    concerns: Concerns::REFUSED,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(error) = refused(step, sqlstate::OBJECT_IN_USE) else { return vec![] };
    if !error.message.contains("pending trigger events") {
        return vec![];
    }
    let message = "Deferred checks of rows that this transaction wrote are still to come: nothing may change their table before.".to_owned();
    vec![Finding::new(&HAZARD, message)]
}
