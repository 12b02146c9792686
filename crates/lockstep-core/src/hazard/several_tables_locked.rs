#![doc = include_str!("several_tables_locked.md")]

use crate::diagnostic::Severity;
use crate::effect::RelationId;
use crate::hazard::exposure::{is_empty, runs};
use crate::hazard::concerns::Concerns;
use crate::hazard::{Finding, Hazard};
use crate::simulate::trace::{Step, Trace};

pub(super) static HAZARD: Hazard = Hazard {
    id: "several_tables_locked",
    severity: Severity::Warning,
    page: include_str!("several_tables_locked.md"),
    recipe: None,
    concerns: Concerns::LOCKS,
    check,
};

fn check(step: &Step, trace: &Trace) -> Vec<Finding> {
    if !runs(step) {
        return vec![];
    }
    let strong = |relation: RelationId, kind: char, blocks: bool, new: bool| {
        matches!(kind, 'r' | 'p') && blocks && !new && !trace.is_made_by_plan(relation) && !is_empty(step, relation)
    };
    let mut held: Vec<_> = step.held.iter().filter(|it| it.toast.is_none() && strong(it.relation, it.kind, it.mode.blocks_writes(), it.new)).collect();
    held.dedup_by_key(|it| it.relation);
    let of_earlier = |relation| step.held.iter().any(|it| it.relation == relation && it.mode.blocks_writes());
    let own = step.locks.iter().find(|it| it.toast.is_none() && strong(it.relation, it.kind, it.mode.blocks_writes(), it.new) && !of_earlier(it.relation));
    // Parts of one hierarchy are locked from the top, always in the same order.
    let family = |a: RelationId, b: RelationId| {
        let schema = &step.before;
        schema.ancestors(a).contains(&b) || schema.ancestors(b).contains(&a)
    };
    let (Some(own), Some(first)) = (own, held.first()) else { return vec![] };
    if family(own.relation, first.relation) || held.len() > 1 {
        return vec![];
    }
    let message = format!(
        "The transaction keeps its lock on {} (step {}) while it waits for one on {}: whoever uses the two the other way \
         round meets a deadlock (40P01), and queries on {} wait for both.",
        first.name, first.since, own.name, first.name
    );
    vec![Finding::new(&HAZARD, message).about(&own.name)]
}
