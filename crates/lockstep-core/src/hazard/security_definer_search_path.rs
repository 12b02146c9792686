#![doc = include_str!("security_definer_search_path.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::running;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{RoutineOption, Statement};

pub(super) static HAZARD: Hazard = Hazard {
    id: "security_definer_search_path",
    severity: Severity::Warning,
    page: include_str!("security_definer_search_path.md"),
    recipe: None,
    concerns: Concerns::OTHER,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    let Some(Statement::CreateFunction(create)) = running(step) else { return vec![] };
    let has = |test: fn(&RoutineOption) -> bool| create.options.iter().any(test);
    let definer = has(|it| matches!(it, RoutineOption::SecurityDefiner(true)));
    let fixed = has(|it| match it {
        RoutineOption::Set { name, .. } | RoutineOption::SetFromCurrent(name) => name == "search_path",
        _ => false,
    });
    // A body in the grammar itself is bound to what it names when it is made.
    if !definer || fixed || create.body.is_some() {
        return vec![];
    }
    let message = format!(
        "{} runs with its owner's rights and its caller's search_path: whoever can make an object in a schema of that path \
         decides what its names mean.",
        create.name
    );
    vec![Finding::new(&HAZARD, message)]
}
