#![doc = include_str!("validating_foreign_key.md")]

use crate::diagnostic::Severity;
use crate::effect::{Work, WorkKind};
use crate::hazard::exposure::{blocked, runs, weighed};
use crate::hazard::validate_in_same_transaction::{only_validates, validated_too_early};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::lock_mode::LockMode;
use crate::schema::relation::Rows;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "validating_foreign_key",
    severity: Severity::Error,
    page: include_str!("validating_foreign_key.md"),
    recipe: None,
    concerns: Concerns::WORK,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    let checks = step.work.iter().filter(|it| it.kind == WorkKind::ValidateForeignKey);
    checks.filter_map(|work| finding(step, trace, work)).collect()
}

fn finding(step: &Step, trace: &Trace, work: &Work) -> Option<Finding> {
    if validated_too_early(step, trace, work).is_some() {
        return None;
    }
    let table = step.after.get(work.relation)?.table()?;
    // A table that the plan made holds what the plan put there: a few literal rows, or who knows.
    if trace.is_made_by_plan(work.relation) && table.rows != Rows::Unknown {
        return None;
    }
    let object = work.object.as_ref()?;
    let referenced = table.constraint(object.name.as_str())?.foreign_key()?.references;
    let referenced_name = &step.after.get(referenced)?.name;
    let child = blocked(step, trace, work.relation);
    let parent = blocked(step, trace, referenced).filter(|_| referenced != work.relation);
    let waiting = match (child, parent) {
        (Some(child), Some(parent)) if child.who() == parent.who() => {
            format!("{} {} and {referenced_name}", child.who(), work.name)
        }
        (Some(child), Some(parent)) => {
            let second = parent.who().to_lowercase();
            format!("{} {} and {second} {referenced_name}", child.who(), work.name)
        }
        (Some(only), None) => format!("{} {}", only.who(), work.name),
        (None, Some(only)) => format!("{} {referenced_name}", only.who()),
        (None, None) => return None,
    };
    let own = match only_validates(step) {
        true => LockMode::ShareUpdateExclusive,
        false => LockMode::ShareRowExclusive,
    };
    let why = child.or(parent).map(|it| it.because(own)).unwrap_or_default();
    let key = &object.name;
    let message = format!(
        "{waiting} wait while foreign key {key} is checked: every row of {} is looked up in {referenced_name}.{why}",
        work.name
    );
    Some(weighed(Finding::new(&HAZARD, message).about(&work.name), step, trace, work.relation))
}
