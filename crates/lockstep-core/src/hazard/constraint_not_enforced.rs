#![doc = include_str!("constraint_not_enforced.md")]

use crate::diagnostic::Severity;
use crate::hazard::concerns::Concerns;
use crate::hazard::exposure::runs;
use crate::hazard::shapes::changed;
use crate::hazard::{Finding, Hazard};
use crate::schema::constraint::Constraint;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "constraint_not_enforced",
    severity: Severity::Warning,
    page: include_str!("constraint_not_enforced.md"),
    recipe: None,
    concerns: Concerns::CONSTRAINTS,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    let mut found = vec![];
    for relation in changed(step, &['r', 'p', 'f']).into_iter().filter_map(|id| step.after.get(id)) {
        let Some(table) = relation.table() else { continue };
        let old = step.before.get(relation.id).and_then(|it| it.table());
        let was_enforced = |it: &Constraint| old.and_then(|old| old.constraint(it.name.as_str())).is_none_or(|it| it.enforced);
        let lax = table.constraints.iter().filter(|it| !it.enforced && it.inherited == 0 && it.parent.is_none());
        let mut new = lax.filter(|it| was_enforced(it));
        let Some(first) = new.next() else { continue };
        let names = new.fold(first.name.to_string(), |names, it| format!("{names}, {}", it.name));
        let message = format!(
            "{names} of {} is not enforced: any row may break it, now and later, and nothing says which do.",
            relation.name
        );
        found.push(Finding::new(&HAZARD, message).about(&relation.name));
    }
    found
}
