//! Django models.

use crate::report::handoff::kind::{Default, Kind};
use crate::report::handoff::model::{Enumeration, Field, Model};
use crate::report::handoff::spelling::{PYTHON, class, comment, identifier, quoted};

pub(super) fn enumeration(it: &Enumeration) -> Vec<String> {
    let mut lines = vec![format!("class {}(models.TextChoices):", it.class)];
    lines.extend(
        it.labels.iter().map(|label| format!("    {} = {}", identifier(label, PYTHON).to_uppercase(), quoted(label))),
    );
    if it.labels.is_empty() {
        lines.push("    pass".into());
    }
    lines
}

pub(super) fn model(model: &Model) -> Vec<String> {
    let mut lines = vec![format!("class {}(models.Model):", model.class)];
    if model.primary_key.len() > 1 {
        // The attribute that holds the value of a reference ends in `_id`.
        let held = |column: &String| match model.reference_of(column) {
            Some(reference) => format!("{}_id", reference.field),
            None => attribute(model, column),
        };
        let names: Vec<String> = model.primary_key.iter().map(|it| quoted(&held(it))).collect();
        lines.push(format!("    pk = models.CompositePrimaryKey({})", names.join(", ")));
    }
    lines.extend(model.fields.iter().map(|it| field(model, it)));
    lines.extend([String::new(), "    class Meta:".into()]);
    let table = match &model.schema {
        // Django quotes a name as a whole; so the two parts get their own quotes.
        Some(schema) => quoted(&format!("{schema}\".\"{}", model.table)),
        None => quoted(&model.table),
    };
    lines.push(format!("        db_table = {table}"));
    if model.primary_key.is_empty() {
        lines.push("        managed = False  # without a primary key Django cannot tell rows apart".into());
    }
    list(&mut lines, "constraints", &constraints(model));
    list(&mut lines, "indexes", &indexes(model));
    for (name, condition) in &model.checks {
        lines.push(format!(
            "        # in the database only: CONSTRAINT {} CHECK ({})",
            comment(name),
            comment(condition)
        ));
    }
    lines.extend(model.other_indexes.iter().map(|it| format!("        # in the database only: {}", comment(it))));
    lines
}

fn list(lines: &mut Vec<String>, name: &str, items: &[String]) {
    if !items.is_empty() {
        lines.push(format!("        {name} = ["));
        lines.extend(items.iter().map(|it| format!("            {it},")));
        lines.push("        ]".into());
    }
}

/// What a column's field is called: a reference by what it leads to.
fn attribute(model: &Model, column: &str) -> String {
    match model.reference_of(column) {
        Some(reference) => reference.field.clone(),
        None => {
            let name = identifier(column, PYTHON);
            // Two underscores part lookups, and one at the end would make two.
            let name = name.replace("__", "_");
            if name.ends_with('_') { format!("{name}field") } else { name }
        }
    }
}

fn fields(model: &Model, columns: &[String]) -> String {
    columns.iter().map(|it| quoted(&attribute(model, it))).collect::<Vec<_>>().join(", ")
}

fn constraints(model: &Model) -> Vec<String> {
    let uniques = model.uniques.iter();
    uniques
        .map(|it| {
            format!("models.UniqueConstraint(fields=[{}], name={})", fields(model, &it.columns), quoted(&it.name))
        })
        .collect()
}

fn indexes(model: &Model) -> Vec<String> {
    let class = |method: &str| match method {
        "gin" => "GinIndex",
        "gist" => "GistIndex",
        "brin" => "BrinIndex",
        "hash" => "HashIndex",
        "spgist" => "SpGistIndex",
        _ => "models.Index",
    };
    let keys = model.indexes.iter();
    keys.map(|it| format!("{}(fields=[{}], name={})", class(&it.method), fields(model, &it.columns), quoted(&it.name)))
        .collect()
}

fn field(model: &Model, field: &Field) -> String {
    let name = attribute(model, &field.column);
    let is_key = model.primary_key == [field.column.clone()];
    let mut arguments = vec![];
    let mut remarks: Vec<String> = field.was.iter().map(|it| format!("was {}", comment(it))).collect();
    let kind = match model.reference_of(&field.column) {
        Some(reference) if !field.array => {
            arguments.push(quoted(&reference.class));
            // What the database does, Django need not do as well.
            arguments.push("on_delete=models.DO_NOTHING".into());
            arguments.push("related_name=\"+\"".into());
            remarks.extend(reference.on_delete.map(|it| format!("the database does ON DELETE {it}")));
            if reference.target != ["id"] {
                arguments.push(format!("to_field={}", quoted(&identifier(&reference.target[0], PYTHON))));
            }
            if is_key { "OneToOneField" } else { "ForeignKey" }.to_owned()
        }
        _ => {
            let (kind, more) = kind(field, is_key, &mut remarks);
            arguments.extend(more);
            kind
        }
    };
    if is_key {
        arguments.push("primary_key=True".into());
    }
    if field.nullable {
        arguments.extend(["null=True".to_owned(), "blank=True".into()]);
    }
    arguments.extend(field.default.as_ref().and_then(|it| db_default(it, &mut remarks)));
    if let Some((expression, stored)) = &field.generated {
        let word = if *stored { "STORED" } else { "VIRTUAL" };
        arguments.push("editable=False".into());
        remarks.push(format!("GENERATED ALWAYS AS ({}) {word}", comment(expression)));
    }
    let column = if kind == "ForeignKey" || kind == "OneToOneField" { format!("{name}_id") } else { name.clone() };
    if column != field.column {
        arguments.push(format!("db_column={}", quoted(&field.column)));
    }
    let remark = if remarks.is_empty() { String::new() } else { format!("  # {}", remarks.join("; ")) };
    let prefix = match kind.as_str() {
        "ArrayField"
        | "IntegerRangeField"
        | "BigIntegerRangeField"
        | "DecimalRangeField"
        | "DateTimeRangeField"
        | "DateRangeField"
        | "SearchVectorField" => "",
        _ => "models.",
    };
    format!("    {name} = {prefix}{kind}({}){remark}", arguments.join(", "))
}

fn db_default(it: &Default, remarks: &mut Vec<String>) -> Option<String> {
    Some(match it {
        Default::Text(text) => format!("db_default={}", quoted(text)),
        Default::Number(number) => format!("db_default={number}"),
        Default::Bool(value) => format!("db_default={}", if *value { "True" } else { "False" }),
        Default::Now => "db_default=Now()".into(),
        Default::RandomUuid => "db_default=RandomUUID()".into(),
        Default::Sql(sql) => {
            remarks.push(format!("DEFAULT {}", comment(sql)));
            return None;
        }
    })
}

/// The field's class and its arguments.
fn kind(field: &Field, is_key: bool, remarks: &mut Vec<String>) -> (String, Vec<String>) {
    if field.array {
        let element = Field { array: false, nullable: false, ..field.clone() };
        let (kind, arguments) = kind(&element, false, remarks);
        let prefix = if kind.ends_with("RangeField") { "" } else { "models." };
        return ("ArrayField".into(), vec![format!("{prefix}{kind}({})", arguments.join(", "))]);
    }
    let numbered = is_key && (field.identity.is_some() || field.serial);
    let plain = |name: &str| (name.to_owned(), vec![]);
    match &field.kind {
        Kind::Int2 if numbered => plain("SmallAutoField"),
        Kind::Int4 if numbered => plain("AutoField"),
        Kind::Int8 if numbered => plain("BigAutoField"),
        Kind::Int2 => plain("SmallIntegerField"),
        Kind::Int4 => plain("IntegerField"),
        Kind::Int8 | Kind::Oid => plain("BigIntegerField"),
        Kind::Float4 | Kind::Float8 => plain("FloatField"),
        Kind::Numeric(Some((precision, scale))) if *scale >= 0 => {
            ("DecimalField".into(), vec![format!("max_digits={precision}, decimal_places={scale}")])
        }
        Kind::Numeric(_) => {
            remarks.push("numeric of any precision: Django needs a limit".into());
            ("DecimalField".into(), vec!["max_digits=1000, decimal_places=500".into()])
        }
        Kind::Bool => plain("BooleanField"),
        Kind::Varchar(Some(length)) | Kind::Char(length) => ("CharField".into(), vec![format!("max_length={length}")]),
        Kind::Varchar(None) => plain("CharField"),
        Kind::Text => plain("TextField"),
        Kind::Bytea => plain("BinaryField"),
        Kind::Uuid => plain("UUIDField"),
        Kind::Date => plain("DateField"),
        Kind::Timestamptz => plain("DateTimeField"),
        Kind::Timestamp => {
            remarks.push("timestamp without time zone".into());
            plain("DateTimeField")
        }
        Kind::Time => plain("TimeField"),
        Kind::Interval => plain("DurationField"),
        Kind::Jsonb => plain("JSONField"),
        Kind::Inet => plain("GenericIPAddressField"),
        Kind::Tsvector => plain("SearchVectorField"),
        Kind::Range("int4range") => plain("IntegerRangeField"),
        Kind::Range("int8range") => plain("BigIntegerRangeField"),
        Kind::Range("numrange") => plain("DecimalRangeField"),
        Kind::Range("daterange") => plain("DateRangeField"),
        Kind::Range("tstzrange") => plain("DateTimeRangeField"),
        Kind::Enum(name) => {
            let class = class(name.rsplit('.').next().unwrap_or(name).trim_matches('"'));
            remarks.push(format!("enum {}", comment(name)));
            ("CharField".into(), vec![format!("choices={class}.choices")])
        }
        other => {
            remarks.push(format!("PostgreSQL: {}", comment(&words(other))));
            plain("TextField")
        }
    }
}

/// A type that Django has no field for.
fn words(kind: &Kind) -> String {
    match kind {
        Kind::Timetz => "time with time zone".into(),
        Kind::Json => "json".into(),
        Kind::Cidr => "cidr".into(),
        Kind::Macaddr => "macaddr".into(),
        Kind::Money => "money".into(),
        Kind::Bit(length) => format!("bit({length})"),
        Kind::Varbit => "bit varying".into(),
        Kind::Xml => "xml".into(),
        Kind::Range(name) => (*name).into(),
        Kind::Other(name) => name.clone(),
        _ => String::new(),
    }
}
