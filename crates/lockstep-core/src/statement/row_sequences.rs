//! Sequences that rows which are inserted take values from.

use crate::effect::RelationId;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::sequence::LastValue;
use crate::statement::execution::Execution;
use crate::statement::given::Given;
use crate::statement::known_rows;
use crate::statement::sequence_function::exhausted;

/// `nextval_internal`: a default that takes a value from a sequence locks it. Where the rows are `certain`,
/// every column without a value of its own gets its default, `count` times in all.
pub(super) fn lock_sequences(
    execution: &mut Execution,
    table: RelationId,
    given: &[Given],
    certain: bool,
    count: Option<u64>,
) {
    let mut found = vec![];
    for (number, column) in execution.schema.table(table).live() {
        let Some(own) = given.iter().find(|it| it.number == number && it.defaulted) else { continue };
        if column.identity.is_some() {
            let sequence = known_rows::identity_sequence(execution, table, number);
            found.extend(sequence.map(|it| (it, certain, own.written)));
        } else if let Some(default) = &column.default {
            let (sequences, always) = default.sequences();
            found.extend(sequences.into_iter().map(|it| (RelationId(it), certain && always, own.written)));
        }
    }
    let several = found.len() > 1;
    for (sequence, certain, mixed) in found {
        execution.lock_for_rows(sequence, LockMode::RowExclusive, known_rows::TAKEN, certain);
        let taken = &mut execution.session.sequences;
        if certain {
            taken.took(sequence);
        }
        if several || !certain {
            taken.perhaps_took(sequence);
        }
        // Those of the table itself are counted by the caller.
        if !execution.schema.table(table).sequences.contains(&sequence)
            && let Some(it) = execution.schema.sequence_mut(sequence)
        {
            it.advance(count.filter(|_| certain && !mixed));
        }
    }
}

/// Whether sequences of which it is not known where they stand have another value.
pub(super) fn ask_sequences(execution: &mut Execution, table: RelationId, given: &[Given]) {
    for id in execution.schema.table(table).sequences.clone() {
        let Some(sequence) = execution.schema.get(id).and_then(|it| it.sequence()) else { continue };
        let own = sequence.owner.and_then(|owner| given.iter().find(|it| it.number == owner.column));
        if own.is_some_and(|it| !it.written) && sequence.last_value == LastValue::Unknown {
            let query = exhausted(&execution.schema.relation(id).name);
            execution.precondition(query, "0", sqlstate::SEQUENCE_GENERATOR_LIMIT_EXCEEDED);
        }
    }
}
