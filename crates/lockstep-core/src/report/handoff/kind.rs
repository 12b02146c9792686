//! Types of columns as models see them: domains are what they are based on.

use crate::pg::types::format::numeric_parts;
use crate::pg::types::{Type, TypeRef};
use crate::schema::Schema;
use crate::schema::user_type::{TypeId, UserTypeKind};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    Numeric(Option<(i32, i32)>),
    Bool,
    Text,
    Varchar(Option<i32>),
    Char(i32),
    Bytea,
    Uuid,
    Date,
    Timestamp,
    Timestamptz,
    Time,
    Timetz,
    Interval,
    Json,
    Jsonb,
    Inet,
    Cidr,
    Macaddr,
    Money,
    Bit(i32),
    Varbit,
    Xml,
    Oid,
    Tsvector,
    /// `int4range` …
    Range(&'static str),
    /// An enum of the schema: its name as SQL writes it.
    Enum(String),
    /// Anything else, by the name that the server prints.
    Other(String),
}

/// A type without its domain, and whether it is an array.
pub(super) fn of(schema: &Schema, type_: &Type) -> (Kind, bool) {
    if type_.array {
        let (kind, _) = of(schema, &Type { array: false, ..*type_ });
        return (kind, true);
    }
    if let TypeRef::User(id) = type_.base {
        return match schema.user_type(TypeId(id)).map(|it| &it.kind) {
            Some(UserTypeKind::Enum { .. }) => (Kind::Enum(schema.format_type(&type_.bare())), false),
            Some(UserTypeKind::Domain { base, .. }) => of(schema, base),
            _ => (Kind::Other(schema.format_type(type_)), false),
        };
    }
    let length = (type_.modifier > 4).then_some(type_.modifier - 4);
    let kind = match type_.bare() {
        Type::INT2 => Kind::Int2,
        Type::INT4 => Kind::Int4,
        Type::INT8 => Kind::Int8,
        Type::FLOAT4 => Kind::Float4,
        Type::FLOAT8 => Kind::Float8,
        Type::NUMERIC => Kind::Numeric(numeric_parts(type_.modifier)),
        Type::BOOL => Kind::Bool,
        Type::TEXT => Kind::Text,
        Type::VARCHAR => Kind::Varchar(length),
        // Without a length it has no blanks to pad with.
        Type::BPCHAR => length.map_or(Kind::Text, Kind::Char),
        Type::BYTEA => Kind::Bytea,
        Type::UUID => Kind::Uuid,
        Type::DATE => Kind::Date,
        Type::TIMESTAMP => Kind::Timestamp,
        Type::TIMESTAMPTZ => Kind::Timestamptz,
        Type::TIME => Kind::Time,
        Type::TIMETZ => Kind::Timetz,
        Type::INTERVAL => Kind::Interval,
        Type::JSON => Kind::Json,
        Type::JSONB => Kind::Jsonb,
        Type::INET => Kind::Inet,
        Type::CIDR => Kind::Cidr,
        Type::MACADDR => Kind::Macaddr,
        Type::MONEY => Kind::Money,
        Type::BIT => Kind::Bit(type_.modifier.max(1)),
        Type::VARBIT => Kind::Varbit,
        Type::XML => Kind::Xml,
        Type::OID => Kind::Oid,
        Type::TSVECTOR => Kind::Tsvector,
        other => match schema.format_type(&other).as_str() {
            "int4range" => Kind::Range("int4range"),
            "int8range" => Kind::Range("int8range"),
            "numrange" => Kind::Range("numrange"),
            "tsrange" => Kind::Range("tsrange"),
            "tstzrange" => Kind::Range("tstzrange"),
            "daterange" => Kind::Range("daterange"),
            name => Kind::Other(name.to_owned()),
        },
    };
    (kind, false)
}

/// What a column gets where an insert leaves it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Default {
    Text(String),
    /// Digits as SQL writes them.
    Number(String),
    Bool(bool),
    /// `now()`.
    Now,
    /// `gen_random_uuid()`.
    RandomUuid,
    /// Any other expression.
    Sql(String),
}

/// Reads a default as the server prints it.
pub(super) fn default(text: &str) -> Default {
    let constant = text.split_once("'::").filter(|(left, _)| left.starts_with('\'') && !left[1..].contains('\''));
    match (text, constant) {
        ("true" | "false", _) => Default::Bool(text == "true"),
        ("now()" | "CURRENT_TIMESTAMP", _) => Default::Now,
        ("gen_random_uuid()", _) => Default::RandomUuid,
        (_, Some((left, type_))) if is_text_type(type_) => Default::Text(left[1..].to_owned()),
        (number, _) if number.parse::<f64>().is_ok() && number.bytes().any(|it| it.is_ascii_digit()) => {
            Default::Number(number.to_owned())
        }
        _ => Default::Sql(text.to_owned()),
    }
}

fn is_text_type(name: &str) -> bool {
    name == "text" || name.starts_with("character varying") || name == "bpchar" || name.starts_with("character(")
}
