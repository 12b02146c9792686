#![doc = include_str!("foreign_key_type_mismatch.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::runs;
use crate::hazard::foreign_key_without_index::new_foreign_keys;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "foreign_key_type_mismatch",
    severity: Severity::Warning,
    page: include_str!("foreign_key_type_mismatch.md"),
    recipe: None,
    concerns: Concerns::CONSTRAINTS,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    let mut found = vec![];
    for (table, constraint, key) in new_foreign_keys(step) {
        let (child, parent) = (step.after.get(table), step.after.get(key.references));
        let Some((child, parent)) = child.zip(parent) else { continue };
        for (own, other) in key.columns.iter().zip(&key.referenced_columns) {
            let columns = child.columns().attribute(*own).zip(parent.columns().attribute(*other));
            let Some((own, other)) = columns.filter(|(own, other)| !own.type_.is(other.type_)) else { continue };
            let message = format!(
                "{} of {} is {}, but {} of {}, to which {} points, is {}: values that fit one do not fit the other.",
                own.name,
                child.name,
                step.after.format_type(&own.type_),
                other.name,
                parent.name,
                constraint.name,
                step.after.format_type(&other.type_)
            );
            found.push(Finding::new(&HAZARD, message).about(&child.name));
        }
    }
    found
}
