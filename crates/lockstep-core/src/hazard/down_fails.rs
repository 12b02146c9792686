#![doc = include_str!("down_fails.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::undone_after;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::rollback::given;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "down_fails",
    severity: Severity::Warning,
    page: include_str!("down_fails.md"),
    recipe: None,
    concerns: Concerns::EVERY,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let failure = undone_after(step, trace).and_then(given::failure);
    let found = failure.map(|it| {
        let (at, command) = (it.step, &it.command);
        Finding::new(&HAZARD, format!("Going back fails at its step {at} ({command}) with {}: {}.", it.sqlstate, it.message))
    });
    found.into_iter().collect()
}
