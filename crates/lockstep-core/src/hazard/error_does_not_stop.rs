#![doc = include_str!("error_does_not_stop.md")]

use crate::diagnostic::Severity;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Outcome, Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "error_does_not_stop",
    severity: Severity::Warning,
    page: include_str!("error_does_not_stop.md"),
    recipe: None,
    concerns: Concerns::REFUSED,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    // Told once, where it begins.
    if trace.failed_first != Some(step.index) || step.in_block || !trace.plan.runner.goes_on {
        return vec![];
    }
    let later = trace.steps.iter().filter(|it| it.index > step.index && it.source == step.source);
    let runs = later.filter(|it| !matches!(it.outcome, Outcome::Failed(_) | Outcome::Skipped)).count();
    if runs == 0 {
        return vec![];
    }
    let message = "psql goes on after this error and runs what follows, as if it had not happened.".to_owned();
    vec![Finding::new(&HAZARD, message)]
}
