#![doc = include_str!("time_zone_decides.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{altered, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::types::Type;
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Subcommand;

pub(super) static HAZARD: Hazard = Hazard {
    id: "time_zone_decides",
    severity: Severity::Warning,
    page: include_str!("time_zone_decides.md"),
    recipe: None,
    concerns: Concerns::RETYPES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some((relation, old)) = altered(step, trace) else { return vec![] };
    let Some(new) = step.after.get(relation.id).and_then(|it| it.table()) else { return vec![] };
    let mut found = vec![];
    for changed in subcommands(step) {
        let Subcommand::SetType { column, using: None, .. } = changed else { continue };
        let Some((number, column)) = new.column(column.as_str()) else { continue };
        let Some(before) = old.attribute(number).map(|it| it.type_.bare()) else { continue };
        let crosses = (before.is(Type::TIMESTAMP) && column.type_.bare().is(Type::TIMESTAMPTZ))
            || (before.is(Type::TIMESTAMPTZ) && column.type_.bare().is(Type::TIMESTAMP));
        if crosses {
            let message = format!(
                "Each value of {} of {} is read in the TimeZone of whoever runs this: another setting, other values.",
                column.name, relation.name
            );
            found.push(Finding::new(&HAZARD, message).about(&relation.name));
        }
    }
    found
}
