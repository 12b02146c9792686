#![doc = include_str!("redundant_index.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{NewIndex, end_of_file, new_indexes};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::schema::index::Index;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "redundant_index",
    severity: Severity::Note,
    page: include_str!("redundant_index.md"),
    recipe: None,
    concerns: Concerns::MAKES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let end = end_of_file(step, trace);
    let mut found: Vec<Finding> = vec![];
    for NewIndex { relation, index, owner, table } in new_indexes(step, end) {
        // What keeps a constraint is needed, whatever else is there.
        if index.unique || index.exclusion || index.parent.is_some() {
            continue;
        }
        let others = table.indexes.iter().filter(|id| **id != relation.id).filter_map(|id| end.get(*id));
        let mut covering = others.filter(|it| it.index().is_some_and(|other| covers(other, index)));
        let Some(other) = covering.next() else { continue };
        let message = format!(
            "{} of {} answers nothing that {} does not answer: each write pays for both.",
            relation.name, owner.name, other.name
        );
        found.push(Finding::new(&HAZARD, message).about(&relation.name));
    }
    found
}

/// A search by the keys of `index` finds the same rows, in the same order, in `other`.
fn covers(other: &Index, index: &Index) -> bool {
    let begins = other.keys.len() >= index.keys.len()
        && other.keys.iter().zip(&index.keys).all(|(theirs, own)| {
            (&theirs.column, &theirs.collation, &theirs.operator_class) == (&own.column, &own.collation, &own.operator_class)
                && (theirs.descending, theirs.nulls_first) == (own.descending, own.nulls_first)
        });
    let stored = index.include.iter().all(|it| other.include.contains(it));
    // Only a B-tree is searched by the first of its keys.
    let whole = other.keys.len() == index.keys.len() || index.method.as_str() == "btree";
    begins && stored && whole && other.method == index.method && other.valid && other.predicate == index.predicate
}
