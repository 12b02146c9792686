//! Structs for sqlx and serde.

use crate::report::handoff::kind::Kind;
use crate::report::handoff::model::{Enumeration, Field, Model};
use crate::report::handoff::spelling::{RUST, class, comment, identifier, quoted};

pub(super) fn enumeration(it: &Enumeration) -> Vec<String> {
    let mut lines = vec![
        "#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, serde::Serialize, serde::Deserialize)]".to_owned(),
        format!("#[sqlx(type_name = {})]", quoted(&it.name)),
        format!("pub enum {} {{", it.class),
    ];
    for label in &it.labels {
        lines.push(format!("    #[sqlx(rename = {0})] #[serde(rename = {0})]", quoted(label)));
        lines.push(format!("    {},", class_of_label(label)));
    }
    lines.push("}".into());
    lines
}

/// `in_progress` → `InProgress`.
fn class_of_label(label: &str) -> String {
    let words = label.split(|it: char| !it.is_ascii_alphanumeric()).filter(|it| !it.is_empty());
    let mut out = String::new();
    for word in words {
        let mut letters = word.chars();
        out.extend(letters.next().map(|it| it.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    if out.is_empty() || out.starts_with(|it: char| it.is_ascii_digit()) || out == "Self" {
        format!("V{out}")
    } else {
        out
    }
}

pub(super) fn model(model: &Model) -> Vec<String> {
    // What sqlx has of its own, serde does not know.
    let serde = !model.fields.iter().any(|it| matches!(it.kind, Kind::Interval | Kind::Range(_) | Kind::Money));
    let derived = if serde { ", serde::Serialize, serde::Deserialize" } else { "" };
    let mut lines = vec![];
    if !serde {
        lines.push("// Intervals, ranges and money are sqlx's own types: convert them for serde.".into());
    }
    lines.push(format!("#[derive(Debug, Clone, sqlx::FromRow{derived})]"));
    lines.push(format!("pub struct {} {{", model.class));
    for field in &model.fields {
        lines.extend(self::field(field, serde));
    }
    lines.push("}".into());
    lines
}

fn field(field: &Field, serde: bool) -> Vec<String> {
    let name = identifier(&field.column, RUST);
    let mut lines = vec![];
    if name != field.column {
        let serde = if serde { format!(" #[serde(rename = {})]", quoted(&field.column)) } else { String::new() };
        lines.push(format!("    #[sqlx(rename = {})]{serde}", quoted(&field.column)));
    }
    let element = rust_type(&field.kind);
    let whole = if field.array { format!("Vec<{element}>") } else { element };
    let whole = if field.nullable { format!("Option<{whole}>") } else { whole };
    let was = field.was.as_ref().map(|it| format!(" // was {}", comment(it))).unwrap_or_default();
    lines.push(format!("    pub {name}: {whole},{was}"));
    lines
}

fn rust_type(kind: &Kind) -> String {
    match kind {
        Kind::Int2 => "i16".into(),
        Kind::Int4 => "i32".into(),
        Kind::Int8 => "i64".into(),
        Kind::Float4 => "f32".into(),
        Kind::Float8 => "f64".into(),
        Kind::Numeric(_) => "rust_decimal::Decimal".into(),
        Kind::Bool => "bool".into(),
        Kind::Bytea => "Vec<u8>".into(),
        Kind::Uuid => "uuid::Uuid".into(),
        Kind::Date => "chrono::NaiveDate".into(),
        Kind::Timestamp => "chrono::NaiveDateTime".into(),
        Kind::Timestamptz => "chrono::DateTime<chrono::Utc>".into(),
        Kind::Time => "chrono::NaiveTime".into(),
        Kind::Timetz => "sqlx::postgres::types::PgTimeTz".into(),
        Kind::Interval => "sqlx::postgres::types::PgInterval".into(),
        Kind::Json | Kind::Jsonb => "serde_json::Value".into(),
        Kind::Inet | Kind::Cidr => "ipnetwork::IpNetwork".into(),
        Kind::Macaddr => "mac_address::MacAddress".into(),
        Kind::Money => "sqlx::postgres::types::PgMoney".into(),
        Kind::Bit(_) | Kind::Varbit => "bit_vec::BitVec".into(),
        Kind::Oid => "sqlx::postgres::types::Oid".into(),
        Kind::Range(name) => {
            let element = match *name {
                "int4range" => "i32",
                "int8range" => "i64",
                "numrange" => "rust_decimal::Decimal",
                "tsrange" => "chrono::NaiveDateTime",
                "tstzrange" => "chrono::DateTime<chrono::Utc>",
                _ => "chrono::NaiveDate",
            };
            format!("sqlx::postgres::types::PgRange<{element}>")
        }
        Kind::Enum(name) => class(name.rsplit('.').next().unwrap_or(name).trim_matches('"')),
        Kind::Text | Kind::Varchar(_) | Kind::Char(_) | Kind::Xml | Kind::Tsvector | Kind::Other(_) => "String".into(),
    }
}
