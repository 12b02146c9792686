#![doc = include_str!("time_without_zone.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::new_columns;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::types::Type;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "time_without_zone",
    severity: Severity::Note,
    page: include_str!("time_without_zone.md"),
    recipe: None,
    concerns: Concerns::COLUMNS,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let columns = new_columns(step).into_iter().filter(|(_, column)| column.type_.bare().is(Type::TIMESTAMP));
    columns
        .map(|(table, column)| {
            let message = format!(
                "{} of {} says what a clock showed, not when it was: two servers in different zones read it differently.",
                column.name, table.name
            );
            Finding::new(&HAZARD, message).about(&table.name)
        })
        .collect()
}
