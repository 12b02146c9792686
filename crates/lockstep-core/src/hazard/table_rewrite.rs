#![doc = include_str!("table_rewrite.md")]

use crate::diagnostic::Severity;
use crate::effect::WorkKind;
use crate::hazard::exposure::{blocked, runs, weighed};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "table_rewrite",
    severity: Severity::Error,
    page: include_str!("table_rewrite.md"),
    recipe: None,
    concerns: Concerns::WORK,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    let rewrites = step.work.iter().filter(|it| it.kind == WorkKind::Rewrite);
    rewrites
        .filter_map(|work| {
            let blocked = blocked(step, trace, work.relation)?;
            let (who, table, reason) = (blocked.who(), &work.name, work.reason);
            let built = step.work.iter().filter(|it| it.kind == WorkKind::BuildIndex && it.relation == work.relation);
            let indexes = match built.count() {
                0 => String::new(),
                1 => " and its index built again".to_owned(),
                several => format!(" and its {several} indexes built again"),
            };
            let message = format!("{who} {table} wait while the table is rewritten{indexes}: {reason}.");
            Some(weighed(Finding::new(&HAZARD, message).about(table), step, trace, work.relation))
        })
        .collect()
}
