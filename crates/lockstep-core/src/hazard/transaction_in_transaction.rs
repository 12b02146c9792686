#![doc = include_str!("transaction_in_transaction.md")]

use crate::diagnostic::Severity;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "transaction_in_transaction",
    severity: Severity::Warning,
    page: include_str!("transaction_in_transaction.md"),
    recipe: None,
    concerns: Concerns::NOTICES,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let warned = |words: &str| step.notices.iter().any(|it| it.starts_with("WARNING") && it.contains(words));
    let message = if warned("already a transaction in progress") {
        "BEGIN has no effect: the transaction that is open goes on, and the next COMMIT ends it."
    } else if warned("no transaction in progress") {
        "There is no transaction to end here: each statement before has committed by itself."
    } else {
        return vec![];
    };
    vec![Finding::new(&HAZARD, message.to_owned())]
}
