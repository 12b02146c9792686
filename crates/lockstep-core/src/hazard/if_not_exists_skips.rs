#![doc = include_str!("if_not_exists_skips.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::runs;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "if_not_exists_skips",
    severity: Severity::Note,
    page: include_str!("if_not_exists_skips.md"),
    recipe: None,
    concerns: Concerns::NOTICES,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    let skipped = step.notices.iter().filter(|it| it.ends_with("already exists, skipping"));
    skipped
        .map(|it| {
            let what = it.trim_end_matches(", skipping");
            let message = format!("The statement does nothing: {what}. Whether it looks as it is written here, nobody checks.");
            Finding::new(&HAZARD, message)
        })
        .collect()
}
