#![doc = include_str!("granted_to_everybody.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::running;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{GrantTarget, ObjectType, Statement};

pub(super) static HAZARD: Hazard = Hazard {
    id: "granted_to_everybody",
    severity: Severity::Note,
    page: include_str!("granted_to_everybody.md"),
    recipe: None,
    concerns: Concerns::OTHER,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(Statement::Grant(grant)) = running(step) else { return vec![] };
    if grant.revoke || !grant.grantees.iter().any(|it| it.as_str() == "public") {
        return vec![];
    }
    let of_data = |object: ObjectType| matches!(object, ObjectType::Table | ObjectType::Sequence | ObjectType::Schema);
    let concerns = match &grant.target {
        GrantTarget::Objects(object, _) | GrantTarget::AllInSchema(object, _) => of_data(*object),
        GrantTarget::Future { object, .. } => of_data(*object),
    };
    // To look into a schema is what everybody needs who may use something in it.
    let only_usage = grant.privileges.iter().all(|it| it.name == "usage") && !grant.privileges.is_empty();
    if !concerns || only_usage {
        return vec![];
    }
    let what: Vec<String> = grant.privileges.iter().map(|it| it.name.to_uppercase()).collect();
    let what = if what.is_empty() { "ALL".to_owned() } else { what.join(", ") };
    let message = format!("Every role of the server, those to come as well, gets {what}.");
    vec![Finding::new(&HAZARD, message)]
}
