//! How a column is stored and measured: `ATExecSetStatistics`, `ATExecSetStorage`, `ATExecSetCompression`.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::behavior;
use crate::pg::sqlstate;
use crate::pg::types;
use crate::statement::column::{attribute, base_type};
use crate::statement::execution::{Execution, Outcome, fail, unknown};

/// `MAX_STATISTICS_TARGET`.
const MAX_TARGET: i32 = 10_000;

/// A target below -1 is no target; -1 is the default. The highest there is instead of a higher one.
pub(in crate::statement) fn statistics_target(execution: &mut Execution, target: Option<i32>) -> Outcome<Option<i32>> {
    match target {
        None | Some(-1) => Ok(None),
        Some(target) if target < 0 => {
            fail(sqlstate::INVALID_PARAMETER_VALUE, format!("statistics target {target} is too low"))
        }
        Some(target) if target > MAX_TARGET => {
            execution.warning(&format!("lowering statistics target to {MAX_TARGET}"));
            Ok(Some(MAX_TARGET))
        }
        Some(target) => Ok(Some(target)),
    }
}

pub(super) fn set_statistics(
    execution: &mut Execution,
    table: RelationId,
    column: &Ident,
    target: Option<i32>,
) -> Outcome {
    if target.is_none() && !behavior::has_default_statistics_target(execution.version) {
        return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"DEFAULT\"");
    }
    let target = statistics_target(execution, target)?;
    let number = attribute(execution, table, column)?;
    if let Some(column) = execution.schema.table_mut(table).attribute_mut(number) {
        if column.generated.as_ref().is_some_and(|it| !it.stored) {
            let message = format!("cannot alter statistics on virtual generated column \"{}\"", column.name.as_str());
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        column.statistics = target;
    }
    Ok(())
}

/// `SetIndexStorageProperties` lets the indexes go at once.
pub(super) fn set_storage(execution: &mut Execution, table: RelationId, name: &Ident, storage: &Ident) -> Outcome {
    let number = attribute(execution, table, name)?;
    let Some(column) = execution.schema.table(table).attribute(number) else { return unknown("no such column") };
    let type_ = column.type_;
    let Some(default) = types::storage(&base_type(execution, &type_)) else {
        return unknown("how this type is stored is not known");
    };
    let letter = match storage.as_str() {
        "plain" => 'p',
        "external" => 'e',
        "extended" => 'x',
        "main" => 'm',
        "default" if behavior::has_default_storage(execution.version) => default,
        word => return fail(sqlstate::INVALID_PARAMETER_VALUE, format!("invalid storage type \"{word}\"")),
    };
    if letter != 'p' && default == 'p' {
        let type_ = execution.schema.format_type(&type_);
        let message = format!("column data type {type_} can only have storage PLAIN");
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
    }
    if let Some(column) = execution.schema.table_mut(table).attribute_mut(number) {
        column.storage = (letter != default).then(|| Ident::new(types::storage_word(letter)));
    }
    Ok(())
}

pub(super) fn set_compression(execution: &mut Execution, table: RelationId, name: &Ident, method: &Ident) -> Outcome {
    let number = attribute(execution, table, name)?;
    let Some(column) = execution.schema.table(table).attribute(number) else { return unknown("no such column") };
    let type_ = column.type_;
    // `GetAttributeCompression`.
    match types::storage(&base_type(execution, &type_)) {
        Some('p') => {
            let type_ = execution.schema.format_type(&type_);
            let message = format!("column data type {type_} does not support compression");
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        Some(_) => {}
        None => return unknown("how this type is stored is not known"),
    }
    let chosen = match method.as_str() {
        "default" => None,
        "pglz" => Some(method.clone()),
        "lz4" => {
            // It depends on how the server was built, which no query over rows tells.
            execution.doubt("whether the server was built with lz4 is not known");
            Some(method.clone())
        }
        word => return fail(sqlstate::INVALID_PARAMETER_VALUE, format!("invalid compression method \"{word}\"")),
    };
    if let Some(column) = execution.schema.table_mut(table).attribute_mut(number) {
        column.compression = chosen;
    }
    Ok(())
}
