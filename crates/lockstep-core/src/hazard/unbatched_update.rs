#![doc = include_str!("unbatched_update.md")]

use crate::diagnostic::Severity;
use crate::hazard::concerns::Concerns;
use crate::hazard::deletes_every_row::is_always_true;
use crate::hazard::exposure::{has_rows, told_rows};
use crate::hazard::shapes::{of_others, running};
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "unbatched_update",
    severity: Severity::Warning,
    page: include_str!("unbatched_update.md"),
    recipe: None,
    concerns: Concerns::ROWS,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::Update(update)) = running(step) else { return vec![] };
    if !update.from.is_empty() || update.opaque || !update.condition.as_ref().is_none_or(is_always_true) {
        return vec![];
    }
    let Some(relation) = of_others(step, trace, &update.table).filter(|it| has_rows(step, it.id)) else {
        return vec![];
    };
    // So many rows change within a second or so.
    if told_rows(trace, relation).is_some_and(|it| it <= trace.plan.config.thresholds.batch_rows) {
        return vec![];
    }
    let message = format!(
        "Every row of {} is written anew in one transaction: each stays locked until the end, and the table doubles in size.",
        relation.name
    );
    vec![Finding::new(&HAZARD, message).about(&relation.name)]
}
