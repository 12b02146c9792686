//! A transaction block: what it began with, what it holds, where it can go back to.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::pg::version::PgVersion;
use crate::schema::Schema;
use crate::schema::sequence::LastValue;
use crate::schema::user_type::TypeId;
use crate::session::Session;
use crate::simulate::trace::{Held, TransactionKind};
use crate::statement::execution::Pending;

#[derive(Clone)]
pub(super) struct Block {
    pub(super) kind: TransactionKind,
    /// As they were when it began.
    pub(super) schema: Schema,
    pub(super) session: Session,
    /// Its first step, 1-based.
    pub(super) first: usize,
    pub(super) held: Vec<Held>,
    /// An error ended it: everything but its end is refused.
    pub(super) failed: bool,
    pub(super) enum_values: Vec<(TypeId, String)>,
    pub(super) pending: Pending,
    /// A statement in it is not modelled: rows may be written whose checks wait for the end.
    pub(super) unclear: bool,
    /// Sequences that moved on in it.
    pub(super) consumed: Vec<(RelationId, LastValue)>,
    savepoints: Vec<Savepoint>,
}

#[derive(Clone)]
struct Savepoint {
    name: Ident,
    schema: Schema,
    session: Session,
    /// Locks taken later are released by going back here.
    held: usize,
    enum_values: usize,
    pending: Pending,
}

impl Block {
    pub(super) fn new(kind: TransactionKind, schema: Schema, session: Session, first: usize) -> Self {
        Block {
            kind,
            schema,
            session,
            first,
            held: vec![],
            failed: false,
            enum_values: vec![],
            pending: Pending::default(),
            unclear: false,
            consumed: vec![],
            savepoints: vec![],
        }
    }

    /// Labels that may not be used before they are committed. The labels of a type that the same
    /// transaction made are usable from some version on.
    pub(super) fn uncommitted_enum_values(&self, version: PgVersion) -> Vec<(TypeId, String)> {
        let usable = behavior::new_type_value_is_usable(version);
        let first = self.schema.next_id();
        self.enum_values.iter().filter(|(id, _)| !(usable && id.0 >= first)).cloned().collect()
    }

    pub(super) fn savepoint(&mut self, name: Ident, schema: Schema, session: Session) {
        let (held, enum_values) = (self.held.len(), self.enum_values.len());
        let pending = self.pending.clone();
        self.savepoints.push(Savepoint { name, schema, session, held, enum_values, pending });
    }

    /// The newest savepoint of that name goes, with all that came after it.
    pub(super) fn release(&mut self, name: &Ident) -> bool {
        let found = self.savepoints.iter().rposition(|it| it.name == *name);
        if let Some(at) = found {
            self.savepoints.truncate(at);
        }
        found.is_some()
    }

    /// Back to the newest savepoint of that name, which stays; the failed state is over.
    pub(super) fn roll_back_to(&mut self, name: &Ident) -> Option<(Schema, Session)> {
        let at = self.savepoints.iter().rposition(|it| it.name == *name)?;
        self.savepoints.truncate(at + 1);
        let savepoint = &self.savepoints[at];
        // `lock_and_open_sequence`: a sequence that gave a value is locked by the whole transaction.
        let by_sequence = |it: &Held| {
            it.kind == 'S' && it.mode == LockMode::RowExclusive && savepoint.schema.get(it.relation).is_some()
        };
        let later = self.held.split_off(savepoint.held);
        self.held.extend(later.into_iter().filter(by_sequence));
        self.enum_values.truncate(savepoint.enum_values);
        self.pending = savepoint.pending.clone();
        self.failed = false;
        Some((savepoint.schema.clone(), savepoint.session.clone()))
    }
}
