//! Pydantic 2: what an interface answers with.

use crate::report::handoff::kind::Kind;
use crate::report::handoff::model::{Enumeration, Field, Model};
use crate::report::handoff::spelling::{PYTHON, class, comment, identifier, quoted};

pub(super) fn enumeration(it: &Enumeration) -> Vec<String> {
    let mut lines = vec![format!("class {}(str, enum.Enum):", it.class)];
    lines.extend(it.labels.iter().map(|label| {
        let name = identifier(label, PYTHON);
        format!("    {name} = {}", quoted(label))
    }));
    if it.labels.is_empty() {
        lines.push("    pass".into());
    }
    lines
}

pub(super) fn model(model: &Model) -> Vec<String> {
    let mut lines = vec![
        format!("class {}Response(BaseModel):", model.class),
        "    model_config = ConfigDict(from_attributes=True)".into(),
        String::new(),
    ];
    lines.extend(model.fields.iter().map(field));
    lines
}

fn field(field: &Field) -> String {
    let name = identifier(&field.column, PYTHON);
    let mut limits = vec![];
    if name != field.column {
        limits.push(format!("serialization_alias={}", quoted(&field.column)));
    }
    match field.kind {
        Kind::Varchar(Some(length)) | Kind::Char(length) if !field.array => limits.push(format!("max_length={length}")),
        Kind::Numeric(Some((precision, scale))) if !field.array && scale >= 0 && scale <= precision => {
            limits.push(format!("max_digits={precision}, decimal_places={scale}"));
        }
        _ => {}
    }
    let python = python_type(field, false);
    let default = if field.nullable { "default=None" } else { "" };
    let assigned = match (field.nullable, limits.is_empty()) {
        (true, true) => " = None".into(),
        (false, true) => String::new(),
        (nullable, false) => {
            let first = if nullable { format!("{default}, ") } else { String::new() };
            format!(" = Field({first}{})", limits.join(", "))
        }
    };
    let was = field.was.as_ref().map(|it| format!("  # was {}", comment(it))).unwrap_or_default();
    format!("    {name}: {python}{assigned}{was}")
}

/// `optional`: as `Optional[…]`, which quotes of forward references can stand in; otherwise as a union.
pub(super) fn python_type(field: &Field, optional: bool) -> String {
    let element = match &field.kind {
        Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Oid => "int".into(),
        Kind::Float4 | Kind::Float8 => "float".into(),
        Kind::Numeric(_) => "Decimal".into(),
        Kind::Bool => "bool".into(),
        Kind::Bytea => "bytes".into(),
        Kind::Uuid => "uuid.UUID".into(),
        Kind::Date => "datetime.date".into(),
        Kind::Timestamp | Kind::Timestamptz => "datetime.datetime".into(),
        Kind::Time | Kind::Timetz => "datetime.time".into(),
        Kind::Interval => "datetime.timedelta".into(),
        Kind::Json | Kind::Jsonb => "Any".into(),
        // SQLAlchemy has ranges of its own; an interface answers with their text.
        Kind::Range(_) if optional => "Range".into(),
        Kind::Enum(name) => class(name.rsplit('.').next().unwrap_or(name).trim_matches('"')),
        _ => "str".to_owned(),
    };
    let whole = if field.array { format!("list[{element}]") } else { element };
    match (field.nullable, optional) {
        (false, _) => whole,
        (true, true) => format!("Optional[{whole}]"),
        (true, false) => format!("{whole} | None"),
    }
}
