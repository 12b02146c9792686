//! Which errors a conversion can raise when it meets the rows, and how the rows can be asked beforehand.

use crate::expression::Expression;
use crate::pg::sqlstate::{self, SqlState};
use crate::pg::types::{Builtin, Type, TypeRef};
use crate::schema::relation::Column;
use crate::schema::user_type::{TypeId, UserTypeKind};
use crate::statement::column::base_type;
use crate::statement::execution::Execution;

const BOOL: u32 = 16;
const INT8: u32 = 20;
const INT2: u32 = 21;
const INT4: u32 = 23;
const TEXT: u32 = 25;
const OID: u32 = 26;
const JSON: u32 = 114;
const FLOAT4: u32 = 700;
const FLOAT8: u32 = 701;
const MONEY: u32 = 790;
const BPCHAR: u32 = 1042;
const VARCHAR: u32 = 1043;
const DATE: u32 = 1082;
const TIMESTAMP: u32 = 1114;
const TIMESTAMPTZ: u32 = 1184;
const BIT: u32 = 1560;
const VARBIT: u32 = 1562;
const NUMERIC: u32 = 1700;
const JSONB: u32 = 3802;

fn oid(type_: &Type) -> Option<u32> {
    match type_.base {
        TypeRef::Builtin(Builtin(oid)) if !type_.array => Some(oid),
        _ => None,
    }
}

fn is_text(oid: u32) -> bool {
    matches!(oid, TEXT | VARCHAR | BPCHAR)
}

fn is_number(oid: u32) -> bool {
    matches!(oid, INT2 | INT4 | INT8 | FLOAT4 | FLOAT8 | NUMERIC | MONEY | OID)
}

/// How many values of one numeric type always fit another, by rank.
fn integer_rank(oid: u32) -> Option<u8> {
    match oid {
        INT2 => Some(1),
        INT4 => Some(2),
        INT8 => Some(3),
        _ => None,
    }
}

/// SQLSTATEs that the conversion may end with; none where it cannot fail.
pub(super) fn risks(execution: &Execution, conversion: &Expression, from: &Type, to: &Type) -> Vec<SqlState> {
    let mut found = of_domain(execution, to);
    let plain = conversion.columns().len() == 1;
    let (from, target) = (base_type(execution, from), base_type(execution, to));
    let by_type = match (oid(&from), oid(&target)) {
        (Some(from_oid), Some(to_oid)) => of_builtins(from_oid, to_oid, &from, &target),
        (Some(from_oid), None) if is_text(from_oid) => of_text(),
        // An enum or an array to text.
        (None, Some(to_oid)) if is_text(to_oid) => of_length(&target),
        (None, None) if from.base == target.base => of_length(&target),
        _ => of_text(),
    };
    found.extend(by_type);
    if !plain || conversion.volatility() != crate::expression::Volatility::Immutable {
        found.extend(of_text());
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn of_domain(execution: &Execution, to: &Type) -> Vec<SqlState> {
    let TypeRef::User(id) = to.base else { return vec![] };
    let is_domain =
        matches!(execution.schema.user_type(TypeId(id)).map(|it| &it.kind), Some(UserTypeKind::Domain { .. }));
    match is_domain && execution.schema.domain_is_constrained(TypeId(id)) {
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

fn of_length(to: &Type) -> Vec<SqlState> {
    if to.modifier >= 0 { vec![sqlstate::STRING_DATA_RIGHT_TRUNCATION] } else { vec![] }
}

fn of_builtins(from: u32, to: u32, from_type: &Type, to_type: &Type) -> Vec<SqlState> {
    if is_text(to) {
        return of_length(to_type);
    }
    if is_text(from) {
        return of_text();
    }
    match (from, to) {
        (BIT | VARBIT, BIT) => vec![sqlstate::STRING_DATA_LENGTH_MISMATCH],
        (BIT | VARBIT, VARBIT) => of_length(to_type),
        (JSON, JSONB) => vec![sqlstate::INVALID_TEXT_REPRESENTATION, sqlstate::UNTRANSLATABLE_CHARACTER],
        (JSONB, JSON) | (DATE, TIMESTAMP | TIMESTAMPTZ) => vec![],
        _ if is_number(from) && (is_number(to) || to == BOOL) => {
            let widens = match (integer_rank(from), integer_rank(to)) {
                (Some(a), Some(b)) => a <= b,
                (Some(_), None) => (to == NUMERIC && to_type.modifier < 0) || matches!(to, FLOAT4 | FLOAT8),
                _ => matches!((from, to), (FLOAT4, FLOAT8)) || (from == to && to_type.modifier < 0),
            };
            if widens { vec![] } else { vec![sqlstate::NUMERIC_VALUE_OUT_OF_RANGE] }
        }
        _ if from == to => {
            // A precision that shrinks rounds; nothing is refused.
            let _ = from_type;
            vec![]
        }
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
    let from_text = oid(&base_type(execution, &column.type_)).is_some_and(is_text);
    match oid(&target) {
        Some(VARCHAR | BPCHAR) if plain && from_text && target.modifier > 4 => {
            // `atttypmod` counts four bytes of header.
            Some(format!("length(rtrim({}::text, ' ')) > {}", column.name, target.modifier - 4))
        }
        _ => None,
    }
}

/// Whether both types have the same default B-tree or hash operator class, so that an index need not
/// be built anew. `None`: not known.
pub(super) fn same_operator_class(from: &Type, to: &Type) -> Option<bool> {
    if from.base == to.base && from.array == to.array {
        return Some(true);
    }
    match (oid(from), oid(to)) {
        (Some(a), Some(b)) => {
            // `varchar` has no class of its own and uses that of `text`; `cidr` that of `inet`.
            let class = |oid: u32| match oid {
                VARCHAR => TEXT,
                650 => 869,
                other => other,
            };
            Some(class(a) == class(b))
        }
        _ => None,
    }
}
