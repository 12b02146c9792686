#![doc = include_str!("unique_allows_nulls.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::runs;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "unique_allows_nulls",
    severity: Severity::Note,
    page: include_str!("unique_allows_nulls.md"),
    recipe: None,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    let mut found: Vec<Finding> = vec![];
    for lock in step.locks.iter().filter(|it| it.new && matches!(it.kind, 'i' | 'I') && it.toast.is_none()) {
        let Some((relation, index)) = step.after.get(lock.relation).and_then(|it| Some((it, it.index()?))) else { continue };
        let Some((owner, table)) = step.after.get(index.table).and_then(|it| Some((it, it.table()?))) else { continue };
        let several = index.keys.len() > 1 && index.unique && !index.primary && !index.nulls_not_distinct;
        if !several || index.predicate.is_some() || index.parent.is_some() || found.iter().any(|it| it.is_about(&relation.name)) {
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
