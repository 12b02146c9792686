#![doc = include_str!("unlogged_table.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{find, running, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::schema::relation::Persistence;
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{Statement, Subcommand};

pub(super) static HAZARD: Hazard = Hazard {
    id: "unlogged_table",
    severity: Severity::Warning,
    page: include_str!("unlogged_table.md"),
    recipe: None,
    concerns: Concerns::CREATE_TABLE.or(Concerns::ALTER_TABLE),
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let name = match running(step) {
        Some(Statement::CreateTable(it)) if it.persistence == Persistence::Unlogged => &it.name,
        Some(Statement::AlterTable(it)) if subcommands(step).iter().any(|it| matches!(it, Subcommand::SetLogged(false))) => &it.name,
        _ => return vec![],
    };
    let Some(relation) = find(step, &step.after, name).and_then(|id| step.after.get(id)) else { return vec![] };
    let message = format!("{} is empty after a crash of the server, and on every replica.", relation.name);
    vec![Finding::new(&HAZARD, message).about(&relation.name)]
}
