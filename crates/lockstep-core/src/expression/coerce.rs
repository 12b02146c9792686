//! Conversions made explicit: `coerce_type` and `coerce_to_target_type` of `parse_coerce.c`.

use crate::expression::Context;
use crate::expression::composite;
use crate::expression::literal;
use crate::expression::node::{Constant, Expression, Form, Node};
use crate::expression::scope::{Refusal, Scope};
use crate::expression::typing::{self, Path, base_type};
use crate::pg::catalog::Function;
use crate::pg::types::Type;

/// `coerce_to_target_type`, shown as a cast where it is one in the text. `None`: there is no such
/// conversion in this context.
pub(super) fn to_target(
    mut expression: Expression,
    target: Type,
    context: Context,
    form: Form,
    scope: &dyn Scope,
) -> Result<Option<Expression>, Refusal> {
    let source = expression.type_;
    if !typing::can_coerce(&[source], &[target], context, scope) {
        // A row may be one of a composite type, field by field.
        let base = typing::base_type(target, scope);
        if source.is(Type::RECORD) && base.row().is_none() && !base.array {
            if let Some(made) = composite::from_row(&expression, target, context, form, scope) {
                return made.map(Some);
            }
            return Err(Refusal::Unknown("the conversion of a row to a composite type is not modelled".to_owned()));
        }
        return Ok(None);
    }
    // A collation stays outermost.
    let mut collation = None;
    while let Node::Collate { operand, collation: name } = expression.node {
        collation = collation.or(Some(name));
        expression = *operand;
    }
    let before = expression.clone();
    let converted = to_type(expression, target, context, form, scope)?;
    let hide = converted != before && !converted.is_constant();
    let mut fitted = to_length(converted, target, context, form, hide, scope)?;
    if let Some(collation) = collation
        && typing::base_type(target, scope).row().is_some_and(|row| row.collatable)
    {
        let type_ = fitted.type_;
        fitted = Expression::new(Node::Collate { operand: Box::new(fitted), collation }, type_);
    }
    Ok(Some(fitted))
}

/// `coerce_type`: the caller has made sure that the conversion exists.
pub(super) fn to_type(
    expression: Expression,
    target: Type,
    context: Context,
    form: Form,
    scope: &dyn Scope,
) -> Result<Expression, Refusal> {
    let source = expression.type_;
    if source.is(target) || target.is(Type::ANY) || typing::is_polymorphic(target) {
        return Ok(expression);
    }
    if matches!(expression.node, Node::Collate { .. }) {
        let Node::Collate { operand, collation } = expression.node else { return Ok(expression) };
        let inner = to_type(*operand, target, context, form, scope)?;
        let type_ = inner.type_;
        return Ok(match base_type(target, scope).row().is_some_and(|row| row.collatable) {
            true => Expression::new(Node::Collate { operand: Box::new(inner), collation }, type_),
            false => inner,
        });
    }
    if source.is(Type::UNKNOWN) {
        let base = base_type(target, scope);
        // Only an interval's input function looks at the modifier here.
        let modifier = if base.is(Type::INTERVAL) && !base.array { base_modifier(target, base) } else { -1 };
        let typed = base.with_modifier(modifier);
        let made = match &expression.node {
            Node::Constant(Constant::Null) => Expression::null(typed),
            Node::Constant(Constant::Text(text)) => literal::input(text, typed, scope)?,
            _ => {
                let node = Node::ThroughText { operand: Box::new(expression), form };
                Expression::new(node, target.bare())
            }
        };
        return match base.is(target) {
            true => Ok(made),
            false => to_domain(made, Some(base), target, context, form, false, scope),
        };
    }
    let Some(path) = typing::pathway(source, target, context, scope) else {
        return Err(Refusal::Unknown(format!(
            "the conversion of {} to {} is not modelled",
            typing::name(source, scope),
            typing::name(target, scope)
        )));
    };
    if path == Path::Relabel {
        let is_domain = !base_type(target, scope).is(target);
        return match is_domain {
            true => to_domain(expression, None, target, context, form, false, scope),
            false => Ok(Expression::new(Node::Relabel { operand: Box::new(expression), form }, target.bare())),
        };
    }
    let base = base_type(target, scope);
    let modifier = base_modifier(target, base);
    let made = build(expression, path, base, modifier, context, form, scope)?;
    match base.is(target) {
        true => Ok(made),
        false => to_domain(made, Some(base), target, context, form, true, scope),
    }
}

/// The modifier that `coerce_type` passes on: the target's own, or that of a domain.
fn base_modifier(target: Type, base: Type) -> i32 {
    if base.is(target) { target.modifier } else { base.modifier }
}

/// `build_coercion_expression`.
fn build(
    operand: Expression,
    path: Path,
    target: Type,
    modifier: i32,
    context: Context,
    form: Form,
    scope: &dyn Scope,
) -> Result<Expression, Refusal> {
    let bare = target.bare();
    match path {
        Path::Function { function, arguments } => {
            Ok(function_call(operand, function, arguments, bare, modifier, context, form))
        }
        Path::Array => {
            let source = base_type(operand.type_, scope);
            let (Some(from), Some(to)) = (source.element(), bare.element()) else { return Ok(operand) };
            let test = Expression::new(Node::CaseTest, from.bare());
            let element = to_target(test, to.with_modifier(modifier), context, form, scope)?.ok_or_else(|| {
                Refusal::Unknown(format!("the conversion to {} is not modelled", typing::name(target, scope)))
            })?;
            let modifier = element.type_.modifier;
            let node = Node::ConvertArray { operand: Box::new(operand), element: Box::new(element), form };
            Ok(Expression::new(node, bare.with_modifier(modifier)))
        }
        Path::ThroughText => Ok(Expression::new(Node::ThroughText { operand: Box::new(operand), form }, bare)),
        Path::Relabel => Ok(Expression::new(Node::Relabel { operand: Box::new(operand), form }, bare)),
    }
}

fn function_call(
    operand: Expression,
    function: Function,
    count: u8,
    target: Type,
    modifier: i32,
    context: Context,
    form: Form,
) -> Expression {
    let mut arguments = vec![operand];
    if count >= 2 {
        arguments.push(Expression::constant(&modifier.to_string(), Type::INT4));
    }
    if count >= 3 {
        arguments.push(Expression::boolean(context == Context::Explicit));
    }
    Expression::call(function, arguments, target, form)
}

/// `coerce_to_domain`.
fn to_domain(
    mut operand: Expression,
    base: Option<Type>,
    target: Type,
    context: Context,
    form: Form,
    hide: bool,
    scope: &dyn Scope,
) -> Result<Expression, Refusal> {
    let base = base.unwrap_or_else(|| base_type(target, scope));
    if base.is(target) {
        return Ok(operand);
    }
    if hide {
        operand.hide_conversion();
    }
    let fitted = to_length(operand, base, context, Form::Implicit, false, scope)?;
    Ok(Expression::new(Node::ToDomain { operand: Box::new(fitted), form }, target.bare()))
}

/// `coerce_type_typmod`.
fn to_length(
    mut expression: Expression,
    target: Type,
    context: Context,
    form: Form,
    hide: bool,
    scope: &dyn Scope,
) -> Result<Expression, Refusal> {
    if target.modifier == expression.type_.modifier {
        return Ok(expression);
    }
    if hide {
        expression.hide_conversion();
    }
    let path = if target.modifier < 0 { None } else { typing::length_pathway(target, scope) };
    match path {
        Some(Path::Array) => {
            // Element by element, and only of the element's own type.
            build(expression, Path::Array, target, target.modifier, context, form, scope)
        }
        Some(path) => build(expression, path, target, target.modifier, context, form, scope),
        None => Ok(relabel(expression, target, form)),
    }
}

/// `applyRelabelType`: stacked relabels become one, constants take the type on.
pub(super) fn relabel(mut expression: Expression, target: Type, form: Form) -> Expression {
    while let Node::Relabel { operand, .. } = expression.node {
        expression = *operand;
    }
    if expression.is_constant() {
        expression.type_ = target;
        return expression;
    }
    if expression.type_ == target {
        return expression;
    }
    Expression::new(Node::Relabel { operand: Box::new(expression), form }, target)
}

/// Implicit conversion to a type that is known to fit, as for operands and arguments.
pub(super) fn implicit(expression: Expression, target: Type, scope: &dyn Scope) -> Result<Expression, Refusal> {
    to_type(expression, target.bare(), Context::Implicit, Form::Implicit, scope)
}
