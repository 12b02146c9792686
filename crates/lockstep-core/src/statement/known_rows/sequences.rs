//! Sequences that rows take their values from: `nextval_internal`.

use std::collections::BTreeMap;

use crate::effect::{PgError, RelationId};
use crate::expression::evaluate::{Computed, Trouble, Value};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::sequence::{LastValue, Sequence};
use crate::statement::execution::Execution;
use crate::statement::known_rows::RowScope;

pub(super) fn next_value(scope: &RowScope<'_>, id: RelationId) -> Computed {
    let mut sequences = scope.sequences.borrow_mut();
    let name = match scope.scope.execution.schema.get(id) {
        Some(relation) => relation.name.name.as_str(),
        None => return Err(Trouble::Unknown),
    };
    let found = scope.scope.execution.schema.get(id).and_then(|it| it.sequence());
    let found = found.ok_or(Trouble::Unknown)?;
    let sequence = sequences.entry(id).or_insert_with(|| found.clone());
    let next = next(sequence, name);
    sequence.last_value = match &next {
        Ok(value) => LastValue::Known(*value),
        Err(Trouble::Error(_)) => sequence.last_value,
        Err(Trouble::Unknown) => LastValue::Unknown,
    };
    next.map(Value::Integer)
}

fn next(sequence: &Sequence, name: &str) -> Computed<i64> {
    // With a cache, the file runs ahead of what is handed out.
    if sequence.cache != 1 {
        return Err(Trouble::Unknown);
    }
    let last = match sequence.last_value {
        LastValue::NotCalled(next) => return Ok(next),
        LastValue::Known(last) => last,
        LastValue::Unknown => return Err(Trouble::Unknown),
    };
    let up = sequence.increment > 0;
    match last.checked_add(sequence.increment).filter(|next| (sequence.min..=sequence.max).contains(next)) {
        Some(next) => Ok(next),
        None if sequence.cycle => Ok(if up { sequence.min } else { sequence.max }),
        None => {
            let (end, bound) = if up { ("maximum", sequence.max) } else { ("minimum", sequence.min) };
            let message = format!("nextval: reached {end} value of sequence \"{name}\" ({bound})");
            Err(Trouble::Error(PgError::new(sqlstate::SEQUENCE_GENERATOR_LIMIT_EXCEEDED, message)))
        }
    }
}

/// Why a sequence is locked: `lock_and_open_sequence`.
pub(in crate::statement) const TAKEN: &str = "the sequence must not be dropped while its value is taken";

/// The sequences go on from where the rows left them, and stay locked.
pub(super) fn keep(execution: &mut Execution, sequences: BTreeMap<RelationId, Sequence>) {
    let several = sequences.len() > 1;
    for (id, moved) in sequences {
        execution.lock(id, LockMode::RowExclusive, TAKEN);
        execution.consume(id, moved.last_value);
        execution.session.sequences.set(id);
        match several {
            true => execution.session.sequences.perhaps_took(id),
            false => execution.session.sequences.took(id),
        }
    }
}
