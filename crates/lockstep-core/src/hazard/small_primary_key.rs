#![doc = include_str!("small_primary_key.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::runs;
use crate::hazard::{Finding, Hazard};
use crate::pg::types::Type;
use crate::schema::constraint::ConstraintKind;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "small_primary_key",
    severity: Severity::Note,
    page: include_str!("small_primary_key.md"),
    recipe: None,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    let mut found = vec![];
    for lock in step.locks.iter().filter(|it| it.new && it.kind == 'i' && it.toast.is_none() && !it.if_rows) {
        let Some(index) = step.after.get(lock.relation).and_then(|it| it.index()).filter(|it| it.primary) else { continue };
        let Some((relation, table)) = step.after.get(index.table).and_then(|it| Some((it, it.table()?))) else { continue };
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
        if refers || !counted || found.iter().any(|it: &Finding| it.is_about(&relation.name)) {
            continue;
        }
        let message = format!(
            "{} of {} counts up to {most}: the insert after that fails with 2200H or 22003, and the way to bigint is long.",
            column.name, relation.name
        );
        found.push(Finding::new(&HAZARD, message).about(&relation.name));
    }
    found
}
