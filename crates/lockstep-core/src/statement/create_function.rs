//! `CREATE FUNCTION` and `CREATE PROCEDURE`: `CreateFunction` of `functioncmds.c`, `ProcedureCreate`.

use std::collections::BTreeSet;

use triomphe::Arc;

use crate::effect::{ObjectName, PgError};
use crate::expression::{self, Context, Kind};
use crate::name::Ident;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::pg::volatility::Volatility;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::object::{ObjectBody, ObjectClass, ObjectId, ObjectKey};
use crate::schema::routine::{Parameter, ParameterMode, Routine, RoutineKind, routine_key};
use crate::statement::Command;
use crate::statement::execution::{Execution, Outcome, Stop, fail, unknown};
use crate::statement::routine::{list_types, parameter_type, type_need};
use crate::statement::routine_body;
use crate::statement::scope::TableScope;
use crate::syntax::statement::{CreateFunction, Returns, RoutineOption};

impl Command for CreateFunction {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable(&format!("CREATE {}", self.kind))?;
        let name = execution.creation_name(&self.name)?;
        let mut routine = attributes(execution, self)?;
        language(execution, &routine.language)?;
        let out = parameters(self, execution, &mut routine)?;
        result(self, execution, &mut routine, out)?;
        source(self, &mut routine)?;
        let inputs: Vec<Type> = routine.inputs().map(|it| it.type_.bare()).collect();
        let key = routine_key(name.clone(), &inputs);
        let existing = execution.schema.find_object(&key);
        let known = existing.map(|it| it.0);
        if let Some(why) = execution.schema.uncertain.about(&name.name, known) {
            return unknown(why);
        }
        if let Some(id) = existing {
            replaceable(self, execution, id, &routine)?;
        }
        let body = routine_body::check(self, execution, &mut routine)?;
        store(execution, existing, key, &name, routine, body)
    }
}

/// Options that were given already.
#[derive(Default)]
pub(super) struct Attributes {
    seen: BTreeSet<&'static str>,
}

impl Attributes {
    fn once(&mut self, which: &'static str) -> Outcome {
        match self.seen.insert(which) {
            true => Ok(()),
            false => fail(sqlstate::SYNTAX_ERROR, "conflicting or redundant options"),
        }
    }
}

/// `compute_function_attributes`.
fn attributes(execution: &Execution, statement: &CreateFunction) -> Outcome<Routine> {
    let mut seen = Attributes::default();
    let mut routine = Routine {
        kind: statement.kind,
        parameters: vec![],
        result: Type::VOID,
        returns_set: false,
        language: Ident::new(""),
        volatility: Volatility::Volatile,
        strict: false,
        leakproof: false,
        security_definer: false,
        parallel: 'u',
        settings: vec![],
        planning: vec![],
        source: String::new(),
        bound: false,
        file: None,
        inline: None,
        computes: None,
    };
    let mut has_source = false;
    for option in &statement.options {
        match option {
            RoutineOption::Language(name) => {
                seen.once("language")?;
                routine.language = name.clone();
            }
            RoutineOption::As(_) => {
                seen.once("as")?;
                has_source = true;
            }
            RoutineOption::Transform(_) => return unknown("TRANSFORM is not modelled"),
            RoutineOption::Window => return unknown("window functions are not modelled"),
            option => set_option(execution, option, &mut routine, &mut seen, statement.kind == RoutineKind::Procedure)?,
        }
    }
    let invalid = |message: &str| fail(sqlstate::INVALID_FUNCTION_DEFINITION, message);
    if routine.language.as_str().is_empty() {
        match statement.body {
            Some(_) => routine.language = Ident::new("sql"),
            None => return invalid("no language specified"),
        }
    }
    if statement.body.is_some() && routine.language != *"sql" {
        return invalid("inline SQL function body only valid for language SQL");
    }
    match (has_source, &statement.body) {
        (true, Some(_)) => invalid("duplicate function body specified"),
        (false, None) => invalid("no function body specified"),
        _ => Ok(routine),
    }
}

/// `compute_common_attribute`.
pub(super) fn set_option(
    execution: &Execution,
    option: &RoutineOption,
    routine: &mut Routine,
    seen: &mut Attributes,
    is_procedure: bool,
) -> Outcome {
    let not_for_procedures = || match is_procedure {
        true => fail(sqlstate::INVALID_FUNCTION_DEFINITION, "invalid attribute in procedure definition"),
        false => Ok(()),
    };
    match option {
        RoutineOption::Volatility(word) => {
            not_for_procedures()?;
            seen.once("volatility")?;
            routine.volatility = Volatility::from_word(word.as_str());
        }
        RoutineOption::Strict(strict) => {
            not_for_procedures()?;
            seen.once("strict")?;
            routine.strict = *strict;
        }
        RoutineOption::SecurityDefiner(definer) => {
            seen.once("security")?;
            routine.security_definer = *definer;
        }
        RoutineOption::Leakproof(leakproof) => {
            not_for_procedures()?;
            seen.once("leakproof")?;
            routine.leakproof = *leakproof;
        }
        RoutineOption::Parallel(word) => {
            not_for_procedures()?;
            seen.once("parallel")?;
            routine.parallel = match word.as_str() {
                "safe" => 's',
                "unsafe" => 'u',
                "restricted" => 'r',
                _ => {
                    let message = "parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE";
                    return fail(sqlstate::SYNTAX_ERROR, message);
                }
            };
        }
        RoutineOption::Cost(_) | RoutineOption::Rows(_) | RoutineOption::Support(_) => {
            not_for_procedures()?;
            let word = match option {
                RoutineOption::Cost(_) => "COST",
                RoutineOption::Rows(_) => "ROWS",
                _ => "SUPPORT",
            };
            seen.once(word)?;
            if let RoutineOption::Cost(number) | RoutineOption::Rows(number) = option
                && number.parse::<f64>().is_ok_and(|it| it <= 0.0)
            {
                return fail(sqlstate::INVALID_PARAMETER_VALUE, format!("{word} must be positive"));
            }
            routine.planning.retain(|it| !it.starts_with(word));
            routine.planning.push(option.to_string());
        }
        RoutineOption::Set { name, values } => {
            routine.settings.retain(|it| !it.starts_with(&format!("{name}=")));
            if !values.is_empty() {
                // A list is kept with each of its names quoted as needed (`flatten_set_variable_args`).
                let values = match name.as_str() {
                    "search_path" => values.iter().map(|it| crate::name::quote_identifier(it)).collect::<Vec<_>>(),
                    _ => values.clone(),
                };
                routine.settings.push(format!("{name}={}", values.join(", ")));
            }
        }
        RoutineOption::Reset(None) => routine.settings.clear(),
        RoutineOption::Reset(Some(name)) => routine.settings.retain(|it| !it.starts_with(&format!("{name}="))),
        RoutineOption::SetFromCurrent(name) if name == "search_path" => {
            let path = match execution.session.setting("search_path") {
                None => "\"$user\", public".to_owned(),
                Some(path) => path.split(", ").map(crate::name::quote_identifier).collect::<Vec<_>>().join(", "),
            };
            routine.settings.retain(|it| !it.starts_with("search_path="));
            routine.settings.push(format!("search_path={path}"));
        }
        RoutineOption::SetFromCurrent(name) => {
            return unknown(format!("the current value of {name} is not known"));
        }
        RoutineOption::Language(_) | RoutineOption::As(_) | RoutineOption::Window | RoutineOption::Transform(_) => {}
    }
    Ok(())
}

/// Languages that every database has; others come with extensions.
const LANGUAGES: [&str; 4] = ["sql", "plpgsql", "c", "internal"];

fn language(execution: &Execution, name: &Ident) -> Outcome {
    let key = ObjectKey::Global(ObjectClass::Language, name.clone());
    if LANGUAGES.contains(&name.as_str()) || execution.schema.find_object(&key).is_some() {
        return Ok(());
    }
    if let Some(why) = execution.schema.uncertain.about(name, None) {
        return unknown(why);
    }
    let error = PgError::new(sqlstate::UNDEFINED_OBJECT, format!("language \"{}\" does not exist", name.as_str()));
    let hint = "Use CREATE EXTENSION to load the language into the database.";
    match name.as_str().starts_with("pl") {
        true => Err(Stop::Error(error.hint(hint))),
        false => Err(Stop::Error(error)),
    }
}

/// `interpret_function_parameter_list`. The result is the type that `OUT` parameters make.
fn parameters(statement: &CreateFunction, execution: &mut Execution, routine: &mut Routine) -> Outcome<Option<Type>> {
    let columns = match &statement.returns {
        Some(Returns::Table(columns)) => columns.as_slice(),
        _ => &[],
    };
    let word = if statement.kind == RoutineKind::Procedure { "procedures" } else { "functions" };
    let invalid = |message: String| fail(sqlstate::INVALID_FUNCTION_DEFINITION, message);
    let (mut variadic, mut default_seen) = (false, false);
    for written in statement.parameters.iter().chain(columns) {
        let type_ = parameter_type(execution, &written.type_name)?.bare();
        if written.type_name.set_of {
            return invalid(format!("{word} cannot accept set arguments"));
        }
        let mut parameter = Parameter { mode: written.mode, name: written.name.clone(), type_, default: None };
        if parameter.is_input() && variadic {
            return invalid("VARIADIC parameter must be the last input parameter".to_owned());
        }
        if parameter.mode == ParameterMode::Variadic {
            variadic = true;
            if !type_.array && !type_.is_any(&[Type::ANY, Type::ANYARRAY, Type::ANYCOMPATIBLEARRAY]) {
                return invalid("VARIADIC parameter must be an array".to_owned());
            }
        }
        if let Some(name) = &parameter.name {
            // A pure input and a pure output may share a name.
            let apart = |it: &Parameter| {
                !(it.is_input() && it.is_output() || parameter.is_input() && parameter.is_output())
                    && it.is_input() != parameter.is_input()
            };
            if routine.parameters.iter().any(|it| it.name.as_ref() == Some(name) && !apart(it)) {
                return invalid(format!("parameter name \"{}\" used more than once", name.as_str()));
            }
        }
        match &written.default {
            Some(_) if !parameter.is_input() => {
                return invalid("only input parameters can have default values".to_owned());
            }
            Some(default) => {
                default_seen = true;
                parameter.default = Some(default_value(execution, default, &type_)?);
            }
            None if parameter.is_input() && default_seen => {
                return invalid("input parameters after one with a default value must also have defaults".to_owned());
            }
            None => {}
        }
        routine.parameters.push(parameter);
    }
    let outputs: Vec<Type> = routine.parameters.iter().filter(|it| it.is_output()).map(|it| it.type_).collect();
    Ok(match outputs.as_slice() {
        [] => None,
        [only] if statement.kind != RoutineKind::Procedure && columns.is_empty() => Some(*only),
        // A single column of RETURNS TABLE is its own type, too.
        [only] if statement.kind != RoutineKind::Procedure => Some(*only),
        _ => Some(Type::RECORD),
    })
}

fn default_value(
    execution: &Execution,
    default: &crate::syntax::expression::Expr,
    type_: &Type,
) -> Outcome<Arc<expression::Expression>> {
    let scope = TableScope { execution, table: None, alias: None };
    let made = expression::analyze(default, &scope, Kind::Parameter)?;
    let from = *made.type_();
    match expression::coerce_to_target(made, type_, Context::Assignment, &scope)? {
        Some(made) => Ok(Arc::new(made)),
        None => {
            let (to, from) = (execution.schema.format_type(type_), execution.schema.format_type(&from));
            fail(sqlstate::DATATYPE_MISMATCH, format!("argument of DEFAULT must be type {to}, not type {from}"))
        }
    }
}

/// `compute_return_type`.
fn result(statement: &CreateFunction, execution: &mut Execution, routine: &mut Routine, out: Option<Type>) -> Outcome {
    let invalid = |message: String| fail(sqlstate::INVALID_FUNCTION_DEFINITION, message);
    if statement.kind == RoutineKind::Procedure {
        routine.result = out.unwrap_or(Type::VOID);
        return Ok(());
    }
    match (&statement.returns, out) {
        (Some(Returns::Table(_)), Some(type_)) => {
            (routine.result, routine.returns_set) = (type_, true);
        }
        (Some(Returns::Table(_)), None) => return invalid("function result type must be specified".to_owned()),
        (Some(Returns::Type(written)), out) => {
            let type_ = parameter_type(execution, written)?.bare();
            if let Some(out) = out
                && !out.is(type_)
            {
                let out = execution.schema.format_type(&out);
                return invalid(format!("function result type must be {out} because of OUT parameters"));
            }
            (routine.result, routine.returns_set) = (type_, written.set_of);
        }
        (None, Some(out)) => routine.result = out,
        (None, None) => return invalid("function result type must be specified".to_owned()),
    }
    Ok(())
}

/// `interpret_AS_clause`.
fn source(statement: &CreateFunction, routine: &mut Routine) -> Outcome {
    let texts = statement.options.iter().find_map(|it| match it {
        RoutineOption::As(texts) => Some(texts.as_slice()),
        _ => None,
    });
    match (routine.language.as_str(), texts) {
        ("c", Some([file, symbol])) => {
            (routine.file, routine.source) = (Some(file.clone()), symbol.clone());
        }
        ("c", Some([file])) => {
            (routine.file, routine.source) = (Some(file.clone()), statement.name.name.as_str().to_owned());
        }
        (_, Some([text])) => routine.source.clone_from(text),
        (language, Some(_)) => {
            let message = format!("only one AS item needed for language \"{language}\"");
            return fail(sqlstate::INVALID_FUNCTION_DEFINITION, message);
        }
        (_, None) => routine.bound = true,
    }
    Ok(())
}

/// What `CREATE OR REPLACE` may not change (`ProcedureCreate`).
fn replaceable(statement: &CreateFunction, execution: &Execution, id: ObjectId, new: &Routine) -> Outcome {
    let Some(old) = execution.schema.routine(id) else { return unknown("this function is not modelled") };
    let name = statement.name.name.as_str();
    if !statement.replace {
        return fail(
            sqlstate::DUPLICATE_FUNCTION,
            format!("function \"{name}\" already exists with same argument types"),
        );
    }
    if old.kind != new.kind {
        let error = PgError::new(sqlstate::WRONG_OBJECT_TYPE, "cannot change routine kind");
        return Err(Stop::Error(error.detail(format!("\"{name}\" is a {}.", old.word()))));
    }
    let inputs: Vec<Type> = old.inputs().map(|it| it.type_).collect();
    let drop_first = |message: String| {
        let error = PgError::new(sqlstate::INVALID_FUNCTION_DEFINITION, message);
        let word = old.word().to_uppercase();
        let hint = format!("Use DROP {word} {name}({}) first.", list_types(execution, &inputs));
        Err(Stop::Error(error.hint(hint)))
    };
    let outputs = |it: &Routine| -> Vec<(Option<Ident>, Type)> {
        it.parameters.iter().filter(|it| it.is_output()).map(|it| (it.name.clone(), it.type_)).collect()
    };
    if !old.result.is(new.result) || old.returns_set != new.returns_set {
        return drop_first(match old.kind {
            RoutineKind::Procedure => "cannot change whether a procedure has output parameters".to_owned(),
            _ => "cannot change return type of existing function".to_owned(),
        });
    }
    if old.result.is(Type::RECORD) && outputs(old) != outputs(new) {
        return drop_first("cannot change return type of existing function".to_owned());
    }
    for (old, new) in old.inputs().zip(new.inputs()) {
        if let Some(name) = &old.name
            && new.name.as_ref() != Some(name)
        {
            return drop_first(format!("cannot change name of input parameter \"{}\"", name.as_str()));
        }
        if old.default.is_some() && new.default.is_none() {
            return drop_first("cannot remove parameter defaults from existing function".to_owned());
        }
    }
    Ok(())
}

fn store(
    execution: &mut Execution,
    existing: Option<ObjectId>,
    key: ObjectKey,
    name: &ObjectName,
    routine: Routine,
    body: Vec<Object>,
) -> Outcome {
    let mut needs = vec![(Object::Namespace(name.schema.clone()), Dependency::Normal)];
    let types = routine.parameters.iter().map(|it| it.type_).chain([routine.result]);
    needs.extend(types.filter_map(|it| type_need(execution, &it)).map(|it| (it, Dependency::Normal)));
    for default in routine.parameters.iter().filter_map(|it| it.default.as_ref()) {
        needs.extend(default.functions().into_iter().map(|it| (Object::Other(ObjectId(it)), Dependency::Normal)));
    }
    let language = ObjectKey::Global(ObjectClass::Language, routine.language.clone());
    let language = execution.schema.find_object(&language);
    needs.extend(language.map(|id| (Object::Other(id), Dependency::Normal)));
    needs.extend(body.into_iter().map(|it| (it, Dependency::Normal)));
    let body = ObjectBody::Routine(Box::new(routine));
    let id = match existing {
        Some(id) => {
            if let Some(object) = execution.schema.object_mut(id) {
                object.body = body;
            }
            execution.schema.forget_needs(&Object::Other(id));
            id
        }
        None => execution.schema.add_object(key, body),
    };
    execution.schema.record_needs(&Object::Other(id), needs);
    Ok(())
}
