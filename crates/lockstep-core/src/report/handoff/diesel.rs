//! Diesel's `schema.rs`, as `diesel print-schema` writes it.

use crate::report::handoff::kind::Kind;
use crate::report::handoff::model::{Enumeration, Field, Model};
use crate::report::handoff::spelling::{RUST, class, comment, identifier, quoted};

pub(super) fn enumeration(it: &Enumeration) -> Vec<String> {
    let (schema, plain) = it.name.rsplit_once('.').unwrap_or(("", &it.name));
    let schema =
        if schema.is_empty() { String::new() } else { format!(", schema = {}", quoted(schema.trim_matches('"'))) };
    vec![
        "#[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]".into(),
        format!("#[diesel(postgres_type(name = {}{schema}))]", quoted(plain.trim_matches('"'))),
        format!("pub struct {};", it.class),
    ]
}

pub(super) fn model(model: &Model) -> Vec<String> {
    let keys: Vec<String> = model.primary_key.iter().map(|it| identifier(it, RUST)).collect();
    let table = identifier(&model.table, RUST);
    let name = match &model.schema {
        Some(schema) => format!("{}.{table}", identifier(schema, RUST)),
        None => table.clone(),
    };
    let mut lines = vec!["diesel::table! {".to_owned()];
    if model.fields.iter().any(|it| matches!(it.kind, Kind::Enum(_) | Kind::Other(_))) {
        lines.extend([
            "    use diesel::sql_types::*;".to_owned(),
            "    use super::sql_types::*;".into(),
            String::new(),
        ]);
    }
    if keys.is_empty() {
        lines.push("    // Diesel needs a primary key: name the columns that tell rows apart.".into());
    }
    if table != model.table {
        lines.push(format!("    #[sql_name = {}]", quoted(&model.table)));
    }
    let keys = if keys.is_empty() {
        model.fields.first().map(|it| identifier(&it.column, RUST)).into_iter().collect()
    } else {
        keys
    };
    lines.push(format!("    {name} ({}) {{", keys.join(", ")));
    for field in &model.fields {
        lines.extend(column(field));
    }
    lines.extend(["    }".into(), "}".into()]);
    let joinable = model.references.iter().filter(|it| it.columns.len() == 1 && !it.ambiguous);
    lines.extend(joinable.map(|it| {
        let target = it.table.rsplit('.').next().unwrap_or(&it.table);
        format!("diesel::joinable!({table} -> {} ({}));", identifier(target, RUST), identifier(&it.columns[0], RUST))
    }));
    lines
}

fn column(field: &Field) -> Vec<String> {
    let name = identifier(&field.column, RUST);
    let mut lines = vec![];
    lines.extend(field.was.as_ref().map(|it| format!("        // was {}", comment(it))));
    if name != field.column {
        lines.push(format!("        #[sql_name = {}]", quoted(&field.column)));
    }
    if let Kind::Varchar(Some(length)) | Kind::Char(length) = field.kind
        && !field.array
    {
        lines.push(format!("        #[max_length = {length}]"));
    }
    let element = sql_type(&field.kind);
    // Any element of an array may be null.
    let whole = if field.array { format!("Array<Nullable<{element}>>") } else { element };
    let whole = if field.nullable { format!("Nullable<{whole}>") } else { whole };
    lines.push(format!("        {name} -> {whole},"));
    lines
}

fn sql_type(kind: &Kind) -> String {
    match kind {
        Kind::Int2 => "Int2".into(),
        Kind::Int4 => "Int4".into(),
        Kind::Int8 => "Int8".into(),
        Kind::Float4 => "Float4".into(),
        Kind::Float8 => "Float8".into(),
        Kind::Numeric(_) => "Numeric".into(),
        Kind::Bool => "Bool".into(),
        Kind::Text => "Text".into(),
        Kind::Varchar(_) => "Varchar".into(),
        Kind::Char(_) => "Bpchar".into(),
        Kind::Bytea => "Bytea".into(),
        Kind::Uuid => "Uuid".into(),
        Kind::Date => "Date".into(),
        Kind::Timestamp => "Timestamp".into(),
        Kind::Timestamptz => "Timestamptz".into(),
        Kind::Time => "Time".into(),
        Kind::Timetz => "Timetz".into(),
        Kind::Interval => "Interval".into(),
        Kind::Json => "Json".into(),
        Kind::Jsonb => "Jsonb".into(),
        Kind::Inet => "Inet".into(),
        Kind::Cidr => "Cidr".into(),
        Kind::Macaddr => "Macaddr".into(),
        Kind::Money => "Money".into(),
        Kind::Bit(_) => "Bit".into(),
        Kind::Varbit => "Varbit".into(),
        Kind::Xml => "Xml".into(),
        Kind::Oid => "Oid".into(),
        Kind::Tsvector => "Tsvector".into(),
        Kind::Range(name) => class(name),
        Kind::Enum(name) | Kind::Other(name) => class(name.rsplit('.').next().unwrap_or(name).trim_matches('"')),
    }
}
