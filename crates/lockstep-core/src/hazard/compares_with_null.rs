#![doc = include_str!("compares_with_null.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::running;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::expression::{Expr, Literal};
use crate::syntax::statement::{Statement, Subcommand, TableConstraintKind};

pub(super) static HAZARD: Hazard = Hazard {
    id: "compares_with_null",
    severity: Severity::Warning,
    page: include_str!("compares_with_null.md"),
    recipe: None,
    concerns: Concerns::ROWS.or(Concerns::CREATE_INDEX).or(Concerns::OTHER),
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let mut conditions: Vec<&Expr> = vec![];
    match running(step) {
        Some(Statement::Update(it) | Statement::Delete(it)) => conditions.extend(&it.condition),
        Some(Statement::CreateIndex(it)) => conditions.extend(&it.predicate),
        Some(Statement::CreatePolicy(it)) => conditions.extend(it.using.iter().chain(&it.check)),
        _ => {}
    }
    conditions.extend(crate::hazard::shapes::subcommands(step).iter().filter_map(|it| match it {
        Subcommand::AddConstraint(it) => match &it.kind {
            TableConstraintKind::Check { expression, .. } => Some(expression),
            _ => None,
        },
        _ => None,
    }));
    let mut found = None;
    for condition in conditions {
        condition.visit(&mut |it| {
            if let Expr::Binary { left, operator, right } = it
                && matches!(operator.symbol.as_str(), "=" | "<>" | "!=")
                && [left, right].iter().any(|it| matches!(***it, Expr::Literal(Literal::Null)))
            {
                found.get_or_insert_with(|| operator.symbol.clone());
            }
        });
    }
    let Some(symbol) = found else { return vec![] };
    let meant = if symbol == "=" { "IS NULL" } else { "IS NOT NULL" };
    let message = format!("{symbol} NULL is never true, for no row at all: {meant} is what it seems to mean.");
    vec![Finding::new(&HAZARD, message)]
}
