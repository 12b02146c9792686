#![doc = include_str!("insert_without_columns.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{of_others, running};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{InsertSource, Statement};

pub(super) static HAZARD: Hazard = Hazard {
    id: "insert_without_columns",
    severity: Severity::Note,
    page: include_str!("insert_without_columns.md"),
    recipe: None,
    concerns: Concerns::ROWS,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::Insert(insert)) = running(step) else { return vec![] };
    if !insert.columns.is_empty() || matches!(insert.source, InsertSource::DefaultValues) {
        return vec![];
    }
    let Some(table) = of_others(step, trace, &insert.table) else { return vec![] };
    let message = format!(
        "The values go to the columns of {} in the order in which they happen to stand there: name the columns.",
        table.name
    );
    vec![Finding::new(&HAZARD, message).about(&table.name)]
}
