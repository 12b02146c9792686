#![doc = include_str!("concurrently_not_possible.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::refused;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "concurrently_not_possible",
    severity: Severity::Error,
    page: include_str!("concurrently_not_possible.md"),
    recipe: None,
    concerns: Concerns::REFUSED,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let states = [sqlstate::FEATURE_NOT_SUPPORTED, sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE];
    let Some(error) = states.into_iter().find_map(|it| refused(step, it)) else { return vec![] };
    if !error.message.to_ascii_lowercase().contains("concurrently") {
        return vec![];
    }
    let message = format!("The concurrent form does not exist here: {}.", error.message);
    vec![Finding::new(&HAZARD, message)]
}
