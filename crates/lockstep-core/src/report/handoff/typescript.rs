//! TypeScript: rows as an interface sends them, in JSON.

use crate::report::handoff::kind::Kind;
use crate::report::handoff::model::{Enumeration, Field, Model};
use crate::report::handoff::spelling::{class, comment, quoted};

pub(super) fn enumeration(it: &Enumeration) -> Vec<String> {
    let labels: Vec<String> = it.labels.iter().map(|it| quoted(it)).collect();
    let labels = if labels.is_empty() { "never".into() } else { labels.join(" | ") };
    vec![format!("export type {} = {labels};", it.class)]
}

pub(super) fn model(model: &Model) -> Vec<String> {
    let mut lines = vec![format!("export interface {} {{", model.class)];
    lines.extend(model.fields.iter().map(field));
    lines.push("}".into());
    lines
}

fn field(field: &Field) -> String {
    let plain = field.column.chars().all(|it| it.is_ascii_alphanumeric() || it == '_' || it == '$')
        && !field.column.starts_with(|it: char| it.is_ascii_digit());
    let name = if plain { field.column.clone() } else { quoted(&field.column) };
    let (element, remark) = type_of(&field.kind);
    let union = element.contains(' ');
    let whole = match (field.array, union) {
        (true, true) => format!("({element})[]"),
        (true, false) => format!("{element}[]"),
        _ => element,
    };
    let whole = if field.nullable { format!("{whole} | null") } else { whole };
    let was = field.was.as_ref().map(|it| format!("was {}", comment(it)));
    let remarks: Vec<String> = was.into_iter().chain(remark.map(str::to_owned)).collect();
    let remarks = if remarks.is_empty() { String::new() } else { format!(" // {}", remarks.join("; ")) };
    format!("  {name}: {whole};{remarks}")
}

fn type_of(kind: &Kind) -> (String, Option<&'static str>) {
    let plain = |name: &str| (name.to_owned(), None);
    match kind {
        Kind::Int2 | Kind::Int4 | Kind::Float4 | Kind::Float8 | Kind::Oid => plain("number"),
        Kind::Int8 => ("string".into(), Some("bigint: a number is not exact from 2^53 on")),
        Kind::Numeric(_) => ("string".into(), Some("numeric: a number is not exact")),
        Kind::Bool => plain("boolean"),
        Kind::Json | Kind::Jsonb => plain("unknown"),
        Kind::Timestamptz => ("string".into(), Some("ISO 8601, with a zone")),
        Kind::Timestamp => ("string".into(), Some("ISO 8601, without a zone")),
        Kind::Date => ("string".into(), Some("YYYY-MM-DD")),
        Kind::Bytea => ("string".into(), Some("base64")),
        Kind::Enum(name) => plain(&class(name.rsplit('.').next().unwrap_or(name).trim_matches('"'))),
        _ => plain("string"),
    }
}
