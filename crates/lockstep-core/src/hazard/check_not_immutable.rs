#![doc = include_str!("check_not_immutable.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::runs;
use crate::hazard::shapes::changed;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::volatility::Volatility;
use crate::schema::constraint::ConstraintKind;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "check_not_immutable",
    severity: Severity::Warning,
    page: include_str!("check_not_immutable.md"),
    recipe: None,
    concerns: Concerns::CONSTRAINTS,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    let tables = changed(step, &['r', 'p']);
    let mut found = vec![];
    for (relation, table) in tables.into_iter().filter_map(|id| step.after.get(id).and_then(|it| Some((it, it.table()?)))) {
        let old = step.before.get(relation.id).and_then(|it| it.table());
        for constraint in table.constraints.iter().filter(|it| it.inherited == 0) {
            let ConstraintKind::Check { expression, .. } = &constraint.kind else { continue };
            let known = old.is_some_and(|it| it.constraint(constraint.name.as_str()).is_some());
            if known || expression.volatility() == Volatility::Immutable {
                continue;
            }
            let message = format!(
                "{} of {} may be true today and false tomorrow: rows that were let in may break it when a dump is restored.",
                constraint.name, relation.name
            );
            found.push(Finding::new(&HAZARD, message).about(&relation.name));
        }
    }
    found
}
