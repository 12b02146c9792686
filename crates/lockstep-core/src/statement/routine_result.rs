//! What a function in SQL returns, beside what it declares: `check_sql_fn_retval`.

use crate::effect::{PgError, RelationId};
use crate::expression::{self, Context, Expression};
use crate::pg::sqlstate;
use crate::pg::types::{Type, TypeRef};
use crate::schema::routine::{Routine, RoutineKind};
use crate::schema::user_type::TypeId;
use crate::statement::execution::{Execution, Outcome, Stop};
use crate::statement::routine_body::is_polymorphic;
use crate::statement::scope::TableScope;

pub(super) fn mismatch<T>(execution: &Execution, routine: &Routine, detail: impl Into<String>) -> Outcome<T> {
    let printed = execution.schema.format_type(&routine.result);
    let message = format!("return type mismatch in function declared to return {printed}");
    Err(Stop::Error(PgError::new(sqlstate::INVALID_FUNCTION_DEFINITION, message).detail(detail)))
}

pub(super) fn no_result(execution: &Execution, routine: &Routine) -> Outcome {
    mismatch(execution, routine, "Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.")
}

/// Whether a row is declared, of whatever columns.
pub(super) fn is_row(execution: &Execution, routine: &Routine) -> bool {
    routine.result.is(Type::RECORD) || fields(execution, routine).is_some()
}

/// The columns of the declared row; `None` where it is none, or one of any columns.
fn fields(execution: &Execution, routine: &Routine) -> Option<Vec<Type>> {
    if routine.result.is(Type::RECORD) {
        let outputs = routine.parameters.iter().filter(|it| it.is_output()).map(|it| it.type_);
        return Some(outputs.collect::<Vec<_>>()).filter(|it| !it.is_empty());
    }
    let TypeRef::User(id) = routine.result.base else { return None };
    if routine.result.array {
        return None;
    }
    let table = execution.schema.get(RelationId(id)).map(|it| it.id);
    let relation = table.or_else(|| execution.schema.attributes_of(TypeId(id)))?;
    Some(execution.schema.relation(relation).columns().live().map(|(_, column)| column.type_).collect())
}

/// Whether results of those types fit.
pub(super) fn fit(execution: &mut Execution, routine: &Routine, types: &[Type]) -> Outcome {
    if routine.result.is(Type::VOID) {
        return Ok(());
    }
    if is_polymorphic(&routine.result) || routine.parameters.iter().any(|it| is_polymorphic(&it.type_)) {
        execution.doubt("whether the body's results fit the declared type is not known");
        return Ok(());
    }
    let Some(fields) = fields(execution, routine) else {
        // `RETURNS record`: the caller says of which columns.
        return if routine.result.is(Type::RECORD) { Ok(()) } else { scalar(execution, routine, types) };
    };
    if let [only] = types
        && routine.kind != RoutineKind::Procedure
        && (only.is(Type::RECORD) || matches!(only.base, TypeRef::User(_)) && !only.array)
    {
        if *only != routine.result {
            execution.doubt("whether the body's row fits the declared one is not known");
        }
        return Ok(());
    }
    for (place, from) in types.iter().enumerate() {
        let Some(to) = fields.get(place) else {
            return mismatch(execution, routine, "Final statement returns too many columns.");
        };
        if !converts(execution, from, to)? {
            let (from, to) = (execution.schema.format_type(from), execution.schema.format_type(to));
            let detail = format!("Final statement returns {from} instead of {to} at column {}.", place + 1);
            return mismatch(execution, routine, detail);
        }
    }
    match types.len() < fields.len() {
        true => mismatch(execution, routine, "Final statement returns too few columns."),
        false => Ok(()),
    }
}

fn scalar(execution: &Execution, routine: &Routine, types: &[Type]) -> Outcome {
    let [only] = types else {
        return mismatch(execution, routine, "Final statement must return exactly one column.");
    };
    match converts(execution, only, &routine.result)? {
        true => Ok(()),
        false => {
            let printed = execution.schema.format_type(only);
            mismatch(execution, routine, format!("Actual return type is {printed}."))
        }
    }
}

/// A conversion as in an assignment.
fn converts(execution: &Execution, from: &Type, to: &Type) -> Outcome<bool> {
    let scope = TableScope { execution, table: None, alias: None };
    let result = Expression::column(1, *from);
    Ok(expression::coerce_to_target(result, to, Context::Assignment, &scope)?.is_some())
}
