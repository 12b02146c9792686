#![doc = include_str!("concurrent_unique_may_fail.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::running;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::sqlstate;
use crate::simulate::trace::{Outcome, Step, Trace};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "concurrent_unique_may_fail",
    severity: Severity::Warning,
    page: include_str!("concurrent_unique_may_fail.md"),
    recipe: None,
    concerns: Concerns::CREATE_INDEX,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(Statement::CreateIndex(create)) = running(step).filter(|_| !step.in_block) else { return vec![] };
    let Outcome::DependsOnData(questions) = &step.outcome else { return vec![] };
    let duplicates = questions.iter().any(|it| it.sqlstate_otherwise == sqlstate::UNIQUE_VIOLATION);
    if !create.concurrently || !create.unique || !duplicates {
        return vec![];
    }
    let name = create.name.as_ref().map_or_else(|| "the index".to_owned(), ToString::to_string);
    let message = format!(
        "Two equal rows, old or written meanwhile, break the build off (23505), and {name} stays behind as an invalid index \
         that still refuses duplicates."
    );
    vec![Finding::new(&HAZARD, message).about(&create.table)]
}
