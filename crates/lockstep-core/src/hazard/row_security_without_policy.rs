#![doc = include_str!("row_security_without_policy.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{altered, end_of_file, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::schema::object::ObjectClass;
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{RowSecurity, Subcommand};

pub(super) static HAZARD: Hazard = Hazard {
    id: "row_security_without_policy",
    severity: Severity::Warning,
    page: include_str!("row_security_without_policy.md"),
    recipe: None,
    concerns: Concerns::SWITCHES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !subcommands(step).iter().any(|it| matches!(it, Subcommand::RowSecurity(RowSecurity::Enable))) {
        return vec![];
    }
    let Some((relation, _)) = altered(step, trace) else { return vec![] };
    let end = end_of_file(step, trace);
    let enabled = end.get(relation.id).and_then(|it| it.table()).is_some_and(|it| it.row_security);
    if !enabled || end.objects_on(ObjectClass::Policy, relation.id).next().is_some() {
        return vec![];
    }
    let message = format!(
        "Nobody but its owner sees a row of {} any more, and no one else can write one (42501): no policy allows it.",
        relation.name
    );
    vec![Finding::new(&HAZARD, message).about(&relation.name)]
}
