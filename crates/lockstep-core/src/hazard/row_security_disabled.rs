#![doc = include_str!("row_security_disabled.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{altered, end_of_file, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{RowSecurity, Subcommand};

pub(super) static HAZARD: Hazard = Hazard {
    id: "row_security_disabled",
    severity: Severity::Warning,
    page: include_str!("row_security_disabled.md"),
    recipe: None,
    concerns: Concerns::SWITCHES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let off = |it: &Subcommand| matches!(it, Subcommand::RowSecurity(RowSecurity::Disable));
    let Some((relation, old)) = altered(step, trace).filter(|_| subcommands(step).iter().any(off)) else { return vec![] };
    let again = end_of_file(step, trace).get(relation.id).and_then(|it| it.table()).is_some_and(|it| it.row_security);
    if !old.row_security || again {
        return vec![];
    }
    let message = format!("Whoever may read {} sees all of its rows from the commit on; its policies are ignored.", relation.name);
    vec![Finding::new(&HAZARD, message).about(&relation.name)]
}
