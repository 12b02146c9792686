//! Two-phase commit: `PREPARE TRANSACTION` leaves a transaction behind for a later `COMMIT PREPARED`.

use crate::effect::{PgError, Precondition};
use crate::name::Ident;
use crate::pg::sqlstate;
use crate::schema::Schema;
use crate::simulate::Simulator;
use crate::simulate::trace::Outcome;

/// A transaction that is neither committed nor rolled back yet.
#[derive(Clone)]
pub(super) struct PreparedTransaction {
    id: String,
    /// As it found the schema, and as it would leave it.
    start: Schema,
    end: Schema,
}

impl Simulator {
    /// `PrepareTransaction`; the block itself is ended by the caller.
    pub(super) fn prepare(&mut self, id: &str) -> Outcome {
        let Some(block) = self.block.as_ref() else { return Outcome::Done };
        if self.prepared.iter().any(|it| it.id == *id) {
            let message = format!("transaction identifier \"{id}\" is already in use");
            return Outcome::Failed(PgError::new(sqlstate::DUPLICATE_OBJECT, message));
        }
        let temporary = self.schema.relations().any(|it| it.name.schema == "pg_temp");
        if temporary {
            return Outcome::Unknown("whether the transaction touched temporary objects is not known".to_owned());
        }
        let (start, end) = (block.schema.clone(), self.schema.clone());
        // Its locks stay: what asks for one of them waits until somebody ends it.
        let held: Vec<Ident> = block.held.iter().map(|it| it.name.name.clone()).collect();
        if let Some(block) = self.block.as_mut() {
            block.schema.uncertain.mention(&held, "PREPARE TRANSACTION");
        }
        self.prepared.push(PreparedTransaction { id: id.to_owned(), start, end });
        Outcome::DependsOnData(vec![Precondition {
            query: "SELECT current_setting('max_prepared_transactions')::int > 0".to_owned(),
            expected: "t".to_owned(),
            sqlstate_otherwise: sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE,
        }])
    }

    /// `FinishPreparedTransaction`.
    pub(super) fn finish_prepared(&mut self, id: &str, commit: bool) -> Outcome {
        if self.block.is_some() {
            let command = if commit { "COMMIT PREPARED" } else { "ROLLBACK PREPARED" };
            let message = format!("{command} cannot run inside a transaction block");
            return Outcome::Failed(PgError::new(sqlstate::ACTIVE_SQL_TRANSACTION, message));
        }
        let Some(place) = self.prepared.iter().position(|it| it.id == *id) else {
            let message = format!("prepared transaction with identifier \"{id}\" does not exist");
            return Outcome::Failed(PgError::new(sqlstate::UNDEFINED_OBJECT, message));
        };
        let it = self.prepared.remove(place);
        if !commit {
            return Outcome::Done;
        }
        if !is_same(&self.schema, &it.start) {
            let next_id = self.schema.next_id().max(it.end.next_id());
            self.schema.uncertain.everything(next_id, "COMMIT PREPARED");
            return Outcome::Unknown("what was done beside a prepared transaction is not put together".to_owned());
        }
        let next_id = self.schema.next_id();
        let uncertain = self.schema.uncertain.clone();
        self.schema = it.end;
        self.schema.uncertain = uncertain;
        self.schema.skip_ids(next_id);
        Outcome::Done
    }
}

fn is_same(one: &Schema, other: &Schema) -> bool {
    one.differing(other).is_empty()
        && one.changed_types_since(other).is_empty()
        && one.changed_objects_since(other).is_empty()
}
