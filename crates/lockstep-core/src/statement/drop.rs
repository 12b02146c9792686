//! `DROP`: `RemoveRelations` and `RemoveObjects`.

use triomphe::Arc;

use crate::effect::{DataChangeKind, PgError, RelationId};
use crate::name::QualifiedName;
use crate::pg::catalogs;
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::object::{ObjectClass, ObjectKey};
use crate::schema::relation::Persistence;
use crate::schema::relation::{Body, Relation, TableKind};
use crate::schema::user_type::{UserType, UserTypeKind};
use crate::statement::Command;
use crate::statement::alter_type::{self, Found};
use crate::statement::deletion::{delete, refuse_internal};
use crate::statement::execution::{Execution, Outcome, fail, plain, unknown};
use crate::statement::namespace;
use crate::syntax::statement::{Drop, ObjectType};

const REASON: &str = "dropping an object locks out everybody who could be using it";

pub(super) fn tag(object: ObjectType) -> &'static str {
    match object {
        ObjectType::Table => "DROP TABLE",
        ObjectType::Index => "DROP INDEX",
        ObjectType::View => "DROP VIEW",
        ObjectType::MaterializedView => "DROP MATERIALIZED VIEW",
        ObjectType::Sequence => "DROP SEQUENCE",
        ObjectType::ForeignTable => "DROP FOREIGN TABLE",
        ObjectType::Type => "DROP TYPE",
        ObjectType::Domain => "DROP DOMAIN",
        ObjectType::Schema => "DROP SCHEMA",
        ObjectType::Extension => "DROP EXTENSION",
        ObjectType::EventTrigger => "DROP EVENT TRIGGER",
        ObjectType::Collation => "DROP COLLATION",
        ObjectType::Statistics => "DROP STATISTICS",
        _ => "DROP",
    }
}

impl Command for Drop {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable(tag(self.object))?;
        match self.object {
            ObjectType::Index if self.concurrently => drop_concurrently(self, execution),
            ObjectType::Table
            | ObjectType::Index
            | ObjectType::Sequence
            | ObjectType::View
            | ObjectType::MaterializedView => drop_relations(self, execution),
            ObjectType::EventTrigger => drop_global(self, execution, ObjectClass::EventTrigger),
            ObjectType::Extension => drop_global(self, execution, ObjectClass::Extension),
            ObjectType::Type | ObjectType::Domain => drop_types(self, execution),
            ObjectType::Schema => namespace::drop_schemas(self, execution),
            _ => unknown(format!("{} is not modelled", tag(self.object))),
        }
    }
}

/// What `DropErrorMsgNonExistent` and `DropErrorMsgWrongType` say of each kind.
fn words(object: ObjectType) -> (&'static str, sqlstate::SqlState) {
    match object {
        ObjectType::Index => ("index", sqlstate::UNDEFINED_OBJECT),
        ObjectType::Sequence => ("sequence", sqlstate::UNDEFINED_TABLE),
        ObjectType::View => ("view", sqlstate::UNDEFINED_TABLE),
        ObjectType::MaterializedView => ("materialized view", sqlstate::UNDEFINED_TABLE),
        _ => ("table", sqlstate::UNDEFINED_TABLE),
    }
}

fn is_of_kind(relation: &Relation, object: ObjectType) -> bool {
    match (&relation.body, object) {
        (Body::Table(table), ObjectType::Table) => {
            matches!(table.kind, TableKind::Ordinary | TableKind::Partitioned)
        }
        (Body::Table(table), ObjectType::MaterializedView) => table.kind == TableKind::Materialized,
        (Body::Index(_), ObjectType::Index)
        | (Body::Sequence(_), ObjectType::Sequence)
        | (Body::View(_), ObjectType::View) => true,
        _ => false,
    }
}

/// The relation to be dropped; `None` where it is missing and may be.
fn find(statement: &Drop, name: &QualifiedName, execution: &mut Execution) -> Outcome<Option<Object>> {
    let (kind, missing) = words(statement.object);
    if catalogs::is_system_catalog(name) && statement.object == ObjectType::Table {
        let message = format!("permission denied: \"{}\" is a system catalog", name.name.as_str());
        return fail(sqlstate::INSUFFICIENT_PRIVILEGE, message);
    }
    let Some(id) = execution.look_up(name)? else {
        if let Some(schema) = name.schema.as_ref().filter(|it| !execution.schema.has_namespace(it.as_str())) {
            if statement.if_exists {
                execution.notice(format!("schema \"{}\" does not exist, skipping", schema.as_str()));
                return Ok(None);
            }
            execution.namespace(schema)?;
        }
        let message = format!("{kind} \"{}\" does not exist", plain(name));
        if statement.if_exists {
            execution.notice(format!("{message}, skipping"));
            return Ok(None);
        }
        return fail(missing, message);
    };
    let relation = execution.schema.relation(id);
    if !is_of_kind(relation, statement.object) {
        let article = if kind == "index" { "an" } else { "a" };
        let message = format!("\"{}\" is not {article} {kind}", relation.name.name.as_str());
        let actual = Execution::kind_words(relation);
        let article = if actual == "index" { "an" } else { "a" };
        let hint = format!("Use DROP {} to remove {article} {actual}.", actual.to_uppercase());
        return Err(PgError::new(sqlstate::WRONG_OBJECT_TYPE, message).hint(hint).into());
    }
    Ok(Some(Object::Relation(id)))
}

fn drop_relations(statement: &Drop, execution: &mut Execution) -> Outcome {
    let mut targets = vec![];
    for name in &statement.names {
        let Some(target) = find(statement, name, execution)? else { continue };
        if let Object::Relation(id) = target {
            // The table of an index is locked first, to keep the order of everybody else.
            if let Some(table) = execution.schema.get(id).and_then(|it| it.index()).map(|index| index.table) {
                execution.lock(table, LockMode::AccessExclusive, "dropping an index locks its table");
            }
            lock_around(execution, id);
            execution.lock(id, LockMode::AccessExclusive, REASON);
            execution.lock_toast_index(id, REASON);
            if execution.schema.get(id).is_some_and(|it| it.table().is_some()) {
                execution.not_in_use(id, "DROP TABLE")?;
                execution.data_change(id, None, DataChangeKind::Dropped);
            }
        }
        targets.push(target);
    }
    delete(execution, &targets, statement.cascade)
}

/// A partition goes from its table's description, and the default partition may hold other rows from
/// then on (`RangeVarCallbackForDropRelation`, `heap_drop_with_catalog`).
fn lock_around(execution: &mut Execution, id: RelationId) {
    let index = execution.schema.get(id).and_then(|it| it.index()).filter(|it| it.partitioned).map(|it| it.table);
    for (table, _) in index.map(|table| execution.schema.descendants(table)).unwrap_or_default() {
        execution.lock(table, LockMode::AccessExclusive, "the index is dropped on every partition");
    }
    let Some(parent) = execution.schema.partition_parent(id) else { return };
    execution.lock(parent, LockMode::AccessExclusive, "dropping a partition changes which rows its table may hold");
    if let Some(default) = execution.schema.default_partition(parent).filter(|it| *it != id) {
        let reason = "without the partition, the default partition may hold its rows";
        execution.lock(default, LockMode::AccessExclusive, reason);
    }
}

/// `index_drop` in its concurrent form: two waits for everybody who uses the table.
fn drop_concurrently(statement: &Drop, execution: &mut Execution) -> Outcome {
    execution.outside_block("DROP INDEX CONCURRENTLY")?;
    if statement.names.len() > 1 {
        return fail(
            sqlstate::FEATURE_NOT_SUPPORTED,
            "DROP INDEX CONCURRENTLY does not support dropping multiple objects",
        );
    }
    if statement.cascade {
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, "DROP INDEX CONCURRENTLY does not support CASCADE");
    }
    let Some(name) = statement.names.first() else { return Ok(()) };
    let Some(target) = find(statement, name, execution)? else { return Ok(()) };
    let Object::Relation(id) = target else { return Ok(()) };
    let table = execution.schema.index(id).table;
    let temporary = execution.schema.relation(table).persistence == Persistence::Temporary;
    if execution.schema.index(id).partitioned && !temporary {
        execution.lock(table, LockMode::ShareUpdateExclusive, "the index goes while reads and writes go on");
        let name = execution.bare_name(id);
        let message = format!("cannot drop partitioned index \"{name}\" concurrently");
        return fail(sqlstate::FEATURE_NOT_SUPPORTED, message);
    }
    let reason = "the index goes while reads and writes go on";
    execution.lock(table, LockMode::ShareUpdateExclusive, reason);
    execution.lock(id, LockMode::ShareUpdateExclusive, reason);
    if temporary {
        // Nobody else can wait for it: `RemoveRelations` drops it as the plain command does.
        execution.lock(table, LockMode::AccessExclusive, "dropping an index locks its table");
        execution.lock(id, LockMode::AccessExclusive, REASON);
        return delete(execution, &[target], false);
    }
    refuse_internal(execution, &target, std::slice::from_ref(&target))?;
    execution.wait(table, LockMode::AccessExclusive);
    execution.lock(id, LockMode::AccessExclusive, "nobody uses the index any more when it is removed");
    let held = execution.record.locks.clone();
    delete(execution, &[target], false)?;
    // `delete` locks as the plain command does; this form holds less.
    execution.record.locks = held;
    Ok(())
}

/// Objects of the whole database: `get_object_address_unqualified`.
fn drop_global(statement: &Drop, execution: &mut Execution, class: ObjectClass) -> Outcome {
    let mut targets = vec![];
    for name in &statement.names {
        let found = execution.schema.find_object(&ObjectKey::Global(class, name.name.clone()));
        if let Some(why) = execution.schema.uncertain.about(&name.name, found.map(|it| it.0)) {
            return unknown(why);
        }
        let message = || format!("{} \"{}\" does not exist", class.words(), name.name.as_str());
        match found {
            Some(id) => targets.push(Object::Other(id)),
            None if class == ObjectClass::Extension && name.name == "plpgsql" => {
                return unknown("the extension plpgsql is not modelled as an object");
            }
            None if statement.if_exists => execution.notice(format!("{}, skipping", message())),
            None => return fail(sqlstate::UNDEFINED_OBJECT, message()),
        }
    }
    if class == ObjectClass::Extension && !targets.is_empty() && !execution.schema.uncertain.is_certain() {
        if statement.cascade {
            return unknown("what uses the extension is not known: earlier statements are not modelled");
        }
        execution.doubt("earlier statements that are not modelled may have made what uses the extension");
    }
    delete(execution, &targets, statement.cascade)
}

fn drop_types(statement: &Drop, execution: &mut Execution) -> Outcome {
    let mut targets = vec![];
    for name in &statement.names {
        if let Some(schema) = name.schema.as_ref().filter(|_| statement.if_exists)
            && !execution.schema.has_namespace(schema.as_str())
        {
            execution.notice(format!("schema \"{}\" does not exist, skipping", schema.as_str()));
            continue;
        }
        let domain = statement.object == ObjectType::Domain;
        match alter_type::find(execution, name)? {
            Found::Type(it) if domain && !matches!(it.kind, UserTypeKind::Domain { .. }) => {
                return fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{}\" is not a domain", it.name.name.as_str()));
            }
            Found::RowType(id) => {
                let bare = name.name.as_str();
                if domain {
                    return fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{bare}\" is not a domain"));
                }
                let owner = execution.schema.describe(&Object::Relation(id));
                let message = format!("cannot drop type {} because {owner} requires it", plain(name));
                let error = PgError::new(sqlstate::DEPENDENT_OBJECTS_STILL_EXIST, message);
                return Err(error.hint(format!("You can drop {owner} instead.")).into());
            }
            Found::Type(it) => {
                targets.push(Object::Type(it.id));
                if matches!(it.kind, UserTypeKind::Enum { .. }) && statement.cascade {
                    for (table, column) in execution.schema.columns_of_type(it.id) {
                        execution.data_change(table, Some(column), DataChangeKind::Dropped);
                    }
                }
            }
            Found::None => {
                let message = format!("type \"{}\" does not exist", plain(name));
                if !statement.if_exists {
                    return fail(sqlstate::UNDEFINED_OBJECT, message);
                }
                execution.notice(format!("{message}, skipping"));
            }
        }
    }
    delete(execution, &targets, statement.cascade)
}

/// The type of that name, where migrations make such types.
pub(super) fn find_type(execution: &Execution, name: &QualifiedName) -> Outcome<Option<Arc<UserType>>> {
    match alter_type::find(execution, name)? {
        Found::Type(it) => Ok(Some(it)),
        Found::RowType(_) => unknown(format!("the row type of {name} is not modelled")),
        Found::None => Ok(None),
    }
}
