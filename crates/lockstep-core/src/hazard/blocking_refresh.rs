#![doc = include_str!("blocking_refresh.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::blocked;
use crate::hazard::shapes::{of_others, running};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::Statement;

pub(super) static HAZARD: Hazard = Hazard {
    id: "blocking_refresh",
    severity: Severity::Error,
    page: include_str!("blocking_refresh.md"),
    recipe: Some("concurrently"),
    concerns: Concerns::OTHER,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::RefreshMaterializedView(refresh)) = running(step) else { return vec![] };
    let Some(view) = of_others(step, trace, &refresh.name).filter(|_| !refresh.concurrently) else { return vec![] };
    let readable = view.materialized().is_some_and(|it| it.populated);
    // Nobody can read a view that holds nothing yet.
    if !readable || blocked(step, trace, view.id).is_none() {
        return vec![];
    }
    let message = match refresh.with_data {
        true => format!("Reads of {} wait until its whole query has run again.", view.name),
        false => format!(
            "{} loses its rows: every read of it fails with 55000, object_not_in_prerequisite_state, until it is \
             refreshed with data.",
            view.name
        ),
    };
    vec![Finding::new(&HAZARD, message).about(&view.name)]
}
