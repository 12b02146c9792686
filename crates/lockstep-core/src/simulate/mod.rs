//! The fold over a plan: transactions, savepoints, the failed state, and one execution a statement.

pub mod again;
pub mod alongside;
pub mod trace;

mod assumed_zone;
mod block;
mod code;
mod code_calls;
mod code_template;
mod given_back;
mod pieces;
mod two_phase;
mod unmodelled;

use crate::effect::PgError;
use crate::expression::ZONE;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::pg::version::PgVersion;
use crate::plan::{Planned, Plans};
use crate::schema::Schema;
use crate::session::Session;
use crate::simulate::block::Block;
pub use crate::simulate::pieces::{in_pieces, simulate_from};
use crate::simulate::trace::{Held, Outcome, Step, Trace, Transaction, TransactionEnd, TransactionKind};
use crate::simulate::two_phase::PreparedTransaction;
use crate::statement::execution::{Execution, Record, Stop};
use crate::statement::{deferred, end_of_transaction};
use crate::syntax::Refusal;
use crate::syntax::statement::{Statement, TransactionCommand};
use std::borrow::Cow;

pub fn simulate(plans: Plans, version: PgVersion) -> Trace {
    let (mut steps, mut given_back) = (vec![], vec![]);
    let trace = in_pieces(plans, version, &mut |piece| {
        steps.append(&mut piece.steps);
        given_back.append(&mut piece.given_back);
    });
    Trace { steps, given_back, forgotten: 0, ..trace }
}

/// The state between statements.
#[derive(Clone)]
struct Simulator {
    version: PgVersion,
    schema: Schema,
    session: Session,
    block: Option<Block>,
    /// Those that are not handed over yet.
    steps: Vec<Step>,
    handed_over: usize,
    failed_first: Option<usize>,
    transactions: Vec<Transaction>,
    transactions_handed_over: usize,
    goes_on: bool,
    prepared: Vec<PreparedTransaction>,
    /// The runner has stopped: nothing more is sent.
    stopped: bool,
}

impl Simulator {
    fn new(version: PgVersion, schema: Schema, session: Session, goes_on: bool) -> Self {
        Simulator {
            version,
            schema,
            session,
            block: None,
            steps: vec![],
            handed_over: 0,
            failed_first: None,
            transactions: vec![],
            transactions_handed_over: 0,
            goes_on,
            prepared: vec![],
            stopped: false,
        }
    }

    /// Steps so far.
    fn count(&self) -> usize {
        self.handed_over + self.steps.len()
    }

    /// The number of the transaction that is open or begins next (1-based).
    fn next_transaction(&self) -> usize {
        self.transactions_handed_over + self.transactions.len() + 1
    }

    fn open_block(&mut self, kind: TransactionKind) {
        self.block = Some(Block::new(kind, self.schema.clone(), self.session.clone(), self.count() + 1));
    }

    /// Ends the block; its last step is the newest one.
    fn close_block(&mut self, end: TransactionEnd) {
        let Some(block) = self.block.take() else { return };
        let end = if block.failed && end == TransactionEnd::Commit { TransactionEnd::Rollback } else { end };
        match end {
            TransactionEnd::Commit => {
                self.before_commit();
                if block.first <= self.count()
                    && let Some(step) = self.steps.last_mut().filter(|step| step.applied)
                {
                    step.after = self.schema.clone();
                }
                self.session.forget_local();
                if self.session.read_only != block.session.read_only {
                    self.session.read_only = block.session.read_only;
                }
            }
            TransactionEnd::Rollback | TransactionEnd::Open => {
                let next_id = self.schema.next_id();
                self.schema = block.schema;
                self.schema.skip_ids(next_id);
                self.schema.consume(&block.consumed);
                self.session.go_back_to(block.session);
            }
        }
        if block.first <= self.count() {
            self.transactions.push(Transaction {
                index: self.next_transaction(),
                kind: block.kind,
                end,
                first: block.first,
                last: self.count(),
            });
        }
    }

    /// What temporary tables are to do at the end (`PreCommit_on_commit_actions`).
    fn before_commit(&mut self) {
        if self.session.on_commit.is_empty() {
            return;
        }
        let (schema, session) = (self.schema.clone(), self.session.clone());
        let first_id = schema.next_id();
        let mut execution = Execution::new(self.version, schema, session, true, first_id);
        end_of_transaction::before_commit(&mut execution);
        self.schema = execution.schema;
        self.session = execution.session;
    }

    fn end_runner_block(&mut self) {
        if self.block.as_ref().is_some_and(|block| block.kind == TransactionKind::Runner) {
            self.close_block(TransactionEnd::Commit);
        }
    }

    fn leave_open(&mut self) {
        self.close_block(TransactionEnd::Open);
    }

    fn statement(&mut self, planned: &Planned) {
        let single = self.block.is_none();
        let statement = planned.read.statement.as_ref().ok();
        if let Some(Statement::Transaction(command)) = statement.map(|it| &**it)
            && !self.stopped
        {
            let command = command.clone();
            self.transaction_command(planned, &command);
            return;
        }
        if single {
            self.open_block(TransactionKind::Single);
        }
        self.schema.set_mark();
        let before = self.schema.clone();
        let (outcome, record, after, applied) = self.execute(planned);
        let failed = matches!(outcome, Outcome::Failed(_));
        self.push(planned, outcome, record, (before, after), !single);
        if let Some(step) = self.steps.last_mut() {
            step.applied = applied;
        }
        if single {
            self.close_block(if failed { TransactionEnd::Rollback } else { TransactionEnd::Commit });
        }
        self.stop_after_failure(failed);
    }

    fn stop_after_failure(&mut self, failed: bool) {
        if failed && !self.goes_on {
            self.stopped = true;
        }
    }

    fn execute(&mut self, planned: &Planned) -> (Outcome, Record, Schema, bool) {
        let empty = Record::default();
        if self.stopped {
            return (Outcome::Skipped, empty, self.schema.clone(), false);
        }
        let block = self.block.as_mut();
        if block.as_ref().is_some_and(|block| block.failed) {
            return (Outcome::Failed(aborted()), empty, self.schema.clone(), false);
        }
        let statement = match &planned.read.statement {
            Ok(statement) => statement,
            Err(error) if error.kind == Refusal::Syntax => {
                self.fail_block();
                let error = PgError::new(sqlstate::SYNTAX_ERROR, error.message.clone());
                return (Outcome::Failed(error), empty, self.schema.clone(), false);
            }
            Err(error) => {
                self.note_unmodelled(None, &planned.read.text);
                return (Outcome::Unknown(error.message.clone()), empty, self.schema.clone(), false);
            }
        };
        let (kind, first_id) = match &self.block {
            Some(block) => (block.kind, block.schema.next_id()),
            None => (TransactionKind::Single, self.schema.next_id()),
        };
        let in_block = kind != TransactionKind::Single;
        let mut execution = Execution::new(self.version, self.schema.clone(), self.session.clone(), in_block, first_id);
        if let Some(block) = &self.block {
            execution.uncommitted_enum_values = block.uncommitted_enum_values(self.version);
            execution.pending = block.pending.clone();
            // By itself, a statement is the whole transaction: what is deferred is checked when it ends.
            if block.kind == TransactionKind::Single {
                execution.pending.all_deferred = Some(false);
            }
        }
        let mut result = crate::statement::run(statement, &mut execution);
        if matches!(&result, Err(Stop::Unknown(why)) if why == ZONE) {
            (execution, result) = self.run_in_utc(statement, first_id, in_block);
        }
        if let Some(why) = crate::statement::names_foreign(&execution, statement, &planned.read.text) {
            match result {
                Ok(()) => execution.doubt(why),
                Err(Stop::Error(_)) => result = Err(Stop::Unknown(why)),
                Err(Stop::Unknown(_)) => {}
            }
        }
        if !in_block {
            end_of_transaction::lock_at_commit(&mut execution);
        }
        let Execution { schema, mut session, mut record, pending, .. } = execution;
        let locked = record.locks.iter().filter(|it| it.mode == LockMode::RowExclusive).map(|it| it.relation);
        let locked: Vec<_> = locked.filter(|id| schema.get(*id).is_some_and(|it| it.sequence().is_some())).collect();
        let unclear = !record.doubts.is_empty() || matches!(result, Err(Stop::Unknown(_)));
        // What is shared stays so where nothing changes.
        if session.sequences.changes(&locked, unclear) {
            session.sequences.end_of_statement(&locked, unclear);
        }
        if result.is_err() && self.session.sequences != session.sequences {
            self.session.sequences = session.sequences.clone();
        }
        let mut applied = false;
        let outcome = match result {
            Ok(()) => {
                applied = true;
                self.schema = schema;
                self.session = session;
                if let Some(block) = self.block.as_mut() {
                    block.enum_values.extend(record.new_enum_values.iter().cloned());
                    block.pending = pending;
                }
                let in_the_way = record.locks.iter().find_map(|it| self.schema.uncertain.use_of(&it.name.name));
                if let Some(why) = record.doubts.first().cloned().or(in_the_way) {
                    Outcome::Unknown(why)
                } else if record.preconditions.is_empty() {
                    Outcome::Done
                } else {
                    Outcome::DependsOnData(record.preconditions.clone())
                }
            }
            Err(Stop::Error(error)) => {
                self.fail_block();
                if let Some(remains) = record.remains.take() {
                    self.schema = remains;
                    self.remain();
                }
                self.schema.consume(&record.consumed);
                Outcome::Failed(error)
            }
            Err(Stop::Unknown(why)) => {
                self.note_unmodelled(Some(statement), &planned.read.text);
                Outcome::Unknown(why)
            }
        };
        if let Some(block) = self.block.as_mut() {
            block.consumed.extend(record.consumed.iter().copied());
        }
        (outcome, record, self.schema.clone(), applied)
    }

    /// What a statement that is not modelled may have changed is uncertain from then on.
    fn note_unmodelled(&mut self, statement: Option<&Statement>, text: &str) {
        if let Some(block) = self.block.as_mut() {
            block.unclear = true;
        }
        let first_id = self.schema.next_id();
        let (schema, session) = (self.schema.clone(), self.session.clone());
        let mut execution = Execution::new(self.version, schema, session, false, first_id);
        unmodelled::note(&mut execution, statement, text);
        self.schema = execution.schema;
    }

    /// What a statement by itself has committed before it failed is not rolled back.
    fn remain(&mut self) {
        if let Some(block) = self.block.as_mut().filter(|block| block.kind == TransactionKind::Single) {
            block.schema = self.schema.clone();
        }
    }

    fn fail_block(&mut self) {
        if let Some(block) = self.block.as_mut() {
            block.failed = true;
        }
    }

    /// `schemas`: before and after.
    fn push(&mut self, planned: &Planned, outcome: Outcome, record: Record, schemas: (Schema, Schema), in_block: bool) {
        let index = self.count() + 1;
        let block = self.block.as_ref();
        let held = block.map(|block| block.held.clone()).unwrap_or_default();
        let ran = !matches!(outcome, Outcome::Skipped);
        let mut locks = record.locks;
        locks.retain(|lock| !held.iter().any(|it| it.is(lock)));
        // Nothing follows a statement by itself.
        if let Some(block) = self.block.as_mut().filter(|it| ran && it.kind != TransactionKind::Single) {
            block.held.extend(locks.iter().map(|lock| Held {
                relation: lock.relation,
                name: lock.name.clone(),
                kind: lock.kind,
                mode: lock.mode,
                toast: lock.toast,
                since: index,
                new: lock.private,
                if_rows: lock.if_rows,
            }));
        }
        if matches!(outcome, Outcome::Failed(_)) {
            self.failed_first.get_or_insert(index);
        }
        let statement = planned.read.statement.as_ref().ok().cloned();
        let (before, after) = schemas;
        self.steps.push(Step {
            index,
            source: planned.source,
            span: planned.read.span,
            text: planned.read.text.clone(),
            command: statement.as_ref().map_or_else(Cow::default, |it| crate::statement::tag(it)),
            statement,
            transaction: self.next_transaction(),
            before,
            after,
            session: self.session.clone(),
            in_block,
            outcome,
            applied: true,
            locks,
            held,
            waits: record.waits,
            work: record.work,
            notices: record.notices,
            data_changes: record.data_changes,
        });
    }
}

fn aborted() -> PgError {
    PgError::new(
        sqlstate::IN_FAILED_SQL_TRANSACTION,
        "current transaction is aborted, commands ignored until end of transaction block",
    )
}

impl Simulator {
    fn transaction_command(&mut self, planned: &Planned, command: &TransactionCommand) {
        use TransactionCommand::{
            Begin, Commit, CommitPrepared, Prepare, Release, Rollback, RollbackPrepared, RollbackTo, Savepoint,
        };
        let mut record = Record::default();
        let failed_block = self.block.as_ref().is_some_and(|block| block.failed);
        let open = self.block.is_some();
        let mut warn = |text: &str| record.notices.push(format!("WARNING: {text}"));
        let mut outcome = Outcome::Done;
        self.schema.set_mark();
        let before = self.schema.clone();
        let mut end = None;
        match command {
            Begin { read_only } => match open {
                true if failed_block => outcome = Outcome::Failed(aborted()),
                true => warn("there is already a transaction in progress"),
                false => {
                    self.open_block(TransactionKind::Explicit);
                    if let Some(read_only) = read_only {
                        self.session.read_only = *read_only;
                    }
                }
            },
            Commit { .. } | Rollback { .. } if !open => warn("there is no transaction in progress"),
            Commit { chain } => {
                let open = self.block.as_ref().filter(|block| !block.failed);
                if open.is_some_and(|block| block.unclear) && self.schema.has_deferrable_constraint() {
                    outcome = Outcome::Unknown("whether deferred checks hold depends on the rows".to_owned());
                } else if let Some(block) = open.filter(|block| !block.pending.is_empty()) {
                    let asked = deferred::at_commit(self.version, &self.schema, &self.session, block.pending.clone());
                    if !asked.is_empty() {
                        outcome = Outcome::DependsOnData(asked);
                    }
                }
                end = Some((TransactionEnd::Commit, *chain));
            }
            Rollback { chain } => end = Some((TransactionEnd::Rollback, *chain)),
            Prepare(_) if !open => warn("there is no transaction in progress"),
            Prepare(id) => {
                if !failed_block {
                    outcome = self.prepare(id);
                }
                end = Some((TransactionEnd::Rollback, false));
            }
            CommitPrepared(_) | RollbackPrepared(_) if failed_block => outcome = Outcome::Failed(aborted()),
            CommitPrepared(id) | RollbackPrepared(id) => {
                outcome = self.finish_prepared(id, matches!(command, CommitPrepared(_)));
                if open {
                    self.fail_block();
                }
            }
            Savepoint(_) | Release(_) | RollbackTo(_) if !open => {
                let words = match command {
                    Savepoint(_) => "SAVEPOINT",
                    Release(_) => "RELEASE SAVEPOINT",
                    _ => "ROLLBACK TO SAVEPOINT",
                };
                outcome = Outcome::Failed(PgError::new(
                    sqlstate::NO_ACTIVE_SQL_TRANSACTION,
                    format!("{words} can only be used in transaction blocks"),
                ));
            }
            Savepoint(_) | Release(_) if failed_block => outcome = Outcome::Failed(aborted()),
            Savepoint(name) => {
                let (schema, session) = (self.schema.clone(), self.session.clone());
                if let Some(block) = self.block.as_mut() {
                    block.savepoint(name.clone(), schema, session);
                }
            }
            Release(name) => {
                if !self.block.as_mut().is_some_and(|block| block.release(name)) {
                    outcome = Outcome::Failed(no_savepoint(name.as_str()));
                    self.fail_block();
                }
            }
            RollbackTo(name) => match self.block.as_mut().and_then(|block| block.roll_back_to(name)) {
                Some((schema, session)) => {
                    let next_id = self.schema.next_id();
                    self.schema = schema;
                    self.schema.skip_ids(next_id);
                    if let Some(block) = &self.block {
                        self.schema.consume(&block.consumed);
                    }
                    self.session.go_back_to(session);
                }
                None => {
                    outcome = Outcome::Failed(no_savepoint(name.as_str()));
                    self.fail_block();
                }
            },
        }
        let alone = self.block.is_none();
        if alone {
            self.open_block(TransactionKind::Single);
        }
        let failed = matches!(outcome, Outcome::Failed(_));
        let after = match (&end, &self.block) {
            (Some((TransactionEnd::Rollback, _)), Some(block)) => block.schema.clone(),
            (Some(_), Some(block)) if block.failed => block.schema.clone(),
            _ => self.schema.clone(),
        };
        self.push(planned, outcome, record, (before, after), !alone);
        if alone {
            self.close_block(TransactionEnd::Commit);
        }
        if let Some((end, chain)) = end {
            self.close_block(end);
            if chain {
                self.open_block(TransactionKind::Explicit);
            }
        }
        self.stop_after_failure(failed);
    }
}

fn no_savepoint(name: &str) -> PgError {
    PgError::new(sqlstate::S_E_INVALID_SPECIFICATION, format!("savepoint \"{name}\" does not exist"))
}
