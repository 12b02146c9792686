#![doc = include_str!("enum_value_used_too_early.md")]

use crate::diagnostic::Severity;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Outcome, Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "enum_value_used_too_early",
    severity: Severity::Error,
    page: include_str!("enum_value_used_too_early.md"),
    recipe: None,
    concerns: Concerns::REFUSED,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    match &step.outcome {
        Outcome::Failed(error) if error.sqlstate == sqlstate::UNSAFE_NEW_ENUM_VALUE_USAGE => {
            let message = "The value was added by this very transaction and cannot be used before it commits.".to_owned();
            vec![Finding::new(&HAZARD, message)]
        }
        _ => vec![],
    }
}
