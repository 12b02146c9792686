//! Ways back that somebody wrote: each runs, on a copy, from where its migration has led.

use crate::plan::Plan;
use crate::schema::Schema;
use crate::session::Session;
use crate::simulate::trace::{GivenBack, Outcome, Step, Trace};
use crate::simulate::{Simulator, simulate_from};

/// Where a file begins.
pub(super) struct Beginning {
    pub(super) source: usize,
    pub(super) schema: Schema,
    pub(super) session: Session,
    /// How many of the steps that are held came before.
    pub(super) steps: usize,
}

impl Simulator {
    pub(super) fn beginning(&self, source: usize) -> Beginning {
        Beginning { source, schema: self.schema.clone(), session: self.session.clone(), steps: self.steps.len() }
    }

    /// The way back from the end of the file that began there. `session`: that of whoever goes back.
    pub(super) fn look_back(&self, plan: &Plan, from: Beginning, session: &Session) -> Option<GivenBack> {
        let given = plan.given_back(from.source)?;
        let steps = &self.steps[from.steps..];
        let last = steps.last()?.index;
        let mut ended = Simulator {
            block: self.block.clone(),
            handed_over: self.count(),
            ..Simulator::new(self.version, self.schema.clone(), self.session.clone(), self.goes_on)
        };
        ended.end_runner_block();
        let hindrance = hindrance(steps).or_else(|| {
            ended.block.is_some().then(|| "The file leaves a transaction open, which the server rolls back.".to_owned())
        });
        let after = ended.schema;
        // By the time that somebody goes back, every table may hold rows.
        let mut filled = after.clone();
        filled.forget_emptiness();
        let trace = simulate_from(given, filled, session.clone(), self.version);
        Some(GivenBack {
            source: from.source,
            last_step: last,
            before: from.schema,
            session: from.session,
            after,
            hindrance,
            trace,
        })
    }
}

/// Why there is nothing to go back from.
fn hindrance(steps: &[Step]) -> Option<String> {
    steps.iter().find_map(|step| match &step.outcome {
        Outcome::Failed(error) => {
            let (index, sqlstate) = (step.index, error.sqlstate);
            Some(format!("The migration itself fails at step {index} ({sqlstate}: {}).", error.message))
        }
        Outcome::Skipped => Some(format!("The migration stops before step {}.", step.index)),
        _ => None,
    })
}

impl GivenBack {
    /// The migration once more, by itself and from where it began.
    pub fn forward(&self, trace: &Trace) -> Trace {
        simulate_from(trace.plan.only(self.source), self.before.clone(), self.session.clone(), trace.version)
    }
}
