#![doc = include_str!("drop_column_takes_index.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{altered, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::schema::constraint::{Constraint, ConstraintKind};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Subcommand;

pub(super) static HAZARD: Hazard = Hazard {
    id: "drop_column_takes_index",
    severity: Severity::Warning,
    page: include_str!("drop_column_takes_index.md"),
    recipe: None,
    concerns: Concerns::REMOVES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !subcommands(step).iter().any(|it| matches!(it, Subcommand::DropColumn { .. })) {
        return vec![];
    }
    let Some((relation, old)) = altered(step, trace) else { return vec![] };
    let Some(new) = step.after.get(relation.id).and_then(|it| it.table()) else { return vec![] };
    let gone = |number: &u16| new.attribute(*number).is_none_or(|it| it.dropped);
    // Something else is left of it: another column that is still there.
    let serves_others = |columns: &[u16]| columns.iter().any(gone) && columns.iter().any(|it| !gone(it));
    let indexes = old.indexes.iter().filter_map(|id| {
        let index = step.before.get(*id).filter(|_| step.after.get(*id).is_none())?;
        serves_others(&index.index()?.columns()).then(|| format!("index {}", index.name.name))
    });
    let constraints = old.constraints.iter().filter_map(|it| {
        let lost = new.constraint(it.name.as_str()).is_none() && it.index().is_none();
        (lost && serves_others(&columns(it))).then(|| format!("constraint {}", it.name))
    });
    let lost: Vec<String> = indexes.chain(constraints).collect();
    if lost.is_empty() {
        return vec![];
    }
    let message = format!(
        "DROP COLUMN takes {} of {} along: other columns were in it, too.",
        lost.join(", "),
        relation.name
    );
    vec![Finding::new(&HAZARD, message).about(&relation.name)]
}

fn columns(constraint: &Constraint) -> Vec<u16> {
    match &constraint.kind {
        ConstraintKind::Check { expression, .. } => expression.columns().into_iter().collect(),
        ConstraintKind::ForeignKey(key) => key.columns.clone(),
        _ => vec![],
    }
}
