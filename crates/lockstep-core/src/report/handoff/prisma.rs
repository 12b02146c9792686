//! A Prisma schema: models named like classes, mapped to their tables; fields named like columns.

use crate::report::handoff::kind::{Default, Kind};
use crate::report::handoff::model::{Enumeration, Field, Incoming, Key, Model, Reference};
use crate::report::handoff::spelling::{class, comment, identifier, quoted};

pub(super) fn enumeration(it: &Enumeration) -> Vec<String> {
    let mut lines = vec![format!("enum {} {{", it.class)];
    lines.extend(it.labels.iter().map(|label| {
        let name = label_name(label);
        match name == *label {
            true => format!("  {name}"),
            false => format!("  {name} @map({})", quoted(label)),
        }
    }));
    let (_, plain) = it.name.rsplit_once('.').unwrap_or(("", &it.name));
    lines.extend([String::new(), format!("  @@map({})", quoted(plain.trim_matches('"')))]);
    lines.extend(it.one_of_several.iter().map(|it| format!("  @@schema({})", quoted(it))));
    lines.push("}".into());
    lines
}

fn label_name(label: &str) -> String {
    identifier(label, &[])
}

pub(super) fn model(model: &Model) -> Vec<String> {
    let mut lines = vec![format!("model {} {{", model.class)];
    lines.extend(model.fields.iter().map(|it| field(model, it)));
    lines.extend(model.references.iter().map(|it| reference(model, it)));
    lines.extend(model.referenced_by.iter().map(incoming));
    let mut rest = vec![];
    if model.primary_key.len() > 1 {
        rest.push(format!("@@id([{}])", list(&model.primary_key)));
    }
    rest.extend(model.uniques.iter().filter(|it| it.columns.len() > 1).map(|it| key("@@unique", it)));
    rest.extend(model.indexes.iter().map(|it| key("@@index", it)));
    let required = |it: &Key| it.columns.iter().all(|it| model.field(it).is_some_and(|it| !it.nullable));
    if model.primary_key.is_empty() && !model.uniques.iter().any(required) {
        rest.push("@@ignore // Prisma needs a key that tells rows apart".into());
    }
    rest.push(format!("@@map({})", quoted(&model.table)));
    rest.extend(model.one_of_several.iter().map(|it| format!("@@schema({})", quoted(it))));
    lines.push(String::new());
    lines.extend(rest.into_iter().map(|it| format!("  {it}")));
    lines.extend(model.other_indexes.iter().map(|it| format!("  // in the database only: {}", comment(it))));
    lines.extend(
        model
            .checks
            .iter()
            .map(|(name, it)| format!("  // in the database only: {} CHECK ({})", comment(name), comment(it))),
    );
    lines.push("}".into());
    lines
}

fn name(column: &str) -> String {
    identifier(column, &[])
}

fn list(columns: &[String]) -> String {
    columns.iter().map(|it| name(it)).collect::<Vec<_>>().join(", ")
}

fn key(word: &str, key: &Key) -> String {
    let method = match key.method.as_str() {
        "btree" => String::new(),
        "spgist" => ", type: SpGist".into(),
        other => {
            let mut letters = other.chars();
            let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
            format!(", type: {first}{}", letters.as_str())
        }
    };
    format!("{word}([{}], map: {}{method})", list(&key.columns), quoted(&key.name))
}

fn field(model: &Model, field: &Field) -> String {
    let plain = name(&field.column);
    let (type_, native) = type_of(&field.kind);
    let suffix = match (field.array, field.nullable) {
        (true, _) => "[]",
        (false, true) => "?",
        _ => "",
    };
    let mut parts = vec![plain.clone(), format!("{type_}{suffix}")];
    if model.primary_key == [field.column.clone()] {
        parts.push("@id".into());
    }
    if let Some(key) = model.is_unique(&field.column) {
        parts.push(format!("@unique(map: {})", quoted(&key.name)));
    }
    parts.extend(default(field).map(|it| format!("@default({it})")));
    if plain != field.column {
        parts.push(format!("@map({})", quoted(&field.column)));
    }
    parts.extend(native.map(|it| format!("@db.{it}")));
    let was = field.was.as_ref().map(|it| format!(" // was {}", comment(it))).unwrap_or_default();
    format!("  {}{was}", parts.join(" "))
}

fn default(field: &Field) -> Option<String> {
    if field.identity.is_some() || field.serial {
        return Some("autoincrement()".into());
    }
    if let Some((expression, _)) = &field.generated {
        return Some(format!("dbgenerated({})", quoted(expression)));
    }
    let numeric =
        matches!(field.kind, Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Float4 | Kind::Float8 | Kind::Numeric(_));
    Some(match field.default.as_ref()? {
        Default::Text(text) if !field.array => quoted(text),
        Default::Number(number) if numeric && !field.array => number.clone(),
        Default::Bool(value) => value.to_string(),
        Default::Now => "now()".into(),
        Default::RandomUuid => format!("dbgenerated({})", quoted("gen_random_uuid()")),
        Default::Text(text) => format!("dbgenerated({})", quoted(&format!("'{}'", text.replace('\'', "''")))),
        Default::Number(sql) => format!("dbgenerated({})", quoted(sql)),
        Default::Sql(sql) => match (&field.kind, sql.split_once("'::")) {
            (Kind::Enum(_), Some((label, _))) if label.starts_with('\'') && !field.array => label_name(&label[1..]),
            _ => format!("dbgenerated({})", quoted(sql)),
        },
    })
}

/// The type and its native attribute.
fn type_of(kind: &Kind) -> (String, Option<String>) {
    let with = |type_: &str, native: String| (type_.to_owned(), Some(native));
    match kind {
        Kind::Int2 => with("Int", "SmallInt".into()),
        Kind::Int4 => ("Int".into(), None),
        Kind::Int8 => ("BigInt".into(), None),
        Kind::Float4 => with("Float", "Real".into()),
        Kind::Float8 => ("Float".into(), None),
        Kind::Numeric(Some((precision, scale))) => with("Decimal", format!("Decimal({precision}, {scale})")),
        Kind::Numeric(None) => with("Decimal", "Decimal".into()),
        Kind::Bool => ("Boolean".into(), None),
        Kind::Text => ("String".into(), None),
        Kind::Varchar(Some(length)) => with("String", format!("VarChar({length})")),
        Kind::Varchar(None) => with("String", "VarChar".into()),
        Kind::Char(length) => with("String", format!("Char({length})")),
        Kind::Bytea => ("Bytes".into(), None),
        Kind::Uuid => with("String", "Uuid".into()),
        Kind::Date => with("DateTime", "Date".into()),
        Kind::Timestamp => with("DateTime", "Timestamp(6)".into()),
        Kind::Timestamptz => with("DateTime", "Timestamptz(6)".into()),
        Kind::Time => with("DateTime", "Time(6)".into()),
        Kind::Timetz => with("DateTime", "Timetz(6)".into()),
        Kind::Json => with("Json", "Json".into()),
        Kind::Jsonb => ("Json".into(), None),
        Kind::Inet => with("String", "Inet".into()),
        Kind::Money => with("Decimal", "Money".into()),
        Kind::Bit(length) => with("String", format!("Bit({length})")),
        Kind::Varbit => with("String", "VarBit".into()),
        Kind::Xml => with("String", "Xml".into()),
        Kind::Oid => with("Int", "Oid".into()),
        Kind::Enum(name) => (class(name.rsplit('.').next().unwrap_or(name).trim_matches('"')), None),
        Kind::Other(name) if name == "citext" => with("String", "Citext".into()),
        Kind::Interval => unsupported("interval"),
        Kind::Cidr => unsupported("cidr"),
        Kind::Macaddr => unsupported("macaddr"),
        Kind::Tsvector => unsupported("tsvector"),
        Kind::Range(name) => unsupported(name),
        Kind::Other(name) => unsupported(name),
    }
}

fn unsupported(name: &str) -> (String, Option<String>) {
    (format!("Unsupported({})", quoted(name)), None)
}

fn action(words: Option<&str>) -> &'static str {
    match words {
        Some("CASCADE") => "Cascade",
        Some("SET NULL") => "SetNull",
        Some("SET DEFAULT") => "SetDefault",
        Some("RESTRICT") => "Restrict",
        _ => "NoAction",
    }
}

fn reference(model: &Model, it: &Reference) -> String {
    let optional = it.columns.iter().any(|column| model.field(column).is_some_and(|it| it.nullable));
    let named = if it.ambiguous { format!("{}, ", quoted(&it.name)) } else { String::new() };
    format!(
        "  {} {}{} @relation({named}fields: [{}], references: [{}], onDelete: {}, onUpdate: {}, map: {})",
        it.field,
        it.class,
        if optional { "?" } else { "" },
        list(&it.columns),
        list(&it.target),
        action(it.on_delete),
        action(it.on_update),
        quoted(&it.name)
    )
}

/// Prisma wants both sides of a relation.
fn incoming(it: &Incoming) -> String {
    let named = if it.ambiguous { format!(" @relation({})", quoted(&it.name)) } else { String::new() };
    format!("  {} {}{}{named}", it.field, it.class, if it.unique { "?" } else { "[]" })
}
