//! Finding functions: `LookupFuncWithArgs`, `FuncnameGetCandidates`, and what calls need of them.

use crate::effect::{ObjectName, PgError};
use crate::expression::{Callable, Inlined};
use crate::name::{Ident, QualifiedName};
use crate::pg::catalog::{self, FunctionRow};
use crate::pg::sqlstate;
use crate::pg::types::{Type, catalog_name};
use crate::schema::dependency::Object;
use crate::schema::object::{ObjectClass, ObjectId, ObjectKey};
use crate::schema::routine::{FIRST_PARAMETER, ParameterMode, Routine, RoutineKind, routine_key};
use crate::statement::column::resolve_type;
use crate::statement::execution::{Execution, Outcome, Stop, fail, plain, unknown};
use crate::syntax::expression::TypeName;
use crate::syntax::statement::RoutineName;

/// The schemas in which a name is looked for.
fn schemas(execution: &Execution, name: &QualifiedName) -> Vec<Ident> {
    match &name.schema {
        Some(schema) => vec![schema.clone()],
        None => execution.session.search_path.clone(),
    }
}

/// All functions of that name that the schema makes, in the order of the search path.
pub(super) fn named(execution: &Execution, name: &QualifiedName) -> Outcome<Vec<ObjectId>> {
    let mut found = vec![];
    for schema in schemas(execution, name) {
        found.extend(execution.schema.routines_named(&ObjectName { schema, name: name.name.clone() }));
    }
    let first = found.first().map(|it| it.0);
    // The server's own functions are there whatever else an extension brings.
    let own = catalog::functions(name.name.as_str(), execution.version).next().is_some();
    let own = own || members(execution, name).next().is_some();
    let foreign = || execution.schema.uncertain.from_extension(&name.name).filter(|_| first.is_none() && !own);
    match execution.schema.uncertain.about(&name.name, first).or_else(foreign) {
        Some(why) => unknown(why),
        None => Ok(found),
    }
}

/// The same of extensions.
pub(super) fn members(execution: &Execution, name: &QualifiedName) -> impl Iterator<Item = &'static FunctionRow> {
    execution.reached(name.schema.as_ref()).functions(name.name.as_str())
}

/// The types of a row, a parameter or a result: `SETOF` is the caller's.
pub(super) fn parameter_type(execution: &mut Execution, name: &TypeName) -> Outcome<Type> {
    match name.percent_type {
        true => column_type(execution, name),
        false => argument_type(execution, name),
    }
}

/// The same where nothing is said on the way.
pub(super) fn argument_type(execution: &Execution, name: &TypeName) -> Outcome<Type> {
    let plain_name = TypeName { set_of: false, ..name.clone() };
    // A relation's row type goes by the relation's number.
    let mut within = schemas(execution, &name.name);
    if name.name.schema.is_none() {
        within.insert(0, Ident::new("pg_temp"));
    }
    let types = within.into_iter();
    let row = types
        .map(|schema| ObjectName { schema, name: name.name.name.clone() })
        .find_map(|full| execution.schema.find(&full).map(|id| (id, full)));
    match resolve_type(execution, &plain_name) {
        // A temporary table's is on no path of schemas that is looked at there.
        Err(Stop::Error(error)) => match row.filter(|(_, full)| full.schema == "pg_temp") {
            Some((id, _)) => Ok(Type { array: name.array_dimensions > 0, ..Type::user(id.0) }),
            None => Err(error.into()),
        },
        Err(Stop::Unknown(why)) => match row {
            Some((id, full))
                if execution.schema.find_type(&full).is_none()
                    && execution.schema.uncertain.about(&full.name, Some(id.0)).is_none()
                    && execution.schema.relation(id).index().is_none() =>
            {
                Ok(Type { array: name.array_dimensions > 0, ..Type::user(id.0) })
            }
            _ => unknown(why),
        },
        other => other,
    }
}

/// `t.c%TYPE`: the column's type, once and for all.
fn column_type(execution: &mut Execution, name: &TypeName) -> Outcome<Type> {
    let Some(table) = &name.name.schema else { return unknown("%TYPE of this form is not modelled") };
    let Some(id) = execution.look_up(&QualifiedName { schema: None, name: table.clone() })? else {
        return unknown("%TYPE of this form is not modelled");
    };
    let column = &name.name.name;
    let Some((_, found)) = execution.schema.relation(id).columns().find(column.as_str()) else {
        return fail(
            sqlstate::UNDEFINED_COLUMN,
            format!("column \"{}\" of relation \"{}\" does not exist", column.as_str(), table.as_str()),
        );
    };
    let type_ = Type { array: found.type_.array || name.array_dimensions > 0, ..found.type_.bare() };
    let printed = execution.schema.format_type(&type_);
    execution.notice(format!("type reference {table}.{column}%TYPE converted to {printed}"));
    Ok(type_)
}

/// What it needs besides its schema and language: the types that the schema makes.
pub(super) fn type_need(execution: &Execution, type_: &Type) -> Option<Object> {
    match type_.base {
        crate::pg::types::TypeRef::User(id) => Some(need_of_type(execution, id)),
        crate::pg::types::TypeRef::Builtin(_) => Object::behind(type_),
    }
}

/// The same by number.
pub(super) fn need_of_type(execution: &Execution, id: u32) -> Object {
    let relation = crate::effect::RelationId(id);
    match execution.schema.get(relation) {
        Some(_) => Object::Relation(relation),
        None => Object::of_type(id),
    }
}

/// Functions as calls in expressions see them.
pub(super) fn callable(execution: &Execution, name: &QualifiedName) -> Outcome<Vec<Callable>> {
    if name.schema.as_ref().is_some_and(|it| *it == "pg_catalog" || *it == "information_schema") {
        return Ok(vec![]);
    }
    if let Some(schema) = &name.schema {
        execution.namespace(schema)?;
    }
    let mut found: Vec<Callable> = vec![];
    for id in named(execution, name)? {
        let Some(routine) = execution.schema.routine(id) else { continue };
        if routine.kind == RoutineKind::Aggregate {
            return unknown(format!("calls of the aggregate {name} are not modelled"));
        }
        let inputs: Vec<_> = routine.inputs().collect();
        let last = inputs.last().filter(|it| it.mode == ParameterMode::Variadic);
        if last.is_some_and(|it| it.type_.element().is_none()) {
            return unknown(format!("calls of {name} with any number of arguments are not modelled"));
        }
        let callable = Callable {
            id: id.0,
            kind: routine.letter(),
            result: routine.result,
            returns_set: routine.returns_set,
            volatility: routine.volatility,
            strict: routine.strict,
            arguments: inputs.iter().map(|it| it.type_).collect(),
            names: inputs
                .iter()
                .map(|it| it.name.as_ref().map_or(String::new(), |it| it.as_str().to_owned()))
                .collect(),
            defaults: inputs.iter().filter(|it| it.default.is_some()).count(),
            variadic: inputs.last().filter(|it| it.mode == ParameterMode::Variadic).and_then(|it| it.type_.element()),
        };
        // The first of the path hides those with the same arguments.
        if !found.iter().any(|it| it.arguments == callable.arguments) {
            found.push(callable);
        }
    }
    for row in members(execution, name) {
        if !found.iter().any(|it| it.arguments == row.arguments) {
            found.push(Callable {
                id: row.function.oid,
                kind: row.kind,
                result: row.result,
                returns_set: row.returns_set,
                volatility: row.function.volatility,
                strict: row.function.strict,
                arguments: row.arguments.clone(),
                names: row.names.iter().map(|it| it.to_string()).collect(),
                defaults: row.defaults,
                variadic: row.variadic,
            });
        }
    }
    Ok(found)
}

pub(super) fn inlined(execution: &Execution, function: u32) -> Option<Inlined> {
    let routine = execution.schema.routine(ObjectId(function))?;
    let body = routine.inline.clone()?;
    Some(Inlined { body, first: FIRST_PARAMETER })
}

/// Types as an error message lists them.
pub(super) fn list_types(execution: &Execution, types: &[Type]) -> String {
    types.iter().map(|it| execution.schema.format_type(&it.bare())).collect::<Vec<_>>().join(", ")
}

fn word(kind: RoutineKind) -> &'static str {
    match kind {
        RoutineKind::Procedure => "procedure",
        RoutineKind::Aggregate => "aggregate",
        RoutineKind::Function | RoutineKind::Routine => "function",
    }
}

/// `LookupFuncWithArgs`; `Ok(None)` where it is missing and `if_exists` lets it be.
pub(super) fn look_up(
    execution: &mut Execution,
    kind: RoutineKind,
    wanted: &RoutineName,
    if_exists: bool,
) -> Outcome<Option<ObjectId>> {
    if let Some(schema) = &wanted.name.schema
        && !execution.schema.has_namespace(schema.as_str())
    {
        if if_exists {
            if let Some(why) = execution.schema.uncertain.about(schema, None) {
                return unknown(why);
            }
            execution.notice(format!("schema \"{}\" does not exist, skipping", schema.as_str()));
            return Ok(None);
        }
        execution.namespace(schema)?;
    }
    let found = match &wanted.arguments {
        None => by_name(execution, kind, wanted, if_exists)?,
        Some(_) => by_arguments(execution, kind, wanted, if_exists)?,
    };
    let Some(id) = found else { return Ok(None) };
    let Some(routine) = execution.schema.routine(id) else { return unknown("this function is not modelled") };
    let right = match kind {
        RoutineKind::Routine => true,
        kind => routine.kind == kind,
    };
    if right {
        return Ok(Some(id));
    }
    let inputs: Vec<Type> = routine.inputs().map(|it| it.type_).collect();
    let signature = format!("{}({})", plain(&wanted.name), list_types(execution, &inputs));
    let (message, hint) = match (kind, routine.kind) {
        (RoutineKind::Function, RoutineKind::Aggregate) => {
            (format!("{signature} is an aggregate function"), Some("Use DROP AGGREGATE to drop aggregate functions."))
        }
        (RoutineKind::Function, _) => (format!("{signature} is not a function"), None),
        (RoutineKind::Procedure, _) => (format!("{signature} is not a procedure"), None),
        _ => (format!("function {signature} is not an aggregate"), None),
    };
    let error = PgError::new(sqlstate::WRONG_OBJECT_TYPE, message);
    Err(Stop::Error(match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }))
}

fn by_name(
    execution: &mut Execution,
    kind: RoutineKind,
    wanted: &RoutineName,
    if_exists: bool,
) -> Outcome<Option<ObjectId>> {
    let mut found = named(execution, &wanted.name)?;
    let fits =
        |it: &ObjectId| execution.schema.routine(*it).is_some_and(|it| kind == RoutineKind::Routine || it.kind == kind);
    if found.iter().any(fits) {
        found.retain(fits);
    }
    let name = plain(&wanted.name);
    let word = word(kind);
    match found.as_slice() {
        [only] => Ok(Some(*only)),
        [] => {
            builtin_is_not_dropped(execution, &wanted.name)?;
            if if_exists {
                execution.notice(format!("{word} {name}() does not exist, skipping"));
                return Ok(None);
            }
            fail(sqlstate::UNDEFINED_FUNCTION, format!("could not find a {word} named \"{name}\""))
        }
        _ => {
            let error = PgError::new(sqlstate::AMBIGUOUS_FUNCTION, format!("{word} name \"{name}\" is not unique"));
            let hint = format!("Specify the argument list to select the {word} unambiguously.");
            Err(Stop::Error(error.hint(hint)))
        }
    }
}

/// The server's own functions, and those of extensions, are not modelled as objects.
fn builtin_is_not_dropped(execution: &Execution, name: &QualifiedName) -> Outcome {
    if members(execution, name).next().is_some() {
        return unknown(format!("{name} is brought by an extension"));
    }
    let own = name.schema.as_ref().is_none_or(|it| *it == "pg_catalog");
    let known = crate::pg::version::PgVersion::ALL
        .into_iter()
        .any(|version| catalog::functions(name.name.as_str(), version).next().is_some());
    match own && known {
        true => unknown(format!("{name} is one of the server's own functions")),
        false => Ok(()),
    }
}

fn by_arguments(
    execution: &mut Execution,
    kind: RoutineKind,
    wanted: &RoutineName,
    if_exists: bool,
) -> Outcome<Option<ObjectId>> {
    let written = wanted.arguments.as_deref().unwrap_or_default();
    let inputs: Vec<_> =
        written.iter().filter(|it| !matches!(it.mode, ParameterMode::Out | ParameterMode::Table)).collect();
    let mut types = vec![];
    for parameter in &inputs {
        match parameter_type(execution, &parameter.type_name) {
            Ok(type_) => types.push(type_.bare()),
            Err(Stop::Error(error)) if if_exists && error.sqlstate == sqlstate::UNDEFINED_OBJECT => {
                execution.notice(format!("{}, skipping", error.message));
                return Ok(None);
            }
            Err(stop) => return Err(stop),
        }
    }
    let known = named(execution, &wanted.name)?;
    for schema in schemas(execution, &wanted.name) {
        let key = routine_key(ObjectName { schema, name: wanted.name.name.clone() }, &types);
        if let Some(id) = execution.schema.find_object(&key) {
            return Ok(Some(id));
        }
    }
    // `DROP PROCEDURE p(int)` also finds one by all of its arguments, `OUT` ones too.
    if matches!(kind, RoutineKind::Procedure | RoutineKind::Routine) {
        let all = |routine: &Routine| routine.parameters.iter().map(|it| it.type_.bare()).collect::<Vec<_>>();
        let found = known.iter().find(|id| execution.schema.routine(**id).is_some_and(|it| all(it) == types));
        if let Some(id) = found {
            return Ok(Some(*id));
        }
    }
    builtin_is_not_dropped(execution, &wanted.name)?;
    let word = word(kind);
    let name = plain(&wanted.name);
    if if_exists {
        let written: Vec<String> = inputs.iter().map(|it| written_type(&it.type_name)).collect();
        execution.notice(format!("{word} {name}({}) does not exist, skipping", written.join(",")));
        return Ok(None);
    }
    let types = list_types(execution, &types);
    fail(sqlstate::UNDEFINED_FUNCTION, format!("{word} {name}({types}) does not exist"))
}

/// `TypeNameListToString`: the grammar's own types are of `pg_catalog`.
fn written_type(name: &TypeName) -> String {
    let system = catalog_name(name);
    let array = if name.array_dimensions > 0 { "[]" } else { "" };
    match name.name.schema.is_none() && system != name.name.name.as_str() {
        true => format!("pg_catalog.{system}{array}"),
        false => format!("{}{array}", plain(&name.name)),
    }
}

/// The function's key under another name or in another schema.
pub(super) fn renamed_key(key: &ObjectKey, to: ObjectName) -> Option<ObjectKey> {
    match key {
        ObjectKey::InSchema(ObjectClass::Function, _, arguments) => {
            Some(ObjectKey::InSchema(ObjectClass::Function, to, arguments.clone()))
        }
        _ => None,
    }
}

/// A function's name, for reasons.
pub(super) fn name_of(execution: &Execution, id: ObjectId) -> String {
    execution.schema.object(id).map(|it| it.name().to_string()).unwrap_or_default()
}
