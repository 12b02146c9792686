//! `format_type.c`: types as the server prints them.

use smol_str::{SmolStr, format_smolstr};

use crate::name::quote_identifier;
use crate::pg::catalog::extension::is_member;
use crate::pg::types::modifier::{FULL_PRECISION, interval_words};
use crate::pg::types::{Type, TypeRef};

/// `format_type_with_typemod`.
pub fn format_type(type_: &Type, user_name: impl Fn(u32) -> SmolStr) -> SmolStr {
    format(type_, true, user_name)
}

/// `format_type_be`: without the modifier, as error messages name types.
pub fn format_type_be(type_: &Type, user_name: impl Fn(u32) -> SmolStr) -> String {
    format(type_, false, user_name).into()
}

fn format(type_: &Type, given: bool, user_name: impl Fn(u32) -> SmolStr) -> SmolStr {
    let text = match type_.base {
        TypeRef::User(id) => user_name(id),
        // Of an extension, whose schema is for the caller to know.
        TypeRef::Builtin(builtin) if is_member(builtin.0) => match type_.modifier {
            // `printTypmod` without a function of the type's own.
            modifier @ 0.. if given => format_smolstr!("{}({modifier})", user_name(builtin.0)),
            _ => user_name(builtin.0),
        },
        TypeRef::Builtin(_) => builtin(Type { array: false, ..*type_ }, given),
    };
    if type_.array { format_smolstr!("{text}[]") } else { text }
}

fn builtin(type_: Type, given: bool) -> SmolStr {
    let modifier = if given { type_.modifier } else { -1 };
    let length = |name: &'static str, modifier: i32| match modifier {
        ..0 => SmolStr::new_static(name),
        length => format_smolstr!("{name}({length})"),
    };
    // The digits go before the zone.
    let precision = |name: &'static str| match name.split_once(' ').filter(|_| modifier >= 0) {
        Some((name, zone)) => format_smolstr!("{name}({modifier}) {zone}"),
        _ => SmolStr::new_static(name),
    };
    match type_.bare() {
        Type::BOOL => SmolStr::new_static("boolean"),
        Type::INT2 => SmolStr::new_static("smallint"),
        Type::INT4 => SmolStr::new_static("integer"),
        Type::INT8 => SmolStr::new_static("bigint"),
        Type::FLOAT4 => SmolStr::new_static("real"),
        Type::FLOAT8 => SmolStr::new_static("double precision"),
        // Without a length they are no longer what their words would be read as: one of them.
        Type::BIT if given && modifier < 0 => SmolStr::new_static("\"bit\""),
        Type::BPCHAR if given && modifier < 0 => SmolStr::new_static("bpchar"),
        Type::BIT => length("bit", modifier),
        Type::VARBIT => length("bit varying", modifier),
        Type::BPCHAR => length("character", if modifier > 4 { modifier - 4 } else { -1 }),
        Type::VARCHAR => length("character varying", if modifier > 4 { modifier - 4 } else { -1 }),
        Type::NUMERIC => match numeric_parts(modifier) {
            Some((precision, scale)) => format_smolstr!("numeric({precision},{scale})"),
            None => SmolStr::new_static("numeric"),
        },
        Type::TIME => precision("time without time zone"),
        Type::TIMETZ => precision("time with time zone"),
        Type::TIMESTAMP => precision("timestamp without time zone"),
        Type::TIMESTAMPTZ => precision("timestamp with time zone"),
        Type::INTERVAL => interval(modifier).into(),
        // The others' names, those that are met most often.
        Type::TEXT => SmolStr::new_static("text"),
        Type::UUID => SmolStr::new_static("uuid"),
        Type::JSONB => SmolStr::new_static("jsonb"),
        Type::DATE => SmolStr::new_static("date"),
        // A keyword, and printed without quotes all the same.
        Type::JSON => SmolStr::new_static("json"),
        other => match other.row() {
            // The grammar has this one as a word of its own (`format_type_extended`).
            Some(row) if row.name == "json" => SmolStr::new_static(row.name),
            Some(row) => quote_identifier(row.name).into(),
            None => SmolStr::new_static("???"),
        },
    }
}

/// Precision and scale of a numeric's modifier.
pub(crate) fn numeric_parts(modifier: i32) -> Option<(i32, i32)> {
    if modifier < 4 {
        return None;
    }
    let packed = modifier - 4;
    // Eleven bits with a sign.
    Some(((packed >> 16) & 0xFFFF, ((packed & 0x7FF) ^ 1024) - 1024))
}

fn interval(modifier: i32) -> String {
    if modifier < 0 {
        return "interval".to_owned();
    }
    let words = interval_words((modifier >> 16) & 0x7FFF);
    match modifier & 0xFFFF {
        FULL_PRECISION => format!("interval{words}"),
        digits => format!("interval{words}({digits})"),
    }
}
