//! Statements tried on the state that a plan has reached.

use crate::effect::ObjectName;
use crate::plan::plan;
use crate::plan::runner::{RUNNERS, Wrapping};
use crate::rewrite::draft::Action;
use crate::schema::Schema;
use crate::schema::object::{CatalogObject, ObjectClass};
use crate::session::Session;
use crate::simulate;
use crate::simulate::trace::{Outcome, Step, Trace};
use crate::source::Source;

/// Between two steps of a plan.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) schema: Schema,
    pub(super) session: Session,
}

/// What statements do there. The trace's start is that of the whole migration, so that what the migration made
/// counts as made by it.
pub(super) fn run(whole: &Trace, state: &State, text: &str) -> Trace {
    let mut plans = plan(vec![], vec![Source::new("plan.sql", text)], RUNNERS[0], Some(Wrapping::Statement));
    plans.migration.facts = whole.plan.facts.clone();
    plans.migration.config = whole.plan.config.clone();
    let trace = simulate::simulate_from(plans.migration, state.schema.clone(), state.session.clone(), whole.version);
    Trace { start: whole.start.clone(), ..trace }
}

/// The same for a step of the plan.
pub(super) fn run_action(whole: &Trace, state: &State, action: &Action) -> Trace {
    run(whole, state, &text(whole, state, action))
}

/// A step of the plan as the model reads it in that state.
pub(super) fn text(whole: &Trace, state: &State, action: &Action) -> String {
    let own = |table: &ObjectName| {
        let Some(id) = state.schema.find(table) else { return vec![] };
        let is_own = |it: &&CatalogObject| whole.start.object(it.id).is_none();
        let triggers = state.schema.objects_on(ObjectClass::Trigger, id).filter(is_own);
        triggers.map(|it| it.name().clone()).collect()
    };
    action.text(own)
}

/// The state after all of them; `None` where one does not run to its end, or it is not known whether it does.
pub(super) fn after(trace: &Trace) -> Option<State> {
    trouble(trace).is_none().then(|| end(trace))
}

/// The state after all of them, whatever became of them.
pub(super) fn end(trace: &Trace) -> State {
    State { schema: trace.end.clone(), session: trace.end_session.clone() }
}

/// The first that does not run to its end, and why.
pub(super) fn trouble(trace: &Trace) -> Option<(&Step, String)> {
    trace.steps.iter().find_map(|step| match &step.outcome {
        Outcome::Failed(error) => Some((step, format!("{} ({})", error.message, error.sqlstate))),
        Outcome::Unknown(why) => Some((step, format!("its outcome is not known: {why}"))),
        Outcome::Skipped => Some((step, "it does not run".to_owned())),
        Outcome::Done | Outcome::DependsOnData(_) => None,
    })
}
