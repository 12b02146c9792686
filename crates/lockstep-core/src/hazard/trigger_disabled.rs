#![doc = include_str!("trigger_disabled.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{altered, rest_of_file, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{FiringState, Statement, Subcommand, TriggerSelection};

pub(super) static HAZARD: Hazard = Hazard {
    id: "trigger_disabled",
    severity: Severity::Warning,
    page: include_str!("trigger_disabled.md"),
    recipe: None,
    concerns: Concerns::SWITCHES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some((relation, _)) = altered(step, trace) else { return vec![] };
    let disabled = subcommands(step).iter().find_map(|it| match it {
        Subcommand::EnableTrigger { what, state: FiringState::Disabled } => Some(what),
        _ => None,
    });
    let Some(what) = disabled else { return vec![] };
    let again = rest_of_file(step, trace).any(|later| {
        let Some(Statement::AlterTable(it)) = later.statement.as_deref() else { return false };
        let enables = |it: &Subcommand| matches!(it, Subcommand::EnableTrigger { state, .. } if *state != FiringState::Disabled);
        it.name.name == relation.name.name && subcommands(later).iter().any(enables)
    });
    let which = match what {
        TriggerSelection::Named(name) => format!("Trigger {name} of {} does", relation.name),
        TriggerSelection::User => format!("No trigger of {} that a user made does", relation.name),
        TriggerSelection::All => format!("No trigger of {}, not even those of its foreign keys, does", relation.name),
    };
    let until = match again {
        true => "until it is enabled again below: what others write meanwhile goes unseen",
        false => "any more, and this file does not enable it again",
    };
    let not = if matches!(what, TriggerSelection::Named(_)) { " not" } else { "" };
    let message = format!("{which}{not} fire {until}.");
    vec![Finding::new(&HAZARD, message).about(&relation.name)]
}
