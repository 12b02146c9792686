#![doc = include_str!("blocking_index_build.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::{blocked, index_builds, runs, weighed};
use crate::hazard::unique_constraint_builds_index::is_made_for_constraint;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::lock_mode::LockMode;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "blocking_index_build",
    severity: Severity::Error,
    page: include_str!("blocking_index_build.md"),
    recipe: None,
    concerns: Concerns::WORK,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    index_builds(step)
        .filter(|it| !is_made_for_constraint(step, it))
        .filter_map(|work| {
            let blocked = blocked(step, trace, work.relation)?;
            let index = work.object.as_ref().map_or_else(|| "the index".to_owned(), |it| format!("index {it}"));
            // An index that was there is built again by `ALTER TABLE`, with the lock that it takes anyway.
            let is_new = work.object.as_ref().is_some_and(|it| step.before.find(it).is_none());
            let own = if is_new { LockMode::Share } else { LockMode::AccessExclusive };
            let (who, table, why) = (blocked.who(), &work.name, blocked.because(own));
            let message = format!("{who} {table} wait until {index} is built from every row of it.{why}");
            Some(weighed(Finding::new(&HAZARD, message).about(table), step, trace, work.relation))
        })
        .collect()
}
