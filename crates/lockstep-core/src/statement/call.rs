//! `CALL`, and calls of functions for what they do: their code runs on the model as that of `DO` does
//! (`ExecuteCallStmt`, `plpgsql_exec_function`).

use crate::name::Ident;
use crate::pg::types::Type;
use crate::plpgsql;
use crate::schema::routine::{ParameterMode, Routine};
use crate::statement::column::{base_type, domain_with_constraints};
use crate::statement::do_block::{self, Value};
use crate::statement::execution::{Execution, Outcome, Stop, unknown};
use crate::statement::routine;
use crate::statement::scope::parse_relation_name;
use crate::syntax;
use crate::syntax::expression::{Expr, FunctionCall};

/// Code that calls code that calls code is not followed deeper.
const MAX_LEVELS: usize = 8;

/// `CALL name(…)`, as it is written.
pub(super) fn run(text: &str, execution: &mut Execution) -> Outcome {
    let rest = text.trim_start().get("call".len()..).unwrap_or_default();
    let Ok(Expr::Function(call)) = syntax::parse_expression(rest) else {
        return unknown("a call of this form is not modelled");
    };
    execute(&call, 'p', &[], execution)
}

/// Whether the call is one of a function that the schema makes, whatever it does.
pub(super) fn is_made(call: &FunctionCall, execution: &Execution) -> bool {
    routine::named(execution, &call.name).is_ok_and(|it| !it.is_empty())
}

/// Whether the only function of that name is written in SQL and only computes a value.
pub(super) fn computes(call: &FunctionCall, execution: &Execution) -> bool {
    let Ok(found) = routine::named(execution, &call.name) else { return false };
    let [only] = found.as_slice() else { return false };
    execution.schema.routine(*only).is_some_and(|it| it.language == *"sql" && it.computes.is_some())
}

/// Runs the code of the only routine that takes so many arguments.
pub(super) fn execute(
    call: &FunctionCall,
    kind: char,
    variables: &[(Ident, Value)],
    execution: &mut Execution,
) -> Outcome {
    let name = &call.name;
    let count = call.arguments.len();
    let plain = call.arguments.iter().all(|it| it.name.is_none() && !it.variadic);
    let fits = |it: &Routine| {
        let inputs: Vec<_> = it.inputs().collect();
        let needed = inputs.iter().filter(|it| it.default.is_none()).count();
        it.letter() == kind && (needed..=inputs.len()).contains(&count)
    };
    let found = routine::named(execution, name)?;
    let mut fitting = found.into_iter().filter_map(|id| execution.schema.routine(id)).filter(|it| fits(it));
    let (Some(routine), None) = (fitting.next().cloned(), fitting.next()) else {
        return unknown(format!("which {name} is called is not known"));
    };
    let simple = routine.parameters.iter().all(|it| it.mode == ParameterMode::In)
        && routine.settings.is_empty()
        && !routine.security_definer
        && (kind == 'p' || routine.computes.is_none() && !routine.returns_set && !routine.strict);
    if !plain || !simple || routine.language != *"plpgsql" {
        return unknown(format!("what {name} does is not modelled"));
    }
    if execution.calls >= MAX_LEVELS {
        return unknown(format!("{name} is called from too deep inside"));
    }
    let mut bound = vec![];
    for (place, parameter) in routine.inputs().enumerate() {
        let text = match (call.arguments.get(place), &parameter.default) {
            (Some(given), _) => given.value.to_string(),
            (None, Some(default)) => execution.schema.print_domain_expression(default),
            (None, None) => return unknown(format!("what {name} is called with is not known")),
        };
        let value = match do_block::evaluate(&text, variables, execution) {
            Ok(value) => {
                do_block::fits(execution, &value, parameter.type_)?;
                convert(value, parameter.type_, execution)?
            }
            // What is never asked for does no harm.
            Err(Stop::Unknown(_)) => {
                do_block::fits(execution, &Value::Unknown, parameter.type_)?;
                Value::Unknown
            }
            Err(stop) => return Err(stop),
        };
        bound.push((Ident::new(&format!("${}", place + 1)), value.clone()));
        if let Some(name) = &parameter.name {
            bound.push((name.clone(), value));
        }
    }
    let checked = domain_with_constraints(execution, &routine.result.base);
    let Some(block) = plpgsql::read(&routine.source) else {
        return unknown(format!("{name} is written in more PL/pgSQL than is read here"));
    };
    execution.calls += 1;
    let result = do_block::run(&block, bound, execution);
    execution.calls -= 1;
    match result {
        Ok(()) if checked => unknown("whether the domain that the function returns admits its value is not known"),
        result => result,
    }
}

/// The value as the parameter holds it.
fn convert(value: Value, type_: Type, execution: &Execution) -> Outcome<Value> {
    let type_ = base_type(execution, &type_);
    Ok(match value {
        Value::Text(text) if type_.bare() == Type::REGCLASS => {
            let Some(name) = parse_relation_name(&text) else { return Ok(Value::Unknown) };
            let id = execution.resolve(&name)?;
            Value::Text(execution.schema.relation(id).name.to_string())
        }
        Value::Text(text) if type_.bare().is_any(&[Type::TEXT, Type::VARCHAR]) => Value::Text(text),
        Value::Int(number) if type_.bare().is_any(&[Type::INT2, Type::INT4, Type::INT8]) => Value::Int(number),
        Value::Bool(value) if type_.bare() == Type::BOOL => Value::Bool(value),
        Value::Null => Value::Null,
        _ => Value::Unknown,
    })
}
