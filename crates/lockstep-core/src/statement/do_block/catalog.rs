//! The system catalogs as rows made from the model, as far as blocks ask them.

use crate::effect::{ObjectName, RelationId};
use crate::expression::evaluate::Value as Known;
use crate::name::{Ident, QualifiedName};
use crate::schema::constraint::ConstraintKind;
use crate::schema::dependency::Object;
use crate::schema::object::{ObjectClass, ObjectKey};
use crate::schema::relation::{Relation, Rows, TableKind};
use crate::schema::user_type::UserTypeKind;
use crate::statement::do_block::value::Value;
use crate::statement::execution::{Execution, Outcome, unknown};
use crate::statement::known_rows;

pub(super) type Row = Vec<(Ident, Value)>;

fn row(columns: &[(&str, Value)]) -> Row {
    columns.iter().map(|(name, value)| (Ident::new(name), value.clone())).collect()
}

fn name(it: &Ident) -> Value {
    Value::text(it.as_str())
}

fn namespace(it: &Ident) -> Value {
    Value::Number(Object::Namespace(it.clone()))
}

/// Whether the name is that of a catalog whose rows are made here.
pub(super) fn is_catalog(execution: &Execution, table: &QualifiedName) -> bool {
    match table.schema.as_ref().map(Ident::as_str) {
        Some("pg_catalog" | "information_schema") => true,
        None => table.name.as_str().starts_with("pg_") && of_table(execution, table).is_err(),
        _ => false,
    }
}

/// A table without rows, and without tables below it; triggers do not matter where there was none to write.
pub(super) fn is_empty(execution: &Execution, id: RelationId) -> bool {
    let table = execution.schema.get(id).and_then(|it| it.table());
    table.is_some_and(|it| it.kind == TableKind::Ordinary && it.rows == Rows::Empty && !it.is_related())
}

/// The rows of a table, where all of them are known.
fn of_table(execution: &Execution, table: &QualifiedName) -> Outcome<Option<Vec<Row>>> {
    if matches!(table.schema.as_ref().map(Ident::as_str), Some("pg_catalog" | "information_schema")) {
        return Ok(None);
    }
    let id = execution.resolve_in_query(table)?;
    let known = known_rows::rows(execution, id);
    let Some(rows) = known.or_else(|| is_empty(execution, id).then(Vec::new)) else { return Ok(None) };
    let columns = execution.schema.table(id);
    let made = rows.iter().map(|row| {
        let values = columns.live().map(|(number, column)| {
            let value = match row.get(usize::from(number) - 1) {
                Some(Known::Null) => Value::Null,
                Some(Known::Boolean(value)) => Value::Bool(*value),
                Some(Known::Integer(value)) => Value::Int(*value),
                Some(Known::Text(text)) => Value::text(text),
                _ => Value::Unknown,
            };
            (column.name.clone(), value)
        });
        values.collect()
    });
    Ok(Some(made.collect()))
}

/// Every row of a catalog or a view over them; columns that are missing are not known.
pub(super) fn rows(execution: &Execution, table: &QualifiedName) -> Outcome<Vec<Row>> {
    let schema = table.schema.as_ref().map(Ident::as_str);
    let found = match (schema, table.name.as_str()) {
        (None | Some("pg_catalog"), word) => of_catalog(execution, word),
        (Some("information_schema"), word) => of_information_schema(execution, word),
        _ => None,
    };
    match found {
        Some(rows) => Ok(rows),
        None => match of_table(execution, table)? {
            Some(rows) => Ok(rows),
            None => unknown(format!("what {table} holds is not modelled here")),
        },
    }
}

/// Relations of any kind but temporary ones.
fn relations(execution: &Execution) -> impl Iterator<Item = &Relation> {
    execution.schema.relations_by_name().filter(|it| it.name.schema != *"pg_temp")
}

fn of_catalog(execution: &Execution, table: &str) -> Option<Vec<Row>> {
    let schema = &execution.schema;
    Some(match table {
        "pg_class" => relations(execution)
            .map(|it| {
                row(&[
                    ("oid", Value::Number(Object::Relation(it.id))),
                    ("relname", name(&it.name.name)),
                    ("relnamespace", namespace(&it.name.schema)),
                    ("relkind", Value::text(&it.kind().to_string())),
                ])
            })
            .collect(),
        "pg_namespace" => {
            let own = ["pg_catalog", "information_schema", "pg_toast"].map(Ident::new);
            let all = schema.namespaces().chain(&own);
            all.map(|it| row(&[("oid", namespace(it)), ("nspname", name(it))])).collect()
        }
        "pg_tables" => relations(execution)
            .filter(|it| matches!(it.kind(), 'r' | 'p'))
            .map(|it| row(&[("schemaname", name(&it.name.schema)), ("tablename", name(&it.name.name))]))
            .collect(),
        "pg_views" => of_kind(execution, 'v', "viewname"),
        "pg_matviews" => of_kind(execution, 'm', "matviewname"),
        "pg_sequences" => of_kind(execution, 'S', "sequencename"),
        "pg_indexes" => relations(execution)
            .filter_map(|it| {
                let table = &schema.get(it.index()?.table)?.name;
                Some(row(&[
                    ("schemaname", name(&it.name.schema)),
                    ("tablename", name(&table.name)),
                    ("indexname", name(&it.name.name)),
                ]))
            })
            .collect(),
        "pg_index" => relations(execution)
            .filter_map(|it| {
                let index = it.index()?;
                Some(row(&[
                    ("indexrelid", Value::Number(Object::Relation(it.id))),
                    ("indrelid", Value::Number(Object::Relation(index.table))),
                    ("indisunique", Value::Bool(index.unique)),
                    ("indisprimary", Value::Bool(index.primary)),
                    ("indisvalid", Value::Bool(index.valid)),
                ]))
            })
            .collect(),
        "pg_attribute" => relations(execution)
            .flat_map(|it| {
                it.columns().live().map(|(number, column)| {
                    row(&[
                        ("attrelid", Value::Number(Object::Relation(it.id))),
                        ("attname", name(&column.name)),
                        ("attnum", Value::Int(i64::from(number))),
                        ("attisdropped", Value::Bool(false)),
                        ("attnotnull", Value::Bool(column.not_null)),
                    ])
                })
            })
            .collect(),
        "pg_constraint" => constraints(execution),
        "pg_type" => types(execution),
        "pg_enum" => {
            let mut found = vec![];
            for it in schema.types() {
                if let UserTypeKind::Enum { labels } = &it.kind {
                    found.extend(labels.iter().map(|label| {
                        row(&[("enumtypid", Value::Number(Object::Type(it.id))), ("enumlabel", Value::text(label))])
                    }));
                }
            }
            found
        }
        "pg_proc" => schema
            .objects()
            .filter_map(|it| match &it.key {
                ObjectKey::InSchema(ObjectClass::Function, full, _) => Some(row(&[
                    ("oid", Value::Number(Object::Other(it.id))),
                    ("proname", name(&full.name)),
                    ("pronamespace", namespace(&full.schema)),
                ])),
                _ => None,
            })
            .collect(),
        "pg_trigger" => of_relation(execution, ObjectClass::Trigger, |relation, trigger, _| {
            row(&[("tgrelid", relation), ("tgname", trigger), ("tgisinternal", Value::Bool(false))])
        }),
        "pg_policy" => of_relation(execution, ObjectClass::Policy, |relation, policy, _| {
            row(&[("polrelid", relation), ("polname", policy)])
        }),
        "pg_policies" => of_relation(execution, ObjectClass::Policy, |_, policy, full| {
            row(&[("schemaname", name(&full.schema)), ("tablename", name(&full.name)), ("policyname", policy)])
        }),
        "pg_extension" => globals(execution, ObjectClass::Extension, "extname"),
        "pg_event_trigger" => globals(execution, ObjectClass::EventTrigger, "evtname"),
        _ => return None,
    })
}

fn of_kind(execution: &Execution, kind: char, column: &str) -> Vec<Row> {
    relations(execution)
        .filter(|it| it.kind() == kind)
        .map(|it| row(&[("schemaname", name(&it.name.schema)), (column, name(&it.name.name))]))
        .collect()
}

fn globals(execution: &Execution, class: ObjectClass, column: &str) -> Vec<Row> {
    let found = execution.schema.objects().filter(|it| it.class() == class);
    found.map(|it| row(&[(column, name(it.name()))])).collect()
}

fn of_relation(execution: &Execution, class: ObjectClass, make: impl Fn(Value, Value, &ObjectName) -> Row) -> Vec<Row> {
    let mut found = vec![];
    for object in execution.schema.objects().filter(|it| it.class() == class) {
        if let ObjectKey::OnRelation(_, relation, own) = &object.key
            && let Some(full) = execution.schema.get(*relation).map(|it| &it.name)
        {
            found.push(make(Value::Number(Object::Relation(*relation)), name(own), full));
        }
    }
    found
}

fn constraints(execution: &Execution) -> Vec<Row> {
    let mut found = vec![];
    for relation in relations(execution) {
        for it in relation.table().into_iter().flat_map(|table| &table.constraints) {
            let confrelid = match &it.kind {
                ConstraintKind::ForeignKey(key) => Value::Number(Object::Relation(key.references)),
                _ => Value::Int(0),
            };
            found.push(row(&[
                ("conname", name(&it.name)),
                ("connamespace", namespace(&relation.name.schema)),
                ("contype", Value::text(&it.letter().to_string())),
                ("conrelid", Value::Number(Object::Relation(relation.id))),
                ("confrelid", confrelid),
                ("convalidated", Value::Bool(it.validated)),
            ]));
        }
    }
    for it in execution.schema.types() {
        if let UserTypeKind::Domain { checks, .. } = &it.kind {
            found.extend(checks.iter().map(|check| {
                row(&[
                    ("conname", name(&check.name)),
                    ("connamespace", namespace(&it.name.schema)),
                    ("contype", Value::text("c")),
                    ("conrelid", Value::Int(0)),
                ])
            }));
        }
    }
    found
}

/// Types that the schema makes, row types and the server's own.
fn types(execution: &Execution) -> Vec<Row> {
    let mut found = vec![];
    for it in execution.schema.types() {
        let kind = match it.kind {
            UserTypeKind::Enum { .. } => Value::text("e"),
            UserTypeKind::Domain { .. } => Value::text("d"),
            UserTypeKind::Composite { .. } => Value::text("c"),
        };
        found.push(row(&[
            ("oid", Value::Number(Object::Type(it.id))),
            ("typname", name(&it.name.name)),
            ("typnamespace", namespace(&it.name.schema)),
            ("typtype", kind),
        ]));
    }
    for it in relations(execution).filter(|it| it.kind() != 'c' && !it.columns().is_empty()) {
        found.push(row(&[
            ("oid", Value::Unknown),
            ("typname", name(&it.name.name)),
            ("typnamespace", namespace(&it.name.schema)),
            ("typtype", Value::text("c")),
        ]));
    }
    let own = Ident::new("pg_catalog");
    for it in crate::pg::catalog::types() {
        found.push(row(&[
            ("oid", Value::Unknown),
            ("typname", Value::text(it.name)),
            ("typnamespace", namespace(&own)),
            ("typtype", Value::text(&it.kind.to_string())),
        ]));
    }
    found
}

fn of_information_schema(execution: &Execution, table: &str) -> Option<Vec<Row>> {
    let schema = &execution.schema;
    let yes_no = |it: bool| Value::text(if it { "YES" } else { "NO" });
    Some(match table {
        "schemata" => schema.namespaces().map(|it| row(&[("schema_name", name(it))])).collect(),
        "tables" => relations(execution)
            .filter_map(|it| {
                let kind = match it.kind() {
                    'r' | 'p' => "BASE TABLE",
                    'v' => "VIEW",
                    'f' => "FOREIGN",
                    _ => return None,
                };
                Some(row(&[
                    ("table_schema", name(&it.name.schema)),
                    ("table_name", name(&it.name.name)),
                    ("table_type", Value::text(kind)),
                ]))
            })
            .collect(),
        "views" => relations(execution)
            .filter(|it| it.kind() == 'v')
            .map(|it| row(&[("table_schema", name(&it.name.schema)), ("table_name", name(&it.name.name))]))
            .collect(),
        "sequences" => relations(execution)
            .filter(|it| it.kind() == 'S')
            .map(|it| row(&[("sequence_schema", name(&it.name.schema)), ("sequence_name", name(&it.name.name))]))
            .collect(),
        "columns" => relations(execution)
            .filter(|it| matches!(it.kind(), 'r' | 'p' | 'v' | 'f'))
            .flat_map(|it| {
                it.columns().live().map(|(_, column)| {
                    let data_type = match (column.type_.array, column.type_.row()) {
                        (true, _) => Value::text("ARRAY"),
                        (false, Some(_)) => Value::Text(schema.format_type(&column.type_.bare())),
                        (false, None) => Value::Unknown,
                    };
                    row(&[
                        ("table_schema", name(&it.name.schema)),
                        ("table_name", name(&it.name.name)),
                        ("column_name", name(&column.name)),
                        ("data_type", data_type),
                        (
                            "udt_name",
                            column.type_.row().map_or(Value::Unknown, |row| {
                                let array = if column.type_.array { "_" } else { "" };
                                Value::Text(format!("{array}{}", row.name))
                            }),
                        ),
                        ("is_nullable", yes_no(!column.not_null)),
                        ("is_identity", yes_no(column.identity.is_some())),
                        ("column_default", if column.default.is_some() { Value::Unknown } else { Value::Null }),
                    ])
                })
            })
            .collect(),
        "table_constraints" | "referential_constraints" => table_constraints(execution),
        "triggers" => of_relation(execution, ObjectClass::Trigger, |_, trigger, full| {
            row(&[
                ("trigger_schema", name(&full.schema)),
                ("event_object_schema", name(&full.schema)),
                ("event_object_table", name(&full.name)),
                ("trigger_name", trigger),
            ])
        }),
        "routines" => schema
            .objects()
            .filter_map(|it| match &it.key {
                ObjectKey::InSchema(ObjectClass::Function, full, _) => {
                    Some(row(&[("routine_name", name(&full.name)), ("routine_schema", name(&full.schema))]))
                }
                _ => None,
            })
            .collect(),
        "constraint_column_usage" => column_usage(execution, true),
        "key_column_usage" => column_usage(execution, false),
        _ => return None,
    })
}

fn table_constraints(execution: &Execution) -> Vec<Row> {
    let mut found = vec![];
    for relation in relations(execution) {
        for it in relation.table().into_iter().flat_map(|table| &table.constraints) {
            let kind = match &it.kind {
                ConstraintKind::Check { .. } => "CHECK",
                ConstraintKind::PrimaryKey { .. } => "PRIMARY KEY",
                ConstraintKind::Unique { .. } => "UNIQUE",
                ConstraintKind::ForeignKey(_) => "FOREIGN KEY",
                // The view gives `NOT NULL` names made of numbers.
                ConstraintKind::NotNull { .. } | ConstraintKind::Exclude { .. } => continue,
            };
            found.push(row(&[
                ("constraint_schema", name(&relation.name.schema)),
                ("constraint_name", name(&it.name)),
                ("table_schema", name(&relation.name.schema)),
                ("table_name", name(&relation.name.name)),
                ("constraint_type", Value::text(kind)),
            ]));
        }
    }
    found
}

/// Columns of keys; of foreign keys, `constraint_column_usage` shows those that they refer to.
fn column_usage(execution: &Execution, referenced: bool) -> Vec<Row> {
    let mut found = vec![];
    for relation in relations(execution) {
        let Some(table) = relation.table() else { continue };
        for it in &table.constraints {
            let (shown, columns) = match &it.kind {
                ConstraintKind::ForeignKey(key) if referenced => {
                    let columns = execution.schema.get(key.index).and_then(|it| it.index()?.key_columns());
                    (execution.schema.get(key.references).unwrap_or(relation), columns.unwrap_or_default())
                }
                ConstraintKind::ForeignKey(key) => (relation, key.columns.clone()),
                _ => match it.index() {
                    Some(index) => (relation, execution.schema.index(index).key_columns().unwrap_or_default()),
                    None => continue,
                },
            };
            found.extend(columns.into_iter().map(|number| {
                row(&[
                    ("constraint_schema", name(&relation.name.schema)),
                    ("constraint_name", name(&it.name)),
                    ("table_schema", name(&shown.name.schema)),
                    ("table_name", name(&shown.name.name)),
                    ("column_name", name(&shown.columns().column_name(number))),
                ])
            }));
        }
    }
    found
}
