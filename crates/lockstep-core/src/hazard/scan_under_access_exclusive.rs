#![doc = include_str!("scan_under_access_exclusive.md")]

use crate::diagnostic::Severity;
use crate::effect::WorkKind;
use crate::hazard::exposure::{blocked, runs, weighed};
use crate::hazard::validate_in_same_transaction::{only_validates, validated_too_early};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::lock_mode::LockMode;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "scan_under_access_exclusive",
    severity: Severity::Error,
    page: include_str!("scan_under_access_exclusive.md"),
    recipe: None,
    concerns: Concerns::WORK,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    let scans = step.work.iter().filter(|it| it.kind == WorkKind::Verify);
    scans
        .filter_map(|work| {
            let blocked = blocked(step, trace, work.relation).filter(|it| it.mode.blocks_reads())?;
            if validated_too_early(step, trace, work).is_some() {
                return None;
            }
            let own = match only_validates(step) {
                true => LockMode::ShareUpdateExclusive,
                false => LockMode::AccessExclusive,
            };
            let (who, table, reason, why) = (blocked.who(), &work.name, work.reason, blocked.because(own));
            let message = format!("{who} {table} wait while all of it is read: {reason}.{why}");
            Some(weighed(Finding::new(&HAZARD, message).about(table), step, trace, work.relation))
        })
        .collect()
}
