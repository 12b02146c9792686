#![doc = include_str!("inexact_amount.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::new_columns;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::types::Type;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "inexact_amount",
    severity: Severity::Note,
    page: include_str!("inexact_amount.md"),
    recipe: None,
    concerns: Concerns::COLUMNS,
    check,
};

/// Words of names that mean money.
const WORDS: [&str; 10] = ["price", "amount", "total", "balance", "cost", "fee", "salary", "payment", "tax", "discount"];

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let mut found = vec![];
    for (table, column) in new_columns(step) {
        let inexact = column.type_.bare().is(Type::FLOAT4) || column.type_.bare().is(Type::FLOAT8);
        let is_money = |word: &str| WORDS.contains(&word.to_ascii_lowercase().as_str());
        if inexact && column.name.as_str().split('_').any(is_money) {
            let message = format!(
                "{} of {} cannot hold 0.10 exactly: sums of many rows are off by a cent, and equal amounts are not equal.",
                column.name, table.name
            );
            found.push(Finding::new(&HAZARD, message).about(&table.name));
        }
    }
    found
}
