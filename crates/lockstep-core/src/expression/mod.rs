//! Expressions as the server stores them: names and types resolved, every conversion explicit. From
//! these come the text that the server prints back, volatility, dependencies and rewrites.

mod analyze;
mod candidate;
mod coerce;
mod compare;
mod deparse;
pub mod evaluate;
mod foreign_key;
mod function;
mod generic;
mod implication;
mod kind;
mod literal;
mod node;
mod operator;
mod order;
mod proof;
mod property;
mod rewrite;
mod scope;
mod typing;
mod value;

#[cfg(test)]
mod tests;

use crate::pg::types::Type;

pub use crate::pg::volatility::Volatility;
pub use analyze::{analyze, analyze_boolean};
pub use foreign_key::can_compare_for_foreign_key;
pub use node::Expression;
pub use order::{compare_constants, constants_are_equal};
pub use rewrite::requires_rewrite;
pub use scope::{Kind, Names, Refusal, Scope, UserTypeInfo};
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

/// The conversion that `ALTER COLUMN … TYPE` without `USING` applies (`ATPrepAlterColumnType`).
pub fn type_change(column: u16, from: &Type, to: &Type, scope: &dyn Scope) -> Result<Option<Expression>, Refusal> {
    coerce_to_target(Expression::column(column, *from), to, Context::Assignment, scope)
}
