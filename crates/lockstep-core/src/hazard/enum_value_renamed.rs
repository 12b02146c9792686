#![doc = include_str!("enum_value_renamed.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{find_type, running};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{Statement, TypeAction};

pub(super) static HAZARD: Hazard = Hazard {
    id: "enum_value_renamed",
    severity: Severity::Warning,
    page: include_str!("enum_value_renamed.md"),
    recipe: Some("rename_enum_value"),
    concerns: Concerns::OTHER,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::AlterType(alter)) = running(step) else { return vec![] };
    let TypeAction::RenameValue { from, to } = &alter.action else { return vec![] };
    // A type that the plan made is nobody's yet.
    if find_type(step, &alter.name).is_none_or(|it| it.0 >= trace.start.next_id()) {
        return vec![];
    }
    let message = format!(
        "'{from}' of {} becomes '{to}': every query that still says '{from}' fails with 22P02, \
         invalid_text_representation, from the moment of the commit.",
        alter.name
    );
    vec![Finding::new(&HAZARD, message)]
}
