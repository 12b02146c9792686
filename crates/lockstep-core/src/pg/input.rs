//! What the input functions of types accept, as conditions that raise no error themselves.

use crate::name::quote_literal;
use crate::pg::sqlstate::{self, SqlState};
use crate::pg::types::format::numeric_parts;
use crate::pg::types::{Type, TypeRef};
use crate::pg::version::PgVersion;

/// `pg_input_is_valid` exists from 16 on.
fn has_input_is_valid(version: PgVersion) -> bool {
    version >= PgVersion::V16
}

/// Errors that a cast to the type may raise; `None` where that is not known.
pub fn errors(to: &Type) -> Option<&'static [SqlState]> {
    const NUMBERS: [Type; 6] = [Type::INT2, Type::INT4, Type::INT8, Type::NUMERIC, Type::FLOAT4, Type::FLOAT8];
    const TIMES: [Type; 6] = [Type::DATE, Type::TIMESTAMP, Type::TIMESTAMPTZ, Type::TIME, Type::TIMETZ, Type::INTERVAL];
    match () {
        () if NUMBERS.iter().any(|it| it.is(*to)) => {
            Some(&[sqlstate::INVALID_TEXT_REPRESENTATION, sqlstate::NUMERIC_VALUE_OUT_OF_RANGE])
        }
        () if to.is(Type::BOOL) || to.is(Type::UUID) => Some(&[sqlstate::INVALID_TEXT_REPRESENTATION]),
        () if TIMES.iter().any(|it| it.is(*to)) => {
            Some(&[sqlstate::INVALID_DATETIME_FORMAT, sqlstate::DATETIME_FIELD_OVERFLOW])
        }
        () => None,
    }
}

/// What C's `isspace` takes for space, as a class of a regular expression in an `E''` string.
const SPACE: &str = "[ \\t\\n\\x0b\\f\\r]";

/// A condition for the texts that a cast to the type refuses, a null being no such text; `None` where no exact one is
/// known. `text`: an expression of type `text`; `type_name`: the type as it is written.
pub fn rejected(text: &str, to: &Type, type_name: &str, is_enum: bool, version: PgVersion) -> Option<String> {
    if to.array {
        return None;
    }
    if has_input_is_valid(version) {
        // Casts to these go through the input function and take all that it takes; string types cut instead.
        const BY_INPUT: [Type; 20] = [
            Type::INT2,
            Type::INT4,
            Type::INT8,
            Type::NUMERIC,
            Type::FLOAT4,
            Type::FLOAT8,
            Type::BOOL,
            Type::UUID,
            Type::DATE,
            Type::TIMESTAMP,
            Type::TIMESTAMPTZ,
            Type::TIME,
            Type::TIMETZ,
            Type::INTERVAL,
            Type::JSON,
            Type::JSONB,
            Type::INET,
            Type::MACADDR,
            Type::BYTEA,
            Type::OID,
        ];
        let known = is_enum || (to.modifier < 0 || to.is(Type::NUMERIC)) && BY_INPUT.iter().any(|it| it.is(*to));
        return known.then(|| format!("NOT pg_input_is_valid({text}, {})", quote_literal(type_name)));
    }
    match to.base {
        _ if to.is(Type::INT2) => Some(no_integer(text, "-32768", "32767")),
        _ if to.is(Type::INT4) => Some(no_integer(text, "-2147483648", "2147483647")),
        _ if to.is(Type::INT8) => Some(no_integer(text, "-9223372036854775808", "9223372036854775807")),
        _ if to.is(Type::BOOL) => {
            let words = "t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|1|0";
            Some(format!("{text} !~* {}", pattern(&format!("^{SPACE}*({words}){SPACE}*$"))))
        }
        _ if to.is(Type::UUID) => {
            let groups = "([0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}";
            Some(format!("{text} !~ {}", pattern(&format!("^({groups}|[{{]{groups}[}}])$"))))
        }
        TypeRef::Builtin(_) | TypeRef::User(_) => None,
    }
}

/// Up to 15 an integer is digits with a sign, in space.
fn no_integer(text: &str, low: &str, high: &str) -> String {
    let form = pattern(&format!("^{SPACE}*[-+]?[0-9]+{SPACE}*$"));
    let space = "E' \\t\\n\\x0b\\f\\r'";
    let digits = format!("ltrim(btrim({text}, {space}), '+-0')");
    let number = format!("btrim({text}, {space})::numeric");
    format!(
        "CASE WHEN {text} !~ {form} THEN true WHEN length({digits}) > 19 THEN true ELSE {number} NOT BETWEEN {low} AND \
         {high} END"
    )
}

/// A regular expression as a string constant; its escapes are the string's own.
fn pattern(text: &str) -> String {
    format!("E'{text}'")
}

/// A condition for the numbers that a cast to a narrower type refuses (22003); `None` where no exact one is known.
pub fn out_of_range(name: &str, from: &Type, to: &Type) -> Option<String> {
    let whole = [Type::INT2, Type::INT4, Type::INT8];
    let is_whole = |it: &Type| whole.iter().any(|other| other.is(*it));
    let (low, high) = match () {
        () if to.is(Type::INT2) => ("-32768", "32767"),
        () if to.is(Type::INT4) => ("-2147483648", "2147483647"),
        () if to.is(Type::INT8) => ("-9223372036854775808", "9223372036854775807"),
        () if to.is(Type::NUMERIC) && (from.is(Type::NUMERIC) || is_whole(from)) => {
            let (precision, scale) = numeric_parts(to.modifier)?;
            // A NaN has every precision, infinity has none.
            let column = format!("{name}::numeric");
            return Some(format!("{column} <> 'NaN' AND abs(round({column}, {scale})) >= 1e{}", precision - scale));
        }
        () => return None,
    };
    match () {
        () if is_whole(from) => Some(format!("{name} NOT BETWEEN {low} AND {high}")),
        // The conversion rounds first; NaN is greater than every number.
        () if from.is(Type::NUMERIC) => Some(format!("round({name}) NOT BETWEEN {low} AND {high}")),
        _ => None,
    }
}
