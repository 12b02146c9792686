#![doc = include_str!("unique_allows_nulls.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{NewIndex, new_indexes};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "unique_allows_nulls",
    severity: Severity::Note,
    page: include_str!("unique_allows_nulls.md"),
    recipe: None,
    concerns: Concerns::MAKES,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let mut found: Vec<Finding> = vec![];
    for NewIndex { relation, index, owner, table } in new_indexes(step, &step.after) {
        let several = index.keys.len() > 1 && index.unique && !index.primary && !index.nulls_not_distinct;
        if !several || index.predicate.is_some() || index.parent.is_some() {
            continue;
        }
        let nullable = index.key_columns().unwrap_or_default().into_iter().filter_map(|it| table.attribute(it)).find(|it| !it.not_null);
        let Some(column) = nullable else { continue };
        let message = format!(
            "{} of {} lets any number of equal rows in as long as {} is null in them.",
            relation.name, owner.name, column.name
        );
        found.push(Finding::new(&HAZARD, message).about(&relation.name));
    }
    found
}
