#![doc = include_str!("constraint_left_not_valid.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::is_empty;
use crate::hazard::shapes::{altered, end_of_file, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Subcommand;

pub(super) static HAZARD: Hazard = Hazard {
    id: "constraint_left_not_valid",
    severity: Severity::Note,
    page: include_str!("constraint_left_not_valid.md"),
    recipe: None,
    concerns: Concerns::ADDS,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !subcommands(step).iter().any(|it| matches!(it, Subcommand::AddConstraint(_))) {
        return vec![];
    }
    let Some((relation, old)) = altered(step, trace) else { return vec![] };
    let Some(new) = step.after.get(relation.id).and_then(|it| it.table()).filter(|_| !is_empty(step, relation.id)) else {
        return vec![];
    };
    let end = end_of_file(step, trace).get(relation.id).and_then(|it| it.table());
    let left = new.constraints.iter().filter(|it| {
        let name = it.name.as_str();
        let is_left = end.and_then(|end| end.constraint(name)).is_some_and(|it| !it.validated && it.enforced);
        old.constraint(name).is_none() && is_left
    });
    left.map(|it| {
        let message = format!(
            "{} stays NOT VALID: old rows of {} may break it, the planner may not rely on it, and any UPDATE of a row \
             that breaks it fails, whatever it changes.",
            it.name, relation.name
        );
        Finding::new(&HAZARD, message).about(&relation.name)
    })
    .collect()
}
