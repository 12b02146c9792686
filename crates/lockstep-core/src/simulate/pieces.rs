//! A plan from its first file to its last, handed over piece by piece.

use crate::pg::version::PgVersion;
use crate::plan::{Plan, Plans};
use crate::schema::Schema;
use crate::session::{Session, Settings};
use crate::simulate::trace::{StartTrouble, Trace, TransactionKind};
use crate::simulate::{Simulator, trouble};

/// The same with as little memory as it takes: `each` gets the trace as often as a part of it is final
/// (whole files that end outside of transactions) and may look back no further; the trace that is left has no steps.
pub fn in_pieces(plans: Plans, version: PgVersion, each: &mut dyn FnMut(&mut Trace)) -> Trace {
    let Plans { start, migration } = plans;
    let mut start_troubles = vec![];
    let before = run(start, Schema::default(), Session::default(), version, vec![], &mut |piece| {
        start_troubles.extend(piece.steps.iter().filter_map(|step| trouble(step, &piece.plan)));
    });
    // A dump empties the search path for itself; what else the text sets goes for the migration too.
    let mut session = before.end_session;
    if session.search_path.is_empty() {
        session.search_path = Settings::default().search_path;
    }
    // A dump has no rows where the database has; only rows that the text itself holds are certain.
    let mut schema = before.end;
    schema.forget_emptiness();
    schema.forget_samples(&migration.facts);
    let mut trace = run(migration, schema, session, version, start_troubles, each);
    trace.plan.diagnostics.extend(before.plan.diagnostics);
    trace
}

fn run(
    plan: Plan,
    start: Schema,
    session: Session,
    version: PgVersion,
    start_troubles: Vec<StartTrouble>,
    each: &mut dyn FnMut(&mut Trace),
) -> Trace {
    let mut simulator = Simulator::new(version, start.clone(), session.clone(), plan.runner.goes_on);
    let mut trace = Trace {
        version,
        plan,
        steps: vec![],
        forgotten: 0,
        transactions: vec![],
        failed_first: None,
        end: start.clone(),
        start,
        end_session: session.clone(),
        start_troubles,
        given_back: vec![],
    };
    let mut wrapped = None;
    while let Some(statements) = trace.plan.next_file() {
        let Some(first) = statements.first() else { continue };
        if first.wrapped.is_none() || first.wrapped != wrapped {
            simulator.end_runner_block();
            wrapped = None;
            if simulator.block.is_none() {
                simulator.hand_over(&mut trace, each);
            }
        }
        let beginning = simulator.beginning(first.source);
        for planned in &statements {
            if planned.wrapped != wrapped {
                simulator.end_runner_block();
                wrapped = planned.wrapped;
                if wrapped.is_some() && !simulator.stopped {
                    simulator.open_block(TransactionKind::Runner);
                }
            }
            simulator.statement(planned);
        }
        trace.given_back.extend(simulator.look_back(&trace.plan, beginning, &session));
    }
    simulator.end_runner_block();
    simulator.leave_open();
    simulator.hand_over(&mut trace, each);
    Trace { transactions: simulator.transactions, end: simulator.schema, end_session: simulator.session, ..trace }
}

/// One plan from a schema and a session that are there already.
pub fn simulate_from(plan: Plan, start: Schema, session: Session, version: PgVersion) -> Trace {
    let (mut steps, mut given_back) = (vec![], vec![]);
    let trace = run(plan, start, session, version, vec![], &mut |piece| {
        steps.append(&mut piece.steps);
        given_back.append(&mut piece.given_back);
    });
    Trace { steps, given_back, forgotten: 0, ..trace }
}

impl Simulator {
    fn hand_over(&mut self, trace: &mut Trace, each: &mut dyn FnMut(&mut Trace)) {
        if self.steps.is_empty() {
            return;
        }
        trace.forgotten = self.handed_over;
        trace.failed_first = self.failed_first;
        self.handed_over += self.steps.len();
        std::mem::swap(&mut trace.steps, &mut self.steps);
        std::mem::swap(&mut trace.transactions, &mut self.transactions);
        each(trace);
        std::mem::swap(&mut trace.transactions, &mut self.transactions);
        trace.steps.clear();
        trace.given_back.clear();
    }
}
