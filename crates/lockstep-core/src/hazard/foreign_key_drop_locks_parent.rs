#![doc = include_str!("foreign_key_drop_locks_parent.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::{is_empty, runs};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::pg::lock_mode::LockMode;
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "foreign_key_drop_locks_parent",
    severity: Severity::Warning,
    page: include_str!("foreign_key_drop_locks_parent.md"),
    recipe: None,
    concerns: Concerns::LOCKS,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    let mut found = vec![];
    for lock in step.locks.iter().filter(|it| it.mode == LockMode::AccessExclusive && matches!(it.kind, 'r' | 'p')) {
        let Some(child) = step.before.get(lock.relation) else { continue };
        let Some(old) = child.table() else { continue };
        let new = step.after.get(child.id).and_then(|it| it.table());
        for constraint in &old.constraints {
            let Some(key) = constraint.foreign_key().filter(|it| it.references != child.id) else { continue };
            let stays = new.is_some_and(|it| it.constraint(constraint.name.as_str()).is_some());
            let parent = key.references;
            let locked = |it: &&crate::effect::Lock| it.relation == parent && it.mode == LockMode::AccessExclusive;
            let Some(lock) = step.locks.iter().find(locked).filter(|_| !stays) else { continue };
            // Where the other table goes as well, that is what the statement says.
            if trace.is_made_by_plan(parent) || is_empty(step, parent) || step.after.get(parent).is_none() {
                continue;
            }
            let message = format!(
                "Reads and writes of {} wait as well: with foreign key {} of {} its triggers on {} go, under ACCESS \
                 EXCLUSIVE on both.",
                lock.name, constraint.name, child.name, lock.name
            );
            found.push(Finding::new(&HAZARD, message).about(&lock.name));
        }
    }
    found
}
