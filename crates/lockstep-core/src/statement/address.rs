//! Objects looked up by what a statement calls them: `get_object_address` of `objectaddress.c`.

use crate::effect::{ObjectName, RelationId};
use crate::name::{Ident, QualifiedName, quote_literal};
use crate::pg::lock_mode::LockMode;
use crate::pg::sqlstate;
use crate::schema::dependency::Object;
use crate::schema::object::{ObjectClass, ObjectId, ObjectKey};
use crate::schema::relation::{Body, TableKind};
use crate::schema::routine::type_key;
use crate::schema::user_type::UserTypeKind;
use crate::statement::check_constraint::missing_constraint;
use crate::statement::column::{missing_column, resolve_type};
use crate::statement::drop::find_type;
use crate::statement::execution::{Execution, Outcome, fail, plain, unknown};
use crate::statement::routine;
use crate::syntax::statement::{ObjectAddress, ObjectType};

/// Which catalog holds objects of that kind that are neither relations nor types.
pub(super) fn class(object: ObjectType) -> Option<ObjectClass> {
    Some(match object {
        ObjectType::Extension => ObjectClass::Extension,
        ObjectType::Collation => ObjectClass::Collation,
        ObjectType::Conversion => ObjectClass::Conversion,
        ObjectType::Statistics => ObjectClass::Statistics,
        ObjectType::Trigger => ObjectClass::Trigger,
        ObjectType::Rule => ObjectClass::Rule,
        ObjectType::Policy => ObjectClass::Policy,
        ObjectType::Function | ObjectType::Procedure | ObjectType::Routine | ObjectType::Aggregate => {
            ObjectClass::Function
        }
        ObjectType::Operator => ObjectClass::Operator,
        ObjectType::OperatorClass => ObjectClass::OperatorClass,
        ObjectType::OperatorFamily => ObjectClass::OperatorFamily,
        ObjectType::Cast => ObjectClass::Cast,
        ObjectType::TextSearchConfiguration => ObjectClass::TextSearchConfiguration,
        ObjectType::TextSearchDictionary => ObjectClass::TextSearchDictionary,
        ObjectType::TextSearchParser => ObjectClass::TextSearchParser,
        ObjectType::TextSearchTemplate => ObjectClass::TextSearchTemplate,
        ObjectType::Language => ObjectClass::Language,
        ObjectType::AccessMethod => ObjectClass::AccessMethod,
        ObjectType::EventTrigger => ObjectClass::EventTrigger,
        ObjectType::Server => ObjectClass::ForeignServer,
        ObjectType::ForeignDataWrapper => ObjectClass::ForeignDataWrapper,
        ObjectType::Publication => ObjectClass::Publication,
        ObjectType::Subscription => ObjectClass::Subscription,
        _ => return None,
    })
}

/// The object, with relations locked on the way; `None`: outside the database's own schema, and there.
pub(super) fn find(
    execution: &mut Execution,
    address: &ObjectAddress,
    mode: LockMode,
    reason: &'static str,
) -> Outcome<Option<Object>> {
    Ok(Some(match address.object {
        ObjectType::Role => {
            execution.role(&address.name.name)?;
            return Ok(None);
        }
        ObjectType::Database => {
            let name = quote_literal(address.name.name.as_str());
            let query = format!("SELECT count(*) FROM pg_database WHERE datname = {name}");
            execution.precondition(query, "1", sqlstate::UNDEFINED_DATABASE);
            return Ok(None);
        }
        ObjectType::Tablespace => {
            let name = address.name.name.as_str();
            if !matches!(name, "pg_default" | "pg_global") {
                let query = format!("SELECT count(*) FROM pg_tablespace WHERE spcname = {}", quote_literal(name));
                execution.precondition(query, "1", sqlstate::UNDEFINED_OBJECT);
            }
            return Ok(None);
        }
        ObjectType::Schema => {
            execution.namespace(&address.name.name)?;
            Object::Namespace(address.name.name.clone())
        }
        ObjectType::Type | ObjectType::Domain => return find_user_type(execution, address).map(Some),
        ObjectType::DomainConstraint => return find_domain_constraint(execution, address).map(Some),
        ObjectType::Column => {
            let Some(column) = &address.part else { return unknown("a column without a name") };
            let id = execution.open(&address.name, mode, reason)?;
            let relation = execution.schema.relation(id);
            match relation.columns().find(column.as_str()) {
                Some((number, _)) => Object::Column(id, number),
                None if has_attribute(execution, id, column) => Object::Column(id, 0),
                None => return Err(missing_column(column, relation.name.name.as_str()).into()),
            }
        }
        ObjectType::Constraint => {
            let Some(name) = &address.part else { return unknown("a constraint without a name") };
            let id = execution.open(&address.name, LockMode::AccessShare, reason)?;
            let table = execution.schema.relation(id).table();
            if table.is_none_or(|table| table.constraint(name.as_str()).is_none()) {
                return missing_constraint(name, &plain(&address.name));
            }
            Object::Constraint(id, name.clone())
        }
        ObjectType::Trigger | ObjectType::Rule | ObjectType::Policy => {
            let Some(name) = &address.part else { return unknown("a part without a name") };
            let id = execution.open(&address.name, LockMode::AccessShare, reason)?;
            let Some(class) = class(address.object) else { return unknown("no such kind of object") };
            let key = ObjectKey::OnRelation(class, id, name.clone());
            match by_key(execution, &key, name)? {
                Some(found) => Object::Other(found),
                None => {
                    let kind = if address.object == ObjectType::Rule { "relation" } else { "table" };
                    let (words, name) = (class.words(), name.as_str());
                    let table = address.name.name.as_str();
                    let message = format!("{words} \"{name}\" for {kind} \"{table}\" does not exist");
                    return fail(sqlstate::UNDEFINED_OBJECT, message);
                }
            }
        }
        ObjectType::Table
        | ObjectType::Index
        | ObjectType::View
        | ObjectType::MaterializedView
        | ObjectType::Sequence
        | ObjectType::ForeignTable => {
            let id = execution.open(&address.name, mode, reason)?;
            check_kind(execution, address.object, id)?;
            Object::Relation(id)
        }
        _ => return find_other(execution, address).map(Some),
    }))
}

/// Attributes of an index or sequence: they are there, but nothing can be said of them.
fn has_attribute(execution: &Execution, id: RelationId, name: &Ident) -> bool {
    match &execution.schema.relation(id).body {
        Body::Sequence(_) => matches!(name.as_str(), "last_value" | "log_cnt" | "is_called"),
        Body::Index(index) => {
            let table = execution.schema.table(index.table);
            index.columns().iter().any(|number| table.column_name(*number) == *name)
        }
        _ => false,
    }
}

/// `get_relation_by_qualified_name`.
fn check_kind(execution: &Execution, object: ObjectType, id: RelationId) -> Outcome {
    let relation = execution.schema.relation(id);
    let (fits, article) = match (object, &relation.body) {
        (ObjectType::Index, body) => (matches!(body, Body::Index(_)), "an index"),
        (ObjectType::Sequence, body) => (matches!(body, Body::Sequence(_)), "a sequence"),
        (ObjectType::View, body) => (matches!(body, Body::View(_)), "a view"),
        (ObjectType::MaterializedView, Body::Table(it)) => (it.kind == TableKind::Materialized, "a materialized view"),
        (ObjectType::ForeignTable, Body::Table(it)) => (it.kind == TableKind::Foreign, "a foreign table"),
        (ObjectType::Table, Body::Table(it)) => {
            (matches!(it.kind, TableKind::Ordinary | TableKind::Partitioned), "a table")
        }
        (ObjectType::MaterializedView, _) => (false, "a materialized view"),
        (ObjectType::ForeignTable, _) => (false, "a foreign table"),
        _ => (false, "a table"),
    };
    match fits {
        true => Ok(()),
        false => {
            let name = relation.name.name.as_str();
            fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{name}\" is not {article}"))
        }
    }
}

fn find_user_type(execution: &Execution, address: &ObjectAddress) -> Outcome<Object> {
    match find_type(execution, &address.name)? {
        Some(it) if address.object == ObjectType::Domain && !matches!(it.kind, UserTypeKind::Domain { .. }) => {
            fail(sqlstate::WRONG_OBJECT_TYPE, format!("\"{}\" is not a domain", plain(&address.name)))
        }
        Some(it) => Ok(Object::Type(it.id)),
        None => unknown(format!("whether the server has a type {} is not known", address.name)),
    }
}

fn find_domain_constraint(execution: &Execution, address: &ObjectAddress) -> Outcome<Object> {
    let Some(part) = &address.part else { return unknown("a constraint without a name") };
    let Object::Type(id) = find_user_type(execution, address)? else { return unknown("not a domain") };
    let domain = execution.schema.user_type(id);
    let named = match domain.map(|it| &it.kind) {
        Some(UserTypeKind::Domain { checks, not_null_name, .. }) => {
            checks.iter().any(|it| it.name == *part) || not_null_name.as_ref() == Some(part)
        }
        _ => return unknown("constraints of this kind of type are not modelled"),
    };
    match named {
        true => Ok(Object::DomainConstraint(id, part.clone())),
        false => {
            let message = format!("constraint \"{}\" for domain {} does not exist", part.as_str(), address.name);
            fail(sqlstate::UNDEFINED_OBJECT, message)
        }
    }
}

fn by_key(execution: &Execution, key: &ObjectKey, name: &Ident) -> Outcome<Option<ObjectId>> {
    let found = execution.schema.find_object(key);
    match execution.schema.uncertain.about(name, found.map(|it| it.0)) {
        Some(why) => unknown(why),
        None => Ok(found),
    }
}

/// Objects in schemas or of the whole database.
fn find_other(execution: &Execution, address: &ObjectAddress) -> Outcome<Object> {
    let Some(class) = class(address.object) else { return unknown("this kind of object is not modelled") };
    let name = &address.name.name;
    if !in_schemas(class) {
        return match by_key(execution, &ObjectKey::Global(class, name.clone()), name)? {
            Some(found) => Ok(Object::Other(found)),
            None if is_built_in(class, name) => unknown(format!("{} {name} is the server's own", class.words())),
            None => fail(sqlstate::UNDEFINED_OBJECT, format!("{} \"{}\" does not exist", class.words(), name.as_str())),
        };
    }
    let arguments = arguments(execution, address)?;
    let mut found = vec![];
    for schema in schemas(execution, &address.name) {
        let full = ObjectName { schema, name: name.clone() };
        let matching = execution.schema.objects_named(class, &full);
        found.extend(matching.filter(|(_, of)| arguments.as_ref().is_none_or(|it| it == *of)).map(|(id, _)| id));
        if !found.is_empty() {
            break;
        }
    }
    if let Some(why) = execution.schema.uncertain.about(name, found.first().map(|it| it.0)) {
        return unknown(why);
    }
    match found.as_slice() {
        [only] => Ok(Object::Other(*only)),
        [] if class == ObjectClass::Statistics => {
            let message = format!("statistics object \"{}\" does not exist", plain(&address.name));
            fail(sqlstate::UNDEFINED_OBJECT, message)
        }
        [] => unknown(format!("whether the server has a {} {} is not known", class.words(), address.name)),
        _ if class == ObjectClass::Function => {
            fail(sqlstate::AMBIGUOUS_FUNCTION, format!("function name \"{}\" is not unique", plain(&address.name)))
        }
        _ => unknown(format!("which {} is meant is not known", class.words())),
    }
}

/// `nspname` is a part of the name.
fn in_schemas(class: ObjectClass) -> bool {
    !matches!(
        class,
        ObjectClass::Extension
            | ObjectClass::Publication
            | ObjectClass::Subscription
            | ObjectClass::EventTrigger
            | ObjectClass::ForeignServer
            | ObjectClass::ForeignDataWrapper
            | ObjectClass::Language
            | ObjectClass::AccessMethod
            | ObjectClass::Cast
            | ObjectClass::Transform
    )
}

fn is_built_in(class: ObjectClass, name: &Ident) -> bool {
    match class {
        ObjectClass::Language => matches!(name.as_str(), "sql" | "c" | "internal" | "plpgsql"),
        ObjectClass::Extension => name == "plpgsql",
        ObjectClass::AccessMethod => {
            matches!(name.as_str(), "heap" | "btree" | "hash" | "gist" | "gin" | "spgist" | "brin")
        }
        ObjectClass::Cast => true,
        _ => false,
    }
}

fn schemas(execution: &Execution, name: &QualifiedName) -> Vec<Ident> {
    match &name.schema {
        Some(schema) => vec![schema.clone()],
        None => execution.session.search_path.clone(),
    }
}

/// The types of the arguments as keys hold them.
fn arguments(execution: &Execution, address: &ObjectAddress) -> Outcome<Option<Vec<String>>> {
    if let Some(method) = &address.method {
        return Ok(Some(vec![method.as_str().to_owned()]));
    }
    let Some(types) = &address.arguments else { return Ok(None) };
    let mut made = vec![];
    for type_ in types {
        made.push(match type_ {
            Some(type_) => {
                let mut type_ = match class(address.object) {
                    Some(ObjectClass::Function) => routine::argument_type(execution, type_)?,
                    _ => resolve_type(execution, type_)?,
                };
                type_.modifier = -1;
                match class(address.object) {
                    Some(ObjectClass::Function) => type_key(&type_),
                    _ => execution.schema.format_type(&type_),
                }
            }
            None => "NONE".to_owned(),
        });
    }
    Ok(Some(made))
}
