//! What a constraint proves: `predicate_implied_by` of `predtest.c`, weakly, for `column IS NOT NULL`.
//!
//! Weak implication leaves one proof of a single test: that it is the very same test. Everything
//! else is the structure of `AND`, `OR` and `NOT` around it, after constants are folded and `NOT`
//! is pushed down (`eval_const_expressions`, `canonicalize_qual`).

use crate::expression::node::{Constant, Expression, Node};
use crate::pg::types::Type;

/// A constraint as a formula over tests of the column.
enum Formula {
    True,
    False,
    /// `column IS NOT NULL`, of this column.
    NotNull,
    Other,
    And(Vec<Formula>),
    Or(Vec<Formula>),
}

impl Expression {
    /// Whether a valid `CHECK` of this expression proves that the column holds no null
    /// (`ConstraintImpliedByRelConstraint`).
    pub fn implies_not_null(&self, column: u16) -> bool {
        proves(&formula(self, column, false))
    }
}

fn proves(it: &Formula) -> bool {
    match it {
        Formula::NotNull => true,
        // A constraint that is always false has no rows to speak of, but that is no proof here.
        Formula::True | Formula::False | Formula::Other => false,
        Formula::And(items) => items.iter().any(proves),
        Formula::Or(items) => items.iter().all(proves),
    }
}

fn formula(it: &Expression, column: u16, negated: bool) -> Formula {
    let junction = |items: &[Expression], and: bool| {
        let items = items.iter().map(|item| formula(item, column, negated));
        if and { conjunction(items) } else { disjunction(items) }
    };
    match &it.node {
        Node::And(items) => junction(items, !negated),
        Node::Or(items) => junction(items, negated),
        Node::Not(operand) => formula(operand, column, !negated),
        Node::NullTest { operand, negated: is_not } => match operand.node {
            Node::Column(of) if of == column && *is_not != negated => Formula::NotNull,
            _ => Formula::Other,
        },
        Node::Constant(Constant::Text(text)) if it.type_.is(Type::BOOL) => {
            if (&**text == "t") != negated {
                Formula::True
            } else {
                Formula::False
            }
        }
        _ => Formula::Other,
    }
}

fn conjunction(items: impl Iterator<Item = Formula>) -> Formula {
    let mut kept = vec![];
    for item in items {
        match item {
            Formula::True => {}
            Formula::False => return Formula::False,
            other => kept.push(other),
        }
    }
    if kept.is_empty() { Formula::True } else { Formula::And(kept) }
}

fn disjunction(items: impl Iterator<Item = Formula>) -> Formula {
    let mut kept = vec![];
    for item in items {
        match item {
            Formula::False => {}
            Formula::True => return Formula::True,
            other => kept.push(other),
        }
    }
    if kept.is_empty() { Formula::False } else { Formula::Or(kept) }
}
