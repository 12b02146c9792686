#![doc = include_str!("autovacuum_off.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{altered, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Subcommand;

pub(super) static HAZARD: Hazard = Hazard {
    id: "autovacuum_off",
    severity: Severity::Warning,
    page: include_str!("autovacuum_off.md"),
    recipe: None,
    concerns: Concerns::SWITCHES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some((relation, _)) = altered(step, trace) else { return vec![] };
    let off = subcommands(step).iter().any(|it| match it {
        Subcommand::SetOptions { options, reset: false } => options.iter().any(|(name, value)| {
            let value = value.as_deref().unwrap_or("true").to_ascii_lowercase();
            name.as_str() == "autovacuum_enabled" && matches!(value.as_str(), "false" | "off" | "0" | "no" | "f" | "n")
        }),
        _ => false,
    });
    if !off {
        return vec![];
    }
    let message = format!(
        "Nobody cleans {} up or looks at its rows for the planner any more, until it is forced, against wraparound.",
        relation.name
    );
    vec![Finding::new(&HAZARD, message).about(&relation.name)]
}
