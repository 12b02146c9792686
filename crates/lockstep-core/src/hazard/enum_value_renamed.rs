#![doc = include_str!("enum_value_renamed.md")]

use crate::diagnostic::Severity;
use crate::effect::ObjectName;
use crate::hazard::shapes::running;
use crate::hazard::{Finding, Hazard};
use crate::name::Ident;
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{Statement, TypeAction};

pub(super) static HAZARD: Hazard = Hazard {
    id: "enum_value_renamed",
    severity: Severity::Warning,
    page: include_str!("enum_value_renamed.md"),
    recipe: None,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::AlterType(alter)) = running(step) else { return vec![] };
    let TypeAction::RenameValue { from, to } = &alter.action else { return vec![] };
    let within = |schema: &Ident| ObjectName { schema: schema.clone(), name: alter.name.name.clone() };
    let path = alter.name.schema.iter().chain(&step.session.search_path);
    let Some(name) = path.map(within).find(|it| step.before.find_type(it).is_some()) else { return vec![] };
    // A type that the plan made is nobody's yet.
    if step.before.find_type(&name).is_none_or(|it| it.0 >= trace.start.next_id()) {
        return vec![];
    }
    let message = format!(
        "'{from}' of {name} becomes '{to}': every query that still says '{from}' fails with 22P02, \
         invalid_text_representation, from the moment of the commit."
    );
    vec![Finding::new(&HAZARD, message)]
}
