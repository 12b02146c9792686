#![doc = include_str!("blocking_detach.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::blocked;
use crate::hazard::shapes::{altered, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Subcommand;

pub(super) static HAZARD: Hazard = Hazard {
    id: "blocking_detach",
    severity: Severity::Warning,
    page: include_str!("blocking_detach.md"),
    recipe: Some("concurrently"),
    concerns: Concerns::SWITCHES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let mut detached = subcommands(step).iter().filter_map(|it| match it {
        Subcommand::DetachPartition { partition, concurrently: false, finalize: false } => Some(partition),
        _ => None,
    });
    let (Some(partition), Some((parent, _))) = (detached.next(), altered(step, trace)) else { return vec![] };
    if blocked(step, trace, parent.id).is_none() {
        return vec![];
    }
    let instead = match step.before.default_partition(parent.id) {
        Some(_) => " With a default partition it cannot be done concurrently.",
        None => "",
    };
    let message = format!(
        "Reads and writes of {} and of all its partitions' rows queue behind DETACH PARTITION {} while it waits for \
         its ACCESS EXCLUSIVE lock, and until its transaction ends.{instead}",
        parent.name, partition.name
    );
    vec![Finding::new(&HAZARD, message).about(&parent.name)]
}
