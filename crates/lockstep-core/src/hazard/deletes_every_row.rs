#![doc = include_str!("deletes_every_row.md")]

use crate::diagnostic::Severity;
use crate::hazard::concerns::Concerns;
use crate::hazard::exposure::has_rows;
use crate::hazard::shapes::{of_others, running};
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::expression::{Expr, Literal};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "deletes_every_row",
    severity: Severity::Error,
    page: include_str!("deletes_every_row.md"),
    recipe: None,
    concerns: Concerns::ROWS,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::Delete(delete)) = running(step) else { return vec![] };
    // A join chooses rows as well.
    if !delete.from.is_empty() || delete.opaque || !delete.condition.as_ref().is_none_or(is_always_true) {
        return vec![];
    }
    let Some(table) = of_others(step, trace, &delete.table).filter(|it| has_rows(step, it.id)) else { return vec![] };
    let message = format!("Every row of {} is deleted: no WHERE leaves any out.", table.name);
    vec![Finding::new(&HAZARD, message).about(&table.name)]
}

/// `TRUE`, `1 = 1`, `'a' = 'a'`: a condition that chooses nothing.
pub(crate) fn is_always_true(condition: &Expr) -> bool {
    match condition {
        Expr::Literal(Literal::Boolean(value)) => *value,
        Expr::Binary { left, operator, right } => {
            operator.symbol == "="
                && matches!(**left, Expr::Literal(_))
                && left == right
                && **left != Expr::Literal(Literal::Null)
        }
        Expr::And(all) => all.iter().all(is_always_true),
        Expr::Or(any) => any.iter().any(is_always_true),
        _ => false,
    }
}
