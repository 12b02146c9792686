//! How a column is stored and measured: `ATExecSetStatistics`, `ATExecSetStorage`, `ATExecSetCompression`.

use crate::effect::RelationId;
use crate::name::Ident;
use crate::pg::behavior;
use crate::pg::sqlstate;
use crate::pg::types;
use crate::schema::index::KeyColumn;
use crate::statement::column::{attribute, base_type};
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::syntax::statement::ColumnPlace;

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
    column: &ColumnPlace,
    target: Option<i32>,
) -> Outcome {
    if let ColumnPlace::Number(number) = column
        && !(1..=i64::from(i16::MAX)).contains(number)
    {
        let message = format!("column number must be in range from 1 to {}", i16::MAX);
        return fail(sqlstate::INVALID_PARAMETER_VALUE, message);
    }
    let is_index = execution.schema.relation(table).index().is_some();
    if !is_index && matches!(column, ColumnPlace::Number(_)) {
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, "cannot refer to non-index column by number");
    }
    if target.is_none() && !behavior::has_default_statistics_target(execution.version) {
        return fail(sqlstate::SYNTAX_ERROR, "syntax error at or near \"DEFAULT\"");
    }
    let target = statistics_target(execution, target)?;
    let number = match column {
        ColumnPlace::Number(number) => return set_index_statistics(execution, table, *number, target),
        ColumnPlace::Name(_) if is_index => return unknown("how the columns of an index are called is not modelled"),
        ColumnPlace::Name(name) => attribute(execution, table, name)?,
    };
    if let Some(column) = execution.schema.table_mut(table).attribute_mut(number) {
        if column.generated.as_ref().is_some_and(|it| !it.stored) {
            let message = format!("cannot alter statistics on virtual generated column \"{}\"", column.name.as_str());
            return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
        }
        column.statistics = target;
    }
    Ok(())
}

/// Only an expression has statistics of its own in an index.
fn set_index_statistics(execution: &mut Execution, id: RelationId, column: i64, target: Option<i32>) -> Outcome {
    let name = execution.bare_name(id);
    let index = execution.schema.index(id);
    if index.partitioned {
        return unknown("how this goes on to the indexes of partitions is not modelled");
    }
    let keys = index.keys.len();
    let place = usize::try_from(column).ok().filter(|it| *it <= keys + index.include.len());
    let Some(place) = place.and_then(|it| it.checked_sub(1)) else {
        let message = format!("column number {column} of relation \"{name}\" does not exist");
        return fail(sqlstate::UNDEFINED_COLUMN, message);
    };
    let (what, number) = match index.keys.get(place).map(|it| &it.column) {
        Some(KeyColumn::Expression(_)) => {
            if let Some(key) = execution.schema.index_mut(id).keys.get_mut(place) {
                key.statistics = target;
            }
            return Ok(());
        }
        Some(KeyColumn::Attribute(number)) => ("non-expression", *number),
        None => ("included", index.include.get(place - keys).copied().unwrap_or_default()),
    };
    let column = execution.schema.table(index.table).column_name(number);
    let message = format!("cannot alter statistics on {what} column \"{}\" of index \"{name}\"", column.as_str());
    fail(sqlstate::FEATURE_NOT_SUPPORTED, message)
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
