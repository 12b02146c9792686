#![doc = include_str!("does_not_exist.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::refused;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "does_not_exist",
    severity: Severity::Error,
    page: include_str!("does_not_exist.md"),
    recipe: None,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let states = [sqlstate::UNDEFINED_TABLE, sqlstate::UNDEFINED_COLUMN, sqlstate::UNDEFINED_OBJECT, sqlstate::INVALID_SCHEMA_NAME];
    let Some(error) = states.into_iter().find_map(|it| refused(step, it)) else { return vec![] };
    let folded = match step.text.chars().any(char::is_uppercase) && !step.text.contains('"') {
        true => " Names without quotes are read in lower case.",
        false => "",
    };
    let message = format!("{} at this point of the history.{folded}", sentence(&error.message));
    vec![Finding::new(&HAZARD, message)]
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
