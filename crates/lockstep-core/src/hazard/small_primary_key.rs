#![doc = include_str!("small_primary_key.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{NewIndex, new_indexes};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::types::Type;
use crate::schema::constraint::ConstraintKind;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "small_primary_key",
    severity: Severity::Note,
    page: include_str!("small_primary_key.md"),
    recipe: None,
    concerns: Concerns::MAKES,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let mut found: Vec<Finding> = vec![];
    for NewIndex { index, owner, table, .. } in new_indexes(step, &step.after) {
        if !index.primary || index.partitioned {
            continue;
        }
        let Some([number]) = index.key_columns().and_then(|it| <[u16; 1]>::try_from(it).ok()) else { continue };
        let Some(column) = table.attribute(number) else { continue };
        let most = match column.type_.bare() {
            Type::INT2 => "32,767",
            Type::INT4 => "2,147,483,647",
            _ => continue,
        };
        let refers = table.constraints.iter().any(|it| {
            matches!(&it.kind, ConstraintKind::ForeignKey(key) if key.columns == [number])
        });
        // Then the other table's key decides; and where nothing counts it up, the values are few.
        let counted = column.identity.is_some() || column.default.as_ref().is_some_and(|it| !it.sequences().0.is_empty());
        if refers || !counted || found.iter().any(|it| it.is_about(&owner.name)) {
            continue;
        }
        let message = format!(
            "{} of {} counts up to {most}: the insert after that fails with 2200H or 22003, and the way to bigint is long.",
            column.name, owner.name
        );
        found.push(Finding::new(&HAZARD, message).about(&owner.name));
    }
    found
}
