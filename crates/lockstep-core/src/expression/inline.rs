//! Calls of functions written in SQL, replaced by their bodies: `inline_function` of `clauses.c`, as
//! far as it decides whether an expression is volatile and what its value is.

use crate::expression::Volatility;
use crate::expression::node::{Expression, Form, Node};
use crate::expression::scope::{Inlined, Scope};

/// Bodies that call functions that call functions … are followed this deep.
const MAX_LEVELS: usize = 20;

impl Expression {
    /// As planning leaves it (`expression_planner`), as far as calls go.
    pub fn planned(&self, scope: &dyn Scope) -> Expression {
        let mut made = self.clone();
        replace(&mut made, scope, 0);
        made
    }
}

fn replace(it: &mut Expression, scope: &dyn Scope, level: usize) {
    it.visit_mut(&mut |it| {
        let Node::Function { function, arguments, form: Form::Call, variadic: false } = &it.node else { return };
        if !function.is_made() || level >= MAX_LEVELS {
            return;
        }
        let Some(inlined) = scope.inlined(function.oid) else { return };
        let (volatility, strict) = (function.volatility, function.strict);
        if let Some(mut body) = substitute(&inlined, arguments, volatility, strict) {
            replace(&mut body, scope, level + 1);
            body.type_ = it.type_;
            *it = body;
        }
    });
}

/// `None`: the call stays, since its body would do more or less than it says.
fn substitute(inlined: &Inlined, arguments: &[Expression], volatility: Volatility, strict: bool) -> Option<Expression> {
    let body = &inlined.body;
    if volatility < body.volatility() {
        return None;
    }
    let mut used = vec![0usize; arguments.len()];
    let mut fits = true;
    body.visit(&mut |it| {
        if let Node::Column(number) = it.node {
            match number.checked_sub(inlined.first).and_then(|at| used.get_mut(usize::from(at))) {
                Some(count) => *count += 1,
                None => fits = false,
            }
        }
    });
    if strict && (used.contains(&0) || !only_strict(body)) {
        return None;
    }
    let repeats =
        used.iter().zip(arguments).any(|(used, argument)| *used != 1 && argument.volatility() == Volatility::Volatile);
    if !fits || repeats {
        return None;
    }
    let mut made = (**body).clone();
    made.visit_mut(&mut |it| {
        if let Node::Column(number) = it.node
            && let Some(argument) = number.checked_sub(inlined.first).and_then(|at| arguments.get(usize::from(at)))
        {
            *it = argument.clone();
        }
    });
    Some(made)
}

/// `contain_nonstrict_functions`, the other way round.
fn only_strict(body: &Expression) -> bool {
    let mut strict = true;
    body.visit(&mut |it| {
        strict &= match &it.node {
            Node::Column(_) | Node::Constant(_) | Node::Relabel { .. } | Node::ThroughText { .. } => true,
            Node::Function { function, .. } => function.strict,
            Node::Operator { operator, .. } => operator.function.strict,
            Node::Not(_) | Node::Collate { .. } => true,
            _ => false,
        };
    });
    strict
}
