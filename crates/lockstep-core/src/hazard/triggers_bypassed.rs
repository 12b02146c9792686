#![doc = include_str!("triggers_bypassed.md")]

use crate::diagnostic::Severity;
use crate::hazard::shapes::running;
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{Set, Statement};

pub(super) static HAZARD: Hazard = Hazard {
    id: "triggers_bypassed",
    severity: Severity::Warning,
    page: include_str!("triggers_bypassed.md"),
    recipe: None,
    concerns: Concerns::OTHER,
    check,
};

fn check(step: &Step, _: &Trace) -> Vec<Finding> {
    match running(step) {
        Some(Statement::Set(Set::Set { name, values, .. }))
            if name.eq_ignore_ascii_case("session_replication_role")
                && values.iter().any(|it| it.trim_matches('\'').eq_ignore_ascii_case("replica")) =>
        {
            let message = "From here on this session fires no trigger and keeps no foreign key: rows that point nowhere get in, \
                           and nothing finds them later.";
            vec![Finding::new(&HAZARD, message.to_owned())]
        }
        _ => vec![],
    }
}
