#![doc = include_str!("sequence_kept_locked.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{of_others, running};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "sequence_kept_locked",
    severity: Severity::Warning,
    page: include_str!("sequence_kept_locked.md"),
    recipe: None,
    concerns: Concerns::OTHER,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::AlterSequence(alter)) = running(step) else { return vec![] };
    let transaction = trace.transaction_of(step);
    let goes_on = transaction.is_some_and(|it| it.last > step.index + 1);
    let Some(sequence) = of_others(step, trace, &alter.name).filter(|it| goes_on && it.sequence().is_some()) else { return vec![] };
    let message = format!("Every insert that takes a number from {} waits until this transaction ends.", sequence.name);
    vec![Finding::new(&HAZARD, message).about(&sequence.name)]
}
