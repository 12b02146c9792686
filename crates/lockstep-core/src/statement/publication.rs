//! Publications: `publicationcmds.c`, and what being published forbids to a table.

use triomphe::Arc;

use crate::effect::{PgError, RelationId};
use crate::expression::{Expression, Volatility};
use crate::name::Ident;
use crate::pg::behavior;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::object::{ObjectBody, ObjectClass, ObjectId, ObjectKey};
use crate::schema::publication::{Publication, PublishedTable};
use crate::schema::relation::{Body, Persistence};
use crate::statement::Command;
use crate::statement::execution::{Execution, Outcome, fail, plain, unknown};
use crate::statement::scope::{self, Use};
use crate::syntax::statement::{AlterPublication, CreatePublication, PublicationChange, PublicationObject};

const REASON: &str = "the table must not be dropped or altered while it is published";

/// A table that a statement names, and what of it is to be published.
struct Named {
    table: RelationId,
    columns: Option<Vec<Ident>>,
    filter: Option<crate::syntax::expression::Expr>,
}

impl Command for CreatePublication {
    /// `CreatePublication`.
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE PUBLICATION")?;
        grammar(execution, &self.objects)?;
        let key = ObjectKey::Global(ObjectClass::Publication, self.name.clone());
        let existing = execution.schema.find_object(&key);
        if let Some(why) = execution.schema.uncertain.about(&self.name, existing.map(|it| it.0)) {
            return unknown(why);
        }
        if existing.is_some() {
            let message = format!("publication \"{}\" already exists", self.name.as_str());
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
        let mut made = Publication {
            all_tables: self.all_tables,
            operations: "iudt".to_owned(),
            via_root: false,
            schemas: vec![],
        };
        set_options(&mut made, &self.options)?;
        made.schemas = schemas(execution, &self.objects)?;
        let id = execution.schema.add_object(key, ObjectBody::Publication(made));
        let named = open_tables(execution, &self.objects)?;
        for it in &named {
            add_table(execution, id, &self.name, it, false)?;
        }
        Ok(())
    }
}

/// Column lists, row filters and schemas exist from 15 on.
fn grammar(execution: &Execution, objects: &[PublicationObject]) -> Outcome {
    let plain = |it: &PublicationObject| matches!(it, PublicationObject::Table { columns: None, filter: None, .. });
    if behavior::has_grammar_of_15(execution.version) || objects.iter().all(plain) {
        return Ok(());
    }
    fail(sqlstate::SYNTAX_ERROR, "syntax error: column lists, row filters and schemas exist from 15 on")
}

/// `parse_publication_options`.
fn set_options(publication: &mut Publication, options: &[(Ident, Option<String>)]) -> Outcome {
    let mut seen: Vec<&Ident> = vec![];
    for (name, value) in options {
        if seen.contains(&name) {
            return fail(sqlstate::SYNTAX_ERROR, "conflicting or redundant options");
        }
        seen.push(name);
        match name.as_str() {
            "publish" => {
                let mut operations = vec![];
                for word in value.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|it| !it.is_empty()) {
                    if !["insert", "update", "delete", "truncate"].contains(&word) {
                        let message = format!("unrecognized value for publication option \"publish\": \"{word}\"");
                        return fail(sqlstate::SYNTAX_ERROR, message);
                    }
                    operations.push(&word[..1]);
                }
                publication.operations =
                    "iudt".chars().filter(|it| operations.contains(&it.to_string().as_str())).collect();
            }
            "publish_via_partition_root" => {
                publication.via_root = !matches!(value.as_deref(), Some("false" | "off" | "0"));
            }
            "publish_generated_columns" => return unknown("publish_generated_columns is not modelled"),
            name => return fail(sqlstate::SYNTAX_ERROR, format!("unrecognized publication parameter: \"{name}\"")),
        }
    }
    Ok(())
}

fn schemas(execution: &Execution, objects: &[PublicationObject]) -> Outcome<Vec<Ident>> {
    let mut found: Vec<Ident> = vec![];
    for it in objects {
        if let PublicationObject::TablesInSchema(schema) = it {
            if schema == "current_schema" {
                return unknown("CURRENT_SCHEMA in a publication is not modelled");
            }
            execution.namespace(schema)?;
            if !found.contains(schema) {
                found.push(schema.clone());
            }
        }
    }
    Ok(found)
}

/// `OpenTableList`.
fn open_tables(execution: &mut Execution, objects: &[PublicationObject]) -> Outcome<Vec<Named>> {
    let mut found: Vec<Named> = vec![];
    for it in objects {
        let PublicationObject::Table { name, columns, filter, .. } = it else { continue };
        let table = execution.open(name, LockMode::ShareUpdateExclusive, REASON)?;
        let relation = execution.schema.relation(table);
        if relation.index().is_some() {
            return fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{}\" is an index", relation.name.name.as_str()));
        }
        if found.iter().any(|it| it.table == table) {
            let conflict = columns.is_some()
                || filter.is_some()
                || found.iter().any(|it| it.table == table && (it.columns.is_some() || it.filter.is_some()));
            if conflict {
                let table = plain(name);
                let message = format!("conflicting or redundant column lists for table \"{table}\"");
                return fail(sqlstate::DUPLICATE_OBJECT, message);
            }
            continue;
        }
        found.push(Named { table, columns: columns.clone(), filter: filter.clone() });
    }
    Ok(found)
}

/// `publication_add_relation`.
fn add_table(
    execution: &mut Execution,
    publication: ObjectId,
    name: &Ident,
    named: &Named,
    if_not_exists: bool,
) -> Outcome {
    let key = ObjectKey::OnRelation(ObjectClass::PublishedTable, named.table, name.clone());
    let relation = execution.schema.relation(named.table);
    let bare = relation.name.name.as_str().to_owned();
    if execution.schema.find_object(&key).is_some() {
        if if_not_exists {
            return Ok(());
        }
        let message = format!("relation \"{bare}\" is already member of publication \"{}\"", name.as_str());
        return fail(sqlstate::DUPLICATE_OBJECT, message);
    }
    let kind = match (&relation.body, relation.kind(), relation.persistence) {
        (Body::View(_), ..) => Some("views"),
        (Body::Sequence(_), ..) => Some("sequences"),
        (_, 'm', _) => Some("materialized views"),
        (_, 'f', _) => Some("foreign tables"),
        (_, _, Persistence::Temporary) => Some("temporary tables"),
        (_, _, Persistence::Unlogged) => Some("unlogged tables"),
        _ => None,
    };
    if let Some(kind) = kind {
        let error =
            PgError::new(sqlstate::INVALID_PARAMETER_VALUE, format!("cannot add relation \"{bare}\" to publication"));
        return Err(error.detail(format!("This operation is not supported for {kind}.")).into());
    }
    let filter = match &named.filter {
        Some(filter) => Some(row_filter(execution, named.table, filter)?),
        None => None,
    };
    let columns = match &named.columns {
        Some(names) => Some(column_list(execution, named.table, names)?),
        None => None,
    };
    let mut needs =
        vec![(Object::Other(publication), Dependency::Auto), (Object::Relation(named.table), Dependency::Auto)];
    let used = filter.iter().flat_map(|it| it.columns());
    needs.extend(
        columns.iter().flatten().copied().chain(used).map(|it| (Object::Column(named.table, it), Dependency::Normal)),
    );
    let published = PublishedTable { publication, table: named.table, columns, filter };
    let id = execution.schema.add_object(key, ObjectBody::PublishedTable(published));
    execution.schema.record_needs(&Object::Other(id), needs);
    Ok(())
}

/// `TransformPubWhereClauses`, `check_simple_rowfilter_expr`.
fn row_filter(
    execution: &Execution,
    table: RelationId,
    filter: &crate::syntax::expression::Expr,
) -> Outcome<Arc<Expression>> {
    let made = scope::analyze(execution, table, filter, Use::Where)?;
    match made.volatility() {
        Volatility::Immutable => Ok(made),
        _ => {
            let error = PgError::new(sqlstate::FEATURE_NOT_SUPPORTED, "invalid publication WHERE expression");
            Err(error.detail("User-defined or built-in mutable functions are not allowed.").into())
        }
    }
}

/// `publication_translate_columns`.
fn column_list(execution: &Execution, table: RelationId, names: &[Ident]) -> Outcome<Vec<u16>> {
    let relation = execution.schema.relation(table);
    let mut found = vec![];
    for name in names {
        let Some((number, column)) = relation.columns().find(name.as_str()) else {
            return Err(crate::statement::column::missing_column(name, relation.name.name.as_str()).into());
        };
        if found.contains(&number) {
            let message = format!("duplicate column \"{}\" in publication column list", name.as_str());
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
        if column.generated.is_some() && !behavior::publishes_generated_columns(execution.version) {
            let message = format!("cannot use generated column \"{}\" in publication column list", name.as_str());
            return fail(sqlstate::INVALID_COLUMN_REFERENCE, message);
        }
        found.push(number);
    }
    found.sort_unstable();
    Ok(found)
}

impl Command for AlterPublication {
    /// `AlterPublication`.
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("ALTER PUBLICATION")?;
        let key = ObjectKey::Global(ObjectClass::Publication, self.name.clone());
        let found = execution.schema.find_object(&key);
        if let Some(why) = execution.schema.uncertain.about(&self.name, found.map(|it| it.0)) {
            return unknown(why);
        }
        let Some(id) = found else {
            return fail(sqlstate::UNDEFINED_OBJECT, format!("publication \"{}\" does not exist", self.name.as_str()));
        };
        let Some(mut publication) = execution.schema.object(id).and_then(|it| it.publication()).cloned() else {
            return unknown("the publication is not modelled");
        };
        let objects = match &self.change {
            PublicationChange::Options(options) => {
                set_options(&mut publication, options)?;
                put(execution, id, publication);
                return Ok(());
            }
            PublicationChange::Add(objects) | PublicationChange::Set(objects) | PublicationChange::Drop(objects) => {
                objects
            }
        };
        grammar(execution, objects)?;
        if publication.all_tables {
            let message = format!("publication \"{}\" is defined as FOR ALL TABLES", self.name.as_str());
            let detail = "Tables cannot be added to or dropped from FOR ALL TABLES publications.";
            return Err(PgError::new(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, message).detail(detail).into());
        }
        let named_schemas = schemas(execution, objects)?;
        let named = open_tables(execution, objects)?;
        match &self.change {
            PublicationChange::Add(_) => {
                named.iter().try_for_each(|it| add_table(execution, id, &self.name, it, false))?;
                publication.schemas.extend(named_schemas);
                put(execution, id, publication);
            }
            PublicationChange::Set(_) => {
                for (entry, table) in entries(execution, id) {
                    execution.lock(table, LockMode::ShareUpdateExclusive, REASON);
                    execution.schema.remove_object(entry);
                }
                named.iter().try_for_each(|it| add_table(execution, id, &self.name, it, true))?;
                publication.schemas = named_schemas;
                put(execution, id, publication);
            }
            _ => {
                for it in &named {
                    if it.columns.is_some() {
                        let message = "column list must not be specified in ALTER PUBLICATION ... DROP";
                        return fail(sqlstate::SYNTAX_ERROR, message);
                    }
                    let Some(entry) = execution.schema.published_table(&self.name, it.table) else {
                        let message =
                            format!("relation \"{}\" is not part of the publication", execution.bare_name(it.table));
                        return fail(sqlstate::UNDEFINED_OBJECT, message);
                    };
                    execution.schema.remove_object(entry);
                }
                for schema in &named_schemas {
                    if !publication.schemas.contains(schema) {
                        let message =
                            format!("tables from schema \"{}\" are not part of the publication", schema.as_str());
                        return fail(sqlstate::UNDEFINED_OBJECT, message);
                    }
                    publication.schemas.retain(|it| it != schema);
                }
                put(execution, id, publication);
            }
        }
        let lists = execution.schema.published_tables().any(|(_, it)| it.publication == id && it.columns.is_some());
        let schemas =
            execution.schema.object(id).and_then(|it| it.publication()).is_some_and(|it| !it.schemas.is_empty());
        if lists && schemas {
            let message = format!("cannot add schema to publication \"{}\"", self.name.as_str());
            return fail(sqlstate::INVALID_PARAMETER_VALUE, message);
        }
        Ok(())
    }
}

fn put(execution: &mut Execution, id: ObjectId, publication: Publication) {
    if let Some(object) = execution.schema.object_mut(id) {
        object.body = ObjectBody::Publication(publication);
    }
}

fn entries(execution: &Execution, publication: ObjectId) -> Vec<(ObjectId, RelationId)> {
    let entries = execution.schema.published_tables().filter(|(_, it)| it.publication == publication);
    entries.map(|(id, it)| (id, it.table)).collect()
}

/// `CheckCmdReplicaIdentity`: a published table says which row an update or delete is of.
pub(super) fn check_replica_identity(execution: &Execution, table: RelationId, operation: char) -> Outcome {
    let schema = &execution.schema;
    let publications = schema.publications_of(table, operation);
    if publications.is_empty() {
        return Ok(());
    }
    let name = execution.bare_name(table);
    let (verb, what) = match operation {
        'u' => ("update", "updates"),
        _ => ("delete from", "deletes"),
    };
    let Some(identity) = schema.replica_identity_columns(table) else {
        let message =
            format!("cannot {verb} table \"{name}\" because it does not have a replica identity and publishes {what}");
        return fail(sqlstate::OBJECT_NOT_IN_PREREQUISITE_STATE, message);
    };
    for (_, entry) in publications {
        let Some(entry) = entry else { continue };
        let filtered = entry.filter.as_ref().is_some_and(|it| it.columns().iter().any(|it| !identity.contains(it)));
        let unlisted = entry.columns.as_ref().is_some_and(|columns| identity.iter().any(|it| !columns.contains(it)));
        if filtered || unlisted {
            let detail = match filtered {
                true => "Column used in the publication WHERE expression is not part of the replica identity.",
                false => "Column list used by the publication does not cover the replica identity.",
            };
            let message = format!("cannot {verb} table \"{name}\"");
            return Err(PgError::new(sqlstate::INVALID_COLUMN_REFERENCE, message).detail(detail).into());
        }
    }
    Ok(())
}
