//! Where the way back begins: the schema after a step, and the steps whose effects are in it.

use crate::effect::RelationId;
use crate::name::{Ident, QualifiedName};
use crate::schema::Schema;
use crate::session::Session;
use crate::simulate::trace::{Outcome, Step, Trace, Transaction, TransactionEnd, TransactionKind};
use crate::syntax::statement::{Statement, TransactionCommand};

pub(super) struct State<'a> {
    pub(super) schema: Schema,
    /// Steps that are not undone already, in order.
    pub(super) steps: Vec<&'a Step>,
    pub(super) notes: Vec<String>,
}

impl<'a> State<'a> {
    pub(super) fn after(trace: &'a Trace, step: Option<usize>) -> State<'a> {
        let last = step.unwrap_or(trace.steps.len());
        let mut state = State { schema: trace.start.clone(), steps: vec![], notes: vec![] };
        for transaction in trace.transactions.iter().filter(|it| it.first <= last) {
            let upto = transaction.last.min(last);
            let whole = transaction.last <= last;
            let steps = &trace.steps[transaction.first - 1..upto];
            let survivors = surviving(steps);
            match (whole, transaction.end, survivors) {
                (true, TransactionEnd::Commit, Some(steps)) => state.take(steps),
                // Asked for the end: what was never committed is not there.
                (_, TransactionEnd::Open, Some(_)) if step.is_none() => state.notes.push(format!(
                    "The text ends inside the transaction that begins at step {}: without a COMMIT the server rolls \
                     it back by itself, and nothing of it has to be undone.",
                    transaction.first
                )),
                (true, TransactionEnd::Rollback, _) | (_, _, None) => state.rolled_back(steps, transaction, whole),
                (_, _, Some(steps)) => {
                    state.take(steps);
                    state.notes.push(inside(transaction, last));
                }
            }
        }
        state
    }

    fn take(&mut self, steps: Vec<&'a Step>) {
        if let Some(last) = steps.last() {
            self.schema = last.after.clone();
        }
        self.steps.extend(steps.into_iter().filter(|it| !matches!(it.outcome, Outcome::Failed(_) | Outcome::Skipped)));
    }

    fn rolled_back(&mut self, steps: &[Step], transaction: &Transaction, whole: bool) {
        if let (TransactionKind::Single, [step]) = (transaction.kind, steps) {
            // What it committed on its way is there all the same.
            self.schema = step.after.clone();
        }
        if whole && transaction.first == transaction.last {
            return;
        }
        self.notes.push(format!(
            "Steps {} to {} are one transaction that does not commit: the server has rolled it back by itself.",
            transaction.first, transaction.last
        ));
    }
}

fn inside(transaction: &Transaction, last: usize) -> String {
    let ending = match transaction.end {
        TransactionEnd::Commit => "commits",
        TransactionEnd::Rollback => "is rolled back",
        TransactionEnd::Open => "would commit",
    };
    format!(
        "Step {last} is inside a transaction (steps {} to {}): until it {ending}, a ROLLBACK or a lost connection \
         undoes all of it exactly. This way back is for the state as if it had committed after step {last}.",
        transaction.first, transaction.last
    )
}

/// The steps of one transaction that a savepoint did not take back; `None` where an error ended it.
fn surviving(steps: &[Step]) -> Option<Vec<&Step>> {
    let mut kept: Vec<&Step> = vec![];
    let mut savepoints: Vec<(Ident, usize)> = vec![];
    let mut failed = false;
    for step in steps {
        match step.statement.as_deref() {
            Some(Statement::Transaction(TransactionCommand::Savepoint(name))) if step.succeeds() => {
                savepoints.push((name.clone(), kept.len()));
            }
            Some(Statement::Transaction(TransactionCommand::RollbackTo(name))) if step.succeeds() => {
                if let Some(at) = savepoints.iter().rposition(|(it, _)| it == name) {
                    savepoints.truncate(at + 1);
                    kept.truncate(savepoints[at].1);
                    failed = false;
                }
            }
            _ => {}
        }
        failed |= matches!(step.outcome, Outcome::Failed(_));
        kept.push(step);
    }
    (!failed).then_some(kept)
}

/// The relation that a statement means by a name.
pub(super) fn find(schema: &Schema, session: &Session, name: &QualifiedName) -> Option<RelationId> {
    let find = |schema_name: &Ident| {
        schema.find(&crate::effect::ObjectName { schema: schema_name.clone(), name: name.name.clone() })
    };
    match &name.schema {
        Some(schema_name) => find(schema_name),
        None => session.search_path.iter().find_map(find),
    }
}
