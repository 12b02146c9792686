//! Operators: `oper`, `make_op` and `make_scalar_array_op` of `parse_oper.c`.

use crate::effect::PgError;
use crate::expression::candidate::{Candidate, Choice, choose};
use crate::expression::coerce;
use crate::expression::generic;
use crate::expression::node::{Expression, Node, Operator};
use crate::expression::operator_cache;
use crate::expression::scope::{Refusal, Scope};
use crate::expression::typing::{self, base_type};
use crate::pg::catalog::{self, OperatorRow};
use crate::pg::sqlstate;
use crate::pg::types::Type;

/// `make_op`: with one operand, a prefix operator.
pub(super) fn make(symbol: &str, operands: Vec<Expression>, scope: &dyn Scope) -> Result<Expression, Refusal> {
    let (operator, arguments, result) = resolve(symbol, operands, scope)?;
    Ok(Expression::new(Node::Operator { operator, arguments }, result.bare()))
}

/// The operator, its operands converted, and its result's type.
pub(super) fn resolve(
    symbol: &str,
    operands: Vec<Expression>,
    scope: &dyn Scope,
) -> Result<(Operator, Vec<Expression>, Type), Refusal> {
    let inputs: Vec<Type> = operands.iter().map(|it| it.type_.bare()).collect();
    let row = find(symbol, &inputs, scope)?;
    let declared: Vec<Type> = row.left.into_iter().chain([row.right]).collect();
    let Some((targets, result)) = generic::resolve(&inputs, &declared, row.result, scope) else {
        return Err(missing(symbol, &inputs, scope));
    };
    let mut arguments = vec![];
    for (operand, target) in operands.into_iter().zip(targets) {
        arguments.push(coerce::implicit(operand, target, scope)?);
    }
    let operator = Operator { symbol: row.symbol, function: row.function };
    Ok((operator, arguments, result))
}

/// `oper` and `left_oper`.
fn find(symbol: &str, inputs: &[Type], scope: &dyn Scope) -> Result<&'static OperatorRow, Refusal> {
    let key = operator_cache::key(symbol, inputs, scope.extensions());
    if let Some(row) = operator_cache::get(key) {
        return Ok(row);
    }
    let row = search(symbol, inputs, scope)?;
    operator_cache::keep(key, row);
    Ok(row)
}

fn search(symbol: &str, inputs: &[Type], scope: &dyn Scope) -> Result<&'static OperatorRow, Refusal> {
    let unary = inputs.len() == 1;
    let rows: Vec<&OperatorRow> = catalog::operators(symbol, scope.version())
        .chain(scope.extensions().operators(symbol))
        .filter(|row| row.left.is_none() == unary)
        .collect();
    let exact = |wanted: &[Type]| {
        rows.iter().copied().find(|row| {
            let takes = row.left.into_iter().chain([row.right]);
            takes.zip(wanted).all(|(takes, wanted)| takes.is(*wanted))
        })
    };
    // `binary_oper_exact`: an unknown operand is first taken for the other one's type.
    let mut wanted = inputs.to_vec();
    let mut assumed = false;
    if let [left, right] = inputs {
        match (left.is(Type::UNKNOWN), right.is(Type::UNKNOWN)) {
            (true, false) => (wanted, assumed) = (vec![*right; 2], true),
            (false, true) => (wanted, assumed) = (vec![*left; 2], true),
            _ => {}
        }
    }
    if let Some(row) = exact(&wanted) {
        return Ok(row);
    }
    if assumed
        && let base = base_type(wanted[0], scope).bare()
        && !base.is(wanted[0])
        && let Some(row) = exact(&[base, base])
    {
        return Ok(row);
    }
    let candidates = rows
        .iter()
        .map(|row| Candidate { what: *row, arguments: row.left.into_iter().chain([row.right]).collect() })
        .collect();
    match choose(inputs, candidates, scope) {
        Choice::One(best) => Ok(best.what),
        Choice::None => Err(missing(symbol, inputs, scope)),
        Choice::Many => Err(PgError::new(
            sqlstate::AMBIGUOUS_FUNCTION,
            format!("operator is not unique: {}", signature(symbol, inputs, scope)),
        )
        .hint("Could not choose a best candidate operator. You might need to add explicit type casts.")
        .into()),
    }
}

/// Types of the schema may have operators that are not modelled: with them, a missing operator is no
/// error but not known.
fn missing(symbol: &str, inputs: &[Type], scope: &dyn Scope) -> Refusal {
    let signature = signature(symbol, inputs, scope);
    let foreign = inputs.iter().any(|it| {
        let base = base_type(*it, scope);
        base.row().is_none() && !typing::is_enum(Type { array: false, ..base }, scope)
    });
    if foreign || scope.may_bring_operator(symbol) {
        return Refusal::Unknown(format!("the operator {signature} is not modelled"));
    }
    PgError::new(sqlstate::UNDEFINED_FUNCTION, format!("operator does not exist: {signature}"))
        .hint("No operator matches the given name and argument types. You might need to add explicit type casts.")
        .into()
}

/// `op_signature_string`.
fn signature(symbol: &str, inputs: &[Type], scope: &dyn Scope) -> String {
    match inputs {
        [left, right] => format!("{} {symbol} {}", typing::name(*left, scope), typing::name(*right, scope)),
        [only] => format!("{symbol} {}", typing::name(*only, scope)),
        _ => symbol.to_owned(),
    }
}

/// `make_scalar_array_op`.
pub(super) fn make_scalar_array(
    symbol: &str,
    any: bool,
    left: Expression,
    array: Expression,
    scope: &dyn Scope,
) -> Result<Expression, Refusal> {
    let unknown = array.type_.is(Type::UNKNOWN);
    let array_type = base_type(array.type_, scope).bare();
    let element = match (unknown, array_type.element()) {
        (true, _) => Type::UNKNOWN,
        (false, Some(element)) => element.bare(),
        (false, None) => {
            return Err(
                PgError::new(sqlstate::WRONG_OBJECT_TYPE, "op ANY/ALL (array) requires array on right side").into()
            );
        }
    };
    let inputs = [left.type_.bare(), element];
    let row = find(symbol, &inputs, scope)?;
    let declared: Vec<Type> = row.left.into_iter().chain([row.right]).collect();
    let Some((targets, result)) = generic::resolve(&inputs, &declared, row.result, scope) else {
        return Err(missing(symbol, &inputs, scope));
    };
    if !result.is(Type::BOOL) {
        return Err(
            PgError::new(sqlstate::WRONG_OBJECT_TYPE, "op ANY/ALL (array) requires operator to yield boolean").into()
        );
    }
    let left = coerce::implicit(left, targets[0], scope)?;
    let array = coerce::implicit(array, targets[1].array_of(), scope)?;
    let operator = Operator { symbol: row.symbol, function: row.function };
    let node = Node::ScalarArray { operator, any, left: Box::new(left), array: Box::new(array) };
    Ok(Expression::new(node, Type::BOOL))
}
