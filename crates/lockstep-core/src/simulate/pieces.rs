//! A plan from its first file to its last, handed over piece by piece.

use crate::beside::beside;
use crate::pg::version::PgVersion;
use crate::plan::{Plan, Plans};
use crate::schema::Schema;
use crate::session::{Session, Settings};
use crate::simulate::trace::{GivenBack, Outcome, StartTrouble, Step, Trace, Transaction, TransactionKind};
use crate::simulate::{Simulator, unmodelled};
use crate::source::Source;
use crate::statement::execution::Execution;
use crate::syntax::statement::Statement;

/// A part of a trace that is final: whole files that end outside of transactions.
#[derive(Default)]
struct Piece {
    steps: Vec<Step>,
    transactions: Vec<Transaction>,
    failed_first: Option<usize>,
    given_back: Vec<GivenBack>,
}

/// Where a plan has led to.
struct Ended {
    plan: Plan,
    schema: Schema,
    session: Session,
}

/// A piece has so many steps at least, where files are left: each costs a little by itself.
const PIECE: usize = 64;
/// Shorter texts, in bytes, are through before a second thread is of use.
const SHORT: usize = 32 << 10;

/// The same with as little memory as it takes: `each` gets the trace as often as a part of it is final
/// (whole files that end outside of transactions) and may look back no further; the trace that is left has no steps.
pub fn in_pieces(plans: Plans, version: PgVersion, each: &mut dyn FnMut(&mut Trace)) -> Trace {
    let Plans { start, migration } = plans;
    let mut start_troubles = vec![];
    let sources = start.sources.clone();
    let before = run(start, Schema::default(), Session::default(), version, &mut |piece| {
        start_troubles.extend(piece.steps.iter().filter_map(|step| trouble(step, &sources[step.source])));
    });
    // A dump empties the search path for itself; what else the text sets goes for the migration too.
    let mut session = before.session;
    if session.search_path.is_empty() {
        session.search_path = Settings::default().search_path;
    }
    // A dump has no rows where the database has; only rows that the text itself holds are certain.
    let mut schema = before.schema;
    schema.forget_emptiness();
    schema.forget_samples(&migration.facts);
    let mut trace = pieces_of(migration, schema, session, version, start_troubles, each);
    trace.plan.diagnostics.extend(before.plan.diagnostics);
    trace
}

fn pieces_of(
    mut plan: Plan,
    start: Schema,
    session: Session,
    version: PgVersion,
    start_troubles: Vec<StartTrouble>,
    each: &mut dyn FnMut(&mut Trace),
) -> Trace {
    let mut trace = Trace {
        version,
        plan: plan.already_read(),
        steps: vec![],
        forgotten: 0,
        transactions: vec![],
        failed_first: None,
        end: start.clone(),
        start: start.clone(),
        end_session: session.clone(),
        start_troubles,
        given_back: vec![],
    };
    let worth = plan.unread_bytes() > SHORT;
    let reader = worth.then(|| plan.read_ahead());
    let make = |hand_over: &mut dyn FnMut(Piece)| run(plan, start, session, version, hand_over);
    let mut handed_over = 0;
    let ended = beside(worth, make, &|| reader.as_ref().is_some_and(|it| it.help()), &mut |piece: Piece| {
        trace.forgotten = handed_over;
        handed_over += piece.steps.len();
        trace.steps = piece.steps;
        trace.transactions.extend(piece.transactions);
        trace.failed_first = piece.failed_first;
        trace.given_back = piece.given_back;
        each(&mut trace);
        // The steps are freed where they were made; statements, mostly read ahead on this thread, here.
        trace.steps.iter_mut().for_each(|it| it.statement = None);
        Some(Piece { steps: std::mem::take(&mut trace.steps), ..Piece::default() })
    });
    trace.forgotten = handed_over;
    Trace {
        plan: ended.plan,
        steps: vec![],
        given_back: vec![],
        end: ended.schema,
        end_session: ended.session,
        ..trace
    }
}

fn run(mut plan: Plan, start: Schema, session: Session, version: PgVersion, each: &mut dyn FnMut(Piece)) -> Ended {
    let mut simulator = Simulator::new(version, start, session.clone(), plan.runner.goes_on);
    let mut given_back = vec![];
    let mut wrapped = None;
    while let Some(statements) = plan.next_file() {
        let Some(first) = statements.first() else { continue };
        if first.wrapped.is_none() || first.wrapped != wrapped {
            simulator.end_runner_block();
            wrapped = None;
            if simulator.block.is_none() && simulator.steps.len() >= PIECE {
                each(simulator.piece(&mut given_back));
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
        given_back.extend(simulator.look_back(&plan, beginning, &session));
    }
    simulator.end_runner_block();
    simulator.leave_open();
    each(simulator.piece(&mut given_back));
    Ended { plan, schema: simulator.schema, session: simulator.session }
}

/// One plan from a schema and a session that are there already.
pub fn simulate_from(plan: Plan, start: Schema, session: Session, version: PgVersion) -> Trace {
    let (mut steps, mut given_back) = (vec![], vec![]);
    let trace = pieces_of(plan, start, session, version, vec![], &mut |piece| {
        steps.append(&mut piece.steps);
        given_back.append(&mut piece.given_back);
    });
    Trace { steps, given_back, forgotten: 0, ..trace }
}

impl Simulator {
    /// What came since the last piece.
    fn piece(&mut self, given_back: &mut Vec<GivenBack>) -> Piece {
        let count = self.steps.len();
        self.handed_over += count;
        self.transactions_handed_over += self.transactions.len();
        Piece {
            // The next piece is as long, mostly.
            steps: std::mem::replace(&mut self.steps, Vec::with_capacity(count)),
            transactions: std::mem::take(&mut self.transactions),
            failed_first: self.failed_first,
            given_back: std::mem::take(given_back),
        }
    }
}

fn trouble(step: &Step, source: &Source) -> Option<StartTrouble> {
    let message = match &step.outcome {
        // What cannot be read is a diagnostic already.
        _ if step.statement.is_none() => return None,
        Outcome::Failed(error) => format!("{} fails: {}", step.command, error.message),
        // On the model it ran; only a doubt remains.
        Outcome::Unknown(_) if step.applied => return None,
        Outcome::Unknown(_) if step.statement.as_ref().is_some_and(|it| !leaves_doubt(step, it)) => return None,
        Outcome::Unknown(why) => format!("the result of {} is not known: {why}", step.command),
        _ => return None,
    };
    let line = 1 + source.text[..step.span.start as usize].matches('\n').count();
    Some(StartTrouble { file: source.name.clone(), line, message })
}

fn leaves_doubt(step: &Step, statement: &Statement) -> bool {
    let (schema, session) = (step.before.clone(), step.session.clone());
    let first_id = schema.next_id();
    let execution = Execution::new(PgVersion::default(), schema, session, false, first_id);
    unmodelled::leaves_doubt(&execution, statement, &step.text)
}
