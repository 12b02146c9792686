//! Sequences behind columns: `generateSerialExtraStmts` and `init_params` of `sequence.c`.

use crate::effect::{ObjectName, RelationId};
use crate::name::Ident;
use crate::pg::sqlstate;
use crate::schema::relation::{Body, Persistence};
use crate::schema::sequence::{LastValue, Sequence, SequenceType};
use crate::statement::column::resolve_type;
use crate::statement::execution::{Execution, Outcome, fail};
use crate::syntax::statement::SequenceOptions;

/// Makes the sequence of a serial or identity column; its owner is set once the column exists.
pub(super) fn create_for_column(
    execution: &mut Execution,
    table: &ObjectName,
    column: &Ident,
    data_type: SequenceType,
    options: &SequenceOptions,
    persistence: Persistence,
) -> Outcome<RelationId> {
    let name = match &options.name {
        Some(name) => execution.creation_name(name)?,
        None => ObjectName {
            schema: table.schema.clone(),
            name: execution.schema.choose_relation_name(
                table.name.as_str(),
                Some(column.as_str()),
                "seq",
                &table.schema,
                false,
            ),
        },
    };
    let mut sequence = Sequence::new(data_type);
    apply_options(execution, &mut sequence, options, true)?;
    let id = execution.schema.add_relation(name, persistence, Body::Sequence(sequence));
    execution.lock(
        id,
        crate::pg::lock_mode::LockMode::AccessExclusive,
        "a new relation is locked by the statement that makes it",
    );
    Ok(id)
}

/// The sequence type that suits an integer column, or the error for any other.
pub(super) fn type_for_identity(execution: &Execution, type_: &crate::pg::types::Type) -> Outcome<SequenceType> {
    match execution.schema.format_type(type_).as_str() {
        "smallint" => Ok(SequenceType::SmallInt),
        "integer" => Ok(SequenceType::Integer),
        "bigint" => Ok(SequenceType::BigInt),
        _ => fail(sqlstate::INVALID_PARAMETER_VALUE, "identity column type must be smallint, integer, or bigint"),
    }
}

/// `init_params`: what options make of a sequence; `is_new` sets the defaults that depend on them.
pub(super) fn apply_options(
    execution: &Execution,
    sequence: &mut Sequence,
    options: &SequenceOptions,
    is_new: bool,
) -> Outcome {
    let invalid = |message: String| fail(sqlstate::INVALID_PARAMETER_VALUE, message);
    let (mut reset_min, mut reset_max) = (false, false);
    if let Some(type_name) = &options.data_type {
        let type_ = resolve_type(execution, type_name)?;
        let data_type = match execution.schema.format_type(&type_).as_str() {
            "smallint" => SequenceType::SmallInt,
            "integer" => SequenceType::Integer,
            "bigint" => SequenceType::BigInt,
            _ => return invalid("sequence type must be smallint, integer, or bigint".into()),
        };
        // A limit that was the old type's limit follows the type.
        reset_max = !is_new && sequence.max == sequence.data_type.max();
        reset_min = !is_new && sequence.min == sequence.data_type.min();
        sequence.data_type = data_type;
    }
    if let Some(increment) = options.increment {
        if increment == 0 {
            return invalid("INCREMENT must not be zero".into());
        }
        sequence.increment = increment;
    }
    sequence.cycle = options.cycle.unwrap_or(sequence.cycle);
    let ascending = sequence.increment > 0;
    match options.max_value {
        Some(Some(max)) => sequence.max = max,
        None if !is_new && !reset_max => {}
        _ => sequence.max = if ascending || reset_max { sequence.data_type.max() } else { -1 },
    }
    match options.min_value {
        Some(Some(min)) => sequence.min = min,
        None if !is_new && !reset_min => {}
        _ => sequence.min = if !ascending || reset_min { sequence.data_type.min() } else { 1 },
    }
    let type_name = sequence.data_type.name();
    if sequence.max > sequence.data_type.max() {
        return invalid(format!("MAXVALUE ({}) is out of range for sequence data type {type_name}", sequence.max));
    }
    if sequence.min < sequence.data_type.min() {
        return invalid(format!("MINVALUE ({}) is out of range for sequence data type {type_name}", sequence.min));
    }
    if sequence.min >= sequence.max {
        return invalid(format!("MINVALUE ({}) must be less than MAXVALUE ({})", sequence.min, sequence.max));
    }
    match options.start {
        Some(start) => sequence.start = start,
        None if is_new => sequence.start = if ascending { sequence.min } else { sequence.max },
        None => {}
    }
    if sequence.start < sequence.min {
        return invalid(format!("START value ({}) cannot be less than MINVALUE ({})", sequence.start, sequence.min));
    }
    if sequence.start > sequence.max {
        return invalid(format!("START value ({}) cannot be greater than MAXVALUE ({})", sequence.start, sequence.max));
    }
    if let Some(cache) = options.cache {
        if cache <= 0 {
            return invalid(format!("CACHE ({cache}) must be greater than zero"));
        }
        sequence.cache = cache;
    }
    if is_new && options.restart.is_none() {
        sequence.last_value = LastValue::NotCalled(sequence.start);
    }
    if let Some(at) = options.restart {
        sequence.last_value = LastValue::NotCalled(at.unwrap_or(sequence.start));
    }
    // The value that is there must be within the limits, whether or not it is a new one.
    if let LastValue::NotCalled(last) | LastValue::Known(last) = sequence.last_value {
        if last < sequence.min {
            return invalid(format!("RESTART value ({last}) cannot be less than MINVALUE ({})", sequence.min));
        }
        if last > sequence.max {
            return invalid(format!("RESTART value ({last}) cannot be greater than MAXVALUE ({})", sequence.max));
        }
    }
    Ok(())
}
