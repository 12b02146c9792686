#![doc = include_str!("already_exists.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::refused;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "already_exists",
    severity: Severity::Error,
    page: include_str!("already_exists.md"),
    recipe: None,
    concerns: Concerns::REFUSED,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let states = [
        sqlstate::DUPLICATE_TABLE,
        sqlstate::DUPLICATE_COLUMN,
        sqlstate::DUPLICATE_OBJECT,
        sqlstate::DUPLICATE_FUNCTION,
        sqlstate::DUPLICATE_SCHEMA,
    ];
    if !states.into_iter().any(|it| refused(step, it).is_some()) {
        return vec![];
    }
    let message = "Either this migration ran before, in part or as a whole, or somebody made it by hand: compare before it is \
                   made to pass."
        .to_owned();
    vec![Finding::new(&HAZARD, message)]
}
