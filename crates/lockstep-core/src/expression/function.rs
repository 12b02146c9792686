//! Function calls: `ParseFuncOrColumn` and `func_get_detail` of `parse_func.c`.

use std::borrow::Cow;

use crate::effect::PgError;
use crate::expression::candidate::{Candidate, Choice, choose};
use crate::expression::coerce;
use crate::expression::generic;
use crate::expression::node::{Constant, Expression, Form, Node};
use crate::expression::scope::{Callable, Kind, Refusal, Scope};
use crate::expression::typing::{self, Path, base_type};
use crate::expression::{Context, kind};
use crate::name::QualifiedName;
use crate::pg::catalog::{self, Function, FunctionRow, Majors, extension};
use crate::pg::sqlstate;
use crate::pg::types::Type;
use crate::syntax::expression::{FunctionCall, FunctionForm};

/// An overload fitted to the number of arguments of the call.
#[derive(Debug, Clone)]
struct Fitted {
    row: Cow<'static, FunctionRow>,
    /// How many arguments of the call went into the variadic array.
    variadic: usize,
    /// The place among the function's arguments of each one given.
    order: Vec<usize>,
}

/// A call of a function of the catalogs, its arguments already typed.
pub(super) fn call(
    call: &FunctionCall,
    arguments: Vec<Expression>,
    scope: &dyn Scope,
    kind: Kind,
) -> Result<Expression, Refusal> {
    let name = call.name.name.as_str();
    let own = call.name.schema.as_ref().is_none_or(|schema| *schema == "pg_catalog");
    let made = scope.functions(&call.name)?;
    let certain = made.is_some();
    let names: Vec<Option<&str>> = call.arguments.iter().map(|it| it.name.as_ref().map(|name| name.as_str())).collect();
    let explicit_variadic = call.arguments.last().is_some_and(|it| it.variadic);
    let inputs: Vec<Type> = arguments.iter().map(|it| it.type_.bare()).collect();
    let rows = catalog::functions(name, scope.version()).filter(|_| own).map(Cow::Borrowed);
    let made = made.into_iter().flatten().map(|it| Cow::Owned(row_of(it)));
    let candidates: Vec<Candidate<Fitted>> =
        rows.chain(made).filter_map(|row| fit(row, &names, explicit_variadic)).collect();
    // `FuncnameGetCandidates`: those that differ in what is left out alone are as good as each other.
    let several =
        |it: &Candidate<Fitted>| candidates.iter().filter(|other| other.arguments == it.arguments).count() > 1;
    let is_doubtful = candidates.iter().any(|it| it.what.row.defaults > 0 && several(it));
    if is_doubtful {
        return Err(Refusal::Unknown(format!("which function {name} is called is not known")));
    }
    let exact = candidates.iter().find(|it| it.arguments.iter().zip(&inputs).all(|(takes, given)| takes.is(*given)));
    let chosen = match exact {
        Some(exact) => exact.clone(),
        None => {
            if let Some(made) = as_conversion(name, &names, &arguments, scope)? {
                return Ok(made);
            }
            match choose(&inputs, candidates, scope) {
                Choice::One(best) => best,
                Choice::None => {
                    return Err(missing(&call.name, &inputs, certain, scope));
                }
                Choice::Many => {
                    let signature = signature(name, &inputs, scope);
                    return Err(PgError::new(
                        sqlstate::AMBIGUOUS_FUNCTION,
                        format!("function {signature} is not unique"),
                    )
                    .hint("Could not choose a best candidate function. You might need to add explicit type casts.")
                    .into());
                }
            }
        }
    };
    let row = &*chosen.what.row;
    match row.kind {
        'a' if !kind.takes_aggregates() => return Err(kind::refuse_aggregate(kind)),
        'w' if !kind.takes_windows() => return Err(kind::refuse_window(kind)),
        'p' => {
            let message = format!("{} is a procedure", signature(name, &inputs, scope));
            let error = PgError::new(sqlstate::WRONG_OBJECT_TYPE, message);
            return Err(error.hint("To call a procedure, use CALL.").into());
        }
        'a' | 'w' => {}
        _ if row.returns_set && kind == Kind::Body => {
            return Err(Refusal::Unknown("a set of rows is not modelled here".to_owned()));
        }
        _ if row.returns_set && !kind.takes_sets() => return Err(kind::refuse_set(kind)),
        _ => {}
    }
    let Some((targets, result)) = generic::resolve(&inputs, &chosen.arguments, row.result, scope) else {
        return Err(Refusal::Unknown(format!("the types of {} are not modelled", signature(name, &inputs, scope))));
    };
    let mut made = vec![];
    for (place, (argument, target)) in arguments.into_iter().zip(targets).enumerate() {
        let converted = coerce::implicit(argument, target, scope)?;
        made.push(match (names[place].is_some(), row.names.get(chosen.what.order[place])) {
            (true, Some(name)) => {
                let type_ = converted.type_;
                Expression::new(Node::Named { name: name.as_ref().into(), operand: Box::new(converted) }, type_)
            }
            _ => converted,
        });
    }
    let gathered = chosen.what.variadic;
    let mut variadic = explicit_variadic;
    if gathered > 0 {
        let elements = made.split_off(made.len() - gathered);
        let element = elements.first().map_or(Type::TEXT, |it| it.type_.bare());
        made.push(Expression::new(Node::Array(elements), element.array_of()));
        variadic = true;
    }
    if name == "nextval" || name == "currval" || name == "setval" {
        refuse_text_sequence(&made)?;
    }
    let form = match call.form {
        FunctionForm::Call => Form::Call,
        FunctionForm::SqlSyntax => Form::SqlSyntax,
    };
    let node = Node::Function { function: row.function, arguments: made, form, variadic };
    Ok(Expression::new(node, result.bare()))
}

/// The row of `pg_proc` of a function that the schema makes.
fn row_of(it: Callable) -> FunctionRow {
    FunctionRow {
        function: Function { oid: it.id, name: "?", volatility: it.volatility, strict: it.strict },
        result: it.result,
        kind: it.kind,
        returns_set: it.returns_set,
        defaults: it.defaults,
        variadic: it.variadic,
        arguments: it.arguments,
        names: it.names.into_iter().map(Cow::Owned).collect(),
        majors: Majors::ALL,
    }
}

/// The sequence of `nextval(text || …)` is found when it runs: not known here.
fn refuse_text_sequence(arguments: &[Expression]) -> Result<(), Refusal> {
    match arguments.first().map(|it| &it.node) {
        Some(Node::Constant(Constant::Relation(_)) | Node::Relabel { .. } | Node::ThroughText { .. }) | None => Ok(()),
        Some(Node::Function { .. }) => Ok(()),
        Some(_) => Err(Refusal::Unknown("which sequence is meant is known only when it runs".to_owned())),
    }
}

/// `FuncnameGetCandidates` for one overload: defaults filled in, a variadic argument repeated.
fn fit(row: Cow<'static, FunctionRow>, names: &[Option<&str>], explicit_variadic: bool) -> Option<Candidate<Fitted>> {
    let count = names.len();
    let mut order: Vec<usize> = (0..count).collect();
    if names.iter().any(Option::is_some) {
        for (place, name) in names.iter().enumerate() {
            if let Some(name) = name {
                order[place] = row.names.iter().position(|it| it == name)?;
            }
        }
    }
    if let (Some(element), false) = (row.variadic, explicit_variadic)
        && count >= row.arguments.len()
    {
        let fixed = row.arguments.len() - 1;
        let mut arguments = row.arguments[..fixed].to_vec();
        arguments.resize(count, element);
        // `"any"` takes the arguments as they are, without an array around them.
        let variadic = if element.is(Type::ANY) { 0 } else { count - fixed };
        return Some(Candidate { what: Fitted { row, variadic, order }, arguments });
    }
    if count > row.arguments.len() || count + row.defaults < row.arguments.len() {
        return None;
    }
    let arguments = order.iter().map(|at| row.arguments.get(*at).copied()).collect::<Option<Vec<Type>>>()?;
    Some(Candidate { what: Fitted { row, variadic: 0, order }, arguments })
}

/// `text(x)`: a type's name used as a function is a cast, where it would only relabel or go through
/// text.
fn as_conversion(
    name: &str,
    names: &[Option<&str>],
    arguments: &[Expression],
    scope: &dyn Scope,
) -> Result<Option<Expression>, Refusal> {
    let ([argument], [None]) = (arguments, names) else { return Ok(None) };
    let Some(row) = catalog::type_by_name(name) else { return Ok(None) };
    let target = Type::builtin(row.oid);
    let source = argument.type_;
    let converts = source.is(Type::UNKNOWN)
        || matches!(typing::pathway(source, target, Context::Explicit, scope), Some(Path::Relabel | Path::ThroughText));
    if !converts {
        return Ok(None);
    }
    coerce::to_type(argument.clone(), target, Context::Explicit, Form::Explicit, scope).map(Some)
}

/// `func_signature_string`.
fn signature(name: &str, inputs: &[Type], scope: &dyn Scope) -> String {
    let inputs: Vec<String> = inputs.iter().map(|it| typing::name(*it, scope)).collect();
    format!("{name}({})", inputs.join(", "))
}

/// No function of that name takes these arguments: 42883, where all functions of the name are known.
fn missing(name: &QualifiedName, inputs: &[Type], certain: bool, scope: &dyn Scope) -> Refusal {
    let word = name.name.as_str();
    let plain = match &name.schema {
        Some(schema) => format!("{schema}.{word}"),
        None => word.to_owned(),
    };
    let signature = signature(&plain, inputs, scope);
    let foreign = inputs.iter().any(|it| base_type(*it, scope).row().is_none());
    // What extensions could bring is listed, unlike what only stands behind the server's operators.
    let own = catalog::functions(word, scope.version()).next().is_some() || extension::has_function(word);
    let of_rows = inputs.iter().any(|it| typing::is_composite(*it, scope));
    let other = catalog::has_other_function(word);
    if other || !certain && !own || foreign && own || of_rows {
        return Refusal::Unknown(format!("the function {signature} is not modelled"));
    }
    PgError::new(sqlstate::UNDEFINED_FUNCTION, format!("function {signature} does not exist"))
        .hint("No function matches the given name and argument types. You might need to add explicit type casts.")
        .into()
}
