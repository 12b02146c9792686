//! `CREATE OPERATOR CLASS`: `DefineOpClass` of `opclasscmds.c`.

use crate::effect::{ObjectName, RelationId};
use crate::name::QualifiedName;
use crate::pg::catalog;
use crate::pg::operator_class;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::object::{ObjectBody, ObjectClass, ObjectId, ObjectKey};
use crate::schema::partition::Strategy;
use crate::statement::Command;
use crate::statement::column::{base_type, resolve_type};
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::routine;
use crate::syntax::expression::TypeName;
use crate::syntax::statement::{ClassItem, CreateOperatorClass};

impl Command for CreateOperatorClass {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE OPERATOR CLASS")?;
        let name = execution.creation_name(&self.name)?;
        let method = self.method.as_str().to_owned();
        if !matches!(method.as_str(), "btree" | "hash") || self.default || self.family.is_some() {
            return unknown("an operator class of this kind is not modelled");
        }
        let input = bare(execution, &self.type_)?;
        let mut functions = vec![];
        for item in &self.items {
            match item {
                ClassItem::Operator { number, name, types } => {
                    let last = if method == "btree" { 5 } else { 1 };
                    if !(1..=last).contains(number) {
                        return unknown("the numbers of an operator class are not what they usually are");
                    }
                    let types: Vec<Type> = match types.as_slice() {
                        [] => vec![input, input],
                        types => types.iter().map(|it| bare(execution, it)).collect::<Outcome<_>>()?,
                    };
                    find_operator(execution, name, &types)?;
                }
                ClassItem::Function { number, of, name, arguments } => {
                    if !of.is_empty() {
                        return unknown("a function for several types is not modelled");
                    }
                    let arguments = arguments.iter().map(|it| bare(execution, it)).collect::<Outcome<Vec<_>>>()?;
                    let own = find_function(execution, &method, *number, name, &arguments)?;
                    // `hashadjustmembers`: the class can do without the others.
                    functions.extend(own.filter(|_| *number == 1));
                }
            }
        }
        let key = ObjectKey::InSchema(ObjectClass::OperatorClass, name.clone(), vec![method.clone()]);
        if execution.schema.find_object(&key).is_some() {
            let message =
                format!("operator class \"{}\" for access method \"{method}\" already exists", name.name.as_str());
            return fail(sqlstate::DUPLICATE_OBJECT, message);
        }
        // Without a family it gets one of its own name.
        let family = ObjectKey::InSchema(ObjectClass::OperatorFamily, name, vec![method]);
        if execution.schema.find_object(&family).is_some() {
            return unknown("a second operator class of a family is not modelled");
        }
        let id = execution.schema.add_object(key, ObjectBody::OperatorClass(input));
        let family = execution.schema.add_object(family, ObjectBody::Plain);
        let mut needs: Vec<(Object, Dependency)> =
            functions.into_iter().map(|it| (Object::Other(it), Dependency::Normal)).collect();
        needs.push((Object::Other(family), Dependency::Auto));
        needs.extend(Object::behind(&input).map(|it| (it, Dependency::Normal)));
        execution.schema.record_needs(&Object::Other(id), needs);
        Ok(())
    }
}

fn bare(execution: &Execution, type_: &TypeName) -> Outcome<Type> {
    resolve_type(execution, type_).map(|it| Type { modifier: -1, ..it })
}

/// `LookupOperName`: those of the server's own alone.
fn find_operator(execution: &Execution, name: &QualifiedName, types: &[Type]) -> Outcome {
    let own = name.schema.as_ref().is_none_or(|it| *it == "pg_catalog");
    let mut rows = catalog::operators(name.name.as_str(), execution.version);
    let found = rows.any(|row| row.left.into_iter().chain([row.right]).eq(types.iter().copied()));
    match own && found {
        true => Ok(()),
        false => unknown(format!("the operator {} is not one of the server's own", name.name.as_str())),
    }
}

/// `LookupFuncName`, and `assignProcTypes`, which asks what it takes and yields.
fn find_function(
    execution: &Execution,
    method: &str,
    number: i64,
    name: &QualifiedName,
    arguments: &[Type],
) -> Outcome<Option<ObjectId>> {
    let (count, result) = match (method, number) {
        ("btree", 1) => (2, Type::INT4),
        ("hash", 1) => (1, Type::INT4),
        ("hash", 2) => (2, Type::INT8),
        _ => return unknown("a support function of this kind is not modelled"),
    };
    let fits = |yields: &Type| arguments.len() == count && yields.is(result);
    let found = routine::callable(execution, name)?;
    if let Some(own) = found.iter().find(|it| it.arguments == arguments) {
        return match fits(&own.result) {
            true => Ok(Some(ObjectId(own.id))),
            false => unknown("a support function that does not suit the access method is not modelled"),
        };
    }
    let mut rows = catalog::functions(name.name.as_str(), execution.version);
    match rows.any(|row| row.arguments == arguments && fits(&row.result)) {
        true => Ok(None),
        false => unknown(format!("whether there is a function {name} for these types is not known")),
    }
}

/// A class that the schema makes, and what it is for: `OpclassnameGetOpcid`.
pub(super) fn find(execution: &Execution, name: &QualifiedName, method: &str) -> Option<(ObjectId, ObjectName, Type)> {
    let schemas = match &name.schema {
        Some(schema) => vec![schema.clone()],
        None => execution.session.search_path.clone(),
    };
    schemas.into_iter().find_map(|schema| {
        let full = ObjectName { schema, name: name.name.clone() };
        let key = ObjectKey::InSchema(ObjectClass::OperatorClass, full.clone(), vec![method.to_owned()]);
        let id = execution.schema.find_object(&key)?;
        match execution.schema.object(id)?.body {
            ObjectBody::OperatorClass(input) => Some((id, full, input)),
            _ => None,
        }
    })
}

/// The class of a partition key that the schema makes: the table needs it. Which partition takes a row by its hash is
/// not followed, and its order would be.
pub(super) fn of_key(
    execution: &mut Execution,
    table: RelationId,
    name: &QualifiedName,
    type_: &Type,
    strategy: Strategy,
) -> Outcome<Option<QualifiedName>> {
    let method = if strategy == Strategy::Hash { "hash" } else { "btree" };
    let rows = catalog::operator_classes();
    if rows.iter().any(|row| row.method == method && name.name == *row.name) {
        return Ok(None);
    }
    let Some((id, full, input)) = find(execution, name, method) else { return Ok(None) };
    if strategy != Strategy::Hash {
        return unknown("the order of an operator class of the schema's own is not known");
    }
    if !operator_class::accepts(input, base_type(execution, type_)) {
        let printed = execution.schema.format_type(&Type { modifier: -1, ..*type_ });
        let message = format!("operator class \"{}\" does not accept data type {printed}", name.name.as_str());
        return fail(sqlstate::DATATYPE_MISMATCH, message);
    }
    execution.schema.record_needs(&Object::Relation(table), [(Object::Other(id), Dependency::Normal)]);
    let visible = execution.session.search_path.contains(&full.schema);
    Ok(Some(QualifiedName { schema: (!visible).then_some(full.schema), name: full.name }))
}
