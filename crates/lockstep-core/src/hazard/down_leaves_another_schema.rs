#![doc = include_str!("down_leaves_another_schema.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::undone_after;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::rollback::given;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "down_leaves_another_schema",
    severity: Severity::Warning,
    page: include_str!("down_leaves_another_schema.md"),
    recipe: None,
    concerns: Concerns::EVERY,
    check,
};

/// More are counted only.
const SHOWN: usize = 3;

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(back) = undone_after(step, trace) else { return vec![] };
    let found = given::check(back);
    // An empty one says that there is none.
    if found.is_empty || found.failure.is_some() || found.differences.is_empty() {
        return vec![];
    }
    let shown: Vec<&str> = found.differences.iter().take(SHOWN).map(|it| &*it.text).collect();
    let more = match found.differences.len() - shown.len() {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    vec![Finding::new(&HAZARD, format!("After going back: {}{more}.", shown.join("; ")))]
}
