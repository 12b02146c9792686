#![doc = include_str!("transaction_left_open.md")]

use crate::diagnostic::Severity;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace, TransactionEnd, TransactionKind};

pub(super) static HAZARD: Hazard = Hazard {
    id: "transaction_left_open",
    severity: Severity::Error,
    page: include_str!("transaction_left_open.md"),
    recipe: None,
    concerns: Concerns::OTHER,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let open = trace.transaction_of(step).filter(|it| {
        it.end == TransactionEnd::Open && it.kind == TransactionKind::Explicit && it.first == step.index
    });
    if open.is_none() {
        return vec![];
    }
    let message = "No COMMIT follows: when the session ends, everything from here on is rolled back.".to_owned();
    vec![Finding::new(&HAZARD, message)]
}
