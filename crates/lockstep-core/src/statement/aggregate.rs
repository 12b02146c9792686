//! `CREATE AGGREGATE`: `DefineAggregate` and `AggregateCreate`.

use crate::name::{Ident, QualifiedName};
use crate::pg::catalog;
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::pg::volatility::Volatility;
use crate::schema::dependency::{Dependency, Object};
use crate::schema::object::{ObjectBody, ObjectId};
use crate::schema::routine::{Parameter, Routine, RoutineKind, routine_key};
use crate::statement::Command;
use crate::statement::column::resolve_type;
use crate::statement::execution::{Execution, Outcome, fail, unknown};
use crate::statement::routine::{named, parameter_type, type_need};
use crate::syntax::aggregate::{AggregateOption, CreateAggregate};

/// A function that an aggregate is made of.
struct Support {
    id: Option<ObjectId>,
    result: Type,
    strict: bool,
}

impl CreateAggregate {
    fn function(&self, name: &str) -> Option<&QualifiedName> {
        self.options.iter().find_map(|(option, value)| match value {
            AggregateOption::Function(function) if option == name => Some(function),
            _ => None,
        })
    }

    fn is_modelled(&self) -> bool {
        const MODELLED: [&str; 8] =
            ["sfunc", "sfunc1", "stype", "stype1", "finalfunc", "initcond", "initcond1", "sspace"];
        self.options.iter().all(|(name, _)| MODELLED.contains(&name.as_str()))
    }
}

const OPERATORS: [&str; 15] = ["+", "-", "*", "/", "%", "||", "&", "|", "#", "=", "<>", "<", "<=", ">", ">="];

/// `lookup_agg_function`, of exactly those types.
fn support(execution: &Execution, name: &QualifiedName, inputs: &[Type]) -> Outcome<Support> {
    let same = |types: &[Type]| types.len() == inputs.len() && types.iter().zip(inputs).all(|(a, b)| a.is(*b));
    for id in named(execution, name)? {
        let Some(routine) = execution.schema.routine(id) else { continue };
        let types: Vec<Type> = routine.inputs().map(|it| it.type_).collect();
        if same(&types) && routine.kind == RoutineKind::Function && !routine.returns_set {
            return Ok(Support { id: Some(id), result: routine.result, strict: routine.strict });
        }
    }
    let own = name.schema.as_ref().is_none_or(|schema| schema == "pg_catalog");
    let mut rows = catalog::functions(name.name.as_str(), execution.version).filter(|_| own);
    if let Some(row) = rows.find(|row| same(&row.arguments) && row.kind == 'f' && !row.returns_set) {
        return Ok(Support { id: None, result: row.result, strict: row.function.strict });
    }
    // Functions behind operators stand with those alone.
    let mut operators = OPERATORS.iter().flat_map(|symbol| catalog::operators(symbol, execution.version));
    let found = operators.find(|row| {
        let types: Vec<Type> = row.left.into_iter().chain([row.right]).collect();
        own && row.function.name == name.name.as_str() && same(&types)
    });
    match found {
        Some(row) => Ok(Support { id: None, result: row.result, strict: row.function.strict }),
        None => unknown(format!("which function {name} of this aggregate is meant is not known")),
    }
}

impl Command for CreateAggregate {
    fn run(&self, execution: &mut Execution) -> Outcome {
        execution.writable("CREATE AGGREGATE")?;
        let name = execution.creation_name(&self.aggregate.name)?;
        let invalid = |message: &str| fail(sqlstate::INVALID_FUNCTION_DEFINITION, message);
        let state = self.options.iter().find_map(|(option, value)| match value {
            AggregateOption::Type(written) if option.as_str().starts_with("stype") => Some(written),
            _ => None,
        });
        let Some(state) = state else { return invalid("aggregate stype must be specified") };
        let Some(transition) = self.function("sfunc").or_else(|| self.function("sfunc1")) else {
            return invalid("aggregate sfunc must be specified");
        };
        if !self.is_modelled() {
            return unknown("an option of this aggregate is not modelled");
        }
        let mut parameters = vec![];
        for it in self.aggregate.arguments.iter().flatten() {
            let type_ = parameter_type(execution, &it.type_name)?.bare();
            parameters.push(Parameter { mode: it.mode, name: it.name.clone(), type_, default: None });
        }
        let state = resolve_type(execution, state)?.bare();
        let pseudo = |it: &Type| !it.array && it.row().is_some_and(|row| row.kind == 'p');
        if pseudo(&state) || parameters.iter().any(|it| pseudo(&it.type_)) {
            return unknown("an aggregate over types of any kind is not modelled");
        }
        let inputs: Vec<Type> = parameters.iter().map(|it| it.type_).collect();
        let taken: Vec<Type> = std::iter::once(state).chain(inputs.iter().copied()).collect();
        let support_of = support(execution, transition, &taken)?;
        if !support_of.result.is(state) {
            let printed = execution.schema.format_type(&state);
            let message = format!("return type of transition function {} is not {printed}", transition.name.as_str());
            return fail(sqlstate::DATATYPE_MISMATCH, message);
        }
        let has_start = self.options.iter().any(|(name, _)| name.as_str().starts_with("initcond"));
        if support_of.strict && !has_start && !inputs.first().is_some_and(|it| it.is(state)) {
            return match inputs.is_empty() {
                true => invalid(
                    "must not omit initial value when transition function is strict and transition type is not \
                     compatible with input type",
                ),
                false => unknown("whether the state may begin with the first value is not known"),
            };
        }
        let last = match self.function("finalfunc") {
            Some(function) => Some(support(execution, function, &[state])?),
            None => None,
        };
        let result = last.as_ref().map_or(state, |it| it.result);
        let key = routine_key(name.clone(), &inputs);
        let existing = execution.schema.find_object(&key);
        if let Some(why) = execution.schema.uncertain.about(&name.name, existing.map(|it| it.0)) {
            return unknown(why);
        }
        if existing.is_some() {
            return match self.replace {
                true => unknown("what a new definition of an aggregate may change is not modelled"),
                false => {
                    let name = name.name.as_str();
                    let message = format!("function \"{name}\" already exists with same argument types");
                    fail(sqlstate::DUPLICATE_FUNCTION, message)
                }
            };
        }
        let mut needs = vec![(Object::Namespace(name.schema.clone()), Dependency::Normal)];
        let types = inputs.iter().copied().chain([state, result]);
        needs.extend(types.filter_map(|it| type_need(execution, &it)).map(|it| (it, Dependency::Normal)));
        let functions = [support_of.id, last.and_then(|it| it.id)].into_iter().flatten();
        needs.extend(functions.map(|id| (Object::Other(id), Dependency::Normal)));
        let routine = Routine {
            kind: RoutineKind::Aggregate,
            parameters,
            result,
            returns_set: false,
            language: Ident::new("internal"),
            volatility: Volatility::Immutable,
            strict: false,
            leakproof: false,
            security_definer: false,
            parallel: 'u',
            settings: vec![],
            planning: vec![],
            source: "aggregate_dummy".to_owned(),
            bound: false,
            file: None,
            inline: None,
            computes: None,
        };
        let id = execution.schema.add_object(key, ObjectBody::Routine(Box::new(routine)));
        execution.schema.record_needs(&Object::Other(id), needs);
        Ok(())
    }
}
