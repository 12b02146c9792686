#![doc = include_str!("cascade_drops_dependents.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{find_type, of_others, running};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{AlterTableAction, ObjectType, Statement, Subcommand};

pub(super) static HAZARD: Hazard = Hazard {
    id: "cascade_drops_dependents",
    severity: Severity::Error,
    page: include_str!("cascade_drops_dependents.md"),
    recipe: None,
    concerns: Concerns::NOTICES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !cascades(step, trace) {
        return vec![];
    }
    let said = step.notices.iter().filter_map(|it| it.split_once("drop cascades to "));
    let lost: Vec<&str> = said.map(|(_, what)| what).collect();
    if lost.is_empty() {
        return vec![];
    }
    // Several come in one notice, each in a line of its own after the count.
    let lines = lost.iter().flat_map(|it| it.lines());
    let each = lines.map(|it| it.strip_prefix("drop cascades to ").unwrap_or(it));
    let names: Vec<&str> = each.filter(|it| !it.ends_with("other objects")).collect();
    let message = match names.as_slice() {
        [] => format!("CASCADE drops {}, too.", lost.join(", ")),
        names => format!("CASCADE drops {}, too.", names.join(", ")),
    };
    vec![Finding::new(&HAZARD, message)]
}

/// It says `CASCADE`, about something that others have.
fn cascades(step: &Step, trace: &Trace) -> bool {
    match running(step) {
        Some(Statement::Drop(it)) if it.cascade => {
            it.names.iter().any(|name| match it.object {
                ObjectType::Type | ObjectType::Domain => {
                    find_type(step, name).is_some_and(|id| id.0 < trace.start.next_id())
                }
                ObjectType::Schema => trace.start.has_namespace(name.name.as_str()),
                _ => of_others(step, trace, name).is_some(),
            })
        }
        Some(Statement::DropObject(_) | Statement::DropRoutine(_)) => true,
        Some(Statement::AlterTable(it)) => match &it.action {
            AlterTableAction::Subcommands(all) => {
                let cascades = |it: &Subcommand| match it {
                    Subcommand::DropColumn { cascade, .. } | Subcommand::DropConstraint { cascade, .. } => *cascade,
                    _ => false,
                };
                all.iter().any(cascades) && of_others(step, trace, &it.name).is_some()
            }
            _ => false,
        },
        _ => false,
    }
}
