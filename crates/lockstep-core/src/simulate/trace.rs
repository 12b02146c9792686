//! What a simulation yields: every step with what it did, and the transactions around them.

use std::borrow::Cow;

use smallvec::SmallVec;
use triomphe::Arc;

use crate::effect::{DataChange, Lock, ObjectName, PgError, Precondition, RelationId, Toast, Wait, Work};
use crate::pg::lock_mode::LockMode;
use crate::pg::version::PgVersion;
use crate::plan::Plan;
use crate::schema::Schema;
use crate::session::Session;
use crate::source::{Source, Span};
use crate::syntax::statement::Statement;

#[derive(Debug, Clone)]
pub struct Trace {
    pub version: PgVersion,
    pub plan: Plan,
    pub steps: Vec<Step>,
    /// How many steps came before those that are held here.
    pub forgotten: usize,
    pub transactions: Vec<Transaction>,
    /// The index of the first step that failed.
    pub failed_first: Option<usize>,
    pub start: Schema,
    /// After the last step, and after whatever was left open was rolled back.
    pub end: Schema,
    /// The session's settings at the end.
    pub end_session: Session,
    /// Statements of the starting schema that are not modelled or fail.
    pub start_troubles: Vec<StartTrouble>,
    /// Ways back that somebody wrote for files of the plan.
    pub given_back: Vec<GivenBack>,
}

/// A way back that somebody wrote, run from where its file has led.
#[derive(Debug, Clone)]
pub struct GivenBack {
    /// The number of the file that it undoes.
    pub source: usize,
    /// The last step of that file (1-based).
    pub last_step: usize,
    /// The schema before the file, and the session's settings then.
    pub before: Schema,
    pub session: Session,
    /// The schema after it, as if it had been committed.
    pub after: Schema,
    /// Why the migration does not lead there, where it does not.
    pub hindrance: Option<String>,
    /// Its start is `after`, where every table may hold rows.
    pub trace: Trace,
}

/// A statement of the starting schema that has no certain result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartTrouble {
    pub file: Arc<str>,
    /// 1-based.
    pub line: usize,
    pub message: String,
}

#[derive(Debug, Clone)]
pub struct Step {
    /// 1-based.
    pub index: usize,
    /// The number of its source in the plan.
    pub source: usize,
    pub span: Span,
    pub text: Arc<str>,
    /// Missing where the text cannot be read.
    pub statement: Option<Arc<Statement>>,
    /// The command tag.
    pub command: Cow<'static, str>,
    /// 1-based number of its transaction.
    pub transaction: usize,
    pub before: Schema,
    pub after: Schema,
    /// Settings in force when it runs.
    pub session: Session,
    /// Inside a transaction block, of the text or of the runner.
    pub in_block: bool,
    pub outcome: Outcome,
    /// It ran to its end on the model: `after` and the effects are known even where the outcome is not.
    pub applied: bool,
    /// Locks that it takes and that its transaction did not hold before: every mode.
    pub locks: Vec<Lock>,
    /// Locks that earlier steps of the transaction took and that are still held.
    pub held: Vec<Held>,
    pub waits: Vec<Wait>,
    pub work: Vec<Work>,
    pub notices: Vec<String>,
    pub data_changes: Vec<DataChange>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Failed(PgError),
    /// Succeeds if every query yields what is expected.
    DependsOnData(Vec<Precondition>),
    /// Never sent: the runner stopped before it.
    Skipped,
    /// Not modelled; why.
    Unknown(String),
}

/// A relation, its name, kind and the mode of a lock on it.
type InForce<'a> = (RelationId, &'a ObjectName, char, LockMode);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub relation: RelationId,
    pub name: ObjectName,
    pub kind: char,
    pub mode: LockMode,
    pub toast: Option<Toast>,
    /// The step that took it.
    pub since: usize,
    /// Made by this transaction: nobody else can want it.
    pub new: bool,
    /// Only held if a row was written.
    pub if_rows: bool,
}

impl Held {
    pub fn is(&self, lock: &Lock) -> bool {
        (self.relation, self.toast, self.mode) == (lock.relation, lock.toast, lock.mode)
            && (!self.if_rows || lock.if_rows)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// 1-based.
    pub index: usize,
    pub kind: TransactionKind,
    pub end: TransactionEnd,
    /// First and last step, inclusive.
    pub first: usize,
    pub last: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionKind {
    /// `BEGIN` in the text.
    Explicit,
    /// Opened by the runner.
    Runner,
    /// A statement by itself.
    Single,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionEnd {
    Commit,
    Rollback,
    /// The text ends inside it.
    Open,
}

impl Step {
    pub fn source<'a>(&self, trace: &'a Trace) -> &'a Source {
        &trace.plan.sources[self.source]
    }

    /// It ran, or may run, to its end.
    pub fn succeeds(&self) -> bool {
        matches!(self.outcome, Outcome::Done | Outcome::DependsOnData(_))
    }

    /// Locks in force while it runs: those it takes and those its transaction holds, the strongest
    /// of each relation, relations made by the transaction left out.
    pub fn in_force(&self) -> SmallVec<[InForce<'_>; 4]> {
        let taken = self
            .locks
            .iter()
            .filter(|it| !it.private && it.toast.is_none())
            .map(|it| (it.relation, &it.name, it.kind, it.mode));
        let held = self
            .held
            .iter()
            .filter(|it| !it.new && it.toast.is_none())
            .map(|it| (it.relation, &it.name, it.kind, it.mode));
        let mut strongest: SmallVec<[InForce<'_>; 4]> = SmallVec::new();
        for (relation, name, kind, mode) in taken.chain(held) {
            match strongest.iter_mut().find(|it| it.0 == relation) {
                Some(it) => it.3 = it.3.max(mode),
                None => strongest.push((relation, name, kind, mode)),
            }
        }
        strongest
    }

    /// The strongest new lock of each relation, as `pg_locks` would show them; beside it stronger ones that
    /// are only taken where rows are written.
    pub fn strongest_locks(&self) -> SmallVec<[&Lock; 8]> {
        let mut strongest: SmallVec<[&Lock; 8]> = SmallVec::new();
        // Of those that rows decide about any may be the strongest.
        let key = |it: &Lock| (it.relation, it.toast, it.if_rows.then_some(it.mode));
        for lock in &self.locks {
            match strongest.iter_mut().find(|it| key(it) == key(lock)) {
                Some(it) if it.mode < lock.mode => *it = lock,
                Some(_) => {}
                None => strongest.push(lock),
            }
        }
        let certain: SmallVec<[&Lock; 8]> = strongest.iter().copied().filter(|it| !it.if_rows).collect();
        let covered = |lock: &Lock| {
            lock.if_rows
                && certain
                    .iter()
                    .any(|it| (it.relation, it.toast) == (lock.relation, lock.toast) && it.mode >= lock.mode)
        };
        strongest.retain(|it| !covered(it));
        strongest
    }
}

impl Trace {
    /// The step of that index (1-based), where it is held.
    pub fn step(&self, index: usize) -> Option<&Step> {
        self.steps.get(index.checked_sub(self.forgotten + 1)?)
    }

    /// The transaction that the step is a part of.
    pub fn transaction_of(&self, step: &Step) -> Option<&Transaction> {
        self.transactions.get(step.transaction.checked_sub(1)?)
    }

    /// Made by the plan itself (by any step before or after): nobody else uses it yet.
    pub fn is_made_by_plan(&self, relation: RelationId) -> bool {
        relation.0 >= self.start.next_id()
    }

    /// Steps of the same transaction that ran before this one.
    pub fn earlier_in_transaction<'a>(&'a self, step: &'a Step) -> impl Iterator<Item = &'a Step> {
        let end = step.index.saturating_sub(self.forgotten + 1).min(self.steps.len());
        let of_others = self.steps[..end].iter().rposition(|it| it.transaction != step.transaction);
        self.steps[of_others.map_or(0, |it| it + 1)..end].iter()
    }
}
