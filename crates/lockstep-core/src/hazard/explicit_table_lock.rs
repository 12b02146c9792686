#![doc = include_str!("explicit_table_lock.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::is_empty;
use crate::hazard::shapes::{of_others, running};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::lock_mode::LockMode;
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "explicit_table_lock",
    severity: Severity::Warning,
    page: include_str!("explicit_table_lock.md"),
    recipe: None,
    concerns: Concerns::OTHER,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::LockTable(lock)) = running(step) else { return vec![] };
    let mode = lock.mode.unwrap_or(LockMode::AccessExclusive);
    if !mode.blocks_writes() {
        return vec![];
    }
    let who = if mode.blocks_reads() { "reads and writes" } else { "writes" };
    let tables = lock.tables.iter().filter_map(|(name, _)| of_others(step, trace, name));
    tables
        .filter(|it| !is_empty(step, it.id))
        .map(|it| {
            let message = format!("LOCK TABLE makes all {who} of {} wait until the transaction ends.", it.name);
            Finding::new(&HAZARD, message).about(&it.name)
        })
        .collect()
}
