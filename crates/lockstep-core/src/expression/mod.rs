//! Expressions as the server stores them: names and types resolved, every conversion explicit. From
//! these come the text that the server prints back, volatility, dependencies and rewrites.

mod aggregate;
mod analyze;
mod candidate;
mod coerce;
mod compare;
mod composite;
mod deparse;
pub mod evaluate;
mod foreign_key;
mod function;
mod generic;
mod implication;
mod inline;
mod kind;
mod literal;
mod node;
mod operator;
mod operator_cache;
mod order;
mod print_call;
mod print_from;
mod print_query;
mod proof;
mod property;
pub mod query;
mod raises;
mod restriction;
mod rewrite;
mod scope;
mod typing;
mod value;

#[cfg(test)]
mod tests;

use crate::pg::types::Type;

pub use crate::pg::volatility::Volatility;
pub use aggregate::{calls_aggregate, first_ungrouped, is_set_returning, window};
pub use analyze::{analyze, analyze_boolean};
pub use foreign_key::can_compare_for_foreign_key;
pub use literal::ZONE;
pub use node::Expression;
pub use order::{compare_constants, constants_are_equal};
pub use raises::{Raised, Raises, of_query as raised_by};
pub use restriction::{Restriction, Restrictions, number_of, restriction, restrictions};
pub use rewrite::requires_rewrite;
pub use scope::{Callable, Inlined, Kind, Names, Refusal, Scope, UserTypeInfo};
pub use value::{Stored, constant_text, constant_value};

/// `CoercionContext`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Context {
    Implicit,
    Assignment,
    Explicit,
}

/// `coerce_to_target_type`. `None`: there is no such conversion in this context.
pub fn coerce_to_target(
    expression: Expression,
    target: &Type,
    context: Context,
    scope: &dyn Scope,
) -> Result<Option<Expression>, Refusal> {
    let form = match context {
        Context::Explicit => node::Form::Explicit,
        Context::Implicit | Context::Assignment => node::Form::Implicit,
    };
    coerce::to_target(expression, *target, context, form, scope)
}

/// `left = right`, as `USING` of a join sets two columns equal.
pub fn equal(left: Expression, right: Expression, scope: &dyn Scope) -> Result<Expression, Refusal> {
    operator::make("=", vec![left, right], scope)
}

/// The conditions of a join, all of them.
pub fn all_of(mut conditions: Vec<Expression>) -> Option<Expression> {
    match conditions.len() {
        0 => None,
        1 => conditions.pop(),
        _ => Some(Expression::new(node::Node::And(conditions), Type::BOOL)),
    }
}

/// `select_common_type` of the branches of a set operation; `Err` names the two that do not fit.
pub fn common_type(items: &[Type], scope: &dyn Scope) -> Result<Type, (String, String)> {
    typing::select_common(items, scope).map_err(|(a, b)| (typing::name(a, scope), typing::name(b, scope)))
}

/// Whether values of one type fit another without being asked (`can_coerce_type`).
pub fn fits(from: Type, to: Type, scope: &dyn Scope) -> bool {
    typing::can_coerce(&[from], &[to], Context::Implicit, scope)
}

/// The conversion that `ALTER COLUMN … TYPE` without `USING` applies (`ATPrepAlterColumnType`).
pub fn type_change(column: u16, from: &Type, to: &Type, scope: &dyn Scope) -> Result<Option<Expression>, Refusal> {
    coerce_to_target(Expression::column(column, *from), to, Context::Assignment, scope)
}
