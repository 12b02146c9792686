//! Which errors a conversion can raise when it meets the rows, and how the rows can be asked beforehand.

use crate::expression::Expression;
use crate::pg::sqlstate::{self, SqlState};
use crate::pg::types::{Type, TypeRef};
use crate::schema::relation::Column;
use crate::schema::user_type::TypeId;
use crate::statement::column::base_type;
use crate::statement::execution::Execution;
use crate::statement::row_checks;

/// One of the server's own types without its modifier; `None` for arrays and for types of the schema.
fn own(type_: &Type) -> Option<Type> {
    (matches!(type_.base, TypeRef::Builtin(_)) && !type_.array).then(|| type_.bare())
}

fn is_text(type_: Type) -> bool {
    type_.is_any(&[Type::TEXT, Type::VARCHAR, Type::BPCHAR])
}

fn is_number(type_: Type) -> bool {
    type_.is_any(&[
        Type::INT2,
        Type::INT4,
        Type::INT8,
        Type::FLOAT4,
        Type::FLOAT8,
        Type::NUMERIC,
        Type::MONEY,
        Type::OID,
    ])
}

/// How many values of one numeric type always fit another, by rank.
fn integer_rank(type_: Type) -> Option<usize> {
    [Type::INT2, Type::INT4, Type::INT8].iter().position(|it| *it == type_)
}

/// SQLSTATEs that the conversion may end with; none where it cannot fail.
pub(super) fn risks(execution: &Execution, conversion: &Expression, from: &Type, to: &Type) -> Vec<SqlState> {
    let mut found = of_domain(execution, to);
    if !conversion.is_conversion() {
        found.extend(row_checks::known_to_raise(execution, conversion).unwrap_or_else(of_text));
        found.sort_unstable();
        found.dedup();
        return found;
    }
    let (from, target) = (base_type(execution, from), base_type(execution, to));
    let by_type = match (own(&from), own(&target)) {
        (Some(from), Some(to)) => of_own_types(from, to, target.modifier),
        (Some(from), None) if is_text(from) => of_text(),
        // An enum or an array to text.
        (None, Some(to)) if is_text(to) => of_length(target.modifier),
        (None, None) if from.base == target.base => of_length(target.modifier),
        _ => of_text(),
    };
    found.extend(by_type);
    found.sort_unstable();
    found.dedup();
    found
}

fn of_domain(execution: &Execution, to: &Type) -> Vec<SqlState> {
    let TypeRef::User(id) = to.base else { return vec![] };
    match execution.schema.domain_is_constrained(TypeId(id)) {
        true => vec![sqlstate::CHECK_VIOLATION, sqlstate::NOT_NULL_VIOLATION],
        false => vec![],
    }
}

/// Text read as a value of another type.
fn of_text() -> Vec<SqlState> {
    vec![
        sqlstate::INVALID_TEXT_REPRESENTATION,
        sqlstate::NUMERIC_VALUE_OUT_OF_RANGE,
        sqlstate::INVALID_DATETIME_FORMAT,
        sqlstate::DATETIME_FIELD_OVERFLOW,
        sqlstate::STRING_DATA_RIGHT_TRUNCATION,
    ]
}

fn of_length(modifier: i32) -> Vec<SqlState> {
    if modifier >= 0 { vec![sqlstate::STRING_DATA_RIGHT_TRUNCATION] } else { vec![] }
}

/// `modifier`: the new type's.
fn of_own_types(from: Type, to: Type, modifier: i32) -> Vec<SqlState> {
    if is_text(to) {
        return of_length(modifier);
    }
    if is_text(from) {
        return of_text();
    }
    match (from, to) {
        (Type::BIT | Type::VARBIT, Type::BIT) => vec![sqlstate::STRING_DATA_LENGTH_MISMATCH],
        (Type::BIT | Type::VARBIT, Type::VARBIT) => of_length(modifier),
        (Type::JSON, Type::JSONB) => vec![sqlstate::INVALID_TEXT_REPRESENTATION, sqlstate::UNTRANSLATABLE_CHARACTER],
        (Type::JSONB, Type::JSON) | (Type::DATE, Type::TIMESTAMP | Type::TIMESTAMPTZ) => vec![],
        // A value at the very end of the range.
        (Type::TIMESTAMP, Type::TIMESTAMPTZ) | (Type::TIMESTAMPTZ, Type::TIMESTAMP) => {
            vec![sqlstate::DATETIME_FIELD_OVERFLOW]
        }
        _ if is_number(from) && (is_number(to) || to == Type::BOOL) => {
            let widens = match (integer_rank(from), integer_rank(to)) {
                (Some(a), Some(b)) => a <= b,
                (Some(_), None) => (to == Type::NUMERIC && modifier < 0) || to.is_any(&[Type::FLOAT4, Type::FLOAT8]),
                _ => (from == Type::FLOAT4 && to == Type::FLOAT8) || (from == to && modifier < 0),
            };
            if widens { vec![] } else { vec![sqlstate::NUMERIC_VALUE_OUT_OF_RANGE] }
        }
        // A precision that shrinks rounds; nothing is refused.
        _ if from == to => vec![],
        _ => of_text(),
    }
}

/// The condition of rows that are too long for `varchar(n)` or `char(n)`: blanks beyond do not count.
pub(super) fn length_check(
    execution: &Execution,
    conversion: &Expression,
    number: u16,
    column: &Column,
    to: &Type,
) -> Option<String> {
    let target = base_type(execution, to);
    let plain = conversion.columns().into_iter().eq([number]);
    let from_text = own(&base_type(execution, &column.type_)).is_some_and(is_text);
    match own(&target) {
        Some(Type::VARCHAR | Type::BPCHAR) if plain && from_text && target.modifier > 4 => {
            // `atttypmod` counts four bytes of header.
            Some(format!("length(rtrim({}::text, ' ')) > {}", column.name, target.modifier - 4))
        }
        _ => None,
    }
}
