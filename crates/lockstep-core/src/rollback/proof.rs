//! A way back is proved before it is graded: run on the model, from where it begins to the start.

use crate::plan::plan;
use crate::plan::runner::{RUNNERS, Wrapping};
use crate::rollback::given::difference;
use crate::rollback::{Grade, WayBack, push_once};
use crate::schema::Schema;
use crate::session::Session;
use crate::simulate::simulate_from;
use crate::simulate::trace::{Outcome, Trace};
use crate::source::Source;

/// More are counted only.
const SHOWN: usize = 3;

/// Where the model cannot follow the way back to the start, it is no way back.
pub(super) fn prove(way: &mut WayBack, start: &Schema, now: &Schema, trace: &Trace) {
    if way.actions.is_empty() {
        return;
    }
    let text: String = way.actions.iter().map(|it| format!("{};\n", it.sql)).collect();
    let plans = plan(vec![], vec![Source::new("the way back", &text)], RUNNERS[0], Some(Wrapping::Statement));
    let back = simulate_from(plans.migration, now.clone(), Session::default(), trace.version);
    // What a condition holds back where it would fail does not fail: the comparison tells whether it was needed.
    let failed = back.steps.iter().zip(&way.actions).find_map(|(step, action)| match &step.outcome {
        Outcome::Failed(error) if action.condition.is_none() => Some((step, error)),
        _ => None,
    });
    if let Some((step, error)) = failed {
        let (sqlstate, message) = (error.sqlstate, &error.message);
        let first_line = step.text.lines().next().unwrap_or_default();
        push_once(&mut way.impossible, format!("`{first_line}` fails with {sqlstate}: {message}."));
    }
    // Where something is lost, what depends on it may not come back as it was; that is said already.
    if way.grade() > Grade::LeavesRows {
        return;
    }
    let found = difference::between(start, &back.end);
    let certain: Vec<String> = found
        .differences
        .into_iter()
        .filter(|it| difference::doubt(it, start, &back.end).is_none())
        .map(|it| it.text)
        .collect();
    if let Some(rest) = certain.len().checked_sub(SHOWN).filter(|rest| *rest > 0) {
        push_once(&mut way.impossible, format!("{}; and {rest} more.", certain[..SHOWN].join("; ")));
    } else if !certain.is_empty() {
        push_once(&mut way.impossible, format!("{}.", certain.join("; ")));
    }
    for table in found.reordered {
        push_once(&mut way.impossible, format!("The columns of {table} come back in another order."));
    }
}
