#![doc = include_str!("foreign_key_without_index.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::runs;
use crate::hazard::shapes::{changed, end_of_file};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::schema::constraint::{Constraint, ForeignKey};
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "foreign_key_without_index",
    severity: Severity::Note,
    page: include_str!("foreign_key_without_index.md"),
    recipe: None,
    concerns: Concerns::CONSTRAINTS,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    new_foreign_keys(step)
        .filter_map(|(table, constraint, key)| {
            let end = end_of_file(step, trace);
            let relation = end.get(table)?;
            let kept = relation.table()?;
            kept.constraint(constraint.name.as_str())?;
            let covered = kept.indexes.iter().filter_map(|id| end.get(*id)?.index()).any(|index| {
                let leading: Vec<u16> = index.key_columns().unwrap_or_default().into_iter().take(key.columns.len()).collect();
                index.predicate.is_none() && leading.len() == key.columns.len() && key.columns.iter().all(|it| leading.contains(it))
            });
            if covered {
                return None;
            }
            let columns: Vec<String> = key.columns.iter().map(|it| kept.column_name(*it).to_string()).collect();
            let referenced = &end.get(key.references)?.name;
            let message = format!(
                "No index of {} begins with {}: each DELETE from {referenced} reads all of {} to look for rows that \
                 point there.",
                relation.name,
                columns.join(", "),
                relation.name
            );
            Some(Finding::new(&HAZARD, message).about(&relation.name))
        })
        .collect()
}

/// Foreign keys that the step makes, each with its table; parts of a partitioned table's key left out.
pub(super) fn new_foreign_keys(step: &Step) -> impl Iterator<Item = (crate::effect::RelationId, &Constraint, &ForeignKey)> {
    let tables = changed(step, &['r', 'p']);
    tables.into_iter().filter_map(|id| Some((id, step.after.get(id)?.table()?))).flat_map(move |(id, table)| {
        let old = step.before.get(id).and_then(|it| it.table());
        let is_new = move |it: &&Constraint| old.is_none_or(|old| old.constraint(it.name.as_str()).is_none());
        let keys = table.constraints.iter().filter(is_new).filter(|it| it.parent.is_none());
        keys.filter_map(move |it| Some((id, it, it.foreign_key()?)))
    })
}
