//! Statements tried on the state that a plan has reached.

use std::rc::Rc;

use crate::plan::runner::{RUNNERS, Wrapping};
use crate::plan::plan;
use crate::schema::Schema;
use crate::session::Session;
use crate::simulate;
use crate::simulate::trace::{Step, Trace};
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
    let trace =
        simulate::simulate_from(plans.migration, state.schema.clone(), state.session.clone(), whole.version);
    Trace { start: whole.start.clone(), ..trace }
}

/// The state after all of them; `None` where one does not run to its end, or it is not known whether it does.
pub(super) fn after(trace: &Trace) -> Option<State> {
    let all = trace.steps.iter().all(Step::succeeds);
    all.then(|| State { schema: trace.end.clone(), session: trace.end_session.clone() })
}

/// Why a trial came to nothing.
pub(super) fn trouble(trace: &Trace) -> Option<Rc<str>> {
    use crate::simulate::trace::Outcome;
    trace.steps.iter().find_map(|step| match &step.outcome {
        Outcome::Failed(error) => Some(format!("{} ({})", error.message, error.sqlstate).into()),
        Outcome::Unknown(why) => Some(format!("its outcome is not known: {why}").into()),
        Outcome::Skipped => Some("it does not run".into()),
        Outcome::Done | Outcome::DependsOnData(_) => None,
    })
}
