#![doc = include_str!("type_change_may_fail.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{altered, subcommands};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate::{self, SqlState};
use crate::simulate::trace::{Outcome, Step, Trace};
use crate::syntax::statement::Subcommand;

pub(super) static HAZARD: Hazard = Hazard {
    id: "type_change_may_fail",
    severity: Severity::Warning,
    page: include_str!("type_change_may_fail.md"),
    recipe: None,
    concerns: Concerns::RETYPES,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let changes = subcommands(step).iter().any(|it| matches!(it, Subcommand::SetType { .. }));
    let Some((relation, _)) = altered(step, trace).filter(|_| changes) else { return vec![] };
    let Outcome::DependsOnData(questions) = &step.outcome else { return vec![] };
    // Class 22: the value does not fit. Of a time only one thousands of years away.
    let is_likely = |it: &SqlState| it.0.starts_with("22") && *it != sqlstate::DATETIME_FIELD_OVERFLOW;
    let Some(question) = questions.iter().find(|it| is_likely(&it.sqlstate_otherwise)) else { return vec![] };
    let message = format!(
        "One value of {} that does not fit the new type makes the whole change fail ({}), after all rows before it were read.",
        relation.name, question.sqlstate_otherwise
    );
    vec![Finding::new(&HAZARD, message).about(&relation.name)]
}
