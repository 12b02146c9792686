#![doc = include_str!("drop_not_null_surprises.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{altered, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Subcommand;

pub(super) static HAZARD: Hazard = Hazard {
    id: "drop_not_null_surprises",
    severity: Severity::Note,
    page: include_str!("drop_not_null_surprises.md"),
    recipe: None,
    concerns: Concerns::REMOVES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some((relation, table)) = altered(step, trace) else { return vec![] };
    let freed = subcommands(step).iter().filter_map(|it| match it {
        Subcommand::DropNotNull { column } => table.column(column.as_str()).filter(|(_, it)| it.not_null),
        _ => None,
    });
    freed
        .map(|(_, column)| {
            let message = format!(
                "Queries may find nulls in {} of {} from the commit on: code that takes a value for granted has to learn \
                 that first.",
                column.name, relation.name
            );
            Finding::new(&HAZARD, message).about(&relation.name)
        })
        .collect()
}
