#![doc = include_str!("view_dropped.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::{end_of_file, of_others, running};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{ObjectType, Statement};

pub(super) static HAZARD: Hazard = Hazard {
    id: "view_dropped",
    severity: Severity::Warning,
    page: include_str!("view_dropped.md"),
    recipe: None,
    concerns: Concerns::DROP,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::Drop(drop)) = running(step) else { return vec![] };
    if !matches!(drop.object, ObjectType::View | ObjectType::MaterializedView) {
        return vec![];
    }
    let gone = drop.names.iter().filter_map(|name| of_others(step, trace, name));
    gone.filter(|it| end_of_file(step, trace).find(&it.name).is_none())
        .map(|it| {
            let message = format!("Every query that still uses {} fails with 42P01, undefined_table, from the commit on.", it.name);
            Finding::new(&HAZARD, message).about(&it.name)
        })
        .collect()
}
