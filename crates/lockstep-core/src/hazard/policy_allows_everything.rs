#![doc = include_str!("policy_allows_everything.md")]

use crate::diagnostic::Severity;
use crate::hazard::deletes_every_row::is_always_true;
use crate::hazard::shapes::running;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "policy_allows_everything",
    severity: Severity::Note,
    page: include_str!("policy_allows_everything.md"),
    recipe: None,
    concerns: Concerns::OTHER,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(Statement::CreatePolicy(policy)) = running(step) else { return vec![] };
    let writes = policy.command.as_str() != "select";
    let conditions: Vec<_> = policy.using.iter().chain(&policy.check).collect();
    let open = conditions.iter().all(|it| is_always_true(it));
    if !policy.permissive || !writes || !policy.roles.is_empty() || conditions.is_empty() || !open {
        return vec![];
    }
    let message = format!(
        "{} lets everybody write every row of {}: other permissive policies make no difference beside it.",
        policy.name, policy.table
    );
    vec![Finding::new(&HAZARD, message).about(&policy.table)]
}
