//! SQLAlchemy 2: declarative classes with `Mapped[…] = mapped_column(…)`.

use crate::report::handoff::kind::{Default, Kind};
use crate::report::handoff::model::{Enumeration, Field, Model, Reference};
use crate::report::handoff::pydantic;
use crate::report::handoff::spelling::{PYTHON, class, comment, identifier, quoted};

pub(super) fn enumeration(it: &Enumeration) -> Vec<String> {
    pydantic::enumeration(it)
}

pub(super) fn model(model: &Model) -> Vec<String> {
    let mut lines =
        vec![format!("class {}(Base):", model.class), format!("    __tablename__ = {}", quoted(&model.table))];
    let arguments = table_arguments(model);
    if !arguments.is_empty() {
        lines.push("    __table_args__ = (".into());
        lines.extend(arguments.iter().map(|it| format!("        {it},")));
        lines.push("    )".into());
    }
    lines.push(String::new());
    lines.extend(model.fields.iter().map(|it| field(model, it)));
    if model.primary_key.is_empty() {
        lines.push("    # SQLAlchemy maps only what has a primary key: name the columns that tell rows apart in __mapper_args__.".into());
    }
    if !model.references.is_empty() {
        lines.push(String::new());
    }
    lines.extend(model.references.iter().map(|it| relationship(model, it)));
    lines
}

fn table_arguments(model: &Model) -> Vec<String> {
    let mut found = vec![];
    for key in &model.uniques {
        found.push(format!("UniqueConstraint({}, name={})", names(&key.columns), quoted(&key.name)));
    }
    for key in &model.indexes {
        let using = match key.method.as_str() {
            "btree" => String::new(),
            method => format!(", postgresql_using={}", quoted(method)),
        };
        found.push(format!("Index({}, {}{using})", quoted(&key.name), names(&key.columns)));
    }
    for (name, condition) in &model.checks {
        found.push(format!("CheckConstraint({}, name={})", quoted(&condition.replace('%', "%%")), quoted(name)));
    }
    for key in model.references.iter().filter(|it| it.columns.len() > 1) {
        let target: Vec<String> = key.target.iter().map(|it| format!("{}.{it}", key.table)).collect();
        found.push(format!(
            "ForeignKeyConstraint([{}], [{}], name={}{})",
            names(&key.columns),
            names(&target),
            quoted(&key.name),
            actions(key)
        ));
    }
    if let Some(schema) = &model.schema {
        found.push(format!("{{\"schema\": {}}}", quoted(schema)));
    }
    found
}

fn names(columns: &[String]) -> String {
    columns.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", ")
}

fn actions(key: &Reference) -> String {
    let word =
        |name: &str, action: Option<&str>| action.map(|it| format!(", {name}={}", quoted(it))).unwrap_or_default();
    word("ondelete", key.on_delete) + &word("onupdate", key.on_update)
}

fn field(model: &Model, field: &Field) -> String {
    let name = identifier(&field.column, PYTHON);
    let mut arguments = vec![];
    if name != field.column {
        arguments.push(quoted(&field.column));
    }
    arguments.push(match field.array {
        true => format!("ARRAY({})", column_type(&field.kind)),
        false => column_type(&field.kind),
    });
    if let Some(key) = model.reference_of(&field.column) {
        let target = format!("{}.{}", key.table, key.target[0]);
        arguments.push(format!("ForeignKey({}, name={}{})", quoted(&target), quoted(&key.name), actions(key)));
    }
    if let Some(always) = field.identity {
        arguments.push(if always { "Identity(always=True)".into() } else { "Identity()".into() });
    }
    if let Some((expression, stored)) = &field.generated {
        arguments.push(format!(
            "Computed({}, persisted={})",
            quoted(expression),
            if *stored { "True" } else { "False" }
        ));
    }
    if model.primary_key.contains(&field.column) {
        arguments.push("primary_key=True".into());
    }
    arguments.extend(field.default.as_ref().map(|it| format!("server_default={}", server_default(it))));
    let was = match (&field.was, &field.kind) {
        (Some(was), _) => format!("  # was {}", comment(was)),
        (None, Kind::Other(name)) => format!("  # PostgreSQL: {}", comment(name)),
        (None, Kind::Xml) => "  # PostgreSQL: xml".into(),
        _ => String::new(),
    };
    let python = pydantic::python_type(field, true);
    format!("    {name}: Mapped[{python}] = mapped_column({}){was}", arguments.join(", "))
}

fn server_default(it: &Default) -> String {
    match it {
        Default::Text(text) => quoted(text),
        Default::Number(number) => format!("text({})", quoted(number)),
        Default::Bool(value) => if *value { "true()" } else { "false()" }.into(),
        Default::Now => "func.now()".into(),
        Default::RandomUuid => "func.gen_random_uuid()".into(),
        // A colon would begin a parameter.
        Default::Sql(sql) => format!("text({})", quoted(&sql.replace(':', "\\:"))),
    }
}

fn column_type(kind: &Kind) -> String {
    match kind {
        Kind::Int2 => "SmallInteger".into(),
        Kind::Int4 => "Integer".into(),
        Kind::Int8 => "BigInteger".into(),
        Kind::Float4 => "REAL".into(),
        Kind::Float8 => "Double".into(),
        Kind::Numeric(None) => "Numeric".into(),
        Kind::Numeric(Some((precision, scale))) => format!("Numeric({precision}, {scale})"),
        Kind::Bool => "Boolean".into(),
        Kind::Text => "Text".into(),
        Kind::Varchar(None) => "String".into(),
        Kind::Varchar(Some(length)) => format!("String({length})"),
        Kind::Char(length) => format!("CHAR({length})"),
        Kind::Bytea => "LargeBinary".into(),
        Kind::Uuid => "Uuid".into(),
        Kind::Date => "Date".into(),
        Kind::Timestamp => "DateTime".into(),
        Kind::Timestamptz => "DateTime(timezone=True)".into(),
        Kind::Time => "Time".into(),
        Kind::Timetz => "Time(timezone=True)".into(),
        Kind::Interval => "Interval".into(),
        Kind::Json => "JSON".into(),
        Kind::Jsonb => "JSONB".into(),
        Kind::Inet => "INET".into(),
        Kind::Cidr => "CIDR".into(),
        Kind::Macaddr => "MACADDR".into(),
        Kind::Money => "MONEY".into(),
        Kind::Bit(length) => format!("BIT({length})"),
        Kind::Varbit => "BIT(varying=True)".into(),
        Kind::Oid => "OID".into(),
        Kind::Tsvector => "TSVECTOR".into(),
        Kind::Range(name) => name.to_uppercase(),
        Kind::Enum(name) => {
            let plain = name.rsplit('.').next().unwrap_or(name).trim_matches('"');
            format!(
                "ENUM({}, name={}, values_callable=lambda it: [label.value for label in it], create_type=False)",
                class(plain),
                quoted(plain)
            )
        }
        // There is no class for it; its text is read and written.
        Kind::Xml | Kind::Other(_) => "Text".into(),
    }
}

fn relationship(model: &Model, it: &Reference) -> String {
    let optional = it.columns.iter().any(|column| model.field(column).is_some_and(|it| it.nullable));
    let target = quoted(&it.class);
    let target = if optional { format!("Optional[{target}]") } else { target };
    let columns = it.columns.iter().map(|it| identifier(it, PYTHON)).collect::<Vec<_>>().join(", ");
    let remote = it.target.iter().map(|it| identifier(it, PYTHON)).collect::<Vec<_>>().join(", ");
    let chosen = match (it.ambiguous, it.to_itself) {
        (_, true) => format!("foreign_keys=[{columns}], remote_side=[{remote}]"),
        (true, false) => format!("foreign_keys=[{columns}]"),
        _ => String::new(),
    };
    format!("    {}: Mapped[{target}] = relationship({chosen})", it.field)
}
