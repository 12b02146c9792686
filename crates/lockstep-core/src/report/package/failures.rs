//! What to do where a step fails: a report for each error that the handoff note tells of.

use std::fmt::Write;

use crate::report::failure::{self, Failure, Given};
use crate::report::handoff::wire::Handoff;
use crate::report::markdown::text;
use crate::simulate::trace::Trace;

/// A long history may have many.
const MOST: usize = 30;

/// Errors that can come, each with the report that it would be.
pub(super) fn scenarios(trace: &Trace, handoff: &Handoff) -> Vec<(String, Failure)> {
    let mut found = vec![];
    for error in &handoff.errors {
        for (step, state) in error.steps.iter().flat_map(|step| error.sqlstates.iter().map(move |it| (*step, it))) {
            if found.len() == MOST {
                return found;
            }
            let given = Given { step: Some(step), sqlstate: Some(state.clone()), ..Given::default() };
            if let Ok(report) = failure::of_trace(trace, &given) {
                found.push((error.when.clone(), report));
            }
        }
    }
    found
}

pub(super) fn markdown(scenarios: &[(String, Failure)]) -> String {
    let mut out = String::from("# If it fails\n\n");
    let _ = writeln!(
        out,
        "Each as it would be reported; `lockstep failure --step N --sqlstate CODE --message TEXT` says more once it has \
         happened. Of several ways to do the same, a comment says `Or`."
    );
    for (when, report) in scenarios {
        let _ = writeln!(out, "\n## Step {}: {}\n\n{}.\n", report.step, text(&report.sqlstate), text(when));
        out += &failure::markdown::markdown(report);
    }
    out
}
