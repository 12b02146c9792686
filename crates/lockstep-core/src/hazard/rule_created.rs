#![doc = include_str!("rule_created.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::running;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "rule_created",
    severity: Severity::Note,
    page: include_str!("rule_created.md"),
    recipe: None,
    concerns: Concerns::OTHER,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(Statement::CreateRule(rule)) = running(step) else { return vec![] };
    let message = format!(
        "{} rewrites queries before they run: expressions in it may be computed twice, and RETURNING, COPY and row counts \
         change their meaning.",
        rule.name
    );
    vec![Finding::new(&HAZARD, message).about(&rule.table)]
}
