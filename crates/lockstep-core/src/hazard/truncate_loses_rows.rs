#![doc = include_str!("truncate_loses_rows.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::is_empty;
use crate::hazard::shapes::{of_others, running};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "truncate_loses_rows",
    severity: Severity::Error,
    page: include_str!("truncate_loses_rows.md"),
    recipe: None,
    concerns: Concerns::ROWS,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::Truncate(truncate)) = running(step) else { return vec![] };
    let named = truncate.tables.iter().filter_map(|(name, _)| of_others(step, trace, name));
    let mut found: Vec<Finding> = vec![];
    for table in named.filter(|it| !is_empty(step, it.id)) {
        let followers = step.locks.iter().filter(|it| {
            let named = truncate.tables.iter().any(|(name, _)| name.name == it.name.name);
            it.kind == 'r' && it.toast.is_none() && !named && !is_empty(step, it.relation)
        });
        let mut others: Vec<String> = followers.map(|it| it.name.to_string()).collect();
        others.dedup();
        let others = match (truncate.cascade, others.is_empty()) {
            (true, false) => format!(" CASCADE empties {}, too.", others.join(", ")),
            _ => String::new(),
        };
        let message = format!("Every row of {} is gone for good when this commits.{others}", table.name);
        found.push(Finding::new(&HAZARD, message).about(&table.name));
    }
    found
}
