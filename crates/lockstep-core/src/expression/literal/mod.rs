//! Values as the input functions of the types read them, printed as their output functions do. What a
//! type's text means is either known exactly here, or not at all.

mod array;
mod datetime;
mod geometry;
mod interval;
mod json;
mod number;
mod range;

use crate::effect::PgError;
use crate::expression::node::{Constant, Expression, Node};
use crate::expression::scope::{Refusal, Scope, UserTypeInfo};
use crate::expression::typing;
use crate::name;
use crate::pg::catalog::extension::is_member;
use crate::pg::sqlstate;
use crate::pg::types::{Type, TypeRef};

pub(super) use array::element_text;
pub use datetime::ZONE;
pub(super) use datetime::is_utc;
pub(super) use number::{float4_text, float8_text, numeric, numeric_with_scale};

/// Longer constants are not read.
const MAX_LENGTH: usize = 100_000;

/// A literal of unknown type, converted to `typed`, which is no domain.
pub(super) fn input(text: &str, typed: Type, scope: &dyn Scope) -> Result<Expression, Refusal> {
    if text.len() > MAX_LENGTH {
        return Err(Refusal::Unknown("the constant is too long to be read".to_owned()));
    }
    if typed.array {
        let value = array::input(text, typed, scope)?;
        return Ok(Expression::constant(&value, typed));
    }
    let value = match typed.base {
        TypeRef::User(id) => match scope.user_type(id) {
            Some(UserTypeInfo::Enum { labels }) => match labels.iter().any(|label| label == text) {
                true => text.to_owned(),
                false => {
                    let name = typing::name(typed, scope);
                    let message = format!("invalid input value for enum {name}: \"{text}\"");
                    return Err(PgError::new(sqlstate::INVALID_TEXT_REPRESENTATION, message).into());
                }
            },
            _ => return unknown(typed, scope),
        },
        TypeRef::Builtin(_) => match typed.bare() {
            Type::REGCLASS => {
                let relation = scope.relation(text)?;
                return Ok(Expression::new(Node::Constant(Constant::Relation(relation)), typed));
            }
            _ => match builtin(text, typed, scope)? {
                Some(value) => value,
                None => return unknown(typed, scope),
            },
        },
    };
    Ok(Expression::constant(&value, typed))
}

fn unknown<T>(typed: Type, scope: &dyn Scope) -> Result<T, Refusal> {
    let name = typing::name(typed, scope);
    Err(Refusal::Unknown(format!("how the server reads this value of type {name} is not modelled")))
}

/// `None`: not known.
fn builtin(text: &str, typed: Type, scope: &dyn Scope) -> Result<Option<String>, Refusal> {
    Ok(match typed.bare() {
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => Some(text.to_owned()),
        Type::NAME => Some(name::truncate(text).to_owned()),
        Type::CHAR if text.is_ascii() && text.len() <= 1 => Some(text.to_owned()),
        Type::BOOL => Some(boolean(text)?),
        Type::INT2 => number::integer(text, "smallint", i16::MIN.into(), i16::MAX.into())?,
        Type::INT4 => number::integer(text, "integer", i32::MIN.into(), i32::MAX.into())?,
        Type::INT8 => number::integer(text, "bigint", i64::MIN, i64::MAX)?,
        Type::OID => number::integer(text, "oid", 0, u32::MAX.into())?,
        Type::NUMERIC => Some(numeric(text)?),
        Type::FLOAT4 => Some(number::float4(text)?),
        Type::FLOAT8 => Some(number::float8(text)?),
        Type::UUID => Some(uuid(text)?),
        Type::BYTEA => bytea(text)?,
        Type::BIT | Type::VARBIT => Some(bits(text)?),
        Type::JSON => {
            json::canonical(text)?;
            Some(text.to_owned())
        }
        Type::JSONB => Some(json::canonical(text)?),
        Type::DATE => datetime::date(text, scope)?,
        Type::TIME => datetime::time(text)?,
        Type::TIMESTAMP => datetime::timestamp(text, scope)?,
        Type::TIMESTAMPTZ => datetime::timestamp_with_zone(text, scope)?,
        Type::INTERVAL if typed.modifier == -1 => interval::input(text)?,
        Type::INET | Type::CIDR => inet(text, typed.is(Type::CIDR)),
        other if other.row().is_some_and(|row| row.name == "regtype") => {
            scope.names_type(text).filter(|known| *known).map(|_| text.to_owned())
        }
        other if scope.is_run() && geometry::is_read(text, other) => Some(text.to_owned()),
        other if other == REGCONFIG => text_search_configuration(text),
        other => match of_extension(text, other) {
            Some(read) => Some(read),
            None => range::input(text, typed, scope)?,
        },
    })
}

/// Types that extensions bring.
fn of_extension(text: &str, typed: Type) -> Option<String> {
    let row = typed.row().filter(|row| is_member(row.oid))?;
    let printed = match row.name {
        "citext" => true,
        "hstore" => text.is_empty(),
        "ltree" => {
            let label = |it: &str| {
                (1..=255).contains(&it.len()) && it.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            };
            text.is_empty() || text.split('.').all(label)
        }
        _ => false,
    };
    printed.then(|| text.to_owned())
}

fn invalid(type_name: &str, text: &str) -> Refusal {
    PgError::new(
        sqlstate::INVALID_TEXT_REPRESENTATION,
        format!("invalid input syntax for type {type_name}: \"{text}\""),
    )
    .into()
}

/// `parse_bool_with_len`: any prefix that tells the words apart.
fn boolean(text: &str) -> Result<String, Refusal> {
    let word = text.trim().to_ascii_lowercase();
    let prefix = |whole: &str, least: usize| word.len() >= least && whole.starts_with(&word);
    if prefix("true", 1) || prefix("yes", 1) || word == "on" || word == "1" {
        return Ok("t".to_owned());
    }
    if prefix("false", 1) || prefix("no", 1) || prefix("off", 2) || word == "0" {
        return Ok("f".to_owned());
    }
    Err(invalid("boolean", text))
}

/// `string_to_uuid`: a hyphen may stand after any group of four digits.
fn uuid(text: &str) -> Result<String, Refusal> {
    let inner = match text.strip_prefix('{') {
        Some(rest) => rest.strip_suffix('}').ok_or_else(|| invalid("uuid", text))?,
        None => text,
    };
    let mut digits = String::new();
    for character in inner.chars() {
        match character {
            '-' if !digits.is_empty() && digits.len().is_multiple_of(4) && digits.len() < 32 => {}
            it if it.is_ascii_hexdigit() => digits.push(it.to_ascii_lowercase()),
            _ => return Err(invalid("uuid", text)),
        }
    }
    if digits.len() != 32 || inner.contains("--") || inner.ends_with('-') {
        return Err(invalid("uuid", text));
    }
    let groups = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Ok(groups.join("-"))
}

/// `byteain`: the hexadecimal form, or bytes as they are.
fn bytea(text: &str) -> Result<Option<String>, Refusal> {
    if let Some(digits) = text.strip_prefix("\\x") {
        let even = digits.len().is_multiple_of(2) && digits.bytes().all(|it| it.is_ascii_hexdigit());
        return Ok(even.then(|| text.to_ascii_lowercase()));
    }
    if text.contains('\\') {
        return Ok(None);
    }
    let digits: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    Ok(Some(format!("\\x{digits}")))
}

/// `bit_in`.
fn bits(text: &str) -> Result<String, Refusal> {
    let digits = text.strip_prefix(['b', 'B']).unwrap_or(text);
    match digits.chars().find(|it| !matches!(it, '0' | '1')) {
        None => Ok(digits.to_owned()),
        Some('x' | 'X') => Err(Refusal::Unknown("hexadecimal bit strings are not modelled".to_owned())),
        Some(other) => {
            let message = format!("\"{other}\" is not a valid binary digit");
            Err(PgError::new(sqlstate::INVALID_TEXT_REPRESENTATION, message).into())
        }
    }
}

/// Full addresses of version 4 only.
fn inet(text: &str, network: bool) -> Option<String> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, length.parse::<u32>().ok().filter(|it| *it <= 32)?),
        None => (text, 32),
    };
    let address: std::net::Ipv4Addr = address.parse().ok()?;
    if network {
        let mask = u32::MAX.checked_shr(length).unwrap_or(0);
        return (u32::from(address) & mask == 0).then(|| format!("{address}/{length}"));
    }
    Some(if length == 32 { address.to_string() } else { format!("{address}/{length}") })
}

const REGCONFIG: Type = Type::builtin(3734);

/// The text search configurations that every server has.
fn text_search_configuration(text: &str) -> Option<String> {
    const NAMES: [&str; 29] = [
        "arabic",
        "armenian",
        "basque",
        "catalan",
        "danish",
        "dutch",
        "english",
        "finnish",
        "french",
        "german",
        "greek",
        "hindi",
        "hungarian",
        "indonesian",
        "irish",
        "italian",
        "lithuanian",
        "nepali",
        "norwegian",
        "portuguese",
        "romanian",
        "russian",
        "serbian",
        "simple",
        "spanish",
        "swedish",
        "tamil",
        "turkish",
        "yiddish",
    ];
    let name = text.strip_prefix("pg_catalog.").unwrap_or(text);
    NAMES.contains(&name).then(|| name.to_owned())
}
