#![doc = include_str!("index_of_many_columns.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::running;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "index_of_many_columns",
    severity: Severity::Note,
    page: include_str!("index_of_many_columns.md"),
    recipe: None,
    concerns: Concerns::CREATE_INDEX,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::CreateIndex(create)) = running(step) else { return vec![] };
    // Other access methods search by any of their columns, and a unique index keeps a rule.
    let is_btree = create.method.as_ref().is_none_or(|it| it.as_str() == "btree");
    if !is_btree || create.unique || create.keys.len() <= trace.plan.config.thresholds.index_columns {
        return vec![];
    }
    let message = format!(
        "The index of {} has {} key columns: a B-tree is searched from the left, and the last ones are of use only where \
         all before them are given.",
        create.table,
        create.keys.len()
    );
    vec![Finding::new(&HAZARD, message).about(&create.table)]
}
