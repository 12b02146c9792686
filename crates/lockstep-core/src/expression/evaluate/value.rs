//! Values of rows: exact where they are known, with their order and their text.

use std::cmp::Ordering;

use triomphe::Arc;

use crate::expression::evaluate::decimal::Decimal;
use crate::pg::types::Type;

/// A value. Its type is that of the column or expression it comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    /// Of any integer type.
    Integer(i64),
    Decimal(Decimal),
    /// Of any string type; `bpchar` with its blanks.
    Text(Arc<str>),
    /// Of any other type, as its output function prints it.
    Printed(Arc<str>),
    /// Of a composite type: its attributes.
    Composite(Arc<[Value]>),
    /// Not null; which value it is, is not known.
    Something,
    /// Anything, null included.
    Unknown,
}

impl Value {
    pub fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    /// Its text, where it is one.
    pub(in crate::expression) fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) | Value::Printed(text) => Some(text),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Certainly not null.
    pub fn is_value(&self) -> bool {
        !matches!(self, Value::Null | Value::Unknown)
    }

    pub fn is_exact(&self) -> bool {
        match self {
            Value::Something | Value::Unknown => false,
            Value::Composite(fields) => fields.iter().all(Value::is_exact),
            _ => true,
        }
    }

    /// Of what the output function of that type prints (no domain).
    pub(in crate::expression) fn of(text: &str, type_: Type) -> Value {
        if type_.array {
            return Value::Printed(text.into());
        }
        match type_.bare() {
            Type::BOOL => Value::Boolean(text == "t"),
            Type::INT2 | Type::INT4 | Type::INT8 | Type::OID => text.parse().map_or(Value::Something, Value::Integer),
            Type::NUMERIC => Decimal::parse(text).map_or(Value::Something, Value::Decimal),
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::CHAR | Type::UNKNOWN => Value::text(text),
            _ => Value::Printed(text.into()),
        }
    }
}

/// Whether both are the same by the type's own equality; `None` where that is not known. Neither is null.
pub fn equal(first: &Value, second: &Value, type_: Type) -> Option<bool> {
    if type_.array {
        return match (first, second) {
            (Value::Printed(a), Value::Printed(b)) if a == b => Some(true),
            // Of elements with one text for each value.
            (Value::Printed(_), Value::Printed(_)) if Type { array: false, ..type_ }.is_any(&ONE_TEXT) => Some(false),
            _ => None,
        };
    }
    match (first, second) {
        (Value::Text(a), Value::Text(b)) if type_.is(Type::BPCHAR) => {
            Some(a.trim_end_matches(' ') == b.trim_end_matches(' '))
        }
        // Of deterministic collations, as all of the server's own are: the same bytes (`texteq`).
        (Value::Text(a), Value::Text(b)) => Some(a == b),
        (Value::Printed(a), Value::Printed(b)) if a == b && !type_.is(Type::JSON) => Some(true),
        _ => compare(first, second, type_, false).map(Ordering::is_eq),
    }
}

/// The order of the type's B-tree operator class; `None` where that is not known. Neither is null.
/// `by_bytes`: strings in the collation `C`.
pub fn compare(first: &Value, second: &Value, type_: Type, by_bytes: bool) -> Option<Ordering> {
    Some(match (first, second) {
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Decimal(a), Value::Decimal(b)) => a.compare(*b),
        (Value::Integer(a), Value::Decimal(b)) => Decimal::integer(*a).compare(*b),
        (Value::Decimal(a), Value::Integer(b)) => a.compare(Decimal::integer(*b)),
        (Value::Text(a), Value::Text(b)) => {
            let blanks: &[char] = if type_.is(Type::BPCHAR) { &[' '] } else { &[] };
            let (a, b) = (a.trim_end_matches(blanks), b.trim_end_matches(blanks));
            // How strings sort depends on the database's collation; the empty one comes first in all.
            match by_bytes || a == b || a.is_empty() || b.is_empty() {
                true => a.cmp(b),
                false => return None,
            }
        }
        (Value::Printed(a), Value::Printed(b)) if !type_.array => return compare_printed(a, b, type_),
        _ => return None,
    })
}

fn compare_printed(first: &str, second: &str, type_: Type) -> Option<Ordering> {
    // Years of four digits sort as text; a fraction, or none, comes last. With a zone, only in UTC.
    let plain = |it: &str| {
        it.as_bytes().first().is_some_and(u8::is_ascii_digit)
            && it.as_bytes().get(4) == Some(&b'-')
            && !it.ends_with("BC")
    };
    let in_utc = |it: &str| it.ends_with("+00");
    match type_.bare() {
        Type::DATE | Type::TIMESTAMP if plain(first) && plain(second) => Some(first.cmp(second)),
        Type::TIMESTAMPTZ if plain(first) && plain(second) && in_utc(first) && in_utc(second) => {
            Some(first.cmp(second))
        }
        Type::TIME | Type::UUID | Type::BYTEA => Some(first.cmp(second)),
        Type::FLOAT4 | Type::FLOAT8 => {
            let (a, b): (f64, f64) = (first.parse().ok()?, second.parse().ok()?);
            a.partial_cmp(&b)
        }
        // As many bits are compared one by one.
        Type::BIT | Type::VARBIT if first.len() == second.len() => Some(first.cmp(second)),
        _ => None,
    }
}

/// What a conversion to text makes of it (`OidOutputFunctionCall`, or the cast of the type).
pub(in crate::expression) fn to_text(value: &Value, type_: Type) -> Option<String> {
    Some(match value {
        Value::Boolean(value) => if *value { "true" } else { "false" }.to_owned(),
        Value::Integer(value) => value.to_string(),
        Value::Decimal(value) => value.to_string(),
        Value::Text(text) if type_.is(Type::BPCHAR) => text.trim_end_matches(' ').to_owned(),
        Value::Text(text) => text.to_string(),
        // What depends on settings of the session, or on how deep the conversion looks, is left out.
        Value::Printed(text) if !type_.array && type_.is_any(&PLAIN) => text.to_string(),
        _ => return None,
    })
}

const ONE_TEXT: [Type; 8] =
    [Type::INT2, Type::INT4, Type::INT8, Type::TEXT, Type::VARCHAR, Type::BOOL, Type::UUID, Type::DATE];

const PLAIN: [Type; 9] = [
    Type::DATE,
    Type::TIMESTAMP,
    Type::TIME,
    Type::UUID,
    Type::FLOAT4,
    Type::FLOAT8,
    Type::BIT,
    Type::VARBIT,
    Type::JSONB,
];
