#![doc = include_str!("down_fails_on_filled_table.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::undone_after;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::rollback::given;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "down_fails_on_filled_table",
    severity: Severity::Warning,
    page: include_str!("down_fails_on_filled_table.md"),
    recipe: None,
    concerns: Concerns::EVERY,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(back) = undone_after(step, trace) else { return vec![] };
    // What fails anyway has a name of its own.
    if given::failure(back).is_some() {
        return vec![];
    }
    let found = given::on_filled_tables(back).into_iter().map(|it| {
        let (at, command) = (it.step, &it.command);
        let text = format!("Going back fails at its step {at} ({command}) with {} as soon as the table holds a row.", it.sqlstate);
        Finding::new(&HAZARD, text)
    });
    found.collect()
}
