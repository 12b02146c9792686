//! A simulation beside a server: one statement at a time, put right where the server goes another way, so
//! that what comes later is judged on the state that the server has.

use crate::pg::version::PgVersion;
use crate::plan::Planned;
use crate::schema::Schema;
use crate::session::Session;
use crate::simulate::Simulator;
use crate::simulate::block::Block;
use crate::simulate::trace::{Outcome, Step, TransactionEnd, TransactionKind};
use crate::simulate::two_phase::PreparedTransaction;
use crate::syntax::statement::{Statement, TransactionCommand};

#[derive(Clone)]
pub struct Alongside {
    simulator: Simulator,
    before: Moment,
    wrapped: Option<usize>,
}

/// What a statement may change.
#[derive(Clone, Default)]
struct Moment {
    schema: Schema,
    session: Session,
    block: Option<Block>,
    prepared: Vec<PreparedTransaction>,
}

impl Alongside {
    pub fn new(version: PgVersion) -> Self {
        let simulator = Simulator::new(version, Schema::default(), Session::default(), true);
        Alongside { simulator, before: Moment::default(), wrapped: None }
    }

    /// Whether the runner's transaction ends before this statement, and whether another begins.
    pub fn boundaries(&self, next: Option<&Planned>) -> (bool, bool) {
        let next = next.and_then(|it| it.wrapped);
        let changes = next != self.wrapped;
        (changes && self.runs_in_runner_block(), changes && next.is_some())
    }

    fn runs_in_runner_block(&self) -> bool {
        self.simulator.block.as_ref().is_some_and(|it| it.kind == TransactionKind::Runner)
    }

    /// Ends the runner's transaction; `committed`: whether the server did so.
    pub fn end_runner_block(&mut self, committed: bool) {
        self.wrapped = None;
        if self.runs_in_runner_block() {
            self.simulator.close_block(if committed { TransactionEnd::Commit } else { TransactionEnd::Rollback });
        }
    }

    pub fn run(&mut self, planned: &Planned) -> &Step {
        if planned.wrapped != self.wrapped {
            self.end_runner_block(true);
            self.wrapped = planned.wrapped;
            if self.wrapped.is_some() {
                self.simulator.open_block(TransactionKind::Runner);
            }
        }
        let Simulator { schema, session, block, prepared, .. } = &self.simulator;
        self.before = Moment {
            schema: schema.clone(),
            session: session.clone(),
            block: block.clone(),
            prepared: prepared.clone(),
        };
        // Only the newest step is asked for, and a long history would hold every schema.
        self.simulator.steps.clear();
        self.simulator.transactions.clear();
        if let Some(block) = &mut self.simulator.block {
            block.first = 1;
        }
        self.simulator.statement(planned);
        &self.simulator.steps[0]
    }

    /// The server accepted the newest statement, or refused it. Where the model said otherwise its claim is
    /// taken back: what was refused changed nothing, what was accepted in spite of it changed something unknown.
    /// `read_only`: the server wrote nothing, so that a statement which is not modelled leaves no doubt.
    pub fn settle(&mut self, accepted: bool, read_only: bool) {
        let Some(step) = self.simulator.steps.first() else { return };
        if accepted && read_only && !step.applied && matches!(step.outcome, Outcome::Unknown(_)) {
            self.simulator.schema = self.before.schema.clone();
            return;
        }
        let said_failed = matches!(step.outcome, Outcome::Failed(_));
        if accepted != said_failed {
            return;
        }
        let (statement, text) = (step.statement.clone(), step.text.clone());
        let next_id = self.simulator.schema.next_id();
        let before = self.before.clone();
        (self.simulator.schema, self.simulator.session) = (before.schema, before.session);
        (self.simulator.block, self.simulator.prepared) = (before.block, before.prepared);
        self.simulator.schema.skip_ids(next_id);
        if accepted {
            self.simulator.note_unmodelled(statement.as_deref(), &text);
            return;
        }
        match statement.as_deref() {
            // A deferred constraint, or what cannot be prepared: the transaction is over all the same.
            Some(Statement::Transaction(TransactionCommand::Commit { .. } | TransactionCommand::Prepare(_))) => {
                self.simulator.close_block(TransactionEnd::Rollback);
            }
            _ => self.simulator.fail_block(),
        }
    }

    /// A new connection: an open transaction is undone, settings are the server's own again.
    pub fn reconnect(&mut self) {
        self.simulator.close_block(TransactionEnd::Rollback);
        self.simulator.session = Session::default();
        self.wrapped = None;
    }

    pub fn schema(&self) -> &Schema {
        &self.simulator.schema
    }

    pub fn session(&self) -> &Session {
        &self.simulator.session
    }

    /// Whether a transaction is open.
    pub fn in_block(&self) -> bool {
        self.simulator.block.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::plan;
    use crate::plan::runner::RUNNERS;
    use crate::source::Source;

    fn outcomes(sql: &str, refused: &[usize]) -> (Vec<String>, Alongside) {
        let mut plans = plan(vec![], vec![Source::new("a.sql", sql)], RUNNERS[0], None);
        let mut alongside = Alongside::new(PgVersion::default());
        let mut found = vec![];
        for (at, planned) in plans.migration.read_on().iter().enumerate() {
            let outcome = match &alongside.run(planned).outcome {
                Outcome::Failed(error) => error.sqlstate.to_string(),
                Outcome::Unknown(_) => "unknown".to_owned(),
                _ => "ok".to_owned(),
            };
            found.push(outcome);
            alongside.settle(!refused.contains(&at), false);
        }
        (found, alongside)
    }

    #[test]
    fn what_the_server_refused_changed_nothing() {
        let (found, end) = outcomes("CREATE TABLE t (a int); DROP TABLE t; CREATE TABLE t ()", &[1, 2]);
        assert_eq!(found, ["ok", "ok", "42P07"]);
        assert!(end.schema().uncertain.is_certain());
    }

    #[test]
    fn a_refusal_in_a_transaction_makes_the_rest_of_it_fail() {
        let (found, _) = outcomes("BEGIN; CREATE TABLE t (a int); SELECT 1; COMMIT; DROP TABLE t", &[1, 2, 4]);
        assert_eq!(found, ["ok", "ok", "25P02", "ok", "42P01"]);
    }

    #[test]
    fn what_the_server_accepted_all_the_same_is_doubted() {
        let (found, end) = outcomes("CREATE TABLE t (a int); CREATE TABLE t (b int); DROP TABLE t", &[]);
        assert_eq!(found, ["ok", "42P07", "unknown"]);
        assert!(!end.schema().uncertain.is_certain());
    }

    #[test]
    fn what_the_server_only_read_for_leaves_no_doubt() {
        let sql = "CREATE TABLE t (a int); CALL p('t')";
        for (read_only, certain) in [(true, true), (false, false)] {
            let (_, mut end) = outcomes(sql, &[1]);
            let mut plans = plan(vec![], vec![Source::new("a.sql", "ALTER SYSTEM SET t = 1")], RUNNERS[0], None);
            assert!(matches!(end.run(&plans.migration.read_on()[0]).outcome, Outcome::Unknown(_)));
            end.settle(true, read_only);
            assert_eq!(end.schema().uncertain.is_certain(), certain);
        }
    }

    #[test]
    fn a_prepared_transaction_is_over_and_what_it_did_is_not_known() {
        let sql = "CREATE TABLE t (a int); BEGIN; DROP TABLE t; PREPARE TRANSACTION 'x'; DROP TABLE t; BEGIN; \
                   LOCK TABLE t IN quiet MODE; PREPARE TRANSACTION 'y'; BEGIN";
        let (found, _) = outcomes(sql, &[6]);
        assert_eq!(found, ["ok", "ok", "ok", "ok", "unknown", "ok", "42601", "ok", "ok"]);
    }

    #[test]
    fn a_transaction_that_cannot_be_prepared_is_over_too() {
        let (found, end) = outcomes("BEGIN; CREATE TABLE t (a int); PREPARE TRANSACTION 'x'; DROP TABLE t", &[2, 3]);
        assert_eq!(found, ["ok", "ok", "ok", "42P01"]);
        assert!(!end.in_block());
    }

    #[test]
    fn a_commit_that_the_server_refused_undoes_its_transaction() {
        let (found, end) = outcomes("BEGIN; CREATE TABLE t (a int); COMMIT; DROP TABLE t", &[2, 3]);
        assert_eq!(found, ["ok", "ok", "ok", "42P01"]);
        assert!(!end.in_block());
    }
}
