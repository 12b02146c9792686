//! A table as models describe it, whichever tool they are written for.

use crate::effect::RelationId;
use crate::report::handoff::kind::{self, Default, Kind};
use crate::report::handoff::spelling;
use crate::schema::Schema;
use crate::schema::constraint::{ConstraintKind, ReferentialAction};
use crate::schema::definition::{action_words, column_list};
use crate::schema::index::{Index, KeyColumn};
use crate::schema::relation::{Column, Relation, Table};
use crate::schema::user_type::UserTypeKind;

#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) id: RelationId,
    /// `None` in `public`.
    pub(super) schema: Option<String>,
    /// Prisma wants every model's, as soon as there are several.
    pub(super) one_of_several: Option<String>,
    pub(super) table: String,
    pub(super) class: String,
    pub(super) fields: Vec<Field>,
    pub(super) primary_key: Vec<String>,
    /// Unique constraints, and unique indexes over plain columns: name and columns.
    pub(super) uniques: Vec<Key>,
    /// Indexes over plain columns of every row that keep no rule.
    pub(super) indexes: Vec<Key>,
    /// Other indexes, as SQL.
    pub(super) other_indexes: Vec<String>,
    /// Checks: name and condition.
    pub(super) checks: Vec<(String, String)>,
    pub(super) references: Vec<Reference>,
    /// Those of other tables to this one: the table's class, the relation's name, whether there is at most one row.
    pub(super) referenced_by: Vec<Incoming>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) number: u16,
    pub(super) column: String,
    pub(super) kind: Kind,
    pub(super) array: bool,
    pub(super) nullable: bool,
    pub(super) default: Option<Default>,
    pub(super) identity: Option<bool>,
    /// A default that takes the next number of the column's own sequence.
    pub(super) serial: bool,
    /// The expression, and whether it is stored.
    pub(super) generated: Option<(String, bool)>,
    /// What it was called before.
    pub(super) was: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    pub(super) method: String,
}

#[derive(Debug, Clone)]
pub(super) struct Reference {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    /// The class and the table as SQL and as SQLAlchemy name it.
    pub(super) class: String,
    pub(super) table: String,
    pub(super) target: Vec<String>,
    pub(super) on_delete: Option<&'static str>,
    pub(super) on_update: Option<&'static str>,
    /// What the field is called that leads there.
    pub(super) field: String,
    /// Another reference goes to the same table, or this one comes from it.
    pub(super) ambiguous: bool,
    pub(super) to_itself: bool,
    pub(super) unique: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Incoming {
    pub(super) class: String,
    pub(super) name: String,
    pub(super) field: String,
    pub(super) ambiguous: bool,
    pub(super) unique: bool,
}

impl Model {
    pub(super) fn field(&self, column: &str) -> Option<&Field> {
        self.fields.iter().find(|it| it.column == column)
    }

    /// The reference of that column alone.
    pub(super) fn reference_of(&self, column: &str) -> Option<&Reference> {
        self.references.iter().find(|it| it.columns == [column])
    }

    pub(super) fn is_unique(&self, column: &str) -> Option<&Key> {
        self.uniques.iter().find(|it| it.columns == [column])
    }
}

/// An enum of the schema.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Enumeration {
    /// As SQL writes it.
    pub(super) name: String,
    pub(super) class: String,
    pub(super) labels: Vec<String>,
    pub(super) one_of_several: Option<String>,
}

/// The schemas that tables and enums are in, where they are more than `public`.
fn has_several(schema: &Schema) -> bool {
    let tables = schema.relations().filter(|it| matches!(it.kind(), 'r' | 'p')).map(|it| &it.name.schema);
    let enums = schema.types().filter(|it| matches!(it.kind, UserTypeKind::Enum { .. })).map(|it| &it.name.schema);
    tables.chain(enums).any(|it| *it != "public")
}

pub(super) fn enumerations(schema: &Schema) -> Vec<Enumeration> {
    let mut found: Vec<Enumeration> = schema
        .types()
        .filter_map(|it| match &it.kind {
            UserTypeKind::Enum { labels } => Some(Enumeration {
                name: it.name.to_string(),
                class: spelling::class(it.name.name.as_str()),
                labels: labels.clone(),
                one_of_several: has_several(schema).then(|| it.name.schema.as_str().to_owned()),
            }),
            _ => None,
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Every table but partitions, whose rows their table's model shows. `was`: a column's earlier name.
pub(super) fn models(schema: &Schema, was: &dyn Fn(RelationId, u16) -> Option<String>) -> Vec<Model> {
    let tables = schema.relations_by_name().filter(|it| matches!(it.kind(), 'r' | 'p'));
    let tables = tables.filter(|it| it.table().is_some_and(|table| table.bound.is_none()));
    let mut models: Vec<Model> = tables.filter_map(|it| model(schema, it, was)).collect();
    let links: Vec<(String, String, Incoming)> = models
        .iter()
        .flat_map(|model| {
            model.references.iter().map(move |it| (it.class.clone(), it.table.clone(), incoming(model, it)))
        })
        .collect();
    for model in &mut models {
        let own = full_name(model);
        for (_, _, incoming) in links.iter().filter(|(_, table, _)| *table == own) {
            let mut incoming = incoming.clone();
            while model.field(&incoming.field).is_some()
                || model.references.iter().any(|it| it.field == incoming.field)
                || model.referenced_by.iter().any(|it| it.field == incoming.field)
            {
                incoming.field.push('_');
            }
            model.referenced_by.push(incoming);
        }
    }
    models
}

fn full_name(model: &Model) -> String {
    match &model.schema {
        Some(schema) => format!("{schema}.{}", model.table),
        None => model.table.clone(),
    }
}

fn incoming(model: &Model, it: &Reference) -> Incoming {
    let field = spelling::identifier(&model.table, spelling::PYTHON);
    let field = if it.ambiguous { format!("{field}_{}", it.field) } else { field };
    Incoming { class: model.class.clone(), name: it.name.clone(), field, ambiguous: it.ambiguous, unique: it.unique }
}

fn model(schema: &Schema, relation: &Relation, was: &dyn Fn(RelationId, u16) -> Option<String>) -> Option<Model> {
    let table = relation.table()?;
    let fields = table.live().map(|(number, column)| Field {
        was: was(relation.id, number),
        ..field(schema, relation, table, number, column)
    });
    let mut model = Model {
        id: relation.id,
        schema: (relation.name.schema != "public").then(|| relation.name.schema.as_str().to_owned()),
        one_of_several: has_several(schema).then(|| relation.name.schema.as_str().to_owned()),
        table: relation.name.name.as_str().to_owned(),
        class: spelling::class(relation.name.name.as_str()),
        fields: fields.collect(),
        primary_key: vec![],
        uniques: vec![],
        indexes: vec![],
        other_indexes: vec![],
        checks: vec![],
        references: vec![],
        referenced_by: vec![],
    };
    indexes(schema, table, &mut model);
    for constraint in table.constraints.iter().filter(|it| it.parent.is_none()) {
        let name = constraint.name.as_str().to_owned();
        match &constraint.kind {
            ConstraintKind::Check { expression, .. } => {
                model.checks.push((name, schema.print_expression(relation.id, expression)));
            }
            ConstraintKind::ForeignKey(key) => {
                let Some(target) = schema.get(key.references) else { continue };
                let Some(other) = target.table() else { continue };
                let names = |table: &Table, columns: &[u16]| -> Vec<String> {
                    columns.iter().map(|it| table.column_name(*it).as_str().to_owned()).collect()
                };
                let columns = names(table, &key.columns);
                let words = |it: ReferentialAction| action_words(it);
                let schema_name = (target.name.schema != "public").then(|| target.name.schema.as_str());
                let plain = target.name.name.as_str();
                model.references.push(Reference {
                    name,
                    unique: model.primary_key == columns || model.uniques.iter().any(|it| it.columns == columns),
                    columns,
                    class: spelling::class(plain),
                    table: schema_name.map_or_else(|| plain.to_owned(), |it| format!("{it}.{plain}")),
                    target: names(other, &key.referenced_columns),
                    on_delete: words(key.on_delete),
                    on_update: words(key.on_update),
                    field: String::new(),
                    ambiguous: false,
                    to_itself: false,
                });
            }
            _ => {}
        }
    }
    name_references(&mut model);
    Some(model)
}

fn field(schema: &Schema, relation: &Relation, table: &Table, number: u16, column: &Column) -> Field {
    let (kind, array) = kind::of(schema, &column.type_);
    let text = column.default.as_ref().map(|it| schema.print_expression(relation.id, it));
    let owned = table.sequences.iter().filter_map(|id| schema.get(*id)?.sequence());
    let serial = owned.clone().any(|it| it.owner.is_some_and(|it| it.column == number && !it.identity));
    let serial = serial && text.as_ref().is_some_and(|it| it.starts_with("nextval("));
    Field {
        number,
        column: column.name.as_str().to_owned(),
        kind,
        array,
        nullable: !column.not_null && !is_required_domain(schema, column),
        default: text.filter(|_| !serial).map(|it| kind::default(&it)),
        identity: column.identity,
        serial,
        generated: column
            .generated
            .as_ref()
            .map(|it| (schema.print_expression(relation.id, &it.expression), it.stored)),
        was: None,
    }
}

fn is_required_domain(schema: &Schema, column: &Column) -> bool {
    let crate::pg::types::TypeRef::User(id) = column.type_.base else { return false };
    match schema.user_type(crate::schema::user_type::TypeId(id)).map(|it| &it.kind) {
        Some(UserTypeKind::Domain { not_null, .. }) => *not_null && !column.type_.array,
        _ => false,
    }
}

fn indexes(schema: &Schema, table: &Table, model: &mut Model) {
    for id in &table.indexes {
        let Some((relation, index)) = schema.get(*id).and_then(|it| Some((it, it.index()?))) else { continue };
        let columns = plain_columns(table, index);
        let name = relation.name.name.as_str().to_owned();
        match columns {
            Some(columns) if index.primary => model.primary_key = columns,
            Some(columns) => {
                let key = Key { name, columns, method: index.method.as_str().to_owned() };
                let of = if index.unique { &mut model.uniques } else { &mut model.indexes };
                of.push(key);
            }
            None if index.exclusion => {}
            None => model.other_indexes.push(schema.index_definition(*id)),
        }
    }
}

/// Its columns, where it is over columns of every row, in their own order, and nothing more.
fn plain_columns(table: &Table, index: &Index) -> Option<Vec<String>> {
    let plain = index.predicate.is_none() && !index.exclusion && !index.nulls_not_distinct && index.include.is_empty();
    let name = |key: &crate::schema::index::IndexKey| match key.column {
        KeyColumn::Attribute(number) if !key.descending && key.operator_class.is_none() && key.collation.is_none() => {
            Some(table.column_name(number).as_str().to_owned())
        }
        _ => None,
    };
    index.keys.iter().map(name).collect::<Option<Vec<_>>>().filter(|_| plain)
}

/// `user` for `user_id`; the class where the column's name tells nothing.
fn name_references(model: &mut Model) {
    let taken: Vec<String> = model.fields.iter().map(|it| it.column.clone()).collect();
    let own = full_name(model);
    let targets: Vec<String> = model.references.iter().map(|it| it.table.clone()).collect();
    let mut given: Vec<String> = vec![];
    for reference in &mut model.references {
        let by_column = match reference.columns.as_slice() {
            [one] => one.strip_suffix("_id").or_else(|| one.strip_suffix("Id")).map(str::to_owned),
            _ => None,
        };
        let name =
            by_column.unwrap_or_else(|| spelling::file(reference.table.rsplit('.').next().unwrap_or(&reference.table)));
        let mut name = spelling::identifier(&name, spelling::PYTHON);
        while taken.contains(&name) || given.contains(&name) {
            name.push_str("_row");
        }
        given.push(name.clone());
        reference.field = name;
        reference.to_itself = reference.table == own;
        reference.ambiguous = reference.to_itself || targets.iter().filter(|it| **it == reference.table).count() > 1;
    }
}

/// `a, b` of a constraint or index, for words.
pub(super) fn listed(table: &Table, columns: &[u16]) -> String {
    column_list(table, columns)
}
