#![doc = include_str!("expression_without_statistics.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{of_others, rest_of_file, running};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::expression::Expr;
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "expression_without_statistics",
    severity: Severity::Note,
    page: include_str!("expression_without_statistics.md"),
    recipe: None,
    concerns: Concerns::CREATE_INDEX,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::CreateIndex(create)) = running(step) else { return vec![] };
    let computed = create.keys.iter().any(|it| !matches!(it.expression, Expr::Column(_)));
    let Some(table) = of_others(step, trace, &create.table).filter(|_| computed) else { return vec![] };
    let analyzed = rest_of_file(step, trace).any(|it| matches!(running(it), Some(Statement::Vacuum(_))));
    if analyzed {
        return vec![];
    }
    let message = format!(
        "The planner knows nothing of the new expression until {} is analyzed: it guesses, and may not use the index.",
        table.name
    );
    vec![Finding::new(&HAZARD, message).about(&table.name)]
}
