//! Calls in expressions that may do more than compute.

use crate::name::QualifiedName;
use crate::statement::execution::{Execution, Outcome, unknown};
use crate::statement::{select, sequence_function};
use crate::syntax::expression::Expr;

/// A function that is not one of the server's own readers may do anything.
pub(super) fn functions_only_read(execution: &Execution, expression: &Expr) -> Outcome {
    refuse_functions(execution, expression, &|name| !select::only_reads(execution, name))
}

/// The same where values may be taken from sequences.
pub(super) fn functions_read_or_take(execution: &Execution, expression: &Expr) -> Outcome {
    refuse_functions(execution, expression, &|name| {
        !select::only_reads(execution, name) && !sequence_function::is_nextval(name)
    })
}

fn refuse_functions(execution: &Execution, expression: &Expr, refused: &dyn Fn(&QualifiedName) -> bool) -> Outcome {
    let mut odd = None;
    expression.visit(&mut |it| match it {
        Expr::Function(call) if refused(&call.name) => {
            odd.get_or_insert(call.name.to_string());
        }
        Expr::Query(query) => {
            if let Some(name) = query.functions.iter().find(|name| !select::only_reads(execution, name)) {
                odd.get_or_insert(name.to_string());
            }
        }
        _ => {}
    });
    match odd {
        Some(name) => unknown(format!("what the function {name} does is not known")),
        None => Ok(()),
    }
}
