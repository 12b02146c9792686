#![doc = include_str!("already_exists.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::refused;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "already_exists",
    severity: Severity::Error,
    page: include_str!("already_exists.md"),
    recipe: None,
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
    let Some(error) = states.into_iter().find_map(|it| refused(step, it)) else { return vec![] };
    let message = format!(
        "{}: the migration has run before, in part or as a whole, or somebody made it by hand. Compare before it is made to \
         pass.",
        capital(&error.message)
    );
    vec![Finding::new(&HAZARD, message)]
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
