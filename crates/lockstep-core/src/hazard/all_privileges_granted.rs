#![doc = include_str!("all_privileges_granted.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::running;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{GrantTarget, ObjectType, Statement};

pub(super) static HAZARD: Hazard = Hazard {
    id: "all_privileges_granted",
    severity: Severity::Note,
    page: include_str!("all_privileges_granted.md"),
    recipe: None,
    concerns: Concerns::OTHER,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(Statement::Grant(grant)) = running(step) else { return vec![] };
    let (GrantTarget::Objects(object, _) | GrantTarget::AllInSchema(object, _) | GrantTarget::Future { object, .. }) = &grant.target;
    // Everybody is the greater danger, with a page of its own.
    let to_all = grant.grantees.iter().any(|it| it.as_str() == "public");
    if grant.revoke || !grant.privileges.is_empty() || *object != ObjectType::Table || to_all {
        return vec![];
    }
    let roles: Vec<String> = grant.grantees.iter().map(ToString::to_string).collect();
    let message = format!("{} may also TRUNCATE, make triggers and refer by foreign keys: ALL is more than reads and writes.", roles.join(", "));
    vec![Finding::new(&HAZARD, message)]
}
