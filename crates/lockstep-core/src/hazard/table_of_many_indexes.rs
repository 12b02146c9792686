#![doc = include_str!("table_of_many_indexes.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{NewIndex, end_of_file, new_indexes};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "table_of_many_indexes",
    severity: Severity::Note,
    page: include_str!("table_of_many_indexes.md"),
    recipe: None,
    concerns: Concerns::MAKES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let most = trace.plan.config.thresholds.table_indexes;
    let mut found: Vec<Finding> = vec![];
    for NewIndex { index, owner, table, .. } in new_indexes(step, end_of_file(step, trace)) {
        // Of partitions their parent speaks.
        if table.indexes.len() <= most || index.parent.is_some() || found.iter().any(|it| it.is_about(&owner.name)) {
            continue;
        }
        let message = format!(
            "{} has {} indexes once this file has run: an INSERT writes to all of them, and so does an UPDATE that is not HOT.",
            owner.name,
            table.indexes.len()
        );
        found.push(Finding::new(&HAZARD, message).about(&owner.name));
    }
    found
}
