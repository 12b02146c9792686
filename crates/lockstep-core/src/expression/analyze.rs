//! From an expression as written to one with types (`transformExpr` of `parse_expr.c`).

use crate::expression::{Expression, Kind, Refusal, Scope};
use crate::syntax::expression::Expr;

pub fn analyze(_expression: &Expr, _scope: &dyn Scope, _kind: Kind) -> Result<Expression, Refusal> {
    Err(Refusal::Unknown("expressions are not modelled".to_owned()))
}

/// The same, converted to boolean (`coerce_to_boolean`).
pub fn analyze_boolean(expression: &Expr, scope: &dyn Scope, kind: Kind) -> Result<Expression, Refusal> {
    analyze(expression, scope, kind)
}
