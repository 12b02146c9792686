#![doc = include_str!("replica_identity_changed.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{altered, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{ReplicaIdentity, Subcommand};

pub(super) static HAZARD: Hazard = Hazard {
    id: "replica_identity_changed",
    severity: Severity::Warning,
    page: include_str!("replica_identity_changed.md"),
    recipe: None,
    concerns: Concerns::SWITCHES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some((relation, _)) = altered(step, trace) else { return vec![] };
    let what = subcommands(step).iter().find_map(|it| match it {
        Subcommand::ReplicaIdentity(ReplicaIdentity::Full) => {
            Some("each UPDATE and DELETE writes the whole old row to the WAL, and subscribers look for it by reading the table")
        }
        Subcommand::ReplicaIdentity(ReplicaIdentity::Nothing) => Some("a publication refuses UPDATE and DELETE of its rows (55000)"),
        _ => None,
    });
    let Some(what) = what else { return vec![] };
    vec![Finding::new(&HAZARD, format!("From here on, with {}, {what}.", relation.name)).about(&relation.name)]
}
