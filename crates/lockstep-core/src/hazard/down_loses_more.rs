#![doc = include_str!("down_loses_more.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::undone_after;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::rollback::given;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "down_loses_more",
    severity: Severity::Warning,
    page: include_str!("down_loses_more.md"),
    recipe: None,
    concerns: Concerns::EVERY,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(back) = undone_after(step, trace) else { return vec![] };
    // What fails loses nothing.
    if given::failure(back).is_some() || !given::on_filled_tables(back).is_empty() {
        return vec![];
    }
    given::losses(back).into_iter().map(|it| Finding::new(&HAZARD, format!("Going back loses: {it}"))).collect()
}
