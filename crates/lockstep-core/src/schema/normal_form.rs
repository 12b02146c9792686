//! The schema in its normal form: JSON by name, without numbers, as it is compared with what a real
//! server holds. Keys that would be false, null or empty are left out.

use serde_json::{Map, Value, json};

use crate::effect::RelationId;
use crate::name::Ident;
use crate::schema::Schema;
use crate::schema::object::ObjectBody;
use crate::schema::relation::{Body, Column, Columns, Persistence, Relation, ReplicaIdentity, Table};
use crate::schema::rule::FiringState;
use crate::schema::sequence::{LastValue, Sequence};
use crate::schema::user_type::{UserType, UserTypeKind};

impl Schema {
    pub fn normal_form(&self) -> Value {
        let mut relations = Map::new();
        for relation in self.relations_by_name() {
            // Temporary relations are nobody else's, and gone with the session.
            if relation.index().is_none() && relation.kind() != 'c' && relation.name.schema != "pg_temp" {
                relations.insert(relation.name.plain(), self.relation_form(relation));
            }
        }
        let mut types = Map::new();
        for (name, id) in &self.type_names {
            if let Some(it) = self.user_type(*id) {
                types.insert(name.plain(), self.type_form(it));
            }
        }
        let mut schemas = Map::new();
        for name in self.namespaces() {
            schemas.insert(
                name.as_str().to_owned(),
                compact(json!({ "owner": "postgres", "comment": self.namespace_comment(name.as_str()) })),
            );
        }
        compact(json!({
            "relations": relations,
            "types": types,
            "schemas": schemas,
            "statistics": self.statistics_forms(),
            "publications": self.publication_forms(),
            "functions": self.function_forms(),
            "extensions": self.extension_forms(),
            "collations": self.collation_forms(),
        }))
    }

    fn extension_forms(&self) -> Value {
        let forms = self
            .extensions()
            .map(|(object, it)| (object.name().as_str().to_owned(), json!({ "schema": Ident::to_string(&it.schema) })));
        Value::Object(forms.collect())
    }

    fn function_forms(&self) -> Value {
        let mut forms = Map::new();
        for object in self.objects() {
            if let Some((key, form)) = self.routine_form(object) {
                // Without arguments there is still a list of them.
                let args = form["args"].clone();
                let mut form = compact(form);
                form["args"] = args;
                forms.insert(key, form);
            }
        }
        Value::Object(forms)
    }

    fn statistics_forms(&self) -> Value {
        let forms = self.objects().filter_map(|object| match &object.body {
            ObjectBody::Statistics(it) => Some((
                object.plain_name(),
                compact(json!({
                    "def": self.statistics_definition(object, it),
                    "target": it.target,
                    "comment": object.comment,
                })),
            )),
            _ => None,
        });
        Value::Object(forms.collect())
    }

    fn publication_forms(&self) -> Value {
        let forms = self.publications().map(|(object, it)| {
            let entries = self.published_tables().filter(|(_, entry)| entry.publication == object.id);
            let mut tables: Vec<String> =
                entries.filter_map(|(_, entry)| Some(self.get(entry.table)?.name.to_string())).collect();
            tables.sort();
            let form = json!({
                "alltables": it.all_tables,
                "ops": it.operations,
                "viaroot": it.via_root,
                "tables": tables,
                "comment": object.comment,
            });
            (object.name().as_str().to_owned(), keep_false(form, &["alltables", "viaroot"]))
        });
        Value::Object(forms.collect())
    }

    /// One relation, in the form that it has under `relations`.
    pub fn relation_form(&self, relation: &Relation) -> Value {
        let mut form = json!({
            "kind": relation.kind().to_string(),
            "comment": relation.comment,
            "options": relation.options,
            "tablespace": relation.tablespace.as_ref().map(ToString::to_string),
            "persistence": match relation.persistence {
                Persistence::Permanent => Value::Null,
                Persistence::Unlogged => json!("u"),
                Persistence::Temporary => json!("t"),
            },
        });
        form["triggers"] = self.triggers_form(relation.id);
        form["policies"] = self.policies_form(relation.id);
        match &relation.body {
            Body::Table(table) => self.table_form(relation.id, table, &mut form),
            Body::Sequence(sequence) => form["sequence"] = self.sequence_form(sequence),
            Body::View(view) => {
                form["columns"] = self.columns_form(relation.id, &view.columns);
                form["viewdef"] = json!(self.view_definition(relation.id));
            }
            Body::Composite(attributes) => form["columns"] = self.columns_form(relation.id, attributes),
            Body::Index(_) => form["def"] = json!(self.index_definition(relation.id)),
        }
        form["rules"] = self.rules_form(relation.id);
        keep_false(form, &["populated"])
    }

    fn table_form(&self, id: RelationId, table: &Table, form: &mut Value) {
        let of_type = table.of_type.and_then(|id| self.user_type(id));
        form["oftype"] = json!(of_type.map(|it| it.name.to_string()));
        let dropped = table.columns.iter().filter(|column| column.dropped).count();
        let mut constraints = Map::new();
        for constraint in &table.constraints {
            let index = constraint.index().or_else(|| constraint.foreign_key().map(|it| it.index));
            let index = index.and_then(|index| self.get(index)).map(|it| it.name.to_string());
            let references = constraint.foreign_key().and_then(|it| self.get(it.references));
            let value = json!({
                "type": constraint.letter().to_string(),
                "def": self.constraint_definition(id, constraint),
                "validated": constraint.validated,
                "enforced": if constraint.enforced { Value::Null } else { json!(false) },
                "deferrable": constraint.deferrable,
                "deferred": constraint.initially_deferred,
                "index": index,
                "ref": references.map(|it| it.name.to_string()),
                "noinherit": constraint.is_no_inherit(),
                "comment": constraint.comment,
                "inhcount": count(constraint.inherited),
                "islocal": if constraint.local { Value::Null } else { json!(false) },
                "parent": self.constraint_parent(constraint).map(|(_, name)| name.as_str().to_owned()),
            });
            let value = keep_false(value, &["validated", "enforced", "islocal"]);
            constraints.insert(constraint.name.as_str().to_owned(), value);
        }
        let mut indexes = Map::new();
        for index_id in &table.indexes {
            let relation = self.relation(*index_id);
            let index = self.index(*index_id);
            let value = json!({
                "def": self.index_definition(*index_id),
                "kind": if index.partitioned { json!("I") } else { Value::Null },
                "parent": index.parent.and_then(|it| self.get(it)).map(|it| it.name.to_string()),
                "unique": index.unique,
                "primary": index.primary,
                "exclusion": index.exclusion,
                "valid": index.valid,
                "ready": if index.ready { Value::Null } else { json!(false) },
                "immediate": if index.immediate { Value::Null } else { json!(false) },
                "replident": index.replica_identity,
                "clustered": index.clustered,
                "tablespace": relation.tablespace.as_ref().map(ToString::to_string),
                "comment": relation.comment,
            });
            let value = keep_false(value, &["valid", "ready", "immediate"]);
            indexes.insert(relation.name.name.as_str().to_owned(), value);
        }
        form["columns"] = self.columns_form(id, &table.columns);
        form["rls"] = json!(table.row_security);
        form["force_rls"] = json!(table.force_row_security);
        form["dropped_columns"] = if dropped > 0 { json!(dropped) } else { Value::Null };
        form["toast_options"] = json!(table.toast_options);
        form["replident"] = match table.replica_identity {
            ReplicaIdentity::Default => Value::Null,
            other => json!(other.letter().to_string()),
        };
        let inherits = table.inherits.iter().filter_map(|it| self.get(*it));
        form["inherits"] = inherits.map(|it| it.name.to_string()).collect();
        form["partkey"] = json!(self.partition_key_definition(id));
        form["partbound"] = json!(self.partition_bound_definition(id));
        if let Some(view) = &table.materialized {
            form["viewdef"] = json!(self.view_definition(id));
            form["populated"] = json!(view.populated);
        }
        form["am"] = json!(table.access_method.as_ref().map(ToString::to_string));
        form["constraints"] = Value::Object(constraints);
        form["indexes"] = Value::Object(indexes);
    }

    fn rules_form(&self, id: RelationId) -> Value {
        let forms = self.rules(id).map(|(name, rule)| {
            let value = compact(json!({
                "def": self.rule_definition(id, name, rule),
                "enabled": match rule.state {
                    FiringState::Enabled => Value::Null,
                    FiringState::Disabled => json!("D"),
                    FiringState::Replica => json!("R"),
                    FiringState::Always => json!("A"),
                },
            }));
            (name.as_str().to_owned(), value)
        });
        Value::Object(forms.collect())
    }

    fn columns_form(&self, id: RelationId, columns: &Columns) -> Value {
        // The position is counted over the live columns, as people count.
        let forms = (1u16..)
            .zip(columns.live())
            .map(|(position, (_, column))| (column.name.as_str().to_owned(), self.column_form(id, position, column)));
        Value::Object(forms.collect())
    }

    fn column_form(&self, table: RelationId, position: u16, column: &Column) -> Value {
        let default = column.default.as_ref().map(|it| self.print_expression(table, it));
        let generated = column.generated.as_ref();
        let expression = generated.map(|it| self.print_expression(table, &it.expression));
        let form = json!({
            "pos": position,
            "type": self.format_type(&column.type_),
            "notnull": column.not_null,
            "default": default.or(expression),
            "identity": column.identity.map(|always| if always { "a" } else { "d" }),
            "generated": generated.map(|it| if it.stored { "s" } else { "v" }),
            "collation": column.collation.as_ref().map(ToString::to_string),
            "missing": column.missing,
            "storage": column.storage.as_ref().map(|it| storage_letter(it.as_str())),
            "compression": column.compression.as_ref().map(|it| it.as_str()[..1].to_owned()),
            "stattarget": column.statistics,
            "options": column.options,
            "comment": column.comment,
            "inhcount": count(column.inherited),
            "islocal": if column.local { Value::Null } else { json!(false) },
        });
        keep_false(form, &["islocal"])
    }

    fn sequence_form(&self, sequence: &Sequence) -> Value {
        let owner = sequence.owner.and_then(|owner| {
            let table = self.get(owner.table)?;
            let column = table.table()?.column_name(owner.column);
            let identity = if owner.identity { " (identity)" } else { "" };
            Some(format!("{}.{}{identity}", table.name, column.as_str()))
        });
        json!({
            "type": sequence.data_type.name(),
            "start": sequence.start,
            "inc": sequence.increment,
            "min": sequence.min,
            "max": sequence.max,
            "cache": sequence.cache,
            "cycle": sequence.cycle,
            "last": match sequence.last_value {
                LastValue::Known(value) => json!(value),
                LastValue::NotCalled(_) | LastValue::Unknown => Value::Null,
            },
            "owned_by": owner,
        })
    }

    /// One type, in the form that it has under `types`.
    pub fn type_form(&self, it: &UserType) -> Value {
        compact(match &it.kind {
            UserTypeKind::Composite { relation } => {
                let columns = self.get(*relation).map(|it| it.columns().clone()).unwrap_or_default();
                let attributes = columns.live().map(|(_, it)| format!("{} {}", it.name, self.format_type(&it.type_)));
                json!({ "kind": "c", "attrs": attributes.collect::<Vec<_>>(), "comment": it.comment })
            }
            UserTypeKind::Enum { labels } => json!({ "kind": "e", "labels": labels, "comment": it.comment }),
            UserTypeKind::Domain { base, not_null_name, not_null, default, checks, .. } => {
                let mut constraints = Map::new();
                if let Some(name) = not_null_name {
                    constraints.insert(name.as_str().to_owned(), json!({ "def": "NOT NULL", "validated": true }));
                }
                for check in checks {
                    let def = format!("CHECK ({})", self.print_domain_expression(&check.expression));
                    let def = if check.validated { def } else { format!("{def} NOT VALID") };
                    let value = json!({ "def": def, "validated": check.validated });
                    constraints.insert(check.name.as_str().to_owned(), keep_false(value, &["validated"]));
                }
                json!({
                    "kind": "d",
                    "base": self.format_type(base),
                    "notnull": not_null,
                    "default": default.as_ref().map(|it| self.print_domain_expression(it)),
                    "constraints": constraints,
                    "comment": it.comment,
                })
            }
        })
    }
}

fn storage_letter(word: &str) -> &'static str {
    match word {
        "plain" => "p",
        "external" => "e",
        "main" => "m",
        _ => "x",
    }
}

fn count(number: u16) -> Value {
    if number > 0 { json!(number) } else { Value::Null }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        _ => false,
    }
}

/// Without the entries that say nothing.
fn compact(value: Value) -> Value {
    keep_false(value, &[])
}

/// The same, but a `false` under one of those keys says something.
fn keep_false(mut value: Value, keys: &[&str]) -> Value {
    if let Value::Object(entries) = &mut value {
        entries.retain(|key, value| !is_empty(value) || (value.is_boolean() && keys.contains(&key.as_str())));
    }
    value
}
