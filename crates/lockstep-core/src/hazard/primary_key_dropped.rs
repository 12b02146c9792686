#![doc = include_str!("primary_key_dropped.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{altered, end_of_file, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Subcommand;

pub(super) static HAZARD: Hazard = Hazard {
    id: "primary_key_dropped",
    severity: Severity::Warning,
    page: include_str!("primary_key_dropped.md"),
    recipe: None,
    concerns: Concerns::REMOVES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some((relation, old)) = altered(step, trace) else { return vec![] };
    let Some(key) = old.primary_key() else { return vec![] };
    let drops = subcommands(step).iter().any(|it| match it {
        Subcommand::DropConstraint { name, .. } => *name == key.name,
        Subcommand::DropColumn { .. } => true,
        _ => false,
    });
    let has_key = |schema: &crate::schema::Schema| {
        schema.get(relation.id).and_then(|it| it.table()).is_none_or(|it| it.primary_key().is_some())
    };
    if !drops || has_key(&step.after) || has_key(end_of_file(step, trace)) {
        return vec![];
    }
    let message = format!(
        "{} is left without a primary key: a publication refuses UPDATE and DELETE of its rows (55000), and upserts \
         that rely on it fail (42P10).",
        relation.name
    );
    vec![Finding::new(&HAZARD, message).about(&relation.name)]
}
