#![doc = include_str!("unbatched_update.md")]

use crate::diagnostic::Severity;
use crate::hazard::deletes_every_row::is_always_true;
use crate::hazard::exposure::is_empty;
use crate::hazard::shapes::{of_others, running};
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "unbatched_update",
    severity: Severity::Warning,
    page: include_str!("unbatched_update.md"),
    recipe: None,
    check,
};

/// So many rows change within a second or so.
const FEW: f64 = 10_000.0;

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::Update(update)) = running(step) else { return vec![] };
    if !update.from.is_empty() || update.opaque || !update.condition.as_ref().is_none_or(is_always_true) {
        return vec![];
    }
    let Some(relation) = of_others(step, trace, &update.table).filter(|it| !is_empty(step, it.id)) else { return vec![] };
    let facts = trace.plan.facts.of(relation.name.schema.as_str(), relation.name.name.as_str());
    // Rows of a text are a sample of what a database holds: only facts tell how many there are.
    if facts.and_then(|it| it.rows).is_some_and(|it| it <= FEW) {
        return vec![];
    }
    let message = format!(
        "Every row of {} is written anew in one transaction: each stays locked until the end, and the table doubles in size.",
        relation.name
    );
    vec![Finding::new(&HAZARD, message).about(&relation.name)]
}
