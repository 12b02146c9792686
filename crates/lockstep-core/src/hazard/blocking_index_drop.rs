#![doc = include_str!("blocking_index_drop.md")]

use crate::diagnostic::Severity;
use crate::hazard::exposure::blocked;
use crate::hazard::shapes::{of_others, running};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};
use crate::syntax::statement::{ObjectType, Statement};

pub(super) static HAZARD: Hazard = Hazard {
    id: "blocking_index_drop",
    severity: Severity::Warning,
    page: include_str!("blocking_index_drop.md"),
    recipe: None,
    concerns: Concerns::DROP,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    let Some(Statement::Drop(drop)) = running(step) else { return vec![] };
    if drop.object != ObjectType::Index || drop.concurrently {
        return vec![];
    }
    let mut found = vec![];
    for name in &drop.names {
        let Some((relation, index)) = of_others(step, trace, name).and_then(|it| Some((it, it.index()?))) else {
            continue;
        };
        let Some(table) = step.before.get(index.table) else { continue };
        if blocked(step, trace, table.id).is_none() {
            continue;
        }
        let instead = match index.partitioned {
            true => " An index of a partitioned table cannot be dropped concurrently: keep the transaction short.",
            false => "",
        };
        let message = format!(
            "Reads and writes of {} queue behind DROP INDEX {} while it waits for its ACCESS EXCLUSIVE lock, and until \
             its transaction ends.{instead}",
            table.name, relation.name
        );
        found.push(Finding::new(&HAZARD, message).about(&table.name));
    }
    found
}
