#![doc = include_str!("does_not_exist.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::refused;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "does_not_exist",
    severity: Severity::Error,
    page: include_str!("does_not_exist.md"),
    recipe: None,
    concerns: Concerns::REFUSED,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let states = [sqlstate::UNDEFINED_TABLE, sqlstate::UNDEFINED_COLUMN, sqlstate::UNDEFINED_OBJECT, sqlstate::INVALID_SCHEMA_NAME];
    if !states.into_iter().any(|it| refused(step, it).is_some()) {
        return vec![];
    }
    let folded = match step.text.chars().any(char::is_uppercase) && !step.text.contains('"') {
        true => " Names without quotes are read in lower case.",
        false => "",
    };
    let message = format!("Nothing before this point of the history has made it, or something took it away.{folded}");
    vec![Finding::new(&HAZARD, message)]
}
