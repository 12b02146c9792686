#![doc = include_str!("unique_constraint_builds_index.md")]

use crate::diagnostic::Severity;
use crate::effect::Work;
use crate::hazard::exposure::{blocked, index_builds, runs, weighed};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "unique_constraint_builds_index",
    severity: Severity::Error,
    page: include_str!("unique_constraint_builds_index.md"),
    recipe: None,
    concerns: Concerns::WORK,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    index_builds(step)
        .filter_map(|work| {
            let constraint = made_constraint(step, work)?;
            let blocked = blocked(step, trace, work.relation)?;
            let (who, table, name) = (blocked.who(), &work.name, &constraint.name);
            let (kind, instead) = match constraint.kind {
                ConstraintKind::PrimaryKey { .. } => ("primary key", ""),
                ConstraintKind::Exclude { .. } => {
                    ("exclusion constraint", " An exclusion constraint has no concurrent form.")
                }
                _ => ("unique constraint", ""),
            };
            let message =
                format!("{who} {table} wait until the index of the {kind} {name} is built from every row.{instead}");
            Some(weighed(Finding::new(&HAZARD, message).about(table), step, trace, work.relation))
        })
        .collect()
}

/// Whether the index is built for a constraint that this step adds.
pub(super) fn is_made_for_constraint(step: &Step, work: &Work) -> bool {
    made_constraint(step, work).is_some()
}

fn made_constraint<'a>(step: &'a Step, work: &Work) -> Option<&'a Constraint> {
    let index = step.after.find(work.object.as_ref()?)?;
    if step.before.get(index).is_some() {
        return None;
    }
    let table = step.after.get(work.relation)?.table()?;
    table.constraints.iter().find(|it| it.index() == Some(index))
}
