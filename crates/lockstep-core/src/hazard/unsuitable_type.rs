#![doc = include_str!("unsuitable_type.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::new_columns;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::types::Type;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "unsuitable_type",
    severity: Severity::Note,
    page: include_str!("unsuitable_type.md"),
    recipe: None,
    concerns: Concerns::COLUMNS,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let mut found = vec![];
    for (table, column) in new_columns(step) {
        let why = match column.type_.bare() {
            // `char` alone is of one character, and means it.
            Type::BPCHAR if column.type_.modifier > 5 => "fills values up with blanks and ignores them in comparisons",
            Type::MONEY => "reads and prints by the server's lc_monetary, and has no currency",
            Type::TIMETZ => "keeps an offset without a date, which says nothing where clocks change",
            Type::JSON => "keeps the text as it came: it has no equality, no index, and is parsed again for each use",
            _ => continue,
        };
        let message =
            format!("{} of {} is {}, which {why}.", column.name, table.name, step.after.format_type(&column.type_));
        found.push(Finding::new(&HAZARD, message).about(&table.name));
    }
    found
}
