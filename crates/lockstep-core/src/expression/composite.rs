//! Rows of composite types: `coerce_record_to_complex` and `ParseComplexProjection`.

use crate::effect::PgError;
use crate::expression::node::{Expression, Form, Node};
use crate::expression::scope::{Kind, Refusal, Scope};
use crate::expression::typing::{self, base_type};
use crate::expression::{Context, coerce};
use crate::name::Ident;
use crate::pg::sqlstate;
use crate::pg::types::{Type, TypeRef};

/// Where expressions with fields may stand: what keeps them is asked when an attribute changes.
fn is_followed(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Check
            | Kind::DomainCheck
            | Kind::Default
            | Kind::Generated
            | Kind::IndexExpression
            | Kind::IndexPredicate
            | Kind::Where
            | Kind::Set
            | Kind::Value
            | Kind::SingleValue
    )
}

fn composite(type_: Type, scope: &dyn Scope) -> Option<(u32, Vec<(Ident, Type)>)> {
    let base = base_type(type_, scope);
    match base.base {
        TypeRef::User(id) if !base.array => Some((id, scope.attributes(id)?)),
        _ => None,
    }
}

/// `(value).name`.
pub(super) fn field(operand: Expression, name: &Ident, kind: Kind, scope: &dyn Scope) -> Result<Expression, Refusal> {
    let found = composite(operand.type_, scope).filter(|_| is_followed(kind) && *name != "*");
    let Some((of, attributes)) = found else {
        return Err(Refusal::Unknown("fields of composite values are not modelled".to_owned()));
    };
    let Some((number, (_, type_))) = (1u16..).zip(&attributes).find(|(_, (it, _))| it == name) else {
        let of = typing::name(operand.type_, scope);
        let message = format!("column \"{}\" not found in data type {of}", name.as_str());
        return Err(PgError::new(sqlstate::UNDEFINED_COLUMN, message).into());
    };
    Ok(Expression::new(Node::Field { operand: Box::new(operand), of, number }, *type_))
}

/// A row that is written out, as one of a composite type; `None` where the type is not known here.
pub(super) fn from_row(
    row: &Expression,
    target: Type,
    context: Context,
    form: Form,
    scope: &dyn Scope,
) -> Option<Result<Expression, Refusal>> {
    let Node::Row(items) = &row.node else { return None };
    let (_, attributes) = composite(target, scope)?;
    let refused = || {
        let message = format!("cannot cast type record to {}", typing::name(target, scope));
        Err(PgError::new(sqlstate::CANNOT_COERCE, message).into())
    };
    if items.len() != attributes.len() {
        return Some(refused());
    }
    let mut fields = vec![];
    for (item, (_, type_)) in items.iter().zip(&attributes) {
        match coerce::to_target(item.clone(), *type_, context, Form::Implicit, scope) {
            Ok(Some(made)) => fields.push(made),
            Ok(None) => return Some(refused()),
            Err(refusal) => return Some(Err(refusal)),
        }
    }
    let base = base_type(target, scope).bare();
    let form = if form == Form::Explicit { Form::Explicit } else { Form::Implicit };
    let is_domain = !base.is(target);
    let made = Expression::new(Node::Composite { fields, form: if is_domain { Form::Implicit } else { form } }, base);
    Some(Ok(match is_domain {
        true => Expression::new(Node::ToDomain { operand: Box::new(made), form }, target.bare()),
        false => made,
    }))
}
