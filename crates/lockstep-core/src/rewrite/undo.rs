//! The way back from one stage of a plan to where the stage began.

use crate::rewrite::planner::PlannedStep;
use crate::rewrite::trial;
use crate::rollback::{WayBack, way_back};
use crate::simulate::trace::Trace;

/// What undoes these steps of the plan, which follow one another; `None` where that is not known.
pub fn undo(whole: &Trace, steps: &[PlannedStep]) -> Option<WayBack> {
    let state = &steps.first()?.before;
    let text: Vec<String> = steps.iter().map(|it| trial::text(whole, state, &it.draft.action)).collect();
    let trace = trial::run(whole, state, &text.join("\n"));
    trial::after(&trace)?;
    // Only what the stage itself has made is dropped.
    Some(way_back(&Trace { start: state.schema.clone(), ..trace }, None))
}
