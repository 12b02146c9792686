#![doc = include_str!("domain_check_scans_tables.md")]

use crate::diagnostic::Severity;
use crate::effect::WorkKind;
use crate::hazard::exposure::{blocked, runs};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "domain_check_scans_tables",
    severity: Severity::Warning,
    page: include_str!("domain_check_scans_tables.md"),
    recipe: None,
    concerns: Concerns::OTHER,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::AlterDomain(domain)) = step.statement.as_deref().filter(|_| runs(step)) else { return vec![] };
    let mut tables: Vec<String> = vec![];
    let of_others = step.locks.iter().filter(|it| matches!(it.kind, 'r' | 'p' | 'm') && it.toast.is_none() && !it.new);
    for lock in of_others.filter(|it| it.mode.blocks_writes() && blocked(step, trace, it.relation).is_some()) {
        tables.push(lock.name.to_string());
    }
    let scanned = step.work.iter().filter(|it| it.kind == WorkKind::Verify).map(|it| it.name.to_string());
    tables.extend(scanned.filter(|it| !tables.contains(it)).collect::<Vec<_>>());
    if tables.is_empty() {
        return vec![];
    }
    let message = format!(
        "Writes to {} wait while every value of the domain {} is checked, in all tables that use it.",
        tables.join(", "),
        domain.name
    );
    vec![Finding::new(&HAZARD, message).about(&tables[0])]
}
