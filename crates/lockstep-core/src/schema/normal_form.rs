//! The schema in its normal form: JSON by name, without numbers, as it is compared with what a real
//! server holds. Keys that would be false, null or empty are left out.

use std::cell::RefCell;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;
use smol_str::SmolStr;

use crate::beside::beside;
use crate::effect::RelationId;
use crate::name::Ident;
use crate::schema::Schema;
use crate::schema::constraint::Constraint;
use crate::schema::form::Form;
use crate::schema::object::ObjectBody;
use crate::schema::relation::{Body, Column, Columns, Persistence, Relation, ReplicaIdentity, Table};
use crate::schema::rule::FiringState;
use crate::schema::sequence::{LastValue, Sequence};
use crate::schema::user_type::{UserType, UserTypeKind};

/// Serializes as the normal form, one object after another.
pub struct NormalForm<'a>(pub &'a Schema);

impl Serialize for NormalForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let schema = self.0;
        // Temporary relations are nobody else's, and gone with the session.
        let shown = |it: &&Relation| it.index().is_none() && it.kind() != 'c' && it.name.schema != "pg_temp";
        let relations = schema.relations_by_name().filter(shown);
        let mut types: Vec<_> = schema.types().filter(|it| it.name.schema != "pg_temp").collect();
        types.sort_unstable_by_key(|it| &it.name);
        let types = types.into_iter().map(|it| (it.name.plain(), it));
        let namespaces = schema.namespaces().map(|it| (it.bare(), schema.namespace_form(it.as_str())));
        let mut map = serializer.serialize_map(None)?;
        let relations: Vec<&Relation> = relations.collect();
        if !relations.is_empty() {
            map.serialize_entry("relations", &Relations { schema, relations })?;
        }
        section(&mut map, "types", types.map(|(name, it)| (name, schema.type_form(it))))?;
        section(&mut map, "schemas", namespaces)?;
        section(&mut map, "statistics", schema.statistics_forms())?;
        section(&mut map, "publications", schema.publication_forms())?;
        section(&mut map, "functions", schema.objects().filter_map(|it| schema.routine_form(it)))?;
        section(&mut map, "extensions", schema.extension_forms())?;
        section(&mut map, "collations", schema.collation_forms())?;
        map.end()
    }
}

/// Objects of one kind by name; left out where there is none.
fn section<M: SerializeMap>(
    map: &mut M,
    key: &'static str,
    objects: impl Iterator<Item = (SmolStr, Form)>,
) -> Result<(), M::Error> {
    let mut objects = objects.peekable();
    match objects.peek() {
        Some(_) => map.serialize_entry(key, &Objects(RefCell::new(objects))),
        None => Ok(()),
    }
}

/// Of a large schema, forms are made on one thread and written on another.
struct Relations<'a> {
    schema: &'a Schema,
    relations: Vec<&'a Relation>,
}

impl Serialize for Relations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const PIECE: usize = 32;
        let mut map = serializer.serialize_map(None)?;
        let mut written = Ok(());
        let form = |it: &&Relation| (it.name.plain(), self.schema.relation_form(it));
        let make = |hand_over: &mut dyn FnMut(Vec<(SmolStr, Form)>)| {
            self.relations.chunks(PIECE).for_each(|some| hand_over(some.iter().map(form).collect()));
        };
        beside(self.relations.len() > 8 * PIECE, make, &|| false, &mut |forms| {
            if written.is_ok() {
                written = forms.iter().try_for_each(|(name, form)| map.serialize_entry(name, form));
            }
            Some(forms)
        });
        written?;
        map.end()
    }
}

struct Objects<I>(RefCell<I>);

impl<I: Iterator<Item = (SmolStr, Form)>> Serialize for Objects<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let objects = &mut *self.0.borrow_mut();
        serializer.collect_map(objects)
    }
}

impl Schema {
    pub fn normal_form(&self) -> Value {
        serde_json::to_value(NormalForm(self)).unwrap_or_default()
    }

    fn extension_forms(&self) -> impl Iterator<Item = (SmolStr, Form)> {
        self.extensions().map(|(object, it)| {
            let mut form = Form::default();
            form.put("schema", Ident::to_string(&it.schema));
            (object.name().bare(), form)
        })
    }

    fn namespace_form(&self, name: &str) -> Form {
        let mut form = Form::default();
        form.put("owner", "postgres").put("comment", self.namespace_comment(name).cloned());
        form
    }

    fn statistics_forms(&self) -> impl Iterator<Item = (SmolStr, Form)> {
        self.objects().filter_map(|object| match &object.body {
            ObjectBody::Statistics(it) => {
                let mut form = Form::default();
                form.put("def", self.statistics_definition(object, it))
                    .put("target", it.target)
                    .put("comment", object.comment.clone());
                Some((object.plain_name(), form))
            }
            _ => None,
        })
    }

    fn publication_forms(&self) -> impl Iterator<Item = (SmolStr, Form)> {
        self.publications().map(|(object, it)| {
            let entries = self.published_tables().filter(|(_, entry)| entry.publication == object.id);
            let mut tables: Vec<String> =
                entries.filter_map(|(_, entry)| Some(self.get(entry.table)?.name.to_string())).collect();
            tables.sort();
            let mut form = Form::default();
            form.always("alltables", it.all_tables)
                .put("ops", it.operations.clone())
                .always("viaroot", it.via_root)
                .put("tables", tables)
                .put("comment", object.comment.clone());
            (object.name().bare(), form)
        })
    }

    /// One relation, in the form that it has under `relations`.
    pub fn relation_form(&self, relation: &Relation) -> Form {
        let id = relation.id;
        let mut form = Form::default();
        form.put("kind", relation.kind()).put("columns", self.columns_form(id, relation.columns()));
        form.append(self.properties_form(relation));
        if let Body::Table(table) = &relation.body {
            let constraints = table.constraints.iter().map(|it| self.constraint_form(id, it));
            let indexes = table.indexes.iter().map(|it| self.index_form(*it));
            form.put("constraints", constraints.collect::<Form>()).put("indexes", indexes.collect::<Form>());
        }
        form.put("triggers", self.triggers_form(id))
            .put("policies", self.policies_form(id))
            .put("rules", self.rules_form(id));
        form
    }

    /// What a relation has besides its kind and its parts with names.
    pub(super) fn properties_form(&self, relation: &Relation) -> Form {
        let mut form = Form::default();
        form.put("comment", relation.comment.clone())
            .put("options", relation.options.clone())
            .put("tablespace", relation.tablespace.as_ref().map(ToString::to_string))
            .put(
                "persistence",
                match relation.persistence {
                    Persistence::Permanent => None,
                    Persistence::Unlogged => Some("u"),
                    Persistence::Temporary => Some("t"),
                },
            );
        match &relation.body {
            Body::Table(table) => self.table_form(relation.id, table, &mut form),
            Body::Sequence(sequence) => {
                form.put("sequence", self.sequence_form(sequence));
            }
            Body::View(_) => {
                form.put("viewdef", self.view_definition(relation.id));
            }
            Body::Composite(_) => {}
            Body::Index(_) => {
                form.put("def", self.index_definition(relation.id));
            }
        }
        form
    }

    fn table_form(&self, id: RelationId, table: &Table, form: &mut Form) {
        let of_type = table.of_type.and_then(|id| self.user_type(id));
        let dropped = table.columns.iter().filter(|column| column.dropped).count();
        let inherits = table.inherits.iter().filter_map(|it| self.get(*it));
        form.put("oftype", of_type.map(|it| it.name.to_string()))
            .put("rls", table.row_security)
            .put("force_rls", table.force_row_security)
            .put("dropped_columns", (dropped > 0).then_some(dropped))
            .put("toast_options", table.toast_options.clone())
            .put(
                "replident",
                match table.replica_identity {
                    ReplicaIdentity::Default => None,
                    other => Some(other.letter()),
                },
            )
            .put("inherits", inherits.map(|it| it.name.to_string()).collect::<Vec<_>>())
            .put("partkey", self.partition_key_definition(id))
            .put("partbound", self.partition_bound_definition(id));
        if let Some(view) = &table.materialized {
            form.put("viewdef", self.view_definition(id)).always("populated", view.populated);
        }
        form.put("am", table.access_method.as_ref().map(ToString::to_string));
    }

    pub(super) fn constraint_form(&self, table: RelationId, constraint: &Constraint) -> (SmolStr, Form) {
        let index = constraint.index().or_else(|| constraint.foreign_key().map(|it| it.index));
        let index = index.and_then(|index| self.get(index)).map(|it| it.name.shown());
        let references = constraint.foreign_key().and_then(|it| self.get(it.references));
        let mut form = Form::default();
        form.put("type", constraint.letter())
            .put("def", self.constraint_definition(table, constraint))
            .always("validated", constraint.validated)
            .put_false("enforced", constraint.enforced)
            .put("deferrable", constraint.deferrable)
            .put("deferred", constraint.initially_deferred)
            .put("index", index)
            .put("ref", references.map(|it| it.name.shown()))
            .put("noinherit", constraint.is_no_inherit())
            .put("comment", constraint.comment.clone())
            .put("inhcount", count(constraint.inherited))
            .put_false("islocal", constraint.local)
            .put("parent", self.constraint_parent(constraint).map(|(_, name)| name.bare()));
        (constraint.name.bare(), form)
    }

    pub(super) fn index_form(&self, id: RelationId) -> (SmolStr, Form) {
        let (relation, index) = (self.relation(id), self.index(id));
        let mut form = Form::default();
        form.put("def", self.index_definition(id))
            .put("kind", index.partitioned.then_some("I"))
            .put("parent", index.parent.and_then(|it| self.get(it)).map(|it| it.name.to_string()))
            .put("unique", index.unique)
            .put("primary", index.primary)
            .put("exclusion", index.exclusion)
            .always("valid", index.valid)
            .put_false("ready", index.ready)
            .put_false("immediate", index.immediate)
            .put("replident", index.replica_identity)
            .put("clustered", index.clustered)
            .put("tablespace", relation.tablespace.as_ref().map(ToString::to_string))
            .put("comment", relation.comment.clone());
        let targets: Vec<i32> = index.keys.iter().filter_map(|it| it.statistics).collect();
        form.put("stattargets", (!targets.is_empty()).then_some(targets));
        (relation.name.name.bare(), form)
    }

    pub(super) fn rules_form(&self, id: RelationId) -> Form {
        let forms = self.rules(id).map(|(name, rule)| {
            let mut form = Form::default();
            form.put("def", self.rule_definition(id, name, rule)).put(
                "enabled",
                match rule.state {
                    FiringState::Enabled => None,
                    FiringState::Disabled => Some("D"),
                    FiringState::Replica => Some("R"),
                    FiringState::Always => Some("A"),
                },
            );
            (name.bare(), form)
        });
        forms.collect()
    }

    fn columns_form(&self, id: RelationId, columns: &Columns) -> Form {
        // The position is counted over the live columns, as people count.
        let forms = (1u16..)
            .zip(columns.live())
            .map(|(position, (_, column))| (column.name.bare(), self.column_form(id, position, column)));
        forms.collect()
    }

    pub(super) fn column_form(&self, table: RelationId, position: u16, column: &Column) -> Form {
        let default = column.default.as_ref().map(|it| self.print_expression(table, it));
        let generated = column.generated.as_ref();
        let expression = generated.map(|it| self.print_expression(table, &it.expression));
        let mut form = Form::default();
        form.put("pos", position)
            .put("type", self.type_text(&column.type_))
            .put("notnull", column.not_null)
            .put("default", default.or(expression))
            .put("identity", column.identity.map(|always| if always { "a" } else { "d" }))
            .put("generated", generated.map(|it| if it.stored { "s" } else { "v" }))
            .put("collation", column.collation.as_ref().map(ToString::to_string))
            .put("missing", column.missing.clone())
            .put("storage", column.storage.as_ref().map(|it| storage_letter(it.as_str())))
            .put("compression", column.compression.as_ref().map(|it| it.as_str()[..1].to_owned()))
            .put("stattarget", column.statistics)
            .put("options", column.options.clone())
            .put("comment", column.comment.clone())
            .put("inhcount", count(column.inherited))
            .put_false("islocal", column.local);
        form
    }

    fn sequence_form(&self, sequence: &Sequence) -> Form {
        let owner = sequence.owner.and_then(|owner| {
            let table = self.get(owner.table)?;
            let column = table.table()?.column_name(owner.column);
            let identity = if owner.identity { " (identity)" } else { "" };
            Some(format!("{}.{}{identity}", table.name, column.as_str()))
        });
        let last = match sequence.last_value {
            LastValue::Known(value) => Some(value),
            LastValue::NotCalled(_) | LastValue::Unknown => None,
        };
        let mut form = Form::default();
        form.put("type", sequence.data_type.name())
            .always("start", sequence.start)
            .always("inc", sequence.increment)
            .always("min", sequence.min)
            .always("max", sequence.max)
            .always("cache", sequence.cache)
            .always("cycle", sequence.cycle)
            .always("last", last)
            .always("owned_by", owner);
        form
    }

    /// One type, in the form that it has under `types`.
    pub fn type_form(&self, it: &UserType) -> Form {
        let mut form = Form::default();
        match &it.kind {
            UserTypeKind::Composite { relation } => {
                let columns = self.get(*relation).map(|it| it.columns().clone()).unwrap_or_default();
                let attributes = columns.live().map(|(_, it)| format!("{} {}", it.name, self.format_type(&it.type_)));
                form.put("kind", "c").put("attrs", attributes.collect::<Vec<_>>());
            }
            UserTypeKind::Enum { labels } => {
                form.put("kind", "e").put("labels", labels.clone());
            }
            UserTypeKind::Domain { base, not_null_name, not_null, default, checks, .. } => {
                let mut constraints = Form::default();
                let mut constraint = |name: &str, def: String, validated: bool| {
                    let mut form = Form::default();
                    form.put("def", def).always("validated", validated);
                    constraints.put(name, form);
                };
                if let Some(name) = not_null_name {
                    constraint(name.as_str(), "NOT NULL".to_owned(), true);
                }
                for check in checks {
                    let def = format!("CHECK ({})", self.print_domain_expression(&check.expression));
                    let def = if check.validated { def } else { format!("{def} NOT VALID") };
                    constraint(check.name.as_str(), def, check.validated);
                }
                form.put("kind", "d")
                    .put("base", self.format_type(base))
                    .put("notnull", *not_null)
                    .put("default", default.as_ref().map(|it| self.print_domain_expression(it)))
                    .put("constraints", constraints);
            }
        }
        form.put("comment", it.comment.clone());
        form
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

fn count(number: u16) -> Option<u16> {
    (number > 0).then_some(number)
}
